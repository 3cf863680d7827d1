//! One batch through the network, and its gradient back.

use super::configuration::{Activation, Configuration};
use super::layers::{BatchNorm, Layer, Layers};
use super::matrix::{Matrix, multiply, multiply_add};
use super::measurement::largest;
use super::stream::Stream;
use crate::network::configuration::single;
use crate::settings::DropProbability;
use crate::theory::Rule;

/// What takes the place of dropout where nothing is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// Nothing, as in PyTorch, whatever the rule.
    Identity,
    /// The factor k of E[d | x] = k·x: each unit is what it is on average in training.
    Matching,
}

/// How a network is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Units are dropped, and a batch normalisation takes the moments of the batch.
    Training,
    /// As in training, but the draw of this number is that of all images: the network is one of the many
    /// that dropout trains.
    Draw(u32),
    /// No unit is dropped, and a batch normalisation takes its running estimates.
    Evaluation(Evaluation),
}

/// What happens to the units that the rule of [`Dropout`](super::Dropout) is for.
pub(super) enum Noise<'a> {
    /// They are dropped, by these random numbers.
    Drawn(&'a mut Stream),
    /// Likewise, but the same for all images.
    Shared(&'a mut Stream),
    Evaluation(Evaluation),
}

/// Where a batch normalisation takes its moments from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Statistics<'a> {
    Batch,
    /// The running estimates.
    Running(&'a [f32]),
}

/// What one batch left behind in each layer. Values lie image by image.
#[derive(Debug, Clone, Default)]
pub(super) struct Pass {
    /// What the layer's linear map saw.
    pub(super) inputs: Vec<Vec<f32>>,
    /// What its activation function got: the last layer's are the logits.
    pub(super) activations: Vec<Vec<f32>>,
    /// By how much what the next layer saw changes with that.
    gains: Vec<Vec<f32>>,
    /// What its batch normalisation did, if it has one.
    pub(super) normalised: Vec<Option<Normalised>>,
}

/// What a batch normalisation did.
#[derive(Debug, Clone)]
pub(super) struct Normalised {
    /// The values with mean 0 and variance 1.
    values: Vec<f32>,
    /// 1/√(variance + ε) of each unit.
    inverses: Vec<f32>,
    /// The moments of the batch; the variance's divisor is the number of images.
    pub(super) means: Vec<f32>,
    pub(super) variances: Vec<f32>,
}

/// λ and α of SELU (Klambauer et al. 2017, section 2).
const SELU: [f32; 2] = [1.050_701, 1.673_263_2];

/// PyTorch's, for batch normalisation.
const EPSILON: f32 = 1e-5;

/// Sends a batch of `inputs` through the network.
pub(super) fn forward(
    configuration: &Configuration,
    layers: &Layers,
    parameters: &[f32],
    inputs: Vec<f32>,
    noise: &mut Noise,
    statistics: Statistics,
) -> Pass {
    let mut pass = Pass::default();
    let mut values = inputs;
    for (index, layer) in layers.layers.iter().enumerate() {
        if index == 0 {
            drop_units(configuration, index, layer, noise, &mut values, None);
        } else {
            let mut gains = activate(configuration.activation, &mut values);
            let gains_too = Some(&mut gains);
            drop_units(configuration, index, layer, noise, &mut values, gains_too);
            pass.gains.push(gains);
        }
        let images = values.len() / layer.inputs;
        let mut outputs: Vec<f32> = Vec::with_capacity(images * layer.outputs);
        for _ in 0..images {
            outputs.extend_from_slice(&parameters[layer.biases.clone()]);
        }
        let weights = &parameters[layer.weights.clone()];
        multiply_add(
            Matrix::new(&values, images, layer.inputs),
            Matrix::new(weights, layer.inputs, layer.outputs),
            &mut outputs,
        );
        pass.inputs.push(values);
        pass.normalised.push(
            layer
                .normalisation
                .as_ref()
                .map(|norm| normalise(norm, parameters, statistics, &mut outputs)),
        );
        pass.activations.push(outputs.clone());
        values = outputs;
    }
    pass
}

/// The gradient of the mean cross-entropy of a batch by all parameters.
pub(super) fn gradient(
    layers: &Layers,
    parameters: &[f32],
    pass: &Pass,
    classes: &[usize],
) -> Vec<f32> {
    let mut gradient = vec![0.0; layers.parameters];
    let images = classes.len();
    let Some(logits) = pass.activations.last() else {
        return gradient;
    };
    let mut delta = softmax_error(logits, classes);
    for (index, layer) in layers.layers.iter().enumerate().rev() {
        let norm = layer.normalisation.as_ref();
        if let (Some(norm), Some(normalised)) = (norm, &pass.normalised[index]) {
            normalise_back(norm, parameters, normalised, &mut delta, &mut gradient);
        }
        let inputs = Matrix::new(&pass.inputs[index], images, layer.inputs);
        let errors = Matrix::new(&delta, images, layer.outputs);
        multiply(
            inputs.transposed(),
            errors,
            &mut gradient[layer.weights.clone()],
        );
        add_rows(&delta, &mut gradient[layer.biases.clone()]);
        if index > 0 {
            delta = back(layer, parameters, errors, images, &pass.gains[index - 1]);
        }
    }
    gradient
}

/// The error of what the activation function before a layer got.
fn back(
    layer: &Layer,
    parameters: &[f32],
    errors: Matrix,
    images: usize,
    gains: &[f32],
) -> Vec<f32> {
    let weights = &parameters[layer.weights.clone()];
    let weights = Matrix::new(weights, layer.inputs, layer.outputs);
    let mut delta = vec![0.0; images * layer.inputs];
    multiply(errors, weights.transposed(), &mut delta);
    for (delta, gain) in delta.iter_mut().zip(gains) {
        *delta *= gain;
    }
    delta
}

/// Puts the activation function's values in place of what it gets; gives its derivatives.
fn activate(activation: Activation, values: &mut [f32]) -> Vec<f32> {
    let [lambda, alpha] = SELU;
    let derivatives = values.iter_mut().map(|value| match activation {
        Activation::Relu if *value > 0.0 => 1.0,
        Activation::Relu => {
            *value = 0.0;
            0.0
        }
        Activation::Selu if *value > 0.0 => {
            *value *= lambda;
            lambda
        }
        Activation::Selu => {
            let exp = libm::expf(*value);
            *value = lambda * alpha * (exp - 1.0);
            lambda * alpha * exp
        }
    });
    derivatives.collect()
}

/// Drops what the layer of this index will see, or does what takes its place in evaluation.
/// `gains` are multiplied by what the values are.
fn drop_units(
    configuration: &Configuration,
    index: usize,
    layer: &Layer,
    noise: &mut Noise,
    values: &mut [f32],
    gains: Option<&mut Vec<f32>>,
) {
    let dropout = configuration.dropout;
    let Some((p, rule)) = dropout.before(index) else {
        return;
    };
    let factors = match noise {
        Noise::Evaluation(Evaluation::Identity) => return,
        Noise::Evaluation(Evaluation::Matching) => {
            let slope = dropout.slope(index);
            for value in values.iter_mut() {
                *value *= slope;
            }
            vec![slope; values.len()]
        }
        Noise::Drawn(stream) => draw(p, rule, stream, values),
        Noise::Shared(stream) => {
            let mut shifts = vec![0.0; layer.inputs];
            let factors = draw(p, rule, stream, &mut shifts);
            for image in values.chunks_exact_mut(layer.inputs) {
                for ((value, factor), shift) in image.iter_mut().zip(&factors).zip(&shifts) {
                    *value = *value * factor + shift;
                }
            }
            factors.repeat(values.len() / layer.inputs)
        }
    };
    if let Some(gains) = gains {
        for (gain, factor) in gains.iter_mut().zip(factors) {
            *gain *= factor;
        }
    }
}

/// Applies the rule to the values; gives what each was multiplied by.
fn draw(p: DropProbability, rule: Rule, stream: &mut Stream, values: &mut [f32]) -> Vec<f32> {
    match rule {
        Rule::Mask {
            scale,
            offset,
            dropped,
        } => {
            let [scale, offset, dropped] = [scale, offset, dropped].map(single);
            // A word lies below it with the probability p, to 2⁻³²; no p below 1 drops all.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 ≤ p·2³² < 2³²; what is larger becomes the largest"
            )]
            let threshold = (p.get() * 4_294_967_296.0).round() as u32;
            let mut factors = vec![scale; values.len()];
            for (values, factors) in values.chunks_mut(4).zip(factors.chunks_mut(4)) {
                let kept = stream.keep(threshold);
                for ((value, factor), kept) in values.iter_mut().zip(factors).zip(kept) {
                    if kept {
                        *value = *value * scale + offset;
                    } else {
                        *value = dropped;
                        *factor = 0.0;
                    }
                }
            }
            factors
        }
        Rule::Gaussian {
            noise_standard_deviation,
        } => {
            let deviation = single(noise_standard_deviation);
            let mut factors = vec![0.0; values.len()];
            stream.normals(&mut factors);
            for (value, factor) in values.iter_mut().zip(&mut factors) {
                *factor = 1.0 + deviation * *factor;
                *value *= *factor;
            }
            factors
        }
    }
}

