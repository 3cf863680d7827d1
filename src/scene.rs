//! What every figure, number and sentence of the page shows now: plain data, from one source, so
//! that no two of them can disagree.

mod answer;
mod citation;
mod convergence;
mod data;
mod density;
mod depth;
mod derivation;
mod embed;
mod export;
mod figure;
mod format;
mod layer;
mod mask;
mod notation;
mod outline;
mod quantities;
mod ratio;
mod readout;
mod rules;
mod section;
mod self_check;
mod snippets;
mod spirals;
mod study;
mod symbol;
mod training;
mod variance;

pub use answer::{Emphasis, Span};
pub use citation::{Date, apa, bibtex};
pub use convergence::{ConvergenceFigure, EstimatePoint};
pub use data::{data_problem, data_report};
pub use density::{DensityFigure, LabelledAtom, PlottedDensity};
pub use depth::{DepthFigure, LayerPanel, LayerSeries, Simulated};
pub use embed::{Embed, Host};
pub use export::{Exported, exact_result_table, result_json, result_table, source};
pub use figure::figure_title;
pub use format::{duration, grouped};
pub(crate) use format::{fixed, trimmed};
pub use layer::{LayerFigure, UnitsFigure};
pub use mask::MaskFigure;
pub use notation::{kept_together, symbols};
pub use outline::{Outline, OutlinePoint};
pub use quantities::Quantity;
pub use ratio::{RatioFigure, THREAD_MEASUREMENTS};
pub use readout::{Cursor, Readable, Reading, Table, nearest};
pub use rules::{RulePanel, RulesFigure};
pub use section::{Section, Sections};
pub use self_check::{Check, REFERENCES, self_check};
pub use snippets::{FRAMEWORKS, Framework};
pub use spirals::{Learnt, SpiralsFigure};
pub use study::StudyFigure;
pub use symbol::Symbol;
pub use training::{Training, TrainingCurve, TrainingFigure, TrainingTables};
pub use variance::{VarianceFigure, VariancePart};

use crate::sampling::{Estimate, LayerDraws, Survey};
use crate::settings::Settings;
use crate::theory::Exact;

/// A sentence of the page that follows the settings: its name, as in `data-sentence`, and its words.
pub type Sentence = (&'static str, String);

/// What the page shows for one setting: the answer with its figures, and of each [`Section`] that is
/// wanted its part.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The sections whose parts are there.
    pub sections: Sections,
    /// The one-sentence answer to the page's question.
    pub answer: Vec<Span>,
    /// The figure of the densities.
    pub density: DensityFigure,
    /// The figure of the std ratio against p.
    pub ratio: RatioFigure,
    /// Every number that stands in the text and the tables of these sections.
    pub quantities: Vec<Quantity>,
    /// The sentences and formulas in their text that follow the settings.
    pub sentences: Vec<Sentence>,
    /// Of [`Section::Run`]: the figure of a run's estimate against its samples.
    pub convergence: Option<ConvergenceFigure>,
    /// Of [`Section::Why`]: the figure of the variance and its parts.
    pub variance: Option<VarianceFigure>,
    /// Of [`Section::Why`]: the figure of one draw of the mask.
    pub mask: Option<MaskFigure>,
    /// Of [`Section::Layer`]: the figure of the layer's output.
    pub layer: Option<LayerFigure>,
    /// Of [`Section::Layer`]: the figure of the layer's units.
    pub units: Option<UnitsFigure>,
    /// Of [`Section::Rules`]: the figure of the rules.
    pub rules: Option<RulesFigure>,
    /// Of [`Section::Training`]: the figure of networks that are trained with each rule.
    pub training: Option<TrainingFigure>,
    /// Of [`Section::Training`]: what those networks say at their end.
    pub training_tables: Option<TrainingTables>,
    /// Of [`Section::Training`]: the figure of the long run.
    pub study: Option<StudyFigure>,
    /// Of [`Section::Training`]: the figure of a network that learns two spirals.
    pub spirals: Option<SpiralsFigure>,
    /// Of [`Section::Depth`]: the figure of the layers.
    pub depth: Option<DepthFigure>,
}

