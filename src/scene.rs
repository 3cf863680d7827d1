//! What every figure, number and sentence of the page shows now: plain data, from one source, so
//! that no two of them can disagree.

mod answer;
mod convergence;
mod data;
mod density;
mod derivation;
mod format;
mod mask;
mod notation;
mod quantities;
mod ratio;
mod readout;
mod rules;
mod self_check;
mod snippets;
mod symbol;
mod variance;

pub use answer::{Emphasis, Span};
pub use convergence::{ConvergenceFigure, EstimatePoint};
pub use data::{data_problem, data_report};
pub use density::{DensityFigure, LabelledAtom, PlottedDensity};
pub use format::{duration, grouped};
pub(crate) use format::{fixed, trimmed};
pub use mask::MaskFigure;
pub use quantities::Quantity;
pub use ratio::{RatioFigure, THREAD_MEASUREMENTS};
pub use readout::{Cursor, Readable, Reading, Table, nearest};
pub use rules::{RulePanel, RulesFigure};
pub use self_check::{Check, REFERENCES, self_check};
pub use snippets::{FRAMEWORKS, Framework};
pub use symbol::Symbol;
pub use variance::{VarianceFigure, VariancePart};

use crate::sampling::{Estimate, Survey};
use crate::settings::Settings;
use crate::theory::Exact;

/// A sentence of the page that follows the settings: its name, as in `data-sentence`, and its words.
pub type Sentence = (&'static str, String);

/// What the page shows for one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The one-sentence answer to the page's question.
    pub answer: Vec<Span>,
    /// Every number that stands in the text and the tables.
    pub quantities: Vec<Quantity>,
    /// The figure of the densities.
    pub density: DensityFigure,
    /// The figure of the std ratio against p.
    pub ratio: RatioFigure,
    /// The figure of a run's estimate against its samples.
    pub convergence: ConvergenceFigure,
    /// The sections below; `None` in the scene of the first view.
    pub sections: Option<Sections>,
}

/// What the page shows below its first view.
#[derive(Debug, Clone, PartialEq)]
pub struct Sections {
    /// The sentences and formulas in the text that follow the settings.
    pub sentences: Vec<Sentence>,
    /// The figure of the variance and its parts.
    pub variance: VarianceFigure,
    /// The figure of one draw of the mask.
    pub mask: MaskFigure,
    /// The figure of the rules.
    pub rules: RulesFigure,
}

/// A run of the experiment as far as it has come.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What the samples so far say.
    pub estimate: &'a Estimate,
    /// How many samples the whole run draws.
    pub samples: u64,
    /// How long the samples so far took, in seconds.
    pub seconds: f64,
}

impl Scene {
    /// The scene for these settings, with the measurements of a run where there is one.
    #[must_use]
    pub fn new(settings: &Settings, run: Option<Run<'_>>) -> Self {
        Self::with_survey(settings, run, None)
    }

    /// As [`new`](Self::new), with what was measured of every rule.
    #[must_use]
    pub fn with_survey(settings: &Settings, run: Option<Run<'_>>, survey: Option<&Survey>) -> Self {
        let mut scene = Self::first_view(settings, run);
        rules::add_quantities(&mut scene.quantities, settings, survey);
        scene.sections = Some(Sections::new(settings));
        scene
    }

    /// As [`new`](Self::new), without the sections below the first view and their numbers.
    #[must_use]
    pub fn first_view(settings: &Settings, run: Option<Run<'_>>) -> Self {
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        let samples = run.map_or(settings.samples.get(), |run| run.samples);
        Self {
            convergence: ConvergenceFigure::new(&exact, samples, run),
            answer: answer::answer(settings, &exact),
            quantities: quantities::quantities(settings, &exact, run),
            density: DensityFigure::new(settings, &exact, run.map(|run| run.estimate)),
            ratio: RatioFigure::new(settings, &exact),
            sections: None,
        }
    }

    /// Lights up what the figures show of this symbol.
    pub fn highlight(&mut self, symbol: Option<Symbol>) {
        self.density.highlight = symbol;
        self.ratio.highlight = symbol;
        if let Some(sections) = &mut self.sections {
            sections.variance.highlight = symbol;
            sections.mask.highlight = symbol;
        }
    }
}

impl Sections {
    fn new(settings: &Settings) -> Self {
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        let mask = MaskFigure::new(settings, &exact);
        let mut sentences = Vec::from(derivation::sentences(settings, &exact));
        sentences.push(variance::sentence(&exact));
        sentences.push(mask.sentence());
        Self {
            sentences,
            variance: VarianceFigure::new(settings, &exact),
            mask,
            rules: RulesFigure::new(settings),
        }
    }
}
