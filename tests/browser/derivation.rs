//! The derivation: its steps, its symbols, its numbers, and both notations.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};

use crate::stage::{Stage, attribute};

const SLIDER: &str = "input[type=range][data-setting=p]";
const NUMBER: &str = "input[type=number][data-setting=p]";

/// Which steps are open.
fn open(stage: &Stage) -> Vec<bool> {
    stage
        .all(".steps details")
        .iter()
        .map(|step| step.has_attribute("open"))
        .collect()
}

/// The text of the page that can be seen.
fn seen(stage: &Stage) -> String {
    let main: HtmlElement = stage.element("main").unchecked_into();
    main.inner_text()
}

/// What the page is, but for the values in its inputs.
fn markup(stage: &Stage) -> String {
    stage.element("main").outer_html()
}

fn is_shown(element: &Element) -> bool {
    let element: &HtmlElement = element.unchecked_ref();
    element.offset_width() > 0
}

fn picture(stage: &Stage) -> String {
    let canvas: HtmlCanvasElement = stage.element("#figure-variance canvas").unchecked_into();
    canvas.to_data_url().expect("the canvas is ours")
}

/// The same once the figure is in view, as only then it is drawn.
fn drawn(stage: &Stage) -> String {
    stage.element("#figure-variance").scroll_into_view();
    picture(stage)
}

fn notation(stage: &Stage, name: &str) {
    stage.click(&format!("input[data-setting=notation][value={name}]"));
}

async fn until_notation_is(stage: &Stage, name: &str) {
    stage
        .until(name, || {
            attribute(&stage.element("html"), "data-notation") == name
        })
        .await;
}

#[wasm_bindgen_test]
async fn steps_are_readable_before_anything_runs() {
    let stage = Stage::before_start("").await;
    assert_eq!(open(&stage), [true; 8]);
    for step in stage.all(".steps .formula") {
        assert!(is_shown(&step));
    }
    // What does nothing without scripts is not there.
    for button in stage.all(".step-tools, .symbols, .drawn button") {
        assert!(!is_shown(&button));
    }
    assert!(!is_shown(&stage.element(".steps .in-keep")));
}

#[wasm_bindgen_test]
async fn steps_open_and_close_all_and_one_at_a_time() {
    let stage = Stage::new("seed=7").await;
    assert_eq!(open(&stage), [true; 8]);
    stage.click("[data-steps=none]");
    assert_eq!(open(&stage), [false; 8]);
    stage.click("[data-steps=all]");
    assert_eq!(open(&stage), [true; 8]);

    stage.click("[data-steps=one]");
    let only = |index: usize| std::array::from_fn::<bool, 8, _>(|step| step == index);
    assert_eq!(open(&stage), only(0));
    stage.focus(".steps summary");
    for index in 1..8 {
        stage.press("ArrowDown");
        stage
            .until("only the next step is open", || open(&stage) == only(index))
            .await;
    }
    // There is none after the last.
    stage.press("ArrowDown");
    stage.frame().await;
    assert_eq!(open(&stage), only(7));
    stage.press("ArrowUp");
    stage
        .until("the step before is open", || open(&stage) == only(6))
        .await;

    stage.click("[data-steps=all]");
    assert_eq!(open(&stage), [true; 8]);
    // Here the arrows only move the focus.
    stage.focus(".steps summary");
    stage.press("ArrowDown");
    let focused = stage.document.active_element().expect("something has it");
    assert_eq!(
        focused.text_content(),
        Some("A mask is its own square".to_owned())
    );
    assert_eq!(open(&stage), [true; 8]);
}

