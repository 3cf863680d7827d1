//! The section on the other rules: what is measured for it.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{Document, Element};

use super::dom;
use super::workers::{Job, Task};
use crate::sampling::Survey;
use crate::settings::{Named, Settings};

/// What the section has of its own.
pub(super) struct Rules {
    buttons: Vec<Element>,
    running: Option<Running>,
}

/// A survey, done or on its way.
struct Running {
    /// Its number among the runs.
    run: u32,
    settings: Settings,
    waiting: Option<Job>,
    survey: Option<Survey>,
}

impl Rules {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            buttons: dom::elements(document, "#rules [data-set]")?,
            running: None,
        })
    }

    /// What was measured with these settings, whatever rule they name.
    pub(super) fn survey(&self) -> Option<&Survey> {
        self.running.as_ref()?.survey.as_ref()
    }

    /// The settings have changed: forgets what was measured with others.
    pub(super) fn take(&mut self, settings: &Settings) {
        if (self.running.as_ref()).is_some_and(|running| !running.settings.same_units(settings)) {
            self.forget();
        }
    }

    /// What was measured no longer holds.
    pub(super) fn forget(&mut self) {
        self.running = None;
    }

    /// Begins a survey with this number, if there is none; says whether it did.
    pub(super) fn begin(&mut self, settings: &Settings, run: u32) -> bool {
        let begins = self.running.is_none();
        if begins {
            self.running = Some(Running {
                run,
                waiting: Some(Job {
                    run,
                    task: Task::Survey,
                    fragment: Rc::from(settings.to_fragment()),
                    given: Rc::default(),
                }),
                settings: settings.clone(),
                survey: None,
            });
        }
        begins
    }

    /// The job to do, if there is one.
    pub(super) fn next_job(&mut self) -> Option<Job> {
        self.running.as_mut()?.waiting.take()
    }

    /// Takes back a job that was not done, if it is of this survey.
    pub(super) fn take_back(&mut self, job: Job) {
        if let Some(running) = &mut self.running
            && running.run == job.run
        {
            running.waiting = Some(job);
        }
    }

    /// Adds a job's result, if it is of this survey.
    pub(super) fn add(&mut self, run: u32, numbers: &[f64]) {
        if let Some(running) = &mut self.running
            && running.run == run
        {
            running.survey = Survey::from_numbers(&running.settings, numbers);
        }
    }

    /// Says of each rule's button whether it is the page's rule.
    pub(super) fn show(&self, settings: &Settings) {
        let now = format!("scale={}", settings.scaling.name());
        for button in &self.buttons {
            let pressed = button.get_attribute("data-set").as_deref() == Some(&now);
            dom::set_attribute(
                button,
                "aria-pressed",
                if pressed { "true" } else { "false" },
            );
        }
    }
}
