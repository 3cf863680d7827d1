//! What the page says, and that the page without scripts says the same.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::network::{Comparison, LayerMoments, Progress, Split};
use dropout_moments::sampling::draw_units;
use dropout_moments::scene::{
    Embed, Host, Measured, Readable, Scene, Section, Sections, Symbol, Table, Training,
    TrainingFigure, TrainingTables, kept_together, symbols,
};
use dropout_moments::settings::{
    Curve, Distribution, DropProbability, Figure, Hidden, Named, Scaling, Seed, Settings,
};
use dropout_moments::theory::{Density, Exact};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const PAGE: &str = include_str!("../index.html");

fn answer(fragment: &str) -> String {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    let scene = Scene::new(&parsed.settings, None);
    scene.answer.iter().map(|span| span.text.as_str()).collect()
}

fn text(fragment: &str, name: &str) -> String {
    let scene = Scene::new(&Settings::from_fragment(fragment).settings, None);
    let found = scene
        .quantities
        .into_iter()
        .find(|quantity| quantity.name == name);
    found
        .unwrap_or_else(|| panic!("there is no quantity {name}"))
        .text
}

/// Removes tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => text.push(character),
            _ => {}
        }
    }
    text
}

/// What stands between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect("the start is there");
    rest.split_once(end).expect("the end is there").0
}

#[test]
fn the_answer_fits_every_rule() {
    assert_eq!(
        answer("p=0.3"),
        "No. It keeps the mean. At p = 0.30 the standard deviation grows by 19.5 %."
    );
    assert_eq!(
        answer("p=0.58"),
        "No. It keeps the mean. At p = 0.58 the standard deviation grows by 54.3 %."
    );
    assert_eq!(
        answer("p=0"),
        "At p = 0 nothing is dropped, so everything stays as it is."
    );
    assert_eq!(
        answer("p=0.25&scale=none"),
        "No. Without rescaling, every unit shrinks on average. At p = 0.25 the standard deviation \
         shrinks by 13.4 %."
    );
    assert_eq!(
        answer("p=0.5&scale=sqrt"),
        "With 1/√(1−p) it does, where the mean is 0, but every unit shrinks on average. At p = \
         0.50 each unit is, on average, 0.707 of itself."
    );
    assert_eq!(
        answer("p=0.5&scale=sqrt&mu=1"),
        "No. With 1/√(1−p) it keeps the root mean square. At p = 0.50 the standard deviation grows \
         by 22.5 %."
    );
    assert_eq!(
        answer("p=0.1&scale=alpha"),
        "Alpha dropout does, at mean 0 and std 1, but every unit shrinks on average. At p = 0.10 \
         each unit is, on average, 0.829 of itself."
    );
    assert_eq!(
        answer("p=0.1&scale=alpha&mu=1"),
        "No. Alpha dropout is made for mean 0 and std 1. At p = 0.10 the standard deviation grows by \
         16.0 %."
    );
    assert_eq!(
        answer("p=0.3&input=ones"),
        "No. It keeps the mean. At p = 0.30 the standard deviation goes from 0 to 0.655."
    );
    assert_eq!(
        answer("p=0.123456"),
        "No. It keeps the mean. At p = 0.123456 the standard deviation grows by 6.8 %."
    );
}

#[test]
fn the_derivation_has_the_readers_numbers() {
    let fragment = "p=0.5&mu=1&sigma=2";
    assert_eq!(text(fragment, "given.scale"), "2");
    assert_eq!(text(fragment, "given.variance"), "4");
    assert_eq!(text(fragment, "derived.second-moment"), "10");
    assert_eq!(text(fragment, "derived.variance"), "9");
    assert_eq!(text(fragment, "derived.std"), "3");
    // The derivation is for inverted dropout, whatever rule is chosen.
    assert_eq!(text("p=0.5&scale=none", "derived.variance"), "2");
    // After a ReLU, mean and variance are those of its output.
    assert_eq!(text("input=relu", "given.mean"), "0.3989");
}

/// Fragments with random settings, some of them at a limit.
fn random_fragments(count: usize, scalings: &[(&str, Scaling)]) -> Vec<String> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2014);
    let mut uniform = move || f64::from(random.next_u32()) / f64::from(u32::MAX);
    let mut fragments = Vec::new();
    for index in 0..count {
        let p = [0.0, 1e-9, 0.999_999, uniform()][index % 8 % 4].min(0.999_999);
        let mu = [0.0, 10.0, -10.0 + 20.0 * uniform(), uniform()][index % 4];
        let sigma = [0.0, 1e-3, 10.0 * uniform(), 1.0][index / 4 % 4];
        let input = Distribution::NAMES[index % Distribution::NAMES.len()].0;
        let scale = scalings[index / 5 % scalings.len()].0;
        fragments.push(format!(
            "p={p}&mu={mu}&sigma={sigma}&input={input}&scale={scale}"
        ));
    }
    fragments
}

/// The number that a person reads.
fn read(text: &str) -> f64 {
    let text = text.trim_end_matches(" %").replace('−', "-");
    text.parse()
        .unwrap_or_else(|_| panic!("{text} is no number"))
}

/// Fails unless `text` is `value` to the digits that it shows.
#[track_caller]
fn assert_shown(text: &str, value: f64, what: &str) {
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    let decimals = i32::try_from(decimals).expect("a few");
    let error = (read(text) - value).abs();
    let rounding = 0.501 * 10_f64.powi(-decimals) + 1e-12 * value.abs();
    assert!(error <= rounding, "{what}: {text} is not {value}");
}

