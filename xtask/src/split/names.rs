//! Names of functions: those in the program, and short ones.

/// A function's name without what differs from build to build: hashes of crates and imports, and the
/// numbers by which LLVM tells copies apart.
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((at, length)) = first_hash(rest) {
        plain.push_str(&rest[..at]);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    let copy = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    if copy.len() < plain.len() && copy.ends_with('.') {
        plain.truncate(copy.len() - 1);
    }
    plain
}

/// Where the first hash is, and how long with what belongs to it.
fn first_hash(text: &str) -> Option<(usize, usize)> {
    // A crate's, or an import's: `__wbg_remove_8228e91d7ddbc755`.
    text.match_indices(['[', '_']).find_map(|(at, _)| {
        let import = text[at..].strip_prefix('_').unwrap_or_default();
        let digits = import.bytes().take_while(u8::is_ascii_hexdigit).count();
        let import = (digits == 16).then_some(digits + 1);
        Some((at, crate_hash(&text[at..]).or(import)?))
    })
}

/// How long the hash of a crate is that a text begins with, such as `[5b7f7a3d8a1f7c9e]`.
fn crate_hash(text: &str) -> Option<usize> {
    let (hash, _) = text.strip_prefix('[')?.split_once(']')?;
    let is_hash = hash.len() > 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(hash.len() + 2)
}

/// The crates that a function's name names, in their order.
pub fn crates(name: &str) -> impl Iterator<Item = &str> {
    let marks = name.match_indices('[').map(|(at, _)| at);
    let hashes = marks.filter(|at| crate_hash(&name[*at..]).is_some());
    let is_other = |c: char| c != '_' && !c.is_ascii_alphanumeric();
    hashes.map(move |at| name[..at].rsplit(is_other).next().unwrap_or_default())
}

/// The names a, b, …, Z, then those of two letters, and so on.
pub fn short(mut number: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = String::new();
    loop {
        name.insert(0, char::from(LETTERS[number % LETTERS.len()]));
        match (number / LETTERS.len()).checked_sub(1) {
            Some(left) => number = left,
            None => return name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_has_no_hashes() {
        for (name, expected) in [
            (
                "<core[5b7f7a3d8a1f7c9e]::fmt::Formatter>::pad",
                "<core::fmt::Formatter>::pad",
            ),
            (
                "web_sys[5b7f7a3d8a1f7c9]::Element::remove::__wbg_remove_8228e91d7ddbc755 externref shim",
                "web_sys::Element::remove::__wbg_remove externref shim",
            ),
            (
                "<[f64] as core[5b7f7a3d8a1f7c9e]::fmt::Debug>::fmt.61",
                "<[f64] as core::fmt::Debug>::fmt",
            ),
            ("app::open::{closure#2}", "app::open::{closure#2}"),
            ("__ashlti3", "__ashlti3"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }

    #[test]
    fn short_names_are_all_different() {
        let names: std::collections::HashSet<String> = (0..5000).map(short).collect();
        assert_eq!(names.len(), 5000);
        assert_eq!([0, 51, 52, 53].map(short), ["a", "Z", "aa", "ab"]);
    }
}
