//! The section on depth: the simulation of its network.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{Document, HtmlElement};

use super::dom;
use super::experiment::State;
use super::meter::Meter;
use super::workers::{Job, Task};
use crate::network::{LayerEstimate, Simulation, SimulationEstimate};
use crate::scene::{Simulated, duration};
use crate::settings::{LayerWidth, Seed, Settings};

/// The simulation that starts by itself has at most this width.
const AUTOMATIC: f64 = 256.0;

/// What the section has of its own.
pub(super) struct Depth {
    button: HtmlElement,
    cancel: HtmlElement,
    meter: Meter,
    running: Option<Running>,
}

/// A simulation, done or on its way.
struct Running {
    /// Its number among the runs.
    run: u32,
    settings: Settings,
    simulation: Simulation,
    fragment: Rc<str>,
    estimate: SimulationEstimate,
    /// What it measured, once it has ended.
    layers: Vec<LayerEstimate>,
    /// Results that wait for those of earlier parts.
    waiting: Vec<(u32, Vec<f64>)>,
    merged: u32,
    issued: u32,
    lost: Vec<Job>,
    /// When the first job was handed out.
    started: Option<f64>,
    seconds: f64,
    state: State,
}

impl Depth {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            button: dom::element(document, "button[data-action=simulate]")?,
            cancel: dom::element(document, "button[data-action=cancel-simulation]")?,
            meter: Meter::new(document, "#simulation", "data-simulation")?,
            running: None,
        })
    }

    /// What was simulated with these settings.
    pub(super) fn simulated(&self) -> Option<Simulated<'_>> {
        let running = self.running.as_ref()?;
        (!running.layers.is_empty()).then(|| Simulated {
            layers: &running.layers,
            width: running.settings.depth.width.get(),
            inputs: running.estimate.inputs(),
            seconds: running.seconds,
        })
    }

    /// The settings have changed: forgets what was simulated with others.
    pub(super) fn take(&mut self, before: &Settings, settings: &Settings) {
        if !before.same_simulation(settings) {
            self.running = None;
        }
    }

    /// Begins a simulation of the whole width with this number.
    pub(super) fn begin(&mut self, settings: &Settings, run: u32) {
        self.running = Some(Running::new(settings, run));
    }

    /// Begins a small one, if there is none; says whether it did.
    pub(super) fn begin_small(&mut self, settings: &Settings, run: u32) -> bool {
        let begins = self.running.is_none();
        if begins {
            let mut settings = settings.clone();
            let width = f64::from(settings.depth.width.get()).min(AUTOMATIC);
            settings.depth.width = LayerWidth::new(width).unwrap_or_default();
            self.begin(&settings, run);
        }
        begins
    }

    /// Stops the simulation. What it has measured so far stays.
    pub(super) fn cancel(&mut self) {
        if let Some(running) = &mut self.running
            && running.state == State::Running
        {
            running.end(State::Cancelled);
        }
    }

    /// The next part to do, if there is one. `now` is in milliseconds.
    pub(super) fn next_job(&mut self, now: f64) -> Option<Job> {
        let running = self.running.as_mut()?;
        if running.state != State::Running {
            return None;
        }
        running.started.get_or_insert(now);
        running.lost.pop().or_else(|| {
            (running.issued < Simulation::PARTS).then(|| {
                running.issued += 1;
                Job {
                    run: running.run,
                    task: Task::Layers(running.issued - 1),
                    fragment: Rc::clone(&running.fragment),
                    given: Rc::default(),
                }
            })
        })
    }

    /// Takes back a job that was not done, if it is of this simulation; says whether it is.
    pub(super) fn take_back(&mut self, job: &Job) -> bool {
        let running = self.running.as_mut().filter(|it| it.run == job.run);
        let Some(running) = running else {
            return false;
        };
        running.lost.push(job.clone());
        true
    }

    /// Adds a part's result, if it is of this simulation. Merges in the order of the parts.
    pub(super) fn add(&mut self, run: u32, part: u32, numbers: &[f64], now: f64) {
        if let Some(running) = &mut self.running
            && running.run == run
            && running.state == State::Running
        {
            running.add(part, numbers, now);
        }
    }

    /// Shows how far it is.
    #[inline(never)] // The first view has none.
    pub(super) fn show(&self) {
        let running = self.running.as_ref();
        let is_running = running.is_some_and(|it| it.state == State::Running);
        dom::show_button(&self.cancel, is_running, &self.button);
        let merged = running.map_or(0, |it| it.merged);
        self.meter.show(
            running.map_or("idle", |it| it.state.name()),
            f64::from(merged) / f64::from(Simulation::PARTS),
            &running.map_or_else(String::new, Running::describe),
        );
    }
}

impl Running {
    fn new(settings: &Settings, run: u32) -> Self {
        let simulation = Simulation::new(settings, settings.seed.unwrap_or(Seed(0)));
        Self {
            run,
            estimate: SimulationEstimate::new(&simulation),
            layers: Vec::new(),
            fragment: settings.to_fragment().into(),
            settings: settings.clone(),
            simulation,
            waiting: Vec::new(),
            merged: 0,
            issued: 0,
            lost: Vec::new(),
            started: None,
            seconds: 0.0,
            state: State::Running,
        }
    }

    fn add(&mut self, part: u32, numbers: &[f64], now: f64) {
        self.waiting.push((part, numbers.to_vec()));
        while let Some(next) = self.waiting.iter().position(|it| it.0 == self.merged) {
            let (_, numbers) = self.waiting.swap_remove(next);
            if self.estimate.add(&numbers).is_none() {
                self.state = State::Failed;
                return;
            }
            self.merged += 1;
        }
        self.seconds = (now - self.started.unwrap_or(now)) / 1000.0;
        if self.merged == Simulation::PARTS {
            self.end(State::Done);
        }
    }

    /// It takes a frame or two to say what the layers measured, so that it is done once.
    fn end(&mut self, state: State) {
        self.state = state;
        self.layers = self.estimate.layers(&self.simulation);
        self.waiting.clear();
    }

    /// How the simulation goes, in words.
    fn describe(&self) -> String {
        let depth = self.settings.depth;
        let size = format!("{} layers of {}", depth.layers.get(), depth.width.get());
        match self.state {
            State::Running => format!("{size} …"),
            State::Done => format!("{size} in {}", duration(self.seconds)),
            State::Cancelled => format!("cancelled after {} inputs", self.estimate.inputs()),
            State::Failed => "a worker sent something that can’t be read".to_owned(),
        }
    }
}
