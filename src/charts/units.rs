//! A layer unit by unit: circles whose size is what dropout makes of them, and an edge from each that
//! is not dropped to the output.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::plane::{Margins, Outcome, Plane, Point, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::UnitsFigure;

const MARGINS: Margins = Margins {
    left: 14.0,
    right: 14.0,
    top: 16.0,
    bottom: 58.0,
};

/// The units have so much of the plane's height, the edges the rest.
const HEIGHT: f64 = 0.62;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &UnitsFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let across = across(figure);
    let mut plane = Plane::new(area, palette, MARGINS, across, (0.0, 1.0));
    let (width, height) = plane.size();
    let count = across.1 - across.0;
    let high = HEIGHT * height;
    // Neighbours go down a step each, so that they have room, and each its own place from left to
    // right; as far as possible, they are as far apart in a row as the rows are.
    let rows = (high * count / width).sqrt().round().max(1.0);
    let apart = (width / count * rows).min(high / rows).min(40.0);
    let one = 0.34 * apart;
    let place = |number: f64| {
        let row = (number - 1.0) % rows;
        let (x, y) = plane.place((number, 1.0));
        (x, y + px((row + 0.5) * high / rows))
    };
    let output = plane.place((0.5 * (across.0 + across.1), 0.0));
    let mut number = 1.0;
    for (unit, weight) in &figure.units {
        let part = (unit.d * weight).abs();
        if unit.kept && part > 0.0 {
            let share = weight.abs() / figure.heaviest;
            let style = stroke(palette.after, 0.2 + 0.5 * share * share);
            plane.line(&[place(number), output], style)?;
        }
        number += 1.0;
    }
    number = 1.0;
    for (unit, weight) in &figure.units {
        let at = place(number);
        let is_pointed = figure.cursor.as_ref().is_some_and(|it| it.place == number);
        // The area of a disc is what the unit is, as far as there is room.
        let radius = (one * unit.d.abs().sqrt()).min(0.52 * apart);
        // A unit that has no weight is there, but counts for nothing.
        let strength = if *weight == 0.0 { 0.3 } else { 1.0 };
        if is_pointed {
            plane.disc_at(at, 0.52 * apart + 3.0, stroke(palette.soft, 2.0))?;
        }
        if !unit.kept {
            plane.disc_at(at, one, filled(palette.paper))?;
            plane.disc_at(at, one, stroke(palette.before.mix(strength), 1.2))?;
        }
        if unit.d < 0.0 {
            // Less than nothing is hollow.
            plane.disc_at(at, radius, filled(palette.paper))?;
            plane.disc_at(at, radius, stroke(palette.after.mix(strength), 1.5))?;
        } else if unit.d > 0.0 {
            plane.disc_at(at, radius, filled(palette.paper))?;
            plane.disc_at(at, radius, filled(palette.after.mix(strength)))?;
        }
        number += 1.0;
    }
    plane.disc_at(output, 15.0, filled(palette.paper))?;
    plane.disc_at(output, 14.0, stroke(palette.after, 2.5))?;
    let [value, words] = &figure.labels;
    let (x, y) = output;
    plane.write(
        "Σ",
        output,
        Type::LABEL,
        palette.after,
        HPos::Center,
        VPos::Center,
    )?;
    let foot = (x, y + px(27.0));
    plane.write(
        value,
        foot,
        Type::VALUE,
        palette.after,
        HPos::Center,
        VPos::Center,
    )?;
    let line = match &figure.cursor {
        Some(cursor) => cursor.readings.iter().flat_map(|it| &it.lines).next(),
        None => None,
    };
    let at = (x, y + px(47.0));
    plane.write(
        line.unwrap_or(words),
        at,
        Type::TICK,
        palette.soft,
        HPos::Center,
        VPos::Center,
    )
}

/// From the left of the first unit to the right of the last.
fn across(figure: &UnitsFigure) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
    let count = figure.units.len() as f64;
    (0.5, count + 0.5)
}

/// The number of the unit, and a fraction, at a distance in CSS pixels from the left edge of a figure
/// of this width.
#[must_use]
pub fn layer_unit_at(figure: &UnitsFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(MARGINS, across(figure), css_x, css_width)
}
