//! The numbers that stand in the text and the tables, under the names that the page gives them.

use super::Run;
use super::format::{decimals_for, duration, fixed, grouped, significant, trimmed};
use crate::sampling::{Comparison, Estimate};
use crate::settings::Settings;
use crate::theory::Exact;

/// A number of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its name, as in `data-quantity`.
    pub name: String,
    /// Its value; `None` where it is not defined or not yet known.
    pub value: Option<f64>,
    /// The value as it is shown.
    pub text: String,
}

/// What is shown where there is no value.
pub(super) const NO_VALUE: &str = "–";

/// The numbers of the run.
pub(super) fn quantities(
    settings: &Settings,
    exact: &Exact,
    run: Option<Run<'_>>,
) -> Vec<Quantity> {
    let mut list = List(Vec::new());
    let estimate = run.map(|run| run.estimate);
    let samples = estimate.map_or(settings.samples.get(), Estimate::samples);
    for row in Comparison::all(exact, samples, estimate) {
        list.compare("", &row);
        list.push("z", row.name, row.z(), |z| {
            format!("{} s.e.", fixed(z.abs(), 1))
        });
    }
    list.push("run", "samples", run.map(|_| samples as f64), |_| {
        grouped(samples)
    });
    list.push("run", "seconds", run.map(|run| run.seconds), duration);
    list.0
}

impl Quantity {
    /// A number of the text, with four digits.
    pub(super) fn of_text(name: &str, value: Option<f64>) -> Self {
        Self {
            name: name.to_owned(),
            value,
            text: shown(value, |value| significant(value, 4)),
        }
    }
}

/// The text of a value, or of there being none.
pub(super) fn shown(value: Option<f64>, text: impl FnOnce(f64) -> String) -> String {
    value.map_or_else(|| NO_VALUE.to_owned(), text)
}

pub(super) struct List(pub(super) Vec<Quantity>);

impl List {
    /// The exact and the measured value and its standard error, to as many digits as that allows.
    pub(super) fn compare(&mut self, prefix: &str, row: &Comparison) {
        let error = row.standard_error.unwrap_or(0.0);
        let text = |value: f64| {
            if error > 0.0 {
                fixed(value, decimals_for(error))
            } else {
                significant(value, 5)
            }
        };
        let mut push = |kind: &str, value, text: &dyn Fn(f64) -> String| {
            self.push(&format!("{prefix}{kind}"), row.name, value, text);
        };
        push("exact", row.exact, &|value| trimmed(text(value)));
        push("measured", row.measured, &text);
        push("stderr", row.standard_error, &text);
    }

    pub(super) fn push(
        &mut self,
        kind: &str,
        name: &str,
        value: Option<f64>,
        text: impl FnOnce(f64) -> String,
    ) {
        self.0.push(Quantity {
            name: format!("{kind}.{name}"),
            value,
            text: shown(value, text),
        });
    }
}
