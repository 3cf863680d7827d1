//! What dropout makes of a layer's output, the sum of its units times their weights.

use super::exact::Exact;
use super::input::normal_probability;
use super::rule::Rule;
use crate::settings::{Distribution, DropProbability, Input, Scaling};

/// The output y = Σ w·d of a layer of ones, x = 1, under one draw of the mask or of the noise.
///
/// E y = Σ w·E d and Var y = Σ w²·Var d, exactly and for any weights, since the units are dropped
/// independently of each other: for the inverted rule Σ w and (p/q)·Σ w² (Wang and Manning 2013,
/// "Fast dropout training", section 2). The rules that only multiply make of an x what they make of
/// 1, times x: for them, w·x may stand in place of the weight w of any other input.
///
/// The distribution is known exactly where all weights that are not 0 are the same, and y a step for
/// each unit that is kept: then it is binomial. It is under Gaussian noise, too, where y is normal
/// whatever the weights are. In between, a mask with other weights has up to 2ⁿ outcomes; what is said
/// of them here is that of a normal distribution with the same mean and variance.
///
/// # Precision
/// Moments: a few units in the last place. Binomial probabilities: a relative error below 2·10⁻¹²
/// for up to 10 000 units, in the tails, too; those below 10⁻³⁰⁰ count as 0.
///
/// ```
/// use dropout_moments::settings::{DropProbability, Scaling};
/// use dropout_moments::theory::LayerOutput;
///
/// let p = DropProbability::new(0.5)?;
/// let output = LayerOutput::new(&[1.0, 1.0], p, Scaling::Inverted);
/// assert_eq!((output.mean, output.variance), (2.0, 2.0));
/// assert_eq!(output.probability(1.9, 2.1), 0.5);
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LayerOutput {
    /// What evaluation gives, where nothing is dropped: Σ w.
    pub evaluation: f64,
    /// E y.
    pub mean: f64,
    /// Var y.
    pub variance: f64,
    law: Law,
}

#[derive(Debug, Clone, PartialEq)]
enum Law {
    Steps(Steps),
    Normal,
    /// As good as normal, where there are many weights and none of them stands out.
    Unknown,
}

/// The outcomes `lowest`, `lowest` + `step` and so on, each with its probability.
#[derive(Debug, Clone, PartialEq)]
struct Steps {
    lowest: f64,
    step: f64,
    masses: Vec<f64>,
}

/// Parts of equal width of the outputs that come up at all, from the lowest, and how probable each
/// is.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    /// Where the first one begins.
    pub low: f64,
    /// How wide each is, more than 0.
    pub width: f64,
    /// How many outcomes lie in each; 0 where these are not countable, or not known.
    pub outcomes: usize,
    /// The probability of each.
    pub masses: Vec<f64>,
}

impl Bins {
    /// The bin of an output; `None` if it is outside of all.
    #[must_use]
    pub fn index(&self, output: f64) -> Option<usize> {
        let place = (output - self.low) / self.width;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is not below 0, and the cast saturates"
        )]
        let index = place as usize;
        (place >= 0.0 && index < self.masses.len()).then_some(index)
    }

    /// The middle of a bin.
    #[must_use]
    pub fn middle(&self, index: usize) -> f64 {
        self.edge(index) + 0.5 * self.width
    }

    /// Where the last one ends.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.edge(self.masses.len())
    }

    fn edge(&self, index: usize) -> f64 {
        self.low + self.width * as_f64(index)
    }
}

impl LayerOutput {
    /// The output of units of one with these weights.
    #[must_use]
    pub fn new(weights: &[f64], p: DropProbability, scaling: Scaling) -> Self {
        let one = Input {
            distribution: Distribution::Ones,
            ..Input::default()
        };
        let of_one = Exact::new(&one, p, scaling).d;
        let (mut sum, mut squares) = (0.0, 0.0);
        for weight in weights {
            sum += weight;
            squares += weight * weight;
        }
        let (mean, variance) = (of_one.mean * sum, of_one.variance * squares);
        let law = if variance > 0.0 {
            law(weights, p, scaling)
        } else {
            Law::Steps(Steps {
                lowest: mean,
                step: 1.0,
                masses: vec![1.0],
            })
        };
        Self {
            evaluation: sum,
            mean,
            variance,
            law,
        }
    }

