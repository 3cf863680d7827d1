//! Is the experiment random enough?
//!
//! Over 2³⁰ samples in 64 trials, each of two seeds and eight chunks, every sample x is to be N(0, 1),
//! every unit dropped with probability p, and all of them independent. What each group of tests would
//! catch:
//!
//! | tests | of | catch |
//! |---|---|---|
//! | Kolmogorov–Smirnov, Anderson–Darling | x | a shift, a wrong scale, heavy or light tails |
//! | χ² of 1024 bins and tails | x | a coarse or gappy transform, values that come back too often |
//! | χ² beyond 4 σ, rates beyond 4.5 to 6 σ | x | tails cut off or repeated: words too short for the radius |
//! | moments 1 to 6 | x | a bias that the moments of the page would show |
//! | rate, patterns of 8 | mask | a threshold that is off, bits that hang together |
//! | mask and its own x | both | one word used twice |
//! | lanes | pairs | streams of lanes that overlap or were seeded alike |
//! | coordinates of a pair | pairs | a transform that turns one word's flaw into two values' |
//! | next draw of a lane, next block | pairs | a generator whose words hang together |
//! | other half of a chunk, next chunk, next seed | pairs | a short period, streams that are the same |
//!
//! Of pairs, x with x (χ² of 32 × 32 cells, correlation of x and of x²), mask with mask, and each's
//! mask with the other's x are tested. The modules, in reading order:
//!
//! | module | what it holds |
//! |---|---|
//! | `distributions` | from a statistic to its p-value |
//! | `lattice` | the bins and cells of x |
//! | `sampler` | where samples come from |
//! | `shape`, `masks`, `pairs` | the tests |
//! | `battery` | all of them |
//! | `verdict` | what many p-values say together |
//! | `teeth` | samplers that are broken on purpose |
//!
//! Each test yields a p-value in each trial and one for all trials together. None may be nearer to 0
//! or 1 than a bound that follows from their number (`verdict::judge`), and those of the trials must be
//! uniform. The seeds are fixed, so that the verdict on a sampler never changes.
//!
//! What this can't show: 2.1 samples are expected beyond 6 σ, so a sampler that never goes there passes;
//! a unit test of the kernel covers that. And a rate, a mean or a scale that is off by less than some
//! 10⁻⁴ is not noticed: the standard errors of 2³⁰ samples are 1.4, 3.1 and 2.2·10⁻⁵.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod battery;
mod distributions;
mod lattice;
mod masks;
mod pairs;
mod sampler;
mod shape;
#[cfg(not(target_arch = "wasm32"))]
mod teeth;
mod verdict;

use battery::Battery;
use lattice::Lattice;
use sampler::Dropout;
use verdict::{PValue, judge};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// No multiple of a power of 2, and far from 1/2, where a mask would be right even if inverted.
const P: f64 = 1.0 / 3.0;

/// How many trials the large sample has; the small one follows them.
const TRIALS: u64 = 64;

/// The p-values of all trials together.
fn pooled(lattice: &Lattice, batteries: Vec<Battery>) -> Vec<PValue> {
    let all = batteries
        .into_iter()
        .reduce(|all, battery| all.merge(&battery))
        .expect("there are trials");
    let mut p_values = all.p_values(lattice);
    p_values.extend(all.shape().far_tails(lattice));
    p_values
}

