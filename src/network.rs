//! Networks of fully connected layers, computed in f32.
//!
//! As in the experiment's kernel, only +, -, ·, /, √ and integer operations are used, each sum has a
//! fixed order, and nothing is fused: the same seed gives the same bits on every machine.

mod matrix;

pub use matrix::{Matrix, multiply, multiply_add};
