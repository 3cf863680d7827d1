//! Puts the page into an iframe, one for each test, and reads and moves it as a reader would.
//!
//! The test runner serves the repository's folder, so the iframe shows `index.html` itself, and has a
//! fragment and a history as any page. The page's program there is the test's own: the runner's glue
//! is loaded once more, in the iframe's realm, and given the module that is compiled already.
//!
//! What lives in the iframe is an instance of the iframe's classes, not of ours: casts to them can't
//! be checked.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, Element, ErrorEvent, Event, EventInit, EventTarget, HtmlElement, HtmlIFrameElement,
    HtmlInputElement, HtmlLinkElement, HtmlScriptElement, Window,
};

/// The test's glue, as the runner serves it. It is a classic script, as the page's workers need it,
/// only where the runner finds the variable `WASM_BINDGEN_USE_NO_MODULE`.
const GLUE: &str = "/wasm-bindgen-test.js";

/// So many animation frames, some ten seconds, are waited for something, and no more.
const PATIENCE: u32 = 600;

/// The page in an iframe, which goes when this is dropped.
pub(crate) struct Stage {
    frame: HtmlIFrameElement,
    pub(crate) window: Window,
    pub(crate) document: Document,
    errors: Rc<RefCell<Vec<String>>>,
}

impl Stage {
    /// The page with this fragment, once it says that it is ready.
    pub(crate) async fn new(fragment: &str) -> Self {
        let stage = Self::before_start(fragment).await;
        stage.start(GLUE).await.expect("the page starts");
        stage
            .until("the page is ready", || stage.ready() == "true")
            .await;
        stage
    }

    /// The page with this fragment and its styles; its program has not been started.
    pub(crate) async fn before_start(fragment: &str) -> Self {
        let top = web_sys::window().expect("the test runs in a window");
        let top = top.document().expect("the window has a document");
        let frame: HtmlIFrameElement = create(&top, "iframe").unchecked_into();
        frame.set_width("1200");
        frame.set_height("900");
        // Figures are drawn only where they are in view: all of the frame must be, in any window.
        let style =
            "position: fixed; left: 0; top: 0; transform-origin: 0 0; transform: scale(0.5)";
        frame.style().set_css_text(style);
        frame.set_src(&format!("/index.html#{fragment}"));
        let loaded = next(&frame, "load");
        let body = top.body().expect("the runner's page has a body");
        body.append_child(&frame).expect("an iframe can be added");
        loaded.await;

        let window = frame.content_window().expect("the iframe is loaded");
        let document = window.document().expect("the iframe has our origin");
        let stage = Self {
            frame,
            window,
            document,
            errors: Rc::default(),
        };
        stage.collect_errors();
        // What trunk makes of them.
        for link in stage.all("link[rel=css]") {
            let link: HtmlLinkElement = link.unchecked_into();
            let loaded = next(&link, "load");
            link.set_rel("stylesheet");
            loaded.await;
        }
        stage
    }

