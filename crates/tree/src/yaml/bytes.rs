//! The characters of YAML 1.1 by what they may mean, for loops that look at one byte at a time.

/// A space or a tab.
pub(crate) const BLANK: u8 = 1;
/// A line feed or carriage return.
pub(crate) const BREAK: u8 = 2;
/// A control character, or the first byte of a character that is a line break or is not allowed.
pub(crate) const ODD: u8 = 4;
/// A colon.
pub(crate) const COLON: u8 = 8;
/// What ends a plain scalar inside brackets.
pub(crate) const FLOW: u8 = 16;
/// A single quote.
pub(crate) const SINGLE: u8 = 32;
/// A double quote or a backslash.
pub(crate) const DOUBLE: u8 = 64;
/// What anchors and tag handles are made of.
pub(crate) const WORD: u8 = 128;

/// The classes of every byte.
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = match byte {
            b' ' | b'\t' => BLANK,
            b'\n' | b'\r' => BREAK,
            0..=0x1F | 0x7F | 0xC2 | 0xE2 | 0xEF => ODD,
            b':' => COLON,
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => FLOW,
            b'\'' => SINGLE,
            b'"' | b'\\' => DOUBLE,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' => WORD,
            _ => 0,
        };
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// Whether a byte is of one of these classes.
pub(crate) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[usize::from(byte)] & classes != 0
}

/// What an odd character (see [`ODD`]) is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Odd {
    /// An ordinary character after all.
    No,
    /// A line break of so many bytes.
    Break(usize),
    /// A character that YAML forbids.
    Forbidden,
    /// A byte order mark.
    Bom,
}

/// What the odd character at the front of `bytes` is. YAML 1.1 breaks lines at U+0085, U+2028 and U+2029 too.
pub(crate) fn odd(bytes: &[u8]) -> Odd {
    match bytes {
        [0xC2, 0x85, ..] => Odd::Break(2),
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => Odd::Break(3),
        [0xEF, 0xBB, 0xBF, ..] => Odd::Bom,
        [0..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F | 0x7F, ..]
        | [0xC2, 0x80..=0x9F, ..]
        | [0xEF, 0xBF, 0xBE | 0xBF, ..] => Odd::Forbidden,
        _ => Odd::No,
    }
}
