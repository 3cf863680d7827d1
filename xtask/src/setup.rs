//! Finds the tools that a command needs, and installs the missing ones.
//!
//! What a registry or Debian offers is installed without asking, and never over what the user has. What
//! takes minutes to compile goes below the user's folder for caches, one folder for each version of a tool,
//! where each checkout finds it; the rest below `target/tools`, wherever that is possible. Where something
//! can't be installed, one message says how to do it on each system.
//!
//! | tool | ordinary way | otherwise |
//! |---|---|---|
//! | std for wasm32 | `rustup target add` | Debian's compiler and the source of std ([`debian_rust`]) |
//! | wasm-bindgen, trunk | `cargo install` into the cache | |
//! | wasm-opt | npm's `binaryen`, into `target/tools` | on Debian, npm is installed for it |
//! | Chromium with its driver and headless shell, Firefox, WebKit | what is there | on Debian, its packages |
//! | geckodriver, cargo-mutants, cargo-tarpaulin, cargo-deny | `cargo install` into the cache | |
//! | Lighthouse, axe-core | npm, into `target/tools/audit` | on Debian, npm is installed for them |

mod debian_rust;
mod instructions;
mod jobs;
mod probe;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy as _;

use crate::project::{self, WASM};
use jobs::Job;
pub use probe::{Browser, Engine, headless_shell};

const BINARYEN_VERSION: &str = "132.0.0";

/// What judges the page, what drives the browser for it, and the slides that a figure is put into.
/// Lighthouse 13 does without the Node of Debian 12.
const AUDITORS: [(&str, &str); 4] = [
    ("lighthouse", "12.8.2"),
    ("axe-core", "4.14.1"),
    ("puppeteer-core", "24.43.1"),
    ("reveal.js", "6.0.2"),
];

/// How long `rustup target add` may take before the fallback is tried: enough for its 25 MB on an
/// ordinary line, and not a long wait behind a firewall that swallows packets.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(90);

/// Something that the page's build or tests need, and that a machine with Rust may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// The standard library for wasm32.
    WasmStd,
    /// The glue's generator and the test runner, of exactly the version in `Cargo.lock`.
    WasmBindgen,
    /// The bundler.
    Trunk,
    /// The optimiser of the release build.
    WasmOpt,
    /// Chromium or Chrome with the chromedriver of the same version.
    Browser,
    /// Chromium without a window of its own, not even one that is never shown.
    HeadlessShell,
    /// Lighthouse and axe-core, in [`auditors`].
    Auditors,
    /// Firefox, or its release with extended support.
    Firefox,
    /// What drives it.
    Geckodriver,
    /// WebKitGTK's small browser with its driver, and a screen in memory: it has no mode without one.
    WebKit,
    /// Changes the code, to see whether the tests notice.
    Mutants,
    /// Says what the tests reach.
    Coverage,
    /// Judges the dependencies.
    Deny,
}

impl Tool {
    /// What takes longest comes first: two are installed at a time.
    pub const ALL: [Self; 13] = [
        Self::Coverage,
        Self::Deny,
        Self::Trunk,
        Self::Mutants,
        Self::WasmStd,
        Self::WasmBindgen,
        Self::Geckodriver,
        Self::WasmOpt,
        Self::Auditors,
        Self::Browser,
        Self::HeadlessShell,
        Self::Firefox,
        Self::WebKit,
    ];

    /// All but those that only some of the tests need.
    pub const EVERYDAY: [Self; 6] = [
        Self::Trunk,
        Self::WasmStd,
        Self::WasmBindgen,
        Self::WasmOpt,
        Self::Auditors,
        Self::Browser,
    ];

