//! What the page makes of a mistake of its own: a panic, a trap, an exception in its midst. Each is
//! brought about from outside; the program has nothing in it for these tests.

use super::*;

/// From now on the next call of the clock throws this within the program.
const NEXT_CALL_OF_THE_CLOCK: &str = "
    const { now } = Performance.prototype;
    globalThis.atNextCallOfTheClock = (act) => {
        Performance.prototype.now = function () {
            Performance.prototype.now = now;
            act();
            return now.call(this);
        };
    };
    // Beyond the end of the program's memory.
    globalThis.trap = () => wasm_bindgen.initSync().__wbindgen_free(0xfffffff0, 1000, 8);";

/// An event within the answer to another one: the second finds the page's state in use, and panics.
const PANIC: &str = "
    atNextCallOfTheClock(() => document.querySelector('#p').dispatchEvent(new Event('change', { bubbles: true })));
    document.querySelector('#p').dispatchEvent(new Event('change', { bubbles: true }))";

fn visit() -> Visit {
    let visit = Visit::with(Rules::default());
    visit.run_first(NEXT_CALL_OF_THE_CLOCK);
    visit.open("p=0.5&mu=1&seed=7");
    until_run_is(&visit.browser, "done");
    visit
}

/// The page says that it has stopped, for this reason; all that it showed is there, nothing can be set any
/// more, and opened again it has its settings.
fn assert_stopped(browser: &Browser, reason: &str, fragment: &str) {
    browser.until("document.querySelector('#stopped').matches(':popover-open')");
    let report = text(&browser.run("return document.querySelector('#stopped pre').innerText"));
    for part in [reason, fragment, "mozilla/5.0", "wasm-function"] {
        let is_told = report.to_lowercase().contains(part);
        assert!(is_told, "{part:?} is not in: {report}");
    }
    assert!(
        !report.contains("127.0.0.1"),
        "it tells where the page lies: {report}"
    );
    let state = browser.run(
        "return [
            [...document.querySelectorAll('main :is(button, input, select):enabled')].length,
            [...document.querySelectorAll('[data-experiment=running], [data-training=running]')].length,
            document.documentElement.scrollWidth > innerWidth,
        ]",
    );
    assert_eq!(state, json!([0, 0, false]));

    browser.click("#stopped button:last-of-type");
    browser.until(
        "document.querySelector('#stopped button:last-of-type').textContent !== 'Copy the report'",
    );
    let selected = text(&browser.run("return `${getSelection()}`"));
    assert_eq!(selected.trim(), report.trim());

    // A link within the page says nothing of the settings.
    browser.run("location.hash = 'sources'");
    browser.errors();
    browser.click("#stopped button");
    browser.until("!document.documentElement.dataset.stopped");
    let settings = fragment.trim_start_matches('#');
    assert_works(browser, settings);
    assert_eq!(self::fragment(browser), fragment);
    assert_no_errors(browser);
}

/// What the page shows of its numbers and of a figure.
fn shown(browser: &Browser) -> Value {
    browser.run(
        "return [
            [...document.querySelectorAll('output[data-quantity]')].map(it => it.value),
            document.querySelector('#figure-ratio canvas').toDataURL(),
            document.querySelector('#answer').textContent,
            [...document.querySelectorAll('.plot')].map(it => it.checkVisibility()),
        ]",
    )
}

#[test]
fn a_panic_is_told_and_leaves_what_the_page_shows() {
    let visit = visit();
    let browser = &visit.browser;
    let before = shown(browser);
    browser.run(PANIC);
    browser.until("document.documentElement.dataset.stopped");
    assert_eq!(shown(browser), before);
    // The program would panic at each of these, and say so.
    let errors = browser.errors();
    browser.run(
        "document.querySelector('#p').dispatchEvent(new Event('input', { bubbles: true }));
        dispatchEvent(new Event('resize'));
        location.hash = 'p=0.1'",
    );
    browser.measure("await new Promise(requestAnimationFrame)");
    assert_no_errors(browser);
    assert_eq!(shown(browser), before);
    browser.run("history.back()");
    browser.until("location.hash !== '#p=0.1'");
    assert!(
        errors.iter().any(|it| it.contains("already borrowed")),
        "{errors:?}"
    );
    assert_stopped(
        browser,
        "panicked at src/page/app.rs:",
        "#p=0.5&mu=1&seed=7",
    );
}

