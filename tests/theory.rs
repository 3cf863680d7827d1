//! The exact theory against reference values, numerical integration and simulation.
//!
//! Nothing here uses `Rule` for an expected value: the rules are written out once more below, as
//! `maths.md` and the papers define them.
#![cfg(not(target_arch = "wasm32"))]

use std::f64::consts::PI;

use dropout_moments::settings::{
    Distribution, DropProbability, Input, InputMean, InputStandardDeviation, Named, Scaling,
};
use dropout_moments::theory::{Atom, Density, Exact, Moments, Rule, ShapeErrors};
use proptest::prelude::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, RngExt, SeedableRng};

/// How far a value may be from what is expected, in one place.
mod tolerance {
    /// Reference values printed as the nearest `f64`: relative.
    pub(super) const REFERENCE: f64 = 2e-14;
    /// Closed forms against numerical integration: relative to the natural scale of the quantity.
    pub(super) const INTEGRATION: f64 = 1e-12;
    /// Moments that may count as 0, as fourth powers have to be representable: absolute.
    pub(super) const UNDERFLOW: f64 = 1e-200;
    /// Densities against integration by brute force: relative to the value or to 1/σ_d · 0.01.
    pub(super) const DENSITY: f64 = 1e-11;
    /// Masses and moments that are integrals of the density: relative to the natural scale.
    pub(super) const DENSITY_INTEGRAL: f64 = 1e-9;
    /// How many standard errors a simulation may be off; 6·10⁻⁵ of all would be by chance.
    pub(super) const Z: f64 = 4.0;
    /// What the delta method itself may be off in the simulations, relative.
    pub(super) const DELTA_METHOD: f64 = 0.02;

    /// Fails unless |`actual` - `expected`| ≤ `tolerance`; so it fails on NaN.
    #[track_caller]
    pub(super) fn assert_within(actual: f64, expected: f64, tolerance: f64, what: &str) {
        let difference = (actual - expected).abs();
        assert!(
            difference <= tolerance,
            "{what}: {actual:e} is {difference:e} from {expected:e}, allowed is {tolerance:e}"
        );
    }

    /// Fails unless `actual` is `expected` up to a relative error.
    #[track_caller]
    pub(super) fn assert_close(actual: f64, expected: f64, relative: f64, what: &str) {
        assert_within(actual, expected, relative * expected.abs(), what);
    }
}
use tolerance::{assert_close, assert_within};

const SCALINGS: [Scaling; 5] = [
    Scaling::None,
    Scaling::Inverted,
    Scaling::Sqrt,
    Scaling::Gaussian,
    Scaling::Alpha,
];
const DISTRIBUTIONS: [Distribution; 4] = [
    Distribution::Normal,
    Distribution::Relu,
    Distribution::Uniform,
    Distribution::Ones,
];

fn input(distribution: Distribution, mean: f64, standard_deviation: f64) -> Input {
    Input {
        distribution,
        mean: InputMean::new(mean).expect("a mean in range"),
        standard_deviation: InputStandardDeviation::new(standard_deviation)
            .expect("a standard deviation in range"),
        data: None,
    }
}

fn drop_probability(p: f64) -> DropProbability {
    DropProbability::new(p).expect("a probability in range")
}

fn exact(distribution: Distribution, mean: f64, sigma: f64, p: f64, scaling: Scaling) -> Exact {
    Exact::new(
        &input(distribution, mean, sigma),
        drop_probability(p),
        scaling,
    )
}

fn describe(input: &Input, p: f64, scaling: Scaling) -> String {
    format!(
        "{}(μ={:e}, σ={:e}), p={p:e}, {}",
        input.distribution.name(),
        input.mean.get(),
        input.standard_deviation.get(),
        scaling.name()
    )
}

/// A rule, written out independently of `Rule`.
enum Definition {
    /// What is kept, as (factor, offset), and what a dropped unit becomes.
    Mask((f64, f64), f64),
    /// The standard deviation of the noise.
    Noise(f64),
}

fn definition(scaling: Scaling, p: f64) -> Definition {
    let q = 1.0 - p;
    match scaling {
        Scaling::None => Definition::Mask((1.0, 0.0), 0.0),
        Scaling::Inverted => Definition::Mask((1.0 / q, 0.0), 0.0),
        Scaling::Sqrt => Definition::Mask((q.powf(-0.5), 0.0), 0.0),
        Scaling::Gaussian => Definition::Noise((p / q).sqrt()),
        Scaling::Alpha => {
            let saturation = -1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;
            let a = (q + saturation * saturation * q * p).powf(-0.5);
            let b = -a * p * saturation;
            // Not a·α' + b, in which the digits cancel as p → 1.
            Definition::Mask((a, b), a * q * saturation)
        }
    }
}

/// Numerical integration, and expectations by it.
mod quadrature {
    use std::sync::OnceLock;

    use super::{Definition, Distribution, Input, PI, definition};
    use dropout_moments::settings::Scaling;

    /// Nodes and weights of the Gauss–Legendre rule of order 20 on [-1, 1], by Newton's method.
    fn rule() -> &'static [(f64, f64)] {
        const ORDER: u32 = 20;
        static RULE: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
        RULE.get_or_init(|| {
            let n = f64::from(ORDER);
            (0..ORDER)
                .map(|i| {
                    let mut x = (PI * (f64::from(i) + 0.75) / (n + 0.5)).cos();
                    let mut slope = 1.0;
                    for _ in 0..20 {
                        let (mut before, mut value) = (1.0, x);
                        for k in 2..=ORDER {
                            let k = f64::from(k);
                            let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
                            (before, value) = (value, next);
                        }
                        slope = n * (x * value - before) / (x * x - 1.0);
                        x -= value / slope;
                    }
                    (x, 2.0 / ((1.0 - x * x) * slope * slope))
                })
                .collect()
        })
    }

    /// The nodes and weights of the composite rule with `panels` equal panels.
    pub(super) fn nodes(from: f64, to: f64, panels: u32) -> impl Iterator<Item = (f64, f64)> {
        let width = (to - from) / f64::from(panels);
        (0..panels).flat_map(move |i| {
            let centre = from + (f64::from(i) + 0.5) * width;
            rule()
                .iter()
                .map(move |(x, w)| (centre + 0.5 * width * x, 0.5 * width * w))
        })
    }

    pub(super) fn integral(from: f64, to: f64, panels: u32, f: impl Fn(f64) -> f64) -> f64 {
        nodes(from, to, panels).map(|(x, w)| w * f(x)).sum()
    }

    fn normal_nodes(from: f64, to: f64, panels: u32) -> impl Iterator<Item = (f64, f64)> {
        nodes(from, to, panels).map(|(z, w)| (z, w * (-0.5 * z * z).exp() / (2.0 * PI).sqrt()))
    }

    /// A standard normal as weighted points, whose weights add up to 1 to the last digit.
    fn standard_normal() -> impl Iterator<Item = (f64, f64)> {
        let total: f64 = normal_nodes(-13.0, 13.0, 16).map(|(_, w)| w).sum();
        normal_nodes(-13.0, 13.0, 16).map(move |(z, w)| (z, w / total))
    }

    /// The law of x as weighted points.
    pub(super) fn points(input: &Input) -> Vec<(f64, f64)> {
        let (mean, sigma) = (input.mean.get(), input.standard_deviation.get());
        let image = |(z, w): (f64, f64)| (mean + sigma * z, w);
        match input.distribution {
            Distribution::Ones => vec![(1.0, 1.0)],
            Distribution::Custom => panic!("tests/data.rs is for these"),
            Distribution::Relu if sigma == 0.0 => vec![(mean.max(0.0), 1.0)],
            _ if sigma == 0.0 => vec![(mean, 1.0)],
            Distribution::Normal => standard_normal().map(image).collect(),
            Distribution::Uniform => {
                let half = 3.0_f64.sqrt();
                nodes(-half, half, 1)
                    .map(|(z, w)| image((z, w / (2.0 * half))))
                    .collect()
            }
            Distribution::Relu => {
                let zero = -mean / sigma;
                let from = zero.max(-13.0);
                let to = if zero > 0.0 { zero + 13.0 } else { 13.0 };
                let panels = if zero > 4.0 { 100 } else { 30 };
                let mut points: Vec<_> = normal_nodes(from, to, panels)
                    // Near 0, μ + σ·z would have lost its digits.
                    .map(|(z, w)| (sigma * (z - zero), w))
                    .collect();
                let rest = normal_nodes(-13.0_f64.max(-zero.abs() - 13.0), zero.min(13.0), 40);
                points.push((
                    0.0,
                    if zero > -13.0 {
                        rest.map(|(_, w)| w).sum()
                    } else {
                        0.0
                    },
                ));
                let total: f64 = points.iter().map(|(_, w)| w).sum();
                points.iter().map(|(x, w)| (*x, w / total)).collect()
            }
        }
    }

    /// The joint law of (x, d) as weighted points.
    pub(super) fn joint(input: &Input, p: f64, scaling: Scaling) -> Vec<(f64, f64, f64)> {
        let points = points(input);
        match definition(scaling, p) {
            Definition::Mask((scale, offset), dropped) => points
                .iter()
                .flat_map(|&(x, w)| [(x, scale * x + offset, w * (1.0 - p)), (x, dropped, w * p)])
                .collect(),
            Definition::Noise(v) => {
                let noise: Vec<_> = standard_normal().collect();
                points
                    .iter()
                    .flat_map(|&(x, w)| {
                        noise
                            .iter()
                            .map(move |(z, wz)| (x, x * (1.0 + v * z), w * wz))
                    })
                    .collect()
            }
        }
    }
}

