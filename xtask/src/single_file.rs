//! `cargo xtask single-file`: the page as one file, which works by double click, as an attachment, or
//! wherever one file can be put.
//!
//! What it is made of is packed together ([`packing`]), beside the WebAssembly that unpacks it, with text
//! around it that says what it is where scripts are off; `www/single.js` has it unpacked, and starts the
//! page as on a machine where nothing can be fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use packing::Kind;
use walrus::Module;

use crate::setup::{self, Toolbox};
use crate::{build, post_build, project};

/// What the program is compiled with.
const PROFILE: &str = "one-file";

/// It may weigh at most so many bytes.
const BUDGET: u64 = 250_000;

/// Nothing can be fetched, and everything is inline.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; \
    style-src 'unsafe-inline'; img-src data: blob:; worker-src blob:; frame-src http: https: file:; \
    base-uri 'none'; form-action 'none'";

const UNPACK: &str = include_str!("../../www/single.js");

/// Builds the page, and writes it as one file.
pub fn single_file() -> Result<()> {
    let (_, path) = build(None)?;
    hold_to_budget(fs::metadata(path)?.len())
}

/// Builds the page as [`build::build`] does, and writes it as `dropout-moments.html`, too; returns the
/// paths of both. Their programs are compiled side by side: most of it is work for one processor.
pub fn build(address: Option<&str>) -> Result<(PathBuf, PathBuf)> {
    let tools = setup::prepare(&build::NEEDED)?;
    let (dist, programs) = thread::scope(|scope| {
        let programs = scope.spawn(|| Programs::compile(&tools));
        (build::build(address), programs.join())
    });
    let dist = dist?;
    let programs = programs.map_err(|_| anyhow!("compiling the one file panicked"))??;
    let file = assemble(&dist, programs)?;
    let path = project::root().join(project::NAME).with_extension("html");
    fs::write(&path, &file).with_context(|| format!("can't write {}", path.display()))?;
    println!("{}: {} of {BUDGET} bytes", path.display(), file.len());
    Ok((dist, path))
}

fn hold_to_budget(bytes: u64) -> Result<()> {
    ensure!(
        bytes <= BUDGET,
        "the page as one file is heavier than its budget"
    );
    Ok(())
}

/// What the file runs.
struct Programs {
    /// The page's, in one piece and small.
    page: Vec<u8>,
    /// What connects it with the browser.
    glue: Vec<u8>,
    /// What unpacks both in the browser.
    unpacker: Vec<u8>,
}

/// The file that has all of the built page in it.
fn assemble(dist: &Path, programs: Programs) -> Result<String> {
    let page = fs::read_to_string(dist.join("index.html")).context("dist/ has no page")?;
    let (head, body) = page.split_once("<body>").context("the page has no body")?;
    let body = body.trim_end_matches("</body></html>");
    let read = |name: &str| {
        fs::read(dist.join(name)).with_context(|| format!("the page's {name} is not in dist/"))
    };
    let mut styles = Vec::new();
    for tag in head.split('<') {
        let named = |attribute: &str| {
            tag.split([' ', '>'])
                .find_map(|it| it.strip_prefix(attribute))
        };
        if let (true, Some(name)) = (tag.contains("rel=stylesheet"), named("href=")) {
            let content = read(name)?;
            if tag.contains("media=print") {
                styles.extend([b"@media print{", content.as_slice(), b"}"].concat());
            } else {
                styles.extend(content);
            }
        }
    }
    ensure!(
        !styles.is_empty(),
        "the page's head is another than expected"
    );
    let body = without_roomy_pictures(body);
    let packed = packing::pack(&[
        (Kind::Program, &programs.page),
        (Kind::Text, &styles),
        (Kind::Text, body.as_bytes()),
        (Kind::Text, &programs.glue),
        // Nothing is painted before both have run.
        (Kind::Text, &[read("asked.js")?, read("boot.js")?].concat()),
    ]);
    let meta: String = head
        .split('<')
        .skip(1)
        .filter(|tag| {
            !["link", "script", "/script", "/head"]
                .iter()
                .any(|it| tag.starts_with(it))
        })
        .filter(|tag| {
            !["og:", "twitter:", "http-equiv"]
                .iter()
                .any(|it| tag.contains(it))
        })
        .map(|tag| format!("<{tag}"))
        .collect();
    Ok(format!(
        "{meta}<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"><body><noscript><p>Dropout Moments, an explanation that one can run: it needs scripts, which are \
         switched off.</p></noscript><p id=\"unpacking\" hidden>Dropout Moments is being unpacked …</p>{}{}<script>{UNPACK}</script></body></html>\n",
        script_of(&programs.unpacker),
        script_of(&packed),
    ))
}

