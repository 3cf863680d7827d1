//! What the page gives away: links to it and to its figures.

use dropout_moments::scene::{Embed, Host, figure_title};
use dropout_moments::settings::{Figure, Hidden, Named as _, Settings};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlSelectElement};

use crate::stage::{Stage, attribute};

fn is_shown(element: &Element) -> bool {
    element.get_bounding_client_rect().width() > 0.0
}

/// The settings to which the link in this element leads.
fn linked(stage: &Stage, selector: &str) -> Settings {
    let link = stage.text(selector);
    let (_, fragment) = link.split_once('#').expect("a link has a fragment");
    Settings::from_fragment(fragment).settings
}

#[wasm_bindgen_test]
async fn the_link_holds_all_that_is_set_and_the_seed_as_soon_as_it_settles() {
    let stage = Stage::new("").await;
    stage
        .until("there is a link", || {
            stage.text("#permalink").contains("seed=")
        })
        .await;
    let origin = stage.window.location().origin().expect("it has an origin");
    assert!(
        stage
            .text("#permalink")
            .starts_with(&format!("{origin}/#seed="))
    );
    stage.enter("input[type=number][data-setting=p]", "0.5");
    stage.finish("input[type=number][data-setting=p]");
    stage
        .until("the link has followed", || {
            stage.text("#permalink").contains("#p=0.5&seed=")
        })
        .await;
    let shown = Settings::from_fragment(&stage.fragment()).settings;
    assert_eq!(linked(&stage, "#permalink"), shown);
}

#[wasm_bindgen_test]
async fn the_system_s_own_way_to_share_is_offered_where_there_is_one() {
    let stage = Stage::before_start("p=0.5&seed=7").await;
    stage.run_script(
        "navigator.share = ({ title, url }) => {
            globalThis.shared = `${title} ${url}`;
            return Promise.reject(new Error('the reader thinks better of it'));
        }; 0",
    );
    stage.start_as_usual().await.expect("the page starts");
    stage
        .until("the page is ready", || stage.ready() == "true")
        .await;
    assert!(is_shown(&stage.element("button[data-action=share]")));
    stage.click("button[data-action=share]");
    let shared = stage.run_script("shared").as_string();
    let link = stage.text("#permalink");
    let title = stage.document.title();
    assert_eq!(shared, Some(format!("{title} {link}")));
    stage.frame().await;
    assert!(stage.take_errors().is_empty());
}

#[wasm_bindgen_test]
async fn each_figure_has_a_menu_with_a_link_to_it() {
    let stage = Stage::new("p=0.5&seed=7").await;
    for (name, _) in Figure::NAMES {
        let button = stage.element(&format!("#figure-{name} .take"));
        assert_eq!(attribute(&button, "popovertarget"), format!("take-{name}"));
        stage.click(&format!("#figure-{name} .take"));
        let menu = format!("#take-{name}:popover-open");
        let link = stage.text(&format!("{menu} code"));
        assert!(
            link.ends_with(&format!("/figure/{name}/#p=0.5&seed=7")),
            "{link}"
        );
        stage.click(&format!("{menu} button"));
        let selected = stage.run_script("getSelection().toString()");
        assert_eq!(selected.as_string(), Some(link));
    }
    let open = stage.all("[popover]:popover-open");
    assert_eq!(open.len(), 1, "only one menu is open at a time");
}

/// Chooses in the dialog, as a reader does.
fn choose(stage: &Stage, selector: &str, value: &str) {
    let select: HtmlSelectElement = stage.element(selector).unchecked_into();
    select.set_value(value);
    stage.finish(selector);
}

/// The code that the dialog has to show now.
fn code(stage: &Stage, figure: Figure, hide: Hidden, host: Host) -> String {
    let origin = stage.window.location().origin().expect("it has an origin");
    let settings = Settings::from_fragment(&stage.fragment()).settings;
    let height = attribute(&stage.element("#embed-preview"), "data-height");
    let height = height.parse().unwrap_or(560);
    Embed::new(&format!("{origin}/"), &settings, figure, hide, height).code(host)
}