/// Each number in a step follows from those above it, by the step's own formula, and the last ones
/// are those of the theory.
#[test]
fn each_step_follows_from_the_one_before_for_hundreds_of_settings() {
    for fragment in random_fragments(500, Scaling::NAMES) {
        let settings = Settings::from_fragment(&fragment).settings;
        let scene = Scene::new(&settings, None);
        let value = |name: &str| {
            let found = scene.quantities.iter().find(|it| it.name == name);
            let quantity = found.unwrap_or_else(|| panic!("there is no {name}"));
            if let Some(value) = quantity.value {
                assert_shown(&quantity.text, value, &format!("{fragment}: {name}"));
                if !name.starts_with("exact") {
                    let error = (read(&quantity.text) - value).abs();
                    assert!(
                        error <= 5.001e-4 * value.abs() + 1e-15,
                        "{fragment}: {name} has four digits"
                    );
                }
            } else {
                assert_eq!(quantity.text, "–");
            }
            quantity.value
        };
        let number = |name: &str| value(name).expect("it is always defined");
        let assert_same = |a: f64, b: f64, what: &str| {
            let error = (a - b).abs();
            assert!(
                error <= 1e-9 * a.abs().max(b.abs()),
                "{fragment}: {what}: {a} {b}"
            );
        };
        let (drop, keep) = (number("given.drop"), number("given.keep"));
        let (mean, variance) = (number("given.mean"), number("given.variance"));
        let square = number("given.mean.squared");
        assert_same(drop + keep, 1.0, "the mask");
        assert_same(number("given.scale"), 1.0 / keep, "the scale");
        assert_same(number("derived.mean"), mean, "the mean stays");
        assert_same(square, mean * mean, "the squared mean");
        assert_same(number("given.std").powi(2), variance, "σ");
        let second = number("given.second-moment");
        assert_same(second, variance + square, "E x²");
        assert_same(number("derived.second-moment"), second / keep, "E d²");
        assert_same(
            number("derived.kept-square"),
            keep * square,
            "what goes off",
        );
        assert_same(number("derived.extra"), drop * square, "the extra term");
        let d_variance = number("derived.variance");
        assert_same(d_variance, (variance + drop * square) / keep, "Var d");
        assert_same(number("derived.std").powi(2), d_variance, "std d");
        assert_same(number("derived.ratio.centred"), 1.0 / keep.sqrt(), "mean 0");

        let (input, p) = (&settings.input, settings.drop_probability);
        let inverted = Exact::new(input, p, Scaling::Inverted);
        assert_same(d_variance, inverted.d.variance, "the exact variance");
        assert_eq!(value("derived.ratio"), inverted.standard_deviation_ratio());
        // The figure and its table show the rule that is chosen.
        let exact = Exact::new(input, p, settings.scaling);
        let split = exact.variance_split;
        let parts = [
            split.from_x,
            split.through_standard_deviation,
            split.through_mean,
        ];
        assert_same(parts.iter().sum(), exact.d.variance, "the parts");
        let bar = scene.variance.expect("a whole scene has it");
        assert_same(bar.after(), exact.d.variance, "the bar");
        assert_eq!(bar.before, exact.x.variance);
        for (part, number) in bar.parts.iter().zip(parts) {
            assert_eq!(part.value, number, "{fragment}: {}", part.name);
            assert!((read(&part.text) - number).abs() <= 5.001e-4 * number + 1e-15);
        }
        if settings.scaling == Scaling::Inverted {
            assert_eq!(value("exact.d.std"), value("derived.std"), "{fragment}");
            assert_eq!(
                value("exact.ratio.std"),
                value("derived.ratio"),
                "{fragment}"
            );
        }
    }
}

/// While the settings change, the page has only the parts in view: they say what the whole would.
#[test]
fn a_part_is_the_same_whatever_else_a_scene_has() {
    let settings = Settings::from_fragment("p=0.4&mu=2&scale=sqrt&seed=7").settings;
    let whole = Scene::new(&settings, None);
    let of = |sections| Scene::of(&settings, Measured::default(), sections);
    for section in Section::ALL {
        let mut sections = Sections::NONE;
        sections.set(section, true);
        let part = of(sections);
        assert_eq!(part.answer, whole.answer);
        assert_eq!(part.density, whole.density);
        assert_eq!(part.ratio, whole.ratio);
        // Training has no numbers but those of its figure.
        let has_numbers = section != Section::Training;
        assert_eq!(!part.quantities.is_empty(), has_numbers, "{section:?}");
        assert!(part.quantities.len() < whole.quantities.len());
        for quantity in &part.quantities {
            assert!(whole.quantities.contains(quantity), "{quantity:?}");
        }
        for sentence in &part.sentences {
            assert!(whole.sentences.contains(sentence), "{sentence:?}");
        }
        // Each has its own figures and no others.
        let has = |other| section == other;
        assert_eq!(
            part.convergence,
            whole.convergence.clone().filter(|_| has(Section::Run))
        );
        assert_eq!(part.training_tables.is_some(), has(Section::Training));
        assert_eq!(
            part.training,
            whole.training.clone().filter(|_| has(Section::Training))
        );
        assert_eq!(
            part.variance,
            whole.variance.clone().filter(|_| has(Section::Why))
        );
        assert_eq!(part.mask, whole.mask.clone().filter(|_| has(Section::Why)));
        assert_eq!(
            part.rules,
            whole.rules.clone().filter(|_| has(Section::Rules))
        );
    }
    let none = of(Sections::NONE);
    assert_eq!((none.quantities, none.sentences), (Vec::new(), Vec::new()));
}

fn sentence(fragment: &str, name: &str) -> String {
    let scene = Scene::new(&Settings::from_fragment(fragment).settings, None);
    let found = scene.sentences.into_iter().find(|(it, _)| *it == name);
    found
        .unwrap_or_else(|| panic!("there is no sentence {name}"))
        .1
}

