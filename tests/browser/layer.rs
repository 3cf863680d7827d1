//! The section on the layer: its draws, its controls, its tables, and the two figures.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlCanvasElement, HtmlElement};

use crate::stage::{Stage, attribute};

const OUTPUTS: &str = "[aria-label='Read the probability of an output']";
const UNITS: &str = "#figure-units .reader";
const COUNT: &str = "input[data-setting=units]";

fn value(stage: &Stage, quantity: &str) -> f64 {
    let value = stage.value(quantity);
    value.unwrap_or_else(|| panic!("{quantity} has a value"))
}

fn picture(stage: &Stage, figure: &str) -> String {
    let canvas = stage.element(&format!("#figure-{figure} canvas"));
    let canvas: HtmlCanvasElement = canvas.unchecked_into();
    canvas.to_data_url().expect("the canvas can be read")
}

/// Presses one of the buttons below the figure of the output.
fn act(stage: &Stage, action: &str) {
    stage.click(&format!("#figure-layer button[data-action={action}]"));
}

async fn until_drawn(stage: &Stage, draws: f64) {
    let what = format!("there are {draws} draws");
    let is_drawn = || stage.text("[data-sentence='layer.draws']");
    let begins = |words: &str| {
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        let count = words.split(" draw").next().unwrap_or_default();
        let count: String = count.chars().filter(char::is_ascii_digit).collect();
        digits.starts_with(&count) && count.parse() == Ok(draws)
    };
    stage.until(&what, || begins(&is_drawn())).await;
}

#[wasm_bindgen_test]
async fn draws_fall_one_by_one_and_in_thousands_while_their_mean_closes_in() {
    let stage = Stage::new("seed=7").await;
    stage.element("#figure-layer").scroll_into_view();
    until_drawn(&stage, 1.0).await;
    assert_eq!(stage.fragment(), "#seed=7");
    let first = value(&stage, "layer.inverted.draw");
    act(&stage, "draw");
    until_drawn(&stage, 2.0).await;
    assert_eq!(stage.fragment(), "#seed=7&draw=1");
    let second = value(&stage, "layer.inverted.draw");
    assert_ne!(first, second);
    let sentence = stage.text("[data-sentence='layer.draws']");
    let mean = format!("{:.1} ± 4.6", f64::midpoint(first, second));
    assert!(sentence.contains(&mean), "{sentence}");

    act(&stage, "draw-many");
    until_drawn(&stage, 1002.0).await;
    let sentence = stage.text("[data-sentence='layer.draws']");
    assert!(sentence.contains("± 0.21"), "{sentence}");
    let summary = attribute(&stage.element("#figure-layer canvas"), "aria-label");
    assert!(summary.contains("1\u{202f}002 draws"), "{summary}");
    // The strip of units in section 2 shows the same draw.
    stage
        .until("the strip follows", || {
            let strip = stage.text("[data-sentence=mask]");
            strip.starts_with("Draw 1\u{202f}002:")
        })
        .await;

    act(&stage, "draw-none");
    until_drawn(&stage, 1.0).await;
    assert_eq!(stage.fragment(), "#seed=7");
    assert_eq!(value(&stage, "layer.inverted.draw"), first);
    // Other settings are another layer: its draws begin anew.
    act(&stage, "draw-many");
    until_drawn(&stage, 1001.0).await;
    stage.enter("input[type=range][data-setting=p]", "0.5");
    until_drawn(&stage, 1.0).await;
}

/// A link shows the draw that it names, and no others.
#[wasm_bindgen_test]
async fn a_link_leads_to_its_draw() {
    let stage = Stage::new("seed=7&draw=1").await;
    until_drawn(&stage, 1.0).await;
    assert!(stage.text("[data-sentence=units]").starts_with("Draw 2: "));
}

