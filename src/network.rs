//! Networks of fully connected layers, computed in f32.
//!
//! As in the experiment's kernel, only +, -, ·, /, √ and integer operations are used, and functions
//! that are made of them; each sum has a fixed order, and nothing is fused. So the same seed gives the
//! same bits on every machine.

mod activation;
mod comparison;
mod configuration;
mod data_set;
mod estimate;
mod layers;
mod matrix;
mod measurement;
mod optimizer;
mod pass;
mod simulation;
mod spirals;
mod stream;
mod trainer;

pub use crate::settings::{Normalisation, Optimizer, Rates};
pub use comparison::{Comparison, Contender, End, Progress, Score};
pub use configuration::{Activation, Configuration, Dropout};
pub use data_set::{DataSet, NotADataSet, Split};
pub use estimate::{LayerEstimate, ModeEstimate, SimulationEstimate};
pub use matrix::{Matrix, multiply, multiply_add};
pub use measurement::{LayerMoments, Measurement};
pub use pass::{Evaluation, Mode};
pub use simulation::Simulation;
pub use spirals::{Logits, SpiralProgress, Spirals};
pub use trainer::{NotAState, Trainer};
