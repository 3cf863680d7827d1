//! The SIMD kernel: draws blocks of samples, and sums them.
//!
//! Only +, -, ·, /, √ and integer operations are used, which IEEE 754 defines to the last bit, and
//! no fused multiply-add. So wasm32, x86-64 and AArch64 compute the same bits.
//!
//! The page's wasm is optimised for size. What runs for every sample is written so that it is as fast
//! then: plain loops over arrays, and no `splat`, nor `map` of an array, which become loops of their own.
//!
//! # Precision
//! The lanes are f32, and hold *standardised* x, (x - E x)/σ_x with the exact moments of [`Exact`].
//! Rounding is then relative to the spread, however large the mean is against it. It moves a mean or
//! a standard deviation by less than 10⁻⁶ of σ, a tenth of the standard error at the largest n, 10¹⁰.
//! Sums leave f32 after 33 additions a lane. Under a mask, d is an affine function of the kept x: only
//! these are summed, and what the rule makes of them is computed once, in f64.

use wide::bytemuck::{cast, cast_slice};
use wide::{f32x4, i16x8, i32x4};

use super::generator::LaneGenerator;
use super::histogram::{Histogram, Range};
use super::moments::{RunningMoments, as_f64, as_u64};
use super::normal;
use crate::settings::{Distribution, DropProbability, Input, Scaling};
use crate::theory::{Exact, Rule};

/// The vectors of a block.
pub(crate) const VECTORS: usize = 64;
const LANES: usize = 4;

/// The affine map from standardised values to activations: mean + unit · value.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standardised {
    mean: f64,
    unit: f64,
}

impl Standardised {
    fn new(mean: f64, standard_deviation: f64) -> Self {
        let unit = if standard_deviation > 0.0 {
            standard_deviation
        } else {
            1.0
        };
        Self { mean, unit }
    }

    fn of(self, value: f64) -> f64 {
        (value - self.mean) / self.unit
    }

    fn value(self, standardised: f32) -> f64 {
        self.mean + self.unit * f64::from(standardised)
    }

    fn moments(self, standardised: &RunningMoments) -> RunningMoments {
        standardised.scaled(self.unit, self.mean)
    }
}

/// How the standardised x come from random words.
#[derive(Debug, Clone, Copy)]
enum InputMap {
    /// N(0, 1).
    Normal,
    /// The larger of slope · N(0, 1) + offset and floor.
    Relu {
        slope: f32x4,
        offset: f32x4,
        floor: f32x4,
    },
    /// slope · a word, read as a signed integer.
    Uniform { slope: f32x4 },
    /// The same value always.
    Constant(f32x4),
}

/// What decides on d.
#[derive(Debug, Clone, Copy)]
enum RuleMap {
    /// Dropped where 16 bits lie below `threshold`, or are equal to it and 16 others lie below
    /// `fraction`, all read as signed integers.
    Mask { threshold: i16x8, fraction: i16x8 },
    /// The standardised d is slope · x + noise · (slope · x + mean) · N(0, 1).
    Gaussian {
        slope: f32x4,
        mean: f32x4,
        noise: f32x4,
    },
}

/// 256 samples: x, and what decides on d.
#[derive(Debug, Clone)]
pub struct Block {
    x: [f32x4; VECTORS],
    /// All bits set where the unit was kept.
    kept: [i32x4; VECTORS],
    noise: [f32x4; VECTORS],
}

/// The sums that a run needs: the moments of x and of d, and how many d are exactly 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) x: RunningMoments,
    pub(super) d: RunningMoments,
    pub(super) zeros: u64,
}

/// Draws and sums blocks for one input and rule.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    x: Standardised,
    d: Standardised,
    rule: Rule,
    input_map: InputMap,
    rule_map: RuleMap,
    /// Where the standardised x has a probability of its own, if it has: cut off by the ReLU, or
    /// constant.
    atom: Option<f32>,
    /// Whether d is 0 there, unless the unit was dropped.
    atom_is_zero: bool,
}

