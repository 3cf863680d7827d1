//! The section on training: its choices, its runs, its buttons, its figure and its tables.

use dropout_moments::network::{Comparison, Progress, Split};
use dropout_moments::settings::Settings;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::golden_training as golden;
use crate::stage::{Stage, attribute};

const READER: &str = "#figure-training .reader";
const SCORES: &str = "#training-scores";
const LAYERS: &str = "#training-layers";

/// Trained in a moment; nothing but p is the default.
const SMALL: &str = "seed=7&hidden=1&neurons=8&seeds=2&epochs=4";

fn state(stage: &Stage) -> String {
    attribute(&stage.element("#training"), "data-training")
}

async fn until_state(stage: &Stage, expected: &str) {
    let what = format!("training is {expected}");
    stage.until(&what, || state(stage) == expected).await;
}

/// The rows of a table, cell by cell.
fn rows_of(stage: &Stage, table: &str) -> Vec<Vec<String>> {
    let rows = stage.all(&format!("{table} tr"));
    let cells = |row: &web_sys::Element| {
        let cells = row.query_selector_all("th, td").expect("a selector");
        (0..cells.length())
            .filter_map(|index| cells.get(index)?.text_content())
            .collect()
    };
    rows.iter().skip(1).map(cells).collect()
}

fn rows(stage: &Stage) -> Vec<Vec<String>> {
    rows_of(stage, SCORES)
}

