//! The section on the rules: its tables, its figure, and the reader's own data.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlCanvasElement, HtmlTextAreaElement};

use crate::stage::{Stage, attribute};

const RULES: [&str; 5] = ["none", "inverted", "sqrt", "gaussian", "alpha"];

/// Waits until every rule has been measured.
async fn until_measured(stage: &Stage) {
    stage
        .until("all rules are measured", || {
            stage.value("rules.alpha.measured.mean").is_some()
        })
        .await;
}

fn read(stage: &Stage, text: &str) {
    let field: HtmlTextAreaElement = stage.element("#data-text").unchecked_into();
    field.set_value(text);
    stage.click("button[data-action=use-text]");
}

async fn until_read(stage: &Stage) {
    stage
        .until("the data are read", || {
            attribute(&stage.element("#data-state"), "data-state") == "done"
        })
        .await;
}

/// Chooses a file with these bytes, as its reader does.
fn choose(stage: &Stage, bytes: &[u8]) {
    let file = stage.run_script(
        "(bytes) => { const transfer = new DataTransfer(); \
         transfer.items.add(new File([bytes], 'data.csv')); \
         const input = document.getElementById('data-file'); \
         input.files = transfer.files; \
         input.dispatchEvent(new Event('change')); }",
    );
    let file: js_sys::Function = file.unchecked_into();
    file.call1(&JsValue::UNDEFINED, &Uint8Array::from(bytes))
        .expect("a file can be chosen");
}

#[wasm_bindgen_test]
async fn every_rule_is_measured_beside_its_exact_values() {
    let stage = Stage::new("seed=7&mu=1").await;
    stage.element("#rules").scroll_into_view();
    until_measured(&stage).await;
    for rule in RULES {
        for name in [
            "mean",
            "std",
            "second-moment",
            "skewness",
            "kurtosis",
            "zeros",
        ] {
            let value = |kind: &str| stage.value(&format!("rules.{rule}.{kind}.{name}"));
            let exact = value("exact").expect("it is defined");
            let error = value("stderr").expect("it is defined");
            let measured = value("measured").expect("it was measured");
            assert!(
                (measured - exact).abs() <= 4.5 * error + 1e-6,
                "{rule} {name}: {measured}, exact {exact} ± {error}"
            );
        }
    }
    // What was measured with other settings is not shown.
    stage.enter("input[type=number][data-setting=p]", "0.5");
    stage
        .until("it is forgotten", || {
            stage.value("rules.alpha.measured.mean").is_none()
        })
        .await;
    stage.finish("input[type=number][data-setting=p]");
    until_measured(&stage).await;
    let zeros = stage
        .value("rules.sqrt.measured.zeros")
        .expect("it was measured");
    assert!((zeros - 0.5).abs() < 0.003, "{zeros}");
}

#[wasm_bindgen_test]
async fn the_name_of_a_rule_sets_it_for_the_page() {
    let stage = Stage::new("seed=7").await;
    for rule in RULES {
        let button = format!("tr[data-rule={rule}] button");
        stage.click(&button);
        stage
            .until(rule, || {
                attribute(&stage.element(&button), "aria-pressed") == "true"
            })
            .await;
        assert!(
            stage
                .input(&format!("input[name=scale][value={rule}]"))
                .checked()
        );
        let exact = stage.value(&format!("rules.{rule}.exact.std"));
        assert_eq!(stage.value("exact.d.std"), exact, "{rule}");
        let pressed = stage
            .document
            .query_selector_all("#rules [aria-pressed=true]");
        assert_eq!(pressed.expect("it can be read").length(), 2, "one a table");
    }
}

#[wasm_bindgen_test]
async fn yes_and_no_follow_the_settings_and_are_never_three() {
    let stage = Stage::new("seed=7&p=0.5").await;
    let keeps = |rule: &str, what: &str| {
        let output = format!("output[data-quantity='keeps.{rule}.{what}']");
        (
            stage.text(&output),
            stage.value(&format!("keeps.{rule}.{what}")),
        )
    };
    assert_eq!(
        keeps("inverted", "std"),
        ("no: +41.4 %".to_owned(), Some(0.0))
    );
    assert_eq!(
        keeps("sqrt", "std"),
        ("yes: the mean is 0".to_owned(), Some(1.0))
    );
    for fragment in [
        "p=0.5&mu=1",
        "p=0.5&input=relu",
        "p=0.1&scale=alpha",
        "p=0.9&input=ones",
    ] {
        stage.go_to(&format!("{fragment}&seed=7"));
        stage
            .until(fragment, || keeps("inverted", "std").0 != "no: +41.4 %")
            .await;
        for rule in RULES {
            let sum: f64 = ["mean", "std", "unit"]
                .map(|it| keeps(rule, it).1.unwrap_or(9.0))
                .iter()
                .sum();
            assert!(sum < 3.0, "{fragment}, {rule}");
        }
        stage.go_to("p=0.5&seed=7");
        stage
            .until("back again", || keeps("inverted", "std").0 == "no: +41.4 %")
            .await;
    }
}

