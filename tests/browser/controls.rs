//! The controls, the numbers, the figures and the fragment move together.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlCanvasElement;

use crate::stage::{Stage, attribute};

const SLIDER: &str = "input[type=range][data-setting=p]";
const NUMBER: &str = "input[type=number][data-setting=p]";
const MEAN: &str = "input[aria-label='μ, the mean of the input']";

/// The whole picture on a figure's canvas.
fn picture(stage: &Stage, figure: &str) -> String {
    let canvas: HtmlCanvasElement = stage
        .element(&format!("#figure-{figure} canvas"))
        .unchecked_into();
    canvas.to_data_url().expect("the canvas can be read")
}

/// Waits until the page shows this drop probability.
async fn until_p_is(stage: &Stage, p: f64) {
    // With these inputs p is also the share of zeros.
    let shown = || stage.value("exact.d.zeros") == Some(p);
    stage.until(&format!("p is {p}"), shown).await;
}

#[wasm_bindgen_test]
async fn the_page_starts_with_exact_values() {
    let stage = Stage::new("").await;
    for (quantity, value) in [
        ("exact.x.mean", 0.0),
        ("exact.x.std", 1.0),
        ("exact.d.mean", 0.0),
        ("exact.d.std", (1.0_f64 / 0.7).sqrt()),
        ("exact.ratio.std", (1.0_f64 / 0.7).sqrt()),
        ("exact.d.zeros", 0.3),
    ] {
        let shown = stage.value(quantity).expect("each has a value");
        assert!((shown - value).abs() < 1e-12, "{quantity} is {shown}");
    }
    assert_eq!(
        stage.text("#answer"),
        "No. It keeps the mean. At p = 0.30 the standard deviation grows by 19.5 %."
    );
}

#[wasm_bindgen_test]
async fn moving_a_control_moves_figures_and_numbers_together_and_in_the_end_the_fragment() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    let before = ["density", "ratio"].map(|figure| picture(&stage, figure));

    stage.enter(SLIDER, "0.5");
    until_p_is(&stage, 0.5).await;
    let during = ["density", "ratio"].map(|figure| picture(&stage, figure));
    assert_ne!(during[0], before[0], "the density's picture has changed");
    assert_ne!(during[1], before[1], "the ratio's picture has changed");
    let ratio = stage.value("exact.ratio.std").expect("it has one");
    assert!((ratio - 2.0_f64.sqrt()).abs() < 1e-12, "{ratio}");
    assert!(stage.text("#answer").contains("p = 0.50"));
    assert!(stage.text("#answer").contains("41.4 %"));
    assert_eq!(stage.input(NUMBER).value(), "0.5", "the input beside it");
    let summary = attribute(&stage.element("#figure-ratio canvas"), "aria-label");
    assert!(summary.contains("At p = 0.5 it is 1.414"), "{summary}");

    stage.finish(SLIDER);
    assert_eq!(stage.fragment(), "#p=0.5&seed=7");
    stage.until_run_is("done").await;
    let zeros = stage.value("measured.d.zeros").expect("it was measured");
    assert!((zeros - 0.5).abs() < 0.005, "the run is of the new p");
}

#[wasm_bindgen_test]
async fn every_scaling_and_input_can_be_chosen() {
    let stage = Stage::new("seed=7").await;
    for (key, value) in [
        ("input", "relu"),
        ("scale", "none"),
        ("input", "uniform"),
        ("scale", "sqrt"),
        ("input", "ones"),
        ("scale", "gaussian"),
        ("scale", "alpha"),
        ("input", "normal"),
    ] {
        let before = picture(&stage, "density");
        let radio = format!("input[type=radio][data-setting={key}][value={value}]");
        stage.click(&radio);
        let pair = format!("{key}={value}");
        stage
            .until(&pair, || picture(&stage, "density") != before)
            .await;
        assert!(stage.input(&radio).checked());
        // The default stands nowhere.
        let named = value != "normal";
        assert_eq!(stage.fragment().contains(&pair), named, "{pair}");
        stage.until_run_is("done").await;
    }
}

