//! Numbers out of the reader's text, a piece at a time.

use std::sync::Arc;

use super::moments::{RunningMoments, as_f64};
use crate::settings::{Data, nearly};

/// So many numbers are taken, and no more.
const MOST: usize = 10_000_000;

/// A number may be written with so many bytes.
const LONGEST: usize = 400;

/// What a text may begin with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// So much is kept of an entry that comes in pieces: enough to see that it is too long, after a mark, too.
const KEPT: usize = BYTE_ORDER_MARK.len() + LONGEST + 1;

/// So many of the rows that can't be used are shown.
const SHOWN: usize = 5;

/// Values beyond this are refused: of their powers and those of their like, sums overflow.
const LARGEST: f64 = 1e30;

/// Reads numbers, in rows: a row ends with its line. Between numbers there may be spaces, tabs,
/// commas, semicolons, quotes and brackets. A row with anything else in it is left out as a whole.
///
/// ```
/// use dropout_moments::sampling::NumberReader;
///
/// let mut reader = NumberReader::default();
/// reader.push(b"activation\r\n0.5\r\n-1,");
/// reader.push(b"2e-1\r\n");
/// let numbers = reader.finish()?;
/// assert_eq!(numbers.values(), [0.5, -1.0, 0.2]);
/// assert_eq!(numbers.bad_rows(), 1);
/// # Ok::<(), dropout_moments::sampling::NoNumbers>(())
/// ```
#[derive(Debug, Default)]
pub struct NumberReader {
    values: Vec<f64>,
    /// What a piece ended with: the beginning of an entry.
    entry: Vec<u8>,
    /// How many values there were before this row.
    row_start: usize,
    row: Row,
    /// How many lines have ended.
    lines: u64,
    after_return: bool,
    bytes: u64,
    rows: u64,
    bad_rows: u64,
    bad: Vec<BadRow>,
    stop: Option<Stop>,
}

/// What is to be remembered of the row that is being read.
#[derive(Debug, Default)]
struct Row {
    problem: Option<String>,
    commas: bool,
    semicolons: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stop {
    Full,
    Binary,
    Utf16,
}

/// A row that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its line, from 1 on.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// Why there are no numbers to use.
#[derive(Debug, Clone, PartialEq)]
pub enum NoNumbers {
    /// There are zero bytes in it, so it is no text.
    Binary,
    /// Its characters have 16 bits each.
    Utf16,
    /// Nothing in it is a number; here is what was left out.
    None(Numbers),
}

/// The numbers of a text, and what was not used of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    values: Vec<f64>,
    rows: u64,
    bad_rows: u64,
    bad: Vec<BadRow>,
    /// The line at which there were enough.
    cut_at: Option<u64>,
}

