//! The figure of the std ratio against the drop probability.

use super::format::{fixed, signed_per_cent, significant};
use super::readout::{Cursor, Readable, Reading, Table};
use super::symbol::Symbol;
use crate::settings::{DropProbability, Notation, Scaling, Settings};
use crate::theory::Exact;

/// What the forum thread measured with 10 000 × 10 000 standard normal numbers: (p, std ratio).
/// It reported 5 %, 15 % and 41 %.
pub const THREAD_MEASUREMENTS: [(f64, f64); 3] = [(0.1, 1.05), (0.25, 1.15), (0.5, 1.41)];

/// What the ratio figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioFigure {
    /// (p, σ_d/σ_x) for p from 0 towards 1; empty where σ_x = 0.
    pub curve: Vec<(f64, f64)>,
    /// Which probability the axis names.
    pub notation: Notation,
    /// What the axis is.
    pub axis: String,
    /// What the curve is.
    pub label: String,
    /// What the reference is.
    pub reference_label: &'static str,
    /// 1/√(1-p), for comparison, where the curve is another.
    pub reference: Vec<(f64, f64)>,
    /// The ratios shown.
    pub range: (f64, f64),
    /// The current p and its ratio; `None` where σ_x = 0.
    pub marker: Option<(f64, f64)>,
    /// What the marker says.
    pub marker_label: String,
    /// Where the reader points.
    pub cursor: Option<Cursor>,
    /// What is lit up: for p the marker.
    pub highlight: Option<Symbol>,
    /// What the figure shows, in words.
    pub summary: String,
}

/// Up to here the figure shows all of the curve, or up to the current p: 1/√(1-p) has no end.
const SHOWN: f64 = 0.86;
const LAST: f64 = 0.99;
const STEPS: u32 = 99;

/// The figure is at least so high that the thread's measurements are in it.
const LEAST_HIGH: f64 = 1.48;

impl RatioFigure {
    pub(super) fn new(settings: &Settings, exact: &Exact) -> Self {
        let p = settings.drop_probability.get();
        let notation = settings.notation;
        let last = LAST.max(p);
        let curve: Vec<_> = (0..=STEPS)
            .filter_map(|step| {
                let p = last * f64::from(step) / f64::from(STEPS);
                let exact = Exact::new(
                    &settings.input,
                    DropProbability::new(p).ok()?,
                    settings.scaling,
                );
                Some((p, exact.standard_deviation_ratio()?))
            })
            .collect();
        let is_inverse_root = curve
            .iter()
            .all(|(p, ratio)| (ratio * (1.0 - p).sqrt() - 1.0).abs() < 1e-9);
        let reference = if is_inverse_root {
            Vec::new()
        } else {
            curve
                .iter()
                .map(|(p, _)| (*p, 1.0 / (1.0 - p).sqrt()))
                .collect()
        };
        let shown = p.max(SHOWN);
        let marker = exact.standard_deviation_ratio().map(|ratio| (p, ratio));
        let ratios = || {
            let shown = curve.iter().filter(move |point| point.0 <= shown);
            shown.chain(&marker).map(|point| point.1)
        };
        let lowest = ratios().fold(1.0, f64::min);
        let highest = ratios().fold(LEAST_HIGH, f64::max);
        Self {
            notation,
            axis: format!("p, {}", notation.probability()),
            label: if is_inverse_root {
                notation.inverse_root().to_owned()
            } else {
                rule_name(settings.scaling, notation)
            },
            reference_label: notation.inverse_root(),
            reference,
            range: (lowest, highest),
            marker,
            cursor: None,
            highlight: None,
            marker_label: marker.map_or_else(String::new, |(_, ratio)| signed_per_cent(ratio)),
            summary: summary(marker, settings),
            curve,
        }
    }
}

impl Readable for RatioFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        self.curve.iter().map(|point| point.0).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.and_then(|place| {
            let index = self.curve.iter().position(|point| point.0 == place)?;
            let ratio = self.curve[index].1;
            let label = significant(self.notation.of(place), 4);
            let factor = format!("{}×", significant(ratio, 4));
            let change = signed_per_cent(ratio);
            let mut words =
                format!("At p = {label}, std after dropout {factor} that before, {change}.");
            let mut readings = vec![Reading {
                value: ratio,
                lines: vec![factor, change],
            }];
            if let Some(&(_, value)) = self.reference.get(index) {
                let factor = format!("{}×", significant(value, 4));
                words.extend([" ", self.reference_label, " would be ", &factor, "."]);
                readings.push(Reading {
                    value,
                    lines: vec![factor],
                });
            }
            Some(Cursor {
                place,
                label,
                readings,
                words,
            })
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The current p, then from 0 on every twentieth.
    fn table(&self) -> Table {
        let mut columns = vec!["p", "std after ÷ before", "change", "thread measured"];
        let has_reference = !self.reference.is_empty();
        if has_reference {
            columns.push(self.reference_label);
        }
        let mut cells = Vec::new();
        for &(p, ratio) in self.marker.iter().chain(self.curve.iter().step_by(5)) {
            let measured = THREAD_MEASUREMENTS.iter().find(|(at, _)| *at == p);
            let now = if cells.is_empty() { ", as set" } else { "" };
            cells.push(significant(self.notation.of(p), 4) + now);
            cells.push(fixed(ratio, 4));
            cells.push(signed_per_cent(ratio));
            cells.push(measured.map_or_else(String::new, |(_, ratio)| fixed(*ratio, 2)));
            if has_reference {
                cells.push(fixed(1.0 / (1.0 - p).sqrt(), 4));
            }
        }
        Table {
            caption: format!(
                "Standard deviation after dropout ÷ before it: {}",
                self.label
            ),
            columns,
            cells,
        }
    }
}

fn rule_name(scaling: Scaling, notation: Notation) -> String {
    match scaling {
        Scaling::None => "not rescaled".to_owned(),
        Scaling::Inverted => format!("rescaled by {}", notation.inverse()),
        Scaling::Sqrt => format!("rescaled by {}", notation.inverse_root()),
        Scaling::Gaussian => "Gaussian dropout".to_owned(),
        Scaling::Alpha => "alpha dropout".to_owned(),
    }
}

fn summary(marker: Option<(f64, f64)>, settings: &Settings) -> String {
    let notation = settings.notation;
    match marker {
        Some((_, ratio)) => format!(
            "Standard deviation after dropout divided by the one before it, against {}. At p = {} \
             it is {} ({}).",
            notation.probability(),
            significant(settings.drop_probability.shown(notation), 4),
            significant(ratio, 4),
            signed_per_cent(ratio)
        ),
        None => "The input has no spread, so the ratio of the standard deviations is not defined."
            .to_owned(),
    }
}
