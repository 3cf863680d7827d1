//! Networks of fully connected layers, computed in f32.
//!
//! As in the experiment's kernel, only +, -, ·, /, √ and integer operations are used, and functions
//! that are made of them; each sum has a fixed order, and nothing is fused. So the same seed gives the
//! same bits on every machine.

mod comparison;
mod configuration;
mod data_set;
mod layers;
mod matrix;
mod measurement;
mod optimizer;
mod pass;
mod stream;
mod trainer;

pub use comparison::{Comparison, Progress};
pub use configuration::{Activation, Configuration, Dropout, Normalisation, Optimizer, Rates};
pub use data_set::{DataSet, NotADataSet, Split};
pub use matrix::{Matrix, multiply, multiply_add};
pub use measurement::{LayerMoments, Measurement};
pub use pass::{Evaluation, Mode};
pub use trainer::{NotAState, Trainer};
