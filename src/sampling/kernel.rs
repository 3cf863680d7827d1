//! The SIMD kernel: draws blocks of x and d, and sums their powers.
//!
//! Only +, -, ·, /, √ and integer operations are used, which IEEE 754 defines to the last bit, and
//! no fused multiply-add. So wasm32, x86-64 and AArch64 compute the same bits.
//!
//! # Precision
//! The lanes are f32, and hold *standardised* values: (x - E x)/σ_x and (d - E d)/σ_d with the
//! exact moments of [`Exact`]. Rounding is then relative to the spread, however large the mean is
//! against it. The transform to normal variates is off by less than 4·10⁻⁷ relative, its
//! coefficients and those of the rule by 6·10⁻⁸; both move a mean or a standard deviation by less
//! than 10⁻⁶ of σ, a tenth of the standard error at the largest n, 10¹⁰. Sums leave f32 after 64
//! additions a lane.

use std::f32::consts::{FRAC_PI_4, LN_2};

use wide::bytemuck::{cast, cast_slice};
use wide::{f32x4, i32x4, u32x4};

use super::generator::LaneGenerator;
use super::moments::{RunningMoments, as_f64, as_u64};
use crate::settings::{Distribution, DropProbability, Input, Scaling};
use crate::theory::{Exact, Rule};

const VECTORS: usize = 64;
const LANES: usize = 4;

/// The random words of two vectors of samples.
type WordPair = [u32x4; 2];

/// The affine map from standardised values to activations: mean + unit · value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standardised {
    pub(super) mean: f64,
    pub(super) unit: f64,
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

    pub(super) fn value(self, standardised: f32) -> f64 {
        self.mean + self.unit * f64::from(standardised)
    }
}

/// How x comes from random words: slope · variate + offset, standardised, or the floor where it is
/// below.
#[derive(Debug, Clone, Copy)]
struct InputMap {
    variate: Variate,
    slope: f32,
    offset: f32,
    floor: Option<f32>,
}

/// What varies in x.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Variate {
    /// N(0, 1).
    Normal,
    /// Uniform between -1/2 and 1/2.
    Uniform,
}

/// How d comes from x, both standardised.
#[derive(Debug, Clone, Copy)]
enum RuleMap {
    /// Kept: slope · x + offset. Dropped, with probability (threshold + 2³¹)/2³²: dropped.
    Mask {
        slope: f32,
        offset: f32,
        dropped: f32,
        threshold: i32,
        dropped_is_zero: bool,
        floor_is_zero: bool,
    },
    /// slope · x + noise · (slope · x + mean) · N(0, 1).
    Gaussian {
        slope: f32,
        mean: f32,
        noise: f32,
        floor_is_zero: bool,
    },
}

/// 256 samples of x and d, *standardised*: less their exact means, in units of their exact standard
/// deviations.
#[derive(Debug, Clone)]
pub struct Block {
    x: [f32x4; VECTORS],
    d: [f32x4; VECTORS],
    /// All bits set where the unit was dropped.
    dropped: [i32x4; VECTORS],
    /// All bits set where x is at its floor: cut off by the ReLU, or constant. Nowhere, if the input
    /// has no floor.
    at_floor: [i32x4; VECTORS],
}

/// The sums that a run needs: of the powers of x and of d, and how many d are exactly 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) x: RunningMoments,
    pub(super) d: RunningMoments,
    pub(super) zeros: u64,
}

/// Draws and sums blocks for one input and rule.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    pub(super) x: Standardised,
    pub(super) d: Standardised,
    input: InputMap,
    rule: RuleMap,
}

impl Block {
    /// How many samples a block holds.
    pub const SAMPLES: usize = VECTORS * LANES;

    /// The standardised x.
    #[must_use]
    pub fn x(&self) -> &[f32] {
        cast_slice(&self.x)
    }

    /// The standardised d.
    #[must_use]
    pub fn d(&self) -> &[f32] {
        cast_slice(&self.d)
    }

    /// For each sample 0 where the unit was kept, -1 where it was dropped.
    #[must_use]
    pub fn dropped(&self) -> &[i32] {
        cast_slice(&self.dropped)
    }

    /// For each sample -1 where x is at its floor, else 0.
    fn at_floor(&self) -> &[i32] {
        cast_slice(&self.at_floor)
    }

