//! What one run measures, natively and in the browser.

/// The settings of [`RUN`].
pub(crate) const FRAGMENT: &str = "n=300001&seed=7";

/// What a run with [`FRAGMENT`] measures.
pub(crate) const RUN: [(&str, f64); 6] = [
    ("x.mean", 0.003317156571010913),
    ("x.std", 0.9996232104544582),
    ("d.mean", 0.004524768497926909),
    ("d.std", 1.1922284867024218),
    ("ratio.std", 1.1926778752570175),
    ("d.zeros", 0.30059899800334),
];
