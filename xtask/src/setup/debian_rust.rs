//! The fallback for machines that can't reach rustup's server: Debian ships a current Rust for its
//! browsers, with the source of the standard library, and its packages are in every mirror.
//!
//! They are unpacked below `target/tools/rust` instead of installed: this needs no rights, removes no
//! package that is in its way, and can be deleted like everything else in `target`. What comes out is a
//! compiler with a standard library for wasm32 of its own making; it is used through `RUSTC`.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::project::{self, WASM};

use super::jobs::Log;
use super::{bare, remove, tools};

/// The finished toolchain.
pub fn folder() -> PathBuf {
    tools().join("rust")
}

/// Whether apt knows the packages.
pub fn is_available() -> bool {
    !packages().is_empty()
}

/// The packages to unpack: the compiler, its lints, the source, the linker of the same LLVM, and
/// those libraries of theirs that the system lacks. Empty where there is no such compiler.
fn packages() -> Vec<String> {
    let only =
        "--no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances";
    let depends = Command::new("apt-cache")
        .args(["depends", "--recurse"])
        .args(only.split(' '))
        .args(["rustc-web", "rust-web-clippy", "rust-web-src"])
        .stderr(Stdio::null())
        .output();
    let installed = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package}\\n"])
        .output();
    let (Ok(depends), Ok(installed)) = (depends, installed) else {
        return Vec::new();
    };
    wanted(
        &String::from_utf8_lossy(&depends.stdout),
        &String::from_utf8_lossy(&installed.stdout),
    )
}

/// The packages named in what `apt-cache depends` prints, without those in the list of the
/// installed ones that can be used from where they are.
fn wanted(depends: &str, installed: &str) -> Vec<String> {
    let installed: HashSet<&str> = installed.lines().collect();
    let mut wanted = Vec::new();
    // A package is named at the start of a line, what it depends on is indented.
    for name in depends
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
    {
        let is_own = name.contains("rust") || name.starts_with("libllvm");
        if is_own || !installed.contains(name) {
            wanted.push(name.into());
        }
        if let Some(version) = name.strip_prefix("libllvm") {
            wanted.push(format!("lld-{version}"));
        }
    }
    wanted
}

/// Makes the toolchain. What an interrupted run left is done again, but for the compiled crates.
pub fn install(log: &Log) -> Result<()> {
    let packages = packages();
    let folder = tools().join("rust.partial");
    remove(&folder.join("usr"))?;
    let archives = folder.join("archives");
    fs::create_dir_all(&archives)?;
    log.run(
        Command::new("apt-get")
            .args(["download", "--quiet"])
            .args(&packages)
            .current_dir(&archives),
    )?;
    for archive in fs::read_dir(&archives)? {
        log.run(
            Command::new("dpkg-deb")
                .arg("--extract")
                .arg(archive?.path())
                .arg(&folder),
        )?;
    }
    remove(&archives)?;
    for program in ["rustc", "cargo-clippy"] {
        write_wrapper(&folder, program)?;
    }
    log.run(
        Command::new("chmod")
            .args(["--recursive", "+x"])
            .arg(folder.join("bin")),
    )?;
    // rustc calls the linker by this name.
    let linker = packages.iter().find(|name| name.starts_with("lld-"));
    log.run(
        Command::new("ln")
            .args(["--symbolic", "--force"])
            .arg(linker.context("there is no linker among the packages")?)
            .arg(folder.join("usr/bin/rust-lld")),
    )?;
    build_std(log, &folder)?;

    // Crates that were compiled against an earlier standard library of the same version can't be
    // told from current ones by cargo.
    remove(&project::target().join(WASM))?;
    remove(&self::folder())?;
    fs::rename(&folder, self::folder()).context("can't move the toolchain into place")
}

/// The program with its libraries and its linker, wherever the folder lies.
fn write_wrapper(folder: &Path, program: &str) -> Result<()> {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    let script = format!(
        "#!/bin/sh\n\
         root=${{0%/*}}/..\n\
         PATH=$root/usr/bin:$PATH LD_LIBRARY_PATH=$root/usr/lib/{}-linux-gnu exec \"$root/usr/bin/{program}\" \"$@\"\n",
        env::consts::ARCH
    );
    fs::write(bin.join(program), script)
        .with_context(|| format!("can't write the wrapper of {program}"))
}

/// Compiles the standard library for wasm32 with cargo's own means for it, and puts it where the
/// compiler looks.
fn build_std(log: &Log, folder: &Path) -> Result<()> {
    let package = folder.join("std-for-wasm32");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("src/lib.rs"), "")?;
    fs::write(
        package.join("Cargo.toml"),
        "[package]\nname = \"placeholder\"\nedition = \"2024\"\n\n[profile.release]\npanic = \"abort\"\n\n[workspace]\n",
    )?;
    log.run(
        bare("cargo")
            .current_dir(&package)
            .args([
                "build",
                "--release",
                "--target",
                WASM,
                "-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro",
            ])
            .env("RUSTC", folder.join("bin/rustc"))
            // Lets a stable compiler take the option above.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", package.join("target"))
            // The release build of the page optimises across crates, and needs the bitcode for it.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes -Ccodegen-units=1"),
    )?;
    let library = folder.join("usr/lib/rustlib").join(WASM).join("lib");
    fs::create_dir_all(&library)?;
    for file in fs::read_dir(package.join("target").join(WASM).join("release/deps"))? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.contains("placeholder") {
            fs::copy(file.path(), library.join(name))?;
        }
    }
    remove(&package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_packages_follow_the_compilers_versions_and_the_system() {
        let depends = "rustc-web\n  Depends: libc6\n  Depends: libstd-rust-web-1.96\nlibc6\nlibstd-rust-web-1.96\n\
                       libllvm22\n  Depends: libedit2\nlibedit2\n<libc-dev>\n  libc6-dev\nrust-web-src\n";
        assert_eq!(
            wanted(depends, "libc6\nlibc6-dev\nlibllvm22\n"),
            [
                "rustc-web",
                "libstd-rust-web-1.96",
                "libllvm22",
                "lld-22",
                "libedit2",
                "rust-web-src"
            ]
        );
    }

    #[test]
    fn an_unknown_compiler_wants_nothing() {
        assert!(wanted("", "libc6\n").is_empty());
    }
}
