//! `cargo xtask single-file`: the page as one file, which works by double click, as an attachment, or
//! wherever one file can be put.
//!
//! What it is made of is packed together, with text around it that says what it is where scripts are
//! off; `www/single.js` unpacks it, and starts the page as on a machine where nothing can be fetched.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use liblzma::stream::{Filters, LzmaOptions, PRESET_EXTREME, Stream};
use liblzma::write::XzEncoder;

use crate::{build, project};

/// It may weigh at most so many bytes.
const BUDGET: usize = 250_000;

/// Nothing can be fetched, and everything is inline.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; \
    style-src 'unsafe-inline'; img-src data: blob:; worker-src blob:; frame-src http: https: file:; \
    base-uri 'none'; form-action 'none'";

const UNPACK: &str = include_str!("../../www/single.js");

/// Builds the page, and writes it as one file.
pub fn single_file() -> Result<()> {
    write(&build::build(None)?).map(drop)
}

/// Writes the built page as `dropout-moments.html`, and returns the path of that.
pub fn write(dist: &Path) -> Result<PathBuf> {
    let file = assemble(dist)?;
    let path = project::root().join(project::NAME).with_extension("html");
    fs::write(&path, &file).with_context(|| format!("can't write {}", path.display()))?;
    println!("{}: {} of {BUDGET} bytes", path.display(), file.len());
    ensure!(file.len() <= BUDGET, "it is heavier than its budget");
    Ok(path)
}

/// The file that has all of the built page in it.
fn assemble(dist: &Path) -> Result<String> {
    let page = fs::read_to_string(dist.join("index.html")).context("dist/ has no page")?;
    let (head, body) = page.split_once("<body>").context("the page has no body")?;
    let body = body.trim_end_matches("</body></html>");
    let read = |name: &str| {
        fs::read(dist.join(name)).with_context(|| format!("the page's {name} is not in dist/"))
    };
    let mut styles = Vec::new();
    let (mut glue, mut wasm) = (Vec::new(), Vec::new());
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
        } else if let (Some(glue_name), Some(wasm_name)) =
            (named("data-glue="), named("data-wasm="))
        {
            glue = read(glue_name)?;
            wasm = read(wasm_name)?;
        }
    }
    ensure!(
        !styles.is_empty() && !wasm.is_empty(),
        "the page's head is another than expected"
    );
    let parts = [
        wasm,
        later(dist)?,
        styles,
        without_roomy_pictures(body).into_bytes(),
        glue,
        read("boot.js")?,
    ];
    let packed = packed(&parts.concat())?;
    let lengths = parts.map(|part| part.len().to_string()).join(" ");
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
         switched off.</p></noscript><script type=\"text/plain\">{}</script>\
         <script data-sizes=\"{lengths}\">{UNPACK}</script></body></html>\n",
        base85(&packed),
    ))
}

/// As LZMA, which is a sixth smaller than what browsers unpack by themselves, with the options that
/// `www/single.js` takes for granted.
fn packed(content: &[u8]) -> Result<Vec<u8>> {
    let mut options = LzmaOptions::new_preset(9 | PRESET_EXTREME)?;
    options
        .literal_context_bits(3)
        .literal_position_bits(0)
        .position_bits(0);
    let encoder = Stream::new_raw_encoder(Filters::new().lzma1(&options))?;
    let mut writer = XzEncoder::new_stream(Vec::new(), encoder);
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

/// The part of the program that is loaded later.
fn later(dist: &Path) -> Result<Vec<u8>> {
    let files = fs::read_dir(dist)?.filter_map(Result::ok);
    let later = files
        .map(|file| file.path())
        .find(|path| path.to_string_lossy().ends_with(".later.wasm"))
        .context("the program is not split")?;
    Ok(fs::read(later)?)
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

/// Groups of four bytes as five characters, digits of base 85 from `#` on, with `x` in place of `<`,
/// so that nothing in it can end the script that holds it. The last group is filled up with zeros.
fn base85(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(4) * 5);
    for group in bytes.chunks(4) {
        let number = (0..4).fold(0, |number, i| {
            number << 8 | u32::from(*group.get(i).unwrap_or(&0))
        });
        for power in (0..5).rev() {
            let digit = number / 85_u32.pow(power) % 85;
            let digit = char::from(b'#' + u8::try_from(digit).unwrap_or(0));
            text.push(if digit == '<' { 'x' } else { digit });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base85_has_five_characters_for_four_bytes_and_none_that_html_knows() {
        assert_eq!(
            base85(&[0, 0, 0, 0, 0, 0, 0, 84]),
            "########".to_owned() + "#w"
        );
        assert_eq!(base85(&[0, 0, 0, 25]), "####x");
        let all: Vec<u8> = (0..=255).collect();
        let text = base85(&all);
        assert_eq!(text.len(), 320);
        assert!(!text.contains(['<', '"', '!']));
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
