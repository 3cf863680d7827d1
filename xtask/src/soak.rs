//! `cargo xtask soak`: a reader who does anything at all, for minutes.

use anyhow::{Result, ensure};

use crate::setup::{self, Engine};
use crate::{build, project};

/// What to try.
pub struct Options {
    pub minutes: u32,
    pub engines: Vec<Engine>,
    /// Another seed, another reader.
    pub seed: u64,
}

/// Lets the reader loose on the built page, in one browser after the other.
pub fn soak(options: &Options) -> Result<()> {
    ensure!(options.minutes > 0, "a soak takes a minute at least");
    let dist = build::build(None)?;
    for engine in &options.engines {
        let tools = setup::prepare(engine.tools())?;
        let test = "test --test end_to_end --features end-to-end soak:: -- --nocapture";
        project::run(
            tools
                .command("cargo")
                .args(test.split(' '))
                .env("DROPOUT_MOMENTS_DIST", &dist)
                .env("DROPOUT_MOMENTS_SOAK", (60 * options.minutes).to_string())
                .env("DROPOUT_MOMENTS_SEED", options.seed.to_string()),
        )?;
    }
    Ok(())
}
