//! How fast the page is, in ratios of one run: the thread's experiment in the page against native
//! code, JavaScript and Python; the simulation of a deep network, and training.
//!
//! ```sh
//! cargo xtask bench                  # with --with-python also NumPy and PyTorch
//! ```
//! The contenders run in turn, [`ROUNDS`] times, and the ratios are taken round by round, so that a
//! machine whose speed drifts does not favour any. Who needs less than a second runs [`REPEATS`] times in
//! each round, and its median counts. Native code is that of the target's baseline: on x86-64 its vectors
//! are as wide as wasm's, 128 bits. Each must measure √2 for the ratio of the standard
//! deviations at p = ½. What is timed lies within each contender: a page, an interpreter or a pool of
//! threads that starts does not count.
#![cfg(all(feature = "end-to-end", not(target_arch = "wasm32")))]

#[path = "../tests/end_to_end/browser.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod browser;
#[path = "../tests/end_to_end/server.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod server;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use browser::Browser;
use dropout_moments::sampling::Experiment;
use dropout_moments::settings::{SampleCount, Seed, Settings};
use rayon::prelude::*;
use serde_json::Value;
use server::{Rules, Server};

const ROUNDS: usize = 5;
const REPEATS: usize = 5;

const PAGE: &str = "the page, all workers";
const PAGE_ONE_WORKER: &str = "the page, one worker";
const NATIVE_ONE_THREAD: &str = "native, one thread";
const JAVASCRIPT_OPTIMISED: &str = "JavaScript, optimised";
const JAVASCRIPT_STRAIGHTFORWARD: &str = "JavaScript, straightforward";
const PYTORCH_CODE: &str = "PyTorch, the thread's code";

/// Who is to be how many times as fast as whom.
const GOALS: [(&str, f64, &str); 5] = [
    (PAGE, 20.0, PYTORCH_CODE),
    (PAGE, 25.0, JAVASCRIPT_OPTIMISED),
    (PAGE, 25.0, JAVASCRIPT_STRAIGHTFORWARD),
    (PAGE_ONE_WORKER, 0.8, NATIVE_ONE_THREAD),
    (PAGE, 1.8, PAGE_ONE_WORKER),
];

/// One way to run the thread's experiment: gives the seconds for 10⁸ samples, and the ratio of the
/// standard deviations that it measured.
struct Contender<'a> {
    name: &'static str,
    run: Box<dyn Fn() -> (f64, f64) + 'a>,
}

fn main() {
    let dist = std::env::var_os("DROPOUT_MOMENTS_DIST").map(PathBuf::from);
    let dist = dist.expect("DROPOUT_MOMENTS_DIST names the folder with the built page");
    let server = Server::start(dist, Rules::default());
    let address = server.address("index.html") + "#p=0.5&seed=7";

    let all_workers = Browser::start();
    open(&all_workers, &address);
    let one_worker = Browser::start();
    one_worker.before_each_page(
        "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 1 })",
    );
    open(&one_worker, &address);

    let mut contenders = vec![
        contender(PAGE, || in_page(&all_workers)),
        contender(PAGE_ONE_WORKER, || in_page(&one_worker)),
        contender("native, all threads", || native(true)),
        contender(NATIVE_ONE_THREAD, || native(false)),
        contender(JAVASCRIPT_OPTIMISED, || javascript(&one_worker, OPTIMISED)),
        contender(JAVASCRIPT_STRAIGHTFORWARD, || {
            javascript(&one_worker, STRAIGHTFORWARD)
        }),
    ];
    if let Some(python) = std::env::var_os("DROPOUT_MOMENTS_PYTHON").map(PathBuf::from) {
        for (name, script) in [(PYTORCH_CODE, PYTORCH), ("NumPy", NUMPY)] {
            let python = python.clone();
            contenders.push(contender(name, move || in_python(&python, script)));
        }
    }
    print_race(&contenders);
    open(&all_workers, &(address + "&layers=50&width=1024"));
    print_simulation(&all_workers);
}

fn contender<'a>(name: &'static str, run: impl Fn() -> (f64, f64) + 'a) -> Contender<'a> {
    Contender {
        name,
        run: Box::new(run),
    }
}

