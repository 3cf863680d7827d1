//! The page: the only code that touches the browser.
//!
//! One way through: an event changes the [`Settings`](crate::settings::Settings), an animation frame
//! makes a [`Scene`](crate::scene::Scene) of them and shows it. The experiment runs in workers and
//! adds its results in the same way.

mod app;
mod canvas;
mod code;
mod controls;
mod copying;
mod data;
mod depth;
mod derivation;
mod dom;
mod experiment;
mod export;
mod figures;
mod fragment;
mod gallery;
mod host;
mod later;
mod layer;
mod meter;
mod notation;
mod parts;
mod rules;
mod sections;
mod self_check;
mod share;
mod spirals;
mod table;
mod training;
mod work;
mod workers;

pub use workers::run_worker;

use wasm_bindgen::{JsCast, JsValue};

/// Starts the page in a window; does nothing in a worker, which calls [`run_worker`] instead.
///
/// # Errors
/// When the document lacks an element that the page needs.
pub fn start() -> Result<(), JsValue> {
    // `www/boot.js` shows it; a worker that dies of it is replaced.
    std::panic::set_hook(Box::new(|panic| {
        wasm_bindgen::throw_str(&panic.to_string())
    }));
    match web_sys::window() {
        Some(window) => app::App::start(&window),
        None => Ok(()),
    }
}

/// Shows an error that is not the reader's where developers look.
fn log(error: &JsValue) {
    let report = js_sys::Reflect::get(&js_sys::global(), &"reportError".into());
    if let Some(report) = report
        .ok()
        .and_then(|it| it.dyn_into::<js_sys::Function>().ok())
    {
        // Reporting an error has no one to report its own to.
        let _ = report.call1(&JsValue::UNDEFINED, error);
    }
}
