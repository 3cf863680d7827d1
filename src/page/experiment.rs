//! One run of the experiment: what the chunks that came back say.

use js_sys::Float64Array;

use super::parts::{Parts, State, UNREADABLE};
use super::workers::{Job, Task};
use crate::sampling::{Comparison, Estimate, Experiment};
use crate::scene::{duration, fixed, grouped};
use crate::settings::{SampleCount, Seed, Settings};

/// A run in the page.
pub(super) struct Run {
    experiment: Experiment,
    estimate: Estimate,
    parts: Parts,
}

impl Run {
    pub(super) fn new(id: u32, settings: &Settings, samples: SampleCount, seed: Seed) -> Self {
        let experiment = Experiment::new(settings, samples, seed);
        let mut settings = settings.clone();
        settings.samples = samples;
        settings.seed = Some(seed);
        Self {
            estimate: experiment.estimate(),
            parts: Parts::new(id, settings.to_fragment().into(), experiment.chunks()),
            experiment,
        }
    }

    /// Its number among the runs.
    pub(super) fn id(&self) -> u32 {
        self.parts.run()
    }

    pub(super) fn chunks(&self) -> u64 {
        self.parts.count()
    }

    pub(super) fn state(&self) -> State {
        self.parts.state()
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
        self.parts.seconds()
    }

    /// The share of the samples that is in the estimate.
    pub(super) fn progress(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 10¹⁰")]
        let progress = self.estimate.samples() as f64 / self.experiment.samples() as f64;
        progress
    }

    /// The next chunks to do, `most` at most, if there are some. `now` is in milliseconds.
    pub(super) fn next_job(&mut self, most: u64, now: f64) -> Option<Job> {
        let task = |first, count| Task::Chunks { first, count };
        self.parts.next_job(most, now, task)
    }

    /// Takes back a job that was not done, if it is of this run.
    pub(super) fn take_back(&mut self, job: Job) {
        self.parts.take_back(job);
    }

    /// Adds the results of the chunks from `first` on, if they are of this run.
    pub(super) fn add(&mut self, run: u32, first: u64, numbers: Float64Array, now: f64) {
        self.parts.add(run, first, numbers, now, &mut |numbers| {
            let results = self.experiment.read_results(numbers)?;
            for result in &results {
                self.estimate.add(result);
            }
            Some(results.len() as u64)
        });
    }

    /// Stops the run. What it has measured so far stays.
    pub(super) fn cancel(&mut self) {
        self.parts.cancel();
    }

    /// How the run goes, in words.
    pub(super) fn describe(&self) -> String {
        let (progress, seconds) = (self.progress(), self.seconds());
        #[expect(clippy::cast_precision_loss, reason = "at most 10¹⁰")]
        let samples = self.estimate.samples() as f64;
        let rate = if seconds > 0.0 {
            format!("{} M samples/s", fixed(samples / seconds / 1e6, 0))
        } else {
            String::new()
        };
        match self.state() {
            State::Running if samples > 0.0 => {
                let left = seconds * (1.0 - progress) / progress;
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
                duration(seconds)
            ),
            State::Cancelled => format!(
                "cancelled after {} samples",
                grouped(self.estimate.samples())
            ),
            State::Failed => UNREADABLE.to_owned(),
        }
    }
}