/// What was measured with the settings of a scene, where it was.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured<'a> {
    /// By a run of the experiment.
    pub run: Option<Run<'a>>,
    /// Of every rule.
    pub survey: Option<&'a Survey>,
    /// Of the layer's output, and how far the last draw of it has fallen to its place.
    pub draws: Option<(&'a LayerDraws, f64)>,
    /// Of networks that are trained with each rule: with the settings that held when that began.
    pub training: Option<Training<'a>>,
    /// Of a network that learns two spirals, likewise.
    pub spirals: Option<Learnt<'a>>,
    /// Of each layer of the deep network.
    pub simulation: Option<Simulated<'a>>,
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
    /// The whole scene for these settings, with the measurements of a run where there is one.
    #[must_use]
    pub fn new(settings: &Settings, run: Option<Run<'_>>) -> Self {
        let measured = Measured {
            run,
            ..Measured::default()
        };
        Self::of(settings, measured, Sections::ALL)
    }

    /// The scene for these settings with the parts of these sections. What is in it is the same
    /// whatever else is.
    #[must_use]
    pub fn of(settings: &Settings, measured: Measured<'_>, sections: Sections) -> Self {
        let mut scene = Self::first_view(settings, measured, sections);
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        for section in Section::ALL {
            if sections.has(section) {
                scene.add(section, settings, &exact, measured);
            }
        }
        scene
    }

    /// As [`of`](Self::of), but of the sections no more than the numbers of the run.
    #[must_use]
    pub fn first_view(settings: &Settings, measured: Measured<'_>, sections: Sections) -> Self {
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        let run = measured.run;
        // The code that checks the derivation ends with them, too.
        let quantities = if sections.has(Section::Run) || sections.has(Section::Why) {
            quantities::quantities(settings, &exact, run)
        } else {
            Vec::new()
        };
        Self {
            sections,
            answer: answer::answer(settings, &exact),
            density: DensityFigure::new(settings, &exact, run.map(|run| run.estimate)),
            ratio: RatioFigure::new(settings, &exact),
            quantities,
            sentences: Vec::new(),
            convergence: None,
            variance: None,
            mask: None,
            layer: None,
            units: None,
            rules: None,
            training: None,
            training_tables: None,
            study: None,
            spirals: None,
            depth: None,
        }
    }

    /// Adds what a section shows beside the numbers of the run.
    fn add(
        &mut self,
        section: Section,
        settings: &Settings,
        exact: &Exact,
        measured: Measured<'_>,
    ) {
        match section {
            Section::Run => {
                let run = measured.run;
                let samples = run.map_or(settings.samples.get(), |run| run.samples);
                self.convergence = Some(ConvergenceFigure::new(exact, samples, run));
            }
            Section::Why => {
                derivation::add_quantities(&mut self.quantities, settings, exact);
                let mask = MaskFigure::new(settings, exact);
                self.sentences
                    .extend(derivation::sentences(settings, exact));
                self.sentences
                    .extend([variance::sentence(exact), mask.sentence()]);
                self.variance = Some(VarianceFigure::new(settings, exact));
                self.mask = Some(mask);
            }
            Section::Layer => layer::add(self, settings, measured.draws),
            Section::Rules => {
                rules::add_quantities(&mut self.quantities, settings, measured.survey);
                self.rules = Some(RulesFigure::new(settings));
            }
            Section::Training => {
                let training = measured.training;
                self.sentences
                    .push(("training", training::sentence(training, settings)));
                self.training = Some(TrainingFigure::of(training, settings));
                self.training_tables = Some(TrainingTables::of(training, settings));
                let figure = SpiralsFigure::new(settings, measured.spirals);
                self.sentences.push(("spirals", figure.summary.clone()));
                self.spirals = Some(figure);
                self.study = Some(StudyFigure::new(settings.notation));
            }
            Section::Depth => {
                depth::add_quantities(&mut self.quantities, settings, exact, measured.run);
                self.sentences.extend(depth::sentences(settings, measured));
                self.depth = Some(DepthFigure::new(settings, measured.simulation));
            }
        }
    }

    /// Lights up what the figures show of this symbol.
    pub fn highlight(&mut self, symbol: Option<Symbol>) {
        self.density.highlight = symbol;
        self.ratio.highlight = symbol;
        if let Some(variance) = &mut self.variance {
            variance.highlight = symbol;
        }
        if let Some(mask) = &mut self.mask {
            mask.highlight = symbol;
        }
    }
}