// Reference cases of maths.md, computed with 40 digits.

fn reference(name: &str) -> impl Fn(&str) -> f64 {
    let cases: serde_json::Value =
        serde_json::from_str(include_str!("reference_cases.json")).expect("valid JSON");
    let cases = cases.as_object().expect("an object of cases");
    let (_, case) = cases
        .iter()
        .find(|(key, _)| key.split(' ').next() == Some(name))
        .expect("a case of that name");
    let case = case.clone();
    move |key| case[key].as_f64().expect("a number of that name")
}

#[test]
fn reference_moments_of_normal_input() {
    for (name, mean, sigma, p, scaling) in [
        ("R1", 0.0, 1.0, 0.1, Scaling::Inverted),
        ("R2", 0.0, 1.0, 0.25, Scaling::Inverted),
        ("R3", 0.0, 1.0, 0.5, Scaling::Inverted),
        ("R4", 1.0, 1.0, 0.5, Scaling::Inverted),
        ("R5", 2.0, 0.5, 0.3, Scaling::Inverted),
        ("R6", 1.0, 2.0, 0.36, Scaling::Sqrt),
        ("R7", 1.0, 2.0, 0.36, Scaling::None),
    ] {
        let case = reference(name);
        let exact = exact(Distribution::Normal, mean, sigma, p, scaling);
        let check = |actual: f64, key: &str| {
            assert_close(
                actual,
                case(key),
                tolerance::REFERENCE,
                &format!("{name} {key}"),
            );
        };
        check(exact.d.mean, "mean");
        check(exact.d.variance, "var");
        check(exact.d.standard_deviation(), "sd");
        check(exact.standard_deviation_ratio().expect("σ > 0"), "ratio");
        check(exact.d.skewness().expect("σ > 0"), "skew");
        check(exact.d.excess_kurtosis().expect("σ > 0") + 3.0, "kurt");
        check(exact.correlation().expect("σ > 0"), "corr");
        assert_close(exact.d_zeros, p, 0.0, name);
        assert_close(exact.x_zeros, 0.0, 0.0, name);
    }
}

#[test]
fn reference_moments_of_relu_output() {
    for (name, mean, p) in [("R8", 0.0, 0.5), ("R9", 1.0, 0.25)] {
        let case = reference(name);
        let exact = exact(Distribution::Relu, mean, 1.0, p, Scaling::Inverted);
        let check = |actual: f64, key: &str| {
            assert_close(
                actual,
                case(key),
                tolerance::REFERENCE,
                &format!("{name} {key}"),
            );
        };
        check(exact.x.mean, "mean");
        check(exact.d.mean, "mean");
        check(exact.x.variance, "var_x");
        check(exact.x.standard_deviation(), "sd_x");
        check(exact.d.variance, "var_d");
        check(exact.d.standard_deviation(), "sd_d");
        check(exact.standard_deviation_ratio().expect("σ > 0"), "ratio");
        check(exact.d_zeros, "zeros");
    }
    // maths.md §3, other rows: ten digits.
    for (mean, sigma, x_mean, x_variance, ratio) in [
        (1.0, 1.0, 1.083_315_471, 0.751_087_807_8, 1.887_457_801),
        (-1.0, 1.0, 0.083_315_470_59, 0.068_398_315_7, 1.449_650_283),
        (0.5, 2.0, 1.072_689_396, 1.780_507_46, 1.626_731_505),
    ] {
        let exact = exact(Distribution::Relu, mean, sigma, 0.5, Scaling::Inverted);
        assert_close(exact.x.mean, x_mean, 1e-9, "mean of x");
        assert_close(exact.x.variance, x_variance, 1e-9, "variance of x");
        assert_close(
            exact.standard_deviation_ratio().expect("σ > 0"),
            ratio,
            1e-9,
            "ratio",
        );
    }
}

#[test]
fn reference_standard_errors() {
    for (name, mean) in [("R11", 0.0), ("R12", 1.0)] {
        let case = reference(name);
        let exact = exact(Distribution::Normal, mean, 1.0, 0.5, Scaling::Inverted);
        let errors = exact.standard_errors(1000);
        let check = |actual: f64, key: &str| {
            assert_close(
                actual,
                case(key),
                tolerance::REFERENCE,
                &format!("{name} {key}"),
            );
        };
        check(errors.x_mean, "se_mean_x");
        check(errors.d_mean, "se_mean_d");
        check(errors.zeros, "se_zero_frac");
        check(errors.standard_deviation_ratio.expect("σ > 0"), "se_R");
        // The case has the leading term, (κ-1)/n; Var S² = (m₄ - σ⁴(n-3)/(n-1))/n has 2/(n(n-1)) more.
        let kurtosis = exact.d.excess_kurtosis().expect("σ > 0") + 3.0;
        let more = 1.0 + 2.0 / (999.0 * (kurtosis - 1.0));
        check(errors.d_standard_deviation / more.sqrt(), "se_sd_d");
        // For a normal, Var S² = 2σ⁴/(n-1).
        let expected = 1.0 / (2.0_f64 * 999.0).sqrt();
        assert_close(
            errors.x_standard_deviation,
            expected,
            tolerance::REFERENCE,
            name,
        );
    }
}

#[test]
fn reference_distribution() {
    for (name, mean, sigma, p, points) in [
        (
            "R13",
            0.0,
            1.0,
            0.5,
            &[(-1.0, "-1"), (0.0, "0"), (1.0, "1"), (2.5, "2.5")][..],
        ),
        (
            "R14",
            1.0,
            2.0,
            0.25,
            &[(-1.0, "-1"), (0.0, "0"), (1.0, "1")][..],
        ),
    ] {
        let case = reference(name);
        let input = input(Distribution::Normal, mean, sigma);
        let d = Density::after(&input, drop_probability(p), Scaling::Inverted);
        assert_eq!(
            d.atoms(),
            [Atom {
                location: 0.0,
                mass: p
            }]
        );
        let below =
            |t: f64| quadrature::integral((mean - 13.0 * sigma) / (1.0 - p), t, 60, |t| d.at(t));
        assert_close(below(0.0), case("F(0-)"), 1e-13, name);
        for (t, label) in points {
            let atom = if *t >= 0.0 { p } else { 0.0 };
            let what = format!("{name} {label}");
            assert_close(below(*t) + atom, case(&format!("F({label})")), 1e-13, &what);
            assert_close(
                d.at(*t),
                case(&format!("f_cont({label})")),
                tolerance::REFERENCE,
                &what,
            );
        }
    }
}

#[test]
fn reference_alpha_dropout() {
    for (name, p) in [("R17", 0.1), ("R18", 0.5)] {
        let case = reference(name);
        let exact = exact(Distribution::Normal, 0.0, 1.0, p, Scaling::Alpha);
        let Rule::Mask {
            scale,
            offset,
            dropped,
        } = Rule::new(Scaling::Alpha, drop_probability(p))
        else {
            panic!("alpha dropout is a mask");
        };
        for (actual, key) in [
            (scale, "a"),
            (offset, "b"),
            (dropped, "dropped"),
            (exact.slope, "slope"),
        ] {
            assert_close(
                actual,
                case(key),
                tolerance::REFERENCE,
                &format!("{name} {key}"),
            );
        }
        // It keeps the mean and the variance of the population …
        assert_close(exact.d.mean, 0.0, 0.0, name);
        assert_close(exact.d.variance, 1.0, tolerance::REFERENCE, name);
        // … but nothing becomes exactly 0.
        assert_close(exact.d_zeros, 0.0, 0.0, name);
    }
}

