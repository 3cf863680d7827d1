//! The figures: which of them must be drawn anew, where the reader points in them, and the drawing.

use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;
use wasm_bindgen::JsValue;
use web_sys::{Document, Element, HtmlCanvasElement, HtmlInputElement};

use super::canvas::{Pen, Surface};
use super::dom;
use super::table::DataTable;
use crate::charts::{
    Palette, activation_at, decade_at, draw_convergence, draw_density, draw_depth, draw_layer,
    draw_mask, draw_ratio, draw_rules, draw_spirals, draw_study, draw_training, draw_units,
    draw_variance, drop_probability_at, layer_at, layer_unit_at, mask_at, output_at,
    rules_activation_at, study_at, training_at, unit_at, variance_at,
};
use crate::scene::{Readable, Scene, nearest};

/// The figures of the page.
pub(super) struct Figures {
    document: Document,
    /// Those of the first view, then all.
    all: Vec<Figure>,
    /// Whether they can be read: in the first view they have no cursors and tables.
    are_complete: bool,
}

/// So many of the figures are in the first view.
const FIRST: usize = 2;

/// What makes a figure: a chart of a part of the scene.
struct Chart {
    /// As in `id="figure-NAME"`.
    name: &'static str,
    /// The part of the scene, where it is there.
    part: fn(&mut Scene) -> Option<&mut dyn Readable>,
    /// Whether two scenes have the same part.
    is_same: fn(&Scene, &Scene) -> bool,
    draw: Draw,
    /// Which of its data are so many CSS pixels from the left edge of a canvas of this width.
    x_at: fn(&Scene, f64, u32) -> f64,
}

