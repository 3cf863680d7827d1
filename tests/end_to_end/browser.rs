//! A browser of one's own, through as much of WebDriver (W3C Recommendation, 2018) as the tests need.
//!
//! The protocol is JSON over HTTP, one request after the other. A client library (fantoccini,
//! thirtyfour) would bring an asynchronous runtime and some sixty crates, and save nothing of what the
//! browsers differ in: how each driver is started, what it is asked for, and what beyond the protocol
//! only one of them knows.

use std::cell::RefCell;
use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// Keys, as WebDriver names them.
pub(crate) const KEY_TAB: &str = "\u{e004}";
pub(crate) const KEY_ENTER: &str = "\u{e007}";
pub(crate) const KEY_ESCAPE: &str = "\u{e00c}";
pub(crate) const KEY_END: &str = "\u{e010}";
pub(crate) const KEY_HOME: &str = "\u{e011}";
pub(crate) const KEY_LEFT: &str = "\u{e012}";
pub(crate) const KEY_RIGHT: &str = "\u{e014}";

/// How long the page may take for what a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose browser it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// The one that `DROPOUT_MOMENTS_ENGINE` names, or else Chromium.
    pub(crate) fn wanted() -> Self {
        match env::var("DROPOUT_MOMENTS_ENGINE").as_deref() {
            Ok("Firefox") => Self::Firefox,
            Ok("WebKit") => Self::WebKit,
            Ok("Chromium") | Err(_) => Self::Chromium,
            Ok(other) => panic!("there is no browser {other:?}"),
        }
    }

    /// The variable that names its driver, and the driver's usual name.
    fn driver(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["CHROMEDRIVER", "chromedriver"],
            Self::Firefox => ["GECKODRIVER", "geckodriver"],
            Self::WebKit => ["WEBKITDRIVER", "WebKitWebDriver"],
        }
    }

    /// What the driver is asked for: a window that nobody sees, of a browser that keeps its profile in this
    /// folder, if it is given one.
    fn capabilities(self, profile: Option<&Profile>) -> Value {
        let (key, variable, mut options) = match self {
            Self::Chromium => (
                "goog:chromeOptions",
                "CHROME",
                // Without the sandbox, since root can't have one; without what talks to its maker; and without
                // the two pages below the address bar that nobody sees, a third of all that a start takes.
                json!({"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
                    // Tests change the address more often than a person could.
                    "--disable-ipc-flooding-protection"]}),
            ),
            Self::Firefox => (
                "moz:firefoxOptions",
                "FIREFOX",
                json!({"args": ["-headless"],
                    "prefs": {"dom.navigation.navigationRateLimit.count": 0,
                        "browser.startup.page": 0, "browser.startup.homepage": "about:blank",
                        "browser.newtabpage.enabled": false, "browser.newtab.preload": false,
                        "browser.backup.enabled": false}}),
            ),
            // It needs a screen.
            Self::WebKit => (
                "webkitgtk:browserOptions",
                "WEBKIT",
                json!({"args": ["--automation"]}),
            ),
        };
        if let Ok(program) = env::var(variable) {
            options["binary"] = program.into();
        }
        if let (Some(profile), Some(arguments)) = (profile, options["args"].as_array_mut()) {
            arguments.extend(["-profile".into(), profile.folder.to_string_lossy().into()]);
        }
        let milliseconds = u64::try_from(PATIENCE.as_millis()).expect("a minute is not that long");
        let mut wanted = json!({
            key: options,
            "timeouts": {"script": milliseconds, "pageLoad": milliseconds},
        });
        if self == Self::Chromium {
            wanted["goog:loggingPrefs"] = json!({"browser": "ALL"});
        }
        json!({"capabilities": {"alwaysMatch": wanted}})
    }
}

/// A browser with one empty window that nobody sees, which one has to oneself until it is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) engine: Engine,
    session: Arc<Session>,
    /// What went wrong on pages that have been left, where only the page itself can say.
    past_errors: RefCell<Vec<String>>,
}

/// The browsers that run. To start one takes longer than most tests do, so that the next test gets what
/// the last has left, with a new window; and when none is in use, all end.
#[derive(Debug)]
struct Running {
    in_use: usize,
    idle: Vec<Arc<Session>>,
}