impl Programs {
    fn compile(tools: &Toolbox) -> Result<Self> {
        let build = format!("build --bin {}", project::NAME);
        let linked = compile(tools, &build, PROFILE, project::NAME)?;
        let folder = project::target().join(PROFILE);
        let glue = "--target no-modules --no-typescript --out-name program --out-dir";
        project::run(
            tools
                .command("wasm-bindgen")
                .args(glue.split(' '))
                .arg(&folder)
                .arg(linked),
        )?;
        let unpacker = "rustc --package packing --lib --crate-type cdylib";
        Ok(Self {
            page: optimised(tools, &folder.join("program_bg.wasm"))?,
            glue: fs::read(folder.join("program.js")).context("the program has no glue")?,
            unpacker: optimised(tools, &compile(tools, unpacker, "page", "packing")?)?,
        })
    }
}

/// Compiles to wasm, and says where it lies.
fn compile(tools: &Toolbox, build: &str, profile: &str, name: &str) -> Result<PathBuf> {
    let mut cargo = tools.wasm_command("cargo");
    project::run(cargo.args(build.split(' ')).args([
        "--quiet",
        "--target",
        project::WASM,
        "--profile",
        profile,
    ]))?;
    let folder = project::target().join(project::WASM).join(profile);
    Ok(folder.join(name).with_extension("wasm"))
}

/// A module without what the linker tells of its work, and small.
fn optimised(tools: &Toolbox, path: &Path) -> Result<Vec<u8>> {
    let mut module = Module::from_file(path).context("there is no program")?;
    let told: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
    for id in told {
        module.customs.delete(id);
    }
    post_build::optimise(tools, &module.emit_wasm())
}

/// Each figure has a picture for wide windows, and one for narrow ones. Here the program draws before a
/// picture could be seen, and only the gallery has use for the latter.
fn without_roomy_pictures(body: &str) -> String {
    let mut pieces = body.split("<svg ");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (tag, _) = piece.split_once('>').unwrap_or_default();
        if tag.contains("\"picture roomy\"") {
            kept.push_str(piece.split_once("</svg>").map_or("", |(_, after)| after));
        } else {
            kept.extend(["<svg ", piece]);
        }
    }
    kept
}

/// What HTML would change or end the script with: the zero, the carriage return, and `<`.
const NOT_KEPT: [u8; 3] = [0, b'\r', b'<'];

/// Bytes in the page, for `www/single.js`.
fn script_of(bytes: &[u8]) -> String {
    format!(
        "<script type=\"text/plain\" data-length=\"{}\">{}</script>",
        bytes.len(),
        text_of(bytes)
    )
}

/// A character for each 7 bits, the first in the highest place. Those that HTML does not keep make one of
/// two bytes with the 7 bits after them, so that all take 8 bytes for 7 (K. Albertson's base 122, 2016).
/// The last bits are filled up with zeros.
fn text_of(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let mut sevens = (0..bytes.len() * 8)
        .step_by(7)
        .map(|at| (at..at + 7).fold(0, |seven, at| seven << 1 | bit(at)));
    let mut text = String::with_capacity(bytes.len() * 8 / 7 + 2);
    while let Some(seven) = sevens.next() {
        text.push(match (1_u32..).zip(NOT_KEPT).find(|(_, it)| *it == seven) {
            None => char::from(seven),
            Some((place, _)) => {
                let code = place << 7 | u32::from(sevens.next().unwrap_or(0));
                char::from_u32(code).unwrap_or_default()
            }
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `www/single.js` reads it.
    fn bytes_of(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (mut bits, mut count) = (0, 0);
        let mut take = |seven: u32| {
            bits = bits << 7 | seven;
            count += 7;
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count & 255) as u8);
            }
            bits &= (1 << count) - 1;
        };
        for code in text.chars().map(u32::from) {
            if code > 127 {
                take(NOT_KEPT[(code >> 7) as usize - 1].into());
            }
            take(code & 127);
        }
        bytes
    }

    #[test]
    fn a_text_has_eight_bytes_for_seven_and_nothing_that_html_does_not_keep() {
        let all: Vec<u8> = (0..=255).chain([0; 9]).chain([0x0d; 9]).collect();
        for length in 0..=all.len() {
            let bytes = &all[..length];
            let text = text_of(bytes);
            assert!(text.len() <= length * 8 / 7 + 2, "{length}: {}", text.len());
            assert!(!text.contains(['\0', '\r', '<']));
            assert_eq!(&bytes_of(&text)[..length], bytes);
        }
    }

    #[test]
    fn a_file_over_the_budget_is_refused() {
        assert!(hold_to_budget(BUDGET).is_ok());
        assert!(hold_to_budget(BUDGET + 1).is_err());
    }

    #[test]
    fn of_the_pictures_the_small_ones_stay() {
        let body = r#"a<svg x class="picture roomy">1</svg>b<svg class="picture small">2</svg>"#;
        assert_eq!(
            without_roomy_pictures(body),
            r#"ab<svg class="picture small">2</svg>"#
        );
    }
}