fn print_race(contenders: &[Contender<'_>]) {
    let mut seconds = vec![Vec::new(); contenders.len()];
    // A first round is not counted: compilers, caches and workers warm up.
    for round in 0..=ROUNDS {
        for (contender, seconds) in contenders.iter().zip(&mut seconds) {
            let mut times = Vec::new();
            while times.len() < REPEATS && times.last().is_none_or(|time| *time < 1.0) {
                let (time, ratio) = (contender.run)();
                // The smallest contender draws 2·10⁶ samples: six of its standard errors.
                let error = (ratio - 2_f64.sqrt()).abs();
                assert!(error < 0.006, "{} measured {ratio}", contender.name);
                times.push(time);
            }
            if round > 0 {
                seconds.push(spread(times)[0]);
            }
        }
    }
    println!("10⁸ samples at p = ½, median of {ROUNDS} rounds [fastest, slowest]");
    println!("{:<28} {:>24}   the page is faster by", "", "seconds");
    for (contender, times) in contenders.iter().zip(&seconds) {
        let [median, fastest, slowest] = spread(times.clone());
        let [ratio, least, most] = faster_by(&seconds[0], times);
        println!(
            "{:<28} {median:>8.3} [{fastest:.3}, {slowest:.3}] {ratio:>8.2} × [{least:.2}, {most:.2}]",
            contender.name
        );
    }
    println!("how many times as fast, round by round, and what is aimed at");
    for (subject, goal, baseline) in GOALS {
        let of = |name| contenders.iter().position(|it| it.name == name);
        // Without Python there is no PyTorch.
        if let (Some(faster), Some(slower)) = (of(subject), of(baseline)) {
            let [ratio, least, most] = faster_by(&seconds[faster], &seconds[slower]);
            println!("{subject} / {baseline}: {ratio:.2} × [{least:.2}, {most:.2}], {goal} ×");
        }
    }
}

/// By how many times the first is faster than the second, round by round: median and spread.
fn faster_by(subject: &[f64], baseline: &[f64]) -> [f64; 3] {
    let rounds = subject.iter().zip(baseline);
    spread(
        rounds
            .map(|(subject, baseline)| baseline / subject)
            .collect(),
    )
}

/// The median, the least and the greatest.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [values.len() / 2, 0, values.len() - 1].map(|index| values[index])
}

fn open(browser: &Browser, address: &str) {
    browser.open(address);
    browser.until("document.querySelector('#experiment')?.dataset.experiment === 'done'");
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("the script gives a number")
}

