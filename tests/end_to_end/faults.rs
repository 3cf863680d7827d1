//! What may go wrong on a reader's machine, and what the page makes of it.

use super::*;

#[test]
fn without_its_program_the_page_is_readable_and_says_why() {
    let visit = Visit::with(Rules {
        missing: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "A part of the page can’t be loaded");
}

#[test]
fn a_page_that_lacks_an_element_says_which() {
    let visit = Visit::with(Rules {
        replace: &[("run-state", "another-id")],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "the page has no #run-state");
}

/// What of the figures can be seen, and where: of each `<figure>`, its canvas and its pictures.
fn seen_in_figures(browser: &Browser) -> Value {
    browser.run(
        "return [...document.querySelectorAll('.plot')].map(plot =>
            [...plot.querySelectorAll('canvas, svg')]
                .filter(it => it.checkVisibility({ checkVisibilityCSS: true }))
                .map(it => {
                    const { x, width, height } = it.getBoundingClientRect();
                    return [it.localName, x, width, height];
                }))",
    )
}

#[test]
fn a_picture_stands_in_for_each_canvas_at_its_place() {
    let visit = Visit::new("seed=7&n=1000");
    until_run_is(&visit.browser, "done");
    let canvases = seen_in_figures(&visit.browser);

    let visit = Visit::with(Rules {
        missing: &[".wasm", ".fallback.js"],
        ..Rules::default()
    });
    visit.browser.open(&visit.address(""));
    assert_failed(&visit.browser, "A part of the page can’t be loaded");
    let pictures = seen_in_figures(&visit.browser);
    let of = |figures: &Value, name: &str| {
        let figures = figures.as_array().expect("the script gives an array");
        assert_eq!(figures.len(), 6);
        figures
            .iter()
            .map(|seen| {
                // One of them, and of that kind: nobody is shown or told a figure twice.
                assert_eq!(seen.as_array().map(Vec::len), Some(1), "{seen}");
                assert_eq!(seen[0][0], name);
                json!([seen[0][1], seen[0][2], seen[0][3]])
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&canvases, "canvas"), of(&pictures, "svg"));
    let text = text(&visit.browser.run(
        "return [...document.querySelectorAll('.plot svg text')].map(it => it.textContent).join()",
    ));
    assert!(
        text.contains("30 % are exactly 0") && text.contains("+19.5 %"),
        "{text}"
    );
    let names = visit.browser.run(
        "return [...document.querySelectorAll('.plot svg')].map(it => it.getAttribute('aria-label'))",
    );
    assert!(
        names[0].as_str().is_some_and(|name| name.contains("1.195")),
        "{names}"
    );
}
