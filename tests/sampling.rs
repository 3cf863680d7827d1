//! The experiment and its moments: against two-pass computation, against the exact values, and
//! whatever the order of the work.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::sampling::{
    Checkpoint, Estimate, Experiment, Range, RunningMoments, draw_units,
};
use dropout_moments::settings::{SampleCount, Seed, Settings};
use proptest::prelude::*;

fn moments_of(values: &[f64]) -> RunningMoments {
    let mut moments = RunningMoments::default();
    for value in values {
        moments.push(*value);
    }
    moments
}

/// Mean and sample variance, by two passes.
fn two_pass(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    [mean, squares / (n - 1.0)]
}

fn both(moments: &RunningMoments) -> [f64; 2] {
    [moments.mean(), moments.sample_variance()].map(|value| value.expect("there are two values"))
}

fn assert_close(a: [f64; 2], b: [f64; 2], tolerance: f64) {
    for (a, b) in a.into_iter().zip(b) {
        assert!(
            (a - b).abs() <= tolerance * (1.0 + b.abs()),
            "{a} is not {b}"
        );
    }
}

#[test]
fn an_empty_sample_has_no_moments() {
    let empty = RunningMoments::default();
    assert_eq!(empty.count(), 0);
    assert_eq!(empty.mean(), None);
    assert_eq!(empty.sample_variance(), None);
    let one = moments_of(&[3.0]);
    assert_eq!(one.mean(), Some(3.0));
    assert_eq!(one.sample_variance(), None);
}

/// {2, 4, 4, 4, 5, 5, 7, 9}: mean 5, Σ(x-5)² = 32.
#[test]
fn a_small_sample_by_hand() {
    let moments = moments_of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
    assert_close(both(&moments), [5.0, 32.0 / 7.0], 1e-15);
}

/// A large mean against a small spread: raw power sums would lose all digits. 10⁹ + {0, ±1/4, ±1/2}
/// is exact in f64, and so is its variance.
#[test]
fn a_numerically_nasty_sample_keeps_its_variance() {
    let mut moments = RunningMoments::default();
    for _ in 0..100_000 {
        for offset in [0.0, 0.25, -0.25, 0.5, -0.5] {
            moments.push(1e9 + offset);
        }
    }
    let n = 500_000.0;
    let variance = 0.125 * n / (n - 1.0);
    let measured = moments.sample_variance().expect("there are values");
    assert!((measured / variance - 1.0).abs() < 1e-9, "{measured}");
}

#[test]
fn merging_at_every_split_gives_the_whole() {
    let values: Vec<_> = (0..40).map(|i| f64::from(i * i % 17) - 3.5).collect();
    let whole = both(&moments_of(&values));
    for split in 0..=values.len() {
        let (left, right) = values.split_at(split);
        let mut merged = moments_of(left);
        merged.merge(&moments_of(right));
        assert_eq!(merged.count(), 40);
        assert_close(both(&merged), whole, 1e-13);
    }
}

proptest! {
    #[test]
    fn moments_agree_with_two_passes(
        values in prop::collection::vec(-1e3..1e3_f64, 3..200),
        shift in -1e6..1e6_f64,
    ) {
        let mut values = values;
        values.push(values[0] + 1.0);
        let shifted: Vec<_> = values.iter().map(|value| value + shift).collect();
        // Adding the shift rounds to 10⁻¹⁰ or so.
        assert_close(both(&moments_of(&shifted)), two_pass(&shifted), 1e-8);
    }

    #[test]
    fn merging_is_associative(
        values in prop::collection::vec(-1e3..1e3_f64, 4..100),
        cuts in (0..100_usize, 0..100_usize),
    ) {
        let mut values = values;
        values.push(values[0] + 1.0);
        let (first, second) = (cuts.0.min(values.len()), cuts.1.min(values.len()));
        let (first, second) = (first.min(second), first.max(second));
        let [a, b, c] = [&values[..first], &values[first..second], &values[second..]].map(moments_of);
        let mut left = a;
        left.merge(&b);
        left.merge(&c);
        let mut tail = b;
        tail.merge(&c);
        let mut right = a;
        right.merge(&tail);
        prop_assert_eq!(left.count(), right.count());
        assert_close(both(&left), both(&right), 1e-9);
    }
}