    pub(super) fn empty() -> Self {
        Self {
            x: [f32x4::ZERO; VECTORS],
            d: [f32x4::ZERO; VECTORS],
            dropped: [i32x4::ZERO; VECTORS],
            at_floor: [i32x4::ZERO; VECTORS],
        }
    }

    /// Each x, `None` where it is at its floor.
    pub(super) fn continuous_x(&self) -> impl Iterator<Item = Option<f32>> + '_ {
        let samples = self.x().iter().zip(self.at_floor());
        samples.map(|(&x, &at_floor)| (at_floor == 0).then_some(x))
    }

    /// Each d, `None` where it is at an atom.
    pub(super) fn continuous_d(&self) -> impl Iterator<Item = Option<f32>> + '_ {
        let atoms = self.dropped().iter().zip(self.at_floor());
        let samples = self.d().iter().zip(atoms);
        samples.map(|(&d, (&dropped, &at_floor))| (dropped == 0 && at_floor == 0).then_some(d))
    }
}

impl Kernel {
    pub(super) fn new(input: &Input, p: DropProbability, scaling: Scaling) -> Self {
        let exact = Exact::new(input, p, scaling);
        let x = Standardised::new(exact.x.mean, exact.x.standard_deviation());
        let d = Standardised::new(exact.d.mean, exact.d.standard_deviation());
        let (mean, standard_deviation) = (input.mean.get(), input.standard_deviation.get());
        // The value of x that has a probability of its own, if there is one.
        let atom = match input.distribution {
            Distribution::Relu => Some(0.0),
            Distribution::Ones => Some(1.0),
            Distribution::Normal | Distribution::Uniform => {
                (standard_deviation == 0.0).then_some(mean)
            }
        };
        let (variate, slope, offset) = match input.distribution {
            Distribution::Normal => (Variate::Normal, standard_deviation / x.unit, 0.0),
            Distribution::Relu => (Variate::Normal, standard_deviation / x.unit, x.of(mean)),
            Distribution::Uniform => {
                let width = 12_f64.sqrt() * standard_deviation;
                (Variate::Uniform, width / x.unit, 0.0)
            }
            Distribution::Ones => (Variate::Uniform, 0.0, 0.0),
        };
        Self {
            x,
            d,
            input: InputMap {
                variate,
                slope: single(slope),
                offset: single(offset),
                floor: atom.map(|atom| single(x.of(atom))),
            },
            rule: match Rule::new(scaling, p) {
                Rule::Mask {
                    scale,
                    offset,
                    dropped,
                } => RuleMap::Mask {
                    slope: single(scale * x.unit / d.unit),
                    offset: single(d.of(scale * x.mean + offset)),
                    dropped: single(d.of(dropped)),
                    threshold: drop_threshold(p),
                    dropped_is_zero: dropped == 0.0,
                    floor_is_zero: atom.is_some_and(|atom| scale * atom + offset == 0.0),
                },
                Rule::Gaussian {
                    noise_standard_deviation,
                } => RuleMap::Gaussian {
                    slope: single(x.unit / d.unit),
                    mean: single(x.mean / d.unit),
                    noise: single(noise_standard_deviation),
                    floor_is_zero: atom == Some(0.0),
                },
            },
        }
    }

    /// Draws the next block of a stream.
    pub(super) fn draw(&self, generator: &mut LaneGenerator, block: &mut Block) {
        let mut words = [[u32x4::ZERO; 2]; VECTORS];
        for pair in &mut words {
            *pair = [generator.next(), generator.next()];
        }
        // Half of the words make x, the other half decides what becomes of it.
        let (input_words, rule_words) = words.split_at(VECTORS / 2);
        match self.input.variate {
            Variate::Normal => self.input.fill(block, input_words, normals),
            Variate::Uniform => self.input.fill(block, input_words, uniforms),
        }
        self.rule.fill(block, rule_words);
    }
}

impl InputMap {
    #[inline]
    fn fill(&self, block: &mut Block, words: &[WordPair], variates: fn(WordPair) -> [f32x4; 2]) {
        let [slope, offset] = [self.slope, self.offset].map(f32x4::splat);
        let rows = block.x.as_chunks_mut().0.iter_mut();
        for (row, &words) in rows.zip(words) {
            *row = variates(words).map(|variate| slope * variate + offset);
        }
        if let Some(floor) = self.floor.map(f32x4::splat) {
            for (x, at_floor) in block.x.iter_mut().zip(&mut block.at_floor) {
                *x = x.fast_max(floor);
                *at_floor = cast(x.simd_le(floor));
            }
        }
    }
}

