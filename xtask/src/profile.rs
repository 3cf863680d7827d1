//! `cargo xtask profile`: which functions the first view runs; the others can come later.
//!
//! Every function of the program gets a global that it sets when it is called. An end-to-end test goes
//! through the first view and reads them; the functions whose global is still 0 go on the list.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use walrus::ir::Value;
use walrus::{ConstExpr, FunctionId, Module, ValType};

use crate::setup::{self, Tool};
use crate::{project, split};

/// Tells trunk's hook to count calls.
pub const COUNT: &str = "DROPOUT_MOMENTS_COUNT_CALLS";

/// What the export begins with that says whether a function has been called; its name and a number
/// that makes it unique follow. The name isn't last: `boot.js` takes exports by their ends.
const CALLED: &str = "called ";

/// The list of functions that can come later, by their plain names.
pub fn list() -> PathBuf {
    project::root().join("xtask").join("later.txt")
}

/// Builds the page with counters, goes through its first view, and writes the list.
pub fn profile() -> Result<()> {
    let tools = setup::prepare(&Tool::EVERYDAY)?;
    let dist = project::target().join("profile");
    let calls = dist.join("calls.txt");
    project::run(
        tools
            .wasm_command("trunk")
            .args(["build", "--release", "--dist"])
            .arg(&dist)
            .env(COUNT, "1"),
    )?;
    project::run(
        tools
            .command("cargo")
            .args(["test", "--test", "end_to_end", "--features", "end-to-end"])
            .args(["--", "--ignored", "--exact", "first_view::calls"])
            .env("DROPOUT_MOMENTS_DIST", &dist)
            .env("DROPOUT_MOMENTS_CALLS", &calls),
    )?;
    let calls = fs::read_to_string(&calls).context("the test has written no calls")?;
    let names = never_called(&calls)?;
    println!("{} names in {}", names.len(), list().display());
    fs::write(list(), names.join("\n") + "\n").context("can't write the list")
}

/// The plain names of which no function was called; `calls` has a line with a number and a name for
/// each export that counts.
fn never_called(calls: &str) -> Result<Vec<String>> {
    let mut all = BTreeSet::new();
    let mut called = HashSet::new();
    for line in calls.lines() {
        let (number, export) = line.split_once(' ').context("a line without a number")?;
        let Some(name) = export.strip_prefix(CALLED) else {
            continue;
        };
        let (name, _) = name
            .rsplit_once(' ')
            .context("a counter without a number")?;
        let name = split::plain(name);
        if number != "0" {
            called.insert(name.clone());
        }
        all.insert(name);
    }
    ensure!(!called.is_empty(), "not a single function was called");
    Ok(all
        .into_iter()
        .filter(|name| !called.contains(name))
        .collect())
}

/// The program with a global for each function, which is 1 once the function has been called, and an
/// export for each global.
pub fn instrument(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::from_buffer(wasm)?;
    let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    for (number, id) in functions.into_iter().enumerate() {
        let zero = ConstExpr::Value(Value::I32(0));
        let global = module.globals.add_local(ValType::I32, true, false, zero);
        let function = module.funcs.get_mut(id);
        let name = function.name.as_deref().unwrap_or_default();
        module
            .exports
            .add(&format!("{CALLED}{name} {number}"), global);
        function
            .kind
            .unwrap_local_mut()
            .builder_mut()
            .func_body()
            .const_at(0, Value::I32(1))
            .global_set_at(1, global);
    }
    Ok(module.emit_wasm())
}

/// What the glue needs so that the counters can be read: in the page, `calls()` gives them by name. The
/// first view has no workers.
pub const GLUE: &str = r#"
globalThis.calls = () => Object.fromEntries(Object.entries(wasm_bindgen.initSync())
  .filter(([name]) => name.startsWith("called "))
  .map(([name, { value }]) => [name, value]));
"#;
