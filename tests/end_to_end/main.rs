//! The page as it is published: the built `dist/`, served or opened from the disk, in a browser that
//! is driven through WebDriver.
//!
//! `cargo xtask test --end-to-end` builds the page, and names its folder in `DROPOUT_MOMENTS_DIST`, the
//! page as one file in `DROPOUT_MOMENTS_FILE`, the browser in `DROPOUT_MOMENTS_ENGINE`, and its driver as [`browser`] has it. With `--all-browsers` a
//! test runs in Chromium, Firefox and WebKit, unless it is in [`chromium`]. Without the feature
//! `end-to-end` there is nothing here.
//!
//! A test begins with a [`Visit`], and finds elements by what a reader or a script would: their names,
//! `data-action`, `data-set`, `data-quantity`. It waits for what the page shows, never for a time.
#![cfg(all(feature = "end-to-end", not(target_arch = "wasm32")))]

#[allow(dead_code, reason = "the benchmark uses more of it")]
mod browser;
mod chromium;
mod faults;
mod first_view;
mod hostile;
mod one_file;
mod page;
#[path = "../hostile/pieces.rs"]
mod pieces;
mod places;
mod policy;
mod sections;
mod server;
mod soak;
mod stops;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use browser::{Browser, Engine, KEY_LEFT, KEY_RIGHT};
use dropout_moments::charts::drop_probability_at;
use dropout_moments::sampling::{Comparison, Experiment};
use dropout_moments::settings::{SampleCount, Settings};
use rayon::prelude::*;
use serde_json::{Value, json};
use server::{Rules, Server};

/// The page's folder.
fn dist() -> PathBuf {
    let dist = std::env::var_os("DROPOUT_MOMENTS_DIST");
    dist.expect("DROPOUT_MOMENTS_DIST names the folder with the built page")
        .into()
}

/// What all pages run before their own scripts.
const WATCH: &str = include_str!("watch.js");

/// What is saved stays in the page: `saved` has the content of each file by its name, as text.
const SAVE: &str = "{
    globalThis.saved = {};
    const blobs = new Map();
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob) => {
        const address = createObjectURL.call(URL, blob);
        blobs.set(address, blob);
        return address;
    };
    const { click } = HTMLElement.prototype;
    HTMLElement.prototype.click = function () {
        if (!this.download) return click.call(this);
        blobs.get(this.href).text().then((content) => { saved[this.download] = content; });
    };
}";

/// A browser with the page in it, and the server that it comes from.
struct Visit {
    browser: Browser,
    server: Server,
}

impl Visit {
    /// The page with this fragment from an ordinary server, once it is ready.
    fn new(fragment: &str) -> Self {
        let visit = Self::with(Rules::default());
        visit.open(fragment);
        visit
    }

    fn with(rules: Rules) -> Self {
        let visit = Self {
            browser: Browser::start(),
            server: Server::start(dist(), rules),
        };
        visit.run_first("");
        visit
    }

    /// From now on each page runs this script before its own.
    fn run_first(&self, script: &str) {
        self.server.run_first(format!("{WATCH}{script}"));
    }

    fn address(&self, fragment: &str) -> String {
        format!("{}#{fragment}", self.server.address("index.html"))
    }

    fn open(&self, fragment: &str) {
        self.browser.open(&self.address(fragment));
        until_ready(&self.browser);
    }
}

/// Puts the page on the disk, to be opened from there, and gives its address. It runs this script before
/// its own.
fn on_disk(name: &str, script: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // What another build has left there.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let files = fs::read_dir(dist()).expect("dist/ is a folder");
    let files = files.filter_map(Result::ok);
    // The pages of single figures lie in folders, and are not opened.
    for file in files.filter(|it| it.path().is_file()) {
        fs::copy(file.path(), folder.join(file.file_name())).expect("a file can be copied");
    }
    let path = folder.join("index.html");
    let page = fs::read_to_string(&path).expect("dist/ holds the page");
    fs::write(&path, server::with_first(&page)).expect("the page can be written");
    let script = format!("{WATCH}{script}");
    fs::write(folder.join(server::FIRST), script).expect("the script can be written");
    format!("file://{}", path.display())
}

fn until_ready(browser: &Browser) {
    browser.until("document.documentElement.dataset.ready === 'true'");
}

fn until_run_is(browser: &Browser, state: &str) {
    browser.until(&format!(
        "document.getElementById('experiment').dataset.experiment === '{state}'"
    ));
}

/// Waits until the page shows this value of a quantity.
fn until_value_is(browser: &Browser, quantity: &str, value: &str) {
    browser.until(&format!(
        "document.querySelector(\"[data-quantity='{quantity}']\").dataset.value === '{value}'"
    ));
}