impl RuleMap {
    #[inline]
    fn fill(&self, block: &mut Block, words: &[WordPair]) {
        let x_rows = block.x.as_chunks::<2>().0.iter();
        let d_rows = block.d.as_chunks_mut::<2>().0.iter_mut();
        match *self {
            Self::Mask {
                slope,
                offset,
                dropped,
                threshold,
                ..
            } => {
                let [slope, offset, dropped] = [slope, offset, dropped].map(f32x4::splat);
                let threshold = i32x4::splat(threshold);
                let masks = block.dropped.as_chunks_mut::<2>().0;
                for (((x, d), mask), words) in x_rows.zip(d_rows).zip(masks).zip(words) {
                    for half in 0..2 {
                        mask[half] = threshold.simd_gt(cast::<u32x4, i32x4>(words[half]));
                        let kept = slope * x[half] + offset;
                        d[half] = cast::<i32x4, f32x4>(mask[half]).bitselect(dropped, kept);
                    }
                }
            }
            Self::Gaussian {
                slope, mean, noise, ..
            } => {
                let [slope, mean, noise] = [slope, mean, noise].map(f32x4::splat);
                for ((x, d), &words) in x_rows.zip(d_rows).zip(words) {
                    let normals = normals(words);
                    for half in 0..2 {
                        let centered = slope * x[half];
                        d[half] = centered + noise * normals[half] * (centered + mean);
                    }
                }
            }
        }
    }

    /// Masks, as full words, of whether d is exactly 0 where the unit was dropped and where x is
    /// at its floor.
    fn zero_masks(&self) -> [i32x4; 2] {
        let (dropped, floor) = match *self {
            Self::Mask {
                dropped_is_zero,
                floor_is_zero,
                ..
            } => (dropped_is_zero, floor_is_zero),
            Self::Gaussian { floor_is_zero, .. } => (false, floor_is_zero),
        };
        [dropped, floor].map(|zero| i32x4::splat(-i32::from(zero)))
    }
}

/// Dropped where a word, read as a signed integer, is below this: p rounded to a multiple of 2⁻³².
fn drop_threshold(p: DropProbability) -> i32 {
    const WORDS: f64 = 4_294_967_296.0;
    let below = (p.get() * WORDS).round().min(WORDS - 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "0 ≤ below < 2^32, so the difference is an i32"
    )]
    let threshold = (below - WORDS / 2.0) as i32;
    threshold
}

fn single(value: f64) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what is wanted"
    )]
    let single = value as f32;
    single
}

/// 2⁻³¹, which takes a word to between -1 and 1.
const UNIT: f32 = 1.0 / 2_147_483_648.0;

/// Uniform variates between -1/2 and 1/2.
#[inline]
fn uniforms(words: WordPair) -> [f32x4; 2] {
    words.map(|word| signed(word) * f32x4::splat(UNIT / 2.0))
}

#[inline]
fn signed(word: u32x4) -> f32x4 {
    f32x4::from_i32x4(cast(word))
}

/// Two independent vectors of N(0, 1) variates, by the transform of Box and Muller (1958).
///
/// The radius is √(-2 ln u), with u from the magnitude of the first word, so u ≥ 2⁻³³ and tails
/// reach 6.7 σ. The angle is one of [-π/4, π/4], from the second word, turned into the other three
/// quarters by a sign, from the first word's sign, and an exchange of the two coordinates, from
/// bit 9 of the second. Bit 9 is below what the rounding to f32 leaves of the angle in all but one
/// of a thousand words, and then the angle still says nothing of it.
#[inline]
fn normals([radius_word, angle_word]: WordPair) -> [f32x4; 2] {
    let signed_radius = signed(radius_word);
    let sign_bits: u32x4 = cast::<_, u32x4>(signed_radius) & u32x4::splat(1 << 31);
    let magnitude: f32x4 = cast(cast::<_, u32x4>(signed_radius) ^ sign_bits);
    let u = magnitude * f32x4::splat(UNIT) + f32x4::splat(UNIT / 4.0);
    // Where u rounds to 1, the polynomial may give a tiny negative square.
    let radius = minus_two_ln(u).fast_max(f32x4::ZERO).sqrt();

    let angle = signed(angle_word) * f32x4::splat(UNIT);
    let (sine, cosine) = sine_cosine(angle);
    let a = radius * sine;
    let b: f32x4 = cast(cast::<_, u32x4>(radius * cosine) ^ sign_bits);
    let exchange: f32x4 = cast(cast::<_, i32x4>(angle_word << 22) >> 31);
    let difference = (a ^ b) & exchange;
    [a ^ difference, b ^ difference]
}

