//! What may go wrong on a reader's machine, and what the page makes of it.

use super::*;

#[test]
fn without_its_program_the_page_is_readable_and_says_why() {
    let visit = Visit::with(Rules {
        missing: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "A part of the page can’t be loaded");
}

#[test]
fn a_page_that_lacks_an_element_says_which() {
    let visit = Visit::with(Rules {
        replace: &[("announcement", "another-id")],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "the page has no #announcement");
}

/// What of the figures can be seen, and where: of each `<figure>` that has a picture, its canvas and its
/// pictures. Without the program there is nothing in the place of the others.
fn seen_in_figures(browser: &Browser) -> Value {
    browser.run(
        "return [...document.querySelectorAll('.plot:has(svg)')].map(plot =>
            [...plot.querySelectorAll('canvas, svg')]
                .filter(it => it.checkVisibility({ checkVisibilityCSS: true }))
                .map(it => {
                    // Firefox counts in sixtieths of a pixel, and gives what is left of them in single precision.
                    const { x, width, height } = it.getBoundingClientRect();
                    return [it.localName, ...[x, width, height].map((it) => Math.round(60 * it) / 60)];
                }))",
    )
}

#[test]
fn a_picture_stands_in_for_each_canvas_at_its_place() {
    let visit = Visit::new("seed=7&n=1000");
    until_run_is(&visit.browser, "done");
    let canvases = seen_in_figures(&visit.browser);

    let visit = Visit::with(Rules {
        missing: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "A part of the page can’t be loaded");
    let pictures = seen_in_figures(&visit.browser);
    let of = |figures: &Value, name: &str| {
        let figures = figures.as_array().expect("the script gives an array");
        assert!(figures.len() > 6, "{figures:?}");
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

/// Half of a file, as after a transfer that broke off, is as good as none.
#[test]
fn a_program_that_is_cut_off_is_told_and_the_page_is_readable() {
    let visit = Visit::with(Rules {
        cut: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "A part of the page can’t be loaded");
}

#[test]
fn a_later_part_that_is_cut_off_is_told_and_p_still_moves() {
    let visit = Visit::with(Rules {
        cut: &[".later.wasm"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address("seed=7"));
    assert_failed(&visit.browser, "A part of the page can’t be loaded");
}

#[test]
fn without_simd_the_page_names_the_browsers_that_have_it() {
    let visit = Visit::with(Rules::default());
    visit.run_first(
        "WebAssembly.validate = () => false;
        WebAssembly.compileStreaming = async () => { throw new WebAssembly.CompileError('SIMD unsupported') };",
    );
    visit.browser.open(&visit.address(""));
    assert_failed(
        &visit.browser,
        "no SIMD instructions. Chrome and Edge have had them since version 91, Firefox since 89, Safari since 16.4.",
    );
}

#[test]
fn where_no_program_may_run_the_page_is_readable_and_says_so() {
    let visit = Visit::with(Rules {
        policy: Some("script-src 'self'"),
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    // In the browser's own words.
    assert_failed(&visit.browser, "WebAssembly");

    let visit = Visit::with(Rules::default());
    visit.run_first("globalThis.WebAssembly = undefined;");
    // Nothing is hidden for the sake of a figure that there is not.
    visit.browser.open(&visit.address("embed=nobody"));
    assert_failed(
        &visit.browser,
        "This browser has no WebAssembly, or it is switched off.",
    );
}

#[test]
fn where_workers_are_forbidden_the_page_itself_gives_the_same_bits() {
    let visit = Visit::with(Rules {
        policy: Some("worker-src 'none'"),
        ..Rules::default()
    });
    visit.open("p=0.5&seed=7");
    assert_works(&visit.browser, "p=0.5&seed=7");
    assert_eq!(visit.browser.run("return watched.answers"), 0);
}

/// Half a minute without an answer takes a few seconds.
const SHORT_SILENCE: &str = "
    const set = globalThis.setTimeout;
    globalThis.setTimeout = (what, wait, ...more) => set(what, wait === 30000 ? 4000 : wait, ...more);";

/// A browser that is short of memory ends a worker without telling anybody.
#[test]
fn what_a_worker_had_to_do_that_died_in_silence_is_done_by_others() {
    let visit = Visit::with(Rules::default());
    visit.run_first(SHORT_SILENCE);
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.run(
        "watched.afterAnswers(20, () => {
            watched.workers.forEach((it) => it.terminate());
            watched.died = document.getElementById('experiment').dataset.experiment;
        })",
    );
    browser.click("button[data-action=run-full]");
    until_value_is(browser, "run.samples", "100000000");
    assert_eq!(browser.run("return watched.died"), "running");
    assert_shown(browser, &measured("p=0.5&seed=7", SampleCount::FORUM));
    assert_no_errors(browser);
}

/// Keeps in `watched.trained` digests (FNV-1a) of what workers have answered to jobs of training.
const WATCH_TRAINING: &str = "
    watched.trained = new Set();
    globalThis.Worker = class extends Worker {
        kinds = [];
        constructor(...how) {
            super(...how);
            this.addEventListener('message', ({ data }) => {
                if (data instanceof Float64Array && this.kinds.shift() === 3) {
                    const words = new BigUint64Array(data.slice().buffer);
                    const add = (digest, word) => BigInt.asUintN(64, (digest ^ word) * 1099511628211n);
                    watched.trained.add(words.reduce(add, 14695981039346656037n).toString(36));
                }
            });
        }
        postMessage(message) {
            if (Array.isArray(message) && typeof message[0] === 'number') this.kinds.push(message[0]);
            super.postMessage(message);
        }
    };";

/// Trains all networks of the page's comparison, after this script. Gives what the workers answered, and
/// the table of the results.
fn train(visit: &Visit, script: &str) -> (Value, Value) {
    visit.open("p=0.3&hidden=4&neurons=32&seeds=5&epochs=10&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.run(script);
    browser.click("button[data-action=train]");
    browser.until("document.getElementById('training').dataset.training === 'done'");
    let results = (
        browser.run("return [...watched.trained].sort()"),
        browser.run("return document.querySelector('#training-scores table').textContent"),
    );
    assert_no_errors(browser);
    results
}

#[test]
fn networks_whose_workers_die_are_trained_to_the_same_bits() {
    let visit = Visit::with(Rules::default());
    visit.run_first(WATCH_TRAINING);
    let (answers, table) = train(&visit, "");
    let count = answers.as_array().map_or(0, Vec::len);
    assert!(count >= 30, "{count} answers");

    let visit = Visit::with(Rules::default());
    visit.run_first(&format!("{WATCH_TRAINING}{SHORT_SILENCE}"));
    let again = train(
        &visit,
        "watched.afterAnswers(9, () => {
            watched.workers.forEach((it) => it.terminate());
            watched.died = document.getElementById('training-progress').value;
        })",
    );
    let share = visit.browser.run("return watched.died");
    assert!(share.as_f64() < Some(0.9), "it was in the middle: {share}");
    assert_eq!(again, (answers, table));
}

#[test]
fn where_workers_are_forbidden_the_page_trains_and_answers_its_reader() {
    let visit = Visit::with(Rules {
        policy: Some("worker-src 'none'"),
        ..Rules::default()
    });
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.click("button[data-action=train]");
    browser.until("document.getElementById('training-progress').value > 0");
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.51);
    let state = browser.run("return document.getElementById('training').dataset.training");
    assert_eq!(state, "running");
    browser.run("document.querySelector('button[data-action=train-cancel]').click()");
    browser.until("document.getElementById('training').dataset.training === 'cancelled'");
    assert_eq!(browser.run("return watched.answers"), 0);
}

#[test]
fn without_memory_for_its_program_the_page_is_readable_and_says_so() {
    let visit = Visit::with(Rules::default());
    visit.run_first(NO_MEMORY);
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "Out of memory");
}

/// What a browser does that has no memory for a program.
const NO_MEMORY: &str =
    "WebAssembly.Instance = class { constructor() { throw new RangeError('Out of memory'); } };";

#[test]
fn where_workers_get_no_memory_the_page_itself_gives_the_same_bits() {
    let visit = Visit::with(Rules::default());
    visit.run_first(&format!(
        "const AnyBlob = globalThis.Blob;
        globalThis.Blob = class extends AnyBlob {{
            constructor(parts, options) {{
                const isScript = options?.type === 'text/javascript';
                super(isScript ? [\"{NO_MEMORY}\", ...parts] : parts, options);
            }}
        }};"
    ));
    visit.open("p=0.5&seed=7");
    assert_works(&visit.browser, "p=0.5&seed=7");
    assert_eq!(visit.browser.run("return watched.answers"), 0);
}

/// The program has what it needs, and ten megabytes more.
#[test]
fn data_that_need_more_memory_than_there_is_are_refused_and_all_goes_on() {
    let visit = Visit::with(Rules {
        spare_memory: Some(160),
        ..Rules::default()
    });
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    assert_works(browser, "p=0.5&seed=7");
    browser.run(
        "const chosen = new DataTransfer();
        chosen.items.add(new File(['0.25 '.repeat(2e6)], 'too-many.txt'));
        const input = document.getElementById('data-file');
        input.files = chosen.files;
        input.dispatchEvent(new Event('change', { bubbles: true }))",
    );
    browser.until(
        "document.getElementById('data-state').textContent === 'They need more memory than the browser has.'",
    );
    let cancel = "return document.querySelector('button[data-action=cancel-data]').hidden";
    assert_eq!(browser.run(cancel), true, "nobody waits");
    assert_works(browser, "p=0.5&seed=7");
    browser.run("document.getElementById('data-text').value = '1 2 3 4'");
    browser.click("button[data-action=use-text]");
    until_value_is(browser, "exact.x.mean", "2.5");
    until_run_is(browser, "done");
}

/// What lets the next worker fall silent, at once or after a word; the page's patience with it is then a
/// tenth of a second.
const FALL_SILENT: &str = "
    const { Worker: Any, setTimeout: set } = globalThis;
    globalThis.letNextFallSilent = (afterAWord) => {
        globalThis.Worker = class extends Any {
            constructor(...how) {
                super(...how);
                globalThis.Worker = Any;
                if (afterAWord) this.addEventListener('message', ({ data }) => { if (data !== 'ready') this.terminate(); });
                else this.terminate();
            }
        };
        globalThis.setTimeout = (what, wait, ...more) =>
            set(what, wait === (afterAWord ? 30000 : 10000) ? 100 : wait, ...more);
    };
    globalThis.hearAll = () => { globalThis.setTimeout = set; };";

#[test]
fn nobody_waits_for_data_whose_worker_falls_silent() {
    let visit = Visit::with(Rules::default());
    visit.run_first(FALL_SILENT);
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.run("document.getElementById('data-text').value = '1 2 3 4'; letNextFallSilent(false)");
    browser.click("button[data-action=use-text]");
    until_value_is(browser, "exact.x.mean", "2.5");
    browser.run("hearAll()");
    until_run_is(browser, "done");
    browser.run("document.getElementById('data-text').value = '5 6 7 8'; letNextFallSilent(true)");
    browser.click("button[data-action=use-text]");
    browser.until("document.getElementById('data-state').dataset.state === 'done'");
    let state = browser.run("return document.getElementById('data-state').textContent");
    assert_eq!(state, "They need more memory than the browser has.");
    until_value_is(browser, "exact.x.mean", "2.5");
    assert_no_errors(browser);
}

#[test]
fn where_no_canvas_can_be_drawn_on_the_pictures_stay_and_the_numbers_follow() {
    let visit = Visit::with(Rules::default());
    visit.run_first("HTMLCanvasElement.prototype.getContext = () => null;");
    visit.open("seed=7");
    let browser = &visit.browser;
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.31);
    assert_works(browser, "p=0.31&seed=7");
    let seen = seen_in_figures(browser);
    assert_eq!(seen[0][0][0], "svg", "{seen}");
    let told =
        browser.run("return getComputedStyle(document.querySelector('.plot'), '::after').content");
    assert!(text(&told).contains("draws nothing here"), "{told}");
    assert_no_errors(browser);
}

/// The graphics card's driver may be started anew; what was drawn is then gone.
#[test]
fn a_canvas_whose_content_is_lost_is_drawn_again() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    let picture = "document.querySelector('#figure-ratio canvas').toDataURL()";
    browser.run(&format!("window.before = {picture}"));
    browser.run(
        "const canvas = document.querySelector('#figure-ratio canvas');
        canvas.getContext('2d').reset();
        canvas.dispatchEvent(new Event('contextrestored'))",
    );
    browser.until(&format!("{picture} === window.before"));
}

#[test]
fn where_nothing_can_be_copied_or_kept_the_page_says_what_to_press() {
    let visit = Visit::with(Rules::default());
    visit.run_first(
        "document.execCommand = () => false;
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'cookieStore']) {
            Object.defineProperty(globalThis, name, { get() { throw new DOMException('no', 'SecurityError') } });
        }
        Object.defineProperty(navigator, 'clipboard', { value: undefined });",
    );
    visit.open("seed=7");
    let browser = &visit.browser;
    browser.click("button[data-copy]");
    browser.until("document.querySelector('button[data-copy]').textContent === 'Press Ctrl+C'");
    assert_ne!(browser.run("return `${getSelection()}`"), "");
    assert_works(browser, "seed=7");
    assert_no_errors(browser);
}

#[test]
fn where_a_link_may_not_be_shared_it_is_copied() {
    let visit = Visit::with(Rules::default());
    visit.run_first(
        "navigator.share = () => Promise.reject(new DOMException('no', 'NotAllowedError'));",
    );
    visit.open("seed=7");
    let browser = &visit.browser;
    browser.click("button[data-action=share]");
    browser.until("document.querySelector('button[data-action=share]').textContent === 'Copied'");
    assert_eq!(
        browser.run("return `${getSelection()}`"),
        visit.server.address("#seed=7")
    );
    assert_no_errors(browser);
}

/// Every look at either clock finds it an hour further, or now and then an hour back.
#[test]
fn a_clock_that_jumps_changes_no_result() {
    let visit = Visit::with(Rules::default());
    visit.run_first(
        "for (const clock of [Date, performance]) {
            const now = clock.now.bind(clock);
            let looks = 0;
            let hours = 0;
            clock.now = () => {
                looks += 1;
                hours += looks % 3 ? 1 : -1;
                return now() + hours * 3_600_000;
            };
        }",
    );
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    assert_works(browser, "p=0.5&seed=7");
    browser.click("button[data-set='p=0.1']");
    until_p_is(browser, 0.1);
    browser.click("button[data-action=run-full]");
    until_value_is(browser, "run.samples", "100000000");
    assert_shown(browser, &measured("p=0.1&seed=7", SampleCount::FORUM));
    let state = text(&browser.run("return document.getElementById('run-state').textContent"));
    assert!(
        state.starts_with("100\u{202f}000\u{202f}000 in "),
        "{state}"
    );
    assert!(!state.contains(['−', 'N', '∞']), "{state}");
    assert_no_errors(browser);
}

/// A browser gives a page that nobody sees no frames.
#[test]
fn a_run_goes_on_while_nobody_sees_the_page() {
    let visit = Visit::with(Rules::default());
    visit.run_first(
        "const ask = globalThis.requestAnimationFrame;
        const waiting = [];
        globalThis.requestAnimationFrame = (what) => watched.hidden ? waiting.push(what) : ask(what);
        globalThis.show = () => { watched.hidden = false; waiting.splice(0).forEach((it) => ask(it)); };",
    );
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.run(
        "watched.hidden = true;
        document.querySelector('button[data-action=run-full]').click()",
    );
    // More than what the workers have been given at first.
    browser.measure(
        "const first = watched.answers;
        while (watched.answers < first + 26) await new Promise((then) => setTimeout(then, 20))",
    );
    browser.run("show()");
    until_value_is(browser, "run.samples", "100000000");
    assert_shown(browser, &measured("p=0.5&seed=7", SampleCount::FORUM));
    assert_no_errors(browser);
}

/// Firefox and WebKit keep a page that one may come back to, with its run and its workers. Chromium, when
/// it is driven, opens it anew.
#[test]
fn a_page_that_one_comes_back_to_goes_on_or_begins_anew() {
    let visit = Visit::with(Rules {
        extra: Some((
            "other.html",
            "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><p>Another",
        )),
        ..Rules::default()
    });
    visit
        .run_first("addEventListener('pageshow', (event) => { watched.kept = event.persisted; });");
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.click("button[data-action=run-full]");
    browser.open(&visit.server.address("other.html"));
    browser.back();
    until_ready(browser);
    browser.until("watched.kept !== undefined");
    if browser.run("return watched.kept") == true {
        until_value_is(browser, "run.samples", "100000000");
        assert_shown(browser, &measured("p=0.5&seed=7", SampleCount::FORUM));
    } else {
        assert_works(browser, "p=0.5&seed=7");
    }
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.51);
    assert_works(browser, "p=0.51&seed=7");
    // WebKit loads no more of a worker's script once its page is left, and another worker takes its place.
    let mut errors = browser.errors();
    errors.retain(|it| it != "worker: NetworkError: Load failed");
    assert_eq!(errors, [""; 0]);
}

