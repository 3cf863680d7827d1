//! The fragment and the limits.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use dropout_moments::settings::{
    Activation, Curve, CurveMode, Data, Distribution, DropProbability, Figure, Hidden,
    Initialisation, InputMean, InputStandardDeviation, Named, Normalisation, Notation, Optimizer,
    Rates, SampleCount, Scaling, Seed, Settings, Spread, Theme, UnitCount, Weights,
};
use proptest::prelude::*;

#[test]
fn what_is_out_of_range_can_not_be_made() {
    for p in [-0.1, 1.0, 1.5, f64::NAN, f64::INFINITY] {
        let error = DropProbability::new(p).expect_err("is not a drop probability");
        assert_eq!(error.to_string(), "p must be at least 0 and less than 1");
    }
    for mean in [-10.1, 10.1, f64::NAN] {
        assert!(InputMean::new(mean).is_err());
    }
    for std in [-1e-300, 10.1, f64::NAN] {
        assert!(InputStandardDeviation::new(std).is_err());
    }
    for count in [0.0, 99.0, 1e10 + 1.0, 1000.5, f64::NAN, -1e6] {
        assert!(SampleCount::from_f64(count).is_err(), "{count}");
    }
    assert_eq!(
        SampleCount::from_f64(1e10),
        SampleCount::new(10_000_000_000)
    );
    for count in [0.0, 10_001.0, 1.5, f64::NAN, f64::INFINITY, -5.0] {
        let error = UnitCount::from_f64(count).expect_err("is no number of units");
        assert_eq!(
            error.to_string(),
            "the number of units must be a whole number from 1 to 10000"
        );
    }
    assert_eq!(
        UnitCount::from_f64(10_000.0).map(UnitCount::get),
        Ok(10_000)
    );
}

#[test]
fn an_empty_fragment_is_the_defaults() {
    for fragment in ["", "#", "#&&"] {
        let parsed = Settings::from_fragment(fragment);
        assert_eq!(parsed.settings, Settings::default());
        assert_eq!(parsed.notices, []);
    }
    assert_eq!(Settings::default().to_fragment(), "");
}

#[test]
fn every_key_is_read() {
    let fragment = "p=0.25&mu=-1.5&sigma=2&input=relu&scale=alpha&n=100000000\
                    &seed=18446744073709551615&draw=3&units=40&weights=few&layers=50&width=1024\
                    &activation=selu&init=corrected&hidden=2&neurons=128&norm=batch\
                    &optimizer=momentum&rates=matched&seeds=20&epochs=60&curve=training-accuracy\
                    &mode=matching&spread=interval&notation=keep\
                    &theme=dark&embed=depth&hide=mu,why";
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    let settings = &parsed.settings;
    assert_eq!(settings.drop_probability.get(), 0.25);
    assert_eq!(settings.input.mean.get(), -1.5);
    assert_eq!(settings.input.standard_deviation.get(), 2.0);
    assert_eq!(settings.input.distribution, Distribution::Relu);
    assert_eq!(settings.scaling, Scaling::Alpha);
    assert_eq!(settings.samples, SampleCount::FORUM);
    assert_eq!(settings.seed, Some(Seed(u64::MAX)));
    assert_eq!(settings.draw, 3);
    assert_eq!(settings.units.get(), 40);
    assert_eq!(settings.weights, Weights::Few);
    assert_eq!(settings.depth.layers.get(), 50);
    assert_eq!(settings.depth.width.get(), 1024);
    assert_eq!(settings.depth.activation, Activation::Selu);
    assert_eq!(settings.depth.initialisation, Initialisation::Corrected);
    let training = settings.training;
    assert_eq!((training.hidden_layers(), training.units()), (2, 128));
    assert_eq!((training.seeds(), training.epochs()), (20, 60));
    assert_eq!(training.normalisation, Normalisation::Batch);
    assert_eq!(training.optimizer, Optimizer::Momentum);
    assert_eq!(training.rates, Rates::Matched);
    assert_eq!(training.curve, Curve::TrainingAccuracy);
    assert_eq!(training.mode, CurveMode::Matching);
    assert_eq!(training.spread, Spread::Interval);
    assert_eq!(settings.embed, Some(Figure::Depth));
    assert_eq!(settings.notation, Notation::Keep);
    assert_eq!(settings.to_fragment(), fragment);
}

