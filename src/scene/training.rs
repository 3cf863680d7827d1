//! The comparison of the rules by networks that are trained with them.

use super::format::{fixed, significant};
use super::readout::{Cursor, Readable, Reading, Table};
use super::rules::rule_label;
use crate::network::{Comparison, Measurement, Progress};
use crate::settings::{Notation, Scaling};

/// A comparison as far as it has come.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// What is compared.
    pub comparison: Comparison,
    /// Its networks, by their number.
    pub networks: &'a [Progress],
}

/// What the figure of training shows: a curve for each rule.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingFigure {
    /// What the x axis is, and which of it is shown.
    pub x: (&'static str, (f64, f64)),
    /// What the y axis is, and which of it is shown.
    pub y: (&'static str, (f64, f64)),
    /// In the order in which their names are written.
    pub curves: Vec<TrainingCurve>,
    /// What the figure says where there is no curve.
    pub empty: &'static str,
    /// Where the reader points.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
    table: Table,
}

/// One rule's curve.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingCurve {
    /// The rule.
    pub name: &'static str,
    /// `None` for no dropout.
    pub rule: Option<Scaling>,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

/// Student's two-sided 95 % quantiles for 1 degree of freedom and more.
const QUANTILES: [f64; 9] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262,
];

/// What the last epoch's and the test's numbers are measured in.
const EVALUATIONS: [&str; 2] = ["as it is", "× its factor"];

