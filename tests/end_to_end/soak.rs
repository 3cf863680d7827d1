//! A reader who does anything at all, for as long as one likes: `cargo xtask soak` says for how many
//! seconds, by `DROPOUT_MOMENTS_SOAK`, and from which seed, by `DROPOUT_MOMENTS_SEED`.

use std::time::{Duration, Instant};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::browser::{KEY_ENTER, KEY_TAB};
use super::chromium::memory;
use super::pieces::some_text;
use super::*;

/// Keys that do something somewhere; Escape, the space and Page Down are among them.
const KEYS: [&str; 16] = [
    KEY_TAB, KEY_TAB, KEY_TAB, KEY_ENTER, KEY_LEFT, KEY_RIGHT, "\u{e013}", "\u{e015}", "\u{e00c}",
    " ", "\u{e00f}", "\u{e010}", "\u{e011}", "0", ".", "-",
];

/// What is worth being set more often than by chance.
const FRAGMENTS: [&str; 12] = [
    "",
    "p=0.999999&mu=-10&sigma=10&scale=gaussian&seed=1",
    "p=0&sigma=0&seed=2",
    "input=relu&scale=alpha&theme=dark&notation=keep&seed=3",
    "input=ones&layers=50&width=1024&activation=selu&seed=4",
    "n=1e10&units=10000&weights=random&seed=5",
    "embed=ratio&seed=6",
    "embed=training&seed=6",
    "embed=depth&hide=p,caption&seed=6",
    "hide=answer,run,why,layer,rules,training,depth,share,sources&seed=7",
    "theme=light&init=lecun&activation=tanh&seed=8",
    "draw=4294967295&scale=none&seed=9",
];

/// What no number that is shown contains.
const WRONG: [&str; 4] = ["NaN", "undefined", "Infinity", "[object"];

/// What the page has for the monkey: only what can be seen and is not behind a dialog.
const HANDS: &str = "
    globalThis.seen = (selector) => {
        const within = document.querySelector('dialog[open]') ?? document;
        return [...within.querySelectorAll(selector)].filter((it) =>
            !it.disabled && it.type !== 'file' && it.checkVisibility({ checkVisibilityCSS: true }));
    };
    globalThis.pick = (selector, number) => {
        const all = seen(selector);
        return all[number % all.length];
    };
    // What is saved stays in the page, and the system's own dialogs would never be answered.
    const { click } = HTMLElement.prototype;
    HTMLElement.prototype.click = function () { if (!this.download) click.call(this); };
    navigator.share = async () => {};
    globalThis.print = () => {};";