#[test]
fn reference_gaussian_dropout() {
    let case = reference("R19");
    let p = drop_probability(0.25);
    let Rule::Gaussian {
        noise_standard_deviation,
    } = Rule::new(Scaling::Gaussian, p)
    else {
        panic!("Gaussian dropout is Gaussian");
    };
    assert_close(
        noise_standard_deviation,
        case("noise_sd"),
        tolerance::REFERENCE,
        "noise_sd",
    );
    for (scaling, key) in [
        (Scaling::Gaussian, "kurt_gauss"),
        (Scaling::Inverted, "kurt_bern"),
    ] {
        let exact = exact(Distribution::Normal, 0.0, 1.0, 0.25, scaling);
        let kurtosis = exact.d.excess_kurtosis().expect("σ > 0") + 3.0;
        assert_close(kurtosis, case(key), tolerance::REFERENCE, key);
        // Both have the moments up to the second in common.
        assert_close(exact.d.variance, 4.0 / 3.0, tolerance::REFERENCE, key);
    }
    // A sign flips with probability Φ(-1/v): integrate d for the constant 1.
    let ones = Density::after(
        &Input {
            distribution: Distribution::Ones,
            ..Input::default()
        },
        p,
        Scaling::Gaussian,
    );
    let flipped = quadrature::integral(-8.0, 0.0, 40, |t| ones.at(t));
    assert_close(flipped, case("flip"), 1e-13, "flip");
}

// Traps of maths.md.

#[test]
fn trap_root_scaling_keeps_the_rms_but_not_the_standard_deviation() {
    for distribution in DISTRIBUTIONS {
        let exact = exact(distribution, 1.0, 2.0, 0.3, Scaling::Sqrt);
        assert_close(
            exact.d.second_moment(),
            exact.x.second_moment(),
            tolerance::REFERENCE,
            "E d² = E x²",
        );
        assert!(exact.d.variance > 1.01 * exact.x.variance);
    }
    let centred = exact(Distribution::Normal, 0.0, 2.0, 0.3, Scaling::Sqrt);
    assert_close(
        centred.d.variance,
        4.0,
        tolerance::REFERENCE,
        "only where the mean is 0",
    );
}

#[test]
fn trap_relu_output_is_not_half_normal_and_its_ratio_is_not_half_pi() {
    let exact = exact(Distribution::Relu, 0.0, 1.0, 0.5, Scaling::Inverted);
    assert_close(
        exact.x.mean,
        1.0 / (2.0 * PI).sqrt(),
        tolerance::REFERENCE,
        "mean",
    );
    assert_close(
        exact.x.variance,
        0.5 - 0.5 / PI,
        tolerance::REFERENCE,
        "variance",
    );
    let ratio = exact.standard_deviation_ratio().expect("σ > 0");
    let expected = ((PI - 0.5) / ((PI - 1.0) * 0.5)).sqrt();
    assert_close(ratio, expected, tolerance::REFERENCE, "ratio");
    assert!((ratio - PI / 2.0).abs() > 1e-4);
}

#[test]
fn trap_gaussian_noise_has_the_larger_kurtosis_below_p_of_0_634() {
    let kurtosis = |p, scaling| {
        let exact = exact(Distribution::Normal, 0.0, 1.0, p, scaling);
        exact.d.excess_kurtosis().expect("σ > 0") + 3.0
    };
    for p in [0.1, 0.25, 0.5, 0.75, 0.9] {
        let expected = 3.0 * (1.0 + 4.0 * p - 2.0 * p * p);
        assert_close(
            kurtosis(p, Scaling::Gaussian),
            expected,
            1e-13,
            "3(1+4p-2p²)",
        );
    }
    let crossing = (3.0 - 3.0_f64.sqrt()) / 2.0;
    let difference = |p| kurtosis(p, Scaling::Gaussian) - kurtosis(p, Scaling::Inverted);
    assert!(difference(crossing - 1e-6) > 0.0);
    assert!(difference(crossing + 1e-6) < 0.0);
}

#[test]
fn trap_alpha_dropout_shrinks_each_unit_and_holds_for_standardised_input_only() {
    let (p, q) = (0.2, 0.8);
    let exact = exact(Distribution::Uniform, 0.5, 2.0, p, Scaling::Alpha);
    let (a, saturation) = (0.878_903_583_4, -1.758_099_340_847_376_8);
    assert_close(exact.slope, 0.703_122_866_8, 1e-9, "slope");
    assert_close(exact.d.mean, a * q * 0.5, 1e-9, "mean");
    let variance = a * a * q * (p * (saturation - 0.5_f64).powi(2) + 4.0);
    assert_close(exact.d.variance, variance, 1e-9, "variance");
}

#[test]
fn trap_the_continuous_part_integrates_to_q() {
    let (p, q) = (0.3, 0.7);
    let d = Density::after(
        &input(Distribution::Normal, 2.0, 0.5),
        drop_probability(p),
        Scaling::Inverted,
    );
    let moment = |f: fn(f64) -> f64| quadrature::integral(-8.0, 14.0, 100, |t| f(t) * d.at(t));
    let mass = moment(|_| 1.0);
    let mean = moment(|t| t) / mass;
    let variance = moment(|t| t * t) / mass - mean * mean;
    assert_close(mass, q, 1e-13, "mass");
    assert_close(mean, 2.0 / q, 1e-13, "mean of the survivors");
    assert_close(variance.sqrt(), 0.5 / q, 1e-12, "σ/q, not σ/√q");
}

#[test]
fn trap_errors_of_the_ratio_are_paired() {
    let exact = exact(Distribution::Normal, 0.0, 1.0, 0.1, Scaling::Inverted);
    let errors = exact.standard_errors(1000);
    let paired = errors.standard_deviation_ratio.expect("σ > 0");
    assert_close(paired, 0.009_622_504_486_5, 1e-11, "√(3p/n)/(2q)");
    let unpaired = exact.standard_deviation_ratio().expect("σ > 0")
        * ((errors.d_standard_deviation / exact.d.standard_deviation()).powi(2)
            + errors.x_standard_deviation.powi(2))
        .sqrt();
    assert!(unpaired > 3.0 * paired);
}

// Closed forms against numerical integration.

