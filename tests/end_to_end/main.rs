//! The page as it is published: the built `dist/`, served or opened from the disk, in a browser that
//! is driven through WebDriver.
//!
//! `cargo xtask test --end-to-end` builds the page, and names its folder in `DROPOUT_MOMENTS_DIST`
//! and the browser's driver in `CHROMEDRIVER`. Without the feature `end-to-end` there is nothing here.
#![cfg(all(feature = "end-to-end", not(target_arch = "wasm32")))]

#[allow(dead_code, reason = "the benchmark uses more of it")]
mod browser;
mod first_view;
mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;

use browser::{Browser, KEY_LEFT, KEY_RIGHT};
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
        Self {
            browser: Browser::start(),
            server: Server::start(dist(), rules),
        }
    }

    fn address(&self, fragment: &str) -> String {
        format!("{}#{fragment}", self.server.address("index.html"))
    }

    fn open(&self, fragment: &str) {
        self.browser.open(&self.address(fragment));
        until_ready(&self.browser);
    }
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

fn fragment(browser: &Browser) -> String {
    text(&browser.run("return location.hash"))
}

fn text(value: &Value) -> String {
    value.as_str().expect("the script gives a text").to_owned()
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

/// Fails unless the page shows these numbers, to the last bit.
fn assert_shown(browser: &Browser, rows: &[Comparison]) {
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

fn assert_within(actual: Option<&f64>, expected: f64, tolerance: f64, what: &str) {
    let within = actual.is_some_and(|actual| (actual - expected).abs() <= tolerance);
    assert!(within, "{what} is {actual:?}, not {expected} ± {tolerance}");
}

#[test]
fn the_page_opens_with_exact_values_and_asks_nobody_else_for_anything() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    let shown = quantities(browser);
    let root = (1.0_f64 / 0.7).sqrt();
    for (name, value) in [
        ("exact.x.mean", 0.0),
        ("exact.x.std", 1.0),
        ("exact.d.mean", 0.0),
        ("exact.d.std", root),
        ("exact.ratio.std", root),
        ("exact.d.zeros", 0.3),
    ] {
        assert_within(shown.get(name), value, 1e-12, name);
    }
    assert_works(browser, "seed=7");

    let requests = browser.run(
        "return ['navigation', 'resource'].flatMap(type => performance.getEntriesByType(type))
            .map(entry => entry.name)",
    );
    let requests = requests.as_array().expect("the script gives a list");
    assert!(
        requests.len() >= 6,
        "page, styles, scripts, wasm: {requests:?}"
    );
    for address in requests {
        let address = text(address);
        let own = address.starts_with(&visit.server.address("")) || address.starts_with("blob:");
        assert!(own, "the page asked for {address}");
    }
    let served = visit.server.requests();
    let count = |ending: &str| served.iter().filter(|it| it.ends_with(ending)).count();
    assert_eq!(count("_bg.wasm"), 1, "the wasm is loaded once: {served:?}");
    assert_eq!(count(".fallback.js"), 0, "not needed here: {served:?}");
    assert_eq!(browser.errors(), Vec::<String>::new());
}

#[test]
fn the_policy_that_forbids_nearly_everything_is_kept() {
    let visit = Visit::with(Rules {
        policy: Some(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
             style-src 'self'; img-src 'self'; worker-src blob:",
        ),
        ..Rules::default()
    });
    visit.open("p=0.5&n=5e6&seed=7");
    visit.browser.click("button[data-action=run]");
    // Five chunks, by several workers.
    visit.browser.until(
        "document.getElementById('run-state').textContent.startsWith('5\u{202f}000\u{202f}000 in')",
    );
    assert_works(&visit.browser, "p=0.5&n=5000000&seed=7");
    assert!(visit.browser.workers() > 0, "the run was drawn by workers");
    assert_eq!(visit.browser.errors(), Vec::<String>::new());
}

#[test]
fn p_moves_by_keyboard_and_by_dragging_in_the_figure() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    browser.keys("#p", &[KEY_RIGHT, KEY_RIGHT, KEY_LEFT]);
    until_p_is(browser, 0.31);
    assert_eq!(fragment(browser), "#p=0.31&seed=7");

    let canvas = browser.rectangle("#figure-ratio canvas");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a figure's width in pixels"
    )]
    let width = canvas.width as u32;
    // Where p is a half, to a pixel.
    let half = (0..width)
        .map(f64::from)
        .find(|x| drop_probability_at(*x, width) >= 0.5)
        .expect("the figure shows all probabilities");
    browser.drag(
        (canvas.left + 0.3 * canvas.width, canvas.top + 100.0),
        (canvas.left + half, canvas.top + 150.0),
    );
    until_p_is(browser, 0.5);
    assert_within(
        quantities(browser).get("exact.ratio.std"),
        2.0_f64.sqrt(),
        1e-12,
        "the ratio",
    );
    assert_eq!(fragment(browser), "#p=0.5&seed=7");
    assert!(
        text(&browser.run("return document.getElementById('answer').textContent"))
            .contains("41.4 %")
    );
    assert_works(browser, "p=0.5&seed=7");
    assert_eq!(browser.errors(), Vec::<String>::new());
}