#[test]
fn what_enters_dropout_is_said_with_its_numbers() {
    let input = |fragment| sentence(fragment, "derivation.input");
    assert_eq!(
        input("mu=1.5&sigma=2"),
        "Your input is normal, with μ = 1.5 and σ = 2, as you set them."
    );
    assert_eq!(
        input("input=relu&mu=-1"),
        "Your input comes from a ReLU. What enters dropout has μ = 0.08332 and σ = 0.2615, not the \
         −1 and 1 that you set for the normal before it."
    );
    assert_eq!(
        input("input=uniform&mu=1&sigma=2"),
        "Your input is uniform from −2.464 to 4.464, so that μ = 1 and σ = 2, as you set them."
    );
    assert_eq!(
        input("input=ones&mu=5"),
        "Your input is the constant 1, so that μ = 1 and σ = 0, whatever the controls of μ and σ say."
    );
    assert_eq!(
        sentence("scale=sqrt&notation=keep", "derivation.rule"),
        "The rule is division by p. You have chosen 1/√p: the figure below shows that."
    );
}

/// The formulas in the variance figure's table, read as a person would and put to numbers.
#[test]
fn the_formulas_of_the_parts_give_their_values_in_both_notations() {
    for (scale, scaling) in Scaling::NAMES {
        for notation in ["drop", "keep"] {
            let fragment = format!("p=0.36&mu=1.5&sigma=2&scale={scale}&notation={notation}");
            let settings = Settings::from_fragment(&fragment).settings;
            let p = settings.drop_probability.shown(settings.notation);
            let q = settings.drop_probability.keep();
            let saturation = -1.758_099_340_847_376_6_f64;
            let a = 1.0 / (q * (1.0 + (1.0 - q) * saturation * saturation)).sqrt();
            let gap = 1.5 - saturation;
            let split =
                Exact::new(&settings.input, settings.drop_probability, *scaling).variance_split;
            let values = [
                split.from_x,
                split.through_standard_deviation,
                split.through_mean,
            ];
            let variance = Scene::new(&settings, None).variance;
            let parts = variance.expect("a whole scene has it").parts;
            for (part, value) in parts.iter().zip(values) {
                let formula = &part.formula;
                let factor = |text: &str| match text {
                    "σ²" => 4.0,
                    "μ²" => 2.25,
                    "p" => p,
                    "(1−p)" => 1.0 - p,
                    "p²" => p * p,
                    "(1−p)²" => (1.0 - p) * (1.0 - p),
                    "p(1−p)" => p * (1.0 - p),
                    "p/(1−p)" => p / (1.0 - p),
                    "(1−p)/p" => (1.0 - p) / p,
                    "a²p(1−p)" => a * a * p * (1.0 - p),
                    "a²p²" => a * a * p * p,
                    "a²(1−p)²" => a * a * (1.0 - p) * (1.0 - p),
                    "(μ − α′)²" => gap * gap,
                    _ => panic!("{text} is not known"),
                };
                let product: f64 = formula.split(" · ").map(factor).product();
                assert!(
                    (product - value).abs() < 1e-12 * value,
                    "{fragment} {formula}"
                );
            }
        }
    }
}

/// The lemma: a rule that is right on average for each unit keeps all of the variance of x, and adds
/// to it; where the sum is that of x, the rule has given up the mean.
#[test]
fn no_rule_keeps_each_unit_and_the_spread() {
    let mut gave_up = 0;
    for fragment in random_fragments(500, Scaling::NAMES) {
        let settings = Settings::from_fragment(&fragment).settings;
        let (input, p) = (&settings.input, settings.drop_probability);
        let exact = Exact::new(input, p, settings.scaling);
        // Where x is always 0, only alpha dropout makes something else of it.
        let has_effect = exact.x.second_moment() > 0.0 || settings.scaling == Scaling::Alpha;
        let moves = p.get() > 0.0 && has_effect;
        let split = exact.variance_split;
        let added = split.through_standard_deviation + split.through_mean;
        assert!(
            added >= 0.0 && (added > 0.0) == moves,
            "{fragment}: {added}"
        );
        let words = sentence(&fragment, "variance.lemma");
        if exact.slope == 1.0 {
            assert_eq!(split.from_x, exact.x.variance, "{fragment}");
            assert!(
                words.starts_with("Your rule is right on average"),
                "{words}"
            );
        } else {
            assert!(exact.slope < 1.0 && split.from_x <= exact.x.variance);
            assert!(words.starts_with("Your rule makes of each unit"), "{words}");
            gave_up += 1;
        }
    }
    assert!(gave_up > 100, "{gave_up}");
    let root = sentence("scale=sqrt", "variance.lemma");
    assert_eq!(
        root,
        "Your rule makes of each unit, on average, 0.837 of itself. So of the 1 that x had only 0.7 \
         stays; the mask adds 0.3, and the sum is 1."
    );
}

/// Over many draws the strip's units are kept with probability 1-p, and their mean is on average
/// what the sentence says.
#[test]
fn draws_of_the_mask_come_out_on_average_as_the_sentence_says() {
    for scale in ["inverted", "none", "sqrt", "gaussian", "alpha"] {
        let fragment = format!("p=0.3&mu=1&seed=7&scale={scale}");
        let mut settings = Settings::from_fragment(&fragment).settings;
        let draws = 2000_u32;
        let mut kept = 0;
        let (mut sum, mut square) = (0.0, 0.0);
        let mut x = Vec::new();
        for draw in 0..draws {
            settings.draw = draw;
            let units = draw_units(&settings, Seed(7), 40);
            let before: Vec<f64> = units.iter().map(|unit| unit.x).collect();
            assert!(x.is_empty() || x == before, "x stays");
            x = before;
            kept += units.iter().filter(|unit| unit.kept).count();
            let mean = units.iter().map(|unit| unit.d).sum::<f64>() / x.len() as f64;
            sum += mean;
            square += mean * mean;
        }
        let n = f64::from(draws);
        let (mean, error) = (sum / n, ((square / n - (sum / n).powi(2)) / n).sqrt());
        let words = sentence(&fragment, "mask");
        let (_, expected) = words.rsplit_once("is ").expect("it ends with the mean");
        let z = (mean - read(expected.trim_end_matches('.'))) / error;
        assert!(
            z.abs() < 4.5,
            "{scale}: {mean} is {z} standard errors from {words}"
        );
        let share = kept as f64 / (n * x.len() as f64);
        let wanted = if scale == "gaussian" { 1.0 } else { 0.7 };
        assert!((share - wanted).abs() < 0.01, "{scale}: {share}");
    }
}

