//! The section on training: networks that are trained with each rule, while the reader waits or does
//! something else.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, HtmlProgressElement};

use super::dom;
use super::workers::{Job, Task};
use crate::network::{Comparison, Progress};
use crate::scene::{self, duration, fixed};
use crate::settings::{Seed, Settings};

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

/// What the section has of its own.
pub(super) struct Training {
    section: Element,
    words: Element,
    progress: HtmlProgressElement,
    start: HtmlElement,
    pause: HtmlElement,
    cancel: HtmlElement,
    /// The table of results.
    data: Element,
    contest: Option<Contest>,
    /// What went wrong, where something did.
    problem: Option<String>,
}

/// A comparison on its way.
struct Contest {
    /// Its number among the runs.
    run: u32,
    comparison: Comparison,
    fragment: Rc<str>,
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
            section: dom::element(document, "#training")?,
            words: dom::element(document, "#training-state")?,
            progress: dom::element(document, "#training-progress")?,
            start: button("train")?,
            pause: button("train-pause")?,
            cancel: button("train-cancel")?,
            data: dom::element(document, "#figure-training .data")?,
            contest: None,
            problem: None,
        })
    }

    /// Begins anew, with this number among the runs. Nothing is trained before
    /// [`go`](Self::go).
    pub(super) fn begin(&mut self, settings: &Settings, run: u32) {
        let comparison = Comparison {
            drop_probability: settings.drop_probability,
            seed: settings.seed.unwrap_or(Seed(0)),
        };
        self.problem = None;
        dom::toggle_attribute(&self.data, "open", true);
        self.contest = Some(Contest {
            run,
            comparison,
            fragment: settings.to_fragment().into(),
            state: State::Loading,
            networks: vec![Progress::default(); Comparison::NETWORKS],
            busy: vec![false; Comparison::NETWORKS],
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
                    contest.worked += now - contest.since;
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
    pub(super) fn cancel(&mut self) {
        if let Some(contest) = &mut self.contest {
            contest.state = State::Cancelled;
        }
    }

    /// The next job, if there is one.
    pub(super) fn next_job(&mut self) -> Option<Job> {
        let contest = self.contest.as_mut()?;
        if contest.state != State::Running {
            return None;
        }
        let waits = |&index: &usize| !contest.busy[index] && contest.networks[index].test.is_none();
        let network = (0..Comparison::NETWORKS).find(waits)?;
        contest.busy[network] = true;
        Some(Job {
            run: contest.run,
            task: Task::Train {
                network: network as u64,
            },
            fragment: Rc::clone(&contest.fragment),
            given: contest.networks[network].to_numbers().into(),
        })
    }

    /// How many jobs can be done at the same time.
    pub(super) fn jobs(&self) -> u64 {
        let state = self.contest.as_ref().map(|contest| contest.state);
        if state == Some(State::Running) {
            Comparison::NETWORKS as u64
        } else {
            0
        }
    }

    /// Takes back a job that was not done, if it is of this comparison.
    pub(super) fn take_back(&mut self, job: &Job) {
        if let (Some(contest), Task::Train { network }) = (&mut self.contest, job.task)
            && contest.run == job.run
        {
            contest.set_busy(network, false);
        }
    }

    /// Adds a job's result, if it is of this comparison. One that comes after a pause counts, too.
    pub(super) fn add(&mut self, run: u32, task: Task, numbers: &[f64], now: f64) {
        let (Some(contest), Task::Train { network }) = (&mut self.contest, task) else {
            return;
        };
        if contest.run != run || !matches!(contest.state, State::Running | State::Paused) {
            return;
        }
        contest.set_busy(network, false);
        let place = usize::try_from(network).ok();
        let place = place.and_then(|place| contest.networks.get_mut(place));
        match (place, Progress::from_numbers(numbers)) {
            (Some(place), Some(progress)) => *place = progress,
            _ => {
                contest.state = State::Failed;
                self.problem = Some("a worker sent something that can’t be read".to_owned());
                return;
            }
        }
        if contest.networks.iter().all(|it| it.test.is_some()) {
            if contest.state == State::Running {
                contest.worked += now - contest.since;
            }
            contest.state = State::Done;
        }
    }

    /// What scenes show of it.
    pub(super) fn shown(&self) -> Option<scene::Training<'_>> {
        self.contest.as_ref().map(|contest| scene::Training {
            comparison: contest.comparison,
            networks: &contest.networks,
        })
    }

    /// Shows how far it is.
    pub(super) fn show(&self, now: f64) {
        let state = self.contest.as_ref().map(|contest| contest.state);
        let name = state.map_or("idle", State::name);
        dom::set_attribute(&self.section, "data-training", name);
        let goes_on = matches!(state, Some(State::Running | State::Paused));
        // A button that hides takes the focus with it, and a keyboard's reader is lost.
        let has_focus = |button: &HtmlElement| {
            let document = button.owner_document();
            document.and_then(|it| it.active_element()).as_ref() == Some(button.as_ref())
        };
        if !goes_on
            && (has_focus(&self.pause) || has_focus(&self.cancel))
            && let Err(error) = self.start.focus()
        {
            super::log(&error);
        }
        self.pause.set_hidden(!goes_on);
        self.cancel.set_hidden(!goes_on);
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
        let share = self.contest.as_ref().map_or(0.0, Contest::share);
        self.progress.set_value(share);
        let words = self.contest.as_ref().map(|contest| contest.describe(now));
        let words = self.problem.clone().or(words);
        dom::set_text(&self.words, &words.unwrap_or_default());
    }
}

impl Contest {
    fn set_busy(&mut self, network: u64, is_busy: bool) {
        let place = usize::try_from(network).ok();
        if let Some(busy) = place.and_then(|place| self.busy.get_mut(place)) {
            *busy = is_busy;
        }
    }

    fn epochs(&self) -> f64 {
        let epochs: usize = self.networks.iter().map(|it| it.epochs.len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let epochs = epochs as f64;
        epochs
    }

    fn share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let all = (Comparison::NETWORKS * Comparison::EPOCHS) as f64;
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
