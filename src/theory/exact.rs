//! The exact moments of an activation before and after dropout.

use super::density::Density;
use super::input::Law;
use super::moments::Moments;
use super::noise::{Outcome, outcomes, variances};
use super::rule::Rule;
use super::standard_error::StandardErrors;
use crate::settings::{DropProbability, Input, Scaling};

/// The exact moments of an activation before dropout, x, and after it, d.
///
/// For a mask that multiplies by s what it keeps, E d = s·q·E x and
/// Var d = s²·q·(σ² + p·(E x)²); for the inverted rule s = 1/q, so that Var d = (σ² + p·(E x)²)/q.
/// This holds for every law of x (Srivastava et al. 2014, section 10, has it for Gaussian noise).
///
/// # Precision
/// Measured against numerical integration: relative errors below 10⁻¹², where α = μ/σ of a ReLU is
/// very negative at most α²·10⁻¹⁵; of third moments, which may cancel, 10⁻¹² of
/// √(second·fourth); of the third and fourth after Gaussian noise with v > 10³, 10⁻¹⁵·v. Standard
/// deviations below 10⁻⁶⁰ count as 0.
///
/// ```
/// use dropout_moments::settings::{DropProbability, Input, InputMean, Scaling};
/// use dropout_moments::theory::Exact;
///
/// let p = DropProbability::new(0.5)?;
/// let centred = Exact::new(&Input::default(), p, Scaling::Inverted);
/// assert_eq!(centred.d.mean, 0.0);
/// assert_eq!(centred.d.variance, 2.0);
///
/// // The ratio is 1/√(1-p) only where the mean is 0.
/// let input = Input { mean: InputMean::new(1.0)?, ..Input::default() };
/// let shifted = Exact::new(&input, p, Scaling::Inverted);
/// assert_eq!(shifted.d.mean, 1.0);
/// assert_eq!(shifted.standard_deviation_ratio(), Some(3.0_f64.sqrt()));
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exact {
    /// The moments of x: of the input after its ReLU, if it has one.
    pub x: Moments,
    /// The moments of d.
    pub d: Moments,
    /// Cov(x, d) = slope·Var x.
    pub covariance: f64,
    /// P(x = 0).
    pub x_zeros: f64,
    /// P(d = 0), from 0 to 1: p + q·P(x = 0) for a mask that drops to 0.
    pub d_zeros: f64,
    /// The slope of E[d | x] = slope·x, which is what evaluation is compared with.
    pub slope: f64,
    /// Where the variance of d comes from.
    pub variance_split: VarianceSplit,
    rule: Rule,
    p: DropProbability,
}

/// Var d as the sum of three parts, by the law of total variance:
/// Var d = Var E\[d | x\] + E Var\[d | x\], and the second splits into what acts through σ and what
/// acts through the mean of x.
///
/// | rule | `from_x` | `through_standard_deviation` | `through_mean` |
/// |---|---|---|---|
/// | inverted, Gaussian | σ² | (p/q)·σ² | (p/q)·(E x)² |
/// | a mask, kept = s·x + b, dropped = c | (s·q)²·σ² | p·q·s²·σ² | p·q·(s·E x + b - c)² |
///
/// Here σ² is the variance of x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VarianceSplit {
    /// Var E\[d | x\], what x itself brings.
    pub from_x: f64,
    /// What the noise adds through the spread of x.
    pub through_standard_deviation: f64,
    /// What the noise adds because the mean of x is not where dropped units go.
    pub through_mean: f64,
}

impl VarianceSplit {
    /// Var d, the sum of the parts.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.from_x + self.through_standard_deviation + self.through_mean
    }
}

impl Exact {
    /// The moments for this input, drop probability and rule.
    #[must_use]
    pub fn new(input: &Input, p: DropProbability, scaling: Scaling) -> Self {
        let rule = Rule::new(scaling, p);
        let slope = Rule::slope(scaling, p);
        let x = Law::new(input).moments();

        let (factor_variance, shift_variance) = variances(rule, p, x.mean);
        let variance_split = VarianceSplit {
            from_x: slope * slope * x.variance,
            through_standard_deviation: factor_variance * x.variance,
            through_mean: shift_variance,
        };
        let (mut third_central, mut fourth_central) = (0.0, 0.0);
        for outcome in outcomes(rule, p, x.mean) {
            let (factor, shift) = (outcome.factor, outcome.shift);
            let variance = factor * factor * x.variance;
            let third = factor * factor * factor * x.third_central;
            let fourth = factor * factor * factor * factor * x.fourth_central;
            third_central +=
                outcome.probability * (third + shift * (3.0 * variance + shift * shift));
            fourth_central += outcome.probability
                * (fourth + shift * (4.0 * third + shift * (6.0 * variance + shift * shift)));
        }

        Self {
            x,
            d: Moments {
                mean: slope * x.mean,
                variance: variance_split.total(),
                third_central,
                fourth_central,
            },
            covariance: slope * x.variance,
            x_zeros: Density::before(input).mass_at_zero(),
            d_zeros: Density::after(input, p, scaling).mass_at_zero(),
            slope,
            variance_split,
            rule,
            p,
        }
    }

    /// Var x over Var d, which is what a batch normalisation meets at evaluation over what it met in
    /// training (the variance shift of Li et al. 2018); `None` where d does not vary.
    ///
    /// With an `alignment` of 0 it stands behind dropout itself. Behind a linear layer with weights w
    /// of n such units, any two of which have this correlation, the alignment is (Σw)²/Σw² - 1: up to
    /// n - 1, where all weights are equal.
    #[must_use]
    pub fn variance_shift(&self, alignment: f64, correlation: f64) -> Option<f64> {
        // The masks are independent, so that only what they keep of each unit is shared.
        let shared = alignment * correlation * self.x.variance;
        let training = self.d.variance + self.slope * self.slope * shared;
        (training > 0.0).then(|| (self.x.variance + shared) / training)
    }

    /// σ_d/σ_x; `None` where σ_x = 0.
    #[must_use]
    pub fn standard_deviation_ratio(&self) -> Option<f64> {
        self.d.standard_deviation_ratio(&self.x)
    }

    /// The correlation of x and d; `None` where either has no spread.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        self.standard_deviation_ratio()
            .filter(|ratio| *ratio > 0.0)
            .map(|ratio| self.slope / ratio)
    }

    /// The standard errors of what an experiment of `samples` independent pairs (x, d) measures;
    /// fewer than 2 count as 2.
    #[must_use]
    pub fn standard_errors(&self, samples: u64) -> StandardErrors {
        StandardErrors::new(&self.x, &self.d, self.d_zeros, self.outcomes(), samples)
    }

    /// The noise's outcomes at the mean of x.
    pub(super) fn outcomes(&self) -> [Outcome; 5] {
        outcomes(self.rule, self.p, self.x.mean)
    }
}
