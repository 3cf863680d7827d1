//! What the page says, and that the page without scripts says the same.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::scene::Scene;
use dropout_moments::settings::Settings;

const PAGE: &str = include_str!("../index.html");

fn answer(fragment: &str) -> String {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    let scene = Scene::new(&parsed.settings, None);
    scene.answer.iter().map(|span| span.text.as_str()).collect()
}

fn text(fragment: &str, name: &str) -> String {
    let scene = Scene::new(&Settings::from_fragment(fragment).settings, None);
    let found = scene
        .quantities
        .into_iter()
        .find(|quantity| quantity.name == name);
    found
        .unwrap_or_else(|| panic!("there is no quantity {name}"))
        .text
}

/// Removes tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => text.push(character),
            _ => {}
        }
    }
    text
}

/// What stands between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect("the start is there");
    rest.split_once(end).expect("the end is there").0
}

#[test]
fn the_answer_fits_every_rule() {
    assert_eq!(
        answer("p=0.3"),
        "No. It keeps the mean. At p = 0.30 the standard deviation grows by 19.5 %."
    );
    assert_eq!(
        answer("p=0.58"),
        "No. It keeps the mean. At p = 0.58 the standard deviation grows by 54.3 %."
    );
    assert_eq!(
        answer("p=0"),
        "At p = 0 nothing is dropped, so everything stays as it is."
    );
    assert_eq!(
        answer("p=0.25&scale=none"),
        "No. Without rescaling, every unit shrinks on average. At p = 0.25 the standard deviation \
         shrinks by 13.4 %."
    );
    assert_eq!(
        answer("p=0.5&scale=sqrt"),
        "With 1/√(1−p) it does, where the mean is 0, but every unit shrinks on average. At p = \
         0.50 each unit is, on average, 0.707 of itself."
    );
    assert_eq!(
        answer("p=0.5&scale=sqrt&mu=1"),
        "No. With 1/√(1−p) it keeps the root mean square. At p = 0.50 the standard deviation grows \
         by 22.5 %."
    );
    assert_eq!(
        answer("p=0.1&scale=alpha"),
        "Alpha dropout does, at mean 0 and std 1, but every unit shrinks on average. At p = 0.10 \
         each unit is, on average, 0.829 of itself."
    );
    assert_eq!(
        answer("p=0.3&input=ones"),
        "No. It keeps the mean. At p = 0.30 the standard deviation goes from 0 to 0.655."
    );
    assert_eq!(
        answer("p=0.123456"),
        "No. It keeps the mean. At p = 0.123456 the standard deviation grows by 6.8 %."
    );
}

#[test]
fn the_derivation_has_the_readers_numbers() {
    let fragment = "p=0.5&mu=1&sigma=2";
    assert_eq!(text(fragment, "given.scale"), "2");
    assert_eq!(text(fragment, "given.variance"), "4");
    assert_eq!(text(fragment, "derived.second-moment"), "10");
    assert_eq!(text(fragment, "derived.variance"), "9");
    assert_eq!(text(fragment, "derived.std"), "3");
    // The derivation is for inverted dropout, whatever rule is chosen.
    assert_eq!(text("p=0.5&scale=none", "derived.variance"), "2");
    // After a ReLU, mean and variance are those of its output.
    assert_eq!(text("input=relu", "given.mean"), "0.3989");
}

#[test]
fn before_a_run_nothing_is_measured() {
    for name in ["measured.d.std", "z.d.std", "run.samples"] {
        assert_eq!(text("", name), "–");
    }
    assert_eq!(text("", "exact.d.std"), "1.1952");
    assert_eq!(text("", "stderr.ratio.std"), "0.00068");
    assert_eq!(text("input=ones", "exact.ratio.std"), "–");
}

/// Without scripts the page shows the defaults; they are the scene's.
#[test]
fn the_static_page_says_what_the_scene_says() {
    let sentence = between(PAGE, "<p id=\"answer\" class=\"answer\">", "</p>");
    assert_eq!(plain(sentence), answer(""));
    let mut checked = 0;
    for output in PAGE.split("<output data-quantity=\"").skip(1) {
        let (name, rest) = output.split_once("\">").expect("the attribute ends");
        let shown = between(rest, "", "</output>");
        if !name.starts_with("run.") {
            assert_eq!(shown, text("", name), "{name}");
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked}");
}

/// Every quantity that the page asks for exists.
#[test]
fn the_page_asks_for_nothing_that_is_not_there() {
    for output in PAGE.split("data-quantity=\"").skip(1) {
        text("", between(output, "", "\""));
    }
}
