//! The steps along the gradient.

use num_traits::pow;

use super::configuration::{Configuration, single};
use super::layers::Layers;
use crate::settings::{Optimizer, Rates};

const MOMENTUM: f32 = 0.9;
const BETA: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;

impl Optimizer {
    /// How many numbers it remembers for each parameter.
    pub(super) fn memories(self) -> usize {
        match self {
            Self::Momentum => 1,
            Self::Adam => 2,
        }
    }
}

/// Steps of one training.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    optimizer: Optimizer,
    learning_rate: f32,
    /// For the weights of each layer: their range, and k of [`Rates`].
    weights: Vec<(std::ops::Range<usize>, f32)>,
}

impl Steps {
    pub(super) fn new(configuration: &Configuration, layers: &Layers) -> Self {
        let weights = layers.layers.iter().enumerate();
        Self {
            optimizer: configuration.optimizer,
            learning_rate: configuration.learning_rate,
            weights: weights
                .map(|(index, layer)| (layer.weights.clone(), matching(configuration, index)))
                .collect(),
        }
    }

    /// Makes step number `step`, from 1. `memory` holds what the optimizer remembers: first all
    /// parameters' first number, then all second ones.
    pub(super) fn step(
        &self,
        step: u32,
        parameters: &mut [f32],
        gradient: &[f32],
        memory: &mut [f32],
    ) {
        let mut from = 0;
        let mut group = |to: usize, slope: f32| {
            let range = from..to;
            from = to;
            self.step_in(range, slope, step, parameters, gradient, memory);
        };
        for (range, slope) in &self.weights {
            group(range.start, 1.0);
            group(range.end, *slope);
        }
        group(gradient.len(), 1.0);
    }

    fn step_in(
        &self,
        range: std::ops::Range<usize>,
        slope: f32,
        step: u32,
        parameters: &mut [f32],
        gradient: &[f32],
        memory: &mut [f32],
    ) {
        let (first, second) = memory.split_at_mut(gradient.len());
        let parameters = parameters[range.clone()].iter_mut();
        let items = parameters.zip(&gradient[range.clone()]);
        let items = items.zip(&mut first[range.clone()]);
        match self.optimizer {
            Optimizer::Momentum => {
                let rate = self.learning_rate / (slope * slope);
                for ((parameter, gradient), velocity) in items {
                    *velocity = MOMENTUM * *velocity + gradient;
                    *parameter -= rate * *velocity;
                }
            }
            Optimizer::Adam => {
                let [mean_share, square_share] =
                    BETA.map(|beta| 1.0 - pow(f64::from(beta), step as usize));
                let rate = single(f64::from(self.learning_rate / slope) / mean_share);
                let root = single(square_share.sqrt());
                let epsilon = EPSILON * slope;
                for (((parameter, gradient), mean), square) in items.zip(&mut second[range]) {
                    *mean += (1.0 - BETA[0]) * (gradient - *mean);
                    *square = BETA[1] * *square + (1.0 - BETA[1]) * gradient * gradient;
                    *parameter -= rate * *mean / (square.sqrt() / root + epsilon);
                }
            }
        }
    }
}

/// k of the weights of the layer of this number: what they start divided by.
pub(super) fn matching(configuration: &Configuration, layer: usize) -> f32 {
    match configuration.rates {
        Rates::Shared => 1.0,
        Rates::Matched => configuration.dropout.slope(layer),
    }
}
