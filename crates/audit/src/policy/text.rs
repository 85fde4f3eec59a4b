//! The text of a policy file.

use std::borrow::Cow;

/// The text that the API server's parser sees in a file: UTF-8, or UTF-16 with a byte order mark. `None` for anything else,
/// which it refuses.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(2..).unwrap_or_default().chunks(2);
        let units: Option<Vec<u16>> = pairs.map(|pair| Some(of(pair.try_into().ok()?))).collect();
        String::from_utf16(&units?).ok().map(Cow::Owned)
    };
    match bytes {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_byte_texts_are_read_in_either_order() {
        assert_eq!(decode(&[0xFF, 0xFE, b'a', 0, b'b', 0]).as_deref(), Some("ab"));
        assert_eq!(decode(&[0xFE, 0xFF, 0, b'a']).as_deref(), Some("a"));
        assert_eq!(decode(b"a"), Some(Cow::Borrowed("a")));
        assert_eq!(decode(&[0xFF, 0xFE, b'a']), None);
        assert_eq!(decode(&[b'a', 0xFF]), None);
    }
}
