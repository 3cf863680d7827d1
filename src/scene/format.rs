//! Numbers as a reader wants to see them.

use crate::settings::shortest;

/// A number with so many significant digits, without trailing zeros: `1.429`, `0.7`, `0`.
#[inline(never)] // It is used in so many places that copies of it would weigh.
pub(super) fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    trimmed(fixed(value, digits - 1 - decade(value)))
}

/// A number with so many decimals (none where `decimals` is negative, never more than 15) and a
/// real minus sign. Decimals beyond the 17th digit say nothing and are left out; a number from 10¹⁵
/// on is written as `1.5e16`.
///
/// Integers do the writing: std's own would weigh 6 KB in the compressed wasm.
pub(crate) fn fixed(value: f64, decimals: i32) -> String {
    let magnitude = value.abs();
    let wanted = decimals.min(15);
    let (mut places, mut scale) = (0, 1.0);
    while places < wanted && magnitude * scale < 1e16 {
        places += 1;
        scale *= 10.0;
    }
    let units = (magnitude * scale).round_ties_even();
    // A value that rounds to 0 has no sign.
    let sign = if value < 0.0 && units > 0.0 {
        "−"
    } else {
        ""
    };
    if units.is_nan() || magnitude >= 1e15 {
        return format!("{sign}{}", shortest(magnitude));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 ≤ units ≤ 10¹⁷ and 0 ≤ places ≤ 15"
    )]
    let (units, places) = (units as u64, places as usize);
    let mut number = format!("{sign}{units:0>width$}", width = places + 1);
    if places > 0 {
        number.insert(number.len() - places, '.');
    }
    number
}

/// How many decimals show two significant digits of a standard error.
pub(super) fn decimals_for(standard_error: f64) -> i32 {
    if standard_error > 0.0 {
        1 - decade(standard_error)
    } else {
        4
    }
}

/// A change in per cent: `19.5 %`, `0.50 %`, `141 %`.
pub(super) fn per_cent(change: f64) -> String {
    let per_cent = 100.0 * change.abs();
    let decimals = match per_cent {
        value if value < 0.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{} %", fixed(per_cent, decimals))
}

/// A probability in per cent: `30 %`, `12.5 %`.
pub(super) fn share(probability: f64) -> String {
    format!("{} %", significant(100.0 * probability, 3))
}

/// A factor below 1 as a reader wants to see it, never rounded to 1: `0.7`, `0.837`, `almost all`.
pub(super) fn share_of(factor: f64) -> String {
    match significant(factor, 3).as_str() {
        "1" => "almost all".to_owned(),
        shown => shown.to_owned(),
    }
}

/// A factor as a signed change in per cent: `+19.5 %`, `−16.3 %`, `±0 %`.
pub(super) fn signed_per_cent(factor: f64) -> String {
    let change = factor - 1.0;
    let sign = match per_cent(change).as_str() {
        "0.00 %" => return "±0 %".to_owned(),
        _ if change > 0.0 => '+',
        _ => '−',
    };
    format!("{sign}{}", per_cent(change))
}

/// Removes zeros that say nothing after a decimal point.
pub(crate) fn trimmed(number: String) -> String {
    if number.contains('.') {
        number
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else {
        number
    }
}

/// A count with its thousands set apart by narrow spaces: `100 000 000`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time span in seconds as a person would say it: `7 ms`, `0.4 s`, `12 s`, `3 min 5 s`, on one line.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if seconds < 0.095 {
        return format!("{}\u{a0}ms", fixed(1000.0 * seconds, 0));
    }
    if seconds < 10.0 {
        return format!("{}\u{a0}s", fixed(seconds, 1));
    }
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if minutes > 0.0 {
        format!(
            "{}\u{a0}min {}\u{a0}s",
            fixed(minutes, 0),
            fixed(rest.floor(), 0)
        )
    } else {
        format!("{}\u{a0}s", fixed(seconds, 0))
    }
}

/// The power of ten of the leading digit, after rounding to four digits.
fn decade(value: f64) -> i32 {
    let log = libm::log10(value.abs()).floor();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of a finite f64 is within ±324; the cast saturates"
    )]
    let decade = log as i32;
    decade
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decimals_are_those_of_std(value in 0.0..1e9_f64, decimals in 0_usize..7) {
            let written = fixed(value, i32::try_from(decimals).unwrap());
            let expected = format!("{value:.decimals$}");
            let unit = 10_f64.powi(-i32::try_from(decimals).unwrap());
            let off = (written.parse::<f64>().unwrap() - expected.parse::<f64>().unwrap()).abs();
            // The product with a power of ten is rounded, so that near a tie it may go the other way.
            let units = value / unit;
            let near_tie = (units.fract() - 0.5).abs() <= 4.0 * f64::EPSILON * units;
            prop_assert!(off < 1e-9 * unit || near_tie, "{written} {expected}");
            prop_assert_eq!(written.len(), expected.len());
        }
    }

    #[test]
    fn large_and_small_numbers_keep_their_size() {
        assert_eq!(fixed(1.5e16, 2), "1.5e16");
        assert_eq!(fixed(-123_456_789_012.5, 9), "−123456789012.50000");
        assert_eq!(fixed(1e-9, 20), "0.000000001000000");
        assert_eq!(fixed(f64::INFINITY, 2), "inf");
    }

    #[test]
    fn numbers_read_as_a_person_writes_them() {
        assert_eq!(significant(1.0 / 0.7, 4), "1.429");
        assert_eq!(significant(0.7, 4), "0.7");
        assert_eq!(significant(-0.000_123_449, 3), "−0.000123");
        assert_eq!(significant(123_456.0, 4), "123456");
        assert_eq!(significant(-0.0, 4), "0");
        assert_eq!(fixed(-0.000_4, 3), "0.000");
        assert_eq!(fixed(-1.25, 1), "−1.2");
        assert_eq!(per_cent(0.195_228_6), "19.5 %");
        assert_eq!(signed_per_cent(1.054_092_55), "+5.4 %");
        assert_eq!(signed_per_cent(0.7_f64.sqrt()), "−16.3 %");
        assert_eq!(signed_per_cent(1.0), "±0 %");
        assert_eq!(grouped(100_000_000), "100\u{202f}000\u{202f}000");
        assert_eq!(grouped(999), "999");
        assert_eq!(duration(0.0069), "7\u{a0}ms");
        assert_eq!(duration(0.42), "0.4\u{a0}s");
        assert_eq!(duration(185.0), "3\u{a0}min 5\u{a0}s");
        assert_eq!(decimals_for(0.000_11), 5);
    }
}
