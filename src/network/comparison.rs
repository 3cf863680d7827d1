//! The comparison of the rules that a page can make while its reader waits.

use super::configuration::{Activation, Configuration, Dropout};
use super::data_set::{DataSet, Split};
use super::measurement::Measurement;
use super::pass::{Evaluation, Mode};
use super::trainer::Trainer;
use crate::settings::{DropProbability, Normalisation, Optimizer, Scaling, Seed, Settings};

/// Networks that differ in the rule, for one or more p, with several seeds each.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    settings: Settings,
    probabilities: Vec<DropProbability>,
    seeds: usize,
}

/// What a network of a comparison is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contender {
    /// The rule; `None` for no dropout.
    pub rule: Option<Scaling>,
    /// The place of its p among those of the comparison. Without dropout all p are one, the first.
    pub probability: usize,
    /// The place of its seed among those of the comparison.
    pub seed: usize,
}

/// A network of a comparison, as far as it is trained: what its training needs to go on anywhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// After each epoch, of a third of the training part and of the validation part, what is measured
    /// in training mode, evaluated as it is, and with the matching factor.
    pub epochs: Vec<[[Score; 3]; 2]>,
    /// What is measured at the end.
    pub end: Option<End>,
    /// The trainer's, until the end.
    state: Vec<f64>,
}

/// The two scores that are followed from epoch to epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// As [`Measurement::loss`].
    pub loss: f64,
    /// As [`Measurement::accuracy`].
    pub accuracy: f64,
}

/// What is measured of a trained network.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Of the validation part: in training mode, evaluated as it is, and with the matching factor.
    pub validation: [Measurement; 3],
    /// Of the test part: evaluated as it is, and with the matching factor.
    pub test: [Measurement; 2],
    /// The same, after batch normalisations have been estimated anew with dropout off; `None` where
    /// there are none.
    pub estimated_anew: Option<[Measurement; 2]>,
}

/// The ways to evaluate, in their order everywhere here.
const WAYS: [Evaluation; 2] = [Evaluation::Identity, Evaluation::Matching];

