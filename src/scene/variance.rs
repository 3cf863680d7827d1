//! The figure of the variance before and after dropout, and of what it is made of.

use super::format::{share, signed_per_cent, significant};
use super::readout::{Cursor, Readable, Reading, Table};
use super::{Sentence, Symbol};
use crate::settings::{Notation, Scaling, Settings};
use crate::theory::{Exact, VarianceSplit};

/// What the variance figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct VarianceFigure {
    /// The variance of x.
    pub before: f64,
    /// What the variance of d is made of, in this order: what x itself brings, what the mask adds
    /// through σ, what it adds through μ.
    pub parts: [VariancePart; 3],
    /// The standard deviations of x and of d.
    pub standard_deviations: (f64, f64),
    /// What is written at the variances and at the standard deviations of x and of d.
    pub labels: [String; 4],
    /// The symbol that the reader points at.
    pub highlight: Option<Symbol>,
    /// The part that the reader points at, at its middle.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
}

/// One part of the variance of d.
#[derive(Debug, Clone, PartialEq)]
pub struct VariancePart {
    /// What it is.
    pub name: &'static str,
    /// The same as a formula.
    pub formula: String,
    /// How much it is, at least 0.
    pub value: f64,
    /// The value as it is written.
    pub text: String,
}

impl VarianceFigure {
    pub(super) fn new(settings: &Settings, exact: &Exact) -> Self {
        let parts = parts(settings, exact);
        let (before, after) = (exact.x.variance, exact.d.variance);
        let (x_std, d_std) = (exact.x.standard_deviation(), exact.d.standard_deviation());
        let change = exact
            .standard_deviation_ratio()
            .map_or_else(String::new, |ratio| format!(", {}", signed_per_cent(ratio)));
        let [from_x, through_sigma, through_mu] = &parts;
        let kept = if exact.slope == 1.0 {
            "is what x had"
        } else {
            "is what the rule leaves of it"
        };
        let [before_text, after_text, x_std, d_std] =
            [before, after, x_std, d_std].map(|value| significant(value, 4));
        let summary = format!(
            "The variance before dropout is {before_text}, after it {after_text}. Of that, {} {kept}, \
             {} is added by the mask through σ and {} through μ. The standard deviation goes from \
             {x_std} to {d_std}{change}.",
            from_x.text, through_sigma.text, through_mu.text,
        );
        let labels = [
            format!("variance before: {before_text}"),
            format!("variance after: {after_text}"),
            format!("std before: {x_std}"),
            format!("std after: {d_std}{change}"),
        ];
        Self {
            before,
            parts,
            standard_deviations: (before.sqrt(), after.sqrt()),
            labels,
            highlight: None,
            cursor: None,
            summary,
        }
    }

    /// The variance of d.
    #[must_use]
    pub fn after(&self) -> f64 {
        self.parts.iter().map(|part| part.value).sum()
    }

    /// The parts that are there, each with its middle.
    fn middles(&self) -> impl Iterator<Item = (f64, &VariancePart)> {
        let mut end = 0.0;
        let parts = self.parts.iter().map(move |part| {
            end += part.value;
            (end - 0.5 * part.value, part)
        });
        parts.filter(|(_, part)| part.value > 0.0)
    }

    /// How much of the variance of d a part is.
    fn share(&self, part: f64) -> String {
        match self.after() {
            after if after > 0.0 => share(part / after),
            _ => String::new(),
        }
    }
}

impl Readable for VarianceFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        self.middles().map(|(middle, _)| middle).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        let mut parts = self.middles();
        let found = place.and_then(|place| parts.find(|(middle, _)| *middle == place));
        let Some((place, part)) = found else {
            drop(parts);
            self.cursor = None;
            return;
        };
        let share = self.share(part.value);
        let words = format!(
            "{}: {} = {}, {share} of the variance after dropout.",
            part.name, part.formula, part.text
        );
        let cursor = Cursor {
            place,
            label: part.name.to_owned(),
            readings: vec![Reading {
                value: part.value,
                lines: vec![part.text.clone(), share],
            }],
            words,
        };
        drop(parts);
        self.cursor = Some(cursor);
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let mut cells = Vec::new();
        let mut add = |name: &str, formula: &str, value: f64, share: String| {
            cells.extend([name, formula].map(str::to_owned));
            cells.extend([significant(value, 4), share]);
        };
        add("before", "σ²", self.before, String::new());
        for part in &self.parts {
            let share = self.share(part.value);
            add(part.name, &part.formula, part.value, share);
        }
        add("after", "their sum", self.after(), String::new());
        Table {
            caption: "The variance before and after dropout, and what it is made of".to_owned(),
            columns: vec!["part", "formula", "value", "share"],
            cells,
        }
    }
}

fn parts(settings: &Settings, exact: &Exact) -> [VariancePart; 3] {
    let VarianceSplit {
        from_x,
        through_standard_deviation,
        through_mean,
    } = exact.variance_split;
    let first = if exact.slope == 1.0 {
        "what x had"
    } else {
        "left of x"
    };
    let values = [from_x, through_standard_deviation, through_mean];
    let names = [first, "+ through σ", "+ through μ"];
    let mut parts = values.into_iter().zip(names);
    formulas(settings.scaling, settings.notation).map(|formula| {
        let (value, name) = parts.next().unwrap_or_default();
        VariancePart {
            name,
            formula,
            value,
            text: significant(value, 4),
        }
    })
}

/// The parts of the variance as formulas. In alpha dropout a is its scale, and α′ what a dropped
/// unit is set to before it.
fn formulas(scaling: Scaling, notation: Notation) -> [String; 3] {
    let (drop, keep) = (notation.drop(), notation.keep());
    match scaling {
        Scaling::Inverted | Scaling::Gaussian => {
            let odds = match notation {
                Notation::Drop => "p/(1−p)",
                Notation::Keep => "(1−p)/p",
            };
            [
                "σ²".to_owned(),
                format!("{odds} · σ²"),
                format!("{odds} · μ²"),
            ]
        }
        Scaling::None => [
            format!("{keep}² · σ²"),
            "p(1−p) · σ²".to_owned(),
            "p(1−p) · μ²".to_owned(),
        ],
        Scaling::Sqrt => [
            format!("{keep} · σ²"),
            format!("{drop} · σ²"),
            format!("{drop} · μ²"),
        ],
        Scaling::Alpha => [
            format!("a²{keep}² · σ²"),
            "a²p(1−p) · σ²".to_owned(),
            "a²p(1−p) · (μ − α′)²".to_owned(),
        ],
    }
}

/// What the lemma says of the reader's rule.
pub(super) fn sentence(exact: &Exact) -> Sentence {
    let from_x = exact.variance_split.from_x;
    let values = [
        exact.x.variance,
        exact.d.variance,
        from_x,
        exact.d.variance - from_x,
    ];
    let [before, after, from_x, added] = values.map(|value| significant(value, 4));
    let words = if exact.slope == 1.0 {
        format!(
            "Your rule is right on average for each unit: all of the {before} that x had stays, and \
             the mask adds {added}."
        )
    } else {
        format!(
            "Your rule makes of each unit, on average, {} of itself. So of the {before} that x had \
             only {from_x} stays; the mask adds {added}, and the sum is {after}.",
            significant(exact.slope, 3)
        )
    };
    ("variance.lemma", words)
}