/// A draw is the same whenever it is drawn, and the next is another.
#[test]
fn a_link_restores_a_draw() {
    let units = |fragment| {
        let scene = Scene::new(&Settings::from_fragment(fragment).settings, None);
        scene.mask.expect("a whole scene has it").units
    };
    assert_eq!(units("seed=7&draw=3"), units("draw=3&seed=7"));
    assert_ne!(units("seed=7&draw=3"), units("seed=7&draw=4"));
    assert_ne!(units("seed=8&draw=3"), units("seed=7&draw=3"));
}

/// In the other notation p is the other probability, in each sentence; the numbers are the same.
#[test]
fn the_notation_rewrites_every_sentence_and_changes_no_number() {
    let scene = |fragment: &str| Scene::new(&Settings::from_fragment(fragment).settings, None);
    assert_eq!(
        answer("p=0.3&notation=keep"),
        "No. It keeps the mean. At p = 0.70 the standard deviation grows by 19.5 %."
    );
    assert_eq!(
        answer("p=0&notation=keep"),
        "At p = 1 nothing is dropped, so everything stays as it is."
    );
    for (scale, _) in Scaling::NAMES {
        for input in ["normal", "relu"] {
            let fragment = format!("p=0.1&mu=1&input={input}&scale={scale}");
            let drop = scene(&fragment);
            let keep = scene(&format!("{fragment}&notation=keep"));
            for (a, b) in drop.quantities.iter().zip(&keep.quantities) {
                assert!(a == b || a.name == "given.p", "{}", a.name);
            }
            assert_eq!(drop.ratio.curve, keep.ratio.curve);
            assert_eq!(drop.ratio.axis, "p, the probability to drop");
            assert_eq!(keep.ratio.axis, "p, the probability to keep");
            assert!(
                keep.ratio.summary.contains("At p = 0.9 it is"),
                "{}",
                keep.ratio.summary
            );
            let variance = keep.variance.expect("a whole scene has it");
            let keep_words: Vec<String> = keep
                .sentences
                .into_iter()
                .map(|(_, words)| words)
                .chain([keep.ratio.label, keep.ratio.reference_label.to_owned()])
                .chain(variance.parts.map(|part| part.formula))
                .chain(keep.answer.into_iter().map(|span| span.text))
                .collect();
            for words in &keep_words {
                for wrong in ["/(1−p)", "√(1−p)", "by 1−p", "to drop"] {
                    assert!(!words.contains(wrong), "{words}");
                }
            }
        }
    }
}

#[test]
fn before_a_run_nothing_is_measured() {
    for name in ["measured.d.std", "z.d.std", "run.samples"] {
        assert_eq!(text("", name), "–");
    }
    assert_eq!(text("", "exact.d.std"), "1.1952");
    assert_eq!(text("", "stderr.ratio.std"), "0.00068");
    assert_eq!(text("input=ones", "exact.ratio.std"), "–");
}

