//! `cargo xtask build`: the page as it is published.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::project;
use crate::setup::{self, Tool};

/// What the page is built with.
pub const NEEDED: [Tool; 4] = [Tool::WasmStd, Tool::WasmBindgen, Tool::Trunk, Tool::WasmOpt];

/// Builds `dist/` and returns its path. `Trunk.toml` makes all addresses in it relative, so that it works in any
/// folder of any server, and from the disk.
///
/// What shows a preview of a link wants the preview's picture at an absolute address, and the page
/// does not know its own: `address` is that of the folder it will lie in, if it is given.
pub fn build(address: Option<&str>) -> Result<PathBuf> {
    let tools = setup::prepare(&NEEDED)?;
    project::run(tools.wasm_command("trunk").args(["build", "--release"]))?;
    if let Some(address) = address {
        let dist = project::dist();
        let address = folder_address(address)?;
        rewrite(&dist.join("index.html"), |page| {
            with_absolute_preview(page, "social.png", &address)
        })?;
        for figure in fs::read_dir(dist.join("figure"))? {
            let folder = figure?.path();
            if folder.is_dir() {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                complete_figure(&folder, &address, &name)?;
            }
        }
    }
    Ok(project::dist())
}

/// Changes a text file of the page.
pub fn rewrite(path: &Path, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let page = fs::read_to_string(path)?;
    fs::write(path, change(&page)?).with_context(|| format!("can't write {}", path.display()))
}

/// The address with one slash at its end.
fn folder_address(address: &str) -> Result<String> {
    ensure!(
        address.starts_with("https://") || address.starts_with("http://"),
        "{address:?} is no address of a folder, such as https://example.org/dropout/"
    );
    ensure!(
        !address.contains(['"', '\'', '`', '<', '>', '&', '=', ' ', '\\']),
        "{address:?} can't stand in the page"
    );
    Ok(format!("{}/", address.trim_end_matches('/')))
}

/// Makes the address of the preview's picture absolute, and adds the page's own.
fn with_absolute_preview(page: &str, picture: &str, address: &str) -> Result<String> {
    let (before, after) = page
        .split_once(picture)
        .context("the page names no picture for previews")?;
    // The tag is written as the page's minifier likes it.
    let (before, tag) = before
        .rfind("<meta")
        .map(|start| before.split_at(start))
        .context("the picture for previews is in no meta tag")?;
    let own = format!("<meta property=\"og:url\" content=\"{address}\">");
    Ok([before, &own, tag, address, picture, after].concat())
}

/// Tells where a figure's page lies, in itself and in what oEmbed (version 1.0) asks for: the code
/// that embeds the figure, as JSON that the page names.
fn complete_figure(folder: &Path, address: &str, name: &str) -> Result<()> {
    let own = format!("{address}figure/{name}/");
    let mut title = String::new();
    rewrite(&folder.join("index.html"), |page| {
        let named = page
            .split_once("<title>")
            .and_then(|it| it.1.split_once("</title>"));
        named
            .context("a figure's page has no title")?
            .0
            .clone_into(&mut title);
        let page = with_absolute_preview(page, "picture.png", &own)?;
        let link = format!(
            "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"{own}oembed.json\">\n</head>"
        );
        Ok(page.replacen("</head>", &link, 1))
    })?;
    let json = format!(
        r#"{{"version":"1.0","type":"rich","provider_name":"Dropout Moments","provider_url":"{address}","title":"{title}","html":"<iframe src=\"{address}#embed={name}\" title=\"{title}\" width=\"700\" height=\"600\" sandbox=\"allow-scripts allow-popups allow-popups-to-escape-sandbox\" loading=\"lazy\"></iframe>","width":700,"height":600,"thumbnail_url":"{own}picture.png","thumbnail_width":1200,"thumbnail_height":630}}"#
    );
    fs::write(folder.join("oembed.json"), json).context("can't write for oEmbed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_gets_an_absolute_address() {
        let page = include_str!("../../index.html");
        let minified = "<title>t</title><meta content=social.png property=og:image>";
        for (page, quote) in [(page, "\""), (minified, "")] {
            for address in ["https://example.org/a/", "https://example.org/a"] {
                let address = folder_address(address).unwrap();
                let page = with_absolute_preview(page, "social.png", &address).unwrap();
                assert!(page.contains(r#""og:url" content="https://example.org/a/">"#));
                let picture = format!("content={quote}https://example.org/a/social.png{quote}");
                assert!(page.contains(&picture), "{page}");
            }
        }
        assert!(folder_address("example.org").is_err());
        assert!(folder_address("https://a\"b").is_err());
    }
}
