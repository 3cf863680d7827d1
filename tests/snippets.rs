//! The code that the page gives its readers does what the page says.
//!
//! All of it is parsed, and the Rust is compiled and run. Python runs the rest of what it can where
//! the variable `DROPOUT_MOMENTS_PYTHON` names one that has the libraries: `cargo xtask test
//! --with-python` makes it, and sets that.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use dropout_moments::scene::{FRAMEWORKS, Framework, Scene};
use dropout_moments::settings::{Data, Distribution, Named, SampleCount, Scaling, Seed, Settings};
use dropout_moments::theory::Exact;
use tree_sitter::{Language, Parser};

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
            let mut sentences = scene.sentences.iter();
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

/// Two numbers, each as often: their moments are those of the placeholder in the code.
fn own_data() -> Arc<Data> {
    let even = |k: usize| if k.is_multiple_of(2) { 1.0 } else { 0.0 };
    Arc::new(Data {
        count: 2.0,
        mean: -0.4,
        variance: 2.25,
        standardised: std::array::from_fn(even),
        zeros: 0.0,
        low: -1.9,
        high: 1.1,
        bins: vec![0.5, 0.5],
        values: vec![-1.0, 1.0],
    })
}

/// Every rule and input, at each of these p, with both notations among them.
fn every_setting(probabilities: &[&str]) -> Vec<Settings> {
    let mut all = Vec::new();
    for p in probabilities {
        for (input, distribution) in Distribution::NAMES {
            for (scale, _) in Scaling::NAMES {
                let notation = ["drop", "keep"][all.len() % 2];
                let mean = if all.len().is_multiple_of(3) {
                    ""
                } else {
                    "&mu=-0.5&sigma=1.5"
                };
                let fragment = format!("p={p}{mean}&scale={scale}&notation={notation}&seed=5");
                let mut settings = Settings::from_fragment(&fragment).settings;
                settings.input.data = Some(own_data());
                settings.input.distribution = *distribution;
                assert!(
                    *distribution == Distribution::Custom || settings.set("input", input).is_ok()
                );
                all.push(settings);
            }
        }
    }
    all
}

fn framework(id: &str) -> &'static Framework {
    let found = FRAMEWORKS.iter().find(|it| it.id == id);
    found.unwrap_or_else(|| panic!("there is no {id}"))
}

/// What is wrong with the five numbers that a program printed, in standard errors.
fn fault(settings: &Settings, printed: &str) -> Option<String> {
    let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
    let errors = exact.standard_errors(settings.samples.get());
    let expected = [
        ("x mean", Some(exact.x.mean), errors.x_mean),
        (
            "x std",
            Some(exact.x.standard_deviation()),
            errors.x_standard_deviation,
        ),
        ("d mean", Some(exact.d.mean), errors.d_mean),
        (
            "d std",
            Some(exact.d.standard_deviation()),
            errors.d_standard_deviation,
        ),
        (
            "std ratio",
            exact.standard_deviation_ratio(),
            errors.standard_deviation_ratio.unwrap_or_default(),
        ),
    ];
    let lines: Vec<&str> = printed.lines().collect();
    if lines.len() != expected.len() {
        return Some(format!("it prints {printed:?}"));
    }
    for (line, (name, exact, error)) in lines.into_iter().zip(expected) {
        let Some(value) = line.strip_prefix(name) else {
            return Some(format!("{line:?} is not {name}"));
        };
        let Ok(value) = value.trim().parse::<f64>() else {
            return Some(format!("{line:?} has no number"));
        };
        let is_right = match exact {
            // They print six digits.
            Some(exact) => (value - exact).abs() <= 4.0 * error + 1e-5 * (1.0 + exact.abs()),
            None => !value.is_finite(),
        };
        if !is_right {
            return Some(format!("{line:?}, but exact is {exact:?} ± {error}"));
        }
    }
    None
}

