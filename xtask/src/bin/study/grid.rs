//! What is trained: every combination, with the same seeds.

use dropout_moments::network::{
    Activation, Configuration, Dropout, Normalisation, Optimizer, Rates,
};
use dropout_moments::settings::{DropProbability, Named, Scaling, Seed};

/// Of the start, the order of the images and the masks: the same for all networks of a cell, so that any
/// two cells can be compared seed by seed.
pub const SEEDS: std::ops::Range<u64> = 0..20;

/// The thread's .1, .25 and .5, and two beyond.
pub const DROP_PROBABILITIES: [f64; 5] = [0.1, 0.25, 0.5, 0.65, 0.8];

/// How many hidden layers a shallow and a deep network have, and how many units each of those.
pub const DEPTHS: [usize; 2] = [1, 4];
const WIDTH: usize = 64;

/// How long each network is trained. The rate is not tuned for any rule.
pub const EPOCHS: u32 = 30;
const LEARNING_RATE: f32 = 0.002;
const BATCH: usize = 32;

/// A network but for its seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    pub depth: usize,
    pub normalisation: Normalisation,
    pub activation: Activation,
    /// The rule and p; `None` for no dropout.
    pub dropout: Option<(Scaling, f64)>,
    pub rates: Rates,
}

/// A rule with its activation function and rates; `None` for no dropout.
type Contender = (Activation, Option<Scaling>, Rates);

const CONTENDERS: [Contender; 10] = [
    (Activation::Relu, None, Rates::Shared),
    (Activation::Relu, Some(Scaling::Inverted), Rates::Shared),
    (Activation::Relu, Some(Scaling::None), Rates::Shared),
    (Activation::Relu, Some(Scaling::Sqrt), Rates::Shared),
    (Activation::Relu, Some(Scaling::Gaussian), Rates::Shared),
    (Activation::Relu, Some(Scaling::None), Rates::Matched),
    (Activation::Relu, Some(Scaling::Sqrt), Rates::Matched),
    (Activation::Selu, None, Rates::Shared),
    (Activation::Selu, Some(Scaling::Inverted), Rates::Shared),
    (Activation::Selu, Some(Scaling::Alpha), Rates::Shared),
];

/// All cells.
pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for depth in DEPTHS {
        for normalisation in [Normalisation::None, Normalisation::Batch] {
            for (activation, rule, rates) in CONTENDERS {
                let cell = |dropout| Cell {
                    depth,
                    normalisation,
                    activation,
                    dropout,
                    rates,
                };
                match rule {
                    None => cells.push(cell(None)),
                    Some(rule) => {
                        cells.extend(DROP_PROBABILITIES.map(|p| cell(Some((rule, p)))));
                    }
                }
            }
        }
    }
    cells
}

impl Cell {
    /// The network's configuration: hidden units are dropped, inputs are not.
    pub fn configuration(self, seed: u64) -> Configuration {
        let dropout = self.dropout.and_then(|(rule, p)| {
            let hidden = DropProbability::new(p).ok()?;
            let inputs = DropProbability::new(0.0).ok()?;
            Some(Dropout {
                rule: Some(rule),
                inputs,
                hidden,
            })
        });
        Configuration {
            hidden: vec![WIDTH; self.depth],
            activation: self.activation,
            normalisation: self.normalisation,
            dropout: dropout.unwrap_or_else(Dropout::none),
            optimizer: Optimizer::Adam,
            learning_rate: LEARNING_RATE,
            rates: self.rates,
            batch: BATCH,
            seed: Seed(seed),
        }
    }

    /// As the first columns of a table.
    pub fn key(self) -> String {
        let norm = match self.normalisation {
            Normalisation::None => "without",
            Normalisation::Batch => "with",
        };
        let activation = match self.activation {
            Activation::Relu => "relu",
            Activation::Selu => "selu",
        };
        let (rule, p) = match self.dropout {
            None => ("no dropout", 0.0),
            Some((rule, p)) => (rule.name(), p),
        };
        let rates = match self.rates {
            Rates::Shared => "shared",
            Rates::Matched => "matched",
        };
        format!("{},{norm},{activation},{rule},{rates},{p}", self.depth)
    }

    /// The names of those columns.
    pub const COLUMNS: &str = "hidden layers,batch normalisation,activation,rule,rates,p";
}
