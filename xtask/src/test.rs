//! `cargo xtask test`: every test, and proof that there were some.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::setup::{self, Engine, Tool};
use crate::{build, project, python, single_file};

/// Where tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// On this machine: unit, integration and documentation tests; examples are compiled.
    Native,
    /// In a browser, compiled to wasm: `tests/browser`, and what gives the same as natively.
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

    /// The browsers that it can run in; none for tests that need no browser.
    const fn engines(self) -> &'static [Engine] {
        match self {
            Self::Native => &[],
            // It looks at pixels and selections as Chromium has them; that all browsers do and give the same is
            // tested end to end.
            Self::Browser => &[Engine::Chromium],
            Self::EndToEnd => &Engine::ALL,
        }
    }

    /// What `cargo test` is told.
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Native => &["--workspace", "--features", "xtask/pictures,xtask/study"],
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
            // Of the packages and with the features of the native tests: else what these have compiled would
            // be compiled again.
            Self::EndToEnd => &[
                "--workspace",
                "--features",
                "xtask/pictures,xtask/study,dropout-moments/end-to-end",
                "--test",
                "end_to_end",
            ],
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
    /// The browsers to run them in.
    pub engines: Vec<Engine>,
    filter: Option<String>,
    /// The native tests that need Python, too.
    pub with_python: bool,
}

impl Options {
    /// All suites if none is named, in Chromium.
    pub fn new(suites: Vec<Suite>, filter: Option<String>) -> Self {
        Self {
            suites: if suites.is_empty() {
                Suite::ALL.into()
            } else {
                suites
            },
            engines: vec![Engine::Chromium],
            filter,
            with_python: false,
        }
    }

    /// Each suite with each browser that it is to run in, in this order.
    fn runs(&self) -> Vec<(Suite, Option<Engine>)> {
        let mut runs = Vec::new();
        for suite in &self.suites {
            if *suite == Suite::Native {
                runs.push((*suite, None));
            }
            let engines = self.engines.iter();
            let engines = engines.filter(|engine| suite.engines().contains(engine));
            runs.extend(engines.map(|engine| (*suite, Some(*engine))));
        }
        runs
    }
}

/// Runs the suites one after the other, the quickest first; the first that fails ends it.
pub fn test(options: &Options) -> Result<()> {
    let runs = options.runs();
    let needed: Vec<Tool> = runs
        .iter()
        .flat_map(|(suite, engine)| needs(*suite, *engine))
        .collect();
    setup::prepare(&needed)?;
    let python = (options.with_python)
        .then(|| python::with(&PYTHON))
        .transpose()?;
    let is_driven = options.suites.contains(&Suite::EndToEnd);
    let built = is_driven.then(|| single_file::build(None)).transpose()?;

    let mut report = Vec::new();
    for (suite, engine) in runs {
        let tools = setup::prepare(&needs(suite, engine))?;
        let mut cargo = if suite == Suite::Browser {
            tools.wasm_command("cargo")
        } else {
            tools.command("cargo")
        };
        match suite {
            Suite::Native => cargo.envs(python.iter().map(|it| ("DROPOUT_MOMENTS_PYTHON", it))),
            Suite::Browser => &mut cargo,
            Suite::EndToEnd => cargo
                .envs(built.iter().map(|it| ("DROPOUT_MOMENTS_DIST", &it.0)))
                .envs(built.iter().map(|it| ("DROPOUT_MOMENTS_FILE", &it.1))),
        };
        cargo
            .arg("test")
            .args(suite.arguments())
            .args(&options.filter);
        if suite == Suite::EndToEnd && engine != Some(Engine::Chromium) {
            cargo.args(["--", "--skip", ONLY_CHROMIUM]);
        }
        let count = run(&mut cargo)?;
        let name = match engine {
            Some(engine) => format!("{} tests in {}", suite.name(), engine.name()),
            None => format!("{} tests", suite.name()),
        };
        ensure!(
            count > 0 || options.filter.is_some(),
            "the {name}: there were none"
        );
        report.push((name, count));
        println!();
    }
    for (name, count) in &report {
        println!("{name}: {count} passed");
    }
    let passed: u32 = report.iter().map(|(_, count)| count).sum();
    ensure!(
        passed > 0,
        "no test has {:?} in its name",
        options.filter.as_deref().unwrap_or_default()
    );
    println!("{passed} passed, 0 failed");
    Ok(())
}

/// The end-to-end tests that ask for what only Chromium's driver can do.
const ONLY_CHROMIUM: &str = "chromium::";

/// What one run of a suite needs.
fn needs(suite: Suite, engine: Option<Engine>) -> Vec<Tool> {
    let mut tools = match suite {
        Suite::Native => Vec::new(),
        Suite::Browser => vec![Tool::WasmStd, Tool::WasmBindgen],
        Suite::EndToEnd => build::NEEDED.into(),
    };
    tools.extend(engine.into_iter().flat_map(Engine::tools));
    tools
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
        let mut options = Options::new(Vec::new(), None);
        assert_eq!(
            options.runs(),
            [
                (Suite::Native, None),
                (Suite::Browser, Some(Engine::Chromium)),
                (Suite::EndToEnd, Some(Engine::Chromium)),
            ]
        );
        options.suites = vec![Suite::Browser];
        options.engines = Engine::ALL.into();
        assert_eq!(options.runs(), [(Suite::Browser, Some(Engine::Chromium))]);
    }
}
