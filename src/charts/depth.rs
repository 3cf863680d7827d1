//! Layer by layer: the standard deviation, the mean and the correlation, one panel below the other.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::plane::{MARGINS, Margins, Outcome, Plane, Point, x_at};
use super::style::{Palette, Type, UNIT, filled, px, stroke};
use crate::scene::{Cursor, DepthFigure, LayerPanel, LayerSeries};

/// What of the height each panel has.
const SHARES: [f64; 3] = [0.48, 0.26, 0.26];

/// Above a panel, for its name.
const HEAD: f64 = 36.0;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &DepthFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let height = f64::from(area.dim_in_pixel().1) / f64::from(UNIT);
    let room = height - MARGINS.bottom;
    let mut head = 0.0;
    let mut readings = figure.cursor.iter().flat_map(|cursor| &cursor.readings);
    for (index, (panel, share)) in figure.panels.iter().zip(SHARES).enumerate() {
        let foot = head + share * room;
        let margins = Margins {
            top: head + HEAD,
            bottom: height - foot,
            ..MARGINS
        };
        let mut plane = Plane::new(area, palette, margins, layers(figure), panel.range);
        if panel.ticks.is_empty() {
            plane.y_axis(panel.name, "")?;
        } else {
            plane.y_axis_of(panel.name, &panel.ticks)?;
        }
        let here = figure.cursor.as_ref().map(|cursor| Cursor {
            readings: readings
                .by_ref()
                .take(panel.series.len())
                .cloned()
                .collect(),
            ..cursor.clone()
        });
        if index + 1 == SHARES.len() {
            plane.cursor_line(here.as_ref())?;
            plane.x_axis_of("layer", &ticks(figure.layers, plane.size().0))?;
        } else if let Some(here) = &here {
            plane.cursor_line_alone(here)?;
        }
        // There, this panel and the next have their names.
        plane.confine(15.0, 4.0);
        let colours = match panel.series.len() {
            1 => vec![palette.soft],
            _ => vec![palette.after, palette.before],
        };
        // Training, which is the news, comes last.
        for (series, &colour) in panel.series.iter().zip(&colours).rev() {
            dots(&mut plane, series, panel.range, colour)?;
        }
        for (series, &colour) in panel.series.iter().zip(&colours).rev() {
            plane.curve(&series.line, stroke(colour, 2.0))?;
        }
        names(&mut plane, panel, &colours)?;
        if let (0, Some(growth)) = (index, &figure.growth) {
            between(&mut plane, panel, growth)?;
        }
        plane.readings(here.as_ref(), &colours)?;
        head = foot;
    }
    Ok(())
}

fn layers(figure: &DepthFigure) -> Point {
    (0.0, f64::from(figure.layers))
}

/// The layer at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn layer_at(figure: &DepthFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(MARGINS, layers(figure), css_x, css_width)
}

/// Whole layers, at least so far apart that their numbers have room.
fn ticks(layers: u32, width: f64) -> Vec<(f64, String)> {
    let most = width / 32.0;
    let steps = [1, 2, 5, 10, 25];
    let fits = |step: &&usize| f64::from(layers) / **step as f64 <= most;
    let step = steps.iter().find(fits).copied().unwrap_or(50);
    let ticks = (0..=layers).step_by(step);
    ticks
        .map(|layer| (f64::from(layer), layer.to_string()))
        .collect()
}

/// The simulation: a disc a layer, and two standard errors to each side.
fn dots<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    series: &LayerSeries,
    (low, high): Point,
    colour: RGBColor,
) -> Outcome<DB> {
    let within = |value: f64| value.max(low).min(high);
    for &(layer, [value, from, to]) in &series.dots {
        let bar = [within(from), within(to)].map(|end| plane.place((layer, end)));
        plane.line(&bar, stroke(colour, 1.0))?;
        plane.take_line(bar);
        if value == within(value) {
            plane.disc((layer, value), 3.2, filled(plane.palette.paper))?;
            plane.disc((layer, value), 2.6, filled(colour))?;
            plane.keep_clear((layer, value), 3.2);
        }
    }
    Ok(())
}

/// The name of each line, near its right end.
fn names<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    panel: &LayerPanel,
    colours: &[RGBColor],
) -> Outcome<DB> {
    for (index, (series, &colour)) in panel.series.iter().zip(colours).enumerate() {
        let Some(&last) = series.line.last() else {
            continue;
        };
        let (x, y) = plane.place(last);
        let side = if index == 0 { -1.0 } else { 1.0 };
        let places = [14.0, -14.0, 24.0, -24.0, 36.0, -36.0, 52.0, -52.0]
            .map(|down| ((x, y + px(side * down)), HPos::Right));
        plane.write_clear(&series.label, &places, Type::LABEL, colour)?;
    }
    Ok(())
}

/// What lies between the ends of the two lines.
fn between<DB: DrawingBackend>(
    plane: &mut Plane<'_, DB>,
    panel: &LayerPanel,
    growth: &str,
) -> Outcome<DB> {
    let ends: Vec<_> = panel
        .series
        .iter()
        .filter_map(|it| it.line.last())
        .collect();
    if let [&training, &evaluation] = ends[..] {
        let [(x, a), (_, b)] = [training, evaluation].map(|end| plane.place(end));
        let middle = (a + b) / 2;
        let places = [0.0, 10.0, -10.0, 20.0, -20.0, 30.0]
            .map(|down| ((x - px(4.0), middle + px(down)), HPos::Right));
        plane.write_if_clear(growth, &places, Type::LABEL, plane.palette.soft)?;
    }
    Ok(())
}
