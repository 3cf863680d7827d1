//! Two spirals, and where a network takes its points for those of one or the other: beside each other,
//! with single masks and in evaluation; on a narrow figure, below each other.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color as _, RGBColor, ShapeStyle};

use super::plane::{Margins, Outcome, Plane};
use super::style::{Palette, Type, UNIT, filled, px, stroke};
use crate::scene::{Outline, SpiralsFigure};

/// From this width in CSS pixels on, the panels are beside each other.
const WIDE: f64 = 480.0;
/// Room around each panel, in CSS pixels: above it stands what it is, below it and left of it ticks.
const ABOVE: f64 = 28.0;
const BELOW: f64 = 44.0;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 6.0;

/// The lines of masks are many, and thin.
const MASK_OPACITY: f64 = 0.45;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &SpiralsFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let [width, height] =
        <[u32; 2]>::from(area.dim_in_pixel()).map(|units| f64::from(units) / f64::from(UNIT));
    let is_wide = width >= WIDE;
    let [across, down] = if is_wide { [2.0, 1.0] } else { [1.0, 2.0] };
    let (room, high) = (width / across, height / down);
    let side = (room - LEFT - RIGHT).min(high - ABOVE - BELOW).max(1.0);
    let margins = |number: f64| {
        let [column, row] = if is_wide {
            [number, 0.0]
        } else {
            [0.0, number]
        };
        let left = column * room + LEFT + (room - LEFT - RIGHT - side) / 2.0;
        let top = row * high + ABOVE;
        Margins {
            left,
            right: width - left - side,
            top,
            bottom: height - top - side,
        }
    };
    let range = (-figure.reach, figure.reach);

    let mut plane = Plane::new(area, palette, margins(0.0), range, range);
    let chosen = figure.cursor.as_ref().map(|cursor| cursor.place);
    let heading = match &figure.cursor {
        Some(cursor) => cursor.label.clone(),
        None if figure.masks.is_empty() => "in training".to_owned(),
        None => format!("in training: {} masks", figure.masks.len()),
    };
    frame(&mut plane, figure.reach, &heading, palette.after)?;
    points(&mut plane, figure)?;
    let opacity = if chosen.is_some() { 0.5 } else { 1.0 } * MASK_OPACITY;
    for mask in &figure.masks {
        boundary(&mut plane, mask, stroke(palette.after.mix(opacity), 1.0))?;
    }
    boundary(&mut plane, &figure.evaluation, stroke(palette.before, 1.5))?;
    let numbers = (1_u32..).map(f64::from);
    let mut numbered = numbers.zip(&figure.masks);
    if let Some((_, mask)) = numbered.find(|(number, _)| Some(*number) == chosen) {
        boundary(&mut plane, mask, stroke(palette.after, 2.5))?;
    }

    let mut plane = Plane::new(area, palette, margins(1.0), range, range);
    let corners = figure.evaluation.polygon();
    if !corners.is_empty() {
        let corners: Vec<_> = corners.iter().map(|point| plane.place(*point)).collect();
        plane.polygon(&corners, filled(palette.area(palette.before)))?;
    }
    let heading = match figure.matching {
        Some(_) => "in evaluation; dashed, × its factor",
        None => "in evaluation",
    };
    frame(&mut plane, figure.reach, heading, palette.before)?;
    points(&mut plane, figure)?;
    boundary(&mut plane, &figure.evaluation, stroke(palette.before, 2.0))?;
    for line in figure.matching.iter().flat_map(Outline::lines) {
        plane.dashed(&line, stroke(palette.before, 2.0))?;
    }
    Ok(())
}

/// A panel's frame, its axes and what it is.
fn frame<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    reach: f64,
    heading: &str,
    colour: RGBColor,
) -> Outcome<DB> {
    let ticks = [-2.0, 0.0, 2.0].map(|at| (at, crate::scene::fixed(at, 0)));
    plane.y_axis_of("", &ticks)?;
    plane.x_axis_of("x and y of the points", &ticks)?;
    let [low, high] = [-reach, reach];
    let corners = [(low, low), (low, high), (high, high), (high, low)];
    let corners = corners.map(|point| plane.place(point));
    plane.line(&corners, stroke(plane.palette.soft, 1.0))?;
    let (left, top) = plane.corner();
    let at = (left, top - px(13.0));
    plane.write(heading, at, Type::LABEL, colour, HPos::Left, VPos::Center)
}

/// The points of one spiral as discs, those of the other as rings.
fn points<DB: DrawingBackend>(plane: &mut Plane<'_, DB>, figure: &SpiralsFigure) -> Outcome<DB> {
    let colour = plane.palette.soft;
    for (point, is_second) in &figure.points {
        if *is_second {
            plane.disc(*point, 2.6, filled(colour))?;
        } else {
            plane.disc(*point, 2.2, stroke(colour, 1.0))?;
        }
    }
    Ok(())
}

fn boundary<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    outline: &Outline,
    style: ShapeStyle,
) -> Outcome<DB> {
    for line in outline.lines() {
        plane.curve(&line, style)?;
    }
    Ok(())
}

/// The number of the mask, and a fraction, at a distance in CSS pixels from the left edge of a figure
/// of this width: all of it is a row of them.
#[must_use]
pub fn mask_at(figure: &SpiralsFigure, css_x: f64, css_width: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let count = figure.masks.len() as f64;
    0.5 + css_x / f64::from(css_width.max(1)) * count
}
