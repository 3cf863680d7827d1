//! The kernel's random words: four independent streams side by side.

use rand::SeedableRng;
use rand::rand_core::Rng;
use rand::rngs::Xoshiro256PlusPlus;
use wide::u32x4;

use crate::settings::Seed;

/// Four xoshiro128+ generators (Blackman and Vigna 2019), one a SIMD lane.
///
/// It is the variant that its authors recommend for floating-point numbers, and the fastest. Its
/// lowest four bits are linear sequences, which no statistic of a transformed variate can see; the
/// kernel takes single bits from higher up.
#[derive(Debug, Clone)]
pub(crate) struct LaneGenerator {
    state: [u32x4; 4],
}

impl LaneGenerator {
    /// The streams of one chunk of one seed.
    ///
    /// A xoshiro256++ seeded with the sum of a key made from `seed` and the chunk's number fills
    /// the four states. Within a seed, distinct chunks so have distinct states by construction.
    /// That two of the 4·10⁴ streams of 10¹⁰ samples overlap in the period of 2¹²⁸ has a
    /// probability below 10⁻²³.
    pub(crate) fn new(seed: Seed, chunk: u64) -> Self {
        let key = Xoshiro256PlusPlus::seed_from_u64(seed.0).next_u64();
        let mut words = Xoshiro256PlusPlus::seed_from_u64(key.wrapping_add(chunk));
        let mut lanes = || u32x4::new(std::array::from_fn(|_| words.next_u32()));
        Self {
            state: std::array::from_fn(|_| lanes()),
        }
    }

    /// The next 32 uniform bits of each lane.
    // At any optimisation level: a call in the kernel's loops would put the state through memory.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> u32x4 {
        let [a, b, c, d] = &mut self.state;
        let word = *a + *d;
        let shifted = *b << 9;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = (*d << 11) | (*d >> 21);
        word
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro128Plus;

    use super::*;

    #[test]
    fn each_lane_is_the_xoshiro128_plus_of_rand_xoshiro() {
        let mut lanes = LaneGenerator::new(Seed(7), 3);
        let states = lanes.state.map(u32x4::to_array);
        let mut scalar: [_; 4] = std::array::from_fn(|lane| {
            let mut seed = [0; 16];
            for (bytes, words) in seed.chunks_exact_mut(4).zip(states) {
                bytes.copy_from_slice(&words[lane].to_le_bytes());
            }
            Xoshiro128Plus::from_seed(seed)
        });
        for _ in 0..1000 {
            let expected: [u32; 4] = std::array::from_fn(|lane| scalar[lane].next_u32());
            assert_eq!(lanes.next().to_array(), expected);
        }
    }

    #[test]
    fn neighbouring_chunks_and_seeds_start_differently() {
        let first = |seed, chunk| LaneGenerator::new(Seed(seed), chunk).next().to_array();
        let starts = [
            first(1, 0),
            first(1, 1),
            first(2, 0),
            first(0, 0),
            first(0, 1),
        ];
        for (index, start) in starts.iter().enumerate() {
            assert!(!starts[..index].contains(start));
        }
    }
}
