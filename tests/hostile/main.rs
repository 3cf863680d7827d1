//! Whatever a link, a message or a file says: no panic, and the settings stay within their limits.
//!
//! A case is made of pieces that mean something to the readers, and of anything else. Ordinary runs try
//! some thousands; `cargo xtask fuzz` as many as it is told, by `DROPOUT_MOMENTS_CASES`, and prints how
//! long the longest took. What once failed is kept: by hand in [`PAST`], by proptest in `failures.txt` beside this file.
//! The end-to-end tests try the same in browsers.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::disallowed_methods,
    reason = "this clock runs on the machine itself, not in a browser"
)]

mod pieces;

use std::cell::Cell;
use std::time::{Duration, Instant};

use dropout_moments::sampling::{NoNumbers, NumberReader, Numbers};
use dropout_moments::scene::{Scene, data_problem, data_report};
use dropout_moments::settings::{Distribution, ParsedFragment, Settings};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use pieces::{PAST, cases, some_text};

/// Tries all cases, and prints how long they took.
fn try_all<S: Strategy>(
    what: &str,
    cases: u32,
    strategy: S,
    check: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/hostile/failures.txt"
        )))),
        ..Config::default()
    };
    let longest = Cell::new(Duration::ZERO);
    let outcome = TestRunner::new(config).run(&strategy, |case| {
        let start = Instant::now();
        let result = check(case);
        longest.set(longest.get().max(start.elapsed()));
        result
    });
    if let Err(error) = outcome {
        panic!("{what}: {error}");
    }
    println!(
        "{what}: {cases} tried, the longest took {:.2} ms",
        longest.get().as_secs_f64() * 1e3
    );
}

/// As [`check`], of a link's fragment.
fn check_fragment(fragment: &str) -> Result<Settings, TestCaseError> {
    check(Settings::from_fragment(fragment))
}

/// The settings are within their limits, and are those that their own fragment gives.
fn check(parsed: ParsedFragment) -> Result<Settings, TestCaseError> {
    let settings = parsed.settings;
    prop_assert!((0.0..1.0).contains(&settings.drop_probability.get()));
    prop_assert!(settings.input.mean.get().abs() <= 10.0);
    prop_assert!((0.0..=10.0).contains(&settings.input.standard_deviation.get()));
    prop_assert!((100..=10_000_000_000).contains(&settings.samples.get()));
    prop_assert_ne!(
        settings.input.distribution,
        Distribution::Custom,
        "there are no data"
    );
    for notice in &parsed.notices {
        let length = notice.to_string().chars().count();
        prop_assert!(length < 300, "{notice}");
    }
    let again = Settings::from_fragment(&settings.to_fragment());
    prop_assert_eq!(again.notices, []);
    prop_assert_eq!(&again.settings, &settings);
    Ok(settings)
}

#[test]
fn no_fragment_leads_out_of_the_limits() {
    for fragment in PAST {
        check_fragment(fragment).expect("it holds by now");
    }
    try_all("fragments", cases(), some_text(), |fragment| {
        check_fragment(&fragment).map(drop)
    });
}

/// What the page around a figure sends changes settings that are already there.
#[test]
fn no_message_leads_out_of_the_limits() {
    try_all(
        "messages",
        cases(),
        (some_text(), some_text()),
        |(fragment, message)| {
            let settings = check_fragment(&fragment)?;
            check(settings.amended(&message)).map(drop)
        },
    );
}

/// What a page would show: a thousandth part of the fragments, since it takes so much longer.
#[test]
fn whatever_a_fragment_says_can_be_shown() {
    for fragment in PAST {
        let scene = Scene::new(&Settings::from_fragment(fragment).settings, None);
        assert!(!scene.quantities.is_empty());
    }
    try_all("scenes", cases() / 100, some_text(), |fragment| {
        let scene = Scene::new(&check_fragment(&fragment)?, None);
        for quantity in &scene.quantities {
            prop_assert!(quantity.value.is_none_or(f64::is_finite), "{quantity:?}");
        }
        Ok(())
    });
}

fn read(text: &[u8], piece: usize) -> Result<Numbers, NoNumbers> {
    let mut reader = NumberReader::default();
    for piece in text.chunks(piece) {
        if reader.wants_more() {
            reader.push(piece);
        }
    }
    reader.finish()
}

/// Whatever is in a file, and however it comes: the same numbers, all of them usable, and a short report.
fn check_text(text: &[u8], piece: usize) -> Result<(), TestCaseError> {
    let whole = read(text, usize::MAX);
    let in_pieces = read(text, piece);
    // Whether a text is of 16-bit characters is told by how its first piece begins.
    if !matches!(whole, Err(NoNumbers::Utf16)) {
        prop_assert_eq!(&whole, &in_pieces);
    }
    let report = match whole {
        Err(problem) => data_problem(&problem),
        Ok(numbers) => {
            prop_assert!(numbers.values().iter().all(|it| it.abs() <= 1e30));
            let data = numbers.data();
            let all = data.to_numbers();
            prop_assert!(all.iter().all(|it| it.is_finite()), "{all:?}");
            prop_assert!(data.values.iter().all(|it| it.is_finite()));
            data_report(&numbers, &data)
        }
    };
    let length: usize = report.iter().map(|line| line.chars().count()).sum();
    prop_assert!(length < 2_000, "{report:?}");
    Ok(())
}

/// What is too long for a number is shown as far as it is kept, which may end within a character.
#[test]
fn a_long_entry_is_shown_the_same_in_pieces() {
    let entry = format!("\u{202e}0.{}−", "0".repeat(395));
    check_text(entry.as_bytes(), 3).expect("it holds by now");
    // The mark before it does not count.
    for zeros in 395..405 {
        let entry = format!("\u{feff}-6.{}\n", "0".repeat(zeros));
        check_text(entry.as_bytes(), 1).expect("it holds by now");
    }
}

#[test]
fn no_file_of_numbers_is_too_much() {
    for text in PAST {
        check_text(text.as_bytes(), 3).expect("it holds by now");
    }
    let separator = select(
        &[
            ",", ";", "\n", "\r\n", " ", "\t", "[", "\"", "\0", "\u{feff}",
        ][..],
    );
    let text = prop::collection::vec((some_text(), separator), 0..4).prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(text, end)| [text, end.to_owned()])
            .collect::<String>()
    });
    let bytes = prop_oneof![
        9 => text.prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..64),
    ];
    try_all("files", cases(), (bytes, 1..9_usize), |(text, piece)| {
        check_text(&text, piece)
    });
}
