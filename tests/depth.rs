//! The deep network: the recursion of its moments against reference cases and closed forms, the shift
//! in front of a batch normalisation, and simulated layers against the recursion.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::network::{LayerEstimate, Simulation, SimulationEstimate};
use dropout_moments::sampling::Experiment;
use dropout_moments::scene::{Measured, Readable as _, Run, Scene, Sections, Simulated};
use dropout_moments::settings::{
    Activation, Initialisation, Named, SampleCount, Scaling, Seed, Settings,
};
use dropout_moments::theory::{Exact, LayerMoments, Propagation};

/// How far a value may be from what is expected, in one place.
mod tolerance {
    /// Reference values printed as the nearest `f64`, after ten layers of roundings: relative.
    pub(super) const REFERENCE: f64 = 1e-13;
    /// What `theory::activation` states, after ten layers: relative.
    pub(super) const QUADRATURE: f64 = 1e-6;

    /// How many standard errors a simulation may be off; of 600 numbers, one is by chance in 3 of 100
    /// seeds.
    pub(super) const Z: f64 = 4.0;
    /// What may come on top, in units of layers ÷ width.
    pub(super) const FINITE_WIDTH: f64 = 2.0;
    /// What f32 may be off.
    pub(super) const F32: f64 = 1e-5;

    /// Fails unless `actual` is `expected` up to a relative error; so it fails on NaN.
    #[track_caller]
    pub(super) fn assert_close(actual: f64, expected: f64, relative: f64, what: &str) {
        let difference = (actual - expected).abs();
        assert!(
            difference <= relative * expected.abs(),
            "{what}: {actual:e} is {difference:e} from {expected:e}"
        );
    }
}
use tolerance::{F32, FINITE_WIDTH, QUADRATURE, REFERENCE, Z, assert_close};

fn settings(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    parsed.settings
}

fn layers(fragment: &str) -> Vec<LayerMoments> {
    let settings = settings(fragment);
    let (depth, p) = (settings.depth, settings.drop_probability);
    Propagation::new(depth, settings.scaling, p).layers(depth.layers.get())
}

fn reference(name: &str, key: &str) -> f64 {
    let cases = include_str!("reference_cases.json");
    let cases: serde_json::Value = serde_json::from_str(cases).expect("it is JSON");
    let cases = cases.as_object().expect("it is an object");
    let case = cases.iter().find(|(case, _)| case.starts_with(name));
    let value = case.and_then(|(_, case)| case[key].as_f64());
    value.unwrap_or_else(|| panic!("{name} has no {key}"))
}

#[test]
fn the_mean_field_cases_come_out() {
    for (name, fragment) in [
        ("R15 ", "p=0.1"),
        ("R16 ", "p=0.5"),
        ("R24 ", "p=0.5&init=corrected"),
    ] {
        let last = *layers(fragment).last().expect("there are layers");
        let check = |value, key| {
            assert_close(
                value,
                reference(name, key),
                REFERENCE,
                &format!("{name}{key}"),
            );
        };
        check(last.training.variance, "Q_train");
        check(last.training.standard_deviation(), "std_growth");
        check(last.evaluation.variance, "Q_eval");
        check(last.correlation, "c_te");
        check(last.slope(), "beta");
    }
}

/// Of φ(z) = max(0, z) for z ~ N(0, 1), whose mean is 1/√(2π) and whose second moment is ½; dropout with
/// p = ½ doubles that.
#[test]
fn the_standard_deviation_of_what_a_layer_gives_is_that_of_its_moments() {
    let input = layers("p=0.5&activation=relu")[0];
    let square_of_mean = 1.0 / (2.0 * std::f64::consts::PI);
    for (mode, second) in [(input.training, 1.0), (input.evaluation, 0.5)] {
        let expected = (second - square_of_mean).sqrt();
        let value = mode.activation_standard_deviation();
        assert_close(value, expected, REFERENCE, "of a ReLU's output");
    }
}

