//! Work in numbered parts: workers do them in any order, and their results count in that of the numbers,
//! for the same bits.

use std::rc::Rc;

use js_sys::Float64Array;

use super::workers::{Job, Task};

/// Work that is done part by part.
pub(super) struct Parts {
    /// Its number among the runs.
    run: u32,
    fragment: Rc<str>,
    count: u64,
    issued: u64,
    /// Jobs that were handed out, and not done.
    lost: Vec<Job>,
    /// Results that wait for those of earlier parts, with the number of their first part.
    waiting: Vec<(u64, Float64Array)>,
    merged: u64,
    /// When the first job was handed out: starting workers is not part of the work.
    started: Option<f64>,
    seconds: f64,
    state: State,
}

/// Said where a result is none.
pub(super) const UNREADABLE: &str = "a worker sent something that can’t be read";

/// How far work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Running,
    Done,
    Cancelled,
    Failed,
}

impl State {
    /// As the page's attributes have it, `data-experiment` among them.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl Parts {
    /// Work of so many parts with the settings of a fragment.
    pub(super) fn new(run: u32, fragment: Rc<str>, count: u64) -> Self {
        Self {
            run,
            fragment,
            count,
            issued: 0,
            lost: Vec::new(),
            waiting: Vec::new(),
            merged: 0,
            started: None,
            seconds: 0.0,
            state: State::Running,
        }
    }

    pub(super) fn run(&self) -> u32 {
        self.run
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// How long the results so far took, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// The share of the parts whose results count already.
    pub(super) fn share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "fewer than 10⁵")]
        let share = self.merged as f64 / self.count as f64;
        share
    }

    /// The next parts to do, `most` at most, if there are some: the task is made of the first and how many
    /// they are. `now` is in milliseconds.
    pub(super) fn next_job(
        &mut self,
        most: u64,
        now: f64,
        task: fn(u64, u64) -> Task,
    ) -> Option<Job> {
        if self.state != State::Running {
            return None;
        }
        self.started.get_or_insert(now);
        self.lost.pop().or_else(|| {
            let left = self.count - self.issued;
            // Fewer towards the end, so that no worker is left alone with many.
            let count = (left / 8).clamp(1, most);
            (left > 0).then(|| {
                let first = self.issued;
                self.issued += count;
                Job {
                    run: self.run,
                    task: task(first, count),
                    fragment: Rc::clone(&self.fragment),
                    given: Rc::default(),
                }
            })
        })
    }

    /// Takes back a job that was not done, if it is of this work.
    pub(super) fn take_back(&mut self, job: Job) {
        if job.run == self.run {
            self.lost.push(job);
        }
    }

    /// Takes the results of the parts from `first` on, if they are of this work. Those whose turn it is go
    /// to `merge`, which says how many parts they were; `None`, if it can't read them.
    pub(super) fn add(
        &mut self,
        run: u32,
        first: u64,
        numbers: Float64Array,
        now: f64,
        merge: &mut dyn FnMut(&[f64]) -> Option<u64>,
    ) {
        if run != self.run || self.state != State::Running {
            return;
        }
        self.waiting.push((first, numbers));
        while let Some(next) = self.waiting.iter().position(|it| it.0 == self.merged) {
            let (_, numbers) = self.waiting.swap_remove(next);
            let Some(count) = merge(&numbers.to_vec()) else {
                self.state = State::Failed;
                return;
            };
            self.merged += count;
        }
        self.seconds = (now - self.started.unwrap_or(now)) / 1000.0;
        if self.merged == self.count {
            self.state = State::Done;
        }
    }

    /// Stops the work. What counts already stays.
    pub(super) fn cancel(&mut self) {
        if self.state == State::Running {
            self.state = State::Cancelled;
            self.waiting.clear();
        }
    }
}