impl NumberReader {
    /// Reads on.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            // Most bytes are digits.
            if byte > b',' && byte < b';' {
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b';' | b'"' => {}
                b'[' | b']' | b'(' | b')' | b'{' | b'}' => {}
                0 => {
                    self.stop = Some(if self.is_utf16(bytes) {
                        Stop::Utf16
                    } else {
                        Stop::Binary
                    });
                }
                _ => continue,
            }
            if self.stop.is_some() {
                return;
            }
            let is_empty = start == index && self.entry.is_empty();
            self.end_entry(&bytes[start..index]);
            start = index + 1;
            match byte {
                b',' => self.row.commas = true,
                b';' => self.row.semicolons = true,
                b'\n' if self.after_return && is_empty => {}
                b'\n' | b'\r' => self.end_row(),
                _ => {}
            }
            self.after_return = byte == b'\r';
        }
        let rest = &bytes[start..];
        let room = KEPT.saturating_sub(self.entry.len());
        self.entry.extend(rest.iter().take(room));
        self.bytes += bytes.len() as u64;
    }

    /// Whether the rest of the text matters.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.stop.is_none()
    }

    /// The numbers of the whole text.
    ///
    /// # Errors
    /// Where there are none, or it is not a text.
    pub fn finish(mut self) -> Result<Numbers, NoNumbers> {
        if self.stop.is_none() {
            self.end_entry(&[]);
            self.end_row();
        }
        let numbers = Numbers {
            rows: self.rows,
            bad_rows: self.bad_rows,
            bad: self.bad,
            cut_at: (self.stop == Some(Stop::Full)).then_some(self.lines + 1),
            values: self.values,
        };
        match self.stop {
            Some(Stop::Binary) => Err(NoNumbers::Binary),
            Some(Stop::Utf16) => Err(NoNumbers::Utf16),
            _ if numbers.values.is_empty() => Err(NoNumbers::None(numbers)),
            _ => Ok(numbers),
        }
    }

    fn is_utf16(&self, piece: &[u8]) -> bool {
        self.bytes == 0 && matches!(piece, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
    }

    /// An entry ends with these bytes.
    fn end_entry(&mut self, bytes: &[u8]) {
        if self.entry.is_empty() {
            self.take(bytes);
        } else {
            let mut entry = std::mem::take(&mut self.entry);
            let room = KEPT.saturating_sub(entry.len());
            entry.extend(bytes.iter().take(room));
            self.take(&entry);
            entry.clear();
            self.entry = entry;
        }
    }

    fn take(&mut self, entry: &[u8]) {
        let first = self.lines == 0 && self.values.is_empty();
        let entry = match entry.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if first => rest,
            _ => entry,
        };
        if entry.is_empty() || self.row.problem.is_some() {
            return;
        }
        match number(entry) {
            Ok(_) if self.values.len() == MOST => self.stop = Some(Stop::Full),
            Ok(value) => self.values.push(value),
            Err(problem) => self.row.problem = Some(problem),
        }
    }

    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        let mut problem = row.problem;
        if self.stop.is_some() {
            return;
        }
        self.lines += 1;
        let has_numbers = self.values.len() > self.row_start;
        if problem.is_none() && has_numbers && row.commas && row.semicolons {
            problem =
                Some("there are both , and ; in it: decimals are written with a point".to_owned());
        }
        if let Some(problem) = problem {
            self.values.truncate(self.row_start);
            self.bad_rows += 1;
            if self.bad.len() < SHOWN {
                self.bad.push(BadRow {
                    line: self.lines,
                    problem,
                });
            }
        } else if has_numbers {
            self.rows += 1;
        }
        self.row_start = self.values.len();
    }
}

/// The number that an entry is.
fn number(entry: &[u8]) -> Result<f64, String> {
    let text = std::str::from_utf8(entry).unwrap_or_default();
    let (negative, magnitude) = match text.strip_prefix(['-', '−', '+']) {
        // A second sign is not one.
        Some(rest) if rest.starts_with('-') => (false, ""),
        Some(rest) => (!text.starts_with('+'), rest),
        None => (false, text),
    };
    let value = if entry.len() > LONGEST {
        None
    } else {
        nearly(magnitude)
    };
    let not_finite = ["inf", "infinity", "nan"];
    let what = match value {
        Some(value) if value <= LARGEST => return Ok(if negative { -value } else { value }),
        Some(value) if value.is_finite() => "is beyond ±10³⁰",
        None if !not_finite
            .iter()
            .any(|it| it.eq_ignore_ascii_case(magnitude)) =>
        {
            "is not a number"
        }
        _ => "is not finite",
    };
    Err(format!("“{}” {what}", shown(entry)))
}