    /// What `cargo install` is told of it, if that installs it.
    fn package(self) -> Option<Package> {
        let (name, version, options): (_, _, &[&str]) = match self {
            // Without `--locked`: a crate version in this tool's lock file has been withdrawn.
            // The default feature is TLS, which nothing here uses.
            Self::WasmBindgen => (
                "wasm-bindgen-cli",
                probe::locked_wasm_bindgen(),
                &["--no-default-features"],
            ),
            Self::Trunk => ("trunk", "0.21.14", &["--locked", "--no-default-features"]),
            Self::Geckodriver => ("geckodriver", "0.37.1", &["--locked"]),
            Self::Mutants => ("cargo-mutants", "27.1.0", &["--locked"]),
            Self::Coverage => (
                "cargo-tarpaulin",
                "0.37.5",
                &["--locked", "--no-default-features"],
            ),
            Self::Deny => ("cargo-deny", "0.20.2", &["--locked"]),
            Self::WasmStd
            | Self::WasmOpt
            | Self::Browser
            | Self::HeadlessShell
            | Self::Auditors
            | Self::Firefox
            | Self::WebKit => return None,
        };
        Some(Package {
            name,
            version,
            options,
        })
    }

    /// What it is, what it is for, and how long it takes to install on two cores.
    fn why(self) -> String {
        let what_for = self.what_for();
        match self.package() {
            Some(Package { name, version, .. }) => format!("{name} {version}: {what_for}"),
            None => what_for,
        }
    }

    fn what_for(self) -> String {
        match self {
            Self::WasmStd => format!(
                "Rust's standard library for {WASM}: the page is compiled to it (seconds; where rustup can't, about 2 min)"
            ),
            Self::WasmBindgen => "connects the program with the browser (about 2 min)".into(),
            Self::Trunk => "bundles and serves the page (about 4 min)".into(),
            Self::WasmOpt => format!(
                "wasm-opt, from npm's binaryen {BINARYEN_VERSION}: makes the published page small (seconds; with npm itself, 1 to 4 min)"
            ),
            Self::Browser => {
                "Chromium and chromedriver: the tests drive them (half a minute)".into()
            }
            Self::HeadlessShell => {
                "Chromium's headless shell: Lighthouse times the page in it (half a minute)".into()
            }
            Self::Firefox => "Firefox: the tests run in it, too (half a minute)".into(),
            Self::Geckodriver => "drives Firefox (about 2 min)".into(),
            Self::Mutants => "tests the tests (about 3 min)".into(),
            Self::Coverage => "what the tests reach (about 6 min)".into(),
            Self::Deny => "judges the dependencies (about 5 min)".into(),
            Self::WebKit => {
                "WebKitGTK's driver and Xvfb: the tests run in the engine of Safari, too (half a minute)"
                    .into()
            }
            Self::Auditors => {
                let packages = AUDITORS.map(|(name, version)| format!("{name} {version}"));
                format!(
                    "{}, from npm: they judge the page (190 MB; seconds; with npm itself, 1 to 4 min)",
                    packages.join(", ")
                )
            }
        }
    }

    /// Whether cargo has a command of this name and of the tool's version.
    fn is_cargo_command(self, command: &str) -> bool {
        let package = self.package();
        package.is_some_and(|it| probe::cargo_version(command).as_deref() == Some(it.version))
    }

    fn is_there(self) -> bool {
        match self {
            Self::WasmStd => rustc().is_some(),
            Self::WasmBindgen => ["wasm-bindgen", "wasm-bindgen-test-runner"]
                .iter()
                .all(|name| probe::version(name).as_deref() == Some(probe::locked_wasm_bindgen())),
            Self::Trunk => {
                probe::version("trunk").is_some_and(|version| version.starts_with("0.21."))
            }
            Self::WasmOpt => probe::version("wasm-opt")
                .is_some_and(|version| probe::major(&version) >= Some(117)),
            Self::Browser => Engine::Chromium.find().is_some(),
            Self::HeadlessShell => headless_shell().is_some(),
            Self::Firefox => Engine::Firefox.program().is_some(),
            Self::Geckodriver => Engine::Firefox.driver().is_some(),
            Self::Mutants => self.is_cargo_command("mutants"),
            Self::Coverage => self.is_cargo_command("tarpaulin"),
            Self::Deny => self.is_cargo_command("deny"),
            Self::WebKit => {
                Engine::WebKit.find().is_some() && probe::find(OsStr::new(XVFB_RUN)).is_some()
            }
            Self::Auditors => {
                probe::version("node").is_some_and(|version| probe::major(&version) >= Some(18))
                    && AUDITORS
                        .iter()
                        .all(|(name, version)| probe::has_npm_package(&auditors(), name, version))
            }
        }
    }
}

