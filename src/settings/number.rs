//! Numbers as text, both ways.
//!
//! Bytes decide how: std's two ways weigh 16 KB in the compressed wasm, a library's exact reader 4 KB,
//! this file 2 KB.

use lexical_write_float::format::STANDARD;
use lexical_write_float::{Options, ToLexicalWithOptions as _};
use num_traits::pow;

const OPTIONS: Options = Options::builder().trim_floats(true).build_strict();

/// The number that a text says; `None` where it says none.
///
/// It is the nearest f64 to any text of up to 15 digits and a decimal exponent within ±22, where both
/// parts are exact and one operation rounds (Clinger 1990), and to every text that [`shortest`] wrote.
/// To others it is near enough.
pub(super) fn parse(text: &str) -> Option<f64> {
    let (number, is_nearest) = read(text)?;
    let magnitude = text.trim_start_matches('-');
    Some(if is_nearest {
        number
    } else {
        written_as(magnitude, number.abs()).copysign(number)
    })
}

/// As the fragment's numbers are read, but at most a few units in the last place off where a text
/// has more than 15 digits: ten million of them can't wait for more.
#[must_use]
pub fn nearly(text: &str) -> Option<f64> {
    read(text).map(|(number, _)| number)
}

/// The number that a text says, and whether it is the nearest f64.
fn read(text: &str) -> Option<(f64, bool)> {
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => (-1.0, magnitude),
        None => (1.0, text),
    };
    let (decimal, exponent) = match magnitude.split_once(['e', 'E']) {
        Some((decimal, exponent)) => (decimal, exponent.parse().ok()?),
        None => (magnitude, 0),
    };
    let mut exponent: i32 = exponent;
    let (mut digits, mut in_fraction, mut is_number) = (0_u64, false, false);
    for character in decimal.bytes() {
        if character == b'.' && !in_fraction {
            in_fraction = true;
            continue;
        }
        let digit = character.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        is_number = true;
        // Later digits than the 18th move nothing that an f64 holds.
        let heard = digits < 10_u64.pow(17);
        if heard {
            digits = 10 * digits + u64::from(digit);
        }
        let shift = i32::from(!heard) - i32::from(in_fraction);
        exponent = exponent.saturating_add(shift);
    }
    if !is_number {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2⁵³, as the docs say"
    )]
    let number = scaled(digits as f64, exponent);
    let is_nearest = digits < 1 << 53 && exponent.abs() <= EXACT_POWER;
    Some((sign * number, is_nearest))
}

/// 10²² is the largest power of ten that is exact.
const EXACT_POWER: i32 = 22;

/// number · 10^exponent.
fn scaled(mut number: f64, exponent: i32) -> f64 {
    // Beyond these, everything is 0 or infinite.
    let mut left = exponent.clamp(-400, 400);
    while left != 0 {
        let step = left.clamp(-EXACT_POWER, EXACT_POWER);
        let power = pow(10.0, step.unsigned_abs() as usize);
        number = if step > 0 {
            number * power
        } else {
            number / power
        };
        left -= step;
    }
    number
}

/// The number near `number` that [`shortest`] writes as `text`; `number` where there is none.
fn written_as(text: &str, number: f64) -> f64 {
    let (mut above, mut below) = (number, number);
    for _ in 0..16 {
        for candidate in [above, below] {
            if shortest(candidate) == text {
                return candidate;
            }
        }
        (above, below) = (above.next_up(), below.next_down());
    }
    number
}

/// The shortest text that is read as this number again: `0.3`, `10`, `1e-7`.
#[must_use]
pub fn shortest(number: f64) -> String {
    let mut buffer = [0; OPTIONS.buffer_size_const::<f64, STANDARD>()];
    let text = number.to_lexical_with_options::<STANDARD>(&mut buffer, &OPTIONS);
    text.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_short() {
        for (number, text) in [
            (0.3, "0.3"),
            (10.0, "10"),
            (-2.5, "-2.5"),
            (1e-7, "1e-7"),
            (0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(shortest(number), text);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "-",
            ".",
            "e",
            "1e",
            "e5",
            "1.2.3",
            "0x10",
            "1e1.5",
            "12 ",
            "inf",
            "NaN",
            "−1",
            "1e99999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("1e400"), Some(f64::INFINITY));
        assert_eq!(parse("1e-2000000000"), Some(0.0));
        assert_eq!(parse(".5"), Some(0.5));
        assert_eq!(parse("5."), Some(5.0));
        assert_eq!(parse("1E3"), Some(1000.0));
    }

    proptest! {
        #[test]
        fn a_number_survives_its_text(number in any::<f64>()) {
            prop_assume!(!number.is_nan() && number.is_finite());
            prop_assert_eq!(shortest(number).parse(), Ok(number));
            prop_assert_eq!(parse(&shortest(number)), Some(number));
        }

        #[test]
        fn what_a_person_writes_is_read_as_std_reads_it(text in r"-?[0-9]{1,7}(\.[0-9]{0,8})?(e-?[0-9])?") {
            prop_assert_eq!(parse(&text), text.parse().ok());
        }

        #[test]
        fn any_text_is_read_as_std_reads_it_but_for_the_last_digits(text in r"-?[0-9]{0,25}\.?[0-9]{0,25}(e-?[0-9]{1,2})?") {
            for own in [parse(&text), nearly(&text)] {
                match (own, text.parse::<f64>()) {
                    (Some(own), Ok(std)) => prop_assert!((own - std).abs() <= 1e-14 * std.abs(), "{text}: {own} {std}"),
                    (None, Err(_)) => {}
                    (own, std) => prop_assert!(false, "{text}: {own:?} {std:?}"),
                }
            }
        }
    }
}
