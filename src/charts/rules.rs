//! The same input under every rule, one panel below the other on one scale.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};

use super::density::{same_place, span};
use super::plane::{Margins, Outcome, Plane, Point, x_at};
use super::style::{Palette, Type, UNIT, filled, px, stroke};
use crate::scene::{Cursor, LabelledAtom, RulePanel, RulesFigure};

/// Space around the panels, in CSS pixels.
const TOP: f64 = 24.0;
const RIGHT: f64 = 14.0;
const BOTTOM: f64 = 44.0;

/// A figure of so many CSS pixels has the panels' names at their left, in a column of this width; a
/// smaller one has them above.
const WIDE: f64 = 520.0;
const NAMES: f64 = 122.0;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &RulesFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let [width, height] =
        <[u32; 2]>::from(area.dim_in_pixel()).map(|units| f64::from(units) / f64::from(UNIT));
    let is_wide = width >= WIDE;
    let range = (figure.range.low, figure.range.high);
    // Room above the curves for what the stems say.
    let top = 1.25 * figure.top();
    let before = figure.curve(&figure.before);

    let panels = u32::try_from(figure.after.len()).unwrap_or(1);
    let pitch = (height - TOP - BOTTOM) / f64::from(panels);
    for (index, panel) in (0_u32..).zip(&figure.after) {
        let head = TOP + pitch * f64::from(index);
        let margins = Margins {
            top: head + if is_wide { 16.0 } else { 26.0 },
            bottom: height - head - pitch,
            ..margins(is_wide)
        };
        let mut plane = Plane::new(area, palette, margins, range, (0.0, top));
        let after = figure.curve(panel);
        plane.area(&before, filled(palette.area(palette.before)))?;
        plane.area(&after, filled(palette.area(palette.after)))?;
        let cursor = figure.cursor.as_ref();
        if index + 1 == panels {
            plane.cursor_line(cursor)?;
            plane.x_axis("activation")?;
        } else {
            let foot = [range.0, range.1].map(|x| plane.place((x, 0.0)));
            plane.line(&foot, stroke(palette.soft, 1.0))?;
            if let Some(cursor) = cursor {
                let line = [0.0, top].map(|y| plane.place((cursor.place, y)));
                plane.line(&line, stroke(palette.soft, 1.0))?;
            }
        }
        plane.curve(&before, stroke(palette.before, 1.5))?;
        plane.curve(&after, stroke(palette.after, 2.0))?;
        if index == 0 {
            heading(&mut plane, &figure.before)?;
        }
        name(&mut plane, panel, is_wide)?;
        let atoms = [&figure.before.atoms, &panel.atoms];
        let quiet = index > 0;
        stems(&mut plane, atoms, -1.0, palette.before, range, quiet)?;
        let atoms = [&panel.atoms, &figure.before.atoms];
        stems(&mut plane, atoms, 1.0, palette.after, range, false)?;
        span(
            &mut plane,
            figure.before.span,
            range,
            6.0,
            palette.before,
            1.5,
        )?;
        span(&mut plane, panel.span, range, 13.0, palette.after, 1.5)?;
        let here = cursor.map(|cursor| Cursor {
            readings: cursor
                .readings
                .get(index as usize)
                .cloned()
                .into_iter()
                .collect(),
            ..cursor.clone()
        });
        plane.readings(here.as_ref(), &[palette.after])?;
    }
    Ok(())
}

/// Those on the left and right.
fn margins(is_wide: bool) -> Margins {
    Margins {
        left: if is_wide { NAMES } else { RIGHT },
        right: RIGHT,
        top: TOP,
        bottom: BOTTOM,
    }
}

/// The activation at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn activation_at(figure: &RulesFigure, css_x: f64, css_width: u32) -> f64 {
    let range = (figure.range.low, figure.range.high);
    x_at(
        margins(f64::from(css_width) >= WIDE),
        range,
        css_x,
        css_width,
    )
}

/// The atoms of the first of two distributions as stems, with their mass at the top unless it is
/// written elsewhere. Where the second has an atom at the same place, they stand side by side.
fn stems<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    [atoms, others]: [&Vec<LabelledAtom>; 2],
    side: f64,
    colour: RGBColor,
    range: Point,
    quiet: bool,
) -> Outcome<DB> {
    for atom in atoms {
        if !(range.0..=range.1).contains(&atom.location) {
            continue;
        }
        let beside = |other: &LabelledAtom| same_place(atom.location, other.location, range);
        let shift = if others.iter().any(beside) {
            px(4.0 * side)
        } else {
            0
        };
        let (x, foot) = plane.place((atom.location, 0.0));
        let (x, head) = (x + shift, plane.corner().1);
        plane.line(&[(x, foot), (x, head)], stroke(colour, 2.5))?;
        plane.disc_at((x, head), 3.5, filled(colour))?;
        plane.take_line([(x, foot), (x, head)]);
        if !quiet {
            // Beyond a stem that stands beside this one.
            let [on_right, on_left] = [shift.min(0), shift.max(0)].map(|it| px(8.0) + 2 * it.abs());
            let right = ((x + on_right, head), HPos::Left);
            let left = ((x - on_left, head), HPos::Right);
            let places = if side > 0.0 {
                [right, left]
            } else {
                [left, right]
            };
            plane.write_clear(&atom.label, &places, Type::LABEL, colour)?;
        }
    }
    Ok(())
}

/// What x has, above the panels.
fn heading<DB: DrawingBackend>(plane: &mut Plane<'_, DB>, before: &RulePanel) -> Outcome<DB> {
    let [std, mean] = &before.labels;
    let text = format!("{}: {std}, {mean}", before.name);
    let colour = plane.palette.before;
    let at = (px(RIGHT), px(12.0));
    plane.write(&text, at, Type::LABEL, colour, HPos::Left, VPos::Center)
}

/// The rule's name, bold if it is that of the page, with its standard deviation and mean.
fn name<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    panel: &RulePanel,
    is_wide: bool,
) -> Outcome<DB> {
    let (ink, soft) = (plane.palette.after, plane.palette.soft);
    let (left, top) = plane.corner();
    let name = Type {
        bold: panel.is_chosen,
        ..Type::LABEL
    };
    let [std, mean] = &panel.labels;
    if is_wide {
        let left = left - px(NAMES - RIGHT);
        let rows = [
            (panel.name, name, ink),
            (std, Type::LABEL, ink),
            (mean, Type::LABEL, soft),
        ];
        for (row, (text, kind, colour)) in (0_u32..).zip(rows) {
            let at = (left, top + px(8.0 + 18.0 * f64::from(row)));
            plane.write(text, at, kind, colour, HPos::Left, VPos::Center)?;
        }
    } else {
        let at = (left, top - px(16.0));
        plane.write(panel.name, at, name, ink, HPos::Left, VPos::Center)?;
        let right = left + px(plane.size().0);
        let text = format!("{std}, {mean}");
        let at = ((right, top - px(16.0)), HPos::Right);
        plane.write_if_clear(&text, &[at], Type::LABEL, ink)?;
    }
    Ok(())
}
