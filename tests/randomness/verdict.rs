//! What the p-values say together.

#[cfg(not(target_arch = "wasm32"))]
use super::distributions::kolmogorov_smirnov;

/// The p-value of one test of one sample.
#[derive(Debug, Clone)]
pub(crate) struct PValue {
    pub(crate) test: String,
    pub(crate) p: f64,
}

impl PValue {
    pub(crate) fn new(test: impl Into<String>, p: f64) -> Self {
        Self {
            test: test.into(),
            p,
        }
    }

    /// Whether this lies so near 0, or so near 1, that one is to doubt the sample; NaN does as well.
    fn is_beyond(&self, bound: f64) -> bool {
        !(self.p >= bound && self.p <= 1.0 - bound)
    }
}

/// The probability that one call of [`judge`] refuses a perfect sampler. There are four, so it is below
/// 10⁻³ for all of them; and the seeds are fixed, so that it happens always or never.
const FALSE_ALARM: f64 = 2.5e-4;

/// A broken sampler must give a p-value below this, which is far below every bound that a good one has
/// to keep.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const REJECTED: f64 = 1e-10;

/// Asserts that no p-value is nearer to 0 or to 1 than [`FALSE_ALARM`] allows.
///
/// Each of N p-values is uniform if all is well, whatever the others are, so that one of them is nearer
/// than FALSE_ALARM/2N with a probability of at most FALSE_ALARM. Near 1 is suspicious too: so evenly
/// spread are quasi-random numbers.
pub(crate) fn judge(what: &str, p_values: &[PValue]) {
    let bound = FALSE_ALARM / (2.0 * p_values.len() as f64);
    let extreme = |pick: fn(f64, f64) -> f64| {
        let p = p_values.iter().map(|value| value.p);
        p.reduce(pick).unwrap_or(f64::NAN)
    };
    println!(
        "{what}: {} p-values from {:.2e} to 1 - {:.2e}, allowed from {bound:.1e}",
        p_values.len(),
        extreme(f64::min),
        1.0 - extreme(f64::max),
    );
    let refused = p_values.iter().filter(|value| value.is_beyond(bound));
    let refused: Vec<_> = refused
        .map(|value| format!("{}: {:e}", value.test, value.p))
        .collect();
    assert!(
        !p_values.is_empty() && refused.is_empty(),
        "{what}: {refused:#?}"
    );
}

/// For each test, whether its p-values in the trials are uniform: Kolmogorov–Smirnov against U(0, 1).
///
/// Many small biases that no single p-value shows, such as a scale that is off by a few standard
/// errors of one trial, show here.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn uniformity(trials: &[Vec<PValue>]) -> Vec<PValue> {
    let tests = trials.first().map_or(0, Vec::len);
    let uniform = |test: usize| {
        let mut p: Vec<_> = trials.iter().map(|trial| trial[test].p).collect();
        p.sort_by(f64::total_cmp);
        let n = p.len() as f64;
        let distances = p.iter().zip(0..).map(|(p, index)| {
            let below = f64::from(index) / n;
            (p - below).max(below + 1.0 / n - p)
        });
        // A p-value that is no number is lost here, but `judge` refuses it by itself.
        let distance = distances.fold(0.0, f64::max);
        let name = format!("{}, uniform over the trials", trials[0][test].test);
        PValue::new(name, kolmogorov_smirnov(n.sqrt() * distance, n))
    };
    (0..tests).map(uniform).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn trials(p: impl Fn(f64) -> f64) -> Vec<Vec<PValue>> {
        (0..64)
            .map(|trial| vec![PValue::new("test", p((f64::from(trial) + 0.5) / 64.0))])
            .collect()
    }

    #[test]
    fn uniform_p_values_are_told_from_others() {
        let p = |trials: &[Vec<PValue>]| uniformity(trials)[0].p;
        assert!(p(&trials(|u| u)) > 0.999_999);
        assert!(p(&trials(|u| u.powi(3))) < 1e-3);
        assert!(p(&trials(|u| u / 4.0)) < REJECTED);
        assert!(uniformity(&trials(|_| f64::NAN))[0].is_beyond(1e-9));
    }

    #[test]
    fn what_is_no_number_is_beyond_every_bound() {
        for (p, beyond) in [(f64::NAN, true), (0.0, true), (1.0, true), (0.5, false)] {
            assert_eq!(PValue::new("test", p).is_beyond(1e-9), beyond);
        }
    }
}
