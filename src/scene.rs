//! What every figure, number and sentence of the page shows now: plain data, from one source, so
//! that no two of them can disagree.

mod answer;
mod density;
mod format;
mod quantities;
mod ratio;

pub use answer::{Emphasis, Span};
pub use density::{DensityFigure, LabelledAtom, PlottedDensity};
pub use format::{duration, grouped};
pub use quantities::Quantity;
pub use ratio::{RatioFigure, THREAD_MEASUREMENTS};

use crate::sampling::Estimate;
use crate::settings::Settings;
use crate::theory::Exact;

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
}

/// A run of the experiment as far as it has come.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What the samples so far say.
    pub estimate: &'a Estimate,
    /// How long they took, in seconds.
    pub seconds: f64,
}

impl Scene {
    /// The scene for these settings, with the measurements of a run where there is one.
    #[must_use]
    pub fn new(settings: &Settings, run: Option<Run<'_>>) -> Self {
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        Self {
            answer: answer::answer(settings, &exact),
            quantities: quantities::quantities(settings, &exact, run),
            density: DensityFigure::new(settings, &exact, run.map(|run| run.estimate)),
            ratio: RatioFigure::new(settings, &exact),
        }
    }
}