#[wasm_bindgen_test]
async fn the_numbers_of_the_section_are_those_of_the_thread() {
    let stage = Stage::new("seed=7").await;
    for (rule, mean, std) in [
        ("none", 70.0, 4.582_575_694_955_84),
        ("inverted", 100.0, 6.546_536_707_079_771),
        ("sqrt", 83.666_002_653_407_56, 5.477_225_575_051_661),
        ("gaussian", 100.0, 6.546_536_707_079_771),
    ] {
        assert!((value(&stage, &format!("layer.{rule}.mean")) - mean).abs() < 1e-12);
        assert!((value(&stage, &format!("layer.{rule}.std")) - std).abs() < 1e-12);
    }
    assert_eq!(stage.value("layer.evaluation"), Some(100.0));
    assert!((value(&stage, "weights.few.variance") - 1000.0 * 3.0 / 7.0).abs() < 1e-9);
    let spread = stage.text("[data-sentence='layer.spread']");
    assert!(
        spread.contains("exactly 100 with a probability of 8.68\u{a0}%"),
        "{spread}"
    );
    assert!(
        spread.contains("from 90 to 110, with one of 89.9\u{a0}%"),
        "{spread}"
    );
    // Both ways to scale name both probabilities as the notation has them.
    stage.click("[name=notation][value=keep]");
    stage
        .until("the formula follows", || {
            let spread = stage.text("[data-sentence='layer.spread']");
            spread.ends_with("\u{a0}=\u{a0}√(n·(1−p)/p).")
        })
        .await;
    // What is hidden is left out only of a text that is laid out, as sections near the window are.
    stage.element("#two-scalings").scroll_into_view();
    stage
        .until("the text names the probability to keep", || {
            let shown = stage.run_script("document.querySelector('#two-scalings + p').innerText");
            let shown = shown.as_string().expect("a text");
            shown.ends_with("W\u{a0}=\u{a0}p V.")
        })
        .await;
}

#[wasm_bindgen_test]
async fn units_and_weights_are_set_by_their_controls() {
    let stage = Stage::new("seed=7").await;
    stage.element("#figure-layer").scroll_into_view();
    let before = picture(&stage, "layer");
    stage.enter(COUNT, "10000");
    stage.finish(COUNT);
    stage
        .until("it follows", || {
            stage.value("layer.evaluation") == Some(10_000.0)
        })
        .await;
    assert_eq!(stage.fragment(), "#seed=7&units=10000");
    stage
        .until("it is drawn", || picture(&stage, "layer") != before)
        .await;
    let units = stage.text("[data-sentence=units]");
    assert!(
        units.ends_with("The first 100 of them are drawn."),
        "{units}"
    );
    for (weights, says) in [
        ("random", "The mean and the standard"),
        ("few", "The bars are exact"),
    ] {
        stage.click(&format!("[name=weights][value={weights}]"));
        stage
            .until(weights, || {
                stage.text("[data-sentence='layer.law']").starts_with(says)
            })
            .await;
    }
    stage.click("#layer button[data-set='units=10']");
    stage
        .until("it follows", || {
            stage.value("layer.evaluation") == Some(10.0)
        })
        .await;
    assert_eq!(stage.input(COUNT).value(), "10");
    stage.click("#layer button[data-set='scale=none']");
    stage
        .until("the rule follows", || {
            stage.fragment().contains("scale=none")
        })
        .await;
}

#[wasm_bindgen_test]
async fn a_number_of_units_that_is_not_allowed_gives_way_to_the_nearest_one() {
    let stage = Stage::new("seed=7&units=20000").await;
    let notice = stage.text("#notice");
    assert!(
        notice.contains("a whole number from 1 to 10000"),
        "{notice}"
    );
    assert!(notice.contains("Used instead: 10000."), "{notice}");
    for (refused, says) in [
        ("0", "“0” is not, so it is now 1."),
        ("10001", "“10001” is not, so it is now 10000."),
        ("2.5", "“2.5” is not, so it is now 3."),
        ("-3", "“-3” is not, so it is now 1."),
        ("", "what was written is not, so it stays at 1."),
    ] {
        stage.enter(COUNT, refused);
        stage.finish(COUNT);
        let notice = stage.text("#notice");
        assert!(
            notice.contains("must be a whole number from 1 to 10000"),
            "{notice}"
        );
        assert!(notice.contains(says), "{notice}");
    }
    stage
        .until("the input shows what holds", || {
            stage.input(COUNT).value() == "1"
        })
        .await;
}

