//! What can be read off a figure: with a pointer, with the keys of its range input, and as a table.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlCanvasElement, HtmlElement, KeyboardEvent, KeyboardEventInit};
use web_sys::{PointerEvent, PointerEventInit};

use crate::stage::{Stage, attribute};

const DENSITIES: &str = "[aria-label='Read the densities off at an activation']";
const RATIO: &str = "[aria-label='Read the ratio off at a p; Enter sets p']";
const ESTIMATE: &str = "[aria-label='Read the estimate off after so many samples']";

fn canvas(stage: &Stage, figure: &str) -> HtmlCanvasElement {
    stage
        .element(&format!("#figure-{figure} canvas"))
        .unchecked_into()
}

/// The whole picture on a figure's canvas.
fn picture(stage: &Stage, figure: &str) -> String {
    let url = canvas(stage, figure).to_data_url();
    url.expect("the canvas can be read")
}

/// What an input says that it is at.
fn says(stage: &Stage, reader: &str) -> String {
    attribute(&stage.element(reader), "aria-valuetext")
}

/// Moves the focus to an element.
fn focus(stage: &Stage, selector: &str) {
    let element: HtmlElement = stage.element(selector).unchecked_into();
    element.focus().expect("it takes the focus");
    assert_eq!(stage.document.active_element().as_ref(), Some(&*element));
}

fn press(stage: &Stage, selector: &str, key: &str) {
    let options = KeyboardEventInit::new();
    options.set_key(key);
    options.set_bubbles(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &options);
    let event = event.expect("events can be made");
    let element = stage.element(selector);
    element.dispatch_event(&event).expect("it is a new event");
}

/// A mouse's event at a place of a figure, in shares of its canvas's width and height.
fn point(stage: &Stage, figure: &str, kind: &str, place: (f64, f64)) {
    point_with("mouse", stage, figure, kind, place);
}

fn point_with(device: &str, stage: &Stage, figure: &str, kind: &str, (x, y): (f64, f64)) {
    let canvas = canvas(stage, figure);
    let bounds = canvas.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "places in a window")]
    let [x, y] = [
        bounds.left() + x * bounds.width(),
        bounds.top() + y * bounds.height(),
    ]
    .map(|place| place.round() as i32);
    let options = PointerEventInit::new();
    options.set_pointer_type(device);
    options.set_client_x(x);
    options.set_client_y(y);
    options.set_bubbles(true);
    let event = PointerEvent::new_with_event_init_dict(kind, &options);
    let event = event.expect("events can be made");
    canvas.dispatch_event(&event).expect("it is a new event");
}

#[wasm_bindgen_test]
async fn the_range_input_of_a_figure_moves_a_cursor_and_says_what_is_there() {
    let stage = Stage::new("p=0.5&seed=7").await;
    stage.until_run_is("done").await;
    let without = picture(&stage, "density");

    focus(&stage, DENSITIES);
    assert!(says(&stage, DENSITIES).starts_with("Activation 0. "));
    stage
        .until("it is drawn", || picture(&stage, "density") != without)
        .await;
    let at_zero = picture(&stage, "density");
    let start = stage.input(DENSITIES).value_as_number();
    stage.enter(DENSITIES, &(start + 10.0).to_string());
    let words = says(&stage, DENSITIES);
    assert_eq!(
        words,
        "Activation 1. Density before 0.2420, after 0.0880. Of the units, 84.1 % to here before and \
         84.6 % to here after."
    );
    stage
        .until("it is drawn", || picture(&stage, "density") != at_zero)
        .await;

    // The settings change, the place stays.
    stage.click("button[data-set='p=0.1']");
    stage
        .until("p is 0.1", || stage.value("exact.d.zeros") == Some(0.1))
        .await;
    assert!(says(&stage, DENSITIES).starts_with("Activation 1. Density before 0.2420"));
    stage.click("button[data-set='p=0.5']");
    stage.until_run_is("running").await;
    stage.until_run_is("done").await;

    press(&stage, DENSITIES, "Escape");
    assert_eq!(says(&stage, DENSITIES), "");
    stage
        .until("the cursor goes", || picture(&stage, "density") == without)
        .await;
}