/// maths.md, item 7: the slope through ReLUs is more than 1, and the correlation has a fixed point.
#[test]
fn the_slope_and_the_correlation_through_relus_are_those_of_the_notes() {
    let half = layers("p=0.5&layers=50");
    for (layer, slope) in [
        (1, 1.0),
        (2, 1.068_309_9),
        (3, 1.263_967_6),
        (5, 2.191_564_3),
    ] {
        assert_close(half[layer].slope(), slope, 1e-7, &format!("layer {layer}"));
    }
    for (p, fixed) in [
        (0.01, 0.937_339_305_5),
        (0.1, 0.741_032_582_5),
        (0.25, 0.566_540_663_3),
        (0.5, 0.372_646_052_9),
    ] {
        let layers = layers(&format!("layers=50&p={p}"));
        let digits = if p < 0.1 { 1e-2 } else { 1e-5 };
        assert_close(layers[50].correlation, fixed, digits, &format!("p = {p}"));
    }
    // With 1/√(1-p), the slope is √(1-p) after one layer, and then more than (1-p)^(l/2).
    let root = layers("p=0.5&scale=sqrt");
    for (layer, slope) in [
        (1, 0.5_f64.sqrt()),
        (2, 0.534_154_94),
        (3, 0.446_880_04),
        (5, 0.387_417_5),
        (10, 0.372_890_02),
    ] {
        assert_close(
            root[layer].slope(),
            slope,
            1e-7,
            &format!("√ layer {layer}"),
        );
    }
}

/// The growth is (1-p)^(-L/2) for linear layers and for ReLU; no initialisation changes the ratio of
/// the two modes.
#[test]
fn no_initialisation_keeps_training_and_evaluation() {
    for activation in ["linear", "relu"] {
        for (initialisation, _) in Initialisation::NAMES {
            let fragment = format!("p=0.3&layers=50&activation={activation}&init={initialisation}");
            for (layer, moments) in (0..).zip(layers(&fragment)) {
                let ratio =
                    moments.training.standard_deviation() / moments.evaluation.standard_deviation();
                let expected = 0.7_f64.powi(layer).sqrt().recip();
                assert_close(ratio, expected, REFERENCE, &format!("{fragment} {layer}"));
            }
        }
    }
    for moments in layers("p=0.5&init=corrected") {
        assert_close(
            moments.training.variance,
            1.0,
            REFERENCE,
            "flat in training",
        );
    }
}

#[test]
fn selu_with_alpha_dropout_stays_at_its_fixed_point() {
    for p in [0.05, 0.1, 0.5] {
        let fragment = format!("p={p}&layers=50&activation=selu&init=lecun&scale=alpha");
        for moments in layers(&fragment) {
            for mode in [moments.training, moments.evaluation] {
                assert_close(mode.variance, 1.0, 1e-12, &fragment);
                assert!(mode.mean.abs() < 1e-12, "{fragment}: {}", mode.mean);
            }
        }
    }
    // Under the plain rule it does not: Var = 1/(1-p) after the first layer.
    let plain = layers("p=0.1&activation=selu&init=lecun");
    assert_close(
        plain[1].training.variance,
        1.0 / 0.9,
        1e-12,
        "plain dropout",
    );
}

/// By NumPy, from the definitions: Gauss–Legendre in one dimension for the second moments and in two
/// for the correlation, through ten layers.
#[test]
fn smooth_activations_are_those_of_an_independent_recursion() {
    for (fragment, variances, mean, correlation) in [
        (
            "activation=tanh&init=he&scale=inverted&p=0.3",
            [1.237_758_395_8, 0.618_624_298_95],
            0.0,
            0.103_495_534_6,
        ),
        (
            "activation=tanh&init=lecun&scale=none&p=0.1",
            [0.027_308_332_742, 0.052_200_082_787],
            0.0,
            0.581_546_568_3,
        ),
        (
            "activation=gelu&init=he&scale=inverted&p=0.3",
            [18.254_015_145, 0.029_256_292_837],
            1.659_616_782,
            0.249_605_099_4,
        ),
        (
            "activation=gelu&init=corrected&scale=sqrt&p=0.5",
            [3.312_612_136_6e-6, 3.312_612_136_6e-6],
            9.344_690_831e-7,
            0.032_589_518_39,
        ),
        (
            "activation=selu&init=lecun&scale=inverted&p=0.1",
            [1.557_571_302, 1.0],
            0.050_167_763_31,
            0.523_810_982_2,
        ),
        (
            "activation=selu&init=he&scale=alpha&p=0.3",
            [5.095_165_412_2, 30.574_740_417],
            0.202_843_972,
            0.101_539_888,
        ),
        (
            "activation=relu&init=he&scale=alpha&p=0.2",
            [3.663_387_096_6, 1.0],
            0.536_886_759_5,
            0.363_775_418_7,
        ),
    ] {
        let last = *layers(fragment).last().expect("there are layers");
        let [training, evaluation] = variances;
        assert_close(last.training.variance, training, QUADRATURE, fragment);
        assert_close(last.evaluation.variance, evaluation, QUADRATURE, fragment);
        assert_close(1.0 + last.training.mean, 1.0 + mean, QUADRATURE, fragment);
        assert_close(last.correlation, correlation, QUADRATURE, fragment);
    }
}

