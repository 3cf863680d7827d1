//! The button that runs the page's own tests in the reader's browser.

use wasm_bindgen::JsValue;
use web_sys::{Document, Element, Event, HtmlElement, Window};

use super::app::entropy;
use super::dom;
use crate::scene::self_check;

/// # Errors
/// When the page lacks an element of it.
pub(super) fn listen(document: &Document, window: &Window) -> Result<(), JsValue> {
    let button: HtmlElement = dom::element(document, "button[data-check]")?;
    let (document, window) = (document.clone(), window.clone());
    dom::listen(&button, "click", move |_: Event| {
        if let Err(error) = show(&document, &window) {
            super::log(&error);
        }
    })
}

fn show(document: &Document, window: &Window) -> Result<(), JsValue> {
    let checks = self_check(entropy(window));
    let rows: Element = dom::element(document, "#self-check tbody")?;
    rows.set_text_content(None);
    for check in &checks {
        let row = document.create_element("tr")?;
        let result = if check.passed { "passed" } else { "failed" };
        dom::set_attribute(&row, "data-result", result);
        for (column, text) in [&check.name, &check.found, &check.expected, result]
            .into_iter()
            .enumerate()
        {
            let cell = document.create_element(if column == 0 { "th" } else { "td" })?;
            if column == 0 {
                dom::set_attribute(&cell, "scope", "row");
            }
            cell.set_text_content(Some(text));
            row.append_child(&cell)?;
        }
        rows.append_child(&row)?;
    }
    let table: HtmlElement = dom::element(document, "#self-check .table")?;
    table.set_hidden(false);
    let passed = checks.iter().filter(|check| check.passed).count();
    let summary: Element = dom::element(document, "#self-check-summary")?;
    dom::set_text(
        &summary,
        &format!("{passed} of {} tests passed", checks.len()),
    );
    Ok(())
}