#[test]
fn a_trap_in_the_middle_of_a_run_is_told_and_nothing_goes_on() {
    let visit = visit();
    let browser = &visit.browser;
    browser.run(
        "watched.afterAnswers(20, () => {
            document.querySelector('#embed-dialog').showModal();
            atNextCallOfTheClock(trap);
        })",
    );
    browser.click("button[data-action=run-full]");
    browser.until("document.documentElement.dataset.stopped");
    assert_eq!(
        browser.run("return document.querySelector('#experiment').dataset.experiment"),
        "failed"
    );
    let answers = browser.measure(
        "const { answers } = watched;
        await new Promise(requestAnimationFrame);
        return [answers === watched.answers, document.querySelector('#run-state').textContent]",
    );
    assert_eq!(answers, json!([true, "Stopped"]));
    assert_stopped(browser, "out of bounds", "#p=0.5&mu=1&seed=7");
}

#[test]
fn an_exception_that_passes_through_the_program_is_told_in_a_frame_without_an_origin() {
    let visit = Visit::with(Rules {
        extra: Some((
            "frame.html",
            "<!doctype html><link rel=icon href=data:,><iframe sandbox=allow-scripts width=320 height=400 \
             src=\"index.html#p=0.5&embed=ratio&seed=7\"></iframe>",
        )),
        ..Rules::default()
    });
    visit.run_first(NEXT_CALL_OF_THE_CLOCK);
    let browser = &visit.browser;
    browser.open(&visit.server.address("frame.html"));
    browser.enter_frame();
    until_ready(browser);
    browser.run(
        "atNextCallOfTheClock(() => { throw new Error('no clock') });
        document.querySelector('#p').dispatchEvent(new Event('change', { bubbles: true }))",
    );
    browser.until("document.querySelector('#stopped').matches(':popover-open')");
    let report = text(&browser.run("return document.querySelector('#stopped pre').innerText"));
    assert!(report.contains("no clock"), "{report}");
    let fits = browser.run(
        "const { left, right, top, bottom } = document.querySelector('#stopped').getBoundingClientRect();
        return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight",
    );
    assert_eq!(fits, true);
}

/// A worker that stops is replaced, and another does what it had to do.
#[test]
fn what_a_worker_had_to_do_that_stopped_is_done_by_others() {
    let visit = Visit::with(Rules::default());
    // The first worker gets no further than its sixth job.
    visit.run_first(
        "const make = URL.createObjectURL;
        let made = 0;
        URL.createObjectURL = (blob) => {
            made += blob.type === 'text/javascript';
            const fault = `let jobs = 0;
                const from = Array.from;
                Array.from = (...what) => {
                    if (Array.isArray(what[0]) && what[0].length === 6 && ++jobs > 5) throw new Error('a fault');
                    return from(...what);
                };`;
            const breaks = made === 1 && blob.type === 'text/javascript';
            return make(breaks ? new Blob([fault, blob], { type: blob.type }) : blob);
        };",
    );
    visit.open("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.click("button[data-action=run-full]");
    until_value_is(browser, "run.samples", "100000000");
    assert_shown(browser, &measured("p=0.5&seed=7", SampleCount::FORUM));
    let errors = text(&browser.run("return watched.errors.join()"));
    let times = errors.matches("a fault").count();
    assert!(
        (1..=3).contains(&times),
        "it had up to three jobs: {errors}"
    );
}