impl Block {
    /// How many samples a block holds.
    pub const SAMPLES: usize = VECTORS * LANES;

    /// The *standardised* x: less the exact mean, in units of the exact standard deviation.
    #[must_use]
    pub fn x(&self) -> &[f32] {
        cast_slice(&self.x)
    }

    /// For each sample -1 where the unit was kept, 0 where it was dropped.
    #[must_use]
    pub fn kept(&self) -> &[i32] {
        cast_slice(&self.kept)
    }

    /// The N(0, 1) variates of Gaussian dropout; 0 under any other rule.
    #[must_use]
    pub fn noise(&self) -> &[f32] {
        cast_slice(&self.noise)
    }

    pub(super) fn empty() -> Self {
        Self {
            x: [f32x4::ZERO; VECTORS],
            kept: [-i32x4::ONE; VECTORS],
            noise: [f32x4::ZERO; VECTORS],
        }
    }
}

impl Kernel {
    pub(super) fn new(input: &Input, p: DropProbability, scaling: Scaling) -> Self {
        let exact = Exact::new(input, p, scaling);
        let x = Standardised::new(exact.x.mean, exact.x.standard_deviation());
        let d = Standardised::new(exact.d.mean, exact.d.standard_deviation());
        let (mean, standard_deviation) = (input.mean.get(), input.standard_deviation.get());
        let atom = match input.distribution {
            Distribution::Relu => Some(0.0),
            Distribution::Ones => Some(1.0),
            Distribution::Normal | Distribution::Uniform | Distribution::Custom => {
                (standard_deviation == 0.0).then_some(mean)
            }
        };
        let rule = Rule::new(scaling, p);
        let input_map = match (input.distribution, atom) {
            (Distribution::Relu, Some(floor)) => InputMap::Relu {
                slope: vector(standard_deviation / x.unit),
                offset: vector(x.of(mean)),
                floor: vector(x.of(floor)),
            },
            (_, Some(value)) => InputMap::Constant(vector(x.of(value))),
            // A uniform distribution of variance 1 is √12 wide.
            (Distribution::Uniform, None) => InputMap::Uniform {
                slope: vector(12_f64.sqrt() / WORDS),
            },
            (_, None) => InputMap::Normal,
        };
        let (rule_map, atom_is_zero) = match rule {
            Rule::Mask { scale, offset, .. } => (
                RuleMap::mask(p),
                atom.is_some_and(|atom| scale * atom + offset == 0.0),
            ),
            Rule::Gaussian {
                noise_standard_deviation,
            } => (
                RuleMap::Gaussian {
                    slope: vector(x.unit / d.unit),
                    mean: vector(x.mean / d.unit),
                    noise: vector(noise_standard_deviation),
                },
                atom == Some(0.0),
            ),
        };
        Self {
            x,
            d,
            rule,
            input_map,
            rule_map,
            atom: atom.map(|atom| single(x.of(atom))),
            atom_is_zero,
        }
    }

    /// Draws the next block of a stream.
    pub(super) fn draw(&self, generator: &mut LaneGenerator, block: &mut Block) {
        self.input_map.fill(generator, &mut block.x);
        match self.rule_map {
            RuleMap::Mask {
                threshold,
                fraction,
            } => fill_masks(generator, threshold, fraction, &mut block.kept),
            RuleMap::Gaussian { .. } => normal::fill(generator, &mut block.noise),
        }
    }

    /// How the bins of x and of d in histograms of this range are found.
    pub(super) fn bin_maps(&self, range: Range) -> [BinMap; 2] {
        let Standardised { mean, unit } = self.x;
        let after = match self.rule {
            Rule::Mask { scale, offset, .. } => [scale * mean + offset, scale * unit, 0.0, 0.0],
            Rule::Gaussian {
                noise_standard_deviation: noise,
            } => [mean, unit, noise * mean, noise * unit],
        };
        [[mean, unit, 0.0, 0.0], after].map(|map| BinMap::new(range, map))
    }