type Draw = fn(&DrawingArea<Surface<'_>, Shift>, &Scene, &Palette) -> Drawn;

pub(super) type Drawn =
    Result<(), DrawingAreaErrorKind<<Surface<'static> as DrawingBackend>::ErrorType>>;

const CHARTS: [Chart; 12] = [
    Chart {
        name: "density",
        part: |scene| Some(&mut scene.density),
        is_same: |a, b| a.density == b.density,
        draw: |area, scene, palette| draw_density(area, &scene.density, palette),
        x_at: |scene, x, width| activation_at(&scene.density, x, width),
    },
    Chart {
        name: "ratio",
        part: |scene| Some(&mut scene.ratio),
        is_same: |a, b| a.ratio == b.ratio,
        draw: |area, scene, palette| draw_ratio(area, &scene.ratio, palette),
        x_at: |_, x, width| drop_probability_at(x, width),
    },
    Chart {
        name: "convergence",
        part: |scene| Some(scene.convergence.as_mut()?),
        is_same: |a, b| a.convergence == b.convergence,
        draw: |area, scene, palette| {
            drawn(&scene.convergence, |it| draw_convergence(area, it, palette))
        },
        x_at: |scene, x, width| read(&scene.convergence, |it| decade_at(it, x, width)),
    },
    Chart {
        name: "variance",
        part: |scene| Some(scene.variance.as_mut()?),
        is_same: |a, b| a.variance == b.variance,
        draw: |area, scene, palette| drawn(&scene.variance, |it| draw_variance(area, it, palette)),
        x_at: |scene, x, width| read(&scene.variance, |it| variance_at(it, x, width)),
    },
    Chart {
        name: "mask",
        part: |scene| Some(scene.mask.as_mut()?),
        is_same: |a, b| a.mask == b.mask,
        draw: |area, scene, palette| drawn(&scene.mask, |it| draw_mask(area, it, palette)),
        x_at: |scene, x, width| read(&scene.mask, |it| unit_at(it, x, width)),
    },
    Chart {
        name: "layer",
        part: |scene| Some(scene.layer.as_mut()?),
        is_same: |a, b| a.layer == b.layer,
        draw: |area, scene, palette| drawn(&scene.layer, |it| draw_layer(area, it, palette)),
        x_at: |scene, x, width| read(&scene.layer, |it| output_at(it, x, width)),
    },
    Chart {
        name: "units",
        part: |scene| Some(scene.units.as_mut()?),
        is_same: |a, b| a.units == b.units,
        draw: |area, scene, palette| drawn(&scene.units, |it| draw_units(area, it, palette)),
        x_at: |scene, x, width| read(&scene.units, |it| layer_unit_at(it, x, width)),
    },
    Chart {
        name: "rules",
        part: |scene| Some(scene.rules.as_mut()?),
        is_same: |a, b| a.rules == b.rules,
        draw: |area, scene, palette| drawn(&scene.rules, |it| draw_rules(area, it, palette)),
        x_at: |scene, x, width| read(&scene.rules, |it| rules_activation_at(it, x, width)),
    },
    Chart {
        name: "training",
        part: |scene| Some(scene.training.as_mut()?),
        is_same: |a, b| a.training == b.training,
        draw: |area, scene, palette| drawn(&scene.training, |it| draw_training(area, it, palette)),
        x_at: |scene, x, width| read(&scene.training, |it| training_at(it, x, width)),
    },
    Chart {
        name: "study",
        part: |scene| Some(scene.study.as_mut()?),
        is_same: |a, b| a.study == b.study,
        draw: |area, scene, palette| drawn(&scene.study, |it| draw_study(area, it, palette)),
        x_at: |scene, x, width| read(&scene.study, |it| study_at(it, x, width)),
    },
    Chart {
        name: "spirals",
        part: |scene| Some(scene.spirals.as_mut()?),
        is_same: |a, b| a.spirals == b.spirals,
        draw: |area, scene, palette| drawn(&scene.spirals, |it| draw_spirals(area, it, palette)),
        x_at: |scene, x, width| read(&scene.spirals, |it| mask_at(it, x, width)),
    },
    Chart {
        name: "depth",
        part: |scene| Some(scene.depth.as_mut()?),
        is_same: |a, b| a.depth == b.depth,
        draw: |area, scene, palette| drawn(&scene.depth, |it| draw_depth(area, it, palette)),
        x_at: |scene, x, width| read(&scene.depth, |it| layer_at(it, x, width)),
    },
];

/// A figure that is drawn where the scene has it.
fn drawn<F>(figure: &Option<F>, draw: impl FnOnce(&F) -> Drawn) -> Drawn {
    figure.as_ref().map_or(Ok(()), draw)
}

/// What is read off a figure where the scene has it.
fn read<F>(figure: &Option<F>, read: impl FnOnce(&F) -> f64) -> f64 {
    figure.as_ref().map_or(0.0, read)
}

/// Where a reader points in a figure.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pointed {
    /// With a pointer, so many CSS pixels from the figure's left edge.
    At(f64),
    /// With the figure's range input, at the place that this has.
    Reading,
}

/// Which figures are drawn, and which numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those in view.
    InView,
    /// All of them.
    All,
}

