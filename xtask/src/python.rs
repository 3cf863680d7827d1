//! An environment of Python's own for what is measured against it and what is run by it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::project;

/// The interpreter of an environment with these packages: the one that `DROPOUT_MOMENTS_PYTHON`
/// names, or else one in target/tools that is made on first need.
pub fn with(packages: &[&str]) -> Result<PathBuf> {
    if let Some(python) = std::env::var_os("DROPOUT_MOMENTS_PYTHON") {
        return Ok(python.into());
    }
    let environment = project::target().join("tools").join("python");
    let binaries = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = binaries.join("python");
    let list = environment.join("installed");
    let installed = std::fs::read_to_string(&list).unwrap_or_default();
    let missing = missing(packages, &installed);
    if !missing.is_empty() {
        eprintln!(
            "Installing {} into target/tools/python (up to a few GB, some minutes).",
            missing.join(", ")
        );
        if installed.is_empty() {
            project::run(
                Command::new("python3")
                    .args(["-m", "venv"])
                    .arg(&environment),
            )?;
        }
        // Not `pip` itself, which names the folder that the environment was made in.
        project::run(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet"])
                .args(&missing),
        )?;
        std::fs::write(list, format!("{installed}{}\n", missing.join("\n")))?;
    }
    Ok(python)
}

/// Those that the list, one a line, lacks.
fn missing<'a>(packages: &[&'a str], installed: &str) -> Vec<&'a str> {
    let is_missing = |package: &&str| !installed.lines().any(|it| it == *package);
    packages.iter().copied().filter(is_missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        assert_eq!(missing(&["numpy", "torch"], ""), ["numpy", "torch"]);
        assert_eq!(missing(&["numpy", "torch"], "torch\njax\n"), ["numpy"]);
        assert!(missing(&["numpy", "torch"], "numpy\ntorch\n").is_empty());
    }
}
