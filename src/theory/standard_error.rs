//! By how much an experiment may differ from the exact values.

use super::moments::Moments;
use super::noise::Outcome;

/// The standard errors of estimates from n independent pairs (x, d).
///
/// Sample variances S² have the divisor n-1, as `torch.std` has. The mean's error σ/√n and the
/// zeros' √(f(1-f)/n) are exact, those of S and of S_d/S_x first-order (the delta method): good to
/// one or two per cent from n = 50 on at p ≤ ½.
///
/// ```
/// use dropout_moments::settings::{DropProbability, Input, Scaling};
/// use dropout_moments::theory::Exact;
///
/// // For μ = 0, normal input and inverted dropout, the ratio's is √(3p/n)/(2(1-p)).
/// let p = DropProbability::new(0.5)?;
/// let exact = Exact::new(&Input::default(), p, Scaling::Inverted);
/// let error = exact.standard_errors(1000).standard_deviation_ratio.unwrap_or(f64::NAN);
/// assert!((error - 0.038_729_833_462).abs() < 1e-12);
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandardErrors {
    /// Of the mean of x: σ_x/√n.
    pub x_mean: f64,
    /// Of the standard deviation of x.
    pub x_standard_deviation: f64,
    /// Of the mean of d: σ_d/√n.
    pub d_mean: f64,
    /// Of the standard deviation of d.
    pub d_standard_deviation: f64,
    /// Of the ratio S_d/S_x of both standard deviations in one sample, whose errors are correlated;
    /// `None` where σ_x = 0.
    pub standard_deviation_ratio: Option<f64>,
    /// Of the fraction of exact zeros in d.
    pub zeros: f64,
}

impl StandardErrors {
    /// With `outcomes` those of the rule at the mean of x.
    ///
    /// - Var S² = (m₄ - σ⁴·(n-3)/(n-1))/n exactly, and S = √S² has the standard error √(Var S²)/(2σ).
    /// - n·Var ln(S_d/S_x) → ¼·(κ_d + κ_x - 2·μ₂₂/(σ_x²σ_d²)), where κ is the kurtosis E\[z⁴\] and
    ///   μ₂₂ = E[(x - E x)²(d - E d)²].
    ///
    /// Both are differences that may cancel, the second down to nothing where p → 0. So they are
    /// summed as the expected squares that they are: with η = (x - E x)/σ_x and ζ = (d - E d)/σ_d,
    /// m₄ - σ⁴ = σ⁴·E[(ζ² - 1)²], and the bracket is E[(ζ² - η²)²].
    pub(super) fn new(
        x: &Moments,
        d: &Moments,
        d_zeros: f64,
        outcomes: [Outcome; 5],
        samples: u64,
    ) -> Self {
        let n = samples.max(2) as f64;
        let (x_sigma, d_sigma) = (x.standard_deviation(), d.standard_deviation());

        let mut d_spread = 0.0;
        let mut paired_spread = 0.0;
        if d_sigma > 0.0 {
            // 0 times what an impossible outcome would contribute may be 0·∞.
            for outcome in outcomes.iter().filter(|outcome| outcome.probability > 0.0) {
                // In this outcome ζ = a·η + b.
                let a = outcome.factor * x_sigma / d_sigma;
                let b = outcome.shift / d_sigma;
                let (square, linear, constant) = (a * a, 2.0 * a * b, b * b);
                d_spread += outcome.probability * mean_square(x, square, linear, constant - 1.0);
                paired_spread +=
                    outcome.probability * mean_square(x, square - 1.0, linear, constant);
            }
        }
        let x_spread = mean_square(x, 1.0, 0.0, -1.0);
        let of_deviation =
            |sigma: f64, spread: f64| 0.5 * sigma * ((spread + 2.0 / (n - 1.0)) / n).sqrt();
        Self {
            x_mean: x_sigma / n.sqrt(),
            x_standard_deviation: of_deviation(x_sigma, x_spread),
            d_mean: d_sigma / n.sqrt(),
            d_standard_deviation: of_deviation(d_sigma, d_spread),
            standard_deviation_ratio: d
                .standard_deviation_ratio(x)
                .map(|ratio| 0.5 * ratio * (paired_spread / n).sqrt()),
            zeros: (d_zeros * (1.0 - d_zeros) / n).sqrt(),
        }
    }
}

/// E[(a·η² + b·η + c)²] for η = (x - E x)/σ_x, of which E η = 0 and E η² = 1.
fn mean_square(x: &Moments, a: f64, b: f64, c: f64) -> f64 {
    let skewness = x.skewness().unwrap_or(0.0);
    let kurtosis = x.kurtosis().unwrap_or(1.0);
    let mean = a + c;
    // The variance of a·η² + b·η can't be negative; rounding could make it so.
    let variance = a * a * (kurtosis - 1.0) + 2.0 * a * b * skewness + b * b;
    mean * mean + variance.max(0.0)
}
