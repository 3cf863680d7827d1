//! The layer of section 3: its exact distribution against big numbers, its moments against every
//! mask there is, its draws against both, and what the page says of it.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::sampling::{Layer, LayerDraws};
use dropout_moments::scene::{Readable as _, Scene};
use dropout_moments::settings::{DropProbability, Named, Scaling, Settings, Weights};
use dropout_moments::theory::{LayerOutput, Rule};
use proptest::prelude::*;

fn settings(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    parsed.settings
}

fn output(settings: &Settings) -> LayerOutput {
    let layer = Layer::new(settings);
    LayerOutput::new(layer.weights(), settings.drop_probability, settings.scaling)
}

/// The output of so many units with weights of one, under `scale=none`: how many of them are kept.
fn kept(units: u32, p: f64) -> LayerOutput {
    let p = DropProbability::new(p).expect("is one");
    LayerOutput::new(&vec![1.0; units as usize], p, Scaling::None)
}

#[track_caller]
fn assert_close(actual: f64, expected: f64, relative: f64, what: &str) {
    assert!(
        (actual - expected).abs() <= relative * expected.abs(),
        "{what}: {actual:e}, and not {expected:e}"
    );
}

fn references() -> serde_json::Map<String, serde_json::Value> {
    let text = include_str!("reference_cases.json");
    serde_json::from_str(text).expect("an object of cases")
}

fn reference(name: &str) -> serde_json::Map<String, serde_json::Value> {
    let mut cases = references().into_iter();
    let found = cases.find(|(key, _)| key.split(' ').next() == Some(name));
    let (_, case) = found.expect("a case of that name");
    case.as_object().expect("an object of numbers").clone()
}

/// Those of tails below 10⁻²⁵⁰ as well: they are off by no more than what the rounding of p itself
/// makes of them.
#[test]
fn binomial_probabilities_are_those_of_big_numbers() {
    for (name, units, p) in [
        ("L1", 100, 0.3),
        ("L2", 10_000, 0.3),
        ("L3", 10_000, 0.5),
        ("L4", 10_000, 0.001),
        ("L5", 9999, 1023.0 / 1024.0),
        ("L6", 3, 0.25),
    ] {
        let layer = kept(units, p);
        for (key, expected) in reference(name) {
            let expected = expected.as_f64().expect("a number");
            let number = key.strip_prefix("P(").and_then(|it| it.strip_suffix(')'));
            let found = match (number, name) {
                (Some(number), _) => layer.mass(number.parse().expect("a number")),
                (None, "L1") => layer.probability(63.0, 77.0),
                (None, _) => layer.probability(6954.0, 7046.0),
            };
            assert_close(found, expected, 2e-12, &format!("{name} {key}"));
        }
    }
}

#[test]
fn the_layer_of_the_thread_is_that_of_the_reference() {
    let case = reference("R10");
    let number = |key: &str| case[key].as_f64().expect("a number");
    for (scale, mean, deviation) in [
        ("inverted", "mean", "sd"),
        ("none", "mean_norescale", "sd_norescale"),
        ("sqrt", "mean_sqrt", "sd_sqrt"),
    ] {
        let output = output(&settings(&format!("scale={scale}")));
        assert_close(output.mean, number(mean), 1e-14, mean);
        let found = output.standard_deviation();
        assert_close(found, number(deviation), 1e-14, deviation);
        assert_eq!(output.evaluation, 100.0);
        assert!(output.is_exact());
    }
    let output = output(&settings(""));
    assert_close(output.mass(100.0), number("pmf_k"), 1e-13, "P(100)");
    let within = output.probability(90.0, 110.0);
    assert_close(within, number("P_lo_hi"), 1e-13, "P(90 to 110)");
}

/// The terms w·x stand for weights under a rule that only multiplies.
#[test]
fn moments_of_other_weights_are_those_of_the_reference() {
    let case = reference("R22");
    let terms = [0.3, -2.0 * 1.2, 0.5 * -4.0];
    let p = DropProbability::new(0.2).expect("is one");
    let output = LayerOutput::new(&terms, p, Scaling::Inverted);
    assert_close(
        output.mean,
        case["mean"].as_f64().expect("a number"),
        1e-14,
        "mean",
    );
    let variance = case["var"].as_f64().expect("a number");
    assert_close(output.variance, variance, 1e-14, "variance");
    assert!(!output.is_exact());
}

