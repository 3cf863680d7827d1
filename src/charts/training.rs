//! A curve for each rule, of networks that were trained with it.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};

use super::plane::{MARGINS, Margins, Outcome, Plane, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::{TrainingFigure, fixed};
use crate::settings::Scaling;

/// The curves' names stand at the right of them.
const ROOM: Margins = Margins {
    right: 88.0,
    ..MARGINS
};

/// From one name to the next at least, in CSS pixels.
const LINE: f64 = 16.0;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &TrainingFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let ((x_name, x), (y_name, y)) = (figure.x, (&figure.y.0, figure.y.1));
    let mut plane = Plane::new(area, palette, ROOM, x, y);
    plane.y_axis(y_name, "")?;
    plane.cursor_line(figure.cursor.as_ref())?;
    let is_count = x.0.fract() == 0.0 && x.1 - x.0 < 9.0;
    if is_count {
        // There is no half of an epoch or of a layer.
        let counts = (0..9).map(|it| x.0 + f64::from(it));
        let counts = counts.filter(|it| *it <= x.1).map(|it| (it, fixed(it, 0)));
        plane.x_axis_of(x_name, &counts.collect::<Vec<_>>())?;
    } else {
        plane.x_axis_in(x_name, figure.notation)?;
    }
    for curve in &figure.curves {
        let edge = |side: f64| {
            let points = curve.points.iter().zip(&curve.halves);
            let edge = points.map(move |(point, half)| (point.0, point.1 + side * half));
            edge.collect::<Vec<_>>()
        };
        let (colour, _) = line(curve.rule, palette);
        plane.band(&edge(-1.0), &edge(1.0), filled(palette.area(colour)))?;
    }
    let mut names = Vec::new();
    for curve in &figure.curves {
        let (colour, is_dashed) = line(curve.rule, palette);
        if is_dashed {
            plane.dashed(&curve.points, stroke(colour, 2.0))?;
        } else {
            plane.curve(&curve.points, stroke(colour, 2.0))?;
        }
        if let Some(&last) = curve.points.last() {
            let (x, height) = plane.place((last.0, last.1.min(y.1)));
            names.push((height, x, curve.name, colour));
        }
    }
    if names.is_empty() {
        let places = [0.5, 0.56, 0.44]
            .map(|way| (0.5 * (x.0 + x.1), y.0 + way * (y.1 - y.0)))
            .map(|place| (plane.place(place), HPos::Center));
        plane.write_if_clear(figure.empty, &places, Type::LABEL, palette.soft)?;
    }
    // Each stands at its curve's end, or above the one before it; at the top they have to go back down.
    let mut placed = Vec::new();
    let mut free = plane.place((x.0, y.0)).1;
    while let Some(index) = (0..names.len()).max_by_key(|&index| names[index].0) {
        let (height, x, name, colour) = names.swap_remove(index);
        let at = (x + px(8.0), height.min(free));
        free = at.1 - px(LINE);
        placed.push((at, name, colour));
    }
    let mut free = plane.corner().1;
    for ((x, height), name, colour) in placed.into_iter().rev() {
        let at = (x, height.max(free));
        free = at.1 + px(LINE);
        plane.write(name, at, Type::LABEL, colour, HPos::Left, VPos::Center)?;
    }
    let curves = figure.curves.iter();
    let colours: Vec<_> = curves.map(|curve| line(curve.rule, palette).0).collect();
    plane.readings(figure.cursor.as_ref(), &colours)
}

/// A rule's colour, and whether its curve is dashed.
fn line(rule: Option<Scaling>, palette: &Palette) -> (RGBColor, bool) {
    match rule {
        None => (palette.soft, false),
        Some(Scaling::None) => (palette.before, false),
        Some(Scaling::Sqrt) => (palette.before, true),
        Some(Scaling::Inverted) => (palette.after, false),
        Some(Scaling::Gaussian) => (palette.after, true),
        Some(Scaling::Alpha) => (palette.soft, true),
    }
}

/// What lies on the x axis at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn training_at(figure: &TrainingFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(ROOM, figure.x.1, css_x, css_width)
}
