//! The section on training: its run, its buttons, its figure and its table.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, attribute};

const READER: &str = "#figure-training .reader";

fn state(stage: &Stage) -> String {
    attribute(&stage.element("#training"), "data-training")
}

async fn until_state(stage: &Stage, expected: &str) {
    let what = format!("training is {expected}");
    stage.until(&what, || state(stage) == expected).await;
}

/// The rows of the table, cell by cell.
fn rows(stage: &Stage) -> Vec<Vec<String>> {
    let rows = stage.all("#figure-training .data tr");
    let cells = |row: &web_sys::Element| {
        let cells = row.query_selector_all("th, td").expect("a selector");
        (0..cells.length())
            .filter_map(|index| cells.get(index)?.text_content())
            .collect()
    };
    rows.iter().skip(1).map(cells).collect()
}

/// How many networks of the first rule are at their end.
fn trained(stage: &Stage) -> usize {
    let rows = rows(stage);
    rows.first()
        .and_then(|row| row[1].parse().ok())
        .unwrap_or(0)
}

fn act(stage: &Stage, action: &str) {
    stage.click(&format!("button[data-action={action}]"));
}

/// The loss without dropout, read at a place of the figure.
fn loss_at(stage: &Stage, place: u32) -> f64 {
    stage.enter(READER, &place.to_string());
    let words = attribute(&stage.element(READER), "aria-valuetext");
    let value = words.split("no dropout ").nth(1);
    let value = value.and_then(|rest| rest.split(';').next());
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("no loss in {words:?}"))
}

#[wasm_bindgen_test]
async fn networks_are_trained_while_the_page_goes_on() {
    let stage = Stage::new("seed=7&p=0.25").await;
    stage.element("#figure-training").scroll_into_view();
    until_state(&stage, "idle").await;
    act(&stage, "train");
    until_state(&stage, "running").await;
    stage
        .until("there is a table", || rows(&stage).len() == 9)
        .await;
    stage
        .until("a network is trained", || trained(&stage) > 0)
        .await;

    let [first, last] = [0, 14].map(|place| loss_at(&stage, place));
    assert!(last < 0.5 * first, "the loss goes from {first} to {last}");
    let row = &rows(&stage)[0];
    let accuracy: f64 = row[2]
        .split(' ')
        .next()
        .unwrap_or("")
        .parse()
        .unwrap_or(0.0);
    assert!((90.0..100.0).contains(&accuracy), "{row:?}");

    // What is set meanwhile changes nothing in it.
    stage.enter("input[type=range][data-setting=p]", "0.6");
    stage.finish("input[type=range][data-setting=p]");
    let caption = || stage.text("#figure-training .data caption");
    assert!(caption().contains("p = 0.25"), "{}", caption());

    act(&stage, "train-pause");
    until_state(&stage, "paused").await;
    assert!(stage.text("#training-state").contains("paused at"));
    assert_eq!(stage.text("button[data-action=train-pause]"), "Resume");
    act(&stage, "train-pause");
    until_state(&stage, "running").await;
    let before = trained(&stage);
    stage
        .until("another one is trained", || trained(&stage) > before)
        .await;
    act(&stage, "train-cancel");
    until_state(&stage, "cancelled").await;
    assert!(trained(&stage) > before, "what was trained stays");
    assert!(caption().contains("p = 0.25"));

    // Begun again, it is of the settings of now.
    act(&stage, "train");
    until_state(&stage, "running").await;
    stage
        .until("the results are new", || {
            trained(&stage) == 0 && caption().contains("p = 0.6")
        })
        .await;
    act(&stage, "train-cancel");
    until_state(&stage, "cancelled").await;
}

#[wasm_bindgen_test]
async fn without_digits_it_says_so() {
    let stage = Stage::new("seed=7").await;
    stage.run_script(
        "dropoutMoments.loadDigits = (then) => setTimeout(() => then('the network is down'))",
    );
    act(&stage, "train");
    until_state(&stage, "failed").await;
    let words = stage.text("#training-state");
    assert!(
        words.contains("can’t be loaded (the network is down)"),
        "{words}"
    );
    assert_eq!(stage.take_errors(), Vec::<String>::new());
}