/// Everything that is an expectation over (x, d), by numerical integration.
fn check_against_integration(input: &Input, p: f64, scaling: Scaling) {
    let what = describe(input, p, scaling);
    let exact = Exact::new(input, drop_probability(p), scaling);
    let joint = quadrature::joint(input, p, scaling);
    let expect = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        joint.iter().map(|&(x, d, weight)| weight * f(x, d)).sum()
    };
    // In two passes, as the weights and their sum are rounded.
    let (x_mean, d_mean) = (expect(&|x, _| x), expect(&|_, d| d));
    let (x_mean, d_mean) = (
        x_mean + expect(&|x, _| x - x_mean),
        d_mean + expect(&|_, d| d - d_mean),
    );
    let (x_scale, d_scale) = (
        expect(&|x, _| (x - x_mean).powi(2)).sqrt(),
        expect(&|_, d| (d - d_mean).powi(2)).sqrt(),
    );
    let tolerance = tolerance::INTEGRATION;
    for (moments, mean, scale, central, name) in [
        (
            &exact.x,
            x_mean,
            x_scale,
            [2, 3, 4].map(|k| expect(&|x, _| (x - x_mean).powi(k))),
            "x",
        ),
        (
            &exact.d,
            d_mean,
            d_scale,
            [2, 3, 4].map(|k| expect(&|_, d| (d - d_mean).powi(k))),
            "d",
        ),
    ] {
        let what = format!("{what}, {name}");
        let [variance, third, fourth] = central;
        // A third moment is a difference; its scale is what a fourth and a second one allow.
        let third_scale = variance.sqrt() * fourth.sqrt();
        let mean_scale = mean.abs() + if scale > 1e-100 { scale } else { 0.0 };
        assert_within(
            moments.mean,
            mean,
            tolerance * mean_scale,
            &format!("{what}: mean"),
        );
        // The points of the integration are themselves rounded.
        let rounding = 1e-15 * mean.abs();
        assert_within(
            moments.variance,
            variance,
            tolerance * variance + rounding * (scale + rounding) + tolerance::UNDERFLOW,
            &format!("{what}: variance"),
        );
        assert_within(
            moments.third_central,
            third,
            tolerance * third_scale + rounding * variance + tolerance::UNDERFLOW,
            &format!("{what}: third moment"),
        );
        assert_within(
            moments.fourth_central,
            fourth,
            tolerance * fourth + rounding * variance * scale + tolerance::UNDERFLOW,
            &format!("{what}: fourth moment"),
        );
    }
    let covariance = expect(&|x, d| (x - x_mean) * (d - d_mean));
    assert_within(
        exact.covariance,
        covariance,
        tolerance * x_scale * d_scale + (2e-15 * x_mean).powi(2) + tolerance::UNDERFLOW,
        &format!("{what}: covariance"),
    );
    let split = exact.variance_split;
    assert_within(
        split.total(),
        exact.d.variance,
        tolerance * exact.d.variance,
        &what,
    );
    assert_within(
        split.from_x,
        covariance * exact.slope,
        tolerance * d_scale * d_scale + (2e-15 * x_mean).powi(2) + tolerance::UNDERFLOW,
        &format!("{what}: from x"),
    );

    // Standard errors, by the formulas as they stand in maths.md.
    let n = 1000.0;
    let errors = exact.standard_errors(1000);
    for (moments, error, of_mean) in [
        (&exact.x, errors.x_standard_deviation, errors.x_mean),
        (&exact.d, errors.d_standard_deviation, errors.d_mean),
    ] {
        let variance = moments.variance;
        assert_close(of_mean, (variance / n).sqrt(), 1e-12, &what);
        if variance > 0.0 {
            let of_variance =
                (moments.fourth_central - (n - 3.0) / (n - 1.0) * variance * variance) / n;
            let scale = moments.fourth_central / n;
            assert_within(
                (2.0 * error).powi(2) * variance,
                of_variance,
                tolerance * scale,
                &format!("{what}: SE of S"),
            );
        } else {
            assert_within(error, 0.0, 0.0, &what);
        }
    }
    let zeros = exact.d_zeros;
    assert_within(
        errors.zeros,
        (zeros * (1.0 - zeros) / n).sqrt(),
        1e-15,
        &what,
    );

    check_shape_errors(
        input,
        &exact,
        d_scale,
        &|f| expect(&|_, d| f(d - d_mean)),
        &what,
    );

    // Zeros: the atom of the joint law, apart from rounding.
    for (zeros, counted) in [
        (exact.x_zeros, expect(&|x, _| f64::from(u8::from(x == 0.0)))),
        (exact.d_zeros, expect(&|_, d| f64::from(u8::from(d == 0.0)))),
    ] {
        assert_within(zeros, counted, 1e-12, &format!("{what}: zeros"));
    }

    if let (Some(ratio), Some(error)) = (
        exact.standard_deviation_ratio(),
        errors.standard_deviation_ratio,
    ) {
        if exact
            .x
            .excess_kurtosis()
            .is_some_and(|excess| excess > 1e60)
        {
            // Fourth powers of standardised values would overflow here.
            return;
        }
        let (x_kurtosis, d_kurtosis) = (
            expect(&|x, _| ((x - x_mean) / x_scale).powi(4)),
            expect(&|_, d| ((d - d_mean) / d_scale).powi(4)),
        );
        let mixed = expect(&|x, d| (((x - x_mean) / x_scale) * ((d - d_mean) / d_scale)).powi(2));
        let expected = 0.25 * (d_kurtosis + x_kurtosis - 2.0 * mixed) / n;
        let allowed = 10.0 * tolerance * (d_kurtosis + x_kurtosis) / n;
        assert_within(
            (error / ratio).powi(2),
            expected,
            allowed,
            &format!("{what}: SE of the ratio"),
        );
    } else {
        assert_within(exact.x.variance, 0.0, 0.0, &what);
    }
}

/// The variances of the influence functions, by the formulas as they stand in `ShapeErrors`.
fn check_shape_errors(
    input: &Input,
    exact: &Exact,
    sigma: f64,
    expect: &dyn Fn(Function<'_>) -> f64,
    what: &str,
) {
    // Beyond, eighth powers overflow, or the deviations are rounding.
    let kurtosis = exact.d.excess_kurtosis().unwrap_or(f64::INFINITY);
    if kurtosis > 1e30 || sigma < 1e-9 * exact.d.mean.abs() {
        return;
    }
    let n = 1000.0;
    let errors = ShapeErrors::new(input, exact, 1000);
    let z = |k| expect(&|deviation| (deviation / sigma).powi(k));
    let (skewness, kurtosis) = (z(3), z(4));
    let mean = exact.d.mean;
    let check = |error: f64, influence: Function<'_>, scale: f64, quantity: &str| {
        let variance = expect(&|deviation| influence(deviation / sigma).powi(2)) / n;
        // The squares may cancel, as for two values with the same probability.
        let allowed = 1e-9 * scale / n;
        let what = format!("{what}: SE of {quantity}");
        assert_within(error * error, variance, allowed, &what);
    };
    let second = |z: f64| sigma * (z * z - 1.0) + 2.0 * mean * z;
    let third = |z: f64| z.powi(3) - skewness - 3.0 * z - 1.5 * skewness * (z * z - 1.0);
    let fourth =
        |z: f64| z.powi(4) - kurtosis - 4.0 * skewness * z - 2.0 * kurtosis * (z * z - 1.0);
    let scale = (sigma + mean.abs()).powi(2) * (1.0 + z(4));
    check(errors.second_moment / sigma, &second, scale, "E d²");
    let error = errors.skewness.expect("d has a spread");
    check(error, &third, 1.0 + z(6), "skewness");
    let error = errors.excess_kurtosis.expect("d has a spread");
    check(error, &fourth, 1.0 + z(8), "kurtosis");
}

type Function<'a> = &'a dyn Fn(f64) -> f64;

#[test]
fn moments_match_integration_at_random_settings() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for case in 0..240 {
        let mean = 20.0 * random.random::<f64>() - 10.0;
        let sigma = 10.0 * random.random::<f64>().powi(1 + case % 4);
        let p = random.random::<f64>();
        for distribution in DISTRIBUTIONS {
            for scaling in SCALINGS {
                // Gaussian noise is a double integral: fewer settings.
                if scaling != Scaling::Gaussian || case % 4 == 0 {
                    check_against_integration(&input(distribution, mean, sigma), p, scaling);
                }
            }
        }
    }
}

#[test]
fn moments_match_integration_at_extreme_settings() {
    for distribution in DISTRIBUTIONS {
        for (mean, sigma) in [
            (0.0, 0.0),
            (10.0, 0.0),
            (-10.0, 0.0),
            (0.0, 1e-9),
            (0.0, 10.0),
            (10.0, 1e-3),
            (-10.0, 10.0),
            (-10.0, 2.0),
            (-10.0, 0.5),
            (-10.0, 0.32),
        ] {
            for p in [0.0, 1e-12, 1e-6, 0.5, 0.999, 1.0 - 1e-9] {
                for scaling in SCALINGS {
                    check_against_integration(&input(distribution, mean, sigma), p, scaling);
                }
            }
        }
    }
}

// Limits.

#[test]
fn nothing_changes_at_p_0() {
    for distribution in DISTRIBUTIONS {
        for (mean, sigma) in [(0.0, 1.0), (-3.0, 0.5), (2.0, 0.0), (10.0, 1e-6)] {
            let input = input(distribution, mean, sigma);
            for scaling in SCALINGS {
                let exact = Exact::new(&input, drop_probability(0.0), scaling);
                let what = describe(&input, 0.0, scaling);
                // To the bit for masks; the noise's three outcomes round.
                for (d, x) in [
                    (exact.d.mean, exact.x.mean),
                    (exact.d.variance, exact.x.variance),
                    (exact.d.third_central, exact.x.third_central),
                    (exact.d.fourth_central, exact.x.fourth_central),
                    (exact.covariance, exact.x.variance),
                    (exact.d_zeros, exact.x_zeros),
                    (exact.slope, 1.0),
                ] {
                    assert_close(d, x, 1e-15, &what);
                }
                assert_eq!(
                    Density::after(&input, drop_probability(0.0), scaling),
                    Density::before(&input)
                );
                let error = exact.standard_errors(100).standard_deviation_ratio;
                assert!(
                    error.is_none_or(|error| error <= 1e-15),
                    "{what}: {error:?}"
                );
            }
        }
    }
}

/// Nothing is dropped, and what would be is so far away in units of σ that its powers overflow.
#[test]
fn what_cannot_be_dropped_adds_nothing_to_the_errors_of_the_shape() {
    for scaling in SCALINGS {
        let input = input(Distribution::Normal, 10.0, 1e-60);
        let exact = Exact::new(&input, drop_probability(0.0), scaling);
        let errors = ShapeErrors::new(&input, &exact, 600);
        let what = describe(&input, 0.0, scaling);
        assert_close(errors.skewness.unwrap_or(f64::NAN), 0.1, 1e-12, &what);
        assert_close(
            errors.excess_kurtosis.unwrap_or(f64::NAN),
            0.2,
            1e-12,
            &what,
        );
    }
}