/// Of the training part, one of so many images is measured after each epoch: as many as there are for
/// validation.
const THINNED: usize = 3;

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

    /// The probabilities to drop of the long run: the thread's .1, .25 and .5, and two beyond.
    pub const PROBABILITIES: [f64; 5] = [0.1, 0.25, 0.5, 0.65, 0.8];

    /// The networks of these settings, with the one p.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            settings: settings.clone(),
            probabilities: vec![settings.drop_probability],
            seeds: settings.training.seeds() as usize,
        }
    }

    /// The long run: the same networks for p from 0.1 to 0.8, with 20 seeds.
    #[must_use]
    pub fn long(settings: &Settings) -> Self {
        let probabilities = Self::PROBABILITIES.iter();
        Self {
            settings: settings.clone(),
            probabilities: probabilities
                .filter_map(|&p| DropProbability::new(p).ok())
                .collect(),
            seeds: crate::settings::Training::MOST_SEEDS as usize,
        }
    }

    /// The settings with which it was begun.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The probabilities to drop a hidden unit.
    #[must_use]
    pub fn probabilities(&self) -> &[DropProbability] {
        &self.probabilities
    }

    /// How many networks are trained of each rule and p.
    #[must_use]
    pub fn seeds(&self) -> usize {
        self.seeds
    }

    /// How many epochs each is trained.
    #[must_use]
    pub fn epochs(&self) -> usize {
        self.settings.training.epochs() as usize
    }

    /// How many networks there are in all.
    #[must_use]
    pub fn networks(&self) -> usize {
        self.seeds * self.of_a_seed()
    }

    /// How many of them have the same seed.
    fn of_a_seed(&self) -> usize {
        1 + (Self::RULES.len() - 1) * self.probabilities.len()
    }

    /// What the network of this number is for: those of the first seed come first, in the order of p
    /// and then of the rules.
    #[must_use]
    pub fn contender(&self, network: usize) -> Contender {
        let place = network % self.of_a_seed();
        let rules = Self::RULES.len() - 1;
        let (rule, probability) = match place.checked_sub(1) {
            Some(place) => (1 + place % rules, place / rules),
            None => (0, 0),
        };
        Contender {
            rule: Self::RULES[rule],
            probability,
            seed: network / self.of_a_seed(),
        }
    }

    /// How another machine knows a network: the settings whose own comparison has it, and its number
    /// there.
    #[must_use]
    pub fn elsewhere(&self, network: usize) -> (Settings, usize) {
        let contender = self.contender(network);
        let mut settings = self.settings.clone();
        settings.drop_probability = self.probabilities[contender.probability];
        let rule = Self::RULES.iter().position(|it| *it == contender.rule);
        let number = contender.seed * Self::RULES.len() + rule.unwrap_or(0);
        (settings, number)
    }

    /// Whether evaluation with the factor of a rule is something else than evaluation as it is.
    #[must_use]
    pub fn has_factor(rule: Option<Scaling>) -> bool {
        !matches!(rule, None | Some(Scaling::Inverted | Scaling::Gaussian))
    }

    /// About how many multiplications and additions an epoch of a network takes, measuring included.
    #[must_use]
    pub fn work(&self) -> f64 {
        /// What a unit costs beside its weights: its activation, its mask, its gradient.
        const UNIT: f64 = 60.0;
        /// An epoch goes three times through the training part, there and back, and once more to
        /// measure.
        const IMAGES: f64 = 4.5 * 1085.0;
        let [layers, units] = [
            self.settings.training.hidden_layers(),
            self.settings.training.units(),
        ]
        .map(f64::from);
        let weights = units * (64.0 + (layers - 1.0) * units + 10.0);
        IMAGES * (weights + UNIT * (layers * units))
    }

    /// How many epochs are trained before the next report: fewer of large networks, so that a pause
    /// need not wait.
    fn slice(&self) -> usize {
        const MOST: f64 = 6e8;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to 5"
        )]
        let slice = (MOST / self.work()).clamp(1.0, 5.0) as usize;
        slice
    }

    /// Trains a network for some epochs more, and evaluates it at the end. What comes out depends on
    /// nothing but the comparison, the network's number and how far it was.
    #[must_use]
    pub fn go_on(&self, network: usize, progress: &Progress, split: &Split) -> Progress {
        if progress.end.is_some() {
            return progress.clone();
        }
        let configuration = self.configuration(network);
        // Numbers from elsewhere that are no state begin anew.
        let resumed = Trainer::resume(&configuration, split, &progress.state);
        let mut progress = if resumed.is_ok() {
            progress.clone()
        } else {
            Progress::default()
        };
        let mut trainer = resumed.unwrap_or_else(|_| Trainer::new(&configuration, split));
        let has_factor = Self::has_factor(configuration.dropout.rule);
        let training = split.training.one_of(THINNED);
        for _ in 0..self.slice() {
            trainer.train_epoch();
            let scores = |set| measure(&trainer, set, has_factor).map(|it| it.score());
            progress
                .epochs
                .push([scores(&training), scores(&split.validation)]);
            if progress.epochs.len() >= self.epochs() {
                progress.end = Some(End::of(&mut trainer, split, has_factor));
                progress.state = Vec::new();
                return progress;
            }
        }
        progress.state = trainer.to_numbers();
        progress
    }

    fn configuration(&self, network: usize) -> Configuration {
        let Contender {
            rule,
            probability,
            seed,
        } = self.contender(network);
        let training = &self.settings.training;
        let first = self.settings.seed.unwrap_or(Seed(0));
        Configuration {
            hidden: vec![training.units() as usize; training.hidden_layers() as usize],
            activation: if rule == Some(Scaling::Alpha) {
                Activation::Selu
            } else {
                Activation::Relu
            },
            normalisation: training.normalisation,
            dropout: Dropout {
                rule,
                inputs: DropProbability::NOTHING,
                hidden: self.probabilities[probability],
            },
            optimizer: training.optimizer,
            learning_rate: match training.optimizer {
                Optimizer::Adam => 0.002,
                Optimizer::Momentum => 0.02,
            },
            rates: training.rates,
            batch: 32,
            seed: Seed(first.0.wrapping_add(seed as u64)),
        }
    }
}

