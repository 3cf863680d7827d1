//! Looks at the machine; changes nothing.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::project::{self, WASM};

use super::{Tool, search_path};

/// What the page runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKitGTK: the engine nearest to Safari's that there is for Linux.
    WebKit,
}

impl Engine {
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// What has to be there.
    pub const fn tools(self) -> &'static [Tool] {
        match self {
            Self::Chromium => &[Tool::Browser],
            Self::Firefox => &[Tool::Firefox, Tool::Geckodriver],
            Self::WebKit => &[Tool::WebKit],
        }
    }

    /// The variables that name the browser and its driver, for us and for what we run.
    const fn variables(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["CHROME", "CHROMEDRIVER"],
            Self::Firefox => ["FIREFOX", "GECKODRIVER"],
            Self::WebKit => ["WEBKIT", "WEBKITDRIVER"],
        }
    }

    /// The browser that the variable names, or the first on the search path or where its installer
    /// puts it.
    pub fn program(self) -> Option<PathBuf> {
        let names: &[&str] = match self {
            Self::Chromium => &[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                r"C:\Program Files\Google\Chrome\Application\chrome.exe",
            ],
            Self::Firefox => &[
                "firefox-esr",
                "firefox",
                "/Applications/Firefox.app/Contents/MacOS/firefox",
                r"C:\Program Files\Mozilla Firefox\firefox.exe",
            ],
            Self::WebKit => &[
                "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
                "/usr/libexec/webkitgtk-6.0/MiniBrowser",
            ],
        };
        named(self.variables()[0], names)
    }

    /// What drives it, in the same way.
    pub fn driver(self) -> Option<PathBuf> {
        let names: &[&str] = match self {
            Self::Chromium => &["chromedriver", "chromium.chromedriver"],
            Self::Firefox => &["geckodriver", "firefox.geckodriver"],
            Self::WebKit => &["WebKitWebDriver"],
        };
        named(self.variables()[1], names)
    }

    /// Both; none if either is absent or they don't belong together.
    pub fn find(self) -> Option<Browser> {
        let browser = Browser {
            engine: self,
            program: self.program()?,
            driver: self.driver()?,
        };
        // On Windows, Chrome opens a window instead of printing its version.
        let fits = self != Self::Chromium
            || cfg!(windows)
            || major(&version(&browser.program)?) == major(&version(&browser.driver)?);
        fits.then_some(browser)
    }
}

/// Chromium's headless shell, looked for in the same way.
pub fn headless_shell() -> Option<PathBuf> {
    named(
        "HEADLESS_SHELL",
        &[
            "chromium-headless-shell",
            "chrome-headless-shell",
            "/usr/lib64/chromium-browser/headless_shell",
        ],
    )
}

fn named(variable: &str, names: &[&str]) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(path) => find(&path),
        None => names.iter().find_map(|name| find(OsStr::new(name))),
    }
}

/// A browser and its driver.
#[derive(Debug)]
pub struct Browser {
    pub engine: Engine,
    pub program: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Whether it can't do without a screen.
    pub fn needs_screen(&self) -> bool {
        self.engine == Engine::WebKit
    }

    /// Tells a command that this browser, and no other, is to be used.
    pub fn set_environment(&self, command: &mut Command) {
        for other in Engine::ALL {
            for variable in other.variables() {
                command.env_remove(variable);
            }
        }
        let [program, driver] = self.engine.variables();
        command
            .env(program, &self.program)
            .env(driver, &self.driver)
            .env("DROPOUT_MOMENTS_ENGINE", self.engine.name());
    }

    /// The settings that wasm-bindgen's test runner starts it with. It adds "headless" itself.
    pub fn webdriver_json(&self) -> String {
        let program = self
            .program
            .display()
            .to_string()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        match self.engine {
            Engine::Chromium => format!(
                r#"{{"goog:chromeOptions": {{"binary": "{program}", "args": ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]}}}}
"#
            ),
            Engine::Firefox => {
                format!("{{\"moz:firefoxOptions\": {{\"binary\": \"{program}\"}}}}\n")
            }
            // The runner knows no WebKitGTK.
            Engine::WebKit => "{}\n".into(),
        }
    }
}

