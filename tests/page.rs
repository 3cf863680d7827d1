//! What must be true of the page's text and styles, whatever browser shows them.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::scene::Host;
use dropout_moments::settings::{Hidden, Named as _};

const PAGE: &str = include_str!("../index.html");
const STYLES: &str = include_str!("../www/theme.css");

/// Relative luminance (WCAG 2.2, section "relative luminance") of `#rgb` or `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let per_channel = digits.len() / 3;
    let channel = |index: usize| {
        let digits = &digits[index * per_channel..(index + 1) * per_channel];
        let value = u8::from_str_radix(digits, 16).expect("it is hexadecimal");
        let value = f64::from(if per_channel == 1 { 17 * value } else { value }) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

/// The contrast ratio of two colours (WCAG 2.2).
fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The values of a custom property in light and in dark, the last of its definitions.
fn colours<'a>(styles: &'a str, name: &str) -> [&'a str; 2] {
    let definition = format!("--{name}: light-dark(");
    let (_, rest) = styles
        .rsplit_once(&definition)
        .unwrap_or_else(|| panic!("there is no {name}"));
    let (pair, _) = rest.split_once(')').expect("the bracket is closed");
    pair.split_once(", ").expect("there are two").into()
}

#[track_caller]
fn assert_contrast(styles: &str, front: &[&str], ground: &str, least: f64) {
    for name in front {
        let pairs = colours(styles, name)
            .into_iter()
            .zip(colours(styles, ground));
        for ((colour, ground), scheme) in pairs.zip(["light", "dark"]) {
            let ratio = contrast(colour, ground);
            assert!(ratio >= least, "{name} in {scheme}: {ratio:.2}:1");
        }
    }
}

#[test]
fn contrast_is_that_of_the_standard_in_its_known_cases() {
    assert!((contrast("#000", "#ffffff") - 21.0).abs() < 1e-12);
    assert!((contrast("#777", "#fff") - 4.478).abs() < 5e-4);
}

#[test]
fn every_text_can_be_read() {
    let (usual, _) = STYLES
        .split_once("@media (prefers-contrast: more)")
        .expect("more contrast is there on request");
    for ground in ["paper", "tint"] {
        let texts = ["ink", "soft", "before", "after"];
        assert_contrast(usual, &texts, ground, 4.5);
        assert_contrast(STYLES, &texts, ground, 7.0);
        // What shows where a control is, and which has the focus.
        assert_contrast(usual, &["edge", "focus"], ground, 3.0);
        assert_contrast(STYLES, &["edge", "focus"], ground, 4.5);
    }
    assert_contrast(usual, &["ink"], "notice", 7.0);
}

#[test]
fn the_page_names_the_version_that_it_is() {
    let version = concat!("Dropout Moments ", env!("CARGO_PKG_VERSION"), ".");
    assert!(PAGE.contains(version), "{version} is not in the footer");
}

#[test]
fn headings_and_landmarks_are_in_order() {
    let levels: Vec<_> = PAGE
        .match_indices("<h")
        .filter_map(|(at, _)| PAGE[at + 2..].chars().next()?.to_digit(10))
        .collect();
    assert_eq!(levels.first(), Some(&1));
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    for pair in levels.windows(2) {
        assert!(pair[1] <= pair[0] + 1, "h{} after h{}", pair[1], pair[0]);
    }
    for landmark in ["<main>", "<footer>", "<form "] {
        assert_eq!(PAGE.matches(landmark).count(), 1, "{landmark}");
    }
    for section in PAGE.split("<section ").skip(1) {
        let (tag, _) = section.split_once('>').expect("the tag ends");
        assert!(tag.contains("aria-labelledby="), "<section {tag}>");
    }
}

#[test]
fn every_part_that_can_be_hidden_has_a_style_that_hides_it() {
    let styles = include_str!("../www/share.css");
    for name in Hidden::PARTS {
        assert!(
            styles.contains(&format!("[data-hide~=\"{name}\"] ")),
            "{name}"
        );
    }
}

#[test]
fn every_host_is_offered() {
    for (name, _) in Host::NAMES {
        assert!(
            PAGE.contains(&format!("<option value=\"{name}\">")),
            "{name}"
        );
    }
}