/// What a control shows as p follows the notation; the fragment does not.
#[test]
fn controls_show_p_as_the_notation_has_it() {
    let mut settings = Settings::from_fragment("p=0.1&notation=keep").settings;
    assert_eq!(settings.shown("p").as_deref(), Some("0.9"));
    assert_eq!(settings.text("p").as_deref(), Some("0.1"));
    assert_eq!(settings.shown("mu"), settings.text("mu"));
    settings.set_shown("p", "0.7").expect("is allowed");
    settings.set_shown("mu", "2").expect("is allowed");
    assert_eq!(settings.to_fragment(), "mu=2&notation=keep");
    settings.set_shown("p", "1").expect("drops nothing");
    assert_eq!(settings.drop_probability.get(), 0.0);
    for refused in ["0", "1.1", "-0.5", "NaN", "half"] {
        let error = settings.set_shown("p", refused).expect_err(refused);
        assert_eq!(error.to_string(), "p must be more than 0 and at most 1");
    }
    for (refused, nearest) in [("0", 0.99), ("1.1", 0.0), ("-1e99", 0.99)] {
        settings.set_nearest("p", refused).expect_err(refused);
        assert_eq!(settings.drop_probability.get(), nearest, "{refused}");
    }
    settings.set("notation", "drop").expect("is one");
    settings.set_shown("p", "0.25").expect("is allowed");
    assert_eq!(settings.drop_probability.get(), 0.25);
}

#[test]
fn a_bad_value_leaves_the_default_and_says_why() {
    let parsed = Settings::from_fragment("#p=1&scale=cubic&n=1e99&seed=-1&sigma=&theme=blue");
    assert_eq!(parsed.settings, Settings::default());
    let notices: Vec<_> = parsed.notices.iter().map(ToString::to_string).collect();
    assert_eq!(notices.len(), 6);
    assert!(
        notices[0].contains("p must be at least 0 and less than 1"),
        "{}",
        notices[0]
    );
    assert!(notices[0].ends_with("Used instead: 0.3."), "{}", notices[0]);
    assert!(
        notices[1].contains("inverted, none, sqrt, gaussian, alpha"),
        "{}",
        notices[1]
    );
}

/// A control has the nearest allowed value set in place of a number that is not allowed; what is no
/// number changes nothing.
#[test]
fn a_number_out_of_range_gives_way_to_the_nearest() {
    for (key, refused, nearest) in [
        ("p", "1", "0.99"),
        ("p", "1e400", "0.99"),
        ("p", "-0.1", "0"),
        ("mu", "-10.01", "-10"),
        ("mu", "12", "10"),
        ("sigma", "-1", "0"),
        ("sigma", "99", "10"),
        ("n", "0", "100"),
        ("n", "1e11", "10000000000"),
        ("n", "1000.6", "1001"),
        ("units", "0", "1"),
        ("units", "1e5", "10000"),
        ("layers", "0.2", "1"),
        ("layers", "7.6", "8"),
        ("width", "9", "64"),
        ("width", "1e30", "1024"),
    ] {
        let mut settings = Settings::default();
        let reason = settings.set_nearest(key, refused).expect_err(refused);
        assert!(reason.to_string().contains("must be"), "{reason}");
        assert_eq!(
            settings.text(key).as_deref(),
            Some(nearest),
            "{key}={refused}"
        );
        for nonsense in ["", "many", "NaN", "1,5"] {
            let reason = settings.set_nearest(key, nonsense).expect_err(nonsense);
            assert_eq!(reason.nearest(), None);
            assert_eq!(settings.text(key).as_deref(), Some(nearest), "{nonsense}");
        }
    }
    let mut settings = Settings::default();
    for seed in ["-1", "18446744073709551616"] {
        settings.set_nearest("seed", seed).expect_err(seed);
        assert_eq!(settings.seed, None, "a seed has no nearest");
    }
}

#[test]
fn a_long_bad_value_is_cut_in_the_notice() {
    let parsed = Settings::from_fragment(&format!("p={}", "ü".repeat(10_000)));
    assert!(parsed.notices[0].to_string().chars().count() < 200);
}

#[test]
fn unknown_keys_are_kept_as_they_came() {
    let fragment = "lang=fr&p=0.5&future&x=<script>&y=a=b";
    let settings = Settings::from_fragment(fragment).settings;
    assert_eq!(
        settings.to_fragment(),
        "p=0.5&lang=fr&future&x=<script>&y=a=b"
    );
    assert_eq!(
        settings.reset().to_fragment(),
        "lang=fr&future&x=<script>&y=a=b"
    );
}