/// A tool that `cargo install` compiles.
struct Package {
    name: &'static str,
    version: &'static str,
    options: &'static [&'static str],
}

impl Package {
    /// Where it is installed to: no other version is there.
    fn root(&self) -> PathBuf {
        cache().join(format!("{}-{}", self.name, self.version))
    }
}

/// Where the tools live that each checkout may use.
fn cache() -> PathBuf {
    let folders = etcetera::base_strategy::choose_native_strategy();
    let caches = folders.map_or_else(|_| project::target(), |it| it.cache_dir());
    caches.join(project::NAME)
}

/// Runs a program that needs a screen on one that nobody sees.
const XVFB_RUN: &str = "xvfb-run";

/// Where the tools live that this checkout has for itself.
fn tools() -> PathBuf {
    project::target().join("tools")
}

/// Where Lighthouse, axe-core and the scripts that use them are: Node looks for packages beside a
/// script.
pub fn auditors() -> PathBuf {
    tools().join("audit")
}

/// Puts the scripts of a folder of `xtask` beside the packages that they import.
pub fn copy_scripts(folder: &str) -> Result<()> {
    let scripts = project::root().join("xtask").join(folder);
    let entries =
        fs::read_dir(&scripts).with_context(|| format!("can't read {}", scripts.display()))?;
    for script in entries {
        let script = script?;
        let copy = auditors().join(script.file_name());
        fs::copy(script.path(), &copy)
            .with_context(|| format!("can't write {}", copy.display()))?;
    }
    Ok(())
}

/// The search path with the project's own tools first.
pub(crate) fn search_path() -> OsString {
    let packages = Tool::ALL.into_iter().filter_map(Tool::package);
    let own = packages
        .map(|it| it.root().join("bin"))
        .chain([tools().join("node_modules").join(".bin")]);
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(own.chain(env::split_paths(&path)))
        .expect("no folder of the search path holds its separator")
}

/// The compiler to use for wasm32: the usual one, the fallback, or none yet.
fn rustc() -> Option<Rustc> {
    if probe::has_wasm_std(OsStr::new("rustc")) {
        return Some(Rustc::Usual);
    }
    let fallback = debian_rust::folder().join("bin").join("rustc");
    (fallback.exists() && probe::has_wasm_std(fallback.as_os_str()))
        .then_some(Rustc::Debian(fallback))
}

#[derive(Clone, Debug)]
enum Rustc {
    Usual,
    Debian(PathBuf),
}

/// The tools, all there: what commands are run with.
#[derive(Debug)]
pub struct Toolbox {
    rustc: Rustc,
    browser: Option<Browser>,
}

impl Toolbox {
    /// A command that sees the tools.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = if self.browser.as_ref().is_some_and(Browser::needs_screen) {
            let mut command = bare(XVFB_RUN);
            command.args(["--auto-servernum", "--server-args=-screen 0 1600x1200x24"]);
            command.arg(find_program(program));
            command
        } else {
            bare(program)
        };
        if let Some(browser) = &self.browser {
            browser.set_environment(&mut command);
            command
                .env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                    "wasm-bindgen-test-runner",
                )
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", webdriver_json());
        }
        command
    }

    /// A command that compiles for wasm32.
    pub fn wasm_command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command(program);
        if let Rustc::Debian(rustc) = &self.rustc {
            command.env("RUSTC", rustc);
        }
        // A panic names its source; where that lay on the machine that compiled it is nobody's business.
        if let Some(home) = cargo_home() {
            command.env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                format!("--remap-path-prefix={home}=cargo"),
            );
        }
        command
    }

    /// `cargo clippy` with the lints' driver that belongs to the compiler for wasm32.
    pub fn wasm_clippy(&self) -> Command {
        match &self.rustc {
            Rustc::Usual => self.wasm_command("cargo"),
            Rustc::Debian(rustc) => self.wasm_command(rustc.with_file_name("cargo-clippy")),
        }
    }

    /// Runs a command that the user gave.
    pub fn run(&self, command: &[OsString]) -> Result<()> {
        let (program, arguments) = command.split_first().context("no command was given")?;
        let status = self.wasm_command(program).args(arguments).status();
        let status = status.with_context(|| format!("can't run {}", program.display()))?;
        std::process::exit(status.code().unwrap_or(1));
    }
}

