//! A fine lattice on the line: where a value of x lies, and how probable that is.

use std::ops::Range;

use super::distributions::normal_below;

/// Bins of equal width between -8 and 8, the first and the last of them unbounded, and 32 cells of
/// nearly equal probability that are made of bins.
///
/// The edges are multiples of 2⁻¹³, so that sorting an f32 into its bin is exact. A bin holds at most
/// 4.9·10⁻⁵ of the probability.
#[derive(Debug)]
pub(crate) struct Lattice {
    /// Φ, and 1 - Φ, at the lower edge of each bin, and at the upper edge of the last.
    below: Vec<f64>,
    above: Vec<f64>,
    cell: Vec<u8>,
}

impl Lattice {
    /// How many bins there are.
    pub(crate) const BINS: usize = 16 * Self::BINS_A_SIGMA;
    /// How many cells there are.
    pub(crate) const CELLS: usize = 32;

    const BINS_A_SIGMA: usize = 1 << 13;
    const MIDDLE: usize = Self::BINS / 2;

    pub(crate) fn new() -> Self {
        let inner = (1..Self::BINS).map(Self::value);
        let below: Vec<_> = [f64::NEG_INFINITY]
            .into_iter()
            .chain(inner)
            .chain([f64::INFINITY])
            .map(normal_below)
            .collect();
        let above = below.iter().rev().copied().collect();
        let cell = below[..Self::BINS]
            .iter()
            .map(|below| u8::try_from(floor(below * Self::CELLS as f64)).unwrap_or(u8::MAX))
            .collect();
        Self { below, above, cell }
    }

    /// The bin of a value.
    #[inline]
    pub(crate) fn bin(x: f32) -> usize {
        let position = f64::from(x) * Self::BINS_A_SIGMA as f64 + Self::MIDDLE as f64;
        floor(position).min(Self::BINS - 1)
    }

    /// The bin whose lower edge is `sigmas`, a multiple of the bins' width.
    pub(crate) fn bin_from(sigmas: f64) -> usize {
        floor((sigmas + 8.0) * Self::BINS_A_SIGMA as f64)
    }

    /// The lower edge of a bin.
    pub(crate) fn value(bin: usize) -> f64 {
        (bin as f64 - Self::MIDDLE as f64) / Self::BINS_A_SIGMA as f64
    }

    /// The cell of a bin.
    #[inline]
    pub(crate) fn cell(&self, bin: usize) -> u8 {
        self.cell[bin]
    }

    /// Φ at the lower edge of a bin.
    pub(crate) fn below(&self, bin: usize) -> f64 {
        self.below[bin]
    }

    /// 1 - Φ at the lower edge of a bin.
    pub(crate) fn above(&self, bin: usize) -> f64 {
        self.above[bin]
    }

    /// The probability of some bins, without cancellation in either tail.
    pub(crate) fn probability(&self, bins: &Range<usize>) -> f64 {
        if bins.start < Self::MIDDLE {
            self.below[bins.end] - self.below[bins.start]
        } else {
            self.above[bins.start] - self.above[bins.end]
        }
    }
}

/// ⌊x⌋, and 0 for what is below 0 or no number.
#[inline]
fn floor(x: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float's cast saturates, and rounds towards 0"
    )]
    let floor = x as usize;
    floor
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn values_lie_in_their_bins() {
        let lattice = Lattice::new();
        for x in [-7.9, -4.0, -0.3, -1e-7, 0.0, 1e-30, 0.125, 1.999_999_9, 6.7] {
            let bin = Lattice::bin(x);
            let edges = Lattice::value(bin)..Lattice::value(bin + 1);
            assert!(edges.contains(&f64::from(x)), "{x}: {edges:?}");
        }
        for x in [f32::NEG_INFINITY, -1e9, -8.0, f32::NAN] {
            assert_eq!(Lattice::bin(x), 0);
        }
        assert_eq!(Lattice::bin(1e9), Lattice::BINS - 1);
        assert_eq!(Lattice::bin_from(4.0), Lattice::bin(4.0));
        assert_eq!(lattice.cell(Lattice::bin(-9.0)), 0);
        assert_eq!(lattice.cell(Lattice::bin(0.0)), 16);
        assert_eq!(lattice.cell(Lattice::bin(9.0)), 31);
    }

    #[test]
    fn probabilities_add_up() {
        let lattice = Lattice::new();
        let sum: f64 = (0..Lattice::BINS)
            .map(|bin| lattice.probability(&(bin..bin + 1)))
            .sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        let beyond = Lattice::bin_from(6.0)..Lattice::BINS;
        assert!((lattice.probability(&beyond) / 9.865_876e-10 - 1.0).abs() < 1e-6);
        assert!((0..Lattice::BINS).all(|bin| lattice.probability(&(bin..bin + 1)) < 4.9e-5));
    }
}
