//! Activations of four values at a time.
//!
//! # Precision
//! tanh, and with it SELU, is off by less than 4·10⁻⁷ of its value; Φ in GELU by less than 4·10⁻⁷.

use wide::f32x4;

use crate::settings::Activation;
use crate::theory::SELU;

/// x·P(x²)/Q(x²), constant from where x is so large that f32 can't tell. Coefficients from the
/// highest power on.
struct Rational<const P: usize, const Q: usize> {
    reach: f32,
    numerator: [f32; P],
    denominator: [f32; Q],
}

/// The hyperbolic tangent, as in the library Eigen (G. Guennebaud, B. Jacob and others).
const TANH: Rational<7, 4> = Rational {
    reach: 7.905_311,
    numerator: [
        -2.760_768_5e-16,
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_525e-3,
    ],
    denominator: [
        1.198_258_4e-6,
        1.185_347_1e-4,
        2.268_434_6e-3,
        4.893_525_4e-3,
    ],
};

/// The error function, from the same source.
const ERF: Rational<7, 5> = Rational {
    reach: 4.0,
    numerator: [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_5e-5,
        -7.349_906_3e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ],
    denominator: [
        -1.456_607_2e-5,
        -2.133_740_5e-4,
        -1.682_827e-3,
        -7.373_329e-3,
        -1.426_473_9e-2,
    ],
};

impl<const P: usize, const Q: usize> Rational<P, Q> {
    #[inline(always)]
    fn at(&self, x: f32x4) -> f32x4 {
        let x = x
            .fast_min(f32x4::splat(self.reach))
            .fast_max(f32x4::splat(-self.reach));
        let square = x * x;
        x * polynomial(&self.numerator, square) / polynomial(&self.denominator, square)
    }
}

#[inline(always)]
fn polynomial(coefficients: &[f32], x: f32x4) -> f32x4 {
    let mut value = f32x4::ZERO;
    for &coefficient in coefficients {
        value = value * x + f32x4::splat(coefficient);
    }
    value
}

/// φ of each of the values.
pub(super) fn apply(activation: Activation, values: &mut [f32x4]) {
    match activation {
        Activation::Linear => {}
        Activation::Relu => {
            for value in values {
                *value = value.fast_max(f32x4::ZERO);
            }
        }
        Activation::Tanh => {
            for value in values {
                *value = TANH.at(*value);
            }
        }
        Activation::Gelu => {
            let half = f32x4::splat(0.5);
            let root = f32x4::splat(std::f32::consts::FRAC_1_SQRT_2);
            for value in values {
                *value *= half + half * ERF.at(*value * root);
            }
        }
        Activation::Selu => {
            #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
            let [lambda, twice] =
                [SELU[0], 2.0 * SELU[0] * SELU[1]].map(|it| f32x4::splat(it as f32));
            let (half, one) = (f32x4::splat(0.5), f32x4::splat(1.0));
            for value in values {
                // eᶻ - 1 = 2t/(1-t) with t = tanh z/2: nothing cancels.
                let t = TANH.at(half * value.fast_min(f32x4::ZERO));
                *value = lambda * value.fast_max(f32x4::ZERO) + twice * t / (one - t);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(activation: Activation, z: f32) -> f64 {
        let mut values = [f32x4::splat(z)];
        apply(activation, &mut values);
        f64::from(values[0].to_array()[0])
    }

    #[test]
    fn activations_are_those_of_libm_to_their_precision() {
        let mut worst = [0.0_f64; 3];
        for step in -30_000..30_000 {
            #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
            let z = (f64::from(step) * 1e-3) as f32;
            let exact = f64::from(z);
            let small = 1e-30 + exact.abs();
            let [lambda, alpha] = SELU;
            let tanh = libm::tanh(exact);
            let selu = lambda
                * if exact > 0.0 {
                    exact
                } else {
                    alpha * libm::expm1(exact)
                };
            let normal = 0.5 * libm::erfc(-exact / std::f64::consts::SQRT_2);
            let off = [
                (of(Activation::Tanh, z) - tanh).abs() / (1e-30 + tanh.abs()),
                (of(Activation::Selu, z) - selu).abs() / (1e-30 + selu.abs()),
                (of(Activation::Gelu, z) - exact * normal).abs() / small,
            ];
            for (worst, off) in worst.iter_mut().zip(off) {
                *worst = worst.max(off);
            }
        }
        assert!(worst.iter().all(|off| *off < 4e-7), "{worst:?}");
        for z in [1e-20_f32, -1e-20] {
            let exact = f64::from(z);
            assert!((of(Activation::Tanh, z) / exact - 1.0).abs() < 4e-7);
        }
        assert_eq!(of(Activation::Linear, -2.5), -2.5);
        assert_eq!([-2.5, 2.5].map(|z| of(Activation::Relu, z)), [0.0, 2.5]);
    }
}