/// What is done to the page in one go.
fn step(visit: &Visit, random: &mut Xoshiro256PlusPlus, texts: &mut TestRunner) -> String {
    let browser = &visit.browser;
    let number: u32 = random.random_range(0..1_000_000);
    let unit = f64::from(number) / 1e6;
    let script = |script: &str| {
        let done = browser.run(&format!(
            "const [number, unit] = [{number}, {unit}]; {script}"
        ));
        done.as_str().unwrap_or_default().to_owned()
    };
    match random.random_range(0..100) {
        0..30 => script(
            "const it = pick('button', number); it?.click();
            return `click ${it?.outerHTML.slice(0, 90)}`",
        ),
        30..38 => script(
            "const it = pick('button[data-action]', number); it?.click();
            return `act ${it?.dataset.action}`",
        ),
        38..56 => script(
            "const it = pick('input:not([type=checkbox], [type=radio]), select', number >> 4);
            if (!it) return 'no input';
            if (it.options) it.selectedIndex = number % it.options.length;
            else if (it.type === 'range') it.value = Number(it.min) + unit * (Number(it.max) - Number(it.min));
            else it.value = ['0.5', '1e9', '-3', '', '0.999999', '7', '1e-300', it.type === 'text' ? '<b>' : ''][number % 8];
            it.dispatchEvent(new Event('input', { bubbles: true }));
            if (number % 3) it.dispatchEvent(new Event('change', { bubbles: true }));
            return `set ${it.id || it.dataset.setting} ${it.value}`",
        ),
        56..62 => script(
            "const it = pick('input[type=radio], input[type=checkbox], summary', number); it?.click();
            return `choose ${it?.outerHTML.slice(0, 90)}`",
        ),
        62..70 => {
            let keys: Vec<_> = (0..random.random_range(1..8))
                .map(|_| KEYS[random.random_range(0..KEYS.len())])
                .collect();
            // What a key would open is another page, or the system's own dialog.
            let opens = browser.run(
                "const { activeElement: it } = document;
                if (it.matches('a[href], [type=file], select')) it.blur();
                addEventListener('click', (event) => {
                    if (event.target.closest?.('a:not([href^=\"#\"]), [type=file]')) event.preventDefault();
                }, { capture: true });
                return it.localName",
            );
            browser.press(&keys);
            format!("press {keys:?} at {opens}")
        }
        70..75 => {
            browser.run(&format!("window.picked = pick('canvas', {number})"));
            if browser.run("return !picked") == true {
                return "no canvas".to_owned();
            }
            browser.scroll_to("picked");
            let canvas = browser.run(
                "const { left, top, right, bottom } = picked.getBoundingClientRect();
                return [Math.max(left, 0), Math.max(top, 0),
                    Math.min(right, innerWidth - 1), Math.min(bottom, innerHeight - 1)]",
            );
            let side = |index: usize| canvas[index].as_f64().unwrap_or(0.0);
            let mut place = || {
                let within = |low: f64, high: f64, share: f64| low + share * (high - low).max(0.0);
                (
                    within(side(0), side(2), random.random_range(0.0..1.0)),
                    within(side(1), side(3), random.random_range(0.0..1.0)),
                )
            };
            let (from, to) = (place(), place());
            // A smooth scrolling that Home or End began may have gone on, and taken it out of view.
            if side(0) > side(2) || side(1) > side(3) {
                return "canvas out of view".to_owned();
            }
            browser.drag(from, to);
            format!("drag {from:?} {to:?}")
        }
        75..78 => {
            let (width, height) = (random.random_range(200..1600), random.random_range(200..1200));
            browser.resize(width, height);
            format!("resize {width} {height}")
        }
        78..86 => script(
            "scrollTo(0, unit * document.documentElement.scrollHeight); return `scroll ${unit}`",
        ),
        86..88 => {
            let text = match random.random_range(0..2) {
                0 => FRAGMENTS[random.random_range(0..FRAGMENTS.len())].to_owned(),
                _ => {
                    let tree = some_text().new_tree(texts);
                    let text = tree.expect("a text can be made").current();
                    // Links keep what the page does not know, and words for no number are looked for.
                    WRONG.iter().fold(text, |text, it| text.replace(it, ""))
                }
            };
            browser.run(&format!("location.hash = {}", json!(text)));
            format!("fragment {text:?}")
        }
        88..90 => {
            if number.is_multiple_of(2) {
                browser.forward();
            } else {
                browser.back();
            }
            // Before the page there is the browser's own.
            if browser.run("return location.protocol") != "http:" {
                browser.forward();
            }
            until_ready(browser);
            "history".to_owned()
        }
        90..94 => script(
            "const text = document.getElementById('data-text');
            text.value = ['1 2 3 4', '', 'a,b\\n1,2\\n3,4', '1e30 -1e30 0', '5'][number % 5].repeat(1 + number % 50);
            document.querySelector('[data-action=use-text]').click();
            return `data ${text.value.slice(0, 20)}`",
        ),
        94..96 => script(
            "dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint')); return 'print'",
        ),
        96..99 => script(
            "document.querySelectorAll('dialog[open]').forEach((it) => it.close());
            document.querySelectorAll('details').forEach((it) => { it.open = number % 2; });
            return 'close, open'",
        ),
        _ => {
            browser.reload();
            until_ready(browser);
            "reload".to_owned()
        }
    }
}

/// Nothing has gone wrong: what the address says are settings, and all that is shown are numbers.
fn assert_sound(browser: &Browser) {
    assert_no_errors(browser);
    let [fragment, ready, wrong] = ["fragment", "ready", "wrong"].map(|what| {
        let found = browser.run(&format!(
            "const wrong = {};
            return {{
                fragment: location.hash,
                ready: `${{document.documentElement.dataset.ready}} ${{document.documentElement.dataset.stopped}}`,
                wrong: document.body.innerText.split('\\n')
                    .find((line) => wrong.some((it) => line.includes(it))) ?? '',
            }}.{what}",
            json!(WRONG)
        ));
        text(&found)
    });
    assert_eq!(ready, "true undefined", "the page has stopped");
    assert_eq!(wrong, "", "it shows what is no number");
    // The reader's own data are in no link.
    let notices = Settings::from_fragment(&fragment).notices;
    let is_other = |it: &String| !it.contains("custom");
    let notices: Vec<_> = notices
        .iter()
        .map(ToString::to_string)
        .filter(is_other)
        .collect();
    assert_eq!(notices, Vec::<String>::new(), "{fragment}");
}

/// Everything stopped and closed, and the first settings again: they are shown, and their run gives what
/// it always does. What the page then holds: bytes of wasm, bytes of the scripts' heap, elements.
fn rest(visit: &Visit) -> [f64; 3] {
    let browser = &visit.browser;
    browser.resize(1280, 1000);
    browser.run(
        "document.querySelectorAll('dialog[open]').forEach((it) => it.close());
        document.querySelectorAll('details[open]').forEach((it) => { it.open = false; });
        for (const it of document.querySelectorAll('[data-action*=cancel]')) if (!it.hidden) it.click();
        location.hash = 'p=0.5&embed=ratio&seed=8'",
    );
    until_p_is(browser, 0.5);
    browser.run("location.hash = 'p=0.25&seed=7'");
    until_p_is(browser, 0.25);
    browser.run("scrollTo(0, 0)");
    assert_works(browser, "p=0.25&seed=7");
    // No experiment is left in the middle; one that waited for its data begins only now.
    browser.until(
        "[...document.querySelectorAll('[data-action*=cancel]')].forEach((it) => { if (!it.hidden) it.click(); })
        || !document.querySelector('[data-simulation=running], [data-training=running],\
            [data-training=loading]')",
    );
    let elements = browser.run("return document.querySelectorAll('*').length");
    let elements = elements.as_f64().expect("it is a number");
    if browser.engine == Engine::Chromium {
        let [wasm, heap] = memory(browser);
        [wasm, heap, elements]
    } else {
        [memory_of_program(browser), 0.0, elements]
    }
}

