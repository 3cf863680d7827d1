//! What the page gives away: links to it and to its figures.

use dropout_moments::settings::{Figure, Named as _, Settings};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, attribute};

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
