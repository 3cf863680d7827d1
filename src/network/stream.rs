//! The random numbers of a training: a stream for each purpose and epoch, so that nothing but the
//! seed and the epoch's number decides what is drawn.

use wide::bytemuck::cast_slice;
use wide::f32x4;

use crate::sampling::{LaneGenerator, VECTORS, fill_normals};
use crate::settings::Seed;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The weights at the start.
    Start,
    /// The order of the images.
    Order,
    /// The masks and the noise of training.
    Noise,
    /// The masks and the noise of measuring in training mode.
    Measuring,
    /// A mask or noise that all images share.
    Sharing,
    /// A generated data set.
    Data,
}

/// Random numbers for one purpose.
#[derive(Debug, Clone)]
pub(super) struct Stream(LaneGenerator);

impl Stream {
    pub(super) fn new(seed: Seed, purpose: Purpose, index: u32) -> Self {
        let salt: u64 = match purpose {
            Purpose::Start => 0xa076_1d64_78bd_642f,
            Purpose::Order => 0xe703_7ed1_a0b4_28db,
            Purpose::Noise => 0x8ebc_6af0_9c88_c6e3,
            Purpose::Measuring => 0x5899_65cc_7537_4cc3,
            Purpose::Sharing => 0xeb44_acca_b455_d165,
            Purpose::Data => 0x1d8e_4e27_c47d_124f,
        };
        Self(LaneGenerator::new(Seed(seed.0 ^ salt), u64::from(index)))
    }

    /// For each unit whether it is kept, four at a time.
    pub(super) fn keep(&mut self, threshold: u32) -> [bool; 4] {
        self.0.next().to_array().map(|word| word >= threshold)
    }

    /// Fills `values` with independent N(0, 1) variates.
    pub(super) fn normals(&mut self, values: &mut [f32]) {
        let mut block = [f32x4::ZERO; VECTORS];
        for values in values.chunks_mut(4 * VECTORS) {
            fill_normals(&mut self.0, &mut block);
            values.copy_from_slice(&cast_slice(&block)[..values.len()]);
        }
    }

    /// A random order (Fisher and Yates 1938).
    pub(super) fn shuffle(&mut self, items: &mut [usize]) {
        for index in (1..items.len()).rev() {
            let [word, ..] = self.0.next().to_array();
            // The upper half of the product is below index + 1.
            let other = (u64::from(word) * (index as u64 + 1)) >> 32;
            items.swap(index, usize::try_from(other).unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_epochs_have_streams_of_their_own() {
        let mut starts = Vec::new();
        let purposes = [
            Purpose::Start,
            Purpose::Order,
            Purpose::Noise,
            Purpose::Measuring,
            Purpose::Sharing,
            Purpose::Data,
        ];
        for purpose in purposes {
            for index in 0..3 {
                let mut values = [0.0; 3];
                Stream::new(Seed(1), purpose, index).normals(&mut values);
                starts.push(values);
            }
        }
        for (index, start) in starts.iter().enumerate() {
            assert!(!starts[..index].contains(start));
        }
    }

    #[test]
    fn a_shuffle_keeps_all_items_and_moves_most() {
        let mut items: Vec<_> = (0..1000).collect();
        Stream::new(Seed(1), Purpose::Order, 0).shuffle(&mut items);
        let fixed = (0..1000).filter(|&index| items[index] == index).count();
        assert!(
            fixed < 8,
            "{fixed} of 1000 items stay, where one is expected"
        );
        items.sort_unstable();
        assert!(items.into_iter().eq(0..1000));
    }
}
