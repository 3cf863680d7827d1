//! A run's estimate, plus or minus two standard errors, closing in on the exact value.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::plane::{MARGINS, Outcome, Plane, Point, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::ConvergenceFigure;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &ConvergenceFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let mut plane = Plane::new(area, palette, MARGINS, figure.decades, figure.range);
    plane.y_axis(figure.name, "")?;
    plane.cursor_line(figure.cursor.as_ref())?;
    plane.x_axis_of("samples", &powers_of_ten(figure.decades))?;

    let edge = |side: f64| {
        figure.estimates.iter().map(move |point| {
            (
                point.decade,
                point.value + side * 2.0 * point.standard_error,
            )
        })
    };
    let upper: Vec<Point> = edge(1.0).collect();
    let lower: Vec<Point> = edge(-1.0).collect();
    plane.band(&lower, &upper, filled(palette.area(palette.after)))?;
    let exact = [figure.decades.0, figure.decades.1].map(|decade| (decade, figure.exact));
    plane.dashed(&exact, stroke(palette.soft, 1.5))?;
    let line: Vec<Point> = figure
        .estimates
        .iter()
        .map(|point| (point.decade, point.value))
        .collect();
    plane.curve(&line, stroke(palette.after, 2.0))?;
    let (low, high) = figure.range;
    if let Some(&last) = line.last().filter(|last| (low..=high).contains(&last.1)) {
        plane.disc(last, 4.0, filled(palette.after))?;
        plane.keep_clear(last, 5.0);
    }
    let (right, y) = plane.place(exact[1]);
    let places = [-12.0, 14.0, -28.0, 30.0].map(|down| ((right, y + px(down)), HPos::Right));
    plane.write_clear(&figure.exact_label, &places, Type::LABEL, palette.soft)?;
    plane.readings(figure.cursor.as_ref(), &[palette.after])
}

/// The common logarithm of the samples at a distance in CSS pixels from the left edge of a figure of
/// this width.
#[must_use]
pub fn decade_at(figure: &ConvergenceFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(MARGINS, figure.decades, css_x, css_width)
}

/// Ticks at the powers of ten, with what they are called.
fn powers_of_ten((first, last): Point) -> Vec<(f64, String)> {
    const NAMES: [&str; 9] = [
        "10²", "10³", "10⁴", "10⁵", "10⁶", "10⁷", "10⁸", "10⁹", "10¹⁰",
    ];
    let decades = (2..).map(f64::from);
    decades
        .zip(NAMES)
        .filter(|(decade, _)| (first..=last).contains(decade))
        .map(|(decade, name)| (decade, name.to_owned()))
        .collect()
}
