//! What an activation makes of normal variates: its mean, its second moment, and the mean product of
//! two that are correlated.
//!
//! # Precision
//! Linear, ReLU and GELU have closed forms. tanh is replaced by a sum of error functions that is off
//! by less than 2·10⁻⁸ of its value everywhere, and whose moments are closed forms again. SELU is
//! integrated numerically in one dimension, the other being a closed form. All results are right to
//! 4·10⁻⁸ of themselves, or of √(a·b) where they cancel, for variances from 10⁻¹⁵⁰ to 10¹⁵⁰.

use std::f64::consts::{PI, SQRT_2};

use super::input::{normal_density, normal_probability};
use super::product::gauss_legendre;
use crate::settings::Activation;

/// λ and α of SELU (Klambauer et al. 2017, equation 14): they make mean 0 and variance 1 a fixed
/// point.
pub(crate) const SELU: [f64; 2] = [1.050_700_987_355_480_5, 1.673_263_242_354_377_2];

/// Normals further out than this many standard deviations are left out: their share is 2·10⁻²³.
const REACH: f64 = 10.0;

impl Activation {
    /// E φ(z) and E φ(z)² for z ~ N(0, `variance`).
    pub(super) fn moments(self, variance: f64) -> [f64; 2] {
        let std = variance.sqrt();
        match self {
            Self::Linear => [0.0, variance],
            Self::Relu => [std / (2.0 * PI).sqrt(), 0.5 * variance],
            Self::Tanh => [0.0, tanh_product(variance, variance, 1.0)],
            Self::Gelu => [
                // E[z·Φ(z)] = variance · E φ(z) (Stein).
                variance / (2.0 * PI * (1.0 + variance)).sqrt(),
                gelu_product(variance, variance, 1.0),
            ],
            Self::Selu => selu_moments(std),
        }
    }

    /// E[φ(u)·φ(v)] for normal u and v of mean 0, the variances `a` and `b`, and this correlation.
    pub(super) fn product(self, a: f64, b: f64, correlation: f64) -> f64 {
        let covariance = correlation * a.sqrt() * b.sqrt();
        match self {
            Self::Linear => covariance,
            Self::Relu => 0.5 * a.sqrt() * b.sqrt() * arc_cosine(correlation),
            Self::Tanh => tanh_product(a, b, correlation),
            Self::Gelu => gelu_product(a, b, correlation),
            Self::Selu => selu_product(a.sqrt(), b.sqrt(), correlation),
        }
    }
}

/// The correlation map of ReLU, the arc-cosine kernel of Cho and Saul (2009): 1 at 1.
fn arc_cosine(c: f64) -> f64 {
    (((1.0 - c) * (1.0 + c)).sqrt() + c * (PI - libm::acos(c))) / PI
}

/// tanh x = Σ weight·erf(scale·x), off by less than 2·10⁻⁸ relative: scales and weights.
///
/// The logistic distribution is a mixture of normal ones (Andrews and Mallows 1974); a few of them are
/// enough (Monahan and Stefanski 1992). These were fitted anew, to the relative error.
const TANH: [(f64, f64); 10] = [
    (0.282_008_699_580_405_14, 4.344_990_728_145_357e-5),
    (0.356_171_101_357_582_73, 0.002_718_337_230_455_406),
    (0.448_558_434_849_195_16, 0.032_311_070_821_715_07),
    (0.569_668_206_138_284_3, 0.137_931_370_234_629_12),
    (0.729_566_530_672_655, 0.282_367_704_777_344_3),
    (0.935_274_969_895_350_6, 0.312_212_008_316_347_3),
    (1.190_123_853_728_872_5, 0.180_671_879_898_195_75),
    (1.497_856_524_332_909, 0.047_414_342_271_830_61),
    (1.868_971_640_822_122, 0.004_258_204_425_369_838),
    (2.339_464_358_463_257, 7.164_313_887_503_713e-5),
];

