//! What a pointer and the arrow keys do in a figure: move a cursor over it and, where it has a
//! marker, drag this.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, FocusOptions, HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::{App, Shared};
use crate::charts::{drop_probability_at, is_on_marker};
use crate::page::dom;
use crate::page::figures::{Figure, Pointed};
use crate::settings::{DropProbability, Settings};

/// How far the marker is taken: `near`, where it can be, `held`, `moved`.
const GRAB: &str = "data-grab";

/// So many CSS pixels to the side make a finger's touch a drag.
const SIDEWAYS: f64 = 8.0;

impl App {
    pub(super) fn listen_to_figure(
        app: &Shared,
        index: usize,
        figure: &Figure,
    ) -> Result<(), JsValue> {
        let (canvas, reader): (&Element, &Element) = (&figure.canvas, &figure.reader);
        for (target, kind) in [
            (canvas, "pointerdown"),
            (canvas, "pointermove"),
            (canvas, "pointerup"),
            (canvas, "pointercancel"),
            (canvas, "pointerleave"),
            (canvas, "mousedown"),
            (canvas, "contextrestored"),
            (reader, "focus"),
            (reader, "input"),
            (reader, "blur"),
            (reader, "keydown"),
            (figure.data.details(), "toggle"),
        ] {
            let (app, reader) = (Rc::clone(app), figure.reader.clone());
            dom::listen(target, kind, move |event: Event| {
                match event.type_().as_str() {
                    // The arrow keys lead on from there. The focus makes events of its own, so it
                    // comes before the app is borrowed.
                    "pointerdown" => {
                        let options = FocusOptions::new();
                        options.set_prevent_scroll(true);
                        // An input that is disabled takes no focus.
                        let _ = reader.focus_with_options(&options);
                    }
                    // The default would take it away again.
                    "mousedown" => event.prevent_default(),
                    _ => {}
                }
                app.borrow_mut().take_event(index, &event);
            })?;
        }
        Ok(())
    }

    /// Something happens in a figure.
    #[inline(never)] // In the first view nothing has.
    fn take_event(&mut self, index: usize, event: &Event) {
        let Some(figure) = self.figures.get(index) else {
            return;
        };
        let pointed = figure.pointed();
        match event.type_().as_str() {
            "focus" | "input" => self.point(index, Some(Pointed::Reading)),
            "blur" => self.point(index, None),
            // A canvas of another size is set up anew.
            "contextrestored" => {
                figure.canvas.set_width(0);
                self.point(index, None);
            }
            "toggle" => self.request_frame(),
            "mousedown" => {}
            "keydown" => match event.unchecked_ref::<KeyboardEvent>().key().as_str() {
                "Escape" => self.point(index, None),
                "Enter" if figure.has_marker() => {
                    if let Some(p) = pointed {
                        self.glide_to(self.with_p(p));
                    }
                }
                _ => {}
            },
            kind => {
                let (canvas, has_marker) = (figure.canvas.clone(), figure.has_marker());
                self.take_pointer(kind, index, &canvas, has_marker, event.unchecked_ref());
            }
        }
    }

    fn take_pointer(
        &mut self,
        kind: &str,
        index: usize,
        canvas: &HtmlCanvasElement,
        has_marker: bool,
        event: &PointerEvent,
    ) {
        let is_touch = event.pointer_type() == "touch";
        let holds = has_marker && canvas.has_pointer_capture(event.pointer_id());
        match kind {
            "pointerdown" if event.button() != 0 => {}
            "pointerdown" if has_marker => {
                // Without the capture, a drag ends at the canvas's edge.
                let _ = canvas.set_pointer_capture(event.pointer_id());
                self.point(index, None);
                self.pressed = dom::place_on(canvas, event);
                // A finger may want to scroll, and who takes the marker has not moved it yet.
                dom::set_attribute(canvas, GRAB, "held");
                if !is_touch && !self.is_on_marker(canvas, event) {
                    self.glide_to(self.with_p(p_at(canvas, event)));
                }
            }
            "pointermove" if holds => {
                // Until a finger goes sideways, it may be about to scroll.
                let (x, y) = dom::place_on(canvas, event);
                let (across, down) = (x - self.pressed.0, y - self.pressed.1);
                let drags = across.abs() > SIDEWAYS.max(down.abs());
                if !is_touch || drags || has_moved(canvas) {
                    self.drag(canvas, event, false);
                }
            }
            "pointerdown" | "pointermove" => {
                let can_be_grabbed = has_marker && self.is_on_marker(canvas, event);
                if can_be_grabbed {
                    dom::set_attribute(canvas, GRAB, "near");
                } else if has_marker {
                    dom::remove_attribute(canvas, GRAB);
                }
                let (left, _) = dom::place_on(canvas, event);
                let at = Pointed::At(left);
                self.point(index, (!can_be_grabbed).then_some(at));
            }
            "pointerup" if holds => {
                if has_moved(canvas) {
                    self.drag(canvas, event, true);
                } else if is_touch {
                    self.glide_to(self.with_p(p_at(canvas, event)));
                }
                dom::remove_attribute(canvas, GRAB);
            }
            "pointercancel" => {
                dom::remove_attribute(canvas, GRAB);
                self.point(index, None);
            }
            // A finger hides what it points at: its cursor stays until the focus goes.
            "pointerleave" if !is_touch => self.point(index, None),
            _ => {}
        }
    }

    /// Puts the cursor of a figure where the reader points, or takes it away.
    fn point(&mut self, index: usize, pointed: Option<Pointed>) {
        let Some(scene) = &mut self.scene else { return };
        self.figures.point(index, pointed, scene);
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
        dom::set_attribute(canvas, GRAB, "moved");
        let settings = self.with_p(p_at(canvas, event));
        // A click is a press and a drag to the same place, to which it glides already.
        if settings.drop_probability != self.settings.drop_probability || self.glide.is_none() {
            self.change(settings, settled);
        }
    }

    /// The settings with another p, in whole per cents, which are what a hand can hit.
    fn with_p(&self, p: f64) -> Settings {
        let p = ((100.0 * p).round() / 100.0).clamp(0.0, 0.99);
        let mut settings = self.settings.clone();
        if let Ok(p) = DropProbability::new(p) {
            settings.drop_probability = p;
        }
        settings
    }
}

fn has_moved(canvas: &HtmlCanvasElement) -> bool {
    canvas.get_attribute(GRAB).as_deref() == Some("moved")
}

fn p_at(canvas: &HtmlCanvasElement, event: &PointerEvent) -> f64 {
    let width = u32::try_from(canvas.client_width()).unwrap_or(0);
    let (left, _) = dom::place_on(canvas, event);
    drop_probability_at(left, width)
}
