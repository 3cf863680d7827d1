//! The experiment as a whole: its chunks, and the estimate that they add up to.

use std::ops::Range as Span;

use super::generator::LaneGenerator;
use super::histogram::{Histogram, Range};
use super::kernel::{Accumulator, Bins, Block, Kernel, Sums};
use super::moments::{RunningMoments, as_f64, as_u64};
use super::units::{Streams, Units};
use crate::settings::{Distribution, SampleCount, Seed, Settings};
use crate::theory::{Exact, Rule};

/// The thread's experiment for one setting: x, a mask or noise, and d, n times.
///
/// ```
/// use dropout_moments::sampling::Experiment;
/// use dropout_moments::settings::{SampleCount, Seed, Settings};
///
/// let settings = Settings::from_fragment("#p=0.5&n=1e6").settings;
/// let experiment = Experiment::new(&settings, settings.samples, Seed(7));
/// let mut estimate = experiment.estimate();
/// for chunk in 0..experiment.chunks() {
///     estimate.add(&experiment.run_chunk(chunk));
/// }
/// for row in experiment.compare(&estimate) {
///     assert!(row.z().is_none_or(|z| z.abs() < 5.0), "{row:?}");
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Experiment {
    exact: Exact,
    range: Range,
    kernel: Kernel,
    /// For the reader's own data, which the kernel does not draw from.
    units: Option<Units>,
    rule: Rule,
    samples: u64,
    seed: Seed,
}

/// A chunk in the middle of being run: it can be left after any block, and gone on with later.
#[derive(Debug, Clone)]
pub struct ChunkRun {
    chunk: u64,
    samples: usize,
    drawn: usize,
    streams: Streams,
    accumulator: Accumulator,
    result: ChunkResult,
}

/// What one chunk adds to the estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct ChunkResult {
    sums: Sums,
    before: Histogram,
    after: Histogram,
    /// Of a run's first chunk: the sums after 1, 2, 4, … blocks, where a run's estimate moves most.
    early: Vec<Sums>,
}

/// What the chunks so far, merged in order, say.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    sums: Sums,
    before: Histogram,
    after: Histogram,
    history: Vec<Checkpoint>,
}

/// What a run had measured after so many samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checkpoint {
    /// How many samples there were.
    pub samples: u64,
    /// The standard deviation of d.
    pub d_standard_deviation: Option<f64>,
    /// The standard deviation of d over that of x.
    pub standard_deviation_ratio: Option<f64>,
}

/// One quantity, measured and exact. Standard deviations have the divisor n-1, as `torch.std`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// `x.mean`, `x.std`, `d.mean`, `d.std`, `ratio.std` (std of d over that of x) or `d.zeros`
    /// (the fraction of d that is exactly 0).
    pub name: &'static str,
    /// The exact value; `None` where it is not defined.
    pub exact: Option<f64>,
    /// The standard error of the measured value.
    pub standard_error: Option<f64>,
    /// The measured value; `None` where it is not defined, or before there are samples.
    pub measured: Option<f64>,
}

