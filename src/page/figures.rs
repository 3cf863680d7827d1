//! The figures' canvases.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use wasm_bindgen::JsValue;
use web_sys::{Document, HtmlCanvasElement};

use super::canvas::Surface;
use super::dom;
use crate::charts::{Palette, draw_convergence, draw_density, draw_ratio};
use crate::scene::Scene;

/// One canvas a figure.
pub(super) struct Figures {
    density: HtmlCanvasElement,
    ratio: HtmlCanvasElement,
    convergence: HtmlCanvasElement,
}

impl Figures {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            density: dom::element(document, "#figure-density canvas")?,
            ratio: dom::element(document, "#figure-ratio canvas")?,
            convergence: dom::element(document, "#figure-convergence canvas")?,
        })
    }

    pub(super) fn ratio(&self) -> &HtmlCanvasElement {
        &self.ratio
    }

    pub(super) fn canvases(&self) -> [&HtmlCanvasElement; 3] {
        [&self.density, &self.ratio, &self.convergence]
    }

    /// Draws the figures, and says in words what they show.
    pub(super) fn show(&self, scene: &Scene, palette: &Palette) -> Result<(), JsValue> {
        let (density, ratio, convergence) = (&scene.density, &scene.ratio, &scene.convergence);
        show(&self.density, &density.summary, |area| {
            draw_density(area, density, palette)
        })?;
        show(&self.ratio, &ratio.summary, |area| {
            draw_ratio(area, ratio, palette)
        })?;
        show(&self.convergence, &convergence.summary, |area| {
            draw_convergence(area, convergence, palette)
        })
    }
}

fn show<E: std::fmt::Display>(
    canvas: &HtmlCanvasElement,
    summary: &str,
    draw: impl FnOnce(&DrawingArea<Surface, Shift>) -> Result<(), E>,
) -> Result<(), JsValue> {
    dom::set_attribute(canvas, "aria-label", summary);
    match Surface::area(canvas)? {
        Some(area) => draw(&area).map_err(|error| error.to_string().into()),
        None => Ok(()),
    }
}