/// Runs the programs for each of these settings, and those that are off with another seed too: of
/// thousands of numbers some may lie four standard errors from the exact ones by chance, but not
/// twice.
fn assert_prints_what_is_exact(
    framework: &Framework,
    all: &[Settings],
    run: impl Fn(&[String]) -> Vec<String>,
) {
    let mut left = all.to_vec();
    for seed in [5, 6] {
        for settings in &mut left {
            settings.seed = Some(Seed(seed));
        }
        let codes: Vec<_> = left.iter().map(|it| framework.code(it)).collect();
        let printed = run(&codes);
        assert_eq!(printed.len(), codes.len());
        let mut faults = Vec::new();
        let mut off = Vec::new();
        for ((settings, code), printed) in left.into_iter().zip(&codes).zip(&printed) {
            if let Some(fault) = fault(&settings, printed) {
                faults.push(format!("{}: {fault}\n{code}", framework.name));
                off.push(settings);
            }
        }
        assert!(
            off.len() <= all.len() / 50 && (seed == 5 || off.is_empty()),
            "{} of {} are off:\n{}",
            off.len(),
            all.len(),
            faults.concat()
        );
        left = off;
    }
}

/// Runs programs one after the other in one Python, which then loads their libraries only once.
fn run_in_python(python: &str, codes: &[String]) -> Vec<String> {
    const RUN_ALL: &str = "\
import contextlib, io, json, sys
printed = []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    printed.append(output.getvalue())
print(json.dumps(printed))";
    let mut child = Command::new(python)
        .args(["-W", "ignore", "-c", RUN_ALL])
        .env("KERAS_BACKEND", "jax")
        .env("JAX_PLATFORMS", "cpu")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python can be run");
    let codes = serde_json::to_vec(codes).expect("texts can be written");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(&codes).expect("Python reads it");
    drop(input);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "Python: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("it printed JSON")
}

#[track_caller]
fn assert_right_in_python(id: &str) {
    let Ok(python) = std::env::var("DROPOUT_MOMENTS_PYTHON") else {
        return;
    };
    let mut all = every_setting(&["0", "0.1", "0.5", "0.9"]);
    for settings in &mut all {
        settings.samples = SampleCount::new(200_000).expect("is allowed");
    }
    assert_prints_what_is_exact(framework(id), &all, |codes| run_in_python(&python, codes));
}

#[test]
fn pytorch_prints_what_is_exact() {
    assert_right_in_python("pytorch");
}

#[test]
fn the_threads_pytorch_prints_what_is_exact() {
    assert_right_in_python("thread");
}

#[test]
fn fastai_prints_what_is_exact() {
    assert_right_in_python("fastai");
}

#[test]
fn keras_prints_what_is_exact() {
    assert_right_in_python("keras");
}

#[test]
fn jax_prints_what_is_exact() {
    assert_right_in_python("jax");
}

#[test]
fn numpy_prints_what_is_exact() {
    assert_right_in_python("numpy");
}

/// Each rule once and each input once, as programs of one crate with the versions that the code
/// itself names.
#[test]
fn rust_prints_what_is_exact() {
    let mut all = every_setting(&["0.35"]);
    let mut index = 0..;
    all.retain(|_| index.next().is_some_and(|index| index % 6 == 0));
    assert_eq!(all.len(), Scaling::NAMES.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-snippets");
    let programs = folder.join("src/bin");
    fs::create_dir_all(&programs).expect("the folder can be written to");
    let manifest = "[package]\nname = \"snippets\"\nedition = \"2024\"\n[workspace]\n\
                    [dependencies]\nrand = \"0.10\"\nrand_distr = \"0.6\"\n";
    fs::write(folder.join("Cargo.toml"), manifest).expect("it can be written");
    // The same versions as in the tests, which are at hand without a network.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    fs::copy(lock, folder.join("Cargo.lock")).expect("it can be copied");
    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--quiet", "--offline"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .output()
            .expect("cargo can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_prints_what_is_exact(framework("rust"), &all, |codes| {
        for (index, code) in codes.iter().enumerate() {
            let program = programs.join(format!("snippet{index}.rs"));
            fs::write(program, code).expect("it can be written");
        }
        let run = |index| cargo(&["run", "--bin", &format!("snippet{index}")]);
        (0..codes.len()).map(run).collect()
    });
}

/// Where a parser finds something that is not of the language.
fn syntax_errors(language: &Language, code: &str) -> bool {
    let mut parser = Parser::new();
    parser.set_language(language).expect("its version fits");
    let tree = parser.parse(code, None).expect("it has a language");
    tree.root_node().has_error()
}