/// Waits until the page shows this drop probability, of an input without zeros.
fn until_p_is(browser: &Browser, p: f64) {
    until_value_is(browser, "exact.d.zeros", &p.to_string());
}

/// Every number that the page shows, at full precision, by its name.
fn quantities(browser: &Browser) -> BTreeMap<String, f64> {
    let values = browser.run(
        "return Object.fromEntries([...document.querySelectorAll('output[data-quantity]')]
            .map(output => [output.dataset.quantity, output.dataset.value]))",
    );
    let values = values.as_object().expect("the script gives an object");
    values
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.parse().ok()?)))
        .collect()
}

/// The bytes that the page's program has taken; it never gives any back.
fn memory_of_program(browser: &Browser) -> f64 {
    let bytes = browser.run("return watched.memory()");
    bytes.as_f64().expect("it is a number")
}

fn fragment(browser: &Browser) -> String {
    text(&browser.run("return location.hash"))
}

fn text(value: &Value) -> String {
    value.as_str().expect("the script gives a text").to_owned()
}

/// Chooses the option of this text.
fn choose(browser: &Browser, selector: &str, option: &str) {
    browser.run(&format!(
        "const select = document.querySelector('{selector}');
         select.selectedIndex = [...select.options].findIndex((it) => it.text === '{option}');
         select.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    ));
}

/// What the core measures here, natively, in a run of `samples` samples.
fn measured(fragment: &str, samples: SampleCount) -> [Comparison; 6] {
    let settings = Settings::from_fragment(fragment).settings;
    let seed = settings.seed.expect("the fragment names a seed");
    let experiment = Experiment::new(&settings, samples, seed);
    let chunks: Vec<_> = (0..experiment.chunks())
        .into_par_iter()
        .map(|chunk| experiment.run_chunk(chunk))
        .collect();
    let mut estimate = experiment.estimate();
    for chunk in &chunks {
        estimate.add(chunk);
    }
    experiment.compare(&estimate)
}

/// Fails unless the page shows these numbers, to the last bit. The table is written at once where it is in
/// view, elsewhere when the settings have settled, which a run may be faster than.
fn assert_shown(browser: &Browser, rows: &[Comparison]) {
    let measured = rows.iter().find_map(|row| Some((row.name, row.measured?)));
    if let Some((name, value)) = measured {
        browser.until(&format!(
            "document.querySelector(\"[data-quantity='measured.{name}']\").dataset.value == {value:?}"
        ));
    }
    let shown = quantities(browser);
    for row in rows {
        for (kind, value) in [
            ("exact", row.exact),
            ("measured", row.measured),
            ("stderr", row.standard_error),
            ("z", row.z()),
        ] {
            let quantity = format!("{kind}.{}", row.name);
            let shown = shown.get(&quantity).copied().map(f64::to_bits);
            assert_eq!(shown, value.map(f64::to_bits), "{quantity}");
        }
    }
}

/// The page with this fragment works: it becomes ready, and its run gives the right bits.
fn assert_works(browser: &Browser, fragment: &str) {
    until_ready(browser);
    until_run_is(browser, "done");
    let settings = Settings::from_fragment(fragment).settings;
    assert_shown(browser, &measured(fragment, settings.samples));
}

/// Fails unless workers have answered jobs.
fn assert_workers_have_worked(browser: &Browser) {
    let answers = browser.run("return watched.answers");
    assert!(answers.as_u64() > Some(0), "all was done on the page");
}

fn assert_no_errors(browser: &Browser) {
    assert_eq!(browser.errors(), Vec::<String>::new());
}

fn assert_within(actual: Option<&f64>, expected: f64, tolerance: f64, what: &str) {
    let within = actual.is_some_and(|actual| (actual - expected).abs() <= tolerance);
    assert!(within, "{what} is {actual:?}, not {expected} ± {tolerance}");
}

/// The text stays readable, and the page says why it is only text.
fn assert_failed(browser: &Browser, reason: &str) {
    browser.until("document.documentElement.dataset.ready === 'failed'");
    let shown = text(&browser.run("return document.body.innerText"));
    assert!(shown.contains("could not be started"), "{shown}");
    assert!(shown.contains(reason), "{reason:?} is not in: {shown}");
    for sentence in [
        "At p = 0.30 the standard deviation grows by 19.5 %",
        "what is kept is divided by 1\u{a0}−\u{a0}p",
        "10\u{202f}000 × 10\u{202f}000 normal numbers",
    ] {
        assert!(shown.contains(sentence), "{sentence:?} is not in: {shown}");
    }
}
