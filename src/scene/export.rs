//! What the page shows, as text to take away: a figure's data and an experiment's result for
//! programs (CSV, JSON) and for papers (Markdown, LaTeX), with the settings that they are of.

use super::format::{fixed, trimmed};
use super::quantities::{NO_VALUE, Quantity};
use super::readout::Table;
use crate::sampling::Comparison;
use crate::settings::{Settings, nearly, shortest};

/// The program and its version.
const PROGRAM: &str = concat!("Dropout Moments ", env!("CARGO_PKG_VERSION"));

/// What a text is made of.
#[derive(Debug, Clone, Copy)]
pub struct Exported<'a> {
    /// What the data are of: the name of a figure, or `experiment`.
    pub name: &'a str,
    /// The address that shows the same.
    pub link: &'a str,
    /// The settings that it is of.
    pub settings: &'a Settings,
}

impl Exported<'_> {
    /// The table as CSV (RFC 4180). The lines before the names of the columns begin with `#`. What is
    /// a number in the table is one that programs read; shares and changes are fractions, and `inf`
    /// is what has no bound.
    #[must_use]
    pub fn csv(&self, table: &Table) -> String {
        let mut text = self.header("# ", table);
        text += "# shares and changes are fractions: 0.05 is 5 %\n";
        let mut line = |cells: &mut dyn Iterator<Item = String>| {
            for (index, cell) in cells.enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text += &if cell.contains([',', '"']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell
                };
            }
            text.push('\n');
        };
        let (columns, rows) = apart(table);
        line(&mut columns.into_iter());
        for row in rows {
            line(&mut row.into_iter().map(|cell| match cell {
                "unbounded" => "inf".to_owned(),
                cell => for_programs(cell),
            }));
        }
        text
    }

    /// The table as a JSON object: its settings, the names of its columns, and its rows. Numbers are
    /// as in the CSV.
    #[must_use]
    pub fn json(&self, table: &Table) -> String {
        let mut text = String::from("{\n  \"source\": ");
        text += &quoted(PROGRAM);
        for (name, value) in [
            ("data", self.name),
            ("caption", &table.caption),
            ("link", self.link),
        ] {
            text += &format!(",\n  \"{name}\": {}", quoted(value));
        }
        text += &format!(",\n  \"settings\": {}", settings_json(self.settings));
        let (columns, rows) = apart(table);
        let columns = columns.iter().map(|it| quoted(it));
        text += &format!(",\n  \"columns\": {}", listed(columns));
        text += ",\n  \"rows\": [";
        for (index, row) in rows.into_iter().enumerate() {
            text += if index > 0 { ",\n    " } else { "\n    " };
            let cells = row.into_iter();
            text += &listed(cells.map(|cell| json_value(&for_programs(cell))));
        }
        text += "\n  ]\n}\n";
        text
    }

    /// The table as the page shows it, in Markdown, for notes and forum posts.
    #[must_use]
    pub fn markdown(&self, table: &Table) -> String {
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::from("|");
            for cell in cells {
                line += &format!(" {} |", cell.replace('|', "\\|"));
            }
            line + "\n"
        };
        let mut text = format!("**{}**\n\n", table.caption);
        text += &line(&mut table.columns.iter().copied());
        text += &line(
            &mut table.columns.iter().enumerate().map(
                |(index, _)| {
                    if index == 0 { "---" } else { "--:" }
                },
            ),
        );
        for row in table.rows() {
            text += &line(&mut row.iter().map(String::as_str));
        }
        text += &format!(
            "\n[{PROGRAM}]({}): {}\n",
            self.link,
            settings_list(self.settings)
        );
        text
    }

    /// The table as the page shows it, in LaTeX.
    #[must_use]
    pub fn latex(&self, table: &Table) -> String {
        let mut text = self.header("% ", table);
        let count = table.columns.len().saturating_sub(1);
        text += &format!("\\begin{{tabular}}{{l{}}}\n\\hline\n", "r".repeat(count));
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let cells: Vec<String> = cells.map(in_latex).collect();
            cells.join(" & ") + " \\\\\n"
        };
        text += &line(&mut table.columns.iter().copied());
        text += "\\hline\n";
        for row in table.rows() {
            text += &line(&mut row.iter().map(String::as_str));
        }
        text + "\\hline\n\\end{tabular}\n"
    }

    /// Where the data come from, each line after this mark.
    fn header(&self, mark: &str, table: &Table) -> String {
        let settings = settings_list(self.settings);
        let lines = [
            format!("{PROGRAM}, {}: {}", self.name, table.caption),
            self.link.to_owned(),
            settings,
        ];
        lines.map(|line| format!("{mark}{line}\n")).concat()
    }
}

