//! What the page does later: each piece of its start in a task of its own, and the part of the program
//! that the first view doesn't need after it.
//!
//! Which functions are in that part is decided after compilation (`xtask/src/split.rs`), and the call of one that
//! isn't there yet waits for it: here is only when loading begins.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Begins to load it, and calls `then` when it is there. The split program also calls this by
    /// itself, with `null`; then it is there on return.
    #[wasm_bindgen(js_namespace = dropoutMoments, js_name = loadLater)]
    fn load_later(then: &JsValue);

    #[wasm_bindgen(js_namespace = dropoutMoments, js_name = soon)]
    fn call_soon(then: &JsValue);
}

/// Calls `then` in a task of its own. Where it fails at the page's start, the page says so.
pub(super) fn soon(then: impl FnOnce() -> Result<(), JsValue> + 'static) {
    call_soon(&Closure::once_into_js(then));
}

/// Begins to load it, and calls `then` when it is there. Where it can't be loaded, the page says so.
pub(super) fn load(then: impl FnOnce() -> Result<(), JsValue> + 'static) {
    load_later(&Closure::once_into_js(then));
}

/// Its module, for workers; `null` where the program isn't split.
///
/// # Errors
/// Where nothing has loaded the page as `www/boot.js` does.
pub(super) fn module() -> Result<JsValue, JsValue> {
    let ours = Reflect::get(&js_sys::global(), &"dropoutMoments".into())?;
    Reflect::get(&ours, &"later".into())
}
