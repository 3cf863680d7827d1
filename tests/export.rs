//! What the page gives to take away reads back as what it shows.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write as _;
use std::process::{Command, Stdio};

use dropout_moments::sampling::{Comparison, Experiment};
use dropout_moments::scene::{
    Exported, Readable, Run, Scene, Table, exact_result_table, result_json, result_table, source,
};
use dropout_moments::settings::{SampleCount, Seed, Settings};
use dropout_moments::theory::Exact;
use serde_json::Value;

const LINK: &str = "https://example.org/notes/#p=0.5&mu=1&seed=18446744073709551615";
const FRAGMENTS: [&str; 5] = [
    "seed=7",
    "p=0.5&mu=1&seed=18446744073709551615",
    "p=0.9&input=relu&scale=gaussian&notation=keep",
    "input=ones&scale=alpha&draw=3",
    "sigma=0&mu=-2&scale=none",
];

fn settings(fragment: &str) -> Settings {
    Settings::from_fragment(fragment).settings
}

fn scene(settings: &Settings) -> Scene {
    let count = SampleCount::new(20_000).expect("is allowed");
    let estimate = Experiment::new(settings, count, Seed(7)).run();
    let run = Run {
        estimate: &estimate,
        samples: count.get(),
        seconds: 0.25,
    };
    Scene::new(settings, Some(run))
}

/// Every figure's data, and the result.
fn tables(settings: &Settings) -> Vec<(&'static str, Table)> {
    let scene = scene(settings);
    let figures: [(&str, Option<&dyn Readable>); 8] = [
        ("density", Some(&scene.density)),
        ("ratio", Some(&scene.ratio)),
        ("convergence", scene.convergence.as_ref().map(|it| it as _)),
        ("variance", scene.variance.as_ref().map(|it| it as _)),
        ("mask", scene.mask.as_ref().map(|it| it as _)),
        ("layer", scene.layer.as_ref().map(|it| it as _)),
        ("units", scene.units.as_ref().map(|it| it as _)),
        ("rules", scene.rules.as_ref().map(|it| it as _)),
    ];
    let mut tables = figures
        .map(|(name, it)| (name, it.expect("it is there").table()))
        .to_vec();
    tables.extend([
        ("experiment", result_table(&scene.quantities)),
        ("experiment", exact_result_table(&comparison(settings))),
    ]);
    tables
}

fn comparison(settings: &Settings) -> [Comparison; 6] {
    let count = SampleCount::new(20_000).expect("is allowed");
    let estimate = Experiment::new(settings, count, Seed(7)).run();
    let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
    Comparison::all(&exact, count.get(), Some(&estimate))
}

/// The number that a person reads in a cell of the page, if it is one.
fn read_by_a_person(cell: &str) -> Option<f64> {
    let cell = cell.replace('−', "-").replace('\u{202f}', "");
    let cell = cell.trim_start_matches('±');
    let cell = cell.strip_suffix(", as set").unwrap_or(cell);
    let cell = cell.strip_suffix(" s.e.").unwrap_or(cell);
    match cell.strip_suffix(" %") {
        Some(per_cent) => Some(per_cent.parse::<f64>().ok()? / 100.0),
        None => cell.parse().ok(),
    }
}

/// Whether a program has read what a person reads: the same number, or the same text.
fn is_as_read(cell: &str, value: &Value) -> bool {
    match read_by_a_person(cell) {
        Some(number) => value
            .as_f64()
            .is_some_and(|value| (value - number).abs() <= 1e-12 * number.abs()),
        None if cell.is_empty() || cell == "–" => value.is_null(),
        None => value.as_str() == Some(cell),
    }
}

