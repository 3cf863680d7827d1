//! The long run behind the section "Does it matter?": every rule on the handwritten digits, with many
//! seeds, natively. What it writes to `study/` is committed, so that the page's text can be checked.
//!
//! - [`grid`] says what is trained;
//! - [`runs`] trains it, and keeps `runs.csv`: one line a network;
//! - [`summary`] makes `summary.csv` of that: means, intervals and paired tests;
//! - [`figures`] draws it with the page's own chart.
//!
//! It is a program of its own so that the other commands don't wait for the library.

mod figures;
mod grid;
#[cfg(test)]
mod prose;
mod runs;
mod summary;

use std::path::Path;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = root.context("xtask lies in the repository's folder")?;
    let folder = root.join("study");
    let argument = std::env::args().nth(1);
    match argument.as_deref() {
        None => {
            std::fs::create_dir_all(&folder)?;
            runs::make(&root.join("www/digits.bin"), &folder)?;
        }
        // Only what is made of the runs.
        Some("summary") => {}
        Some(other) => bail!("there is no {other:?}: `study`, or `study summary`"),
    }
    let runs = runs::read(&folder)?;
    summary::write(&runs, &folder)?;
    figures::write_losses(&runs, &folder)?;
    figures::draw(&runs, &folder)
}
