//! What only Chromium's driver, or Chromium itself, can be asked for.

use super::browser::{KEY_ENTER, KEY_TAB};
use super::*;

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

    browser.devtools("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    let shown = || {
        text(&browser.run(
            "return [...document.querySelectorAll('button:not(.set), input, progress, .skip')]
                .filter((it) => it.getClientRects().length > 0)
                .map((it) => it.value).join(' ')",
        ))
    };
    assert_eq!(
        shown(),
        "0.5 1 1 1000000 7 100 10 256",
        "p, μ, σ, samples, seed; the layer’s units; the layers and their width"
    );
    // What nobody has trained is not on it.
    browser.run("document.querySelector('[data-action=train]').click()");
    browser.until("document.getElementById('training').dataset.training === 'running'");
    assert_eq!(
        shown(),
        "0.5 1 1 1000000 7 100 4 64 5 15 10 256",
        "and hidden layers, neurons, seeds, epochs"
    );
    let settings = text(&browser.run("return document.querySelector('#controls').innerText"));
    let words: Vec<_> = settings.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("normal"), "{words}");
    assert!(words.contains("1/√(1−p)"), "{words}");
    assert!(!words.contains("Gaussian"), "{words}");
    let distorted = browser.run(
        "return [...document.querySelectorAll('main canvas')]
            .filter((it) => it.clientWidth > 0)
            .map((it) => [it.closest('figure')?.id, it.width / it.height * it.clientHeight / it.clientWidth])
            .filter(([, shape]) => Math.abs(shape - 1) > 0.02)",
    );
    assert_eq!(
        distorted,
        json!([]),
        "a figure is drawn in one shape and shown in another"
    );
    let scheme = "return getComputedStyle(document.documentElement).colorScheme";
    assert_eq!(browser.run(scheme), "light", "paper is white");
}

/// Of the whole page, and of each figure that is embedded alone and whose words are no more than before.
#[test]
fn nothing_moves_when_canvases_take_the_place_of_pictures() {
    let visit = Visit::with(Rules::default());
    visit.run_first(
        "window.shifts = [];
         const box = ({ x, y, width, height }) => `${x} ${y} ${width} × ${height}`;
         const moved = ({ node, previousRect, currentRect }) =>
             `${node?.cloneNode().outerHTML ?? node?.data}: ${box(previousRect)} → ${box(currentRect)}`;
         new PerformanceObserver((list) => shifts.push(
             ...list.getEntries().map((it) => `${it.value}: ${it.sources.map(moved).join(', ')}`),
         )).observe({ type: 'layout-shift', buffered: true });",
    );
    let embedded = ["ratio", "density", "convergence"].map(|it| format!("&embed={it}"));
    for embed in [String::new()].iter().chain(&embedded) {
        visit.open(&format!("seed=7&n=1000&theme=dark{embed}"));
        until_run_is(&visit.browser, "done");
        let shifts = visit.browser.run("return shifts");
        assert_eq!(shifts, json!([]), "what has moved{embed}");
        // The next address differs in its fragment alone, and would load nothing.
        visit.browser.open("about:blank");
    }
}

