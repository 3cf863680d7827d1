//! Is a unit dropped at the right rate, and whatever the others and its own x are?

use super::distributions::{chi_square, normal_two_sided};
use super::lattice::Lattice;
use super::verdict::PValue;

/// One sample as a pair of a cell of x and a decision: 2·cell + dropped.
pub(crate) type Code = u8;

/// How many codes there are.
pub(crate) const CODES: usize = 2 * Lattice::CELLS;

/// The counts of masks, alone, eight in a row, and with x.
#[derive(Debug, Clone)]
pub(crate) struct Masks {
    p: f64,
    /// Of each of the patterns of eight consecutive masks.
    patterns: Vec<u64>,
    codes: Vec<u64>,
}

impl Masks {
    /// Of units to be dropped at the rate `p`.
    pub(crate) fn new(p: f64) -> Self {
        Self {
            p,
            patterns: vec![0; 256],
            codes: vec![0; CODES],
        }
    }

    /// Adds samples, of which there must be a multiple of 8.
    pub(crate) fn add(&mut self, codes: &[Code]) {
        for eight in codes.as_chunks::<8>().0 {
            let mut pattern = 0;
            for code in eight {
                pattern = pattern << 1 | usize::from(code & 1);
                self.codes[usize::from(*code)] += 1;
            }
            self.patterns[pattern] += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let counts = self.patterns.iter_mut().chain(&mut self.codes);
        for (count, more) in counts.zip(other.patterns.iter().chain(&other.codes)) {
            *count += more;
        }
    }

    pub(crate) fn p_values(&self) -> Vec<PValue> {
        vec![
            PValue::new("mask: rate", self.rate()),
            PValue::new("mask: patterns of 8", self.eights()),
            PValue::new("mask and its own x", independence::<2>(&self.codes)),
        ]
    }

    /// The count of dropped units: binomial, and with np(1-p) in the millions normal.
    fn rate(&self) -> f64 {
        let n = self.codes.iter().sum::<u64>() as f64;
        let dropped: u64 = self.codes.iter().skip(1).step_by(2).sum();
        normal_two_sided((dropped as f64 - n * self.p) / (n * self.p * (1.0 - self.p)).sqrt())
    }

    /// χ² of the patterns against independent masks of the rate *found*, so that this says nothing of
    /// the rate: one degree of freedom less.
    fn eights(&self) -> f64 {
        let n = self.patterns.iter().sum::<u64>() as f64;
        let dropped: u64 = self.codes.iter().skip(1).step_by(2).sum();
        let rate = dropped as f64 / (8.0 * n);
        let patterns = self.patterns.iter().zip(0_u32..);
        let statistic = patterns.map(|(count, pattern)| {
            let [ones, zeros] = [pattern.count_ones(), 8 - pattern.count_ones()].map(f64::from);
            let expected = n * rate.powf(ones) * (1.0 - rate).powf(zeros);
            (*count as f64 - expected).powi(2) / expected
        });
        chi_square(statistic.sum(), 254.0)
    }
}

/// The p-value of Pearson's χ² for independence in a table of `COLUMNS` columns, given row by row:
/// against the marginals *found*, so that it says nothing of the marginals.
pub(crate) fn independence<const COLUMNS: usize>(table: &[u64]) -> f64 {
    let rows = table.as_chunks::<COLUMNS>().0;
    let total = table.iter().sum::<u64>() as f64;
    let columns: [u64; COLUMNS] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column]).sum());
    let mut statistic = 0.0;
    for row in rows {
        let row_total = row.iter().sum::<u64>() as f64;
        for (count, column_total) in row.iter().zip(columns) {
            let expected = row_total * column_total as f64 / total;
            statistic += (*count as f64 - expected).powi(2) / expected;
        }
    }
    let degrees = (rows.len() - 1) * (COLUMNS - 1);
    chi_square(statistic, degrees as f64)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// A 2 × 2 table worked by hand: χ² = 100·(30·40 - 10·20)²/(40·60·50·50) = 16.667.
    #[test]
    fn a_small_table_is_tested_as_by_hand() {
        let p = independence::<2>(&[30, 10, 20, 40]);
        let expected = normal_two_sided((100.0_f64 / 6.0).sqrt());
        assert!((p / expected - 1.0).abs() < 1e-9, "{p} {expected}");
        assert!(independence::<2>(&[20, 40, 30, 60]) > 0.999);
    }
}
