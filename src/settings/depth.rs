//! The network of the section on depth.

use super::quantities::whole;
use super::{Named, NotAllowed};

/// Fully connected layers of one width, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// How many layers there are.
    pub layers: LayerCount,
    /// How many units each layer has, in the simulation; the theory is for infinitely many.
    pub width: LayerWidth,
    /// What each layer applies to its input, before dropout and the weights.
    pub activation: Activation,
    /// The spread of the weights.
    pub initialisation: Initialisation,
}

/// How many layers there are: a whole number from 1 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerCount(u32);

/// How many units a layer has: a whole number from 64 to 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerWidth(u32);

impl LayerCount {
    /// Checks `count`.
    ///
    /// # Errors
    /// Unless it is a whole number from 1 to 50.
    pub fn new(count: f64) -> Result<Self, NotAllowed> {
        whole("the number of layers", count, 1, 50).map(Self)
    }

    /// The count.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for LayerCount {
    fn default() -> Self {
        Self(10)
    }
}

impl LayerWidth {
    /// Checks `units`.
    ///
    /// # Errors
    /// Unless it is a whole number from 64 to 1024.
    pub fn new(units: f64) -> Result<Self, NotAllowed> {
        whole("the width", units, 64, 1024).map(Self)
    }

    /// The number of units.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for LayerWidth {
    fn default() -> Self {
        Self(256)
    }
}

/// What a layer applies to each of its inputs z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// z itself.
    Linear,
    /// max(0, z).
    #[default]
    Relu,
    /// tanh z.
    Tanh,
    /// z·Φ(z) with the normal distribution Φ (Hendrycks and Gimpel 2016).
    Gelu,
    /// λz for z > 0, else λα(eᶻ - 1) (Klambauer et al. 2017).
    Selu,
}

/// The variance σ_w²/N of a layer's weights, where N is its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initialisation {
    /// σ_w² = 1 (LeCun et al. 1998).
    Lecun,
    /// σ_w² = 2 (He et al. 2015).
    #[default]
    He,
    /// σ_w² = 2(1-p): He's weights times √(1-p), which makes up for dropout in training.
    Corrected,
    /// 2/(inputs + outputs) (Glorot and Bengio 2010): in layers of one width, σ_w² = 1.
    Xavier,
}

impl Named for Activation {
    const WHAT: &'static str = "activation";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("linear", Self::Linear),
        ("relu", Self::Relu),
        ("tanh", Self::Tanh),
        ("gelu", Self::Gelu),
        ("selu", Self::Selu),
    ];
}

impl Named for Initialisation {
    const WHAT: &'static str = "init";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("lecun", Self::Lecun),
        ("he", Self::He),
        ("corrected", Self::Corrected),
        ("xavier", Self::Xavier),
    ];
}
