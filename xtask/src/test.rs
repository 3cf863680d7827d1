//! `cargo xtask test`: every test, and proof that there were some.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::setup::{self, Tool};
use crate::{build, project, python};

/// Where tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// On this machine: unit, integration and documentation tests; examples are compiled.
    Native,
    /// In headless Chrome, compiled to wasm: `tests/browser`, and what gives the same as natively.
    Browser,
    /// On this machine, driving a browser with the built page in it: `tests/end_to_end`.
    EndToEnd,
}

impl Suite {
    const ALL: [Self; 3] = [Self::Native, Self::Browser, Self::EndToEnd];

    const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Browser => "browser",
            Self::EndToEnd => "end to end",
        }
    }

    /// What `cargo test` is told.
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Native => &["--workspace", "--features", "xtask/pictures"],
            Self::Browser => &[
                "--target",
                project::WASM,
                "--test",
                "browser",
                "--test",
                "golden",
                "--test",
                "randomness",
            ],
            Self::EndToEnd => &["--test", "end_to_end", "--features", "end-to-end"],
        }
    }
}

/// What the code that the page gives its readers is written for, and what reads its data.
const PYTHON: [&str; 8] = [
    "numpy", "sympy", "pandas", "torch", "fastai", "keras", "jax", "flax",
];

/// What to run.
pub struct Options {
    suites: Vec<Suite>,
    filter: Option<String>,
    /// The native tests that need Python, too.
    pub with_python: bool,
}

impl Options {
    /// All suites if none is named.
    pub fn new(suites: Vec<Suite>, filter: Option<String>) -> Self {
        Self {
            suites: if suites.is_empty() {
                Suite::ALL.into()
            } else {
                suites
            },
            filter,
            with_python: false,
        }
    }
}

/// Runs the suites one after the other, the quickest first; the first that fails ends it.
pub fn test(options: &Options) -> Result<()> {
    let mut needed = Vec::new();
    if options.suites != [Suite::Native] {
        needed.extend([Tool::WasmStd, Tool::WasmBindgen, Tool::Browser]);
    }
    if options.suites.contains(&Suite::EndToEnd) {
        needed.extend([Tool::Trunk, Tool::WasmOpt]);
    }
    let tools = setup::prepare(&needed)?;
    let python = (options.with_python)
        .then(|| python::with(&PYTHON))
        .transpose()?;

    let mut passed = 0;
    for suite in &options.suites {
        let mut cargo = match suite {
            Suite::Native => {
                let mut cargo = tools.command("cargo");
                cargo.envs(python.iter().map(|it| ("DROPOUT_MOMENTS_PYTHON", it)));
                cargo
            }
            Suite::Browser => tools.wasm_command("cargo"),
            Suite::EndToEnd => {
                let mut cargo = tools.command("cargo");
                cargo.env("DROPOUT_MOMENTS_DIST", build::build(None)?);
                cargo
            }
        };
        cargo
            .arg("test")
            .args(suite.arguments())
            .args(&options.filter);
        let count = run(&mut cargo)?;
        ensure!(
            count > 0 || options.filter.is_some(),
            "the {} tests: there were none",
            suite.name()
        );
        println!("{} tests: {count} passed\n", suite.name());
        passed += count;
    }
    ensure!(
        passed > 0,
        "no test has {:?} in its name",
        options.filter.as_deref().unwrap_or_default()
    );
    println!("{passed} passed, 0 failed");
    Ok(())
}

/// Runs cargo, passes its output on, and counts the tests that passed.
fn run(cargo: &mut Command) -> Result<u32> {
    let line = project::line(cargo);
    eprintln!("$ {line}");
    let mut child = cargo
        .current_dir(project::root())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("can't run `{line}`"))?;
    let output = child.stdout.take().context("a piped output is there")?;
    let mut passed = 0;
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let text = String::from_utf8_lossy(&line);
        println!("{text}");
        passed += passed_in(&text).unwrap_or(0);
    }
    io::stdout().flush()?;
    let status = child.wait()?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(passed)
}

/// The number in the summary line of a test binary.
fn passed_in(line: &str) -> Option<u32> {
    let summary = line.trim_start().strip_prefix("test result: ok. ")?;
    summary.split_once(" passed")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_counted_and_other_lines_are_not() {
        let summary = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(passed_in(summary), Some(12));
        assert_eq!(
            passed_in("test result: FAILED. 3 passed; 1 failed; 0 ignored"),
            None
        );
        assert_eq!(passed_in("test theory::the_result ... ok"), None);
    }

    #[test]
    fn without_a_named_suite_all_run() {
        assert_eq!(Options::new(Vec::new(), None).suites, Suite::ALL);
        assert_eq!(
            Options::new(vec![Suite::Browser], None).suites,
            [Suite::Browser]
        );
    }
}
