//! The section on depth: the simulation of its network.

use js_sys::Float64Array;
use wasm_bindgen::JsValue;
use web_sys::{Document, HtmlElement};

use super::dom;
use super::meter::Meter;
use super::parts::{Parts, State, UNREADABLE};
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
    settings: Settings,
    simulation: Simulation,
    estimate: SimulationEstimate,
    /// What it measured, once it has ended.
    layers: Vec<LayerEstimate>,
    parts: Parts,
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
            seconds: running.parts.seconds(),
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
        if let Some(running) = &mut self.running {
            running.parts.cancel();
            running.end();
        }
    }

    /// The next part to do, if there is one. `now` is in milliseconds.
    pub(super) fn next_job(&mut self, now: f64) -> Option<Job> {
        let parts = &mut self.running.as_mut()?.parts;
        parts.next_job(1, now, |part, _| Task::Layers(part))
    }

    /// Takes back a job that was not done, if it is of this simulation.
    pub(super) fn take_back(&mut self, job: Job) {
        if let Some(running) = &mut self.running {
            running.parts.take_back(job);
        }
    }

    /// Adds a part's result, if it is of this simulation.
    pub(super) fn add(&mut self, run: u32, part: u64, numbers: Float64Array, now: f64) {
        if let Some(running) = &mut self.running {
            let estimate = &mut running.estimate;
            let merge = &mut |numbers: &[f64]| estimate.add(numbers).map(|()| 1);
            running.parts.add(run, part, numbers, now, merge);
            running.end();
        }
    }

    /// Shows how far it is.
    pub(super) fn show(&self) {
        let running = self.running.as_ref();
        let state = running.map(|it| it.parts.state());
        dom::show_button(&self.cancel, state == Some(State::Running), &self.button);
        self.meter.show(
            state.map_or("idle", State::name),
            running.map_or(0.0, |it| it.parts.share()),
            &running.map_or_else(String::new, Running::describe),
        );
    }
}

impl Running {
    fn new(settings: &Settings, run: u32) -> Self {
        let simulation = Simulation::new(settings, settings.seed.unwrap_or(Seed(0)));
        let parts = u64::from(Simulation::PARTS);
        Self {
            estimate: SimulationEstimate::new(&simulation),
            layers: Vec::new(),
            parts: Parts::new(run, settings.to_fragment().into(), parts),
            settings: settings.clone(),
            simulation,
        }
    }

    /// Says what the layers measured, if it has ended: it takes a frame or two, so that it is done once.
    fn end(&mut self) {
        let has_ended = matches!(self.parts.state(), State::Done | State::Cancelled);
        if has_ended && self.layers.is_empty() {
            self.layers = self.estimate.layers(&self.simulation);
        }
    }

    /// How the simulation goes, in words.
    fn describe(&self) -> String {
        let depth = self.settings.depth;
        let size = format!("{} layers of {}", depth.layers.get(), depth.width.get());
        match self.parts.state() {
            State::Running => format!("{size} …"),
            State::Done => format!("{size} in {}", duration(self.parts.seconds())),
            State::Cancelled => format!("cancelled after {} inputs", self.estimate.inputs()),
            State::Failed => UNREADABLE.to_owned(),
        }
    }
}
