//! The controls, and the answer that follows them.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlInputElement};

use super::{dom, notation};
use crate::scene::{Emphasis, Span};
use crate::settings::{NotAllowed, Notation, Settings};

/// The inputs of the page, the answer, and what is said to who moves them.
pub(super) struct Controls {
    document: Document,
    inputs: Vec<Input>,
    notation: Notation,
    answer: Element,
    spans: Vec<(Span, Element)>,
    notice: Element,
    root: Element,
}

/// An input of the page, or a select, which has the properties of one that are used here.
struct Input {
    element: HtmlInputElement,
    /// The setting that it is for.
    key: String,
    is_radio: bool,
    /// What it was made to show, unless the reader has done something to it since.
    shown: Option<String>,
}

/// What an input element does to the settings.
pub(super) enum Change {
    /// The settings with it.
    To(Box<Settings>),
    /// It is not finished, or not allowed for this reason.
    Refused(NotAllowed),
}

impl Controls {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            document: document.clone(),
            inputs: (dom::elements(document, "[data-setting]")?.into_iter())
                .map(|element: Element| element.unchecked_into())
                .map(|element: HtmlInputElement| Input {
                    key: element.get_attribute("data-setting").unwrap_or_default(),
                    is_radio: element.type_() == "radio",
                    element,
                    shown: None,
                })
                .collect(),
            // What `index.html` shows.
            notation: Notation::Drop,
            answer: dom::element(document, "#answer")?,
            spans: Vec::new(),
            notice: dom::element(document, "#notice")?,
            root: dom::element(document, "html")?,
        })
    }

    /// The input that an event is about, if it is one of these.
    pub(super) fn input_of(event: &Event) -> Option<HtmlInputElement> {
        let element: Element = event.target()?.dyn_into().ok()?;
        element
            .has_attribute("data-setting")
            .then(|| element.unchecked_into())
    }

    /// The reader has put something into an input: it, and with a radio button its whole group, may
    /// show something else than it was made to show.
    pub(super) fn forget(&mut self, input: &HtmlInputElement) {
        let key = input.get_attribute("data-setting").unwrap_or_default();
        for input in &mut self.inputs {
            if input.key == key {
                input.shown = None;
            }
        }
    }

    /// What the reader has just put into `input`.
    pub(super) fn change(settings: &Settings, input: &HtmlInputElement) -> Change {
        let key = input.get_attribute("data-setting").unwrap_or_default();
        let mut settings = settings.clone();
        match settings.set_shown(&key, &input.value()) {
            Ok(()) => Change::To(Box::new(settings)),
            Err(reason) => Change::Refused(reason),
        }
    }

    /// Says something to the reader, or nothing.
    pub(super) fn notify<Line: ToString>(&self, lines: &[Line]) {
        self.notice.set_text_content(None);
        for line in lines {
            self.add_notice(&line.to_string());
        }
    }

    /// One thing that is said; seldom in the first view, so kept by itself.
    #[inline(never)]
    fn add_notice(&self, line: &str) {
        if let Ok(paragraph) = self.document.create_element("p") {
            paragraph.set_text_content(Some(line));
            // Appending a new element to one that is there does not fail.
            let _ = self.notice.append_child(&paragraph);
        }
    }

    /// Marks an input whose text is not allowed.
    pub(super) fn mark(input: &HtmlInputElement, reason: Option<&str>) {
        input.set_custom_validity(reason.unwrap_or_default());
        dom::toggle_attribute(input, "aria-invalid", reason.is_some());
    }

    /// Shows the settings in all inputs but the one in which the reader is writing.
    pub(super) fn show_settings(
        &mut self,
        settings: &Settings,
        being_edited: Option<&HtmlInputElement>,
    ) {
        if self.notation != settings.notation {
            self.notation = settings.notation;
            if let Err(error) = notation::show(&self.document, settings.notation) {
                super::log(&error);
            }
        }
        for input in &mut self.inputs {
            let element = &input.element;
            if being_edited == Some(element) {
                continue;
            }
            let text = settings.shown(&input.key).unwrap_or_default();
            if input.shown.as_ref() == Some(&text) {
                continue;
            }
            if input.is_radio {
                element.set_checked(element.value() == text);
            } else if element.value() != text {
                element.set_value(&text);
                Self::mark(element, None);
            }
            input.shown = Some(text);
        }
        dom::set_attribute(
            &self.root,
            "data-theme",
            &settings.text("theme").unwrap_or_default(),
        );
        dom::set_attribute(&self.root, "data-hide", &settings.hide.joined(" "));
        match settings.text("embed") {
            Some(figure) => dom::set_attribute(&self.root, "data-embed", &figure),
            None => dom::toggle_attribute(&self.root, "data-embed", false),
        }
    }

    /// Shows the answer. Where its pieces stay what they are, as in most of a drag, only their words
    /// change.
    pub(super) fn show_answer(&mut self, answer: &[Span]) {
        let is_alike = |(shown, span): (&(Span, Element), &Span)| shown.0.emphasis == span.emphasis;
        if self.spans.len() == answer.len() && self.spans.iter().zip(answer).all(is_alike) {
            for ((shown, element), span) in self.spans.iter_mut().zip(answer) {
                if shown.text != span.text {
                    dom::replace_text(element, &span.text);
                    shown.text.clone_from(&span.text);
                }
            }
            return;
        }
        self.answer.set_text_content(None);
        self.spans.clear();
        for span in answer {
            let tag = match span.emphasis {
                Emphasis::Stress => "em",
                Emphasis::After => "strong",
                Emphasis::None | Emphasis::Setting => "span",
            };
            let Ok(element) = self.document.create_element(tag) else {
                continue;
            };
            element.set_text_content(Some(&span.text));
            if span.emphasis == Emphasis::Setting {
                element.set_class_name("setting");
            }
            // As above.
            let _ = self.answer.append_child(&element);
            self.spans.push((span.clone(), element));
        }
    }
}