/// Which program shows something, and with which settings.
#[must_use]
pub fn source(settings: &Settings) -> String {
    format!("{PROGRAM}: {}", settings_list(settings))
}

/// What a run has measured, as a table of the texts that the page shows.
#[must_use]
pub fn result_table(quantities: &[Quantity]) -> Table {
    table_of_result(&|kind, name| {
        let name = format!("{kind}.{name}");
        let found = quantities.iter().find(|it| it.name == name);
        found.map_or_else(String::new, |it| it.text.clone())
    })
}

/// What a run has measured, as a table of numbers with all of their digits.
#[must_use]
pub fn exact_result_table(rows: &[Comparison; 6]) -> Table {
    table_of_result(&|kind, name| {
        let row = rows.iter().find(|row| row.name == name);
        let value = row.and_then(|row| of(row, kind));
        value.map_or_else(String::new, shortest)
    })
}

/// One kind of number of a row, as `data-quantity` calls it.
fn of(row: &Comparison, kind: &str) -> Option<f64> {
    match kind {
        "measured" => row.measured,
        "exact" => row.exact,
        "stderr" => row.standard_error,
        _ => row.z(),
    }
}

/// A table whose cells are asked for by kind and name, as `data-quantity` writes them.
fn table_of_result(cell: &dyn Fn(&str, &str) -> String) -> Table {
    let mut cells = Vec::new();
    for (name, words) in [
        ("x.mean", "before, mean"),
        ("x.std", "before, std"),
        ("d.mean", "after, mean"),
        ("d.std", "after, std"),
        ("ratio.std", "std after ÷ before"),
        ("d.zeros", "exact zeros after"),
    ] {
        cells.push(words.to_owned());
        for kind in ["measured", "exact", "stderr", "z"] {
            cells.push(cell(kind, name));
        }
    }
    Table {
        caption: "Moments before and after dropout, measured and exact".to_owned(),
        columns: vec!["moment", "measured", "exact", "standard error", "apart by"],
        cells,
    }
}

/// What a run has measured, as a JSON object: what the command line prints with `--json`.
///
/// `samples` and `seconds` are what the run drew, and how long it took.
#[must_use]
pub fn result_json(
    settings: &Settings,
    rows: &[Comparison; 6],
    samples: u64,
    seconds: f64,
) -> String {
    let value = |value: Option<f64>| {
        let finite = value.filter(|it| it.is_finite());
        finite.map_or_else(|| "null".to_owned(), shortest)
    };
    let mut text = format!(
        "{{\n  \"settings\": {},\n  \"samples\": {samples},\n  \"seconds\": {}",
        settings_json(settings),
        shortest(seconds)
    );
    for (name, kind) in [
        ("exact", "exact"),
        ("measured", "measured"),
        ("standard_error", "stderr"),
        ("z", "z"),
    ] {
        let value = |row: &Comparison| value(of(row, kind));
        let [x_mean, x_std, d_mean, d_std, ratio, _] = rows.each_ref().map(value);
        text += &format!(
            ",\n  \"{name}\": {{\n    \"x\": {{\"mean\": {x_mean}, \"std\": {x_std}}},\n    \
             \"d\": {{\"mean\": {d_mean}, \"std\": {d_std}}},\n    \
             \"ratio\": {{\"std\": {ratio}}}\n  }}"
        );
    }
    text + &format!(",\n  \"zeros\": {}\n}}\n", value(rows[5].measured))
}

/// What stands between a number and how far it may be off.
const MORE_OR_LESS: &str = " ± ";

