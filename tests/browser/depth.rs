//! The section on depth: its controls, its figure, its table and its simulation.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, attribute};

const SIMULATE: &str = "button[data-action=simulate]";
const CANCEL: &str = "button[data-action=cancel-simulation]";

async fn until_simulation_is(stage: &Stage, state: &str) {
    stage
        .until(&format!("the simulation is {state}"), || {
            attribute(&stage.element("#simulation"), "data-simulation") == state
        })
        .await;
}

/// A stage that shows the section.
async fn stage(fragment: &str) -> Stage {
    let stage = Stage::new(fragment).await;
    stage.element("#depth").scroll_into_view();
    stage
}

fn cells(stage: &Stage) -> Vec<String> {
    let cells = stage.all("#figure-depth .data td, #figure-depth .data tbody th");
    cells
        .iter()
        .filter_map(|cell| cell.text_content())
        .collect()
}

#[wasm_bindgen_test]
async fn a_simulation_starts_by_itself_and_lies_beside_the_theory() {
    let stage = stage("seed=7&width=1024&layers=4").await;
    until_simulation_is(&stage, "done").await;
    let state = stage.text("#simulation-state");
    assert!(state.starts_with("4 layers of 256 in "), "{state}");
    stage
        .until("the caption says so", || {
            stage
                .text("[data-sentence=simulation]")
                .contains("256 units a layer")
        })
        .await;
    stage
        .element("#figure-depth .data")
        .set_attribute("open", "")
        .expect("it can be opened");
    stage
        .until("the table is there", || !cells(&stage).is_empty())
        .await;
    let cells = cells(&stage);
    assert_eq!(cells.len(), 5 * 15);
    // 0.7^(-1/2) after one layer, and 0.7^-2 after four.
    assert_eq!(
        [&cells[15], &cells[60], &cells[63]],
        ["1.195", "2.041", "1"]
    );
    let simulated: f64 = cells[61].parse().expect("it is a number");
    let errors: f64 = cells[62].parse().expect("it is a number");
    assert!(
        (simulated - 2.041).abs() < 2.2 * errors,
        "{simulated} ± {errors}"
    );

    stage.click(SIMULATE);
    stage
        .until("the full width is simulated", || {
            stage
                .text("#simulation-state")
                .starts_with("4 layers of 1024 in ")
        })
        .await;
}

/// The same seed gives the same figures, whoever computes them.
#[wasm_bindgen_test]
async fn without_workers_the_page_simulates_the_same() {
    let fragment = "seed=7&width=64&layers=3";
    let dots = async |stage: &Stage| {
        stage.element("#depth").scroll_into_view();
        until_simulation_is(stage, "done").await;
        stage
            .element("#figure-depth .data")
            .set_attribute("open", "")
            .expect("it can be opened");
        stage
            .until("the simulation is in the table", || {
                cells(stage).len() == 4 * 15
            })
            .await;
        cells(stage)
    };
    let with_workers = dots(&Stage::new(fragment).await).await;
    let stage = Stage::before_start(fragment).await;
    stage.run_script("Worker = class { constructor() { throw new Error('no workers here'); } }");
    stage.start_as_usual().await.expect("the page starts");
    let error = stage.until_error().await;
    assert!(error.contains("no workers here"), "{error}");
    assert_eq!(dots(&stage).await, with_workers);
}

#[wasm_bindgen_test]
async fn the_parts_of_a_worker_that_dies_are_simulated_by_another() {
    let stage = Stage::before_start("seed=7&width=64&layers=3").await;
    stage.run_script(
        "Worker = class extends Worker {
            postMessage(message) {
                if (message[0] === 2 && !globalThis.hasDied) {
                    globalThis.hasDied = true;
                    setTimeout(() => this.dispatchEvent(new ErrorEvent('error')));
                } else {
                    super.postMessage(message);
                }
            }
        }",
    );
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    stage.element("#depth").scroll_into_view();
    until_simulation_is(&stage, "done").await;
    assert_eq!(stage.run_script("hasDied"), true);
}

