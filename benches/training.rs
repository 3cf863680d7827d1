//! How fast networks are trained, and how well: beside PyTorch and scikit-learn with the same data,
//! layers, optimizer and number of epochs, and the product of matrices beside `matrixmultiply`.
//!
//! ```sh
//! cargo xtask bench --with-python    # without it, only ours and the products
//! ```
//! Each contender trains [`SEEDS`] networks, all on one thread, in turn. What counts as behind: a mean
//! accuracy below the lower end of the other's 95 % interval.
//!
//! Then the page's own comparison, as its reader starts it, beside `PyTorch` on one thread and on all. The
//! page also measures each network after each epoch; `PyTorch` only trains.
#![cfg(all(feature = "end-to-end", not(target_arch = "wasm32")))]

#[path = "../tests/end_to_end/browser.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod browser;
#[path = "../tests/end_to_end/server.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use browser::Browser;
use dropout_moments::network::{
    Activation, Configuration, Dropout, Evaluation, Matrix, Mode, Normalisation, Optimizer, Rates,
    Split, Trainer, multiply,
};
use dropout_moments::settings::{DropProbability, Scaling, Seed};
use server::{Rules, Server};

const SEEDS: u32 = 10;
const EPOCHS: u32 = 30;
/// Student's quantile for a 95 % interval of [`SEEDS`] values.
const QUANTILE: f64 = 2.262;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/digits.bin");

fn main() {
    products();
    let bytes = std::fs::read(DIGITS).expect("the digits are there");
    let split = Split::digits(&bytes).expect("and are digits");
    let python = std::env::var_os("DROPOUT_MOMENTS_PYTHON").map(PathBuf::from);
    for p in [0.0, 0.5] {
        println!("64 × 64 × 10, ReLU, Adam, batches of 32, {EPOCHS} epochs, p = {p}");
        let ours = outcome("this trainer", ours(&split, p));
        let Some(python) = &python else { continue };
        let networks = Networks {
            hidden: 1,
            p,
            seeds: SEEDS,
            epochs: EPOCHS,
        };
        let theirs = [("PyTorch", "torch"), ("scikit-learn", "sklearn")];
        for (name, library) in theirs {
            // scikit-learn has no dropout.
            if library == "torch" || p == 0.0 {
                let theirs = outcome(name, in_python(python, library, 1, networks));
                assert!(
                    ours.accuracy > theirs.accuracy - theirs.half_width,
                    "behind {name}"
                );
                println!(
                    "{:>42.1} × as fast as {name}",
                    theirs.seconds / ours.seconds
                );
            }
        }
    }
    race(python.as_deref());
}

/// What `PyTorch` and scikit-learn train.
#[derive(Debug, Clone, Copy)]
struct Networks {
    /// How many hidden layers of 64 units.
    hidden: u32,
    p: f64,
    seeds: u32,
    epochs: u32,
}

/// The page against `PyTorch`, in turn, five times; the first does not count.
fn race(python: Option<&Path>) {
    const ROUNDS: usize = 5;
    let networks = Networks {
        hidden: 4,
        p: 0.3,
        seeds: 2,
        epochs: 15,
    };
    let dist = std::env::var_os("DROPOUT_MOMENTS_DIST").map(PathBuf::from);
    let dist = dist.expect("DROPOUT_MOMENTS_DIST names the folder with the built page");
    let server = Server::start(dist, Rules::default());
    let page = |script: &str| {
        let browser = Browser::start();
        browser.before_each_page(script);
        browser.open(
            &(server.address("index.html") + "#p=0.3&hidden=4&neurons=64&seeds=5&epochs=15&seed=7"),
        );
        browser.until("document.querySelector('#experiment')?.dataset.experiment === 'done'");
        browser
    };
    let all_workers = page("");
    let one_worker =
        page("Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 1 })");
    let torch = |threads| {
        let rate = move |python: &Path| 1.0 / in_python(python, "torch", threads, networks).1;
        python.map(rate)
    };
    let threads = num_cpus();
    let mut rounds = Vec::new();
    for _ in 0..=ROUNDS {
        rounds.push([
            Some(in_page(&all_workers)),
            Some(in_page(&one_worker)),
            torch(1),
            torch(threads),
        ]);
    }
    rounds.remove(0);
    let names = [
        "the page, all workers",
        "the page, one worker",
        "PyTorch, one thread",
        "PyTorch, all threads",
    ];
    println!("the page's comparison, 4 × 64 hidden units, epochs/s, {ROUNDS} rounds [least, most]");
    for (index, name) in names.into_iter().enumerate() {
        let rates = rounds.iter().filter_map(|round| round[index]);
        print_spread(name, rates.collect());
    }
    for (index, name) in names.into_iter().enumerate().take(2) {
        let ratios = rounds.iter().filter_map(|round| {
            let fastest = round[2]?.max(round[3]?);
            Some(round[index]? / fastest)
        });
        print_spread(&format!("{name} / the faster PyTorch"), ratios.collect());
    }
}

