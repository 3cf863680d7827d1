//! What takes longer than a frame: runs of the experiment, and what the sections measure, simulate, train and
//! read. None of it is in the first view.

use js_sys::Float64Array;
use wasm_bindgen::JsValue;
use web_sys::{Document, HtmlElement, Window};

use super::data::OwnData;
use super::depth::Depth;
use super::dom::{self, now};
use super::experiment::Run;
use super::meter::Meter;
use super::parts::State;
use super::rules::Rules;
use super::spirals::Spirals;
use super::training::{self, Training};
use super::workers::{Job, Pool, Report, SharedPool, Task};
use crate::network::{Comparison, Simulation};
use crate::scene::{self, Measured, Scene, Section, Sections};
use crate::settings::{SampleCount, Seed, Settings};

/// The run that starts by itself draws at most so many samples.
const AUTOMATIC: u64 = 1_000_000;

/// A run that takes less than so many milliseconds shows nothing before its end: it is over before anybody
/// could read how far it is, and to draw takes time from the workers.
const SHORT_RUN: f64 = 250.0;

/// All that workers do, with the elements that show how far it is.
pub(super) struct Work {
    window: Window,
    pool: SharedPool,
    /// How many pieces of work have begun: each has its number, by which its results are known.
    begun: u32,
    run: Option<Run>,
    run_full: HtmlElement,
    cancel_run: HtmlElement,
    meter: Meter,
    rules: Rules,
    depth: Depth,
    spirals: Spirals,
    training: Training,
    own_data: OwnData,
}

impl Work {
    /// `tell` hears of workers, in tasks of their own.
    ///
    /// # Errors
    /// When the document lacks an element.
    pub(super) fn new(
        window: &Window,
        document: &Document,
        tell: impl Fn(Report) + 'static,
    ) -> Result<Self, JsValue> {
        Ok(Self {
            window: window.clone(),
            pool: Pool::new(window, tell),
            begun: 0,
            run: None,
            run_full: dom::element(document, "button[data-action=run-full]")?,
            cancel_run: dom::element(document, "button[data-action=cancel]")?,
            meter: Meter::new(document, "#experiment", "data-experiment")?,
            rules: Rules::new(document)?,
            depth: Depth::new(document)?,
            spirals: Spirals::new(document)?,
            training: Training::new(document)?,
            own_data: OwnData::new(document)?,
        })
    }

    /// The last run, where it holds for the settings.
    pub(super) fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Whether the run has begun so lately that it may be over before anybody could read how far it is.
    pub(super) fn has_just_begun(&self) -> bool {
        let just = |run: &Run| run.state() == State::Running && 1000.0 * run.seconds() < SHORT_RUN;
        self.run.as_ref().is_some_and(just)
    }

    pub(super) fn training(&self) -> &Training {
        &self.training
    }

    pub(super) fn own_data(&mut self) -> &mut OwnData {
        &mut self.own_data
    }

