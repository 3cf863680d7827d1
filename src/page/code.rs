//! The settings as code, and how to cite the page with them.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlSelectElement};

use super::dom;
use crate::scene::{Date, FRAMEWORKS, apa, bibtex};
use crate::settings::Settings;

/// Where the code and the citations stand.
pub(super) struct Code {
    framework: HtmlSelectElement,
    code: Element,
    bibtex: Element,
    apa: Element,
    settings: RefCell<Settings>,
}

impl Code {
    /// Offers the frameworks, and follows the choice among them.
    ///
    /// # Errors
    /// When the page lacks an element, or the browser refuses.
    pub(super) fn new(document: &Document) -> Result<Rc<Self>, JsValue> {
        let code = Rc::new(Self {
            framework: dom::element(document, "#framework")?,
            code: dom::element(document, "#framework-code code")?,
            bibtex: dom::element(document, "#bibtex code")?,
            apa: dom::element(document, "#apa code")?,
            settings: RefCell::default(),
        });
        for framework in &FRAMEWORKS {
            let option = dom::create(document, "option", "")?;
            dom::set_attribute(&option, "value", framework.id);
            option.set_text_content(Some(framework.name));
            let framework: &Element = code.framework.unchecked_ref();
            framework.append_child(&option)?;
        }
        let chosen = Rc::clone(&code);
        dom::listen(&code.framework, "change", move |_: Event| {
            chosen.show_code();
        })?;
        Ok(code)
    }

    /// From now on these are the settings, and this is the link to what they show.
    pub(super) fn show(&self, settings: &Settings, link: &str) {
        self.settings.replace(settings.clone());
        self.show_code();
        let now = js_sys::Date::new_0();
        let today = Date {
            year: now.get_full_year(),
            month: now.get_month() + 1,
            day: now.get_date(),
        };
        dom::set_text(&self.bibtex, bibtex(link, today).trim_end());
        dom::set_text(&self.apa, &apa(link, today));
    }

    fn show_code(&self) {
        let index = usize::try_from(self.framework.selected_index()).unwrap_or(0);
        if let Some(framework) = FRAMEWORKS.get(index) {
            let code = framework.code(&self.settings.borrow());
            dom::set_text(&self.code, code.trim_end());
        }
    }
}
