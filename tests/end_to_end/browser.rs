//! A browser of one's own, through as much of WebDriver (W3C Recommendation, 2018) as the tests need.
//!
//! The protocol is JSON over HTTP, one request after the other; a client library would bring an
//! asynchronous runtime and some sixty crates.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Keys, as WebDriver names them.
pub(crate) const KEY_LEFT: &str = "\u{e012}";
pub(crate) const KEY_RIGHT: &str = "\u{e014}";

/// How long the page may take for what a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A headless browser with one empty window, until it is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: Driver,
    session: String,
}

/// Where an element is in the window, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rectangle {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let driver = Driver::start();
        let mut options = json!({
            // Without the sandbox, since root can't have one; without what talks to its maker.
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--window-size=1280,1000"],
        });
        if let Ok(chrome) = std::env::var("CHROME") {
            options["binary"] = chrome.into();
        }
        let milliseconds = u64::try_from(PATIENCE.as_millis()).expect("a minute is not that long");
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": milliseconds, "pageLoad": milliseconds},
        }}});
        let answer = driver
            .request("POST", "/session", &capabilities)
            .expect("the driver starts a browser");
        let session = answer["sessionId"].as_str().expect("a session has an id");
        Self {
            session: session.to_owned(),
            driver,
        }
    }

    #[track_caller]
    fn post(&self, command: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{command}", self.session);
        match self.driver.request("POST", &path, body) {
            Ok(value) => value,
            Err(error) => panic!("{command} {body}: {error}"),
        }
    }

    #[track_caller]
    pub(crate) fn open(&self, address: &str) {
        self.post("url", &json!({"url": address}));
    }

    #[track_caller]
    pub(crate) fn back(&self) {
        self.post("back", &json!({}));
    }

    #[track_caller]
    pub(crate) fn forward(&self) {
        self.post("forward", &json!({}));
    }

    #[track_caller]
    pub(crate) fn reload(&self) {
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
        let path = format!("/session/{}/execute/async", self.session);
        let body = json!({"script": script, "args": []});
        if let Err(error) = self.driver.request("POST", &path, &body) {
            let page = self.run(
                "return `${location}, ${document.documentElement.dataset.ready}, \
                ${document.getElementById('experiment')?.dataset.experiment}`",
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

    /// From now on runs a script in each page before its own.
    #[track_caller]
    pub(crate) fn before_each_page(&self, script: &str) {
        self.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({"source": script}),
        );
    }

    /// From now on the page is shown as on this medium, `screen` or `print`.
    #[track_caller]
    pub(crate) fn emulate_medium(&self, medium: &str) {
        self.devtools("Emulation.setEmulatedMedia", &json!({"media": medium}));
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

    /// Clicks in the middle of an element, after scrolling to it; fails if something is over it.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Focuses an element and presses keys.
    #[track_caller]
    pub(crate) fn keys(&self, selector: &str, keys: &[&str]) {
        let element = self.element(selector);
        let keys = json!({"text": keys.concat()});
        self.post(&format!("element/{element}/value"), &keys);
    }

    /// Where an element is, after scrolling to it.
    #[track_caller]
    pub(crate) fn rectangle(&self, selector: &str) -> Rectangle {
        let numbers = self.run(&format!(
            "const element = document.querySelector({selector:?});
            element.scrollIntoView({{ block: 'center' }});
            const {{ left, top, width }} = element.getBoundingClientRect();
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

    /// How many workers there are in the browser (by the DevTools protocol).
    #[track_caller]
    pub(crate) fn workers(&self) -> usize {
        let answer = self.devtools("Target.getTargets", &json!({"filter": [{}]}));
        let targets = answer["targetInfos"].as_array();
        let targets = targets.expect("the browser lists its targets").iter();
        targets.filter(|target| target["type"] == "worker").count()
    }

    /// The warnings and errors of the console since the start, or since they were asked for last.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<String> {
        let log = self.post("se/log", &json!({"type": "browser"}));
        let entries = log.as_array().expect("a log is a list");
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].to_string())
            .collect()
    }
}

/// The browser's driver, on a port of its own.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("can't run {}: {error}", program.display()));
        let output = process.stdout.take().expect("a piped output is there");
        // "ChromeDriver was started successfully on port 12345."
        let port = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("the driver says on which port it is");
        Self { process, port }
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
    /// Ends the driver, which ends its browser first.
    fn drop(&mut self) {
        if self.exchange("GET", "/shutdown", "").is_err() {
            // It has died already, or there is nothing better left to do.
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
