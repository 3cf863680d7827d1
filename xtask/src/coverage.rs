//! `cargo xtask coverage`: which lines of the pure core the native tests never reach.

use std::fs;

use anyhow::{Context, Result};

use crate::architecture::PURE;
use crate::project;
use crate::setup::{self, Tool};

/// Prints each file with its share, the lines that were not reached, and the share of all. Of the tests,
/// those that are one file each: those in folders drive a browser, or repeat for minutes what these reach.
pub fn coverage() -> Result<()> {
    let tools = setup::prepare(&[Tool::Coverage])?;
    let mut cargo = tools.command("cargo");
    cargo
        .args("tarpaulin --engine llvm --skip-clean --out Stdout --timeout 600 --lib".split(' '))
        .arg("--target-dir")
        .arg(project::target().join("coverage"));
    let tests = project::root().join("tests");
    for test in fs::read_dir(&tests).with_context(|| format!("can't read {}", tests.display()))? {
        let test = test?.path();
        if let (Some(name), Some("rs")) = (
            test.file_stem(),
            test.extension().and_then(|it| it.to_str()),
        ) {
            cargo.arg("--test").arg(name);
        }
    }
    for room in PURE {
        cargo.args(["--include-files", &format!("src/{room}.rs")]);
        cargo.args(["--include-files", &format!("src/{room}/**/*.rs")]);
    }
    cargo.args(["--", "--skip", project::SLOWEST_TEST]);
    project::run(&mut cargo)
}
