//! What was read of the reader's own data, in words.

use super::format::{grouped, share, significant};
use crate::sampling::{NoNumbers, Numbers};
use crate::settings::Data;

/// What was read, and what was left out, line by line.
#[must_use]
pub fn data_report(numbers: &Numbers, data: &Data) -> Vec<String> {
    let count = numbers.values().len() as u64;
    let from = match numbers.rows() {
        rows if rows < 2 || rows == count => String::new(),
        rows => format!(" from {} rows", grouped(rows)),
    };
    let plural = if count == 1 { "" } else { "s" };
    let mut lines = vec![format!(
        "{} number{plural}{from}: mean {}, std {}, {} exact zeros.",
        grouped(count),
        significant(data.mean, 5),
        significant(data.variance.sqrt(), 5),
        share(data.zeros)
    )];
    lines.extend(left_out(numbers));
    lines
}

/// Why there are none to use.
#[must_use]
pub fn data_problem(problem: &NoNumbers) -> Vec<String> {
    match problem {
        NoNumbers::Binary => vec!["This is not a text: there are zero bytes in it.".to_owned()],
        NoNumbers::Utf16 => {
            vec!["This text is in UTF-16. Save it as UTF-8, or paste it.".to_owned()]
        }
        NoNumbers::None(numbers) => {
            let mut lines = vec!["There is no number in it that can be used.".to_owned()];
            lines.extend(left_out(numbers));
            lines
        }
    }
}

fn left_out(numbers: &Numbers) -> Vec<String> {
    let mut lines = Vec::new();
    let (bad, first) = (numbers.bad_rows(), numbers.first_bad_rows());
    if bad > 0 {
        let rows = if bad == 1 { "row is" } else { "rows are" };
        let more = bad > first.len() as u64;
        let first = if more { " The first of them:" } else { "" };
        lines.push(format!("{} {rows} left out.{first}", grouped(bad)));
    }
    for row in first {
        lines.push(format!("Line {}: {}.", grouped(row.line), row.problem));
    }
    if let Some(line) = numbers.cut_at() {
        lines.push(format!(
            "No more are taken: the rest, from within line {} on, is left out.",
            grouped(line)
        ));
    }
    lines
}
