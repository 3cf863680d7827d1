//! How fast the experiment and the scene are, in ratios of one run.
//!
//! ```sh
//! cargo xtask bench
//! ```
//! Each row is timed in turn with its baseline, several times; the ratio is taken pair by pair, so
//! that a machine whose speed drifts does not favour either. What is timed is also checked.

use std::hint::black_box;
use std::time::{Duration, Instant};

use dropout_moments::sampling::{Estimate, Experiment, RunningMoments};
use dropout_moments::scene::Scene;
use dropout_moments::settings::{SampleCount, Seed, Settings};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rayon::prelude::*;

const PAIRS: usize = 7;
const SAMPLES: u64 = 1 << 24;

fn main() {
    let settings = Settings::from_fragment("p=0.5").settings;
    let samples = SampleCount::new(SAMPLES).expect("is allowed");
    let experiment = Experiment::new(&settings, samples, Seed(7));

    println!("samples {SAMPLES}, p = 0.5, median of {PAIRS} pairs [smallest, largest]");
    compare(
        "experiment, 1 thread",
        || check(&experiment.run()),
        "straightforward scalar Rust",
        || check_std(straightforward()),
    );
    compare(
        "experiment, all threads",
        || check(&in_parallel(&experiment)),
        "experiment, 1 thread",
        || check(&experiment.run()),
    );
    for fragment in ["", "scale=gaussian", "input=relu"] {
        let settings = Settings::from_fragment(fragment).settings;
        let time = time(|| {
            for _ in 0..100 {
                black_box(Scene::new(black_box(&settings), None));
            }
        });
        println!(
            "scene, {fragment:<15} {:>9.3} ms",
            milliseconds(time) / 100.0
        );
    }
}

/// Times both in turn and prints the ratio.
fn compare(name: &str, subject: impl Fn(), baseline_name: &str, baseline: impl Fn()) {
    let mut times: Vec<_> = (0..PAIRS)
        .map(|_| (time(&subject), time(&baseline)))
        .collect();
    let of = |pick: fn(&(Duration, Duration)) -> f64, times: &mut Vec<(Duration, Duration)>| {
        times.sort_by(|a, b| pick(a).total_cmp(&pick(b)));
        [PAIRS / 2, 0, PAIRS - 1].map(|index| pick(&times[index]))
    };
    let [subject_ms, ..] = of(|pair| milliseconds(pair.0), &mut times);
    let [baseline_ms, ..] = of(|pair| milliseconds(pair.1), &mut times);
    let ratio = |pair: &(Duration, Duration)| milliseconds(pair.1) / milliseconds(pair.0);
    let [median, least, most] = of(ratio, &mut times);
    println!("{name:<24} {subject_ms:>9.1} ms");
    println!(
        "  {median:.2} × as fast as {baseline_name}, {baseline_ms:.1} ms [{least:.2}, {most:.2}]"
    );
}

fn time(work: impl Fn()) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a benchmark never runs on wasm")]
    let start = Instant::now();
    work();
    start.elapsed()
}

fn milliseconds(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}

fn in_parallel(experiment: &Experiment) -> Estimate {
    let chunks = (0..experiment.chunks()).into_par_iter();
    let results: Vec<_> = chunks.map(|chunk| experiment.run_chunk(chunk)).collect();
    let mut estimate = experiment.estimate();
    for result in &results {
        estimate.add(result);
    }
    estimate
}

/// What one would write first: a generator, a ziggurat, running moments.
fn straightforward() -> f64 {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
    let (mut x, mut d) = (RunningMoments::default(), RunningMoments::default());
    for _ in 0..SAMPLES {
        let value: f64 = generator.sample(StandardNormal);
        let mask = if generator.random_bool(0.5) { 2.0 } else { 0.0 };
        x.push(value);
        d.push(value * mask);
    }
    black_box(x);
    d.sample_standard_deviation().expect("there are samples")
}

fn check(estimate: &Estimate) {
    let settings = Settings::from_fragment("p=0.5").settings;
    let experiment = Experiment::new(&settings, settings.samples, Seed(7));
    let rows = experiment.compare(estimate);
    let std = rows
        .iter()
        .find(|row| row.name == "d.std")
        .and_then(|row| row.measured);
    check_std(std.expect("was measured"));
}

/// √2 within five standard errors.
fn check_std(std: f64) {
    assert!((std - f64::sqrt(2.0)).abs() < 5.0 * 3.9e-4, "{std}");
}
