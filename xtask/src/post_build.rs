//! What is done to the page after trunk has built it: trunk's hook in `Trunk.toml`.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result, ensure};

use walrus::Module;

use crate::setup::{self, Tool, Toolbox};
use crate::split::{self, Layout};
use crate::{build, fallback_script, policy, profile, project};

/// Splits and optimises the program, if it is to be published, and writes the fallback script.
pub fn run() -> Result<()> {
    let variable = |name: &str| {
        env::var(name).with_context(|| format!("this is trunk's hook: {name} is not set"))
    };
    let staging = PathBuf::from(variable("TRUNK_STAGING_DIR")?);
    let path = file(&staging, "_bg.wasm")?;
    let glue = file(&staging, ".js")?;
    let mut program = Program {
        primary: fs::read(&path)?,
        later: None,
    };
    if env::var_os(profile::COUNT).is_some() {
        program.primary = profile::instrument(&program.primary)?;
        fs::write(&glue, fs::read_to_string(&glue)? + profile::GLUE)?;
    } else if variable("TRUNK_PROFILE")? == "release" {
        let mut text = fs::read_to_string(&glue)?;
        let linked = fs::read(linked()).context("can't read what the linker has made")?;
        program = publish(&program.primary, &linked, &mut text)?;
        join_styles(&staging)?;
        for script in ["asked.js", "boot.js"] {
            build::rewrite(&staging.join(script), |it| Ok(without_comments(it)))?;
        }
        fs::write(&glue, text)?;
        guard(&staging.join("index.html"))?;
    }
    fs::write(&path, &program.primary)?;
    if let Some((name, wasm)) = &program.later {
        fs::write(staging.join(name), wasm)?;
        write_figures(&staging.join("figure"))?;
    }
    let digits = fs::read(project::root().join("www/digits.bin")).context("no digits")?;
    fs::write(staging.join("digits.js"), fallback_script::digits(&digits))?;
    let later = program.later.as_ref().map(|(_, wasm)| wasm.as_slice());
    let script = fallback_script::script(&program.primary, later, &fs::read_to_string(glue)?);
    let path = path.to_string_lossy().replace("_bg.wasm", ".fallback.js");
    fs::write(&path, script).with_context(|| format!("can't write {path}"))
}

/// The program as it is published.
struct Program {
    primary: Vec<u8>,
    /// The name of the file, and what is in it.
    later: Option<(String, Vec<u8>)>,
}

/// Writes a page for each figure, with a picture: only what is published is linked to.
fn write_figures(folder: &Path) -> Result<()> {
    let write = "run --quiet --config profile.dev.package.dropout-moments.opt-level=2 --package xtask --features previews --bin pictures -- pages";
    project::run(Command::new("cargo").args(write.split(' ')).arg(folder))?;
    for figure in fs::read_dir(folder)?.filter_map(Result::ok) {
        let page = figure.path().join("index.html");
        if page.exists() {
            guard(&page)?;
        }
    }
    Ok(())
}

/// Gives a page its policy.
fn guard(page: &Path) -> Result<()> {
    build::rewrite(page, policy::with_policy)
}

/// A script without the lines that are comments: they are for those who read the source.
fn without_comments(script: &str) -> String {
    let lines = script.lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| [line, "\n"]).collect()
}

/// Makes one file of the style sheets for the screen: each request holds up the first paint.
fn join_styles(staging: &Path) -> Result<()> {
    let path = staging.join("index.html");
    let page = fs::read_to_string(&path)?;
    let (page, names) = with_one_style_sheet(&page);
    let (first, others) = names.split_first().context("the page has no style sheet")?;
    let mut styles = fs::read_to_string(staging.join(first))?;
    for name in others {
        styles += &fs::read_to_string(staging.join(name))?;
        fs::remove_file(staging.join(name))?;
    }
    // A browser may have kept the first one as it was.
    let mut hash = DefaultHasher::new();
    styles.hash(&mut hash);
    let name = format!("styles-{:016x}.css", hash.finish());
    fs::write(staging.join(&name), styles)?;
    fs::remove_file(staging.join(first))?;
    fs::write(&path, page.replacen(first, &name, 1)).context("can't write the page")
}

/// The page with the first of its links to style sheets for the screen alone, and the files of all.
fn with_one_style_sheet(page: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let mut kept = String::with_capacity(page.len());
    for (number, piece) in page.split("<link ").enumerate() {
        let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
        let mut words = tag.split([' ', '=', '"']);
        let file = words.find_map(|it| it.strip_prefix("./").filter(|it| it.ends_with(".css")));
        let is_for_all = number > 0 && !tag.contains("media") && tag.contains("stylesheet");
        if let (Some(file), true) = (file, is_for_all) {
            names.push(file.to_owned());
            if names.len() > 1 {
                kept += after;
                continue;
            }
        }
        kept += if number > 0 { "<link " } else { "" };
        kept += piece;
    }
    (kept, names)
}

/// The program before wasm-bindgen; `index.html` names the profile.
pub fn linked() -> PathBuf {
    let folder = project::target().join("wasm32-unknown-unknown/page");
    folder.join(format!("{}.wasm", project::NAME))
}

/// What `core` has between numbers and text: 20 KB of the page as one file. `settings::number` has it in less.
const HEAVY: [&str; 2] = ["core::fmt::float::", "core::num::dec2flt::"];

/// Fails for a program that has come to use it: a number that is formatted as it is suffices.
fn hold_light<'a>(functions: impl Iterator<Item = &'a str>) -> Result<()> {
    let names: Vec<String> = functions.map(split::plain).collect();
    let heavy = |name: &&String| HEAVY.iter().any(|it| name.contains(it));
    let found: Vec<&String> = names.iter().filter(heavy).collect();
    ensure!(
        found.is_empty(),
        "a number is formatted or parsed by `core`, not by `settings::number`: {found:#?}"
    );
    Ok(())
}

