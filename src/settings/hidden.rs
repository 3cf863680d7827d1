//! What a teacher hides of the page.

use super::NotAllowed;

/// The parts of the page that are not shown: any of [`Hidden::PARTS`].
///
/// ```
/// use dropout_moments::settings::Hidden;
///
/// let hidden = Hidden::from_names("why,p")?;
/// assert_eq!(hidden.names().collect::<Vec<_>>(), ["p", "why"]);
/// assert_eq!(hidden.with("data", true).with("p", false).to_string(), "data,why");
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hidden(u32);

impl Hidden {
    /// The controls, what belongs to each figure, and the sections, each by its name.
    pub const PARTS: [&'static str; 20] = [
        "p", "mu", "sigma", "input", "scale", "notation", "reset", "settings", "caption", "data",
        "answer", "take", "run", "why", "layer", "rules", "training", "depth", "share", "sources",
    ];

    /// The first so many of the parts are there where a figure stands alone.
    pub const OF_FIGURES: usize = 10;

    /// Reads a list of parts with commas between them.
    ///
    /// # Errors
    /// When one of them is none.
    // Seldom in the first view, so kept by itself.
    #[inline(never)]
    pub fn from_names(names: &str) -> Result<Self, NotAllowed> {
        let mut parts = 0;
        for name in names.split(',').filter(|name| !name.is_empty()) {
            let index = Self::PARTS.iter().position(|part| *part == name);
            parts |= 1 << index.ok_or_else(|| NotAllowed::one_of("hide", &Self::PARTS))?;
        }
        Ok(Self(parts))
    }

    /// The names of the hidden parts, in the order of [`Hidden::PARTS`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let is_hidden = move |index: &usize| self.0 >> index & 1 == 1;
        (0..Self::PARTS.len())
            .filter(is_hidden)
            .map(|index| Self::PARTS[index])
    }

    /// The same, but with the part of that name hidden, or not.
    #[must_use]
    pub fn with(self, name: &str, is_hidden: bool) -> Self {
        let part = Self::from_names(name).map_or(0, |part| part.0);
        Self(if is_hidden {
            self.0 | part
        } else {
            self.0 & !part
        })
    }

    /// The names with this between them.
    #[must_use]
    pub fn joined(self, separator: &str) -> String {
        let mut text = String::new();
        for name in self.names() {
            if !text.is_empty() {
                text.push_str(separator);
            }
            text.push_str(name);
        }
        text
    }
}

impl std::fmt::Display for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.joined(","))
    }
}
