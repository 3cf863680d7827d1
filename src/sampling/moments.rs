//! Mean and central moments up to the fourth, numerically stable and mergeable.

/// Running moments of the values seen so far.
///
/// Holds the mean and the sums of the powers of the deviations from it, and updates them by the
/// formulas of Pébay (2008, SAND2008-6212, eq. 2.1 and 3.1), which extend those of Welford (1962)
/// and Chan, Golub and LeVeque (1979). Sums of raw powers would be faster and lose all digits
/// where the mean is large against the spread.
///
/// ```
/// use dropout_moments::sampling::RunningMoments;
///
/// let mut moments = RunningMoments::default();
/// for value in [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0] {
///     moments.push(value);
/// }
/// assert_eq!(moments.mean(), Some(1e9 + 10.0));
/// assert_eq!(moments.sample_variance(), Some(30.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RunningMoments {
    count: u64,
    mean: f64,
    /// Σ (x - mean)^k for k = 2, 3, 4.
    deviations: [f64; 3],
}

impl RunningMoments {
    /// The moments of `count` values from the sums of their first four powers.
    ///
    /// # Precision
    /// Made for values that lie around 0, such as standardised ones: subtracting the mean then
    /// costs no digits.
    pub(super) fn from_power_sums(count: u64, sums: [f64; 4]) -> Self {
        if count == 0 {
            return Self::default();
        }
        let n = as_f64(count);
        let [mean, s2, s3, s4] = sums.map(|sum| sum / n);
        let square = mean * mean;
        Self {
            count,
            mean,
            deviations: [
                n * (s2 - square),
                n * (s3 - 3.0 * mean * s2 + 2.0 * mean * square),
                n * (s4 - 4.0 * mean * s3 + 6.0 * square * s2 - 3.0 * square * square),
            ],
        }
    }

    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        self.merge(&Self {
            count: 1,
            mean: value,
            deviations: [0.0; 3],
        });
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (na, nb) = (as_f64(self.count), as_f64(other.count));
        let n = na + nb;
        let delta = other.mean - self.mean;
        let [a2, a3, a4] = self.deviations;
        let [b2, b3, b4] = other.deviations;
        let share = delta / n;
        let cross = delta * share * na * nb;
        self.count += other.count;
        self.mean += share * nb;
        self.deviations = [
            a2 + b2 + cross,
            a3 + b3 + cross * share * (na - nb) + 3.0 * share * (na * b2 - nb * a2),
            a4 + b4
                + cross * share * share * (na * na - na * nb + nb * nb)
                + 6.0 * share * share * (na * na * b2 + nb * nb * a2)
                + 4.0 * share * (na * b3 - nb * a3),
        ];
    }

    /// How many values were seen.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean; `None` of an empty sample.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The unbiased sample variance (divisor n-1, as `torch.var` has it); `None` of fewer than two
    /// values.
    #[must_use]
    pub fn sample_variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.deviations[0].max(0.0) / as_f64(self.count - 1))
    }

    /// The square root of the sample variance, as `torch.std` has it; `None` of fewer than two
    /// values.
    #[must_use]
    pub fn sample_standard_deviation(&self) -> Option<f64> {
        self.sample_variance().map(f64::sqrt)
    }

    /// The skewness of the sample, m₃/m₂^{3/2} with divisor n; `None` where the variance is 0.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        let [d2, d3, _] = self.deviations;
        (d2 > 0.0).then(|| as_f64(self.count).sqrt() * d3 / (d2 * d2.sqrt()))
    }

    /// The excess kurtosis of the sample, m₄/m₂² - 3 with divisor n; `None` where the variance
    /// is 0.
    #[must_use]
    pub fn excess_kurtosis(&self) -> Option<f64> {
        let [d2, _, d4] = self.deviations;
        (d2 > 0.0).then(|| as_f64(self.count) * d4 / (d2 * d2) - 3.0)
    }

    pub(super) fn to_numbers(self) -> [f64; 5] {
        let [d2, d3, d4] = self.deviations;
        [as_f64(self.count), self.mean, d2, d3, d4]
    }

    pub(super) fn from_numbers([count, mean, d2, d3, d4]: [f64; 5]) -> Self {
        Self {
            count: as_u64(count),
            mean,
            deviations: [d2, d3, d4],
        }
    }
}

/// Counts are at most 10¹⁰, so exact in f64.
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

/// The inverse of [`as_f64`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and the count came from a u64"
)]
pub(super) fn as_u64(count: f64) -> u64 {
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> RunningMoments {
        let mut moments = RunningMoments::default();
        for value in values {
            moments.push(*value);
        }
        moments
    }

    #[test]
    fn power_sums_give_what_pushing_gives() {
        let values = [0.5, -1.25, 2.0, 0.0, -0.75];
        let sums = [1, 2, 3, 4].map(|k| values.iter().map(|v: &f64| v.powi(k)).sum());
        let (a, b) = (RunningMoments::from_power_sums(5, sums), of(&values));
        for (a, b) in a.to_numbers().into_iter().zip(b.to_numbers()) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
        let none = RunningMoments::from_power_sums(0, [0.0; 4]);
        assert_eq!(none, RunningMoments::default());
    }

    #[test]
    fn numbers_carry_everything() {
        let moments = of(&[1.0, 2.0, 4.0, 8.5]);
        assert_eq!(RunningMoments::from_numbers(moments.to_numbers()), moments);
    }
}
