//! `cargo xtask audit`: what Lighthouse and axe-core say of the page as it is published.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::setup::{self, Tool};
use crate::{build, project};

/// Lets both judge the page, served as a good static host serves it. The first that is not content
/// ends it with an error, after the other has had its say.
pub fn audit() -> Result<()> {
    let tools = setup::prepare(&[Tool::Browser, Tool::Auditors])?;
    let dist = build::build(None)?;
    let folder = setup::auditors();
    copy_scripts(&folder)?;
    let outcomes = ["axe.mjs", "lighthouse.mjs"].map(|script| {
        let mut node = tools.command("node");
        node.arg(folder.join(script))
            .env("DROPOUT_MOMENTS_DIST", &dist);
        project::run(&mut node)
    });
    outcomes.into_iter().collect()
}

/// Puts the scripts of `xtask/audit` beside the packages that they import.
fn copy_scripts(folder: &Path) -> Result<()> {
    let scripts = project::root().join("xtask").join("audit");
    let entries =
        fs::read_dir(&scripts).with_context(|| format!("can't read {}", scripts.display()))?;
    for script in entries {
        let script = script?;
        let copy = folder.join(script.file_name());
        fs::copy(script.path(), &copy)
            .with_context(|| format!("can't write {}", copy.display()))?;
    }
    Ok(())
}
