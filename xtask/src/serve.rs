//! `cargo xtask serve`: trunk's development server, and the page's address as the last line.

use std::env;
use std::io::{self, BufRead};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::project;
use crate::setup::{self, Tool};

/// What can be chosen.
pub struct Options {
    pub port: u16,
    pub open: bool,
    pub release: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 8080,
            open: true,
            release: false,
        }
    }
}

/// Builds and serves the page until it is interrupted; rebuilds it when a file changes.
pub fn serve(options: &Options) -> Result<()> {
    let port = options.port;
    // Before anything else: set-up may take minutes.
    TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} is taken; another one can be given with --port"))?;
    let mut needed = vec![Tool::WasmStd, Tool::WasmBindgen, Tool::Trunk];
    if options.release {
        needed.push(Tool::WasmOpt);
    }
    let tools = setup::prepare(&needed)?;

    let address = format!("http://127.0.0.1:{port}/");
    let mut announcer = Command::new(env::current_exe()?)
        .args(["announce", &address])
        .stdin(Stdio::piped())
        .spawn()
        .context("can't start the part that prints the address")?;
    let messages = announcer.stdin.take().context("a piped input is there")?;

    let mut trunk = tools.wasm_command("trunk");
    trunk
        .arg("serve")
        .args(["--address", "127.0.0.1", "--port", &port.to_string()])
        // Not dist/: what is published has no reload script in it.
        .arg("--dist")
        .arg(project::target().join("serve"))
        .stdout(messages)
        .current_dir(project::root());
    if options.release {
        trunk.arg("--release");
    }
    if options.open && has_display() {
        trunk.arg("--open");
    }
    become_program(&mut trunk)
}

/// Puts the server in the place of this process, so that what ends the one ends the other.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec()).context("can't run trunk")
}

/// Elsewhere a process can't be replaced; an interrupt reaches both.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    let status = command.status().context("can't run trunk")?;
    anyhow::ensure!(status.success(), "trunk ended with {status}");
    Ok(())
}

/// Whether a browser can be opened.
fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Passes trunk's messages on, and says where the page is each time that it has been built.
pub fn announce(address: &str) -> Result<()> {
    let mut is_served = false;
    let mut is_built = false;
    for line in io::stdin().lock().lines() {
        let line = line.context("trunk's messages can't be read")?;
        // Trunk lists every name that this machine has; one address is enough.
        let lists_addresses = is_served && line.contains("://");
        if !lists_addresses {
            println!("{line}");
        }
        if line.contains("starting build") {
            is_built = false;
        } else if line.ends_with("success") {
            is_built = true;
        } else if line.contains("server listening at") {
            is_served = true;
        } else {
            continue;
        }
        if is_served && is_built {
            println!("\nThe page: {address}   (Ctrl-C ends it)");
        }
    }
    Ok(())
}
