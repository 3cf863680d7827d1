//! The figure of a few units before and after one draw of the mask.

use super::format::{grouped, significant};
use super::readout::{Cursor, Readable, Reading, Table};
use super::{Sentence, Symbol};
use crate::sampling::{Unit, draw_units};
use crate::settings::{Scaling, Seed, Settings};
use crate::theory::Exact;

/// How many units the figure shows.
pub(super) const UNITS: usize = 40;

/// What the mask figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskFigure {
    /// The units, from left to right.
    pub units: Vec<Unit>,
    /// The activations shown; 0 is among them.
    pub range: (f64, f64),
    /// The symbol that the reader points at.
    pub highlight: Option<Symbol>,
    /// The unit that the reader points at.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
}

impl MaskFigure {
    pub(super) fn new(settings: &Settings, exact: &Exact) -> Self {
        let seed = settings.seed.unwrap_or(Seed(0));
        let units = draw_units(settings, seed, UNITS);
        let values = || units.iter().flat_map(|unit| [unit.x, unit.d]);
        let low = values().fold(0.0, f64::min);
        let high = values().fold(0.0, f64::max);
        // A little room for the marks; and some height where all is 0.
        let room = match 0.08 * (high - low) {
            room if room > 0.0 => room,
            _ => 1.0,
        };
        Self {
            range: (low - room, high + room),
            highlight: None,
            cursor: None,
            summary: summary(settings, exact, &units),
            units,
        }
    }

    /// What the figure shows, as a sentence below it.
    pub(super) fn sentence(&self) -> Sentence {
        ("mask", self.summary.clone())
    }
}

impl Readable for MaskFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    /// The units' numbers.
    fn places(&self) -> Vec<f64> {
        (1..).map(f64::from).take(self.units.len()).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.and_then(|place| {
            let mut units = (1..).map(f64::from).zip(&self.units);
            let (_, unit) = units.find(|(number, _)| *number == place)?;
            let [x, d] = [unit.x, unit.d].map(|value| significant(value, 3));
            let label = significant(place, 3);
            let reading = |value, line| Reading {
                value,
                lines: vec![line],
            };
            Some(Cursor {
                place,
                readings: vec![
                    reading(unit.x, format!("before {x}")),
                    reading(unit.d, format!("after {d}")),
                ],
                words: format!("Unit {label} is {}: {x} before, {d} after.", fate(unit)),
                label,
            })
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let mut cells = Vec::new();
        for (number, unit) in (1..).zip(&self.units) {
            cells.push(grouped(number));
            cells.push(significant(unit.x, 4));
            cells.push(fate(unit).to_owned());
            cells.push(significant(unit.d, 4));
        }
        Table {
            caption: "The units before and after this draw".to_owned(),
            columns: vec!["unit", "before", "mask", "after"],
            cells,
        }
    }
}

fn fate(unit: &Unit) -> &'static str {
    if unit.kept { "kept" } else { "dropped" }
}

fn summary(settings: &Settings, exact: &Exact, units: &[Unit]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
    let count = units.len() as f64;
    let mean = |value: fn(&Unit) -> f64| units.iter().map(value).sum::<f64>() / count;
    let (x_mean, d_mean) = (mean(|unit| unit.x), mean(|unit| unit.d));
    let kept = units.iter().filter(|unit| unit.kept).count();
    let [before, after, expected] =
        [x_mean, d_mean, exact.slope * x_mean].map(|mean| significant(mean, 3));
    let draw = grouped(u64::from(settings.draw) + 1);
    let happened = if settings.scaling == Scaling::Gaussian {
        format!("each of the {UNITS} units is multiplied by its own random number")
    } else {
        format!(
            "{kept} of {UNITS} units are kept, {} on average",
            significant(settings.drop_probability.keep() * count, 3)
        )
    };
    format!(
        "Draw {draw}: {happened}. Their mean was {before} and is {after}; the average over all draws \
         is {expected}."
    )
}