/// -2 ln u for u > 0: u = 2^e·m with m in [√½, √2], ln m = 2 artanh s, s = (m-1)/(m+1).
///
/// The artanh is a minimax polynomial of degree 2 in s², off by 1.2·10⁻⁷ relative.
#[inline]
fn minus_two_ln(u: f32x4) -> f32x4 {
    const SQRT_HALF_BITS: i32 = 0x3f35_04f3;
    let bits: i32x4 = cast(u);
    let exponent = (bits - i32x4::splat(SQRT_HALF_BITS)) >> 23;
    let m: f32x4 = cast(bits - (exponent << 23));
    let s = (m - f32x4::ONE) / (m + f32x4::ONE);
    let minus_two_ln_m = s * polynomial(s * s, [-4.000_000_5, -1.333_044_5, -0.825_927_44]);
    f32x4::from_i32x4(exponent) * f32x4::splat(-2.0 * LN_2) + minus_two_ln_m
}

/// The sine and cosine of πt/4 for t in [-1, 1]: minimax polynomials in t², off by less than
/// 4·10⁻⁸.
#[inline]
fn sine_cosine(t: f32x4) -> (f32x4, f32x4) {
    let square = t * t;
    let sine = polynomial(
        square,
        [FRAC_PI_4, -0.080_745_436, 0.002_490_001, -3.595_045_2e-5],
    );
    let cosine = polynomial(
        square,
        [0.999_999_94, -0.308_424_17, 0.015_849_683, -3.187_278_3e-4],
    );
    (t * sine, cosine)
}

/// Horner's rule, lowest coefficient first.
#[inline]
fn polynomial<const N: usize>(x: f32x4, coefficients: [f32; N]) -> f32x4 {
    coefficients
        .into_iter()
        .map(f32x4::splat)
        .rev()
        .reduce(|sum, coefficient| sum * x + coefficient)
        .unwrap_or(f32x4::ZERO)
}

/// Sums the samples of one chunk.
#[derive(Debug, Clone)]
pub(super) struct Accumulator {
    zero_masks: [i32x4; 2],
    has_floor: bool,
    samples: u64,
    /// Σ v^k of the whole blocks, k = 1 to 4.
    x: [f64; 4],
    d: [f64; 4],
    /// The samples of a last block that is not whole.
    rest: Sums,
    zeros: u64,
}

impl Accumulator {
    pub(super) fn new(kernel: &Kernel) -> Self {
        Self {
            zero_masks: kernel.rule.zero_masks(),
            has_floor: kernel.input.floor.is_some(),
            samples: 0,
            x: [0.0; 4],
            d: [0.0; 4],
            rest: Sums::default(),
            zeros: 0,
        }
    }

    /// Adds the first `size` samples of a block: of a whole one fast, of another one by one.
    pub(super) fn add(&mut self, block: &Block, size: usize) {
        if size < Block::SAMPLES {
            return self.add_first(block, size);
        }
        self.samples += Block::SAMPLES as u64;
        add_powers(&mut self.x, &block.x);
        add_powers(&mut self.d, &block.d);
        let mut zeros = i32x4::ZERO;
        if self.has_floor {
            for (dropped, at_floor) in block.dropped.iter().zip(&block.at_floor) {
                zeros -= self.zeros_of(*dropped, *at_floor);
            }
        } else {
            for dropped in &block.dropped {
                zeros -= self.zeros_of(*dropped, i32x4::ZERO);
            }
        }
        self.zeros += count(zeros.to_array());
    }

