//! The page's own Content-Security-Policy: a `<meta>` at the very beginning of its head.
//!
//! Only what is published has it. What `trunk serve` shows reloads itself by an inline script, and no
//! policy worth having allows that.

use anyhow::{Context, Result};

/// Nothing, but what the page is made of:
///
/// - scripts, styles, the wasm and pictures out of files, its workers from Blobs, an iframe with itself
///   in it as the preview of an embedded figure;
/// - `data:` and `blob:` for pictures that the page has made of its figures;
/// - no base address, no form that is sent anywhere, no plug-in, no inline script or style;
/// - no text ever becomes a script: only the policy that `www/boot.js` makes names addresses of scripts.
///
/// Here whose files they are is left open. `'self'` would say it, but in an iframe without an origin
/// WebKit takes that for nobody, and the page would not work there. So `www/boot.js` says it as soon
/// as it runs, and by the page's own address: from then on both policies hold.
const DIRECTIVES: [&str; 11] = [
    "default-src 'none'",
    "script-src http: https: file: 'wasm-unsafe-eval'",
    "style-src http: https: file:",
    "connect-src http: https:",
    "img-src http: https: file: data: blob:",
    "worker-src blob:",
    "frame-src http: https: file:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types dropout-moments",
];

/// The page with its policy. As it is, if trunk will serve it, with its script that reloads the page.
pub fn with_policy(page: &str) -> Result<String> {
    if page.contains("{{__TRUNK_ADDRESS__}}") {
        return Ok(page.into());
    }
    // After the encoding, which a browser looks for in the first bytes, and before all that is loaded.
    let charset = page.find("<meta charset").context("the page has no head")?;
    let after = page[charset..].find('>').context("a tag does not end")?;
    let (before, rest) = page.split_at(charset + after + 1);
    let policy = DIRECTIVES.join("; ");
    Ok(format!(
        "{before}<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{rest}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_stands_before_all_that_is_loaded() {
        let page = "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=i.svg>";
        let page = with_policy(page).unwrap();
        let policy = page.find("default-src 'none'").unwrap();
        assert!(page.find("<meta charset=utf-8>").unwrap() < policy);
        assert!(policy < page.find("<link").unwrap());
        assert!(!page.contains("unsafe-inline") && !page.contains("'unsafe-eval'"));
    }

    #[test]
    fn a_page_that_reloads_itself_has_none() {
        let page = "<meta charset=utf-8><script>open('{{__TRUNK_ADDRESS__}}')</script>";
        assert_eq!(with_policy(page).unwrap(), page);
        assert!(with_policy("no page").is_err());
    }
}
