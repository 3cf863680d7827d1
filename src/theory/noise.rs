//! A dropout rule as noise that is independent of x: d = factor·x + shift.

use super::rule::Rule;
use crate::settings::DropProbability;

/// One outcome of the noise: then d - E d = `factor`·(x - E x) + `shift`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) probability: f64,
    pub(super) factor: f64,
    /// The deviation of d from its mean when x has its mean.
    pub(super) shift: f64,
}

/// The outcomes of `rule` for an x of the given mean.
///
/// A mask has two. Gaussian noise is replaced by five, the Gauss–Hermite rule g = 1 + v·node whose
/// first nine moments are those of N(1, v²). As nothing here needs more than the eighth, that is
/// exact.
pub(super) fn outcomes(rule: Rule, p: DropProbability, x_mean: f64) -> [Outcome; 5] {
    let outcome = |probability, factor, shift| Outcome {
        probability,
        factor,
        shift,
    };
    let impossible = outcome(0.0, 0.0, 0.0);
    match rule {
        Rule::Mask { scale, .. } => {
            let gap = gap(rule, x_mean);
            [
                outcome(p.keep(), scale, p.get() * gap),
                outcome(p.get(), 0.0, -p.keep() * gap),
                impossible,
                impossible,
                impossible,
            ]
        }
        Rule::Gaussian {
            noise_standard_deviation,
        } => {
            let root = 10.0_f64.sqrt();
            let [near, far] = [5.0 - root, 5.0 + root].map(f64::sqrt);
            let [often, seldom] = [7.0 + 2.0 * root, 7.0 - 2.0 * root].map(|weight| weight / 60.0);
            [
                (seldom, -far),
                (often, -near),
                (8.0 / 15.0, 0.0),
                (often, near),
                (seldom, far),
            ]
            .map(|(probability, node)| {
                let step = noise_standard_deviation * node;
                outcome(probability, 1.0 + step, x_mean * step)
            })
        }
    }
}

/// The variance of the factor, and the variance of the shift, for an x of the given mean.
pub(super) fn variances(rule: Rule, p: DropProbability, x_mean: f64) -> (f64, f64) {
    match rule {
        Rule::Mask { scale, .. } => {
            let mask = p.get() * p.keep();
            let gap = gap(rule, x_mean);
            (mask * scale * scale, mask * gap * gap)
        }
        Rule::Gaussian {
            noise_standard_deviation,
        } => {
            let noise = noise_standard_deviation * noise_standard_deviation;
            (noise, noise * x_mean * x_mean)
        }
    }
}

/// How far apart a kept and a dropped unit lie when x has its mean.
fn gap(rule: Rule, x_mean: f64) -> f64 {
    match rule {
        Rule::Mask {
            scale,
            offset,
            dropped,
        } => scale * x_mean + (offset - dropped),
        Rule::Gaussian { .. } => 0.0,
    }
}
