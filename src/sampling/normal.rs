//! Normal variates from random words, four lanes at a time.
//!
//! # Precision
//! A variate is off by less than 10⁻⁶ of its radius. The sine's error, the largest, is as often to the one
//! side as to the other, so that the variance of the variates is 1 to 10⁻⁷.

use std::f32::consts::LN_2;
use std::hint::black_box;

use wide::bytemuck::cast;
use wide::{f32x4, i32x4, u32x4};

use super::generator::LaneGenerator;
use super::kernel::VECTORS;

/// The constants of the transform, in every lane.
#[derive(Debug)]
struct Constants {
    sign_bit: u32x4,
    half_a_step: f32x4,
    one: f32x4,
    /// The bits of √½ of the largest magnitude.
    least_mantissa: i32x4,
    exponent_bits: i32x4,
    minus_two_ln_two: f32x4,
    /// -2 ln m = s·(c₀ + c₁ s² + c₂ s⁴) for s = (m-1)/(m+1): off by 1.2·10⁻⁷ relative.
    logarithm: [f32x4; 3],
    unit: f32x4,
    /// sin πt/2 = t·(c₀ + c₁ t² + …): off by less than 6·10⁻⁷.
    sine: [f32x4; 4],
    /// cos πt/2 = c₀ + c₁ t² + …: off by less than 5·10⁻⁸.
    cosine: [f32x4; 5],
}

/// 2³¹, the largest magnitude of a word that is read as a signed integer.
const LARGEST: f32 = 2_147_483_648.0;

static CONSTANTS: Constants = Constants {
    sign_bit: u32x4::splat(1 << 31),
    half_a_step: f32x4::splat(0.25),
    one: f32x4::splat(LARGEST),
    least_mantissa: i32x4::splat(0x3f35_04f3 + (31 << 23)),
    exponent_bits: i32x4::splat(-1 << 23),
    minus_two_ln_two: f32x4::splat(-2.0 * LN_2),
    logarithm: [
        f32x4::splat(-4.000_000_5),
        f32x4::splat(-1.333_044_5),
        f32x4::splat(-0.825_927_44),
    ],
    unit: f32x4::splat(1.0 / LARGEST),
    sine: [
        f32x4::splat(1.570_791),
        f32x4::splat(-0.645_892_86),
        f32x4::splat(0.079_434_34),
        f32x4::splat(-0.004_333_1),
    ],
    cosine: [
        f32x4::splat(0.999_999_94),
        f32x4::splat(-1.233_698_2),
        f32x4::splat(0.253_650_76),
        f32x4::splat(-0.020_810_628),
        f32x4::splat(0.000_858_190_6),
    ],
};

/// Fills `values` with independent N(0, 1) variates by the transform of Box and Muller (1958); each two
/// neighbouring vectors come from the same two words.
///
/// The radius is √(-2 ln u), with u from the magnitude of the first word, so u ≥ 2⁻³³ and tails reach
/// 6.7 σ. The angle is one of [-π/2, π/2], from the second word, and the sign of the cosine is the first
/// word's.
///
/// In three short loops, each of which a processor runs several turns of at once: in a single one, what
/// waits for the division and the root leaves no room for the next turn.
pub(crate) fn fill(generator: &mut LaneGenerator, values: &mut [f32x4; VECTORS]) {
    for word in &mut *values {
        *word = cast(generator.next());
    }
    transform(values);
}

/// Makes variates of words.
fn transform(values: &mut [f32x4; VECTORS]) {
    // A browser makes a constant anew in each turn of the loop, by three instructions. One that it
    // can't know for a constant is loaded by one.
    let constants = black_box(&CONSTANTS);
    for pair in 0..VECTORS / 2 {
        values[2 * pair] = signed_radius(cast(values[2 * pair]), constants);
    }
    for pair in 0..VECTORS / 2 {
        let [radius, angle_word] = [values[2 * pair], values[2 * pair + 1]];
        let [sine, cosine] = unit_vector(cast(angle_word), constants);
        let magnitude: f32x4 = cast(cast::<f32x4, u32x4>(radius) & !constants.sign_bit);
        values[2 * pair] = magnitude * sine;
        values[2 * pair + 1] = radius * cosine;
    }
}

// What follows is inlined at any optimisation level: a call would put everything through memory.

/// √(-2 ln u), with the sign of the word.
#[inline(always)]
fn signed_radius(word: u32x4, constants: &Constants) -> f32x4 {
    let sign = word & constants.sign_bit;
    let magnitude = f32x4::from_i32x4(cast(word ^ sign)) + constants.half_a_step;
    let radius = minus_two_ln(magnitude, constants).sqrt();
    cast(cast::<f32x4, u32x4>(radius) ^ sign)
}

