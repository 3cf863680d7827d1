//! `cargo xtask bench`: how fast the core and the page are, beside their baselines.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::setup::{self, Tool};
use crate::{build, project};

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
    let python = with_python.then(python).transpose()?;
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

/// The interpreter of an environment with NumPy and PyTorch: the one that `DROPOUT_MOMENTS_PYTHON`
/// names, or else one that is made on first need.
fn python() -> Result<PathBuf> {
    if let Some(python) = std::env::var_os("DROPOUT_MOMENTS_PYTHON") {
        return Ok(python.into());
    }
    let environment = project::target().join("tools").join("python");
    let binaries = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let installed = environment.join("installed");
    if !installed.is_file() {
        eprintln!(
            "Installing NumPy and PyTorch into target/tools/python (a few GB, some minutes)."
        );
        project::run(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        )?;
        project::run(
            Command::new(binaries.join("pip")).args(["install", "--quiet", "numpy", "torch"]),
        )?;
        std::fs::write(installed, "")?;
    }
    Ok(binaries.join("python"))
}
