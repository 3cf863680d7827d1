//! A deep network with dropout, simulated: a batch of inputs goes through all layers, in training and
//! in evaluation mode, with the same weights.
//!
//! The batch is cut into parts, each of which can be computed anywhere: its inputs and its masks have
//! streams of their own, and the weights of a layer are drawn anew from that layer's stream, which
//! takes less time than to move them. So the result does not depend on the number of workers.

use wide::bytemuck::{cast, cast_slice, cast_slice_mut};
use wide::{f32x4, i32x4};

use super::activation;
use super::estimate::Sums;
use super::matrix::{Matrix, multiply};
use crate::sampling::{LaneGenerator, VECTORS, fill_normals};
use crate::settings::{Depth, DropProbability, Seed, Settings};
use crate::theory::{LayerMoments, Propagation, Rule, weight_variance};

const LANES: usize = 4;

/// Standard deviations outside of these are not simulated: f32 has no room for them.
const REPRESENTABLE: std::ops::RangeInclusive<f64> = 1e-25..=1e25;

/// A network, and a batch of standard normal inputs for it.
#[derive(Debug, Clone)]
pub struct Simulation {
    depth: Depth,
    rule: Rule,
    p: DropProbability,
    seed: Seed,
    propagation: Propagation,
    expected: Vec<LayerMoments>,
}

/// What random numbers are for.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Inputs,
    Weights,
    Masks,
}

impl Simulation {
    /// How many inputs there are.
    pub const INPUTS: usize = 256;

    /// How many parts they are cut into.
    pub const PARTS: u32 = 4;

    /// How many inputs a part has.
    pub(super) const ROWS: usize = Self::INPUTS / Self::PARTS as usize;

    /// The network of these settings.
    #[must_use]
    pub fn new(settings: &Settings, seed: Seed) -> Self {
        let (depth, p) = (settings.depth, settings.drop_probability);
        let propagation = Propagation::new(depth, settings.scaling, p);
        let mut expected = propagation.layers(depth.layers.get());
        let is_beyond = |layer: &LayerMoments| {
            let modes = [layer.training, layer.evaluation];
            let variances = modes.map(|mode| [mode.variance, mode.second_moment]);
            let mut all = variances.iter().flatten();
            all.any(|variance| !REPRESENTABLE.contains(&variance.sqrt()))
        };
        if let Some(first) = expected.iter().position(is_beyond) {
            expected.truncate(first);
        }
        Self {
            depth,
            rule: Rule::new(settings.scaling, p),
            p,
            seed,
            propagation,
            expected,
        }
    }

    pub(super) fn propagation(&self) -> &Propagation {
        &self.propagation
    }

    /// What the theory says of the input and of each layer that can be simulated.
    #[must_use]
    pub fn expected(&self) -> &[LayerMoments] {
        &self.expected
    }

    /// How many units a layer has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.depth.width.get() as usize
    }

    /// Simulates one of the parts. Gives, for the input and each layer and for each of its units, the
    /// sums over the part's inputs that a [`SimulationEstimate`](super::SimulationEstimate) is made
    /// of.
    #[must_use]
    pub fn run_part(&self, part: u32) -> Vec<f64> {
        let width = self.width();
        // Rows are whole vectors. The units beyond the width are 0 wherever that matters.
        let vectors = width.div_ceil(LANES);
        let (stride, half) = (vectors * LANES, Self::ROWS * vectors);
        let scale = weight_variance(self.depth.initialisation, self.p) / width as f64;
        let scale = vector(scale.sqrt());

        let mut weights = vec![f32x4::ZERO; stride * vectors];
        // The inputs in training, then the same inputs in evaluation.
        let mut z = vec![f32x4::ZERO; 2 * half];
        let mut given = z.clone();
        self.fill(Purpose::Inputs, part, &mut z[..half]);
        z.copy_within(..half, half);

        let mut numbers = Vec::new();
        for (layer, expected) in (0..).zip(&self.expected) {
            if layer > 0 {
                self.fill(Purpose::Weights, layer, &mut weights);
                multiply(
                    Matrix::new(cast_slice(&given), 2 * Self::ROWS, stride),
                    Matrix::new(cast_slice(&weights), stride, stride),
                    cast_slice_mut(&mut z),
                );
                for z in &mut z {
                    *z *= scale;
                }
            }
            given.copy_from_slice(&z);
            activation::apply(self.depth.activation, &mut given);
            self.drop_units(layer * Self::PARTS + part, &mut given[..half]);
            if stride > width {
                let values: &mut [f32] = cast_slice_mut(&mut given);
                for row in values.chunks_exact_mut(stride) {
                    row[width..].fill(0.0);
                }
            }
            let mut sums = Sums::new(expected, vectors);
            for row in 0..Self::ROWS {
                let [t, e] = [0, half].map(|first| first + row * vectors);
                sums.add(
                    [&z[t..t + vectors], &z[e..e + vectors]],
                    [&given[t..t + vectors], &given[e..e + vectors]],
                );
            }
            numbers.extend(sums.of_units().take(width).flatten());
        }
        numbers
    }

    fn stream(&self, purpose: Purpose, index: u32) -> LaneGenerator {
        let salt = match purpose {
            Purpose::Inputs => 0x9e37_79b9_7f4a_7c15,
            Purpose::Weights => 0xbf58_476d_1ce4_e5b9,
            Purpose::Masks => 0x94d0_49bb_1331_11eb,
        };
        LaneGenerator::new(Seed(self.seed.0 ^ salt), u64::from(index))
    }

    /// Fills `values` with N(0, 1) variates.
    fn fill(&self, purpose: Purpose, index: u32, values: &mut [f32x4]) {
        fill(&mut self.stream(purpose, index), values);
    }

    /// Dropout, as the rule has it.
    fn drop_units(&self, index: u32, values: &mut [f32x4]) {
        let mut stream = self.stream(Purpose::Masks, index);
        match self.rule {
            Rule::Mask {
                scale,
                offset,
                dropped,
            } => {
                let [scale, offset, dropped] = [scale, offset, dropped].map(vector);
                let threshold = i32x4::splat(threshold(self.p));
                for value in values {
                    let word: i32x4 = cast(stream.next());
                    let is_dropped: f32x4 = cast(threshold.simd_gt(word));
                    let kept = scale * *value + offset;
                    *value = is_dropped.bitselect(dropped, kept);
                }
            }
            Rule::Gaussian {
                noise_standard_deviation,
            } => {
                let (noise, one) = (vector(noise_standard_deviation), f32x4::ONE);
                let mut variates = [f32x4::ZERO; VECTORS];
                for values in values.chunks_mut(VECTORS) {
                    fill(&mut stream, &mut variates);
                    for (value, variate) in values.iter_mut().zip(variates) {
                        *value *= one + noise * variate;
                    }
                }
            }
        }
    }
}

fn fill(stream: &mut LaneGenerator, values: &mut [f32x4]) {
    let mut block = [f32x4::ZERO; VECTORS];
    for values in values.chunks_mut(VECTORS) {
        fill_normals(stream, &mut block);
        values.copy_from_slice(&block[..values.len()]);
    }
}

/// The random words, read as signed integers, that lie below this one are those of dropped units: a
/// share of p, rounded to a multiple of 2⁻³²; but never all.
fn threshold(p: DropProbability) -> i32 {
    const WORDS: f64 = 4_294_967_296.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 2³², and the cast saturates"
    )]
    let below = (p.get() * WORDS).round() as u32;
    (below ^ (1 << 31)).cast_signed()
}

pub(super) fn vector(value: f64) -> f32x4 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
    let single = value as f32;
    f32x4::splat(single)
}
