//! `cargo xtask build`: the page as it is published.

use std::path::PathBuf;

use anyhow::Result;

use crate::project;
use crate::setup::{self, Tool};

/// Builds `dist/` and returns its path. `Trunk.toml` makes all addresses in it relative, so that it works in any
/// folder of any server, and from the disk.
pub fn build() -> Result<PathBuf> {
    let tools = setup::prepare(&[Tool::WasmStd, Tool::WasmBindgen, Tool::Trunk, Tool::WasmOpt])?;
    project::run(tools.wasm_command("trunk").args(["build", "--release"]))?;
    Ok(project::dist())
}
