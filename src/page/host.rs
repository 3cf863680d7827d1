//! The page that has this one in an iframe: what it is told, and what it may say.
//!
//! Out go the height, so that it can fit the iframe, and the state: the fragment, and numbers. In
//! comes a fragment. Each message is an object that names whom it is from or for, since other scripts
//! of both pages use the same channel.

use js_sys::{Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, MessageEvent, ResizeObserver, Window};

use super::dom;
use crate::scene::{Scene, Section};
use crate::settings::Settings;

/// Who we are in messages.
const NAME: &str = "dropout-moments";

/// A longer fragment than this is not one of ours.
const LONGEST_FRAGMENT: usize = 2_000;

/// The page around this one.
pub(super) struct Host {
    window: Window,
    /// The fragment that it was told last, and how many samples there were.
    told: (String, f64),
}

impl Host {
    /// The page around this one, if there is one. It is told the height from now on, and each
    /// fragment that it sends goes to `set`.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(super) fn listen(
        window: &Window,
        document: &Document,
        set: impl Fn(&str) + 'static,
    ) -> Result<Option<Self>, JsValue> {
        let host = match window.parent()? {
            Some(host) if &host != window => host,
            _ => return Ok(None),
        };
        let sender = JsValue::from(&host);
        dom::listen(window, "message", move |event: MessageEvent| {
            let is_from_host = event.source().is_some_and(|it| *it == sender);
            if let (true, Some(fragment)) = (is_from_host, fragment_in(&event.data())) {
                set(&fragment);
            }
        })?;
        if let Some(body) = document.body() {
            let (host, measured) = (host.clone(), body.clone());
            let tell = Closure::<dyn Fn()>::new(move || {
                let height = measured.get_bounding_client_rect().height().ceil();
                post(&host, "resize", &[("height", height.into())]);
            });
            ResizeObserver::new(tell.as_ref().unchecked_ref())?.observe(&body);
            // It lives as long as the page.
            tell.forget();
        }
        Ok(Some(Self {
            window: host,
            told: Default::default(),
        }))
    }

    /// Tells the state, if it is another and the scene has its numbers: those of the run's section. Not
    /// inlined, so that it is not in the first view, which tells nobody.
    #[inline(never)]
    pub(super) fn tell(&mut self, settings: &Settings, scene: &Scene) {
        if !scene.sections.has(Section::Run) {
            return;
        }
        let samples = scene.quantities.iter().find(|it| it.name == "run.samples");
        let samples = samples.and_then(|it| it.value).unwrap_or(0.0);
        let told = (settings.to_fragment(), samples);
        if self.told == told {
            return;
        }
        self.told = told;
        let numbers = Object::new();
        for quantity in &scene.quantities {
            let (kind, _) = quantity.name.split_once('.').unwrap_or_default();
            let is_told = ["exact", "measured", "stderr", "z", "run"].contains(&kind);
            if let (true, Some(value)) = (is_told, quantity.value) {
                set(&numbers, &quantity.name, &value.into());
            }
        }
        let fragment = format!("#{}", self.told.0).into();
        let fields = [("fragment", fragment), ("numbers", numbers.into())];
        post(&self.window, "state", &fields);
    }
}

/// The fragment in a message that is for us and well formed.
fn fragment_in(message: &JsValue) -> Option<String> {
    if !message.is_object() {
        return None;
    }
    let field = |name: &str| Reflect::get(message, &name.into()).ok()?.as_string();
    let is_for_us = field("target")? == NAME && field("type")? == "set";
    field("fragment").filter(|fragment| is_for_us && fragment.len() <= LONGEST_FRAGMENT)
}

/// The host may be of any origin: what it is told is no secret.
fn post(host: &Window, kind: &str, fields: &[(&str, JsValue)]) {
    let message = Object::new();
    set(&message, "source", &NAME.into());
    set(&message, "type", &kind.into());
    for (name, value) in fields {
        set(&message, name, value);
    }
    if let Err(error) = host.post_message(&message, "*") {
        super::log(&error);
    }
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A new object takes every property.
    let _ = Reflect::set(object, &name.into(), value);
}
