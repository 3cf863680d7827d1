//! The densities before and after dropout, each with its atoms, spread and measured histogram.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::plane::{Margins, Outcome, Place, Plane, Point, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::{DensityFigure, PlottedDensity, Symbol};

const MARGINS: Margins = Margins {
    left: 18.0,
    right: 18.0,
    top: 40.0,
    bottom: 44.0,
};

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &DensityFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let range = (figure.range.low, figure.range.high);
    // The curve of x ends a little below the top of the plane, where the stems end.
    let top = 1.08 * figure.top;
    let mut plane = Plane::new(area, palette, MARGINS, range, (0.0, top));
    let both = [
        (&figure.before, palette.before, -1.0),
        (&figure.after, palette.after, 1.0),
    ];
    for (distribution, colour, _) in both {
        plane.area(&distribution.curve, filled(palette.area(colour)))?;
    }
    plane.cursor_line(figure.cursor.as_ref())?;
    plane.x_axis("activation")?;
    // Bins as wide as a dot and its gap: neighbours are put together where the figure is narrow.
    let together = if plane.size().0 < 480.0 { 2 } else { 1 };
    for (distribution, colour, _) in both {
        let histogram = &distribution.histogram;
        // A thin line does not hide the dots.
        let width = if histogram.is_empty() { 2.5 } else { 1.5 };
        plane.curve(&distribution.curve, stroke(colour, width))?;
        for bins in histogram.chunks_exact(together) {
            let count = bins.len() as f64;
            let middle = bins.iter().map(|bin| bin.0).sum::<f64>() / count;
            let height = bins.iter().map(|bin| bin.1).sum::<f64>() / count;
            if height > 0.0 && height <= top {
                plane.disc((middle, height), 1.9, filled(colour))?;
            }
        }
    }
    let lit = |symbol| figure.highlight == Some(symbol);
    // Labels come last, when everything that they must keep clear of has its place.
    let mut heads = Vec::new();
    for (index, (distribution, colour, side)) in both.into_iter().enumerate() {
        let other = &both[1 - index].0.atoms;
        for atom in &distribution.atoms {
            if !(range.0..=range.1).contains(&atom.location) {
                continue;
            }
            let is_shared = other
                .iter()
                .any(|other| same_place(atom.location, other.location, range));
            let head = stem(&mut plane, (atom.location, top), is_shared, colour, side)?;
            if lit(Symbol::Probability) {
                plane.disc_at(head, 7.0, filled(colour))?;
            }
            heads.push((head, atom, colour, side));
        }
    }
    for (row, (distribution, colour, _)) in both.into_iter().enumerate() {
        let height = if row == 0 { 10.0 } else { 23.0 };
        let width = if lit(Symbol::StandardDeviation) {
            4.0
        } else {
            1.5
        };
        span(&mut plane, distribution.span, range, height, colour, width)?;
        let mean = f64::midpoint(distribution.span.0, distribution.span.1);
        if lit(Symbol::Mean) && (range.0..=range.1).contains(&mean) {
            let (x, foot) = plane.place((mean, 0.0));
            plane.disc_at((x, foot - px(height)), 5.5, filled(colour))?;
        }
    }
    for ((x, head), atom, colour, side) in heads {
        let rows = [0.0, -18.0, 18.0, 36.0].map(|down| head + px(down));
        let places = rows.map(|y| [side, -side].map(|side| beside((x, y), side, 10.0)));
        plane.write_clear(&atom.label, places.as_flattened(), Type::LABEL, colour)?;
    }
    for (distribution, colour, side) in both {
        name(&mut plane, distribution, colour, side, top)?;
    }
    plane.readings(figure.cursor.as_ref(), &both.map(|(_, colour, _)| colour))
}

/// The activation at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn activation_at(figure: &DensityFigure, css_x: f64, css_width: u32) -> f64 {
    let range = (figure.range.low, figure.range.high);
    x_at(MARGINS, range, css_x, css_width)
}