/// Where cargo has the sources of other packages; none where a flag can't name it, as spaces end flags.
fn cargo_home() -> Option<String> {
    let told = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = told.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    let home = home.into_os_string().into_string().ok()?;
    (!home.contains(char::is_whitespace)).then_some(home)
}

/// A command with the project's tools on its search path, and without what `cargo run` set for us
/// and must not set for it.
fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(find_program(program));
    command
        .env("PATH", search_path())
        .env_remove("CARGO")
        .env_remove("CARGO_MANIFEST_DIR");
    command
}

/// The program is looked up in our own search path, not in the one that it is given.
fn find_program(program: impl AsRef<OsStr>) -> PathBuf {
    probe::find(program.as_ref()).unwrap_or_else(|| program.as_ref().into())
}

fn webdriver_json() -> PathBuf {
    tools().join("webdriver.json")
}

/// Makes sure that the given tools are there; installs those that aren't. A browser among them is the
/// one that commands are to use.
pub fn prepare(needed: &[Tool]) -> Result<Toolbox> {
    if needed.iter().any(|tool| !tool.is_there()) {
        install_missing(needed)?;
    }
    let engine = Engine::ALL
        .into_iter()
        .find(|engine| engine.tools().iter().all(|tool| needed.contains(tool)));
    let browser = engine.and_then(Engine::find);
    if let Some(browser) = &browser {
        fs::create_dir_all(tools())
            .and_then(|()| fs::write(webdriver_json(), browser.webdriver_json()))
            .context("can't write the browser's settings")?;
    }
    Ok(Toolbox {
        rustc: rustc().unwrap_or(Rustc::Usual),
        browser,
    })
}

fn install_missing(needed: &[Tool]) -> Result<()> {
    fs::create_dir_all(tools()).context("can't make target/tools")?;
    fs::create_dir_all(cache()).with_context(|| format!("can't make {}", cache().display()))?;
    let lock = File::create(cache().join("lock"))?;
    if lock.try_lock().is_err() {
        eprintln!("Another cargo xtask is installing tools; waiting for it.");
        lock.lock()?;
    }
    // The other one may have installed some of them.
    let mut missing = Vec::from(Tool::ALL);
    missing.retain(|tool| needed.contains(tool) && !tool.is_there());
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Set-up, once. Missing on this machine:");
    for tool in &missing {
        eprintln!("  - {}", tool.why());
    }
    eprintln!(
        "They go below {}, for all checkouts, and target/tools; logs are in target/tools/logs.",
        cache().display()
    );

    if missing.contains(&Tool::WasmStd) && add_rustup_target() {
        missing.retain(|tool| *tool != Tool::WasmStd);
    }
    let machine = Machine::look(&missing)?;
    if missing.iter().any(|tool| !machine.can_install(*tool)) {
        bail!("{}", instructions::message(&missing));
    }
    let packages = machine.packages(&missing);
    if !packages.is_empty() {
        eprintln!("With apt-get: {}", packages.join(", "));
        jobs::run_all(vec![Job::new("Debian packages", move |log| {
            log.run(
                Command::new("apt-get")
                    .args(["install", "--yes", "--no-remove", "--no-install-recommends"])
                    // npm is 400 small packages, and dpkg would wait for the disk after each.
                    .args(["--option", "Dpkg::Options::=--force-unsafe-io"])
                    .args(&packages)
                    .env("DEBIAN_FRONTEND", "noninteractive"),
            )
        })])?;
    }
    jobs::run_all(missing.iter().filter_map(|tool| job(*tool)).collect())?;

    let absent: Vec<Tool> = missing
        .into_iter()
        .filter(|tool| !tool.is_there())
        .collect();
    if !absent.is_empty() {
        bail!("{}", instructions::message(&absent));
    }
    eprintln!("Set-up is complete.");
    Ok(())
}

/// The ordinary way to the standard library for wasm32. It needs rustup's server.
fn add_rustup_target() -> bool {
    if probe::find(OsStr::new("rustup")).is_none() {
        return false;
    }
    let job = Job::new("rustup target add", |log| {
        log.run_within(
            RUSTUP_PATIENCE,
            bare("rustup").args(["target", "add", WASM]),
        )
    });
    if jobs::run_all(vec![job]).is_err() {
        eprintln!("  rustup can't add it here (its log says why); trying another way.");
    }
    rustc().is_some()
}

