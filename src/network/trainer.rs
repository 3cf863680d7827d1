//! Training, epoch by epoch.

use super::configuration::{Activation, Configuration};
use super::data_set::{DataSet, Split};
use super::layers::Layers;
use super::measurement::{Measurement, Sums};
use super::optimizer::{Steps, matching};
use super::pass::{Evaluation, Mode, Noise, Pass, Statistics, forward, gradient};
use super::stream::{Purpose, Stream};

/// A network in training.
///
/// What it is after so many epochs depends on nothing but its configuration and the data set: training
/// can be stopped after any epoch, written as numbers, and resumed elsewhere.
///
/// ```
/// use dropout_moments::network::{
///     Activation, Configuration, Dropout, Evaluation, Mode, Normalisation, Optimizer, Rates, Split,
///     Trainer,
/// };
/// use dropout_moments::settings::Seed;
///
/// let spirals = Split::spirals(Seed(1));
/// let configuration = Configuration {
///     hidden: vec![32, 32],
///     activation: Activation::Relu,
///     normalisation: Normalisation::None,
///     dropout: Dropout::none(),
///     optimizer: Optimizer::Adam,
///     learning_rate: 0.01,
///     rates: Rates::Shared,
///     batch: 32,
///     seed: Seed(7),
/// };
/// let mut trainer = Trainer::new(&configuration, &spirals);
/// let mode = Mode::Evaluation(Evaluation::Identity);
/// let before = trainer.measure(&spirals.validation, mode);
/// for _ in 0..60 {
///     trainer.train_epoch();
/// }
/// let after = trainer.measure(&spirals.validation, mode);
/// assert!(after.loss < 0.5 * before.loss);
/// ```
#[derive(Debug, Clone)]
pub struct Trainer<'a> {
    configuration: Configuration,
    split: &'a Split,
    layers: Layers,
    /// How many epochs are over.
    epoch: u32,
    /// How many steps.
    step: u32,
    parameters: Vec<f32>,
    /// The running estimates of all batch normalisations.
    estimates: Vec<f32>,
    /// What the optimizer remembers.
    memory: Vec<f32>,
}

/// Numbers that are no state of a training with this configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAState;

impl std::fmt::Display for NotAState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("these numbers are no state of this training")
    }
}

impl std::error::Error for NotAState {}

/// By how much of the way a running estimate moves to a batch's.
const MOMENTUM: f32 = 0.1;

impl<'a> Trainer<'a> {
    /// A network at its start.
    #[must_use]
    pub fn new(configuration: &Configuration, split: &'a Split) -> Self {
        let training = &split.training;
        let layers = Layers::new(configuration, training.width, training.classes);
        let mut parameters = vec![0.0; layers.parameters];
        let mut estimates = vec![0.0; layers.estimates];
        let mut stream = Stream::new(configuration.seed, Purpose::Start, 0);
        for (index, layer) in layers.layers.iter().enumerate() {
            let weights = &mut parameters[layer.weights.clone()];
            stream.normals(weights);
            let variance = match configuration.activation {
                Activation::Relu => 2.0,
                Activation::Selu => 1.0,
            };
            #[expect(clippy::cast_precision_loss, reason = "fewer than 2²⁴ units")]
            let deviation = (variance / layer.inputs as f32).sqrt();
            let factor = deviation / matching(configuration, index);
            for weight in weights {
                *weight *= factor;
            }
            if let Some(norm) = &layer.normalisation {
                parameters[norm.scales.clone()].fill(1.0);
                estimates[norm.variances.clone()].fill(1.0);
            }
        }
        Self {
            configuration: configuration.clone(),
            split,
            epoch: 0,
            step: 0,
            memory: vec![0.0; layers.parameters * configuration.optimizer.memories()],
            layers,
            parameters,
            estimates,
        }
    }

