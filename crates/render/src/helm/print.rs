//! Go's `fmt`: what `print`, `printf` and an action write of a value.

use std::fmt::Write;

use super::machine::meter::LONGEST;
use super::number;
use super::value::{IntType, MAX_DEPTH, Value};

/// What Go's templates print for no value at all. Helm takes it away from what is rendered in the end.
pub(crate) const NO_VALUE: &str = "<no value>";

/// `%v` of a value.
pub(crate) fn display(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// Writes `%v` of a value.
pub(crate) fn write_value(out: &mut String, value: &Value) {
    verb(out, value, &Flags::default(), 'v', 0);
}

/// sprig's `toString`.
pub(crate) fn string(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) | Value::Binary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => display(other),
    }
}

/// `fmt.Sprint`: space stands between values of which neither is a string.
pub(crate) fn sprint(values: &[&Value]) -> String {
    let mut out = String::new();
    let is_string = |value: &Value| matches!(value, Value::Str(_) | Value::Binary(_));
    let mut before: Option<&Value> = None;
    for value in values {
        if before.is_some_and(|before| !is_string(before) && !is_string(value)) {
            out.push(' ');
        }
        write_value(&mut out, value);
        before = Some(value);
    }
    out
}

/// `fmt.Sprintln`.
pub(crate) fn sprintln(values: &[&Value]) -> String {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        write_value(&mut out, value);
    }
    out.push('\n');
    out
}