/// What a comparison measured, as the page shows it, each layer's units too.
async fn results(stage: &Stage, action: &str) -> [Vec<Vec<String>>; 2] {
    act(stage, action);
    // An earlier one may be done.
    stage.frame().await;
    until_state(stage, "done").await;
    stage
        .element(LAYERS)
        .toggle_attribute_with_force("open", true)
        .expect("it can be opened");
    stage
        .until("both tables are there", || {
            rows(stage).iter().all(|row| row[1] == "2") && !rows_of(stage, LAYERS).is_empty()
        })
        .await;
    [rows(stage), rows_of(stage, LAYERS)]
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
    let value = value.and_then(|rest| rest.split([';', ' ']).next());
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
    let caption = || stage.text("#training-scores caption");
    assert!(caption().contains("p = 0.25"), "{}", caption());
    let words = || stage.text("[data-sentence=training]");
    stage
        .until("the page says so", || {
            words().contains("another comparison")
        })
        .await;
    assert!(
        words().starts_with("Shown: p\u{a0}=\u{a0}0.25, 4 × 64 units"),
        "{}",
        words()
    );

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

/// Each choice is a setting, and the networks are those that it says.
#[wasm_bindgen_test]
async fn choices_change_what_is_trained() {
    let stage = Stage::new(SMALL).await;
    let [before, layers] = results(&stage, "train").await;
    assert_eq!(before.len(), 9);
    assert_eq!(layers.len(), 12);
    for (setting, value) in [
        ("neurons", "9"),
        ("norm", "batch"),
        ("optimizer", "momentum"),
        ("rates", "matched"),
        ("epochs", "3"),
    ] {
        let selector = format!("#training [data-setting={setting}]");
        stage.enter(&selector, value);
        stage.finish(&selector);
        assert!(stage.fragment().contains(&format!("{setting}={value}")));
        assert_eq!(rows(&stage), before, "{setting} changes what was trained");
    }
    let [after, _] = results(&stage, "train").await;
    let caption = stage.text("#training-scores caption");
    let expected = "2 seeds, 3 epochs";
    assert!(
        caption.contains("1 × 9 units, batch normalisation, SGD, matched rates"),
        "{caption}"
    );
    assert!(caption.ends_with(expected), "{caption}");
    // The batch normalisations are estimated anew, too.
    assert_eq!((before[0].len(), after[0].len()), (8, 11));
    assert!(after.iter().all(|row| row[8].contains(" ± ")), "{after:?}");

    // What is not allowed gives way to the nearest that is.
    stage.enter("#training [data-setting=hidden]", "9");
    stage.finish("#training [data-setting=hidden]");
    assert!(stage.text("#notice").contains("a whole number from 1 to 8"));
    assert!(stage.fragment().contains("hidden=8"));
}

/// The figure shows what is chosen, and so do its table and its words; nothing is trained anew.
#[wasm_bindgen_test]
async fn the_figure_follows_the_choice_of_curves() {
    let stage = Stage::new(SMALL).await;
    stage.element("#figure-training").scroll_into_view();
    let [trained, _] = results(&stage, "train").await;
    let label = || attribute(&stage.element("#figure-training canvas"), "aria-label");
    assert!(
        label().starts_with("validation loss, evaluated as it is"),
        "{}",
        label()
    );
    let data = stage.element("#figure-training .data");
    data.toggle_attribute_with_force("open", true)
        .expect("it can be opened");
    for (curve, mode, name, places) in [
        (
            "accuracy",
            "matching",
            "validation accuracy in %, evaluated × its factor",
            4,
        ),
        (
            "training-loss",
            "training",
            "training part’s loss, in training mode",
            4,
        ),
        (
            "std",
            "identity",
            "std, evaluated as it is ÷ that in training",
            2,
        ),
    ] {
        for (setting, value) in [("curve", curve), ("mode", mode)] {
            let selector = format!("#training [data-setting={setting}]");
            stage.enter(&selector, value);
            stage.finish(&selector);
        }
        stage.until(name, || label().starts_with(name)).await;
        stage
            .until("the table follows", || {
                let caption = stage.text("#figure-training .data caption");
                caption.starts_with(name)
                    && rows_of(&stage, "#figure-training .data").len() == places
            })
            .await;
    }
    assert_eq!(rows(&stage), trained);
}

/// A pause, or a change of the page meanwhile, leaves no trace in what is trained.
#[wasm_bindgen_test]
async fn a_pause_changes_no_bit() {
    let stage = Stage::new(&SMALL.replace("epochs=4", "epochs=30")).await;
    let whole = results(&stage, "train").await;
    let second = Stage::before_start(&SMALL.replace("epochs=4", "epochs=30")).await;
    second.run_script(
        "globalThis.answers = NaN;
        globalThis.Worker = class extends Worker {
            constructor(...how) {
                super(...how);
                this.addEventListener('message', () => {
                    answers += 1;
                    if (answers === 9) document.querySelector('button[data-action=train-pause]').click();
                });
            }
        };",
    );
    second.start_as_usual().await.expect("the page starts");
    second.until_run_is("done").await;
    second.run_script("answers = 0");
    act(&second, "train");
    until_state(&second, "paused").await;
    second.enter("input[type=range][data-setting=p]", "0.6");
    second.finish("input[type=range][data-setting=p]");
    let resumed = results(&second, "train-pause").await;
    assert_eq!(resumed, whole);
}

/// The long run says how long it takes, can be cancelled, and keeps what is trained.
#[wasm_bindgen_test]
async fn the_long_run_can_be_cancelled() {
    let stage = Stage::new(SMALL).await;
    let plan = || stage.text("#training-plan");
    stage
        .until("the plan is there", || {
            plan().contains("520 networks, about ")
        })
        .await;
    act(&stage, "train-long");
    until_state(&stage, "running").await;
    stage
        .until("all p are there", || {
            let rows = rows(&stage);
            rows.len() == 41 && rows.last().is_some_and(|row| row[2] != "0")
        })
        .await;
    act(&stage, "train-cancel");
    until_state(&stage, "cancelled").await;
    let kept = rows(&stage);
    stage.frame().await;
    assert_eq!(rows(&stage), kept);
    assert_eq!(stage.text("button[data-action=train]"), "Start again");
    let label = attribute(&stage.element("#figure-training canvas"), "aria-label");
    assert!(label.contains("against the p."), "{label}");
}

/// What is trained has the bits that the native program finds.
#[wasm_bindgen_test]
fn networks_have_the_golden_bits() {
    let digits = Split::digits(include_bytes!("../../www/digits.bin")).expect("the digits");
    let settings = Settings::from_fragment(golden::TRAINING).settings;
    let comparison = Comparison::new(&settings);
    let train = |number| {
        let mut progress = Progress::default();
        while progress.end.is_none() {
            progress = comparison.go_on(number, &progress, &digits);
        }
        progress
    };
    let networks: Vec<_> = (0..comparison.networks()).map(train).collect();
    assert_eq!(golden::digest(&networks), golden::TRAINED);
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