/// The program of that name or path, looked for as a command line does, in the project's own
/// tools first.
pub fn find(program: &OsStr) -> Option<PathBuf> {
    // On Windows, npm's programs are scripts, beside others of the same name for a Unix shell.
    const ENDINGS: &[&str] = if cfg!(windows) {
        &["exe", "cmd"]
    } else {
        &[""]
    };
    if Path::new(program).components().count() > 1 {
        return Path::new(program).is_file().then(|| program.into());
    }
    env::split_paths(&search_path())
        .map(|folder| folder.join(program))
        .flat_map(|path| {
            ENDINGS
                .iter()
                .map(move |ending| path.with_added_extension(ending))
        })
        .find(|path| path.is_file())
}

/// What the program says to `--version`, cut down to the version.
pub fn version(program: impl AsRef<OsStr>) -> Option<String> {
    version_by(program.as_ref(), &["--version"])
}

/// The version of one of cargo's own commands, which may want to be called as cargo calls it.
pub fn cargo_version(command: &str) -> Option<String> {
    let program = format!("cargo-{command}");
    version_by(program.as_ref(), &[command, "--version"])
}

fn version_by(program: &OsStr, arguments: &[&str]) -> Option<String> {
    let output = Command::new(find(program)?)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    version_in(&String::from_utf8(output.stdout).ok()?)
}

/// The first word that looks like a version, with or without a "v".
fn version_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(String::from)
}

/// The number before the first dot.
pub fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// Whether this compiler has a standard library for wasm32.
pub fn has_wasm_std(rustc: &OsStr) -> bool {
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", WASM])
        .stderr(Stdio::null())
        .output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        let files = std::fs::read_dir(folder.trim());
        files.is_ok_and(|mut files| {
            files.any(|file| {
                file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
            })
        })
    })
}

/// Whether npm has put this version of the package below the folder.
pub fn has_npm_package(folder: &Path, name: &str, version: &str) -> bool {
    let description = folder.join("node_modules").join(name).join("package.json");
    std::fs::read_to_string(description)
        .is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")))
}

/// Whether packages may be installed on the system.
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The version of wasm-bindgen that the page is built with, and its tool must have.
pub fn locked_wasm_bindgen() -> &'static str {
    const LOCK: &str = include_str!("../../../Cargo.lock");
    locked_version(LOCK, "wasm-bindgen").unwrap_or_else(|| {
        panic!(
            "{}/Cargo.lock names no wasm-bindgen",
            project::root().display()
        )
    })
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock
        .lines()
        .skip_while(|line| line.strip_prefix("name = ") != Some(&format!("{package:?}")));
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-test\"\nversion = \"0.3.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn versions_as_the_tools_print_them() {
        let cases = [
            ("wasm-bindgen 0.2.130", "0.2.130"),
            ("trunk 0.21.14\n", "0.21.14"),
            ("v20.20.2\n", "20.20.2"),
            ("wasm-opt version 132 (version_132)", "132"),
            (
                "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)",
                "156.0.8078.79",
            ),
            (
                "ChromeDriver 156.0.8078.79 (abc-refs/branch-heads/8078@{#1})",
                "156.0.8078.79",
            ),
        ];
        for (text, version) in cases {
            assert_eq!(version_in(text).as_deref(), Some(version), "{text}");
        }
        assert_eq!(version_in("no version here"), None);
        assert_eq!(major("156.0.8078.79"), Some(156));
        assert_eq!(major("x"), None);
    }

    #[test]
    fn webdriver_settings_survive_a_windows_path() {
        let browser = Browser {
            engine: Engine::Chromium,
            program: r"C:\Chrome\chrome.exe".into(),
            driver: "chromedriver".into(),
        };
        assert!(
            browser
                .webdriver_json()
                .contains(r#""binary": "C:\\Chrome\\chrome.exe""#)
        );
    }
}
