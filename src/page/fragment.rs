//! The address bar: reads the fragment and keeps it as the settings are.

use std::sync::Arc;

use wasm_bindgen::JsValue;
use web_sys::{Document, Window};

use crate::settings::{Data, ParsedFragment, Settings};

/// Keeps the fragment as the settings are.
pub(super) struct Fragment {
    window: Window,
    written: String,
}

impl Fragment {
    pub(super) fn new(window: &Window) -> Self {
        Self {
            window: window.clone(),
            written: String::new(),
        }
    }

    /// What the address says, where the reader's own data are these.
    pub(super) fn read(&mut self, data: Option<Arc<Data>>) -> ParsedFragment {
        let fragment = self.window.location().hash().unwrap_or_default();
        let parsed = Settings::with_data(&fragment, data);
        self.written = fragment.trim_start_matches('#').to_owned();
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

    /// Writes settings that have settled, as a new history entry, so that Back leads to before them. A
    /// figure in somebody else's page makes none: there, Back is that page's. While they still change, as
    /// in a drag, the address stays: the browser would load the page's icon anew with each change of it,
    /// which takes longer than most frames, and refuse more than some hundred in half a minute.
    pub(super) fn write(&mut self, settings: &Settings) {
        let fragment = settings.to_fragment();
        if fragment != self.written {
            self.put(fragment, settings.embed.is_none());
        }
    }

    /// Writes the settings over the entry there is.
    pub(super) fn replace(&mut self, settings: &Settings) {
        let fragment = settings.to_fragment();
        if fragment != self.written {
            self.put(fragment, false);
        }
    }

    fn put(&mut self, fragment: String, as_new_entry: bool) {
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
    }
}
