//! A layer of ones: its weights, its units under a draw of the mask, and draws of its output.

use super::RunningMoments;
use super::units::{Streams, Unit, Units, redrawn};
use crate::settings::{Distribution, DropProbability, Input, Seed, Settings, Weights};
use crate::theory::{Bins, LayerOutput, Rule};

/// A layer of units of one that is summed, and the draws of its masks.
#[derive(Debug, Clone)]
pub struct Layer {
    units: Units,
    rule: Rule,
    seed: Seed,
    weights: Vec<f64>,
}

impl Layer {
    /// The layer of these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let ones = Input {
            distribution: Distribution::Ones,
            ..Input::default()
        };
        let seed = settings.seed.unwrap_or(Seed(0));
        let p = settings.drop_probability;
        Self {
            units: Units::new(&ones, p),
            rule: Rule::new(settings.scaling, p),
            seed,
            weights: weights(settings, seed),
        }
    }

    /// The weight of each unit; their sum is the number of units.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The units under a draw of the mask or of the noise, the first of them first.
    pub fn units(&self, draw: u32, mut visit: impl FnMut(Unit)) {
        let mut streams = Streams::new(self.seed, redrawn(draw));
        self.units.draw(&mut streams, self.weights.len(), |unit| {
            visit(unit.with(1.0, self.rule));
        });
    }

    /// The layer's output under a draw.
    #[must_use]
    pub fn output(&self, draw: u32) -> f64 {
        let mut weights = self.weights.iter();
        let mut sum = 0.0;
        self.units(draw, |unit| sum += weights.next().unwrap_or(&0.0) * unit.d);
        sum
    }
}

/// Draws of a layer's output, from a first number to a last.
#[derive(Debug, Clone)]
pub struct LayerDraws {
    layer: Layer,
    settings: Settings,
    bins: Bins,
    counts: Vec<u32>,
    moments: RunningMoments,
    last: u32,
    output: f64,
}

impl LayerDraws {
    /// The histogram has at most so many bins.
    pub const BINS: usize = 61;

    /// The one draw that the settings name.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let layer = Layer::new(settings);
        let exact = LayerOutput::new(&layer.weights, settings.drop_probability, settings.scaling);
        let bins = exact.bins(Self::BINS);
        let mut draws = Self {
            counts: vec![0; bins.masses.len()],
            bins,
            moments: RunningMoments::default(),
            last: settings.draw,
            output: 0.0,
            layer,
            settings: settings.clone(),
        };
        draws.add(settings.draw);
        draws
    }

    /// Whether draws with these settings are of the same layer, and come after these.
    #[must_use]
    pub fn lead_to(&self, settings: &Settings) -> bool {
        let layer = |it: &Settings| (it.drop_probability, it.scaling, it.seed);
        let weights = |it: &Settings| (it.units, it.weights);
        layer(&self.settings) == layer(settings)
            && weights(&self.settings) == weights(settings)
            && (self.last..=self.last.saturating_add(Self::MOST)).contains(&settings.draw)
    }

    /// No more draws than these are made on the way to a later one.
    pub const MOST: u32 = 1000;

    /// Draws on until the number `draw`, but of no more than `most` units, and at least once; says
    /// whether it is there.
    pub fn advance(&mut self, draw: u32, most: u32) -> bool {
        let units = self.settings.units.get();
        for _ in 0..(most / units).max(1) {
            if self.last >= draw {
                break;
            }
            self.add(self.last + 1);
        }
        self.last >= draw
    }

    fn add(&mut self, draw: u32) {
        self.last = draw;
        self.output = self.layer.output(draw);
        self.moments.push(self.output);
        if let Some(index) = self.bins.index(self.output) {
            self.counts[index] += 1;
        }
    }

    /// The layer.
    #[must_use]
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// The bins of the histogram.
    #[must_use]
    pub fn bins(&self) -> &Bins {
        &self.bins
    }

    /// How many draws fell into each of the bins.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The moments of all draws.
    #[must_use]
    pub fn moments(&self) -> &RunningMoments {
        &self.moments
    }

    /// The number of the last draw.
    #[must_use]
    pub fn last(&self) -> u32 {
        self.last
    }

    /// The output of the last draw.
    #[must_use]
    pub fn output(&self) -> f64 {
        self.output
    }
}

fn weights(settings: &Settings, seed: Seed) -> Vec<f64> {
    let count = settings.units.get();
    let units = f64::from(count);
    match settings.weights {
        Weights::Equal => vec![1.0; count as usize],
        Weights::Few => {
            let carrying = count.div_ceil(10);
            let weight = units / f64::from(carrying);
            let of = |unit| if unit < carrying { weight } else { 0.0 };
            (0..count).map(of).collect()
        }
        Weights::Random => {
            let mut weights = Vec::new();
            // Of a stream of their own, and whatever p is.
            let normal = Units::new(&Input::default(), DropProbability::default());
            let mut streams = Streams::new(Seed(seed.0 ^ 0xa076_1d64_78bd_642f), 0);
            normal.draw(&mut streams, count as usize, |unit| weights.push(unit.x));
            let shift = 1.0 - weights.iter().sum::<f64>() / units;
            for weight in &mut weights {
                *weight += shift;
            }
            weights
        }
    }
}
