//! The figures: which of them must be drawn anew, where the reader points in them, and the drawing.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;
use wasm_bindgen::JsValue;
use web_sys::{Document, Element, HtmlCanvasElement, HtmlInputElement};

use super::canvas::Surface;
use super::dom;
use super::table::DataTable;
use crate::charts::{
    Palette, activation_at, decade_at, draw_convergence, draw_density, draw_ratio,
    drop_probability_at,
};
use crate::scene::{Readable, Scene, nearest};

/// All figures of the page.
pub(super) struct Figures(Vec<Box<dyn Picture>>);

impl Figures {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        let frame = |name| Frame::new(document, name);
        Ok(Self(vec![
            picture(
                frame("density")?,
                |it| &it.density,
                draw_density,
                activation_at,
            ),
            picture(
                frame("ratio")?,
                |it| &it.ratio,
                draw_ratio,
                |_, x, width| drop_probability_at(x, width),
            ),
            picture(
                frame("convergence")?,
                |it| &it.convergence,
                draw_convergence,
                decade_at,
            ),
        ]))
    }

    /// The canvas and what else stands in each figure.
    pub(super) fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.0.iter().map(|picture| picture.frame())
    }

    /// From now on this canvas is, or is not, in view.
    pub(super) fn see(&mut self, canvas: &Element, in_view: bool) {
        for picture in &mut self.0 {
            let frame = picture.frame_mut();
            let own: &Element = &frame.canvas;
            if own == canvas {
                frame.in_view = in_view;
            }
        }
    }

    /// All figures are about to be printed.
    pub(super) fn see_all(&mut self) {
        for picture in &mut self.0 {
            picture.frame_mut().in_view = true;
        }
    }

    /// Puts the cursor of a figure where the reader points, or takes it away.
    pub(super) fn point(&mut self, index: usize, pointed: Option<Pointed>) {
        if let Some(picture) = self.0.get_mut(index) {
            picture.point(pointed);
        }
    }

    /// Draws the figures that are in view and not as they should be, and says of all in words what
    /// they show.
    pub(super) fn show(&mut self, scene: &Scene, palette: &Palette) -> Result<(), JsValue> {
        for picture in &mut self.0 {
            picture.show(scene, palette)?;
        }
        Ok(())
    }
}

/// Where a reader points in a figure.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pointed {
    /// With a pointer, so many CSS pixels from the figure's left edge.
    At(f64),
    /// With the figure's range input, at the place that this has.
    Reading,
}

/// What of a figure does not depend on what it shows.
pub(super) struct Frame {
    pub(super) name: &'static str,
    pub(super) canvas: HtmlCanvasElement,
    /// Moves the cursor by keyboard; lies over the figure, unseen.
    pub(super) reader: HtmlInputElement,
    pub(super) data: DataTable,
    in_view: bool,
    places: Vec<f64>,
    /// The place of the cursor, where there is one.
    pointed: Option<f64>,
}

impl Frame {
    /// A canvas counts as in view until the browser says that it is not: the first drawing must not
    /// wait.
    fn new(document: &Document, name: &'static str) -> Result<Self, JsValue> {
        Ok(Self {
            name,
            canvas: dom::element(document, &format!("#figure-{name} canvas"))?,
            reader: dom::element(document, &format!("#figure-{name} .reader"))?,
            data: DataTable::new(document, &format!("#figure-{name} .data"))?,
            in_view: true,
            places: Vec::new(),
            pointed: None,
        })
    }

    /// The place of the cursor, where there is one.
    pub(super) fn pointed(&self) -> Option<f64> {
        self.pointed
    }

    fn width(&self) -> u32 {
        u32::try_from(self.canvas.client_width()).unwrap_or(0)
    }

    /// From now on these are the places of the cursor.
    fn take(&mut self, places: Vec<f64>) {
        if places != self.places {
            self.places = places;
            let last = self.places.len().saturating_sub(1);
            dom::set_attribute(&self.reader, "max", &last.to_string());
            // Where a keyboard's reader begins.
            self.reader.set_value(&(last / 2).to_string());
            dom::toggle_attribute(&self.reader, "disabled", self.places.is_empty());
        }
    }

