//! Mean and variance, numerically stable and mergeable.

/// Running moments of the values seen so far.
///
/// Holds the mean and the sum of the squared deviations from it, and updates them by the formulas of
/// Welford (1962) and of Chan, Golub and LeVeque (1979). Sums of raw powers would be faster and lose all
/// digits where the mean is large against the spread.
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
    /// Σ (x - mean)².
    squares: f64,
}

impl RunningMoments {
    /// The moments of `count` values from their sum and that of their squares.
    ///
    /// # Precision
    /// Made for values that lie around 0, such as standardised ones: subtracting the mean then
    /// costs no digits.
    pub(super) fn from_power_sums(count: u64, sum: f64, squares: f64) -> Self {
        if count == 0 {
            return Self::default();
        }
        let mean = sum / as_f64(count);
        Self {
            count,
            mean,
            squares: squares - sum * mean,
        }
    }

    /// The moments of `count` values that are all the same.
    pub(super) fn of_equal(count: u64, value: f64) -> Self {
        Self {
            count,
            mean: value,
            squares: 0.0,
        }
    }

    /// The moments of scale · x + offset.
    pub(super) fn scaled(&self, scale: f64, offset: f64) -> Self {
        Self {
            count: self.count,
            mean: scale * self.mean + offset,
            squares: scale * scale * self.squares,
        }
    }

    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        self.merge(&Self::of_equal(1, value));
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
        let (ours, theirs) = (as_f64(self.count), as_f64(other.count));
        let delta = other.mean - self.mean;
        let share = theirs / (ours + theirs);
        self.count += other.count;
        self.mean += delta * share;
        self.squares += other.squares + delta * delta * share * ours;
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
        (self.count > 1).then(|| self.squares.max(0.0) / as_f64(self.count - 1))
    }

    /// The square root of the sample variance, as `torch.std` has it; `None` of fewer than two
    /// values.
    #[must_use]
    pub fn sample_standard_deviation(&self) -> Option<f64> {
        self.sample_variance().map(f64::sqrt)
    }

    pub(super) fn to_numbers(self) -> [f64; 3] {
        [as_f64(self.count), self.mean, self.squares]
    }

    pub(super) fn from_numbers([count, mean, squares]: [f64; 3]) -> Self {
        Self {
            count: as_u64(count),
            mean,
            squares,
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
        let [sum, squares] = [1, 2].map(|k| values.iter().map(|v: &f64| v.powi(k)).sum());
        let (a, b) = (
            RunningMoments::from_power_sums(5, sum, squares),
            of(&values),
        );
        for (a, b) in a.to_numbers().into_iter().zip(b.to_numbers()) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
        let none = RunningMoments::from_power_sums(0, 0.0, 0.0);
        assert_eq!(none, RunningMoments::default());
    }

    #[test]
    fn numbers_carry_everything() {
        let moments = of(&[1.0, 2.0, 4.0, 8.5]);
        assert_eq!(RunningMoments::from_numbers(moments.to_numbers()), moments);
    }
}