/// The sine and the cosine of the angle.
#[inline(always)]
fn unit_vector(word: u32x4, constants: &Constants) -> [f32x4; 2] {
    let t = f32x4::from_i32x4(cast(word)) * constants.unit;
    let square = t * t;
    let [s0, s1, s2, s3] = constants.sine;
    let sine = t * (((s3 * square + s2) * square + s1) * square + s0);
    let [c0, c1, c2, c3, c4] = constants.cosine;
    let cosine = (((c4 * square + c3) * square + c2) * square + c1) * square + c0;
    [sine, cosine]
}

/// -2 ln (magnitude/2³¹) for magnitudes above 0, up to 2³¹, where it is 0, and never less: the magnitude
/// is 2^e·m with m in [√½, √2)·2³¹, and ln m is twice the artanh of s = (m-1)/(m+1).
#[inline(always)]
fn minus_two_ln(magnitude: f32x4, constants: &Constants) -> f32x4 {
    let bits: i32x4 = cast(magnitude);
    let above = bits - constants.least_mantissa;
    let exponent = f32x4::from_i32x4(above >> 23);
    let m: f32x4 = cast(bits - (above & constants.exponent_bits));
    let s = (m - constants.one) / (m + constants.one);
    let square = s * s;
    let [c0, c1, c2] = constants.logarithm;
    exponent * constants.minus_two_ln_two + s * ((c2 * square + c1) * square + c0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Seed;

    fn normals([radius, angle]: [u32x4; 2]) -> [[f32; 4]; 2] {
        let mut values = [f32x4::ZERO; VECTORS];
        [values[VECTORS - 2], values[VECTORS - 1]] = [cast(radius), cast(angle)];
        transform(&mut values);
        [values[VECTORS - 2], values[VECTORS - 1]].map(f32x4::to_array)
    }

    /// The transform in f64, from its definition.
    fn normals_in_f64(radius_word: u32, angle_word: u32) -> [f64; 2] {
        // The words become f32 first, as in the kernel: the transform begins there.
        #[expect(clippy::cast_precision_loss, reason = "as in the kernel")]
        let [magnitude, angle] = [
            (radius_word & !(1 << 31)) as f32 + 0.25,
            angle_word.cast_signed() as f32,
        ];
        let [u, angle] = [magnitude, angle].map(|it| f64::from(it / LARGEST));
        let radius = (-2.0 * u.ln()).sqrt();
        let (sine, cosine) = (angle * std::f64::consts::FRAC_PI_2).sin_cos();
        let sign = if radius_word >> 31 == 0 { 1.0 } else { -1.0 };
        [radius * sine, sign * radius * cosine]
    }

    #[test]
    fn normal_variates_are_those_of_box_and_muller() {
        let edges = [
            0,
            0x7fff_ffff,
            0x7fff_ff00,
            0x5a82_799a,
            0x8000_0000,
            0xffff_ffff,
        ];
        let edges = edges.into_iter().flat_map(|radius| {
            let angles = [0, 1, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
            angles.map(|angle| [u32x4::splat(radius), u32x4::splat(angle)])
        });
        let mut generator = LaneGenerator::new(Seed(1), 0);
        let random = std::iter::repeat_with(|| [0; 2].map(|_| generator.next()));
        let (mut worst, mut bias, mut count) = (0.0_f64, 0.0, 0.0);
        for [radius, angle] in edges.chain(random.take(250_000)) {
            let [a, b] = normals([radius, angle]);
            for lane in 0..4 {
                let expected = normals_in_f64(radius.to_array()[lane], angle.to_array()[lane]);
                // Near 0 the radius is √ of what f32 rounds, so that only an absolute bound is possible.
                let radius = f64::hypot(expected[0], expected[1]).max(0.1);
                for (value, expected) in [a[lane], b[lane]].into_iter().zip(expected) {
                    let value = f64::from(value);
                    worst = worst.max((value - expected).abs() / radius);
                    bias += value * value - expected * expected;
                    count += 1.0;
                }
            }
        }
        // The bounds that the module's documentation states.
        assert!(worst < 1e-6, "{worst:e}");
        assert!((bias / count).abs() < 1e-7, "{:e}", bias / count);
    }

    #[test]
    fn tails_reach_beyond_six_sigma() {
        let [_, [farthest, ..]] = normals([u32x4::splat(0), u32x4::splat(0)]);
        assert!(farthest > 6.7, "{farthest}");
    }
}
