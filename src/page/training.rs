//! The section on training: networks that are trained with each rule, while the reader waits or does
//! something else.

use js_sys::Uint8Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement};

use super::dom;
use super::meter::Meter;
use super::parts::UNREADABLE;
use super::table::DataTable;
use super::workers::{Job, Task};
use crate::network::{Comparison, Progress};
use crate::scene::{self, TrainingTables, duration, fixed};
use crate::settings::Settings;

#[wasm_bindgen]
extern "C" {
    /// Calls `then` with the bytes of the digits, or with what went wrong.
    #[wasm_bindgen(js_namespace = dropoutMoments, js_name = loadDigits)]
    fn load_digits(then: &JsValue);
}

/// Asks for the digits; `then` gets their bytes, or a message.
pub(super) fn load(then: impl FnOnce(JsValue) + 'static) {
    load_digits(&Closure::once_into_js(then));
}

/// How much [`Comparison::work`] a worker does in a millisecond, until one has done some here.
const SPEED: f64 = 4e6;

/// What the section has of its own.
pub(super) struct Training {
    meter: Meter,
    start: HtmlElement,
    pause: HtmlElement,
    cancel: HtmlElement,
    /// How long the two runs would take.
    plan: Element,
    /// Of the scores, and of the layers.
    tables: [DataTable; 2],
    contest: Option<Contest>,
    /// How much a worker does in a millisecond, as far as that is known.
    speed: f64,
    /// What went wrong, where something did.
    problem: Option<String>,
}

/// A comparison on its way.
struct Contest {
    /// Its number among the runs.
    run: u32,
    comparison: Comparison,
    state: State,
    networks: Vec<Progress>,
    /// Which of them are at a worker.
    busy: Vec<bool>,
    /// Milliseconds that it has run, and since when it does.
    worked: f64,
    since: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The digits are on their way.
    Loading,
    Running,
    Paused,
    Done,
    Cancelled,
    Failed,
}

impl State {
    /// As `data-training` has it.
    fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl Training {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        let button = |action: &str| -> Result<HtmlElement, JsValue> {
            dom::element(document, &format!("button[data-action={action}]"))
        };
        Ok(Self {
            meter: Meter::new(document, "#training", "data-training")?,
            start: button("train")?,
            pause: button("train-pause")?,
            cancel: button("train-cancel")?,
            plan: dom::element(document, "#training-plan")?,
            tables: [
                DataTable::new(document, "#training-scores")?,
                DataTable::new(document, "#training-layers")?,
            ],
            contest: None,
            speed: SPEED,
            problem: None,
        })
    }

    /// Begins anew, with this number among the runs. Nothing is trained before
    /// [`go`](Self::go).
    pub(super) fn begin(&mut self, comparison: Comparison, run: u32) {
        self.problem = None;
        let [scores, _] = &self.tables;
        dom::toggle_attribute(scores.details(), "open", true);
        let networks = comparison.networks();
        self.contest = Some(Contest {
            run,
            comparison,
            state: State::Loading,
            networks: vec![Progress::default(); networks],
            busy: vec![false; networks],
            worked: 0.0,
            since: 0.0,
        });
    }

    /// The digits are there, or they are not, for this reason.
    pub(super) fn go(&mut self, digits: Result<(), String>, now: f64) {
        if let Some(contest) = &mut self.contest
            && contest.state == State::Loading
        {
            contest.since = now;
            contest.state = match &digits {
                Ok(()) => State::Running,
                Err(_) => State::Failed,
            };
            self.problem = digits.err();
        }
    }

    /// Pauses, or goes on.
    pub(super) fn pause(&mut self, now: f64) {
        if let Some(contest) = &mut self.contest {
            match contest.state {
                State::Running => {
                    contest.rest(now);
                    contest.state = State::Paused;
                }
                State::Paused => {
                    contest.since = now;
                    contest.state = State::Running;
                }
                _ => {}
            }
        }
    }

    /// Stops. What the trained networks say stays.
    pub(super) fn cancel(&mut self, now: f64) {
        if let Some(contest) = &mut self.contest {
            contest.rest(now);
            contest.state = State::Cancelled;
        }
    }

    /// The next job, if there is one.
    pub(super) fn next_job(&mut self) -> Option<Job> {
        let contest = self.contest.as_mut()?;
        if contest.state != State::Running {
            return None;
        }
        let waits = |&index: &usize| !contest.busy[index] && contest.networks[index].end.is_none();
        let index = (0..contest.networks.len()).find(waits)?;
        contest.busy[index] = true;
        let (settings, network) = contest.comparison.elsewhere(index);
        Some(Job {
            run: contest.run,
            task: Task::Train {
                network: network as u64,
                place: index as u64,
            },
            fragment: settings.to_fragment().into(),
            given: contest.networks[index].to_numbers().into(),
        })
    }

    /// How many jobs can be done at the same time.
    pub(super) fn jobs(&self) -> u64 {
        let contest = self.contest.as_ref();
        let running = contest.filter(|it| it.state == State::Running);
        running.map_or(0, |it| it.networks.len() as u64)
    }

    /// Takes back a job that was not done, if it is of this comparison: the network at this place.
    pub(super) fn take_back(&mut self, run: u32, place: u64) {
        if let Some(contest) = self.contest.as_mut().filter(|it| it.run == run) {
            contest.set_busy(place, false);
        }
    }

