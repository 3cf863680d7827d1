//! What a pointer and the arrow keys do in a figure: move a cursor over it and, where it has a
//! marker, drag this.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{Event, FocusOptions, HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::{App, Shared};
use crate::charts::{drop_probability_at, is_on_marker};
use crate::page::dom;
use crate::page::figures::{Frame, Pointed};
use crate::settings::DropProbability;

/// What CSS knows a canvas by whose marker can be, or is, held.
const GRAB: &str = "data-grab";

/// A figure whose reader points at it.
#[derive(Clone)]
struct Target {
    index: usize,
    canvas: HtmlCanvasElement,
    /// Whether it has the marker that sets p.
    has_marker: bool,
}

impl App {
    pub(super) fn listen_to_figure(
        app: &Shared,
        index: usize,
        frame: &Frame,
    ) -> Result<(), JsValue> {
        let (canvas, reader) = (&frame.canvas, &frame.reader);
        let figure = Target {
            index,
            canvas: canvas.clone(),
            has_marker: frame.name == "ratio",
        };
        let has_marker = figure.has_marker;
        for kind in [
            "pointerdown",
            "pointermove",
            "pointerup",
            "pointercancel",
            "pointerleave",
        ] {
            let (app, figure, reader) = (Rc::clone(app), figure.clone(), reader.clone());
            dom::listen(canvas, kind, move |event: PointerEvent| {
                if event.type_() == "pointerdown" {
                    // The arrow keys lead on from there. The focus makes events of its own, so it
                    // comes before the app is borrowed.
                    let options = FocusOptions::new();
                    options.set_prevent_scroll(true);
                    // An input that is disabled takes no focus.
                    let _ = reader.focus_with_options(&options);
                }
                app.borrow_mut().take_pointer(&figure, &event);
            })?;
        }
        // The default would take the focus away from the range input.
        dom::listen(canvas, "mousedown", |event: Event| event.prevent_default())?;
        for kind in ["focus", "input", "blur"] {
            let app = Rc::clone(app);
            dom::listen(reader, kind, move |event: Event| {
                let pointed = (event.type_() != "blur").then_some(Pointed::Reading);
                app.borrow_mut().point(index, pointed);
            })?;
        }
        let target = Rc::clone(app);
        dom::listen(reader, "keydown", move |event: KeyboardEvent| {
            let mut app = target.borrow_mut();
            match event.key().as_str() {
                "Escape" => app.point(index, None),
                "Enter" if has_marker => app.set_p_at_cursor(index),
                _ => {}
            }
        })?;
        let app = Rc::clone(app);
        dom::listen(frame.data.details(), "toggle", move |_: Event| {
            app.borrow_mut().request_frame();
        })
    }

    fn take_pointer(&mut self, figure: &Target, event: &PointerEvent) {
        let canvas = &figure.canvas;
        let is_touch = event.pointer_type() == "touch";
        let holds = figure.has_marker && canvas.has_pointer_capture(event.pointer_id());
        let kind = event.type_();
        match kind.as_str() {
            "pointerdown" if event.button() != 0 => {}
            "pointerdown" if figure.has_marker => {
                // Without the capture, a drag ends at the canvas's edge.
                let _ = canvas.set_pointer_capture(event.pointer_id());
                self.point(figure.index, None);
                // A finger may want to scroll, and who takes the marker doesn't move it yet.
                if is_touch || self.is_on_marker(canvas, event) {
                    dom::set_attribute(canvas, GRAB, "held");
                } else {
                    self.drag(canvas, event, false);
                }
            }
            "pointermove" if holds => self.drag(canvas, event, false),
            "pointerdown" | "pointermove" => {
                let can_be_grabbed = figure.has_marker && self.is_on_marker(canvas, event);
                if can_be_grabbed {
                    dom::set_attribute(canvas, GRAB, "near");
                } else if figure.has_marker {
                    dom::remove_attribute(canvas, GRAB);
                }
                let (left, _) = dom::place_on(canvas, event);
                let at = Pointed::At(left);
                self.point(figure.index, (!can_be_grabbed).then_some(at));
            }
            "pointerup" if holds => {
                self.drag(canvas, event, true);
                dom::remove_attribute(canvas, GRAB);
            }
            "pointercancel" => dom::remove_attribute(canvas, GRAB),
            // A finger hides what it points at: its cursor stays until the focus goes.
            "pointerleave" if !is_touch => self.point(figure.index, None),
            _ => {}
        }
    }

    /// Puts the cursor of a figure where the reader points, or takes it away.
    fn point(&mut self, index: usize, pointed: Option<Pointed>) {
        self.figures.point(index, pointed);
        self.pointed = true;
        self.request_any_frame();
    }

    fn is_on_marker(&self, canvas: &HtmlCanvasElement, event: &PointerEvent) -> bool {
        let [width, height] = [canvas.client_width(), canvas.client_height()]
            .map(|length| u32::try_from(length).unwrap_or(0));
        let place = dom::place_on(canvas, event);
        self.scene
            .as_ref()
            .is_some_and(|scene| is_on_marker(&scene.ratio, place, (width, height)))
    }

    fn drag(&mut self, canvas: &HtmlCanvasElement, event: &PointerEvent, settled: bool) {
        dom::set_attribute(canvas, GRAB, "held");
        let width = u32::try_from(canvas.client_width()).unwrap_or(0);
        let (left, _) = dom::place_on(canvas, event);
        let p = drop_probability_at(left, width);
        self.set_p(p, settled);
    }

    fn set_p_at_cursor(&mut self, index: usize) {
        let cursor = self.figures.frames().nth(index);
        if let Some(p) = cursor.and_then(Frame::pointed) {
            self.set_p(p, true);
        }
    }

    /// Sets p, in whole per cents, which are what a hand can hit.
    fn set_p(&mut self, p: f64, settled: bool) {
        let p = ((100.0 * p).round() / 100.0).clamp(0.0, 0.99);
        if let Ok(p) = DropProbability::new(p) {
            let mut settings = self.settings.clone();
            settings.drop_probability = p;
            self.change(settings, settled);
        }
    }
}