impl Running {
    fn get() -> MutexGuard<'static, Self> {
        static RUNNING: Mutex<Running> = Mutex::new(Running {
            in_use: 0,
            idle: Vec::new(),
        });
        // A test that panicked has left nothing half-done here.
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an element is in the window, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rectangle {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
}

impl Browser {
    /// Of the engine that is wanted.
    pub(crate) fn start() -> Self {
        let engine = Engine::wanted();
        let left = Running::get().idle.pop();
        let left = left.filter(|it| it.open_only_window().is_ok());
        let session = left.unwrap_or_else(|| Arc::new(Session::start(engine)));
        Running::get().in_use += 1;
        let browser = Self {
            engine,
            session,
            past_errors: RefCell::default(),
        };
        browser.resize(1280, 1000);
        // Those of the test before.
        browser.errors();
        browser
    }

    /// Gives the window this outer size, in CSS pixels.
    #[track_caller]
    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.post("window/rect", &json!({"width": width, "height": height}));
    }

    #[track_caller]
    fn post(&self, command: &str, body: &Value) -> Value {
        match self.session.request("POST", command, body) {
            Ok(value) => value,
            Err(error) => panic!("{command} {body}: {error}"),
        }
    }

    #[track_caller]
    pub(crate) fn open(&self, address: &str) {
        self.leave();
        self.post("url", &json!({"url": address}));
    }

    #[track_caller]
    pub(crate) fn back(&self) {
        self.leave();
        self.post("back", &json!({}));
    }

    #[track_caller]
    pub(crate) fn forward(&self) {
        self.leave();
        self.post("forward", &json!({}));
    }

    #[track_caller]
    pub(crate) fn reload(&self) {
        self.leave();
        self.post("refresh", &json!({}));
    }

    /// From now on commands go to the window's first iframe.
    #[track_caller]
    pub(crate) fn enter_frame(&self) {
        self.post("frame", &json!({"id": 0}));
    }

    /// What a script returns.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits, from one animation frame to the next, until an expression is true.
    #[track_caller]
    pub(crate) fn until(&self, expression: &str) {
        let script = format!(
            "const [done] = arguments;
            (function look() {{ if ({expression}) done(); else requestAnimationFrame(look); }})()"
        );
        let body = json!({"script": script, "args": []});
        if let Err(error) = self.session.request("POST", "execute/async", &body) {
            let page = self.run(
                "return `${location}, ${document.documentElement.dataset.ready}, \
                ${document.getElementById('experiment')?.dataset.experiment}, \
                data: ${document.getElementById('data-state')?.textContent}`",
            );
            panic!(
                "in vain for {expression}: {error}\n{page}\n{:?}",
                self.errors()
            );
        }
    }

