//! Checks what the README's map of the code promises: the rooms that compute and draw know nothing
//! of a browser, of a clock, or of randomness that was not handed to them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::project;

/// The rooms, each a file of `src/`, a folder, or both.
pub const PURE: [&str; 6] = [
    "settings", "theory", "sampling", "network", "scene", "charts",
];

/// What they may not name.
const FORBIDDEN: [&str; 6] = [
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "getrandom",
    "Instant",
    "SystemTime",
];

/// Fails with every line that breaks the rule.
pub fn check() -> Result<()> {
    let mut breaches = Vec::new();
    let src = project::root().join("src");
    for room in PURE {
        for path in [src.join(room).with_extension("rs"), src.join(room)] {
            if path.exists() {
                visit(&path, &mut breaches)?;
            }
        }
    }
    ensure!(
        breaches.is_empty(),
        "these rooms may name no browser, clock or entropy:\n{}",
        breaches.join("\n")
    );
    Ok(())
}

fn visit(path: &Path, breaches: &mut Vec<String>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            visit(&entry?.path(), breaches)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let text =
            fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
        let name = path.strip_prefix(project::root()).unwrap_or(path).display();
        breaches
            .extend(found_in(&text).map(|(line, word)| format!("  {name}:{line} names {word}")));
    }
    Ok(())
}

/// The number of each line whose code names a forbidden word, and that word.
fn found_in(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines().zip(1..).flat_map(|(line, number)| {
        let code = line.split("//").next().unwrap_or(line);
        let words: Vec<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        FORBIDDEN
            .into_iter()
            .filter(move |word| words.contains(word))
            .map(move |word| (number, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_code_are_found_with_their_line() {
        let text = "use std::time::Instant;\n\nfn f() { web_sys::window(); }\n";
        assert_eq!(
            found_in(text).collect::<Vec<_>>(),
            [(1, "Instant"), (3, "web_sys")]
        );
    }

    #[test]
    fn comments_and_longer_words_are_left_alone() {
        assert_eq!(
            found_in("// no Instant here\nstruct Instantaneous; // nor web_sys\n").count(),
            0
        );
    }
}
