//! The network that learns two spirals: it is trained while the reader looks at its figure.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{Document, HtmlElement};

use super::dom;
use super::meter::Meter;
use super::parts::{State, UNREADABLE};
use super::workers::{Job, Task};
use crate::network::{self, SpiralProgress};
use crate::scene::{Learnt, duration, fixed};
use crate::settings::Settings;

/// What the figure has of its own.
pub(super) struct Spirals {
    start: HtmlElement,
    cancel: HtmlElement,
    meter: Meter,
    learning: Option<Learning>,
    /// What was learnt before that, until there is something new to show.
    learnt: Option<(network::Spirals, SpiralProgress)>,
}

/// A network in training.
struct Learning {
    /// Its number among the runs.
    run: u32,
    spirals: network::Spirals,
    fragment: Rc<str>,
    /// How many epochs are over. From the first result on, what was learnt is this network's.
    epochs: usize,
    /// Whether it is at a worker.
    is_busy: bool,
    /// When its first job was handed out.
    started: Option<f64>,
    seconds: f64,
    state: State,
}

impl Spirals {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            start: dom::element(document, "button[data-action=learn]")?,
            cancel: dom::element(document, "button[data-action=cancel-learning]")?,
            meter: Meter::new(document, "#spirals-run", "data-spirals")?,
            learning: None,
            learnt: None,
        })
    }

    /// Begins with these settings and this number among the runs.
    pub(super) fn begin(&mut self, settings: &Settings, run: u32) {
        self.learning = Some(Learning {
            run,
            spirals: network::Spirals::new(settings),
            fragment: settings.to_fragment().into(),
            epochs: 0,
            is_busy: false,
            started: None,
            seconds: 0.0,
            state: State::Running,
        });
    }

    /// Begins, if there is no network of these settings; says whether it did.
    pub(super) fn begin_new(&mut self, settings: &Settings, run: u32) -> bool {
        let wanted = network::Spirals::new(settings);
        let begins = (self.learning.as_ref()).is_none_or(|learning| learning.spirals != wanted);
        if begins {
            self.begin(settings, run);
        }
        begins
    }

    /// Stops. What has been learnt stays.
    pub(super) fn cancel(&mut self) {
        if let Some(learning) = &mut self.learning
            && learning.state == State::Running
        {
            learning.state = State::Cancelled;
        }
    }

    /// The next job, if there is one. `now` is in milliseconds.
    pub(super) fn next_job(&mut self, now: f64) -> Option<Job> {
        let learning = self.learning.as_mut()?;
        if learning.is_busy || learning.state != State::Running {
            return None;
        }
        learning.is_busy = true;
        learning.started.get_or_insert(now);
        let begun = self.learnt.as_ref().filter(|_| learning.epochs > 0);
        let given = begun.map_or_else(Vec::new, |(_, progress)| progress.to_numbers());
        Some(Job {
            run: learning.run,
            task: Task::Spirals,
            fragment: Rc::clone(&learning.fragment),
            given: given.into(),
        })
    }

    /// Takes back a job that was not done, if it is of this network.
    pub(super) fn take_back(&mut self, run: u32) {
        if let Some(learning) = self.learning.as_mut().filter(|it| it.run == run) {
            learning.is_busy = false;
        }
    }

    /// Takes a job's result, if it is of this network.
    pub(super) fn add(&mut self, run: u32, numbers: &[f64], now: f64) {
        let learning = self.learning.as_mut().filter(|it| it.run == run);
        let Some(learning) = learning.filter(|it| it.state == State::Running) else {
            return;
        };
        learning.is_busy = false;
        learning.seconds = (now - learning.started.unwrap_or(now)) / 1000.0;
        match SpiralProgress::from_numbers(numbers) {
            Some(progress) => {
                if progress.is_done() {
                    learning.state = State::Done;
                }
                learning.epochs = progress.epochs;
                self.learnt = Some((learning.spirals, progress));
            }
            None => learning.state = State::Failed,
        }
    }

    /// What scenes show of it.
    pub(super) fn learnt(&self) -> Option<Learnt<'_>> {
        let (spirals, progress) = self.learnt.as_ref()?;
        Some(Learnt {
            spirals: *spirals,
            progress,
        })
    }

    /// Shows how far it is.
    pub(super) fn show(&self) {
        let state = self.learning.as_ref().map(|it| it.state);
        let is_running = state == Some(State::Running);
        // First the one that is shown: what is hidden can't have the focus.
        if is_running {
            dom::show_button(&self.cancel, true, &self.start);
            dom::show_button(&self.start, false, &self.cancel);
        } else {
            dom::show_button(&self.start, true, &self.cancel);
            dom::show_button(&self.cancel, false, &self.start);
        }
        #[expect(clippy::cast_precision_loss, reason = "a hundred")]
        let share = |it: &Learning| it.epochs as f64 / network::Spirals::EPOCHS as f64;
        let words = self.learning.as_ref().map(Learning::describe);
        self.meter.show(
            state.map_or("idle", State::name),
            self.learning.as_ref().map_or(0.0, share),
            &words.unwrap_or_default(),
        );
    }
}

impl Learning {
    fn describe(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a hundred")]
        let epochs = fixed(self.epochs as f64, 0);
        match self.state {
            State::Running => format!("{epochs} epochs …"),
            State::Done => format!("{epochs} epochs in {}", duration(self.seconds)),
            State::Cancelled => format!("cancelled after {epochs} epochs"),
            State::Failed => UNREADABLE.to_owned(),
        }
    }
}
