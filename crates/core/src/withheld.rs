//! What stands in place of a Secret's value.

use std::fmt;

/// A value of a Secret that was not kept: how long it was, and a fingerprint of it under a key that was drawn at random
/// for one collection and thrown away. Equal values of one collection have equal fingerprints; nobody can tell a value
/// from its fingerprint, nor compare fingerprints of two collections.
///
/// In a tree it is a string of 64 characters in place of the value,
/// `withheld/bytes/000000012/blake3/00112233445566778899aabbccddeeff`. That is well-formed base64, so that the object keeps
/// its type, and a person sees at once that no value is there. What looks at values of Secrets asks [`Withheld::of`]
/// first: of a value that was withheld nothing else is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Withheld {
    /// How long the value was, in bytes, decoded.
    pub size: u32,
    /// The first 128 bits of its keyed BLAKE3 hash.
    pub fingerprint: u128,
}

const LARGEST: u32 = 999_999_999;

impl Withheld {
    /// What is kept of a value.
    pub fn new(value: &[u8], key: &[u8; 32]) -> Self {
        let hash = blake3::keyed_hash(key, value);
        let half = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        let size = u32::try_from(value.len()).unwrap_or(LARGEST).min(LARGEST);
        Self { size, fingerprint: u128::from_be_bytes(half) }
    }

    /// What was withheld where this text stands in place of a value; `None` for any other text.
    pub fn of(text: &str) -> Option<Self> {
        let (size, fingerprint) = text.strip_prefix("withheld/bytes/")?.split_once("/blake3/")?;
        let digits = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if !digits(size, 9) || !digits(fingerprint, 32) {
            return None;
        }
        Some(Self { size: size.parse().ok()?, fingerprint: u128::from_str_radix(fingerprint, 16).ok()? })
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "withheld/bytes/{:09}/blake3/{:032x}", self.size, self.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_is_base64() {
        let key = [7; 32];
        for value in [&b""[..], b"hunter2", &[0xff; 4096]] {
            let withheld = Withheld::new(value, &key);
            let text = withheld.to_string();
            assert_eq!((text.len(), Withheld::of(&text)), (64, Some(withheld)));
            assert_eq!(withheld.size as usize, value.len());
            let secret = format!("{{apiVersion: v1, kind: Secret, data: {{key: {text}}}}}");
            let root = ironsides_tree::parse_one(&secret).unwrap();
            let kind = ironsides_schema::kind("v1", "Secret").unwrap();
            assert!(ironsides_schema::validate(&root, kind).is_empty());
        }
    }

    #[test]
    fn fingerprints_tell_values_and_collections_apart() {
        let of = |value: &[u8], key| Withheld::new(value, &[key; 32]).fingerprint;
        assert_eq!(of(b"a", 1), of(b"a", 1));
        assert_ne!(of(b"a", 1), of(b"b", 1));
        assert_ne!(of(b"a", 1), of(b"a", 2));
    }

    #[test]
    fn other_texts_are_values() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            "aHVudGVyMg==".into(),
            format!("withheld/bytes/12/blake3/{zeros}"),
            format!("withheld/bytes/+00000012/blake3/{zeros}"),
            format!("withheld/bytes/00000abc1/blake3/{zeros}"),
            format!("withheld/bytes/000000012/blake3/{zeros}0"),
        ] {
            assert_eq!(Withheld::of(&text), None, "{text}");
        }
    }
}