/// An entry as it can be shown: what is not UTF-8 is read as Latin-1, and long ones are cut.
fn shown(entry: &[u8]) -> String {
    const LONGEST_SHOWN: usize = 24;
    let mut text = String::new();
    let mut push = |characters: &mut dyn Iterator<Item = char>| {
        for (index, character) in characters.enumerate().take(LONGEST_SHOWN + 1) {
            text.push(match character {
                _ if index == LONGEST_SHOWN => '…',
                it if it.is_control() => '\u{fffd}',
                it => it,
            });
        }
    };
    // However it came, in pieces or not, it is cut at the same place, be that within a character.
    let entry = &entry[..entry.len().min(LONGEST + 1)];
    let whole = match std::str::from_utf8(entry) {
        Err(error) if error.error_len().is_none() => &entry[..error.valid_up_to()],
        _ => entry,
    };
    match std::str::from_utf8(whole) {
        Ok(whole) => push(&mut whole.chars()),
        Err(_) => push(&mut entry.iter().copied().map(char::from)),
    }
    text
}

impl Numbers {
    /// The numbers, in their order.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many rows were left out.
    #[must_use]
    pub fn bad_rows(&self) -> u64 {
        self.bad_rows
    }

    /// The first of these rows.
    #[must_use]
    pub fn first_bad_rows(&self) -> &[BadRow] {
        &self.bad
    }

    /// How many rows the numbers come from.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The line from within which on everything was left out, where there are too many numbers.
    #[must_use]
    pub fn cut_at(&self) -> Option<u64> {
        self.cut_at
    }

    /// The numbers as data to draw from.
    #[must_use]
    pub fn data(&self) -> Arc<Data> {
        Arc::new(data(&self.values))
    }
}

/// The histogram reaches so many standard deviations to each side of the mean.
const REACH: f64 = 4.4;
const BINS: usize = 64;

/// Below these, as in the theory, a spread counts as none.
const LEAST_VARIANCE: f64 = 1e-120;

fn data(values: &[f64]) -> Data {
    // Merged in blocks: a sum of sums rounds less than one long sum.
    let mut moments = RunningMoments::default();
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for block in values.chunks(4096) {
        let mut of_block = RunningMoments::default();
        for value in block {
            of_block.push(*value);
            least = least.min(*value);
            most = most.max(*value);
        }
        moments.merge(&of_block);
    }
    let count = as_f64(moments.count());
    let mean = moments.mean().unwrap_or(0.0);
    // Each value has the same probability: the divisor is n.
    let variance = moments.sample_variance().unwrap_or(0.0) * (count - 1.0) / count;
    let varies = variance > LEAST_VARIANCE;
    let variance = if varies { variance } else { 0.0 };
    let mut data = Data {
        count,
        mean,
        variance,
        standardised: [0.0; 9],
        zeros: 0.0,
        low: least.max(mean - REACH * variance.sqrt()),
        high: most.min(mean + REACH * variance.sqrt()),
        bins: vec![0.0; if varies { BINS } else { 0 }],
        values: Vec::with_capacity(values.len()),
    };
    let (unit, zero) = (data.unit(), data.zero());
    let per_bin = BINS as f64 / (data.high - data.low);
    for &value in values {
        let z = (value - mean) / unit;
        if varies {
            let mut power = 1.0;
            for sum in &mut data.standardised {
                *sum += power;
                power *= z;
            }
        }
        let single = if value == 0.0 {
            data.zeros += 1.0;
            zero
        } else {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "truncation is what finds the bin; the last one ends with its edge"
            )]
            // Those beyond are counted at the ends.
            let bin = ((value - data.low) * per_bin).max(0.0) as usize;
            if let Some(count) = data.bins.get_mut(bin.min(BINS - 1)) {
                *count += 1.0;
            }
            distinct(z, zero)
        };
        data.values.push(single);
    }
    let sums = (data.standardised.iter_mut()).chain(&mut data.bins);
    for sum in sums.chain([&mut data.zeros]) {
        *sum /= count;
    }
    // By definition, but for rounding.
    data.standardised[..3].copy_from_slice(&[1.0, 0.0, f64::from(u8::from(varies))]);
    data
}

/// Rounded to f32, but not to `zero`, which stands for exactly 0.
fn distinct(z: f64, zero: f32) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what is wanted"
    )]
    let single = z as f32;
    if single == zero {
        single.next_up()
    } else {
        single
    }
}
