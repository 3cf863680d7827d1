//! The self-check passes here, can fail, and holds the references that the theory is tested with.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::scene::{REFERENCES, self_check};
use dropout_moments::settings::Seed;

/// Value stability: if the digests change on purpose, those in `src/scene/self_check.rs` become the
/// ones that are found here.
#[test]
fn every_check_passes() {
    for seed in [0, 7, u64::MAX] {
        let checks = self_check(Seed(seed));
        assert_eq!(checks.len(), 11);
        for check in &checks {
            assert!(check.passed, "{check:?}");
        }
    }
}

/// Chance is tested with other numbers for another seed, bits are not.
#[test]
fn a_seed_decides_what_is_drawn_and_nothing_else() {
    let (a, b) = (self_check(Seed(1)), self_check(Seed(1000)));
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(
            a.found != b.found,
            a.name.starts_with("chance"),
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn the_references_are_those_of_the_theory() {
    let cases = include_str!("reference_cases.json");
    let cases: serde_json::Value = serde_json::from_str(cases).expect("it is JSON");
    let cases = cases.as_object().expect("it is an object");
    for (fragment, variance, ratio) in REFERENCES {
        let found = cases.values().any(|case| {
            let is =
                |key: &str, value: f64| case.get(key).and_then(|it| it.as_f64()) == Some(value);
            (is("var", variance) || is("var_d", variance)) && is("ratio", ratio)
        });
        assert!(found, "{fragment}");
    }
}