/// What ReLU hands on grows with the variance v of z as v, and its mean as √v. Without an activation, the
/// correlation is multiplied by the same number in each layer.
#[test]
fn the_sensitivity_is_the_derivative() {
    let settings = settings("layers=3&p=0.3&init=lecun");
    let lecun = Propagation::new(settings.depth, settings.scaling, settings.drop_probability);
    for layer in lecun.layers(3) {
        let sensitivity = lecun.sensitivity(&layer);
        for (mode, moments) in [layer.training, layer.evaluation].into_iter().enumerate() {
            assert_close(sensitivity.second_moment[mode], 1.0, 1e-6, "second moment");
            assert_close(sensitivity.mean[mode], 0.5 * moments.mean, 1e-6, "mean");
        }
    }
    let settings = self::settings("layers=3&p=0.3&activation=linear");
    let linear = Propagation::new(settings.depth, settings.scaling, settings.drop_probability);
    for pair in linear.layers(3).windows(2) {
        let derivative = linear.sensitivity(&pair[0]).correlation;
        let expected = pair[1].correlation / pair[0].correlation;
        assert_close(derivative, expected, 1e-9, "correlation");
    }
}

#[test]
fn every_setting_has_finite_moments_or_none() {
    for (activation, _) in Activation::NAMES {
        for (initialisation, _) in Initialisation::NAMES {
            for (scale, _) in Scaling::NAMES {
                for p in ["0", "1e-9", "0.3", "0.999", "0.9999999999999999"] {
                    let fragment = format!(
                        "p={p}&layers=50&activation={activation}&init={initialisation}&scale={scale}"
                    );
                    let layers = layers(&fragment);
                    assert!((1..=51).contains(&layers.len()), "{fragment}");
                    for LayerMoments {
                        training,
                        evaluation,
                        correlation,
                    } in layers
                    {
                        for mode in [training, evaluation] {
                            assert!(
                                mode.variance > 0.0 && mode.variance.is_finite(),
                                "{fragment}"
                            );
                            assert!(mode.mean.is_finite(), "{fragment}");
                            assert!(
                                mode.second_moment >= mode.mean * mode.mean * (1.0 - 1e-7),
                                "{fragment}: {mode:?}"
                            );
                        }
                        assert!(
                            (-1.0..=1.0).contains(&correlation),
                            "{fragment}: {correlation}"
                        );
                        if p == "0" {
                            assert_eq!(correlation, 1.0, "{fragment}");
                        }
                    }
                }
            }
        }
    }
}

/// The first `parts` of a simulation with this seed.
fn simulate(fragment: &str, seed: u64, parts: u32) -> (Simulation, Vec<LayerEstimate>) {
    let simulation = Simulation::new(&settings(fragment), Seed(seed));
    let mut estimate = SimulationEstimate::new(&simulation);
    for part in 0..parts {
        let numbers = simulation.run_part(part);
        estimate.add(&numbers).expect("they are its numbers");
    }
    assert_eq!(estimate.inputs(), 64 * parts as usize);
    let layers = estimate.layers(&simulation);
    (simulation, layers)
}

/// What a simulation measures of a layer, beside what is expected and its standard error: ln std and
/// the mean in units of the rms in both modes, and the correlation.
fn deviations(expected: &LayerMoments, layer: &LayerEstimate) -> Vec<(&'static str, f64, f64)> {
    let mut deviations = Vec::new();
    for (exact, measured) in [
        (&expected.training, &layer.training),
        (&expected.evaluation, &layer.evaluation),
    ] {
        let ratio = measured.standard_deviation / exact.standard_deviation();
        deviations.push(("std", ratio.ln(), measured.relative_error));
        let rms = exact.second_moment.sqrt();
        let off = (measured.mean - exact.mean) / rms;
        deviations.push(("mean", off, measured.mean_error / rms));
    }
    if let Some((correlation, error)) = layer.correlation {
        deviations.push(("correlation", correlation - expected.correlation, error));
    }
    deviations
}