#[test]
fn the_page_works_where_it_has_200_pixels() {
    assert_works_in("width=200 height=400", 1);
}

/// In a window of 1280 by 1000 pixels, five of them are one of the page's, in each direction.
#[test]
fn the_page_works_at_five_times_its_size() {
    assert_works_in("width=256 height=200", 5);
}

/// In an iframe of this size the page works and needs not be scrolled sideways. What stays in sight leaves
/// half of it for the text. The figures are as sharp as the screen, which has so many pixels for one, up to
/// four.
fn assert_works_in(size: &str, pixels: u32) {
    let visit = Visit::with(Rules {
        extra: Some((
            "frame.html",
            "<!doctype html><link rel=icon href=data:,><iframe src=\"index.html#seed=7\"></iframe>",
        )),
        ..Rules::default()
    });
    visit.run_first(&format!(
        "Object.defineProperty(globalThis, 'devicePixelRatio', {{ value: {pixels} }});"
    ));
    let browser = &visit.browser;
    browser.open(&visit.server.address("frame.html"));
    for pair in size.split(' ') {
        browser.run(&format!("document.querySelector('iframe').{pair}"));
    }
    browser.enter_frame();
    assert_works(browser, "seed=7");
    let overflow = browser.run("return document.documentElement.scrollWidth - innerWidth");
    assert!(
        overflow.as_f64() <= Some(0.0),
        "it need not be scrolled sideways"
    );
    let bar = browser.run("return document.getElementById('controls').offsetHeight / innerHeight");
    assert!(
        bar.as_f64() < Some(0.5),
        "the bar takes {bar} of the window"
    );
    browser.rectangle("#figure-ratio canvas");
    browser.until(&format!(
        "((canvas) => canvas.width >= {} * canvas.clientWidth)(document.querySelector('#figure-ratio canvas'))",
        pixels.min(4)
    ));
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.31);
    browser.click("button[data-action=run-full]");
    until_value_is(browser, "run.samples", "100000000");
    assert_no_errors(browser);
}

#[test]
fn once_it_is_there_the_page_needs_no_network() {
    let Visit { browser, server } = Visit::new("p=0.5&seed=7");
    until_run_is(&browser, "done");
    drop(server);
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(&browser, 0.51);
    browser.click("button[data-action=run-full]");
    until_value_is(&browser, "run.samples", "100000000");
    assert_shown(&browser, &measured("p=0.51&seed=7", SampleCount::FORUM));
    browser.run("document.getElementById('data-text').value = '1 2 3 4'");
    browser.click("button[data-action=use-text]");
    browser.until("location.hash.includes('input=custom')");
    until_run_is(&browser, "done");
}