/// Fails unless these rows, read by a program, are those of the table.
#[track_caller]
fn assert_as_on_the_page(table: &Table, columns: &Value, rows: &Value, what: &str) {
    let names: Vec<&str> = columns
        .as_array()
        .expect("it is a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(names, table.columns, "{what}");
    let rows = rows.as_array().expect("it is a list");
    assert_eq!(rows.len(), table.rows().len(), "{what}");
    for (row, cells) in rows.iter().zip(table.rows()) {
        let row = row.as_array().expect("it is a list");
        assert_eq!(row.len(), cells.len(), "{what}");
        for (value, cell) in row.iter().zip(cells) {
            assert!(is_as_read(cell, value), "{what}: {value} is not {cell}");
        }
    }
}

#[test]
fn json_reads_back_as_the_numbers_on_the_page() {
    for fragment in FRAGMENTS {
        let settings = settings(fragment);
        for (name, table) in tables(&settings) {
            let exported = Exported {
                name,
                link: LINK,
                settings: &settings,
            };
            let json = exported.json(&table);
            let read: Value = serde_json::from_str(&json).expect(&json);
            assert_as_on_the_page(&table, &read["columns"], &read["rows"], &json);
            assert_eq!(read["data"], name);
            assert_eq!(read["link"], LINK);
            assert_eq!(read["caption"], table.caption.as_str());
            let p = settings.drop_probability.get();
            assert_eq!(read["settings"]["p"], p, "{json}");
            let seed = settings.seed.map(|seed| seed.0);
            assert_eq!(read["settings"]["seed"].as_u64(), seed, "{json}");
            assert_eq!(read["settings"]["theme"], Value::Null);
        }
    }
}

/// The page reads its result off what it shows; a file names the program and the settings.
#[test]
fn the_result_is_what_the_page_shows() {
    let settings = settings("p=0.5&mu=1&seed=7");
    let scene = scene(&settings);
    let table = result_table(&scene.quantities);
    let shown = |name: &str| {
        let quantity = scene.quantities.iter().find(|it| it.name == name);
        quantity.expect("the page shows it").text.clone()
    };
    assert_eq!(table.rows().len(), 6);
    let row = table.rows().find(|row| row[0] == "after, std");
    let row = row.expect("it is there");
    let names = ["measured.d.std", "exact.d.std", "stderr.d.std", "z.d.std"];
    assert_eq!(row[1..], names.map(shown));
    let source = source(&settings);
    assert!(source.starts_with("Dropout Moments "), "{source}");
    for setting in ["p=0.5", "mu=1", "seed=7"] {
        assert!(source.contains(setting), "{source}");
    }
}

/// By Python's own reader, by pandas and, where all are numbers, by NumPy, each of which skips the
/// lines before the columns' names.
#[test]
fn csv_reads_back_as_the_numbers_on_the_page() {
    const READ_ALL: &str = "\
import csv, io, json, math, sys
import numpy, pandas
read = []
for text in json.load(sys.stdin):
    lines = [line for line in text.splitlines(True) if not line.startswith('#')]
    columns, *rows = csv.reader(lines)
    frame = pandas.read_csv(io.StringIO(text), comment='#')
    assert list(frame.columns) == columns and len(frame) == len(rows)
    def value(cell):
        try:
            return float(cell)
        except ValueError:
            return cell or None
    rows = [[value(cell) for cell in row] for row in rows]
    def plain(cell):
        return 'unbounded' if cell == math.inf else None if pandas.isna(cell) else cell
    by_pandas = [[plain(cell) for cell in row] for row in frame.values.tolist()]
    if rows and all(isinstance(cell, float) for row in rows for cell in row):
        skipped = 1 + sum(line.startswith('#') for line in text.splitlines())
        by_numpy = numpy.loadtxt(io.StringIO(text), delimiter=',', skiprows=skipped, ndmin=2)
        assert by_numpy.tolist() == rows
    rows = [[plain(cell) for cell in row] for row in rows]
    read.append([columns, rows, by_pandas])
print(json.dumps(read))";
    let Ok(python) = std::env::var("DROPOUT_MOMENTS_PYTHON") else {
        return;
    };
    let mut expected = Vec::new();
    let mut texts = Vec::new();
    for fragment in FRAGMENTS {
        let settings = settings(fragment);
        for (name, table) in tables(&settings) {
            let exported = Exported {
                name,
                link: LINK,
                settings: &settings,
            };
            texts.push(exported.csv(&table));
            expected.push(table);
        }
    }
    let mut child = Command::new(python)
        .args(["-c", READ_ALL])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python can be run");
    let input = serde_json::to_vec(&texts).expect("texts can be written");
    let mut pipe = child.stdin.take().expect("it is piped");
    pipe.write_all(&input).expect("Python reads it");
    drop(pipe);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "Python: {}", output.status);
    let read: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it printed JSON");
    assert_eq!(read.len(), expected.len());
    for ((read, table), text) in read.iter().zip(&expected).zip(&texts) {
        assert_as_on_the_page(table, &read[0], &read[1], text);
        assert_as_on_the_page(table, &read[0], &read[2], text);
    }
}

#[test]
fn a_csv_says_what_it_is_of() {
    let settings = settings("p=0.5&mu=1&seed=18446744073709551615&theme=dark");
    let exported = Exported {
        name: "ratio",
        link: LINK,
        settings: &settings,
    };
    let csv = exported.csv(&scene(&settings).ratio.table());
    let header: Vec<&str> = csv.lines().take_while(|it| it.starts_with("# ")).collect();
    assert_eq!(header.len(), 4, "{csv}");
    assert!(header[0].starts_with("# Dropout Moments 0.1.0, ratio: Standard"));
    assert_eq!(header[1], format!("# {LINK}"));
    let set = "# p=0.5, mu=1, sigma=1, input=normal, scale=inverted, n=1000000, \
               seed=18446744073709551615, draw=0, units=100, weights=equal, layers=10, width=256, activation=relu, \
               init=he, notation=drop";
    assert_eq!(
        header[2], set,
        "colours and what is hidden change no number"
    );
    assert!(csv.contains("\n0.5,1.7321,0.732,1.41,1.4142\n"), "{csv}");
}

