//! What a dropout rule does to one unit.

use crate::settings::{DropProbability, Scaling};

/// α' = -λα, where SELU saturates for very negative input (Klambauer et al. 2017, section 2).
///
/// It is the exact product, rounded once; PyTorch's constant is the neighbouring `f64`.
const SELU_SATURATION: f64 = -1.758_099_340_847_376_8;

/// What a rule does to one unit x. The theory and the sampler take these numbers from here.
///
/// ```
/// use dropout_moments::settings::{DropProbability, Scaling};
/// use dropout_moments::theory::Rule;
///
/// let p = DropProbability::new(0.75)?;
/// assert_eq!(
///     Rule::new(Scaling::Inverted, p),
///     Rule::Mask { scale: 4.0, offset: 0.0, dropped: 0.0 }
/// );
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// With probability 1-p the unit is kept: d = `scale`·x + `offset`. Else d = `dropped`.
    Mask {
        /// What a kept unit is multiplied by: 1, 1/q or 1/√q, for alpha dropout its a.
        scale: f64,
        /// What is then added to a kept unit: 0, for alpha dropout its b = -a·p·α'.
        offset: f64,
        /// What a dropped unit becomes: 0, for alpha dropout a·α' + b = a·q·α'.
        dropped: f64,
    },
    /// d = x·g with g ~ N(1, v²) (Srivastava et al. 2014, section 10, where p is the probability to
    /// *keep*).
    Gaussian {
        /// v = √(p/q), which gives g the variance of an inverted mask.
        noise_standard_deviation: f64,
    },
}

impl Rule {
    /// The rule that `scaling` names, at drop probability `p`.
    ///
    /// Alpha dropout's a = 1/√(q·(1 + p·α'²)) and b = -a·p·α' (Klambauer et al. 2017, section 3,
    /// where q is the probability to keep, as here) give an input of mean 0 and variance 1 the same
    /// mean and variance after it.
    #[must_use]
    pub fn new(scaling: Scaling, p: DropProbability) -> Self {
        let (drop, keep) = (p.get(), p.keep());
        let rescale = |scale| Self::Mask {
            scale,
            offset: 0.0,
            dropped: 0.0,
        };
        match scaling {
            Scaling::None => rescale(1.0),
            Scaling::Inverted => rescale(1.0 / keep),
            Scaling::Sqrt => rescale(1.0 / keep.sqrt()),
            Scaling::Gaussian => Self::Gaussian {
                noise_standard_deviation: (drop / keep).sqrt(),
            },
            Scaling::Alpha => {
                let scale = alpha_scale(p);
                Self::Mask {
                    scale,
                    offset: -drop * (scale * SELU_SATURATION),
                    dropped: keep * (scale * SELU_SATURATION),
                }
            }
        }
    }

    /// The slope of E[d | x] = slope·x: 1 where evaluation, which leaves x as it is, agrees with
    /// training on average.
    ///
    /// There is no intercept in any rule: in alpha dropout q·`offset` + p·`dropped` = 0.
    #[must_use]
    pub fn slope(scaling: Scaling, p: DropProbability) -> f64 {
        match scaling {
            Scaling::None => p.keep(),
            Scaling::Inverted | Scaling::Gaussian => 1.0,
            Scaling::Sqrt => p.keep().sqrt(),
            Scaling::Alpha => p.keep() * alpha_scale(p),
        }
    }
}

/// a = 1/√(q·(1 + p·α'²)) of alpha dropout.
fn alpha_scale(p: DropProbability) -> f64 {
    1.0 / (p.keep() * (1.0 + p.get() * SELU_SATURATION * SELU_SATURATION)).sqrt()
}
