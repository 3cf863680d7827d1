//! Every number that stands in the text and the tables, under the name that the page gives it.

use super::format::{decimals_for, duration, fixed, grouped, significant, trimmed};
use super::{Run, derivation};
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
const NO_VALUE: &str = "–";

pub(super) fn quantities(
    settings: &Settings,
    exact: &Exact,
    run: Option<Run<'_>>,
) -> Vec<Quantity> {
    let mut list = List(Vec::new());
    derivation::add_quantities(&mut list.0, settings, exact);
    let estimate = run.map(|run| run.estimate);
    let samples = estimate.map_or(settings.samples.get(), Estimate::samples);
    for row in Comparison::all(exact, samples, estimate) {
        let decimals = decimals_for(row.standard_error.unwrap_or(0.0));
        list.push("exact", row.name, row.exact, |value| {
            trimmed(fixed(value, decimals))
        });
        list.push("measured", row.name, row.measured, |value| {
            fixed(value, decimals)
        });
        list.push("stderr", row.name, row.standard_error, |value| {
            if value > 0.0 {
                fixed(value, decimals)
            } else {
                "0".to_owned()
            }
        });
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

struct List(Vec<Quantity>);

impl List {
    fn push(
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
