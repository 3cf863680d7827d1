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
        .then(|| python::with(&["numpy", "torch", "scikit-learn"]))
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
            "--bench",
            "training",
        ])
        .env("DROPOUT_MOMENTS_DIST", dist);
    if let Some(python) = python {
        // What is as fast as PyTorch has to be the same as well.
        let mut gradients = tools.command("cargo");
        gradients.args("test --lib pytorch".split(' '));
        project::run(gradients.env("DROPOUT_MOMENTS_PYTHON", &python))?;
        cargo.env("DROPOUT_MOMENTS_PYTHON", python);
    }
    project::run(&mut cargo)
}
