//! The networks of the section on training, and what its figure shows of them.

use super::{Named, NotAllowed};

/// How networks are trained that differ in the rule, and what is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// In the order of [`COUNTS`].
    counts: [u32; 4],
    /// What lies between a hidden layer's linear map and its activation function.
    pub normalisation: Normalisation,
    /// How the gradient is followed.
    pub optimizer: Optimizer,
    /// Whether start and learning rates make up for the rule.
    pub rates: Rates,
    /// What the figure's curves are of.
    pub curve: Curve,
    /// The mode in which the networks of the curves are.
    pub mode: CurveMode,
    /// What the band about a curve is.
    pub spread: Spread,
}

/// The counts: the fragment's key, what is counted, the least, the most and the default.
const COUNTS: [(&str, &str, [u32; 3]); 4] = [
    ("hidden", "the number of hidden layers", [1, 8, 4]),
    ("neurons", "the units of a hidden layer", [8, 128, 64]),
    ("seeds", "the number of seeds", [1, 20, 5]),
    ("epochs", "the number of epochs", [1, 60, 15]),
];

impl Default for Training {
    fn default() -> Self {
        Self {
            counts: COUNTS.map(|(_, _, [_, _, default])| default),
            normalisation: Normalisation::default(),
            optimizer: Optimizer::default(),
            rates: Rates::default(),
            curve: Curve::default(),
            mode: CurveMode::default(),
            spread: Spread::default(),
        }
    }
}

impl Training {
    /// The most seeds that there can be.
    pub const MOST_SEEDS: u32 = COUNTS[2].2[1];

    /// How many hidden layers a network has: 1 to 8.
    #[must_use]
    pub fn hidden_layers(&self) -> u32 {
        self.counts[0]
    }

    /// How many units each of them has: 8 to 128.
    #[must_use]
    pub fn units(&self) -> u32 {
        self.counts[1]
    }

    /// How many networks there are of each rule, all with other seeds: 1 to 20.
    #[must_use]
    pub fn seeds(&self) -> u32 {
        self.counts[2]
    }

    /// How many epochs each is trained: 1 to 60.
    #[must_use]
    pub fn epochs(&self) -> u32 {
        self.counts[3]
    }

    /// Whether networks of `other` are trained alike.
    #[must_use]
    pub fn same_networks(&self, other: &Self) -> bool {
        let networks = |it: &Self| (it.counts, it.normalisation, it.optimizer, it.rates);
        networks(self) == networks(other)
    }

    /// From now on what is looked at is what `other` looks at.
    pub fn look_at(&mut self, other: &Self) {
        (self.curve, self.mode, self.spread) = (other.curve, other.mode, other.spread);
    }

    /// The count that the fragment calls `key`.
    pub(super) fn count(&self, key: &str) -> Option<u32> {
        let place = COUNTS.iter().position(|it| it.0 == key)?;
        Some(self.counts[place])
    }

    /// Sets it.
    pub(super) fn set_count(&mut self, key: &str, number: f64) -> Result<(), NotAllowed> {
        let counts = COUNTS.iter().zip(&mut self.counts);
        for ((name, what, [least, most, _]), count) in counts {
            if *name == key {
                *count = super::quantities::whole(what, number, *least, *most)?;
            }
        }
        Ok(())
    }
}

/// What lies between a linear map and its activation function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Normalisation {
    /// Nothing.
    #[default]
    None,
    /// Batch normalisation (Ioffe and Szegedy 2015), as PyTorch does it: ε = 10⁻⁵, and running
    /// estimates that move by a tenth with every step.
    Batch,
}

/// How the gradient is followed: with PyTorch's formulas and defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum 0.9 (`torch.optim.SGD`).
    Momentum,
    /// Adam with β = (0.9, 0.999), ε = 10⁻⁸ (Kingma and Ba 2015; `torch.optim.Adam`).
    #[default]
    Adam,
}

/// Whether the start and the learning rates are the same for all rules.
///
/// Where E[d | x] = k·x, weights W behind the dropped units do what weights k·W do behind inverted
/// dropout's. So the factor of a rule is a matter of where the weights start and how far a step goes,
/// and two rules can only be compared when that is the same for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rates {
    /// The same for all rules: what someone gets who only changes the factor.
    #[default]
    Shared,
    /// Weights behind dropped units start 1/k as large, and their learning rate is 1/k² as large
    /// (for Adam 1/k, with k·ε). Then the rules of a mask without an offset train one and the same
    /// network, but for rounding.
    Matched,
}

/// What a curve is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Curve {
    /// The loss on images that are not trained on.
    #[default]
    Loss,
    /// The share of those whose class is the predicted one.
    Accuracy,
    /// The loss on images that are trained on.
    TrainingLoss,
    /// The share of those whose class is the predicted one.
    TrainingAccuracy,
    /// Layer by layer, the std of what the units get.
    Std,
    /// Layer by layer, its mean.
    Mean,
}

/// In which mode the networks of a curve are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CurveMode {
    /// Evaluated, with the units as they are.
    #[default]
    Identity,
    /// Evaluated, with each unit times the rule's factor.
    Matching,
    /// In training.
    Training,
}

/// What a band about the mean over the seeds is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spread {
    /// One standard error to each side.
    #[default]
    Error,
    /// The mean's 95 % interval.
    Interval,
    /// There is none.
    None,
}

impl Named for Normalisation {
    const WHAT: &'static str = "norm";
    const NAMES: &'static [(&'static str, Self)] = &[("none", Self::None), ("batch", Self::Batch)];
}

impl Named for Optimizer {
    const WHAT: &'static str = "optimizer";
    const NAMES: &'static [(&'static str, Self)] =
        &[("adam", Self::Adam), ("momentum", Self::Momentum)];
}

impl Named for Rates {
    const WHAT: &'static str = "rates";
    const NAMES: &'static [(&'static str, Self)] =
        &[("shared", Self::Shared), ("matched", Self::Matched)];
}

impl Named for Curve {
    const WHAT: &'static str = "curve";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("loss", Self::Loss),
        ("accuracy", Self::Accuracy),
        ("training-loss", Self::TrainingLoss),
        ("training-accuracy", Self::TrainingAccuracy),
        ("std", Self::Std),
        ("mean", Self::Mean),
    ];
}

impl Named for CurveMode {
    const WHAT: &'static str = "mode";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("identity", Self::Identity),
        ("matching", Self::Matching),
        ("training", Self::Training),
    ];
}

impl Named for Spread {
    const WHAT: &'static str = "spread";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("error", Self::Error),
        ("interval", Self::Interval),
        ("none", Self::None),
    ];
}