/// What takes memory, once: jobs of each kind, data, printing, a dialog with its preview, another figure
/// alone.
fn round(browser: &Browser) {
    let act = |action: &str, until: &str| {
        // What it was before is shown until the next frame.
        browser.measure(&format!(
            "document.querySelector('[data-action={action}]').click();
            await new Promise(requestAnimationFrame)"
        ));
        browser.until(until);
    };
    let state = |id: &str, state: &str| format!("document.getElementById('{id}').dataset.{state}");
    browser.run("location.hash = 'p=0.5&embed=ratio&seed=8'");
    until_p_is(browser, 0.5);
    browser.run("location.hash = 'p=0.25&units=10000&weights=random&layers=4&hidden=2&neurons=32&seeds=1&epochs=1&seed=7'");
    until_p_is(browser, 0.25);
    act("run", &state("experiment", "experiment === 'done'"));
    act("simulate", &state("simulation", "simulation === 'done'"));
    act("train", &state("training", "training === 'done'"));
    act("learn", &state("spirals-run", "spirals === 'done'"));
    act("draw", "true");
    act("draw-many", "true");
    browser.run("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))");
    browser.run("document.getElementById('data-text').value = '1 2 3 4 '.repeat(10_000)");
    act("use-text", &state("data-state", "state === 'done'"));
    browser.run("document.querySelector('.card[data-embed-figure=ratio]').click()");
    browser.until("document.querySelector('#embed-preview').dataset.height > 200");
    browser.run("document.querySelector('#embed-dialog [data-close]').click()");
}

/// What a page kept of each round would be found out, if it were eight kilobytes. Over hundreds of rounds
/// gaps too small for the measurement add up to twenty, and then no more.
#[test]
fn what_is_done_again_and_again_takes_no_more_memory() {
    const SLACK: f64 = 32_768.0;
    let visit = Visit::new("p=0.25&seed=7");
    let browser = &visit.browser;
    let used: Vec<_> = (0..9)
        .map(|_| {
            round(browser);
            let used = browser.run("return watched.used()");
            used.as_f64().expect("it is a number")
        })
        .collect();
    println!("bytes in use after each round: {used:?}");
    assert!(used[8] <= used[3] + SLACK, "it grows: {used:?}");
    assert_no_errors(browser);
}

fn given<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "this clock runs on the machine itself"
)]
fn whatever_a_reader_does_the_page_goes_on_and_grows_no_more() {
    let seconds = given("DROPOUT_MOMENTS_SOAK").unwrap_or(20);
    let seed = given("DROPOUT_MOMENTS_SEED").unwrap_or(1);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut texts = TestRunner::deterministic();
    let visit = Visit::with(Rules::default());
    visit.run_first(HANDS);
    visit.open("p=0.25&seed=7");
    let browser = &visit.browser;
    let start = Instant::now();
    let length = Duration::from_secs(seconds);
    let (mut steps, mut measured) = (0_u64, Vec::new());
    let mut last: Vec<String> = Vec::new();
    for part in 1..=4 {
        while start.elapsed() < length * part / 4 {
            let recent = last.split_off(last.len().saturating_sub(40));
            last = recent;
            let act = std::panic::AssertUnwindSafe(|| {
                for _ in 0..10 {
                    last.push(step(&visit, &mut random, &mut texts));
                    steps += 1;
                }
                assert_sound(browser);
            });
            let outcome = std::panic::catch_unwind(act);
            if let Err(error) = outcome {
                println!(
                    "seed {seed}, after {steps} steps, the last of them:\n{}",
                    last.join("\n")
                );
                std::panic::resume_unwind(error);
            }
        }
        measured.push(rest(&visit));
        println!(
            "{steps} steps; bytes of wasm and heap, elements: {:?}",
            measured.last()
        );
    }
    // From the second quarter on the page holds the same, but for what a browser learns of the scripts, and
    // up to what the largest jobs take and all tables and menus together: a reader may come to those only at
    // the end. Twenty of the largest networks of each rule take 45 MB, 50 layers of 1024 units 20.
    const SLACK: [f64; 3] = [8.4e6, 4e6, 3000.0];
    const USUAL: [f64; 3] = [70e6, 0.0, 9000.0];
    for (index, (before, after)) in measured[1].into_iter().zip(measured[3]).enumerate() {
        let most = (before + SLACK[index]).max(USUAL[index]);
        assert!(after <= most, "it grows: {measured:?}");
    }
}