#[wasm_bindgen_test]
async fn the_gallery_shows_every_figure_and_opens_its_code_and_a_preview() {
    let stage = Stage::new("p=0.5&seed=7").await;
    for (name, figure) in Figure::NAMES {
        let card = format!(".card[data-embed-figure={name}]");
        assert_eq!(stage.text(&format!("{card} span")), figure_title(*figure));
    }
    stage.click(".card[data-embed-figure=variance]");
    assert!(stage.element("#embed-dialog").has_attribute("open"));
    let expected = code(&stage, Figure::Variance, Hidden::default(), Host::Html);
    assert_eq!(stage.text("#embed-code"), expected);
    let preview = stage.element("#embed-preview iframe");
    assert_eq!(attribute(&preview, "sandbox"), "allow-scripts");
    assert!(attribute(&preview, "src").ends_with("/#p=0.5&seed=7&embed=variance"));

    for (name, host) in Host::NAMES {
        choose(&stage, "#embed-host", name);
        let expected = code(&stage, Figure::Variance, Hidden::default(), *host);
        assert_eq!(stage.text("#embed-code"), expected, "{name}");
    }
    choose(&stage, "#embed-figure", "mask");
    stage.input("#embed-hide input[value=mu]").set_checked(true);
    stage.finish("#embed-hide input[value=mu]");
    let hidden = Hidden::from_names("mu").expect("it is a part");
    let expected = code(&stage, Figure::Mask, hidden, Host::Reveal);
    assert_eq!(stage.text("#embed-code"), expected);

    stage.click("#embed-dialog [data-close]");
    assert!(!stage.element("#embed-dialog").has_attribute("open"));
    stage
        .until("the preview is gone", || {
            stage.all("#embed-preview iframe").is_empty()
        })
        .await;
}

#[wasm_bindgen_test]
async fn the_menu_of_a_figure_opens_its_code() {
    let stage = Stage::new("seed=7").await;
    stage.click("#figure-density .take");
    stage.click("#take-density [data-embed-figure]");
    assert!(
        stage
            .text("#embed-code")
            .contains("seed=7&amp;embed=density")
    );
}

#[wasm_bindgen_test]
async fn what_is_hidden_is_not_shown_and_the_rest_is() {
    let stage = Stage::new("seed=7&hide=p,sigma,scale,answer,caption,why,sources").await;
    for hidden in [
        ".drop",
        ".control[data-symbol=sigma]",
        "fieldset:has([name=scale])",
        "#answer",
        "figcaption",
        "#why",
        "#sources",
    ] {
        assert!(!is_shown(&stage.element(hidden)), "{hidden}");
    }
    for shown in [
        ".control[data-symbol=mu]",
        "fieldset:has([name=input])",
        "#figure-ratio .data",
        "#run",
        "#rules",
        "[data-action=reset]",
    ] {
        assert!(is_shown(&stage.element(shown)), "{shown}");
    }
    // A reset is of the explanation, not of what a teacher has hidden.
    stage.click("[data-action=reset]");
    stage.frame().await;
    assert!(!is_shown(&stage.element("#why")));
}

#[wasm_bindgen_test]
async fn alone_a_figure_has_a_link_to_the_whole_page_and_makes_no_history() {
    let stage = Stage::new("p=0.5&seed=7&embed=ratio&hide=mu,data").await;
    assert!(is_shown(&stage.element(".home")));
    assert!(attribute(&stage.element(".home a"), "href").ends_with("/#p=0.5&seed=7"));
    for hidden in [
        "#figure-ratio .take",
        "#figure-ratio .data",
        "#figure-density",
        "#share",
    ] {
        assert!(!is_shown(&stage.element(hidden)), "{hidden}");
    }
    let history = stage.window.history().expect("it has one");
    let length = history.length().expect("it has a length");
    stage.enter("input[type=number][data-setting=p]", "0.1");
    stage.finish("input[type=number][data-setting=p]");
    stage
        .until("the address follows", || {
            stage.fragment().starts_with("#p=0.1&")
        })
        .await;
    assert_eq!(history.length(), Ok(length));
    stage.go_to("#p=0.5&seed=7");
    stage
        .until("the page is whole", || !is_shown(&stage.element(".home")))
        .await;
}

/// Sends the page a message as the page around it does, whatever it is.
fn tell(message: &str) {
    // Called from the test's own page, which is the one around. A test that has failed leaves its iframe.
    js_sys::eval(&format!(
        "[...document.querySelectorAll('iframe')].at(-1).contentWindow.postMessage({message}, '*')"
    ))
    .expect("the test's scripts run");
}