fn run(fragment: &str, samples: u64, seed: u64) -> (Experiment, Estimate) {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    let samples = SampleCount::new(samples).expect("allowed");
    let experiment = Experiment::new(&parsed.settings, samples, Seed(seed));
    let estimate = experiment.run();
    (experiment, estimate)
}

#[test]
fn every_number_of_samples_is_kept() {
    for samples in [
        100,
        255,
        256,
        257,
        1000,
        (1 << 20) - 1,
        1 << 20,
        (1 << 20) + 1,
        3_000_000,
    ] {
        let (_, estimate) = run("", samples, 3);
        assert_eq!(estimate.samples(), samples);
        assert_eq!(estimate.before().samples(), samples);
    }
}

#[test]
fn results_are_the_same_in_whatever_order_the_chunks_are_run() {
    let (experiment, in_order) = run("p=0.4&mu=1", 5_000_000, 11);
    let last = experiment.chunks() - 1;
    let posted = [(2, last - 2), (0, 2), (last, 1)]
        .map(|(first, count)| (first, experiment.run_chunks(first, count)));
    let mut results: Vec<_> = posted
        .iter()
        .flat_map(|(first, numbers)| {
            let results = experiment.read_results(numbers);
            (*first..).zip(results.expect("they are results"))
        })
        .collect();
    results.sort_by_key(|(chunk, _)| *chunk);
    let mut estimate = experiment.estimate();
    for (chunk, result) in &results {
        assert_eq!(*result, experiment.run_chunk(*chunk));
        estimate.add(result);
    }
    assert_eq!(estimate, in_order);
}

#[test]
fn a_chunk_can_be_left_and_gone_on_with() {
    for (fragment, samples) in [
        ("p=0.4&mu=1", 2_000_000),
        ("scale=gaussian&input=relu", 10_000_001),
        ("p=0.25&input=uniform", 1000),
    ] {
        let (experiment, _) = run(fragment, samples, 11);
        for chunk in [0, experiment.chunks() - 1] {
            for at_once in [1, 1000, 1 << 18, usize::MAX] {
                let mut run = experiment.begin_chunk(chunk);
                while !run.is_done() {
                    experiment.go_on(&mut run, at_once);
                }
                let whole = experiment.run_chunk(chunk);
                assert_eq!(run.into_result(), whole, "{fragment}, {at_once} at once");
            }
        }
    }
}

/// The history ends with all samples, begins with one block, and its ratios are those of shorter
/// runs' samples.
#[test]
fn the_history_leads_from_one_block_to_the_whole_run() {
    let (experiment, estimate) = run("p=0.5", 40_000_000, 4);
    let history = estimate.history();
    let samples: Vec<_> = history.iter().map(|point| point.samples).collect();
    assert!(samples.is_sorted_by(|a, b| a < b), "{samples:?}");
    assert_eq!(samples[..4], [256, 512, 1024, 2048]);
    assert_eq!(samples.last(), Some(&40_000_000));
    assert!((40..200).contains(&samples.len()), "{}", samples.len());
    let (_, shorter) = run("p=0.5", 2048, 4);
    let same = |point: &Checkpoint, estimate: &Estimate| {
        let rows = experiment.compare(estimate);
        let row = rows
            .iter()
            .find(|row| row.name == "ratio.std")
            .expect("is a row");
        assert_eq!(point.standard_deviation_ratio, row.measured);
    };
    same(&history[3], &shorter);
    same(&history[history.len() - 1], &estimate);
    // Where a run ends at a checkpoint, it is there once.
    let (_, estimate) = run("p=0.5", 65_536, 1);
    let samples: Vec<_> = estimate.history().iter().map(|it| it.samples).collect();
    assert!(samples.is_sorted_by(|a, b| a < b), "{samples:?}");
    assert_eq!(samples.last(), Some(&65_536));
}

