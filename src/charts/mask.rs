//! A few units one by one: before, as rings; after one draw of the mask, as discs where they are
//! kept, and as crosses where they are dropped.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::plane::{MARGINS, Margins, Outcome, Plane, Point, x_at};
use super::style::{Palette, filled, px, stroke};
use crate::scene::{MaskFigure, Symbol};

/// There is no x axis, as the units have no order, but room for the number of one.
const UNITS_BELOW: Margins = Margins {
    bottom: 26.0,
    ..MARGINS
};

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &MaskFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let across = across(figure);
    let mut plane = Plane::new(area, palette, UNITS_BELOW, across, figure.range);
    plane.y_axis("activation", "")?;
    plane.cursor_line(figure.cursor.as_ref())?;
    let zero = [across.0, across.1].map(|x| plane.place((x, 0.0)));
    plane.line(&zero, stroke(palette.soft, 1.0))?;
    // The mask is what p decides.
    let lit = if figure.highlight == Some(Symbol::Probability) {
        1.5
    } else {
        1.0
    };
    let mut x = 1.0;
    for unit in &figure.units {
        let (before, after) = ((x, unit.x), (x, unit.d));
        let ends = [plane.place(before), plane.place(after)];
        plane.line(&ends, stroke(palette.line, 1.5))?;
        plane.disc(before, 3.0, stroke(palette.before, 1.5))?;
        if unit.kept {
            plane.disc(after, 4.5, filled(palette.after))?;
        } else {
            let (left, top) = ends[1];
            let arm = px(3.5 * lit);
            for down in [arm, -arm] {
                let cross = [(left - arm, top - down), (left + arm, top + down)];
                plane.line(&cross, stroke(palette.after, 2.0 * lit))?;
            }
        }
        x += 1.0;
    }
    plane.readings(figure.cursor.as_ref(), &[palette.before, palette.after])
}

/// From the left of the first unit to the right of the last.
fn across(figure: &MaskFigure) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
    let count = figure.units.len() as f64;
    (0.5, count + 0.5)
}

/// The number of the unit, and a fraction, at a distance in CSS pixels from the left edge of a figure
/// of this width.
#[must_use]
pub fn unit_at(figure: &MaskFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(UNITS_BELOW, across(figure), css_x, css_width)
}
