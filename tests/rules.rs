//! The table of the rules: what each keeps, and its numbers.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::sampling::{Comparison, Survey};
use dropout_moments::scene::{Measured, Quantity, Readable, Scene, Sections};
use dropout_moments::settings::{Named, Scaling, Seed, Settings};
use dropout_moments::theory::{Density, Exact};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

const PAGE: &str = include_str!("../index.html");

fn settings(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, [], "{fragment}");
    parsed.settings
}

fn quantity(scene: &Scene, name: &str) -> Quantity {
    let mut found = scene.quantities.iter().filter(|it| it.name == name);
    let quantity = found.next();
    assert_eq!(found.count(), 0, "{name} is there twice");
    quantity
        .unwrap_or_else(|| panic!("there is no {name}"))
        .clone()
}

fn with_survey(settings: &Settings, survey: &Survey) -> Scene {
    let measured = Measured {
        survey: Some(survey),
        ..Measured::default()
    };
    Scene::of(settings, measured, Sections::ALL)
}

fn keeps(fragment: &str, rule: &str, what: &str) -> String {
    let scene = Scene::new(&settings(fragment), None);
    let quantity = quantity(&scene, &format!("keeps.{rule}.{what}"));
    let yes = quantity.value == Some(1.0);
    assert_eq!(quantity.text.starts_with("yes"), yes);
    assert_eq!(quantity.text.starts_with("no:"), !yes);
    quantity.text
}

fn random_fragments(seed: u64, count: usize) -> impl Iterator<Item = String> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count).map(move |case| {
        let input = ["normal", "relu", "uniform", "ones"][case % 4];
        // Round numbers, so that special cases come up as well.
        let mu = random.random_range(-8..=8_i32);
        let sigma = random.random_range(0..=8_i32);
        let p = random.random_range(0..=19_i32);
        format!(
            "input={input}&mu={}&sigma={}&p={}",
            0.25 * f64::from(mu),
            0.25 * f64::from(sigma),
            0.05 * f64::from(p)
        )
    })
}

#[test]
fn the_lecture_is_wrong_and_the_thread_is_right_where_the_mean_is_0() {
    assert_eq!(keeps("p=0.3", "inverted", "mean"), "yes, always");
    assert_eq!(keeps("p=0.3", "inverted", "std"), "no: +19.5 %");
    assert_eq!(keeps("p=0.3", "inverted", "unit"), "yes, always");
    assert_eq!(keeps("p=0.3", "gaussian", "std"), "no: +19.5 %");
    assert_eq!(keeps("p=0.5", "sqrt", "std"), "yes: the mean is 0");
    assert_eq!(keeps("p=0.5", "sqrt", "unit"), "no: 0.707 of itself");
    assert_eq!(
        keeps("p=0.5&mu=1", "sqrt", "std"),
        "no: +22.5 %, as the mean is not 0"
    );
    assert_eq!(keeps("p=0.5&mu=1", "sqrt", "mean"), "no: 0.707 of it");
    // The output of a ReLU has a mean.
    assert_eq!(keeps("p=0.5&input=relu", "inverted", "std"), "no: +57.1 %");
    assert_eq!(
        keeps("p=0.5&input=relu", "sqrt", "std"),
        "no: +11.1 %, as the mean is not 0"
    );
    assert_eq!(
        keeps("p=0.3&input=ones", "inverted", "std"),
        "no: from 0 to 0.655"
    );
    assert_eq!(keeps("p=0.3&sigma=0", "none", "std"), "yes: nothing varies");
    assert_eq!(keeps("p=0.25", "none", "std"), "no: −13.4 %");
    assert_eq!(
        keeps("p=0.00001", "inverted", "std"),
        "no: by less than 0.01 %"
    );
}

/// Var d = q·(σ² + p·μ²) of a mask without rescaling is σ² where μ²/σ² = 1/q.
#[test]
fn the_root_keeps_the_std_where_the_mean_is_0_or_next_to_it() {
    assert_eq!(keeps("", "sqrt", "std"), "yes: the mean is 0");
    let next = keeps("mu=0.0002&p=0.5", "sqrt", "std");
    assert_eq!(next, "yes: the mean is next to 0");
    assert!(keeps("mu=0.1", "sqrt", "std").starts_with("no: "));
}

#[test]
fn a_mask_alone_keeps_the_std_where_the_mean_is_just_so() {
    assert_eq!(keeps("p=0.75&mu=2", "none", "std"), "yes, by chance");
    assert_eq!(keeps("p=0.75&mu=2.01", "none", "std"), "no: +0.38 %");
}