/// The full run, by its button. The script waits without looking: a frame that it asked for, or the
/// driver's own messages, would take time from the workers.
fn in_page(browser: &Browser) -> (f64, f64) {
    let shown = browser.measure(
        "const experiment = document.querySelector('#experiment');
        const button = document.querySelector(\"[data-action='run-full']\");
        button.scrollIntoView({ block: 'center' });
        for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
        await new Promise((done) => {
            new MutationObserver((_, observer) => {
                if (experiment.dataset.experiment === 'done') {
                    observer.disconnect();
                    done();
                }
            }).observe(experiment, { attributeFilter: ['data-experiment'] });
            button.click();
        });
        return ['run.seconds', 'measured.ratio.std', 'run.samples'].map((name) =>
            Number(document.querySelector(`[data-quantity='${name}']`).dataset.value))",
    );
    assert_eq!(shown[2].as_f64(), Some(1e8));
    (number(&shown[0]), number(&shown[1]))
}

fn native(parallel: bool) -> (f64, f64) {
    let settings = Settings::from_fragment("p=0.5").settings;
    let experiment = Experiment::new(&settings, SampleCount::FORUM, Seed(7));
    #[expect(clippy::disallowed_methods, reason = "a benchmark never runs on wasm")]
    let start = Instant::now();
    let mut estimate = experiment.estimate();
    if parallel {
        let chunks = (0..experiment.chunks()).into_par_iter();
        let results: Vec<_> = chunks.map(|chunk| experiment.run_chunk(chunk)).collect();
        for result in &results {
            estimate.add(result);
        }
    } else {
        for chunk in 0..experiment.chunks() {
            estimate.add(&experiment.run_chunk(chunk));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let rows = experiment.compare(&estimate);
    let ratio = rows.iter().find(|row| row.name == "ratio.std");
    let ratio = ratio.and_then(|row| row.measured);
    (seconds, ratio.expect("was measured"))
}

/// A script that returns the seconds for 10⁸ samples and the ratio.
fn javascript(browser: &Browser, script: &str) -> (f64, f64) {
    let result = browser.run(script);
    (number(&result[0]), number(&result[1]))
}

/// As the thread's code reads in JavaScript: three arrays, two passes for each std.
const STRAIGHTFORWARD: &str = "
    const n = 2e6, p = 0.5, start = performance.now();
    const randn = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    const x = Array.from({ length: n }, randn);
    const mask = Array.from({ length: n }, () => (Math.random() < p ? 0 : 1 / (1 - p)));
    const d = x.map((value, i) => value * mask[i]);
    const mean = (a) => a.reduce((sum, value) => sum + value, 0) / a.length;
    const std = (a) => {
        const m = mean(a);
        return Math.sqrt(a.reduce((sum, value) => sum + (value - m) ** 2, 0) / (a.length - 1));
    };
    const ratio = std(d) / std(x);
    return [(performance.now() - start) / 1000 * (1e8 / n), ratio]";

/// No arrays, both variates of each transform, sums in one pass, a generator of integers.
const OPTIMISED: &str = "
    const n = 2e7, p = 0.5, start = performance.now();
    let a = 1, b = 2, c = 3, d = 4;
    const next = () => {
        const t = b << 9, word = (a + d) | 0;
        c ^= a; d ^= b; b ^= c; a ^= d; c ^= t;
        d = (d << 11) | (d >>> 21);
        return word >>> 0;
    };
    for (let i = 0; i < 100; i++) next();
    const unit = 2 ** -32, threshold = p / unit, scale = 1 / (1 - p);
    let x1 = 0, x2 = 0, d1 = 0, d2 = 0;
    for (let i = 0; i < n; i += 2) {
        const r = Math.sqrt(-2 * Math.log((next() + 0.5) * unit));
        const angle = 2 * Math.PI * unit * next();
        const u = r * Math.cos(angle), v = r * Math.sin(angle);
        const e = next() < threshold ? 0 : u * scale, f = next() < threshold ? 0 : v * scale;
        x1 += u + v; x2 += u * u + v * v;
        d1 += e + f; d2 += e * e + f * f;
    }
    const std = (s, ss) => Math.sqrt((ss - s * s / n) / (n - 1));
    const ratio = std(d1, d2) / std(x1, x2);
    return [(performance.now() - start) / 1000 * (1e8 / n), ratio]";

const PYTORCH: &str = "
import time, torch
def run():
    start = time.perf_counter()
    x = torch.randn(10000, 10000)
    mask = torch.bernoulli(torch.full_like(x, 0.5)) / 0.5
    d = x * mask
    x.mean(), d.mean()
    ratio = (d.std() / x.std()).item()
    return time.perf_counter() - start, ratio
run()
print(*run())";

const NUMPY: &str = "
import time, numpy
rng = numpy.random.default_rng(7)
start = time.perf_counter()
x = rng.standard_normal((10000, 10000), dtype=numpy.float32)
mask = (rng.random((10000, 10000), dtype=numpy.float32) >= 0.5) / numpy.float32(0.5)
d = x * mask
x.mean(), d.mean()
ratio = d.std() / x.std()
print(time.perf_counter() - start, ratio)";

fn in_python(python: &PathBuf, script: &str) -> (f64, f64) {
    let output = Command::new(python).args(["-c", script]).output();
    let output = output.expect("Python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(|number| {
        let error = String::from_utf8_lossy(&output.stderr);
        number.parse().unwrap_or_else(|_| panic!("{text}{error}"))
    });
    let mut next = || numbers.next().expect("the script prints two numbers");
    (next(), next())
}

/// Simulates the largest of the deep networks, from the click to the frame that shows it.
fn print_simulation(browser: &Browser) {
    let seconds = browser.measure(
        "const state = document.querySelector('#simulation').dataset;
        const times = [];
        for (let i = 0; i < 5; i++) {
            const start = performance.now();
            document.querySelector(\"[data-action='simulate']\").click();
            do await new Promise((done) => requestAnimationFrame(done));
            while (state.simulation !== 'done');
            times.push((performance.now() - start) / 1000);
        }
        return times",
    );
    let seconds = seconds.as_array().expect("the script gives a list");
    let [median, least, most] = spread(seconds.iter().map(number).collect());
    println!(
        "50 layers of 1024 units, 256 inputs, both modes: {median:.2} seconds ({least:.2} to {most:.2})"
    );
}
