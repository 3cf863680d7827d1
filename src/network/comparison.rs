//! The comparison of the rules that a page can make while its reader waits.

use super::configuration::{Activation, Configuration, Dropout, Normalisation, Optimizer, Rates};
use super::data_set::Split;
use super::measurement::Measurement;
use super::pass::{Evaluation, Mode};
use super::trainer::Trainer;
use crate::settings::{DropProbability, Scaling, Seed};

/// Networks that differ in the rule, with several seeds each. They are deep enough for the rules to
/// matter: four hidden layers of 64 units, without batch normalisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The probability to drop a hidden unit.
    pub drop_probability: DropProbability,
    /// The seed of the first network of each rule; the others have those that follow.
    pub seed: Seed,
}

/// A network of a comparison, as far as it is trained: what its training needs to go on anywhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// After each epoch, what is measured of the validation part: in training mode, evaluated as it
    /// is, and with the matching factor.
    pub epochs: Vec<[Measurement; 3]>,
    /// At the end, what is measured of the test part: evaluated as it is, and with the matching
    /// factor.
    pub test: Option<[Measurement; 2]>,
    /// The trainer's, until the end.
    state: Vec<f64>,
}

impl Comparison {
    /// What is compared; `None` is no dropout. Alpha dropout comes with SELU, the others with ReLU.
    pub const RULES: [Option<Scaling>; 6] = [
        None,
        Some(Scaling::None),
        Some(Scaling::Inverted),
        Some(Scaling::Sqrt),
        Some(Scaling::Gaussian),
        Some(Scaling::Alpha),
    ];

    /// How many networks are trained of each rule, all with other seeds.
    pub const SEEDS: usize = 5;

    /// How many networks there are: those of the first seed first, in the order of the rules.
    pub const NETWORKS: usize = Self::RULES.len() * Self::SEEDS;

    /// How many epochs each is trained.
    pub const EPOCHS: usize = 15;

    /// How many epochs a worker trains before it reports.
    pub const SLICE: usize = 5;

    /// Trains a network for some epochs more, and evaluates it at the end. What comes out depends on
    /// nothing but the comparison, the network's number and how far it was.
    #[must_use]
    pub fn go_on(self, network: usize, progress: &Progress, digits: &Split) -> Progress {
        if progress.test.is_some() {
            return progress.clone();
        }
        let configuration = self.configuration(network);
        // Numbers from elsewhere that are no state begin anew.
        let resumed = Trainer::resume(&configuration, digits, &progress.state);
        let mut progress = if resumed.is_ok() {
            progress.clone()
        } else {
            Progress::default()
        };
        let mut trainer = resumed.unwrap_or_else(|_| Trainer::new(&configuration, digits));
        let ways = [Evaluation::Identity, Evaluation::Matching].map(Mode::Evaluation);
        for _ in 0..Self::SLICE {
            if progress.epochs.len() >= Self::EPOCHS {
                break;
            }
            trainer.train_epoch();
            let [identity, matching] = ways;
            progress.epochs.push(
                [Mode::Training, identity, matching]
                    .map(|mode| trainer.measure(&digits.validation, mode)),
            );
        }
        if progress.epochs.len() >= Self::EPOCHS {
            progress.test = Some(ways.map(|mode| trainer.measure(&digits.test, mode)));
            progress.state = Vec::new();
        } else {
            progress.state = trainer.to_numbers();
        }
        progress
    }

    /// The rule of a network's number.
    #[must_use]
    pub fn rule(network: usize) -> Option<Scaling> {
        Self::RULES[network % Self::RULES.len()]
    }

    fn configuration(self, network: usize) -> Configuration {
        let rule = Self::rule(network);
        let seed = (network / Self::RULES.len()) as u64;
        Configuration {
            hidden: vec![64; 4],
            activation: if rule == Some(Scaling::Alpha) {
                Activation::Selu
            } else {
                Activation::Relu
            },
            normalisation: Normalisation::None,
            dropout: Dropout {
                rule,
                inputs: DropProbability::NOTHING,
                hidden: self.drop_probability,
            },
            optimizer: Optimizer::Adam,
            learning_rate: 0.002,
            rates: Rates::Shared,
            batch: 32,
            seed: Seed(self.seed.0.wrapping_add(seed)),
        }
    }
}

impl Progress {
    /// As numbers, for a message.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let epochs = self.epochs.as_flattened();
        let test = self.test.as_ref().map_or(&[][..], |test| test);
        let measured: Vec<_> = epochs
            .iter()
            .chain(test)
            .map(Measurement::to_numbers)
            .collect();
        let length = measured.first().map_or(0, Vec::len);
        #[expect(clippy::cast_precision_loss, reason = "few numbers")]
        let head = [self.epochs.len(), test.len(), length].map(|count| count as f64);
        let mut numbers = head.to_vec();
        numbers.extend(measured.into_iter().flatten());
        numbers.extend(&self.state);
        numbers
    }

    /// What [`to_numbers`](Self::to_numbers) wrote; `None` if these are not such numbers.
    #[must_use]
    pub fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let (&head, rest) = numbers.split_first_chunk::<3>()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "they were counts; others don't fit"
        )]
        let [epochs, tests, length] = head.map(|count| count as usize);
        let count = epochs.checked_mul(3)?.checked_add(tests)?;
        let (measured, state) = rest.split_at_checked(count.checked_mul(length)?)?;
        let measured = measured.chunks_exact(length.max(1));
        let measured: Vec<_> = measured
            .map(Measurement::from_numbers)
            .collect::<Option<_>>()?;
        let (epochs, test) = measured.split_at_checked(3 * epochs)?;
        let (epochs, _) = epochs.as_chunks();
        Some(Self {
            epochs: epochs.to_vec(),
            test: <[Measurement; 2]>::try_from(test.to_vec()).ok(),
            state: state.to_vec(),
        })
    }
}