    /// Puts the cursor, if there is one, at the nearest of its places, and says what it says.
    fn put_cursor(&mut self, figure: &mut impl Readable) {
        let index = (self.pointed).and_then(|pointed| nearest(&self.places, pointed));
        self.pointed = index.map(|index| self.places[index]);
        let Some((index, place)) = index.zip(self.pointed) else {
            dom::remove_attribute(&self.reader, "aria-valuetext");
            return;
        };
        self.reader.set_value(&index.to_string());
        figure.point_at(place);
        if let Some(cursor) = figure.cursor() {
            dom::set_attribute(&self.reader, "aria-valuetext", &cursor.words);
        }
    }
}

/// A figure of whichever kind.
trait Picture {
    fn frame(&self) -> &Frame;
    fn frame_mut(&mut self) -> &mut Frame;
    fn point(&mut self, pointed: Option<Pointed>);
    fn show(&mut self, scene: &Scene, palette: &Palette) -> Result<(), JsValue>;
}

/// A figure with its place in the scene, its chart, and which of its data are so many CSS pixels
/// from its left edge.
fn picture<F: Readable + Clone + PartialEq + 'static>(
    frame: Frame,
    of: fn(&Scene) -> &F,
    draw: Draw<F>,
    x_at: fn(&F, f64, u32) -> f64,
) -> Box<dyn Picture> {
    Box::new(PictureOf {
        frame,
        of,
        draw,
        x_at,
        figure: None,
        drawn: None,
    })
}

type Draw<F> = fn(
    &DrawingArea<Surface, Shift>,
    &F,
    &Palette,
) -> Result<(), DrawingAreaErrorKind<<Surface as DrawingBackend>::ErrorType>>;

struct PictureOf<F> {
    frame: Frame,
    of: fn(&Scene) -> &F,
    draw: Draw<F>,
    x_at: fn(&F, f64, u32) -> f64,
    /// What it shows, or would if it were in view.
    figure: Option<F>,
    /// What that was drawn on, once it was.
    drawn: Option<Ground>,
}

/// What a drawing depends on beside its figure.
#[derive(PartialEq)]
struct Ground {
    palette: Palette,
    width: i32,
    height: i32,
    resolution: f64,
}

impl<F: Readable + Clone + PartialEq> Picture for PictureOf<F> {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }

    fn point(&mut self, pointed: Option<Pointed>) {
        let Some(figure) = &self.figure else {
            return;
        };
        let frame = &mut self.frame;
        frame.pointed = pointed.map(|pointed| match pointed {
            Pointed::At(css_x) => (self.x_at)(figure, css_x, frame.width()),
            Pointed::Reading => {
                let index: usize = frame.reader.value().parse().unwrap_or(0);
                frame.places.get(index).copied().unwrap_or(0.0)
            }
        });
        // What the input says must be there when its value has changed, not a frame later.
        let mut figure = figure.clone();
        frame.put_cursor(&mut figure);
    }

    fn show(&mut self, scene: &Scene, palette: &Palette) -> Result<(), JsValue> {
        let frame = &mut self.frame;
        let mut figure = (self.of)(scene).clone();
        frame.take(figure.places());
        frame.put_cursor(&mut figure);
        dom::set_attribute(&frame.canvas, "aria-label", figure.summary());
        if frame.data.is_open() {
            frame.data.show(&figure.table())?;
        }
        if self.figure.as_ref() != Some(&figure) {
            self.figure = Some(figure);
            self.drawn = None;
        }
        if !frame.in_view {
            return Ok(());
        }
        let wanted = Ground {
            palette: *palette,
            width: frame.canvas.client_width(),
            height: frame.canvas.client_height(),
            resolution: web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()),
        };
        if self.drawn.as_ref() == Some(&wanted) {
            return Ok(());
        }
        if let (Some(figure), Some(area)) = (&self.figure, Surface::area(&frame.canvas)?) {
            (self.draw)(&area, figure, palette).map_err(|error| error.to_string())?;
            self.drawn = Some(wanted);
        }
        Ok(())
    }
}
