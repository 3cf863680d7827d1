//! The reader's own data: reading them, their moments, and experiments with them.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use dropout_moments::sampling::{
    Experiment, Histogram, NoNumbers, NumberReader, Numbers, Range, Survey, draw_units,
};
use dropout_moments::scene::{Measured, Scene, Sections, data_problem, data_report};
use dropout_moments::settings::{Data, Distribution, Named, SampleCount, Seed, Settings};
use dropout_moments::theory::{Density, Exact, ShapeErrors};
use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;

fn read_in_pieces(text: &[u8], piece: usize) -> Result<Numbers, NoNumbers> {
    let mut reader = NumberReader::default();
    for piece in text.chunks(piece.max(1)) {
        if reader.wants_more() {
            reader.push(piece);
        }
    }
    reader.finish()
}

fn read(text: &[u8]) -> Result<Numbers, NoNumbers> {
    read_in_pieces(text, usize::MAX)
}

#[track_caller]
fn numbers(text: &str) -> Vec<f64> {
    read(text.as_bytes())
        .expect("there are numbers")
        .values()
        .to_vec()
}

fn report(text: &[u8]) -> String {
    match read(text) {
        Ok(numbers) => data_report(&numbers, &numbers.data()).join("\n"),
        Err(problem) => data_problem(&problem).join("\n"),
    }
}

#[test]
fn a_report_says_how_many_rows_the_numbers_come_from() {
    let first = |text: &[u8]| report(text).lines().next().map(str::to_owned);
    let expected = "6 numbers from 3 rows: mean 3.5, std 1.7078, 0 % exact zeros.";
    assert_eq!(first(b"1 2\n3 4\n5 6").as_deref(), Some(expected));
    // A row each, or all in one row, goes without saying.
    let expected = "2 numbers: mean 1.5, std 0.5, 0 % exact zeros.";
    assert_eq!(first(b"1\n2").as_deref(), Some(expected));
    assert_eq!(first(b"1 2").as_deref(), Some(expected));
}

fn data(values: &[f64]) -> Arc<Data> {
    let text: Vec<_> = values.iter().map(f64::to_string).collect();
    let numbers = read(text.join("\n").as_bytes()).expect("they are numbers");
    assert_eq!(numbers.values().len(), values.len());
    numbers.data()
}

fn settings(fragment: &str, data: Arc<Data>) -> Settings {
    let parsed = Settings::with_data(&format!("input=custom&{fragment}"), Some(data));
    assert_eq!(parsed.notices, []);
    parsed.settings
}

// Reading.