    /// Finds the bins of x and of d of a block.
    pub(super) fn find_bins(&self, block: &Block, maps: &[BinMap; 2], bins: &mut [Bins; 2]) {
        let [before, after] = maps;
        let [x_bins, d_bins] = bins;
        let atom = vector(self.atom.map_or(f64::NEG_INFINITY, f64::from));
        for vector in 0..VECTORS {
            let (x, noise) = (block.x[vector], block.noise[vector]);
            let is_continuous: i32x4 = cast(x.simd_gt(atom));
            x_bins.0[vector] = before.bin(x, noise) & is_continuous;
            d_bins.0[vector] = after.bin(x, noise) & is_continuous & block.kept[vector];
        }
    }
}

/// Where the samples of a block fall among the counts of a [`Histogram`]: 0 at an atom.
#[derive(Debug)]
pub(super) struct Bins([i32x4; VECTORS]);

impl Bins {
    pub(super) fn empty() -> Self {
        Self([i32x4::ZERO; VECTORS])
    }

    pub(super) fn first(&self, samples: usize) -> impl Iterator<Item = &i32> {
        cast_slice(&self.0).iter().take(samples)
    }
}

/// The affine map from the standardised x, and with noise n, to a bin: c₀ + c₁ x + n·(c₂ + c₃ x).
#[derive(Debug, Clone, Copy)]
pub(super) struct BinMap {
    coefficients: [f32x4; 4],
    one: f32x4,
    end: f32x4,
}

impl BinMap {
    /// From the map to activations.
    fn new(range: Range, [c0, c1, c2, c3]: [f64; 4]) -> Self {
        let bins_a_unit = Histogram::BINS as f64 / range.width();
        let coefficients = [c0 - range.low, c1, c2, c3].map(|c| vector(c * bins_a_unit));
        Self {
            coefficients,
            one: vector(1.0),
            end: vector(Histogram::BINS as f64 + 1.0),
        }
    }

    /// The bin, counted from 1; 0 below the range, and one more than there are above it.
    #[inline(always)]
    fn bin(&self, x: f32x4, noise: f32x4) -> i32x4 {
        let [c0, c1, c2, c3] = self.coefficients;
        let bin = c0 + c1 * x + noise * (c2 + c3 * x);
        (bin + self.one)
            .fast_max(f32x4::ZERO)
            .fast_min(self.end)
            .fast_trunc_int()
    }
}

impl InputMap {
    fn fill(&self, generator: &mut LaneGenerator, x: &mut [f32x4; VECTORS]) {
        match *self {
            Self::Normal => normal::fill(generator, x),
            Self::Relu {
                slope,
                offset,
                floor,
            } => {
                normal::fill(generator, x);
                for x in x {
                    *x = (slope * *x + offset).fast_max(floor);
                }
            }
            Self::Uniform { slope } => {
                for x in x {
                    *x = slope * f32x4::from_i32x4(cast(generator.next()));
                }
            }
            Self::Constant(value) => *x = [value; VECTORS],
        }
    }
}

impl RuleMap {
    /// Drops with the probability p, rounded to a multiple of 2⁻³².
    fn mask(p: DropProbability) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to 2³², and the cast saturates: no p below 1 drops all"
        )]
        let below = (p.get() * WORDS).round() as u32;
        // Signed integers compare as unsigned ones do when the highest bit is flipped in both; that of
        // a random word needs no flipping.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "16 bits are what is wanted"
        )]
        let [threshold, fraction] =
            [below >> 16, below].map(|bits| i16x8::splat((bits as u16 ^ (1 << 15)).cast_signed()));
        Self::Mask {
            threshold,
            fraction,
        }
    }
}

