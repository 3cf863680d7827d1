//! The output of a layer: how probable each is, and draws that fall into place.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor};

use super::plane::{MARGINS, Margins, Outcome, Plane, Point, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::LayerFigure;

/// With room for the two spans above the plane.
const SPANS_ABOVE: Margins = Margins {
    top: 92.0,
    ..MARGINS
};

/// From the figure's top, in CSS pixels: the middle of a span's label, and of the span.
const ROWS: [(f64, f64); 2] = [(9.0, 23.0), (41.0, 55.0)];

/// Up to so many draws are put one upon the other; of more, their shares are shown.
const STACKED: u64 = 100;

/// So much of the plane's height is left for what is written above the bars.
const ROOM: f64 = 1.28;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &LayerFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let top = ROOM * highest(figure);
    let mut plane = Plane::new(area, palette, SPANS_ABOVE, figure.range, (0.0, top));
    let orange = palette.after;
    plane.cursor_line(figure.cursor.as_ref())?;
    plane.x_axis("output in one training step")?;
    plane.y_axis("probability", "")?;
    if figure.is_exact {
        bars(&plane, figure, orange)?;
    } else {
        let curve: Vec<Point> = (figure.bins.masses.iter().enumerate())
            .map(|(index, mass)| (figure.bins.middle(index), *mass))
            .collect();
        plane.dashed(&curve, stroke(orange, 2.0))?;
    }
    evaluation(&mut plane, figure, top, palette)?;
    let spans = [figure.single, figure.mean];
    for ((span, label), (middle, row)) in spans.into_iter().zip(&figure.span_labels).zip(ROWS) {
        let y = px(row);
        let is_mean = row == ROWS[1].1;
        let ends = [span.0, span.1].map(|x| {
            let inside = x.max(figure.range.0).min(figure.range.1);
            (plane.place((inside, 0.0)).0, y)
        });
        plane.line(&ends, stroke(orange, 2.0))?;
        for (x, _) in ends {
            plane.line(&[(x, y - px(4.0)), (x, y + px(4.0))], stroke(orange, 2.0))?;
        }
        let centre = i32::midpoint(ends[0].0, ends[1].0);
        if is_mean {
            plane.disc_at((centre, y), 4.0, filled(orange))?;
        }
        let at = plane.within(label, (centre, px(middle)), Type::LABEL);
        plane.write(label, at, Type::LABEL, orange, HPos::Center, VPos::Center)?;
    }
    draws(&plane, figure, palette)?;
    plane.readings(figure.cursor.as_ref(), &[orange, orange])
}

/// The highest probability or share that is shown.
fn highest(figure: &LayerFigure) -> f64 {
    let masses = figure.bins.masses.iter().copied();
    let mut top = masses.fold(0.0, f64::max);
    if figure.draws > STACKED {
        for index in 0..figure.counts.len() {
            top = top.max(figure.share(index));
        }
    }
    top
}

/// The bars, as one shape, and over it the one where evaluation is, where that is one outcome.
fn bars<DB: DrawingBackend>(
    plane: &Plane<'_, DB>,
    figure: &LayerFigure,
    colour: RGBColor,
) -> Outcome<DB> {
    let bins = &figure.bins;
    let mut all = Vec::new();
    for (index, mass) in bins.masses.iter().enumerate() {
        let middle = bins.middle(index);
        // A distribution without spread has one bar, which need not be as wide as its bin.
        let half = (0.5 * bins.width).min(0.03 * (figure.range.1 - figure.range.0));
        let (left, top) = plane.place((middle - half, *mass));
        let (right, foot) = plane.place((middle + half, 0.0));
        // Neighbours are kept apart, where there is room for that.
        let gap = px(0.75).min((right - left) / 6);
        let (left, right) = (left + gap, right - gap);
        let bar = [(left, foot), (left, top), (right, top), (right, foot)];
        all.extend(bar);
        if bins.outcomes == 1 && (middle - figure.evaluation).abs() < 0.01 * bins.width {
            plane.polygon(&bar, filled(colour.mix(0.4)))?;
        }
    }
    plane.polygon(&all, filled(colour.mix(0.22)))
}

/// What evaluation gives, as a line across the plane; where it is outside, only the words for it.
fn evaluation<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    figure: &LayerFigure,
    top: f64,
    palette: &Palette,
) -> Outcome<DB> {
    let (low, high) = figure.range;
    let at = figure.evaluation.max(low).min(high);
    let [name, exactly] = &figure.evaluation_labels;
    let mut name = name.clone();
    if at == figure.evaluation {
        let line = [(at, 0.0), (at, top)];
        plane.dashed(&line, stroke(palette.before, 1.5))?;
    } else {
        name.push_str(" →");
    }
    let (x, y) = plane.place((at, top));
    let beside = |side: f64| {
        let anchor = if side > 0.0 { HPos::Left } else { HPos::Right };
        [10.0, 27.0].map(|down| ((x + px(8.0 * side), y + px(down)), anchor))
    };
    let both = |side: f64| [beside(side), beside(-side)].concat();
    plane.write_if_clear(&name, &both(1.0), Type::LABEL, palette.before)?;
    plane.write_if_clear(exactly, &both(-1.0), Type::LABEL, palette.after)
}

/// The draws: a few one upon the other, many as dots at the height of their share; and the last one
/// on its way.
fn draws<DB: DrawingBackend>(
    plane: &Plane<'_, DB>,
    figure: &LayerFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let (width, height) = plane.size();
    let bins = &figure.bins;
    let share = bins.width / (figure.range.1 - figure.range.0);
    let radius = (0.46 * share * width).clamp(1.6, 3.5);
    let most = figure.counts.iter().copied().max().unwrap_or(0).max(1);
    let stacks = figure.draws <= STACKED;
    let step = (2.0 * radius).min((height - 20.0) / f64::from(most));
    let last = bins.index(figure.output);
    // Where the last draw comes to lie.
    let mut goal = 0.5 * step;
    for (index, &count) in figure.counts.iter().enumerate() {
        let middle = bins.middle(index);
        let (x, foot) = plane.place((middle, 0.0));
        if !stacks {
            if count > 0 {
                plane.disc((middle, figure.share(index)), radius, filled(palette.after))?;
            }
            continue;
        }
        let is_last = last == Some(index);
        let lying = if is_last {
            count.saturating_sub(1)
        } else {
            count
        };
        let mut level = 0.5 * step;
        for _ in 0..lying {
            plane.disc_at((x, foot - px(level)), radius, filled(palette.after))?;
            level += step;
        }
        if is_last {
            goal = level;
        }
    }
    if let Some(index) = last {
        let (x, foot) = plane.place((bins.middle(index), 0.0));
        // It falls as things do.
        let above = (height - goal) * (1.0 - figure.fallen * figure.fallen);
        let at = (x, foot - px(goal + above));
        plane.disc_at(at, radius + 3.0, filled(palette.paper))?;
        plane.disc_at(at, radius + 1.5, filled(palette.after))?;
    }
    Ok(())
}

/// The output at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn output_at(figure: &LayerFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(SPANS_ABOVE, figure.range, css_x, css_width)
}
