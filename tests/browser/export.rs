//! What is saved and copied is what the page shows.

use dropout_moments::scene::FRAMEWORKS;
use dropout_moments::settings::{Figure, Named as _, Settings};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;

use crate::pictures::{COMPARE, DIFFERENCE, TOLERANCE};
use crate::stage::{Stage, attribute};

/// Promises the file that a form saves, and its name; it goes nowhere else.
const SAVE: &str = r"((root, format, caption, background) => new Promise((resolve) => {
  const place = document.querySelector(root);
  if (place.popover && !place.matches(':popover-open')) place.showPopover();
  const form = place.querySelector('.export');
  const select = form.querySelector('select');
  select.selectedIndex = [...select.options].findIndex((it) => it.text === format);
  select.dispatchEvent(new Event('change'));
  for (const [index, input] of form.querySelectorAll('input').entries()) {
    input.checked = [caption, background][index];
  }
  const [make, click] = [URL.createObjectURL, HTMLElement.prototype.click];
  let blob;
  URL.createObjectURL = (it) => make.call(URL, blob = it);
  HTMLElement.prototype.click = function () {
    if (!this.download) return click.call(this);
    [URL.createObjectURL, HTMLElement.prototype.click] = [make, click];
    resolve({ name: this.download, blob });
  };
  [...form.querySelectorAll('button')].find((it) => it.textContent === 'Save').click();
}))";

async fn promised(stage: &Stage, script: &str) -> JsValue {
    let promise = stage.run_script(script).unchecked_into::<Promise>();
    JsFuture::from(promise).await.expect("it is kept")
}

/// The name, the type and the text of a saved file.
async fn saved(stage: &Stage, root: &str, format: &str) -> [String; 3] {
    let script = format!(
        "{SAVE}('{root}', '{format}', true, true)
           .then(async ({{ name, blob }}) => [name, blob.type, await blob.text()])"
    );
    let parts: Array = promised(stage, &script).await.unchecked_into();
    [0, 1, 2].map(|index| parts.get(index).as_string().expect("it is a text"))
}

fn select(stage: &Stage, selector: &str, option: &str) {
    stage.run_script(&format!(
        "(() => {{
          const select = document.querySelector('{selector}');
          select.selectedIndex = [...select.options].findIndex((it) => it.text === '{option}');
          select.dispatchEvent(new Event('change'));
        }})()"
    ));
}

fn button(stage: &Stage, root: &str, name: &str) -> Element {
    let buttons = stage.all(&format!("{root} .export button"));
    let mut named = buttons
        .into_iter()
        .filter(|it| it.text_content().as_deref() == Some(name));
    named.next().unwrap_or_else(|| panic!("there is no {name}"))
}

fn click(button: &Element) {
    button.unchecked_ref::<web_sys::HtmlElement>().click();
}

#[wasm_bindgen_test]
async fn saved_pictures_are_as_the_canvases() {
    let stage = Stage::new("theme=light&seed=7&n=100000").await;
    stage.until_run_is("done").await;
    for (name, _) in Figure::NAMES {
        let canvas = format!("#figure-{name} canvas");
        stage.element(&canvas).scroll_into_view_with_bool(false);
        for format in ["SVG", "PNG, 2 ×"] {
            let script = format!(
                "{SAVE}('#take-{name}', '{format}', false, true).then(({{ blob }}) =>
                   {COMPARE}(document.querySelector('{canvas}'), blob, {DIFFERENCE}))"
            );
            let mut share = 1.0;
            // The figure is drawn a frame or two after it has come into view.
            for _ in 0..60 {
                let compared = promised(&stage, &script).await;
                share = compared.as_f64().expect("a share is a number");
                if share <= TOLERANCE {
                    break;
                }
                stage.frame().await;
            }
            assert!(share <= TOLERANCE, "{name} {format}: {share} differ");
        }
    }
}