/// In training mode, evaluated as it is, and with the matching factor.
fn measure(trainer: &Trainer, set: &DataSet, has_factor: bool) -> [Measurement; 3] {
    let training = trainer.measure(set, Mode::Training);
    let [identity, matching] = evaluate(trainer, set, has_factor);
    [training, identity, matching]
}

/// Evaluated as it is, and with the matching factor, which is the same where that is 1.
fn evaluate(trainer: &Trainer, set: &DataSet, has_factor: bool) -> [Measurement; 2] {
    let [identity, matching] = WAYS.map(Mode::Evaluation);
    let identity = trainer.measure(set, identity);
    let matching = if has_factor {
        trainer.measure(set, matching)
    } else {
        identity.clone()
    };
    [identity, matching]
}

impl End {
    /// Of a trained network, whose batch normalisations are then estimated anew.
    fn of(trainer: &mut Trainer, split: &Split, has_factor: bool) -> Self {
        let validation = measure(trainer, &split.validation, has_factor);
        let test = evaluate(trainer, &split.test, has_factor);
        let has_batches = trainer.configuration().normalisation == Normalisation::Batch;
        let estimated_anew = has_batches.then(|| {
            WAYS.map(|way| {
                trainer.reestimate(way);
                trainer.measure(&split.test, Mode::Evaluation(way))
            })
        });
        Self {
            validation,
            test,
            estimated_anew,
        }
    }
}

impl Measurement {
    fn score(&self) -> Score {
        Score {
            loss: self.loss,
            accuracy: self.accuracy,
        }
    }
}

impl Progress {
    /// As numbers, for a message.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let mut measured: Vec<&Measurement> = Vec::new();
        if let Some(end) = &self.end {
            measured.extend(end.validation.iter().chain(&end.test));
            measured.extend(end.estimated_anew.iter().flatten());
        }
        let length = measured.first().map_or(0, |it| it.to_numbers().len());
        #[expect(clippy::cast_precision_loss, reason = "few numbers")]
        let mut numbers = [self.epochs.len(), measured.len(), length]
            .map(|count| count as f64)
            .to_vec();
        for score in self.epochs.as_flattened().as_flattened() {
            numbers.extend([score.loss, score.accuracy]);
        }
        for it in measured {
            numbers.extend(it.to_numbers());
        }
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
        let [epochs, measured, length] = head.map(|count| count as usize);
        let (scores, rest) = rest.split_at_checked(epochs.checked_mul(12)?)?;
        let (measured, state) = rest.split_at_checked(measured.checked_mul(length)?)?;
        let scores = scores.as_chunks().0.iter();
        let scores: Vec<_> = scores
            .map(|&[loss, accuracy]| Score { loss, accuracy })
            .collect();
        let measured: Vec<_> = measured
            .chunks_exact(length.max(1))
            .map(Measurement::from_numbers)
            .collect::<Option<_>>()?;
        let end = match measured.split_first_chunk::<3>() {
            None => None,
            Some((validation, tests)) => {
                let (test, anew) = tests.split_first_chunk::<2>()?;
                Some(End {
                    validation: validation.clone(),
                    test: test.clone(),
                    estimated_anew: anew.first_chunk().cloned(),
                })
            }
        };
        Some(Self {
            epochs: scores.as_chunks().0.as_chunks().0.to_vec(),
            end,
            state: state.to_vec(),
        })
    }
}
