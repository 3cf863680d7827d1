//! The controls, and the answer that follows them.

use wasm_bindgen::JsValue;
use web_sys::{Document, Element, HtmlInputElement};

use super::{dom, notation};
use crate::scene::{Emphasis, Span};
use crate::settings::Settings;

/// The inputs of the page, the answer, and what is said to who moves them.
pub(super) struct Controls {
    document: Document,
    inputs: Vec<HtmlInputElement>,
    answer: Element,
    shown_answer: Vec<Span>,
    notice: Element,
    root: Element,
}

/// What an input element does to the settings.
pub(super) enum Change {
    /// The settings with it.
    To(Box<Settings>),
    /// It is not finished, or not allowed for this reason.
    Refused(String),
}

impl Controls {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            document: document.clone(),
            inputs: dom::elements(document, "input[data-setting]")?,
            answer: dom::element(document, "#answer")?,
            shown_answer: Vec::new(),
            notice: dom::element(document, "#notice")?,
            root: dom::element(document, "html")?,
        })
    }

    pub(super) fn inputs(&self) -> &[HtmlInputElement] {
        &self.inputs
    }

    /// What the reader has just put into `input`.
    pub(super) fn change(settings: &Settings, input: &HtmlInputElement) -> Change {
        let key = input.get_attribute("data-setting").unwrap_or_default();
        let mut settings = settings.clone();
        match settings.set_shown(&key, &input.value()) {
            Ok(()) => Change::To(Box::new(settings)),
            Err(reason) => Change::Refused(reason.to_string()),
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
        &self,
        settings: &Settings,
        being_edited: Option<&HtmlInputElement>,
    ) {
        if let Err(error) = notation::show(&self.document, settings.notation) {
            super::log(&error);
        }
        for input in &self.inputs {
            if being_edited == Some(input) {
                continue;
            }
            let key = input.get_attribute("data-setting").unwrap_or_default();
            let text = settings.shown(&key).unwrap_or_default();
            if input.type_() == "radio" {
                input.set_checked(input.value() == text);
            } else if input.value() != text {
                input.set_value(&text);
                Self::mark(input, None);
            }
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

    /// Shows the answer.
    pub(super) fn show_answer(&mut self, answer: &[Span]) {
        if self.shown_answer != answer {
            self.shown_answer = answer.to_vec();
            self.answer.set_text_content(None);
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
            }
        }
    }
}
