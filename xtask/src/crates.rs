//! How much of the program each crate is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::split::{self, Functions};

/// Rust's own crates.
const OWN: [&str; 5] = ["__rustc", "alloc", "compiler_builtins", "core", "std"];

/// Prints the bytes of code of each crate in a program that the linker has made. What makes it small
/// comes after that, so that these are shares more than sizes; where a function was inlined, it counts for
/// the one that it is in.
pub fn report(program: &Path) -> Result<()> {
    let program = fs::read(program).context("can't read what the linker has made")?;
    let bytes = bytes_of_code(&program)?;
    let all: usize = bytes.values().sum();
    let mut rows: Vec<_> = bytes.into_iter().collect();
    rows.sort_by_key(|(_, size)| usize::MAX - size);
    println!("Bytes of code by crate, before wasm-opt, {all} in all:");
    for (name, size) in rows {
        println!("{name:24} {size:>7}  {:>4.1} %", share(size, all));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a program has a few megabytes")]
fn share(part: usize, all: usize) -> f64 {
    100.0 * part as f64 / all as f64
}

fn bytes_of_code(program: &[u8]) -> Result<BTreeMap<String, usize>> {
    let mut bytes = BTreeMap::new();
    for function in Functions::read(program)?.sizes() {
        let (name, size) = function?;
        // They describe the program to wasm-bindgen, which takes them out.
        if !name.contains("__wbindgen_describe") {
            *bytes.entry(crate_of(name)).or_default() += size;
        }
    }
    Ok(bytes)
}

/// The crate that a function's name names first, as a method's or in the type that generic code is made for;
/// Rust's own only where there is no other.
fn crate_of(name: &str) -> String {
    let found = split::crates(name).find(|it| !OWN.contains(it));
    found.unwrap_or("Rust’s own").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_of_the_crate_that_its_name_names() {
        for (name, expected) in [
            ("plotters[5b7f7a3d8a1f7c9e]::style::mix", "plotters"),
            (
                "<plotters_canvas[5b7f7a3d8a1f7c9e]::Backend as plotters_backend[0b7f7a3d8a1f7c9e]::Draw>::line",
                "plotters_canvas",
            ),
            (
                "core[5b7f7a3d8a1f7c9e]::ptr::drop_in_place::<alloc[0b7f7a3d8a1f7c9e]::vec::Vec<rand[1b7f7a3d8a1f7c9e]::Rng>>",
                "rand",
            ),
            (
                "<[f64] as core[5b7f7a3d8a1f7c9e]::fmt::Debug>::fmt",
                "Rust’s own",
            ),
            ("memcpy", "Rust’s own"),
        ] {
            assert_eq!(crate_of(name), expected);
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_bodies() {
        let program = wat::parse_str(
            r#"(module (import "a" "b" (func $imported))
                (func $_RNvCskZNW3XHbLQI_4rand4draw (drop (i32.const 1)))
                (func $memcpy)
                (func $other (call $imported)))"#,
        );
        let bytes = bytes_of_code(&program.unwrap()).unwrap();
        // A body begins with the number of its locals, and ends with a byte of its own.
        let expected = [("Rust’s own", 2 + 4), ("rand", 5)];
        let expected = expected.map(|(name, size)| (name.to_owned(), size));
        assert_eq!(bytes, expected.into());
    }
}