/// p·(α' - μ)² + σ² = σ²·(1 + p·α'²) where σ = |1 - μ/α'|.
#[test]
fn alpha_dropout_keeps_both_at_mean_0_and_std_1() {
    for p in ["0.05", "0.5", "0.9"] {
        let at = |more: &str, what| keeps(&format!("p={p}{more}"), "alpha", what);
        assert_eq!(at("", "mean"), "yes: the mean is 0");
        assert_eq!(at("", "std"), "yes: mean 0 and std 1");
        assert_eq!(at("&input=uniform", "std"), "yes: mean 0 and std 1");
        assert!(at("&sigma=2", "std").starts_with("no: −"));
        assert!(at("&sigma=0.5", "std").starts_with("no: +"));
        // 1 + 1/1.7580993408473768.
        assert_eq!(at("&mu=1&sigma=1.5687960785", "std"), "yes, by chance");
        assert!(at("&mu=1&sigma=1.5687960785", "mean").starts_with("no: "));
        assert!(at("", "unit").starts_with("no: "));
    }
}

/// maths.md §8: slopes of alpha dropout.
#[test]
fn alpha_dropout_shrinks_each_unit_as_the_reference_says() {
    assert_eq!(keeps("p=0.1", "alpha", "unit"), "no: 0.829 of itself");
    assert_eq!(keeps("p=0.25", "alpha", "unit"), "no: 0.65 of itself");
    assert_eq!(keeps("p=0.5", "alpha", "unit"), "no: 0.443 of itself");
}

/// The lemma of maths.md §1; and what each column says, from its definition.
#[test]
fn no_rule_keeps_all_three_unless_nothing_is_dropped() {
    for fragment in random_fragments(1, 600) {
        let settings = settings(&fragment);
        let scene = Scene::new(&settings, None);
        let p = settings.drop_probability.get();
        for scaling in Survey::RULES {
            let exact = Exact::new(&settings.input, settings.drop_probability, scaling);
            let said = ["mean", "std", "unit"].map(|what| {
                let name = format!("keeps.{}.{what}", scaling.name());
                quantity(&scene, &name).value == Some(1.0)
            });
            let (x, d) = (&exact.x, &exact.d);
            let close = |a: f64, b: f64| (a - b).abs() < 5e-6 * (a.abs() + b.abs());
            let is = [
                d.mean == x.mean || close(d.mean, x.mean),
                d.variance == x.variance || close(d.standard_deviation(), x.standard_deviation()),
                close(exact.slope, 1.0) || x.second_moment() == 0.0,
            ];
            assert_eq!(said, is, "{fragment}, {}", scaling.name());
            // A mask changes nothing where every unit is 0 already.
            let changes = p > 0.0 && (x.second_moment() > 0.0 || scaling == Scaling::Alpha);
            if changes {
                assert_ne!(said, [true; 3], "{fragment}, {}", scaling.name());
            } else {
                assert_eq!(said, [true; 3], "{fragment}, {}", scaling.name());
            }
        }
    }
}

#[test]
fn what_evaluation_gives_stands_in_the_first_row() {
    let scene = Scene::new(&settings("input=relu&p=0.5"), None);
    let value = |name: &str| quantity(&scene, &format!("rules.x.exact.{name}")).value;
    for (name, expected) in [
        ("mean", 0.398_942_280_401),
        ("std", 0.583_819_370_104),
        ("second-moment", 0.5),
        ("zeros", 0.5),
    ] {
        let value = value(name).expect("it has one");
        assert!((value - expected).abs() < 1e-11, "{name}: {value}");
    }
    // maths.md §3: std ratio and zeros at p = 0.5.
    let d = |name: &str| quantity(&scene, &format!("rules.inverted.exact.{name}")).value;
    let ratio = d("std").unwrap() / value("std").unwrap();
    assert!((ratio - 1.570_650_249_71).abs() < 1e-10, "{ratio}");
    assert_eq!(d("zeros"), Some(0.75));
    // Nothing is left of the shape where nothing varies.
    let scene = Scene::new(&settings("input=ones"), None);
    assert_eq!(quantity(&scene, "rules.x.exact.skewness").text, "–");
}

#[test]
fn what_is_measured_agrees_with_what_is_exact() {
    const WORST: f64 = 5.0;
    let mut measured = 0;
    for fragment in random_fragments(2, 24) {
        let settings = settings(&fragment);
        if settings.drop_probability.get() > 0.9 {
            continue;
        }
        let survey = Survey::run(&settings, Seed(3));
        let scene = with_survey(&settings, &survey);
        for scaling in Survey::RULES {
            for name in [
                "mean",
                "std",
                "second-moment",
                "skewness",
                "kurtosis",
                "zeros",
            ] {
                let value = |kind: &str| {
                    quantity(&scene, &format!("rules.{}.{kind}.{name}", scaling.name())).value
                };
                let what = format!("{fragment}, {}: {name}", scaling.name());
                let (Some(exact), Some(error)) = (value("exact"), value("stderr")) else {
                    continue;
                };
                let found = value("measured").unwrap_or_else(|| panic!("{what} is missing"));
                // The kernel's f32 lanes move a value by some 10⁻⁶ of its scale.
                let allowed = WORST * error + 1e-5 * (1.0 + exact.abs());
                assert!(
                    (found - exact).abs() <= allowed,
                    "{what}: {found}, exact {exact} ± {error}"
                );
                measured += 1;
            }
        }
    }
    assert!(measured > 500, "{measured}");
}

