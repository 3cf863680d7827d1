//! Where things are, and how a command is run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The name of the page's binary, which names the files that trunk makes.
pub const NAME: &str = "dropout-moments";

/// The target of everything that runs in the browser.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The native test that draws 3 × 10⁸ samples: where code is counted or not optimised, it takes longer than
/// all others together, and it reaches nothing that they don't.
pub const SLOWEST_TEST: &str = "the_thread_measured_what_the_theory_says";

/// The repository's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the repository's folder")
}

/// Where cargo puts what it makes; the tools go below it, so that `cargo clean` removes them too.
pub fn target() -> PathBuf {
    root().join("target")
}

/// The folder with the built page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Says what is run, runs it in the repository's folder, and fails if it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command
        .current_dir(root())
        .status()
        .with_context(|| format!("can't run `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// The command as a person would type it, but for its environment.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