/// The thread's experiment at its own size and its three values of p, all by buttons.
#[test]
fn on_paper_the_settings_are_a_line_of_text_and_there_is_nothing_to_press() {
    let visit = Visit::new("p=0.5&mu=1&scale=sqrt&seed=7&theme=dark");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    // The figures are drawn for it, and for the screen again.
    let picture = "document.querySelector('#figure-density canvas').toDataURL()";
    let dark = browser.run(&format!("return {picture}"));
    browser.run("dispatchEvent(new Event('beforeprint'))");
    assert_ne!(browser.run(&format!("return {picture}")), dark);
    browser.run("dispatchEvent(new Event('afterprint'))");
    browser.until(&format!("{picture} === {dark}"));

    browser.emulate_medium("print");
    let shown = text(&browser.run(
        "return [...document.querySelectorAll('button:not(.set), input, progress, .skip')]
            .filter((it) => it.getClientRects().length > 0)
            .map((it) => it.value).join(' ')",
    ));
    assert_eq!(shown, "0.5 1 1 1000000 7", "p, μ, σ, samples and seed");
    let settings = text(&browser.run("return document.querySelector('#controls').innerText"));
    let words: Vec<_> = settings.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("normal"), "{words}");
    assert!(words.contains("1/√(1−p)"), "{words}");
    assert!(!words.contains("Gaussian"), "{words}");
    let scheme = "return getComputedStyle(document.documentElement).colorScheme";
    assert_eq!(browser.run(scheme), "light", "paper is white");
}

#[test]
fn a_hundred_million_samples_show_what_the_thread_found() {
    let visit = Visit::new("seed=2024");
    let browser = &visit.browser;
    for (p, thread) in [(0.1, 1.054), (0.25, 1.155), (0.5, 1.414)] {
        browser.click(&format!("button[data-set='p={p}']"));
        until_p_is(browser, p);
        until_run_is(browser, "done");
        browser.click("button[data-action=run-full]");
        until_value_is(browser, "run.samples", "100000000");

        let shown = quantities(browser);
        let root = 1.0 / (1.0 - p).sqrt();
        for (name, value) in [
            ("exact.x.mean", 0.0),
            ("exact.x.std", 1.0),
            ("exact.d.mean", 0.0),
            ("exact.d.std", root),
            ("exact.ratio.std", root),
            ("exact.d.zeros", p),
        ] {
            assert_within(shown.get(name), value, 1e-12, name);
        }
        for name in ["x.mean", "x.std", "d.mean", "d.std", "ratio.std", "d.zeros"] {
            assert_within(shown.get(&format!("z.{name}")), 0.0, 5.0, name);
        }
        // The thread's figures have three decimals.
        let error = shown.get("stderr.ratio.std").copied().unwrap_or(f64::NAN);
        let tolerance = 5.0 * error + 0.0005;
        let ratio = shown.get("measured.ratio.std");
        assert_within(ratio, thread, tolerance, "the thread's ratio");
        let rows = measured(&format!("p={p}&seed=2024"), SampleCount::FORUM);
        assert_shown(browser, &rows);
        let seconds = shown.get("run.seconds").copied().unwrap_or(f64::NAN);
        println!("p = {p}: 10⁸ samples in {seconds:.2} s");
    }
    assert_eq!(browser.errors(), Vec::<String>::new());
}

