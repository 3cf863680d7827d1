//! What is known of the reader's own data.

/// The reader's own data: exact moments, a histogram, and the values where they are at hand.
///
/// They are a distribution that gives each value the same probability, so that its moments are
/// exact, with the divisor n. The values themselves are with those who measure them, the workers;
/// the page has a few to look at, and copies no more than that.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// How many values there are.
    pub count: f64,
    /// E x.
    pub mean: f64,
    /// σ² = E[(x - E x)²].
    pub variance: f64,
    /// E[((x - E x)/σ)ᵏ] for k from 0 to 8; all 0 but the first where σ = 0.
    pub standardised: [f64; 9],
    /// The share of the values that are exactly 0.
    pub zeros: f64,
    /// Where the histogram begins: at the least value, or a few standard deviations below the mean.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// The share of the values in each of its bins, those that are exactly 0 left out; no bins
    /// where σ = 0.
    pub bins: Vec<f64>,
    /// The standardised values, (x - E x)/σ: all of them, or a few, or none.
    pub values: Vec<f32>,
}

impl Data {
    /// All but the values, as numbers.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let mut numbers = vec![self.count, self.mean, self.variance];
        numbers.extend(self.standardised);
        numbers.extend([self.zeros, self.low, self.high]);
        numbers.extend(&self.bins);
        numbers
    }

    /// The data whose [`to_numbers`](Self::to_numbers) these are, with these standardised values;
    /// `None` where there are too few.
    #[must_use]
    pub fn from_numbers(numbers: &[f64], values: Vec<f32>) -> Option<Self> {
        let ([count, mean, variance], numbers) = numbers.split_first_chunk()?;
        let (standardised, numbers) = numbers.split_first_chunk()?;
        let ([zeros, low, high], bins) = numbers.split_first_chunk()?;
        Some(Self {
            count: *count,
            mean: *mean,
            variance: *variance,
            standardised: *standardised,
            zeros: *zeros,
            low: *low,
            high: *high,
            bins: bins.to_vec(),
            values,
        })
    }

    /// The standardised value of exactly 0, which no other value has.
    #[must_use]
    pub fn zero(&self) -> f32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding to f32 is what is wanted"
        )]
        let zero = (-self.mean / self.unit()) as f32;
        zero
    }

    /// What a standardised value is multiplied by: σ, or 1 where that is 0.
    #[must_use]
    pub fn unit(&self) -> f64 {
        if self.variance > 0.0 {
            self.variance.sqrt()
        } else {
            1.0
        }
    }
}