/// All of 100 on one unit, on ten, and on a hundred: section 4 of `maths.md`.
#[test]
fn the_same_mean_on_fewer_units_has_more_noise() {
    for (units, deviation) in [(1_u32, 65.465), (10, 20.702), (100, 6.5465)] {
        let weights = vec![100.0 / f64::from(units); units as usize];
        let p = DropProbability::new(0.3).expect("is one");
        let output = LayerOutput::new(&weights, p, Scaling::Inverted);
        assert_close(output.mean, 100.0, 1e-14, "mean");
        let found = output.standard_deviation();
        assert!((found - deviation).abs() < 6e-4, "{units}: {found}");
    }
    let few = output(&settings("weights=few"));
    assert!((few.standard_deviation() - 20.702).abs() < 6e-4);
    assert!(few.is_exact());
}

/// In whatever units the output is: the steps between its values may be tiny or huge.
#[test]
fn the_mass_of_an_output_does_not_depend_on_its_units() {
    let p = DropProbability::new(0.3).expect("is one");
    let expected = kept(100, 0.3).mass(70.0);
    for unit in [1e-12, 1e-3, 0.3, 1e3, 1e12] {
        let layer = LayerOutput::new(&[unit; 100], p, Scaling::None);
        let what = format!("70 times {unit:e}");
        assert_close(layer.mass(70.0 * unit), expected, 1e-14, &what);
        assert_eq!(layer.mass(70.5 * unit), 0.0, "{what} and a half");
    }
}

/// What every mask there is gives, each with its probability.
fn by_all_masks(weights: &[f64], p: f64, rule: Rule) -> Vec<(f64, f64)> {
    let Rule::Mask {
        scale,
        offset,
        dropped,
    } = rule
    else {
        panic!("it has no mask");
    };
    (0..1_u32 << weights.len())
        .map(|mask| {
            let (mut output, mut probability) = (0.0, 1.0);
            for (bit, weight) in weights.iter().enumerate() {
                let is_kept = mask >> bit & 1 == 1;
                output += weight * if is_kept { scale + offset } else { dropped };
                probability *= if is_kept { 1.0 - p } else { p };
            }
            (output, probability)
        })
        .collect()
}

