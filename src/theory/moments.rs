//! The first four moments of a distribution.

/// The mean and the second to fourth central moments, E[(x - E x)ᵏ].
///
/// ```
/// use dropout_moments::theory::Moments;
///
/// let coin = Moments { mean: 0.5, variance: 0.25, third_central: 0.0, fourth_central: 0.0625 };
/// assert_eq!(coin.standard_deviation(), 0.5);
/// assert_eq!(coin.second_moment(), 0.5);
/// assert_eq!(coin.excess_kurtosis(), Some(-2.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// E x.
    pub mean: f64,
    /// σ² = E[(x - E x)²].
    pub variance: f64,
    /// E[(x - E x)³].
    pub third_central: f64,
    /// E[(x - E x)⁴].
    pub fourth_central: f64,
}

impl Moments {
    /// The moments of a constant.
    pub(super) fn constant(mean: f64) -> Self {
        Self {
            mean,
            variance: 0.0,
            third_central: 0.0,
            fourth_central: 0.0,
        }
    }

    /// The standard deviation σ.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    /// This standard deviation over that of `other`; `None` where that is 0.
    pub(super) fn standard_deviation_ratio(&self, other: &Self) -> Option<f64> {
        (other.variance > 0.0).then(|| (self.variance / other.variance).sqrt())
    }

    /// E x² = σ² + (E x)², the square of the RMS.
    #[must_use]
    pub fn second_moment(&self) -> f64 {
        self.variance + self.mean * self.mean
    }

    /// E[((x - E x)/σ)³]; `None` where the variance is 0.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        (self.variance > 0.0)
            .then(|| self.third_central / self.variance / self.standard_deviation())
    }

    /// E[((x - E x)/σ)⁴] - 3, which is 0 for a normal distribution; `None` where the variance is 0.
    #[must_use]
    pub fn excess_kurtosis(&self) -> Option<f64> {
        self.kurtosis().map(|kurtosis| kurtosis - 3.0)
    }

    /// κ = E[((x - E x)/σ)⁴]; `None` where the variance is 0.
    pub(super) fn kurtosis(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| self.fourth_central / self.variance / self.variance)
    }
}
