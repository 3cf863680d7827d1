//! `cargo xtask check`: what can be said of the code without running it, the quick checks first.

use anyhow::Result;

use crate::architecture;
use crate::project::{WASM, run};
use crate::setup::{self, Tool};

/// Fails at the first check that does not pass; every warning counts.
pub fn check() -> Result<()> {
    let tools = setup::prepare(&[Tool::WasmStd])?;
    let cargo = |arguments: &str| {
        let mut cargo = tools.command("cargo");
        cargo.args(arguments.split(' '));
        cargo
    };
    run(&mut cargo("fmt --all --check"))?;
    architecture::check()?;
    run(&mut cargo(
        "clippy --workspace --all-targets --all-features -- --deny warnings",
    ))?;
    // All other tests, examples and benches are native: their dependencies don't exist for wasm.
    let tests = "--test browser --test golden --test randomness";
    let lint = format!("clippy --target {WASM} --lib --bins {tests} -- --deny warnings");
    run(tools.wasm_clippy().args(lint.split(' ')))?;
    let documentation = "doc --workspace --no-deps --document-private-items";
    run(cargo(documentation).env("RUSTDOCFLAGS", "--deny warnings"))
}
