//! What hostile texts are made of.

use proptest::prelude::*;
use proptest::sample::select;

/// Fragments and texts that are worth a second look: each once made something fail, or nearly did.
pub(crate) const PAST: [&str; 8] = [
    "",
    "p=1&p=0.9999999999999999",
    "p=0.3&#",
    "##&#&p=0.5&#lang=fr",
    "p=%30.5&mu=１&sigma=٣",
    "seed=18446744073709551616&n=1e308&draw=-0",
    "mu=-0&sigma=1e-320&input=relu&p=0.999999",
    "x=<script>alert(1)</script>&y=\u{202e}\u{0}",
];

/// What the readers know, or half know.
const PIECES: [&str; 58] = [
    "p=",
    "mu=",
    "sigma=",
    "input=",
    "scale=",
    "n=",
    "seed=",
    "draw=",
    "notation=",
    "theme=",
    "embed=",
    "hide=",
    "units=",
    "weights=",
    "layers=",
    "width=",
    "activation=",
    "init=",
    "&",
    "#",
    "=",
    "%",
    "%26",
    "+",
    "normal",
    "relu",
    "uniform",
    "ones",
    "custom",
    "inverted",
    "none",
    "sqrt",
    "gaussian",
    "alpha",
    "keep",
    "dark",
    "ratio",
    "0",
    "1",
    "0.3",
    "-1",
    "10",
    "1e10",
    "1e309",
    "-1e-309",
    "NaN",
    "inf",
    "18446744073709551615",
    "0x1p-3",
    " ",
    "\t",
    "\u{feff}",
    "−",
    "１",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u{202e}",
];

/// How many cases are tried.
pub(crate) fn cases() -> u32 {
    let given = std::env::var("DROPOUT_MOMENTS_CASES").ok();
    given.and_then(|it| it.parse().ok()).unwrap_or(4_000)
}

pub(crate) fn some_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<f64>().prop_map(|it| it.to_string()),
        1 => "\\PC{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}
