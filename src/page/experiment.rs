//! One run of the experiment: which chunks are still to do, and what those that came back say.

use std::rc::Rc;

use super::workers::{Job, Task};
use crate::sampling::{ChunkResult, Comparison, Estimate, Experiment};
use crate::scene::{duration, fixed, grouped};
use crate::settings::{SampleCount, Seed, Settings};

/// A run in the page.
pub(super) struct Run {
    id: u32,
    experiment: Experiment,
    fragment: Rc<str>,
    estimate: Estimate,
    /// Results that wait for those of earlier chunks.
    waiting: Vec<(u64, ChunkResult)>,
    merged: u64,
    issued: u64,
    lost: Vec<Job>,
    /// When the first job was handed out: starting workers is not part of the run.
    started: Option<f64>,
    seconds: f64,
    state: State,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Running,
    Done,
    Cancelled,
    Failed,
}

impl State {
    /// As `data-experiment` has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl Run {
    pub(super) fn new(id: u32, settings: &Settings, samples: SampleCount, seed: Seed) -> Self {
        let experiment = Experiment::new(settings, samples, seed);
        let mut settings = settings.clone();
        settings.samples = samples;
        settings.seed = Some(seed);
        Self {
            id,
            estimate: experiment.estimate(),
            fragment: settings.to_fragment().into(),
            experiment,
            waiting: Vec::new(),
            merged: 0,
            issued: 0,
            lost: Vec::new(),
            started: None,
            seconds: 0.0,
            state: State::Running,
        }
    }

    /// Its number among the runs.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn chunks(&self) -> u64 {
        self.experiment.chunks()
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn estimate(&self) -> &Estimate {
        &self.estimate
    }

    /// What it has measured, beside what is exact.
    pub(super) fn compare(&self) -> [Comparison; 6] {
        self.experiment.compare(&self.estimate)
    }

    /// How many samples the whole run draws.
    pub(super) fn samples(&self) -> u64 {
        self.experiment.samples()
    }

    /// How long the samples so far took, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// The share of the samples that is in the estimate.
    pub(super) fn progress(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 10¹⁰")]
        let progress = self.estimate.samples() as f64 / self.experiment.samples() as f64;
        progress
    }

    /// The next chunks to do, `most` at most, if there are some. `now` is in milliseconds.
    pub(super) fn next_job(&mut self, most: u64, now: f64) -> Option<Job> {
        if self.state != State::Running {
            return None;
        }
        self.started.get_or_insert(now);
        self.lost.pop().or_else(|| {
            let left = self.chunks() - self.issued;
            // Fewer towards the end, so that no worker is left alone with many.
            let count = (left / 8).clamp(1, most);
            (left > 0).then(|| {
                let first = self.issued;
                self.issued += count;
                Job {
                    run: self.id,
                    task: Task::Chunks { first, count },
                    fragment: Rc::clone(&self.fragment),
                    given: Rc::default(),
                }
            })
        })
    }

    /// Takes back a job that was not done.
    pub(super) fn take_back(&mut self, job: Job) {
        if job.run == self.id {
            self.lost.push(job);
        }
    }

    /// Adds the results of the chunks from `first` on, if they are of this run. Merges in the order of
    /// the chunks.
    pub(super) fn add(&mut self, run: u32, first: u64, numbers: &[f64], now: f64) {
        if run != self.id || self.state != State::Running {
            return;
        }
        let Some(results) = self.experiment.read_results(numbers) else {
            self.state = State::Failed;
            return;
        };
        self.waiting.extend((first..).zip(results));
        let next = |waiting: &[(u64, ChunkResult)], chunk| {
            waiting.iter().position(|(number, _)| *number == chunk)
        };
        while let Some(index) = next(&self.waiting, self.merged) {
            let (_, result) = self.waiting.swap_remove(index);
            self.estimate.add(&result);
            self.merged += 1;
        }
        self.seconds = (now - self.started.unwrap_or(now)) / 1000.0;
        if self.merged == self.chunks() {
            self.state = State::Done;
        }
    }

    /// Stops the run. What it has measured so far stays.
    pub(super) fn cancel(&mut self) {
        if self.state == State::Running {
            self.state = State::Cancelled;
            self.waiting.clear();
        }
    }

    /// How the run goes, in words.
    pub(super) fn describe(&self) -> String {
        let progress = self.progress();
        #[expect(clippy::cast_precision_loss, reason = "at most 10¹⁰")]
        let samples = self.estimate.samples() as f64;
        let rate = if self.seconds > 0.0 {
            format!("{} M samples/s", fixed(samples / self.seconds / 1e6, 0))
        } else {
            String::new()
        };
        match self.state {
            State::Running if samples > 0.0 => {
                let left = self.seconds * (1.0 - progress) / progress;
                format!(
                    "{} % · {rate} · {} left",
                    fixed((100.0 * progress).floor(), 0),
                    duration(left)
                )
            }
            State::Running => "starting".to_owned(),
            State::Done => format!(
                "{} in {} · {rate}",
                grouped(self.estimate.samples()),
                duration(self.seconds)
            ),
            State::Cancelled => format!(
                "cancelled after {} samples",
                grouped(self.estimate.samples())
            ),
            State::Failed => "a worker sent something that can’t be read".to_owned(),
        }
    }
}
