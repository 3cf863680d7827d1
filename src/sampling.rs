//! The experiment: x = randn(n), a random mask, d = mask·x, and the moments of both.
//!
//! An [`Experiment`] is cut into chunks. Each chunk has its own random stream and is computed by
//! the SIMD `kernel`; the partial results are merged in the order of the chunks. So the same
//! seed gives the same result, to the last bit, on every machine and for any number of workers.

mod digest;
mod experiment;
mod generator;
mod histogram;
mod kernel;
mod layer;
mod moments;
mod normal;
mod numbers;
mod survey;
mod units;

pub use digest::Digest;
pub use experiment::{Checkpoint, ChunkResult, ChunkRun, Comparison, Estimate, Experiment};
pub use histogram::{Histogram, Range};
pub use kernel::Block;
pub use layer::{Layer, LayerDraws};
pub use moments::RunningMoments;
pub use numbers::{BadRow, NoNumbers, NumberReader, Numbers};
pub use survey::Survey;
pub use units::{Unit, draw_units};

// What other rooms draw with.
pub(crate) use generator::LaneGenerator;
pub(crate) use kernel::VECTORS;
pub(crate) use normal::fill as fill_normals;
