//! The symbols of the formulas, which light up wherever they stand.

/// A symbol of the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// The probability p.
    Probability,
    /// The mean μ.
    Mean,
    /// The standard deviation σ.
    StandardDeviation,
    /// The extra term, the probability to drop times μ².
    Extra,
}

impl Symbol {
    /// The symbol that the page calls `name`, as in `data-symbol`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "p" => Self::Probability,
            "mu" => Self::Mean,
            "sigma" => Self::StandardDeviation,
            "extra" => Self::Extra,
            _ => return None,
        })
    }
}
