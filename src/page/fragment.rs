//! The address bar: reads the fragment and keeps it as the settings are.

use std::sync::Arc;

use wasm_bindgen::JsValue;
use web_sys::{Document, Window};

use crate::settings::{Data, ParsedFragment, Settings};

/// Browsers refuse more than some hundred changes of the address in half a minute.
const SHORTEST_INTERVAL: f64 = 400.0;

/// Keeps the fragment as the settings are.
pub(super) struct Fragment {
    window: Window,
    written: String,
    written_at: f64,
    /// Whether the newest history entry is that of a change which still goes on, such as a drag.
    open: bool,
}

impl Fragment {
    pub(super) fn new(window: &Window) -> Self {
        Self {
            window: window.clone(),
            written: String::new(),
            written_at: f64::NEG_INFINITY,
            open: false,
        }
    }

    /// What the address says, where the reader's own data are these.
    pub(super) fn read(&mut self, data: Option<Arc<Data>>) -> ParsedFragment {
        let fragment = self.window.location().hash().unwrap_or_default();
        let parsed = Settings::with_data(&fragment, data);
        self.written = fragment.trim_start_matches('#').to_owned();
        self.open = false;
        parsed
    }

    /// Whether the address is another than the one that was written last.
    pub(super) fn has_changed(&self) -> bool {
        let fragment = self.window.location().hash().unwrap_or_default();
        fragment.trim_start_matches('#') != self.written
    }

    /// Whether the address is that of a link within the page: the browser has gone there, and it
    /// says nothing of the settings.
    pub(super) fn names_element_of(&self, document: &Document) -> bool {
        document.get_element_by_id(&self.written).is_some()
    }

    /// Writes the settings. The first write of a change makes a history entry, so that Back leads to
    /// before it; more of the same change, until it is `settled`, replace that entry. A figure in
    /// somebody else's page makes none: there, Back is that page's.
    ///
    /// Gives false where it is too early for another write.
    pub(super) fn write(&mut self, settings: &Settings, settled: bool, now: f64) -> bool {
        let fragment = settings.to_fragment();
        if fragment != self.written {
            if self.open && !settled && now - self.written_at < SHORTEST_INTERVAL {
                return false;
            }
            self.put(fragment, !self.open && settings.embed.is_none(), now);
            self.open = true;
        }
        if settled {
            self.open = false;
        }
        true
    }

    /// Writes the settings over the entry there is.
    pub(super) fn replace(&mut self, settings: &Settings, now: f64) {
        let fragment = settings.to_fragment();
        if fragment != self.written {
            self.put(fragment, false, now);
        }
    }

    fn put(&mut self, fragment: String, as_new_entry: bool, now: f64) {
        let address = format!("#{fragment}");
        // Some embedding pages forbid it. The page then works all the same, without permalinks.
        let _ = self.window.history().and_then(|history| {
            if as_new_entry {
                history.push_state_with_url(&JsValue::NULL, "", Some(&address))
            } else {
                history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
            }
        });
        self.written = fragment;
        self.written_at = now;
    }
}
