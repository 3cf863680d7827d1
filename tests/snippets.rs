//! The code that the page gives its readers does what the page says, run by Python.
//!
//! Only where the variable `DROPOUT_MOMENTS_PYTHON` names a Python that has NumPy and SymPy.
#![cfg(not(target_arch = "wasm32"))]

use std::process::Command;

use dropout_moments::scene::Scene;
use dropout_moments::settings::{Distribution, Named, Scaling, Settings};
use dropout_moments::theory::Exact;

const PAGE: &str = include_str!("../index.html");

/// The code as a reader with these settings copies it.
fn code(id: &str, fragment: &str) -> String {
    let scene = Scene::new(&Settings::from_fragment(fragment).settings, None);
    let (_, rest) = PAGE
        .split_once(&format!("<pre id=\"{id}\""))
        .expect("it is there");
    let (_, rest) = rest.split_once("<code>").expect("it is code");
    let (mut rest, _) = rest.split_once("</code>").expect("it ends");
    let hidden = if fragment.contains("keep") {
        "in-drop"
    } else {
        "in-keep"
    };
    let mut code = String::new();
    while let Some((text, tag)) = rest.split_once('<') {
        code += text;
        let (tag, after) = tag.split_once('>').expect("the tag ends");
        rest = after;
        let skipped = |rest: &'static str| rest.split_once("</").expect("it ends").1;
        if let Some(name) = tag.strip_prefix("output data-sentence=") {
            let sections = scene.sections.as_ref().expect("a whole scene has them");
            let mut sentences = sections.sentences.iter();
            let found = sentences.find(|(it, _)| *it == name.trim_matches('"'));
            code += &found.expect("it is a sentence").1;
            rest = skipped(rest).split_once('>').expect("the tag ends").1;
        } else if let Some(name) = tag.strip_prefix("output data-quantity=") {
            let mut quantities = scene.quantities.iter();
            let found = quantities.find(|it| it.name == name.trim_matches('"'));
            code += &found.expect("it is a quantity").text;
            rest = skipped(rest).split_once('>').expect("the tag ends").1;
        } else if tag.contains(hidden) {
            rest = skipped(rest).split_once('>').expect("the tag ends").1;
        }
    }
    (code + rest).replace("&lt;", "<")
}

/// The numbers that a program prints.
fn run(python: &str, code: &str) -> Vec<f64> {
    let output = Command::new(python).args(["-c", code]).output();
    let output = output.expect("Python can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{code}\n{errors}");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = text
        .split_whitespace()
        .map(|word| word.parse().expect(word));
    numbers.collect()
}

#[test]
fn python_finds_what_the_page_says() {
    let Ok(python) = std::env::var("DROPOUT_MOMENTS_PYTHON") else {
        return;
    };
    // A fragment holds no data of the reader's own, which come last.
    let (_, inputs) = Distribution::NAMES.split_last().expect("there are some");
    for (index, (input, _)) in inputs.iter().enumerate() {
        for (scale, scaling) in Scaling::NAMES {
            let notation = ["drop", "keep"][(index + scale.len()) % 2];
            let fragment =
                format!("p=0.35&mu=0.8&sigma=1.5&input={input}&scale={scale}&notation={notation}");
            let settings = Settings::from_fragment(&fragment).settings;
            let (p, law) = (settings.drop_probability, &settings.input);
            let exact = Exact::new(law, p, *scaling);
            let errors = exact.standard_errors(10_000_000);
            let found = run(&python, &code("code-numpy", &fragment));
            for (found, (expected, error)) in found.iter().zip([
                (exact.x.standard_deviation(), errors.x_standard_deviation),
                (exact.d.mean, errors.d_mean),
                (exact.d.standard_deviation(), errors.d_standard_deviation),
            ]) {
                let off = (found - expected).abs();
                assert!(off <= 5.0 * error + 1e-9, "{fragment}: {found} {expected}");
            }
            assert_eq!(found.len(), 3);
        }
        let fragment = format!("p=0.35&mu=0.8&sigma=1.5&input={input}&notation=keep");
        let settings = Settings::from_fragment(&fragment).settings;
        let exact = Exact::new(
            &settings.input,
            settings.drop_probability,
            Scaling::Inverted,
        );
        for fragment in [fragment.replace("keep", "drop"), fragment] {
            let found = run(&python, &code("code-sympy", &fragment));
            let [residual, variance] = found[..] else {
                panic!("{found:?}");
            };
            assert_eq!(residual, 0.0);
            assert!(
                (variance - exact.d.variance).abs() < 1e-12,
                "{fragment}: {variance}"
            );
        }
    }
}