/// Data that no values could give, but each number in them is another.
fn some_data() -> Data {
    let numbers: Vec<f64> = (0..18).map(f64::from).collect();
    Data::from_numbers(&numbers, vec![1.0, 3.0]).expect("there are enough numbers")
}

#[test]
fn data_survive_a_message_and_know_their_zero() {
    let data = some_data();
    let numbers: Vec<f64> = (0..18).map(f64::from).collect();
    assert_eq!(data.to_numbers(), numbers);
    assert_eq!(Data::from_numbers(&numbers[..14], Vec::new()), None);
    // Their mean is 1 and their variance 2.
    assert_eq!(data.unit(), std::f64::consts::SQRT_2);
    assert_eq!(data.zero(), -std::f32::consts::FRAC_1_SQRT_2);
    let constant = Data {
        variance: 0.0,
        ..data
    };
    assert_eq!((constant.unit(), constant.zero()), (1.0, -1.0));
}

#[test]
fn each_key_that_has_a_value_is_told_with_it() {
    let settings = Settings::from_fragment("p=0.5&scale=sqrt").settings;
    let texts: Vec<_> = settings.texts().collect();
    for (key, text) in [
        ("p", "0.5"),
        ("scale", "sqrt"),
        ("mu", "0"),
        ("layers", "10"),
    ] {
        assert!(texts.contains(&(key, text.to_owned())), "{texts:?}");
    }
    assert!(
        !texts.iter().any(|it| ["seed", "embed"].contains(&it.0)),
        "{texts:?}"
    );
}

#[test]
fn a_reset_keeps_what_is_not_of_the_explanation() {
    let kept = "seed=3&notation=keep&theme=dark&embed=ratio&hide=caption&x=y";
    let everything = format!(
        "p=0.5&mu=1&sigma=2&input=relu&scale=sqrt&n=1e5&draw=4&units=7&weights=few&layers=3&{kept}"
    );
    let data = Some(Arc::new(some_data()));
    let settings = Settings::with_data(&everything, data.clone()).settings;
    let expected = Settings::with_data(kept, data).settings;
    assert_eq!(settings.reset(), expected);
}

#[test]
fn p_mu_and_sigma_are_the_numbers() {
    let read = |fragment: &str| Settings::from_fragment(fragment).settings;
    let first = read("p=0.2&mu=1&sigma=2");
    for other in ["p=0.3&mu=1&sigma=2", "p=0.2&sigma=2", "p=0.2&mu=1"] {
        assert!(first.differs_in_numbers(&read(other)), "{other}");
    }
    for same in ["p=0.2&mu=1&sigma=2", "p=0.2&mu=1&sigma=2&input=relu&seed=4"] {
        assert!(!first.differs_in_numbers(&read(same)), "{same}");
    }
}

#[test]
fn on_the_way_to_other_settings_only_the_numbers_are_in_between() {
    let read = |fragment: &str| Settings::from_fragment(fragment).settings;
    let (from, to) = (
        read("p=0.1&mu=2&sigma=4"),
        read("p=0.5&mu=-2&sigma=1&input=relu"),
    );
    for (share, between) in [
        (0.0, "p=0.1&mu=2&sigma=4&input=relu"),
        (0.25, "p=0.2&mu=1&sigma=3.25&input=relu"),
        (0.3333, "p=0.233&mu=0.667&sigma=3&input=relu"),
        (1.0, "p=0.5&mu=-2&sigma=1&input=relu"),
    ] {
        assert_eq!(from.towards(&to, share), read(between), "{share}");
    }
    // What is rounded to 1 is no probability to drop.
    let last = read("p=0.999999");
    assert_eq!(read("p=0.9999").towards(&last, 0.5), last);
}

#[test]
fn an_experiment_is_the_same_with_the_same_units_rule_and_samples() {
    let read = |fragment: &str| Settings::from_fragment(fragment).settings;
    let first = read("p=0.2&seed=4&n=1e5");
    for same in [
        "p=0.2&seed=4&n=1e5&theme=dark",
        "p=0.2&seed=4&n=1e5&layers=3",
    ] {
        assert!(first.same_experiment(&read(same)), "{same}");
    }
    for other in [
        "p=0.3&seed=4&n=1e5",
        "p=0.2&seed=5&n=1e5",
        "p=0.2&seed=4&n=1e4",
        "p=0.2&seed=4&n=1e5&scale=sqrt",
        "p=0.2&seed=4&n=1e5&mu=1",
    ] {
        assert!(!first.same_experiment(&read(other)), "{other}");
    }
}

