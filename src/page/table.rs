//! A figure's data as a table, below it, for those who ask for it.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element};

use super::dom;
use crate::scene::Table;

/// A `<details>` element with a table in it, which is there while the element is open.
pub(super) struct DataTable {
    document: Document,
    details: Element,
    shown: Option<Shown>,
}

/// The table on the page, and its elements that hold text: the caption, then cell by cell.
struct Shown {
    columns: usize,
    rows: usize,
    texts: Vec<Element>,
}

impl DataTable {
    pub(super) fn new(document: &Document, selector: &str) -> Result<Self, JsValue> {
        Ok(Self {
            document: document.clone(),
            details: dom::element(document, selector)?,
            shown: None,
        })
    }

    pub(super) fn details(&self) -> &Element {
        &self.details
    }

    pub(super) fn is_open(&self) -> bool {
        self.details.has_attribute("open")
    }

    /// Shows these data. Elements are made only where there are more or fewer cells than before.
    pub(super) fn show(&mut self, table: &Table) -> Result<(), JsValue> {
        let (columns, rows) = (table.columns.len(), table.rows.len());
        let fits = |shown: &&mut Shown| shown.columns == columns && shown.rows == rows;
        if self.shown.as_mut().filter(fits).is_none() {
            self.shown = Some(self.build(columns, rows)?);
        }
        let cells = table.columns.iter().chain(table.rows.iter().flatten());
        let texts = std::iter::once(&table.caption).chain(cells);
        let elements = self.shown.iter().flat_map(|shown| &shown.texts);
        for (element, text) in elements.zip(texts) {
            dom::set_text(element, text);
        }
        Ok(())
    }

    /// An empty table in the place of the one that was there.
    fn build(&self, columns: usize, rows: usize) -> Result<Shown, JsValue> {
        let make = |tag: &str, parent: &Element| -> Result<Element, JsValue> {
            let element = self.document.create_element(tag)?;
            Ok(parent.append_child(&element)?.unchecked_into())
        };
        if let Some(old) = self.details.query_selector("table")? {
            old.remove();
        }
        let table = make("table", &self.details)?;
        let mut texts = vec![make("caption", &table)?];
        for row in 0..=rows {
            let line = make("tr", &table)?;
            for column in 0..columns {
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
        Ok(Shown {
            columns,
            rows,
            texts,
        })
    }
}