/// Without scripts the page shows the defaults; they are the scene's.
#[test]
fn the_static_page_says_what_the_scene_says() {
    let shown_answer = between(PAGE, "<p id=\"answer\" class=\"answer\">", "</p>");
    assert_eq!(plain(shown_answer), answer(""));
    let mut checked = 0;
    for output in PAGE.split("<output data-quantity=\"").skip(1) {
        let (name, rest) = output.split_once('"').expect("the attribute ends");
        let shown = between(rest, ">", "</output>");
        if !name.starts_with("run.") {
            assert_eq!(shown, text("", name), "{name}");
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
    for element in PAGE.split("data-sentence=\"").skip(1) {
        let (name, rest) = element.split_once("\">").expect("the attribute ends");
        let words = sentence("", name);
        let expected = if name.starts_with("code.") {
            words.replace('<', "&lt;")
        } else {
            kept_together(&words)
                .split(' ')
                .map(marked_up)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(
            rest.starts_with(&(expected.clone() + "</")),
            "{name}: {expected}"
        );
    }
}

/// A word as the page sets it: with its symbols in italics, and on one line if it has any.
fn marked_up(word: &str) -> String {
    let set = |(text, is_symbol): (String, bool)| match is_symbol {
        true => format!("<i>{text}</i>"),
        false => text,
    };
    let markup: String = symbols(word).into_iter().map(set).collect();
    if markup == word {
        markup
    } else {
        format!("<span>{markup}</span>")
    }
}

/// Letters are symbols where they stand alone, and only there.
#[test]
fn symbols_in_sentences_are_told_from_words() {
    for (word, markup) in [
        ("dropped", "dropped"),
        ("a", "a"),
        ("10^±75,", "10^±75,"),
        ("p", "<span><i>p</i></span>"),
        ("1/√(1−p)¹⁰", "<span>1/√(1−<i>p</i>)¹⁰</span>"),
        (
            "√(n·p/(1−p)).",
            "<span>√(<i>n</i>·<i>p</i>/(1−<i>p</i>)).</span>",
        ),
        ("Σw²", "<span>Σ<i>w</i>²</span>"),
        ("std", "std"),
        ("σ²", "<span><i>σ</i>²</span>"),
    ] {
        assert_eq!(marked_up(word), markup);
    }
    // What is no symbol is one piece.
    let piece = |text: &str, is_symbol| (text.to_owned(), is_symbol);
    assert_eq!(symbols("dropped"), [piece("dropped", false)]);
    assert_eq!(
        symbols("1−p,"),
        [piece("1−", false), piece("p", true), piece(",", false)]
    );
}

#[test]
fn nothing_of_an_address_becomes_markup() {
    let page = "https://example.org/\"<&>/";
    let code = Embed::new(
        page,
        &Settings::default(),
        Figure::Density,
        Hidden::default(),
        300,
    );
    for host in [Host::Html, Host::Element] {
        let code = code.code(host);
        assert!(
            code.contains("\"https://example.org/&quot;&lt;&amp;>/"),
            "{code}"
        );
    }
}

#[test]
fn figures_of_the_start_say_what_they_show() {
    let scene = Scene::new(&Settings::default(), None);
    let training = scene.training.expect("a whole scene has it");
    let said = "validation loss, evaluated as it is, against the epochs.";
    assert_eq!(training.summary(), said);
    let variance = scene.variance.expect("a whole scene has it");
    let said = "The variance before dropout is 1, after it 1.429. Of that, 1 is what x had, ";
    assert!(
        variance.summary().starts_with(said),
        "{}",
        variance.summary()
    );
    let mut study = scene.study.expect("a whole scene has it");
    assert_eq!(study.places(), [0.1, 0.25, 0.5]);
    study.point_at(Some(0.25));
    assert_eq!(study.cursor().map(|cursor| cursor.place), Some(0.25));
}

/// Every quantity that the page asks for exists.
#[test]
fn the_page_asks_for_nothing_that_is_not_there() {
    for output in PAGE.split("data-quantity=\"").skip(1) {
        text("", between(output, "", "\""));
    }
}

/// The area under a curve is what the continuous part has, however narrow it is in the figure.
#[test]
fn no_density_is_lost_between_the_points_of_its_curve() {
    for fragment in [
        "",
        "mu=10&sigma=0.1",
        "mu=10&sigma=0.001",
        "mu=-10&sigma=0.0001&scale=sqrt&p=0.9",
        "mu=10&sigma=0.003&scale=alpha",
        "mu=10&sigma=0.001&scale=gaussian&p=0.000001",
        "mu=3&sigma=0&scale=gaussian&p=0.00001",
        "mu=2&sigma=0.001&input=relu",
        "mu=2&sigma=0.001&input=uniform",
        "mu=2&sigma=0.001&input=uniform&scale=gaussian&p=0.000001",
        "p=0.999999",
    ] {
        let settings = Settings::from_fragment(fragment).settings;
        let figure = Scene::new(&settings, None).density;
        let (input, p) = (&settings.input, settings.drop_probability);
        for (drawn, density) in [
            (&figure.before, Density::before(input)),
            (&figure.after, Density::after(input, p, settings.scaling)),
        ] {
            let pairs = drawn.curve.windows(2);
            let area = pairs.map(|pair| 0.5 * (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1));
            let shown = density.up_to(figure.range.high) - density.up_to(figure.range.low);
            let atoms = density.atoms().iter().map(|atom| atom.mass).sum::<f64>();
            let lost = area.sum::<f64>() - (shown - atoms);
            assert!(lost.abs() < 0.01, "{fragment}, {}: {lost}", drawn.label);
        }
    }
}

/// What scenes call the page's sections and symbols is in the page.
#[test]
fn the_page_has_the_sections_and_the_symbols() {
    for section in Section::ALL {
        let element = format!("<section id=\"{}\"", section.id());
        assert_eq!(PAGE.matches(&element).count(), 1, "{element}");
    }
    let mut found = Vec::new();
    for attribute in PAGE.split("data-symbol=\"").skip(1) {
        let name = between(attribute, "", "\"");
        let symbol = Symbol::named(name).unwrap_or_else(|| panic!("no symbol is called {name}"));
        if !found.contains(&(name, symbol)) {
            found.push((name, symbol));
        }
    }
    found.sort_by_key(|it| it.0);
    let expected = [
        ("extra", Symbol::Extra),
        ("mu", Symbol::Mean),
        ("p", Symbol::Probability),
        ("sigma", Symbol::StandardDeviation),
    ];
    assert_eq!(found, expected);
    assert_eq!(Symbol::named("q"), None);
}

/// Networks of the first seeds of a comparison, trained.
fn trained(comparison: &Comparison, count: usize) -> Vec<Progress> {
    let digits = Split::digits(include_bytes!("../www/digits.bin")).expect("the digits");
    let mut networks = vec![Progress::default(); comparison.networks()];
    for (number, network) in networks.iter_mut().enumerate().take(count) {
        while network.end.is_none() {
            *network = comparison.go_on(number, network, &digits);
        }
    }
    networks
}

fn shown(settings: &Settings, comparison: &Comparison, networks: &[Progress]) -> Scene {
    let measured = Measured {
        training: Some(Training {
            comparison,
            networks,
        }),
        ..Measured::default()
    };
    Scene::of(settings, measured, Sections::ALL)
}

fn figure_of(scene: Scene) -> TrainingFigure {
    scene.training.expect("a whole scene has it")
}

fn tables_of(scene: Scene) -> TrainingTables {
    scene.training_tables.expect("a whole scene has them")
}

/// Which networks it says that it shows.
fn sentence_of(scene: Scene) -> String {
    let mut sentences = scene.sentences.into_iter();
    let sentence = sentences.find(|it| it.0 == "training");
    sentence.expect("there is one").1
}

const SMALL: &str = "seed=7&hidden=2&neurons=16&epochs=4&seeds=3";

/// A network of each rule: the mean of one value is that value, and has no interval.
#[test]
fn the_tables_of_training_have_each_rules_scores() {
    let settings = Settings::from_fragment(SMALL).settings;
    let comparison = Comparison::new(&settings);
    let networks = trained(&comparison, 6);
    let TrainingTables { scores, layers } = tables_of(shown(&settings, &comparison, &networks));
    for table in [&scores, &layers] {
        let words = "; p = 0.3, 2 × 16 units, Adam, shared rates, 3 seeds, 4 epochs";
        assert!(table.caption.ends_with(words), "{}", table.caption);
    }
    // Rules whose factor is 1 have one row, the three others two.
    assert_eq!(scores.rows().len(), 9);
    let end = |number: usize| networks[number].end.as_ref().expect("trained");
    let rows: Vec<_> = scores.rows().collect();
    let number = |cell: &str| -> f64 { cell.replace('−', "-").parse().expect("a number") };
    for (row, (head, place, way)) in rows.iter().zip([
        ("no dropout", 0, 0),
        ("none, as it is", 1, 0),
        ("none, × its factor", 1, 1),
        ("1/(1−p)", 2, 0),
    ]) {
        let (test, inverted) = (&end(place).test[way], &end(2).test[0]);
        assert_eq!(row[0], head);
        assert_eq!(row[1], "1");
        for (cell, expected, error) in [
            (2, 100.0 * test.accuracy, 0.051),
            (3, 100.0 * (test.accuracy - inverted.accuracy), 0.051),
            (4, test.loss, 0.00051),
            (5, test.loss - inverted.loss, 0.00051),
            (6, test.calibration_error, 0.00051),
        ] {
            assert!(
                (number(&row[cell]) - expected).abs() < error,
                "{row:?}, {cell}"
            );
        }
    }
    // Two hidden layers and the last, for each rule.
    assert_eq!(layers.rows().len(), 18);
    let rows: Vec<_> = layers.rows().collect();
    // Without dropout evaluation is training.
    assert_eq!(rows[0][..2], ["no dropout", "1"]);
    assert_eq!(rows[2][4], "1.00");
    let [training, identity] = [0, 1].map(|mode| end(1).validation[mode].layers[2]);
    assert_eq!(rows[5][..2], ["none", "3"]);
    let ratio = identity.standard_deviation / training.standard_deviation;
    assert!(
        (number(&rows[5][4]) - ratio).abs() < 0.0051,
        "{:?}",
        rows[5]
    );
    assert!((number(&rows[5][7]) - training.mean).abs() < 0.0051);
    for row in &rows {
        for (std, ratio) in [(3, 4), (5, 6)] {
            let [training, other, ratio] = [2, std, ratio].map(|cell| number(&row[cell]));
            let error = (ratio * training - other).abs();
            assert!(error < 0.006 + 0.006 * ratio, "{row:?}");
        }
    }
    let matching = end(1).validation[2].layers[2].standard_deviation;
    let ratio = matching / training.standard_deviation;
    assert!((number(&rows[5][5]) - matching).abs() < 0.0051);
    assert!((number(&rows[5][6]) - ratio).abs() < 0.0051);
    let anew = |table: &Table| {
        table
            .columns
            .iter()
            .any(|it| it.starts_with("estimated anew"))
    };
    assert!(!anew(&scores));

    // More seeds give intervals; those of differences are of pairs.
    let mut more = networks.clone();
    for seed in [1, 2] {
        for (rule, network) in networks.iter().take(6).enumerate() {
            more[6 * seed + rule] = network.clone();
        }
    }
    let better = &mut more[7].end.as_mut().expect("trained").test[0];
    better.accuracy = (better.accuracy + 0.1).min(1.0);
    let tables = tables_of(shown(&settings, &comparison, &more));
    let rows: Vec<_> = tables.scores.rows().collect();
    assert!(rows[0][2].ends_with(" ± 0.0"), "{:?}", rows[0]);
    let gain =
        100.0 * (more[7].end.as_ref().expect("trained").test[0].accuracy - end(1).test[0].accuracy);
    // Student's quantile for 2 degrees of freedom; the standard error of (0, gain, 0) is gain/3.
    let half = format!(" ± {:.1}", 4.303 * gain / 3.0);
    assert!(rows[1][3].ends_with(&half), "{:?}, {half}", rows[1]);
    more[1].end.as_mut().expect("trained").test[0].loss = f64::NAN;
    let tables = tables_of(shown(&settings, &comparison, &more));
    let row = tables.scores.rows().nth(1).expect("that of no rescaling");
    assert_eq!(row[4], "diverged");
    let settings = Settings::from_fragment(&format!("{SMALL}&norm=batch")).settings;
    let comparison = Comparison::new(&settings);
    let networks = trained(&comparison, 6);
    assert!(anew(
        &tables_of(shown(&settings, &comparison, &networks)).scores
    ));
}

/// The long run's figure has two panels, whose curves are the rows of its table, and one cursor for both.
#[test]
fn the_figure_of_the_long_run_shows_its_table() {
    let mut figure = Scene::new(&Settings::default(), None)
        .study
        .expect("a whole scene has it");
    let table = figure.table();
    let mut compared = 0;
    for (way, panel) in figure.panels.iter().enumerate() {
        for curve in &panel.curves {
            for (p, loss) in &curve.points {
                let row = table
                    .rows()
                    .find(|row| row[0] == curve.name && row[1].parse() == Ok(*p));
                let shown: f64 = row.expect("it is there")[2 + way]
                    .parse()
                    .expect("a number");
                assert!(
                    (shown / loss - 1.0).abs() < 5e-4,
                    "{}, p = {p}: {shown}",
                    curve.name
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared}");
    let place = *figure.places().last().expect("there are some");
    figure.point_at(Some(place));
    let cursor = figure.cursor().expect("it is there");
    let panels = figure
        .panels
        .each_ref()
        .map(|panel| panel.cursor().expect("in both"));
    let [first, second] = panels.map(|it| it.words.as_str());
    let both = format!("as it is, {first} with the rule’s factor, {second}");
    assert_eq!((&cursor.words, cursor.place), (&both, place));
    assert_eq!(
        figure.summary(),
        figure.panels.each_ref().map(Readable::summary).join(" ")
    );
    figure.point_at(None);
    assert_eq!(figure.cursor(), None);
}

/// What a curve shows of a layer: in training mode, as it is, and with the rule's factor.
type OfLayer = fn([LayerMoments; 3]) -> f64;

/// What is chosen, what the figure calls that, and its value for a network after four epochs.
type Choice = (&'static str, &'static str, fn(&Progress) -> f64);

/// The figure, its table and its words are of what is chosen; what is not there yet has no curve.
#[test]
fn the_figure_of_training_follows_the_choice() {
    let settings = |more: &str| Settings::from_fragment(&format!("{SMALL}&{more}")).settings;
    let comparison = Comparison::new(&settings(""));
    let networks = trained(&comparison, 12);
    let choices: [Choice; 4] = [
        ("", "validation loss, evaluated as it is", |it| {
            it.epochs[3][1][1].loss
        }),
        (
            "curve=accuracy&mode=matching",
            "validation accuracy in %, evaluated × its factor",
            |it| 100.0 * it.epochs[3][1][2].accuracy,
        ),
        (
            "curve=training-loss&mode=training",
            "training part’s loss, in training mode",
            |it| it.epochs[3][0][0].loss,
        ),
        (
            "curve=training-accuracy",
            "training part’s accuracy in %, evaluated as it is",
            |it| 100.0 * it.epochs[3][0][1].accuracy,
        ),
    ];
    for (choice, name, of) in choices {
        let figure = figure_of(shown(&settings(choice), &comparison, &networks));
        assert_eq!(figure.y.0, name);
        assert!(figure.summary.starts_with(name));
        assert!(figure.table().caption.starts_with(name));
        let curve = &figure.curves[2];
        assert_eq!(curve.points.len(), 4);
        let values = [2, 8].map(|number| of(&networks[number]));
        let mean = 0.5 * (values[0] + values[1]);
        assert!((curve.points[3].1 - mean).abs() < 1e-12);
        // The standard error of two is half of how far they are apart.
        let half = 0.5 * (values[0] - values[1]).abs();
        assert!((curve.halves[3] - half).abs() < 1e-12);
        let table = figure.table();
        for (row, (epoch, value)) in table.rows().zip(&curve.points) {
            assert_eq!(row[0], epoch.to_string());
            let shown = row[3].split(' ').next().expect("a value");
            let shown: f64 = shown.parse().expect("a number");
            assert!((shown / value - 1.0).abs() < 6e-4, "{row:?} {value}");
        }
        let cell = &table.rows().last().expect("a row")[3];
        assert!(cell.contains(" ± "), "{cell}");
        assert_eq!(table.rows().len(), 4);
        assert!(table.caption.contains("± its standard error"));
    }
    // The axis shows all of the curves and their bands: from 0, up to 100 %, or with room at both ends.
    for (curve, _) in Curve::NAMES {
        let figure = figure_of(shown(
            &settings(&format!("curve={curve}")),
            &comparison,
            &networks,
        ));
        let ends = figure.curves.iter().flat_map(|curve| {
            let halves = curve.halves.iter().copied().chain(std::iter::repeat(0.0));
            let points = curve.points.iter().zip(halves);
            points.flat_map(|(point, half)| [point.1 - half, point.1 + half])
        });
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| {
            (low.min(end), high.max(end))
        });
        let expected = match *curve {
            "accuracy" | "training-accuracy" => ((low - 1.0).clamp(0.0, 95.0), 100.0),
            "mean" => {
                let (low, high) = (low.min(0.0), high.max(0.0));
                let room = 0.1 * (high - low).max(0.1);
                (low - room, high + room)
            }
            "std" => (0.0, 1.1 * high),
            _ => (0.0, (1.1 * high).min(3.0)),
        };
        assert_eq!(figure.y.1, expected, "{curve}");
    }
    // What is read off is each curve's value there.
    let mut pointed = figure_of(shown(&settings(""), &comparison, &networks));
    assert_eq!(pointed.places(), [1.0, 2.0, 3.0, 4.0]);
    pointed.point_at(Some(3.0));
    let cursor = pointed.cursor().expect("it is there");
    for (reading, curve) in cursor.readings.iter().zip(&pointed.curves) {
        assert_eq!(reading.value, curve.points[2].1, "{}", curve.name);
        assert!(cursor.words.contains(&reading.lines[0]), "{}", cursor.words);
    }
    let interval = figure_of(shown(&settings("spread=interval"), &comparison, &networks));
    let error = figure_of(shown(&settings(""), &comparison, &networks));
    let ratio = interval.curves[2].halves[0] / error.curves[2].halves[0];
    assert!((ratio - 12.706).abs() < 1e-9);
    let none = figure_of(shown(&settings("spread=none"), &comparison, &networks));
    assert!(none.curves[2].halves.is_empty());
    let table = none.table();
    assert!(
        table
            .rows()
            .all(|row| row.iter().all(|cell| !cell.contains('±')))
    );

    // No epoch is written another way where p is the probability to keep.
    let kept = figure_of(shown(&settings("notation=keep"), &comparison, &networks));
    let table = kept.table();
    let epochs: Vec<_> = table.rows().map(|row| row[0].as_str()).collect();
    assert_eq!(epochs, ["1", "2", "3", "4"]);

    // Layer by layer: in training mode, as it is, and with its factor.
    let choices: [(&str, &str, OfLayer); 4] = [
        ("curve=std&mode=training", "std, in training mode", |it| {
            it[0].standard_deviation
        }),
        (
            "curve=std&mode=matching",
            "std, evaluated × its factor ÷ that in training",
            |it| it[2].standard_deviation / it[0].standard_deviation,
        ),
        ("curve=mean&mode=training", "mean, in training mode", |it| {
            it[0].mean
        }),
        (
            "curve=mean",
            "mean, evaluated as it is less that in training",
            |it| it[1].mean - it[0].mean,
        ),
    ];
    for (choice, name, of) in choices {
        let figure = figure_of(shown(&settings(choice), &comparison, &networks));
        assert_eq!(figure.y.0, name);
        let values = [1, 7].map(|number: usize| {
            let end = networks[number].end.as_ref().expect("trained");
            of([0, 1, 2].map(|mode| end.validation[mode].layers[2]))
        });
        let point = figure.curves[1].points[2];
        assert!(
            (point.1 - 0.5 * (values[0] + values[1])).abs() < 1e-12,
            "{name}"
        );
    }
    let layers = figure_of(shown(
        &settings("curve=std&spread=none"),
        &comparison,
        &networks,
    ));
    assert_eq!(layers.x, ("layer", (1.0, 3.0)));
    let stds = networks.iter().skip(1).step_by(6).take(2).map(|it| {
        let [training, identity, _] = &it.end.as_ref().expect("trained").validation;
        identity.layers[2].standard_deviation / training.layers[2].standard_deviation
    });
    let point = layers.curves[1].points[2];
    assert!((point.1 - 0.5 * stds.sum::<f64>()).abs() < 1e-12);

    // What is set now may be another comparison; the results say so.
    let sentence = |settings: &Settings| sentence_of(shown(settings, &comparison, &networks));
    assert!(!sentence(&settings("curve=mean")).contains("another"));
    for change in ["p=0.5", "norm=batch", "epochs=5", "seed=8"] {
        let words = sentence(&settings(change));
        assert!(
            words.starts_with("Shown: p = 0.3, 2 × 16 units, Adam,"),
            "{words}"
        );
        assert!(words.contains("another comparison"), "{change}: {words}");
    }

    // Where only some of the networks are so far, a band would be of others than its curve.
    let mut uneven = networks.clone();
    for network in &mut uneven[6..12] {
        network.epochs.truncate(2);
        network.end = None;
    }
    let figure = figure_of(shown(&settings(""), &comparison, &uneven));
    assert_eq!(figure.curves[2].points.len(), 4);
    assert!(figure.curves[2].halves.is_empty());
    // Of up to six epochs all count for what the axis shows, of more the first two don't.
    for (epochs, first) in [(6, 0), (7, 2)] {
        let settings = settings(&format!("epochs={epochs}&spread=none"));
        let mut networks = networks.clone();
        for network in networks.iter_mut().take(6) {
            let mut loss = 2.0;
            network.epochs.resize(epochs, network.epochs[0]);
            for epoch in &mut network.epochs {
                epoch[1][1].loss = loss;
                loss *= 0.5;
            }
        }
        let networks = &networks[..6];
        let figure = figure_of(shown(&settings, &Comparison::new(&settings), networks));
        let high = 2.0 * f64::powi(0.5, first);
        assert_eq!(figure.y.1, (0.0, 1.1 * high), "{epochs}");
    }
    let one = settings("epochs=1");
    let figure = figure_of(shown(&one, &Comparison::new(&one), &networks));
    assert_eq!(figure.x.1, (1.0, 1.1));
    // An accuracy that is always the same has room below it; before there is one, most are in view.
    let mut same = networks.clone();
    for epoch in same.iter_mut().flat_map(|it| &mut it.epochs) {
        epoch[1][1].accuracy = 0.9;
    }
    let accuracy = settings("curve=accuracy");
    let figure = figure_of(shown(&accuracy, &comparison, &same));
    assert_eq!(figure.y.1, (89.0, 100.0));
    let figure = figure_of(shown(&accuracy, &comparison, &[]));
    assert_eq!(figure.y.1, (80.0, 100.0));

    // Nothing is said of what is not there.
    let nothing = figure_of(shown(&settings(""), &comparison, &[]));
    assert!(nothing.places().is_empty());
    assert!(nothing.curves.iter().all(|curve| curve.points.is_empty()));
}

/// The long run is shown against p, whatever the notation calls it.
#[test]
fn the_long_run_is_shown_against_p() {
    let settings =
        Settings::from_fragment("seed=7&hidden=1&neurons=8&epochs=2&notation=keep").settings;
    let comparison = Comparison::long(&settings);
    let networks = trained(&comparison, 26);
    let mut figure = figure_of(shown(&settings, &comparison, &networks));
    assert_eq!(figure.x, ("p", (0.1, 0.8)));
    let rows: Vec<_> = figure.table().rows().map(|row| row[0].clone()).collect();
    assert_eq!(rows, ["0.9", "0.75", "0.5", "0.35", "0.2"]);
    // Without dropout the network is the same for all p.
    let flat = &figure.curves[0].points;
    assert_eq!(flat.len(), 5);
    assert!(flat.iter().all(|point| point.1 == flat[0].1));
    // The third p's networks begin behind that without dropout and ten others.
    let inverted = &figure.curves[2];
    assert_eq!(inverted.points[2], (0.5, networks[12].epochs[1][1][1].loss));
    figure.point_at(Some(0.1));
    assert!(
        figure
            .cursor()
            .expect("it is there")
            .words
            .starts_with("p 0.9:")
    );
    // It has its own p, whatever is set.
    let mut other = settings.clone();
    other.drop_probability = DropProbability::new(0.6).expect("p < 1");
    let words = sentence_of(shown(&other, &comparison, &networks));
    assert!(words.starts_with("Shown: p = 0.9 to 0.2"), "{words}");
    assert!(!words.contains("another comparison"), "{words}");
    let tables = tables_of(shown(&settings, &comparison, &networks));
    assert_eq!(tables.scores.rows().len(), 1 + 5 * 8);
    assert!(
        tables.scores.caption.contains("p = 0.9 to 0.2"),
        "{}",
        tables.scores.caption
    );
    assert_eq!(tables.layers.rows().len(), 2 * 26);
}
