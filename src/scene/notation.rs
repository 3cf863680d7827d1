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

/// A sentence in which no line ends at a sign of equality, or before that of a per cent.
#[must_use]
pub fn kept_together(sentence: &str) -> String {
    sentence
        .replace(" = ", "\u{a0}=\u{a0}")
        .replace(" %", "\u{a0}%")
}

/// Cuts a word of a sentence where symbols begin and end, and says which pieces are symbols: `1−p,` is
/// `1−`, the symbol `p`, and `,`. A word without a symbol is one piece.
///
/// A symbol is a letter of the page's formulas that has no other letter beside it.
#[must_use]
pub fn symbols(word: &str) -> Vec<(String, bool)> {
    const SYMBOLS: &str = "dmnpwxzLμσ";
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut before = ' ';
    let mut rest = word.chars().peekable();
    while let Some(letter) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        let is_symbol = SYMBOLS.contains(letter)
            && !before.is_ascii_alphabetic()
            && !after.is_ascii_alphabetic();
        match pieces.last_mut() {
            Some((piece, false)) if !is_symbol => piece.push(letter),
            _ => pieces.push((letter.into(), is_symbol)),
        }
        before = letter;
    }
    pieces
}
