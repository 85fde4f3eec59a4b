//! base64 and base32 as Go's standard encodings have them.

/// Bytes as base64, padded.
pub(crate) fn base64(bytes: &[u8]) -> String {
    encode(bytes, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4)
}

/// Bytes as base32, padded.
pub(crate) fn base32(bytes: &[u8]) -> String {
    encode(bytes, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8)
}

fn encode(bytes: &[u8], alphabet: &[u8], bits: u32, group: usize) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / bits as usize + group);
    let mut held = 0_u32;
    let mut count = 0;
    let mut push = |value: u32| {
        let letter = alphabet.get(value as usize & (alphabet.len() - 1)).copied().unwrap_or(b'=');
        out.push(char::from(letter));
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        count += 8;
        while count >= bits {
            count -= bits;
            push(held >> count);
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        push(held << (bits - count));
    }
    while !out.len().is_multiple_of(group) {
        out.push('=');
    }
    out
}

/// What base64 stands for, or the byte at which it is wrong.
pub(crate) fn from_base64(text: &[u8]) -> Result<Vec<u8>, usize> {
    decode(text, 6, 4, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    })
}

/// What base32 stands for, or the byte at which it is wrong.
pub(crate) fn from_base32(text: &[u8]) -> Result<Vec<u8>, usize> {
    decode(text, 5, 8, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

fn decode(text: &[u8], bits: u32, group: usize, value: impl Fn(u8) -> Option<u8>) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len());
    let (mut held, mut count, mut letters) = (0_u32, 0, 0_usize);
    let mut rest = text.iter().enumerate().filter(|(_, byte)| !matches!(byte, b'\n' | b'\r'));
    let mut padding = None;
    for (at, byte) in rest.by_ref() {
        if *byte == b'=' {
            padding = Some(at);
            break;
        }
        held = (held << bits) | u32::from(value(*byte).ok_or(at)?);
        count += bits;
        letters += 1;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((held >> count) & 0xff).unwrap_or(0));
        }
        held &= (1 << count) - 1;
    }
    let over = letters % group;
    let allowed: &[usize] = if group == 4 { &[2, 3] } else { &[2, 4, 5, 7] };
    match padding {
        None if over == 0 => Ok(out),
        None => Err(text.len() - over.min(text.len())),
        Some(at) if !allowed.contains(&over) => Err(at),
        Some(at) => {
            let mut missing = group - over - 1;
            for (at, byte) in rest {
                if *byte != b'=' || missing == 0 {
                    return Err(at);
                }
                missing -= 1;
            }
            if missing == 0 { Ok(out) } else { Err(at.max(text.len())) }
        }
    }
}
