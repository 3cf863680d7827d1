//! Where the samples come from: the experiment, a chunk at a time.

use dropout_moments::sampling::{Block, Experiment};
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
        each_block(&self.0, seed, chunk, |block, size| {
            let kept = block.kept()[..size].iter();
            count += kept.map(|&kept| u64::from(kept == 0)).sum::<u64>();
        });
        count
    }
}

impl Sampler for Dropout {
    fn draw(&self, seed: u64, chunk: u64, draws: &mut Draws) {
        draws.x.clear();
        draws.dropped.clear();
        each_block(&self.0, seed, chunk, |block, size| {
            draws.x.extend_from_slice(&block.x()[..size]);
            let kept = block.kept()[..size].iter();
            draws.dropped.extend(kept.map(|&kept| kept == 0));
        });
    }
}

/// Gaussian dropout's x and noise, both to be N(0, 1).
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone)]
pub(crate) struct GaussianDropout(Settings);

#[cfg(not(target_arch = "wasm32"))]
impl GaussianDropout {
    pub(crate) fn new() -> Self {
        Self(settings("p=0.5&scale=gaussian"))
    }

    /// Replaces `x` and `noise` by those of one chunk of one seed.
    pub(crate) fn draw(&self, seed: u64, chunk: u64, x: &mut Draws, noise: &mut Draws) {
        for draws in [&mut *x, &mut *noise] {
            draws.x.clear();
            draws.dropped.clear();
            draws.dropped.resize(CHUNK, false);
        }
        each_block(&self.0, seed, chunk, |block, size| {
            x.x.extend_from_slice(&block.x()[..size]);
            noise.x.extend_from_slice(&block.noise()[..size]);
        });
    }
}

fn settings(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, [], "{fragment}");
    parsed.settings
}

/// Gives `visit` each block of a chunk, all of it, and how many samples of the block count.
fn each_block(settings: &Settings, seed: u64, chunk: u64, visit: impl FnMut(&Block, usize)) {
    let samples = SampleCount::new((chunk + 1) * CHUNK as u64).expect("is allowed");
    let experiment = Experiment::new(settings, samples, Seed(seed));
    assert_eq!(experiment.chunks(), chunk + 1, "a chunk has another size");
    experiment.draw_chunk(chunk, visit);
}