impl TrainingFigure {
    /// A figure of these curves, with their data as a table.
    #[must_use]
    pub fn new(
        x: (&'static str, (f64, f64)),
        y: (&'static str, (f64, f64)),
        curves: Vec<TrainingCurve>,
        table: Table,
    ) -> Self {
        let mut summary = format!("{}, against the {}.", y.0, x.0);
        for curve in &curves {
            if let Some((_, last)) = curve.points.last() {
                let last = significant(*last, 3);
                summary.extend([" ", curve.name, ": at last ", &last, "."]);
            }
        }
        Self {
            x,
            y,
            curves,
            empty: "no curve yet: the networks are trained when you press Start",
            cursor: None,
            summary,
            table,
        }
    }

    /// The validation part's loss, evaluated as it is: the mean over the seeds after each epoch.
    pub(super) fn of(training: Option<Training<'_>>, notation: Notation) -> Self {
        let networks = training.map_or(&[][..], |training| training.networks);
        let mut curves = Vec::new();
        let mut highest = 0.0_f64;
        for rule in Comparison::RULES {
            let points: Vec<_> = (0..Comparison::EPOCHS)
                .filter_map(|epoch| {
                    let losses = of_rule(networks, rule);
                    let losses: Vec<_> = losses
                        .filter_map(|network| Some(network.epochs.get(epoch)?[1].loss))
                        .collect();
                    let (mean, _) = mean(&losses)?;
                    mean.is_finite().then_some(((epoch + 1) as f64, mean))
                })
                .collect();
            // What the first epoch is worth says little.
            highest = points.iter().skip(2).fold(highest, |top, it| top.max(it.1));
            curves.push(TrainingCurve {
                name: name(rule, notation),
                rule,
                points,
            });
        }
        let top = if highest > 0.0 {
            (1.1 * highest).min(3.0)
        } else {
            1.0
        };
        Self::new(
            ("epochs", (1.0, Comparison::EPOCHS as f64)),
            ("validation loss", (0.0, top)),
            curves,
            table(training, notation),
        )
    }
}

impl Readable for TrainingFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        let longest = self.curves.iter().max_by_key(|curve| curve.points.len());
        longest.map_or_else(Vec::new, |curve| {
            curve.points.iter().map(|it| it.0).collect()
        })
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.map(|place| {
            let label = significant(place, 3);
            let mut words = format!("{} {label}:", self.x.0);
            let mut readings = Vec::new();
            for curve in &self.curves {
                let point = curve.points.iter().find(|point| point.0 == place);
                let value = point.map_or(f64::NAN, |point| point.1);
                let text = significant(value, 3);
                words.extend([" ", curve.name, " ", &text, ";"]);
                readings.push(Reading {
                    value,
                    lines: vec![format!("{} {text}", curve.name)],
                });
            }
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
        self.table.clone()
    }
}

/// The networks of a rule.
fn of_rule(networks: &[Progress], rule: Option<Scaling>) -> impl Iterator<Item = &Progress> {
    let numbered = networks.iter().enumerate();
    numbered
        .filter(move |(number, _)| Comparison::rule(*number) == rule)
        .map(|(_, network)| network)
}

fn name(rule: Option<Scaling>, notation: Notation) -> &'static str {
    rule.map_or("no dropout", |rule| rule_label(rule, notation))
}

/// The mean of these numbers, and half its 95 % interval.
fn mean(values: &[f64]) -> Option<(f64, Option<f64>)> {
    #[expect(clippy::cast_precision_loss, reason = "a few seeds")]
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
    let quantile = values.len().checked_sub(2).and_then(|it| QUANTILES.get(it));
    let half = quantile.map(|quantile| quantile * (squares / (count - 1.0) / count).sqrt());
    (!values.is_empty()).then_some((mean, half))
}

/// A row for each rule and evaluation: the test part's scores, and how far evaluation is from training.
fn table(training: Option<Training<'_>>, notation: Notation) -> Table {
    let mut cells = Vec::new();
    let networks = training.map_or(&[][..], |training| training.networks);
    for rule in Comparison::RULES {
        // Where the factor is 1, both evaluations are one.
        let has_factor = !matches!(rule, None | Some(Scaling::Inverted | Scaling::Gaussian));
        for (way, evaluation) in EVALUATIONS.into_iter().enumerate() {
            if way == 1 && !has_factor {
                continue;
            }
            let tests: Vec<_> = of_rule(networks, rule)
                .filter_map(|network| Some((&network.test.as_ref()?[way], network.epochs.last()?)))
                .collect();
            let score = |score: fn(&Measurement) -> f64, scale: f64, decimals| {
                let values: Vec<_> = tests.iter().map(|(test, _)| scale * score(test)).collect();
                match mean(&values) {
                    None => "–".to_owned(),
                    Some((mean, _)) if !mean.is_finite() => "diverged".to_owned(),
                    Some((mean, None)) => fixed(mean, decimals),
                    Some((mean, Some(half))) => {
                        format!("{} ± {}", fixed(mean, decimals), fixed(half, decimals))
                    }
                }
            };
            // Layer by layer, the mean over the seeds.
            let layers = |of: fn(&[Measurement; 3], usize, usize) -> Option<f64>| {
                let texts = (0..5).map(|layer| {
                    let values = tests
                        .iter()
                        .filter_map(|(_, last)| of(last, way + 1, layer));
                    mean(&values.collect::<Vec<_>>())
                        .map_or_else(|| "–".to_owned(), |(mean, _)| fixed(mean, 2))
                });
                texts.collect::<Vec<_>>().join(" · ")
            };
            let head = name(rule, notation);
            cells.push(if has_factor {
                format!("{head}, {evaluation}")
            } else {
                head.to_owned()
            });
            cells.push(tests.len().to_string());
            cells.push(score(|test| test.accuracy, 100.0, 1));
            cells.push(score(|test| test.loss, 1.0, 3));
            cells.push(score(|test| test.calibration_error, 1.0, 3));
            cells.push(layers(|last, mode, layer| {
                let [training, evaluation] = [0, mode].map(|mode| last[mode].layers.get(layer));
                Some(evaluation?.standard_deviation / training?.standard_deviation)
            }));
            cells.push(layers(|last, mode, layer| {
                let [training, evaluation] = [0, mode].map(|mode| last[mode].layers.get(layer));
                Some(evaluation?.mean - training?.mean)
            }));
        }
    }
    let caption = match training {
        None => "Test scores, mean over the seeds ± half of its 95 % interval".to_owned(),
        Some(Training { comparison, .. }) => {
            let p = comparison.drop_probability.shown(notation);
            let p = significant(p, 6);
            format!("Test scores at p = {p}, mean over the seeds ± half of its 95 % interval")
        }
    };
    Table {
        caption,
        columns: vec![
            "rule, and how evaluated",
            "networks",
            "accuracy, %",
            "loss",
            "calibration error",
            "std at evaluation ÷ in training, layer by layer",
            "mean at evaluation less that in training",
        ],
        cells,
    }
}
