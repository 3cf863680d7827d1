//! Where the page lies and works: on all kinds of servers, in other pages, on a disk.

use super::*;

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
    assert_workers_have_worked(&visit.browser);
    assert_no_errors(&visit.browser);
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

/// Without an origin nothing can be fetched: the browser says so of the preloaded program, and then gets
/// it from a script.
fn assert_only_fetching_failed(browser: &Browser) {
    let errors = browser.errors();
    let is_other =
        |it: &&String| !it.contains(".wasm") && !it.starts_with("policy: connect-src file");
    let others: Vec<_> = errors.iter().filter(is_other).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// The page in an iframe without an origin, and the browser within it.
fn visit_in_a_sandbox() -> Visit {
    let visit = Visit::with(Rules {
        extra: Some((
            "frame.html",
            "<!doctype html><link rel=\"icon\" href=\"data:,\"><iframe sandbox=\"allow-scripts\" width=\"1000\" height=\"800\" \
             src=\"index.html#p=0.5&seed=7\"></iframe>",
        )),
        ..Rules::default()
    });
    visit.browser.open(&visit.server.address("frame.html"));
    visit.browser.enter_frame();
    visit
}

#[test]
fn the_page_works_in_a_sandboxed_iframe() {
    let visit = visit_in_a_sandbox();
    let browser = &visit.browser;
    assert_works(browser, "p=0.5&seed=7");
    assert_eq!(
        browser.run("return self.origin"),
        json!("null"),
        "no origin"
    );
    browser.click("button[data-set='p=0.1']");
    until_p_is(browser, 0.1);
    assert_works(browser, "p=0.1&seed=7");
    assert_workers_have_worked(browser);
    assert_only_fetching_failed(browser);
}

#[test]
fn a_sandboxed_page_shows_what_it_may_not_save() {
    let visit = visit_in_a_sandbox();
    let browser = &visit.browser;
    until_ready(browser);
    browser.click("#figure-ratio .take");
    for (format, shown) in [("CSV", "pre"), ("PNG", "canvas"), ("SVG", "pre")] {
        choose(browser, "#take-ratio select", format);
        browser.click("#take-ratio .export .actions button");
        browser.until(&format!(
            "document.querySelector('#take-ratio .made {shown}') !== null"
        ));
    }
    let svg = text(&browser.run("return document.querySelector('#take-ratio .made').textContent"));
    assert!(
        svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
}

#[test]
fn the_page_works_from_the_disk() {
    let browser = Browser::start();
    let address = on_disk("the_page_works_from_the_disk", "");
    browser.open(&format!("{address}#p=0.5&seed=7"));
    assert_works(&browser, "p=0.5&seed=7");
    assert_workers_have_worked(&browser);
    assert_only_fetching_failed(&browser);
}