#[test]
fn a_run_can_be_cancelled() {
    let visit = Visit::new("seed=5&n=1e10");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.click("button[data-action=run]");
    browser.until("Number(document.getElementById('run-progress').value) > 0");
    browser.click("button[data-action=cancel]");
    until_run_is(browser, "cancelled");
    let focused = browser.run("return document.activeElement.dataset.action");
    assert_eq!(focused, "run-full", "the focus is not lost with its button");
    let shown = quantities(browser);
    let samples = shown.get("run.samples").copied().unwrap_or(0.0);
    assert!((1e6..1e10).contains(&samples), "{samples}");
    assert_within(
        shown.get("z.ratio.std"),
        0.0,
        5.0,
        "what was measured stays",
    );
    browser.click("button[data-set='p=0.5']");
    until_p_is(browser, 0.5);
    until_run_is(browser, "done");
    assert_eq!(browser.errors(), Vec::<String>::new());
}

#[test]
fn links_back_forward_and_reload_lead_to_the_same_settings() {
    let visit = Visit::new("p=0.5&mu=1&seed=7");
    let browser = &visit.browser;
    until_p_is(browser, 0.5);
    assert_works(browser, "p=0.5&mu=1&seed=7");
    assert_within(
        quantities(browser).get("exact.ratio.std"),
        3.0_f64.sqrt(),
        1e-12,
        "it",
    );

    browser.click("button[data-set='p=0.1']");
    until_p_is(browser, 0.1);
    assert_eq!(fragment(browser), "#p=0.1&mu=1&seed=7");
    browser.back();
    until_p_is(browser, 0.5);
    assert_eq!(fragment(browser), "#p=0.5&mu=1&seed=7");
    browser.forward();
    until_p_is(browser, 0.1);
    browser.reload();
    until_ready(browser);
    until_p_is(browser, 0.1);
    assert_works(browser, "p=0.1&mu=1&seed=7");

    browser.open(&visit.address("p=1&sigma=twelve&seed=7"));
    until_p_is(browser, 0.3);
    let notice = text(&browser.run("return document.getElementById('notice').innerText"));
    assert!(
        notice.contains("“p=1” in the link can’t be used"),
        "{notice}"
    );
    assert!(notice.contains("“sigma=twelve”"), "{notice}");
    assert_eq!(fragment(browser), "#seed=7");
    assert_eq!(browser.errors(), Vec::<String>::new());
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
        "10 000 × 10 000 normal numbers",
    ] {
        assert!(shown.contains(sentence), "{sentence:?} is not in: {shown}");
    }
}

#[test]
fn without_its_program_the_page_is_readable_and_says_why() {
    let visit = Visit::with(Rules {
        missing: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "HTTP status code is not ok");
}

/// What of the figures can be seen, and where: of each `<figure>`, its canvas and its pictures.
fn seen_in_figures(browser: &Browser) -> Value {
    browser.run(
        "return [...document.querySelectorAll('.plot')].map(plot =>
            [...plot.querySelectorAll('canvas, svg')]
                .filter(it => it.checkVisibility({ checkVisibilityCSS: true }))
                .map(it => {
                    const { x, width, height } = it.getBoundingClientRect();
                    return [it.localName, x, width, height];
                }))",
    )
}