/// Every activation and initialisation at width 1024, five layers, 64 inputs, under three rules.
///
/// Where the tolerance comes from: the units of a layer are finitely many draws, which moves its
/// second moment by a few ÷ √width, and each layer hands on its deviation: that is the standard error,
/// whose square grows as layers ÷ width. Its square is also by how much averages of what is not linear
/// in the deviations are off (Jensen), hence a few times layers ÷ width = 0.005 more.
#[test]
fn simulated_layers_are_those_of_the_recursion() {
    for (activation, _) in Activation::NAMES {
        for (initialisation, _) in Initialisation::NAMES {
            let scale = match *activation {
                "selu" => "alpha",
                "tanh" => "gaussian",
                _ => "inverted",
            };
            let fragment = format!(
                "layers=5&width=1024&p=0.3&activation={activation}&init={initialisation}&scale={scale}"
            );
            let (simulation, layers) = simulate(&fragment, 7, 1);
            assert_eq!(layers.len(), 6, "{fragment}");
            for (number, (expected, layer)) in simulation.expected().iter().zip(&layers).enumerate()
            {
                for (what, off, error) in deviations(expected, layer) {
                    let allowed = Z * error + FINITE_WIDTH * number as f64 / 1024.0 + F32;
                    assert!(
                        off.abs() <= allowed,
                        "{fragment}, layer {number}, {what}: off by {off}, allowed {allowed}"
                    );
                }
                for (exact, measured) in [
                    (&expected.training, &layer.training),
                    (&expected.evaluation, &layer.evaluation),
                ] {
                    let ratio = measured.activation_standard_deviation
                        / exact.activation_standard_deviation();
                    // It follows the std of z, and has the units' own deviations besides.
                    let allowed = 2.0 * Z * measured.relative_error + F32;
                    assert!(
                        ratio.ln().abs() <= allowed,
                        "{fragment}, layer {number}: {ratio}, allowed {allowed}"
                    );
                }
                // Wide layers have small errors: the comparison says something.
                let error = layer
                    .training
                    .relative_error
                    .max(layer.evaluation.relative_error);
                assert!(error < 0.06, "{fragment}, layer {number}: {error}");
            }
        }
    }
}

/// Over many networks, the deviations are as large as the standard errors say: neither too small nor
/// too large.
#[test]
fn the_errors_of_a_finite_network_are_honest() {
    const NETWORKS: u32 = 60;
    for fragment in [
        "activation=relu&p=0.3",
        "activation=linear&p=0.5&init=lecun",
        "activation=tanh&p=0.2",
        "activation=selu&p=0.1&init=lecun&scale=alpha",
        "activation=gelu&p=0.3&scale=sqrt",
    ] {
        let mut squares = [0.0; 5];
        for seed in 0..NETWORKS {
            let fragment = format!("width=128&layers=4&{fragment}");
            let (simulation, layers) = simulate(&fragment, u64::from(seed), 1);
            let deviations = deviations(&simulation.expected()[4], &layers[4]);
            assert_eq!(deviations.len(), squares.len());
            for (sum, (_, off, error)) in squares.iter_mut().zip(deviations) {
                *sum += (off / error).powi(2) / f64::from(NETWORKS);
            }
        }
        // Of a χ² with 60 degrees of freedom: 1 ± 4 · √(2/60), and somewhat more for the tails and the
        // bias of so narrow a network.
        for (index, mean_square) in squares.into_iter().enumerate() {
            assert!(
                (0.4..2.2).contains(&mean_square),
                "{fragment}, {index}: the mean square of z is {mean_square}"
            );
        }
    }
}

#[test]
fn without_dropout_both_modes_are_one() {
    let (_, layers) = simulate("p=0&width=70&layers=3", 3, 2);
    for layer in layers {
        assert_eq!(layer.training, layer.evaluation);
        let (correlation, error) = layer.correlation.expect("z varies");
        assert!((correlation - 1.0).abs() < 1e-12 && error < 1e-9);
    }
}

