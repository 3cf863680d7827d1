//! The figure of two spirals: its network is trained where it is seen, and follows the settings.

use dropout_moments::scene::kept_together;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, attribute};

const READER: &str = "#figure-spirals .reader";
const CANCEL: &str = "button[data-action=cancel-learning]";
const LEARN: &str = "button[data-action=learn]";
const P: &str = "input[type=range][data-setting=p]";

fn words(stage: &Stage) -> String {
    stage.text("[data-sentence=spirals]")
}

async fn until_state(stage: &Stage, expected: &str) {
    let state = || attribute(&stage.element("#spirals-run"), "data-spirals");
    let what = format!("learning is {expected}");
    stage.until(&what, || state() == expected).await;
}

async fn until_words(stage: &Stage, start: &str) {
    let expected = kept_together(start);
    stage
        .until(start, || words(stage).starts_with(&expected))
        .await;
}

/// A stage that shows the figure.
async fn stage(fragment: &str) -> Stage {
    let stage = Stage::new(fragment).await;
    stage.element("#figure-spirals").scroll_into_view();
    stage
}

#[wasm_bindgen_test]
async fn it_learns_when_it_is_seen_and_again_with_other_settings() {
    let stage = Stage::new("p=0.5&seed=7").await;
    let state = attribute(&stage.element("#spirals-run"), "data-spirals");
    assert_eq!(state, "idle", "nobody has seen it");
    stage.element("#figure-spirals").scroll_into_view();
    until_state(&stage, "done").await;
    until_words(&stage, "Trained with p = 0.5 and the rule 1/(1−p), ").await;
    let label = attribute(&stage.element("#figure-spirals canvas"), "aria-label");
    assert_eq!(kept_together(&label), words(&stage));
    assert!(stage.text("#spirals-state").starts_with("100 epochs in "));
    assert!(stage.element(CANCEL).has_attribute("hidden"));
    assert!(!stage.element(LEARN).has_attribute("hidden"));

    stage.enter(READER, "2");
    let read = attribute(&stage.element(READER), "aria-valuetext");
    assert!(read.starts_with("mask 3: "), "{read}");

    stage.enter(P, "0.1");
    stage.finish(P);
    until_words(&stage, "Trained with p = 0.1 and the rule 1/(1−p), ").await;
    until_state(&stage, "done").await;
    assert_eq!(stage.take_errors(), Vec::<String>::new());
}

/// The same seed gives the same network, whoever trains it.
#[wasm_bindgen_test]
async fn without_workers_the_page_learns_the_same() {
    let learnt = async |stage: &Stage| {
        stage.element("#figure-spirals").scroll_into_view();
        until_state(stage, "done").await;
        until_words(stage, "Trained with p = 0.3").await;
        words(stage)
    };
    let with_workers = learnt(&Stage::new("seed=7").await).await;
    let stage = Stage::before_start("seed=7").await;
    stage.run_script("Worker = class { constructor() { throw new Error('no workers here'); } }");
    stage.start_as_usual().await.expect("the page starts");
    stage.until_error().await;
    assert_eq!(learnt(&stage).await, with_workers);
}

#[wasm_bindgen_test]
async fn a_cancelled_network_is_trained_anew_on_demand() {
    let stage = stage("seed=7").await;
    until_state(&stage, "running").await;
    stage.focus(CANCEL);
    stage.click(CANCEL);
    until_state(&stage, "cancelled").await;
    assert!(has_focus(&stage, LEARN));
    stage.click(LEARN);
    stage
        .until("the button that takes its place has the focus", || {
            has_focus(&stage, CANCEL)
        })
        .await;
    until_state(&stage, "done").await;
    assert!(has_focus(&stage, LEARN));
}

fn has_focus(stage: &Stage, selector: &str) -> bool {
    let element = stage.element(selector);
    let focused = element.owner_document().and_then(|it| it.active_element());
    focused == Some(element)
}