    /// Gives the page's window another size, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.frame.set_width(&width.to_string());
        self.frame.set_height(&height.to_string());
        self.frame().await;
    }

    /// Makes the page's window so high, and shows it so small, that all of the page is in view.
    pub(crate) async fn see_all(&self) {
        let style = self.frame.style();
        style
            .set_property("transform", "scale(0.015)")
            .expect("it is a style");
        self.resize(1200, 32_000).await;
        // Figures are drawn once they are in view, and not before.
        self.until("all of the page is in view", || {
            self.all("canvas")
                .iter()
                .all(|it| it.has_attribute("data-drawn"))
        })
        .await;
    }

    /// Starts the page's program, as `www/boot.js` does; its workers import the glue from `glue`.
    ///
    /// # Errors
    /// The exception that the program throws.
    pub(crate) async fn start(&self, glue: &str) -> Result<(), String> {
        let origin = self.window.location().origin().expect("it has an origin");
        let ours = Object::new();
        set(&ours, "glue", &format!("{origin}{glue}").into());
        set(&ours, "glueText", &JsValue::NULL);
        set(&ours, "later", &JsValue::NULL);
        // A test's program isn't split: nothing has to be loaded.
        let soon = Function::new_with_args("then", "setTimeout(then)");
        set(&ours, "loadLater", &soon);
        set(&ours, "soon", &soon);
        // Made in the iframe, whose classes the glue insists on.
        let give =
            self.run_script("(bytes) => (then) => setTimeout(() => then(Uint8Array.from(bytes)))");
        let digits = Uint8Array::from(&include_bytes!("../../www/digits.bin")[..]);
        let load_digits = give
            .unchecked_into::<Function>()
            .call1(&JsValue::UNDEFINED, &digits);
        set(
            &ours,
            "loadDigits",
            &load_digits.expect("the script makes a function"),
        );
        set(&self.window, "dropoutMoments", &ours);
        self.run_script(
            "dropoutMoments.startWorker = (script) => new Worker(URL.createObjectURL(script))",
        );

        let script: HtmlScriptElement = create(&self.document, "script").unchecked_into();
        script.set_src(GLUE);
        let loaded = next(&script, "load");
        let head = self.element("head");
        head.append_child(&script).expect("a script can be added");
        loaded.await;
        // A name of the iframe's global scope that is no property of its window.
        let glue = call(&self.window, "eval", &"wasm_bindgen".into())
            .expect("the runner was told WASM_BINDGEN_USE_NO_MODULE");
        let options = Object::new();
        set(&options, "module_or_path", &wasm_bindgen::module());
        // The clone is of the iframe's classes, which the glue insists on.
        let options = call(&self.window, "structuredClone", &options)?;
        // Not `initSync`: with all that is for debugging in it, the module is too big for that.
        let initialise: &Function = glue.unchecked_ref();
        let done = initialise.call1(&JsValue::UNDEFINED, &options);
        let done: Promise = done.map_err(message)?.unchecked_into();
        JsFuture::from(done).await.map_err(message)?;
        call(&glue, "start_page", &JsValue::UNDEFINED)?;
        Ok(())
    }

    /// Runs a script in the iframe.
    pub(crate) fn run_script(&self, script: &str) -> JsValue {
        call(&self.window, "eval", &script.into()).expect("the test's scripts run")
    }

    /// As [`start`](Self::start), with the glue where it is.
    pub(crate) async fn start_as_usual(&self) -> Result<(), String> {
        self.start(GLUE).await
    }

    /// The errors that nothing in the iframe has caught, or that were reported there.
    fn collect_errors(&self) {
        let errors = Rc::clone(&self.errors);
        let collect = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            errors.borrow_mut().push(event.message());
        });
        self.window
            .add_event_listener_with_callback("error", collect.as_ref().unchecked_ref())
            .expect("a window can be listened to");
        // It lives as long as the iframe.
        collect.forget();
    }

    fn assert_no_errors(&self, what: &str) {
        let errors = self.errors.borrow();
        assert!(errors.is_empty(), "before {what}: {errors:?}");
    }

    /// The errors since the start, or since they were taken last.
    pub(crate) fn take_errors(&self) -> Vec<String> {
        self.errors.take()
    }

    /// Waits for an error that is expected, and takes it.
    pub(crate) async fn until_error(&self) -> String {
        for _ in 0..PATIENCE {
            let mut errors = self.take_errors();
            if let Some(error) = errors.pop() {
                assert!(errors.is_empty(), "more than one: {errors:?}, {error}");
                return error;
            }
            self.frame().await;
        }
        panic!("there was no error within {PATIENCE} frames");
    }

    /// Waits for the next animation frame.
    pub(crate) async fn frame(&self) {
        let mut request = |resolve: Function, _: Function| {
            self.window
                .request_animation_frame(&resolve)
                .expect("a window has animation frames");
        };
        let frame = Promise::new(&mut request);
        JsFuture::from(frame).await.expect("it is never rejected");
    }

    /// Waits, from one animation frame to the next, until the condition holds; fails if it does not
    /// come to hold, or there is an error.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn() -> bool) {
        for _ in 0..PATIENCE {
            self.assert_no_errors(what);
            if condition() {
                return;
            }
            self.frame().await;
        }
        panic!("it did not happen within {PATIENCE} frames: {what}");
    }

    /// The state of the page, in `data-ready`.
    pub(crate) fn ready(&self) -> String {
        attribute(&self.element("html"), "data-ready")
    }

    /// The state of the experiment, in `data-experiment`.
    pub(crate) fn experiment(&self) -> String {
        attribute(&self.element("#experiment"), "data-experiment")
    }

    /// Waits until a run is in this state.
    pub(crate) async fn until_run_is(&self, state: &str) {
        self.until(state, || self.experiment() == state).await;
    }

    /// The first element that matches.
    pub(crate) fn element(&self, selector: &str) -> Element {
        self.document
            .query_selector(selector)
            .expect("the test's selectors can be read")
            .unwrap_or_else(|| panic!("the page has no {selector}"))
    }

    /// All elements that match.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let list = self
            .document
            .query_selector_all(selector)
            .expect("the test's selectors can be read");
        (0..list.length())
            .filter_map(|index| list.get(index))
            .map(JsCast::unchecked_into)
            .collect()
    }

    /// The text of the first element that matches.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.element(selector).text_content().unwrap_or_default()
    }

    /// The full-precision value of a quantity; `None` where it has none. All places that show it
    /// must agree.
    pub(crate) fn value(&self, quantity: &str) -> Option<f64> {
        let outputs = self.all(&format!("output[data-quantity='{quantity}']"));
        let mut values = outputs.iter().map(|it| attribute(it, "data-value"));
        let value = values
            .next()
            .unwrap_or_else(|| panic!("the page does not show {quantity}"));
        assert!(values.all(|other| other == value), "two {quantity}");
        value.parse().ok()
    }

    /// Presses a button.
    pub(crate) fn click(&self, selector: &str) {
        self.element(selector)
            .unchecked_into::<HtmlElement>()
            .click();
    }

    /// The input that matches.
    pub(crate) fn input(&self, selector: &str) -> HtmlInputElement {
        self.element(selector).unchecked_into()
    }

    /// Puts a value into an input, as a reader does who has not finished yet.
    pub(crate) fn enter(&self, selector: &str, value: &str) {
        let input = self.input(selector);
        input.set_value(value);
        dispatch(&input, "input");
    }

    /// Puts the focus on an element.
    pub(crate) fn focus(&self, selector: &str) {
        let element: HtmlElement = self.element(selector).unchecked_into();
        element.focus().expect("it can have the focus");
    }

    /// Presses a key where the focus is.
    pub(crate) fn press(&self, key: &str) {
        let init = format!("{{key: '{key}', bubbles: true, cancelable: true}}");
        self.run_script(&format!(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {init}))"
        ));
    }

    /// Finishes what [`enter`](Self::enter) began.
    pub(crate) fn finish(&self, selector: &str) {
        dispatch(&self.element(selector), "change");
    }

    /// The page's fragment, with its `#`.
    pub(crate) fn fragment(&self) -> String {
        let location = self.window.location();
        location.hash().expect("it can be read")
    }

    /// Changes the fragment, as a link or the reader does.
    pub(crate) fn go_to(&self, fragment: &str) {
        let location = self.window.location();
        location.set_hash(fragment).expect("it can be set");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.frame.remove();
    }
}