proptest! {
    #[test]
    fn moments_are_those_over_all_masks(
        weights in proptest::collection::vec(-3.0..3.0_f64, 1..9),
        p in 0.0..0.99_f64,
        rule in 0..4_usize,
    ) {
        let scaling = [Scaling::None, Scaling::Inverted, Scaling::Sqrt, Scaling::Alpha][rule];
        let probability = DropProbability::new(p).expect("is one");
        let masks = by_all_masks(&weights, p, Rule::new(scaling, probability));
        let mean: f64 = masks.iter().map(|(output, mass)| output * mass).sum();
        let variance: f64 = masks.iter().map(|(it, mass)| (it - mean).powi(2) * mass).sum();
        let output = LayerOutput::new(&weights, probability, scaling);
        let size = weights.iter().map(|it| it.abs()).sum::<f64>() / (1.0 - p);
        prop_assert!((output.mean - mean).abs() <= 1e-13 * size);
        prop_assert!((output.variance - variance).abs() <= 1e-12 * size * size);
    }

    /// Equal weights that are not 1, and some that are 0: still binomial, under every mask.
    #[test]
    fn probabilities_are_those_over_all_masks(
        carrying in 1..8_usize,
        idle in 0..3_usize,
        weight in 0.1..20.0_f64,
        p in 0.01..0.99_f64,
        rule in 0..4_usize,
    ) {
        let scaling = [Scaling::None, Scaling::Inverted, Scaling::Sqrt, Scaling::Alpha][rule];
        let probability = DropProbability::new(p).expect("is one");
        let mut weights = vec![weight; carrying];
        weights.extend(vec![0.0; idle]);
        let output = LayerOutput::new(&weights, probability, scaling);
        prop_assert!(output.is_exact());
        let masks = by_all_masks(&weights, p, Rule::new(scaling, probability));
        let (first, _) = masks[masks.len() / 3];
        let same = |it: f64| (it - first).abs() <= 1e-9 * weight / (1.0 - p);
        let mass: f64 = masks.iter().filter(|(it, _)| same(*it)).map(|(_, mass)| mass).sum();
        prop_assert!((output.mass(first) - mass).abs() <= 1e-12, "{} {mass}", output.mass(first));
        let total = output.probability(f64::NEG_INFINITY, f64::INFINITY);
        prop_assert!((total - 1.0).abs() <= 1e-14);
    }

    /// Each bin has the probability of the outputs in it, and all of them nearly everything.
    #[test]
    fn bins_are_wide_enough_and_hold_what_is_in_them(
        units in 1..10_000_u32,
        p in 0.0..0.9999_f64,
        rule in 0..5_usize,
        weights in 0..3_usize,
    ) {
        let mut settings = Settings::default();
        settings.set("units", &units.to_string()).expect("is allowed");
        settings.set("p", &p.to_string()).expect("is allowed");
        settings.scaling = Scaling::NAMES[rule].1;
        settings.weights = Weights::NAMES[weights].1;
        let output = output(&settings);
        let bins = output.bins(LayerDraws::BINS);
        prop_assert!(bins.width > 0.0 && bins.masses.len() <= LayerDraws::BINS);
        prop_assert!(bins.masses.iter().sum::<f64>() > 0.999);
        // They are as fine as so many allow, and none is there for what hardly ever comes up.
        prop_assert!(bins.outcomes < 2 || 2 * bins.masses.len() > LayerDraws::BINS);
        let top = bins.masses.iter().copied().fold(0.0, f64::max);
        for end in [bins.masses.first(), bins.masses.last()].into_iter().flatten() {
            prop_assert!(end * bins.outcomes.max(1) as f64 >= 0.999e-5 * top, "{end} {top}");
        }
        for (index, mass) in bins.masses.iter().enumerate() {
            let middle = bins.middle(index);
            prop_assert_eq!(bins.index(middle), Some(index));
            let half = 0.5 * bins.width;
            let within = output.probability(middle - half, middle + half);
            prop_assert!((within - mass).abs() <= 1e-12, "{} {}", within, mass);
        }
        prop_assert_eq!(bins.index(bins.high() + bins.width), None);
        prop_assert_eq!(bins.index(bins.low - bins.width), None);
    }
}

/// Of an output that counts as normal, both tails have all of their digits.
#[test]
fn the_upper_tail_is_as_exact_as_the_lower_one() {
    let output = output(&settings("scale=gaussian&p=0.3"));
    let (mean, deviation) = (output.mean, output.standard_deviation());
    for z in [0.5, 3.0, 6.0, 9.0, 20.0] {
        let ends = [z, z + 0.5].map(|z| z * deviation);
        let upper = output.probability(mean + ends[0], mean + ends[1]);
        let lower = output.probability(mean - ends[1], mean - ends[0]);
        // The place of an end is rounded, and beyond 20 standard deviations that counts 20-fold.
        assert_close(upper, lower, 1e-12, "the upper tail");
        assert!(upper > 0.0, "{z}");
    }
}

#[test]
fn the_sum_of_the_weights_is_the_number_of_units() {
    for weights in ["equal", "few", "random"] {
        for units in [1, 2, 9, 10, 11, 100, 10_000] {
            let settings = settings(&format!("units={units}&weights={weights}&seed=5"));
            let layer = Layer::new(&settings);
            assert_eq!(layer.weights().len(), units);
            let sum: f64 = layer.weights().iter().sum();
            assert_close(sum, units as f64, 1e-12, weights);
        }
    }
    // Random weights double the sum of the squares: 1 + z has the mean square 2.
    let random = settings("units=10000&weights=random&seed=5");
    let squares: f64 = Layer::new(&random).weights().iter().map(|it| it * it).sum();
    // The mean of so many z² is 1 ± √2/100.
    assert!((squares / 10_000.0 - 2.0).abs() < 0.06, "{squares}");
    // They depend on the seed alone.
    let mut other = random.clone();
    other.set("p", "0.9").expect("is allowed");
    other.set("scale", "alpha").expect("is allowed");
    assert_eq!(Layer::new(&random).weights(), Layer::new(&other).weights());
}

