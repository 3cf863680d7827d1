//! The law of an activation x before dropout, and its moments.

use std::f64::consts::{PI, SQRT_2};
use std::sync::Arc;

use super::moments::Moments;
use crate::settings::{Data, Distribution, Input};

/// Standard deviations σ below this count as 0, so that σ⁴ and (μ/σ)⁴ are representable.
const SMALLEST_STANDARD_DEVIATION: f64 = 1e-60;

/// Fourth central moments below this count as 0, and the lower ones with them. Only the output of
/// a ReLU gets there, where P(x > 0) < 10⁻²⁰⁰ or σ < 10⁻⁵⁰.
const SMALLEST_FOURTH_MOMENT: f64 = 1e-250;

/// The law of x. Where σ > 0, x = `mean` + `standard_deviation`·z with a standardised z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Law<'a> {
    Constant(f64),
    /// With a variance above 0.
    Data(&'a Arc<Data>),
    Normal {
        mean: f64,
        standard_deviation: f64,
    },
    Relu {
        mean: f64,
        standard_deviation: f64,
    },
    Uniform {
        mean: f64,
        standard_deviation: f64,
    },
}

impl<'a> Law<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        let mean = input.mean.get();
        let standard_deviation = input.standard_deviation.get();
        let constant = standard_deviation < SMALLEST_STANDARD_DEVIATION;
        if let (Distribution::Custom, Some(data)) = (input.distribution, &input.data) {
            return if data.variance > 0.0 {
                Self::Data(data)
            } else {
                Self::Constant(data.mean)
            };
        }
        match input.distribution {
            Distribution::Ones => Self::Constant(1.0),
            Distribution::Relu if constant => Self::Constant(mean.max(0.0)),
            _ if constant => Self::Constant(mean),
            Distribution::Normal | Distribution::Custom => Self::Normal {
                mean,
                standard_deviation,
            },
            Distribution::Relu => Self::Relu {
                mean,
                standard_deviation,
            },
            Distribution::Uniform => Self::Uniform {
                mean,
                standard_deviation,
            },
        }
    }

    pub(super) fn moments(self) -> Moments {
        let symmetric = |mean, standard_deviation, kurtosis| {
            let variance = standard_deviation * standard_deviation;
            Moments {
                mean,
                variance,
                third_central: 0.0,
                fourth_central: kurtosis * variance * variance,
            }
        };
        match self {
            Self::Constant(value) => Moments::constant(value),
            Self::Data(data) => {
                let (variance, [_, _, _, skewness, kurtosis, ..]) =
                    (data.variance, data.standardised);
                Moments {
                    mean: data.mean,
                    variance,
                    third_central: skewness * variance * variance.sqrt(),
                    fourth_central: kurtosis * variance * variance,
                }
            }
            Self::Normal {
                mean,
                standard_deviation,
            } => symmetric(mean, standard_deviation, 3.0),
            Self::Uniform {
                mean,
                standard_deviation,
            } => symmetric(mean, standard_deviation, 1.8),
            Self::Relu {
                mean,
                standard_deviation,
            } => relu(mean, standard_deviation),
        }
    }
}

/// φ(z), the standard normal density.
pub(super) fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// Φ(z) = P(Z ≤ z) of a standard normal Z, accurate in both tails.
pub(super) fn normal_probability(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The moments of max(0, z) for a normal z: σ times those of y = max(0, α + Z) with α = μ/σ and a
/// standard normal Z.
fn relu(mean: f64, standard_deviation: f64) -> Moments {
    let alpha = mean / standard_deviation;
    let variance = standard_deviation * standard_deviation;
    let y = if alpha > -1.5 {
        relu_from_deviations(alpha)
    } else {
        relu_from_tail(-alpha)
    };
    let fourth_central = y.fourth_central * variance * variance;
    if fourth_central < SMALLEST_FOURTH_MOMENT {
        return Moments::constant(y.mean * standard_deviation);
    }
    Moments {
        // Where α is large, μ + σ·(E y - α) is μ, which σ·E y might miss by rounding.
        mean: if alpha > 0.0 {
            mean + standard_deviation * relu_excess(alpha)
        } else {
            standard_deviation * y.mean
        },
        variance: y.variance * variance,
        third_central: y.third_central * variance * standard_deviation,
        fourth_central,
    }
}

/// E y - α = φ(α) - α·Φ(-α).
fn relu_excess(alpha: f64) -> f64 {
    normal_density(alpha) - alpha * normal_probability(-alpha)
}

/// The moments of y = max(0, α + Z) for α > -1.5.
///
/// With e = E y - α, the deviation y - E y is Z - e where Z > -α, and -(α + e) elsewhere. So the
/// truncated moments tₖ = E[Zᵏ; Z > -α] suffice, and none of them grows with α.
fn relu_from_deviations(alpha: f64) -> Moments {
    let square = alpha * alpha;
    let density = normal_density(alpha);
    let zero = normal_probability(-alpha);
    let t0 = normal_probability(alpha);
    let t1 = density;
    let t2 = t0 - alpha * density;
    let t3 = (square + 2.0) * density;
    let t4 = 3.0 * t0 - alpha * (square + 3.0) * density;
    let e = relu_excess(alpha);
    let at_zero = t1 + alpha * t0;
    let at_zero_square = at_zero * at_zero;
    Moments {
        mean: at_zero,
        variance: t2 - 2.0 * e * t1 + e * e * t0 + zero * at_zero_square,
        third_central: t3 - 3.0 * e * t2 + 3.0 * e * e * t1
            - e * e * e * t0
            - zero * at_zero_square * at_zero,
        fourth_central: t4 - 4.0 * e * t3 + 6.0 * e * e * t2 - 4.0 * e * e * e * t1
            + e * e * e * e * t0
            + zero * at_zero_square * at_zero_square,
    }
}

/// The moments of y = max(0, Z - β) for β ≥ 1.5, to full relative precision however small they are.
///
/// E yᵏ = k!·Iₖ with the iterated integrals Iₖ of the normal tail, I₋₁ = φ(β) and I₀ = Φ(-β). Their
/// recurrence Iₖ₋₂ = k·Iₖ + β·Iₖ₋₁ (Abramowitz & Stegun 7.2.5) cancels if used upwards. Downwards,
/// as the continued fraction rₖ₋₁ = 1/(β + k·rₖ) of the ratios rₖ = Iₖ/Iₖ₋₁, it only adds.
fn relu_from_tail(beta: f64) -> Moments {
    // At β = 1.5, 160 give 13 digits, 200 all; a larger β needs fewer.
    const TERMS: u32 = 200;
    let previous = |k: u32, ratio: f64| 1.0 / (beta + f64::from(k) * ratio);
    let r4 = (5..=TERMS).rev().fold(0.0, |ratio, k| previous(k, ratio));
    let r3 = previous(4, r4);
    let r2 = previous(3, r3);
    let r1 = previous(2, r2);
    let r0 = previous(1, r1);
    let m1 = normal_density(beta) * r0 * r1;
    let m2 = 2.0 * m1 * r2;
    let m3 = 3.0 * m2 * r3;
    let m4 = 4.0 * m3 * r4;
    Moments {
        mean: m1,
        variance: m2 - m1 * m1,
        third_central: m3 - 3.0 * m1 * m2 + 2.0 * m1 * m1 * m1,
        fourth_central: m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1 * m1 * m1 * m1,
    }
}