/// E[erf(s·u)·erf(t·v)] is an arcsine (Williams 1998).
fn tanh_product(a: f64, b: f64, correlation: f64) -> f64 {
    let covariance = correlation * a.sqrt() * b.sqrt();
    let mut sum = 0.0;
    for (s, weight) in TANH {
        for (t, other) in TANH {
            let spread = (1.0 + 2.0 * s * s * a).sqrt() * (1.0 + 2.0 * t * t * b).sqrt();
            let share = (2.0 * s * t * covariance / spread).min(1.0);
            sum += weight * other * libm::asin(share);
        }
    }
    sum * 2.0 / PI
}

/// E[u·Φ(u)·v·Φ(v)], by Stein's lemma applied to each factor (as Tsuchida et al. 2021).
fn gelu_product(a: f64, b: f64, correlation: f64) -> f64 {
    let covariance = correlation * a.sqrt() * b.sqrt();
    let spread = (1.0 + a).sqrt() * (1.0 + b).sqrt();
    let both = 0.25 + libm::asin(covariance / spread) / (2.0 * PI);
    // In units of (1+a)(1+b), and so that nothing cancels where a, b → ∞ or the correlation c → 1:
    // ab + k² - ak²/(1+a) - bk²/(1+b), and the determinant (1+a)(1+b) - k².
    let ([ra, rb], [a, b]) = (
        [1.0 / (1.0 + a), 1.0 / (1.0 + b)],
        [a / (1.0 + a), b / (1.0 + b)],
    );
    let square = correlation * correlation;
    let rest = (1.0 - correlation) * (1.0 + correlation);
    let bracket = a * b * (rest + square * (ra + rb));
    let determinant = ra * rb + a * rb + b * ra + rest * a * b;
    covariance * both + spread * bracket / (2.0 * PI * determinant.sqrt())
}

/// Of z = `std`·N(0, 1).
fn selu_moments(std: f64) -> [f64; 2] {
    let [lambda, alpha] = SELU;
    let below = |power: i32| {
        let integrand = |x: f64| libm::expm1(-std * x).powi(power) * normal_density(x);
        over_half(finest(std), integrand)
    };
    [
        lambda * (std / (2.0 * PI).sqrt() + alpha * below(1)),
        lambda * lambda * (0.5 * std * std + alpha * alpha * below(2)),
    ]
}

fn selu_product(a: f64, b: f64, correlation: f64) -> f64 {
    let [lambda, alpha] = SELU;
    let rest = ((1.0 - correlation) * (1.0 + correlation)).sqrt();
    // Where the correlation is nearly 1, the kink of E[φ(v) | u] is narrower; that moves the product by
    // less than 4·10⁻⁹.
    let finest = finest(a).min(finest(b));
    // φ(u), times the mean of φ(v) given u.
    let integrand = |z: f64| {
        let u = a * z;
        let of_u = if u > 0.0 { u } else { alpha * libm::expm1(u) };
        of_u * selu_mean(b * correlation * z, b * rest) * normal_density(z)
    };
    let both = over_half(finest, |x| integrand(x) + integrand(-x));
    lambda * lambda * both
}

/// E φ(v)/λ for v ~ N(`mean`, `std`²).
fn selu_mean(mean: f64, std: f64) -> f64 {
    let alpha = SELU[1];
    if std == 0.0 {
        return if mean > 0.0 {
            mean
        } else {
            alpha * libm::expm1(mean)
        };
    }
    let r = mean / std;
    let (below, density) = (normal_probability(-r), std * normal_density(r));
    let above = mean * normal_probability(r) + density;
    // E[eᵛ - 1; v < 0].
    let bent = if mean.abs() + 8.0 * std < 0.05 {
        // Σ E[vᵏ; v < 0]/k!, without the 1 that would cancel.
        let (mut last, mut moment) = (below, mean * below - density);
        let (mut sum, mut factorial) = (moment, 1.0);
        for k in [2.0, 3.0, 4.0, 5.0, 6.0, 7.0] {
            (last, moment) = (moment, mean * moment + (k - 1.0) * std * std * last);
            factorial *= k;
            sum += moment / factorial;
        }
        sum
    } else {
        let x = r + std;
        let exponential = if x > 0.0 {
            libm::exp(-0.5 * r * r) * mills(x)
        } else {
            libm::exp(mean + 0.5 * std * std) * normal_probability(-x)
        };
        exponential - below
    };
    above + alpha * bent
}

