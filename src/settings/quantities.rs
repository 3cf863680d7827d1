//! Quantities that can't be out of their range.

use std::fmt;

use super::Notation;
use super::number::{self, shortest};

/// A value that was refused, and what would be allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct NotAllowed {
    reason: String,
    nearest: Option<f64>,
}

impl NotAllowed {
    pub(super) fn one_of(what: &str, names: &[&str]) -> Self {
        Self::must_be(what, &format!("one of {}", names.join(", ")))
    }

    pub(super) fn no_data() -> Self {
        Self {
            reason: "data of your own have to be given first, since no link holds them".to_owned(),
            nearest: None,
        }
    }

    pub(super) fn must_be(what: &str, range: &str) -> Self {
        Self {
            reason: format!("{what} must be {range}"),
            nearest: None,
        }
    }

    /// As it is, and with what is nearest to the refused `number` between the limits.
    fn near(self, number: f64, least: f64, most: f64) -> Self {
        let nearest = (!number.is_nan()).then(|| number.max(least).min(most));
        Self { nearest, ..self }
    }

    /// The allowed number that is nearest to the refused one; `None` where that was no number, or a
    /// number that is near to none, such as a seed.
    #[must_use]
    pub fn nearest(&self) -> Option<f64> {
        self.nearest
    }
}

/// Checks that `number` lies between its limits, both of them allowed.
fn between(what: &str, number: f64, least: i32, most: i32) -> Result<f64, NotAllowed> {
    let (low, high) = (f64::from(least), f64::from(most));
    if (low..=high).contains(&number) {
        // Adding 0 turns -0 into 0, whose text would be another.
        Ok(number + 0.0)
    } else {
        let range = format!("from {least} to {most}");
        Err(NotAllowed::must_be(what, &range).near(number, low, high))
    }
}

/// Checks that `number` is a whole one between its limits, both of them allowed.
pub(super) fn whole(what: &str, number: f64, least: u32, most: u32) -> Result<u32, NotAllowed> {
    let (low, high) = (f64::from(least), f64::from(most));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole and within the limits"
    )]
    if (low..=high).contains(&number) && number.fract() == 0.0 {
        Ok(number as u32)
    } else {
        let range = format!("a whole number from {least} to {most}");
        Err(NotAllowed::must_be(what, &range).near(number.round(), low, high))
    }
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for NotAllowed {}

/// The probability p that a unit is dropped: 0 ≤ p < 1.
///
/// At p = 1 nothing is left and 1/(1-p) is infinite, so it is not allowed. No number below 1 is the
/// nearest to it; where one is wanted it is 0.99, the end of the page's slider, at which there still
/// is something to see.
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

    /// What is used in place of 1 and more.
    const LARGEST_SHOWN: f64 = 0.99;

    /// Checks `p`.
    ///
    /// # Errors
    /// Unless 0 ≤ p < 1.
    pub fn new(p: f64) -> Result<Self, NotAllowed> {
        if (0.0..1.0).contains(&p) {
            // As in `between`.
            Ok(Self(p + 0.0))
        } else {
            let reason = NotAllowed::must_be("p", "at least 0 and less than 1");
            Err(reason.near(p, 0.0, Self::LARGEST_SHOWN))
        }
    }

    /// Checks a probability to keep.
    ///
    /// # Errors
    /// Unless it is more than 0 and at most 1.
    pub fn from_keep(keep: f64) -> Result<Self, NotAllowed> {
        Self::new(complement(keep)).map_err(|refused| NotAllowed {
            nearest: refused.nearest.map(complement),
            ..NotAllowed::must_be("p", "more than 0 and at most 1")
        })
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
        between("the mean μ", mean, -10, 10).map(Self)
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
        between("the std σ", standard_deviation, 0, 10).map(Self)
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
        let (low, high, whole) = (Self::SMALLEST as f64, Self::LARGEST as f64, count as u64);
        if (low..=high).contains(&count) && count.fract() == 0.0 {
            Ok(Self(whole))
        } else {
            Err(Self::not_allowed().near(count.round(), low, high))
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
        whole("the number of units", count, 1, 10_000).map(Self)
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

/// The experiment's seed: any whole number below 2⁶⁴. The same seed gives the same samples. It is a
/// name rather than a quantity: no other is near to it.
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
