//! The sections of the page: which of them are in view, and the numbers and sentences in them.
//!
//! While the settings change, a section that nobody sees is left as it is, and so is a table of it: to compute
//! them, to write them and to lay them out would take most of each frame.

use wasm_bindgen::JsValue;
use web_sys::{Document, Element};

use super::dom;
use super::figures::Which;
use crate::scene::{Quantity, Scene, Section, Sections};
use crate::settings::shortest;

/// All sections that follow the settings.
pub(super) struct PageSections {
    document: Document,
    all: Vec<PageSection>,
    in_view: Sections,
}

struct PageSection {
    section: Section,
    element: Element,
    tables: Vec<Table>,
    outputs: Vec<Output>,
    sentences: Vec<Output>,
}

/// A table with numbers or sentences in it.
struct Table {
    element: Element,
    in_view: bool,
}

/// An element that shows a quantity or a sentence.
struct Output {
    name: String,
    element: Element,
    /// The index of the table that it is in.
    table: Option<usize>,
    /// What it was made to show.
    shown: Option<(String, Option<f64>)>,
}

impl Output {
    /// Whether it shows something else; from now on it shows this.
    fn changes_to(&mut self, text: &str, value: Option<f64>) -> bool {
        let shown = self.shown.as_ref();
        let changes = shown.is_none_or(|(shown, of)| shown != text || *of != value);
        if changes {
            self.shown = Some((text.to_owned(), value));
        }
        changes
    }
}

impl PageSections {
    /// What is in view at the start is found out here: the first frame must not wait until the
    /// browser reports it.
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        let mut all = Vec::with_capacity(Section::ALL.len());
        let mut in_view = Sections::NONE;
        for section in Section::ALL {
            let selector = format!("#{}", section.id());
            let element: Element = dom::element(document, &selector)?;
            in_view.set(section, dom::is_in_view(&element));
            let mut tables = Vec::new();
            all.push(PageSection {
                section,
                element,
                outputs: named(document, &selector, "data-quantity", &mut tables)?,
                sentences: named(document, &selector, "data-sentence", &mut tables)?,
                tables,
            });
        }
        Ok(Self {
            document: document.clone(),
            all,
            in_view,
        })
    }

    /// The elements of the sections, and their tables.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.all.iter().flat_map(|it| {
            let tables = it.tables.iter().map(|table| &table.element);
            tables.chain([&it.element])
        })
    }

    /// From now on this element, if it is a section or a table of one, is, or is not, in view.
    pub(super) fn see(&mut self, element: &Element, in_view: bool) {
        for it in &mut self.all {
            if it.element == *element {
                self.in_view.set(it.section, in_view);
            }
            let mut tables = it.tables.iter_mut();
            if let Some(table) = tables.find(|table| table.element == *element) {
                table.in_view = in_view;
            }
        }
    }

    /// Those in view.
    pub(super) fn in_view(&self) -> Sections {
        self.in_view
    }

    /// Shows the numbers and sentences of the sections that the scene has, in all of their tables or in
    /// those in view.
    pub(super) fn show(&mut self, scene: &Scene, which: Which) {
        for it in &mut self.all {
            if !scene.sections.has(it.section) {
                continue;
            }
            let tables = &it.tables;
            let is_shown = |output: &&mut Output| {
                which == Which::All || output.table.is_none_or(|index| tables[index].in_view)
            };
            for output in it.outputs.iter_mut().filter(is_shown) {
                let quantity = scene.quantities.iter().find(|it| it.name == output.name);
                if let Some(Quantity { text, value, .. }) = quantity
                    && output.changes_to(text, *value)
                {
                    let value = value.map_or_else(String::new, shortest);
                    dom::set_text(&output.element, text);
                    dom::set_attribute(&output.element, "data-value", &value);
                }
            }
            for output in it.sentences.iter_mut().filter(is_shown) {
                let sentence = scene.sentences.iter().find(|(it, _)| *it == output.name);
                if let Some((_, words)) = sentence
                    && output.changes_to(words, None)
                {
                    if output.name.starts_with("code.") {
                        dom::set_text(&output.element, words);
                    } else {
                        dom::set_sentence(&self.document, &output.element, words);
                    }
                }
            }
        }
    }
}

/// The elements in a section that have this attribute, with its values. Adds the tables that they are in to
/// those that are known.
fn named(
    document: &Document,
    section: &str,
    attribute: &str,
    tables: &mut Vec<Table>,
) -> Result<Vec<Output>, JsValue> {
    let elements: Vec<Element> = dom::elements(document, &format!("{section} [{attribute}]"))?;
    let output = |element: Element| {
        let table = element.closest("table").ok().flatten();
        let table = table.map(|element| {
            let known = tables.iter().position(|table| table.element == element);
            known.unwrap_or_else(|| {
                tables.push(Table {
                    element,
                    in_view: false,
                });
                tables.len() - 1
            })
        });
        Some(Output {
            name: element.get_attribute(attribute)?,
            element,
            table,
            shown: None,
        })
    };
    Ok(elements.into_iter().filter_map(output).collect())
}