/// The parts are others of each other and the same each time, and a unit's sums are those of its own.
#[test]
fn parts_are_independent_and_reproducible() {
    let simulation = Simulation::new(&settings("width=67&layers=2"), Seed(5));
    let parts: Vec<_> = (0..Simulation::PARTS)
        .map(|part| simulation.run_part(part))
        .collect();
    assert_eq!(parts[1], simulation.run_part(1));
    for (index, part) in parts.iter().enumerate() {
        assert_eq!(part.len(), 3 * 67 * 8);
        assert!(!parts[..index].contains(part));
    }
    let mut estimate = SimulationEstimate::new(&simulation);
    assert_eq!(estimate.layers(&simulation), []);
    assert_eq!(estimate.add(&parts[0][1..]), None);
    assert_eq!(estimate.inputs(), 0);
    let other = Simulation::new(&settings("width=67&layers=2"), Seed(6));
    assert_ne!(other.run_part(0), parts[0]);
}

/// What f32 can't hold is not simulated, and all else is finite.
#[test]
fn extreme_settings_end_early_and_stay_finite() {
    for (activation, _) in Activation::NAMES {
        for (initialisation, _) in Initialisation::NAMES {
            for p in ["0.9", "0.999999", "0.9999999999999999"] {
                let fragment = format!(
                    "p={p}&layers=50&width=64&activation={activation}&init={initialisation}"
                );
                let (simulation, layers) = simulate(&fragment, 1, 1);
                assert_eq!(layers.len(), simulation.expected().len());
                for layer in layers {
                    for mode in [layer.training, layer.evaluation] {
                        let numbers = [
                            mode.standard_deviation,
                            mode.relative_error,
                            mode.mean,
                            mode.mean_error,
                            mode.activation_standard_deviation,
                        ];
                        assert!(
                            numbers.iter().all(|it| it.is_finite()),
                            "{fragment}: {mode:?}"
                        );
                    }
                    if let Some((correlation, error)) = layer.correlation {
                        assert!(
                            correlation.abs() <= 1.0 + 1e-6 && error.is_finite(),
                            "{fragment}"
                        );
                    }
                }
            }
        }
    }
    let beyond = Simulation::new(&settings("p=0.999999&layers=50"), Seed(1));
    assert!(beyond.expected().len() < 51);
}

/// Li et al. 2018, behind dropout itself and behind a layer that adds up.
#[test]
fn the_variance_shift_is_that_of_the_reference_cases() {
    let exact = |fragment: &str| {
        let settings = settings(fragment);
        Exact::new(&settings.input, settings.drop_probability, settings.scaling)
    };
    let shift = |fragment, alignment, correlation| {
        exact(fragment)
            .variance_shift(alignment, correlation)
            .expect("d varies")
    };
    let relu = shift("input=relu&p=0.5", 0.0, 0.0);
    assert_close(relu, reference("R20 ", "shift"), REFERENCE, "R20");
    let sum = shift("mu=1&p=0.5", 99.0, 0.3);
    assert_close(sum, reference("R21 ", "shift"), REFERENCE, "R21");
    // Mean 0: Var x / Var d is the share that is kept.
    assert_close(shift("p=0.3", 0.0, 0.0), 0.7, REFERENCE, "mean 0");
    // By its formula where neither σ nor the slope is 1: without a scale Var d = (1-p)σ² at μ = 0.
    let sums = shift("sigma=2&p=0.5&scale=none", 3.0, 0.4);
    let expected = (4.0 + 1.2 * 4.0) / (2.0 + 0.25 * 1.2 * 4.0);
    assert_close(sums, expected, REFERENCE, "σ 2, slope ½");
    // What adds up more and more of what goes together has no shift.
    assert!(shift("mu=1&p=0.5", 1e9, 0.3) > 1.0 - 1e-7);
    assert_eq!(exact("input=ones&p=0").variance_shift(0.0, 0.0), None);
}

