//! The script that carries the page's wasm where it can't be fetched.
//!
//! A page opened from the disk, or in an iframe without an origin, may run classic scripts and
//! nothing else. `www/boot.js` loads this one there: it holds the wasm as base64, and the glue's text
//! for workers, which can't import it from the disk either.

/// A statement that leaves all of it for `boot.js`: the program, its later part if it is split, the glue.
pub fn script(wasm: &[u8], later: Option<&[u8]>, glue: &str) -> String {
    format!(
        "dropoutMoments.fallback={{wasm:\"{}\",later:\"{}\",glue:{}}};\n",
        base64(wasm),
        base64(later.unwrap_or_default()),
        string_literal(glue)
    )
}

/// A statement that leaves the digits for `boot.js`.
pub fn digits(bytes: &[u8]) -> String {
    format!("dropoutMoments.digits=\"{}\";\n", base64(bytes))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, i| {
            number << 8 | usize::from(*group.get(i).unwrap_or(&0))
        });
        for i in 0..4 {
            text.push(if i <= group.len() {
                char::from(DIGITS[number >> (18 - 6 * i) & 63])
            } else {
                '='
            });
        }
    }
    text
}

/// A JavaScript string with that value.
fn string_literal(text: &str) -> String {
    let mut literal = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn a_literal_escapes_what_would_end_it() {
        assert_eq!(string_literal("a\"b\\c\nd\te"), r#""a\"b\\c\nd\u0009e""#);
    }

    #[test]
    fn the_script_is_one_statement() {
        assert_eq!(
            script(b"foo", Some(b"fo"), "let x;"),
            "dropoutMoments.fallback={wasm:\"Zm9v\",later:\"Zm8=\",glue:\"let x;\"};\n"
        );
    }
}