/// With 2000 draws: the mean within 4 of its standard errors, and the variance, whose own error is
/// about √(2/2000) of it.
#[test]
fn draws_have_the_moments_that_the_theory_says() {
    for weights in ["equal", "few", "random"] {
        for (scale, _) in Scaling::NAMES {
            for units in [7, 100] {
                let fragment = format!("seed=3&scale={scale}&weights={weights}&units={units}");
                let mut settings = settings(&fragment);
                let mut draws = LayerDraws::new(&settings);
                settings.draw = 1999;
                assert!(draws.advance(settings.draw, u32::MAX));
                let exact = output(&settings);
                let moments = draws.moments();
                assert_eq!(moments.count(), 2000);
                let mean = moments.mean().expect("there are draws");
                let error = (exact.variance / 2000.0).sqrt();
                assert!(
                    (mean - exact.mean).abs() < 4.0 * error,
                    "{fragment}: {mean}"
                );
                let variance = moments.sample_variance().expect("there are draws");
                let ratio = variance / exact.variance;
                assert!((ratio - 1.0).abs() < 0.15, "{fragment}: {ratio}");
            }
        }
    }
}

/// The histogram of 20 000 draws against the exact probabilities, by χ²: its mean is the number of
/// bins that count, and 4 of its standard deviations are allowed.
#[test]
fn draws_fall_as_the_exact_distribution_says() {
    for fragment in [
        "seed=1",
        "seed=1&weights=few&p=0.5",
        "seed=1&scale=gaussian",
    ] {
        let mut settings = settings(fragment);
        let mut draws = LayerDraws::new(&settings);
        settings.draw = 19_999;
        draws.advance(settings.draw, u32::MAX);
        let (mut square, mut bins) = (0.0, 0.0);
        for (count, mass) in draws.counts().iter().zip(&draws.bins().masses) {
            let expected = 20_000.0 * mass;
            if expected >= 5.0 {
                square += (f64::from(*count) - expected).powi(2) / expected;
                bins += 1.0;
            }
        }
        let apart = (square - bins) / f64::sqrt(2.0 * bins);
        assert!(
            bins > 5.0 && apart.abs() < 4.0,
            "{fragment}: {square} of {bins}"
        );
    }
}

/// The numbers of the section are those of the layer's exact distribution: `near` is a tenth of what
/// evaluation gives, and the loss is the squared bias and the variance.
#[test]
fn the_page_shows_the_chances_and_the_loss_of_the_layer() {
    for fragment in [
        "p=0.3&units=50",
        "p=0.5&scale=none&weights=few",
        "p=0.2&scale=sqrt&units=30",
    ] {
        let settings = settings(fragment);
        let scene = Scene::new(&settings, None);
        let value = |name: &str| {
            let quantity = scene.quantities.iter().find(|it| it.name == name);
            quantity
                .and_then(|it| it.value)
                .unwrap_or_else(|| panic!("there is no {name}"))
        };
        let exact = output(&settings);
        let evaluation = exact.evaluation;
        let within = exact.probability(0.9 * evaluation, 1.1 * evaluation);
        assert_close(value("layer.evaluation"), evaluation, 1e-14, fragment);
        assert_close(value("layer.within"), within, 1e-12, fragment);
        assert_close(
            value("layer.exactly"),
            exact.mass(evaluation),
            1e-12,
            fragment,
        );
        for (name, weights) in Weights::NAMES {
            let mut with = settings.clone();
            with.weights = *weights;
            let layer = output(&with);
            let bias = layer.mean - layer.evaluation;
            let what = format!("{fragment}, {name}");
            let [shown, variance, loss] =
                ["bias", "variance", "loss"].map(|it| value(&format!("weights.{name}.{it}")));
            assert!(
                (shown - bias.powi(2)).abs() <= 1e-12 * bias.powi(2),
                "{what}: {shown}"
            );
            assert_close(variance, layer.variance, 1e-12, &what);
            assert_close(loss, bias.powi(2) + layer.variance, 1e-12, &what);
        }
    }
}

#[test]
fn each_seed_has_weights_of_its_own() {
    let weights = |seed| {
        Layer::new(&settings(&format!("seed={seed}&weights=random")))
            .weights()
            .to_vec()
    };
    let all: Vec<_> = (0..64).map(weights).collect();
    for (index, weights) in all.iter().enumerate() {
        assert!(!all[..index].contains(weights), "seed {index}");
    }
}

