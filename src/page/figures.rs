//! The figures' canvases: which of them must be drawn anew, and the drawing.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use wasm_bindgen::JsValue;
use web_sys::{Document, Element, HtmlCanvasElement};

use super::canvas::Surface;
use super::dom;
use crate::charts::{Palette, draw_convergence, draw_density, draw_ratio};
use crate::scene::{ConvergenceFigure, DensityFigure, RatioFigure, Scene};

/// One canvas a figure.
pub(super) struct Figures {
    density: Picture<DensityFigure>,
    ratio: Picture<RatioFigure>,
    convergence: Picture<ConvergenceFigure>,
}

/// A canvas, and what is drawn on it.
struct Picture<F> {
    canvas: HtmlCanvasElement,
    in_view: bool,
    drawn: Option<Drawn<F>>,
}

#[derive(PartialEq)]
struct Drawn<F> {
    figure: F,
    palette: Palette,
    width: i32,
    height: i32,
    resolution: f64,
}

impl Figures {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            density: Picture::new(document, "#figure-density canvas")?,
            ratio: Picture::new(document, "#figure-ratio canvas")?,
            convergence: Picture::new(document, "#figure-convergence canvas")?,
        })
    }

    pub(super) fn ratio(&self) -> &HtmlCanvasElement {
        &self.ratio.canvas
    }

    pub(super) fn canvases(&self) -> [&HtmlCanvasElement; 3] {
        [
            &self.density.canvas,
            &self.ratio.canvas,
            &self.convergence.canvas,
        ]
    }

    /// From now on this canvas is, or is not, in view.
    pub(super) fn see(&mut self, canvas: &Element, in_view: bool) {
        self.density.see(canvas, in_view);
        self.ratio.see(canvas, in_view);
        self.convergence.see(canvas, in_view);
    }

    /// All figures are about to be printed.
    pub(super) fn see_all(&mut self) {
        self.density.in_view = true;
        self.ratio.in_view = true;
        self.convergence.in_view = true;
    }

    /// Draws the figures that are in view and not as they should be, and says of all in words what
    /// they show.
    pub(super) fn show(&mut self, scene: &Scene, palette: &Palette) -> Result<(), JsValue> {
        let (density, ratio, convergence) = (&scene.density, &scene.ratio, &scene.convergence);
        self.density
            .show(density, &density.summary, palette, |area| {
                draw_density(area, density, palette)
            })?;
        self.ratio.show(ratio, &ratio.summary, palette, |area| {
            draw_ratio(area, ratio, palette)
        })?;
        self.convergence
            .show(convergence, &convergence.summary, palette, |area| {
                draw_convergence(area, convergence, palette)
            })
    }
}

impl<F: Clone + PartialEq> Picture<F> {
    /// What is in view at the start is found out here: the first drawing must not wait until the
    /// browser reports it.
    fn new(document: &Document, selector: &str) -> Result<Self, JsValue> {
        let canvas: HtmlCanvasElement = dom::element(document, selector)?;
        let place = canvas.get_bounding_client_rect();
        let height = web_sys::window()
            .and_then(|window| window.inner_height().ok()?.as_f64())
            .unwrap_or(f64::INFINITY);
        Ok(Self {
            canvas,
            in_view: place.bottom() > 0.0 && place.top() < height,
            drawn: None,
        })
    }

    fn see(&mut self, canvas: &Element, in_view: bool) {
        let own: &Element = &self.canvas;
        if own == canvas {
            self.in_view = in_view;
        }
    }

    fn show<E: std::fmt::Display>(
        &mut self,
        figure: &F,
        summary: &str,
        palette: &Palette,
        draw: impl FnOnce(&DrawingArea<Surface, Shift>) -> Result<(), E>,
    ) -> Result<(), JsValue> {
        dom::set_attribute(&self.canvas, "aria-label", summary);
        if !self.in_view {
            return Ok(());
        }
        let wanted = Drawn {
            figure: figure.clone(),
            palette: *palette,
            width: self.canvas.client_width(),
            height: self.canvas.client_height(),
            resolution: web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()),
        };
        if self.drawn.as_ref() == Some(&wanted) {
            return Ok(());
        }
        if let Some(area) = Surface::area(&self.canvas)? {
            draw(&area).map_err(|error| error.to_string())?;
            self.drawn = Some(wanted);
        }
        Ok(())
    }
}