#[test]
fn errors_of_the_ratio_vanish_like_the_root_of_p() {
    // Of its logarithm, for μ = 0: √(3p/(4qn)) with masks. With noise, √(κv²/n) comes first: twice that.
    for p in [1e-4, 1e-8, 1e-12, 1e-14] {
        let error = |scaling| {
            exact(Distribution::Normal, 0.0, 1.0, p, scaling)
                .standard_errors(100)
                .standard_deviation_ratio
                .expect("σ > 0")
                / exact(Distribution::Normal, 0.0, 1.0, p, scaling)
                    .standard_deviation_ratio()
                    .expect("σ > 0")
        };
        let expected = (3.0 * p / (4.0 * (1.0 - p) * 100.0)).sqrt();
        for scaling in [Scaling::None, Scaling::Inverted, Scaling::Sqrt] {
            assert_close(error(scaling), expected, 1e-12, scaling.name());
        }
        let allowed = 10.0 * p + 1e-15 / p.sqrt();
        assert_close(
            error(Scaling::Gaussian),
            2.0 * expected,
            allowed,
            "gaussian",
        );
    }
}

#[test]
fn almost_everything_is_dropped_as_p_comes_near_1() {
    for epsilon in [1e-3, 1e-6, 1e-9, 1e-12] {
        let p = drop_probability(1.0 - epsilon);
        let q = p.keep();
        let input = input(Distribution::Normal, 1.0, 2.0);
        // q·Var d → E x², for both rules that keep the mean.
        for scaling in [Scaling::Inverted, Scaling::Gaussian] {
            let exact = Exact::new(&input, p, scaling);
            assert_close(exact.d.variance * q, 4.0 + p.get(), 1e-14, scaling.name());
            assert_close(exact.d.mean, 1.0, 0.0, scaling.name());
        }
        let exact = Exact::new(&input, p, Scaling::Inverted);
        // E d⁴ = E x⁴/q³, and the central moment differs from it by a term in q.
        let raw = 1.0 + 6.0 * 4.0 + 3.0 * 16.0;
        assert_close(
            exact.d.fourth_central * q * q * q,
            raw,
            10.0 * q,
            "fourth moment",
        );
        assert_close(exact.d_zeros, p.get(), 0.0, "zeros");
    }
}

#[test]
fn relu_is_accurate_from_hardly_ever_to_always_positive() {
    // Deep in the tail, E yᵏ → k!·φ(β)/βᵏ⁺¹·(1 - (k+1)(k+2)/(2β²) + …).
    let (mean, sigma) = (-10.0, 1.0 / 3.0);
    let exact = exact(Distribution::Relu, mean, sigma, 0.3, Scaling::Inverted);
    let beta = -mean / sigma;
    let leading = sigma * (-0.5 * beta * beta).exp() / (2.0 * PI).sqrt() / (beta * beta);
    let series = 1.0 - 3.0 / beta.powi(2) + 15.0 / beta.powi(4) - 105.0 / beta.powi(6);
    assert_close(exact.x.mean, leading * series, 1e-8, "mean in the tail");
    assert_close(exact.x_zeros, 1.0, 0.0, "zeros in the tail");

    // Further out nothing can be represented any more, but nothing breaks either.
    for sigma in [0.3, 0.25, 0.1, 1e-8, 1e-80] {
        let exact = self::exact(Distribution::Relu, -10.0, sigma, 0.3, Scaling::Inverted);
        assert!((0.0..1e-200).contains(&exact.x.mean));
        assert!((0.0..1e-200).contains(&exact.d.variance));
        let errors = exact.standard_errors(100);
        assert!((0.0..1e-90).contains(&errors.d_standard_deviation));
        assert!(errors.standard_deviation_ratio.is_none_or(f64::is_finite));
    }

    // Where the ReLU hardly ever cuts, a normal.
    for sigma in [0.5, 1e-3, 1e-8, 1.01e-60] {
        let relu = self::exact(Distribution::Relu, 10.0, sigma, 0.3, Scaling::Inverted);
        let normal = self::exact(Distribution::Normal, 10.0, sigma, 0.3, Scaling::Inverted);
        assert_close(relu.x.mean, normal.x.mean, 0.0, "mean");
        assert_close(relu.x.variance, normal.x.variance, 1e-15, "variance");
        assert_close(
            relu.d.fourth_central,
            normal.d.fourth_central,
            1e-14,
            "fourth moment",
        );
        assert_within(relu.x_zeros, 0.0, 1e-88, "zeros");
    }

    // There the mean stays to the last bit, which a product with σ would not leave it.
    for mean in [1.1, 2.7, 3.3, 7.7, 9.9] {
        for sigma in [0.01, 0.03, 0.07] {
            let relu = self::exact(Distribution::Relu, mean, sigma, 0.3, Scaling::Inverted);
            assert_close(relu.x.mean, mean, 0.0, "mean far from 0");
        }
    }

    // Both ways to compute the moments agree where one takes over from the other.
    let [left, right] = [-1.5, -1.5 + f64::EPSILON]
        .map(|mean| self::exact(Distribution::Relu, mean, 1.0, 0.0, Scaling::None).x);
    let fields = |m: Moments| [m.mean, m.variance, m.third_central, m.fourth_central];
    for (left, right) in fields(left).into_iter().zip(fields(right)) {
        assert_close(left, right, 1e-13, "at α = -1.5");
    }
}