/// The page measures the shift by the ratio of a run's standard deviations, and has its error from theirs.
#[test]
fn the_page_measures_the_variance_shift() {
    let settings = settings("mu=1&p=0.5");
    let samples = 300_000;
    let count = SampleCount::new(samples).expect("is allowed");
    let estimate = Experiment::new(&settings, count, Seed(7)).run();
    let run = Run {
        estimate: &estimate,
        samples,
        seconds: 1.0,
    };
    let scene = Scene::new(&settings, Some(run));
    let value = |name: &str| {
        let quantity = scene.quantities.iter().find(|it| it.name == name);
        quantity
            .and_then(|it| it.value)
            .unwrap_or_else(|| panic!("there is no {name}"))
    };
    let exact = 1.0 / 3.0;
    assert_close(
        value("shift.exact"),
        exact,
        REFERENCE,
        "(1 + ½)/½, turned over",
    );
    assert_close(value("shift.std"), exact.sqrt(), REFERENCE, "its root");
    assert_close(
        value("shift.sum"),
        reference("R21 ", "shift"),
        REFERENCE,
        "R21",
    );
    let ratio = value("measured.ratio.std");
    assert_close(
        value("shift.measured"),
        1.0 / ratio.powi(2),
        REFERENCE,
        "measured",
    );
    // Of a power, the relative error is the exponent times that of its base.
    let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
    let error = exact
        .standard_errors(samples)
        .standard_deviation_ratio
        .expect("x varies");
    let expected = 2.0 * error / ratio / ratio.powi(2);
    assert_close(value("shift.stderr"), expected, REFERENCE, "its error");
    assert!((value("shift.measured") - 1.0 / 3.0).abs() < Z * expected);
}

#[test]
fn the_page_says_how_far_the_two_modes_come_apart() {
    let sentence = |fragment: &str| {
        let scene = Scene::new(&settings(fragment), None);
        let found = scene.sentences.into_iter().find(|it| it.0 == "depth");
        found.expect("there is one").1.replace('\u{a0}', " ")
    };
    // (1/√½)¹⁰ = 32, with the weights that keep evaluation.
    assert_eq!(
        sentence("p=0.5&layers=10&activation=relu&init=he"),
        "After 10 layers the std is 32 in training and 1 in evaluation: that in training is \
         1/√(1−p)¹⁰ = 32 times the other, a factor 1/√(1−p) = 1.414 a layer."
    );
    assert!(
        sentence("p=0&layers=10").ends_with(": the same."),
        "{}",
        sentence("p=0&layers=10")
    );
    let xavier = sentence("p=0.5&layers=3&activation=relu&init=xavier");
    assert!(
        xavier.contains(
            "is 1 in training and 0.354 in evaluation: that in training is 1/√(1−p)³ = 2.83 times"
        ),
        "{xavier}"
    );
    let tanh = sentence("p=0.5&layers=3&activation=tanh");
    assert!(tanh.ends_with(" times the other."), "{tanh}");
    // Ten thousand times the variance a layer.
    let beyond = sentence("p=0.9999&layers=50&activation=relu&init=he");
    let end = "Further layers are beyond 10^±75, and not followed.";
    assert!(
        beyond.ends_with(&format!(" times the other. {end}")),
        "{beyond}"
    );
}