/// Where a label stands to the left (-1) or right (1) of a point, so many CSS pixels away.
fn beside((x, y): (i32, i32), side: f64, css: f64) -> Place {
    let anchor = if side > 0.0 { HPos::Left } else { HPos::Right };
    ((x + px(side * css), y), anchor)
}

pub(super) fn same_place(a: f64, b: f64, range: Point) -> bool {
    (a - b).abs() < 0.01 * (range.1 - range.0)
}

/// An atom as a stem with a head, whose place is returned. Where both distributions have an atom at
/// the same place, their stems stand side by side and are of different heights.
fn stem<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    (location, top): Point,
    is_shared: bool,
    colour: RGBColor,
    side: f64,
) -> Result<(i32, i32), DrawingAreaErrorKind<DB::ErrorType>> {
    let (aside, higher) = match (is_shared, side > 0.0) {
        (false, _) => (0.0, 10.0),
        (true, false) => (-5.0, 18.0),
        (true, true) => (5.0, 0.0),
    };
    let (x, foot) = plane.place((location, 0.0));
    let (_, top) = plane.place((location, top));
    let (x, head) = (x + px(aside), top - px(higher));
    plane.line(&[(x, foot), (x, head)], stroke(colour, 3.0))?;
    plane.disc_at((x, head), 4.5, filled(colour))?;
    plane.take_line([(x, foot), (x, head)]);
    plane.keep_clear_at((x, head), 5.0);
    Ok((x, head))
}

/// One standard deviation to each side of the mean, at a height in CSS pixels above the axis, with a
/// line of this width.
pub(super) fn span<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    span: Point,
    range: Point,
    height: f64,
    colour: RGBColor,
    width: f64,
) -> Outcome<DB> {
    let place = |plane: &Plane<'_, DB>, x: f64| plane.place((x.max(range.0).min(range.1), 0.0));
    let (left, foot) = place(plane, span.0);
    let (right, _) = place(plane, span.1);
    let y = foot - px(height);
    let style = stroke(colour, width);
    plane.line(&[(left, y), (right, y)], style)?;
    for (end, inside) in [(left, span.0 >= range.0), (right, span.1 <= range.1)] {
        if inside {
            let cap = [(end, y - px(4.0)), (end, y + px(4.0))];
            plane.line(&cap, style)?;
            plane.take_line(cap);
        }
    }
    plane.take_line([(left, y), (right, y)]);
    Ok(())
}

/// The name of a distribution beside its curve, on its outer side, half way up where there is room.
fn name<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    distribution: &PlottedDensity,
    colour: RGBColor,
    side: f64,
    top: f64,
) -> Outcome<DB> {
    let curve = &distribution.curve;
    let peak = curve.iter().map(|point| point.1).fold(0.0, f64::max);
    // Where the curve is cut off, it has no flank higher up.
    let shown = peak.min(top);
    let mode = curve
        .iter()
        .find(|point| point.1 >= peak)
        .map_or(0.0, |point| point.0);
    // Before dropout on the left flank, after it on the right one, then the other way round.
    let heights = [0.55, 0.45, 0.65, 0.35, 0.25, 0.75, 0.15, 0.85, 0.95];
    let mut places = Vec::new();
    for side in [side, -side] {
        for share in heights {
            let on_flank =
                |point: &&Point| (point.0 - mode) * side > 0.0 && point.1 <= share * shown;
            let point = if side > 0.0 {
                curve.iter().find(on_flank)
            } else {
                curve.iter().rev().find(on_flank)
            };
            if let Some(&point) = point {
                let (x, y) = plane.place(point);
                for raised in [0.0, 9.0, 18.0] {
                    places.push(beside((x, y - px(raised)), side, 12.0));
                }
            }
        }
    }
    // Above all curves there is room in one of the corners.
    let (left, top) = plane.corner();
    let right = left + px(plane.size().0);
    for row in [-28.0, -10.0, 8.0] {
        places.push(((left, top + px(row)), HPos::Left));
        places.push(((right, top + px(row)), HPos::Right));
    }
    plane.write_clear(&distribution.label, &places, Type::LABEL, colour)
}
