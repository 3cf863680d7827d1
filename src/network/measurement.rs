//! What is measured of a network on a set of images.

/// How wide the confidence's bins of the calibration error are: 15 of them, as is usual.
const BINS: usize = 15;

/// What a network says of a set, in one mode.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measurement {
    /// The mean cross-entropy, in nats; not finite where training went out of bounds.
    pub loss: f64,
    /// The share of images whose class has the largest probability.
    pub accuracy: f64,
    /// The expected calibration error (Guo et al. 2017): by how much the probability of the predicted
    /// class differs from the share of correct predictions, within 15 bins of that probability.
    pub calibration_error: f64,
    /// For each layer, the mean and the standard deviation over all units and images of what its
    /// activation function gets; for the last layer, of what the softmax gets.
    pub layers: Vec<LayerMoments>,
}

/// Moments over a layer's units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LayerMoments {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub standard_deviation: f64,
}

impl Measurement {
    /// As numbers, for a message: loss, accuracy, calibration error, and each layer's mean and
    /// standard deviation.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let layers = self.layers.iter();
        let layers = layers.flat_map(|layer| [layer.mean, layer.standard_deviation]);
        let scores = [self.loss, self.accuracy, self.calibration_error];
        scores.into_iter().chain(layers).collect()
    }

    /// What [`to_numbers`](Self::to_numbers) wrote; `None` if these are not such numbers.
    #[must_use]
    pub fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let (&[loss, accuracy, calibration_error], layers) = numbers.split_first_chunk()?;
        let (layers, rest) = layers.as_chunks();
        let layers = layers
            .iter()
            .map(|&[mean, standard_deviation]| LayerMoments {
                mean,
                standard_deviation,
            });
        rest.is_empty().then(|| Self {
            loss,
            accuracy,
            calibration_error,
            layers: layers.collect(),
        })
    }
}

/// Sums what a measurement is made of, batch by batch.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    images: f64,
    loss: f64,
    correct: f64,
    /// For each bin: confidence less correctness.
    gaps: [f64; BINS],
    /// For each layer: how many values, their sum and that of their squares.
    layers: Vec<[f64; 3]>,
}

impl Sums {
    pub(super) fn new(layers: usize) -> Self {
        Self {
            images: 0.0,
            loss: 0.0,
            correct: 0.0,
            gaps: [0.0; BINS],
            layers: vec![[0.0; 3]; layers],
        }
    }

    /// Adds what a layer's activation function gets.
    pub(super) fn add_layer(&mut self, layer: usize, values: &[f32]) {
        let [count, sum, squares] = &mut self.layers[layer];
        for &value in values {
            let value = f64::from(value);
            *count += 1.0;
            *sum += value;
            *squares += value * value;
        }
    }

    /// Adds one image: what the softmax gets for it, and its class.
    pub(super) fn add_image(&mut self, logits: &[f32], class: usize) {
        let (predicted, largest) = largest(logits);
        let exp = |logit: &f32| libm::exp(f64::from(logit - largest));
        let sum: f64 = logits.iter().map(exp).sum();
        self.images += 1.0;
        self.loss += libm::log(sum) - f64::from(logits[class] - largest);
        let confidence = 1.0 / sum;
        let correct = if predicted == class { 1.0 } else { 0.0 };
        self.correct += correct;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "0 ≤ confidence ≤ 1"
        )]
        let bin = (confidence * BINS as f64) as usize;
        self.gaps[bin.min(BINS - 1)] += confidence - correct;
    }

    pub(super) fn measurement(&self) -> Measurement {
        let gaps: f64 = self.gaps.iter().map(|gap| gap.abs()).sum();
        let layers = self.layers.iter().map(|[count, sum, squares]| {
            let mean = sum / count;
            LayerMoments {
                mean,
                standard_deviation: (squares / count - mean * mean).max(0.0).sqrt(),
            }
        });
        Measurement {
            loss: self.loss / self.images,
            accuracy: self.correct / self.images,
            calibration_error: gaps / self.images,
            layers: layers.collect(),
        }
    }
}

/// The first of the largest values, and its index.
pub(super) fn largest(values: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, &value) in values.iter().enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_a_small_case() {
        // Probabilities (3/4, 1/4) twice, right and wrong, and (1/2, 1/2), where the first class is
        // predicted.
        let ln3 = 3.0_f32.ln();
        let mut sums = Sums::new(1);
        sums.add_image(&[ln3, 0.0], 0);
        sums.add_image(&[ln3, 0.0], 1);
        sums.add_image(&[5.0, 5.0], 0);
        sums.add_layer(0, &[1.0, 3.0]);
        sums.add_layer(0, &[5.0]);
        let measured = sums.measurement();
        let near = |value: f64, expected: f64| (value - expected).abs() < 1e-6;
        assert!(near(
            measured.loss,
            -((0.75_f64).ln() + 0.25_f64.ln() + 0.5_f64.ln()) / 3.0
        ));
        assert!(near(measured.accuracy, 2.0 / 3.0));
        // The bin of 3/4 holds a gap of 1.5 - 1, that of 1/2 one of 0.5 - 1.
        assert!(near(measured.calibration_error, 1.0 / 3.0));
        assert!(near(measured.layers[0].mean, 3.0));
        assert!(near(
            measured.layers[0].standard_deviation,
            (8.0_f64 / 3.0).sqrt()
        ));
        let numbers = measured.to_numbers();
        assert_eq!(Measurement::from_numbers(&numbers), Some(measured));
        assert_eq!(Measurement::from_numbers(&numbers[..4]), None);
        assert_eq!(Measurement::from_numbers(&numbers[..2]), None);
    }
}
