//! Small things to do with elements.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Node, PointerEvent, Window};

use crate::scene::{kept_together, symbols};

/// The first element that matches, as a `T`.
///
/// # Errors
/// When there is none, or it is of another kind.
pub(super) fn element<T: JsCast>(document: &Document, selector: &str) -> Result<T, JsValue> {
    document
        .query_selector(selector)?
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| JsValue::from_str(&format!("the page has no {selector}")))
}

/// All elements that match and are a `T`.
///
/// # Errors
/// When the selector is not one.
pub(super) fn elements<T: JsCast>(document: &Document, selector: &str) -> Result<Vec<T>, JsValue> {
    let list = document.query_selector_all(selector)?;
    Ok((0..list.length())
        .filter_map(|index| list.get(index))
        .filter_map(|node| node.dyn_into().ok())
        .collect())
}

/// Milliseconds since some moment.
pub(super) fn now(window: &Window) -> f64 {
    window.performance().map_or(0.0, |clock| clock.now())
}

/// A new element with this class, which is in no document yet.
///
/// # Errors
/// When the tag is not one.
pub(super) fn create(document: &Document, tag: &str, class: &str) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Ok(element)
}

/// Calls `listener` for each event of this kind, as long as the page lives.
///
/// # Errors
/// When the browser refuses.
pub(super) fn listen<E: JsCast + 'static>(
    target: &EventTarget,
    kind: &str,
    listener: impl Fn(E) + 'static,
) -> Result<(), JsValue> {
    let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        listener(event.unchecked_into());
    });
    target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref())?;
    // The listeners of the page live as long as it does.
    closure.forget();
    Ok(())
}

/// Shows a button or hides it. One that hides would take the focus with it, and a keyboard's reader were
/// lost: it hands the focus on to its heir.
pub(super) fn show_button(button: &Element, is_shown: bool, heir: &HtmlElement) {
    if !is_shown {
        let focused = button.owner_document().and_then(|it| it.active_element());
        if focused.as_ref() == Some(button)
            && let Err(error) = heir.focus()
        {
            super::log(&error);
        }
    }
    toggle_attribute(button, "hidden", !is_shown);
}

/// Where on an element a pointer is, in the pixels in which its `clientWidth` is measured: they are
/// larger than those of the event where the page's styles enlarge the element.
pub(super) fn place_on(element: &Element, event: &PointerEvent) -> (f64, f64) {
    let shown = element.get_bounding_client_rect();
    let scale = f64::from(element.client_width()) / shown.width();
    (
        (f64::from(event.client_x()) - shown.left()) * scale,
        (f64::from(event.client_y()) - shown.top()) * scale,
    )
}

/// How far beyond the window's edges, in CSS pixels, an element counts as in view.
pub(super) const MARGIN: i32 = 100;

/// Whether an element is in view now. It makes the browser lay out the page.
pub(super) fn is_in_view(element: &Element) -> bool {
    let place = element.get_bounding_client_rect();
    let height = web_sys::window()
        .and_then(|window| window.inner_height().ok()?.as_f64())
        .unwrap_or(f64::INFINITY);
    let margin = f64::from(MARGIN);
    // What is not shown is at the top, and has no height.
    place.height() > 0.0 && place.bottom() > -margin && place.top() < height + margin
}

/// Sets the text, if it is another: an element that doesn't change costs nothing.
pub(super) fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        replace_text(element, text);
    }
}

/// Sets a text that is known to be another. Where the element has a text, this changes: a new one
/// would be laid out anew, with styles of its own.
pub(super) fn replace_text(element: &Element, text: &str) {
    match element.first_child() {
        Some(only) if only.node_type() == Node::TEXT_NODE && only.next_sibling().is_none() => {
            only.set_node_value(Some(text));
        }
        _ => element.set_text_content(Some(text)),
    }
}

/// Sets a sentence of the text: symbols in italics, as where they stand in the page, and the words they
/// stand in as elements of their own, which its styles keep on one line.
#[inline(never)] // The first view has no such sentence.
pub(super) fn set_sentence(document: &Document, element: &Element, sentence: &str) {
    element.set_text_content(None);
    // None of these fail: elements that have just been made stand nowhere yet.
    let _ = append_sentence(document, element, &kept_together(sentence));
}

fn append_sentence(document: &Document, element: &Element, sentence: &str) -> Result<(), JsValue> {
    let mut plain = String::new();
    for word in sentence.split_inclusive(' ') {
        let pieces = symbols(word.trim_end());
        if pieces.iter().any(|(_, is_symbol)| *is_symbol) {
            element.append_with_str_1(&plain)?;
            plain.clear();
            let formula = create(document, "span", "")?;
            for (text, is_symbol) in pieces {
                if is_symbol {
                    let symbol = create(document, "i", "")?;
                    symbol.set_text_content(Some(&text));
                    formula.append_with_node_1(&symbol)?;
                } else {
                    formula.append_with_str_1(&text)?;
                }
            }
            element.append_with_node_1(&formula)?;
            if word.ends_with(' ') {
                plain.push(' ');
            }
        } else {
            plain.push_str(word);
        }
    }
    element.append_with_str_1(&plain)
}

/// Sets an attribute, if it is another.
pub(super) fn set_attribute(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        // Fails for a name that is not one; all of ours are.
        let _ = element.set_attribute(name, value);
    }
}

/// Removes an attribute.
pub(super) fn remove_attribute(element: &Element, name: &str) {
    // As above.
    let _ = element.remove_attribute(name);
}

/// Sets a boolean attribute.
pub(super) fn toggle_attribute(element: &Element, name: &str, on: bool) {
    // As above.
    let _ = element.toggle_attribute_with_force(name, on);
}