    /// The standard deviation of y.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Whether probabilities are exact; else they are those of a normal distribution.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.law != Law::Unknown
    }

    /// P(y = `output`), up to the rounding of the sum; 0 where y has a density.
    #[must_use]
    pub fn mass(&self, output: f64) -> f64 {
        match &self.law {
            Law::Steps(steps) => {
                let slack = SLACK * steps.step.max(output.abs());
                self.probability(output - slack, output + slack)
            }
            Law::Normal | Law::Unknown => 0.0,
        }
    }

    /// P(`low` ≤ y ≤ `high`).
    #[must_use]
    pub fn probability(&self, low: f64, high: f64) -> f64 {
        match &self.law {
            Law::Steps(steps) => steps.between(low, high),
            Law::Normal | Law::Unknown => {
                let deviation = self.standard_deviation();
                let place = |output: f64| (output - self.mean) / deviation;
                // In the upper tail, differences of small numbers keep the digits.
                let (low, high) = (place(low), place(high));
                if low > 0.0 {
                    normal_probability(-low) - normal_probability(-high)
                } else {
                    normal_probability(high) - normal_probability(low)
                }
            }
        }
    }

    /// At most `most` bins over the outputs that come up at all.
    #[must_use]
    pub fn bins(&self, most: usize) -> Bins {
        const REACH: f64 = 4.0;
        match &self.law {
            Law::Steps(steps) => steps.bins(most),
            Law::Normal | Law::Unknown => {
                let deviation = self.standard_deviation();
                let mut bins = Bins {
                    low: self.mean - REACH * deviation,
                    width: 2.0 * REACH * deviation / as_f64(most),
                    outcomes: 0,
                    masses: Vec::new(),
                };
                for index in 0..most {
                    let (low, high) = (bins.edge(index), bins.edge(index + 1));
                    bins.masses.push(self.probability(low, high));
                }
                bins
            }
        }
    }
}

/// By so much, relative, a sum of rounded terms may miss an outcome.
const SLACK: f64 = 1e-9;

fn law(weights: &[f64], p: DropProbability, scaling: Scaling) -> Law {
    let Rule::Mask {
        scale,
        offset,
        dropped,
    } = Rule::new(scaling, p)
    else {
        return Law::Normal;
    };
    let mut carrying = weights.iter().copied().filter(|weight| *weight != 0.0);
    let weight = carrying.next().unwrap_or(0.0);
    let mut count = 1;
    for other in carrying {
        if other != weight {
            return Law::Unknown;
        }
        count += 1;
    }
    let (first, masses) = binomial(count, p);
    let step = weight * (scale + offset - dropped);
    let lowest = weight * as_f64(count) * dropped + step * as_f64(first);
    Law::Steps(Steps {
        lowest,
        step,
        masses,
    })
}

impl Steps {
    /// The sum of the probabilities of the outcomes from `low` to `high`.
    fn between(&self, low: f64, high: f64) -> f64 {
        let mut sum = 0.0;
        for (index, mass) in self.masses.iter().enumerate() {
            let outcome = self.lowest + self.step * as_f64(index);
            if low <= outcome && outcome <= high {
                sum += mass;
            }
        }
        sum
    }

    /// Bins of as many outcomes each, from the first to the last that is at least a hundred
    /// thousandth as probable as the most probable.
    fn bins(&self, most: usize) -> Bins {
        const SELDOM: f64 = 1e-5;
        let top = self.masses.iter().copied().fold(0.0, f64::max);
        let is_shown = |mass: &f64| *mass >= SELDOM * top;
        let first = self.masses.iter().position(is_shown).unwrap_or(0);
        let last = self.masses.iter().rposition(is_shown).unwrap_or(0);
        let outcomes = (last + 1 - first).div_ceil(most);
        let bins = (last + 1 - first).div_ceil(outcomes);
        let chunks = self.masses[first..].chunks(outcomes).take(bins);
        Bins {
            low: self.lowest + self.step * (as_f64(first) - 0.5),
            width: self.step * as_f64(outcomes),
            outcomes,
            masses: chunks.map(|masses| masses.iter().sum()).collect(),
        }
    }
}

/// The binomial distribution of how many of `count` units are kept: the first number that is shown,
/// and the probability of each from there on, down to 10⁻³⁰⁰ of that below the mean.
///
/// From the whole number below the mean, whose weight is 1, the ratio of neighbours leads outwards, and the sum
/// of all weights makes probabilities of them (as Fox and Glynn 1988 have it for the Poisson). That needs no
/// logarithm or factorial, cancels nowhere, and every step is rounded the same on every machine. (Loader's
/// saddle point, 2000, finds one probability without the others, but all of them are wanted here.)
fn binomial(count: usize, p: DropProbability) -> (usize, Vec<f64>) {
    const LEAST: f64 = 1e-300;
    let (units, drop, keep) = (as_f64(count), p.get(), p.keep());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to the number of units"
    )]
    let start = (units * keep).floor() as usize;
    let mut weights = Vec::new();
    let (mut weight, mut kept) = (1.0, start);
    while weight > LEAST {
        weights.push(weight);
        let number = as_f64(kept);
        // At 0 the next weight is 0.
        weight *= number * drop / ((units - number + 1.0) * keep);
        kept = kept.wrapping_sub(1);
    }
    let first = start + 1 - weights.len();
    weights.reverse();
    (weight, kept) = (1.0, start);
    loop {
        let number = as_f64(kept);
        weight *= (units - number) * keep / ((number + 1.0) * drop);
        if weight <= LEAST {
            break;
        }
        weights.push(weight);
        kept += 1;
    }
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    (first, weights)
}

fn as_f64(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most a few thousands")]
    let number = count as f64;
    number
}