/// By keyboard, by pointer and by press: the symbol, its control and its part of the figure.
#[wasm_bindgen_test]
async fn symbols_light_up_wherever_they_stand() {
    let stage = Stage::new("mu=1&seed=7&theme=light").await;
    stage.until_run_is("done").await;
    stage.element("#figure-variance").scroll_into_view();
    stage
        .until("the figure is drawn", || picture(&stage).len() > 5000)
        .await;
    let lit = || attribute(&stage.element("html"), "data-lit");
    let is_lit = |selector: &str| {
        let element = stage.element(selector);
        let style = stage.window.get_computed_style(&element);
        let style = style.expect("it can be read").expect("it has one");
        style
            .get_property_value("outline-color")
            .expect("it has one")
            == "rgb(176, 125, 0)"
            && style
                .get_property_value("outline-style")
                .expect("it has one")
                == "solid"
    };
    let unlit = picture(&stage);
    for (symbol, elsewhere) in [
        ("p", ".control[data-symbol=p]"),
        ("mu", ".control[data-symbol=mu]"),
        ("sigma", ".control[data-symbol=sigma]"),
        ("extra", "output[data-quantity='derived.extra']"),
    ] {
        stage.focus(&format!("button[data-symbol={symbol}]"));
        assert_eq!(lit(), symbol);
        assert!(
            is_lit(&format!(".formula [data-symbol={symbol}]")),
            "{symbol}"
        );
        assert!(is_lit(elsewhere), "{symbol} at {elsewhere}");
        stage
            .until("the figure lights up", || drawn(&stage) != unlit)
            .await;
        stage.focus("[data-steps=all]");
        assert_eq!(lit(), "", "the focus has gone");
        stage
            .until("the figure is as it was", || drawn(&stage) == unlit)
            .await;
    }

    let over = |selector: &str, kind: &str| {
        stage.run_script(&format!(
            "document.querySelector(\"{selector}\").dispatchEvent(new PointerEvent('{kind}', {{bubbles: true}}))"
        ));
    };
    over(".formula [data-symbol=mu]", "pointerover");
    assert_eq!(lit(), "mu");
    over(".formula [data-symbol=mu]", "pointerout");
    assert_eq!(lit(), "");

    // A press holds it, while the pointer goes elsewhere and back.
    let button = "button[data-symbol=sigma]";
    stage.click(button);
    assert_eq!(attribute(&stage.element(button), "aria-pressed"), "true");
    over(".formula [data-symbol=mu]", "pointerover");
    assert_eq!(lit(), "mu");
    over(".formula [data-symbol=mu]", "pointerout");
    assert_eq!(lit(), "sigma");
    stage.click(button);
    assert_eq!(attribute(&stage.element(button), "aria-pressed"), "false");
    assert_eq!(lit(), "");
}

/// In each frame of a drag the control, the sentences, the steps and the table say the same.
#[wasm_bindgen_test]
async fn text_and_controls_agree_in_every_frame_of_a_drag() {
    let stage = Stage::new("mu=1&sigma=2&seed=7").await;
    // Only what is in view follows a drag: here, all of the page is.
    stage.see_all().await;
    for (index, percent) in (5..=95)
        .step_by(5)
        .chain((10..95).step_by(7).rev())
        .enumerate()
    {
        if index % 10 == 5 {
            notation(&stage, if index == 5 { "keep" } else { "drop" });
            stage.frame().await;
        }
        let p = f64::from(percent) / 100.0;
        stage.enter(SLIDER, &p.to_string());
        stage.frame().await;
        stage.frame().await;
        assert_eq!(stage.input(NUMBER).value(), p.to_string());
        assert_eq!(stage.input(SLIDER).value(), p.to_string());
        let keeps = attribute(&stage.element("html"), "data-notation") == "keep";
        let keep = stage.value("given.keep").expect("it is known");
        let shown = if keeps { keep } else { 1.0 - keep };
        assert!((shown - p).abs() < 1e-12, "{shown} {p}");
        let answer = stage.text("#answer");
        assert!(answer.contains(&format!("p = {p:.2}")), "{p}: {answer}");
        let variance = (4.0 + (1.0 - keep)) / keep;
        let value = stage.value("derived.variance").expect("it is known");
        assert!(
            (value - variance).abs() < 1e-12 * variance,
            "{value} {variance}"
        );
        let (std, ratio) = (stage.value("exact.d.std"), stage.value("exact.ratio.std"));
        assert_eq!(stage.value("derived.std"), std);
        assert_eq!(stage.value("derived.ratio"), ratio);
        let written = stage.text("output[data-quantity='derived.variance']");
        let summary = attribute(&stage.element("#figure-variance canvas"), "aria-label");
        assert!(
            summary.contains(&format!("after it {written}. ")),
            "{written}: {summary}"
        );
        let grows = 100.0 * (ratio.expect("it is known") - 1.0);
        let decimals = usize::from(grows < 99.95);
        assert!(
            answer.contains(&format!("by {grows:.decimals$} %")),
            "{grows}: {answer}"
        );
    }
}

