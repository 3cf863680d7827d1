//! `cargo xtask mutants`: do the tests notice when the code is another? cargo-mutants changes one thing
//! of the pure core at a time, an operator or what a function returns, and runs the tests of its room.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project;
use crate::setup::{self, Tool};

/// The rooms of `src/`, and what tests them.
const ROOMS: [(&str, &[&str]); 6] = [
    ("settings", &["settings"]),
    ("theory", &["theory", "data", "rules", "layer", "depth"]),
    (
        "sampling",
        &["sampling", "data", "layer", "rules", "golden"],
    ),
    ("network", &["training", "depth", "spirals", "golden"]),
    ("charts", &["charts", "pictures", "spirals"]),
    (
        "scene",
        &[
            "scene",
            "charts",
            "pictures",
            "export",
            "rules",
            "depth",
            "data",
            "self_check",
            "spirals",
            "layer",
            "snippets",
        ],
    ),
];

/// Tries each `parts`th mutant of all rooms, or of one, and prints how many were noticed. It takes some
/// four seconds for each.
pub fn mutants(room: Option<&str>, parts: u32) -> Result<()> {
    let rooms = ROOMS
        .iter()
        .filter(|it| room.is_none_or(|room| room == it.0));
    let rooms: Vec<_> = rooms.collect();
    if rooms.is_empty() {
        bail!("the rooms are {}", ROOMS.map(|it| it.0).join(", "));
    }
    let tools = setup::prepare(&[Tool::Mutants])?;
    let folder = project::target().join("mutants");
    let mut table = String::from(
        "| room | tried | noticed | missed | do not compile |\n|---|---|---|---|---|\n",
    );
    for (room, tests) in rooms {
        let output = folder.join(room);
        fs::create_dir_all(&output)?;
        let mut cargo = tools.command("cargo");
        cargo
            .args(
                "mutants --no-shuffle --baseline skip --timeout 60 --sharding round-robin"
                    .split(' '),
            )
            .args(["--shard", &format!("0/{parts}")])
            .args(["--file", &format!("src/{room}.rs")])
            .args(["--file", &format!("src/{room}/**/*.rs")])
            .arg("--output")
            .arg(&output)
            // Not after `--`: there it would not hold for what is compiled, and that would be all tests.
            .arg("--cargo-arg=--lib")
            .args(
                tests
                    .iter()
                    .map(|test| format!("--cargo-arg=--test={test}")),
            )
            .args(["--", "--", "--skip", project::SLOWEST_TEST])
            .env("CARGO_TARGET_DIR", folder.join("build"));
        // What was missed is in the table, and ends it with an error, too.
        let outcome = project::run(&mut cargo);
        let count = |outcome: &str| -> Result<usize> {
            let list = output
                .join("mutants.out")
                .join(outcome)
                .with_extension("txt");
            let list = fs::read_to_string(&list).context("cargo-mutants has tried nothing")?;
            Ok(list.lines().count())
        };
        let noticed = count("caught")? + count("timeout")?;
        let (missed, unviable) = (count("missed")?, count("unviable")?);
        if noticed + missed + unviable == 0 {
            outcome?;
        }
        let tried = noticed + missed + unviable;
        table += &format!("| {room} | {tried} | {noticed} | {missed} | {unviable} |\n");
    }
    print!("{table}");
    Ok(())
}
