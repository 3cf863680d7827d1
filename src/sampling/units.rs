//! A few units, before and after dropout, to look at one by one.

use super::generator::LaneGenerator;
use super::kernel::{Block, Kernel};
use crate::settings::{Seed, Settings};
use crate::theory::Rule;

/// One unit before and after dropout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Before.
    pub x: f64,
    /// After.
    pub d: f64,
    /// Whether the mask keeps it; always, where there is no mask.
    pub kept: bool,
}

/// The first `count` units, at most 256, of the experiment of `seed`, under draw number
/// [`Settings::draw`] of the mask or of the noise.
///
/// The draws are independent of each other and of x, which stays the same: so the mean of d over
/// all of them is what the rule makes of these x on average.
#[must_use]
pub fn draw_units(settings: &Settings, seed: Seed, count: usize) -> Vec<Unit> {
    let (p, scaling) = (settings.drop_probability, settings.scaling);
    let kernel = Kernel::new(&settings.input, p, scaling);
    let [mut units, mut masks] = [Block::empty(), Block::empty()];
    kernel.draw(&mut LaneGenerator::new(seed, 0), &mut units);
    // No experiment has so many chunks that it would come to these streams.
    let stream = u64::MAX - u64::from(settings.draw);
    kernel.draw(&mut LaneGenerator::new(seed, stream), &mut masks);

    let rule = Rule::new(scaling, p);
    let samples = 0..count.min(Block::SAMPLES);
    let unit = |sample: usize| {
        let x = kernel.x(&units, sample);
        let kept = masks.kept()[sample] != 0;
        let d = match rule {
            Rule::Mask { scale, offset, .. } if kept => scale * x + offset,
            Rule::Mask { dropped, .. } => dropped,
            Rule::Gaussian {
                noise_standard_deviation,
            } => x * (1.0 + noise_standard_deviation * f64::from(masks.noise()[sample])),
        };
        Unit { x, d, kept }
    };
    samples.map(unit).collect()
}
