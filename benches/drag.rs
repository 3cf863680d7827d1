//! How long a drag takes to show: from the input event that enters the page to the frame in which
//! all visible figures and numbers are painted.
//!
//! ```sh
//! cargo xtask bench
//! ```
//! A mouse, moved through `WebDriver`, drags the slider of p and the disc of the ratio figure over 300
//! steps, with both figures of the answer in view at 800 × 400 CSS pixels and two pixels to each. The
//! clock starts when the event is at the window, before any listener of the page, and stops in the
//! first task after the frame's animation callbacks, style, layout and painting, or when the next frame
//! begins, for a browser that is late lets frames go before tasks. The same drag over an
//! input whose listener does nothing, on an empty page, is what browser and machine take by themselves; over
//! one whose listener draws a line on two canvases of that size, what they take to show anything so large. How
//! many times that floor the page takes says more of the page than milliseconds, which say as much of the machine.
//!
//! Then the slider of p again, in single steps, each at some moment in the middle of a run or of
//! training, whose workers take all cores. There the clock starts when the mouse has moved, as the browser
//! says, or with the display's frame, whichever is later: that the page was busy, and its workers had the
//! processor, counts, and that a display waits for its next frame does not.
#![cfg(all(feature = "end-to-end", not(target_arch = "wasm32")))]

#[path = "../tests/end_to_end/browser.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod browser;
#[path = "../tests/end_to_end/server.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod server;

use std::path::PathBuf;

use browser::Browser;
use serde_json::{Value, json};
use server::{Rules, Server};

const STEPS: u32 = 300;
/// How often it is moved while workers are at work.
const STEPS_AT_WORK: u32 = 150;

/// So often the drag goes from one side to the other: it ends on the far one.
const LEGS: u32 = 5;

/// How much slower than this machine, and p95 in milliseconds that is aimed at.
const PROCESSORS: [(&str, u32, f64); 2] = [("plain", 1, 8.0), ("throttled 4 ×", 4, 20.0)];

/// What is dragged: its name, the element, and between which shares of its width, at which of its
/// height. The disc starts at p = 0.3.
const DRAGS: [(&str, &str, [f64; 2], f64); 2] = [
    ("slider of p", "#p", [0.31, 0.95], 0.5),
    (
        "disc of the ratio figure",
        "#figure-ratio canvas",
        [0.3325, 0.9],
        0.8,
    ),
];

/// Times each event of a kind, from the window on to the first task after its frame, or to the next frame.
const WATCH: &str = "
    globalThis.times = [];
    let drawn = [];
    const stop = (isOver) => {
        const now = performance.now();
        times.push(...drawn.filter(isOver).map(({ start }) => now - start));
        drawn = drawn.filter((it) => !isOver(it));
    };
    globalThis.watch = (kind) => addEventListener(kind, () => {
        const start = performance.now();
        requestAnimationFrame((frame) => {
            stop((it) => it.frame < frame);
            drawn.push({ start, frame });
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => stop(() => true);
            port2.postMessage(0);
        });
    }, { capture: true });";

/// What the workers do while the slider is moved: its name, the page's fragment, the button that starts it,
/// and where the page says how far it is. Without work, it is what a single step takes by itself.
const AT_WORK: [(&str, &str, &str, &str); 3] = [
    (
        "slider of p without work",
        "n=1000&seed=7",
        "",
        "experiment",
    ),
    ("slider of p in a run", "n=1e10&seed=7", "run", "experiment"),
    ("slider of p in training", "seed=7", "train", "training"),
];