    /// All that is measured, but for the draws of the layer.
    pub(super) fn measured(&self) -> Measured<'_> {
        let run = self.run.as_ref();
        Measured {
            run: run.filter(|run| run.estimate().samples() > 0).map(shown),
            survey: self.rules.survey(),
            draws: None,
            training: self.training.shown(),
            spirals: self.spirals.learnt(),
            simulation: self.depth.simulated(),
        }
    }

    /// The settings change to these: what was measured with others is forgotten.
    pub(super) fn take(&mut self, before: &Settings, settings: &Settings) {
        if !settings.same_experiment(before) {
            self.end_run();
        }
        self.rules.take(settings);
        self.depth.take(before, settings);
    }

    /// From now on these are the values of the reader's own data. Data that look the same may be others.
    pub(super) fn take_values(&mut self, values: JsValue) {
        self.pool.borrow_mut().hold(values);
        self.end_run();
        self.rules.forget();
    }

    /// Begins a run.
    pub(super) fn begin_run(&mut self, settings: &Settings, samples: SampleCount) {
        self.end_run();
        let seed = settings.seed.unwrap_or(Seed(0));
        let run = Run::new(self.begun + 1, settings, samples, seed);
        self.begin(run.chunks());
        self.run = Some(run);
    }

    /// Begins a run that takes no longer than a moment, if there is none.
    pub(super) fn begin_small_run(&mut self, settings: &Settings) {
        if self.run.is_none()
            && let Ok(samples) = SampleCount::new(settings.samples.get().min(AUTOMATIC))
        {
            self.begin_run(settings, samples);
        }
    }

    /// Stops the run. What it has measured so far stays.
    pub(super) fn cancel_run(&mut self) {
        if let Some(run) = &mut self.run {
            run.cancel();
            self.pool.borrow().drop_jobs(run.id());
        }
    }

    /// What is measured no longer holds, nor does what workers still have to do for it.
    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.pool.borrow().drop_jobs(run.id());
        }
    }

    /// Begins to simulate the deep network.
    pub(super) fn simulate(&mut self, settings: &Settings) {
        self.depth.begin(settings, self.begun + 1);
        self.begin(u64::from(Simulation::PARTS));
    }

    /// Stops the simulation. What it has measured so far stays.
    pub(super) fn cancel_simulation(&mut self) {
        self.depth.cancel();
    }

    /// Begins to learn the spirals.
    pub(super) fn learn(&mut self, settings: &Settings) {
        self.spirals.begin(settings, self.begun + 1);
        self.begin(1);
    }

    /// Stops learning. What has been learnt stays.
    pub(super) fn cancel_learning(&mut self) {
        self.spirals.cancel();
    }

    /// Prepares to train networks from the start, once there are digits.
    pub(super) fn train(&mut self, comparison: Comparison) {
        self.begun += 1;
        self.training.begin(comparison, self.begun);
    }

    /// Trains them on the digits that [`training::load`] brought, or says why not.
    pub(super) fn take_digits(&mut self, loaded: &JsValue) {
        let digits = training::bytes(loaded);
        if let Ok(digits) = &digits {
            self.pool.borrow_mut().hold_digits(digits.into());
        }
        self.training.go(digits.map(drop), now(&self.window));
        Pool::prepare(&self.pool, self.training.jobs());
    }

    /// Pauses the training, or goes on.
    pub(super) fn pause_training(&mut self) {
        self.training.pause(now(&self.window));
    }

    /// Stops training. What the trained networks say stays.
    pub(super) fn cancel_training(&mut self) {
        self.training.cancel(now(&self.window));
    }

    /// Begins what sections that are in view want measured by themselves, if it is not there.
    pub(super) fn begin_seen(
        &mut self,
        settings: &Settings,
        in_view: Sections,
        are_spirals_in_view: bool,
    ) {
        if in_view.has(Section::Rules) && self.rules.begin(settings, self.begun + 1) {
            self.begin(1);
        }
        if in_view.has(Section::Depth) && self.depth.begin_small(settings, self.begun + 1) {
            self.begin(u64::from(Simulation::PARTS));
        }
        if are_spirals_in_view && self.spirals.begin_new(settings, self.begun + 1) {
            self.begin(1);
        }
    }

    /// One more piece of work has begun, which is so many jobs.
    fn begin(&mut self, jobs: u64) {
        self.begun += 1;
        Pool::prepare(&self.pool, jobs);
    }

    /// Gives the pool as much as it has room for: the run comes first, then what the rules' table
    /// measures, the deep network's simulation and what learns spirals.
    pub(super) fn feed(&mut self) {
        while self.pool.borrow().has_room() {
            let now = now(&self.window);
            let most = self.pool.borrow().most_chunks();
            let job = self.run.as_mut().and_then(|run| run.next_job(most, now));
            let job = job.or_else(|| self.rules.next_job());
            let job = job.or_else(|| self.depth.next_job(now));
            let job = job.or_else(|| self.spirals.next_job(now));
            let Some(job) = job.or_else(|| self.training.next_job()) else {
                return;
            };
            Pool::post(&self.pool, job);
        }
    }

    /// Takes what a worker says.
    pub(super) fn hear(&mut self, report: Report) {
        match report {
            Report::Room => {}
            Report::Done { run, task, numbers } => self.add(run, task, numbers),
            Report::Lost(job) => self.take_back(job),
        }
    }

    /// Adds what a task gave to what it was done for.
    fn add(&mut self, run: u32, task: Task, numbers: Float64Array) {
        let now = now(&self.window);
        match task {
            Task::Chunks { first, .. } => {
                if let Some(current) = &mut self.run {
                    current.add(run, first, numbers, now);
                }
            }
            Task::Survey => self.rules.add(run, &numbers.to_vec()),
            Task::Layers(part) => self.depth.add(run, part, numbers, now),
            Task::Train { place, .. } => self.training.add(run, place, &numbers.to_vec(), now),
            Task::Spirals => self.spirals.add(run, &numbers.to_vec(), now),
        }
    }

    /// Gives a job that was not done back to what it was for.
    fn take_back(&mut self, job: Job) {
        match job.task {
            Task::Chunks { .. } => {
                if let Some(current) = &mut self.run {
                    current.take_back(job);
                }
            }
            Task::Survey => self.rules.take_back(job),
            Task::Layers(_) => self.depth.take_back(job),
            Task::Train { place, .. } => self.training.take_back(job.run, place),
            Task::Spirals => self.spirals.take_back(job.run),
        }
    }

    /// Shows what the sections of a scene have beside its numbers and sentences.
    #[inline(never)] // The first view has none.
    pub(super) fn show(&mut self, settings: &Settings, scene: &Scene) {
        if scene.sections.has(Section::Rules) {
            self.rules.show(settings);
        }
        if scene.sections.has(Section::Depth) {
            self.depth.show();
        }
        if let Some(tables) = &scene.training_tables {
            let workers = self.pool.borrow().at_once();
            self.training.show_results(tables, settings, workers);
        }
    }

    /// Shows how far the run is, and on request what is trained.
    #[inline(never)] // The first view has none.
    pub(super) fn show_progress(&self, with_training: bool) {
        if with_training {
            self.training.show(now(&self.window));
            self.spirals.show();
        }
        let run = self.run.as_ref();
        // The small run is over before anybody could cancel it.
        let can_be_cancelled =
            run.is_some_and(|run| run.state() == State::Running && run.chunks() > 1);
        dom::show_button(&self.cancel_run, can_be_cancelled, &self.run_full);
        self.meter.show(
            run.map_or("idle", |run| run.state().name()),
            run.map_or(0.0, Run::progress),
            &run.map_or_else(String::new, Run::describe),
        );
    }
}

/// A run as scenes show it.
fn shown(run: &Run) -> scene::Run<'_> {
    scene::Run {
        estimate: run.estimate(),
        samples: run.samples(),
        seconds: run.seconds(),
    }
}