impl Comparison {
    /// By how many standard errors the measured value lies above the exact one; `None` where
    /// either is missing, or nothing varies.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        let error = self.standard_error.filter(|error| *error > 0.0)?;
        Some((self.measured? - self.exact?) / error)
    }

    /// Every quantity of a run of `samples` samples, with the measured values of `estimate` if
    /// there is one.
    #[must_use]
    pub fn all(exact: &Exact, samples: u64, estimate: Option<&Estimate>) -> [Self; 6] {
        let errors = exact.standard_errors(samples);
        let measured = estimate.map_or([None; 6], |estimate| measured(&estimate.sums));
        let rows = [
            ("x.mean", Some(exact.x.mean), Some(errors.x_mean)),
            (
                "x.std",
                Some(exact.x.standard_deviation()),
                Some(errors.x_standard_deviation),
            ),
            ("d.mean", Some(exact.d.mean), Some(errors.d_mean)),
            (
                "d.std",
                Some(exact.d.standard_deviation()),
                Some(errors.d_standard_deviation),
            ),
            (
                "ratio.std",
                exact.standard_deviation_ratio(),
                errors.standard_deviation_ratio,
            ),
            ("d.zeros", Some(exact.d_zeros), Some(errors.zeros)),
        ];
        Self::of(rows, measured)
    }

    /// What is exact, its standard error and what is measured, quantity by quantity.
    pub(super) fn of(
        rows: [(&'static str, Option<f64>, Option<f64>); 6],
        measured: [Option<f64>; 6],
    ) -> [Self; 6] {
        std::array::from_fn(|row| {
            let (name, exact, standard_error) = rows[row];
            Self {
                name,
                exact,
                standard_error,
                measured: measured[row],
            }
        })
    }
}

/// How many samples a chunk holds. Small enough that a slow phone is done with it in some tens of
/// milliseconds, so that Cancel and progress need nothing else.
const CHUNK: usize = 1 << 20;

/// A run of more samples than this fills its histogram from one block of this many: a picture
/// needs no more, and counting costs more than drawing.
const EVERY_BLOCK_UP_TO: u64 = 1 << 22;
const HISTOGRAM_STRIDE: usize = 64;

impl Experiment {
    /// The experiment of these settings, with `samples` samples from the streams of `seed`.
    #[must_use]
    pub fn new(settings: &Settings, samples: SampleCount, seed: Seed) -> Self {
        let (input, p, scaling) = (&settings.input, settings.drop_probability, settings.scaling);
        Self {
            exact: Exact::new(input, p, scaling),
            range: Range::of(input, p, scaling),
            kernel: Kernel::new(input, p, scaling),
            units: (input.distribution == Distribution::Custom).then(|| Units::new(input, p)),
            rule: Rule::new(scaling, p),
            samples: samples.get(),
            seed,
        }
    }

    /// What `estimate`, of this experiment, measured, beside the exact values.
    #[must_use]
    pub fn compare(&self, estimate: &Estimate) -> [Comparison; 6] {
        Comparison::all(&self.exact, estimate.samples(), Some(estimate))
    }

    /// How many samples the whole run draws.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// How many chunks there are to run.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.samples.div_ceil(CHUNK as u64)
    }

    /// How many samples chunk number `chunk` holds.
    fn samples_of(&self, chunk: u64) -> usize {
        let left = self
            .samples
            .saturating_sub(chunk.saturating_mul(CHUNK as u64));
        usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK))
    }

    /// Draws the samples of chunk number `chunk`, a block at a time. `visit` gets each block and how
    /// many of its samples, from the first on, belong to the run.
    pub fn draw_chunk(&self, chunk: u64, mut visit: impl FnMut(&Block, usize)) {
        let mut generator = LaneGenerator::new(self.seed, chunk);
        let all = 0..self.samples_of(chunk);
        self.draw_blocks(&mut generator, all, |_, block, size| visit(block, size));
    }

    /// As [`draw_chunk`](Self::draw_chunk), for samples that begin with a block, which `visit` is also
    /// told the number of.
    fn draw_blocks(
        &self,
        generator: &mut LaneGenerator,
        samples: Span<usize>,
        mut visit: impl FnMut(usize, &Block, usize),
    ) {
        let mut block = Block::empty();
        for first in samples.clone().step_by(Block::SAMPLES) {
            self.kernel.draw(generator, &mut block);
            let size = Block::SAMPLES.min(samples.end - first);
            visit(first / Block::SAMPLES, &block, size);
        }
    }

    /// Runs all chunks, one after the other.
    #[must_use]
    pub fn run(&self) -> Estimate {
        let mut estimate = self.estimate();
        for chunk in 0..self.chunks() {
            estimate.add(&self.run_chunk(chunk));
        }
        estimate
    }

    /// Runs chunk number `chunk`, which must be below [`chunks`](Self::chunks) to hold samples.
    #[must_use]
    pub fn run_chunk(&self, chunk: u64) -> ChunkResult {
        let mut run = self.begin_chunk(chunk);
        self.go_on(&mut run, CHUNK);
        run.into_result()
    }

    /// Chunk number `chunk`, before any of its samples.
    #[must_use]
    pub fn begin_chunk(&self, chunk: u64) -> ChunkRun {
        ChunkRun {
            chunk,
            samples: self.samples_of(chunk),
            drawn: 0,
            streams: Streams::new(self.seed, chunk),
            accumulator: Accumulator::default(),
            result: ChunkResult {
                sums: Sums::default(),
                before: Histogram::new(self.range),
                after: Histogram::new(self.range),
                early: Vec::new(),
            },
        }
    }

    /// Draws `samples` more samples of a chunk of this experiment: whole blocks, and no more than are
    /// left. Where it is left in between does not change what the chunk gives.
    pub fn go_on(&self, run: &mut ChunkRun, samples: usize) {
        let more = samples.min(CHUNK).next_multiple_of(Block::SAMPLES);
        let until = run.samples.min(run.drawn + more);
        match &self.units {
            Some(units) => self.add_units(units, run, until),
            None => self.add_samples(run, until),
        }
        run.drawn = until;
    }

    fn add_samples(&self, run: &mut ChunkRun, until: usize) {
        let stride = if self.samples <= EVERY_BLOCK_UP_TO {
            1
        } else {
            HISTOGRAM_STRIDE
        };
        let maps = self.kernel.bin_maps(self.range);
        let mut bins = [Bins::empty(), Bins::empty()];
        let ChunkRun {
            accumulator,
            result,
            ..
        } = run;
        let more = run.drawn..until;
        self.draw_blocks(&mut run.streams.kernel, more, |number, block, size| {
            accumulator.add(&self.kernel, block, size);
            if number.is_multiple_of(stride) {
                self.kernel.find_bins(block, &maps, &mut bins);
                result.before.add_at(bins[0].first(size));
                result.after.add_at(bins[1].first(size));
            }
            if run.chunk == 0 && (number + 1).is_power_of_two() {
                result.early.push(accumulator.sums(&self.kernel));
            }
        });
        result.sums = accumulator.sums(&self.kernel);
    }

    /// As [`add_samples`](Self::add_samples), unit by unit.
    fn add_units(&self, units: &Units, run: &mut ChunkRun, until: usize) {
        let ChunkRun {
            chunk,
            streams,
            result,
            ..
        } = run;
        let mut samples = run.drawn;
        units.draw(streams, until - run.drawn, |unit| {
            let (after, is_atom) = unit.after(self.rule);
            result.sums.x.push(unit.x);
            result.sums.d.push(after);
            result.sums.zeros += u64::from(after == 0.0);
            let continuous = (unit.x != 0.0 && self.exact.x.variance > 0.0).then_some(unit.x);
            result.before.add(continuous);
            let continuous = continuous.filter(|_| !is_atom).map(|_| after);
            result.after.add(continuous);
            samples += 1;
            if *chunk == 0 && samples >= Block::SAMPLES && samples.is_power_of_two() {
                result.early.push(result.sums);
            }
        });
    }

    /// Runs `count` chunks from number `first` on. Gives their results as
    /// [numbers](ChunkResult::to_numbers), one after the other.
    #[must_use]
    pub fn run_chunks(&self, first: u64, count: u64) -> Vec<f64> {
        let mut numbers = Vec::new();
        for chunk in first..first + count {
            numbers.extend(self.run_chunk(chunk).to_numbers());
        }
        numbers
    }

    /// Reads back what [`run_chunks`](Self::run_chunks) wrote, a chunk at least; `None` where it did
    /// not.
    #[must_use]
    pub fn read_results(&self, numbers: &[f64]) -> Option<Vec<ChunkResult>> {
        let mut results = Vec::new();
        let mut rest = numbers;
        while !rest.is_empty() || results.is_empty() {
            let (result, after) = self.read_result(rest)?;
            results.push(result);
            rest = after;
        }
        Some(results)
    }

    /// Reads the first result, and says what comes after it.
    fn read_result<'a>(&self, numbers: &'a [f64]) -> Option<(ChunkResult, &'a [f64])> {
        let (sums, numbers) = numbers.split_first_chunk()?;
        let (before, numbers) = numbers.split_at_checked(Histogram::NUMBERS)?;
        let (after, numbers) = numbers.split_at_checked(Histogram::NUMBERS)?;
        let (early, numbers) = numbers.split_first()?;
        let early = usize::try_from(as_u64(*early)).ok()?;
        let (early, rest) = numbers.split_at_checked(early.checked_mul(Sums::NUMBERS)?)?;
        let result = ChunkResult {
            sums: Sums::from_numbers(sums),
            before: Histogram::from_numbers(self.range, before)?,
            after: Histogram::from_numbers(self.range, after)?,
            early: early.as_chunks().0.iter().map(Sums::from_numbers).collect(),
        };
        Some((result, rest))
    }

    /// The estimate before any chunk.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        Estimate {
            sums: Sums::default(),
            before: Histogram::new(self.range),
            after: Histogram::new(self.range),
            history: Vec::new(),
        }
    }
}