/// exp(x²/2)·Φ(-x) for x ≥ 0.
fn mills(x: f64) -> f64 {
    if x < 25.0 {
        return libm::exp(0.5 * x * x) * 0.5 * libm::erfc(x / SQRT_2);
    }
    let y = 1.0 / (x * x);
    let series = 1.0 - y * (1.0 - y * (3.0 - y * (15.0 - 105.0 * y)));
    series / (x * (2.0 * PI).sqrt())
}

/// How near to 0 something happens that depends on `steepness`·x. What happens nearer than 10⁻⁸ has
/// no weight.
fn finest(steepness: f64) -> f64 {
    (1.0 / steepness).clamp(1e-8, 1.0)
}

/// ∫ of an integrand over x > 0, where all that happens, happens near 0 or on the scale of 1: over
/// panels that double from `finest` on.
fn over_half(finest: f64, integrand: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut start) = (0.0, 0.0);
    while start < REACH {
        let width = start.max(finest).min(2.0);
        sum += gauss_legendre(width, |x| integrand(start + x));
        start += width;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activation::{Gelu, Linear, Relu, Selu, Tanh};

    fn assert_near(value: f64, expected: f64, scale: f64, what: &str) {
        assert!(
            (value - expected).abs() <= 4e-8 * scale,
            "{what}: {value} is not {expected}"
        );
    }

    /// By mpmath 1.3, adaptive quadrature with 30 digits.
    #[test]
    fn moments_are_those_of_an_independent_quadrature() {
        let cases: [(Activation, f64, f64, f64); 17] = [
            (Tanh, 1e-6, 0.0, 9.999_980_000_057e-7),
            (Tanh, 0.3, 0.0, 0.197_263_387_502_2),
            (Tanh, 1.0, 0.0, 0.394_294_490_397_8),
            (Tanh, 9.0, 0.0, 0.745_166_707_993_4),
            (Tanh, 400.0, 0.0, 0.960_146_698_306_2),
            (Gelu, 1e-6, 3.989_420_809_304e-7, 2.500_004_774_64e-7),
            (Gelu, 0.3, 0.104_968_657_88, 0.103_540_286_841_4),
            (Gelu, 1.0, 0.282_094_791_773_9, 0.425_221_482_570_3),
            (Gelu, 9.0, 1.135_409_634_909, 4.445_456_579_631),
            (Gelu, 400.0, 7.968_890_712_564, 199.990_651_866_9),
            (Selu, 1e-6, -2.817_718_211_426e-4, 2.094_979_438_649e-6),
            (Selu, 0.3, -0.053_136_367_552_47, 0.383_930_872_377_1),
            // The fixed point for which λ and α were made.
            (Selu, 1.0, 0.0, 1.0),
            (Selu, 9.0, 0.592_091_065_830_9, 5.962_382_275_248),
            (Selu, 400.0, 7.539_313_272_845, 222.247_774_171_5),
            // By its closed form, with the asymptotic series of Mills' ratio: steep at 0.
            (Selu, 1e4, 41.044_868_221_57, 5_521.389_786_666),
            (Selu, 1e6, 418.290_699_624_7, 551_987.826_021_9),
        ];
        for (activation, variance, mean, second) in cases {
            let what = format!("{activation:?} at {variance}");
            let [m, s] = activation.moments(variance);
            assert_near(m, mean, second.sqrt(), &what);
            assert_near(s, second, second, &what);
        }
    }

    /// By NumPy, Gauss–Legendre in two dimensions, with the kinks at panels' edges.
    #[test]
    fn products_are_those_of_an_independent_quadrature() {
        for (activation, a, b, correlation, expected) in [
            (Tanh, 1.0, 1.0, 0.5, 0.186_324_413_203),
            (Tanh, 2.0, 0.5, 0.9, 0.330_078_968_567),
            (Tanh, 30.0, 0.01, 0.3, 0.023_392_538_659_5),
            (Tanh, 1e4, 1e-4, 0.99, 0.007_898_200_586_51),
            (Tanh, 1.0, 1.0, -0.4, -0.148_203_581_33),
            (Gelu, 1.0, 1.0, 0.5, 0.227_294_915_022),
            (Gelu, 2.0, 0.5, 0.9, 0.370_612_979_578),
            (Gelu, 30.0, 0.01, 0.3, 0.050_401_090_141),
            (Gelu, 1e4, 1e-4, 0.99, 0.250_651_215_367),
            (Gelu, 1.0, 1.0, -0.4, -0.005_962_739_835_03),
            (Selu, 1.0, 1.0, 0.5, 0.490_569_128_325),
            (Selu, 2.0, 0.5, 0.9, 0.879_450_338_348),
            (Selu, 30.0, 0.01, 0.3, 0.103_813_830_367),
            (Selu, 1e4, 1e-4, 0.99, 0.558_506_886_099),
            (Selu, 1.0, 1.0, -0.4, -0.386_385_172_08),
            // By mpmath 1.3, adaptive quadrature with 30 digits.
            (Selu, 1.0, 1.0, 0.9999, 0.999_892_917_702_956_8),
            (Selu, 0.1 * 0.1, 1.0, -0.9999, -0.133_737_099_122_408_9),
            (Selu, 1.0, 0.1 * 0.1, 0.99999, 0.130_559_018_779_536_37),
            // (√0.75 + ½·(π - arccos ½))/(2π), and a covariance.
            (Relu, 4.0, 1.0, 0.5, 0.608_997_781_045),
            (Linear, 4.0, 9.0, 0.5, 3.0),
        ] {
            let what = format!("{activation:?} at {a}, {b}, {correlation}");
            let product = activation.product(a, b, correlation);
            assert_near(product, expected, expected.abs(), &what);
        }
    }

    /// Closed form against another path: the product at correlation 1 is the second moment, for all
    /// variances that are followed.
    #[test]
    fn a_product_with_itself_is_the_second_moment() {
        for activation in [Linear, Relu, Tanh, Gelu, Selu] {
            for decade in -15..=15 {
                let variance = 10_f64.powi(10 * decade);
                let [_, second] = activation.moments(variance);
                let product = activation.product(variance, variance, 1.0);
                assert_near(
                    product,
                    second,
                    second,
                    &format!("{activation:?} 10^{decade}0"),
                );
                // As good as certain, but by the formula for less than certain.
                let nearly = activation.product(variance, variance, 1.0 - 1e-12);
                let what = format!("nearly {activation:?} 10^{decade}0");
                assert!(
                    (nearly - second).abs() <= 1e-5 * second,
                    "{what}: {nearly} {second}"
                );
            }
        }
    }

    /// The series, against the closed form where that doesn't overflow yet.
    #[test]
    fn mills_ratio_is_one_function() {
        for step in 0..100 {
            let x = 25.0 + 0.1 * f64::from(step);
            let closed = libm::exp(0.5 * x * x) * 0.5 * libm::erfc(x / SQRT_2);
            let off = (mills(x) / closed - 1.0).abs();
            assert!(off < 2e-11, "at {x}: {off:e}");
        }
    }

    #[test]
    fn the_sum_of_error_functions_is_tanh_to_its_precision() {
        let mut worst = 0.0_f64;
        for step in 1..40_000 {
            let x = 5e-4 * f64::from(step);
            let sum: f64 = TANH.iter().map(|(s, w)| w * libm::erf(s * x)).sum();
            worst = worst.max((sum / libm::tanh(x) - 1.0).abs());
        }
        assert!(worst < 2e-8, "{worst:e}");
    }
}