#[wasm_bindgen_test]
async fn a_large_simulation_can_be_cancelled_by_keyboard() {
    let stage = stage("seed=7&width=1024&layers=50").await;
    until_simulation_is(&stage, "done").await;
    stage.click(SIMULATE);
    stage
        .until("it can be cancelled", || {
            !stage.element(CANCEL).has_attribute("hidden")
        })
        .await;
    stage.focus(CANCEL);
    stage.click(CANCEL);
    until_simulation_is(&stage, "cancelled").await;
    assert!(stage.element(CANCEL).has_attribute("hidden"));
    let has_focus = "document.activeElement.dataset.action === 'simulate'";
    assert_eq!(stage.run_script(has_focus), true, "the focus is not lost");
    // The next one is not held up.
    stage.enter("#depth input[type=number][data-setting=layers]", "1");
    stage.finish("#depth input[type=number][data-setting=layers]");
    until_simulation_is(&stage, "done").await;
    assert!(
        stage
            .text("#simulation-state")
            .starts_with("1 layers of 256")
    );
}

#[wasm_bindgen_test]
async fn the_controls_set_the_network_and_refuse_what_is_none() {
    let stage = stage("seed=7").await;
    let layers = "#depth input[type=number][data-setting=layers]";
    stage.enter(layers, "5");
    stage.finish(layers);
    stage
        .until("the table follows", || {
            stage
                .value("depth.he.training")
                .is_some_and(|std| (std - 0.7_f64.powf(-2.5)).abs() < 1e-9)
        })
        .await;
    assert_eq!(
        stage.value("depth.corrected.training").map(f64::round),
        Some(1.0)
    );
    assert!(
        stage.fragment().contains("layers=5"),
        "{}",
        stage.fragment()
    );
    for (input, value, says, nearest) in [
        (layers, "51", "whole number from 1 to 50", "50"),
        (
            "#depth input[type=number][data-setting=width]",
            "5000",
            "from 64 to 1024",
            "1024",
        ),
    ] {
        stage.enter(input, value);
        stage.finish(input);
        stage
            .until("it says why not", || stage.text("#notice").contains(says))
            .await;
        assert!(
            stage
                .text("#notice")
                .contains(&format!("is now {nearest}.")),
            "{}",
            stage.text("#notice")
        );
    }
    stage.click("#depth [data-set^=activation]");
    stage
        .until("all three are set", || {
            ["activation=selu", "init=lecun", "scale=alpha"]
                .iter()
                .all(|pair| stage.fragment().contains(pair))
        })
        .await;
    stage
        .until("the fixed point is shown", || {
            stage.text("[data-sentence=depth]").contains("the same")
        })
        .await;
}

#[wasm_bindgen_test]
async fn arrow_keys_read_the_layers() {
    let stage = stage("seed=7&p=0.5&layers=4").await;
    until_simulation_is(&stage, "done").await;
    let reader = "#figure-depth .reader";
    stage
        .until("it can be read", || stage.input(reader).max() == "4")
        .await;
    stage.enter(reader, "2");
    let words = attribute(&stage.element(reader), "aria-valuetext");
    assert!(words.starts_with("Layer 2: std in training 2, "), "{words}");
    assert!(
        words.contains("simulated") && words.contains("correlation 0.53"),
        "{words}"
    );
}

#[wasm_bindgen_test]
async fn the_shift_in_front_of_a_batch_normalisation_is_exact_and_measured() {
    let stage = stage("seed=7&input=relu&p=0.5").await;
    stage.until_run_is("done").await;
    stage
        .until("it was measured", || {
            stage.value("shift.measured").is_some()
        })
        .await;
    let value = |name| stage.value(name).expect("it is defined");
    let [exact, measured, error] = ["shift.exact", "shift.measured", "shift.stderr"].map(value);
    assert!((exact - 0.405_360_124_446).abs() < 1e-9, "{exact}");
    assert!(
        (measured - exact).abs() < 4.5 * error,
        "{measured} {exact} {error}"
    );
    assert!(error < 1e-2);
}