/// Each number that is plugged in, in a browser, is the exact value of the table to the digits shown.
#[wasm_bindgen_test]
async fn plugged_in_numbers_are_those_of_the_table() {
    let stage = Stage::new("seed=7").await;
    for (index, fragment) in [
        "p=0.1&mu=3&sigma=0.5",
        "p=0.9&mu=-7&input=relu",
        "p=0.77&mu=0.1&sigma=9&input=uniform",
        "p=0.5&input=ones",
        "p=0.999&mu=-10",
        "p=0.001&mu=10&sigma=0.01",
    ]
    .into_iter()
    .enumerate()
    {
        stage.go_to(&format!("{fragment}&n=10{index}&seed=7"));
        let samples = format!("10{index}");
        stage
            .until(fragment, || stage.input("#n").value() == samples)
            .await;
        for (plugged_in, exact) in [
            ("derived.mean", "exact.d.mean"),
            ("derived.std", "exact.d.std"),
            ("given.mean", "exact.x.mean"),
            ("given.std", "exact.x.std"),
            ("derived.ratio", "exact.ratio.std"),
        ] {
            let (value, text) = (
                stage.value(exact),
                stage.text(&format!("output[data-quantity='{plugged_in}']")),
            );
            assert_eq!(stage.value(plugged_in), value, "{fragment}: {plugged_in}");
            let Some(value) = value else {
                assert_eq!(text, "–");
                continue;
            };
            let shown: f64 = text.replace('−', "-").parse().expect("it is a number");
            assert!(
                (shown - value).abs() <= 5.001e-4 * value.abs(),
                "{fragment}: {text} {value}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn switching_the_notation_twice_restores_the_text_byte_for_byte() {
    for fragment in ["seed=7", "p=0.1&mu=1&scale=sqrt&input=relu&seed=7&n=5000"] {
        let stage = Stage::new(fragment).await;
        stage.until_run_is("done").await;
        notation(&stage, "drop");
        let (text, before) = (seen(&stage), markup(&stage));
        let number = stage.input(NUMBER).value();

        notation(&stage, "keep");
        until_notation_is(&stage, "keep").await;
        let kept = seen(&stage);
        assert_ne!(kept, text);
        for (index, line) in kept.lines().enumerate() {
            let wrong = ["1/(1−p)", "√(1−p)", "p/(1−p)", "÷ (1−p)"];
            let found = wrong.iter().find(|wrong| line.contains(**wrong));
            assert!(found.is_none(), "line {index} still has {found:?}: {line}");
        }
        let complement: f64 = stage.input(NUMBER).value().parse().expect("a number");
        assert_eq!(complement, 1.0 - number.parse::<f64>().expect("a number"));
        let p = if number == "0.3" {
            ""
        } else {
            "p=0.1&mu=1&input=relu&scale=sqrt&n=5000&"
        };
        assert_eq!(stage.fragment(), format!("#{p}seed=7&notation=keep"));
        assert_eq!(stage.experiment(), "done", "nothing runs anew");

        notation(&stage, "drop");
        until_notation_is(&stage, "drop").await;
        assert_eq!(stage.input(NUMBER).value(), number);
        assert!(seen(&stage) == text, "the text is another");
        assert!(markup(&stage) == before, "the markup is another");
    }
}

#[wasm_bindgen_test]
async fn the_other_probability_can_be_set() {
    let stage = Stage::new("notation=keep&p=0.25&seed=7").await;
    assert_eq!(stage.input(NUMBER).value(), "0.75");
    assert_eq!(stage.input(SLIDER).value(), "0.75");
    assert_eq!(stage.input(SLIDER).min(), "0.01");
    assert_eq!(stage.input(SLIDER).max(), "1");
    stage.enter(NUMBER, "0.9");
    stage.finish(NUMBER);
    stage
        .until("a tenth is dropped", || {
            stage.value("given.drop") == Some(0.1)
        })
        .await;
    assert_eq!(stage.fragment(), "#p=0.1&seed=7&notation=keep");
    stage.enter(NUMBER, "0");
    stage.finish(NUMBER);
    let notice = stage.text("#notice");
    assert!(notice.contains("more than 0 and at most 1"), "{notice}");
    assert!(notice.contains("it is now 0.01"), "{notice}");
    stage.click("button[data-set='p=0.5']");
    stage
        .until("half is dropped", || stage.value("given.drop") == Some(0.5))
        .await;
}

#[wasm_bindgen_test]
async fn draw_again_draws_another_mask_and_leaves_the_run_alone() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    let sentence = || stage.text("[data-sentence=mask]");
    let (first, run) = (sentence(), stage.text("#run-state"));
    assert!(first.starts_with("Draw 1: "), "{first}");
    stage.click("button[data-action=draw]");
    stage
        .until("there is another draw", || {
            sentence().starts_with("Draw 2: ")
        })
        .await;
    assert_eq!(stage.fragment(), "#seed=7&draw=1");
    assert_eq!(stage.text("#run-state"), run);
    let summary = attribute(&stage.element("#figure-mask canvas"), "aria-label");
    assert_eq!(summary, sentence());
    let again = Stage::new("seed=7&draw=1").await;
    assert_eq!(again.text("[data-sentence=mask]"), sentence());
}

#[wasm_bindgen_test]
async fn the_variance_can_be_embedded_alone() {
    let stage = Stage::new("embed=variance&seed=7").await;
    assert!(is_shown(&stage.element("#figure-variance canvas")));
    assert!(is_shown(&stage.element(SLIDER)));
    for other in [
        "#figure-density",
        "#figure-mask",
        ".steps",
        "#why-title",
        "#run",
    ] {
        assert!(!is_shown(&stage.element(other)), "{other}");
    }
}

/// The page's own tests pass in this browser, with the bits of every other.
#[wasm_bindgen_test]
async fn the_self_check_passes_and_says_so() {
    let stage = Stage::new("p=0.1&scale=none&seed=7").await;
    stage.until_run_is("done").await;
    assert!(!is_shown(&stage.element("#self-check table")));
    let button = "button[data-check]";
    stage.focus(button);
    for _ in 0..2 {
        stage.click(button);
        stage
            .until("it is done", || {
                !stage.text("#self-check-summary").is_empty()
            })
            .await;
        assert_eq!(stage.text("#self-check-summary"), "11 of 11 tests passed");
        let rows = stage.all("#self-check tbody tr");
        assert_eq!(rows.len(), 11);
        for row in rows {
            assert_eq!(attribute(&row, "data-result"), "passed");
        }
    }
    assert!(is_shown(&stage.element("#self-check table")));
    let bits = stage.text("#self-check tbody tr:nth-child(2)");
    let (_, digest) = bits.split_once("bits, inverted").expect("it is named");
    assert_eq!(digest[..16], digest[16..32], "found is right");
}

/// The code is that of the settings, and can be taken with one press.
#[wasm_bindgen_test]
async fn code_follows_the_settings_and_is_selected_when_it_is_copied() {
    let stage = Stage::new("p=0.1&mu=2&input=relu&scale=sqrt&notation=keep&seed=7").await;
    stage.until_run_is("done").await;
    stage.click("button[data-copy=code-numpy]");
    let selected = stage.run_script("getSelection().toString()");
    let selected = selected.as_string().expect("it is text");
    let lines: Vec<&str> = selected.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "import numpy as np",
            "rng, n, p = np.random.default_rng(), 10**7, 0.9",
            "keep = p",
            "x = np.maximum(0, 2.0 + 1.0 * rng.standard_normal(n))",
            "d = x * (rng.random(n) < keep) / keep**0.5",
        ]
    );
    let label = stage.text("button[data-copy=code-numpy]");
    assert!(
        ["Copied", "Press Ctrl+C"].contains(&label.as_str()),
        "{label}"
    );
}