#[wasm_bindgen_test]
async fn the_page_around_sets_what_it_names_and_nothing_else_does_anything() {
    let stage = Stage::new("p=0.5&mu=1&seed=7&embed=ratio&lang=fr").await;
    let before = stage.fragment();
    for malformed in [
        "null",
        "'#p=0.1'",
        "7",
        "[]",
        "{}",
        "{type: 'set', fragment: '#p=0.1'}",
        "{target: 'dropout', type: 'set', fragment: '#p=0.1'}",
        "{target: 'dropout-moments', fragment: '#p=0.1'}",
        "{target: 'dropout-moments', type: 'get', fragment: '#p=0.1'}",
        "{target: 'dropout-moments', type: 'set'}",
        "{target: 'dropout-moments', type: 'set', fragment: 0.1}",
        "{target: 'dropout-moments', type: 'set', fragment: {p: 0.1}}",
        "{target: ['dropout-moments'], type: 'set', fragment: '#p=0.1'}",
        "{target: 'dropout-moments', type: 'set', fragment: '#p=0.1&x=' + 'y'.repeat(2000)}",
    ] {
        tell(malformed);
    }
    // From the page itself, and not from the one around it.
    stage.run_script(
        "postMessage({target: 'dropout-moments', type: 'set', fragment: '#p=0.1'}, '*')",
    );
    // Messages come in order: when this one is there, so were the others.
    tell("{target: 'dropout-moments', type: 'set', fragment: '#mu=2&future=1'}");
    stage
        .until("μ is what the page around says", || {
            stage.input("input[type=number][data-setting=mu]").value() == "2"
        })
        .await;
    stage
        .until("the address follows", || stage.fragment() != before)
        .await;
    assert_eq!(stage.fragment(), "#p=0.5&mu=2&seed=7&embed=ratio&lang=fr");

    tell("{target: 'dropout-moments', type: 'set', fragment: '#p=7&mu=3'}");
    stage
        .until("μ follows all the same", || {
            stage.input("input[type=number][data-setting=mu]").value() == "3"
        })
        .await;
    assert!(
        stage
            .text("#notice")
            .contains("“p=7” in the link can’t be used")
    );
    assert_eq!(stage.value("exact.d.zeros"), Some(0.5));
}

/// What the page around has been told, of this type.
fn told(kind: &str) -> Vec<String> {
    let messages = js_sys::eval(&format!(
        "JSON.stringify(messages.filter((it) => it.type === '{kind}'))"
    ));
    let messages = messages
        .expect("the test's scripts run")
        .as_string()
        .expect("it is JSON");
    // Each is an object in a list.
    messages
        .trim_matches(['[', ']'])
        .split_inclusive('}')
        .map(str::to_owned)
        .collect()
}

#[wasm_bindgen_test]
async fn the_page_around_is_told_the_height_and_the_state() {
    js_sys::eval(
        "globalThis.messages = []; onmessage = ({ data }) => {
            if (data?.source === 'dropout-moments') messages.push(data);
        }; 0",
    )
    .expect("the test's scripts run");
    let stage = Stage::new("p=0.5&seed=7&embed=ratio").await;
    stage.until_run_is("done").await;
    stage
        .until("there are messages", || {
            told("state").concat().contains("run.samples\":1000000")
        })
        .await;
    let height = stage.run_script("Math.ceil(document.body.getBoundingClientRect().height)");
    let height = height.as_f64().expect("it is a number");
    let told_height =
        format!("{{\"source\":\"dropout-moments\",\"type\":\"resize\",\"height\":{height}}}");
    assert!(
        told("resize").concat().ends_with(&told_height),
        "{:?}",
        told("resize")
    );
    let state = told("state").concat();
    assert!(
        state.contains("\"fragment\":\"#p=0.5&seed=7&embed=ratio\""),
        "{state}"
    );
    let root = 2.0_f64.sqrt();
    assert!(
        state.contains(&format!("\"exact.ratio.std\":{root}")),
        "{state}"
    );

    // Nothing but who it is from, the fragment and numbers.
    let strings = js_sys::eval(
        "messages.flatMap((it) => Object.entries({ ...it, ...it.numbers }))
            .filter(([, value]) => typeof value !== 'number').map(([key]) => key)
            .filter((key) => !['source', 'type', 'fragment', 'numbers'].includes(key)).join()",
    );
    assert_eq!(strings.expect("it runs").as_string().as_deref(), Some(""));
    let lower = told("resize").len();
    stage.resize(400, 900).await;
    stage
        .until("it is told that it is lower", || {
            told("resize").len() > lower
        })
        .await;
    js_sys::eval("onmessage = null; 0").expect("the test's scripts run");
}