#[wasm_bindgen_test]
async fn a_png_has_the_wanted_resolution_caption_and_background() {
    let stage = Stage::new("theme=light&seed=7").await;
    for (format, scale) in [("PNG", 1.0), ("PNG, 2 ×", 2.0), ("PNG, 4 ×", 4.0)] {
        for (caption, background) in [(true, true), (false, false)] {
            let script = format!(
                "{SAVE}('#take-ratio', '{format}', {caption}, {background})
                   .then(async ({{ name, blob }}) => {{
                     const image = await createImageBitmap(blob);
                     const canvas = new OffscreenCanvas(image.width, image.height);
                     const context = canvas.getContext('2d');
                     context.drawImage(image, 0, 0);
                     const corner = context.getImageData(1, 1, 1, 1).data;
                     const shown = document.querySelector('#figure-ratio canvas');
                     return [image.width / shown.clientWidth, image.height / shown.clientHeight,
                       ...corner, name, blob.type];
                   }})"
            );
            let found: Array = promised(&stage, &script).await.unchecked_into();
            let number = |index| found.get(index).as_f64().expect("it is a number");
            assert!((number(0) - scale).abs() < 1e-9, "{format}: its width");
            let height = number(1) / scale;
            if caption {
                assert!((1.1..2.0).contains(&height), "{format}: {height}");
            } else {
                assert!((height - 1.0).abs() < 1e-9, "{format}: {height}");
            }
            let corner = [2, 3, 4, 5].map(number);
            let expected = if background {
                [253.0, 252.0, 250.0, 255.0]
            } else {
                [0.0; 4]
            };
            assert_eq!(corner, expected, "{format}: the paper");
            assert_eq!(found.get(6), "dropout-ratio.png");
            assert_eq!(found.get(7), "image/png");
        }
    }
}

#[wasm_bindgen_test]
async fn saved_texts_are_of_what_is_shown() {
    let stage = Stage::new("p=0.5&seed=18446744073709551615&n=1000").await;
    stage.until_run_is("done").await;
    for (name, _) in Figure::NAMES {
        let root = format!("#take-{name}");
        for (format, ending, kind, holds) in [
            ("SVG", "svg", "image/svg+xml", "</svg>"),
            ("CSV", "csv", "text/csv", "seed=18446744073709551615"),
            ("JSON", "json", "application/json", "\"p\": 0.5"),
            ("Markdown table", "md", "text/markdown", "| ---"),
            ("LaTeX table", "tex", "application/x-tex", "\\end{tabular}"),
        ] {
            let [file, media, text] = saved(&stage, &root, format).await;
            assert_eq!(file, format!("dropout-{name}.{ending}"));
            assert_eq!(media, kind);
            assert!(text.contains(holds), "{text}");
            assert!(
                text.contains("seed=18446744073709551615") || format == "JSON",
                "{text}"
            );
            if format == "JSON" {
                let quoted = js_sys::JSON::stringify(&text.into()).expect("it can be quoted");
                let caption = stage.run_script(&format!("JSON.parse({quoted}).caption"));
                stage.run_script(&format!(
                    "document.querySelector('#figure-{name} .data').open = true"
                ));
                let table = format!("#figure-{name} .data caption");
                stage
                    .until("the table is there", || !stage.all(&table).is_empty())
                    .await;
                assert_eq!(caption.as_string(), Some(stage.text(&table)));
            }
        }
    }
}

