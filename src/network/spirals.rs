//! A network that learns two spirals while a reader waits, and what it then says of every point of
//! the plane: in evaluation, and with a few masks, each of which is a network of its own.

use super::configuration::{Activation, Configuration, Dropout};
use super::data_set::{DataSet, Split};
use super::pass::{Evaluation, Mode};
use super::trainer::Trainer;
use crate::settings::{DropProbability, Normalisation, Optimizer, Rates, Scaling, Seed, Settings};

/// Two hidden layers of 64 units that learn [`Split::spirals`] with a rule. Alpha dropout comes with
/// SELU, the others with ReLU.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spirals {
    /// The probability to drop a hidden unit.
    pub drop_probability: DropProbability,
    /// The rule.
    pub scaling: Scaling,
    /// Of the points, the network and its masks.
    pub seed: Seed,
}

/// What a network says of some points: for each of them the logit of the second spiral less that of
/// the first, so that its sign decides.
pub type Logits = Vec<f32>;

/// A network as far as it is trained.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpiralProgress {
    /// How many epochs are over.
    pub epochs: usize,
    /// What it says of the [`SIDE`](Spirals::SIDE)² points of a grid, row by row from the lowest x and
    /// y: evaluated as it is and with the matching factor, then with each mask.
    pub plane: Vec<Logits>,
    /// What it says of the test part, likewise.
    pub test: Vec<Logits>,
    /// The trainer's.
    state: Vec<f64>,
}

impl Spirals {
    /// How many epochs it is trained.
    pub const EPOCHS: usize = 100;

    /// How many epochs a worker trains before it reports.
    pub const SLICE: usize = 20;

    /// How many masks there are.
    pub const MASKS: usize = 12;

    /// The two evaluations and the masks.
    const WAYS: usize = 2 + Self::MASKS;

    /// How many points the grid has along each axis.
    pub const SIDE: usize = 49;

    /// The grid reaches from -REACH to REACH along both axes.
    pub const REACH: f64 = 2.4;

    /// With p, the rule and the seed of these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            drop_probability: settings.drop_probability,
            scaling: settings.scaling,
            seed: settings.seed.unwrap_or(Seed(0)),
        }
    }

    /// The points.
    #[must_use]
    pub fn points(self) -> Split {
        Split::spirals(self.seed)
    }

    /// Trains for a slice of epochs more. What comes out depends on nothing but these settings and
    /// how far it was.
    #[must_use]
    pub fn go_on(self, progress: &SpiralProgress) -> SpiralProgress {
        if progress.is_done() {
            return progress.clone();
        }
        let points = self.points();
        let configuration = self.configuration();
        // Numbers from elsewhere that are no state begin anew.
        let resumed = Trainer::resume(&configuration, &points, &progress.state);
        let mut epochs = if resumed.is_ok() { progress.epochs } else { 0 };
        let mut trainer = resumed.unwrap_or_else(|_| Trainer::new(&configuration, &points));
        let end = Self::EPOCHS.min(epochs + Self::SLICE);
        while epochs < end {
            trainer.train_epoch();
            epochs += 1;
        }
        let grid = Self::grid();
        let test = values(&points.test);
        let says = |of: &[f32]| {
            Self::ways()
                .map(|mode| logits(&trainer, of, mode))
                .collect()
        };
        SpiralProgress {
            epochs,
            plane: says(&grid),
            test: says(&test),
            state: if epochs < Self::EPOCHS {
                trainer.to_numbers()
            } else {
                Vec::new()
            },
        }
    }

    fn ways() -> impl Iterator<Item = Mode> {
        let evaluations = [Evaluation::Identity, Evaluation::Matching].map(Mode::Evaluation);
        let masks = (0_u32..).take(Self::MASKS).map(Mode::Draw);
        evaluations.into_iter().chain(masks)
    }

    /// The points of the grid, one after the other.
    fn grid() -> Vec<f32> {
        #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding is what is wanted"
        )]
        let place = |index: usize| {
            let share = index as f64 / (Self::SIDE - 1) as f64;
            ((2.0 * share - 1.0) * Self::REACH) as f32
        };
        let rows = 0..Self::SIDE;
        let points = rows.flat_map(|row| (0..Self::SIDE).map(move |column| [column, row]));
        points.flatten().map(place).collect()
    }

    fn configuration(self) -> Configuration {
        Configuration {
            hidden: vec![64; 2],
            activation: if self.scaling == Scaling::Alpha {
                Activation::Selu
            } else {
                Activation::Relu
            },
            normalisation: Normalisation::None,
            dropout: Dropout {
                rule: Some(self.scaling),
                inputs: DropProbability::NOTHING,
                hidden: self.drop_probability,
            },
            optimizer: Optimizer::Adam,
            learning_rate: 0.01,
            rates: Rates::Shared,
            batch: 32,
            seed: self.seed,
        }
    }
}

/// The points of a set, one after the other.
fn values(set: &DataSet) -> Vec<f32> {
    set.iter().flat_map(|(point, _)| point).copied().collect()
}

fn logits(trainer: &Trainer, points: &[f32], mode: Mode) -> Logits {
    let logits = trainer.logits(points, mode);
    let (pairs, _) = logits.as_chunks();
    pairs.iter().map(|[first, second]| second - first).collect()
}

impl SpiralProgress {
    /// Whether there is nothing left to train.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.epochs >= Spirals::EPOCHS
    }

    /// As numbers, for a message.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "few numbers")]
        let head = [self.epochs, self.test.first().map_or(0, Vec::len)].map(|it| it as f64);
        let said = self.plane.iter().chain(&self.test).flatten();
        let mut numbers = head.to_vec();
        numbers.extend(said.copied().map(f64::from));
        numbers.extend(&self.state);
        numbers
    }

    /// What [`to_numbers`](Self::to_numbers) wrote of a network that has been trained; `None` if these
    /// are not such numbers.
    #[must_use]
    pub fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let (&head, rest) = numbers.split_first_chunk::<2>()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "both were counts; others don't fit"
        )]
        let [epochs, points] = head.map(|count| count as usize);
        let side = Spirals::SIDE * Spirals::SIDE;
        let (plane, rest) = rest.split_at_checked(side * Spirals::WAYS)?;
        let (test, state) = rest.split_at_checked(points.checked_mul(Spirals::WAYS)?)?;
        let said = |numbers: &[f64], length: usize| {
            let numbers = numbers.chunks_exact(length.max(1));
            let single = super::configuration::single;
            numbers
                .map(|it| it.iter().copied().map(single).collect())
                .collect()
        };
        Some(Self {
            epochs,
            plane: said(plane, side),
            test: said(test, points),
            state: state.to_vec(),
        })
    }
}
