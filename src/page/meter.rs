//! How far something is that takes long, as its section shows it.

use wasm_bindgen::JsValue;
use web_sys::{Document, Element, HtmlProgressElement};

use super::dom;

/// An element that has its state in an attribute; in it, a bar and words.
pub(super) struct Meter {
    place: Element,
    attribute: &'static str,
    bar: HtmlProgressElement,
    words: Element,
}

impl Meter {
    /// The one in the element that `place` selects.
    ///
    /// # Errors
    /// When the page has none.
    pub(super) fn new(
        document: &Document,
        place: &str,
        attribute: &'static str,
    ) -> Result<Self, JsValue> {
        Ok(Self {
            place: dom::element(document, place)?,
            attribute,
            bar: dom::element(document, &format!("{place} progress"))?,
            words: dom::element(document, &format!("{place} .rate"))?,
        })
    }

    /// `share` is of 1.
    pub(super) fn show(&self, state: &str, share: f64, words: &str) {
        dom::set_attribute(&self.place, self.attribute, state);
        if self.bar.value() != share {
            self.bar.set_value(share);
        }
        dom::set_text(&self.words, words);
    }
}
