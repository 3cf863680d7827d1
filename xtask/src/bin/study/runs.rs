//! The networks, trained and evaluated.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use dropout_moments::network::{Evaluation, Measurement, Mode, Split, Trainer};
use rayon::prelude::*;

use crate::grid::{Cell, EPOCHS, SEEDS, cells};

/// How a trained network is evaluated.
pub const VARIANTS: [&str; 4] = [
    "identity",
    "matching",
    "identity re-estimated",
    "matching re-estimated",
];

/// What is compared.
pub const METRICS: [&str; 3] = ["accuracy", "loss", "calibration error"];

/// One trained network.
#[derive(Debug, Clone)]
pub struct Run {
    pub cell: Cell,
    pub seed: u64,
    /// The loss and the accuracy on the training part in training mode.
    pub training: [f64; 2],
    /// Each variant's metrics on the test part.
    pub scores: [[f64; 3]; 4],
    /// How many times as wide as in training the logits of the validation part are, in the first two
    /// variants.
    pub spread: [f64; 2],
}

/// Trains every cell with every seed, and writes `runs.csv`.
pub fn make(digits: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::read(digits).with_context(|| format!("can't read {}", digits.display()))?;
    let split = Split::digits(&bytes)?;
    let cells = cells();
    let all: Vec<_> = cells
        .iter()
        .flat_map(|&cell| SEEDS.map(move |seed| (cell, seed)))
        .collect();
    eprintln!("Training {} networks for {EPOCHS} epochs each.", all.len());
    let done = AtomicUsize::new(0);
    let lines: Vec<_> = all
        .par_iter()
        .map(|&(cell, seed)| {
            let line = line(&train(cell, seed, &split));
            let done = 1 + done.fetch_add(1, Ordering::Relaxed);
            if done.is_multiple_of(100) {
                eprintln!("{done} of {}", all.len());
            }
            line
        })
        .collect();
    let mut text = header();
    text.extend(lines);
    fs::write(folder.join("runs.csv"), text).context("can't write runs.csv")
}

fn train(cell: Cell, seed: u64, split: &Split) -> Run {
    let mut trainer = Trainer::new(&cell.configuration(seed), split);
    for _ in 0..EPOCHS {
        trainer.train_epoch();
    }
    let training = trainer.measure(&split.training, Mode::Training);
    let ways = [Evaluation::Identity, Evaluation::Matching];
    let width = |measurement: &Measurement| {
        let logits = measurement.layers.last();
        logits.map_or(f64::NAN, |layer| layer.standard_deviation)
    };
    let noisy = width(&trainer.measure(&split.validation, Mode::Training));
    let spread =
        ways.map(|way| width(&trainer.measure(&split.validation, Mode::Evaluation(way))) / noisy);
    let scores = |trainer: &Trainer, way| {
        let measured = trainer.measure(&split.test, Mode::Evaluation(way));
        [measured.accuracy, measured.loss, measured.calibration_error]
    };
    let [identity, matching] = ways.map(|way| scores(&trainer, way));
    let [identity_again, matching_again] = ways.map(|way| {
        let mut trainer = trainer.clone();
        trainer.reestimate(way);
        scores(&trainer, way)
    });
    Run {
        cell,
        seed,
        training: [training.loss, training.accuracy],
        scores: [identity, matching, identity_again, matching_again],
        spread,
    }
}

fn header() -> String {
    let mut text = format!("{},seed,training loss,training accuracy", Cell::COLUMNS);
    for variant in VARIANTS {
        for metric in METRICS {
            let _ = write!(text, ",{variant} {metric}");
        }
    }
    for variant in &VARIANTS[..2] {
        let _ = write!(text, ",{variant} logits' std");
    }
    text.push('\n');
    text
}

fn line(run: &Run) -> String {
    let mut line = format!("{},{}", run.cell.key(), run.seed);
    let scores = run.scores.as_flattened();
    for value in run.training.iter().chain(scores).chain(&run.spread) {
        let _ = write!(line, ",{}", rounded(*value));
    }
    line.push('\n');
    line
}

/// Four significant digits, as short as they are.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// What [`make`] wrote.
pub fn read(folder: &Path) -> Result<Vec<Run>> {
    let path = folder.join("runs.csv");
    let text =
        fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
    let mut lines = text.lines();
    ensure!(
        lines.next().map(|line| format!("{line}\n")) == Some(header()),
        "{} has other columns: run `cargo xtask study` anew",
        path.display()
    );
    let cells = cells();
    let keys: Vec<_> = cells.iter().map(|cell| cell.key()).collect();
    let mut runs = Vec::new();
    for line in lines {
        let keyed = keys.iter().position(|key| {
            line.strip_prefix(key.as_str())
                .is_some_and(|rest| rest.starts_with(','))
        });
        let index = keyed.with_context(|| format!("{line:?} is of no network of the study"))?;
        let numbers = line[keys[index].len() + 1..].split(',');
        let numbers: Vec<f64> = numbers.map(str::parse).collect::<Result<_, _>>()?;
        let &[seed, loss, accuracy, ref rest @ ..] = &numbers[..] else {
            anyhow::bail!("{line:?} is too short");
        };
        let (scores, spread) = rest.split_at_checked(12).context("a line is too short")?;
        let mut it = scores.iter().copied();
        runs.push(Run {
            cell: cells[index],
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small whole number"
            )]
            seed: seed as u64,
            training: [loss, accuracy],
            scores: std::array::from_fn(|_| std::array::from_fn(|_| it.next().unwrap_or(f64::NAN))),
            spread: spread.try_into().context("a line has another length")?,
        });
    }
    Ok(runs)
}
