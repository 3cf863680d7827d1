//! The long run's curves by both evaluations, beside each other or below each other.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::plane::Outcome;
use super::style::{Palette, UNIT};
use super::training;
use crate::scene::StudyFigure;

/// From this width in CSS pixels on, the panels are beside each other.
const WIDE: u32 = 560;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &StudyFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let is_wide = area.dim_in_pixel().0 >= WIDE * UNIT;
    let parts = area.split_evenly(if is_wide { (1, 2) } else { (2, 1) });
    for (part, panel) in parts.iter().zip(&figure.panels) {
        training::draw(part, panel, palette)?;
    }
    Ok(())
}

/// The p at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn study_at(figure: &StudyFigure, css_x: f64, css_width: u32) -> f64 {
    let [panel, _] = &figure.panels;
    if css_width < WIDE {
        return training::training_at(panel, css_x, css_width);
    }
    let half = f64::from(css_width) / 2.0;
    let x = if css_x < half { css_x } else { css_x - half };
    training::training_at(panel, x, css_width / 2)
}