#[wasm_bindgen_test]
async fn the_cursor_goes_with_the_focus_and_only_one_figure_has_it() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    focus(&stage, RATIO);
    stage.enter(RATIO, "50");
    assert!(says(&stage, RATIO).contains("At p = 0.5,"));
    assert!(says(&stage, RATIO).contains("1.414× that before"));
    focus(&stage, ESTIMATE);
    assert_eq!(says(&stage, RATIO), "");
    let last = attribute(&stage.element(ESTIMATE), "max");
    stage.enter(ESTIMATE, &last);
    let words = says(&stage, ESTIMATE);
    assert!(
        words.starts_with("After 1\u{202f}000\u{202f}000 samples: 1.19"),
        "{words}"
    );
}

/// The clock of the page goes on by so many milliseconds whenever it is read, and the reader wants
/// less motion or doesn't.
pub(crate) async fn with_slow_clock(reduced_motion: bool) -> Stage {
    let stage = Stage::before_start("seed=7").await;
    stage.run_script(&format!(
        "let now = 0;
        performance.now = () => (now += 5);
        globalThis.matchMedia = (query) => ({{
            matches: {reduced_motion} && query === '(prefers-reduced-motion: reduce)',
            addEventListener() {{}},
        }});"
    ));
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    stage
}

#[wasm_bindgen_test]
async fn what_is_set_at_one_stroke_glides_there() {
    let stage = with_slow_clock(false).await;
    // What nobody sees would follow at the end.
    stage.element("#run table").scroll_into_view();
    stage.frame().await;
    stage.frame().await;
    stage.click("button[data-set='p=0.5']");
    assert_eq!(
        stage.fragment(),
        "#p=0.5&seed=7",
        "the address is there at once"
    );
    let mut seen = vec![0.3];
    while seen.last() != Some(&0.5) {
        stage.frame().await;
        let p = stage.value("exact.d.zeros").expect("it has one");
        if seen.last() != Some(&p) {
            seen.push(p);
        }
        // All that is shown is of the same moment.
        let ratio = stage.value("exact.ratio.std").expect("it has one");
        assert!(
            (ratio - 1.0 / (1.0 - p).sqrt()).abs() < 1e-12,
            "{p} {ratio}"
        );
        let slider = stage.input("input[type=range][data-setting=p]");
        assert!((slider.value_as_number() - p).abs() <= 0.005, "{p}");
        if p < 0.5 {
            assert_ne!(stage.experiment(), "running", "the run waits for the end");
            let spoken = stage.text("#announcement");
            assert!(spoken.contains("p = 0.30"), "{spoken}");
        }
    }
    assert!(seen.len() > 5, "{seen:?}");
    assert!(seen.is_sorted(), "{seen:?}");
    stage.until_run_is("done").await;

    // What the reader does next ends it.
    stage.click("button[data-action=reset]");
    stage.frame().await;
    stage.enter("input[type=range][data-setting=p]", "0.9");
    for _ in 0..5 {
        stage.frame().await;
        assert_eq!(stage.value("exact.d.zeros"), Some(0.9));
    }
}

#[wasm_bindgen_test]
async fn nothing_glides_for_those_who_want_less_motion() {
    let stage = with_slow_clock(true).await;
    stage.click("button[data-set='p=0.5']");
    stage.frame().await;
    stage.frame().await;
    assert_eq!(stage.value("exact.d.zeros"), Some(0.5));
}

#[wasm_bindgen_test]
async fn enter_sets_p_where_the_cursor_is() {
    let stage = Stage::new("seed=7").await;
    focus(&stage, RATIO);
    stage.enter(RATIO, "62");
    press(&stage, RATIO, "Enter");
    stage
        .until("p is 0.62", || stage.value("exact.d.zeros") == Some(0.62))
        .await;
    assert_eq!(stage.fragment(), "#p=0.62&seed=7");
}

#[wasm_bindgen_test]
async fn a_figure_without_a_curve_has_nothing_to_read() {
    let stage = Stage::new("input=ones&seed=7").await;
    assert!(stage.input(RATIO).disabled());
    stage.click("input[name=input][value=normal]");
    stage
        .until("there is a ratio", || !stage.input(RATIO).disabled())
        .await;
}

