//! The sections of the page.

/// A section of the page. To add one: a name here, what it shows in
/// [`Scene::of`](super::Scene::of), and its figures among the page's charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The experiment.
    Run,
    /// The derivation, and all that checks it.
    Why,
    /// The layer that sums its units.
    Layer,
    /// The other rules.
    Rules,
    /// Networks that are trained with each rule.
    Training,
    /// The deep network.
    Depth,
}

impl Section {
    /// All of them, in the page's order.
    pub const ALL: [Self; 6] = [
        Self::Run,
        Self::Why,
        Self::Layer,
        Self::Rules,
        Self::Training,
        Self::Depth,
    ];

    /// The `id` of its element.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Why => "why",
            Self::Layer => "layer",
            Self::Rules => "rules",
            Self::Training => "training",
            Self::Depth => "depth",
        }
    }
}

/// Some of the sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sections([bool; Section::ALL.len()]);

impl Sections {
    /// All of them.
    pub const ALL: Self = Self([true; Section::ALL.len()]);

    /// None of them.
    pub const NONE: Self = Self([false; Section::ALL.len()]);

    /// Whether this one is among them.
    #[must_use]
    pub fn has(self, section: Section) -> bool {
        self.0[section as usize]
    }

    /// From now on this one is, or is not, among them.
    pub fn set(&mut self, section: Section, is_among: bool) {
        self.0[section as usize] = is_among;
    }
}
