//! `cargo xtask embed-test`: the figures in other people's pages, each built by its own tool.

use anyhow::Result;

use crate::setup::{self, Tool};
use crate::{project, python, single_file};

/// What builds the hosts, and what reads the pages as sites do that show previews of links.
const PYTHON: [&str; 6] = [
    "mkdocs==1.6.1",
    "sphinx==9.0.4",
    "myst-parser==5.2.0",
    "nbconvert==7.17.2",
    "ipykernel==7.4.0",
    "metadata_parser==2.0.0",
];

/// Where the pages are said to lie: previews need an absolute address.
const ADDRESS: &str = "https://example.org/dropout/";

/// Builds the page with an address, the page as one file, and the hosts; looks at them in a browser.
pub fn embed_test() -> Result<()> {
    let tools = setup::prepare(&[Tool::Browser, Tool::Auditors])?;
    let python = python::with(&PYTHON)?;
    let (dist, file) = single_file::build(Some(ADDRESS))?;
    let folder = setup::auditors();
    setup::copy_scripts("audit")?;
    setup::copy_scripts("embed")?;
    project::run(
        tools
            .command(&python)
            .arg(folder.join("previews.py"))
            .arg(&dist)
            .arg(ADDRESS),
    )?;
    project::run(
        tools
            .command("node")
            .arg(folder.join("hosts.mjs"))
            .env("DROPOUT_MOMENTS_DIST", &dist)
            .env("DROPOUT_MOMENTS_FILE", &file)
            .env("DROPOUT_MOMENTS_PYTHON", &python)
            .env("DROPOUT_MOMENTS_HOSTS", project::target().join("hosts")),
    )
}