#[test]
fn a_picture_stands_in_for_each_canvas_and_nothing_moves_when_it_goes() {
    let visit = Visit::with(Rules::default());
    visit.browser.before_each_page(
        "window.shift = 0;
         new PerformanceObserver(list => list.getEntries().forEach(it => window.shift += it.value))
             .observe({ type: 'layout-shift', buffered: true });",
    );
    visit.open("seed=7&n=1000");
    until_run_is(&visit.browser, "done");
    let shift = visit.browser.run("return window.shift");
    assert_eq!(shift, json!(0), "the layout has shifted");
    let canvases = seen_in_figures(&visit.browser);

    let visit = Visit::with(Rules {
        missing: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "HTTP status code is not ok");
    let pictures = seen_in_figures(&visit.browser);
    let of = |figures: &Value, name: &str| {
        let figures = figures.as_array().expect("the script gives an array");
        assert_eq!(figures.len(), 6);
        figures
            .iter()
            .map(|seen| {
                // One of them, and of that kind: nobody is shown or told a figure twice.
                assert_eq!(seen.as_array().map(Vec::len), Some(1), "{seen}");
                assert_eq!(seen[0][0], name);
                json!([seen[0][1], seen[0][2], seen[0][3]])
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&canvases, "canvas"), of(&pictures, "svg"));
    let text = text(&visit.browser.run(
        "return [...document.querySelectorAll('.plot svg text')].map(it => it.textContent).join()",
    ));
    assert!(
        text.contains("30 % are exactly 0") && text.contains("+19.5 %"),
        "{text}"
    );
    let names = visit.browser.run(
        "return [...document.querySelectorAll('.plot svg')].map(it => it.getAttribute('aria-label'))",
    );
    assert!(
        names[0].as_str().is_some_and(|name| name.contains("1.195")),
        "{names}"
    );
}

#[test]
fn a_page_that_lacks_an_element_says_which() {
    let visit = Visit::with(Rules {
        replace: &[("run-state", "another-id")],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "the page has no #run-state");
}

#[test]
fn a_server_that_does_not_know_wasm_is_enough() {
    let visit = Visit::with(Rules {
        wasm_type: "text/plain",
        ..Rules::default()
    });
    visit.open("seed=7");
    assert_works(&visit.browser, "seed=7");
    let served = visit.server.requests();
    assert!(
        served.iter().any(|it| it.ends_with(".fallback.js")),
        "{served:?}"
    );
}

#[test]
fn the_page_works_in_a_sandboxed_iframe() {
    let visit = Visit::with(Rules {
        extra: Some((
            "frame.html",
            "<!doctype html><iframe sandbox=\"allow-scripts\" width=\"1000\" height=\"800\" \
             src=\"index.html#p=0.5&seed=7\"></iframe>",
        )),
        ..Rules::default()
    });
    let browser = &visit.browser;
    browser.open(&visit.server.address("frame.html"));
    browser.enter_frame();
    assert_works(browser, "p=0.5&seed=7");
    assert_eq!(
        browser.run("return self.origin"),
        json!("null"),
        "no origin"
    );
    browser.click("button[data-set='p=0.1']");
    until_p_is(browser, 0.1);
    assert_works(browser, "p=0.1&seed=7");
    assert!(browser.workers() > 0, "the run was drawn by workers");
}

#[test]
fn the_page_works_from_the_disk() {
    let browser = Browser::start();
    let page = dist().join("index.html");
    let page = page.canonicalize().expect("dist/ holds the page");
    browser.open(&format!("file://{}#p=0.5&seed=7", page.display()));
    assert_works(&browser, "p=0.5&seed=7");
    assert!(browser.workers() > 0, "the run was drawn by workers");
}

/// How many bytes the page's wasm and its scripts hold, after a collection of what nobody needs.
fn memory(browser: &Browser) -> [f64; 2] {
    let wasm = browser.run("return wasm_bindgen.initSync().memory.buffer.byteLength");
    browser.devtools("HeapProfiler.collectGarbage", &json!({}));
    let heap = browser.devtools("Runtime.getHeapUsage", &json!({}));
    [&wasm, &heap["usedSize"]].map(|bytes| bytes.as_f64().expect("it is a number"))
}

/// After 10⁷ samples of 10¹⁰ and after a hundred times as many, the page holds the same, but for the
/// points of the convergence and what the browser learns of the scripts. Who kept a kilobyte of each of
/// the 944 chunks in between would be found out.
#[test]
fn memory_does_not_grow_with_the_samples() {
    const SLACK: f64 = 524_288.0;
    let visit = Visit::new("n=1e10&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    let [before, after] = ["1e7", "1e9"].map(|samples| {
        browser.click("button[data-action='run']");
        browser.until(&format!(
            "document.getElementById('experiment').dataset.experiment === 'running' &&
             document.querySelector(\"[data-quantity='run.samples']\").dataset.value >= {samples}"
        ));
        browser.click("button[data-action='cancel']");
        until_run_is(browser, "cancelled");
        memory(browser)
    });
    println!("bytes of wasm and heap: {before:?}, {after:?}");
    for (before, after) in before.into_iter().zip(after) {
        assert!(after <= before + SLACK, "{before} {after}");
    }
}