/// How many bytes the page's wasm and its scripts hold, after a collection of what nobody needs.
pub(super) fn memory(browser: &Browser) -> [f64; 2] {
    let wasm = memory_of_program(browser);
    browser.devtools("HeapProfiler.collectGarbage", &json!({}));
    let heap = browser.devtools("Runtime.getHeapUsage", &json!({}));
    [wasm, heap["usedSize"].as_f64().expect("it is a number")]
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

#[test]
fn a_figure_is_saved_by_keys_alone_under_the_strictest_policy() {
    let visit = Visit::with(Rules {
        policy: Some(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
             style-src 'self'; img-src 'self'; worker-src blob:",
        ),
        ..Rules::default()
    });
    visit.run_first(SAVE);
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    browser.keys("#figure-ratio .take", &[KEY_ENTER]);
    browser.until("document.querySelector('#take-ratio').matches(':popover-open')");
    // Over the buttons of the link and of the embedding to the format, and from there, since data have
    // no options, to the first button.
    browser.press(&[KEY_TAB, KEY_TAB, KEY_TAB, "C", KEY_TAB, KEY_ENTER]);
    browser.until("saved['dropout-ratio.csv']");
    let csv = text(&browser.run("return saved['dropout-ratio.csv']"));
    assert!(csv.contains("\n0.5,1.4142,0.414,1.41\n"), "{csv}");
    assert_no_errors(browser);
}

/// From the skip link to the choice of the theme by Tab alone: each control is reached once, in the
/// order in which the page has them, all of it visible, nothing lies over it, and its focus shows.
#[test]
fn tab_alone_leads_through_the_whole_page() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    for (width, height) in [(1280, 800), (390, 700)] {
        browser.resize(width, height);
        browser.run(
            "document.activeElement.blur();
             scrollTo(0, 0);
             globalThis.reached = [];",
        );
        loop {
            browser.press(&[KEY_TAB]);
            // Sections are laid out as they come near, and what they hold may move by that.
            browser.measure("for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame)");
            let found = text(&browser.run(
                "const it = document.activeElement;
                 if (it === document.body || reached.includes(it)) return 'the end';
                 reached.push(it);
                 // A radio button is seen as the text beside it.
                 const seen = it.type === 'radio' ? it.nextElementSibling : it;
                 const box = seen.getBoundingClientRect();
                 const style = getComputedStyle(seen);
                 const faults = [];
                 // A figure may be higher than the window: then as much of it as there is room for.
                 const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
                 const room = Math.min(box.height, innerHeight / 2);
                 if (bottom - top < room - 1) faults.push('is out of view');
                 if (box.left < -1 || box.right > innerWidth + 1) faults.push('sticks out');
                 if (style.outlineStyle === 'none') faults.push('shows no focus');
                 // The reader lets the pointer through to its figure.
                 const figure = it.closest('.reader') && it.parentElement.querySelector('canvas');
                 const above = document.elementFromPoint(
                   box.left + box.width / 2, (top + bottom) / 2);
                 const own = [seen, figure, it.labels?.[0]];
                 if (!own.some((it) => it?.contains(above) || above?.contains(it))) faults.push('is covered');
                 const last = reached.at(-2);
                 const before = last && it.compareDocumentPosition(last);
                 if (before & Node.DOCUMENT_POSITION_FOLLOWING) faults.push('comes too late');
                 const name = `${it.localName} “${it.ariaLabel ?? it.textContent.trim()}”`;
                 return faults.length ? `${name} ${faults}` : ''",
            ));
            if found == "the end" {
                break;
            }
            assert_eq!(found, "", "at {width} × {height}");
        }
        // Of the radio buttons of a group one is reached.
        let missed = browser.run(
            "const groups = new Set(reached.map((it) => it.type === 'radio' && it.name));
             return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
               .filter((it) => !reached.includes(it) && !groups.has(it.name) && !it.disabled
                 && it.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
               .map((it) => it.outerHTML.slice(0, 80))",
        );
        assert_eq!(missed, json!([]), "at {width} × {height}");
        let count = browser.run("return reached.length");
        assert!(count.as_u64() > Some(100), "{count}");
    }
    assert_no_errors(browser);
}

#[test]
fn a_processor_six_times_slower_gives_the_same() {
    let visit = Visit::with(Rules::default());
    let browser = &visit.browser;
    browser.devtools("Emulation.setCPUThrottlingRate", &json!({"rate": 6}));
    visit.open("p=0.5&seed=7");
    assert_works(browser, "p=0.5&seed=7");
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.51);
    assert_works(browser, "p=0.51&seed=7");
    assert_no_errors(browser);
}

/// How many workers the browser has.
fn workers(browser: &Browser) -> usize {
    let targets = browser.devtools("Target.getTargets", &json!({"filter": [{}]}));
    let targets = targets["targetInfos"].as_array().expect("a list");
    targets.iter().filter(|it| it["type"] == "worker").count()
}

#[test]
fn a_page_that_is_left_while_it_trains_leaves_no_worker_behind() {
    let visit = Visit::with(Rules {
        extra: Some((
            "other.html",
            "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><p>Another",
        )),
        ..Rules::default()
    });
    // A page that could come back would keep its workers, asleep.
    visit.run_first("addEventListener('unload', () => {});");
    visit.open("n=1e10&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.click("button[data-action=train]");
    browser.until("document.getElementById('training-progress').value > 0");
    let before = workers(browser);
    assert!(before > 0, "workers train");
    browser.reload();
    until_ready(browser);
    until_run_is(browser, "done");
    let after = workers(browser);
    assert!(after <= before, "{after} workers, {before} before");
    browser.click("button[data-action=run]");
    browser.until("document.getElementById('run-progress').value > 0");
    browser.open(&visit.server.address("other.html"));
    assert_eq!(workers(browser), 0);
}
