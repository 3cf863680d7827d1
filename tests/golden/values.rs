//! What one run measures, natively and in the browser.

/// The settings of [`RUN`].
pub(crate) const FRAGMENT: &str = "n=300001&seed=7";

/// What a run with [`FRAGMENT`] measures.
pub(crate) const RUN: [(&str, f64); 6] = [
    ("x.mean", -0.0016149924858225588),
    ("x.std", 0.9986146200450633),
    ("d.mean", -0.0005472189316779183),
    ("d.std", 1.1936660009568696),
    ("ratio.std", 1.1953219760622016),
    ("d.zeros", 0.29911233629221234),
];