/// However long a run is, no two checkpoints but the last lie closer than a figure can show.
#[test]
fn the_history_of_a_long_run_is_thinned() {
    let (experiment, _) = run("p=0.5", 1 << 20, 4);
    let (chunk, mut estimate) = (experiment.run_chunk(0), experiment.estimate());
    for _ in 0..400 {
        estimate.add(&chunk);
    }
    let history = estimate.history();
    let samples: Vec<_> = history.iter().map(|point| point.samples as f64).collect();
    let [before_last @ .., _] = &samples[..] else {
        panic!("there is a history");
    };
    for pair in before_last.windows(2) {
        assert!(pair[1] >= 1.02 * pair[0], "{pair:?}");
    }
    assert_eq!(samples.last(), Some(&(400.0 * f64::from(1 << 20))));
    assert!(samples.len() > 100, "{}", samples.len());
}

#[test]
fn before_the_first_chunk_nothing_is_measured() {
    let (experiment, _) = run("p=0.5", 1000, 4);
    assert_eq!(experiment.samples(), 1000);
    for row in experiment.compare(&experiment.estimate()) {
        assert_eq!(row.measured, None, "{}", row.name);
    }
}

#[test]
fn what_is_not_a_result_is_refused() {
    let (experiment, _) = run("", 100, 0);
    let numbers = experiment.run_chunks(0, 1);
    assert_eq!(experiment.read_results(&[]), None);
    assert_eq!(experiment.read_results(&numbers[1..]), None);
    assert_eq!(experiment.read_results(&numbers[..20]), None);
    assert_eq!(
        experiment.read_results(&[numbers.as_slice(), &[0.0]].concat()),
        None
    );
}

/// Units that are shown one by one are kept or dropped by a mask; noise keeps them all.
#[test]
fn a_unit_says_whether_it_is_kept() {
    let units = |fragment: &str| {
        let settings = Settings::from_fragment(fragment).settings;
        draw_units(&settings, Seed(7), 200)
    };
    let masked = units("p=0.5&mu=3");
    let kept = masked.iter().filter(|unit| unit.kept).count();
    assert!((60..140).contains(&kept), "{kept}");
    for unit in masked {
        assert_eq!(unit.d, if unit.kept { 2.0 * unit.x } else { 0.0 });
    }
    assert!(
        units("p=0.5&mu=3&scale=gaussian")
            .iter()
            .all(|unit| unit.kept && unit.d != unit.x)
    );
}

#[test]
fn seeds_and_chunks_draw_different_samples() {
    let (experiment, _) = run("", 3_000_000, 1);
    let (other, _) = run("", 3_000_000, 2);
    assert_ne!(experiment.run_chunk(0), experiment.run_chunk(1));
    assert_ne!(experiment.run_chunk(0), other.run_chunk(0));
}

/// Over 100 seeds, Σz² of each quantity is χ² with 100 degrees of freedom: outside of 49 to 171 with
/// a probability of 2·10⁻⁵ a quantity, of 0.3 % for all of them; the seeds are fixed, so that it
/// either always happens or never.
#[test]
fn measured_values_lie_around_the_exact_ones_as_their_standard_errors_say() {
    const SEEDS: u64 = 100;
    let mut checked = 0;
    for input in ["normal", "relu", "uniform", "ones"] {
        for scale in ["none", "inverted", "sqrt", "gaussian", "alpha"] {
            let fragment = format!("p=0.3&mu=0.7&sigma=1.5&input={input}&scale={scale}");
            let mut squares = [0.0; 6];
            let mut sums = [0.0; 6];
            for seed in 0..SEEDS {
                let (experiment, estimate) = run(&fragment, 20_000, seed);
                for (index, row) in experiment.compare(&estimate).iter().enumerate() {
                    let z = row.z().unwrap_or(0.0);
                    squares[index] += z * z;
                    sums[index] += z;
                }
            }
            let (experiment, estimate) = run(&fragment, 20_000, 0);
            for (index, row) in experiment.compare(&estimate).iter().enumerate() {
                if row.z().is_none() {
                    // Nothing varies, so nothing may be off.
                    assert_eq!(row.measured, row.exact, "{fragment} {}", row.name);
                    continue;
                }
                let (square, mean) = (squares[index], sums[index] / SEEDS as f64);
                assert!(
                    (49.0..171.0).contains(&square),
                    "{fragment} {}: {square}",
                    row.name
                );
                assert!(mean.abs() < 0.45, "{fragment} {}: {mean}", row.name);
                checked += 1;
            }
        }
    }
    assert!(checked > 80, "{checked}");
}

