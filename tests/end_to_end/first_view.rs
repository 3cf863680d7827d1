//! The program is split (`xtask/src/split.rs`): what the first view needs comes first, the rest later.
//! What the first view is, is said here.

use super::*;

/// Keeps the page at its first view: what it waits for does not come. Notes where it calls something
/// that is not there; that it gets as always.
const KEEP: &str = "
    let ours;
    globalThis.missed = [];
    Object.defineProperty(globalThis, 'dropoutMoments', {
        get: () => ours,
        set(value) {
            const { loadLater } = value;
            value.loadLater = (then) => {
                if (then) {
                    // As the page does, lest it be destroyed.
                    globalThis.firstViewStands = then;
                } else {
                    missed.push(new Error().stack);
                    loadLater(null);
                }
            };
            ours = value;
        },
    })";

/// Does what must not wait for anything: opens the page, whole and embedded, light and dark, and moves
/// p.
fn go_through(mut after_each_page: impl FnMut(&Browser)) {
    let visit = Visit::with(Rules::default());
    let browser = &visit.browser;
    visit.run_first(KEEP);
    for fragment in [
        "",
        "theme=light&seed=7",
        "theme=dark&embed=density",
        "theme=light&embed=ratio",
        "p=0.5&mu=1&sigma=2&input=relu&scale=sqrt&n=1e5&seed=7",
    ] {
        // A page that differs in its fragment only would not be loaded anew.
        browser.open("about:blank");
        browser.open(&visit.address(fragment));
        browser.until("globalThis.firstViewStands");
        browser.keys("#p", &[KEY_RIGHT, KEY_RIGHT, KEY_LEFT]);
        until_p_is_moved(browser);
        after_each_page(browser);
    }
}

fn until_p_is_moved(browser: &Browser) {
    browser.until(
        "document.querySelector(\"output[data-quantity='exact.d.std']\").dataset.value !== ''",
    );
    // The change has settled, and is in the address.
    browser.until("location.hash.includes('p=0.31') || location.hash.includes('p=0.51')");
    browser.measure("await new Promise(requestAnimationFrame)");
}

#[test]
fn the_first_view_needs_nothing_of_the_later_part() {
    go_through(|browser| {
        let missed = browser.run("return missed");
        assert_eq!(missed, json!([]), "`cargo xtask profile` renews the list");
        assert_no_errors(browser);
    });
}

/// The page at its first view, with nothing to come.
fn kept(visit: &Visit, fragment: &str) {
    visit.run_first(KEEP);
    visit.browser.open(&visit.address(fragment));
    visit.browser.until("globalThis.firstViewStands");
}

#[test]
fn what_is_not_there_yet_is_waited_for() {
    let visit = Visit::with(Rules::default());
    let browser = &visit.browser;
    kept(&visit, "p=0.5&seed=7");
    assert_eq!(browser.run("return dropoutMoments.later"), Value::Null);
    browser.click("button[data-action=run]");
    until_run_is(browser, "done");
    assert_ne!(browser.run("return missed.length"), json!(0));
    let settings = Settings::from_fragment("p=0.5").settings;
    assert_shown(browser, &measured("p=0.5&seed=7", settings.samples));
}

#[test]
fn what_is_not_there_yet_is_waited_for_from_the_disk() {
    let browser = Browser::start();
    let address = on_disk("what_is_not_there_yet_is_waited_for_from_the_disk", KEEP);
    browser.open(&format!("{address}#p=0.5&seed=7"));
    browser.until("globalThis.firstViewStands");
    browser.click("button[data-action=run]");
    until_run_is(&browser, "done");
    assert_ne!(browser.run("return missed.length"), json!(0));
}

#[test]
fn a_panic_in_the_first_view_is_told() {
    let visit = Visit::with(Rules::default());
    let browser = &visit.browser;
    kept(&visit, "seed=7");
    // An event within the answer to another one, which no browser makes here.
    browser.run(
        "const input = document.querySelector('#p');
        const { setCustomValidity } = HTMLInputElement.prototype;
        HTMLInputElement.prototype.setCustomValidity = function (text) {
            HTMLInputElement.prototype.setCustomValidity = setCustomValidity;
            input.dispatchEvent(new Event('input', { bubbles: true }));
        };
        input.dispatchEvent(new Event('input', { bubbles: true }))",
    );
    browser.until("document.documentElement.dataset.ready === 'failed'");
    let told = browser.run("return document.getElementById('stopped').innerText");
    assert!(text(&told).contains("RefCell already borrowed"), "{told}");
}

#[test]
fn without_its_later_part_the_page_says_so_and_p_still_moves() {
    let visit = Visit::with(Rules {
        missing: &[".later.wasm"],
        ..Rules::default()
    });
    let browser = &visit.browser;
    browser.open(&visit.address("seed=7"));
    let reason = "A part of the page can’t be loaded; opening it anew may help (404).";
    assert_failed(browser, reason);
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.31);
    browser.click("button[data-action=run]");
    let errors = browser.errors();
    assert!(errors.iter().any(|it| it.contains("404")), "{errors:?}");
    let told = browser.run("return document.getElementById('load-failed').innerText");
    assert!(text(&told).contains(reason), "{told}");
}

/// Not a test, but a measurement: `cargo xtask profile` runs it, with a program that counts.
#[test]
#[ignore = "needs a program that counts its calls"]
fn calls() {
    let path = std::env::var_os("DROPOUT_MOMENTS_CALLS");
    let path = path.expect("DROPOUT_MOMENTS_CALLS names the file for the calls");
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    go_through(|browser| {
        let calls = browser.run("return calls()");
        for (name, calls) in calls.as_object().expect("the page counts its calls") {
            *sums.entry(name.clone()).or_default() += calls.as_u64().unwrap_or(0);
        }
    });
    let lines = sums.iter().map(|(name, sum)| format!("{sum} {name}\n"));
    std::fs::write(path, lines.collect::<String>()).expect("the calls can be written");
}
