//! What each file of the built page weighs, as it is and as a web server sends it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

/// The first view may weigh at most this many bytes after brotli, and the wasm in it this many.
const FIRST_VIEW_BUDGET: usize = 100_000;
const WASM_BUDGET: usize = 60_000;

/// One file of the page.
struct Entry {
    name: String,
    /// Whether the page asks for it before the reader has done anything.
    first_view: bool,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the sizes, and how they stand against the budget; fails above it.
pub fn report(dist: &Path) -> Result<()> {
    let entries = measure(dist)?;
    print!("{}", table(&entries));
    hold_to_budget(&entries)
}

/// Prints how the entries stand against the budget; fails above it.
fn hold_to_budget(entries: &[Entry]) -> Result<()> {
    let first_view: usize = entries
        .iter()
        .filter(|entry| entry.first_view)
        .map(|entry| entry.brotli)
        .sum();
    let wasm: usize = entries
        .iter()
        .filter(|entry| entry.first_view && entry.name.ends_with(".wasm"))
        .map(|entry| entry.brotli)
        .sum();
    println!(
        "Budget after brotli: first view {first_view} of {FIRST_VIEW_BUDGET} bytes, wasm {wasm} of {WASM_BUDGET}."
    );
    ensure!(
        first_view <= FIRST_VIEW_BUDGET && wasm <= WASM_BUDGET,
        "the page is heavier than its budget"
    );
    Ok(())
}

/// All files, the heaviest first.
fn measure(dist: &Path) -> Result<Vec<Entry>> {
    let mut files = Vec::new();
    collect(dist, dist, &mut files)?;
    // Everything else is loaded when it is asked for: the page names what it starts with.
    let page = fs::read_to_string(dist.join("index.html")).context("dist/ has no page")?;
    // What a `meta` names is for those who link to the page, not for its readers.
    let mut named: String = page
        .split('<')
        .filter(|tag| !tag.starts_with("meta"))
        .collect();
    for (name, content) in &files {
        if name.ends_with(".css") && page.contains(name.as_str()) {
            named += &String::from_utf8_lossy(content);
        }
    }
    let mut entries: Vec<Entry> = files
        .into_par_iter()
        .map(|(name, content)| {
            Ok(Entry {
                first_view: name == "index.html" || named.contains(&name),
                raw: content.len(),
                gzip: gzip(&content)?,
                brotli: brotli(&content)?,
                name,
            })
        })
        .collect::<Result<_>>()?;
    entries.sort_by_key(|entry| (!entry.first_view, usize::MAX - entry.brotli));
    Ok(entries)
}

/// Every file below `folder`, named by its path from `dist` on.
fn collect(dist: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for file in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = file?.path();
        if path.is_dir() {
            collect(dist, &path, files)?;
        } else {
            let name = path
                .strip_prefix(dist)?
                .to_string_lossy()
                .replace('\\', "/");
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

fn gzip(content: &[u8]) -> Result<usize> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

fn brotli(content: &[u8]) -> Result<usize> {
    const QUALITY: u32 = 11;
    const WINDOW_BITS: u32 = 22;
    let mut packed = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut packed, 4096, QUALITY, WINDOW_BITS);
    encoder.write_all(content)?;
    drop(encoder);
    Ok(packed.len())
}

fn table(entries: &[Entry]) -> String {
    let width = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0)
        .max("first view".len());
    let row = |name: &str, [raw, gzip, brotli]: [String; 3]| {
        format!("{name:width$}  {raw:>9}  {gzip:>9}  {brotli:>9}\n")
    };
    let total = |name: &str, of: &[&Entry]| {
        let sum = |size: fn(&Entry) -> usize| {
            of.iter()
                .map(|entry| size(entry))
                .sum::<usize>()
                .to_string()
        };
        row(
            name,
            [
                sum(|entry| entry.raw),
                sum(|entry| entry.gzip),
                sum(|entry| entry.brotli),
            ],
        )
    };
    let (first, later): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| entry.first_view);
    let mut text = row("bytes", ["raw", "gzip", "brotli"].map(String::from));
    for (name, group) in [("first view", first), ("after it", later)] {
        for entry in &group {
            text += &row(
                &entry.name,
                [entry.raw, entry.gzip, entry.brotli].map(|size| size.to_string()),
            );
        }
        text += &total(name, &group);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_and_its_styles_name_is_the_first_view() {
        let dist = std::env::temp_dir().join(format!("sizes-{}", std::process::id()));
        fs::create_dir_all(dist.join("fonts")).unwrap();
        for (name, content) in [
            (
                "index.html",
                "<meta content=\"social.png\"><link href=\"./page.css\"><script src=\"./page.js\">",
            ),
            ("page.css", "src: url(fonts/maths.woff2)"),
            ("page.js", "'later.js'"),
            ("later.js", "0"),
            ("social.png", "a picture"),
            ("fonts/maths.woff2", "a font"),
        ] {
            fs::write(dist.join(name), content).unwrap();
        }
        let entries = measure(&dist).unwrap();
        fs::remove_dir_all(&dist).unwrap();
        let mut first: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.first_view)
            .map(|entry| entry.name.as_str())
            .collect();
        first.sort_unstable();
        assert_eq!(
            first,
            ["fonts/maths.woff2", "index.html", "page.css", "page.js"]
        );
        assert_eq!(
            entries.last().map(|entry| entry.name.as_str()),
            Some("later.js")
        );
    }

    #[test]
    fn the_first_view_and_the_wasm_in_it_each_have_a_budget() {
        let allowed = |wasm, rest, later| {
            let entry = |name: &str, first_view, brotli| Entry {
                name: name.into(),
                first_view,
                raw: 0,
                gzip: 0,
                brotli,
            };
            hold_to_budget(&[
                entry("page.wasm", true, wasm),
                entry("index.html", true, rest),
                entry("later.js", false, later),
            ])
            .is_ok()
        };
        assert!(allowed(60_000, 40_000, 500_000));
        assert!(!allowed(60_001, 10_000, 0));
        assert!(!allowed(50_000, 50_001, 0));
    }

    #[test]
    fn the_element_for_other_pages_weighs_two_kilobytes_at_most() {
        let size = brotli(include_bytes!("../../www/embed.js")).unwrap();
        assert!(size <= 2_000, "{size}");
    }

    #[test]
    fn compressed_sizes_are_those_of_the_formats() {
        let content = [b'a'; 10_000];
        assert!((20..60).contains(&gzip(&content).unwrap()));
        assert!((5..30).contains(&brotli(&content).unwrap()));
    }
}