/// The battery on 8·10⁶ samples, natively and in the browser: there to catch what a compiler makes
/// wrong for one of them.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_small_sample_is_random_enough() {
    let lattice = Lattice::new();
    let sampler = Dropout::new(P);
    let trial = |trial| Battery::trial(&lattice, &sampler, P, trial, 2);
    let batteries = vec![trial(TRIALS), trial(TRIALS + 1)];
    judge("a small sample", &pooled(&lattice, batteries));
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::collections::BTreeSet;

    use rayon::prelude::*;

    use super::distributions::{normal_two_sided, poisson_two_sided};
    use super::pairs::{Coded, Pairs, Partner};
    use super::sampler::{CHUNK, Draws, GaussianDropout};
    use super::shape::Shape;
    use super::teeth::{Broken, Case};
    use super::verdict::{REJECTED, uniformity};
    use super::*;

    /// Prints each test's smallest p-value in a trial, that of all trials, and that of its uniformity.
    fn print(trials: &[Vec<PValue>], pooled: &[PValue], uniform: &[PValue]) {
        println!("{:<45} smallest   together   uniform", "test");
        for (index, (pooled, uniform)) in pooled.iter().zip(uniform).enumerate() {
            let smallest = trials
                .iter()
                .map(|trial| trial[index].p)
                .fold(1.0, f64::min);
            println!(
                "{:<45} {smallest:.2e}   {:.2e}   {:.2e}",
                pooled.test, pooled.p, uniform.p
            );
        }
        for pooled in pooled.iter().skip(uniform.len()) {
            println!("{:<45}            {:.2e}", pooled.test, pooled.p);
        }
    }

    /// Judges the p-values of each trial, of all together, and their uniformity.
    fn judge_trials(what: &str, trials: Vec<Vec<PValue>>, pooled: Vec<PValue>) {
        let uniform = uniformity(&trials);
        print(&trials, &pooled, &uniform);
        let mut p_values = pooled;
        p_values.extend(uniform);
        p_values.extend(trials.into_iter().flatten());
        judge(what, &p_values);
    }

    /// 2³⁰ = 1.07·10⁹ samples.
    #[test]
    fn a_thousand_million_samples_are_random_enough() {
        let (lattice, sampler) = (Lattice::new(), Dropout::new(P));
        let batteries: Vec<_> = (0..TRIALS)
            .into_par_iter()
            .map(|trial| Battery::trial(&lattice, &sampler, P, trial, 8))
            .collect();
        let trials = batteries.iter().map(|battery| battery.p_values(&lattice));
        let trials = trials.collect();
        judge_trials("2^30 samples", trials, pooled(&lattice, batteries));
    }

    /// Every test of the battery notices a defect that it is there for.
    ///
    /// The p-value of the broken sample, all of its trials together, must be below [`REJECTED`]. Where
    /// only one link between samples was made, no test that has nothing to do with it may notice.
    #[test]
    fn each_test_notices_a_broken_sampler() {
        let lattice = Lattice::new();
        let outcomes: Vec<_> = Case::all()
            .into_par_iter()
            .map(|case| {
                let broken = Broken::new(P, case.defect);
                let batteries = (0..case.trials)
                    .into_par_iter()
                    .map(|trial| Battery::trial(&lattice, &broken, P, trial, case.chunks))
                    .collect();
                let p_values = pooled(&lattice, batteries);
                (case, p_values)
            })
            .collect();

        let mut silent: BTreeSet<_> = outcomes[0].1.iter().map(|value| &value.test).collect();
        for (case, p_values) in &outcomes {
            println!("{case}");
            for value in p_values {
                let expected = case.noticed_by.contains(&value.test);
                let rejected = value.p < REJECTED;
                if rejected || expected {
                    println!("  {:<45} {:.1e}", value.test, value.p);
                }
                assert!(rejected || !expected, "{case} passes: {value:?}");
                if case.is_linked() {
                    assert_eq!(rejected, expected, "{case}: {value:?}");
                }
                if expected {
                    silent.remove(&value.test);
                }
            }
        }
        assert_eq!(silent, BTreeSet::new(), "tests that no case needs");
    }

    /// The p-value of the rate at which `sampler` drops units in so many chunks, if `p` is right: the
    /// count is binomial, and where few are dropped nearly Poisson.
    fn rate(sampler: &Dropout, p: f64, chunks: u64) -> f64 {
        let count = (0..chunks)
            .into_par_iter()
            .map(|chunk| sampler.dropped(1000 + chunk / 8, chunk % 8))
            .sum::<u64>();
        let n = chunks as f64 * CHUNK as f64;
        if p < 1e-3 {
            poisson_two_sided(count, n * p)
        } else {
            normal_two_sided((count as f64 - n * p) / (n * p * (1.0 - p)).sqrt())
        }
    }

    /// Units are dropped at the rate that was set, whatever it is; a rate that is off by 2⁻¹², or a
    /// tiny one that is doubled, would be noticed.
    #[test]
    fn every_rate_is_kept() {
        let tiny = 2_f64.powi(-20);
        let p_values: Vec<_> = [
            (tiny, 128),
            (0.01, 64),
            (0.1, 64),
            (P, 64),
            (0.5, 64),
            (0.7, 64),
            (0.999, 64),
        ]
        .into_iter()
        .map(|(p, chunks)| PValue::new(format!("rate {p}"), rate(&Dropout::new(p), p, chunks)))
        .collect();
        judge("rates", &p_values);
        println!("{p_values:#?}");

        for (p, actual, chunks) in [(P, P + 2_f64.powi(-12), 256), (tiny, 2.0 * tiny, 128)] {
            let p_value = rate(&Dropout::new(actual), p, chunks);
            println!("rate {actual} for {p}: {p_value:.1e}");
            assert!(p_value < REJECTED, "{actual} passes for {p}: {p_value}");
        }
    }

    /// What the tests need to know of Gaussian dropout's noise.
    struct Noise {
        shape: Shape,
        coordinates: Pairs,
        with_x: Pairs,
    }

    impl Noise {
        /// From two chunks of one seed; `distort` may spoil the noise, given x.
        fn trial(lattice: &Lattice, seed: u64, distort: impl Fn(&Draws, &mut Draws)) -> Self {
            let mut all = Self {
                shape: Shape::new(),
                coordinates: Pairs::new(),
                with_x: Pairs::new(),
            };
            let sampler = GaussianDropout::new();
            let [mut x, mut noise] = [Draws::default(), Draws::default()];
            let [mut x_codes, mut codes] = [Vec::new(), Vec::new()];
            for chunk in 0..2 {
                sampler.draw(seed, chunk, &mut x, &mut noise);
                distort(&x, &mut noise);
                battery::encode(lattice, &mut Shape::new(), &x, &mut x_codes);
                battery::encode(lattice, &mut all.shape, &noise, &mut codes);
                let [x, noise] = [(&x, &x_codes), (&noise, &codes)]
                    .map(|(draws, codes)| Coded { x: &draws.x, codes });
                all.coordinates.add_within(noise, 4);
                all.with_x.add_streams(x, noise);
            }
            all
        }

        fn merge(mut self, other: &Self) -> Self {
            self.shape.merge(&other.shape);
            self.coordinates.merge(&other.coordinates);
            self.with_x.merge(&other.with_x);
            self
        }

        fn p_values(&self, lattice: &Lattice) -> Vec<PValue> {
            let mut p_values = self.shape.p_values(lattice);
            p_values.extend(self.coordinates.of_x(Partner::Bits(4).name()));
            p_values.extend(self.with_x.of_x("x with its noise"));
            p_values
        }
    }

    /// The noise of Gaussian dropout is N(0, 1), and independent of x: 2²⁷ samples.
    #[test]
    fn gaussian_noise_is_normal_and_independent() {
        let lattice = Lattice::new();
        let noises: Vec<_> = (0..TRIALS)
            .into_par_iter()
            .map(|seed| Noise::trial(&lattice, seed, |_, _| ()))
            .collect();
        let trials = noises
            .iter()
            .map(|noise| noise.p_values(&lattice))
            .collect();
        let all = noises.into_iter().reduce(|all, noise| all.merge(&noise));
        let pooled = all.expect("there are trials").p_values(&lattice);
        judge_trials("Gaussian noise", trials, pooled);

        // One in 128 is x instead.
        let broken = Noise::trial(&lattice, 0, |x, noise| {
            for index in (0..CHUNK).step_by(128) {
                noise.x[index] = x.x[index];
            }
        });
        for value in broken.with_x.of_x("x in the noise") {
            assert!(value.p < REJECTED, "{value:?}");
        }
    }
}