#[test]
fn marks_within_a_fragment_say_nothing() {
    let settings = Settings::from_fragment("##&#&p=0.5&#lang=fr").settings;
    assert_eq!(settings.to_fragment(), "p=0.5&lang=fr");
    assert_eq!(
        Settings::from_fragment("p=0.3&#").settings.to_fragment(),
        ""
    );
}

#[test]
fn of_a_key_that_stands_twice_the_last_usable_value_holds() {
    let parsed = Settings::from_fragment("p=0.1&p=0.2&p=2");
    assert_eq!(parsed.settings.drop_probability.get(), 0.2);
    assert!(
        parsed.notices[0]
            .to_string()
            .ends_with("Used instead: 0.2.")
    );
}

#[test]
fn names_lead_back_to_what_they_name() {
    for (name, scaling) in Scaling::NAMES {
        assert_eq!(scaling.name(), *name);
        assert_eq!(Scaling::from_name(name), Ok(*scaling));
    }
}

#[test]
fn the_other_probability_is_what_a_person_would_write() {
    for (text, other) in [("0.3", "0.7"), ("0.9", "0.1"), ("0", "1"), ("", "1")] {
        assert_eq!(Notation::complement(text), other, "{text}");
    }
}

#[test]
fn there_is_no_negative_zero() {
    assert_eq!(Settings::from_fragment("mu=-0").settings.to_fragment(), "");
    let mean = InputMean::new(-0.0).expect("is allowed").get();
    assert!(mean.is_sign_positive());
}

#[test]
fn one_part_is_hidden_or_shown_again() {
    let hidden = Hidden::from_names("p,why").expect("they are parts");
    for (name, is_hidden, expected) in [
        ("data", true, "p,data,why"),
        ("p", true, "p,why"),
        ("p", false, "why"),
        ("data", false, "p,why"),
        ("nothing", true, "p,why"),
        ("nothing", false, "p,why"),
    ] {
        let changed = hidden.with(name, is_hidden).to_string();
        assert_eq!(changed, expected, "{name}: {is_hidden}");
    }
}

/// Settings in which every key of the fragment has been set to something.
fn some_settings() -> impl Strategy<Value = Settings> {
    fn name_of<T: Named + std::fmt::Debug>() -> impl Strategy<Value = String> {
        prop::sample::select(T::NAMES).prop_map(|(name, _)| name.to_owned())
    }
    let input = prop::sample::select(&["normal", "relu", "uniform", "ones"][..]);
    let hidden = prop::sample::subsequence(&Hidden::PARTS[..], 0..=Hidden::PARTS.len());
    let numbers = (0.0..1.0_f64, -10.0..=10.0_f64, 0.0..=10.0_f64);
    let counts = (100..=10_000_000_000_u64, any::<u64>(), any::<u32>());
    let names = (
        name_of::<Scaling>(),
        name_of::<Notation>(),
        name_of::<Theme>(),
        name_of::<Figure>(),
    );
    let trained = (1..=8_u32, 8..=128_u32, 1..=20_u32, 1..=60_u32);
    let sizes = (1..=10_000_u32, 1..=50_u32, 64..=1024_u32);
    let networks = (
        name_of::<Weights>(),
        name_of::<Activation>(),
        name_of::<Initialisation>(),
    );
    let training = (
        name_of::<Normalisation>(),
        name_of::<Optimizer>(),
        name_of::<Rates>(),
        name_of::<Curve>(),
        name_of::<CurveMode>(),
        name_of::<Spread>(),
    );
    let others = (numbers, input, counts, names, hidden);
    (others, sizes, networks, trained, training).prop_map(
        |(
            others,
            (units, layers, width),
            (weights, activation, init),
            (hidden_layers, neurons, seeds, epochs),
            (norm, optimizer, rates, curve, mode, spread),
        )| {
            let ((p, mu, sigma), input, (n, seed, draw), names, hidden) = others;
            let (scale, notation, theme, embed) = names;
            let mut settings = Settings::default();
            let pairs = [
                ("p", p.to_string()),
                ("mu", mu.to_string()),
                ("sigma", sigma.to_string()),
                ("input", input.to_owned()),
                ("scale", scale),
                ("n", n.to_string()),
                ("seed", seed.to_string()),
                ("draw", draw.to_string()),
                ("units", units.to_string()),
                ("weights", weights),
                ("layers", layers.to_string()),
                ("width", width.to_string()),
                ("activation", activation),
                ("init", init),
                ("hidden", hidden_layers.to_string()),
                ("neurons", neurons.to_string()),
                ("seeds", seeds.to_string()),
                ("epochs", epochs.to_string()),
                ("norm", norm),
                ("optimizer", optimizer),
                ("rates", rates),
                ("curve", curve),
                ("mode", mode),
                ("spread", spread),
                ("notation", notation),
                ("theme", theme),
                ("embed", embed),
                ("hide", hidden.join(",")),
            ];
            for (key, value) in &pairs {
                let set = settings.set(key, value);
                set.expect("the strategy keeps to the limits");
            }
            let keys: Vec<_> = settings.texts().map(|(key, _)| key).collect();
            let mut set = pairs.map(|(key, _)| key).to_vec();
            set.sort_by_key(|key| keys.iter().position(|it| it == key));
            // With nothing hidden, `hide` has no value.
            set.retain(|key| *key != "hide" || keys.contains(key));
            assert_eq!(set, keys, "every key is set");
            settings
        },
    )
}