#[derive(Clone, Default)]
struct Flags {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Widths and precisions beyond this are errors to Go.
const MOST: i64 = 1_000_000;

/// `fmt.Sprintf`.
pub(crate) fn sprintf(format: &str, values: &[&Value]) -> String {
    let mut out = String::new();
    let mut rest = format;
    let mut next = 0;
    let mut indexed = false;
    // What is too long is refused by the machine, however much longer it would become.
    while let Some(percent) = rest.find('%').filter(|_| out.len() <= LONGEST) {
        out.push_str(rest.get(..percent).unwrap_or_default());
        rest = rest.get(percent + 1..).unwrap_or_default();
        let mut flags = Flags::default();
        loop {
            match rest.as_bytes().first() {
                Some(b'-') => {
                    flags.minus = true;
                    flags.zero = false;
                }
                Some(b'+') => flags.plus = true,
                Some(b'#') => flags.sharp = true,
                Some(b' ') => flags.space = true,
                Some(b'0') => flags.zero = !flags.minus,
                _ => break,
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        let mut bad = false;
        bad |= index(&mut rest, &mut next, &mut indexed, values.len());
        flags.width = width(&mut rest, &mut next, values, &mut out, "%!(BADWIDTH)").and_then(|width| {
            if width < 0 {
                flags.minus = true;
                flags.zero = false;
            }
            usize::try_from(width.abs()).ok()
        });
        if rest.starts_with('.') {
            rest = rest.get(1..).unwrap_or_default();
            bad |= index(&mut rest, &mut next, &mut indexed, values.len());
            let precision = width(&mut rest, &mut next, values, &mut out, "%!(BADPREC)");
            flags.precision = precision.map_or(Some(0), |precision| usize::try_from(precision).ok());
        }
        bad |= index(&mut rest, &mut next, &mut indexed, values.len());
        let Some(letter) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        if letter == '%' {
            out.push('%');
        } else if bad {
            let _ = write!(out, "%!{letter}(BADINDEX)");
        } else if let Some(value) = values.get(next) {
            next += 1;
            verb(&mut out, value, &flags, letter, 0);
        } else {
            let _ = write!(out, "%!{letter}(MISSING)");
        }
    }
    out.push_str(rest);
    if !indexed && next < values.len() {
        out.push_str("%!(EXTRA ");
        for (at, value) in values.iter().skip(next).enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            match value {
                Value::Nil | Value::Null => out.push_str("<nil>"),
                value => {
                    out.push_str(value.type_name());
                    out.push('=');
                    write_value(&mut out, value);
                }
            }
        }
        out.push(')');
    }
    out
}

/// Reads `[n]`; whether it is wrong.
fn index(rest: &mut &str, next: &mut usize, indexed: &mut bool, count: usize) -> bool {
    let Some(inside) = rest.strip_prefix('[') else { return false };
    *indexed = true;
    let Some((number, after)) = inside.split_once(']') else {
        *rest = inside;
        return true;
    };
    *rest = after;
    match number.parse::<usize>() {
        Ok(number) if (1..=count).contains(&number) => {
            *next = number - 1;
            false
        }
        _ => true,
    }
}

fn width(rest: &mut &str, next: &mut usize, values: &[&Value], out: &mut String, bad: &str) -> Option<i64> {
    if let Some(after) = rest.strip_prefix('*') {
        *rest = after;
        let value = values.get(*next);
        *next += 1;
        return match value {
            Some(Value::Int(width, IntType::Int)) if width.abs() <= MOST => Some(*width),
            _ => {
                out.push_str(bad);
                None
            }
        };
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, after) = rest.split_at(digits);
    *rest = after;
    number.parse().ok().filter(|width| *width <= MOST)
}

fn pad(out: &mut String, text: &str, flags: &Flags) {
    let Some(width) = flags.width else {
        out.push_str(text);
        return;
    };
    let missing = width.saturating_sub(text.chars().count());
    if flags.minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if flags.zero {
        let sign = text.len() - text.trim_start_matches(['-', '+']).len();
        let (sign, digits) = text.split_at(sign.min(1));
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(text);
    }
}

fn bad_verb(out: &mut String, value: &Value, letter: char, depth: usize) {
    let _ = write!(out, "%!{letter}(");
    if value.is_nil() {
        out.push_str("<nil>");
    } else {
        out.push_str(value.type_name());
        out.push('=');
        verb(out, value, &Flags::default(), 'v', depth + 1);
    }
    out.push(')');
}

fn verb(out: &mut String, value: &Value, flags: &Flags, letter: char, depth: usize) {
    if depth > MAX_DEPTH {
        out.push('…');
        return;
    }
    if letter == 'T' {
        pad(out, value.type_name(), flags);
        return;
    }
    match value {
        Value::Nil | Value::Null => match letter {
            'v' => pad(out, "<nil>", flags),
            _ => {
                let _ = write!(out, "%!{letter}(<nil>)");
            }
        },
        Value::Bool(value) if matches!(letter, 't' | 'v') => {
            pad(out, if *value { "true" } else { "false" }, flags);
        }
        Value::Int(number, kind) => integer(out, value, *number, *kind, flags, letter, depth),
        Value::Float(number) => match letter {
            'v' | 'g' | 'G' | 'e' | 'E' | 'f' | 'F' => {
                let letter = if letter == 'v' { 'g' } else { letter };
                let text = number::format(*number, letter, flags.precision);
                pad(out, &signed(&text, flags), flags);
            }
            _ => bad_verb(out, value, letter, depth),
        },
        Value::Str(text) => string_verb(out, value, text.text.as_bytes(), flags, letter, depth),
        Value::Binary(bytes) => string_verb(out, value, bytes, flags, letter, depth),
        Value::Bytes(bytes) => match letter {
            's' | 'q' | 'x' | 'X' => string_verb(out, value, bytes, flags, letter, depth),
            _ => {
                out.push('[');
                for (at, byte) in bytes.iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    verb(out, &Value::Int(i64::from(*byte), IntType::Uint8), flags, letter, depth + 1);
                }
                out.push(']');
            }
        },
        Value::List(list) => {
            if letter == 'v' && flags.sharp {
                let _ = write!(out, "{}{{", value.type_name());
            } else {
                out.push('[');
            }
            for (at, item) in list.items.iter().enumerate() {
                if at > 0 {
                    out.push_str(if letter == 'v' && flags.sharp { ", " } else { " " });
                }
                verb(out, &item.value, flags, letter, depth + 1);
            }
            out.push(if letter == 'v' && flags.sharp { '}' } else { ']' });
        }
        Value::Map(map) => {
            let sharp = letter == 'v' && flags.sharp;
            if sharp {
                let _ = write!(out, "{}{{", value.type_name());
            } else {
                out.push_str("map[");
            }
            for (at, (key, slot)) in map.snapshot().iter().enumerate() {
                if at > 0 {
                    out.push_str(if sharp { ", " } else { " " });
                }
                verb(out, &Value::str(key), flags, letter, depth + 1);
                out.push(':');
                verb(out, &slot.value, flags, letter, depth + 1);
            }
            out.push(if sharp { '}' } else { ']' });
        }
        Value::Object(object) => {
            let text = object.display();
            string_verb(out, value, text.as_bytes(), flags, letter, depth);
        }
        Value::Bool(_) => bad_verb(out, value, letter, depth),
    }
}

fn signed(text: &str, flags: &Flags) -> String {
    if text.starts_with(['-', '+']) {
        text.to_owned()
    } else if flags.plus {
        format!("+{text}")
    } else if flags.space {
        format!(" {text}")
    } else {
        text.to_owned()
    }
}

fn integer(
    out: &mut String,
    value: &Value,
    number: i64,
    kind: IntType,
    flags: &Flags,
    letter: char,
    depth: usize,
) {
    let named = match kind {
        IntType::Duration => Some(ironsides_core::duration_text(number)),
        IntType::Month => Some(super::time::month_name(number).to_owned()),
        IntType::Weekday => Some(super::time::weekday_name(number).to_owned()),
        _ => None,
    };
    if let Some(text) = named.filter(|_| matches!(letter, 'v' | 's' | 'q')) {
        string_verb(out, value, text.as_bytes(), flags, letter, depth);
        return;
    }
    let magnitude = number.unsigned_abs();
    let digits = match letter {
        'v' | 'd' => magnitude.to_string(),
        'b' => format!("{magnitude:b}"),
        'o' => format!("{}{magnitude:o}", if flags.sharp { "0" } else { "" }),
        'O' => format!("0o{magnitude:o}"),
        'x' => format!("{}{magnitude:x}", if flags.sharp { "0x" } else { "" }),
        'X' => format!("{}{magnitude:X}", if flags.sharp { "0X" } else { "" }),
        'c' | 'q' => {
            let c = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            let text = if letter == 'c' { c.to_string() } else { quote_char(c) };
            pad(out, &text, &Flags { zero: false, ..flags.clone() });
            return;
        }
        'U' => {
            pad(out, &format!("U+{magnitude:04X}"), &Flags { zero: false, ..flags.clone() });
            return;
        }
        _ => return bad_verb(out, value, letter, depth),
    };
    let digits = match flags.precision {
        Some(0) if number == 0 => String::new(),
        Some(precision) if precision > digits.len() => {
            format!("{}{digits}", "0".repeat(precision - digits.len()))
        }
        _ => digits,
    };
    let text = if number < 0 { format!("-{digits}") } else { signed(&digits, flags) };
    // A precision turns zero padding off.
    pad(out, &text, &Flags { zero: flags.zero && flags.precision.is_none(), ..flags.clone() });
}

fn string_verb(out: &mut String, value: &Value, bytes: &[u8], flags: &Flags, letter: char, depth: usize) {
    let text = String::from_utf8_lossy(bytes);
    let cut = |text: &str| match flags.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    match letter {
        'v' if flags.sharp => pad(out, &quote(bytes), flags),
        'v' | 's' => pad(out, &cut(&text), flags),
        'q' => {
            let cut: String = cut(&text);
            let shown = if cut.len() == text.len() { bytes } else { cut.as_bytes() };
            if flags.sharp && !cut.contains('`') && !cut.chars().any(char::is_control) {
                pad(out, &format!("`{cut}`"), flags);
            } else {
                pad(out, &quote(shown), flags);
            }
        }
        'x' | 'X' => {
            let bytes = bytes.get(..flags.precision.unwrap_or(bytes.len())).unwrap_or(bytes);
            let mut text = String::new();
            for (at, byte) in bytes.iter().enumerate() {
                if flags.space && at > 0 {
                    text.push(' ');
                }
                if flags.sharp && (at == 0 || flags.space) {
                    text.push_str(if letter == 'x' { "0x" } else { "0X" });
                }
                let _ = if letter == 'x' { write!(text, "{byte:02x}") } else { write!(text, "{byte:02X}") };
            }
            pad(out, &text, flags);
        }
        _ => bad_verb(out, value, letter, depth),
    }
}

/// `strconv.Quote`.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            escape(&mut out, c, '"');
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

fn quote_char(c: char) -> String {
    let mut out = String::from("'");
    escape(&mut out, c, '\'');
    out.push('\'');
    out
}

fn escape(out: &mut String, c: char, quote: char) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        c if c == quote => {
            out.push('\\');
            out.push(c);
        }
        c if is_printable(c) => out.push(c),
        c if u32::from(c) < 0x80 => {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        }
        c if u32::from(c) < 0x1_0000 => {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        c => {
            let _ = write!(out, "\\U{:08x}", u32::from(c));
        }
    }
}

/// What Go prints as it is, nearly: letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\u{a1}'.. => {
            !c.is_control()
                && !c.is_whitespace()
                && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                    | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..)
        }
        _ => false,
    }
}