/// Decides which units are kept: each half of a word on one.
///
/// Where the 16 bits are the threshold's own, in one of 65 536 cases, they don't say enough, and 16
/// further ones decide. So the decision is as good as one by 32 bits, and takes half as many.
fn fill_masks(
    generator: &mut LaneGenerator,
    threshold: i16x8,
    fraction: i16x8,
    kept: &mut [i32x4; VECTORS],
) {
    for pair in 0..VECTORS / 2 {
        let bits: i16x8 = cast(generator.next());
        let [a, b] = halves(!threshold.simd_gt(bits));
        kept[2 * pair] = a;
        kept[2 * pair + 1] = b;
        let tie = threshold.simd_eq(bits);
        if tie.any() {
            let further: i16x8 = cast(generator.next());
            let [a, b] = halves(tie & fraction.simd_gt(further));
            kept[2 * pair] &= !a;
            kept[2 * pair + 1] &= !b;
        }
    }
}

/// The masks of 16 bits as masks of 32: first the lower halves of the words, then the upper ones.
#[inline(always)]
fn halves(masks: i16x8) -> [i32x4; 2] {
    let words: i32x4 = cast(masks);
    [(words << 16) >> 16, words >> 16]
}

/// The number of words, 2³².
const WORDS: f64 = 4_294_967_296.0;

fn vector(value: f64) -> f32x4 {
    f32x4::splat(single(value))
}

fn single(value: f64) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what is wanted"
    )]
    let single = value as f32;
    single
}

/// Σ v and Σ v² of so many values.
#[derive(Debug, Clone, Copy, Default)]
struct PowerSums {
    count: u64,
    sum: f64,
    squares: f64,
}

impl PowerSums {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.squares += value * value;
    }

    fn add_lanes(&mut self, count: u64, [even, odd]: [LaneSums; 2]) {
        self.count += count;
        self.sum += across(even.sum + odd.sum);
        self.squares += across(even.squares + odd.squares);
    }

    fn moments(self) -> RunningMoments {
        RunningMoments::from_power_sums(self.count, self.sum, self.squares)
    }
}

/// Σ v and Σ v² of each lane.
#[derive(Debug, Clone, Copy)]
struct LaneSums {
    sum: f32x4,
    squares: f32x4,
}

impl Default for LaneSums {
    fn default() -> Self {
        Self {
            sum: f32x4::ZERO,
            squares: f32x4::ZERO,
        }
    }
}

impl LaneSums {
    #[inline(always)]
    fn add(&mut self, value: f32x4, square: f32x4) {
        self.sum += value;
        self.squares += square;
    }
}

/// Sums the samples of one chunk.
#[derive(Debug, Clone, Default)]
pub(super) struct Accumulator {
    /// Of the standardised x.
    x: PowerSums,
    /// Under a mask: of the standardised x of the kept units. Else of the standardised d.
    d: PowerSums,
    /// How many kept units' d are 0.
    zeros: u64,
}

impl Accumulator {
    /// Adds the first `size` samples of a block that the kernel drew: of a whole one fast, of another one
    /// by one.
    pub(super) fn add(&mut self, kernel: &Kernel, block: &Block, size: usize) {
        if size < Block::SAMPLES {
            for sample in 0..size {
                self.add_sample(kernel, block, sample);
            }
            return;
        }
        match kernel.rule_map {
            RuleMap::Mask { .. } => self.add_masked(block),
            RuleMap::Gaussian { slope, mean, noise } => self.add_noisy(block, slope, mean, noise),
        }
        if let Some(atom) = kernel.atom
            && kernel.atom_is_zero
        {
            let atom = f32x4::splat(atom);
            let mut zeros = i32x4::ZERO;
            for vector in 0..VECTORS {
                let at_atom: i32x4 = cast(block.x[vector].simd_le(atom));
                zeros -= at_atom & block.kept[vector];
            }
            self.zeros += count(zeros);
        }
    }

    fn add_masked(&mut self, block: &Block) {
        // Two vectors at a time: the sums of one don't wait for those of the other.
        let [mut x_even, mut x_odd, mut kept_even, mut kept_odd] = [LaneSums::default(); 4];
        let mut kept = i32x4::ZERO;
        for pair in 0..VECTORS / 2 {
            let [even, odd] = [2 * pair, 2 * pair + 1];
            let (x, mask): (_, f32x4) = (block.x[even], cast(block.kept[even]));
            let square = x * x;
            x_even.add(x, square);
            kept_even.add(x & mask, square & mask);
            kept -= block.kept[even];
            let (x, mask): (_, f32x4) = (block.x[odd], cast(block.kept[odd]));
            let square = x * x;
            x_odd.add(x, square);
            kept_odd.add(x & mask, square & mask);
            kept -= block.kept[odd];
        }
        let kept = count(kept);
        self.x.add_lanes(Block::SAMPLES as u64, [x_even, x_odd]);
        self.d.add_lanes(kept, [kept_even, kept_odd]);
    }