/// What this machine allows.
struct Machine {
    /// Root on a Debian or a descendant of it.
    apt: bool,
    /// Debian's compiler for browsers is to be had.
    debian_rust: bool,
    npm: bool,
}

impl Machine {
    fn look(missing: &[Tool]) -> Result<Self> {
        let apt = probe::is_root() && probe::find(OsStr::new("apt-get")).is_some();
        let npm = probe::find(OsStr::new("npm")).is_some();
        let wants_apt = missing.iter().any(|tool| match tool {
            Tool::WasmOpt | Tool::Auditors => !npm,
            // What cargo does not install, the system's packages bring.
            it => it.package().is_none(),
        });
        if apt && wants_apt {
            jobs::run_all(vec![Job::new("apt-get update", |log| {
                log.run(Command::new("apt-get").arg("update"))
            })])?;
        }
        Ok(Self {
            apt,
            debian_rust: debian_rust::is_available(),
            npm,
        })
    }

    fn can_install(&self, tool: Tool) -> bool {
        match tool {
            Tool::WasmStd => self.debian_rust,
            Tool::WasmBindgen
            | Tool::Trunk
            | Tool::Geckodriver
            | Tool::Mutants
            | Tool::Coverage
            | Tool::Deny => true,
            Tool::WasmOpt | Tool::Auditors => self.npm || self.apt,
            Tool::Browser | Tool::HeadlessShell | Tool::Firefox | Tool::WebKit => self.apt,
        }
    }

    /// The packages that have to be installed on the system itself.
    fn packages(&self, missing: &[Tool]) -> Vec<&'static str> {
        let mut packages = Vec::new();
        let wants_npm = [Tool::WasmOpt, Tool::Auditors];
        if !self.npm && missing.iter().any(|tool| wants_npm.contains(tool)) {
            packages.push("npm");
        }
        if missing.contains(&Tool::Browser) {
            packages.extend(["chromium", "chromium-driver"]);
        }
        if missing.contains(&Tool::HeadlessShell) {
            packages.push("chromium-headless-shell");
        }
        if missing.contains(&Tool::Firefox) {
            packages.push("firefox-esr");
        }
        if missing.contains(&Tool::WebKit) {
            packages.extend(["webkit2gtk-driver", "xvfb", "xauth"]);
        }
        packages
    }
}

/// What installs the tool without the system's own means, if anything does.
fn job(tool: Tool) -> Option<Job> {
    match tool {
        Tool::WasmStd => Some(Job::new("std for wasm32", debian_rust::install)),
        Tool::WasmOpt => Some(npm_install(
            "wasm-opt",
            tools(),
            &[("binaryen", BINARYEN_VERSION)],
        )),
        Tool::Auditors => Some(npm_install("Lighthouse, axe-core", auditors(), &AUDITORS)),
        _ => tool.package().map(cargo_install),
    }
}

/// Into a folder of its own: npm removes from it what it has not been told of.
fn npm_install(
    name: &'static str,
    folder: PathBuf,
    packages: &'static [(&'static str, &'static str)],
) -> Job {
    Job::new(name, move |log| {
        log.run(
            bare("npm")
                .args(["install", "--no-save", "--no-audit", "--no-fund"])
                .arg("--prefix")
                .arg(&folder)
                .args(
                    packages
                        .iter()
                        .map(|(package, version)| format!("{package}@{version}")),
                ),
        )
    })
}

/// Builds a tool without optimisation: it runs for seconds, and would compile for many minutes.
fn cargo_install(package: Package) -> Job {
    let Package {
        name,
        version,
        options,
    } = package;
    Job::new(format!("{name} {version}"), move |log| {
        // Of its own and kept until the end, so that an interrupted build goes on where it was.
        let build = tools().join("build").join(name);
        log.run(
            bare("cargo")
                .args(["install", "--root"])
                .arg(package.root())
                .args(options)
                .arg(format!("{name}@{version}"))
                .env("CARGO_TARGET_DIR", &build)
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
        )?;
        remove(&build)
    })
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
