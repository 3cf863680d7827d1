//! Looks at the machine; changes nothing.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::project::{self, WASM};

use super::search_path;

/// Chromium or Chrome, and the driver of the same version.
#[derive(Debug)]
pub struct Browser {
    pub chrome: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// The settings that wasm-bindgen's test runner starts it with. It adds "headless" itself.
    pub fn webdriver_json(&self) -> String {
        let chrome = self
            .chrome
            .display()
            .to_string()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        format!(
            r#"{{"goog:chromeOptions": {{"binary": "{chrome}", "args": ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]}}}}
"#
        )
    }
}

/// The browser named by `CHROME` and `CHROMEDRIVER`, or the first on the search path or where its
/// installer puts it; none if either is absent or they don't belong together.
pub fn browser() -> Option<Browser> {
    const CHROME: [&str; 7] = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];
    const DRIVER: [&str; 2] = ["chromedriver", "chromium.chromedriver"];
    let named = |variable: &str, names: &[&str]| match env::var_os(variable) {
        Some(path) => find(&path),
        None => names.iter().find_map(|name| find(OsStr::new(name))),
    };
    let browser = Browser {
        chrome: named("CHROME", &CHROME)?,
        driver: named("CHROMEDRIVER", &DRIVER)?,
    };
    // On Windows, Chrome opens a window instead of printing its version.
    let fits =
        cfg!(windows) || major(&version(&browser.chrome)?) == major(&version(&browser.driver)?);
    fits.then_some(browser)
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
    let output = Command::new(find(program.as_ref())?)
        .arg("--version")
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
            chrome: r"C:\Chrome\chrome.exe".into(),
            driver: "chromedriver".into(),
        };
        assert!(
            browser
                .webdriver_json()
                .contains(r#""binary": "C:\\Chrome\\chrome.exe""#)
        );
    }
}
