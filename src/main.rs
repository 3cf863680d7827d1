//! The page's and the worker's entry: one binary serves both.

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    dropout_moments::page::start()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the page's program, for a browser: `cargo xtask serve` shows it.");
}