impl ChunkRun {
    /// Whether all its samples are drawn.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.drawn == self.samples
    }

    /// What the samples so far give.
    #[must_use]
    pub fn into_result(self) -> ChunkResult {
        self.result
    }
}

impl ChunkResult {
    /// As numbers, exact, to be posted from a worker.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let mut numbers = self.sums.to_numbers().to_vec();
        numbers.extend(self.before.to_numbers());
        numbers.extend(self.after.to_numbers());
        numbers.push(as_f64(self.early.len() as u64));
        for sums in &self.early {
            numbers.extend(sums.to_numbers());
        }
        numbers
    }
}

impl Estimate {
    /// Adds a chunk. Chunks must be added in their order, from 0 on: sums of floating-point
    /// numbers depend on it.
    pub fn add(&mut self, chunk: &ChunkResult) {
        // One at the chunk's end is all of it.
        let is_early = |early: &&Sums| early.x.count() < chunk.sums.x.count();
        for early in chunk.early.iter().filter(is_early) {
            self.remember(early);
        }
        self.sums.merge(&chunk.sums);
        self.before.merge(&chunk.before);
        self.after.merge(&chunk.after);
        let sums = self.sums;
        self.remember(&sums);
    }

    /// Adds a checkpoint, in the place of the last one if that lies too close to the one before for
    /// a figure to tell them apart.
    fn remember(&mut self, sums: &Sums) {
        const APART: f64 = 1.02;
        let [_, _, _, d_standard_deviation, standard_deviation_ratio, _] = measured(sums);
        if let [.., before, last] = self.history.as_slice()
            && as_f64(last.samples) < APART * as_f64(before.samples)
        {
            self.history.pop();
        }
        self.history.push(Checkpoint {
            samples: sums.x.count(),
            d_standard_deviation,
            standard_deviation_ratio,
        });
    }

    /// What the run had measured on its way, from a few hundred samples to all so far.
    #[must_use]
    pub fn history(&self) -> &[Checkpoint] {
        &self.history
    }

    /// How many samples there are so far.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.sums.x.count()
    }

    /// The values of x in the run.
    #[must_use]
    pub fn before(&self) -> &Histogram {
        &self.before
    }

    /// The values of d in the run.
    #[must_use]
    pub fn after(&self) -> &Histogram {
        &self.after
    }
}

/// The measured values, in the order of [`Comparison::all`].
fn measured(Sums { x, d, zeros }: &Sums) -> [Option<f64>; 6] {
    let [x_std, d_std] = [x, d].map(RunningMoments::sample_standard_deviation);
    let ratio = d_std
        .zip(x_std.filter(|x_std| *x_std > 0.0))
        .map(|(d_std, x_std)| d_std / x_std);
    let zeros = (x.count() > 0).then(|| as_f64(*zeros) / as_f64(x.count()));
    [x.mean(), x_std, d.mean(), d_std, ratio, zeros]
}