#[test]
fn numbers_stand_between_whatever_separates_them() {
    assert_eq!(numbers("1 2\t3,4\n5;6"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(numbers("1\r\n2\r3\n\n\n4"), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(
        numbers("tensor\n([[0.5, -1.5],\n [2., .25]])"),
        [0.5, -1.5, 2.0, 0.25]
    );
    assert_eq!(numbers("\"1.5\",\"2e3\""), [1.5, 2000.0]);
    assert_eq!(numbers("\u{feff}7\n8"), [7.0, 8.0]);
    assert_eq!(numbers("−3 +4 1E-2 -0"), [-3.0, 4.0, 0.01, 0.0]);
    assert_eq!(
        numbers(",,1,,,2,"),
        [1.0, 2.0],
        "an empty cell holds nothing"
    );
}

#[test]
fn what_cannot_be_used_is_said_with_its_line() {
    let text = "activation\r\n0.5\r\n-1, 2\r\n\r\n3;4,5\r\n1e40\r\nnan\r\n-inf\r\n1 2 x\r\n--5\r\n";
    let numbers = read(text.as_bytes()).expect("there are numbers");
    assert_eq!(numbers.values(), [0.5, -1.0, 2.0]);
    assert_eq!((numbers.rows(), numbers.bad_rows()), (2, 7));
    assert_eq!(
        report(text.as_bytes()),
        "3 numbers from 2 rows: mean 0.5, std 1.2247, 0 % exact zeros.\n\
         7 rows are left out. The first of them:\n\
         Line 1: “activation” is not a number.\n\
         Line 5: there are both , and ; in it: decimals are written with a point.\n\
         Line 6: “1e40” is beyond ±10³⁰.\n\
         Line 7: “nan” is not finite.\n\
         Line 8: “-inf” is not finite."
    );
    assert!(report(b"1e999\n1\n").ends_with("Line 1: “1e999” is not finite."));
    // What moves a cursor is not shown as it is.
    assert!(report(b"a\x1bb\n1\n").ends_with("Line 1: “a\u{fffd}b” is not a number."));
    // What is too long is cut, be it in the middle of a character, and still read as it was written.
    let long = "é".repeat(300);
    assert!(report(long.as_bytes()).contains(&format!("“{}…”", "é".repeat(24))));
    // A byte order mark stands before everything else.
    for text in ["7,\u{feff}8\n1", "x\n\u{feff}8\n1"] {
        assert_eq!(
            read(text.as_bytes()).expect("there is one").values(),
            [1.0],
            "{text:?}"
        );
    }
}

#[test]
fn what_is_no_text_is_refused_in_words() {
    let none = "There is no number in it that can be used.";
    assert_eq!(report(b""), none);
    assert_eq!(report(b" \r\n\t, ;"), none);
    assert_eq!(
        report(b"x\n"),
        format!("{none}\n1 row is left out.\nLine 1: “x” is not a number.")
    );
    assert_eq!(
        report(b"1\n2\n\0"),
        "This is not a text: there are zero bytes in it."
    );
    let utf16 = "This text is in UTF-16. Save it as UTF-8, or paste it.";
    assert_eq!(report(b"\xff\xfe1\0\n\0"), utf16);
    assert_eq!(report(b"\xfe\xff\x001\0\n"), utf16);
    // Its mark is one at the beginning only.
    let mut reader = NumberReader::default();
    reader.push(b"1\n");
    reader.push(b"\xff\xfe\0");
    let problem = reader.finish().expect_err("it is no text");
    assert_eq!(
        data_problem(&problem),
        ["This is not a text: there are zero bytes in it."]
    );
    // Latin-1.
    assert_eq!(
        report(b"Temp\xe9rature\n1\n3\n"),
        "2 numbers: mean 2, std 1, 0 % exact zeros.\n1 row is left out.\n\
         Line 1: “Température” is not a number."
    );
    let long = "9".repeat(100_000);
    assert!(
        report(long.as_bytes()).contains("Line 1: “999999999999999999999999…” is not a number.")
    );
    // Four hundred bytes can be a number, one more can't; nor the first of them behind a byte order mark,
    // where a piece ends.
    let long = format!("\u{feff}0.{}", "3".repeat(500));
    assert!(read_in_pieces(long.as_bytes(), 7).is_err());
    assert_eq!(numbers(&format!("0.{}", "3".repeat(398))).len(), 1);
    assert!(read(format!("0.{}", "3".repeat(399)).as_bytes()).is_err());
}

#[test]
fn more_than_ten_million_are_cut_off_and_said_so() {
    let mut reader = NumberReader::default();
    let row = b"1,2,3,4,5,6,7,8,9,10\n".repeat(1000);
    for _ in 0..1001 {
        reader.push(&row);
    }
    assert!(!reader.wants_more());
    let numbers = reader.finish().expect("there are numbers");
    assert_eq!(numbers.values().len(), 10_000_000);
    assert_eq!(numbers.cut_at(), Some(1_000_001));
    let report = data_report(&numbers, &numbers.data()).join(" ");
    assert!(
        report.contains("from within line 1\u{202f}000\u{202f}001 on, is left out"),
        "{report}"
    );
}

/// Read as a whole, in one thread, with std's parser.
fn oracle(text: &str) -> (Vec<f64>, u64) {
    let (mut values, mut bad) = (Vec::new(), 0);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let entries = line.split(|it: char| " \t,;\"[](){}".contains(it));
        let entries = entries.filter(|entry| !entry.is_empty());
        let row: Option<Vec<f64>> = entries
            .map(|entry| {
                let number: f64 = entry.replacen('−', "-", 1).parse().ok()?;
                (number.abs() <= 1e30).then_some(number)
            })
            .collect();
        let mixed = line.contains(',') && line.contains(';');
        match row {
            Some(row) if row.is_empty() => {}
            Some(row) if !mixed => values.extend(row),
            _ => bad += 1,
        }
    }
    (values, bad)
}

/// What goes wrong in files, and what does not.
fn entry() -> impl Strategy<Value = String> {
    let often = prop_oneof![
        any::<f64>().prop_map(|it| it.to_string()),
        (-1e6..1e6_f64).prop_map(|it| it.to_string()),
        (-1e6..1e6_f64).prop_map(|it| format!("{it:e}")),
        any::<i32>().prop_map(|it| it.to_string()),
    ];
    let seldom = proptest::sample::select(vec![
        "",
        "nan",
        "inf",
        "-Infinity",
        "1e400",
        "1e-400",
        "0x10",
        "1_000",
        "1e",
        ".",
        "-",
        "+",
        "--1",
        "-+1",
        "1.2.3",
        "é",
        "−1",
        "−−1",
        "NA",
        "null",
        "0,5",
        "1;2",
        "[1",
        "2]",
        "\"3\"",
        "e5",
        "1e5.5",
        "00012",
        "1.",
        ".5",
        "-.5e-3",
        "1e+5",
        "٣",
        "99999999999999999999",
    ])
    .prop_map(str::to_owned);
    prop_oneof![4 => often, 2 => seldom]
}

fn text() -> impl Strategy<Value = String> {
    let separator = proptest::sample::select(vec![
        " ", ",", ";", "\t", "\n", "\n", "\r\n", "\r", ", ", "\n\n", "\"", "\r\r\n",
    ]);
    proptest::collection::vec((entry(), separator), 0..12).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(a, b)| [a, b.to_owned()])
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60_000,
        failure_persistence: None,
        // The usual one would take nine tenths of the time: each byte has a generator of its own.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    })]

    /// Numbers, rows and lines are those of std's parser, wherever the text is cut into pieces.
    #[test]
    fn hostile_texts_are_read_as_std_would(text in text(), piece in 1..40_usize) {
        let (expected, bad) = oracle(&text);
        match read_in_pieces(text.as_bytes(), piece) {
            Ok(numbers) => {
                prop_assert_eq!(numbers.values().len(), expected.len());
                for (value, expected) in numbers.values().iter().zip(expected) {
                    let off = (value - expected).abs();
                    prop_assert!(off <= 1e-15 * expected.abs() + f64::MIN_POSITIVE, "{} {}", value, expected);
                }
                prop_assert_eq!(numbers.bad_rows(), bad);
                let data = numbers.data();
                prop_assert!(data.variance.is_finite() && data.mean.is_finite());
                prop_assert!(data.standardised.iter().all(|it| it.is_finite()));
            }
            Err(NoNumbers::None(numbers)) => {
                prop_assert_eq!(expected.len(), 0);
                prop_assert_eq!(numbers.bad_rows(), bad);
            }
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    /// Any bytes at all: nothing panics, and it does not matter where they are cut.
    #[test]
    fn hostile_bytes_are_read_the_same_in_any_pieces(
        bytes in proptest::collection::vec(
            prop_oneof![6 => proptest::sample::select(b"0123456789.e-+, ;\n\r".to_vec()), 1 => 1..=255_u8],
            0..200,
        ),
        zero in proptest::option::weighted(0.1, 0..200_usize),
        piece in 1..30_usize,
    ) {
        let mut bytes = bytes;
        if let Some(byte) = zero.and_then(|index| bytes.get_mut(index)) {
            *byte = 0;
        }
        let whole = read(&bytes);
        let pieces = read_in_pieces(&bytes, piece);
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            prop_assert_eq!(whole.is_ok(), pieces.is_ok());
        } else {
            prop_assert_eq!(&whole, &pieces);
        }
        let lines = match &whole {
            Ok(numbers) => data_report(numbers, &numbers.data()),
            Err(problem) => data_problem(problem),
        };
        prop_assert!(lines.iter().all(|line| !line.is_empty() && line.chars().count() < 200));
    }
}

// Moments.

/// Some values with a long tail, exact zeros and a mean.
fn skewed(count: u32) -> Vec<f64> {
    (0..count)
        .map(|index| {
            let u = (f64::from(index) + 0.5) / f64::from(count);
            if index % 5 == 0 {
                0.0
            } else {
                -(1.0 - u).ln() - 0.25
            }
        })
        .collect()
}

#[test]
fn moments_are_those_of_two_passes() {
    for values in [
        skewed(1000),
        vec![1.0, 2.0],
        (0..9000).map(|i| 1e4 + f64::from(i % 7)).collect(),
    ] {
        let data = data(&values);
        let n = values.len() as f64;
        let first = values[0];
        let mean = first + values.iter().map(|x| x - first).sum::<f64>() / n;
        let central = |k: i32| values.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{a} {b}");
        close(data.mean, mean);
        close(data.variance, central(2));
        for (k, standardised) in (0..).zip(data.standardised) {
            close(
                standardised,
                central(k) / central(2).powf(0.5 * f64::from(k)),
            );
        }
        assert_eq!(
            data.zeros * n,
            values.iter().filter(|x| **x == 0.0).count() as f64
        );
        let binned: f64 = data.bins.iter().sum();
        close(binned + data.zeros, 1.0);
        for (value, z) in values.iter().zip(&data.values) {
            // Of f32.
            let off = mean + data.variance.sqrt() * f64::from(*z) - value;
            assert!(off.abs() < 1e-6 * data.variance.sqrt(), "{off}");
            assert_eq!(*z == data.zero(), *value == 0.0);
        }
    }
}

/// A histogram reaches from the least value to the largest, but not beyond 4.4 standard deviations.
#[test]
fn what_lies_far_out_is_counted_at_the_ends_of_a_histogram() {
    let mut values = vec![5.0, 6.0, 9.0];
    values.extend([7.0; 500]);
    let near = data(&values);
    assert_eq!(
        (near.low, near.high),
        (near.mean - 4.4 * near.unit(), near.mean + 4.4 * near.unit())
    );
    values.extend([-1000.0, 1200.0]);
    let far = data(&values);
    assert!(far.mean > 6.0 && far.unit() > 10.0);
    assert_eq!(
        (far.low, far.high),
        (far.mean - 4.4 * far.unit(), far.mean + 4.4 * far.unit())
    );
    let outside = 1.0 / values.len() as f64;
    assert_eq!(
        (far.bins[0], far.bins[far.bins.len() - 1]),
        (outside, outside)
    );
    let narrow = data(&[1.0, 2.0, 4.0]);
    assert_eq!((narrow.low, narrow.high), (1.0, 4.0));
}

/// What a figure shows of data ends where they do: of x from -1 to 4, and of what is kept and doubled from -2
/// to 9, which is as far again as x is wide. The rest is the margin above and the room below 0.
#[test]
fn a_range_ends_where_the_data_do() {
    let settings = settings("p=0.5", data(&[-1.0, 0.5, 4.0]));
    let range = Range::of(&settings.input, settings.drop_probability, settings.scaling);
    let off = (range.low + 0.3 * 11.0).abs() + (range.high - 9.0 - 0.04 * 11.0).abs();
    assert!(off < 1e-12, "{range:?}");
}

/// As f32 they are the standardised values, and what only rounding makes 0 is not 0.
#[test]
fn no_value_is_taken_for_0_that_is_not_0() {
    let data = data(&[0.0, 1e-30, 1.0, 3.0]);
    assert_eq!(data.values[0], data.zero());
    assert!(data.values[1] > data.zero() && data.values[1] - data.zero() < 1e-6);
    for (value, x) in data.values[2..].iter().zip([1.0, 3.0]) {
        let off = f64::from(*value) - (x - data.mean) / data.unit();
        assert!(off.abs() < 6e-8, "{x}: {off:e}");
    }
}

#[test]
fn values_without_a_spread_are_a_constant() {
    let seven = data(&[7.0, 7.0, 7.0]);
    let exact = Exact::new(
        &settings("", seven).input,
        Settings::default().drop_probability,
        Settings::default().scaling,
    );
    assert_eq!((exact.x.mean, exact.x.variance), (7.0, 0.0));
    assert_eq!(exact.standard_deviation_ratio(), None);
    assert_eq!(data(&[0.0, 0.0]).zeros, 1.0);
    assert_eq!(data(&[0.1; 1000]).variance, 0.0, "0.1 is not exact");
}

/// The theory of d, against the data and the mask written out.
#[test]
fn exact_moments_are_those_of_all_values_under_all_masks() {
    let values = skewed(500);
    let data = data(&values);
    for p in [0.0, 0.1, 0.5, 0.9] {
        let settings = settings(&format!("p={p}"), Arc::clone(&data));
        for (scaling, scale) in [
            ("inverted", 1.0 / (1.0 - p)),
            ("sqrt", 1.0 / f64::sqrt(1.0 - p)),
        ] {
            let scaling = Named::from_name(scaling).expect("is one");
            let exact = Exact::new(&settings.input, settings.drop_probability, scaling);
            let n = values.len() as f64;
            let raw =
                |k: i32| (1.0 - p) * values.iter().map(|x| (scale * x).powi(k)).sum::<f64>() / n;
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * (1.0 + b.abs()), "{a} {b}");
            let mean = raw(1);
            close(exact.d.mean, mean);
            close(exact.d.variance, raw(2) - mean * mean);
            let fourth =
                raw(4) - 4.0 * mean * raw(3) + 6.0 * mean * mean * raw(2) - 3.0 * mean.powi(4);
            close(exact.d.fourth_central, fourth);
            close(exact.d_zeros, p + (1.0 - p) * data.zeros);
        }
    }
}

#[test]
fn densities_are_histograms_with_all_of_the_mass() {
    let data = data(&skewed(2000));
    for scale in ["none", "inverted", "gaussian", "alpha"] {
        let settings = settings(&format!("p=0.3&scale={scale}"), Arc::clone(&data));
        let input = &settings.input;
        for density in [
            Density::before(input),
            Density::after(input, settings.drop_probability, settings.scaling),
        ] {
            let (low, steps, width) = (-20.0, 80_000, 0.001);
            let at = |index: i32| low + width * (f64::from(index) + 0.5);
            let mass: f64 = (0..steps).map(|index| density.at(at(index)) * width).sum();
            let expected = density.continuous_mass();
            assert!((mass - expected).abs() < 2e-3, "{scale}: {mass} {expected}");
            let atoms: f64 = density.atoms().iter().map(|atom| atom.mass).sum();
            assert!((atoms + expected - 1.0).abs() < 1e-12);
            assert!(
                (density.up_to(60.0) - 1.0).abs() < 1e-9,
                "{}",
                density.up_to(60.0)
            );
            assert!(density.up_to(-60.0).abs() < 1e-9);
            let up_to_one: f64 = (0..21_000).map(|index| density.at(at(index)) * width).sum();
            let atoms = density.atoms().iter().filter(|atom| atom.location <= 1.0);
            let atoms: f64 = atoms.map(|atom| atom.mass).sum();
            assert!(
                (density.up_to(1.0) - up_to_one - atoms).abs() < 2e-3,
                "{scale}"
            );
        }
    }
}

/// A histogram's density jumps where a bin ends; with noise it is smooth.
#[test]
fn densities_jump_at_the_edges_of_the_bins() {
    let data = data(&skewed(2000));
    let settings = |scale| settings(&format!("p=0.5&scale={scale}"), Arc::clone(&data));
    let before = Density::before(&settings("inverted").input);
    let bins = data.bins.len();
    assert_eq!(before.breakpoints().len(), bins + 1);
    assert_eq!(before.breakpoints()[0], data.low);
    assert!((before.breakpoints()[bins] - data.high).abs() < 1e-12);
    for scale in ["none", "inverted", "alpha"] {
        let settings = settings(scale);
        let after = Density::after(&settings.input, settings.drop_probability, settings.scaling);
        for edges in after.breakpoints().windows(2) {
            let width = edges[1] - edges[0];
            let inside = [0.01, 0.5, 0.99].map(|share| after.at(edges[0] + share * width));
            assert_eq!(inside, [inside[1]; 3], "{scale}, behind {}", edges[0]);
        }
        assert_eq!(after.breakpoints().len(), bins + 1, "{scale}");
    }
    let settings = settings("gaussian");
    let noisy = Density::after(&settings.input, settings.drop_probability, settings.scaling);
    assert_eq!(noisy.breakpoints(), []);
}

/// With noise g ~ N(1, v²) a bin, which spreads like a uniform over its width, counts as a normal with the
/// mean and the variance of the product.
#[test]
fn with_noise_each_bin_is_a_normal() {
    // Wide bins: their own spread matters.
    let data = data(&[0.0, 0.1, 0.15, 0.6, 2.5, 40.0]);
    let settings = settings("p=0.01&scale=gaussian", Arc::clone(&data));
    let noisy = Density::after(&settings.input, settings.drop_probability, settings.scaling);
    let second_of_noise = 1.0 + 0.01 / 0.99;
    let width = (data.high - data.low) / data.bins.len() as f64;
    for t in [-0.2, 0.0, 0.3, 0.7, 2.4, 39.0, 41.0] {
        let parts = data.bins.iter().enumerate().map(|(index, share)| {
            let (low, high) = (
                data.low + width * index as f64,
                data.low + width * (index + 1) as f64,
            );
            let mean = (low + high) / 2.0;
            let square = (low * low + low * high + high * high) / 3.0;
            let variance = second_of_noise * square - mean * mean;
            let normal = (-0.5 * (t - mean).powi(2) / variance).exp();
            share * normal / (2.0 * std::f64::consts::PI * variance).sqrt()
        });
        let expected: f64 = parts.sum();
        let off = noisy.at(t) - expected;
        assert!(
            off.abs() < 1e-12 * expected,
            "at {t}: {off:e} of {expected:e}"
        );
    }
}

/// Half and half, the kurtosis is 1 and can't be measured as anything else: up to rounding, which may
/// make the square of its error negative.
#[test]
fn the_kurtosis_of_two_values_has_no_error() {
    for index in 1..100 {
        let (low, high) = (0.1 * f64::from(index), 7.0 / f64::from(index));
        let settings = settings("p=0", data(&[low, high]));
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        let errors = ShapeErrors::new(&settings.input, &exact, 100);
        let error = errors.excess_kurtosis;
        assert!(
            error.is_some_and(|it| it < 1e-7),
            "{low}, {high}: {error:?}"
        );
    }
}

/// Up to what the width of a bin leaves open. All values lie within the histogram.
#[test]
fn densities_have_the_mean_and_the_variance_of_the_values() {
    let squares = (0..2000).map(|index| 1e-6 * f64::from(index * index) - 0.5);
    let data = data(&squares.collect::<Vec<f64>>());
    for scale in ["none", "inverted", "gaussian", "alpha"] {
        for p in [0.01, 0.3] {
            let settings = settings(&format!("p={p}&scale={scale}"), Arc::clone(&data));
            let (input, p) = (&settings.input, settings.drop_probability);
            let exact = Exact::new(input, p, settings.scaling);
            for (density, moments) in [
                (Density::before(input), exact.x),
                (Density::after(input, p, settings.scaling), exact.d),
            ] {
                let width = 1e-3;
                let parts = (-20_000..60_000).map(|index| width * (f64::from(index) + 0.5));
                let parts = parts.map(|t| (t, density.at(t) * width));
                let atoms = density.atoms().iter();
                let [first, second] = parts
                    .chain(atoms.map(|atom| (atom.location, atom.mass)))
                    .fold([0.0; 2], |[first, second], (t, mass)| {
                        let deviation = t - moments.mean;
                        [
                            first + mass * deviation,
                            second + mass * deviation * deviation,
                        ]
                    });
                let what = format!("{scale} at {}: {first} {second}", p.get());
                assert!(first.abs() < 3e-3, "{what}");
                assert!((second / moments.variance - 1.0).abs() < 5e-3, "{what}");
            }
        }
    }
}

// Experiments.

#[test]
fn an_experiment_drops_the_readers_values() {
    let data = data(&skewed(3000));
    for scale in ["none", "inverted", "sqrt", "gaussian", "alpha"] {
        for seed in 0..4 {
            let settings = settings(&format!("p=0.3&scale={scale}"), Arc::clone(&data));
            let samples = SampleCount::new(300_000).expect("is allowed");
            let experiment = Experiment::new(&settings, samples, Seed(seed));
            let mut estimate = experiment.estimate();
            for chunk in 0..experiment.chunks() {
                let result = experiment.run_chunk(chunk);
                let read = experiment.read_results(&experiment.run_chunks(chunk, 1));
                assert_eq!(read.as_deref(), Some([result.clone()].as_slice()));
                let mut run = experiment.begin_chunk(chunk);
                while !run.is_done() {
                    experiment.go_on(&mut run, 100_000);
                }
                assert_eq!(run.into_result(), result);
                estimate.add(&result);
            }
            assert_eq!(estimate.samples(), 300_000);
            assert!(estimate.history().len() > 5);
            for row in experiment.compare(&estimate) {
                assert!(
                    row.z().is_none_or(|z| z.abs() < 4.5),
                    "{scale} {seed}: {row:?}"
                );
            }
            let before: f64 = estimate.before().heights().sum();
            assert!(before > 0.0);
        }
    }
}

/// The page has no values, and reads what the workers, who have them, measured.
#[test]
fn the_page_does_without_the_values() {
    let data = data(&skewed(100));
    let numbers = data.to_numbers();
    let without = Data::from_numbers(&numbers, Vec::new()).expect("they are enough");
    assert!(without.values.is_empty());
    assert_eq!(
        Data::from_numbers(&numbers, data.values.clone()).as_ref(),
        Some(&*data)
    );
    assert_eq!(Data::from_numbers(&numbers[..9], Vec::new()), None);
    let page = settings("p=0.5", Arc::new(without));
    let worker = settings("p=0.5", data);
    let survey = Survey::run(&worker, Seed(1));
    let survey = Survey::from_numbers(&page, &survey.to_numbers());
    let scene = Scene::of(
        &page,
        Measured {
            survey: survey.as_ref(),
            ..Measured::default()
        },
        Sections::ALL,
    );
    let value = |name: &str| {
        let found = scene.quantities.iter().find(|it| it.name == name);
        found.and_then(|it| it.value).expect("it has a value")
    };
    for rule in ["none", "inverted", "sqrt", "gaussian", "alpha"] {
        for name in [
            "mean",
            "std",
            "second-moment",
            "skewness",
            "kurtosis",
            "zeros",
        ] {
            let [exact, measured, error] = ["exact", "measured", "stderr"]
                .map(|kind| value(&format!("rules.{rule}.{kind}.{name}")));
            assert!(
                (measured - exact).abs() <= 4.5 * error + 1e-12,
                "{rule} {name}"
            );
        }
    }
}

/// The units that the page shows one by one are values of the data.
#[test]
fn units_to_look_at_are_the_readers_values() {
    let few = data(&[-3.0, 0.0, 8.0]);
    let settings = settings("p=0.5&scale=none", few);
    let units = draw_units(&settings, Seed(1), 40);
    assert_eq!(units.len(), 40);
    for unit in &units {
        let known = [-3.0, 0.0, 8.0].iter().any(|it| (it - unit.x).abs() < 1e-6);
        assert!(known, "{unit:?}");
        assert!(unit.d == 0.0 || unit.d == unit.x, "{unit:?}");
    }
}

#[test]
fn a_link_names_data_of_ones_own_but_does_not_hold_them() {
    let parsed = Settings::from_fragment("#p=0.1&input=custom");
    assert_eq!(parsed.settings.input.distribution, Distribution::Normal);
    assert_eq!(
        parsed.notices[0].to_string(),
        "“input=custom” in the link can’t be used: data of your own have to be given first, since \
         no link holds them. Used instead: normal."
    );
    let settings = settings("p=0.1", data(&[1.0, 2.0]));
    assert_eq!(settings.to_fragment(), "p=0.1&input=custom");
    let reset = settings.reset();
    assert_eq!(reset.input.distribution, Distribution::Normal);
    assert!(reset.input.data.is_some(), "a reset loses no data");
}

/// Zeros, what is dropped, and data of one value have no density: they are in no bin.
#[test]
fn the_histograms_leave_out_what_has_no_density() {
    for (values, fragment, before, after) in [
        (&[0.0, 1.0, 2.0][..], "p=0.25", 2.0 / 3.0, 0.5),
        (&[0.0, 1.0, 2.0], "p=0.25&scale=alpha", 2.0 / 3.0, 0.5),
        (
            &[0.0, 1.0, 2.0],
            "p=0.01&scale=gaussian",
            2.0 / 3.0,
            2.0 / 3.0,
        ),
        (&[0.0, 1.0, 2.0], "p=0", 2.0 / 3.0, 2.0 / 3.0),
        (&[1.0, 2.0], "p=0", 1.0, 1.0),
        (&[3.0, 3.0], "p=0.25", 0.0, 0.0),
    ] {
        let settings = settings(fragment, data(values));
        let samples = SampleCount::new(1_100_000).expect("is allowed");
        let experiment = Experiment::new(&settings, samples, Seed(3));
        let estimate = experiment.run();
        for (histogram, expected) in [(estimate.before(), before), (estimate.after(), after)] {
            assert_eq!(histogram.samples(), 1_100_000);
            let in_a_bin: f64 = histogram.heights().sum();
            let share = in_a_bin * histogram.range().width() / Histogram::BINS as f64;
            // Five standard errors of a share of a half.
            let off = (share - expected).abs();
            assert!(off < 0.0024, "{fragment}: {share} {expected}");
        }
        let history: Vec<_> = estimate.history().iter().map(|it| it.samples).collect();
        assert_eq!(history[..4], [256, 512, 1024, 2048]);
        assert!(history.is_sorted_by(|a, b| a < b), "{history:?}");
        assert_eq!(history.last(), Some(&1_100_000));
        let powers = history.iter().filter(|it| it.is_power_of_two()).count();
        assert_eq!(powers, 13, "{history:?}");
    }
}
