//! The page's and the worker's entry: one binary serves both.

#[cfg(target_arch = "wasm32")]
fn main() {
    // Nobody reads what `main` returns; what it throws, `www/boot.js` shows.
    if let Err(error) = dropout_moments::page::start() {
        wasm_bindgen::throw_str(&error.as_string().unwrap_or_else(|| format!("{error:?}")));
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the page's program, for a browser: `cargo xtask serve` shows it.");
}
