//! Gradients against finite differences of a plain forward pass in f64, which is also the oracle of
//! the one in f32.

use super::*;
use crate::network::configuration::Dropout;
use crate::network::optimizer::Steps;
use crate::network::stream::Purpose;
use crate::settings::{DropProbability, Named, Normalisation, Optimizer, Rates, Scaling, Seed};

const IMAGES: usize = 7;
const INPUTS: usize = 5;
const CLASSES: usize = 3;

fn configuration(
    rule: Option<Scaling>,
    activation: Activation,
    normalisation: Normalisation,
) -> Configuration {
    Configuration {
        hidden: vec![6, 4],
        activation,
        normalisation,
        dropout: Dropout {
            rule,
            inputs: DropProbability::new(0.2).unwrap(),
            hidden: DropProbability::new(0.4).unwrap(),
        },
        optimizer: Optimizer::Momentum,
        learning_rate: 0.1,
        rates: Rates::Shared,
        batch: IMAGES,
        seed: Seed(3),
    }
}

fn stream() -> Stream {
    Stream::new(Seed(5), Purpose::Noise, 0)
}

fn normals(count: usize, index: u32) -> Vec<f32> {
    let mut values = vec![0.0; count];
    Stream::new(Seed(5), Purpose::Data, index).normals(&mut values);
    values
}

/// Parameters none of which is special.
fn parameters(layers: &Layers) -> Vec<f32> {
    let mut values = normals(layers.parameters, 1);
    for value in &mut values {
        *value *= 0.6;
    }
    values
}

fn classes() -> Vec<usize> {
    (0..IMAGES).map(|image| image % CLASSES).collect()
}

/// The mean cross-entropy in training, from its definition, in f64.
fn loss(configuration: &Configuration, layers: &Layers, parameters: &[f64], inputs: &[f32]) -> f64 {
    let mut stream = stream();
    let mut values: Vec<f64> = inputs.iter().copied().map(f64::from).collect();
    for (index, layer) in layers.layers.iter().enumerate() {
        if index > 0 {
            for value in &mut values {
                *value = match configuration.activation {
                    Activation::Relu => value.max(0.0),
                    Activation::Selu if *value > 0.0 => f64::from(SELU[0]) * *value,
                    Activation::Selu => f64::from(SELU[0] * SELU[1]) * value.exp_m1(),
                };
            }
        }
        if let Some((p, rule)) = configuration.dropout.before(index) {
            let mut shifts = vec![0.0; values.len()];
            let factors = draw(p, rule, &mut stream, &mut shifts);
            for ((value, factor), shift) in values.iter_mut().zip(factors).zip(shifts) {
                *value = f64::from(factor) * *value + f64::from(shift);
            }
        }
        let mut outputs = vec![0.0; IMAGES * layer.outputs];
        for image in 0..IMAGES {
            for unit in 0..layer.outputs {
                let mut sum = parameters[layer.biases.start + unit];
                for input in 0..layer.inputs {
                    sum += values[image * layer.inputs + input]
                        * parameters[layer.weights.start + input * layer.outputs + unit];
                }
                outputs[image * layer.outputs + unit] = sum;
            }
        }
        if let Some(norm) = &layer.normalisation {
            for unit in 0..layer.outputs {
                let places = (0..IMAGES).map(|image| image * layer.outputs + unit);
                let count = IMAGES as f64;
                let mean = places.clone().map(|it| outputs[it]).sum::<f64>() / count;
                let squares = places.clone().map(|it| (outputs[it] - mean).powi(2));
                let deviation = (squares.sum::<f64>() / count + f64::from(EPSILON)).sqrt();
                for place in places {
                    outputs[place] = (outputs[place] - mean) / deviation
                        * parameters[norm.scales.start + unit]
                        + parameters[norm.shifts.start + unit];
                }
            }
        }
        values = outputs;
    }
    let logits = values.chunks_exact(CLASSES).zip(classes());
    let losses = logits
        .map(|(logits, class)| logits.iter().map(|it| it.exp()).sum::<f64>().ln() - logits[class]);
    losses.sum::<f64>() / IMAGES as f64
}

