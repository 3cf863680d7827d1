//! `cargo xtask fuzz`: hostile links and files, many more than the tests try.

use anyhow::Result;

use crate::setup::{self, Engine, Tool};
use crate::{build, project};

/// Tries so many natively, and in Chromium a hundredth of them.
pub fn fuzz(cases: u32) -> Result<()> {
    let tools = setup::prepare(&[Tool::WasmStd, Tool::WasmBindgen, Tool::Trunk, Tool::WasmOpt])?;
    project::run(
        tools
            .command("cargo")
            .args("test --test hostile -- --nocapture --test-threads 1".split(' '))
            .env("DROPOUT_MOMENTS_CASES", cases.to_string()),
    )?;
    let dist = build::build(None)?;
    let tools = setup::prepare(Engine::Chromium.tools())?;
    project::run(
        tools
            .command("cargo")
            .args(
                "test --test end_to_end --features end-to-end hostile:: -- --nocapture".split(' '),
            )
            .env("DROPOUT_MOMENTS_DIST", dist)
            // The end-to-end test takes a tenth of what it is told.
            .env("DROPOUT_MOMENTS_CASES", (cases / 10).to_string()),
    )
}