    /// What a script with `await` in it returns in the end.
    #[track_caller]
    pub(crate) fn measure(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {script} }})().then(done, (e) => done(`${{e}}`))"
        );
        self.post("execute/async", &json!({"script": script, "args": []}))
    }

    /// From now on runs a script in each page before its own (by the `DevTools` protocol).
    #[track_caller]
    pub(crate) fn before_each_page(&self, script: &str) {
        self.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({"source": script}),
        );
    }

    /// Gives a command of the `DevTools` protocol.
    #[track_caller]
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let command = json!({"cmd": command, "params": parameters});
        self.post("goog/cdp/execute", &command)
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let query = json!({"using": "css selector", "value": selector});
        let element = self.post("element", &query);
        let mut ids = element.as_object().into_iter().flat_map(|it| it.values());
        let id = ids.next().and_then(Value::as_str);
        id.expect("an element has an id").to_owned()
    }

    /// Clicks in the middle of an element, after scrolling to it; fails if something is over it. A driver
    /// looks where the element is, and clicks there: what moves in between is missed, and tried again.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        let it = format!("document.querySelector({})", json!(selector));
        for _ in 0..3 {
            self.scroll_to(&it);
            self.run(&format!(
                "window.clickMissed = true;
                {it}.addEventListener('click', () => {{ window.clickMissed = false; }}, {{ capture: true, once: true }})"
            ));
            self.post(&format!("element/{element}/click"), &json!({}));
            // Another page misses nothing.
            if self.run("return window.clickMissed") != true {
                return;
            }
        }
        panic!("{selector} moves whenever it is clicked");
    }

    /// Scrolls until the element that the expression gives stands still in the middle, unless it is hidden.
    /// Sections on the way to it are laid out as they come near, which moves it in the next frames; and
    /// WebKit finds nothing that is in a figure of a section before both are laid out.
    #[track_caller]
    pub(crate) fn scroll_to(&self, element: &str) {
        self.measure(&format!(
            "const it = {element};
            const around = ['main > section', 'main > section > *'].map((place) => it.closest(place));
            for (let before = [NaN]; it.checkVisibility(); ) {{
                for (const place of [...around, it]) place?.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const {{ top }} = it.getBoundingClientRect();
                before = [...before, top].slice(-3);
                if (before.every((one) => one === top) && it.checkVisibility({{ contentVisibilityAuto: true }})) return;
                await new Promise(requestAnimationFrame);
            }}"
        ));
    }

    /// Focuses an element and presses keys, one after the other.
    #[track_caller]
    pub(crate) fn keys(&self, selector: &str, keys: &[&str]) {
        self.run(&format!(
            "document.querySelector({selector:?}).focus({{ focusVisible: true }})"
        ));
        self.press(keys);
    }

    /// Presses keys, one after the other, where the focus is.
    #[track_caller]
    pub(crate) fn press(&self, keys: &[&str]) {
        let actions: Vec<_> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.post("actions", &json!({"actions": [keyboard]}));
    }

    /// Where an element is, after scrolling to it.
    #[track_caller]
    pub(crate) fn rectangle(&self, selector: &str) -> Rectangle {
        self.scroll_to(&format!("document.querySelector({})", json!(selector)));
        let numbers = self.run(&format!(
            "const {{ left, top, width }} = document.querySelector({selector:?}).getBoundingClientRect();
            return [left, top, width]"
        ));
        let number = |index: usize| numbers[index].as_f64().expect("the script gives numbers");
        Rectangle {
            left: number(0),
            top: number(1),
            width: number(2),
        }
    }

    /// Drags with the mouse from one place of the window to another.
    #[track_caller]
    pub(crate) fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        self.drag_along([from, middle, to], 0);
    }

    /// Drags with the mouse from the first place to the next and so on, each after so many
    /// milliseconds.
    #[track_caller]
    pub(crate) fn drag_along(
        &self,
        places: impl IntoIterator<Item = (f64, f64)>,
        milliseconds: u32,
    ) {
        let mut actions: Vec<_> = places
            .into_iter()
            .map(|(x, y)| {
                json!({"type": "pointerMove", "origin": "viewport", "duration": milliseconds,
                    "x": x.round(), "y": y.round()})
            })
            .collect();
        actions.insert(1, json!({"type": "pointerDown", "button": 0}));
        actions.push(json!({"type": "pointerUp", "button": 0}));
        self.post(
            "actions",
            &json!({"actions": [{
                "type": "pointer",
                "id": "mouse",
                "parameters": {"pointerType": "mouse"},
                "actions": actions,
            }]}),
        );
    }

    /// The warnings and errors of the console since the start, or since they were asked for last:
    /// from the browser where its driver tells them, else as `watch.js` has seen them.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<String> {
        if self.engine != Engine::Chromium {
            self.leave();
            return self.past_errors.take();
        }
        let log = self.post("se/log", &json!({"type": "browser"}));
        let entries = log.as_array().expect("a log is a list");
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Keeps what the page has to tell before it is gone.
    #[track_caller]
    fn leave(&self) {
        if self.engine == Engine::Chromium {
            return;
        }
        let errors = self.run("return globalThis.watched?.errors.splice(0) ?? []");
        let errors = errors.as_array().into_iter().flatten();
        let errors = errors.filter_map(|it| it.as_str().map(str::to_owned));
        self.past_errors.borrow_mut().extend(errors);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let mut running = Running::get();
        running.in_use -= 1;
        // What a test that fails has done to it, nobody knows.
        if !thread::panicking() {
            running.idle.push(Arc::clone(&self.session));
        }
        if running.in_use == 0 {
            running.idle.clear();
        }
    }
}

/// A browser and its driver, which both end when it is dropped.
#[derive(Debug)]
struct Session {
    id: String,
    driver: Driver,
    /// Given back once the browser has ended.
    _profile: Option<Profile>,
}

impl Session {
    fn start(engine: Engine) -> Self {
        let driver = Driver::start(engine);
        let profile = (engine == Engine::Firefox).then(Profile::take);
        let answer = driver
            .request("POST", "/session", &engine.capabilities(profile.as_ref()))
            .expect("the driver starts a browser");
        let id = answer["sessionId"].as_str().expect("a session has an id");
        Self {
            id: id.to_owned(),
            driver,
            _profile: profile,
        }
    }

