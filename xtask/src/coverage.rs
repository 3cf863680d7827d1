//! `cargo xtask coverage`: which lines of the pure core the native tests never reach.

use anyhow::Result;

use crate::architecture::PURE;
use crate::project;
use crate::setup::{self, Tool};

/// What tests the pure core. `randomness` and `golden` repeat, for minutes, what `sampling` reaches.
const TESTS: [&str; 15] = [
    "charts",
    "data",
    "depth",
    "export",
    "layer",
    "page",
    "rules",
    "sampling",
    "scene",
    "self_check",
    "settings",
    "snippets",
    "spirals",
    "theory",
    "training",
];

/// Prints each file with its share, the lines that were not reached, and the share of all.
pub fn coverage() -> Result<()> {
    let tools = setup::prepare(&[Tool::Coverage])?;
    let mut cargo = tools.command("cargo");
    cargo
        .args("tarpaulin --engine llvm --skip-clean --out Stdout --timeout 600 --lib".split(' '))
        .arg("--target-dir")
        .arg(project::target().join("coverage"));
    for test in TESTS {
        cargo.args(["--test", test]);
    }
    for room in PURE {
        cargo.args(["--include-files", &format!("src/{room}.rs")]);
        cargo.args(["--include-files", &format!("src/{room}/**/*.rs")]);
    }
    project::run(&mut cargo)
}