    fn add_first(&mut self, block: &Block, size: usize) {
        for x in block.x().iter().take(size) {
            self.rest.x.push(f64::from(*x));
        }
        for d in block.d().iter().take(size) {
            self.rest.d.push(f64::from(*d));
        }
        let zeros = block.dropped.iter().zip(&block.at_floor);
        let zeros =
            zeros.flat_map(|(dropped, at_floor)| self.zeros_of(*dropped, *at_floor).to_array());
        self.rest.zeros += count(zeros.take(size));
    }

    /// All bits set where d is exactly 0.
    #[inline]
    fn zeros_of(&self, dropped: i32x4, at_floor: i32x4) -> i32x4 {
        let [zero_if_dropped, zero_if_at_floor] = self.zero_masks;
        (dropped & zero_if_dropped) | (at_floor & zero_if_at_floor & !dropped)
    }

    pub(super) fn finish(self) -> Sums {
        let mut sums = Sums {
            x: RunningMoments::from_power_sums(self.samples, self.x),
            d: RunningMoments::from_power_sums(self.samples, self.d),
            zeros: self.zeros,
        };
        sums.merge(&self.rest);
        sums
    }
}

impl Sums {
    /// How many numbers carry them.
    pub(super) const NUMBERS: usize = 11;

    pub(super) fn to_numbers(self) -> [f64; Self::NUMBERS] {
        let mut numbers = [as_f64(self.zeros); Self::NUMBERS];
        numbers[..5].copy_from_slice(&self.x.to_numbers());
        numbers[5..10].copy_from_slice(&self.d.to_numbers());
        numbers
    }

