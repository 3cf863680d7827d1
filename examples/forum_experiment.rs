//! The forum thread's experiment on the command line, with the page's own core.
//!
//! ```sh
//! cargo run --release --example forum_experiment -- --p 0.5 --n 1e8 --seed 7
//! ```
//! Options: `--p --n --seed --mu --sigma --input --scale`, as in the page's links; `--threads`,
//! which changes the speed and nothing else; `--json`.

use std::process::ExitCode;
use std::time::Instant;

use dropout_moments::sampling::{Comparison, Estimate, Experiment};
use dropout_moments::scene::result_json;
use dropout_moments::settings::{Seed, Settings};
use rayon::prelude::*;

const USAGE: &str = "usage: forum_experiment [--p P] [--n N] [--seed SEED] [--mu MU] \
[--sigma SIGMA] [--input INPUT] [--scale SCALE] [--threads THREADS] [--json]";

/// What one call asks for.
struct Arguments {
    settings: Settings,
    seed: Seed,
    threads: usize,
    json: bool,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("forum_experiment: {message}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("forum_experiment: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut arguments = arguments;
    let mut parsed = Arguments {
        settings: Settings::default(),
        seed: Seed(0),
        threads: 0,
        json: false,
    };
    while let Some(argument) = arguments.next() {
        let key = match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => {
                parsed.json = true;
                continue;
            }
            "--p" | "--n" | "--seed" | "--mu" | "--sigma" | "--input" | "--scale" | "--threads" => {
                &argument[2..]
            }
            _ => return Err(format!("unknown argument {argument:?}; {USAGE}")),
        };
        let value = arguments
            .next()
            .ok_or_else(|| format!("{argument} needs a value; {USAGE}"))?;
        if key == "threads" {
            parsed.threads = value
                .parse()
                .ok()
                .filter(|threads| (1..=1024).contains(threads))
                .ok_or_else(|| {
                    format!("--threads {value}: it must be a whole number from 1 to 1024")
                })?;
        } else {
            parsed
                .settings
                .set(key, &value)
                .map_err(|reason| format!("{argument} {value}: {reason}"))?;
        }
    }
    parsed.seed = parsed.settings.seed.unwrap_or(parsed.seed);
    parsed.settings.seed = Some(parsed.seed);
    Ok(Some(parsed))
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()
        .map_err(|error| format!("no threads could be started: {error}"))?;
    let experiment = Experiment::new(
        &arguments.settings,
        arguments.settings.samples,
        arguments.seed,
    );
    #[expect(clippy::disallowed_methods, reason = "an example never runs on wasm")]
    let start = Instant::now();
    let estimate = pool.install(|| estimate(&experiment));
    let seconds = start.elapsed().as_secs_f64();
    let rows = experiment.compare(&estimate);
    if arguments.json {
        let settings = &arguments.settings;
        print!(
            "{}",
            result_json(settings, &rows, estimate.samples(), seconds)
        );
    } else {
        print(arguments, &rows, seconds);
    }
    Ok(())
}

/// Runs all chunks, some at a time, and adds them in their order.
fn estimate(experiment: &Experiment) -> Estimate {
    /// So many chunks are in memory at once, whatever n is.
    const BATCH: u64 = 256;
    let mut estimate = experiment.estimate();
    let mut next = 0;
    while next < experiment.chunks() {
        let end = (next + BATCH).min(experiment.chunks());
        let results: Vec<_> = (next..end)
            .into_par_iter()
            .map(|chunk| experiment.run_chunk(chunk))
            .collect();
        for result in &results {
            estimate.add(result);
        }
        next = end;
        if experiment.chunks() > BATCH {
            eprintln!("{} of {}", estimate.samples(), experiment.samples());
        }
    }
    estimate
}

fn print(arguments: &Arguments, rows: &[Comparison], seconds: f64) {
    let settings = &arguments.settings;
    println!(
        "p = {}, n = {}, seed {}, {seconds:.2} s",
        settings.drop_probability.get(),
        settings.samples.get(),
        arguments.seed
    );
    println!("              measured        exact  standard error");
    for row in rows {
        let number = |value: Option<f64>| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.7}"))
        };
        println!(
            "{:<10}{:>12} {:>12} {:>15}",
            row.name,
            number(row.measured),
            number(row.exact),
            number(row.standard_error)
        );
    }
}