#[test]
fn a_constant_input_has_no_spread_of_its_own() {
    for (distribution, mean, value) in [
        (Distribution::Normal, 2.0, 2.0),
        (Distribution::Uniform, -2.0, -2.0),
        (Distribution::Relu, -2.0, 0.0),
        (Distribution::Relu, 3.0, 3.0),
        (Distribution::Ones, 5.0, 1.0),
    ] {
        for sigma in [0.0, 1e-300] {
            let exact = exact(distribution, mean, sigma, 0.25, Scaling::Inverted);
            assert_eq!(exact.x.mean.to_bits(), f64::to_bits(value));
            assert_eq!(exact.standard_deviation_ratio(), None);
            assert_eq!(exact.x.skewness(), None);
            assert_eq!(exact.x.excess_kurtosis(), None);
            assert_eq!(exact.standard_errors(100).standard_deviation_ratio, None);
            assert_close(exact.d.variance, value * value / 3.0, 1e-15, "p/q·μ²");
            assert_close(
                exact.d_zeros,
                if value == 0.0 { 1.0 } else { 0.25 },
                0.0,
                "zeros",
            );
        }
    }
    // A fair mask of a constant: S has no first-order error, only Var S² = 2σ⁴/(n(n-1)).
    let coin = exact(Distribution::Ones, 0.0, 1.0, 0.5, Scaling::None);
    let expected = 0.25 * (2.0_f64 / (100.0 * 99.0)).sqrt();
    assert_close(
        coin.standard_errors(100).d_standard_deviation,
        expected,
        1e-13,
        "SE of S",
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What holds whatever the settings are, also where no reference could be computed.
    #[test]
    fn invariants(
        distribution in proptest::sample::select(&DISTRIBUTIONS[..]),
        scaling in proptest::sample::select(&SCALINGS[..]),
        mean in prop_oneof![-10.0..10.0_f64, Just(0.0), (-1e-9..1e-9_f64)],
        exponent in -320.0..1.0_f64,
        q_exponent in -15.9..0.0_f64,
        samples in 0..10_000_000_000_u64,
    ) {
        for sigma in [10.0_f64.powf(exponent), 10.0_f64.powf(exponent / 100.0)] {
            for p in [1.0 - 10.0_f64.powf(q_exponent), 10.0_f64.powf(q_exponent) * 0.999] {
                let input = input(distribution, mean, sigma);
                let p = drop_probability(p);
                let exact = Exact::new(&input, p, scaling);
                for moments in [exact.x, exact.d] {
                    prop_assert!(moments.mean.is_finite());
                    prop_assert!(moments.variance >= 0.0);
                    prop_assert!(moments.fourth_central >= 0.0);
                    if let (Some(skewness), Some(excess)) = (moments.skewness(), moments.excess_kurtosis()) {
                        // Pearson's inequality.
                        let kurtosis = excess + 3.0;
                        prop_assert!(kurtosis >= (1.0 + skewness * skewness) * (1.0 - 1e-6));
                    }
                }
                prop_assert!((0.0..=1.0).contains(&exact.x_zeros));
                prop_assert!((0.0..=1.0).contains(&exact.d_zeros));
                // The lemma: what keeps each unit on average can't keep the variance.
                if matches!(scaling, Scaling::Inverted | Scaling::Gaussian) {
                    prop_assert!(exact.d.variance >= exact.x.variance);
                }
                prop_assert!(exact.covariance.abs()
                    <= exact.x.standard_deviation() * exact.d.standard_deviation() * (1.0 + 1e-12));
                let errors = exact.standard_errors(samples);
                for error in [errors.x_mean, errors.x_standard_deviation, errors.d_mean,
                    errors.d_standard_deviation, errors.zeros,
                    errors.standard_deviation_ratio.unwrap_or(0.0)] {
                    prop_assert!(error >= 0.0 && error.is_finite());
                }
                for density in [Density::before(&input), Density::after(&input, p, scaling)] {
                    let mass: f64 = density.atoms().iter().map(|atom| atom.mass).sum();
                    prop_assert!((mass + density.continuous_mass() - 1.0).abs() <= 1e-14);
                    prop_assert!(density.atoms().windows(2).all(|pair| pair[0].location < pair[1].location));
                    for t in [0.0, mean, mean + sigma, -1.0, 1.0, 1e-9, 40.0, 1e300, -1e-300] {
                        prop_assert!(density.at(t) >= 0.0);
                    }
                }
            }
        }
    }
}

// Densities.

/// ∫ of g(t)·f(t) dt over the continuous part, for g = 1, t - `centre` and (t - `centre`)².
fn integrate_density(
    density: &Density,
    centre: f64,
    smallest: f64,
    largest: f64,
    finest: f64,
) -> [f64; 3] {
    let mut cuts = vec![0.0, centre];
    cuts.extend_from_slice(density.breakpoints());
    // Panels that grow away from 0, where a product has its singularity, and from where it is sharp.
    for origin in [0.0, centre] {
        let mut distance = smallest;
        while distance < largest {
            cuts.extend([origin - distance, origin + distance]);
            distance *= 1.0 + finest;
        }
    }
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let mut sums = [0.0; 3];
    for pair in cuts.windows(2) {
        for (t, weight) in quadrature::nodes(pair[0], pair[1], 1) {
            let mass = weight * density.at(t);
            let deviation = t - centre;
            for (sum, value) in sums.iter_mut().zip([1.0, deviation, deviation * deviation]) {
                *sum += mass * value;
            }
        }
    }
    sums
}

#[test]
fn the_probability_up_to_a_value_is_the_integral_of_the_density() {
    for (mean, sigma) in [(0.0, 1.0), (1.5, 0.7), (-2.0, 3.0), (0.3, 0.01)] {
        for distribution in DISTRIBUTIONS {
            for scaling in SCALINGS {
                for p in [0.05, 0.5, 0.9] {
                    let input = input(distribution, mean, sigma);
                    let what = describe(&input, p, scaling);
                    let p = drop_probability(p);
                    for density in [Density::before(&input), Density::after(&input, p, scaling)] {
                        let ends = [-40.0, -3.0, -1e-3, 0.0, 1e-6, 0.31, 1.0, 2.7, 60.0];
                        for pair in ends.windows(2) {
                            let mass: f64 = cuts(&density, pair[0], pair[1])
                                .windows(2)
                                .flat_map(|cut| quadrature::nodes(cut[0], cut[1], 3))
                                .map(|(t, weight)| weight * density.at(t))
                                .sum();
                            let within = pair[0].next_up()..=pair[1];
                            let atoms = density.atoms().iter();
                            let atoms = atoms.filter(|atom| within.contains(&atom.location));
                            let expected = mass + atoms.map(|atom| atom.mass).sum::<f64>();
                            let actual = density.up_to(pair[1]) - density.up_to(pair[0]);
                            let tolerance = tolerance::DENSITY_INTEGRAL;
                            assert_within(actual, expected, tolerance, &format!("{what} {pair:?}"));
                        }
                        assert_within(density.up_to(-1e4), 0.0, 1e-13, &what);
                        assert_within(density.up_to(1e4), 1.0, 1e-13, &what);
                    }
                }
            }
        }
    }
}

/// Where to cut an integral from `low` to `high` of a density: at its jumps, and ever finer towards 0.
fn cuts(density: &Density, low: f64, high: f64) -> Vec<f64> {
    let mut cuts = density.breakpoints().to_vec();
    let mut distance = 1e-13;
    while distance < 100.0 {
        cuts.extend([-distance, distance]);
        distance *= 1.2;
    }
    cuts.push(0.0);
    cuts.retain(|cut| (low..high).contains(cut));
    cuts.extend([low, high]);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts
}

#[test]
fn densities_have_the_exact_mass_mean_and_variance() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
    for case in 0..16 {
        let sigma = 0.05 + 3.0 * random.random::<f64>();
        let mean = if case % 5 == 0 {
            0.0
        } else {
            sigma * (8.0 * random.random::<f64>() - 4.0)
        };
        let p = [0.02 + 0.93 * random.random::<f64>(), 0.5][usize::from(case % 7 == 0)];
        for distribution in DISTRIBUTIONS {
            for scaling in SCALINGS {
                let input = input(distribution, mean, sigma);
                let what = describe(&input, p, scaling);
                let p = drop_probability(p);
                let exact = Exact::new(&input, p, scaling);
                for (density, moments) in [
                    (Density::before(&input), exact.x),
                    (Density::after(&input, p, scaling), exact.d),
                ] {
                    let largest = (1.0 + mean.abs() + 11.0 * sigma)
                        * (1.0 + 11.0 * (p.get() / p.keep()).sqrt())
                        / p.keep();
                    let [mass, first, second] =
                        integrate_density(&density, moments.mean, 1e-13, largest, 0.2);
                    let atoms = |f: &dyn Fn(f64) -> f64| -> f64 {
                        density
                            .atoms()
                            .iter()
                            .map(|atom| atom.mass * f(atom.location - moments.mean))
                            .sum()
                    };
                    let tolerance = tolerance::DENSITY_INTEGRAL;
                    assert_within(mass, density.continuous_mass(), tolerance, &what);
                    assert_within(mass + atoms(&|_| 1.0), 1.0, tolerance, &what);
                    let scale = moments.second_moment();
                    assert_within(first + atoms(&|t| t), 0.0, tolerance * scale.sqrt(), &what);
                    assert_within(
                        second + atoms(&|t| t * t),
                        moments.variance,
                        tolerance * scale,
                        &what,
                    );
                }
            }
        }
    }
}

/// The density of x·g by brute force, as an integral over the noise g = ±eʸ instead of over x.
fn product_density(input: &Input, v: f64, t: f64) -> f64 {
    let (mean, sigma) = (input.mean.get(), input.standard_deviation.get());
    let half = 3.0_f64.sqrt() * sigma;
    let of_x = |x: f64| {
        let normal = (-0.5 * ((x - mean) / sigma).powi(2)).exp() / (sigma * (2.0 * PI).sqrt());
        match input.distribution {
            Distribution::Relu if x < 0.0 => 0.0,
            Distribution::Uniform => 0.5 / half,
            _ => normal,
        }
    };
    [-1.0, 1.0]
        .into_iter()
        .map(|sign| {
            // x = t/g stays between two bounds, so that g = sign·eʸ does.
            let (low, high) = match input.distribution {
                Distribution::Uniform => (mean - half, mean + half),
                _ => (mean - 16.0 * sigma, mean + 16.0 * sigma),
            };
            let bounds = if sign * t > 0.0 {
                (low, high)
            } else {
                (-high, -low)
            };
            if bounds.1 <= 0.0 {
                return 0.0;
            }
            let slowest = if sign > 0.0 {
                (1.0 - 13.0 * v).max(0.0)
            } else {
                0.0
            };
            let from = (t.abs() / bounds.1).max(slowest).ln();
            let to = if bounds.0 > 0.0 {
                (t.abs() / bounds.0).ln()
            } else {
                f64::INFINITY
            };
            let to = to.min((1.0 + 13.0 * v).ln());
            if from >= to {
                return 0.0;
            }
            quadrature::integral(from, to, 600, |y| {
                let g = sign * y.exp();
                let noise = (-0.5 * ((g - 1.0) / v).powi(2)).exp() / (v * (2.0 * PI).sqrt());
                noise * of_x(t / g)
            })
        })
        .sum()
}

