//! How fast networks are trained, and how well: beside PyTorch and scikit-learn with the same data,
//! layers, optimizer and number of epochs, and the product of matrices beside `matrixmultiply`.
//!
//! ```sh
//! cargo xtask bench --with-python    # without it, only ours and the products
//! ```
//! Each contender trains [`SEEDS`] networks, all on one thread, in turn. What counts as behind: a mean
//! accuracy below the lower end of the other's 95 % interval.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dropout_moments::network::{
    Activation, Configuration, Dropout, Evaluation, Matrix, Mode, Normalisation, Optimizer, Rates,
    Split, Trainer, multiply,
};
use dropout_moments::settings::{DropProbability, Scaling, Seed};

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
        let theirs = [("PyTorch", "torch"), ("scikit-learn", "sklearn")];
        for (name, library) in theirs {
            // scikit-learn has no dropout.
            if library == "torch" || p == 0.0 {
                let theirs = outcome(name, in_python(python, library, p));
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

fn in_python(python: &Path, library: &str, p: f64) -> Trained {
    let output = Command::new(python)
        .args(["-c", PYTHON, DIGITS, library])
        .args([p.to_string(), SEEDS.to_string(), EPOCHS.to_string()])
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
path, library, p, seeds, epochs = sys.argv[1], sys.argv[2], float(sys.argv[3]), *map(int, sys.argv[4:])
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
        torch.set_num_threads(1)
        network = torch.nn.Sequential(
            torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Dropout(p), torch.nn.Linear(64, 10))
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
        network = MLPClassifier((64,), alpha=0, batch_size=32, learning_rate_init=0.002,
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
