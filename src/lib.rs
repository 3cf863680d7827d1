//! What dropout does to the mean and the standard deviation of activations: exact theory, a
//! reproducible experiment, and the figures that show both.

pub mod charts;
pub mod network;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod sampling;
pub mod scene;
pub mod settings;
pub mod theory;