#[wasm_bindgen_test]
async fn what_is_no_number_is_refused_with_a_notice() {
    let stage = Stage::new("p=0.25&seed=7").await;
    stage.enter(NUMBER, "");
    assert!(stage.element(NUMBER).has_attribute("aria-invalid"));
    stage.frame().await;
    assert_eq!(stage.input(NUMBER).value(), "", "while it is written");

    stage.finish(NUMBER);
    let notice = stage.text("#notice");
    assert!(notice.contains("at least 0 and less than 1"), "{notice}");
    assert!(notice.contains("it stays at 0.25"), "{notice}");
    stage
        .until("the old value is back", || {
            stage.input(NUMBER).value() == "0.25"
        })
        .await;
    assert!(!stage.element(NUMBER).has_attribute("aria-invalid"));
    assert_eq!(stage.value("exact.d.zeros"), Some(0.25));
    assert_eq!(stage.fragment(), "#p=0.25&seed=7");

    stage.enter(NUMBER, "0.5");
    stage.finish(NUMBER);
    until_p_is(&stage, 0.5).await;
    assert_eq!(stage.text("#notice"), "", "the notice goes");
}

/// It says what was written, what is allowed and what is used, and that holds everywhere.
#[wasm_bindgen_test]
async fn a_number_out_of_range_gives_way_to_the_nearest() {
    let stage = Stage::new("p=0.25&seed=7").await;
    for (key, refused, nearest, pair) in [
        ("p", "1", "0.99", "p=0.99"),
        ("sigma", "-3", "0", "sigma=0"),
        ("units", "0", "1", "units=1"),
        ("width", "100000", "1024", "width=1024"),
    ] {
        let number = format!("input[type=number][data-setting={key}]");
        stage.enter(&number, refused);
        assert!(stage.element(&number).has_attribute("aria-invalid"));
        stage.frame().await;
        assert_eq!(stage.input(&number).value(), refused, "while it is written");
        assert!(!stage.fragment().contains(pair), "{}", stage.fragment());

        stage.finish(&number);
        let notice = stage.text("#notice");
        let end = format!("; “{refused}” is not, so it is now {nearest}.");
        assert!(notice.contains(" must be "), "{notice}");
        assert!(notice.ends_with(&end), "{notice}");
        stage
            .until("the nearest is shown", || {
                stage.input(&number).value() == nearest
            })
            .await;
        assert!(!stage.element(&number).has_attribute("aria-invalid"));
        assert!(stage.fragment().contains(pair), "{}", stage.fragment());
    }
    let slider = stage.input(SLIDER);
    assert_eq!(slider.value(), slider.max(), "0.99 is the slider’s end");
}

#[wasm_bindgen_test]
async fn what_a_reader_writes_never_becomes_markup() {
    let stage = Stage::new("seed=7").await;
    let seed = "input[data-setting=seed]";
    stage.enter(seed, "<b>8</b>");
    stage.finish(seed);
    let notice = stage.text("#notice");
    assert!(notice.contains("“<b>8</b>” is not"), "{notice}");
    assert!(notice.contains("it stays at 7"), "{notice}");
}

#[wasm_bindgen_test]
async fn a_malformed_fragment_gives_a_notice_and_the_default() {
    let stage = Stage::new("p=0.1&seed=7").await;
    stage.go_to("p=2&sigma=wide&mu=1&seed=7");
    until_p_is(&stage, 0.3).await;
    let notice = stage.text("#notice");
    for text in [
        "“p=2” in the link can’t be used",
        "Used instead: 0.3.",
        "“sigma=wide”",
    ] {
        assert!(notice.contains(text), "{text} is not in {notice}");
    }
    assert_eq!(stage.value("exact.x.mean"), Some(1.0), "what is good holds");
    assert_eq!(stage.fragment(), "#mu=1&seed=7");
    assert_eq!(attribute(&stage.element("#notice"), "role"), "status");

    stage.go_to("p=0.5&seed=7");
    until_p_is(&stage, 0.5).await;
    assert_eq!(stage.text("#notice"), "");
}

