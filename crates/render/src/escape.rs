//! Escapes of double-quoted YAML scalars, as go-yaml writes them.

use std::fmt::Write;

/// The escape of a character that cannot stand as it is: one of the short ones, or its code.
pub(crate) fn yaml(out: &mut String, c: char) {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c => {
            let code = u32::from(c);
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02X}"),
                0x100..=0xffff => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return;
        }
    };
    out.push('\\');
    out.push(short);
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_are_short_where_there_is_a_short_one() {
        let mut out = String::new();
        "\0\t\"\\\u{85}\u{a0}\u{2029}\u{1}\u{feff}\u{e0001}".chars().for_each(|c| super::yaml(&mut out, c));
        assert_eq!(out, r#"\0\t\"\\\N\_\P\x01\uFEFF\U000E0001"#);
    }
}
