//! Where each layer's parameters lie in the one list of all parameters.

use std::ops::Range;

use super::configuration::Configuration;
use crate::settings::Normalisation;

/// One linear map, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// The weights, those of an input side by side.
    pub(super) weights: Range<usize>,
    pub(super) biases: Range<usize>,
    /// The batch normalisation's, if there is one.
    pub(super) normalisation: Option<BatchNorm>,
}

/// The parameters γ and β of a batch normalisation, and its running estimates in the list of those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BatchNorm {
    pub(super) scales: Range<usize>,
    pub(super) shifts: Range<usize>,
    pub(super) means: Range<usize>,
    pub(super) variances: Range<usize>,
}

/// The layers of a network, and how many numbers all of them have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layers {
    /// The last one has neither normalisation nor activation function.
    pub(super) layers: Vec<Layer>,
    /// The parameters that are trained.
    pub(super) parameters: usize,
    /// The running estimates.
    pub(super) estimates: usize,
}

impl Layers {
    pub(super) fn new(configuration: &Configuration, inputs: usize, classes: usize) -> Self {
        let (mut parameters, mut estimates) = (0, 0);
        let mut layers = Vec::new();
        let mut inputs = inputs;
        let last = configuration.hidden.len();
        let widths = configuration.hidden.iter().copied().chain([classes]);
        for (index, outputs) in widths.enumerate() {
            let mut take = |count| next(&mut parameters, count);
            let weights = take(inputs * outputs);
            let biases = take(outputs);
            let has_one = configuration.normalisation == Normalisation::Batch && index < last;
            let normalisation = has_one.then(|| BatchNorm {
                scales: take(outputs),
                shifts: take(outputs),
                means: next(&mut estimates, outputs),
                variances: next(&mut estimates, outputs),
            });
            layers.push(Layer {
                inputs,
                outputs,
                weights,
                biases,
                normalisation,
            });
            inputs = outputs;
        }
        Self {
            layers,
            parameters,
            estimates,
        }
    }
}

/// The next so many places.
fn next(end: &mut usize, count: usize) -> Range<usize> {
    let start = *end;
    *end += count;
    start..*end
}
