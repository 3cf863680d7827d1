//! What each rule keeps: in words, in numbers and as densities on one scale.

use super::density::{LabelledAtom, curve, highest, significant_std};
use super::format::{grouped, share, share_of, signed_per_cent, significant};
use super::quantities::{List, Quantity};
use super::readout::{Cursor, Readable, Reading, Table, round_places};
use crate::sampling::{Comparison, Range, Survey};
use crate::settings::{Named, Notation, Scaling, Settings};
use crate::theory::{Density, Exact, Moments};

/// What the figure of the rules shows: the same input under each of them.
///
/// Its curves are computed when it is drawn: no one waits for those of a figure that is out of
/// view.
#[derive(Debug, Clone, PartialEq)]
pub struct RulesFigure {
    /// The activations shown, in every panel.
    pub range: Range,
    /// Of x.
    pub before: RulePanel,
    /// Of d, one a rule, in the order of the table.
    pub after: Vec<RulePanel>,
    /// Where the reader points; its readings are those of `after`.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
}

/// One distribution of the figure.
#[derive(Debug, Clone, PartialEq)]
pub struct RulePanel {
    /// Whose it is.
    pub name: &'static str,
    /// Its standard deviation, and its mean.
    pub labels: [String; 2],
    /// Whether this is the rule of the page.
    pub is_chosen: bool,
    /// From one standard deviation below the mean to one above it.
    pub span: (f64, f64),
    /// Values with a probability of their own.
    pub atoms: Vec<LabelledAtom>,
    density: Density,
}

impl RulesFigure {
    pub(super) fn new(settings: &Settings) -> Self {
        let (input, p) = (&settings.input, settings.drop_probability);
        let before = Exact::new(input, p, settings.scaling).x;
        let before = RulePanel::new("before", &before, Density::before(input));
        let mut range = Range::of(input, p, settings.scaling);
        let mut summary = format!(
            "Density of the activations before dropout and under each rule, on one scale. Before: \
             {}.",
            before.labels.join(", ")
        );
        let mut after = Vec::new();
        for scaling in Survey::RULES {
            let exact = Exact::new(input, p, scaling);
            let density = Density::after(input, p, scaling);
            let mut panel = RulePanel::new(
                rule_label(scaling, settings.notation),
                &exact.d,
                density.clone(),
            );
            panel.is_chosen = scaling == settings.scaling;
            let shown = Range::of(input, p, scaling);
            range.low = range.low.min(shown.low);
            range.high = range.high.max(shown.high);
            summary.extend([" ", panel.name, ": ", &panel.labels.join(", ")]);
            for atom in density.atoms() {
                summary.extend([", ", &LabelledAtom::new(atom).label]);
            }
            summary.push('.');
            after.push(panel);
        }
        Self {
            range,
            before,
            after,
            cursor: None,
            summary,
        }
    }

    fn range(&self) -> (f64, f64) {
        (self.range.low, self.range.high)
    }

    /// The curve of one of the panels.
    #[must_use]
    pub fn curve(&self, panel: &RulePanel) -> Vec<(f64, f64)> {
        curve(&panel.density, self.range)
    }

    /// The highest density shown, for all panels: that of x, and of others only where x has none.
    #[must_use]
    pub fn top(&self) -> f64 {
        std::iter::once(&self.before)
            .chain(&self.after)
            .find_map(|panel| highest(&self.curve(panel)))
            .unwrap_or(1.0)
    }
}

impl Readable for RulesFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        round_places(self.range(), 160.0)
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.map(|place| {
            let label = significant(place, 4);
            let before = self.before.text(place);
            let mut words = format!("Activation {label}: density before {before}");
            let mut readings = Vec::new();
            for panel in &self.after {
                let text = panel.text(place);
                words.extend([", ", panel.name, " ", &text]);
                readings.push(Reading {
                    value: panel.density.at(place),
                    lines: vec![text],
                });
            }
            words.push('.');
            Cursor {
                place,
                label,
                readings,
                words,
            }
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let panels = || std::iter::once(&self.before).chain(&self.after);
        let mut columns = vec!["activation"];
        columns.extend(panels().map(|panel| panel.name));
        let mut cells = Vec::new();
        for place in round_places(self.range(), 20.0) {
            cells.push(significant(place, 4));
            cells.extend(panels().map(|panel| panel.text(place)));
        }
        Table {
            caption: "Density of the activations before dropout and under each rule".to_owned(),
            columns,
            cells,
        }
    }
}

impl RulePanel {
    /// The density at a place.
    fn text(&self, place: f64) -> String {
        let density = self.density.at(place);
        if density.is_finite() {
            significant(density, 3)
        } else {
            "unbounded".to_owned()
        }
    }

    fn new(name: &'static str, moments: &Moments, density: Density) -> Self {
        let std = moments.standard_deviation();
        Self {
            name,
            labels: [
                format!("std {}", short(std, significant_std)),
                format!("mean {}", short(moments.mean, |mean| significant(mean, 3))),
            ],
            is_chosen: false,
            span: (moments.mean - std, moments.mean + std),
            atoms: (density.atoms().iter())
                .map(|atom| LabelledAtom {
                    label: share(atom.mass),
                    ..LabelledAtom::new(atom)
                })
                .collect(),
            density,
        }
    }
}

