//! Which probability the page calls p: the text in `index.html` stands there for both, and what is
//! not text follows here.

use wasm_bindgen::JsValue;
use web_sys::{Document, Element, HtmlInputElement};

use super::dom;
use crate::settings::{Named, Notation};

/// Shows formulas, labels and the limits of p in this notation, if they are in another.
///
/// # Errors
/// When the page has no root.
pub(super) fn show(document: &Document, notation: Notation) -> Result<(), JsValue> {
    let root: Element = dom::element(document, "html")?;
    let shown = root.get_attribute("data-notation");
    if shown.as_deref().unwrap_or(Notation::Drop.name()) == notation.name() {
        return Ok(());
    }
    dom::set_attribute(&root, "data-notation", notation.name());
    for input in dom::elements::<HtmlInputElement>(document, "input[data-setting=p]")? {
        let (least, most) = (input.min(), input.max());
        input.set_min(&Notation::complement(&most));
        input.set_max(&Notation::complement(&least));
    }
    for tick in dom::elements::<Element>(document, "#thread-values option")? {
        let value = tick.get_attribute("value").unwrap_or_default();
        dom::set_attribute(&tick, "value", &Notation::complement(&value));
    }
    Ok(())
}