    /// Adds a job's result, if it is of this comparison. One that comes after a pause counts, too.
    pub(super) fn add(&mut self, run: u32, place: u64, numbers: &[f64], now: f64) {
        let Some(contest) = &mut self.contest else {
            return;
        };
        if contest.run != run || !matches!(contest.state, State::Running | State::Paused) {
            return;
        }
        contest.set_busy(place, false);
        let place = usize::try_from(place).ok();
        let place = place.and_then(|place| contest.networks.get_mut(place));
        match (place, Progress::from_numbers(numbers)) {
            (Some(place), Some(progress)) => *place = progress,
            _ => {
                contest.state = State::Failed;
                self.problem = Some(UNREADABLE.to_owned());
                return;
            }
        }
        if contest.networks.iter().all(|it| it.end.is_some()) {
            contest.rest(now);
            contest.state = State::Done;
        }
    }

    /// What scenes show of it.
    pub(super) fn shown(&self) -> Option<scene::Training<'_>> {
        self.contest.as_ref().map(|contest| scene::Training {
            comparison: &contest.comparison,
            networks: &contest.networks,
        })
    }

    /// The settings with which what is shown was begun, where there is something, seen as these
    /// settings say.
    pub(super) fn settings(&self, seen: &Settings) -> Option<Settings> {
        let mut settings = self.contest.as_ref()?.comparison.settings().clone();
        settings.notation = seen.notation;
        settings.training.look_at(&seen.training);
        Some(settings)
    }

    /// The elements of the tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Element> {
        self.tables.iter().map(DataTable::details)
    }

    /// Shows the tables that are open, and how long both runs of these settings would take so many
    /// workers.
    pub(super) fn show_results(
        &mut self,
        tables: &TrainingTables,
        settings: &Settings,
        workers: usize,
    ) {
        for (shown, table) in self.tables.iter_mut().zip([&tables.scores, &tables.layers]) {
            if shown.is_open() {
                shown.show(table);
            }
        }
        if let Some(speed) = self.contest.as_ref().and_then(|it| it.speed(workers)) {
            self.speed = speed;
        }
        let [small, long] = [Comparison::new(settings), Comparison::long(settings)];
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let about = |comparison: &Comparison| {
            let work = comparison.work() * (comparison.networks() * comparison.epochs()) as f64;
            let seconds = work / self.speed / workers as f64 / 1000.0;
            duration((seconds / 10.0).ceil() * 10.0)
        };
        let words = format!(
            "Start: {} networks, about {}. The long run: p from 0.1 to 0.8, {} seeds, {} networks, about {}.",
            small.networks(),
            about(&small),
            long.seeds(),
            long.networks(),
            about(&long),
        );
        dom::set_text(&self.plan, &words);
    }

    /// Shows how far it is.
    pub(super) fn show(&self, now: f64) {
        let state = self.contest.as_ref().map(|contest| contest.state);
        let goes_on = matches!(state, Some(State::Running | State::Paused));
        for button in [&self.pause, &self.cancel] {
            dom::show_button(button, goes_on, &self.start);
        }
        let pause = if state == Some(State::Paused) {
            "Resume"
        } else {
            "Pause"
        };
        dom::set_text(&self.pause, pause);
        let start = if state.is_some() {
            "Start again"
        } else {
            "Start"
        };
        dom::set_text(&self.start, start);
        let words = self.contest.as_ref().map(|contest| contest.describe(now));
        let words = self.problem.clone().or(words);
        self.meter.show(
            state.map_or("idle", State::name),
            self.contest.as_ref().map_or(0.0, Contest::share),
            &words.unwrap_or_default(),
        );
    }
}

impl Contest {
    fn set_busy(&mut self, network: u64, is_busy: bool) {
        let place = usize::try_from(network).ok();
        if let Some(busy) = place.and_then(|place| self.busy.get_mut(place)) {
            *busy = is_busy;
        }
    }

    /// It has worked until now.
    fn rest(&mut self, now: f64) {
        if self.state == State::Running {
            self.worked += now - self.since;
        }
    }

    /// How much one of so many workers does in a millisecond, once it is at its end.
    fn speed(&self, workers: usize) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a few")]
        let workers = workers as f64;
        let speed = self.comparison.work() * self.epochs() / self.worked / workers;
        (self.state == State::Done).then_some(speed)
    }

    fn epochs(&self) -> f64 {
        let epochs: usize = self.networks.iter().map(|it| it.epochs.len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let epochs = epochs as f64;
        epochs
    }

    fn share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let all = (self.networks.len() * self.comparison.epochs()) as f64;
        self.epochs() / all
    }

    /// How it goes, in words.
    fn describe(&self, now: f64) -> String {
        let share = self.share();
        let running = if self.state == State::Running {
            now - self.since
        } else {
            0.0
        };
        let seconds = (self.worked + running) / 1000.0;
        let per_cent = fixed((100.0 * share).floor(), 0);
        match self.state {
            State::Loading => "loading the digits".to_owned(),
            State::Running if share > 0.0 => {
                let left = duration(seconds * (1.0 - share) / share);
                format!("{per_cent} % · {left} left")
            }
            State::Running => "starting".to_owned(),
            State::Paused => format!("paused at {per_cent} %"),
            State::Done => format!(
                "{} networks, {} epochs in {} · {} epochs/s",
                self.networks.len(),
                fixed(self.epochs(), 0),
                duration(seconds),
                fixed(self.epochs() / seconds, 0)
            ),
            State::Cancelled => format!("cancelled at {per_cent} %"),
            State::Failed => "failed".to_owned(),
        }
    }
}

/// The bytes of the digits that [`load`] brought; else what went wrong.
pub(super) fn bytes(loaded: &JsValue) -> Result<Uint8Array, String> {
    loaded.dyn_ref::<Uint8Array>().cloned().ok_or_else(|| {
        let reason = loaded.as_string().unwrap_or_default();
        format!("The digits can’t be loaded ({reason}).")
    })
}