#[wasm_bindgen_test]
async fn where_there_is_no_result_yet_the_page_says_so() {
    let stage = Stage::new("p=0.5&seed=7&n=20000").await;
    stage.until_run_is("done").await;
    stage.enter("#p", "0.6");
    for name in ["Save", "Copy"] {
        click(&button(&stage, "#result-file", name));
        let told = stage.text("#result-file .made");
        assert_eq!(told, "There is no result yet.", "{name}");
    }
    assert_eq!(stage.take_errors(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn the_result_is_what_the_run_has_measured() {
    let stage = Stage::new("p=0.5&mu=1&seed=7&n=20000").await;
    stage.until_run_is("done").await;
    let [file, _, json] = saved(&stage, "#result-file", "JSON").await;
    assert_eq!(file, "dropout-experiment.json");
    let quoted = js_sys::JSON::stringify(&json.into()).expect("it can be quoted");
    for (path, quantity) in [
        ("measured.d.std", "measured.d.std"),
        ("exact.ratio.std", "exact.ratio.std"),
        ("standard_error.x.mean", "stderr.x.mean"),
        ("z.d.mean", "z.d.mean"),
        ("samples", "run.samples"),
        ("zeros", "measured.d.zeros"),
    ] {
        let saved = stage.run_script(&format!("JSON.parse({quoted}).{path}"));
        let shown = stage.value(quantity);
        assert!(shown.is_some());
        assert_eq!(saved.as_f64(), shown, "{path}");
    }
    let [_, _, csv] = saved(&stage, "#result-file", "CSV").await;
    let measured = stage.value("measured.ratio.std").expect("there was a run");
    assert!(
        csv.contains(&format!("\nstd after ÷ before,{measured},")),
        "{csv}"
    );
    let [_, _, markdown] = saved(&stage, "#result-file", "Markdown table").await;
    let shown = stage.text("output[data-quantity='measured.ratio.std']");
    assert!(
        markdown.contains(&format!("| std after ÷ before | {shown} |")),
        "{markdown}"
    );
}

#[wasm_bindgen_test]
async fn a_copied_text_is_shown_and_selected_and_a_picture_is_shown() {
    let stage = Stage::new("seed=7").await;
    stage.click("#figure-ratio .take");
    let root = "#take-ratio";
    select(&stage, "#take-ratio select", "CSV");
    let options = stage.element("#take-ratio .export > span");
    assert!(options.has_attribute("hidden"), "data have no caption");
    let copy = stage
        .all("#take-ratio .export button")
        .pop()
        .expect("it is the last");
    click(&copy);
    let text = stage.text("#take-ratio .made pre");
    assert!(text.contains("p,std after ÷ before,change"), "{text}");
    let selected = stage.run_script("getSelection().toString()");
    let selected = selected.as_string().unwrap_or_default();
    assert_eq!(selected.trim_end(), text.trim_end());
    let label = copy.text_content().unwrap_or_default();
    assert!(["Copied", "Press Ctrl+C"].contains(&label.as_str()));

    select(&stage, "#take-ratio select", "PNG, 2 ×");
    assert!(!options.has_attribute("hidden"));
    assert!(
        stage.all("#take-ratio .made *").is_empty(),
        "it was a table"
    );
    click(&button(&stage, root, "Copy"));
    let picture = stage.element("#take-ratio .made canvas");
    assert!(attribute(&picture, "aria-label").starts_with("Standard deviation after"));
}

#[wasm_bindgen_test]
async fn every_control_of_a_form_has_a_name_and_can_have_the_focus() {
    let stage = Stage::new("seed=7").await;
    stage.click("#figure-ratio .take");
    for control in stage.all("#take-ratio .export :is(select, input, button)") {
        let control: web_sys::HtmlElement = control.unchecked_into();
        control.focus().expect("it can be asked");
        assert_eq!(stage.document.active_element().as_ref(), Some(&*control));
        let named = match control.closest("label").expect("the selector is one") {
            Some(label) => label.text_content(),
            None => control.text_content(),
        };
        assert!(!named.unwrap_or_default().trim().is_empty());
    }
}

#[wasm_bindgen_test]
async fn the_code_follows_the_settings_and_the_choice() {
    let stage = Stage::new("p=0.5&seed=7").await;
    let code = "#framework-code code";
    let expected = |index: usize, fragment: &str| {
        let settings = Settings::from_fragment(fragment).settings;
        FRAMEWORKS[index].code(&settings).trim_end().to_owned()
    };
    assert_eq!(stage.text(code), expected(0, "p=0.5&seed=7"));
    for (index, framework) in FRAMEWORKS.iter().enumerate() {
        select(&stage, "#framework", framework.name);
        assert_eq!(stage.text(code), expected(index, "p=0.5&seed=7"));
    }
    let last = FRAMEWORKS.len() - 1;
    stage.enter("input[type=number][data-setting=p]", "0.1");
    stage.finish("input[type=number][data-setting=p]");
    let wanted = expected(last, "p=0.1&seed=7");
    stage
        .until("the code follows", || stage.text(code) == wanted)
        .await;
    stage.click("[data-copy=framework-code]");
    let selected = stage.run_script("getSelection().toString()");
    assert_eq!(selected.as_string(), Some(wanted));
}

#[wasm_bindgen_test]
async fn the_citations_have_the_link_and_today() {
    let stage = Stage::new("p=0.5&seed=7").await;
    let link = stage.text("#permalink");
    assert!(link.ends_with("/#p=0.5&seed=7"));
    let today = stage.run_script(
        "(() => { const d = new Date(); return `${d.getFullYear()}-${String(d.getMonth() + 1)
           .padStart(2, 0)}-${String(d.getDate()).padStart(2, 0)}`; })()",
    );
    let today = today.as_string().expect("it is a text");
    let bibtex = stage.text("#bibtex code");
    assert!(bibtex.contains(&format!("{{\\url{{{link}}}}}")), "{bibtex}");
    assert!(bibtex.contains(&format!("accessed {today}}}")), "{bibtex}");
    let year = &today[..4];
    let apa = stage.text("#apa code");
    assert!(apa.contains(&format!(", {year}, from {link}")), "{apa}");
}
