//! The figure of the std ratio against the drop probability.

use super::format::{signed_per_cent, significant};
use crate::settings::{DropProbability, Scaling, Settings};
use crate::theory::Exact;

/// What the forum thread measured with 10 000 × 10 000 standard normal numbers: (p, std ratio).
/// It reported 5 %, 15 % and 41 %.
pub const THREAD_MEASUREMENTS: [(f64, f64); 3] = [(0.1, 1.05), (0.25, 1.15), (0.5, 1.41)];

/// What the ratio figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioFigure {
    /// (p, σ_d/σ_x) for p from 0 towards 1; empty where σ_x = 0.
    pub curve: Vec<(f64, f64)>,
    /// What the curve is.
    pub label: &'static str,
    /// 1/√(1-p), for comparison, where the curve is another.
    pub reference: Vec<(f64, f64)>,
    /// The ratios shown.
    pub range: (f64, f64),
    /// The current p and its ratio; `None` where σ_x = 0.
    pub marker: Option<(f64, f64)>,
    /// What the marker says.
    pub marker_label: String,
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
        let ratios = || {
            let shown = curve.iter().filter(move |point| point.0 <= shown);
            shown.map(|point| point.1)
        };
        let lowest = ratios().fold(1.0, f64::min);
        let highest = ratios().fold(LEAST_HIGH, f64::max);
        let marker = exact.standard_deviation_ratio().map(|ratio| (p, ratio));
        Self {
            label: if is_inverse_root {
                "1/√(1−p)"
            } else {
                rule_name(settings.scaling)
            },
            reference,
            range: (lowest, highest),
            marker,
            marker_label: marker.map_or_else(String::new, |(_, ratio)| signed_per_cent(ratio)),
            summary: summary(marker),
            curve,
        }
    }
}

fn rule_name(scaling: Scaling) -> &'static str {
    match scaling {
        Scaling::None => "not rescaled",
        Scaling::Inverted => "rescaled by 1/(1−p)",
        Scaling::Sqrt => "rescaled by 1/√(1−p)",
        Scaling::Gaussian => "Gaussian dropout",
        Scaling::Alpha => "alpha dropout",
    }
}

fn summary(marker: Option<(f64, f64)>) -> String {
    match marker {
        Some((p, ratio)) => format!(
            "Standard deviation after dropout divided by the one before it, against the \
             probability to drop. At p = {} it is {} ({}).",
            significant(p, 4),
            significant(ratio, 4),
            signed_per_cent(ratio)
        ),
        None => "The input has no spread, so the ratio of the standard deviations is not defined."
            .to_owned(),
    }
}