    fn request(&self, method: &str, command: &str, body: &Value) -> Result<Value, String> {
        let path = format!("/session/{}/{command}", self.id);
        self.driver.request(method, &path, body)
    }

    /// Opens an empty window, with no history and nothing that was asked of the last, and closes all others.
    fn open_only_window(&self) -> Result<(), String> {
        let go_to = |window: &Value| self.request("POST", "window", &json!({"handle": window}));
        let others = self.request("GET", "window/handles", &json!({}))?;
        let new = self.request("POST", "window/new", &json!({"type": "tab"}))?;
        for other in others.as_array().into_iter().flatten() {
            go_to(other)?;
            self.request("DELETE", "window", &json!({}))?;
        }
        go_to(&new["handle"])?;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The driver ends the browser; if it can't, there is nothing better left to do.
        let session = format!("/session/{}", self.id);
        let _ = self.driver.request("DELETE", &session, &json!({}));
    }
}

/// A folder that a Firefox has to itself, until it is dropped: its first start in a new one takes twice as
/// long as any later one. Nothing in it concerns the next page, which comes from another port.
#[derive(Debug)]
struct Profile {
    folder: PathBuf,
    _lock: File,
}

impl Profile {
    /// The first that no other browser has, of this program or another.
    fn take() -> Self {
        let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let free = (0..100).find_map(|number| {
            let folder = place.join(format!("firefox-{number}"));
            fs::create_dir_all(&folder).expect("a folder can be made");
            let lock = File::create(folder.join("taken")).expect("a file can be made");
            lock.try_lock().is_ok().then_some(Self {
                folder,
                _lock: lock,
            })
        });
        free.expect("no hundred browsers run at once")
    }
}

/// The browser's driver, on a port of its own.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Chromium's driver takes a free port of IPv6 and ends where another has the same one of IPv4.
    fn start(engine: Engine) -> Self {
        let mut attempts = (0..5).map(|_| Self::try_to_start(engine));
        let driver = attempts.find_map(|it| it);
        driver.expect("one of five drivers says on which port it is")
    }

    fn try_to_start(engine: Engine) -> Option<Self> {
        let [variable, name] = engine.driver();
        let program = env::var_os(variable).unwrap_or_else(|| name.into());
        // WebKit's driver wants to be told a port.
        let port = match engine {
            Engine::WebKit => TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()),
            Engine::Chromium | Engine::Firefox => Ok(([127, 0, 0, 1], 0).into()),
        };
        let port = port.expect("there is a free port").port();
        let process = Command::new(&program)
            .arg(format!("--port={port}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("can't run {}: {error}", program.display()));
        let mut driver = Self { process, port };
        let output = driver.process.stdout.take();
        let output = output.expect("a piped output is there");
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        driver.port = match engine {
            // "ChromeDriver was started successfully on port 12345."
            Engine::Chromium => number_after(lines, "successfully on port ")?,
            // "1764000000000	geckodriver	INFO	Listening on 127.0.0.1:12345"
            Engine::Firefox => number_after(lines, "Listening on 127.0.0.1:")?,
            Engine::WebKit => {
                while TcpStream::connect(("127.0.0.1", port)).is_err() {
                    thread::park_timeout(Duration::from_millis(10));
                }
                port
            }
        };
        Some(driver)
    }

    /// Sends a command, and gives the value of its answer.
    fn request(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self
            .exchange(method, path, &body.to_string())
            .map_err(|error| format!("the driver does not answer: {error}"))?;
        let mut answer: Value = serde_json::from_slice(&answer)
            .map_err(|error| format!("the driver's answer is no JSON: {error}"))?;
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", answer["value"]["message"])),
            None => Ok(answer["value"].take()),
        }
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(2 * PATIENCE))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or(0);
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have died already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The number behind these words, of which the driver says to which port it listens; none if it ends
/// before. What it says afterwards is read and dropped: a driver whose output nobody takes would stop.
fn number_after(
    mut lines: impl Iterator<Item = String> + Send + 'static,
    words: &str,
) -> Option<u16> {
    let port = lines.by_ref().find_map(|line| {
        let (_, port) = line.split_once(words)?;
        port.trim_end_matches('.').parse().ok()
    })?;
    #[expect(clippy::disallowed_methods, reason = "this never runs in a browser")]
    drop(thread::spawn(move || lines.for_each(drop)));
    Some(port)
}