/// However they are cut into steps, the same draws are the same.
#[test]
fn draws_do_not_depend_on_the_steps_in_which_they_are_made() {
    let mut settings = settings("seed=9&units=30&weights=random&draw=4");
    let mut at_once = LayerDraws::new(&settings);
    let mut in_steps = LayerDraws::new(&settings);
    settings.draw = 204;
    assert!(at_once.lead_to(&settings));
    assert!(at_once.advance(settings.draw, u32::MAX));
    let mut steps = 1;
    while !in_steps.advance(settings.draw, 100) {
        steps += 1;
    }
    assert_eq!(steps, 67, "three draws of thirty units a step");
    assert_eq!(at_once.moments(), in_steps.moments());
    assert_eq!(at_once.counts(), in_steps.counts());
    assert_eq!(at_once.output(), Layer::new(&settings).output(204));
    assert_eq!([at_once.last(), in_steps.last()], [204; 2]);
    // What is of another layer, earlier or far away begins anew.
    for change in [
        "p=0.4",
        "units=31",
        "weights=few",
        "scale=none",
        "seed=8",
        "draw=203",
        "draw=9999",
    ] {
        let (key, value) = change.split_once('=').expect("a pair");
        let mut other = settings.clone();
        other.set(key, value).expect("is allowed");
        assert!(!at_once.lead_to(&other), "{change}");
    }
}

/// Under the same mask as the strip of units in section 2, where that has ones, too.
#[test]
fn a_draw_has_one_mask_for_the_whole_page() {
    let settings = settings("seed=11&input=ones&draw=6");
    let seed = settings.seed.expect("it is given");
    let strip = dropout_moments::sampling::draw_units(&settings, seed, 40);
    let mut units = Vec::new();
    Layer::new(&settings).units(6, |unit| units.push(unit));
    assert_eq!(units[..40], strip);
}

fn sentence(fragment: &str, name: &str) -> String {
    let scene = Scene::new(&settings(fragment), None);
    let mut sentences = scene.sentences.into_iter();
    let found = sentences.find(|(it, _)| *it == name);
    found.expect("a sentence of that name").1
}

#[test]
fn the_sentences_say_what_a_draw_gives_and_how_often() {
    let spread = |fragment: &str| sentence(fragment, "layer.spread");
    assert_eq!(
        spread(""),
        "A single draw is exactly 100 with a probability of 8.68 %, and within 10 % of it, from 90 to \
         110, with one of 89.9 %. Its standard deviation is 6.547 = √(n·p/(1−p))."
    );
    assert_eq!(
        spread("scale=none&notation=keep"),
        "A single draw is exactly 100 with a probability of 3.2 · 10⁻¹⁶, and within 10 % of it, from 90 \
         to 110, with one of 0.000156 %. Its standard deviation is 4.583 = √(n·(1−p)·p)."
    );
    // 97 · 0.7 is no whole number: no mask gives 97.
    assert!(
        spread("units=97").starts_with("A single draw is never exactly 97; within 10 % of it,")
    );
    assert!(spread("weights=random").contains("practically never exactly 100"));
    assert!(spread("weights=random").contains("with a probability of about "));
    assert!(spread("scale=gaussian").contains("it is with a probability of 87.3 %."));
    // Six standard deviations: 1 − 2·10⁻⁹ is not 1.
    assert!(spread("units=1543").contains("with a probability of nearly 100 %."));
    assert!(spread("units=10000").contains("with one of 100 %."));
    assert_eq!(
        spread("p=0"),
        "Nothing is dropped here: every draw gives 100."
    );
    assert_eq!(
        sentence("p=0.5&units=10", "layer.example"),
        "A layer sums 10 units of one, with weights of one: that makes 10. Drop 50 % of them, and 5 is \
         left on average. Divide by 1−p = 0.5, and it is 10 again, just as without dropout."
    );
}