/// Normalises the outputs of a linear map in place.
fn normalise(
    norm: &BatchNorm,
    parameters: &[f32],
    statistics: Statistics,
    outputs: &mut [f32],
) -> Normalised {
    let width = norm.scales.len();
    let [means, variances] = match statistics {
        Statistics::Batch => moments(outputs, width),
        Statistics::Running(estimates) => {
            [&norm.means, &norm.variances].map(|range| estimates[range.clone()].to_vec())
        }
    };
    let inverses: Vec<f32> = variances
        .iter()
        .map(|variance| 1.0 / (variance + EPSILON).sqrt())
        .collect();
    let scales = &parameters[norm.scales.clone()];
    let shifts = &parameters[norm.shifts.clone()];
    let mut values = Vec::with_capacity(outputs.len());
    for outputs in outputs.chunks_exact_mut(width) {
        for (unit, output) in outputs.iter_mut().enumerate() {
            let value = (*output - means[unit]) * inverses[unit];
            *output = value * scales[unit] + shifts[unit];
            values.push(value);
        }
    }
    Normalised {
        values,
        inverses,
        means,
        variances,
    }
}

/// Each unit's mean and variance over a batch, in two passes.
fn moments(outputs: &[f32], width: usize) -> [Vec<f32>; 2] {
    let share = reciprocal(outputs.len() / width);
    let mut means = vec![0.0; width];
    add_rows(outputs, &mut means);
    for mean in &mut means {
        *mean *= share;
    }
    let mut variances = vec![0.0; width];
    for outputs in outputs.chunks_exact(width) {
        for ((variance, output), mean) in variances.iter_mut().zip(outputs).zip(&means) {
            let gap = output - mean;
            *variance += gap * gap;
        }
    }
    for variance in &mut variances {
        *variance *= share;
    }
    [means, variances]
}