#[test]
fn gaussian_dropout_has_the_density_that_brute_force_finds() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut worst: f64 = 0.0;
    for case in 0..400 {
        let distribution = DISTRIBUTIONS[case % 3];
        let sigma = 10.0_f64.powf(3.0 * random.random::<f64>() - 2.0);
        let mean = [0.0, 20.0 * random.random::<f64>() - 10.0][usize::from(case % 4 != 0)];
        let p = [
            random.random::<f64>(),
            10.0_f64.powf(-6.0 * random.random::<f64>()),
        ][usize::from(case % 2 == 0)];
        let p = drop_probability(p.min(0.999));
        let input = input(distribution, mean, sigma);
        let what = describe(&input, p.get(), Scaling::Gaussian);
        let density = Density::after(&input, p, Scaling::Gaussian);
        let d = Exact::new(&input, p, Scaling::Gaussian).d;
        for _ in 0..8 {
            let near = d.mean + d.standard_deviation() * (8.0 * random.random::<f64>() - 4.0);
            for t in [near, near * 10.0_f64.powf(-8.0 * random.random::<f64>())] {
                let expected = product_density(&input, (p.get() / p.keep()).sqrt(), t);
                let scale = expected + 0.01 / d.standard_deviation();
                let actual = density.at(t);
                worst = worst.max((actual - expected).abs() / scale);
                assert_within(
                    actual,
                    expected,
                    tolerance::DENSITY * scale,
                    &format!("{what} at {t:e}"),
                );
            }
        }
    }
    println!("worst error of the product density: {worst:e}");
}

#[test]
fn gaussian_dropout_has_its_density_also_where_a_relu_hardly_ever_lets_through() {
    for mean in [-4.0, -8.0, -10.0] {
        let input = input(Distribution::Relu, mean, 1.0);
        let density = Density::after(&input, drop_probability(0.3), Scaling::Gaussian);
        for t in [-0.2, -1e-3, 1e-3, 0.1, 0.3] {
            let expected = product_density(&input, (0.3_f64 / 0.7).sqrt(), t);
            assert_close(density.at(t), expected, 1e-11, "relative to itself");
        }
    }
}

#[test]
fn gaussian_dropout_of_normals_without_mean_is_a_bessel_function_where_the_noise_is_wide() {
    // x·g with both of mean 0 has the density K₀(|t|)/π; at large v, d/v comes near it.
    let p = drop_probability(1.0 - 1e-12);
    let v = (p.get() / p.keep()).sqrt();
    let d = Density::after(&Input::default(), p, Scaling::Gaussian);
    // K₀(0.1), K₀(1), K₀(5): Abramowitz & Stegun, table 9.8.
    for (t, bessel) in [
        (0.1, 2.427_069_024_702_017),
        (1.0, 0.421_024_438_240_708_33),
        (5.0, 0.003_691_098_334_042_594),
    ] {
        assert_close(d.at(t * v) * v, bessel / PI, 1e-11, "K₀/π");
    }
}

#[test]
fn gaussian_dropout_with_hardly_any_noise_or_spread_is_normal() {
    let bell = |t: f64, mean: f64, sigma: f64| {
        (-0.5 * ((t - mean) / sigma).powi(2)).exp() / (sigma * (2.0 * PI).sqrt())
    };
    // Noise of v = 10⁻⁶ and 10⁻⁸ leaves x as it is, up to v².
    for p in [1e-12, 1e-16] {
        let input = input(Distribution::Normal, 1.0, 2.0);
        let d = Density::after(&input, drop_probability(p), Scaling::Gaussian);
        for t in [-3.0, 0.5, 1.0, 4.0] {
            assert_close(
                d.at(t),
                bell(t, 1.0, 2.0),
                1e-15 / p.sqrt() + 100.0 * p,
                "x",
            );
        }
    }
    // An x of almost no spread leaves the noise as it is, up to (σ/μ)².
    for sigma in [1e-5, 1e-8] {
        let input = input(Distribution::Relu, 10.0, sigma);
        let d = Density::after(&input, drop_probability(0.2), Scaling::Gaussian);
        for t in [-3.0, 5.0, 10.0, 16.0] {
            assert_close(d.at(t), bell(t, 10.0, 5.0), 1e-11, "10·g");
        }
    }
}

#[test]
fn where_a_density_is_infinite() {
    let after = |distribution, mean, p| {
        Density::after(
            &input(distribution, mean, 1.0),
            drop_probability(p),
            Scaling::Gaussian,
        )
    };
    for d in [
        after(Distribution::Normal, 0.0, 0.3),
        after(Distribution::Relu, 1.0, 0.3),
        after(Distribution::Relu, -1.0, 0.3),
        after(Distribution::Uniform, 1.0, 0.3),
    ] {
        assert_eq!(d.singularity(), Some(0.0));
        assert_eq!(d.at(0.0).to_bits(), f64::INFINITY.to_bits());
        assert!(d.at(1e-300) > d.at(1e-3) && d.at(1e-300).is_finite());
        assert!(d.at(5e-324) >= d.at(1e-300) && d.at(5e-324).is_finite());
    }
    // Uniform on 3 ± √3: at 0, φ(1/v)/v·ln(high/low)/(2√3).
    let d = after(Distribution::Uniform, 3.0, 0.5);
    assert_eq!(d.singularity(), None);
    let half = 3.0_f64.sqrt();
    let expected =
        (-0.5_f64).exp() / (2.0 * PI).sqrt() * ((3.0 + half) / (3.0 - half)).ln() / (2.0 * half);
    assert_close(d.at(0.0), expected, 1e-13, "at 0");
    // What counts is whether x reaches 0, not whether z = (x - mean)/std does.
    let after = |mean, sigma| {
        let input = input(Distribution::Uniform, mean, sigma);
        Density::after(&input, drop_probability(0.5), Scaling::Gaussian)
    };
    assert_eq!(after(1.5, 0.5).singularity(), None);
    assert_eq!(after(3.0, 2.0).singularity(), Some(0.0));
    // Noise of standard deviation 0.1 doesn't reach 0, as far as f64 can tell.
    let quiet = Density::after(
        &input(Distribution::Normal, 0.0, 1.0),
        drop_probability(0.01),
        Scaling::Gaussian,
    );
    assert_eq!(quiet.singularity(), None);
}

#[test]
fn atoms_and_breakpoints_are_where_they_should_be() {
    let p = drop_probability(0.25);
    let half = 3.0_f64.sqrt();

    let relu = input(Distribution::Relu, 0.0, 1.0);
    let x = Density::before(&relu);
    assert_eq!(
        x.atoms(),
        [Atom {
            location: 0.0,
            mass: 0.5
        }]
    );
    assert_eq!(x.breakpoints(), [0.0]);
    assert_close(x.at(-1e-300), 0.0, 0.0, "left of 0");
    assert_close(x.at(0.0), 1.0 / (2.0 * PI).sqrt(), 1e-15, "from 0 on");
    // Zeros of the ReLU and zeros of the mask are one atom.
    let d = Density::after(&relu, p, Scaling::Inverted);
    assert_eq!(
        d.atoms(),
        [Atom {
            location: 0.0,
            mass: 0.625
        }]
    );

    // In alpha dropout they are two, neither at 0: what it drops, and b.
    let d = Density::after(&relu, p, Scaling::Alpha);
    let [dropped, kept] = d.atoms() else {
        panic!("two atoms, not {:?}", d.atoms());
    };
    assert_close(dropped.location, -1.143_544_188_1, 1e-10, "dropped");
    assert_close(dropped.mass, 0.25, 0.0, "dropped");
    assert_close(kept.location, 0.381_181_396_1, 1e-9, "b");
    assert_close(kept.mass, 0.375, 0.0, "b");
    assert_eq!(d.breakpoints(), [kept.location]);

    let uniform = Density::after(
        &input(Distribution::Uniform, 1.0, 2.0),
        p,
        Scaling::Inverted,
    );
    let [from, to] = uniform.breakpoints() else {
        panic!("two edges");
    };
    assert_close(*from, (1.0 - 2.0 * half) / 0.75, 1e-15, "from");
    assert_close(*to, (1.0 + 2.0 * half) / 0.75, 1e-15, "to");
    for t in [*from, *to, 0.5] {
        assert_close(uniform.at(t), 0.75 * 0.75 / (4.0 * half), 1e-15, "height");
    }
    assert_close(
        uniform.at(from - 1e-9) + uniform.at(to + 1e-9),
        0.0,
        0.0,
        "outside",
    );

    let ones = input(Distribution::Ones, 0.0, 1.0);
    let d = Density::after(&ones, p, Scaling::Inverted);
    let expected = [
        Atom {
            location: 0.0,
            mass: 0.25,
        },
        Atom {
            location: 1.0 / 0.75,
            mass: 0.75,
        },
    ];
    assert_eq!(d.atoms(), expected);
    assert_close(d.continuous_mass(), 0.0, 0.0, "ones");
    let minus_two = input(Distribution::Normal, -2.0, 0.0);
    let d = Density::after(&minus_two, p, Scaling::Gaussian);
    let peak = 1.0 / (2.0 * (1.0_f64 / 3.0).sqrt() * (2.0 * PI).sqrt());
    assert_close(d.at(-2.0), peak, 1e-15, "N(-2, (2v)²)");
    // A constant 0 stays 0, whatever it is multiplied by.
    for scaling in [Scaling::Inverted, Scaling::Gaussian] {
        let d = Density::after(&input(Distribution::Normal, 0.0, 0.0), p, scaling);
        assert_eq!(
            d.atoms(),
            [Atom {
                location: 0.0,
                mass: 1.0
            }]
        );
    }
}