#[wasm_bindgen_test]
async fn the_figure_shows_and_tells_every_rule() {
    let stage = Stage::new("seed=7&embed=rules&p=0.5").await;
    let canvas: HtmlCanvasElement = stage.element("#figure-rules canvas").unchecked_into();
    let picture = || canvas.to_data_url().expect("it can be read");
    assert!(canvas.client_height() > 300, "only this figure is shown");
    let hidden: HtmlCanvasElement = stage.element("#figure-density canvas").unchecked_into();
    assert_eq!(hidden.client_height(), 0);
    let label = attribute(&canvas, "aria-label");
    assert!(
        label.contains("1/√(1−p): std 1.00, mean 0, 50 % are exactly 0."),
        "{label}"
    );
    let before = picture();
    stage.enter("input[type=range][data-setting=mu]", "2");
    stage
        .until("it is drawn anew", || picture() != before)
        .await;
    assert!(attribute(&canvas, "aria-label").contains("mean 2"));
}

#[wasm_bindgen_test]
async fn pasted_numbers_become_the_input() {
    let stage = Stage::new("seed=7&p=0.5").await;
    read(&stage, "activation\n0 0\n1, 3\n<b>x</b>");
    until_read(&stage).await;
    stage.until_run_is("done").await;
    stage
        .until("the data are shown", || {
            stage.value("exact.x.mean") == Some(1.0)
        })
        .await;
    assert_eq!(
        stage.text("#data-state"),
        "4 numbers from 2 rows: mean 1, std 1.2247, 50 % exact zeros."
    );
    let report = stage.text("#data-report");
    assert!(report.contains("2 rows are left out."), "{report}");
    assert!(
        report.contains("Line 4: “<b>x</b>” is not a number."),
        "{report}"
    );
    assert_eq!(stage.fragment(), "#p=0.5&input=custom&seed=7");
    assert!(stage.input("input[name=input][value=custom]").checked());
    stage.until_run_is("done").await;
    // E x² = 10/4, so Var d = 2·10/4 - 1.
    let std = stage.value("exact.d.std").expect("it has one");
    assert!((std - 2.0).abs() < 1e-12, "{std}");
    let zeros = stage.value("measured.d.zeros").expect("it was measured");
    assert!((zeros - 0.75).abs() < 0.003, "{zeros}");
    for name in ["x.mean", "x.std", "d.mean", "d.std", "ratio.std", "d.zeros"] {
        let z = stage.value(&format!("z.{name}")).expect("it was measured");
        assert!(z.abs() < 4.5, "{name}: {z}");
    }
    // The table of the rules, too, is of these data.
    stage.element("#rules").scroll_into_view();
    until_measured(&stage).await;
    let zeros = stage
        .value("rules.inverted.measured.zeros")
        .expect("it was measured");
    assert!((zeros - 0.75).abs() < 0.003, "{zeros}");
    // They stay when another input is chosen, and after a reset.
    stage.click("button[data-action=reset]");
    stage
        .until("the input is normal", || {
            stage.value("exact.x.mean") == Some(0.0)
        })
        .await;
    stage.click("input[name=input][value=custom]");
    stage
        .until("the data are back", || {
            stage.value("exact.x.mean") == Some(1.0)
        })
        .await;
}

#[wasm_bindgen_test]
async fn files_that_hold_nothing_are_refused_in_words_and_change_nothing() {
    let stage = Stage::new("seed=7").await;
    for (bytes, message) in [
        (&b""[..], "There is no number in it that can be used."),
        (
            b"\x7fELF\0\0",
            "This is not a text: there are zero bytes in it.",
        ),
        (
            b"\xff\xfe1\0",
            "This text is in UTF-16. Save it as UTF-8, or paste it.",
        ),
        (b"\xe9t\xe9\n", "There is no number in it that can be used."),
    ] {
        choose(&stage, bytes);
        until_read(&stage).await;
        stage
            .until(message, || stage.text("#data-state") == message)
            .await;
        assert_eq!(stage.value("exact.x.mean"), Some(0.0));
        assert_eq!(stage.fragment(), "#seed=7");
    }
    assert!(stage.text("#data-report").contains("“été” is not a number"));
    // Larger than a slice, with a row across its edge.
    let rows = b"1.25,-3.5\r\n".repeat(150_000);
    choose(&stage, &rows);
    stage
        .until("all of it is read", || {
            stage
                .text("#data-state")
                .starts_with("300\u{202f}000 numbers from 150\u{202f}000 rows")
        })
        .await;
    stage
        .until("it is shown", || {
            stage.value("exact.x.mean") == Some(-1.125)
        })
        .await;
}

#[wasm_bindgen_test]
async fn a_link_without_the_data_falls_back_and_says_so() {
    let stage = Stage::new("seed=7&input=custom").await;
    let notice = stage.text("#notice");
    assert!(notice.contains("Used instead: normal."), "{notice}");
    assert_eq!(stage.fragment(), "#seed=7");
    stage.until_run_is("done").await;
    // As those press it who use no pointer and no keys: what had the focus is told that it loses it.
    stage.focus("#figure-ratio .reader");
    stage.click("input[name=input][value=custom]");
    let notice = stage.text("#notice");
    assert!(notice.contains("Give your own data first"), "{notice}");
    stage
        .until("the field of the data has the focus", || {
            let focused = stage.document.active_element();
            focused.is_some_and(|it| it.id() == "data-text")
        })
        .await;
    stage
        .until("the input is as it was", || {
            stage.input("input[name=input][value=normal]").checked()
        })
        .await;
    assert_eq!(stage.fragment(), "#seed=7");
}