/// Turns the error of a normalisation's output into that of its input, and writes γ's and β's
/// gradient.
fn normalise_back(
    norm: &BatchNorm,
    parameters: &[f32],
    normalised: &Normalised,
    delta: &mut [f32],
    gradient: &mut [f32],
) {
    let width = norm.scales.len();
    let share = reciprocal(delta.len() / width);
    let mut for_scales = vec![0.0; width];
    let mut for_shifts = vec![0.0; width];
    add_rows(delta, &mut for_shifts);
    let rows = || normalised.values.chunks_exact(width);
    for (delta, values) in delta.chunks_exact(width).zip(rows()) {
        for ((sum, delta), value) in for_scales.iter_mut().zip(delta).zip(values) {
            *sum += delta * value;
        }
    }
    let scales = &parameters[norm.scales.clone()];
    for (delta, values) in delta.chunks_exact_mut(width).zip(rows()) {
        for (unit, delta) in delta.iter_mut().enumerate() {
            let gap = *delta - share * (for_shifts[unit] + values[unit] * for_scales[unit]);
            *delta = scales[unit] * normalised.inverses[unit] * gap;
        }
    }
    gradient[norm.scales.clone()].copy_from_slice(&for_scales);
    gradient[norm.shifts.clone()].copy_from_slice(&for_shifts);
}

/// The gradient of the mean cross-entropy by the logits: (softmax - 1 at the class)/images.
fn softmax_error(logits: &[f32], classes: &[usize]) -> Vec<f32> {
    let mut error = logits.to_vec();
    let share = reciprocal(classes.len());
    let width = logits.len() / classes.len().max(1);
    for (logits, &class) in error.chunks_exact_mut(width.max(1)).zip(classes) {
        let (_, largest) = largest(logits);
        let mut sum = 0.0;
        for logit in logits.iter_mut() {
            *logit = libm::expf(*logit - largest);
            sum += *logit;
        }
        for logit in logits.iter_mut() {
            *logit *= share / sum;
        }
        logits[class] -= share;
    }
    error
}

/// Adds every row to `sums`.
fn add_rows(rows: &[f32], sums: &mut [f32]) {
    for row in rows.chunks_exact(sums.len()) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// 1/count.
fn reciprocal(count: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "batches are small")]
    let count = count as f32;
    1.0 / count
}

#[cfg(test)]
mod tests;
