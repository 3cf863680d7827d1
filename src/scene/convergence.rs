//! The figure of a run's estimate closing in on the exact value.

use super::Run;
use super::format::{decimals_for, fixed, grouped, significant};
use super::readout::{Cursor, Readable, Reading, Table};
use crate::theory::Exact;

/// What the convergence figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvergenceFigure {
    /// What is measured.
    pub name: &'static str,
    /// Its exact value.
    pub exact: f64,
    /// What the exact value's line says.
    pub exact_label: String,
    /// The estimates, from few samples to many.
    pub estimates: Vec<EstimatePoint>,
    /// The common logarithms of the samples shown.
    pub decades: (f64, f64),
    /// The estimates shown.
    pub range: (f64, f64),
    /// Where the reader points.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
}

/// The estimate after so many samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EstimatePoint {
    /// How many samples there were.
    pub samples: u64,
    /// The common logarithm of the number of samples.
    pub decade: f64,
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The fewest samples shown.
const FEWEST: f64 = 256.0;

/// The figure is so high that it shows three standard errors after so many samples.
const FILLED_AT: u64 = 1000;

impl ConvergenceFigure {
    /// `samples` is how many the whole run draws.
    pub(super) fn new(exact: &Exact, samples: u64, run: Option<Run<'_>>) -> Self {
        let ratio = exact.standard_deviation_ratio();
        let value = ratio.unwrap_or_else(|| exact.d.standard_deviation());
        let error = |samples: u64| {
            let errors = exact.standard_errors(samples);
            errors
                .standard_deviation_ratio
                .unwrap_or(errors.d_standard_deviation)
        };
        let history = run.map(|run| run.estimate.history()).unwrap_or_default();
        let estimates: Vec<_> = history
            .iter()
            .filter_map(|point| {
                let measured = match ratio {
                    Some(_) => point.standard_deviation_ratio,
                    None => point.d_standard_deviation,
                };
                Some(EstimatePoint {
                    samples: point.samples,
                    decade: decade(point.samples as f64),
                    value: measured?,
                    standard_error: error(point.samples),
                })
            })
            .collect();
        let reach = match 3.0 * error(FILLED_AT) {
            reach if reach > 0.0 => reach,
            _ => 0.1 * value.max(1.0),
        };
        let name = match ratio {
            Some(_) => "std after ÷ std before, measured",
            None => "std after, measured",
        };
        Self {
            name,
            exact: value,
            exact_label: format!("exact {}", significant(value, 6)),
            summary: summary(
                name,
                value,
                history.last().map(|last| last.samples),
                &estimates,
            ),
            estimates,
            decades: (decade(FEWEST), decade(samples.max(1000) as f64)),
            range: (value - reach, value + reach),
            cursor: None,
        }
    }
}

impl EstimatePoint {
    /// The estimate and two standard errors, with as many decimals as they deserve.
    fn texts(&self) -> [String; 2] {
        let decimals = decimals_for(self.standard_error);
        [self.value, 2.0 * self.standard_error].map(|value| fixed(value, decimals))
    }
}

impl Readable for ConvergenceFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        self.estimates.iter().map(|point| point.decade).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.and_then(|place| {
            let mut points = self.estimates.iter();
            let point = points.find(|point| point.decade == place)?;
            let label = grouped(point.samples);
            let [value, errors] = point.texts();
            Some(Cursor {
                place,
                words: format!("After {label} samples: {value} ± {errors}, two standard errors."),
                label,
                readings: vec![Reading {
                    value: point.value,
                    lines: vec![format!("{value} ± {errors}")],
                }],
            })
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Some twenty of the estimates, the last of them among these.
    fn table(&self) -> Table {
        let step = self.estimates.len().div_ceil(20).max(1);
        let mut shown: Vec<_> = self.estimates.iter().rev().step_by(step).collect();
        shown.reverse();
        let mut cells = Vec::new();
        for point in shown {
            let apart = (point.value - self.exact).abs() / point.standard_error;
            cells.push(grouped(point.samples));
            cells.extend(point.texts());
            cells.push(if point.standard_error > 0.0 {
                format!("{} s.e.", fixed(apart, 1))
            } else {
                String::new()
            });
        }
        Table {
            caption: format!("{}; {}", self.name, self.exact_label),
            columns: vec!["samples", "measured", "two standard errors", "apart by"],
            cells,
        }
    }
}

fn decade(samples: f64) -> f64 {
    libm::log10(samples)
}

fn summary(name: &str, exact: f64, samples: Option<u64>, estimates: &[EstimatePoint]) -> String {
    let exact = significant(exact, 6);
    match (samples, estimates.last()) {
        (Some(samples), Some(last)) => {
            let decimals = decimals_for(last.standard_error);
            format!(
                "{name}, against the number of samples. After {} samples it is {} plus or minus \
                 {}, two standard errors; the exact value is {exact}.",
                grouped(samples),
                fixed(last.value, decimals),
                fixed(2.0 * last.standard_error, decimals)
            )
        }
        _ => format!("{name}, against the number of samples. The exact value is {exact}."),
    }
}
