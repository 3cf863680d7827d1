//! Quantities that can't be out of their range.

use std::fmt;

use super::Notation;
use super::number::{self, shortest};

/// A value that was refused, and what would be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllowed(String);

impl NotAllowed {
    pub(super) fn one_of(what: &str, names: &[&str]) -> Self {
        Self(format!("{what} must be one of {}", names.join(", ")))
    }

    pub(super) fn no_data() -> Self {
        Self("data of your own have to be given first, since no link holds them".to_owned())
    }

    pub(super) fn must_be(what: &str, range: &str) -> Self {
        Self(format!("{what} must be {range}"))
    }
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotAllowed {}

/// The probability p that a unit is dropped: 0 ≤ p < 1.
///
/// At p = 1 nothing is left and 1/(1-p) is infinite, so it is not allowed.
///
/// ```
/// use dropout_moments::settings::DropProbability;
///
/// let p = DropProbability::new(0.25)?;
/// assert_eq!(p.get(), 0.25);
/// assert_eq!(p.keep(), 0.75);
/// assert!(DropProbability::new(1.0).is_err());
/// assert!(DropProbability::new(f64::NAN).is_err());
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DropProbability(f64);

impl DropProbability {
    /// 0: everything is kept.
    pub const NOTHING: Self = Self(0.0);

    /// Checks `p`.
    ///
    /// # Errors
    /// Unless 0 ≤ p < 1.
    pub fn new(p: f64) -> Result<Self, NotAllowed> {
        if (0.0..1.0).contains(&p) {
            // Adding 0 turns -0 into 0, whose text would be another.
            Ok(Self(p + 0.0))
        } else {
            Err(NotAllowed::must_be("p", "at least 0 and less than 1"))
        }
    }

    /// Checks a probability to keep.
    ///
    /// # Errors
    /// Unless it is more than 0 and at most 1.
    pub fn from_keep(keep: f64) -> Result<Self, NotAllowed> {
        Self::new(complement(keep))
            .map_err(|_| NotAllowed::must_be("p", "more than 0 and at most 1"))
    }

    /// The probability that the notation calls p.
    #[must_use]
    pub fn shown(self, notation: Notation) -> f64 {
        notation.of(self.0)
    }

    /// The probability p to drop.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The probability q = 1-p to keep.
    #[must_use]
    pub fn keep(self) -> f64 {
        1.0 - self.0
    }
}

impl Notation {
    /// What this notation calls p where the probability to drop is `drop`.
    #[must_use]
    pub fn of(self, drop: f64) -> f64 {
        match self {
            Self::Drop => drop,
            Self::Keep => complement(drop),
        }
    }

    /// The other probability, as text; 1 where the text says no number.
    #[must_use]
    pub fn complement(probability: &str) -> String {
        shortest(complement(number::parse(probability).unwrap_or(0.0)))
    }
}

/// 1-p to 15 decimals: what a person would write for a p of so many decimals, so that 0.3 and 0.7 are
/// each other's complement to the last bit.
fn complement(p: f64) -> f64 {
    const DECIMALS: f64 = 1e15;
    ((1.0 - p) * DECIMALS).round() / DECIMALS
}

/// The default is 0.3 and not 0.5, where 1/p = 1/(1-p) hides the commonest mistake.
impl Default for DropProbability {
    fn default() -> Self {
        Self(0.3)
    }
}

/// The mean μ of the input: -10 ≤ μ ≤ 10.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct InputMean(f64);

impl InputMean {
    /// Checks `mean`.
    ///
    /// # Errors
    /// Unless -10 ≤ μ ≤ 10.
    pub fn new(mean: f64) -> Result<Self, NotAllowed> {
        if (-10.0..=10.0).contains(&mean) {
            Ok(Self(mean + 0.0))
        } else {
            Err(NotAllowed::must_be("the mean μ", "from -10 to 10"))
        }
    }

    /// The mean.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The standard deviation σ of the input: 0 ≤ σ ≤ 10.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputStandardDeviation(f64);

impl InputStandardDeviation {
    /// Checks `standard_deviation`.
    ///
    /// # Errors
    /// Unless 0 ≤ σ ≤ 10.
    pub fn new(standard_deviation: f64) -> Result<Self, NotAllowed> {
        if (0.0..=10.0).contains(&standard_deviation) {
            Ok(Self(standard_deviation + 0.0))
        } else {
            Err(NotAllowed::must_be("the std σ", "from 0 to 10"))
        }
    }

    /// The standard deviation.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for InputStandardDeviation {
    fn default() -> Self {
        Self(1.0)
    }
}

/// How many samples the experiment draws: a whole number from 100 to 10¹⁰.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleCount(u64);

impl SampleCount {
    /// The size at which the forum thread ran the experiment: 10 000 × 10 000.
    pub const FORUM: Self = Self(100_000_000);

    const SMALLEST: u64 = 100;
    const LARGEST: u64 = 10_000_000_000;

    /// Checks `count`.
    ///
    /// # Errors
    /// Unless 100 ≤ n ≤ 10¹⁰.
    pub fn new(count: u64) -> Result<Self, NotAllowed> {
        if (Self::SMALLEST..=Self::LARGEST).contains(&count) {
            Ok(Self(count))
        } else {
            Err(Self::not_allowed())
        }
    }

    /// Checks a count that was written as any number, such as `1e8`.
    ///
    /// # Errors
    /// Unless it is a whole number with 100 ≤ n ≤ 10¹⁰.
    pub fn from_f64(count: f64) -> Result<Self, NotAllowed> {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "both limits and every whole number between them are exact in f64"
        )]
        if (Self::SMALLEST as f64..=Self::LARGEST as f64).contains(&count) && count.fract() == 0.0 {
            Ok(Self(count as u64))
        } else {
            Err(Self::not_allowed())
        }
    }

    /// The count.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    fn not_allowed() -> NotAllowed {
        NotAllowed::must_be("n", "a whole number from 100 to 10000000000")
    }
}

impl Default for SampleCount {
    fn default() -> Self {
        Self(1_000_000)
    }
}

/// How many units a layer has: a whole number from 1 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitCount(u32);

impl UnitCount {
    /// Checks `count`.
    ///
    /// # Errors
    /// Unless it is a whole number from 1 to 10 000.
    pub fn from_f64(count: f64) -> Result<Self, NotAllowed> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 1 to 10 000"
        )]
        if (1.0..=10_000.0).contains(&count) && count.fract() == 0.0 {
            Ok(Self(count as u32))
        } else {
            Err(NotAllowed::must_be(
                "the number of units",
                "a whole number from 1 to 10000",
            ))
        }
    }

    /// The count.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// As many as the forum thread's example has.
impl Default for UnitCount {
    fn default() -> Self {
        Self(100)
    }
}

/// The experiment's seed: any whole number below 2⁶⁴. The same seed gives the same samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl std::str::FromStr for Seed {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        text.parse().map(Self).map_err(|_| {
            NotAllowed::must_be("the seed", "a whole number from 0 to 18446744073709551615")
        })
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