fn publish(wasm: &[u8], linked: &[u8], glue: &mut String) -> Result<Program> {
    let module = Module::from_buffer(wasm)?;
    hold_light(module.funcs.iter().filter_map(|it| it.name.as_deref()))?;
    let tools = setup::prepare(&[Tool::WasmOpt])?;
    let list =
        fs::read_to_string(profile::list()).context("can't read the list of what comes later")?;
    let names: HashSet<&str> = list.lines().collect();
    let mut parts = split::split(wasm, &Layout::read(linked)?, &names)?;
    let later = optimise(&tools, &parts.later.emit_wasm())?;
    // A browser may have kept a file of an older build: by this name no other one is found.
    let mut hash = DefaultHasher::new();
    later.hash(&mut hash);
    let name = format!("{}-{:016x}.later.wasm", project::NAME, hash.finish());
    parts.name_later(&name)?;
    shorten_imports(&mut parts.primary, glue);
    Ok(Program {
        primary: optimise(&tools, &parts.primary.emit_wasm())?,
        later: Some((name, later)),
    })
}

/// Gives the functions that the glue hands to the program short names, on both sides: those of
/// wasm-bindgen are long and end in a hash, and there are some 150 of them. In the glue they are the
/// keys `__wb…:` of an object.
fn shorten_imports(module: &mut Module, glue: &mut String) {
    let mut shortened = String::with_capacity(glue.len());
    let mut rest = glue.as_str();
    let mut number = 0;
    while let Some(at) = rest.find("__wb") {
        let length = rest[at..].find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        let (name, after) = rest[at..].split_at(length.unwrap_or(rest.len() - at));
        shortened.push_str(&rest[..at]);
        let is_key = after.starts_with(':');
        match module
            .imports
            .iter_mut()
            .find(|it| is_key && it.name == name)
        {
            Some(import) => {
                import.name = split::short(number);
                shortened.push_str(&import.name);
            }
            None => shortened.push_str(name),
        }
        number += usize::from(is_key);
        rest = after;
    }
    shortened.push_str(rest);
    *glue = shortened;
}

/// Makes a module small. The features are those that Rust's standard library is compiled with, and
/// SIMD.
pub fn optimise(tools: &Toolbox, wasm: &[u8]) -> Result<Vec<u8>> {
    const OPTIONS: [&str; 10] = [
        "-Os",
        "--enable-bulk-memory",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-multivalue",
        "--enable-sign-ext",
        "--enable-simd",
        "--strip-producers",
        "--strip-target-features",
    ];
    // Of this process alone: the page's program and that of the one file are made side by side.
    let folder = project::target().join(format!("wasm-opt-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let (input, output) = (folder.join("input.wasm"), folder.join("output.wasm"));
    fs::write(&input, wasm)?;
    project::run(
        tools
            .command("wasm-opt")
            .args(OPTIONS)
            .arg(&input)
            .arg("-o")
            .arg(&output),
    )?;
    let small = fs::read(&output).context("wasm-opt has written nothing")?;
    fs::remove_dir_all(&folder)?;
    Ok(small)
}

/// The one file that trunk made of the binary with this ending.
fn file(staging: &Path, ending: &str) -> Result<PathBuf> {
    fs::read_dir(staging)?
        .filter_map(Result::ok)
        .find(|file| {
            let name = file.file_name();
            let name = name.to_string_lossy();
            name.starts_with(project::NAME) && name.ends_with(ending)
        })
        .map(|file| file.path())
        .with_context(|| format!("trunk made no {}…{ending}", project::NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_style_sheet_is_left_for_the_screen() {
        let page = r#"<p><link href=./a-1.css rel=stylesheet><link rel="stylesheet" href="./b.css">
            <link href=./print.css media=print rel=stylesheet><link href=./icon.svg rel=icon>"#;
        let (joined, names) = with_one_style_sheet(page);
        assert_eq!(names, ["a-1.css", "b.css"]);
        let second = r#"<link rel="stylesheet" href="./b.css">"#;
        assert_eq!(joined, page.replace(second, ""));
    }

    #[test]
    fn a_number_that_core_writes_or_reads_is_refused() {
        let light = ["core[5b7f7a3d8a1f7c9e]::fmt::write", "main"];
        assert!(hold_light(light.into_iter()).is_ok());
        for heavy in [
            "core[5b7f7a3d8a1f7c9e]::fmt::float::float_to_decimal_common_exact::<f64>",
            "core[5b7f7a3d8a1f7c9e]::num::dec2flt::lemire::compute_float::<f64>",
        ] {
            let refused = hold_light(light.into_iter().chain([heavy]));
            assert!(refused.is_err(), "{heavy}");
        }
    }

    #[test]
    fn of_a_script_the_code_is_left() {
        let script = "// What.\n  // Why.\nrun(\"https://a\"); // how\n\n";
        assert_eq!(without_comments(script), "run(\"https://a\"); // how\n\n");
        for script in ["asked.js", "boot.js"] {
            let path = project::root().join("www").join(script);
            let script = fs::read_to_string(path).unwrap();
            assert_eq!(script.matches('`').count() % 2, 0);
            for line in script
                .lines()
                .filter(|it| it.trim_start().starts_with("//"))
            {
                let before = &script[..script.find(line).unwrap()];
                assert_eq!(before.matches('`').count() % 2, 0, "{line} is in a text");
            }
        }
    }
}