/// Thousands of draws of the largest layer are made a few in each frame.
#[wasm_bindgen_test]
async fn the_page_answers_while_the_largest_layer_is_drawn() {
    let stage = Stage::new("seed=7&units=10000").await;
    stage.element("#figure-layer").scroll_into_view();
    until_drawn(&stage, 1.0).await;
    act(&stage, "draw-many");
    for _ in 0..3 {
        stage.frame().await;
    }
    let summary = attribute(&stage.element("#figure-layer canvas"), "aria-label");
    assert!(
        !summary.contains("1\u{202f}001 draws"),
        "not in one frame: {summary}"
    );
    until_drawn(&stage, 1001.0).await;
}

/// With less motion, no draw is seen to fall.
#[wasm_bindgen_test]
async fn nothing_falls_for_those_who_want_less_motion() {
    for (reduced, fewest) in [(false, 3), (true, 1)] {
        let stage = Stage::before_start("seed=7").await;
        stage.run_script(&format!(
            "globalThis.matchMedia = (query) => ({{
                matches: {reduced} && query === '(prefers-reduced-motion: reduce)',
                addEventListener() {{}},
            }});"
        ));
        stage.start_as_usual().await.expect("the page starts");
        stage.until_run_is("done").await;
        stage.element("#figure-layer").scroll_into_view();
        until_drawn(&stage, 1.0).await;
        stage.frame().await;
        stage.frame().await;
        act(&stage, "draw");
        until_drawn(&stage, 2.0).await;
        let mut seen = vec![picture(&stage, "layer")];
        for _ in 0..60 {
            stage.frame().await;
            let now = picture(&stage, "layer");
            if seen.last() != Some(&now) {
                seen.push(now);
            }
        }
        if reduced {
            assert_eq!(seen.len(), fewest);
        } else {
            assert!(seen.len() >= fewest, "{}", seen.len());
        }
    }
}

#[wasm_bindgen_test]
async fn the_keys_lead_through_outputs_and_units() {
    let stage = Stage::new("seed=7").await;
    stage.element("#figure-layer").scroll_into_view();
    until_drawn(&stage, 1.0).await;
    stage.focus(OUTPUTS);
    let says = |reader: &str| attribute(&stage.element(reader), "aria-valuetext");
    assert!(says(OUTPUTS).starts_with("Output "), "{}", says(OUTPUTS));
    let start = stage.input(OUTPUTS).value_as_number();
    let first = says(OUTPUTS);
    stage.enter(OUTPUTS, &(start + 1.0).to_string());
    assert_ne!(says(OUTPUTS), first);
    stage.press("Escape");
    assert_eq!(says(OUTPUTS), "");
    stage.focus(UNITS);
    stage.enter(UNITS, "0");
    assert!(says(UNITS).starts_with("Unit 1 is "), "{}", says(UNITS));
}

#[wasm_bindgen_test]
async fn each_of_the_figures_can_be_embedded_with_its_controls() {
    for (name, other) in [("layer", "units"), ("units", "layer")] {
        let stage = Stage::new(&format!("embed={name}&seed=7")).await;
        let is_shown = |selector: &str| {
            let element: HtmlElement = stage.element(selector).unchecked_into();
            element.offset_width() > 0
        };
        assert!(is_shown(&format!("#figure-{name} canvas")));
        assert!(is_shown(&format!(
            "#figure-{name} button[data-action=draw]"
        )));
        assert!(is_shown(COUNT) && is_shown("input[type=range][data-setting=p]"));
        for hidden in [
            &format!("#figure-{other}"),
            "#layer-title",
            "#rules",
            "#figure-density",
        ] {
            assert!(!is_shown(hidden), "{name}: {hidden}");
        }
    }
}
