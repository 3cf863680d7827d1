//! While the settings change, only what is in view follows; once they have settled, all does.

use dropout_moments::settings::{Figure, Named as _};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, attribute};

const SLIDER: &str = "input[type=range][data-setting=p]";

/// What a section says to eyes and ears: its text, and the words of its figures.
fn says(stage: &Stage, section: &str) -> String {
    let mut words = stage.text(section);
    for canvas in stage.all(&format!("{section} canvas")) {
        words += &attribute(&canvas, "aria-label");
    }
    words
}

/// Drags p a step, and waits until the answer has followed.
async fn drag_to(stage: &Stage, p: f64) {
    stage.enter(SLIDER, &p.to_string());
    let shown = format!("p = {p:.2}");
    stage
        .until(&shown, || stage.text("#answer").contains(&shown))
        .await;
}

#[wasm_bindgen_test]
async fn a_section_out_of_view_waits_until_a_drag_has_settled() {
    let stage = Stage::new("mu=1&seed=7&p=0.2").await;
    stage.until_run_is("done").await;
    let before = ["#why", "#rules"].map(|it| says(&stage, it));
    for percent in 21..60 {
        drag_to(&stage, f64::from(percent) / 100.0).await;
        for (section, before) in ["#why", "#rules"].into_iter().zip(&before) {
            assert!(says(&stage, section) == *before, "{section} at {percent} %");
        }
    }
    // Nobody lets go: it settles by itself.
    stage
        .until("the derivation follows", || {
            stage.value("given.drop") == Some(0.59)
        })
        .await;
    let ratio = stage.value("exact.ratio.std");
    assert_eq!(stage.value("derived.ratio"), ratio);
    assert_eq!(stage.value("rules.inverted.exact.zeros"), Some(0.59));
    assert!(stage.text("#code-numpy").contains("10**7, 0.59"));
    let summary =
        |figure: &str| attribute(&stage.element(&format!("{figure} canvas")), "aria-label");
    assert!(summary("#figure-rules").contains("59 % are exactly 0"));
    let whole = says(&stage, "#why");
    assert!(whole != before[0]);
    // What is written when a drag settles is what is written where it is seen.
    stage.element("#why").scroll_into_view();
    drag_to(&stage, 0.7).await;
    drag_to(&stage, 0.59).await;
    assert!(says(&stage, "#why") == whole);
}

/// Whatever is in view says the same in each frame, also what has just come into view.
#[wasm_bindgen_test]
async fn a_section_that_comes_into_view_in_a_drag_follows_it() {
    let stage = Stage::new("seed=7&p=0.2").await;
    stage.until_run_is("done").await;
    drag_to(&stage, 0.3).await;
    assert_eq!(stage.value("given.drop"), Some(0.2));
    stage.element("#why").scroll_into_view();
    for percent in 31..40 {
        let p = f64::from(percent) / 100.0;
        drag_to(&stage, p).await;
        stage
            .until("the derivation follows", || {
                stage.value("given.drop") == Some(p)
            })
            .await;
    }
    // The rules are still further down.
    assert_eq!(stage.value("rules.inverted.exact.zeros"), Some(0.2));
}

/// In a section that is longer than the window, a table waits, too.
#[wasm_bindgen_test]
async fn a_table_out_of_view_waits_in_a_section_in_view() {
    let stage = Stage::new("seed=7&p=0.2").await;
    stage.until_run_is("done").await;
    let keeps = "[data-quantity='keeps.inverted.std']";
    let zeros = "rules.inverted.exact.zeros";
    stage.element("#rules .keeps").scroll_into_view();
    for percent in 21..40 {
        let before = stage.text(keeps);
        drag_to(&stage, f64::from(percent) / 100.0).await;
        stage
            .until("the table in view follows", || stage.text(keeps) != before)
            .await;
        assert_eq!(stage.value(zeros), Some(0.2), "at {percent} %");
    }
    stage.element("#rules .numbers").scroll_into_view();
    let drag_until_it_follows = async |percent: u32| {
        let p = f64::from(percent) / 100.0;
        drag_to(&stage, p).await;
        stage
            .until("the table that came into view follows", || {
                stage.value(zeros) == Some(p)
            })
            .await;
    };
    // The browser may report what is in view a frame late; from then on, the other table waits.
    drag_until_it_follows(40).await;
    let left = stage.text(keeps);
    for percent in 41..60 {
        drag_until_it_follows(percent).await;
    }
    assert_eq!(stage.text(keeps), left);
    stage
        .until("all follows", || stage.text(keeps) != left)
        .await;
}

/// Paper has all of the page, even in the middle of a drag.
#[wasm_bindgen_test]
async fn what_is_printed_is_whole() {
    let stage = Stage::new("seed=7&p=0.2").await;
    stage.until_run_is("done").await;
    drag_to(&stage, 0.3).await;
    assert_eq!(stage.value("given.drop"), Some(0.2));
    let drawn = |figure: &str| {
        let canvas = stage.element(&format!("#figure-{figure} canvas"));
        canvas.has_attribute("data-drawn")
    };
    assert!(!drawn("rules") && !drawn("mask"), "nobody has seen them");
    stage.run_script("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(stage.value("given.drop"), Some(0.3));
    assert_eq!(stage.value("rules.inverted.exact.zeros"), Some(0.3));
    // Training has nothing to draw before somebody starts it.
    let figures = Figure::NAMES.iter().map(|(name, _)| *name);
    for figure in figures.filter(|it| *it != "training") {
        assert!(drawn(figure), "{figure}");
    }
    // Afterwards, only what is in view follows again.
    stage.run_script("dispatchEvent(new Event('afterprint'))");
    drag_to(&stage, 0.4).await;
    assert_eq!(stage.value("given.drop"), Some(0.3));
}
