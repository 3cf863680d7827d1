//! The page in a real browser: what it shows, how its controls act, and how its experiment runs.
//!
//! Each test has the page to itself, in an iframe; [`stage`] puts it there.
#![cfg(target_arch = "wasm32")]

mod controls;
mod depth;
mod derivation;
mod experiment;
mod export;
mod figures;
#[path = "../golden/values.rs"]
mod golden;
#[path = "../golden/training.rs"]
mod golden_training;
mod layer;
mod layout;
mod pictures;
mod reading;
mod rules;
mod sections;
mod share;
mod spirals;
mod stage;
mod training;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

/// What the page's program does when it is loaded; a test's program has another `main`.
///
/// # Errors
/// Those of the page's start.
#[wasm_bindgen]
pub fn start_page() -> Result<(), JsValue> {
    dropout_moments::page::start()
}
