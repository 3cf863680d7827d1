//! The reader's own data: from a text field or a file, through a worker, to settings.
//!
//! They never leave the browser. A worker of their own reads them a slice at a time; where none can
//! be started, or it says nothing for too long, the page does, and stays responsive between two slices.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, ArrayBuffer, Float32Array, Float64Array, JsString, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, Document, DragEvent, Element, Event, HtmlElement, HtmlInputElement, HtmlTextAreaElement,
    MessageEvent, Worker,
};

use super::{dom, workers};
use crate::sampling::NumberReader;
use crate::scene::{data_problem, data_report, fixed};
use crate::settings::Data;

/// So many bytes are read at a time.
const SLICE: f64 = 1_048_576.0;

/// The page itself has so many values.
const LOOKED_AT: u32 = 256;

/// The section's elements, and the file that is being read.
pub(super) struct OwnData {
    document: Document,
    text: HtmlTextAreaElement,
    state: Element,
    report: Element,
    cancel: HtmlElement,
    /// Which reading is the newest: what others say is not heard.
    reading: u32,
    worker: Option<Reader>,
}

/// A worker that reads.
struct Reader {
    worker: Worker,
    /// How often it has spoken; nothing once nobody listens any more.
    heard: Rc<Cell<Option<u32>>>,
}

impl OwnData {
    pub(super) fn new(document: &Document) -> Result<Self, JsValue> {
        Ok(Self {
            document: document.clone(),
            text: dom::element(document, "#data-text")?,
            state: dom::element(document, "#data-state")?,
            report: dom::element(document, "#data-report")?,
            cancel: dom::element(document, "button[data-action=cancel-data]")?,
            reading: 0,
            worker: None,
        })
    }

    /// Calls `take` with each file that is chosen or dropped.
    pub(super) fn listen(&self, take: impl Fn(Blob) + 'static) -> Result<(), JsValue> {
        let take = Rc::new(take);
        let file: HtmlInputElement = dom::element(&self.document, "#data-file")?;
        let (chosen, input) = (Rc::clone(&take), file.clone());
        dom::listen(&file, "change", move |_: Event| {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                chosen(file.into());
            }
            // The same file may be chosen again, after it has changed.
            input.set_value("");
        })?;
        let zone: Element = dom::element(&self.document, "#own-data")?;
        let over = zone.clone();
        dom::listen(&zone, "dragover", move |event: DragEvent| {
            event.prevent_default();
            dom::toggle_attribute(&over, "data-over", true);
        })?;
        let left = zone.clone();
        dom::listen(&zone, "dragleave", move |_: DragEvent| {
            dom::toggle_attribute(&left, "data-over", false);
        })?;
        let dropped = zone.clone();
        dom::listen(&zone, "drop", move |event: DragEvent| {
            event.prevent_default();
            dom::toggle_attribute(&dropped, "data-over", false);
            let Some(transfer) = event.data_transfer() else {
                return;
            };
            if let Some(file) = transfer.files().and_then(|files| files.get(0)) {
                take(file.into());
            } else if let Ok(text) = transfer.get_data("text/plain")
                && let Ok(blob) = Blob::new_with_str_sequence(&Array::of1(&text.into()))
            {
                take(blob);
            }
        })
    }

    /// What stands in the text field.
    pub(super) fn pasted(&self) -> Result<Blob, JsValue> {
        Blob::new_with_str_sequence(&Array::of1(&self.text.value().into()))
    }

    /// Where data can be given gets the focus, once the page has done what it is at: what loses it hears
    /// of that at once, and would find the page busy.
    pub(super) fn focus(&self) {
        let text = self.text.clone();
        super::later::soon(move || text.focus());
    }

    /// Begins to read; what was being read is left. `tell` gets what the reading says, with its
    /// number.
    pub(super) fn read(&mut self, blob: &Blob, tell: impl Fn(u32, JsValue) + 'static) {
        self.stop();
        self.report.set_text_content(None);
        self.say("reading", true);
        let reading = self.reading;
        let hear: Rc<dyn Fn(JsValue)> = Rc::new(move |message| tell(reading, message));
        match start_worker(blob, &hear) {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => {
                super::log(&error);
                read_blob(blob.clone(), hear);
            }
        }
    }

    /// Stops reading.
    pub(super) fn cancel(&mut self) {
        self.stop();
        self.say("cancelled", false);
    }

    fn stop(&mut self) {
        self.reading += 1;
        if let Some(reader) = self.worker.take() {
            reader.heard.set(None);
            reader.worker.terminate();
        }
    }

    /// Hears what a reading says: how far it is, or, at last, the data with their values.
    pub(super) fn hear(&mut self, reading: u32, message: &JsValue) -> Option<(Arc<Data>, JsValue)> {
        if reading != self.reading {
            return None;
        }
        if let Some(share) = message.as_f64() {
            self.say(&format!("reading, {} %", fixed(100.0 * share, 0)), true);
            return None;
        }
        self.stop();
        if message.is_null() {
            self.say("It can’t be read: has it moved, or changed?", false);
            return None;
        }
        let message: &Array = message.unchecked_ref();
        let lines: Array = message.get(0).unchecked_into();
        let [first, rest @ ..] = &lines.to_vec()[..] else {
            return None;
        };
        self.say(&first.as_string().unwrap_or_default(), false);
        for line in rest {
            if let Ok(item) = self.document.create_element("li") {
                item.set_text_content(line.as_string().as_deref());
                // Appending a new element to one that is there does not fail.
                let _ = self.report.append_child(&item);
            }
        }
        let numbers = message.get(1);
        let numbers = numbers.is_object().then(|| Float64Array::new(&numbers))?;
        // A few of the values, from all over, for the figure that shows units one by one.
        let values = Float32Array::new(&message.get(2));
        let step = values.length().div_ceil(LOOKED_AT).max(1);
        let few = (0..values.length()).step_by(step as usize);
        let few = few.map(|index| values.get_index(index)).collect();
        let data = Data::from_numbers(&numbers.to_vec(), few)?;
        Some((Arc::new(data), message.clone().unchecked_into()))
    }

    fn say(&self, text: &str, is_reading: bool) {
        dom::set_text(&self.state, text);
        dom::set_attribute(
            &self.state,
            "data-state",
            if is_reading { "reading" } else { "done" },
        );
        self.cancel.set_hidden(!is_reading);
    }
}