#[test]
fn gradients_are_finite_differences_for_every_rule_activation_and_normalisation() {
    let rules = Scaling::NAMES.iter().map(|&(_, rule)| Some(rule));
    for rule in rules.chain([None]) {
        for activation in [Activation::Relu, Activation::Selu] {
            for normalisation in [Normalisation::None, Normalisation::Batch] {
                let configuration = configuration(rule, activation, normalisation);
                let layers = Layers::new(&configuration, INPUTS, CLASSES);
                let parameters = parameters(&layers);
                let inputs = normals(IMAGES * INPUTS, 0);
                let pass = forward(
                    &configuration,
                    &layers,
                    &parameters,
                    inputs.clone(),
                    &mut Noise::Drawn(&mut stream()),
                    Statistics::Batch,
                );
                let computed = gradient(&layers, &parameters, &pass, &classes());
                let exact: Vec<f64> = parameters.iter().copied().map(f64::from).collect();
                let step = 1e-6;
                let differences = (0..exact.len()).map(|index| {
                    let at = |sign: f64| {
                        let mut moved = exact.clone();
                        moved[index] += sign * step;
                        loss(&configuration, &layers, &moved, &inputs)
                    };
                    (at(1.0) - at(-1.0)) / (2.0 * step)
                });
                let mut largest = 0.0_f64;
                for (index, (difference, &computed)) in differences.zip(&computed).enumerate() {
                    let error = (f64::from(computed) - difference).abs();
                    assert!(
                        error < 2e-6,
                        "{configuration:?}, parameter {index}: {computed}, not {difference}"
                    );
                    largest = largest.max(difference.abs());
                }
                assert!(
                    largest > 0.1,
                    "{configuration:?} has no gradient to speak of"
                );
            }
        }
    }
}

/// One unit between one input and two classes, worked out by hand: x = 1, w = 2, so z = 2; the unit is kept and
/// doubled, and the weights ±½ make the logits ±2. The softmax then says 1/(1 + e⁻⁴) for the first class, which is
/// the right one.
#[test]
fn one_step_is_the_one_worked_out_by_hand() {
    let mut configuration = configuration(
        Some(Scaling::Inverted),
        Activation::Relu,
        Normalisation::None,
    );
    configuration.hidden = vec![1];
    configuration.dropout.inputs = DropProbability::new(0.0).unwrap();
    configuration.dropout.hidden = DropProbability::new(0.5).unwrap();
    let layers = Layers::new(&configuration, 1, 2);
    let stream = |index| Stream::new(Seed(5), Purpose::Noise, index);
    let start = [2.0, 0.0, 0.5, -0.5, 0.0, 0.0];
    let pass = |index| {
        let noise = &mut Noise::Drawn(&mut stream(index));
        let inputs = vec![1.0];
        forward(
            &configuration,
            &layers,
            &start,
            inputs,
            noise,
            Statistics::Batch,
        )
    };
    let mut passes = (0..64).map(pass);
    let pass = passes.find(|pass| pass.activations[1] == [2.0, -2.0]);
    let pass = pass.expect("one of 64 masks keeps the unit");
    let computed = gradient(&layers, &start, &pass, &[0]);
    // 1/(1 + e⁴): by how much the softmax is off.
    const OFF: f32 = 0.017_986_21;
    let expected = [-2.0, -2.0, -4.0, 4.0, -1.0, 1.0].map(|factor| factor * OFF);
    let assert_near = |values: &[f32], expected: [f32; 6]| {
        for (value, expected) in values.iter().zip(expected) {
            assert!(
                (value - expected).abs() < 1e-6,
                "{values:?}, not {expected}"
            );
        }
    };
    assert_near(&computed, expected);

    // SGD goes a tenth of the gradient, and then of 0.9 times that and the next, which here is the same.
    // Adam's first steps are as long as its rate, whatever the gradient is.
    for (optimizer, steps) in [
        (
            Optimizer::Momentum,
            expected.map(|it| [0.1 * it, 0.19 * it]),
        ),
        (
            Optimizer::Adam,
            expected.map(|it| [0.1_f32.copysign(it); 2]),
        ),
    ] {
        configuration.optimizer = optimizer;
        let rule = Steps::new(&configuration, &layers);
        let mut memory = vec![0.0; layers.parameters * optimizer.memories()];
        let mut values = start;
        let mut place = start;
        for step in [1, 2] {
            rule.step(step, &mut values, &computed, &mut memory);
            for (place, steps) in place.iter_mut().zip(steps) {
                *place -= steps[step as usize - 1];
            }
            assert_near(&values, place);
        }
    }
}

#[test]
fn without_dropout_no_random_number_is_drawn_and_both_evaluations_are_alike() {
    let configuration = configuration(None, Activation::Selu, Normalisation::Batch);
    let layers = Layers::new(&configuration, INPUTS, CLASSES);
    let parameters = parameters(&layers);
    let mut stream = stream();
    let noises = [
        Noise::Drawn(&mut stream),
        Noise::Evaluation(Evaluation::Identity),
        Noise::Evaluation(Evaluation::Matching),
    ];
    let logits = noises.map(|mut noise| {
        let inputs = normals(IMAGES * INPUTS, 0);
        forward(
            &configuration,
            &layers,
            &parameters,
            inputs,
            &mut noise,
            Statistics::Batch,
        )
        .activations
        .pop()
    });
    assert_eq!(logits[0], logits[1]);
    assert_eq!(logits[0], logits[2]);
    assert_eq!(stream.keep(1 << 31), self::stream().keep(1 << 31));
}