    fn add_noisy(&mut self, block: &Block, slope: f32x4, mean: f32x4, noise: f32x4) {
        let [mut x_even, mut x_odd, mut d_even, mut d_odd] = [LaneSums::default(); 4];
        for pair in 0..VECTORS / 2 {
            let [even, odd] = [2 * pair, 2 * pair + 1];
            let x = block.x[even];
            let centered = slope * x;
            let d = centered + noise * block.noise[even] * (centered + mean);
            x_even.add(x, x * x);
            d_even.add(d, d * d);
            let x = block.x[odd];
            let centered = slope * x;
            let d = centered + noise * block.noise[odd] * (centered + mean);
            x_odd.add(x, x * x);
            d_odd.add(d, d * d);
        }
        self.x.add_lanes(Block::SAMPLES as u64, [x_even, x_odd]);
        self.d.add_lanes(Block::SAMPLES as u64, [d_even, d_odd]);
    }

    fn add_sample(&mut self, kernel: &Kernel, block: &Block, sample: usize) {
        let x = block.x()[sample];
        let kept = block.kept()[sample] != 0;
        self.x.add(f64::from(x));
        match kernel.rule {
            Rule::Mask { .. } if kept => self.d.add(f64::from(x)),
            Rule::Mask { .. } => {}
            Rule::Gaussian {
                noise_standard_deviation,
            } => {
                let factor = 1.0 + noise_standard_deviation * f64::from(block.noise()[sample]);
                let d = kernel.x.value(x) * factor;
                self.d.add(kernel.d.of(d));
            }
        }
        let at_atom = kernel.atom.is_some_and(|atom| x <= atom);
        self.zeros += u64::from(kept && at_atom && kernel.atom_is_zero);
    }

    /// The sums so far, of activations.
    pub(super) fn sums(&self, kernel: &Kernel) -> Sums {
        let Kernel { x, d, rule, .. } = kernel;
        let mut sums = Sums {
            x: x.moments(&self.x.moments()),
            d: d.moments(&self.d.moments()),
            zeros: self.zeros,
        };
        if let Rule::Mask {
            scale,
            offset,
            dropped,
        } = *rule
        {
            let count = self.x.count - self.d.count;
            sums.d = x.moments(&self.d.moments()).scaled(scale, offset);
            sums.d.merge(&RunningMoments::of_equal(count, dropped));
            if dropped == 0.0 {
                sums.zeros += count;
            }
        }
        sums
    }
}

impl Sums {
    /// How many numbers carry them.
    pub(super) const NUMBERS: usize = 7;

    pub(super) fn to_numbers(self) -> [f64; Self::NUMBERS] {
        let ([x0, x1, x2], [d0, d1, d2]) = (self.x.to_numbers(), self.d.to_numbers());
        [x0, x1, x2, d0, d1, d2, as_f64(self.zeros)]
    }

