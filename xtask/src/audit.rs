//! `cargo xtask audit`: what Lighthouse and axe-core say of the page as it is published, and whether it keeps
//! to its budget of bytes.

use anyhow::{Context, Result, ensure};

use crate::setup::{self, Tool};
use crate::{build, project, sizes};

/// Lets both judge the page, served as a good static host serves it: the one that is built already, or a new
/// one. The first that is not content ends it with an error, after the other has had its say.
pub fn audit(is_built: bool) -> Result<()> {
    let tools = setup::prepare(&[Tool::Browser, Tool::HeadlessShell, Tool::Auditors])?;
    let dist = if is_built {
        project::dist()
    } else {
        build::build(None)?
    };
    ensure!(
        dist.join("index.html").exists(),
        "there is no page in {}: `cargo xtask build` makes it",
        dist.display()
    );
    sizes::report(&dist)?;
    let folder = setup::auditors();
    setup::copy_scripts("audit")?;
    let shell = setup::headless_shell().context("the headless shell is gone")?;
    let outcomes = ["axe.mjs", "lighthouse.mjs"].map(|script| {
        let mut node = tools.command("node");
        node.arg(folder.join(script))
            .env("DROPOUT_MOMENTS_DIST", &dist)
            .env("HEADLESS_SHELL", &shell);
        project::run(&mut node)
    });
    outcomes.into_iter().collect()
}