/// The columns' names and the rows of a table for programs: what a cell says a number may be off stands
/// in a column of its own.
fn apart(table: &Table) -> (Vec<String>, Vec<Vec<&str>>) {
    let is_pair = |column: usize| {
        let mut cells = table.rows().filter_map(|row| row.get(column));
        cells.any(|cell| cell.contains(MORE_OR_LESS))
    };
    let pairs: Vec<_> = (0..table.columns.len()).map(is_pair).collect();
    let mut columns = Vec::new();
    for (name, is_pair) in table.columns.iter().zip(&pairs) {
        columns.push((*name).to_owned());
        columns.extend(is_pair.then(|| format!("± of {name}")));
    }
    let mut rows = Vec::new();
    for row in table.rows() {
        let mut cells = Vec::new();
        for (cell, is_pair) in row.iter().zip(&pairs) {
            let (number, half) = cell.split_once(MORE_OR_LESS).unwrap_or((cell, ""));
            cells.push(number);
            cells.extend(is_pair.then_some(half));
        }
        rows.push(cells);
    }
    (columns, rows)
}

/// Every setting that the data depend on, as the fragment writes it. Those of networks that are
/// trained are for few data, so that their defaults are left out.
fn settings_texts(settings: &Settings) -> impl Iterator<Item = (&'static str, String)> {
    let of_the_page = |key: &str| matches!(key, "theme" | "embed" | "hide");
    let default = Settings::default();
    let is_left_out = move |key: &str, text: &str| {
        let of_training = &Settings::TRAINING;
        of_training.contains(&key) && default.text(key).as_deref() == Some(text)
    };
    let texts = settings.texts();
    texts.filter(move |(key, text)| !of_the_page(key) && !is_left_out(key, text))
}

fn settings_list(settings: &Settings) -> String {
    let pairs: Vec<_> = settings_texts(settings)
        .map(|(key, text)| format!("{key}={text}"))
        .collect();
    pairs.join(", ")
}

fn settings_json(settings: &Settings) -> String {
    let pairs: Vec<_> = settings_texts(settings)
        .map(|(key, text)| format!("\"{key}\": {}", json_value(&text)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

/// A cell of a table as programs read it: numbers without what sets them for the eye, per cent as a
/// fraction, no value as an empty text; any other text as it is.
fn for_programs(cell: &str) -> String {
    let mut number: String = cell
        .trim_end_matches(", as set")
        .trim_end_matches(" s.e.")
        .chars()
        .filter(|letter| !matches!(letter, '\u{202f}' | '+' | '±'))
        .map(|letter| if letter == '−' { '-' } else { letter })
        .collect();
    if let Some(per_cent) = number.strip_suffix(" %") {
        let decimals = per_cent.split_once('.').map_or(0, |(_, it)| it.len());
        let decimals = i32::try_from(decimals).unwrap_or(0) + 2;
        number = match nearly(per_cent) {
            Some(value) => trimmed(fixed(value / 100.0, decimals)).replace('−', "-"),
            None => return cell.to_owned(),
        };
    }
    if cell == NO_VALUE {
        String::new()
    } else if nearly(&number).is_some() {
        number
    } else {
        cell.to_owned()
    }
}

fn json_value(text: &str) -> String {
    match text {
        "" => "null".to_owned(),
        number if nearly(number).is_some() => number.to_owned(),
        text => quoted(text),
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        // No text of the page has control characters.
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

fn listed(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}

/// A text for LaTeX in any encoding.
fn in_latex(text: &str) -> String {
    let mut latex = String::new();
    for letter in text.chars() {
        latex += match letter {
            '−' => "$-$",
            '÷' => "$\\div$",
            '×' => "$\\times$",
            '±' => "$\\pm$",
            '·' => "$\\cdot$",
            '–' => "--",
            '√' => "$\\surd$",
            'μ' => "$\\mu$",
            'σ' => "$\\sigma$",
            'α' => "$\\alpha$",
            '²' => "$^2$",
            '′' => "$'$",
            '\u{202f}' => "\\,",
            '%' => "\\%",
            '&' => "\\&",
            '_' => "\\_",
            letter => {
                latex.push(letter);
                continue;
            }
        };
    }
    latex
}
