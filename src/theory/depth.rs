//! Second moments and means from layer to layer of a deep network with dropout, in the limit of
//! infinitely wide layers.
//!
//! Layer l gives z = W·d, where d is what dropout makes of φ(z) of the layer before, and W has
//! independent normal weights of variance σ_w²/N. The input z of the first layer is N(0, 1). In
//! evaluation, d is φ(z) itself. For N → ∞ the z of both modes are jointly normal with mean 0 (Poole et
//! al. 2016; Schoenholz et al. 2017, with dropout), so that two variances and a correlation are all
//! there is to carry along.

use super::rule::Rule;
use crate::settings::{Activation, Depth, DropProbability, Initialisation, Scaling};

/// Variances outside of these are not followed.
const REPRESENTABLE: std::ops::RangeInclusive<f64> = 1e-150..=1e150;

/// Correlations that differ from 1 by less are 1, but for rounding.
const ROUNDING: f64 = 1e-13;

/// What a layer gives, in training and in evaluation: the same input, the same weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerMoments {
    /// In training.
    pub training: ModeMoments,
    /// In evaluation.
    pub evaluation: ModeMoments,
    /// The correlation of z in training and z in evaluation.
    pub correlation: f64,
}

/// What a layer gives in one of the modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModeMoments {
    /// The variance of z, whose mean is 0.
    pub variance: f64,
    /// The mean of what the next layer gets: φ(z), after dropout in training.
    pub mean: f64,
    /// Its second moment.
    pub second_moment: f64,
}

/// By how much a layer answers to a change of what it gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// d ln E d² / d ln E z² in training and in evaluation: 1 for a linear layer and for ReLU.
    pub second_moment: [f64; 2],
    /// d E d / d ln E z² in training and in evaluation.
    pub mean: [f64; 2],
    /// The change of the next layer's correlation with this one's.
    pub correlation: f64,
}

/// A network of equal layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Propagation {
    activation: Activation,
    rule: Rule,
    p: DropProbability,
    slope: f64,
    weight_variance: f64,
}

impl ModeMoments {
    /// The standard deviation of z.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    /// The standard deviation of what the next layer gets.
    #[must_use]
    pub fn activation_standard_deviation(&self) -> f64 {
        (self.second_moment - self.mean * self.mean).max(0.0).sqrt()
    }
}

impl LayerMoments {
    /// β, the slope of the mean of z in training, over all masks, on z in evaluation: 1 where they
    /// agree.
    #[must_use]
    pub fn slope(&self) -> f64 {
        let ratio = self.training.standard_deviation() / self.evaluation.standard_deviation();
        self.correlation * ratio
    }
}

impl Propagation {
    /// A network with this rule between its layers.
    #[must_use]
    pub fn new(depth: Depth, scaling: Scaling, p: DropProbability) -> Self {
        Self {
            activation: depth.activation,
            rule: Rule::new(scaling, p),
            p,
            slope: Rule::slope(scaling, p),
            weight_variance: weight_variance(depth.initialisation, p),
        }
    }

    /// The input and what each of so many layers gives; fewer, if a variance leaves 10^±150.
    ///
    /// ```
    /// use dropout_moments::settings::{Depth, DropProbability, Scaling};
    /// use dropout_moments::theory::Propagation;
    ///
    /// let half = DropProbability::new(0.5)?;
    /// let he = Propagation::new(Depth::default(), Scaling::Inverted, half);
    /// let layers = he.layers(10);
    /// assert_eq!(layers[10].training.standard_deviation(), 32.0);
    /// assert_eq!(layers[10].evaluation.standard_deviation(), 1.0);
    /// # Ok::<(), dropout_moments::settings::NotAllowed>(())
    /// ```
    #[must_use]
    pub fn layers(&self, count: u32) -> Vec<LayerMoments> {
        let mut layers = vec![self.layer([1.0; 2], 1.0)];
        for _ in 0..count {
            let Some(next) = layers.last().and_then(|last| self.next(last)) else {
                break;
            };
            layers.push(next);
        }
        layers
    }

    /// How each of these layers answers to a change, by differences.
    #[must_use]
    pub fn sensitivity(&self, layer: &LayerMoments) -> Sensitivity {
        const STEP: f64 = 1e-3;
        let variances = [layer.training.variance, layer.evaluation.variance];
        let [up, down] = [libm::exp(STEP), libm::exp(-STEP)]
            .map(|factor| self.modes(variances.map(|variance| factor * variance)));
        let both = |of: fn(&ModeMoments) -> f64| {
            [0, 1].map(|mode| (of(&up[mode]) - of(&down[mode])) / (2.0 * STEP))
        };
        let correlation = |c| self.next_correlation(&self.layer(variances, c));
        let c = layer.correlation;
        Sensitivity {
            second_moment: both(|mode| libm::log(mode.second_moment)),
            mean: both(|mode| mode.mean),
            correlation: (correlation(c) - correlation(c - STEP)) / STEP,
        }
    }

    fn layer(&self, variances: [f64; 2], correlation: f64) -> LayerMoments {
        let [training, evaluation] = self.modes(variances);
        LayerMoments {
            training,
            evaluation,
            correlation,
        }
    }

    /// Training, evaluation.
    fn modes(&self, [training, evaluation]: [f64; 2]) -> [ModeMoments; 2] {
        let [mean, second_moment] = self.after(self.activation.moments(training));
        let [eval_mean, eval_second_moment] = self.activation.moments(evaluation);
        [
            ModeMoments {
                variance: training,
                mean,
                second_moment,
            },
            ModeMoments {
                variance: evaluation,
                mean: eval_mean,
                second_moment: eval_second_moment,
            },
        ]
    }

    /// Mean and second moment after dropout.
    fn after(&self, [mean, second]: [f64; 2]) -> [f64; 2] {
        let (drop, keep) = (self.p.get(), self.p.keep());
        let second = match self.rule {
            Rule::Mask {
                scale,
                offset,
                dropped,
            } => {
                let kept = scale * scale * second + 2.0 * scale * offset * mean + offset * offset;
                keep * kept + drop * dropped * dropped
            }
            Rule::Gaussian {
                noise_standard_deviation: noise,
            } => (1.0 + noise * noise) * second,
        };
        [self.slope * mean, second]
    }

    fn next(&self, layer: &LayerMoments) -> Option<LayerMoments> {
        let variances = [layer.training, layer.evaluation]
            .map(|mode| self.weight_variance * mode.second_moment);
        let mut is_representable = true;
        for variance in variances {
            is_representable &= REPRESENTABLE.contains(&variance);
        }
        is_representable.then(|| self.layer(variances, self.next_correlation(layer)))
    }

    /// E[d | φ(z)] is slope·φ(z) under every rule, so that only its product with evaluation's counts.
    fn next_correlation(&self, layer: &LayerMoments) -> f64 {
        let (training, evaluation) = (&layer.training, &layer.evaluation);
        let product =
            self.activation
                .product(training.variance, evaluation.variance, layer.correlation);
        let spread = training.second_moment.sqrt() * evaluation.second_moment.sqrt();
        let correlation = self.slope * product / spread;
        if correlation > 1.0 - ROUNDING {
            1.0
        } else {
            correlation.max(-1.0)
        }
    }
}

/// σ_w²: the variance of a layer's weights times its width.
pub(crate) fn weight_variance(initialisation: Initialisation, p: DropProbability) -> f64 {
    match initialisation {
        Initialisation::Lecun | Initialisation::Xavier => 1.0,
        Initialisation::He => 2.0,
        Initialisation::Corrected => 2.0 * p.keep(),
    }
}
