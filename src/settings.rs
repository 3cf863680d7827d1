//! What the reader set: checked quantities, their limits, and the URL fragment that holds them.
//!
//! Everything here is plain data. A value that is out of its range can't be constructed, wherever
//! it comes from: a control, the fragment, a message or the command line.

use std::sync::Arc;

mod data;
mod depth;
mod fragment;
mod hidden;
mod number;
mod quantities;
mod training;

pub use data::Data;
pub use depth::{Activation, Depth, Initialisation, LayerCount, LayerWidth};
pub use fragment::{Notice, ParsedFragment};
pub use hidden::Hidden;
pub use number::{nearly, shortest};
pub use quantities::{
    DropProbability, InputMean, InputStandardDeviation, NotAllowed, SampleCount, Seed, UnitCount,
};
pub use training::{Curve, CurveMode, Normalisation, Optimizer, Rates, Spread, Training};

/// The activations x before dropout: a distribution with its parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// The kind of distribution.
    pub distribution: Distribution,
    /// The mean μ, before a ReLU is applied.
    pub mean: InputMean,
    /// The standard deviation σ, before a ReLU is applied.
    pub standard_deviation: InputStandardDeviation,
    /// The reader's own data, if there are any: what [`Distribution::Custom`] stands for.
    pub data: Option<Arc<Data>>,
}

/// The kind of distribution of the activations before dropout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// Normal with mean μ and standard deviation σ.
    #[default]
    Normal,
    /// The output of a ReLU: max(0, z) of a normal z with mean μ and standard deviation σ.
    Relu,
    /// Uniform with mean μ and standard deviation σ: between μ - √3 σ and μ + √3 σ.
    Uniform,
    /// The constant 1; μ and σ are not used.
    Ones,
    /// The reader's own data, and a normal distribution where there are none; μ and σ are not used.
    Custom,
}

/// What a dropout rule does to a unit that it keeps, and to one that it drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scaling {
    /// Keep with probability 1-p, and rescale nothing: d = m·x.
    None,
    /// Inverted dropout: d = m·x/(1-p).
    #[default]
    Inverted,
    /// Rescale by the square root: d = m·x/√(1-p).
    Sqrt,
    /// Gaussian dropout: d = x·g with g ~ N(1, p/(1-p)) (Srivastava et al. 2014, section 10).
    Gaussian,
    /// Alpha dropout (Klambauer et al. 2017): a dropped unit is set to α' = -λα of SELU, then an
    /// affine map restores mean 0 and variance 1 of a standardised input.
    Alpha,
}

/// The weights with which a layer of ones is summed. Their sum is the number of units, whichever they
/// are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weights {
    /// Each is 1.
    #[default]
    Equal,
    /// A tenth of the units, at least one, carry all, in equal parts; the other weights are 0.
    Few,
    /// 1 and a random number of mean 0 and variance 1, moved together until the sum is right.
    Random,
}

/// The colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Which probability the page calls p. The settings and the fragment always hold the probability to
/// drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notation {
    /// The probability to drop, as in PyTorch, Keras and JAX.
    #[default]
    Drop,
    /// The probability to keep, as in the paper and in TensorFlow 1.
    Keep,
}

/// A figure of the page that can be shown alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The density of the activations before and after dropout.
    Density,
    /// The ratio of the standard deviations against p.
    Ratio,
    /// A run's estimate of that ratio against its samples.
    Convergence,
    /// The variance before and after, and what it is made of.
    Variance,
    /// A few units before and after one draw of the mask.
    Mask,
    /// What each rule makes of the same density.
    Rules,
    /// The distribution of a layer's output, and draws from it.
    Layer,
    /// The units of that layer under one draw of the mask.
    Units,
    /// Networks that are trained with each rule.
    Training,
    /// What the long run of training found.
    Study,
    /// A network that learns two spirals, with single masks and in evaluation.
    Spirals,
    /// What each layer of a deep network makes of the standard deviation and the mean.
    Depth,
}

/// A choice that has a name in the fragment, on the command line and in the page's controls.
pub trait Named: Copy + PartialEq + 'static {
    /// What is chosen, as messages call it.
    const WHAT: &'static str;
    /// Every choice with its name, in the order in which the page offers them.
    const NAMES: &'static [(&'static str, Self)];

    /// The name of this choice.
    fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, choice)| *choice == self)
            .map_or("", |(name, _)| name)
    }

    /// The choice called `name`.
    ///
    /// # Errors
    /// When there is none of that name; the error lists the names there are.
    fn from_name(name: &str) -> Result<Self, NotAllowed> {
        Self::NAMES
            .iter()
            .find(|(candidate, _)| *candidate == name)
            .map(|(_, choice)| *choice)
            .ok_or_else(|| {
                let names: Vec<_> = Self::NAMES.iter().map(|(name, _)| *name).collect();
                NotAllowed::one_of(Self::WHAT, &names)
            })
    }
}

impl Named for Distribution {
    const WHAT: &'static str = "input";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("normal", Self::Normal),
        ("relu", Self::Relu),
        ("uniform", Self::Uniform),
        ("ones", Self::Ones),
        ("custom", Self::Custom),
    ];
}