/// A worker that reads a blob.
fn start_worker(blob: &Blob, hear: &Rc<dyn Fn(JsValue)>) -> Result<Reader, JsValue> {
    let worker = workers::start_worker()?;
    let program = workers::program()?;
    let heard = Rc::new(Cell::new(Some(0_u32)));
    let (this, tell, sent) = (worker.clone(), Rc::clone(hear), blob.clone());
    let count = Rc::clone(&heard);
    dom::listen(&worker, "message", move |event: MessageEvent| {
        let message = event.data();
        if message.is_null() {
            // WebKit lets no worker read what a page from the disk has made.
            count.set(count.get().and(Some(0)));
            return lose(&count, &sent, &tell);
        }
        if !message.is_string() {
            count.set(count.get().map(|times| times.saturating_add(1)));
            tell(message);
            return;
        }
        let task = Array::of2(&"read".into(), &sent).into();
        for message in [&program, &task] {
            if let Err(error) = this.post_message(message) {
                super::log(&error);
            }
        }
    })?;
    let (count, failed, sent) = (Rc::clone(&heard), Rc::clone(hear), blob.clone());
    dom::listen(&worker, "error", move |event: Event| {
        event.prevent_default();
        lose(&count, &sent, &failed);
    })?;
    watch(&worker, &heard, blob, hear);
    Ok(Reader { worker, heard })
}

/// The worker that reads a blob is lost. Either the data are too much for it, as they would be for the
/// page, or it can't start.
fn lose(heard: &Cell<Option<u32>>, blob: &Blob, hear: &Rc<dyn Fn(JsValue)>) {
    match heard.take() {
        None => {}
        Some(0) => read_blob(blob.clone(), Rc::clone(hear)),
        Some(_) => {
            let lines = ["They need more memory than the browser has.".to_owned()];
            hear(Array::of1(&strings(&lines)).into());
        }
    }
}

/// Loses a worker that then says nothing more for too long.
fn watch(worker: &Worker, heard: &Rc<Cell<Option<u32>>>, blob: &Blob, hear: &Rc<dyn Fn(JsValue)>) {
    let Some(before) = heard.get() else {
        return;
    };
    let (this, count) = (worker.clone(), Rc::clone(heard));
    let (blob, hear) = (blob.clone(), Rc::clone(hear));
    let check = Closure::once_into_js(move || {
        if count.get() == Some(before) {
            this.terminate();
            lose(&count, &blob, &hear);
        } else {
            watch(&this, &count, &blob, &hear);
        }
    });
    if let Some(window) = web_sys::window() {
        workers::wait_for_more(&window, before, &check);
    }
}

/// Reads a blob, slice by slice, and tells how far it is, as a number, and at last what came out:
/// lines of text, and where there are data, their numbers and values; nothing if it can't be read.
pub(super) fn read_blob(blob: Blob, tell: Rc<dyn Fn(JsValue)>) {
    let reading = Reading {
        blob,
        tell,
        reader: RefCell::default(),
    };
    read_slice(Rc::new(reading), 0.0);
}

struct Reading {
    blob: Blob,
    tell: Rc<dyn Fn(JsValue)>,
    reader: RefCell<NumberReader>,
}

fn read_slice(reading: Rc<Reading>, from: f64) {
    let size = reading.blob.size();
    let to = size.min(from + SLICE);
    let slice = match reading.blob.slice_with_f64_and_f64(from, to) {
        Ok(slice) => slice,
        Err(error) => return super::log(&error),
    };
    let failed = Rc::clone(&reading);
    let read = Closure::once_into_js(move |buffer: ArrayBuffer| {
        let bytes = Uint8Array::new(&buffer).to_vec();
        reading.reader.borrow_mut().push(&bytes);
        let wants_more = reading.reader.borrow().wants_more();
        if to < size && wants_more {
            (reading.tell)((to / size).into());
            read_slice(reading, to);
        } else {
            finish(&reading);
        }
    });
    let refused = Closure::once_into_js(move |_: JsValue| (failed.tell)(JsValue::NULL));
    let promise: JsValue = slice.array_buffer().into();
    let promise: js_sys::Promise = promise.unchecked_into();
    let then = js_sys::Reflect::get(&promise, &"then".into());
    let called = then.and_then(|then| {
        let then: js_sys::Function = then.unchecked_into();
        then.call2(&promise, &read, &refused)
    });
    if let Err(error) = called {
        super::log(&error);
    }
}

fn finish(reading: &Reading) {
    let message = match reading.reader.take().finish() {
        Ok(numbers) => {
            let data = numbers.data();
            let summary = Float64Array::from(data.to_numbers().as_slice());
            let values = Float32Array::from(data.values.as_slice());
            Array::of3(&strings(&data_report(&numbers, &data)), &summary, &values)
        }
        Err(problem) => Array::of1(&strings(&data_problem(&problem))),
    };
    (reading.tell)(message.into());
}

fn strings(lines: &[String]) -> JsValue {
    let lines: Array = lines
        .iter()
        .map(|line| JsString::from(line.as_str()))
        .collect();
    lines.into()
}
