//! The density of the reader's own data: their histogram, and what a rule makes of it.

use std::sync::Arc;

use super::input::{normal_density, normal_probability};
use crate::settings::Data;

/// `keep` times the distribution of (scale·x + offset)·g, g ~ N(1, v²), without the x that are
/// exactly 0.
///
/// Under a mask, v = 0, each bin of the histogram is a step. With noise it counts as a normal of
/// the mean and variance that it has then: a histogram does not say more than that.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Steps {
    pub(super) data: Arc<Data>,
    pub(super) keep: f64,
    pub(super) scale: f64,
    pub(super) offset: f64,
    pub(super) v: f64,
}

impl Steps {
    pub(super) fn density(&self, t: f64) -> f64 {
        if self.v == 0.0 {
            let bin = self.bin(t).floor();
            let share = self.index(bin).and_then(|index| self.data.bins.get(index));
            // The last bin ends with its edge.
            let share = share.or(self
                .data
                .bins
                .last()
                .filter(|_| t == self.edge(self.bins())));
            return self.keep * share.copied().unwrap_or(0.0) / (self.scale * self.width());
        }
        self.sum(|mean, std, share| share * normal_density((t - mean) / std) / std)
    }

    pub(super) fn up_to(&self, t: f64) -> f64 {
        if self.v == 0.0 {
            let bin = self.bin(t).clamp(0.0, self.bins());
            let whole = self.index(bin.floor()).unwrap_or(0);
            let (below, rest) = self.data.bins.split_at(whole);
            let part = rest.first().map_or(0.0, |share| share * bin.fract());
            return self.keep * (below.iter().sum::<f64>() + part);
        }
        self.sum(|mean, std, share| share * normal_probability((t - mean) / std))
    }

    /// The edges of the bins, where the density jumps; none with noise.
    pub(super) fn edges(&self) -> Vec<f64> {
        let count = if self.v == 0.0 {
            self.data.bins.len() + 1
        } else {
            0
        };
        (0..count).map(|index| self.edge(index as f64)).collect()
    }

    fn bins(&self) -> f64 {
        self.data.bins.len() as f64
    }

    fn width(&self) -> f64 {
        (self.data.high - self.data.low) / self.bins()
    }

    fn edge(&self, index: f64) -> f64 {
        self.scale * (self.data.low + self.width() * index) + self.offset
    }

    /// How many bins lie below `t`, and what part of one.
    fn bin(&self, t: f64) -> f64 {
        ((t - self.offset) / self.scale - self.data.low) / self.width()
    }

    fn index(&self, bin: f64) -> Option<usize> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number that is not negative; the cast saturates"
        )]
        (bin >= 0.0).then_some(bin as usize)
    }

    fn sum(&self, term: impl Fn(f64, f64, f64) -> f64) -> f64 {
        let (noise, width) = (self.v * self.v, self.width());
        let spread = width * width / 12.0;
        let terms = (0_u32..).zip(&self.data.bins).map(|(index, share)| {
            let mean = self.data.low + width * (f64::from(index) + 0.5);
            let variance = noise * (mean * mean + spread) + spread;
            term(mean, variance.sqrt(), *share)
        });
        terms.sum()
    }
}
