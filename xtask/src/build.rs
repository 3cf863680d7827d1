//! `cargo xtask build`: the page as it is published.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::project;
use crate::setup::{self, Tool};

/// Builds `dist/` and returns its path. `Trunk.toml` makes all addresses in it relative, so that it works in any
/// folder of any server, and from the disk.
///
/// What shows a preview of a link wants the preview's picture at an absolute address, and the page
/// does not know its own: `address` is that of the folder it will lie in, if it is given.
pub fn build(address: Option<&str>) -> Result<PathBuf> {
    let tools = setup::prepare(&[Tool::WasmStd, Tool::WasmBindgen, Tool::Trunk, Tool::WasmOpt])?;
    project::run(tools.wasm_command("trunk").args(["build", "--release"]))?;
    if let Some(address) = address {
        let path = project::dist().join("index.html");
        let page = fs::read_to_string(&path)?;
        let page = with_absolute_preview(&page, address)?;
        fs::write(&path, page).context("can't write the page")?;
    }
    Ok(project::dist())
}

fn with_absolute_preview(page: &str, address: &str) -> Result<String> {
    const RELATIVE: &str = r#"<meta property="og:image" content=""#;
    ensure!(
        address.starts_with("https://") || address.starts_with("http://"),
        "{address:?} is no address of a folder, such as https://example.org/dropout/"
    );
    ensure!(
        !address.contains(['"', '<', '&', ' ']),
        "{address:?} can't stand in the page"
    );
    let (before, after) = page
        .split_once(RELATIVE)
        .context("the page names no picture for previews")?;
    let address = address.trim_end_matches('/');
    Ok(format!("{before}{RELATIVE}{address}/{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_gets_an_absolute_address() {
        let page = include_str!("../../index.html");
        for address in [
            "https://example.org/dropout/",
            "https://example.org/dropout",
        ] {
            let page = with_absolute_preview(page, address).unwrap();
            assert!(
                page.contains(r#""og:image" content="https://example.org/dropout/social.png""#)
            );
        }
        assert!(with_absolute_preview(page, "example.org").is_err());
        assert!(with_absolute_preview(page, "https://a\"b").is_err());
    }
}