impl Figures {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        let mut all = Vec::with_capacity(CHARTS.len());
        for chart in CHARTS.into_iter().take(FIRST) {
            let mut figure = Figure::new(document, chart)?;
            // The first drawing must not wait until the browser reports what is in view. Of the others
            // it does: to ask where they are would have it lay out all of the page.
            figure.in_view = dom::is_in_view(&figure.canvas);
            all.push(figure);
        }
        Ok(Self {
            document: document.clone(),
            all,
            are_complete: false,
        })
    }

    /// Adds the figures that the first view does not have, and returns them. They wait to be completed, too.
    pub(super) fn add_others(&mut self) -> Result<&[Figure], JsValue> {
        for chart in CHARTS.into_iter().skip(FIRST) {
            self.all.push(Figure::new(&self.document, chart)?);
        }
        Ok(&self.all[FIRST..])
    }

    /// From now on all figures are shown, and can be read.
    pub(super) fn complete(&mut self) {
        self.are_complete = true;
    }

    /// Those that are shown.
    fn shown(&mut self) -> impl Iterator<Item = &mut Figure> {
        let count = if self.are_complete {
            self.all.len()
        } else {
            FIRST
        };
        self.all.iter_mut().take(count)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Figure> {
        self.all.iter()
    }

    /// Whether the figure of this name is in view.
    pub(super) fn is_in_view(&self, name: &str) -> bool {
        let mut all = self.all.iter();
        all.any(|figure| figure.in_view && figure.name() == name)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Figure> {
        self.all.get(index)
    }

    /// From now on this canvas is, or is not, in view.
    pub(super) fn see(&mut self, canvas: &Element, in_view: bool) {
        for figure in &mut self.all {
            let own: &Element = &figure.canvas;
            if own == canvas {
                figure.in_view = in_view;
            }
        }
    }

    /// The sizes of the canvases may be others.
    pub(super) fn forget_sizes(&mut self) {
        for figure in &mut self.all {
            figure.size = None;
        }
    }

    /// Puts the cursor of a figure where the reader points, or takes it away.
    pub(super) fn point(&mut self, index: usize, pointed: Option<Pointed>, scene: &mut Scene) {
        if let Some(figure) = self.all.get_mut(index) {
            figure.point(pointed, scene);
        }
    }

    /// Puts the cursors into a new scene, and says of all figures what they show. Where nobody reads
    /// them, the places of their cursors follow once the settings have settled.
    pub(super) fn take(&mut self, scene: &mut Scene, before: Option<&Scene>, is_settled: bool) {
        let can_be_read = self.are_complete;
        for figure in self.shown() {
            if can_be_read && (is_settled || figure.is_read()) {
                figure.read(scene);
            }
            figure.take(scene, before);
        }
    }

    /// Draws those of these figures that the scene has, and that are not as they should be. Says whether
    /// some may be left: a figure's first drawing takes many times as long as its others, so those in
    /// view wait for each other, and a slow device can answer its reader in between.
    pub(super) fn draw(
        &mut self,
        which: Which,
        scene: &mut Scene,
        palette: &Palette,
    ) -> Result<bool, JsValue> {
        let resolution = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        for figure in self.shown() {
            if figure.in_view || which == Which::All {
                let was_picture = !figure.was_drawn;
                figure.draw(scene, palette, resolution)?;
                if was_picture && figure.was_drawn && which == Which::InView {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// A figure of the page.
pub(super) struct Figure {
    chart: Chart,
    pub(super) canvas: HtmlCanvasElement,
    /// Moves the cursor by keyboard; lies over the figure, unseen.
    pub(super) reader: HtmlInputElement,
    pub(super) data: DataTable,
    /// None where the browser lets the page draw nothing: the styles then show the picture, and say so.
    pen: Option<Rc<Pen>>,
    /// Its size in CSS pixels, where that is known: to ask for it makes the browser lay out the page.
    size: Option<(u32, u32)>,
    in_view: bool,
    /// What was said last that it shows.
    summary: String,
    places: Vec<f64>,
    /// The place of the cursor, where there is one.
    pointed: Option<f64>,
    /// What the figure, as it is, was drawn on, once it was.
    drawn: Option<Ground>,
    /// Whether it was ever drawn: before, its place has a picture.
    was_drawn: bool,
}

/// What a drawing depends on beside its figure.
#[derive(PartialEq)]
struct Ground {
    palette: Palette,
    size: (u32, u32),
    resolution: f64,
}

impl Figure {
    fn new(document: &Document, chart: Chart) -> Result<Self, JsValue> {
        let figure = format!("#figure-{} ", chart.name);
        let canvas: HtmlCanvasElement = dom::element(document, &(figure.clone() + "canvas"))?;
        let pen = Pen::new(&canvas).ok().map(Rc::new);
        dom::toggle_attribute(&canvas, "data-refused", pen.is_none());
        Ok(Self {
            pen,
            size: None,
            in_view: false,
            summary: String::new(),
            canvas,
            reader: dom::element(document, &(figure.clone() + ".reader"))?,
            data: DataTable::new(document, &(figure + ".data"))?,
            chart,
            places: Vec::new(),
            pointed: None,
            drawn: None,
            was_drawn: false,
        })
    }

    /// As in `id="figure-NAME"`.
    pub(super) fn name(&self) -> &'static str {
        self.chart.name
    }

    /// Its part of a scene, where that is there.
    pub(super) fn part<'a>(&self, scene: &'a mut Scene) -> Option<&'a mut dyn Readable> {
        (self.chart.part)(scene)
    }

    /// Draws it on something else than its canvas.
    pub(super) fn draw_on(
        &self,
        area: &DrawingArea<Surface<'_>, Shift>,
        scene: &Scene,
        palette: &Palette,
    ) -> Drawn {
        (self.chart.draw)(area, scene, palette)
    }

    /// Whether it has the marker that sets p.
    pub(super) fn has_marker(&self) -> bool {
        self.chart.name == "ratio"
    }

    /// The place of the cursor, where there is one.
    pub(super) fn pointed(&self) -> Option<f64> {
        self.pointed
    }

    fn point(&mut self, pointed: Option<Pointed>, scene: &mut Scene) {
        self.pointed = pointed.and_then(|pointed| match pointed {
            Pointed::At(css_x) => {
                let width = u32::try_from(self.canvas.client_width()).unwrap_or(0);
                Some((self.chart.x_at)(scene, css_x, width))
            }
            Pointed::Reading => {
                let index: usize = self.reader.value().parse().ok()?;
                self.places.get(index).copied()
            }
        });
        // What the input says must be there when its value has changed, not a frame later.
        if let Some(part) = (self.chart.part)(scene) {
            self.put_cursor(part);
            self.drawn = None;
        }
    }

    fn take(&mut self, scene: &mut Scene, before: Option<&Scene>) {
        let Some(part) = (self.chart.part)(scene) else {
            return;
        };
        if self.summary != part.summary() {
            self.summary = part.summary().to_owned();
            dom::set_attribute(&self.canvas, "aria-label", &self.summary);
        }
        if !before.is_some_and(|before| (self.chart.is_same)(before, scene)) {
            self.drawn = None;
        }
    }

    fn is_read(&self) -> bool {
        self.pointed.is_some() || self.data.is_open()
    }

    /// Puts the cursor into a new scene, and its data into the table. Not inlined, so that it is not
    /// in the first view, which has neither.
    #[inline(never)]
    fn read(&mut self, scene: &mut Scene) {
        let Some(part) = (self.chart.part)(scene) else {
            return;
        };
        let places = part.places();
        if places != self.places {
            self.places = places;
            let last = self.places.len().saturating_sub(1);
            dom::set_attribute(&self.reader, "max", &last.to_string());
            // Where a keyboard's reader begins.
            self.reader.set_value(&(last / 2).to_string());
            dom::toggle_attribute(&self.reader, "disabled", self.places.is_empty());
        }
        self.put_cursor(part);
        if self.data.is_open() {
            self.data.show(&part.table());
        }
    }

    /// Puts the cursor, if there is one, at the nearest of its places, and says what it says.
    fn put_cursor(&mut self, part: &mut dyn Readable) {
        let index = self.pointed.and_then(|it| nearest(&self.places, it));
        self.pointed = index.map(|index| self.places[index]);
        part.point_at(self.pointed);
        if let Some(index) = index {
            self.reader.set_value(&index.to_string());
        }
        match part.cursor() {
            Some(cursor) => dom::set_attribute(&self.reader, "aria-valuetext", &cursor.words),
            None => dom::remove_attribute(&self.reader, "aria-valuetext"),
        }
    }

    fn draw(
        &mut self,
        scene: &mut Scene,
        palette: &Palette,
        resolution: f64,
    ) -> Result<(), JsValue> {
        if (self.chart.part)(scene).is_none() {
            return Ok(());
        }
        let canvas = &self.canvas;
        let size = *self.size.get_or_insert_with(|| {
            [canvas.client_width(), canvas.client_height()]
                .map(|length| u32::try_from(length).unwrap_or(0))
                .into()
        });
        let wanted = Ground {
            palette: *palette,
            size,
            resolution,
        };
        let Some(pen) = &self.pen else {
            return Ok(());
        };
        // It has no size where it is not shown.
        if size.0 > 0 && size.1 > 0 && self.drawn.as_ref() != Some(&wanted) {
            let area = Surface::area(pen, size, resolution)?;
            (self.chart.draw)(&area, scene, palette).map_err(|error| error.to_string())?;
            self.drawn = Some(wanted);
            if !self.was_drawn {
                self.was_drawn = true;
                dom::toggle_attribute(&self.canvas, "data-drawn", true);
            }
        }
        Ok(())
    }
}
