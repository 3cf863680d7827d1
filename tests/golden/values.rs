//! What one run measures, natively and in the browser.

/// The settings of [`RUN`].
pub(crate) const FRAGMENT: &str = "n=300001&seed=7";

/// What a run with [`FRAGMENT`] measures.
pub(crate) const RUN: [(&str, f64); 6] = [
    ("x.mean", 0.0033171567007499237),
    ("x.std", 0.9996232127150877),
    ("d.mean", 0.0045247689692100405),
    ("d.std", 1.1922284843117892),
    ("ratio.std", 1.1926778701682648),
    ("d.zeros", 0.30059899800334),
];
