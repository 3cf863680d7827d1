//! Where the samples come from: the experiment, a chunk at a time.

use dropout_moments::sampling::Experiment;
use dropout_moments::settings::{SampleCount, Seed, Settings};

/// How many samples a chunk of the experiment holds.
pub(crate) const CHUNK: usize = 1 << 20;

/// The samples of one chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draws {
    /// Standardised: to be N(0, 1).
    pub(crate) x: Vec<f32>,
    /// Whether the unit was dropped.
    pub(crate) dropped: Vec<bool>,
}

/// What draws chunks; the real one, or one that is broken on purpose.
pub(crate) trait Sampler: Sync {
    /// Replaces `draws` by those of one chunk of one seed.
    fn draw(&self, seed: u64, chunk: u64, draws: &mut Draws);
}

/// The experiment's x, N(0, 1), and its mask.
#[derive(Debug, Clone)]
pub(crate) struct Dropout(Settings);

impl Dropout {
    /// With units dropped at the probability `p`.
    pub(crate) fn new(p: f64) -> Self {
        Self(settings(&format!("p={p}")))
    }

    /// How many units of one chunk of one seed are dropped.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn dropped(&self, seed: u64, chunk: u64) -> u64 {
        let mut count = 0;
        each_block(&self.0, seed, chunk, |_, _, dropped| {
            count += u64::from(dropped.iter().sum::<i32>().unsigned_abs());
        });
        count
    }
}

impl Sampler for Dropout {
    fn draw(&self, seed: u64, chunk: u64, draws: &mut Draws) {
        draws.x.clear();
        draws.dropped.clear();
        each_block(&self.0, seed, chunk, |x, _, dropped| {
            draws.x.extend_from_slice(x);
            draws
                .dropped
                .extend(dropped.iter().map(|dropped| *dropped != 0));
        });
    }
}

/// Gaussian dropout's x and noise, both to be N(0, 1).
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone)]
pub(crate) struct GaussianDropout(Settings);

#[cfg(not(target_arch = "wasm32"))]
impl GaussianDropout {
    /// μ/σ of the input. Far from 0, so that the noise can be told from d at every x.
    const MEAN: f32 = 10.0;

    pub(crate) fn new() -> Self {
        Self(settings(&format!(
            "p=0.5&scale=gaussian&mu={}&sigma=1",
            Self::MEAN
        )))
    }

    /// Replaces `x` and `noise` by those of one chunk of one seed.
    ///
    /// With σ = 1 and a noise of variance p/(1-p) = 1, d is (μ + x)·(1 + noise), of mean μ and
    /// variance (μ² + 1)·2 - μ² = μ² + 2. So the noise is (d·√(μ² + 2) - x)/(μ + x), with a rounding
    /// error of some 10⁻⁷.
    pub(crate) fn draw(&self, seed: u64, chunk: u64, x: &mut Draws, noise: &mut Draws) {
        let unit = (Self::MEAN * Self::MEAN + 2.0).sqrt();
        for draws in [&mut *x, &mut *noise] {
            draws.x.clear();
            draws.dropped.clear();
            draws.dropped.resize(CHUNK, false);
        }
        each_block(&self.0, seed, chunk, |block_x, d, _| {
            x.x.extend_from_slice(block_x);
            let values = block_x.iter().zip(d);
            noise
                .x
                .extend(values.map(|(x, d)| (d * unit - x) / (Self::MEAN + x)));
        });
    }
}

fn settings(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, [], "{fragment}");
    parsed.settings
}

/// Gives `visit` the x, d and mask of each block of a chunk, all of it.
fn each_block(
    settings: &Settings,
    seed: u64,
    chunk: u64,
    mut visit: impl FnMut(&[f32], &[f32], &[i32]),
) {
    let samples = SampleCount::new((chunk + 1) * CHUNK as u64).expect("is allowed");
    let experiment = Experiment::new(settings, samples, Seed(seed));
    assert_eq!(experiment.chunks(), chunk + 1, "a chunk has another size");
    experiment.draw_chunk(chunk, |block, size| {
        visit(
            &block.x()[..size],
            &block.d()[..size],
            &block.dropped()[..size],
        );
    });
}