proptest! {
    #[test]
    fn both_notations_lead_back_to_the_same_probability(millionths in 0..1_000_000_u32) {
        let p = f64::from(millionths) / 1e6;
        let shown = DropProbability::new(p).expect("is allowed").shown(Notation::Keep);
        // As short as a person would write it.
        prop_assert!(shown.to_string().len() <= 8, "{shown}");
        let back = DropProbability::from_keep(shown).expect("is allowed");
        prop_assert_eq!(back.get(), p);
    }

    #[test]
    fn settings_survive_the_fragment(settings in some_settings()) {
        let parsed = Settings::from_fragment(&settings.to_fragment());
        prop_assert_eq!(parsed.notices, []);
        prop_assert_eq!(parsed.settings, settings);
    }

    /// A message that amends the settings leaves what it doesn't name as it was.
    #[test]
    fn amending_sets_what_is_named_and_keeps_the_rest(
        settings in some_settings(),
        p in 0.0..1.0_f64,
    ) {
        let mut expected = settings.clone();
        expected.set("p", &p.to_string()).expect("it is allowed");
        let amended = settings.amended(&format!("#p={p}"));
        prop_assert_eq!(amended.notices, []);
        prop_assert_eq!(amended.settings, expected);
    }

    #[test]
    fn no_fragment_panics_and_all_come_to_rest(fragment in ".*") {
        let once = Settings::from_fragment(&fragment).settings;
        let again = Settings::from_fragment(&once.to_fragment());
        prop_assert_eq!(again.notices, []);
        prop_assert_eq!(again.settings, once);
    }

    #[test]
    fn no_pair_panics(
        pairs in prop::collection::vec(
            ("(p|mu|sigma|input|scale|n|seed|theme|embed|hide|[a-z]{0,3})", "[=&#%]|[-+0-9.eE]{0,12}|\\PC{0,8}"),
            0..12,
        )
    ) {
        let fragment: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let once = Settings::from_fragment(&fragment.join("&")).settings;
        let p = once.drop_probability.get();
        prop_assert!((0.0..1.0).contains(&p));
        let again = Settings::from_fragment(&once.to_fragment());
        prop_assert_eq!(again.settings, once);
    }
}

