//! Buttons that copy a text of the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlDocument, HtmlElement};

use super::dom;

/// Each button with `data-copy` selects the text of the element that it names, and copies it.
///
/// # Errors
/// When the browser refuses a listener, or there is no such element.
pub(super) fn listen(document: &Document) -> Result<(), JsValue> {
    for button in dom::elements::<HtmlElement>(document, "button[data-copy]")? {
        let text = button.get_attribute("data-copy").unwrap_or_default();
        let text: Element = dom::element(document, &format!("#{text}"))?;
        copy_on_click(document, &button, text)?;
    }
    Ok(())
}

/// The button selects this text, and copies it.
///
/// # Errors
/// When the browser refuses a listener.
pub(super) fn copy_on_click(
    document: &Document,
    button: &HtmlElement,
    text: Element,
) -> Result<(), JsValue> {
    let copy = copier(document, button, text);
    dom::listen(button, "click", move |_: Event| copy())
}

/// What selects this text, copies it, and writes on the button whether the browser did.
pub(super) fn copier(
    document: &Document,
    button: &HtmlElement,
    text: Element,
) -> impl Fn() + use<> {
    let (document, label) = (document.clone(), button.clone());
    move || {
        let copied = copy(&document, &text);
        dom::set_text(&label, if copied { "Copied" } else { "Press Ctrl+C" });
    }
}

/// Selects a text, copies it, and says whether the browser did.
///
/// `execCommand` is old, but works where the clipboard's own interface does not: on a page without
/// https, from the disk, in an iframe.
pub(super) fn copy(document: &Document, text: &Element) -> bool {
    let selected = document
        .get_selection()
        .and_then(|selection| match selection {
            Some(selection) => selection.select_all_children(text),
            None => Ok(()),
        });
    selected.is_ok()
        && document
            .unchecked_ref::<HtmlDocument>()
            .exec_command("copy")
            .unwrap_or(false)
}