#[wasm_bindgen_test]
async fn a_pointer_over_a_figure_moves_the_cursor() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    for figure in ["density", "ratio"] {
        let without = picture(&stage, figure);
        point(&stage, figure, "pointermove", (0.7, 0.3));
        stage
            .until("there is a cursor", || picture(&stage, figure) != without)
            .await;
        let there = picture(&stage, figure);
        point(&stage, figure, "pointermove", (0.8, 0.5));
        stage
            .until("it follows", || picture(&stage, figure) != there)
            .await;
        point(&stage, figure, "pointerleave", (1.1, 0.5));
        stage
            .until("it goes", || picture(&stage, figure) == without)
            .await;
    }
    assert_eq!(stage.fragment(), "#seed=7", "nothing was set");
}

#[wasm_bindgen_test]
async fn the_pointers_shape_says_that_the_disc_can_be_grabbed() {
    let stage = Stage::new("seed=7").await;
    let shape = |figure: &str| {
        let style = stage.window.get_computed_style(&canvas(&stage, figure));
        let style = style.expect("styles can be asked for");
        let style = style.expect("the canvas is shown");
        style.get_property_value("cursor").unwrap_or_default()
    };
    assert_eq!(shape("density"), "crosshair");
    assert_eq!(shape("ratio"), "ew-resize");
    // p = 0.3, 20 % up, in a figure of 560 × 330 or nearly so.
    let disc = (0.355, 0.795);
    point(&stage, "ratio", "pointermove", disc);
    assert_eq!(shape("ratio"), "grab");
    assert_eq!(says(&stage, RATIO), "", "the disc says it already");
    point(&stage, "ratio", "pointerdown", disc);
    assert_eq!(shape("ratio"), "grabbing");
    assert_eq!(stage.fragment(), "#seed=7", "it has not been moved");
    point(&stage, "ratio", "pointercancel", disc);
    point(&stage, "ratio", "pointermove", (0.8, 0.4));
    assert_eq!(shape("ratio"), "ew-resize");
}

#[wasm_bindgen_test]
async fn a_press_on_the_ratio_figure_sets_p_and_takes_the_focus() {
    let stage = Stage::new("seed=7").await;
    point(&stage, "ratio", "pointerdown", (0.75, 0.3));
    stage
        .until("p is three quarters, or nearly so", || {
            (stage.value("exact.d.zeros")).is_some_and(|p| (p - 0.75).abs() < 0.05)
        })
        .await;
    let focused = stage.document.active_element();
    assert_eq!(focused, Some(stage.element(RATIO)), "arrow keys lead on");
}

#[wasm_bindgen_test]
async fn a_finger_that_scrolls_sets_nothing_and_one_that_goes_sideways_drags() {
    let stage = Stage::new("seed=7").await;
    // A synthetic pointer can't be captured.
    stage.run_script("HTMLCanvasElement.prototype.hasPointerCapture = () => true");
    let touch = |kind: &str, place: (f64, f64)| point_with("touch", &stage, "ratio", kind, place);
    touch("pointerdown", (0.6, 0.6));
    touch("pointermove", (0.605, 0.5));
    touch("pointercancel", (0.605, 0.45));
    stage.frame().await;
    assert_eq!(stage.fragment(), "#seed=7");

    touch("pointerdown", (0.6, 0.6));
    touch("pointermove", (0.7, 0.62));
    touch("pointermove", (0.75, 0.7));
    touch("pointerup", (0.75, 0.7));
    stage
        .until("p follows", || {
            (stage.value("exact.d.zeros")).is_some_and(|p| (p - 0.75).abs() < 0.05)
        })
        .await;
}

/// The texts of a table's row.
fn row(table: &Element, index: u32) -> Vec<String> {
    let rows = table.query_selector_all("tr").expect("it can be read");
    let row: Element = rows.item(index).expect("there is one").unchecked_into();
    let cells = row.query_selector_all("th, td").expect("it can be read");
    (0..cells.length())
        .filter_map(|index| cells.item(index)?.text_content())
        .collect()
}

