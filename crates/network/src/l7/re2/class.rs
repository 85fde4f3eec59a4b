//! Classes of characters and escapes.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use super::Malformed;
use super::parser::{Flags, Parser};

const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// The classes `[:name:]`.
const POSIX: [(&str, &[(char, char)]); 14] = [
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\u{7f}')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')]),
    ("digit", DIGIT),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

fn ranges(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(first, last)| ClassUnicodeRange::new(first, last)))
}

/// Adds all characters that fold to one of the class.
pub(super) fn fold(class: &mut ClassUnicode) {
    // Fails only where the tables of Unicode are not compiled in, which they are.
    _ = class.try_case_fold_simple();
}

/// Reads a class in brackets.
pub(super) fn bracketed(parser: &mut Parser<'_>, flags: Flags) -> Result<ClassUnicode, Malformed> {
    let start = parser.rest();
    parser.next();
    let negated = parser.eat("^");
    let mut class = ClassUnicode::empty();
    let mut first = true;
    loop {
        match parser.peek() {
            None => return Err(parser.wrong("a class is never closed", start)),
            Some(']') if !first => {
                parser.next();
                break;
            }
            _ => {}
        }
        first = false;
        if let Some(named) = posix(parser, flags)? {
            class.union(&named);
            continue;
        }
        if let Some(perl) = perl(parser, flags)? {
            class.union(&perl);
            continue;
        }
        let from = parser.rest();
        let low = member(parser, start)?;
        let mut high = low;
        if parser.rest().starts_with('-') && !parser.rest().starts_with("-]") && parser.rest().len() > 1 {
            parser.next();
            high = member(parser, start)?;
            if high < low {
                return Err(parser.wrong("a range ends before it begins", parser.since(from)));
            }
        }
        let mut range = ranges(&[(low, high)]);
        if flags.fold {
            fold(&mut range);
        }
        class.union(&range);
    }
    if negated {
        class.negate();
    }
    Ok(class)
}

fn member(parser: &mut Parser<'_>, start: &str) -> Result<char, Malformed> {
    if parser.peek() == Some('\\') {
        return escaped(parser);
    }
    parser.next().ok_or_else(|| parser.wrong("a class is never closed", start))
}

fn posix(parser: &mut Parser<'_>, flags: Flags) -> Result<Option<ClassUnicode>, Malformed> {
    let Some((inner, _)) = parser.rest().strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
        return Ok(None);
    };
    let (negated, name) = inner.strip_prefix('^').map_or((false, inner), |name| (true, name));
    let Some((_, members)) = POSIX.iter().find(|(known, _)| *known == name) else {
        return Err(parser.wrong("there is no such class", &format!("[:{inner}:]")));
    };
    parser.skip(inner.len() + 4);
    let mut class = ranges(members);
    if flags.fold {
        fold(&mut class);
    }
    if negated {
        class.negate();
    }
    Ok(Some(class))
}

/// Reads `\d`, `\pL` and their like, if one stands here.
pub(super) fn perl(parser: &mut Parser<'_>, flags: Flags) -> Result<Option<ClassUnicode>, Malformed> {
    let Some(letter) = parser.rest().strip_prefix('\\').and_then(|rest| rest.chars().next()) else {
        return Ok(None);
    };
    let members = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        's' => SPACE,
        'w' => WORD,
        'p' => return unicode(parser, flags).map(Some),
        _ => return Ok(None),
    };
    parser.skip(2);
    let mut class = ranges(members);
    if flags.fold {
        fold(&mut class);
    }
    if letter.is_ascii_uppercase() {
        class.negate();
    }
    Ok(Some(class))
}

/// `\pN`, `\p{Greek}`, `\P{^Lu}`.
fn unicode(parser: &mut Parser<'_>, flags: Flags) -> Result<ClassUnicode, Malformed> {
    let start = parser.rest();
    let mut negated = start.starts_with("\\P");
    parser.skip(2);
    let mut name = if parser.eat("{") {
        let Some((name, _)) = parser.rest().split_once('}') else {
            return Err(parser.wrong("there is no such class", start));
        };
        parser.skip(name.len() + 1);
        name
    } else {
        let before = parser.rest();
        parser.next();
        parser.since(before)
    };
    if let Some(rest) = name.strip_prefix('^') {
        negated = !negated;
        name = rest;
    }
    let mut class = named(name).ok_or_else(|| parser.wrong("there is no such class", parser.since(start)))?;
    if flags.fold {
        fold(&mut class);
    }
    if negated {
        class.negate();
    }
    Ok(class)
}

/// The class of a category (`L`, `Lu`) or a script (`Greek`), in exactly that case.
fn named(name: &str) -> Option<ClassUnicode> {
    const CATEGORIES: [&str; 37] = [
        "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd",
        "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl",
        "Zp", "Zs", "Any",
    ];
    if name == "Any" {
        return Some(ranges(&[('\0', char::MAX)]));
    }
    let script = name.len() > 2
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let pattern = if CATEGORIES.contains(&name) {
        // Surrogates are no characters here.
        if name == "Cs" {
            return Some(ClassUnicode::empty());
        }
        format!("\\p{{gc={name}}}")
    } else if script {
        format!("\\p{{sc={name}}}")
    } else {
        return None;
    };
    match regex_syntax::parse(&pattern).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A class of one character becomes that character.
        HirKind::Literal(text) => {
            let char = std::str::from_utf8(&text.0).ok()?.chars().next()?;
            Some(ranges(&[(char, char)]))
        }
        _ => None,
    }
}

/// Reads an escaped character.
pub(super) fn escaped(parser: &mut Parser<'_>) -> Result<char, Malformed> {
    let start = parser.rest();
    parser.next();
    let Some(char) = parser.next() else {
        return Err(parser.wrong("a backslash stands at the end", "\\"));
    };
    let read = match char {
        '0'..='7' => octal(parser, char),
        'x' => hexadecimal(parser),
        'a' => Some('\u{7}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        char if char.is_ascii() && !char.is_ascii_alphanumeric() => Some(char),
        _ => None,
    };
    read.ok_or_else(|| parser.wrong("there is no such escape", parser.since(start)))
}

/// Up to three digits. One alone would refer back to a group, which there is not, unless it is 0.
fn octal(parser: &mut Parser<'_>, first: char) -> Option<char> {
    let mut code = first.to_digit(8)?;
    let mut more = 0;
    while more < 2 {
        let Some(digit) = parser.peek().and_then(|next| next.to_digit(8)) else { break };
        parser.next();
        code = code * 8 + digit;
        more += 1;
    }
    if first != '0' && more == 0 { None } else { char::from_u32(code) }
}

/// Two digits, or any number of them in braces.
fn hexadecimal(parser: &mut Parser<'_>) -> Option<char> {
    if parser.eat("{") {
        let (digits, _) = parser.rest().split_once('}')?;
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten();
        parser.skip(digits.len() + 1);
        return char::from_u32(code?);
    }
    let high = parser.next()?.to_digit(16)?;
    let low = parser.next()?.to_digit(16)?;
    char::from_u32(high * 16 + low)
}