/// A part of countable outcomes goes from the first to the last of them, and the next of them begins the
/// next part; of others, it begins where the part before it ends.
#[test]
fn the_parts_of_the_layers_output_follow_each_other() {
    for (fragment, step, rounding) in [
        ("units=10000", 1.0 / 0.7, 1.0),
        ("units=10000&scale=none", 1.0, 0.0),
        ("weights=random", 0.0, 0.0),
        ("scale=gaussian", 0.0, 0.0),
    ] {
        let scene = Scene::new(&settings(fragment), None);
        let table = scene.layer.expect("a whole scene has it").table();
        let parts = table.rows().map(|row| {
            let (from, to) = row[0].split_once(" to ").expect("several outcomes");
            [from, to].map(|it| it.parse::<f64>().expect("is a number"))
        });
        let parts: Vec<_> = parts.collect();
        assert!(parts.len() > 20);
        for pair in parts.windows(2) {
            let [[from, to], [next, _]] = [pair[0], pair[1]];
            assert!(
                from < to && (next - to - step).abs() <= rounding,
                "{pair:?}"
            );
        }
    }
}

/// A number as it is shown.
fn number(text: &str) -> f64 {
    text.replace('−', "-").parse().expect("is a number")
}

#[test]
fn a_units_part_of_the_output_is_its_weight_times_what_it_is() {
    let scene = Scene::new(&settings("seed=7&weights=random"), None);
    let mut figure = scene.units.expect("a whole scene has it");
    let table = figure.table();
    assert_eq!(table.rows().len(), 100);
    for (place, row) in figure.places().into_iter().zip(table.rows()) {
        let [after, weight, part] = [2, 3, 4].map(|it| number(&row[it]));
        assert!(
            (part - after * weight).abs() <= 1e-3 * part.abs(),
            "{row:?}"
        );
        figure.point_at(Some(place));
        let cursor = figure.cursor().expect("it was put there");
        let said = cursor.words.split("weight ").nth(1);
        let said = said.and_then(|it| it.strip_suffix(" of the output."));
        let (said_weight, said_part) = said
            .and_then(|it| it.split_once(" that is "))
            .expect("says both");
        let near = |text: &str, value: f64| (number(text) - value).abs() <= 6e-3 * value.abs();
        assert!(
            near(said_weight, weight) && near(said_part, part),
            "{}",
            cursor.words
        );
    }
}

#[test]
fn the_layers_figures_say_what_they_show() {
    let scene = Scene::new(&settings("seed=7"), None);
    let layer = scene.layer.expect("a whole scene has it");
    assert!(layer.summary().starts_with(
        "Distribution of the output over all masks: mean 100, standard deviation 6.547; evaluation \
         gives 100."
    ));
    let units = scene.units.expect("a whole scene has it");
    assert_eq!(units.summary(), sentence("seed=7", "units"));
}

/// Bias² and variance of each rule, for 100 ones at p = 0.3: (100 - mean)² and the square of the
/// standard deviation in section 4 of `maths.md`.
#[test]
fn the_expected_loss_is_the_squared_bias_and_the_variance() {
    let loss = |fragment: &str| sentence(fragment, "layer.loss");
    assert_eq!(
        loss(""),
        "If 100 is what the layer should give, its expected squared error in training is 0 (bias²) + \
         42.86 (variance) = 42.86. With x = 1 the variance is p/(1−p) · Σw² = 0.4286 × 100."
    );
    assert!(loss("scale=none").ends_with("900 (bias²) + 21 (variance) = 921."));
    assert!(loss("scale=sqrt").ends_with("266.8 (bias²) + 30 (variance) = 296.8."));
    assert!(loss("weights=few&notation=keep").ends_with("(1−p)/p · Σw² = 0.4286 × 1000."));
    let scene = Scene::new(&settings("seed=5"), None);
    let value = |name: &str| {
        let found = scene.quantities.iter().find(|it| it.name == name);
        found.and_then(|it| it.value).expect("it has a value")
    };
    for (weights, squares) in [("equal", 100.0), ("few", 1000.0)] {
        assert_close(
            value(&format!("weights.{weights}.squares")),
            squares,
            1e-12,
            weights,
        );
    }
    for weights in ["equal", "few", "random"] {
        let of = |what: &str| value(&format!("weights.{weights}.{what}"));
        assert_close(of("variance"), 3.0 / 7.0 * of("squares"), 1e-12, weights);
        assert!(of("bias") < 1e-20 && of("loss") >= of("variance"));
    }
    // Spread out, they cost least.
    assert!(value("weights.equal.loss") < value("weights.random.loss"));
    assert!(value("weights.random.loss") < value("weights.few.loss"));
}