/// What is refused says what is allowed and what holds instead; the edges are allowed.
#[test]
fn networks_keep_within_their_limits() {
    for (pair, reason, used) in [
        (
            "layers=0",
            "the number of layers must be a whole number from 1 to 50",
            "1",
        ),
        (
            "layers=51",
            "the number of layers must be a whole number from 1 to 50",
            "50",
        ),
        (
            "layers=2.5",
            "the number of layers must be a whole number from 1 to 50",
            "3",
        ),
        (
            "layers=many",
            "the number of layers must be a whole number from 1 to 50",
            "10",
        ),
        (
            "width=63",
            "the width must be a whole number from 64 to 1024",
            "64",
        ),
        (
            "width=1e9",
            "the width must be a whole number from 64 to 1024",
            "1024",
        ),
        (
            "width=-256",
            "the width must be a whole number from 64 to 1024",
            "64",
        ),
        (
            "units=0",
            "the number of units must be a whole number from 1 to 10000",
            "1",
        ),
        (
            "activation=sine",
            "activation must be one of linear, relu, tanh, gelu, selu",
            "relu",
        ),
        (
            "init=zeros",
            "init must be one of lecun, he, corrected, xavier",
            "he",
        ),
    ] {
        let parsed = Settings::from_fragment(pair);
        let (key, _) = pair.split_once('=').expect("is a pair");
        assert_eq!(parsed.settings.text(key).as_deref(), Some(used), "{pair}");
        let notices: Vec<_> = parsed.notices.iter().map(ToString::to_string).collect();
        let expected =
            format!("“{pair}” in the link can’t be used: {reason}. Used instead: {used}.");
        assert_eq!(notices, [expected]);
    }
    for fragment in ["layers=1&width=64", "layers=50&width=1024", "width=65"] {
        assert_eq!(
            Settings::from_fragment(fragment).settings.to_fragment(),
            fragment
        );
    }
}

#[test]
fn a_notice_quotes_the_first_forty_characters() {
    for (value, quoted) in [
        ("é".repeat(40), "é".repeat(40)),
        ("é".repeat(41), "é".repeat(40) + "…"),
    ] {
        let parsed = Settings::from_fragment(&format!("input={value}"));
        let notice = parsed.notices[0].to_string();
        let beginning = format!("“input={quoted}” in the link can’t be used: ");
        assert!(notice.starts_with(&beginning), "{notice}");
    }
}

/// What is refused says what is allowed, and leaves the default.
#[test]
fn trained_networks_keep_within_their_limits() {
    for (key, what, least, most, default) in [
        ("hidden", "the number of hidden layers", 1, 8, "4"),
        ("neurons", "the units of a hidden layer", 8, 128, "64"),
        ("seeds", "the number of seeds", 1, 20, "5"),
        ("epochs", "the number of epochs", 1, 60, "15"),
    ] {
        for refused in [least - 1, most + 1] {
            let parsed = Settings::from_fragment(&format!("{key}={refused}"));
            assert_eq!(parsed.settings, Settings::default());
            let expected = format!(
                "“{key}={refused}” in the link can’t be used: {what} must be a whole number from \
                 {least} to {most}. Used instead: {default}."
            );
            assert_eq!(parsed.notices[0].to_string(), expected);
        }
        for allowed in [least, most] {
            let fragment = format!("{key}={allowed}");
            let settings = Settings::from_fragment(&fragment).settings;
            assert_eq!(settings.to_fragment(), fragment);
        }
    }
    let parsed = Settings::from_fragment("optimizer=lion&hidden=2.5&norm=layer");
    assert_eq!(parsed.settings, Settings::default());
    assert_eq!(parsed.notices.len(), 3);
}

/// What is looked at trains no other networks.
#[test]
fn what_networks_depend_on_is_known() {
    let read = |fragment| Settings::from_fragment(fragment).settings.training;
    let first = read("");
    for other in [
        "hidden=1",
        "neurons=8",
        "norm=batch",
        "optimizer=momentum",
        "rates=matched",
        "seeds=2",
        "epochs=2",
    ] {
        assert!(!first.same_networks(&read(other)), "{other}");
    }
    let mut looked = first;
    looked.look_at(&read("hidden=1&curve=mean&mode=training&spread=none"));
    assert!(first.same_networks(&looked));
    assert_eq!(looked, read("curve=mean&mode=training&spread=none"));
}

/// A simulation is of the network, the rule, p and the seed; the experiment is of others.
#[test]
fn what_a_simulation_depends_on_is_known() {
    let read = |fragment| Settings::from_fragment(fragment).settings;
    let first = read("seed=1");
    for other in [
        "seed=2",
        "seed=1&p=0.5",
        "seed=1&scale=sqrt",
        "seed=1&layers=3",
    ] {
        assert!(!first.same_simulation(&read(other)), "{other}");
    }
    for other in [
        "seed=1&width=64",
        "seed=1&activation=tanh",
        "seed=1&init=lecun",
    ] {
        assert!(!first.same_simulation(&read(other)), "{other}");
        assert!(first.same_experiment(&read(other)), "{other}");
    }
    for other in ["seed=1&mu=1", "seed=1&n=1000", "seed=1&notation=keep"] {
        assert!(first.same_simulation(&read(other)), "{other}");
    }
}
