//! The page's own tests, for the reader's browser: what the theory gives against reference values,
//! what the sampler draws against what it draws everywhere else, and whether that is random as it
//! should be.

use super::format::{fixed, significant};
use crate::sampling::{Digest, Experiment};
use crate::settings::{Distribution, Named, Scaling, Seed, Settings};
use crate::theory::Exact;

/// One test and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was tested.
    pub name: String,
    /// What was found.
    pub found: String,
    /// What is right.
    pub expected: String,
    /// Whether it was found.
    pub passed: bool,
}

/// Settings, and with them the variance after dropout and the ratio of the standard deviations,
/// computed with 40 digits.
pub const REFERENCES: [(&str, f64, f64); 6] = [
    ("p=0.25", 1.333_333_333_333_333_3, 1.154_700_538_379_251_7),
    ("p=0.5&mu=1", 3.0, 1.732_050_807_568_877_2),
    (
        "p=0.3&mu=2&sigma=0.5",
        2.071_428_571_428_571_6,
        2.878_491_668_515_698,
    ),
    (
        "p=0.36&mu=1&sigma=2&scale=sqrt",
        4.36,
        1.044_030_650_891_055,
    ),
    (
        "p=0.36&mu=1&sigma=2&scale=none",
        2.7904,
        0.835_224_520_712_844,
    ),
    (
        "p=0.5&input=relu",
        0.840_845_056_908_104_6,
        1.570_650_249_713_238_9,
    ),
];

/// For each rule, in the order of its names, a digest of what it draws for each input.
const DIGESTS: [u64; 5] = [
    0x78fb_3b19_c55d_064f,
    0xe733_4062_9d4c_976b,
    0x506d_22b3_7b8a_465f,
    0xedc0_754e_9339_675a,
    0xfbd2_8cba_44c3_f3fd,
];

/// So many runs, of so many samples each, make the statistical test of a rule.
const RUNS: u32 = 100;
const SAMPLES: &str = "2000";

/// The sum of the squares of [`RUNS`] standard normal numbers is outside of these in one of 10⁶
/// cases.
const SQUARES: (f64, f64) = (45.0, 178.0);

/// Runs all tests. The sampler's randomness is tested with the streams of `seed` and the seeds after
/// it, which should be others each time.
#[must_use]
pub fn self_check(seed: Seed) -> Vec<Check> {
    let mut checks = vec![references()];
    for (&(scale, _), expected) in Scaling::NAMES.iter().zip(DIGESTS) {
        let found = digest(scale);
        checks.push(Check {
            name: format!("bits, {scale}"),
            found: format!("{found:x}"),
            expected: format!("{expected:x}"),
            passed: found == expected,
        });
    }
    let mut first = seed.0;
    for &(scale, _) in Scaling::NAMES {
        let [mean, ratio] = squares(scale, first);
        first = first.wrapping_add(u64::from(RUNS));
        let is_right = |sum: f64| sum > SQUARES.0 && sum < SQUARES.1;
        checks.push(Check {
            name: format!("chance, {scale}"),
            found: format!("mean {}, std ratio {}", fixed(mean, 1), fixed(ratio, 1)),
            expected: format!("{RUNS} ± 14"),
            passed: is_right(mean) && is_right(ratio),
        });
    }
    checks
}

/// The largest relative difference from the reference values.
fn references() -> Check {
    const ALLOWED: f64 = 1e-13;
    let mut largest: f64 = 0.0;
    for (fragment, variance, ratio) in REFERENCES {
        let settings = Settings::from_fragment(fragment).settings;
        let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
        let found = exact.standard_deviation_ratio().unwrap_or(f64::INFINITY);
        for (found, expected) in [(exact.d.variance, variance), (found, ratio)] {
            largest = largest.max((found / expected - 1.0).abs());
        }
    }
    Check {
        name: format!("theory, {} references", REFERENCES.len()),
        found: format!("off by {} · 10⁻¹⁶", significant(1e16 * largest, 2)),
        expected: "at most 1000 · 10⁻¹⁶".to_owned(),
        passed: largest <= ALLOWED,
    }
}

fn settings(scale: &str, input: &str, samples: &str) -> Settings {
    Settings::from_fragment(&format!(
        "mu=0.4&sigma=1.7&scale={scale}&input={input}&n={samples}"
    ))
    .settings
}

fn digest(scale: &str) -> u64 {
    let mut digest = Digest::default();
    let inputs = Distribution::NAMES.iter();
    // A fragment holds no data of the reader's own.
    for (input, _) in inputs.filter(|(_, input)| *input != Distribution::Custom) {
        let settings = settings(scale, input, "20001");
        let experiment = Experiment::new(&settings, settings.samples, Seed(7));
        // Fewer samples than one chunk holds.
        digest.add(experiment.run_chunks(0, 1));
    }
    digest.0
}

/// Over all runs, the sums of the squares of by how many standard errors the mean after dropout and
/// the ratio of the standard deviations are off.
fn squares(scale: &str, first_seed: u64) -> [f64; 2] {
    let settings = settings(scale, "normal", SAMPLES);
    let mut sums = [0.0; 2];
    for number in 0..RUNS {
        let seed = Seed(first_seed.wrapping_add(u64::from(number)));
        let experiment = Experiment::new(&settings, settings.samples, seed);
        let rows = experiment.compare(&experiment.run());
        for (sum, row) in sums.iter_mut().zip([rows[2], rows[4]]) {
            let z = row.z().unwrap_or(f64::INFINITY);
            *sum += z * z;
        }
    }
    sums
}
