//! By how much measured second moments, skewnesses and kurtoses may differ from the exact ones.

use super::exact::Exact;
use super::input::{Law, normal_density, normal_probability};
use super::product::gauss_legendre;
use crate::settings::Input;

/// The standard errors of what n independent draws of d say of its second moment and its shape.
///
/// An estimate is, to first order, the mean of its influence function ψ (the delta method), so that
/// its error is √(E ψ² / n). With z = (d - E d)/σ_d, skewness γ and kurtosis κ:
///
/// | estimate | ψ |
/// |---|---|
/// | E d² | σ²·(z² - 1) + 2·σ·E d·z, which is exact |
/// | γ | z³ - γ - 3·z - (3/2)·γ·(z² - 1) |
/// | κ | z⁴ - κ - 4·γ·z - 2·κ·(z² - 1) |
///
/// (Kendall and Stuart, The Advanced Theory of Statistics, vol. 1, section 10; for a normal d the
/// last two are the familiar √(6/n) and √(24/n).) First order is good where the units that are kept
/// are many: n·(1-p) of some thousands.
///
/// ```
/// use dropout_moments::settings::{DropProbability, Input, Scaling};
/// use dropout_moments::theory::{Exact, ShapeErrors};
///
/// // Nothing is dropped, so d is normal.
/// let input = Input::default();
/// let exact = Exact::new(&input, DropProbability::new(0.0)?, Scaling::Inverted);
/// let errors = ShapeErrors::new(&input, &exact, 600);
/// assert!((errors.skewness.unwrap_or(f64::NAN) - 0.1).abs() < 1e-12);
/// assert!((errors.excess_kurtosis.unwrap_or(f64::NAN) - 0.2).abs() < 1e-12);
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShapeErrors {
    /// Of the mean of d².
    pub second_moment: f64,
    /// Of the sample's skewness; `None` where d has no spread, or tails that are too heavy for f64.
    pub skewness: Option<f64>,
    /// Of the sample's excess kurtosis; `None` as above.
    pub excess_kurtosis: Option<f64>,
}

/// The powers of a number, or their means, from the 0th to the 8th.
type Powers = [f64; 9];

impl ShapeErrors {
    /// With `exact` that of `input`; fewer than 2 `samples` count as 2.
    #[must_use]
    pub fn new(input: &Input, exact: &Exact, samples: u64) -> Self {
        let n = samples.max(2) as f64;
        let (mean, sigma) = (exact.d.mean, exact.d.standard_deviation());
        let z = if sigma > 0.0 {
            after(&before(Law::new(input), exact, sigma), exact, sigma)
        } else {
            powers(0.0)
        };
        let error = |influence: &[f64]| (mean_square(influence, &z) / n).sqrt();
        let shape = |influence: &[f64]| {
            let error = error(influence);
            (sigma > 0.0 && error.is_finite()).then_some(error)
        };
        let (skewness, kurtosis) = (z[3], z[4]);
        Self {
            second_moment: sigma * error(&[-sigma, 2.0 * mean, sigma]),
            skewness: shape(&[0.5 * skewness, -3.0, -1.5 * skewness, 1.0]),
            excess_kurtosis: shape(&[kurtosis, -4.0 * skewness, -2.0 * kurtosis, 0.0, 1.0]),
        }
    }
}

/// E[(Σ cₖ·zᵏ)²] of a polynomial of at most the fourth degree.
fn mean_square(coefficients: &[f64], z: &Powers) -> f64 {
    let mut sum = 0.0;
    for (i, a) in coefficients.iter().enumerate() {
        for (moment, b) in z[i..].iter().zip(coefficients) {
            sum += a * b * moment;
        }
    }
    // It can't be negative; rounding could make it so. `max` would hide an overflow.
    if sum < 0.0 { 0.0 } else { sum }
}

/// E zᵏ of z = (d - E d)/σ_d, from the `x` of [`before`].
fn after(x: &Powers, exact: &Exact, d_sigma: f64) -> Powers {
    let mut z = [0.0; 9];
    // 0 times what an impossible outcome would contribute may be 0·∞.
    let outcomes = exact.outcomes();
    for outcome in outcomes.iter().filter(|outcome| outcome.probability > 0.0) {
        // In this outcome z = factor·(x - E x)/σ_d + shift/σ_d.
        let factor = powers(outcome.factor);
        let shift = powers(outcome.shift / d_sigma);
        let mut binomials = [0.0; 9];
        for (k, z) in z.iter_mut().enumerate() {
            // A row of Pascal's triangle out of the one before.
            for j in (1..=k).rev() {
                binomials[j] += binomials[j - 1];
            }
            binomials[0] = 1.0;
            let terms = (0..=k).map(|j| binomials[j] * factor[j] * x[j] * shift[k - j]);
            *z += outcome.probability * terms.sum::<f64>();
        }
    }
    z
}

/// E[((x - E x)/σ_d)ᵏ]. In units of σ_x, powers would overflow where a ReLU hardly ever lets
/// through.
fn before(law: Law<'_>, exact: &Exact, d_sigma: f64) -> Powers {
    let scaled = |standardised: Powers| {
        let scale = powers(exact.x.standard_deviation() / d_sigma);
        std::array::from_fn(|k| scale[k] * standardised[k])
    };
    match law {
        Law::Constant(_) => powers(0.0),
        Law::Data(data) => scaled(data.standardised),
        Law::Normal { .. } => scaled([1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0]),
        Law::Uniform { .. } => scaled([1.0, 0.0, 1.0, 0.0, 1.8, 0.0, 27.0 / 7.0, 0.0, 9.0]),
        Law::Relu {
            mean,
            standard_deviation,
        } => {
            let alpha = mean / standard_deviation;
            let deviation = |x: f64| powers((x - exact.x.mean) / d_sigma);
            let mut moments = deviation(0.0).map(|power| power * normal_probability(-alpha));
            // x = σ·y where it is positive, with the density φ(y - α).
            let low = alpha.max(REACH) - REACH;
            let cut = alpha.min(0.0);
            let high = alpha + (cut * cut + REACH * REACH).sqrt();
            let panel = (high - low) / f64::from(PANELS);
            for index in 0..PANELS {
                let from = low + panel * f64::from(index);
                for (k, moment) in moments.iter_mut().enumerate() {
                    *moment += gauss_legendre(panel, |distance| {
                        let y = from + distance;
                        deviation(standard_deviation * y)[k] * normal_density(y - alpha)
                    });
                }
            }
            moments
        }
    }
}

/// How far out a normal is followed, in standard deviations; z⁸·φ(z) is below 10⁻⁹ there.
const REACH: f64 = 9.0;

/// Each spans at most 1.5 standard deviations.
const PANELS: u32 = 12;

/// 1, `base`, `base`², …
fn powers(base: f64) -> Powers {
    let mut powers = [1.0; 9];
    for k in 1..9 {
        powers[k] = powers[k - 1] * base;
    }
    powers
}
