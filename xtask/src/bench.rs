//! `cargo xtask bench`: how fast the core and the page are, beside their baselines.

use anyhow::Result;

use crate::setup::{self, Tool};
use crate::{build, project, python};

/// Runs the benchmarks one after the other, alone on the machine as far as that is in our power.
pub fn bench(with_python: bool) -> Result<()> {
    let needed = [
        Tool::WasmStd,
        Tool::WasmBindgen,
        Tool::Trunk,
        Tool::WasmOpt,
        Tool::Browser,
    ];
    let tools = setup::prepare(&needed)?;
    let python = with_python
        .then(|| python::with(&["numpy", "torch"]))
        .transpose()?;
    let dist = build::build(None)?;
    let mut cargo = tools.command("cargo");
    cargo
        .args(["bench", "--features", "end-to-end"])
        .args([
            "--bench",
            "experiment",
            "--bench",
            "kernel",
            "--bench",
            "page",
            "--bench",
            "drag",
        ])
        .env("DROPOUT_MOMENTS_DIST", dist);
    if let Some(python) = python {
        cargo.env("DROPOUT_MOMENTS_PYTHON", python);
    }
    project::run(&mut cargo)
}
