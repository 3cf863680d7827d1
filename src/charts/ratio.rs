//! The ratio of the standard deviations against the probability to drop, with what the forum thread
//! measured and a marker to drag.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::plane::{MARGINS, Outcome, Place, Plane, Point, axes, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::{RatioFigure, Symbol, THREAD_MEASUREMENTS, fixed};

/// All drop probabilities.
const PROBABILITIES: Point = (0.0, 1.0);

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &RatioFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let (low, high) = ratios(figure);
    let mut plane = Plane::new(area, palette, MARGINS, PROBABILITIES, (low, high));
    plane.y_axis("std after ÷ std before", "×")?;
    plane.cursor_line(figure.cursor.as_ref())?;
    plane.x_axis_in(&figure.axis, figure.notation)?;
    plane.curve(
        &[(PROBABILITIES.0, 1.0), (PROBABILITIES.1, 1.0)],
        stroke(palette.before, 2.5),
    )?;
    plane.dashed(&figure.reference, stroke(palette.soft, 1.5))?;
    plane.curve(&figure.curve, stroke(palette.after, 2.5))?;

    for (p, ratio) in THREAD_MEASUREMENTS {
        plane.disc((p, ratio), 5.0, filled(palette.paper))?;
        plane.disc((p, ratio), 5.0, stroke(palette.after, 2.5))?;
        plane.keep_clear((p, ratio), 7.0);
    }
    if figure.marker.is_none() {
        let middle = plane.place((0.5, 0.5 * (low + high)));
        let text = "no spread before, so no ratio";
        plane.write_clear(text, &[(middle, HPos::Center)], Type::LABEL, palette.after)?;
    }
    if let Some(marker) = figure.marker {
        let (x, y) = plane.place(marker);
        let (_, foot) = plane.place((marker.0, low));
        plane.dashed_line([(x, y), (x, foot)], stroke(palette.after, 1.0))?;
        plane.take_line([(x, y), (x, foot)]);
        if figure.highlight == Some(Symbol::Probability) {
            plane.disc(marker, 12.0, filled(palette.after))?;
        }
        plane.disc(marker, 9.5, filled(palette.paper))?;
        plane.disc(marker, 7.0, filled(palette.after))?;
        plane.keep_clear(marker, 10.0);
    }
    let claim: Vec<_> = [0.99, 0.75, 0.5]
        .into_iter()
        .flat_map(|p| {
            let (x, y) = plane.place((p, 1.0));
            [-11.0, 14.0, -28.0, -44.0].map(|down| ((x, y + px(down)), HPos::Right))
        })
        .collect();
    plane.write_if_clear("what the lecture said", &claim, Type::LABEL, palette.before)?;
    if let Some(marker) = figure.marker {
        let (x, y) = plane.place(marker);
        let aside = px(15.0);
        let beside = [14.0, -14.0, -22.0, -30.0, -38.0, 30.0, -46.0, -62.0].map(|down| {
            let y = y + px(down);
            [
                ((x + aside, y), HPos::Left),
                ((x - aside, y), HPos::Right),
                ((x + aside, y), HPos::Right),
                ((x, y), HPos::Center),
            ]
        });
        let places = beside.as_flattened();
        plane.write_clear(&figure.marker_label, places, Type::VALUE, palette.after)?;
    }
    let places = beside_curve(&plane, &figure.curve);
    plane.write_if_clear(&figure.label, &places, Type::LABEL, palette.after)?;
    for (p, ratio) in THREAD_MEASUREMENTS {
        let (x, y) = plane.place((p, ratio));
        let text = format!("+{} %", fixed(100.0 * (ratio - 1.0), 0));
        let places = [
            ((x, y - px(17.0)), HPos::Center),
            ((x - px(10.0), y - px(12.0)), HPos::Right),
            ((x, y + px(17.0)), HPos::Center),
            ((x + px(12.0), y + px(12.0)), HPos::Left),
        ];
        plane.write_if_clear(&text, &places, Type::TICK, palette.soft)?;
    }
    let places = beside_curve(&plane, &figure.reference);
    plane.write_if_clear(figure.reference_label, &places, Type::LABEL, palette.soft)?;
    plane.readings(figure.cursor.as_ref(), &[palette.after, palette.soft])
}

/// The ratios from the foot to the top of the figure: those shown, and some room.
fn ratios(figure: &RatioFigure) -> Point {
    let (low, high) = figure.range;
    let room = 0.06 * (high - low);
    (if low < 1.0 { low - room } else { low }, high + room)
}

/// Where the name of a curve may stand, from near its end downwards.
fn beside_curve<DB: DrawingBackend>(plane: &Plane<'_, DB>, curve: &[Point]) -> Vec<Place> {
    let (_, top) = plane.corner();
    let points = curve.iter().rev().skip(curve.len() / 6).step_by(3);
    let shown = points
        .map(|point| plane.place(*point))
        .filter(|(_, y)| *y >= top);
    let places = shown.flat_map(|(x, y)| {
        [
            ((x - px(10.0), y - px(8.0)), HPos::Right),
            ((x + px(10.0), y + px(12.0)), HPos::Left),
            ((x, y - px(14.0)), HPos::Right),
            ((x, y + px(16.0)), HPos::Left),
            ((x, y - px(24.0)), HPos::Center),
        ]
    });
    places.collect()
}

/// The drop probability at a distance in CSS pixels from the left edge of a figure of this width,
/// for a pointer that drags the marker. May lie outside of what is allowed.
#[must_use]
pub fn drop_probability_at(css_x: f64, css_width: u32) -> f64 {
    x_at(MARGINS, PROBABILITIES, css_x, css_width)
}

/// Whether a place, in CSS pixels from the left top corner of a figure of this size, is on the
/// marker, or so near that a hand means it.
#[must_use]
pub fn is_on_marker(figure: &RatioFigure, place: (f64, f64), css_size: (u32, u32)) -> bool {
    const REACH: f64 = 22.0;
    let (width, height) = css_size;
    let unit = super::UNIT;
    let size = (width.saturating_mul(unit), height.saturating_mul(unit));
    let (x, y) = axes(size, MARGINS, PROBABILITIES, ratios(figure));
    figure.marker.is_some_and(|(p, ratio)| {
        let across = i64::from(x.at(p) - px(place.0));
        let down = i64::from(y.at(ratio) - px(place.1));
        let reach = i64::from(px(REACH));
        across * across + down * down <= reach * reach
    })
}