/// An attribute's value, empty where there is none.
pub(crate) fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

fn set(target: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(target, &name.into(), value).expect("the object takes properties");
}

/// Calls a method.
///
/// # Errors
/// What the exception that it throws says.
fn call(target: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, String> {
    let method: JsValue = Reflect::get(target, &name.into()).expect("it is an object");
    let method: Function = method.unchecked_into();
    method.call1(target, argument).map_err(message)
}

/// What an exception says.
fn message(exception: JsValue) -> String {
    match exception.as_string() {
        Some(text) => text,
        None => exception.unchecked_into::<Object>().to_string().into(),
    }
}

fn create(document: &Document, tag: &str) -> Element {
    document.create_element(tag).expect("the tag is a name")
}

fn dispatch(target: &EventTarget, kind: &str) {
    let options = EventInit::new();
    options.set_bubbles(true);
    let event = Event::new_with_event_init_dict(kind, &options).expect("events can be made");
    target.dispatch_event(&event).expect("it is a new event");
}

/// Listens for an event from now on, and waits for it when it is awaited.
fn next(target: &EventTarget, kind: &str) -> impl Future<Output = ()> + use<> {
    let mut listen = |resolve: Function, reject: Function| {
        for (kind, then) in [(kind, resolve), ("error", reject)] {
            target
                .add_event_listener_with_callback(kind, &then)
                .expect("an element can be listened to");
        }
    };
    let event = JsFuture::from(Promise::new(&mut listen));
    let kind = kind.to_owned();
    async move {
        event
            .await
            .unwrap_or_else(|error| panic!("instead of {kind}: {error:?}"));
    }
}