#[wasm_bindgen_test]
async fn a_fragment_of_nonsense_is_no_obstacle_at_the_start() {
    let stage = Stage::new("p=NaN&&=&%F0%9F&n=-1&seed=x&input=&scale=__proto__").await;
    stage.until_run_is("done").await;
    assert_eq!(stage.value("exact.d.zeros"), Some(0.3));
    let notice = stage.text("#notice");
    for key in ["p=NaN", "n=-1", "seed=x", "input=", "scale=__proto__"] {
        assert!(notice.contains(&format!("“{key}”")), "{key}: {notice}");
    }
}

#[wasm_bindgen_test]
async fn unknown_keys_of_the_fragment_are_kept() {
    let stage = Stage::new("lang=fr&p=0.1&seed=7&note").await;
    assert_eq!(stage.text("#notice"), "");
    stage.enter(MEAN, "2");
    stage.finish(MEAN);
    assert_eq!(stage.fragment(), "#p=0.1&mu=2&seed=7&lang=fr&note");
}

#[wasm_bindgen_test]
async fn a_link_within_the_page_leaves_the_settings_alone() {
    let stage = Stage::new("p=0.5&seed=7").await;
    stage.click("a.skip");
    let goes = || stage.window.scroll_y().is_ok_and(|y| y > 100.0);
    stage.until("it goes there", goes).await;
    stage
        .until("the fragment is that of the settings again", || {
            stage.fragment() == "#p=0.5&seed=7"
        })
        .await;
    assert_eq!(stage.value("exact.d.zeros"), Some(0.5));
}

#[wasm_bindgen_test]
async fn a_seed_is_drawn_and_shown_where_none_is_given() {
    let stage = Stage::new("").await;
    let seed = stage.input("input[data-setting=seed]").value();
    assert!(seed.parse::<u64>().is_ok(), "{seed}");
    assert_eq!(stage.fragment(), format!("#seed={seed}"));
    let other = Stage::new("").await;
    let other = other.input("input[data-setting=seed]").value();
    assert_ne!(other, seed, "one of 2⁶⁴ pairs of seeds are the same");
}

#[wasm_bindgen_test]
async fn back_and_forward_lead_through_the_changes() {
    let stage = Stage::new("seed=7").await;
    for value in ["0.5", "0.75"] {
        // A drag: many steps, one entry.
        stage.enter(SLIDER, "0.4");
        stage.enter(SLIDER, value);
        stage.finish(SLIDER);
    }
    let history = stage.window.history().expect("a window has one");
    assert_eq!(stage.fragment(), "#p=0.75&seed=7");
    history.back().expect("it is allowed");
    until_p_is(&stage, 0.5).await;
    assert_eq!(stage.input(SLIDER).value(), "0.5");
    history.back().expect("it is allowed");
    until_p_is(&stage, 0.3).await;
    history.forward().expect("it is allowed");
    until_p_is(&stage, 0.5).await;
    assert_eq!(stage.fragment(), "#p=0.5&seed=7");
}

#[wasm_bindgen_test]
async fn reset_keeps_the_seed_and_gives_the_other_defaults() {
    let stage = Stage::new("p=0.5&mu=3&scale=none&seed=7&theme=dark&lang=fr").await;
    stage.click("button[data-action=reset]");
    until_p_is(&stage, 0.3).await;
    stage.until_run_is("done").await;
    assert_eq!(stage.fragment(), "#seed=7&theme=dark&lang=fr");
    assert_eq!(stage.value("exact.x.mean"), Some(0.0));
    assert!(stage.input("input[name=scale][value=inverted]").checked());
}

#[wasm_bindgen_test]
async fn numbers_in_the_text_are_buttons_that_set_them() {
    let stage = Stage::new("seed=7").await;
    for (set, ratio) in [("p=0.1", 1.054), ("p=0.25", 1.155), ("p=0.5", 1.414)] {
        stage.click(&format!("button[data-set='{set}']"));
        let what = format!("{set} gives {ratio}");
        let shown = || stage.value("exact.ratio.std");
        stage
            .until(&what, || {
                shown().is_some_and(|it| (it - ratio).abs() < 5e-4)
            })
            .await;
        assert_eq!(stage.fragment(), format!("#{set}&seed=7"));
    }
    stage.click("button[data-set='scale=sqrt']");
    stage
        .until("division by the root keeps the std", || {
            (stage.value("exact.ratio.std")).is_some_and(|it| (it - 1.0).abs() < 1e-12)
        })
        .await;
}
