//! The derivation: its steps open and close, and its symbols light up.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlElement, KeyboardEvent};

use super::dom;
use crate::scene::Symbol;

/// The buttons open all steps, none, or one at a time; from one step's title the arrow keys lead to
/// the next and the previous.
///
/// # Errors
/// When the browser refuses a listener.
pub(super) fn listen_to_steps(document: &Document) -> Result<(), JsValue> {
    let steps: Rc<[Element]> = dom::elements(document, ".steps details")?.into();
    for button in dom::elements::<HtmlElement>(document, "button[data-steps]")? {
        let steps = Rc::clone(&steps);
        let which = button.get_attribute("data-steps").unwrap_or_default();
        dom::listen(&button, "click", move |_: Event| {
            for (index, step) in steps.iter().enumerate() {
                if which == "one" {
                    // Browsers keep one open of those that share a name.
                    dom::set_attribute(step, "name", "step");
                } else {
                    dom::remove_attribute(step, "name");
                }
                let open = which == "all" || (which == "one" && index == 0);
                dom::toggle_attribute(step, "open", open);
            }
        })?;
    }
    for (index, step) in steps.iter().enumerate() {
        let steps = Rc::clone(&steps);
        dom::listen(step, "keydown", move |event: KeyboardEvent| {
            let neighbour = match event.key().as_str() {
                "ArrowDown" => steps.get(index + 1),
                "ArrowUp" => index.checked_sub(1).and_then(|index| steps.get(index)),
                _ => None,
            };
            let Some(neighbour) = neighbour else { return };
            event.prevent_default();
            if neighbour.has_attribute("name") {
                dom::toggle_attribute(neighbour, "open", true);
            }
            let title = neighbour.first_element_child();
            if let Some(title) = title.and_then(|title| title.dyn_into::<HtmlElement>().ok()) {
                // An element that can't have the focus leaves it where it is.
                let _ = title.focus();
            }
        })?;
    }
    Ok(())
}

/// Where a symbol is under the pointer, has the focus, or was pressed, `lit` gets it, and so does the
/// root's `data-lit`, with which the styles light it up wherever it stands.
///
/// # Errors
/// When the browser refuses a listener.
pub(super) fn listen_to_symbols(
    document: &Document,
    lit: impl Fn(Option<Symbol>) + 'static,
) -> Result<(), JsValue> {
    let root: Element = dom::element(document, "html")?;
    let buttons: Vec<Element> = dom::elements(document, "button[data-symbol]")?;
    let pressed: Rc<RefCell<Option<String>>> = Rc::default();
    let light = {
        let pressed = Rc::clone(&pressed);
        Rc::new(move |pointed: Option<String>| {
            let name = pointed.or_else(|| pressed.borrow().clone());
            match &name {
                Some(name) => dom::set_attribute(&root, "data-lit", name),
                None => dom::remove_attribute(&root, "data-lit"),
            }
            lit(name.as_deref().and_then(Symbol::named));
        })
    };
    for kind in ["pointerover", "focusin"] {
        let light = Rc::clone(&light);
        dom::listen(document, kind, move |event: Event| {
            light(symbol_at(&event));
        })?;
    }
    for kind in ["pointerout", "focusout"] {
        let light = Rc::clone(&light);
        dom::listen(document, kind, move |event: Event| {
            if symbol_at(&event).is_some() {
                light(None);
            }
        })?;
    }
    dom::listen(document, "click", move |event: Event| {
        let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let button = target.and_then(|it| it.closest("button[data-symbol]").ok().flatten());
        let Some(button) = button else { return };
        let name = button.get_attribute("data-symbol");
        let held = *pressed.borrow() == name;
        *pressed.borrow_mut() = (!held).then_some(name).flatten();
        for other in &buttons {
            let on = !held && *other == button;
            dom::set_attribute(other, "aria-pressed", if on { "true" } else { "false" });
        }
        light((!held).then(|| symbol_at(&event)).flatten());
    })
}

/// The name of the symbol in which an event happened.
fn symbol_at(event: &Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target
        .closest("[data-symbol]")
        .ok()??
        .get_attribute("data-symbol")
}
