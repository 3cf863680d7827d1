//! Exact moments, standard errors and densities of an activation before and after dropout.
//!
//! Throughout, x is one activation, d what dropout makes of it, p the probability to **drop**,
//! q = 1-p the probability to keep, and σ a standard deviation. The modules, in reading order:
//!
//! | module | what it says |
//! |---|---|
//! | `rule` | what a rule does to one unit: the numbers that theory and experiment share |
//! | `input` | the law of x, and its moments |
//! | `moments` | four moments, and what is derived from them |
//! | `noise` | a rule as random d = factor·x + shift with a few outcomes |
//! | `exact` | the moments of d, and how they hang together with those of x |
//! | `standard_error` | by how much an experiment of n samples may differ from them |
//! | `shape_error` | the same for the second moment, the skewness and the kurtosis |
//! | `density` | the distribution of x and of d: a density and atoms |
//! | `steps` | the density of the reader's own data: a histogram |
//! | `layer` | the output of a layer: moments, binomial or normal distribution |
//! | `product` | the density of x·g for Gaussian dropout: a quadrature |
//! | `activation` | what an activation makes of normal variates |
//! | `depth` | second moments and means from layer to layer of a deep network |
//!
//! Everything is a pure function of the settings. `exp` and `erfc` come from `libm`, and of `std`
//! only operations that IEEE 754 rounds correctly are used, so that native code and wasm give the
//! same bits.

mod activation;
mod density;
mod depth;
mod exact;
mod input;
mod layer;
mod moments;
mod noise;
mod product;
mod rule;
mod shape_error;
mod standard_error;
mod steps;

pub(crate) use activation::SELU;
pub use density::{Atom, Density};
pub(crate) use depth::weight_variance;
pub use depth::{LayerMoments, ModeMoments, Propagation, Sensitivity};
pub use exact::{Exact, VarianceSplit};
pub use layer::{Bins, LayerOutput};
pub use moments::Moments;
pub use rule::Rule;
pub use shape_error::ShapeErrors;
pub use standard_error::StandardErrors;