impl Named for Scaling {
    const WHAT: &'static str = "scale";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("inverted", Self::Inverted),
        ("none", Self::None),
        ("sqrt", Self::Sqrt),
        ("gaussian", Self::Gaussian),
        ("alpha", Self::Alpha),
    ];
}

impl Named for Weights {
    const WHAT: &'static str = "weights";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("equal", Self::Equal),
        ("few", Self::Few),
        ("random", Self::Random),
    ];
}

impl Named for Theme {
    const WHAT: &'static str = "theme";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        ("light", Self::Light),
        ("dark", Self::Dark),
    ];
}

impl Named for Notation {
    const WHAT: &'static str = "notation";
    const NAMES: &'static [(&'static str, Self)] = &[("drop", Self::Drop), ("keep", Self::Keep)];
}

impl Named for Figure {
    const WHAT: &'static str = "embed";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("density", Self::Density),
        ("ratio", Self::Ratio),
        ("convergence", Self::Convergence),
        ("variance", Self::Variance),
        ("mask", Self::Mask),
        ("rules", Self::Rules),
        ("layer", Self::Layer),
        ("units", Self::Units),
        ("training", Self::Training),
        ("study", Self::Study),
        ("spirals", Self::Spirals),
        ("depth", Self::Depth),
    ];
}

/// All that a reader can set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The probability that a unit is dropped.
    pub drop_probability: DropProbability,
    /// The activations before dropout.
    pub input: Input,
    /// The dropout rule.
    pub scaling: Scaling,
    /// The network of many layers.
    pub depth: Depth,
    /// The networks that are trained.
    pub training: Training,
    /// How many samples the experiment draws.
    pub samples: SampleCount,
    /// The experiment's seed; `None` until one is drawn or given.
    pub seed: Option<Seed>,
    /// Which draw of the mask the figures of single draws show.
    pub draw: u32,
    /// How many units the layer has that is summed.
    pub units: UnitCount,
    /// With which weights it is summed.
    pub weights: Weights,
    /// Which probability the page calls p.
    pub notation: Notation,
    /// The page's colours.
    pub theme: Theme,
    /// The one figure to show, if only one is wanted.
    pub embed: Option<Figure>,
    /// What of the page is not shown.
    pub hide: Hidden,
    /// Keys of the fragment that this version doesn't know, kept as they came.
    unknown: Vec<String>,
}

impl Settings {
    /// The defaults, with what is not of the explanation kept: the seed, the notation, the theme, the
    /// embedded figure, what is hidden, the reader's data and the unknown keys.
    #[must_use]
    pub fn reset(&self) -> Self {
        Self {
            seed: self.seed,
            notation: self.notation,
            theme: self.theme,
            embed: self.embed,
            hide: self.hide,
            unknown: self.unknown.clone(),
            input: Input {
                data: self.input.data.clone(),
                ..Input::default()
            },
            ..Self::default()
        }
    }

    /// Whether p, μ or σ are others in `other`.
    #[must_use]
    pub fn differs_in_numbers(&self, other: &Self) -> bool {
        let input = |settings: &Self| (settings.input.mean, settings.input.standard_deviation);
        self.drop_probability != other.drop_probability || input(self) != input(other)
    }

    /// `target`, but with p, μ and σ only a share of the way there, in thousandths.
    ///
    /// ```
    /// use dropout_moments::settings::Settings;
    ///
    /// let read = |fragment| Settings::from_fragment(fragment).settings;
    /// let between = read("mu=1").towards(&read("p=0.5&input=relu"), 0.25);
    /// assert_eq!(between, read("p=0.35&mu=0.75&input=relu"));
    /// ```
    #[must_use]
    pub fn towards(&self, target: &Self, share: f64) -> Self {
        let between = |from: f64, to: f64| (1000.0 * (from + share * (to - from))).round() / 1000.0;
        let mut settings = target.clone();
        let p = between(self.drop_probability.get(), target.drop_probability.get());
        let (from, to) = (&self.input, &target.input);
        let mean = between(from.mean.get(), to.mean.get());
        let deviation = between(from.standard_deviation.get(), to.standard_deviation.get());
        // A p that is rounded to 1 stays that of the target.
        settings.drop_probability = DropProbability::new(p).unwrap_or(target.drop_probability);
        settings.input.mean = InputMean::new(mean).unwrap_or(to.mean);
        settings.input.standard_deviation =
            InputStandardDeviation::new(deviation).unwrap_or(to.standard_deviation);
        settings
    }

    /// Whether an experiment with `other` draws the same numbers.
    #[must_use]
    pub fn same_experiment(&self, other: &Self) -> bool {
        let rule = |settings: &Self| (settings.scaling, settings.samples);
        self.same_units(other) && rule(self) == rule(other)
    }

    /// Whether a simulation of the deep network with `other` gives the same numbers.
    #[must_use]
    pub fn same_simulation(&self, other: &Self) -> bool {
        let network = |settings: &Self| {
            let rule = (settings.drop_probability, settings.scaling);
            (rule, settings.depth, settings.seed)
        };
        network(self) == network(other)
    }

    /// Whether an experiment with `other` draws the same units, and drops the same of them, whatever
    /// rule it applies then.
    #[must_use]
    pub fn same_units(&self, other: &Self) -> bool {
        let units = |settings: &Self| (settings.drop_probability, settings.seed);
        units(self) == units(other) && self.input == other.input
    }
}