/// The thread's three measurements, at its size.
#[test]
fn the_thread_measured_what_the_theory_says() {
    for (p, ratio) in [("0.1", 1.054), ("0.25", 1.155), ("0.5", 1.414)] {
        let (experiment, estimate) = run(&format!("p={p}"), 100_000_000, 7);
        let rows = experiment.compare(&estimate);
        let row = rows
            .iter()
            .find(|row| row.name == "ratio.std")
            .expect("is a row");
        let measured = row.measured.expect("was measured");
        assert!((measured - ratio).abs() < 6e-4, "{measured}");
        for row in rows {
            assert!(row.z().is_some_and(|z| z.abs() < 5.0), "{row:?}");
        }
    }
}

/// Two and a half standard deviations of what is kept, which are twice those of x, and a margin.
#[test]
fn a_histogram_reaches_as_far_as_what_is_kept() {
    let settings = Settings::from_fragment("p=0.5").settings;
    let range = Range::of(&settings.input, settings.drop_probability, settings.scaling);
    for end in [-range.low, range.high] {
        assert!((end - 5.4).abs() < 1e-12, "{range:?}");
    }
}

/// By hand: x from μ - 4.4σ to μ + 4.4σ, what is kept to 2.5 of its own standard deviations but at most as
/// far again as x is wide, 0 and the dropped value, a margin of 4 % and one of 30 % beside the atom.
#[test]
fn a_range_shows_what_it_should() {
    let x = 8.8;
    for (fragment, low, high) in [
        // Kept: 4 ± 5. From -2.4 to 9, and the room beside 0 is more than a margin.
        ("mu=2&p=0.5", -0.3 * 11.4, 9.0 + 0.04 * 11.4),
        // Kept: ±50, of which ±13.2 are shown.
        ("p=0.95", -13.2 - 0.04 * 26.4, 13.2 + 0.04 * 26.4),
        (
            "mu=1&p=0.95",
            -3.4 - x - 0.04 * 3.0 * x,
            5.4 + x + 0.04 * 3.0 * x,
        ),
        // Without a scale what is kept, 2 ± 1, lies within x, 2 ± 1.76.
        ("mu=2&sigma=0.4&p=0.5&scale=none", -0.3 * 3.76, 3.76 * 1.04),
        // A constant 2 becomes 0 or 4, and the atom that needs room is at 4.
        ("mu=2&sigma=0&p=0.5", -0.3 * 4.0, 4.0 + 0.3 * 4.0),
        ("mu=-2&sigma=0&p=0.5", -4.0 - 0.3 * 4.0, 0.3 * 4.0),
        ("mu=0&sigma=0", -0.3, 0.3),
    ] {
        let settings = Settings::from_fragment(fragment).settings;
        let range = Range::of(&settings.input, settings.drop_probability, settings.scaling);
        let off = (range.low - low).abs() + (range.high - high).abs();
        assert!(off < 1e-12, "{fragment}: {range:?}, not {low} to {high}");
    }
}

