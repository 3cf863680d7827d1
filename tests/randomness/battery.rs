//! All tests of one sampler.

use super::lattice::Lattice;
use super::masks::{Code, Masks};
use super::pairs::{Coded, Pairs, Partner};
use super::sampler::{Draws, Sampler};
use super::shape::Shape;
use super::verdict::PValue;

/// What the tests need to know of a sample: counts and sums, which can be merged.
#[derive(Debug, Clone)]
pub(crate) struct Battery {
    shape: Shape,
    masks: Masks,
    pairs: [Pairs; Partner::ALL.len()],
}

/// A chunk with its codes.
#[derive(Debug, Clone, Default)]
struct CodedChunk {
    draws: Draws,
    codes: Vec<Code>,
}

impl CodedChunk {
    fn coded(&self) -> Coded<'_> {
        Coded {
            x: &self.draws.x,
            codes: &self.codes,
        }
    }
}

/// Counts the values, and gives each sample its code.
pub(crate) fn encode(lattice: &Lattice, shape: &mut Shape, draws: &Draws, codes: &mut Vec<Code>) {
    codes.clear();
    let mut dropped = draws.dropped.iter();
    shape.add(&draws.x, |bin| {
        let dropped = dropped.next().is_some_and(|dropped| *dropped);
        codes.push(lattice.cell(bin) << 1 | Code::from(dropped));
    });
}

impl Battery {
    fn new(p: f64) -> Self {
        Self {
            shape: Shape::new(),
            masks: Masks::new(p),
            pairs: std::array::from_fn(|_| Pairs::new()),
        }
    }

    /// Draws and counts the first `chunks` chunks, which must be even, of the seeds 2·`trial` and
    /// 2·`trial` + 1, from a sampler that is to drop units at the rate `p`.
    pub(crate) fn trial(
        lattice: &Lattice,
        sampler: &impl Sampler,
        p: f64,
        trial: u64,
        chunks: u64,
    ) -> Self {
        assert_eq!(chunks % 2, 0);
        let mut battery = Self::new(p);
        let mut drawn: [[CodedChunk; 2]; 2] = Default::default();
        for first in (0..chunks).step_by(2) {
            for (seed, drawn) in (2 * trial..).zip(&mut drawn) {
                for (chunk, drawn) in (first..).zip(drawn) {
                    sampler.draw(seed, chunk, &mut drawn.draws);
                    battery.add(lattice, drawn);
                }
            }
            battery.add_partners(&drawn);
        }
        battery
    }

    fn add(&mut self, lattice: &Lattice, chunk: &mut CodedChunk) {
        encode(lattice, &mut self.shape, &chunk.draws, &mut chunk.codes);
        self.masks.add(&chunk.codes);
        for (pairs, partner) in self.pairs.iter_mut().zip(Partner::ALL) {
            if let Partner::Bits(bits) = partner {
                pairs.add_within(chunk.coded(), bits);
            }
        }
    }

    /// Adds the pairs of two chunks of two seeds: `drawn[seed][chunk]`.
    fn add_partners(&mut self, drawn: &[[CodedChunk; 2]; 2]) {
        let [first, second] = drawn;
        for (pairs, partner) in self.pairs.iter_mut().zip(Partner::ALL) {
            let mut add = |a: &CodedChunk, b: &CodedChunk| pairs.add_streams(a.coded(), b.coded());
            match partner {
                Partner::Bits(_) => (),
                Partner::Chunk => drawn.iter().for_each(|[a, b]| add(a, b)),
                Partner::Seed => first.iter().zip(second).for_each(|(a, b)| add(a, b)),
            }
        }
    }

    pub(crate) fn merge(mut self, other: &Self) -> Self {
        self.shape.merge(&other.shape);
        self.masks.merge(&other.masks);
        for (pairs, more) in self.pairs.iter_mut().zip(&other.pairs) {
            pairs.merge(more);
        }
        self
    }

    /// Every test that has enough to say of any sample.
    pub(crate) fn p_values(&self, lattice: &Lattice) -> Vec<PValue> {
        let mut p_values = self.shape.p_values(lattice);
        p_values.extend(self.masks.p_values());
        for (pairs, partner) in self.pairs.iter().zip(Partner::ALL) {
            p_values.extend(pairs.of_x(partner.name()));
            p_values.extend(pairs.of_masks(partner.name()));
        }
        p_values
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }
}