/// Times each step of the slider. What a step has ended, or has come to its end, is started anew.
const WATCH_AT_WORK: &str = "
    globalThis.times = [];
    const sleep = (wait) => new Promise((done) => setTimeout(done, wait));
    const work = document.getElementById(place), button = document.querySelector(`[data-action='${action}']`);
    const isAtWork = () => !action || work.dataset[place] === 'running' && work.querySelector('progress').value > 0;
    globalThis.untilAtWork = async () => {
        while (!isAtWork()) {
            if (!['running', 'loading'].includes(work.dataset[place])) button.click();
            await sleep(50);
        }
    };
    globalThis.untilAtWorkForAWhile = async () => {
        await untilAtWork();
        // The page settles a quarter of a second after a change.
        await sleep(250 + 150 * Math.random());
        await untilAtWork();
    };
    addEventListener('input', ({ timeStamp }) => requestAnimationFrame((frame) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => times.push(performance.now() - Math.max(timeStamp, frame));
        port2.postMessage(0);
    }), { capture: true });";

/// The page's policy lets no style element in.
const STYLE: &str = "
    const style = new CSSStyleSheet();
    style.replaceSync(`
        .pair { width: 1640px !important; grid-template-columns: 800px 800px !important; gap: 40px; }
        .pair canvas { width: 800px !important; height: 400px !important; aspect-ratio: auto; }
        .pair figcaption, .pair details { display: none !important; }`);
    document.adoptedStyleSheets = [style];
    document.querySelector('.pair').scrollIntoView({ block: 'end' });";

/// Two canvases as large as the figures, with a line on each that follows the slider.
const LINES: &str = "
    const drawn = [0, 1].map(() => {
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width: 1600, height: 800 });
        Object.assign(canvas.style, { width: '800px', height: '400px' });
        document.body.append(canvas);
        return canvas.getContext('2d');
    });
    addEventListener('input', ({ target }) => requestAnimationFrame(() => {
        for (const context of drawn) {
            context.clearRect(0, 0, 1600, 800);
            context.beginPath();
            context.moveTo(0, 0);
            context.lineTo(1600 * target.value, 800);
            context.stroke();
        }
    }));";

/// The figures of the answer are as large as is said above.
const ARE_LARGE: &str = "[...document.querySelectorAll('.pair canvas')]
    .every(({ width, height }) => width === 1600 && height === 800)";

fn main() {
    let dist = std::env::var_os("DROPOUT_MOMENTS_DIST").map(PathBuf::from);
    let dist = dist.expect("DROPOUT_MOMENTS_DIST names the folder with the built page");
    let server = Server::start(
        dist,
        Rules {
            extra: Some((
                "empty.html",
                "<!doctype html><input id=p type=range min=0 max=0.99 step=0.01 value=0.3 \
                 style=\"width: 500px; height: 44px\">",
            )),
            ..Rules::default()
        },
    );
    let browser = Browser::start();
    browser.devtools(
        "Emulation.setDeviceMetricsOverride",
        &json!({"width": 1700, "height": 1300, "deviceScaleFactor": 2, "mobile": false}),
    );
    browser.before_each_page(WATCH);

    println!("from an input event to the painted frame, milliseconds, {STEPS} steps of a drag");
    for (name, slower, wanted) in PROCESSORS {
        let throttle = json!({"rate": slower});
        browser.devtools("Emulation.setCPUThrottlingRate", &throttle);
        browser.open(&server.address("empty.html"));
        browser.run("watch('input')");
        let (_, selector, ends, height) = DRAGS[0];
        drag(&browser, selector, ends, height);
        print(&browser, name, "empty listener", STEPS, None);
        browser.run(&format!("times = []; {LINES}"));
        drag(&browser, selector, ends, height);
        let floor = print(&browser, name, "a line on two canvases", STEPS, None);
        for (what, selector, ends, height) in DRAGS {
            open(&browser, &server, "seed=7");
            browser.run(if selector == "#p" {
                "watch('input')"
            } else {
                "watch('pointermove')"
            });
            drag(&browser, selector, ends, height);
            let p = browser.run("return document.querySelector('#p').value");
            let p: f64 = p.as_str().and_then(|p| p.parse().ok()).unwrap_or(f64::NAN);
            assert!(p > 0.8, "the drag of the {what} ended at p = {p}");
            let took = print(&browser, name, what, STEPS, Some(wanted));
            let [median, p95] = [0, 1].map(|index| took[index] / floor[index]);
            println!(
                "{:<14} as many times the line: median {median:.1}, p95 {p95:.1}",
                ""
            );
        }
    }
    let throttle = json!({"rate": 1});
    browser.devtools("Emulation.setCPUThrottlingRate", &throttle);
    println!("{STEPS_AT_WORK} single steps, in the middle of what workers do");
    for (what, fragment, action, place) in AT_WORK {
        open(&browser, &server, fragment);
        browser.run(&format!(
            "const action = '{action}', place = '{place}'; {WATCH_AT_WORK}"
        ));
        step_at_work(&browser);
        let wanted = (!action.is_empty()).then_some(16.0);
        print(&browser, "plain", what, STEPS_AT_WORK, wanted);
    }
}