    pub(super) fn from_numbers(numbers: &[f64; Self::NUMBERS]) -> Self {
        let [x @ .., _, _, _, _, _, _] = *numbers;
        let [_, _, _, _, _, d @ .., zeros] = *numbers;
        Self {
            x: RunningMoments::from_numbers(x),
            d: RunningMoments::from_numbers(d),
            zeros: as_u64(zeros),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.x.merge(&other.x);
        self.d.merge(&other.d);
        self.zeros += other.zeros;
    }
}

/// Adds the first four powers of a block's values, in f32 within the block and f64 beyond it.
#[inline]
fn add_powers(sums: &mut [f64; 4], values: &[f32x4; VECTORS]) {
    let mut powers = [f32x4::ZERO; 4];
    for &v in values {
        let square = v * v;
        for (sum, power) in powers
            .iter_mut()
            .zip([v, square, square * v, square * square])
        {
            *sum += power;
        }
    }
    for (sum, power) in sums.iter_mut().zip(powers) {
        let [a, b, c, d] = power.to_array().map(f64::from);
        *sum += (a + b) + (c + d);
    }
}

fn count(ones: impl IntoIterator<Item = i32>) -> u64 {
    ones.into_iter()
        .map(|one| u64::from(one.unsigned_abs()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random_words() -> impl Iterator<Item = u32x4> {
        let mut generator = LaneGenerator::new(crate::settings::Seed(1), 0);
        std::iter::repeat_with(move || generator.next())
    }

    /// The transform in f64, from its definition.
    fn normals_in_f64(radius_word: u32, angle_word: u32) -> [f64; 2] {
        // The words become f32 first, as in the kernel: the transform begins there.
        #[expect(clippy::cast_precision_loss, reason = "as in the kernel")]
        let [radius, angle] =
            [radius_word, angle_word].map(|word| f64::from(word.cast_signed() as f32));
        let u = f64::from(single(radius.abs() * 2_f64.powi(-31) + 2_f64.powi(-33)));
        let radius_of_u = (-2.0 * u.ln()).sqrt();
        let theta = angle * 2_f64.powi(-31) * std::f64::consts::FRAC_PI_4;
        let cosine = theta.cos().copysign(radius);
        let pair = [radius_of_u * theta.sin(), radius_of_u * cosine];
        if angle_word & (1 << 9) == 0 {
            pair
        } else {
            [pair[1], pair[0]]
        }
    }

    #[test]
    fn normal_variates_are_those_of_box_and_muller() {
        let edges = [
            0,
            1,
            2,
            0x7fff_ffff,
            0x8000_0000,
            0x8000_0001,
            0xffff_ffff,
            1 << 9,
        ];
        let edges = edges.into_iter().flat_map(|radius| {
            let angles = [
                0,
                1,
                1 << 9,
                0x7fff_fdff,
                0x7fff_ffff,
                0x8000_0000,
                0xffff_ffff,
            ];
            angles.map(|angle| [u32x4::splat(radius), u32x4::splat(angle)])
        });
        let mut words = random_words();
        let random = std::iter::repeat_with(|| [0; 2].map(|_| words.next().unwrap_or_default()));
        let mut worst: f64 = 0.0;
        for [radius, angle] in edges.chain(random.take(250_000)) {
            let [a, b] = normals([radius, angle]).map(f32x4::to_array);
            for lane in 0..LANES {
                let expected = normals_in_f64(radius.to_array()[lane], angle.to_array()[lane]);
                for (value, expected) in [a[lane], b[lane]].into_iter().zip(expected) {
                    // Near 0 the radius is √ of a difference from 1 that f32 rounds, so that only
                    // an absolute bound is possible there.
                    let error = (f64::from(value) - expected).abs() / expected.abs().max(0.05);
                    assert!(error < 1e-6, "{value} instead of {expected}");
                    worst = worst.max(error);
                }
            }
        }
        // The bound that the module's documentation states.
        assert!(worst < 4e-7, "{worst}");
    }

    #[test]
    fn tails_reach_beyond_six_sigma() {
        let [_, b] = normals([u32x4::splat(0), u32x4::splat(0)]);
        let [farthest, ..] = b.to_array();
        assert!(farthest > 6.7, "{farthest}");
    }

    #[test]
    fn the_threshold_drops_exactly_p_of_all_words() {
        for (p, dropped) in [
            (0.0, 0_u64),
            (0.5, 1 << 31),
            (0.25, 1 << 30),
            (1.0 - 2_f64.powi(-32), (1 << 32) - 1),
            // No p below 1 drops all.
            (1.0 - 2_f64.powi(-53), (1 << 32) - 1),
        ] {
            let p = DropProbability::new(p).expect("is below 1");
            let words_below = i64::from(drop_threshold(p)) + (1 << 31);
            assert_eq!(words_below.unsigned_abs(), dropped);
        }
    }

    /// A chunk's sums, computed from the kernel's own samples one by one in f64.
    fn naive(values: &[f64]) -> [f64; 4] {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand values")]
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let central = |k: i32| values.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
        let variance = central(2) * n / (n - 1.0);
        [
            mean,
            variance,
            central(3) / central(2).powf(1.5),
            central(4) / central(2).powi(2) - 3.0,
        ]
    }

    #[test]
    fn sums_agree_with_two_passes_over_the_same_samples() {
        for (fragment, size_of_last) in [
            ("", 256),
            ("input=relu&mu=1", 255),
            ("scale=gaussian&mu=2", 1),
        ] {
            let settings = crate::settings::Settings::from_fragment(fragment).settings;
            let kernel = Kernel::new(&settings.input, settings.drop_probability, settings.scaling);
            let mut generator = LaneGenerator::new(crate::settings::Seed(2), 5);
            let mut accumulator = Accumulator::new(&kernel);
            let mut block = Block::empty();
            let (mut x, mut d, mut zeros) = (Vec::new(), Vec::new(), 0);
            for size in [256, 256, 256, 256, size_of_last] {
                kernel.draw(&mut generator, &mut block);
                accumulator.add(&block, size);
                x.extend(block.x().iter().take(size).map(|x| f64::from(*x)));
                let drawn = block.d().iter().take(size);
                d.extend(drawn.map(|d| f64::from(*d)));
                let zero = kernel.d.of(0.0);
                zeros += d[d.len() - size..]
                    .iter()
                    .filter(|d| (*d - zero).abs() < 1e-6)
                    .count();
            }
            let sums = accumulator.finish();
            assert_eq!(sums.zeros, zeros as u64, "{fragment}");
            for (moments, values) in [(sums.x, x), (sums.d, d)] {
                assert_eq!(moments.count(), values.len() as u64);
                let measured = [
                    moments.mean(),
                    moments.sample_variance(),
                    moments.skewness(),
                    moments.excess_kurtosis(),
                ];
                for (measured, naive) in measured.into_iter().zip(naive(&values)) {
                    let measured = measured.expect("there are more than two values");
                    // The lanes' f32 sums of 64 values each are off by some 10⁻⁶.
                    assert!(
                        (measured - naive).abs() < 1e-5 * (1.0 + naive.abs()),
                        "{fragment}: {measured} {naive}"
                    );
                }
            }
        }
    }
}