// Standard errors against simulation.

/// A standard normal number, by the method of Box and Muller (1958).
fn normal(random: &mut impl Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (2.0 * PI * random.random::<f64>()).cos()
}

fn draw(random: &mut impl Rng, input: &Input, p: f64, scaling: Scaling) -> (f64, f64) {
    let (mean, sigma) = (input.mean.get(), input.standard_deviation.get());
    let x = match input.distribution {
        Distribution::Normal => mean + sigma * normal(random),
        Distribution::Relu => (mean + sigma * normal(random)).max(0.0),
        Distribution::Uniform => mean + sigma * 12.0_f64.sqrt() * (random.random::<f64>() - 0.5),
        Distribution::Ones => 1.0,
        Distribution::Custom => panic!("tests/data.rs is for these"),
    };
    let d = match definition(scaling, p) {
        Definition::Mask((scale, offset), dropped) => {
            if random.random::<f64>() >= p {
                scale * x + offset
            } else {
                dropped
            }
        }
        Definition::Noise(v) => x * (1.0 + v * normal(random)),
    };
    (x, d)
}

/// The mean, and the standard deviation with the divisor n-1.
fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

#[test]
fn standard_errors_match_simulation() {
    const EXPERIMENTS: usize = 4000;
    const SAMPLES: u32 = 500;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(4);
    let mut worst: f64 = 0.0;
    for (distribution, mean, sigma, p, scaling) in [
        (Distribution::Normal, 0.0, 1.0, 0.5, Scaling::Inverted),
        (Distribution::Normal, 1.0, 1.0, 0.3, Scaling::None),
        (Distribution::Normal, 0.5, 2.0, 0.25, Scaling::Gaussian),
        (Distribution::Relu, 0.5, 1.0, 0.4, Scaling::Sqrt),
        (Distribution::Relu, 1.0, 1.0, 0.2, Scaling::Gaussian),
        (Distribution::Relu, 0.0, 1.0, 0.3, Scaling::Alpha),
        (Distribution::Uniform, -1.0, 1.5, 0.3, Scaling::Inverted),
        (Distribution::Uniform, 1.0, 0.5, 0.1, Scaling::Alpha),
        (Distribution::Ones, 0.0, 1.0, 0.3, Scaling::Inverted),
    ] {
        let input = input(distribution, mean, sigma);
        let exact = Exact::new(&input, drop_probability(p), scaling);
        let mut measured = [const { Vec::new() }; 6];
        for _ in 0..EXPERIMENTS {
            let (xs, ds): (Vec<_>, Vec<_>) = (0..SAMPLES)
                .map(|_| draw(&mut random, &input, p, scaling))
                .unzip();
            let (x_mean, x_deviation) = mean_and_deviation(&xs);
            let (d_mean, d_deviation) = mean_and_deviation(&ds);
            let zeros = ds.iter().filter(|d| **d == 0.0).count() as f64 / f64::from(SAMPLES);
            let ratio = if x_deviation > 0.0 {
                d_deviation / x_deviation
            } else {
                0.0
            };
            let values = [x_mean, x_deviation, d_mean, d_deviation, ratio, zeros];
            for (all, value) in measured.iter_mut().zip(values) {
                all.push(value);
            }
        }
        let errors = exact.standard_errors(u64::from(SAMPLES));
        let expected = [
            (exact.x.mean, errors.x_mean, "mean of x"),
            (
                exact.x.standard_deviation(),
                errors.x_standard_deviation,
                "σ of x",
            ),
            (exact.d.mean, errors.d_mean, "mean of d"),
            (
                exact.d.standard_deviation(),
                errors.d_standard_deviation,
                "σ of d",
            ),
            (
                exact.standard_deviation_ratio().unwrap_or(0.0),
                errors.standard_deviation_ratio.unwrap_or(0.0),
                "ratio",
            ),
            (exact.d_zeros, errors.zeros, "zeros"),
        ];
        for (all, (centre, error, quantity)) in measured.iter().zip(expected) {
            let what = format!("{}: {quantity}", describe(&input, p, scaling));
            let (average, spread) = mean_and_deviation(all);
            let replicates = EXPERIMENTS as f64;
            // Nonlinear estimates are biased by about error²/centre·(a few).
            let bias = 3.0 * error * error / centre.abs().max(1e-3);
            assert_within(
                average,
                centre,
                tolerance::Z * error / replicates.sqrt() + bias,
                &what,
            );
            // The spread of nearly normal estimates is known to 1/√(2·replicates).
            let noise = tolerance::Z / (2.0 * replicates).sqrt();
            assert_close(spread, error, noise + tolerance::DELTA_METHOD, &what);
            if error > 0.0 {
                worst = worst.max((spread / error - 1.0).abs());
            }
        }
    }
    println!("worst relative error of a standard error: {worst:.4}");
}

#[test]
fn errors_of_the_shape_match_simulation() {
    const EXPERIMENTS: usize = 1500;
    const SAMPLES: u32 = 4000;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(6);
    for (distribution, mean, sigma, p, scaling) in [
        (Distribution::Normal, 0.0, 1.0, 0.3, Scaling::Inverted),
        (Distribution::Normal, 2.0, 1.0, 0.5, Scaling::Sqrt),
        (Distribution::Relu, 0.5, 1.0, 0.2, Scaling::None),
        (Distribution::Uniform, -1.0, 1.5, 0.3, Scaling::Alpha),
        (Distribution::Uniform, 1.0, 0.5, 0.1, Scaling::Gaussian),
        (Distribution::Ones, 0.0, 1.0, 0.3, Scaling::Inverted),
    ] {
        let input = input(distribution, mean, sigma);
        let exact = Exact::new(&input, drop_probability(p), scaling);
        let mut measured = [const { Vec::new() }; 3];
        for _ in 0..EXPERIMENTS {
            let ds: Vec<f64> = (0..SAMPLES)
                .map(|_| draw(&mut random, &input, p, scaling).1)
                .collect();
            let n = ds.len() as f64;
            let mean = ds.iter().sum::<f64>() / n;
            let central = |k| ds.iter().map(|d| (d - mean).powi(k)).sum::<f64>() / n;
            let variance = central(2);
            let values = [
                ds.iter().map(|d| d * d).sum::<f64>() / n,
                central(3) / variance.powf(1.5),
                central(4) / variance.powi(2) - 3.0,
            ];
            for (all, value) in measured.iter_mut().zip(values) {
                all.push(value);
            }
        }
        let errors = ShapeErrors::new(&input, &exact, u64::from(SAMPLES));
        let expected = [
            (exact.d.second_moment(), Some(errors.second_moment), "E d²"),
            (exact.d.skewness().unwrap(), errors.skewness, "skewness"),
            (
                exact.d.excess_kurtosis().unwrap(),
                errors.excess_kurtosis,
                "kurtosis",
            ),
        ];
        for (all, (centre, error, quantity)) in measured.iter().zip(expected) {
            let what = format!("{}: {quantity}", describe(&input, p, scaling));
            let error = error.expect("d has a spread");
            let (average, spread) = mean_and_deviation(all);
            let replicates = EXPERIMENTS as f64;
            // The sample's kurtosis is biased by some kurtosis/n.
            let bias = 100.0 / f64::from(SAMPLES);
            assert_within(
                average,
                centre,
                tolerance::Z * error / replicates.sqrt() + bias,
                &what,
            );
            // These estimates are less normal than a standard deviation.
            let noise = 1.5 * tolerance::Z / (2.0 * replicates).sqrt();
            assert_close(spread, error, noise + 2.0 * tolerance::DELTA_METHOD, &what);
        }
    }
}
