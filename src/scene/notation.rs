//! How formulas in labels and sentences write the two probabilities.

use crate::settings::Notation;

impl Notation {
    /// The probability to drop, as a factor: `p` or `(1−p)`.
    pub(super) fn drop(self) -> &'static str {
        match self {
            Self::Drop => "p",
            Self::Keep => "(1−p)",
        }
    }

    /// The probability to keep, as a factor: `(1−p)` or `p`.
    pub(super) fn keep(self) -> &'static str {
        match self {
            Self::Drop => "(1−p)",
            Self::Keep => "p",
        }
    }

    /// What a unit is multiplied by where the mean is kept: `1/(1−p)` or `1/p`.
    pub(super) fn inverse(self) -> &'static str {
        match self {
            Self::Drop => "1/(1−p)",
            Self::Keep => "1/p",
        }
    }

    /// What a unit is multiplied by where the second moment is kept: `1/√(1−p)` or `1/√p`.
    pub(super) fn inverse_root(self) -> &'static str {
        match self {
            Self::Drop => "1/√(1−p)",
            Self::Keep => "1/√p",
        }
    }

    /// What p is.
    pub(super) fn probability(self) -> &'static str {
        match self {
            Self::Drop => "the probability to drop",
            Self::Keep => "the probability to keep",
        }
    }
}
