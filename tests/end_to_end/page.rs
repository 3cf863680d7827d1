//! What the page does for those who read it.

use super::*;

#[test]
fn the_page_opens_with_exact_values_and_loads_each_part_once() {
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

    let served = visit.server.requests();
    let count = |ending: &str| served.iter().filter(|it| it.ends_with(ending)).count();
    // WebKit does not take what it has preloaded for what is fetched then.
    let most = if browser.engine == Engine::WebKit {
        2
    } else {
        1
    };
    let loads = count("_bg.wasm");
    assert!(
        (1..=most).contains(&loads),
        "the wasm is loaded once: {served:?}"
    );
    assert_eq!(count(".fallback.js"), 0, "not needed here: {served:?}");
    assert_no_errors(browser);
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
    assert_no_errors(browser);
}

/// The thread's experiment at its own size and its three values of p, all by buttons.
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
    assert_no_errors(browser);
}

#[test]
fn a_run_can_be_cancelled() {
    let visit = Visit::new("seed=5&n=1e10");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.run(
        "watched.afterAnswers(100, () => {
            const cancel = document.querySelector('button[data-action=cancel]');
            cancel.focus();
            cancel.click();
        })",
    );
    browser.click("button[data-action=run]");
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
    assert_no_errors(browser);
}

/// What a reader has typed counts when the focus goes elsewhere, even where the page itself takes it there:
/// to the field of the data, when these are chosen without a pointer or a key and there are none.
#[test]
fn what_is_typed_counts_where_the_page_moves_the_focus() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.keys("input[type=number][data-setting=p]", &["\u{e010}", "5"]);
    until_p_is(browser, 0.35);
    browser.run("document.querySelector('input[name=input][value=custom]').click()");
    browser.until("document.activeElement.id === 'data-text'");
    browser.until("location.hash === '#p=0.35&seed=7'");
    assert_no_errors(browser);
    assert_works(browser, "p=0.35&seed=7");
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
    assert_no_errors(browser);
}

#[test]
fn a_link_within_the_page_goes_there_and_leaves_the_settings_alone() {
    let visit = Visit::new("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    browser.run("document.querySelector('a.skip').click()");
    browser.until("document.getElementById('run').getBoundingClientRect().top < innerHeight / 2");
    browser.until("location.hash === '#p=0.5&seed=7'");
    assert_no_errors(browser);
}