/// Opens the page with large figures.
fn open(browser: &Browser, server: &Server, fragment: &str) {
    // Another fragment alone would leave the page where it is, with what it was watched by before.
    browser.open("about:blank");
    browser.open(&(server.address("index.html") + "#" + fragment));
    browser.until("document.querySelector('#experiment')?.dataset.experiment === 'done'");
    browser.run(STYLE);
    browser.until(ARE_LARGE);
}

/// Moves the slider in single steps, each at some moment in the middle of the work.
fn step_at_work(browser: &Browser) {
    let [left, top, width, height] = place(browser, "#p");
    for step in 0..STEPS_AT_WORK {
        browser.measure("await untilAtWorkForAWhile()");
        // Far enough from the step before that p changes.
        let share = 0.1 + 0.8 * (0.382 * f64::from(step)).fract();
        let (x, y) = (left + share * width, top + 0.5 * height);
        let kind = if step == 0 {
            "mousePressed"
        } else {
            "mouseMoved"
        };
        browser.devtools(
            "Input.dispatchMouseEvent",
            &json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}),
        );
        // Else work that is started anew would take the processor from this step.
        browser.until(&format!("times.length > {step}"));
    }
}

/// Drags between two shares of an element's width, to and fro, in [`STEPS`] steps: a frame each, and
/// so long that p changes with each by a hundredth or two.
fn drag(browser: &Browser, selector: &str, [from, to]: [f64; 2], height: f64) {
    let [left, top, width, whole_height] = place(browser, selector);
    let y = top + height * whole_height;
    let points = (0..=STEPS).map(|step| {
        let way = f64::from(step) / f64::from(STEPS / LEGS);
        let share = from + (to - from) * (1.0 - ((way % 2.0) - 1.0).abs());
        (left + share * width, y)
    });
    browser.drag_along(points, 17);
}

/// An element's left, top, width and height.
fn place(browser: &Browser, selector: &str) -> [f64; 4] {
    let place = browser.run(&format!(
        "const {{ left, top, width, height }} = document.querySelector({selector:?})\
             .getBoundingClientRect();
         return [left, top, width, height]"
    ));
    std::array::from_fn(|index| number(&place[index]))
}

/// Prints how long the steps took, and gives their median and 95th percentile.
fn print(
    browser: &Browser,
    processor: &str,
    what: &str,
    steps: u32,
    wanted: Option<f64>,
) -> [f64; 2] {
    let times = browser.run("return times");
    let times = times.as_array().expect("the script gives a list");
    let mut times: Vec<f64> = times.iter().map(number).collect();
    times.sort_by(f64::total_cmp);
    // A step to the same value of the slider makes no event; the first press is one more.
    let most = steps as usize + 1;
    assert!(
        (most * 5 / 6..=most).contains(&times.len()),
        "{} events were seen",
        times.len()
    );
    let at = |per_cent: usize| times[(times.len() * per_cent / 100).min(times.len() - 1)];
    let wanted = wanted.map_or_else(String::new, |wanted| format!(", wanted {wanted:.0}"));
    println!(
        "{processor:<14} {what:<26} median {:>5.1}, p95 {:>5.1}{wanted} ({} events)",
        at(50),
        at(95),
        times.len()
    );
    [at(50), at(95)]
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("the script gives a number")
}