/// Neither has decimals that would say more than there is to know.
#[test]
fn what_has_no_error_has_no_decimals() {
    let gaussian = settings("p=0.3&scale=gaussian");
    let scene = with_survey(&gaussian, &Survey::run(&gaussian, Seed(3)));
    for kind in ["exact", "measured", "stderr"] {
        let zeros = quantity(&scene, &format!("rules.gaussian.{kind}.zeros"));
        assert_eq!(
            (zeros.text.as_str(), zeros.value),
            ("0", Some(0.0)),
            "{kind}"
        );
    }
    let constant = Scene::new(&settings("mu=0.0000123&sigma=0"), None);
    assert_eq!(quantity(&constant, "exact.x.mean").text, "0.0000123");
}

/// What a survey says is worked out from power sums: here those of a few values that are known.
#[test]
fn what_a_survey_says_is_that_of_its_values() {
    const N: f64 = Survey::SAMPLES as f64;
    let settings = settings("mu=0.5&sigma=2&p=0.3");
    // z = (d - E d)/σ_d, each with its share.
    let values = [(-1.0, 0.2), (0.5, 0.5), (2.0, 0.3)];
    let mean_of =
        |of: &dyn Fn(f64) -> f64| -> f64 { values.iter().map(|(z, share)| share * of(*z)).sum() };
    let powers = [1, 2, 3, 4].map(|power| N * mean_of(&|z| z.powi(power)));
    let numbers: Vec<_> = Survey::RULES
        .iter()
        .flat_map(|_| powers.into_iter().chain([0.25 * N]))
        .collect();
    let survey = Survey::from_numbers(&settings, &numbers).expect("they are five of each");
    assert_eq!(survey.to_numbers(), numbers);
    for (rule, scaling) in Survey::RULES.into_iter().enumerate() {
        let exact = Exact::new(&settings.input, settings.drop_probability, scaling);
        let (mean, unit) = (exact.d.mean, exact.d.variance.sqrt());
        let m = mean_of(&|z| z);
        let [variance, third, fourth] = [2, 3, 4].map(|k| mean_of(&|z| (z - m).powi(k)));
        let rows = Comparison::of_rule(&settings, &exact, rule, Some(&survey));
        for (row, expected) in rows.iter().zip([
            mean + unit * m,
            unit * (variance * N / (N - 1.0)).sqrt(),
            mean_of(&|z| (mean + unit * z).powi(2)),
            third / variance.powf(1.5),
            fourth / variance.powi(2) - 3.0,
            0.25,
        ]) {
            let found = row.measured.expect("it was measured");
            let off = (found / expected - 1.0).abs();
            assert!(
                off < 1e-12,
                "{scaling:?}, {}: {found}, not {expected}",
                row.name
            );
        }
    }
    for length in [20, 24, 26] {
        let some: Vec<_> = numbers.iter().cycle().take(length).copied().collect();
        assert_eq!(
            Survey::from_numbers(&settings, &some),
            None,
            "{length} numbers"
        );
    }
}

/// What does not vary has no shape.
#[test]
fn a_survey_of_a_constant_has_no_skewness() {
    let settings = settings("input=ones&p=0");
    let survey = Survey::run(&settings, Seed(1));
    let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
    let [mean, std, _, skewness, kurtosis, _] =
        Comparison::of_rule(&settings, &exact, 1, Some(&survey)).map(|row| row.measured);
    assert_eq!(
        (mean, std, skewness, kurtosis),
        (Some(1.0), Some(0.0), None, None)
    );
}

/// All rules get the same units and drop the same of them, so their measured means have one ratio.
#[test]
fn a_survey_gives_every_rule_the_same_units() {
    let settings = settings("mu=1&p=0.5");
    let survey = Survey::run(&settings, Seed(5));
    let scene = with_survey(&settings, &survey);
    let measured = |rule: &str, name: &str| {
        let name = format!("rules.{rule}.measured.{name}");
        quantity(&scene, &name).value.expect("it was measured")
    };
    let none = measured("none", "mean");
    assert!((measured("inverted", "mean") / none - 2.0).abs() < 1e-12);
    assert!((measured("sqrt", "mean") / none - 2.0_f64.sqrt()).abs() < 1e-12);
    assert!((measured("sqrt", "std") / measured("none", "std") - 2.0_f64.sqrt()).abs() < 1e-12);
    for name in ["skewness", "kurtosis", "zeros"] {
        let difference = measured("inverted", name) - measured("none", name);
        assert!(difference.abs() < 1e-11, "{name}: {difference}");
    }
}