    pub(super) fn from_numbers(&[x0, x1, x2, d0, d1, d2, zeros]: &[f64; Self::NUMBERS]) -> Self {
        Self {
            x: RunningMoments::from_numbers([x0, x1, x2]),
            d: RunningMoments::from_numbers([d0, d1, d2]),
            zeros: as_u64(zeros),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.x.merge(&other.x);
        self.d.merge(&other.d);
        self.zeros += other.zeros;
    }
}

/// The sum of the lanes, in f64.
fn across(lanes: f32x4) -> f64 {
    let [a, b, c, d] = lanes.to_array();
    (f64::from(a) + f64::from(b)) + (f64::from(c) + f64::from(d))
}

/// The sum of the lanes, none of which is negative.
fn count(lanes: i32x4) -> u64 {
    let [a, b, c, d] = lanes.to_array();
    u64::from((a + b + c + d).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Seed, Settings};

    fn kernel(fragment: &str) -> Kernel {
        let settings = Settings::from_fragment(fragment).settings;
        Kernel::new(&settings.input, settings.drop_probability, settings.scaling)
    }

    impl Kernel {
        /// The activations x and d of one sample of a block; `None` where they are at an atom.
        fn activations(&self, block: &Block, sample: usize) -> [Option<f64>; 2] {
            let standardised = block.x()[sample];
            if self.atom.is_some_and(|atom| standardised <= atom) {
                return [None; 2];
            }
            let x = self.x.value(standardised);
            let d = match self.rule {
                Rule::Mask { scale, offset, .. } => {
                    (block.kept()[sample] != 0).then_some(scale * x + offset)
                }
                Rule::Gaussian {
                    noise_standard_deviation,
                } => Some(x * (1.0 + noise_standard_deviation * f64::from(block.noise()[sample]))),
            };
            [Some(x), d]
        }
    }

    /// The bins against those of the activations in f64, from their definition.
    #[test]
    fn bins_are_those_of_the_activations() {
        for fragment in [
            "p=0.3",
            "mu=-3&scale=alpha",
            "input=relu&mu=1",
            "scale=gaussian&mu=2&p=0.1",
            "scale=gaussian&mu=10&sigma=0.001&p=0.000001",
            "scale=none&input=uniform&mu=10&sigma=0.01",
            "scale=sqrt&input=ones",
        ] {
            let settings = Settings::from_fragment(fragment).settings;
            let (input, p, scaling) =
                (&settings.input, settings.drop_probability, settings.scaling);
            let range = Range::of(input, p, scaling);
            let kernel = kernel(fragment);
            let maps = kernel.bin_maps(range);
            let mut generator = LaneGenerator::new(Seed(4), 0);
            let mut block = Block::empty();
            let mut bins = [Bins::empty(), Bins::empty()];
            let mut inside = 0;
            for _ in 0..100 {
                kernel.draw(&mut generator, &mut block);
                kernel.find_bins(&block, &maps, &mut bins);
                for sample in 0..Block::SAMPLES {
                    let activations = kernel.activations(&block, sample);
                    for (value, bins) in activations.into_iter().zip(&bins) {
                        let bin = *bins.first(sample + 1).last().expect("there is one");
                        let Some(value) = value else {
                            assert_eq!(bin, 0, "{fragment}: at an atom");
                            continue;
                        };
                        let place = (value - range.low) / range.width() * Histogram::BINS as f64;
                        let place = place.clamp(-0.5, Histogram::BINS as f64 + 0.5);
                        // What f32 rounds moves a value by less than a thousandth of a bin.
                        let middle = f64::from(bin) - 0.5;
                        assert!((place - middle).abs() < 0.501, "{fragment}: {value} {bin}");
                        inside += u32::from(place > 0.0 && place < Histogram::BINS as f64);
                    }
                }
            }
            let varies = input.distribution != Distribution::Ones;
            assert_eq!(inside > 10_000, varies, "{fragment}: {inside}");
        }
    }

    /// Of the 2³² words of 16 and 16 further bits, how many drop a unit.
    fn dropped_words(p: f64) -> i64 {
        let p = DropProbability::new(p).expect("is below 1");
        let RuleMap::Mask {
            threshold,
            fraction,
        } = RuleMap::mask(p)
        else {
            panic!("it is a mask");
        };
        let below = |bits: i16x8| i64::from(bits.to_array()[0]) + (1 << 15);
        (below(threshold) << 16) + below(fraction)
    }

    #[test]
    fn the_threshold_drops_exactly_p_of_all_words() {
        for (p, dropped) in [
            (0.0, 0),
            (0.5, 1 << 31),
            (0.25, 1 << 30),
            (2_f64.powi(-20), 1 << 12),
            (1.0 - 2_f64.powi(-32), (1 << 32) - 1),
            // No p below 1 drops all.
            (1.0 - 2_f64.powi(-53), (1 << 32) - 1),
        ] {
            assert_eq!(dropped_words(p), dropped, "{p}");
        }
    }

    /// The masks, one by one from their definition: ties are 1 in 65 536, so that there are many here.
    #[test]
    fn ties_are_decided_by_further_bits() {
        let p = 0.3;
        let bound = dropped_words(p);
        let kernel = kernel("p=0.3&input=ones");
        let [mut generator, mut words] = [0; 2].map(|_| LaneGenerator::new(Seed(3), 1));
        let mut next = || {
            let halves: i16x8 = cast(words.next());
            halves.to_array().map(|half| i64::from(half) + (1 << 15))
        };
        let mut block = Block::empty();
        let mut ties = 0;
        for _ in 0..4000 {
            kernel.draw(&mut generator, &mut block);
            for pair in block.kept().as_chunks::<8>().0 {
                let bits = next();
                let is_tie = bits.contains(&(bound >> 16));
                let further = if is_tie { next() } else { [0; 8] };
                ties += u32::from(is_tie);
                for (half, (bits, further)) in bits.into_iter().zip(further).enumerate() {
                    let kept = pair[LANES * (half % 2) + half / 2] != 0;
                    assert_eq!(kept, (bits << 16) + further >= bound);
                }
            }
        }
        assert!(ties > 5, "{ties}");
    }

    /// Mean and variance by two passes.
    fn naive(values: &[f64]) -> [f64; 2] {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand values")]
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        [mean, squares / (n - 1.0)]
    }

    #[test]
    fn sums_agree_with_two_passes_over_the_same_samples() {
        for (fragment, size_of_last) in [
            ("", 256),
            ("mu=-3&scale=alpha", 7),
            ("input=relu&mu=1", 255),
            ("scale=gaussian&mu=2", 1),
            ("scale=gaussian&input=relu", 100),
            ("scale=alpha&input=uniform&mu=1", 0),
            ("scale=sqrt&input=ones", 3),
        ] {
            let settings = Settings::from_fragment(fragment).settings;
            let kernel = kernel(fragment);
            let atom = match settings.input.distribution {
                Distribution::Relu => 0.0,
                _ => 1.0,
            };
            let mut generator = LaneGenerator::new(Seed(2), 5);
            let mut accumulator = Accumulator::default();
            let mut block = Block::empty();
            let (mut xs, mut ds) = (Vec::new(), Vec::new());
            for size in [256, 256, 256, 256, size_of_last] {
                kernel.draw(&mut generator, &mut block);
                accumulator.add(&kernel, &block, size);
                for sample in 0..size {
                    let [x, d] = kernel.activations(&block, sample);
                    let x = x.unwrap_or(atom);
                    let d = d.unwrap_or(match kernel.rule {
                        Rule::Mask { dropped, .. } if block.kept()[sample] == 0 => dropped,
                        Rule::Mask { scale, offset, .. } => scale * x + offset,
                        Rule::Gaussian { .. } => 0.0,
                    });
                    xs.push(x);
                    ds.push(d);
                }
            }
            let sums = accumulator.sums(&kernel);
            let zeros = ds.iter().filter(|d| **d == 0.0).count();
            assert_eq!(sums.zeros, zeros as u64, "{fragment}");
            for (moments, values) in [(sums.x, xs), (sums.d, ds)] {
                assert_eq!(moments.count(), values.len() as u64);
                let measured = [moments.mean(), moments.sample_variance()];
                for (measured, naive) in measured.into_iter().zip(naive(&values)) {
                    let measured = measured.expect("there are more than two values");
                    // The lanes' f32 sums of 64 values each are off by some 10⁻⁷.
                    assert!(
                        (measured - naive).abs() < 1e-6 * (1.0 + naive.abs()),
                        "{fragment}: {measured} {naive}"
                    );
                }
            }
        }
    }
}