/// What a number may be off is a number of its own for programs. The networks that were trained are
/// named where they are not the default.
#[test]
fn what_numbers_may_be_off_stands_apart() {
    let settings = settings("seed=1&hidden=2&curve=mean");
    let table = Table {
        caption: "Scores".to_owned(),
        columns: vec!["rule", "loss", "networks"],
        cells: ["none", "−0.5 ± 0.01", "5", "sqrt", "–", "0"]
            .map(str::to_owned)
            .into(),
    };
    let exported = Exported {
        name: "training-scores",
        link: LINK,
        settings: &settings,
    };
    let csv = exported.csv(&table);
    let rows = "\nrule,loss,± of loss,networks\nnone,-0.5,0.01,5\nsqrt,,,0\n";
    assert!(csv.ends_with(rows), "{csv}");
    assert!(csv.contains("hidden=2, curve=mean, notation=drop"), "{csv}");
    let json: Value = serde_json::from_str(&exported.json(&table)).expect("it is JSON");
    assert_eq!(json["rows"][0][2], 0.01);
    assert!(
        exported
            .markdown(&table)
            .contains("| none | −0.5 ± 0.01 | 5 |")
    );
}

#[test]
fn tables_for_papers_are_as_on_the_page() {
    for fragment in FRAGMENTS {
        let settings = settings(fragment);
        for (name, table) in tables(&settings) {
            let exported = Exported {
                name,
                link: LINK,
                settings: &settings,
            };
            let markdown = exported.markdown(&table);
            let lines: Vec<&str> = markdown.lines().filter(|it| it.starts_with('|')).collect();
            assert_eq!(lines.len(), 2 + table.rows().len(), "{markdown}");
            // The first column has names, the others have numbers.
            let columns = " --: |".repeat(table.columns.len() - 1);
            assert_eq!(lines[1], format!("| --- |{columns}"));
            for (line, row) in lines[2..].iter().zip(table.rows()) {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                assert_eq!(cells, row, "{markdown}");
            }

            let latex = exported.latex(&table);
            let (_, body) = latex.split_once("\\begin{tabular}{l").expect("it begins");
            let rows: Vec<&str> = body.lines().filter(|it| it.ends_with("\\\\")).collect();
            assert_eq!(rows.len(), 1 + table.rows().len(), "{latex}");
            for (row, cells) in rows[1..].iter().zip(table.rows()) {
                let letters = |text: &str| {
                    let letters = text.chars().filter(char::is_ascii_alphanumeric);
                    letters.collect::<String>()
                };
                // Signs have names there, and powers are digits.
                let signs = [
                    "$^2$", "\\times", "\\div", "\\pm", "\\cdot", "\\surd", "\\alpha", "\\mu",
                    "\\sigma",
                ];
                let row = signs
                    .iter()
                    .fold((*row).to_owned(), |row, it| row.replace(it, ""));
                assert_eq!(letters(&row), letters(&cells.concat()));
            }
            for row in rows {
                assert!(row.is_ascii(), "{row}");
                let plain = row.replace("\\%", "").replace("\\_", "");
                assert!(!plain.contains(['%', '_', '#']), "{row}");
                assert_eq!(row.matches(" & ").count(), table.columns.len() - 1, "{row}");
                assert_eq!(row.matches('$').count() % 2, 0, "{row}");
            }
        }
    }
}

#[test]
fn a_result_has_the_digits_of_the_measurement() {
    let settings = settings("p=0.5&mu=1&n=20000&seed=7");
    let rows = comparison(&settings);
    let json = result_json(&settings, &rows, 20_000, 0.25);
    let read: Value = serde_json::from_str(&json).expect(&json);
    assert_eq!(read["measured"]["d"]["std"].as_f64(), rows[3].measured);
    assert_eq!(read["exact"]["ratio"]["std"].as_f64(), rows[4].exact);
    assert_eq!(
        read["standard_error"]["x"]["mean"].as_f64(),
        rows[0].standard_error
    );
    assert_eq!(read["z"]["d"]["mean"].as_f64(), rows[2].z());
    assert_eq!(read["zeros"].as_f64(), rows[5].measured);
    assert_eq!(read["samples"], 20_000);
    assert_eq!(read["settings"]["seed"], 7);

    let table = exact_result_table(&rows);
    let measured: Vec<Option<f64>> = table.rows().map(|row| row[1].parse().ok()).collect();
    assert_eq!(measured, rows.map(|row| row.measured));
}