fn num_cpus() -> u32 {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(count).expect("no machine has more")
}

/// The median, the least and the most, if there are some.
fn print_spread(name: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    if let (Some(least), Some(most)) = (values.first(), values.last()) {
        let median = values[values.len() / 2];
        println!("{name:<42} {median:>8.1} [{least:.1}, {most:.1}]");
    }
}

/// Epochs per second of a comparison in the page: from the click to its end, as the reader has it.
fn in_page(browser: &Browser) -> f64 {
    let rate = browser.measure(
        "const { dataset } = document.querySelector('#training');
        const start = performance.now();
        document.querySelector(\"[data-action='train']\").click();
        await new Promise((done) => {
            let hasBegun = false;
            new MutationObserver((_, observer) => {
                hasBegun ||= dataset.training === 'running';
                if (hasBegun && dataset.training !== 'running') {
                    observer.disconnect();
                    done();
                }
            }).observe(document.querySelector('#training'), { attributeFilter: ['data-training'] });
        });
        const seconds = (performance.now() - start) / 1000;
        if (dataset.training !== 'done') throw new Error(`training is ${dataset.training}`);
        const words = document.querySelector('#training-state').textContent.replaceAll('\u{202f}', '');
        return Number(words.match(/(\\d+) epochs/)[1]) / seconds",
    );
    rate.as_f64()
        .unwrap_or_else(|| panic!("the page trained no epochs: {rate}"))
}

/// The test accuracy of each seed, and the seconds of one epoch.
type Trained = (Vec<f64>, f64);

struct Outcome {
    accuracy: f64,
    half_width: f64,
    seconds: f64,
}

fn outcome(name: &str, (accuracies, seconds): Trained) -> Outcome {
    let count = f64::from(SEEDS);
    assert_eq!(accuracies.len(), SEEDS as usize);
    let accuracy = accuracies.iter().sum::<f64>() / count;
    let squares: f64 = accuracies.iter().map(|it| (it - accuracy).powi(2)).sum();
    let half_width = QUANTILE * (squares / (count - 1.0) / count).sqrt();
    println!(
        "{name:<16} test accuracy {accuracy:.4} ± {half_width:.4}, {:>7.1} epochs/s",
        1.0 / seconds
    );
    assert!(accuracy > 0.95, "{name} has not learnt the digits");
    Outcome {
        accuracy,
        half_width,
        seconds,
    }
}

fn ours(split: &Split, p: f64) -> Trained {
    let probability = |p| DropProbability::new(p).expect("p < 1");
    let mut seconds = 0.0;
    let accuracies = (0..SEEDS).map(|seed| {
        let configuration = Configuration {
            hidden: vec![64],
            activation: Activation::Relu,
            normalisation: Normalisation::None,
            dropout: Dropout {
                rule: Some(Scaling::Inverted),
                inputs: probability(0.0),
                hidden: probability(p),
            },
            optimizer: Optimizer::Adam,
            learning_rate: 0.002,
            rates: Rates::Shared,
            batch: 32,
            seed: Seed(seed.into()),
        };
        let mut trainer = Trainer::new(&configuration, split);
        seconds += time(|| {
            for _ in 0..EPOCHS {
                trainer.train_epoch();
            }
        });
        let mode = Mode::Evaluation(Evaluation::Identity);
        trainer.measure(&split.test, mode).accuracy
    });
    (accuracies.collect(), seconds / f64::from(SEEDS * EPOCHS))
}

fn in_python(python: &Path, library: &str, threads: u32, networks: Networks) -> Trained {
    let Networks {
        hidden,
        p,
        seeds,
        epochs,
    } = networks;
    let output = Command::new(python)
        .args(["-c", PYTHON, DIGITS, library, &p.to_string()])
        .args([hidden, threads, seeds, epochs].map(|count| count.to_string()))
        .output()
        .expect("Python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = text.split_whitespace().map(|number| {
        let error = String::from_utf8_lossy(&output.stderr);
        number.parse().unwrap_or_else(|_| panic!("{text}{error}"))
    });
    let mut numbers: Vec<f64> = numbers.collect();
    let seconds = numbers.pop().expect("the seconds come last");
    (numbers, seconds)
}