/// Under each rule, the density of d there.
#[test]
fn what_is_read_off_the_rules_are_their_densities() {
    let settings = settings("p=0.4&mu=0.5");
    let scene = Scene::new(&settings, None);
    let mut figure = scene.rules.expect("a whole scene has it");
    let places = figure.places();
    assert!(
        (80..=160).contains(&places.len()) && places.contains(&1.0),
        "{places:?}"
    );
    let [first, .., last] = places[..] else {
        panic!("there are several places");
    };
    assert!(first - figure.range.low < 0.2 && figure.range.high - last < 0.2);
    let next_to_0 = Scene::new(&crate::settings("mu=0.0002"), None);
    let next_to_0 = next_to_0.rules.expect("a whole scene has it").before;
    assert_eq!(next_to_0.labels, ["std 1.00", "mean next to 0"]);
    figure.point_at(Some(1.0));
    let cursor = figure.cursor().expect("it is there").clone();
    let density =
        |scaling| Density::after(&settings.input, settings.drop_probability, scaling).at(1.0);
    assert_eq!(cursor.readings.len(), Survey::RULES.len());
    let mut words = cursor.words.as_str();
    for (reading, scaling) in cursor.readings.iter().zip(Survey::RULES) {
        assert_eq!(reading.value, density(scaling), "{scaling:?}");
        let shown: f64 = reading.lines[0].parse().expect("a number");
        assert!(
            (shown / reading.value - 1.0).abs() < 5e-3,
            "{scaling:?}: {shown}"
        );
        // In the words they follow each other.
        let (_, rest) = words.split_once(&reading.lines[0]).expect("it is said");
        words = rest;
    }
    let table = figure.table();
    let row = table.rows().find(|row| row[0] == "1").expect("it is there");
    assert_eq!(
        row[2..],
        cursor
            .readings
            .iter()
            .map(|it| it.lines[0].clone())
            .collect::<Vec<_>>()
    );
    figure.point_at(None);
    assert_eq!(figure.cursor(), None);
}

/// What figures say of themselves, to those who can't see them, has their numbers.
#[test]
fn summaries_have_the_figures_numbers() {
    let scene = Scene::new(&settings("p=0.4&mu=0.5"), None);
    let ratio = (1.0 + 0.4 * 0.25_f64).sqrt() / 0.6_f64.sqrt();
    let all: [(&dyn Readable, String); 4] = [
        (&scene.density, "40 % are exactly 0".to_owned()),
        (
            &scene.ratio,
            format!(
                "At p = 0.4 it is {ratio:.3} (+{:.1} %)",
                100.0 * (ratio - 1.0)
            ),
        ),
        (
            scene.rules.as_ref().expect("it is there"),
            "alpha: std 1.17, mean 0.259, 40 % are −0.911.".to_owned(),
        ),
        (
            scene.mask.as_ref().expect("it is there"),
            "24 on average".to_owned(),
        ),
    ];
    for (figure, part) in all {
        let words = figure.summary();
        assert!(words.contains(&part) && words.ends_with('.'), "{words}");
    }
}

#[test]
fn the_other_notation_renames_the_rules_and_changes_no_number() {
    let [drop, keep] = ["p=0.3", "p=0.3&notation=keep"].map(|it| Scene::new(&settings(it), None));
    let figure = keep.rules.expect("a whole scene has it");
    let names: Vec<_> = figure.after.iter().map(|panel| panel.name).collect();
    assert_eq!(names, ["none", "1/p", "1/√p", "Gaussian", "alpha"]);
    for (a, b) in drop.quantities.iter().zip(&keep.quantities) {
        if a.name.starts_with("rules.") || a.name.starts_with("keeps.") {
            assert_eq!(a, b);
            assert!(!a.text.contains('p'), "{}: {}", a.name, a.text);
        }
    }
}

/// Without scripts, the marks of yes and no are those of the defaults.
#[test]
fn the_static_page_marks_what_the_scene_says() {
    let scene = Scene::new(&Settings::default(), None);
    let mut checked = 0;
    for cell in PAGE.split("<output data-value=\"").skip(1) {
        let (value, rest) = cell.split_once("\" data-quantity=\"").unwrap();
        let (name, rest) = rest.split_once("\">").unwrap();
        let (text, _) = rest.split_once("</output>").unwrap();
        let quantity = quantity(&scene, name);
        assert_eq!(quantity.text, text, "{name}");
        assert_eq!(
            quantity.value.map(|it| it.to_string()).as_deref(),
            Some(value)
        );
        checked += 1;
    }
    assert_eq!(checked, 15);
}
