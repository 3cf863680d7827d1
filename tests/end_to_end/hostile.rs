//! Whatever a link says: the page goes on, nothing of it becomes markup, and nobody waits.

use std::fmt::Write as _;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::pieces::{PAST, cases, some_text};
use super::*;

/// What there is on the page that an attacker would want to add to.
const MARKUP: &str = "[...document.querySelectorAll('script, style, img, iframe, object, embed, base, \
    #notice :not(p), [onerror], [onload], [onclick]')].length";

/// Messages of any form from the page around this one: only one that is for it, and a fragment, does
/// anything.
#[test]
fn no_message_gets_into_the_page() {
    let visit = Visit::with(Rules {
        extra: Some((
            "frame.html",
            "<!doctype html><link rel=icon href=data:,><iframe width=700 height=700 src=\"index.html#p=0.3&seed=7\"></iframe>",
        )),
        ..Rules::default()
    });
    let browser = &visit.browser;
    browser.open(&visit.server.address("frame.html"));
    browser.enter_frame();
    assert_works(browser, "p=0.3&seed=7");
    let before = browser.run(&format!("return {MARKUP}"));
    let mut runner = TestRunner::deterministic();
    let strategy = some_text();
    let texts = (0..cases() / 10).map(|_| {
        let tree = strategy.new_tree(&mut runner);
        tree.expect("a text can be made").current()
    });
    let texts: Vec<_> = texts.collect();
    for some in texts.chunks(100) {
        browser.measure(&format!(
            "const us = {{ target: 'dropout-moments', type: 'set' }};
            const forms = [
                (it) => ({{ ...us, fragment: it }}), (it) => ({{ ...us, fragment: [it] }}), (it) => it,
                (it) => [us, it], (it) => ({{ ...us, type: it, fragment: 'p=0.9' }}), () => us, () => null,
                (it) => ({{ ...us, fragment: 'p=0.9&' + (it + ' ').repeat(2000) }}),
                (it) => ({{ target: it, type: 'set', fragment: 'p=0.9' }}), () => new Uint8Array(8),
            ];
            {some}.forEach((it, at) => dispatchEvent(
                new MessageEvent('message', {{ data: forms[at % forms.length](it), source: parent }})));
            await new Promise(requestAnimationFrame)",
            some = json!(some)
        ));
        assert_eq!(browser.run(&format!("return {MARKUP}")), before);
        assert!(
            !fragment(browser).contains("p=0.9&"),
            "{}",
            fragment(browser)
        );
    }
    // Those that are well formed still do.
    browser.run(
        "dispatchEvent(new MessageEvent('message', { source: parent,
            data: { target: 'dropout-moments', type: 'set', fragment: '#p=0.5&seed=8' } }))",
    );
    until_p_is(browser, 0.5);
    assert_no_errors(browser);
    println!("{} messages", texts.len());
}

/// As many fragments one after the other as a browser lets anybody set: Chromium and Firefox are told
/// not to count here, WebKit stops at a hundred in a while.
#[test]
fn no_fragment_gets_into_the_page_or_holds_it_up() {
    let visit = Visit::with(Rules::default());
    // The first listener and the last of the same event.
    visit.run_first(
        "globalThis.longest = 0;
        addEventListener('hashchange', () => { globalThis.began = performance.now(); });",
    );
    visit.open("seed=7");
    let browser = &visit.browser;
    let most = match browser.engine {
        Engine::Chromium | Engine::Firefox => cases() / 10,
        Engine::WebKit => 90,
    };
    let before = browser.run(&format!(
        "addEventListener('hashchange', () => {{ window.longest = Math.max(longest, performance.now() - began); }});
        return {MARKUP}"
    ));

    let mut runner = TestRunner::deterministic();
    let strategy = some_text();
    let texts = (0..most).map(|_| {
        let tree = strategy.new_tree(&mut runner);
        tree.expect("a text can be made").current()
    });
    let texts: Vec<String> = PAST.map(str::to_owned).into_iter().chain(texts).collect();
    for some in texts.chunks(100) {
        let mut script = String::from("const texts = ");
        write!(script, "{}", json!(some)).expect("a String takes all that is written");
        script.push_str(
            ";
            for (const text of texts) {
                const gone = new Promise((then) => addEventListener('hashchange', then, { once: true }));
                const { hash } = location;
                location.hash = text;
                if (location.hash !== hash) await gone;
            }
            await new Promise(requestAnimationFrame);
            return true",
        );
        assert_eq!(browser.measure(&script), true);
        assert_eq!(browser.run(&format!("return {MARKUP}")), before);
        for (_, p) in quantities(browser)
            .iter()
            .filter(|it| it.0 == "exact.d.zeros")
        {
            assert!((0.0..=1.0).contains(p), "{p}");
        }
        assert_no_errors(browser);
    }
    let longest = browser.run("return longest");
    println!(
        "{} fragments, the longest held the page up for {longest} ms",
        texts.len()
    );

    // The page is as well as before.
    browser.run("location.hash = 'p=0.5&seed=7'");
    until_p_is(browser, 0.5);
    assert_works(browser, "p=0.5&seed=7");
}
