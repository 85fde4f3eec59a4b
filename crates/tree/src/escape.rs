//! Escapes of JSON strings.

/// The content of a JSON string, given what stands between its quotes; `None` where an escape is none that JSON knows.
/// Halves of surrogate pairs that stand alone become U+FFFD, as in Go.
pub fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let c = match chars.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = hex(chars.as_str())?;
                let after = chars.as_str().get(4..)?;
                let low =
                    after.strip_prefix("\\u").and_then(hex).filter(|low| (0xDC00..0xE000).contains(low));
                if let (0xD800..0xDC00, Some(low)) = (high, low) {
                    out.extend(char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
                    rest = after.get(6..)?;
                } else {
                    out.push(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                    rest = after;
                }
                continue;
            }
            _ => return None,
        };
        out.push(c);
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

fn hex(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(r#"a\"\\\/\n\u00e9\ud834\udd1e\ud834x"#).as_deref(), Some("a\"\\/\né𝄞\u{fffd}x"));
        assert_eq!(unescape(r"\udd1e\ud834\u0041").as_deref(), Some("\u{fffd}\u{fffd}A"));
        assert_eq!(unescape(r"\x"), None);
        assert_eq!(unescape(r"\u12"), None);
        assert_eq!(unescape("\\"), None);
    }
}
