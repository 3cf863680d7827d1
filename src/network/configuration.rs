//! What is decided before training begins.

use crate::settings::{DropProbability, Normalisation, Optimizer, Rates, Scaling, Seed};
use crate::theory::Rule;

/// A network and how it is trained. With a [`DataSet`](super::DataSet) it says all that a
/// [`Trainer`](super::Trainer) does, to the last bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// How many units each hidden layer has, in the order of the layers.
    pub hidden: Vec<usize>,
    /// The hidden layers' activation function.
    pub activation: Activation,
    /// What lies between a hidden layer's linear map and its activation function.
    pub normalisation: Normalisation,
    /// What is dropped.
    pub dropout: Dropout,
    /// How the gradient is followed.
    pub optimizer: Optimizer,
    /// The learning rate, more than 0.
    pub learning_rate: f32,
    /// Whether start and learning rates make up for the rule.
    pub rates: Rates,
    /// How many images a step sees: at least 1.
    pub batch: usize,
    /// Of the start, the order of the images, the masks and the noise, each of which has a stream of
    /// its own: two configurations with the same seed and layers start alike, see the same images in
    /// the same order and drop the same units.
    pub seed: Seed,
}

/// An activation function, and how weights start that it follows: normal with mean 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// max(0, a); the weights' variance is 2/inputs (He et al. 2015).
    Relu,
    /// λ·a, below 0 λ·α·(eᵃ-1); the weights' variance is 1/inputs (Klambauer et al. 2017).
    Selu,
}

/// What is dropped, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// The rule; `None` for no dropout, whatever the probabilities.
    pub rule: Option<Scaling>,
    /// The probability to drop an input.
    pub inputs: DropProbability,
    /// The probability to drop a unit of a hidden layer, after its activation function.
    pub hidden: DropProbability,
}

impl Dropout {
    /// Nothing is dropped.
    #[must_use]
    pub fn none() -> Self {
        Self {
            rule: None,
            inputs: DropProbability::default(),
            hidden: DropProbability::default(),
        }
    }

    /// The probability to drop what the layer of this number sees, and the rule for it; `None` if
    /// nothing is dropped.
    pub(super) fn before(self, layer: usize) -> Option<(DropProbability, Rule)> {
        let p = if layer == 0 { self.inputs } else { self.hidden };
        let scaling = self.rule.filter(|_| p.get() > 0.0)?;
        Some((p, Rule::new(scaling, p)))
    }

    /// k of E[d | x] = k·x for what the layer of this number sees.
    pub(super) fn slope(self, layer: usize) -> f32 {
        match (self.rule, self.before(layer)) {
            (Some(scaling), Some((p, _))) => single(Rule::slope(scaling, p)),
            _ => 1.0,
        }
    }
}

/// Rounds to f32.
pub(super) fn single(value: f64) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what is wanted"
    )]
    let single = value as f32;
    single
}