#[test]
fn every_framework_gets_code_of_its_language() {
    for framework in &FRAMEWORKS {
        let language: Language = match framework.id {
            "julia" => tree_sitter_julia::LANGUAGE.into(),
            "r" => tree_sitter_r::LANGUAGE.into(),
            "rust" => tree_sitter_rust::LANGUAGE.into(),
            _ => tree_sitter_python::LANGUAGE.into(),
        };
        for settings in every_setting(&["0", "1e-7", "0.35", "0.999999"]) {
            let code = framework.code(&settings);
            assert!(!syntax_errors(&language, &code), "{code}");
            assert!(code.is_ascii() && !code.contains('$'), "{code}");
            let broken = code.replace(')', "");
            assert!(syntax_errors(&language, &broken), "the parser has teeth");
        }
    }
}

/// What a framework lacks is taken from PyTorch, and none lacks anything that PyTorch alone has.
#[test]
fn each_framework_has_its_own_words() {
    let mut names = Vec::new();
    for framework in &FRAMEWORKS {
        assert!(!names.contains(&framework.name), "{}", framework.name);
        names.push(framework.name);
        for settings in every_setting(&["0.35"]) {
            let code = framework.code(&settings);
            let has = |word: &str| code.contains(word);
            let is_own = match framework.id {
                "pytorch" => has("torch.nn.") || has("no module for it"),
                "thread" => has("mask"),
                "fastai" => has("dropout_mask") || has("no layer for it") || has("PyTorch's own"),
                "keras" | "jax" | "numpy" => has("ddof=1") && !has("torch"),
                _ => !has("torch"),
            };
            assert!(is_own, "{}: {code}", framework.id);
            // A number is added to all of a vector, which is a word of its own in Julia.
            let x = code.lines().find(|line| line.starts_with("x = "));
            let adds = x.is_some_and(|line| line.contains(" + ") || line.contains(" * "));
            assert!(framework.id != "julia" || !adds, "{code}");
        }
    }
}

#[test]
fn the_parameters_are_the_frameworks_own_whatever_the_page_calls_p() {
    for (id, drop, keep) in [
        ("pytorch", "Dropout(p=p)(x)", "Dropout(p=1 - p)(x)"),
        ("thread", "(x, 1 - p)) / (1 - p)", "(x, p)) / p"),
        ("fastai", "x.shape, p=p)", "x.shape, p=1 - p)"),
        ("keras", "Dropout(rate=p)(x", "Dropout(rate=1 - p)(x"),
        ("jax", "Dropout(rate=p, rngs", "Dropout(rate=1 - p, rngs"),
        ("numpy", "< 1 - p) / (1 - p)", "< p) / p"),
        ("julia", ".< 1 - p) ./ (1 - p)", ".< p) ./ p"),
        ("r", "rbinom(n, 1, 1 - p) / (1 - p)", "rbinom(n, 1, p) / p"),
        (
            "rust",
            "bool(1.0 - p) { x / (1.0 - p) }",
            "bool(p) { x / p }",
        ),
    ] {
        for (notation, expected, p) in [("drop", drop, "0.1"), ("keep", keep, "0.9")] {
            let settings = Settings::from_fragment(&format!("p=0.1&notation={notation}")).settings;
            let code = framework(id).code(&settings);
            assert!(code.contains(expected), "{code}");
            assert!(
                code.contains(p) && code.contains(&format!("to {notation}\n")),
                "{code}"
            );
        }
    }
}

#[test]
fn each_generator_gets_a_seed_that_it_takes() {
    let settings = Settings::from_fragment(&format!("seed={}&n=1e10", u64::MAX)).settings;
    for (id, seed) in [
        ("pytorch", "manual_seed(18446744073709551615)"),
        ("keras", "set_random_seed(4294967295)"),
        ("jax", "Rngs(4294967295)"),
        ("r", "set.seed(2147483647)"),
        ("rust", "seed_from_u64(18446744073709551615)"),
    ] {
        let code = framework(id).code(&settings);
        assert!(code.contains(seed), "{code}");
        assert!(code.contains("100000000"), "not more than the thread's");
        assert!(!code.contains("10000000000"), "not more than the thread's");
    }
}

/// The last line is what the program should print, with a minus that programs read.
#[test]
fn the_code_ends_with_the_exact_values() {
    for framework in &FRAMEWORKS {
        for (fragment, expected) in [
            ("mu=-1.5&p=0.5", "exact: -1.5, 1, -1.5, 2.06155, 2.06155\n"),
            ("input=ones&p=0.5", "exact: 1, 0, 1, 1, none\n"),
        ] {
            let code = framework.code(&Settings::from_fragment(fragment).settings);
            assert!(code.ends_with(expected), "{code}");
        }
    }
}