/// Prints each seed's accuracy, then the seconds of one epoch.
const PYTHON: &str = r#"
import sys, time
import numpy
path, library, p = sys.argv[1], sys.argv[2], float(sys.argv[3])
hidden, threads, seeds, epochs = map(int, sys.argv[4:])
records = numpy.fromfile(path, dtype=numpy.uint8).reshape(1797, 41)
labels = records[:, 0].astype(numpy.int64)
bits = numpy.unpackbits(records[:, 1:], axis=1, bitorder="little").reshape(1797, 64, 5)
images = (bits * (1 << numpy.arange(5))).sum(axis=2).astype(numpy.float32)
place = numpy.zeros(1797, dtype=int)
for digit in range(10):
    place[labels == digit] = numpy.arange((labels == digit).sum())
training, test = place % 5 < 3, place % 5 == 4
images = (images - images[training].mean()) / images[training].std()
seconds = 0.0
for seed in range(seeds):
    if library == "torch":
        import torch
        torch.manual_seed(seed)
        torch.set_num_threads(threads)
        layers = [layer for _ in range(hidden)
            for layer in (torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Dropout(p))]
        network = torch.nn.Sequential(*layers, torch.nn.Linear(64, 10))
        for layer in network:
            if isinstance(layer, torch.nn.Linear):
                torch.nn.init.kaiming_normal_(layer.weight)
                torch.nn.init.zeros_(layer.bias)
        optimizer = torch.optim.Adam(network.parameters(), lr=0.002)
        x, y = torch.tensor(images[training]), torch.tensor(labels[training])
        start = time.perf_counter()
        for epoch in range(epochs):
            for batch in torch.randperm(len(x)).split(32):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
                optimizer.step()
        seconds += time.perf_counter() - start
        network.eval()
        predicted = network(torch.tensor(images[test])).argmax(1).numpy()
    else:
        import warnings
        from sklearn.neural_network import MLPClassifier
        warnings.filterwarnings("ignore")
        network = MLPClassifier((64,) * hidden, alpha=0, batch_size=32, learning_rate_init=0.002,
            max_iter=epochs, n_iter_no_change=epochs, random_state=seed)
        start = time.perf_counter()
        network.fit(images[training], labels[training])
        seconds += time.perf_counter() - start
        predicted = network.predict(images[test])
    print((predicted == labels[test]).mean())
print(seconds / (seeds * epochs))
"#;

/// rows × terms × columns of what training and the simulation of deep layers multiply, and how often.
const PRODUCTS: [([usize; 3], u32); 4] = [
    ([32, 64, 64], 4000),
    ([32, 64, 10], 8000),
    ([64, 256, 256], 200),
    ([256, 1024, 1024], 4),
];

/// Our product beside that of `matrixmultiply`, the best of ten rounds in turn.
fn products() {
    println!("products of matrices, GFLOP/s    ours  matrixmultiply");
    for ([rows, terms, columns], times) in PRODUCTS {
        let a: Vec<f32> = (0..rows * terms).map(value).collect();
        let b: Vec<f32> = (0..terms * columns).map(value).collect();
        let [mut ours, mut theirs] = [0.0, 0.0].map(|zero| vec![zero; rows * columns]);
        let mut best = [f64::INFINITY; 2];
        for _ in 0..10 {
            let a_matrix = Matrix::new(&a, rows, terms);
            let b_matrix = Matrix::new(&b, terms, columns);
            let seconds = [
                time(|| (0..times).for_each(|_| multiply(a_matrix, b_matrix, &mut ours))),
                time(|| (0..times).for_each(|_| product(&a, &b, &mut theirs, terms))),
            ];
            best = [0, 1].map(|index| best[index].min(seconds[index]));
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() < 1e-3, "{ours}, not {theirs}");
        }
        let operations = f64::from(times) * 2e-9 * (rows * terms * columns) as f64;
        let [ours, theirs] = best.map(|seconds| operations / seconds);
        println!("{rows:>5} × {terms:>4} × {columns:>4} {ours:>18.1} {theirs:>15.1}");
    }
}

fn value(index: usize) -> f32 {
    (index * 7919 % 2003) as f32 / 1001.5 - 1.0
}

#[expect(unsafe_code, reason = "matrixmultiply takes pointers")]
fn product(a: &[f32], b: &[f32], product: &mut [f32], terms: usize) {
    let (rows, columns) = (a.len() / terms, b.len() / terms);
    assert_eq!(product.len(), rows * columns);
    let [a_row, b_row] = [terms, columns].map(usize::cast_signed);
    // SAFETY: the slices hold so many rows and columns, row by row, and only the last is written.
    unsafe {
        let (a, b, c) = (a.as_ptr(), b.as_ptr(), product.as_mut_ptr());
        matrixmultiply::sgemm(
            rows, terms, columns, 1.0, a, a_row, 1, b, b_row, 1, 0.0, c, b_row, 1,
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark never runs on wasm")]
fn time(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}
