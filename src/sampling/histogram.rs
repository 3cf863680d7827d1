//! Counts of a run's values, for the figure that lays them over the exact density.

use super::moments::{as_f64, as_u64};
use crate::settings::{Distribution, DropProbability, Input, Scaling};
use crate::theory::{Exact, Rule};

/// The interval of activations that the density figure shows and a histogram counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Range {
    /// The interval that shows 0 and x whole, and of d what can be shown beside it: a dropped
    /// unit's value and the bulk of the kept ones, but at most three times what x needs.
    #[must_use]
    pub fn of(input: &Input, p: DropProbability, scaling: Scaling) -> Self {
        const X_SPREAD: f64 = 4.4;
        const KEPT_SPREAD: f64 = 2.5;
        const TAIL_MARGIN: f64 = 0.04;
        const ATOM_MARGIN: f64 = 0.3;

        let Exact { x, d, .. } = Exact::new(input, p, scaling);
        let (floor, ceiling) = match (input.distribution, &input.data) {
            (Distribution::Relu, _) => (0.0, f64::INFINITY),
            (Distribution::Custom, Some(data)) => (data.low, data.high),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let x_spread = X_SPREAD * x.standard_deviation();
        let x_low = (x.mean - x_spread).max(floor).min(0.0);
        let x_high = (x.mean + x_spread).min(ceiling).max(0.0);
        let width = x_high - x_low;

        let (center, spread, kept_floor, dropped) = match Rule::new(scaling, p) {
            Rule::Mask {
                scale,
                offset,
                dropped,
            } => (
                scale * x.mean + offset,
                scale * x.standard_deviation(),
                scale * floor + offset,
                dropped,
            ),
            Rule::Gaussian { .. } => (d.mean, d.standard_deviation(), f64::NEG_INFINITY, 0.0),
        };
        let kept_low = (center - KEPT_SPREAD * spread).max(kept_floor);
        let kept_high = center + KEPT_SPREAD * spread;
        let low = x_low.min(dropped).min(kept_low.max(x_low - width));
        let high = x_high.max(dropped).max(kept_high.min(x_high + width));

        // An atom needs room for its stem and label, a tail needs none.
        let width = if high > low { high - low } else { 1.0 };
        let atom = if spread > 0.0 { 0.0 } else { center };
        Self {
            low: (low - TAIL_MARGIN * width).min(atom.min(0.0) - ATOM_MARGIN * width),
            high: (high + TAIL_MARGIN * width).max(atom.max(0.0) + ATOM_MARGIN * width),
        }
    }

    /// The length of the interval.
    #[must_use]
    pub fn width(self) -> f64 {
        self.high - self.low
    }
}

/// How often values fell into equal bins of a [`Range`]. Values at an atom (dropped, or cut off by
/// a ReLU) are left out: they have no density.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    range: Range,
    bins_a_unit: f64,
    /// The bins, between two for what is left out: below the range or at an atom, and above it.
    counts: Vec<u64>,
}

impl Histogram {
    /// The number of bins.
    pub const BINS: usize = 96;

    /// How many numbers carry one.
    pub(super) const NUMBERS: usize = Self::BINS + 2;

    pub(super) fn new(range: Range) -> Self {
        Self {
            range,
            bins_a_unit: Self::BINS as f64 / range.width(),
            counts: vec![0; Self::NUMBERS],
        }
    }

    /// Counts a value; `None` is one at an atom.
    pub(super) fn add(&mut self, value: Option<f64>) {
        let bin = value.map_or(0.0, |value| {
            1.0 + (value - self.range.low) * self.bins_a_unit
        });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "truncation is what finds the bin, and what is out of range ends at its end"
        )]
        let bin = (bin as usize).min(Self::NUMBERS - 1);
        if let Some(count) = self.counts.get_mut(bin) {
            *count += 1;
        }
    }

    /// Counts values whose places among the counts are known.
    pub(super) fn add_at<'a>(&mut self, places: impl Iterator<Item = &'a i32>) {
        for place in places {
            if let Some(count) = self.counts.get_mut(place.unsigned_abs() as usize) {
                *count += 1;
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    pub(super) fn to_numbers(&self) -> impl Iterator<Item = f64> + '_ {
        self.counts.iter().copied().map(as_f64)
    }

    pub(super) fn from_numbers(range: Range, numbers: &[f64]) -> Option<Self> {
        (numbers.len() == Self::NUMBERS).then(|| Self {
            counts: numbers.iter().copied().map(as_u64).collect(),
            ..Self::new(range)
        })
    }

    /// How many values were looked at, those at an atom and those outside of the range included.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The range that the bins divide.
    #[must_use]
    pub fn range(&self) -> Range {
        self.range
    }

    /// The height of each bin, so that it can lie over the continuous part of a density: count /
    /// (samples · width of a bin).
    pub fn heights(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        let unit = self.bins_a_unit / as_f64(self.samples().max(1));
        let bins = self.counts.get(1..=Self::BINS).unwrap_or_default();
        bins.iter().map(move |&count| as_f64(count) * unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 96 bins of ½ from 10 on.
    #[test]
    fn each_value_is_counted_in_its_bin() {
        let (low, high) = (10.0, 58.0);
        let mut histogram = Histogram::new(Range { low, high });
        let values = [10.1, 10.6, 33.2, 57.9, 9.0, -1e300, 58.1, 1e300];
        for value in values.map(Some).into_iter().chain([None]) {
            histogram.add(value);
        }
        let counted = |bin: usize| histogram.counts[bin];
        assert_eq!([1, 2, 47, 96].map(counted), [1; 4]);
        // Below the range or at an atom; above it.
        assert_eq!([0, 97].map(counted), [3, 2]);
        assert_eq!(histogram.samples(), 9);
        let heights: Vec<_> = histogram.heights().collect();
        assert_eq!(heights.len(), 96);
        assert_eq!(heights[46], 2.0 / 9.0);
    }
}
