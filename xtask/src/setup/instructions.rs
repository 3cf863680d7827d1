//! What to type where set-up may not install something itself.

use std::fmt::Write as _;

use crate::project::WASM;

use super::Tool;

const SYSTEMS: [&str; 4] = ["Debian, Ubuntu", "Fedora", "macOS", "Windows"];

/// The commands for the tool, in the order of [`SYSTEMS`]. None for what set-up builds itself on
/// every system.
fn commands(tool: Tool) -> Option<[&'static str; 4]> {
    match tool {
        Tool::WasmStd => Some([
            "rustup target add wasm32-unknown-unknown   (Debian without access to rustup's server: sudo apt-get update)",
            "rustup target add wasm32-unknown-unknown",
            "rustup target add wasm32-unknown-unknown",
            "rustup target add wasm32-unknown-unknown",
        ]),
        Tool::WasmOpt => Some([
            "sudo apt-get install --no-install-recommends npm",
            "sudo dnf install binaryen",
            "brew install binaryen",
            "winget install OpenJS.NodeJS.LTS",
        ]),
        Tool::Auditors => Some([
            "sudo apt-get install --no-install-recommends npm   (it must bring Node 18 or later)",
            "sudo dnf install nodejs-npm",
            "brew install node",
            "winget install OpenJS.NodeJS.LTS",
        ]),
        Tool::Browser => Some([
            "sudo apt-get install chromium chromium-driver   (Ubuntu: sudo snap install chromium)",
            "sudo dnf install chromium chromedriver",
            "brew install --cask google-chrome chromedriver",
            "winget install Google.Chrome Chromium.ChromeDriver",
        ]),
        Tool::HeadlessShell => Some([
            "sudo apt-get install chromium-headless-shell   (Ubuntu: as for macOS)",
            "sudo dnf install chromium-headless",
            "npx @puppeteer/browsers install chrome-headless-shell   (and set HEADLESS_SHELL to the program)",
            "npx @puppeteer/browsers install chrome-headless-shell   (and set HEADLESS_SHELL to the program)",
        ]),
        Tool::Firefox => Some([
            "sudo apt-get install firefox-esr   (Ubuntu: sudo snap install firefox)",
            "sudo dnf install firefox",
            "brew install --cask firefox",
            "winget install Mozilla.Firefox",
        ]),
        Tool::WebKit => Some([
            "sudo apt-get install webkit2gtk-driver xvfb xauth",
            "sudo dnf install /usr/bin/WebKitWebDriver xorg-x11-server-Xvfb",
            "(WebKitGTK is for Linux: here the tests run in Chromium, without --all-browsers)",
            "(WebKitGTK is for Linux: here the tests run in Chromium, without --all-browsers)",
        ]),
        Tool::WasmBindgen
        | Tool::Trunk
        | Tool::Geckodriver
        | Tool::Mutants
        | Tool::Coverage
        | Tool::Deny => None,
    }
}

/// One message for everything that is missing.
pub fn message(missing: &[Tool]) -> String {
    let mut text = String::from("some tools can't be installed from here. Please run, on\n");
    for (system, name) in SYSTEMS.iter().enumerate() {
        writeln!(text, "  {name}:").expect("a String takes all that is written");
        for command in missing.iter().filter_map(|tool| commands(*tool)) {
            writeln!(text, "    {}", command[system]).expect("a String takes all that is written");
        }
    }
    if missing.contains(&Tool::WasmStd) {
        writeln!(
            text,
            "  (Without rustup: your system's package with Rust's standard library for {WASM}.)"
        )
        .expect("a String takes all that is written");
    }
    if missing.contains(&Tool::Browser) {
        text.push_str("  (Elsewhere: set CHROME and CHROMEDRIVER to the two programs, of the same version.)\n");
    }
    text.push_str("and then the same cargo xtask command again");
    if missing.iter().any(|tool| commands(*tool).is_none()) {
        text.push_str("; it builds the rest (wasm-bindgen, trunk, geckodriver) itself");
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_gets_a_command_for_every_missing_tool() {
        let message = message(&Tool::ALL);
        for (system, name) in SYSTEMS.iter().enumerate() {
            let part = message
                .split(&format!("  {name}:\n"))
                .nth(1)
                .expect("the system is named");
            for tool in Tool::ALL {
                if let Some(commands) = commands(tool) {
                    assert!(part.contains(commands[system]), "{tool:?} on {name}");
                }
            }
        }
        assert!(message.contains("it builds the rest"));
    }

    #[test]
    fn what_is_there_is_not_asked_for() {
        let message = message(&[Tool::Browser]);
        assert!(message.contains("chromium-driver"));
        assert!(
            !message.contains("rustup")
                && !message.contains("npm")
                && !message.contains("the rest")
        );
    }
}