    /// Goes on where [`to_numbers`](Self::to_numbers) was called.
    ///
    /// # Errors
    /// When the numbers are not those of a training with this configuration.
    pub fn resume(
        configuration: &Configuration,
        split: &'a Split,
        numbers: &[f64],
    ) -> Result<Self, NotAState> {
        let mut trainer = Self::new(configuration, split);
        let (&[epoch, step], mut rest) = numbers.split_first_chunk().ok_or(NotAState)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "both were whole numbers"
        )]
        {
            trainer.epoch = epoch as u32;
            trainer.step = step as u32;
        }
        for list in [
            &mut trainer.parameters,
            &mut trainer.estimates,
            &mut trainer.memory,
        ] {
            let (numbers, others) = rest.split_at_checked(list.len()).ok_or(NotAState)?;
            for (value, &number) in list.iter_mut().zip(numbers) {
                *value = super::configuration::single(number);
            }
            rest = others;
        }
        if rest.is_empty() {
            Ok(trainer)
        } else {
            Err(NotAState)
        }
    }

    /// All that it has learnt and remembers, as numbers for a message.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let lists = [&self.parameters, &self.estimates, &self.memory];
        let values = lists.into_iter().flatten().copied().map(f64::from);
        let counts = [self.epoch, self.step].map(f64::from);
        counts.into_iter().chain(values).collect()
    }

    /// With what it was begun.
    pub(super) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// How many epochs are over.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Trains on every image once, in a random order. The last batch may be smaller.
    pub fn train_epoch(&mut self) {
        let set = &self.split.training;
        let steps = Steps::new(&self.configuration, &self.layers);
        let stream = |purpose| Stream::new(self.configuration.seed, purpose, self.epoch);
        let mut order: Vec<_> = (0..set.len()).collect();
        stream(Purpose::Order).shuffle(&mut order);
        let mut noise = stream(Purpose::Noise);
        for batch in order.chunks(self.configuration.batch.max(1)) {
            let (inputs, classes) = set.gather(batch);
            let pass = self.forward(inputs, &mut Noise::Drawn(&mut noise), Statistics::Batch);
            let gradient = gradient(&self.layers, &self.parameters, &pass, &classes);
            self.step += 1;
            steps.step(self.step, &mut self.parameters, &gradient, &mut self.memory);
            self.follow(&pass, batch.len());
        }
        self.epoch += 1;
    }

    /// What the network says of a set now. In training mode each image goes through once, with
    /// masks that are drawn for this epoch.
    #[must_use]
    pub fn measure(&self, set: &DataSet, mode: Mode) -> Measurement {
        let mut stream = self.measuring(mode);
        let mut sums = Sums::new(self.layers.layers.len());
        let all: Vec<_> = (0..set.len()).collect();
        for batch in all.chunks(self.configuration.batch.max(1)) {
            let (inputs, classes) = set.gather(batch);
            // One draw for all images is made anew for each batch.
            if matches!(mode, Mode::Draw(_)) {
                stream = self.measuring(mode);
            }
            let pass = self.pass(inputs, mode, &mut stream);
            for (layer, values) in pass.activations.iter().enumerate() {
                sums.add_layer(layer, values);
            }
            let logits = pass.activations.last().into_iter();
            let logits = logits.flat_map(|logits| logits.chunks_exact(set.classes));
            for (logits, class) in logits.zip(classes) {
                sums.add_image(logits, class);
            }
        }
        sums.measurement()
    }

    /// Puts in place of the running estimates of all batch normalisations what they see of the whole
    /// training set when nothing is dropped (Hendrycks and Gimpel 2016, section 4).
    pub fn reestimate(&mut self, evaluation: Evaluation) {
        let set = &self.split.training;
        let all: Vec<_> = (0..set.len()).collect();
        let (inputs, _) = set.gather(&all);
        let pass = self.forward(
            inputs,
            &mut Noise::Evaluation(evaluation),
            Statistics::Batch,
        );
        self.move_estimates(&pass, set.len(), 1.0);
    }

    /// What the softmax gets for these images, which lie one after the other: for each of them as many
    /// numbers as there are classes.
    #[must_use]
    pub fn logits(&self, images: &[f32], mode: Mode) -> Vec<f32> {
        let mut stream = self.measuring(mode);
        let pass = self.pass(images.to_vec(), mode, &mut stream);
        pass.activations.into_iter().last().unwrap_or_default()
    }

    /// Where masks come from that nothing is trained with.
    fn measuring(&self, mode: Mode) -> Stream {
        let (purpose, index) = match mode {
            Mode::Draw(number) => (Purpose::Sharing, number),
            _ => (Purpose::Measuring, self.epoch),
        };
        Stream::new(self.configuration.seed, purpose, index)
    }

    fn pass(&self, images: Vec<f32>, mode: Mode, stream: &mut Stream) -> Pass {
        let (mut noise, statistics) = match mode {
            Mode::Training => (Noise::Drawn(stream), Statistics::Batch),
            Mode::Draw(_) => (Noise::Shared(stream), Statistics::Batch),
            Mode::Evaluation(evaluation) => (
                Noise::Evaluation(evaluation),
                Statistics::Running(&self.estimates),
            ),
        };
        self.forward(images, &mut noise, statistics)
    }

    fn forward(&self, inputs: Vec<f32>, noise: &mut Noise, statistics: Statistics) -> Pass {
        forward(
            &self.configuration,
            &self.layers,
            &self.parameters,
            inputs,
            noise,
            statistics,
        )
    }

    /// Lets the running estimates follow a batch.
    fn follow(&mut self, pass: &Pass, images: usize) {
        self.move_estimates(pass, images, MOMENTUM);
    }

    fn move_estimates(&mut self, pass: &Pass, images: usize, share: f32) {
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2²⁴ images")]
        let images = images as f32;
        // The estimate of a variance has the divisor images - 1.
        let unbiased = images / (images - 1.0).max(1.0);
        for (layer, normalised) in self.layers.layers.iter().zip(&pass.normalised) {
            let (Some(norm), Some(normalised)) = (&layer.normalisation, normalised) else {
                continue;
            };
            let moments = [
                (&norm.means, &normalised.means, 1.0),
                (&norm.variances, &normalised.variances, unbiased),
            ];
            for (range, values, factor) in moments {
                let estimates = self.estimates[range.clone()].iter_mut();
                for (estimate, value) in estimates.zip(values) {
                    *estimate = (1.0 - share) * *estimate + share * factor * value;
                }
            }
        }
    }
}