/// Alpha dropout moves what is kept, also the zeros of a ReLU, and what it drops is not at 0.
#[test]
fn a_range_under_alpha_dropout_shows_what_it_should() {
    use dropout_moments::theory::{Exact, Rule};
    for (fragment, of_relu) in [
        ("mu=3&sigma=2&p=0.4", false),
        ("mu=0.1&sigma=0.1&p=0.4", false),
        ("input=relu&mu=0.5&p=0.4", true),
        ("input=relu&sigma=4&p=0.8", true),
    ] {
        let settings = Settings::from_fragment(&format!("{fragment}&scale=alpha")).settings;
        let (input, p) = (&settings.input, settings.drop_probability);
        let x = Exact::new(input, p, settings.scaling).x;
        let std = x.variance.sqrt();
        let Rule::Mask {
            scale,
            offset,
            dropped,
        } = Rule::new(settings.scaling, p)
        else {
            panic!("it has a mask");
        };
        let mut lows = vec![scale * (x.mean - 2.5 * std) + offset];
        let mut x_low = x.mean - 4.4 * std;
        if of_relu {
            (lows[0], x_low) = (lows[0].max(offset), x_low.max(0.0));
        }
        lows.extend([x_low, dropped, 0.0]);
        let highs = [
            x.mean + 4.4 * std,
            scale * (x.mean + 2.5 * std) + offset,
            0.0,
        ];
        let low = lows.into_iter().fold(f64::INFINITY, f64::min);
        let high = highs.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let width = high - low;
        let expected = [
            (low - 0.04 * width).min(-0.3 * width),
            (high + 0.04 * width).max(0.3 * width),
        ];
        let range = Range::of(input, p, settings.scaling);
        for (end, expected) in [range.low, range.high].into_iter().zip(expected) {
            assert!(
                (end - expected).abs() < 1e-12,
                "{fragment}: {range:?}, not {expected}"
            );
        }
    }
}

#[test]
fn extreme_settings_give_no_nonsense() {
    for fragment in [
        "p=0&sigma=0",
        "p=0.999999999",
        "mu=10&sigma=1e-9",
        "mu=-10&sigma=1&input=relu",
        "mu=-10&sigma=1e-3&input=relu",
        "sigma=0&mu=0",
        "sigma=0&mu=0&input=relu",
        "p=0&scale=gaussian",
        "p=0.99&scale=gaussian&mu=10",
        "p=0&scale=alpha&input=uniform",
    ] {
        let (experiment, estimate) = run(fragment, 10_000, 5);
        for row in experiment.compare(&estimate) {
            let numbers = [row.exact, row.measured, row.standard_error];
            assert!(
                numbers.into_iter().flatten().all(f64::is_finite),
                "{fragment}: {row:?}"
            );
            // Where hardly any sample is kept, the standard deviation is far from normal.
            if fragment != "p=0.999999999" {
                assert!(row.z().is_none_or(|z| z.abs() < 5.0), "{fragment}: {row:?}");
            }
        }
    }
}

/// The histogram lies over the exact density: χ² of its bins.
#[test]
fn the_histogram_follows_the_density() {
    use dropout_moments::theory::Density;
    for fragment in [
        "p=0.3&mu=1",
        "scale=alpha",
        "input=uniform&p=0.2",
        "input=relu&mu=0.5",
    ] {
        let (_, estimate) = run(fragment, 1_000_000, 9);
        let settings = Settings::from_fragment(fragment).settings;
        let before = Density::before(&settings.input);
        let after = Density::after(&settings.input, settings.drop_probability, settings.scaling);
        for (density, histogram) in [(before, estimate.before()), (after, estimate.after())] {
            let range = histogram.range();
            let bins = histogram.heights().len();
            let width = range.width() / bins as f64;
            let n = histogram.samples() as f64;
            let (mut chi_square, mut degrees) = (0.0, 0.0);
            for (bin, height) in histogram.heights().enumerate() {
                let low = range.low + width * bin as f64;
                let edges = density.breakpoints();
                if edges.iter().any(|edge| (low..=low + width).contains(edge)) {
                    continue;
                }
                // Simpson's rule is far better than the counts.
                let mean = (density.at(low)
                    + 4.0 * density.at(low + width / 2.0)
                    + density.at(low + width))
                    / 6.0;
                let expected = n * width * mean;
                if expected > 10.0 {
                    chi_square += (n * width * height - expected).powi(2) / expected;
                    degrees += 1.0;
                }
            }
            assert!(degrees > 20.0, "{fragment}");
            let z = (chi_square - degrees) / f64::sqrt(2.0 * degrees);
            assert!(z.abs() < 4.5, "{fragment}: χ² = {chi_square} of {degrees}");
        }
    }
}
