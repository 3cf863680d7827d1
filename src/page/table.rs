//! A figure's data as a table, below it, for those who ask for it.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element};

use super::dom;
use crate::scene::Table;

/// A `<details>` element with a table in it, which is there while the element is open.
pub(super) struct DataTable {
    document: Document,
    details: Element,
    columns: usize,
    /// Without that of the columns' heads.
    rows: usize,
    /// The caption, then cell by cell.
    texts: Vec<Element>,
}

impl DataTable {
    pub(super) fn new(document: &Document, selector: &str) -> Result<Self, JsValue> {
        Ok(Self {
            document: document.clone(),
            details: dom::element(document, selector)?,
            columns: 0,
            rows: 0,
            texts: Vec::new(),
        })
    }

    pub(super) fn details(&self) -> &Element {
        &self.details
    }

    pub(super) fn is_open(&self) -> bool {
        self.details.has_attribute("open")
    }

    /// Shows these data. Elements are made only where there are more or fewer cells than before.
    pub(super) fn show(&mut self, table: &Table) {
        let (columns, rows) = (table.columns.len(), table.rows().len());
        if (self.columns, self.rows) != (columns, rows) {
            (self.columns, self.rows) = (columns, rows);
            // Appending a new element to one that is there does not fail.
            self.texts = self.build().unwrap_or_default();
        }
        let heads = table.columns.iter().copied();
        let cells = table.cells.iter().map(String::as_str);
        let texts = [table.caption.as_str()]
            .into_iter()
            .chain(heads)
            .chain(cells);
        for (element, text) in self.texts.iter().zip(texts) {
            dom::set_text(element, text);
        }
    }

    /// An empty table in the place of the one that was there.
    fn build(&self) -> Result<Vec<Element>, JsValue> {
        let make = |tag: &str, parent: &Element| -> Result<Element, JsValue> {
            let element = self.document.create_element(tag)?;
            Ok(parent.append_child(&element)?.unchecked_into())
        };
        if let Some(old) = self.details.query_selector("table")? {
            old.remove();
        }
        let table = make("table", &self.details)?;
        let mut texts = vec![make("caption", &table)?];
        for row in 0..=self.rows {
            let line = make("tr", &table)?;
            for column in 0..self.columns {
                let scope = match (row, column) {
                    (0, _) => Some("col"),
                    (_, 0) => Some("row"),
                    _ => None,
                };
                let cell = make(scope.map_or("td", |_| "th"), &line)?;
                if let Some(scope) = scope {
                    dom::set_attribute(&cell, "scope", scope);
                }
                texts.push(cell);
            }
        }
        Ok(texts)
    }
}