/// A number that has room beside a panel.
fn short(value: f64, text: impl Fn(f64) -> String) -> String {
    if value != 0.0 && value.abs() < 5e-4 {
        "next to 0".to_owned()
    } else {
        text(value)
    }
}

/// A rule as the table names it.
pub(super) fn rule_label(scaling: Scaling, notation: Notation) -> &'static str {
    match scaling {
        Scaling::None => "none",
        Scaling::Inverted => notation.inverse(),
        Scaling::Sqrt => notation.inverse_root(),
        Scaling::Gaussian => "Gaussian",
        Scaling::Alpha => "alpha",
    }
}

/// Two relative values that differ by less are the same to a reader.
const SAME: f64 = 5e-6;

/// Adds the quantities of the tables: `keeps.RULE.mean`, `.std` and `.unit`, with the value 1 for
/// yes and 0 for no; `rules.RULE.exact.NAME`, `.measured.NAME` and `.stderr.NAME` with the names of
/// [`Comparison::of_rule`]; and `rules.x.exact.NAME` for x, which is also what evaluation gives
/// under every rule.
pub(super) fn add_quantities(
    quantities: &mut Vec<Quantity>,
    settings: &Settings,
    survey: Option<&Survey>,
) {
    let mut list = List(std::mem::take(quantities));
    let p = settings.drop_probability;
    for (rule, scaling) in Survey::RULES.into_iter().enumerate() {
        let exact = Exact::new(&settings.input, p, scaling);
        let name = scaling.name();
        let verdicts = [
            ("mean", keeps_mean(settings, scaling, &exact)),
            ("std", keeps_std(settings, scaling, &exact)),
            ("unit", keeps_unit(settings, scaling, &exact)),
        ];
        for (what, (keeps, reason)) in verdicts {
            let answer = if keeps { "yes" } else { "no" };
            let value = f64::from(u8::from(keeps));
            list.push(&format!("keeps.{name}"), what, Some(value), |_| {
                format!("{answer}{reason}")
            });
        }
        let prefix = format!("rules.{name}.");
        for row in Comparison::of_rule(settings, &exact, rule, survey) {
            list.compare(&prefix, &row);
        }
        if rule == 0 {
            let Exact { x, x_zeros, .. } = exact;
            for (what, value) in [
                ("mean", Some(x.mean)),
                ("std", Some(x.standard_deviation())),
                ("second-moment", Some(x.second_moment())),
                ("skewness", x.skewness()),
                ("kurtosis", x.excess_kurtosis()),
                ("zeros", Some(x_zeros)),
            ] {
                list.push("rules.x.exact", what, value, |value| significant(value, 5));
            }
        }
    }
    list.push("rules", "samples", Some(Survey::SAMPLES as f64), |_| {
        grouped(Survey::SAMPLES)
    });
    *quantities = list.0;
}

/// Whether E[d | x] = x whatever x is.
fn is_unbiased(scaling: Scaling) -> bool {
    matches!(scaling, Scaling::Inverted | Scaling::Gaussian)
}

const NOTHING_DROPPED: &str = ": nothing is dropped";

fn keeps_mean(settings: &Settings, scaling: Scaling, exact: &Exact) -> (bool, String) {
    if settings.drop_probability.get() == 0.0 {
        (true, NOTHING_DROPPED.to_owned())
    } else if is_unbiased(scaling) {
        (true, ", always".to_owned())
    } else if exact.x.mean == 0.0 {
        (true, ": the mean is 0".to_owned())
    } else {
        (false, format!(": {} of it", share_of(exact.slope)))
    }
}

fn keeps_unit(settings: &Settings, scaling: Scaling, exact: &Exact) -> (bool, String) {
    if settings.drop_probability.get() == 0.0 {
        (true, NOTHING_DROPPED.to_owned())
    } else if is_unbiased(scaling) {
        (true, ", always".to_owned())
    } else if exact.x.second_moment() == 0.0 {
        (true, ": each is 0".to_owned())
    } else {
        (false, format!(": {} of itself", share_of(exact.slope)))
    }
}

fn keeps_std(settings: &Settings, scaling: Scaling, exact: &Exact) -> (bool, String) {
    if settings.drop_probability.get() == 0.0 {
        return (true, NOTHING_DROPPED.to_owned());
    }
    let Some(ratio) = exact.standard_deviation_ratio() else {
        let std = exact.d.standard_deviation();
        return if std == 0.0 {
            (true, ": nothing varies".to_owned())
        } else {
            (false, format!(": from 0 to {}", significant(std, 3)))
        };
    };
    let same = (ratio - 1.0).abs() < SAME;
    let change = match signed_per_cent(ratio).as_str() {
        "±0 %" => "by less than 0.01 %".to_owned(),
        change => change.to_owned(),
    };
    let centred = exact.x.mean == 0.0;
    match scaling {
        Scaling::Sqrt if same && centred => (true, ": the mean is 0".to_owned()),
        Scaling::Sqrt if same => (true, ": the mean is next to 0".to_owned()),
        Scaling::Sqrt => (false, format!(": {change}, as the mean is not 0")),
        Scaling::Alpha if same && centred => (true, ": mean 0 and std 1".to_owned()),
        Scaling::None | Scaling::Alpha if same => (true, ", by chance".to_owned()),
        Scaling::Alpha => (false, format!(": {change}, not being mean 0, std 1")),
        Scaling::None | Scaling::Inverted | Scaling::Gaussian => (false, format!(": {change}")),
    }
}