#[wasm_bindgen_test]
async fn the_data_of_a_figure_are_a_table_on_request() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    assert!(
        stage
            .document
            .query_selector(".data table")
            .is_ok_and(|it| it.is_none())
    );
    stage.click("#figure-ratio summary");
    let selector = "#figure-ratio details[open] > table";
    let is_there = || {
        stage
            .document
            .query_selector(selector)
            .is_ok_and(|it| it.is_some())
    };
    stage.until("the table is there", is_there).await;
    let table = stage.element(selector);
    let caption = stage.text("#figure-ratio caption");
    assert!(
        caption.starts_with("Standard deviation after dropout"),
        "{caption}"
    );
    assert_eq!(row(&table, 0)[0], "p");
    assert_eq!(row(&table, 4), ["0.1", "1.0541", "+5.4 %", "1.05"]);
    for (scope, count) in [("col", 4), ("row", 21)] {
        let heads = table.query_selector_all(&format!("th[scope={scope}]"));
        assert_eq!(heads.expect("it can be read").length(), count, "{scope}");
    }
    assert_eq!(row(&table, 1)[0], "0.3, as set");

    stage.enter("input[type=range][data-setting=p]", "0.62");
    stage
        .until("it follows", || {
            row(&stage.element(selector), 1)[0] == "0.62, as set"
        })
        .await;
}

#[wasm_bindgen_test]
async fn what_has_settled_is_spoken_and_not_each_step() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    let spoken = || stage.text("#announcement");
    let first = spoken();
    assert!(first.contains("p = 0.30"), "{first}");
    for p in ["0.4", "0.45", "0.5"] {
        stage.enter("input[type=range][data-setting=p]", p);
        stage.frame().await;
        stage.frame().await;
        assert!(stage.text("#answer").contains(p), "it is shown");
        assert_eq!(spoken(), first);
    }
    stage.finish("input[type=range][data-setting=p]");
    stage
        .until("it is spoken", || spoken().contains("p = 0.50"))
        .await;
}

/// Further down, too, a number that is set at one stroke is there at once, and so is a step of a reader.
#[wasm_bindgen_test]
async fn layer_and_depth_step_at_once_for_those_who_want_less_motion() {
    for (section, name, reduced) in [
        ("#layer", "layer.loss", false),
        ("#layer", "layer.loss", true),
        ("#depth", "depth", false),
        ("#depth", "depth", true),
    ] {
        let stage = with_slow_clock(reduced).await;
        let sentence = format!("[data-sentence='{name}']");
        stage.element(&sentence).scroll_into_view();
        stage.frame().await;
        stage.frame().await;
        let mut seen = vec![stage.text(&sentence)];
        stage.click("button[data-set='p=0.5']");
        for _ in 0..60 {
            stage.frame().await;
            let words = stage.text(&sentence);
            if seen.last() != Some(&words) {
                seen.push(words);
            }
        }
        if reduced {
            assert_eq!(seen.len(), 2, "{section}: {seen:?}");
        } else {
            assert!(seen.len() > 2, "{section}: {seen:?}");
        }
    }
}

/// Symbols in live sentences are set as those in the text, and a formula stays on one line.
#[wasm_bindgen_test]
async fn live_sentences_have_their_symbols_in_italics() {
    let stage = Stage::new("seed=7&p=0.5").await;
    stage.see_all().await;
    let markup = || stage.element("[data-sentence=depth]").inner_html();
    stage
        .until("it is there", || {
            markup().contains("a factor <span>1/√(1−<i>p</i>)&nbsp;=&nbsp;1.414</span>")
        })
        .await;
    let code = stage.element("[data-sentence='code.rule']").inner_html();
    assert!(!code.contains("<i>"), "{code}");
    let window = web_sys::window().expect("it has one");
    for word in stage.all("[data-sentence=depth] span") {
        let style = window.get_computed_style(&word).expect("it has one");
        let style = style.expect("it has one");
        assert_eq!(
            style.get_property_value("white-space").as_deref(),
            Ok("nowrap")
        );
    }
    stage.go_to("#seed=7&p=0.5&notation=keep");
    stage
        .until("it follows the notation", || {
            markup().contains("a factor <span>1/√<i>p</i>&nbsp;=&nbsp;1.414</span>")
        })
        .await;
}