/// On one axis, long numbers are all written as powers of ten, and short ones all in full.
#[test]
fn the_ticks_of_an_axis_are_named_in_one_way() {
    let (mut in_full, mut in_powers) = (0, 0);
    for layers in [1, 3, 10, 20, 50] {
        for p in ["0.1", "0.3", "0.5", "0.9", "0.99"] {
            for rule in ["inverted", "none", "sqrt"] {
                for activation in ["linear", "relu", "tanh"] {
                    let fragment =
                        format!("layers={layers}&p={p}&scale={rule}&activation={activation}");
                    let scene = Scene::new(&settings(&fragment), None);
                    for panel in scene.depth.expect("it is there").panels {
                        let names: Vec<String> = panel.ticks.into_iter().map(|it| it.1).collect();
                        let is_power =
                            |name: &&String| name.contains("10⁻") || name.contains("10⁴");
                        if names.iter().any(|name| is_power(&name)) {
                            in_powers += 1;
                            let is_short = |name: &String| {
                                name != "1" && name.parse::<f64>().is_ok_and(|value| value != 10.0)
                            };
                            assert!(!names.iter().any(is_short), "{fragment}: {names:?}");
                        } else {
                            in_full += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(in_full > 10 && in_powers > 10, "{in_full}, {in_powers}");
}

/// Long numbers are written in powers of ten, in words and, for programs, in the table.
#[test]
fn what_grows_without_bound_is_written_in_powers_of_ten() {
    let fragment = "layers=50&p=0.9&activation=relu";
    let figure = Scene::new(&settings(fragment), None)
        .depth
        .expect("it is there");
    let said = " After 50 layers: std 10²⁵ in training and 1 in evaluation, correlation 0.12.";
    assert!(figure.summary().ends_with(said), "{}", figure.summary());
    let table = figure.table();
    for (row, layer) in table.rows().zip(layers(fragment)) {
        let std = layer.training.standard_deviation();
        let written: f64 = row[1].parse().expect("is a number");
        assert!((written / std - 1.0).abs() < 5e-4, "{row:?}, and not {std}");
    }
}

/// A panel has some height even where all of its values are the same: 0.01 to each side, and its room.
#[test]
fn a_panel_of_one_value_has_that_value_in_its_middle() {
    for (fragment, value) in [
        ("layers=3&p=0", Some(0.398_942_280_401_432_7)),
        ("layers=3&activation=linear&init=lecun", Some(0.0)),
        ("layers=3", None),
    ] {
        let scene = Scene::new(&settings(fragment), None);
        let panel = &scene.depth.expect("it is there").panels[1];
        let (low, high) = panel.range;
        assert!(low < high);
        if let Some(value) = value {
            assert!((low - (value - 0.0116)).abs() < 1e-9, "{fragment}: {low}");
            assert!((high - (value + 0.0116)).abs() < 1e-9, "{fragment}: {high}");
        }
    }
}

/// Linear layers double the std at p = 3/4, and halve the correlation.
#[test]
fn what_is_read_off_the_figure_is_the_recursion_and_what_was_simulated() {
    let fragment = "layers=3&width=64&p=0.75&activation=linear&init=lecun&seed=7";
    let (_, layers) = simulate(fragment, 7, 1);
    // Without a simulation, with one, and with one that has not come so far.
    let simulations = [None, Some(&layers[..]), Some(&layers[..2])];
    let [mut exact, mut simulated, begun] = simulations.map(|layers| {
        let simulation = layers.map(|layers| Simulated {
            layers,
            width: 64,
            inputs: 8,
            seconds: 0.5,
        });
        let measured = Measured {
            simulation,
            ..Measured::default()
        };
        let scene = Scene::of(&settings(fragment), measured, Sections::ALL);
        scene.depth.expect("it is there")
    });

    let table = exact.table();
    assert_eq!(
        table.columns[..3],
        ["layer", "std, training", "std, evaluation"]
    );
    let rows: Vec<_> = table.cells.chunks(table.columns.len()).collect();
    assert_eq!(rows[0], ["0", "1", "1", "0", "0", "1"]);
    assert_eq!(rows[3], ["3", "8", "1", "0", "0", "0.125"]);
    assert_eq!(exact.places(), [0.0, 1.0, 2.0, 3.0]);
    exact.point_at(Some(2.0));
    let cursor = exact.cursor().expect("it is on a layer");
    assert_eq!(
        cursor.words,
        "Layer 2: std in training 4, in evaluation 1; mean in training 0, in evaluation 0; correlation 0.25."
    );
    for nowhere in [Some(9.0), None] {
        exact.point_at(nowhere);
        assert!(exact.cursor().is_none());
    }

    // Each simulated value has its column with two standard errors behind it, and as many decimals as these
    // have at two digits, however small it is.
    let table = simulated.table();
    let mut seen = 0;
    for row in table.cells.chunks(table.columns.len()) {
        for (column, pair) in table.columns.windows(2).zip(row.windows(2)) {
            let (Some(what), [value, errors]) = (column[0].strip_prefix("simulated "), pair) else {
                continue;
            };
            assert_eq!(column[1], format!("± {what}"));
            let number = |text: &str| text.replace('−', "-").parse::<f64>().expect("a number");
            let decimals = value.split_once('.').map_or(0, |it| it.1.len());
            let two_digits = 1.0 - number(errors).log10().floor();
            let expected = if errors == "0" { 0.0 } else { two_digits };
            assert_eq!(decimals as f64, expected, "{what}: {value} ± {errors}");
            seen += usize::from(number(value).abs() < 1e-3);
        }
    }
    assert!(seen > 0, "none was small");
    let table = begun.table();
    let rows: Vec<_> = table.rows().collect();
    let heads: Vec<_> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(heads, ["0", "1", "2", "3"]);
    assert_eq!(rows[3][1..4], ["8", "–", "–"]);
    simulated.point_at(Some(0.0));
    let words = &simulated.cursor().expect("it is on the input").words;
    assert!(
        words.ends_with("correlation 1, simulated 1 ± 0."),
        "{words}"
    );
    assert!(
        words.contains("in evaluation 0, simulated 0.000 ± 0.034"),
        "{words}"
    );
}
