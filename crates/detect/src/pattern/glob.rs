//! Shell patterns as `fnmatch` reads them without flags: `*` and `?` match slashes and leading dots, a backslash makes
//! the next character plain, braces mean nothing.

/// A pattern, ready to match.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    parts: Vec<Part>,
    ignore_case: bool,
}

#[derive(Clone, Debug)]
enum Part {
    /// One byte.
    Byte(u8),
    /// Any character.
    Any,
    /// Any number of characters.
    Star,
    /// One of some bytes.
    Class(Box<[bool; 256]>),
    /// A backslash at the end, which matches nothing.
    Never,
}

impl Glob {
    /// Reads a pattern. All texts are patterns: what is no class is plain.
    pub(crate) fn new(pattern: &[u8], ignore_case: bool) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((&first, behind)) = rest.split_first() {
            rest = behind;
            match first {
                b'*' if matches!(parts.last(), Some(Part::Star)) => {}
                b'*' => parts.push(Part::Star),
                b'?' => parts.push(Part::Any),
                b'\\' => match rest.split_first() {
                    Some((&next, behind)) => {
                        parts.push(Part::Byte(next));
                        rest = behind;
                    }
                    None => parts.push(Part::Never),
                },
                b'[' => match class(rest, ignore_case) {
                    Some((members, behind)) => {
                        parts.push(Part::Class(members));
                        rest = behind;
                    }
                    None => parts.push(Part::Byte(b'[')),
                },
                byte => parts.push(Part::Byte(byte)),
            }
        }
        Self { parts, ignore_case }
    }

    /// Whether the pattern matches all of a text.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        // Where to go on if what follows the last star does not match here.
        let mut retry: Option<(usize, usize)> = None;
        let (mut part, mut at) = (0, 0);
        loop {
            let step = match (self.parts.get(part), text.get(at)) {
                (Some(Part::Star), _) => {
                    retry = Some((part + 1, at));
                    part += 1;
                    continue;
                }
                (None, None) => return true,
                (Some(Part::Any), Some(_)) => Some(character(text, at)),
                (Some(Part::Byte(byte)), Some(found)) => self.equal(*byte, *found).then_some(1),
                (Some(Part::Class(members)), Some(found)) => members[usize::from(*found)].then_some(1),
                _ => None,
            };
            if let Some(length) = step {
                part += 1;
                at += length;
                continue;
            }
            let Some((behind, from)) = retry else { return false };
            if from >= text.len() {
                return false;
            }
            retry = Some((behind, from + 1));
            (part, at) = (behind, from + 1);
        }
    }

    fn equal(&self, a: u8, b: u8) -> bool {
        a == b || (self.ignore_case && a.eq_ignore_ascii_case(&b))
    }
}

/// The length of the character at a byte: several bytes in UTF-8, one where there is none.
fn character(text: &[u8], at: usize) -> usize {
    let length = match text.get(at) {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => 1,
    };
    let whole = text.get(at..at + length).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
    if whole { length } else { 1 }
}

/// Reads a class behind its bracket: the bytes in it and what follows. `None` where it has no end.
fn class(rest: &[u8], ignore_case: bool) -> Option<(Box<[bool; 256]>, &[u8])> {
    let mut members = Box::new([false; 256]);
    let (negated, mut rest) = match rest.split_first() {
        Some((b'!' | b'^', behind)) => (true, behind),
        _ => (false, rest),
    };
    let mut first = true;
    loop {
        let (&byte, behind) = rest.split_first()?;
        if byte == b']' && !first {
            rest = behind;
            break;
        }
        first = false;
        if let Some(named) = rest.strip_prefix(b"[:")
            && let Some(end) = memchr::memmem::find(named, b":]")
        {
            let is = named_class(named.get(..end)?)?;
            for byte in 0..=255_u8 {
                members[usize::from(byte)] |= is(&byte);
            }
            rest = named.get(end + 2..)?;
            continue;
        }
        let (from, behind) = bound(rest)?;
        rest = behind;
        match rest {
            [b'-', next, ..] if *next != b']' => {
                let (to, behind) = bound(rest.get(1..)?)?;
                for byte in from..=to {
                    members[usize::from(byte)] = true;
                }
                rest = behind;
            }
            _ => members[usize::from(from)] = true,
        }
    }
    if ignore_case {
        for byte in b'a'..=b'z' {
            let upper = usize::from(byte.to_ascii_uppercase());
            let both = members[usize::from(byte)] | members[upper];
            members[usize::from(byte)] = both;
            members[upper] = both;
        }
    }
    if negated {
        members.iter_mut().for_each(|member| *member = !*member);
    }
    Some((members, rest))
}

/// One byte of a class, perhaps behind a backslash.
fn bound(rest: &[u8]) -> Option<(u8, &[u8])> {
    match rest {
        [b'\\', byte, behind @ ..] | [byte, behind @ ..] => Some((*byte, behind)),
        [] => None,
    }
}

fn named_class(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alpha" => u8::is_ascii_alphabetic,
        b"digit" => u8::is_ascii_digit,
        b"alnum" => u8::is_ascii_alphanumeric,
        b"upper" => u8::is_ascii_uppercase,
        b"lower" => u8::is_ascii_lowercase,
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"punct" => u8::is_ascii_punctuation,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"graph" => u8::is_ascii_graphic,
        b"cntrl" => u8::is_ascii_control,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_fnmatch_does() {
        for (pattern, text, expected) in [
            ("/etc/*", "/etc/a/b", true),
            ("*libc*", "/lib/libc.so", true),
            ("/dev/null?", "/dev/null", false),
            ("/tmp/file-[1-3]", "/tmp/file-2", true),
            ("/tmp/file-[!1-3]", "/tmp/file-2", false),
            ("/tmp/file-{1,2}", "/tmp/file-1", false),
            ("/tmp/file-[[:digit:]]", "/tmp/file-7", true),
            ("/tmp/file-[", "/tmp/file-[", true),
            ("c\\at", "cat", true),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("", "", true),
            ("*", "", true),
            ("?", "é", true),
            ("a\\", "a", false),
        ] {
            assert_eq!(
                Glob::new(pattern.as_bytes(), false).matches(text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(Glob::new(b"*LIBC.so*", true).matches(b"/lib/libc.so.6"));
        assert!(Glob::new(b"[A-C]x", true).matches(b"bX"));
    }

    #[test]
    fn many_stars_stay_cheap() {
        let pattern = "*a".repeat(40) + "b";
        assert!(!Glob::new(pattern.as_bytes(), false).matches("a".repeat(20_000).as_bytes()));
    }
}