#[test]
fn units_are_on_average_what_matching_evaluation_makes_of_them() {
    for &(_, scaling) in Scaling::NAMES {
        let configuration = configuration(Some(scaling), Activation::Relu, Normalisation::None);
        let slope = f64::from(configuration.dropout.slope(1));
        let (p, rule) = configuration.dropout.before(1).unwrap();
        let count = 100_000;
        let mut values = vec![0.7; count];
        let factors = draw(p, rule, &mut stream(), &mut values);
        let mean =
            |values: &[f32]| values.iter().copied().map(f64::from).sum::<f64>() / count as f64;
        // Five standard errors of noise whose variance is at most 1.
        let bound = 5.0 / (count as f64).sqrt();
        assert!((mean(&values) - 0.7 * slope).abs() < bound, "{scaling:?}");
        assert!((mean(&factors) - slope).abs() < bound, "{scaling:?}");
    }
}

/// PyTorch on the same weights, masks and batch. It runs where `DROPOUT_MOMENTS_PYTHON` names an interpreter
/// that has it: `cargo xtask test --native --with-python`.
#[test]
fn gradients_are_pytorchs() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use serde_json::{Value, json};

    let Some(python) = std::env::var_os("DROPOUT_MOMENTS_PYTHON") else {
        return;
    };
    let mut cases = Vec::new();
    let mut ours = Vec::new();
    let rules = Scaling::NAMES.iter().map(|&(_, rule)| Some(rule));
    for rule in rules.chain([None]) {
        for activation in [Activation::Relu, Activation::Selu] {
            for normalisation in [Normalisation::None, Normalisation::Batch] {
                let configuration = configuration(rule, activation, normalisation);
                let layers = Layers::new(&configuration, INPUTS, CLASSES);
                let parameters = parameters(&layers);
                let inputs = normals(IMAGES * INPUTS, 0);
                let mut noise = stream();
                let pass = forward(
                    &configuration,
                    &layers,
                    &parameters,
                    inputs.clone(),
                    &mut Noise::Drawn(&mut noise),
                    Statistics::Batch,
                );
                let mut sums = crate::network::measurement::Sums::new(3);
                let logits = pass.activations[2].chunks_exact(CLASSES);
                for (logits, class) in logits.zip(classes()) {
                    sums.add_image(logits, class);
                }
                let gradient = gradient(&layers, &parameters, &pass, &classes());
                ours.push((sums.measurement().loss, gradient));
                let mut stream = stream();
                let described = layers.layers.iter().enumerate().map(|(index, layer)| {
                    let rows = |values: &[f32]| -> Vec<Vec<f32>> {
                        values.chunks(layer.inputs).map(<[f32]>::to_vec).collect()
                    };
                    let range = |range: &std::ops::Range<usize>| [range.start, range.end];
                    let noise = configuration.dropout.before(index).map(|(p, rule)| {
                        let mut shifts = vec![0.0; IMAGES * layer.inputs];
                        let factors = draw(p, rule, &mut stream, &mut shifts);
                        [rows(&factors), rows(&shifts)]
                    });
                    let norm = layer.normalisation.as_ref();
                    json!({
                        "factors": noise.as_ref().map(|noise| &noise[0]),
                        "shifts": noise.as_ref().map(|noise| &noise[1]),
                        "weights": range(&layer.weights),
                        "biases": range(&layer.biases),
                        "scales": norm.map(|norm| range(&norm.scales)),
                        "norm_shifts": norm.map(|norm| range(&norm.shifts)),
                    })
                });
                let inputs: Vec<_> = inputs.chunks(INPUTS).collect();
                cases.push(json!({
                    "parameters": &parameters,
                    "inputs": inputs,
                    "classes": classes(),
                    "activation": if activation == Activation::Relu { "relu" } else { "selu" },
                    "layers": described.collect::<Vec<_>>(),
                }));
            }
        }
    }
    let mut child = Command::new(python)
        .args(["-c", include_str!("pytorch.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter runs");
    let question = Value::from(cases).to_string();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(question.as_bytes())
        .unwrap();
    let answer = child.wait_with_output().unwrap();
    assert!(answer.status.success());
    let answer: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answer.len(), 24);
    for ((loss, gradient), answer) in ours.iter().zip(answer) {
        assert!((loss - answer["loss"].as_f64().unwrap()).abs() < 1e-5);
        let theirs = answer["gradient"].as_array().unwrap();
        assert_eq!(gradient.len(), theirs.len());
        for (value, expected) in gradient.iter().zip(theirs) {
            let error = (f64::from(*value) - expected.as_f64().unwrap()).abs();
            assert!(error < 1e-5, "{value}, not {expected}");
        }
    }
}
