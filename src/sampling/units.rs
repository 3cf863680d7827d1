//! Units one by one, for what the SIMD kernel does not do: a few units to look at, every rule at
//! once, and the reader's own data.

use std::sync::Arc;

use super::generator::LaneGenerator;
use super::kernel::{Block, Kernel};
use crate::settings::{Data, Distribution, DropProbability, Input, Scaling, Seed, Settings};
use crate::theory::{Exact, Rule};

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

/// The first `count` units of the experiment of `seed`, under draw number [`Settings::draw`] of the
/// mask or of the noise.
///
/// The draws are independent of each other and of x, which stays the same: so the mean of d over
/// all of them is what the rule makes of these x on average.
#[must_use]
pub fn draw_units(settings: &Settings, seed: Seed, count: usize) -> Vec<Unit> {
    let units = Units::new(&settings.input, settings.drop_probability);
    let rule = Rule::new(settings.scaling, settings.drop_probability);
    let mut drawn = Vec::new();
    units.draw(&mut Streams::new(seed, 0), count, |unit| drawn.push(unit));
    let mut masks = Vec::new();
    let mut streams = Streams::new(seed, redrawn(settings.draw));
    units.draw(&mut streams, count, |unit| masks.push(unit));
    let of_both = |(unit, mask): (Draw, Draw)| mask.with(unit.x, rule);
    drawn.into_iter().zip(masks).map(of_both).collect()
}

/// The stream of a draw of the mask: no experiment has so many chunks that it would come to it.
pub(super) fn redrawn(draw: u32) -> u64 {
    u64::MAX - u64::from(draw)
}

/// One unit, and what decides on what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    pub(super) x: f64,
    dropped: bool,
    /// Drawn from N(0, 1).
    noise: f64,
}

impl Draw {
    /// What a rule makes of another x, with this draw's mask and noise.
    pub(super) fn with(self, x: f64, rule: Rule) -> Unit {
        Unit {
            x,
            d: Self { x, ..self }.after(rule).0,
            kept: matches!(rule, Rule::Gaussian { .. }) || !self.dropped,
        }
    }

    /// What a rule makes of it: d, and whether that is a value with a probability of its own.
    pub(super) fn after(self, rule: Rule) -> (f64, bool) {
        match rule {
            Rule::Mask { dropped, .. } if self.dropped => (dropped, true),
            Rule::Mask { scale, offset, .. } => (scale * self.x + offset, self.x == 0.0),
            Rule::Gaussian {
                noise_standard_deviation,
            } => {
                let d = self.x * (1.0 + noise_standard_deviation * self.noise);
                (d, self.x == 0.0)
            }
        }
    }
}

/// Draws units. The randomness is the kernel's: its masks, its variates, its generator.
#[derive(Debug, Clone)]
pub(super) struct Units {
    inputs: Kernel,
    noise: Kernel,
    source: Source,
}

/// Where x comes from.
#[derive(Debug, Clone)]
enum Source {
    /// mean + unit · the kernel's variate, and 0 where that is `floor`.
    Kernel {
        mean: f64,
        unit: f64,
        floor: Option<f32>,
    },
    /// A value of these, drawn with replacement. So the units are independent and each has the
    /// distribution of the data, whose moments are known: everything that is said of other inputs,
    /// standard errors included, holds as it stands, for any number of samples. (Going through the
    /// data in their order would give the mean of x without any error, and stop at their number.)
    Data(Arc<Data>),
}

impl Units {
    pub(super) fn new(input: &Input, p: DropProbability) -> Self {
        let data = input
            .data
            .as_ref()
            .filter(|data| input.distribution == Distribution::Custom && !data.values.is_empty());
        let source = match data {
            Some(data) => Source::Data(Arc::clone(data)),
            None => {
                let x = Exact::new(input, p, Scaling::None).x;
                let std = x.standard_deviation();
                let unit = if std > 0.0 { std } else { 1.0 };
                #[expect(clippy::cast_possible_truncation, reason = "as the kernel rounds it")]
                let floor = (-x.mean / unit) as f32;
                Source::Kernel {
                    mean: x.mean,
                    unit,
                    floor: (input.distribution == Distribution::Relu).then_some(floor),
                }
            }
        };
        Self {
            inputs: Kernel::new(input, p, Scaling::None),
            noise: Kernel::new(&Input::default(), p, Scaling::None),
            source,
        }
    }

    /// Draws the next units of a chunk, in whole blocks, of which `visit` gets `count`. All rules get the
    /// same ones.
    pub(super) fn draw(&self, streams: &mut Streams, count: usize, mut visit: impl FnMut(Draw)) {
        let Streams {
            kernel,
            noise,
            indices,
        } = streams;
        let (mut block, mut variates) = (Block::empty(), Block::empty());
        for first in (0..count).step_by(Block::SAMPLES) {
            self.inputs.draw(kernel, &mut block);
            self.noise.draw(noise, &mut variates);
            let units = block.x().iter().zip(block.kept()).zip(variates.x());
            let mut words = [0; 4];
            for (index, ((&variate, &kept), &noise)) in units.take(count - first).enumerate() {
                let x = match &self.source {
                    Source::Kernel { floor, .. } if *floor == Some(variate) => 0.0,
                    Source::Kernel { mean, unit, .. } => mean + unit * f64::from(variate),
                    Source::Data(data) => {
                        if index.is_multiple_of(4) {
                            words = indices.next().to_array();
                        }
                        let value = data.values[below(data.values.len(), words[index % 4])];
                        if value == data.zero() {
                            0.0
                        } else {
                            data.mean + data.unit() * f64::from(value)
                        }
                    }
                };
                visit(Draw {
                    x,
                    dropped: kept == 0,
                    noise: f64::from(noise),
                });
            }
        }
    }
}

/// The random streams of a chunk, independent of each other.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    /// For x and the masks.
    pub(super) kernel: LaneGenerator,
    /// For the noise of units.
    noise: LaneGenerator,
    /// For which of the data units are.
    indices: LaneGenerator,
}

impl Streams {
    pub(super) fn new(seed: Seed, chunk: u64) -> Self {
        let stream = |salt: u64| LaneGenerator::new(Seed(seed.0 ^ salt), chunk);
        Self {
            kernel: stream(0),
            noise: stream(0x9e37_79b9_7f4a_7c15),
            indices: stream(0xd1b5_4a32_d192_ed03),
        }
    }
}

/// A number below `count` from a random word: the upper half of their product. Each comes up with
/// ⌊2³²/count⌋ words or one more, which for 10⁷ values is one in 430; as those with one more are
/// spread evenly, a mean moves by less than 10⁻⁶ of σ.
fn below(count: usize, word: u32) -> usize {
    let product = u64::from(word) * count as u64;
    usize::try_from(product >> 32).unwrap_or(0)
}
