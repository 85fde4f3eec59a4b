//! YAML as Helm writes it (`sigs.k8s.io/yaml`), and with `toYamlPretty`.

use ironsides_tree::{Text, scalar};

use super::machine::meter::LONGEST;
use super::number;
use super::origin::Causes;
use super::value::{Inner, MAX_DEPTH, Map, Slot, Value};

/// Lines are folded at the first space beyond this column.
const WIDTH: usize = 80;

/// What is written, and where each entry and item of it was set.
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) marks: Vec<Inner>,
}

/// How lists and long strings are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `toYaml`: lists under their key, strings folded.
    Plain,
    /// `toYamlPretty`: lists indented, strings in one piece.
    Pretty,
}

/// Writes a value, without the last line break. `None` where it cannot be written.
pub(crate) fn write(value: &Value, style: Style) -> Option<Written> {
    let mut writer = Writer { out: String::new(), marks: Vec::new(), style, line: 0 };
    match value {
        Value::Map(map) if map.len() > 0 => writer.map(map, 0, false, 0)?,
        Value::List(list) if !list.items.is_empty() => writer.list(&list.items, 0, false, 0)?,
        Value::Object(object) => return write(&object.as_value()?, style),
        other => {
            writer.scalar(other, 2, false)?;
            writer.newline();
        }
    }
    let mut text = writer.out;
    if text.ends_with('\n') {
        text.pop();
    }
    let end = u32::try_from(text.len()).ok()?;
    let mut marks = writer.marks;
    for mark in &mut marks {
        mark.end = mark.end.min(end);
    }
    Some(Written { text, marks })
}

struct Writer {
    out: String,
    marks: Vec<Inner>,
    style: Style,
    /// Where the line begins that is being written.
    line: usize,
}

impl Writer {
    fn newline(&mut self) {
        self.out.push('\n');
        self.line = self.out.len();
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn mark(&mut self, start: usize, slot: &Slot) -> Option<usize> {
        if !slot.origin.is_some() {
            return None;
        }
        let start = u32::try_from(start).ok()?;
        self.marks.push(Inner { start, end: start, place: None, causes: Causes::One(slot.origin) });
        Some(self.marks.len() - 1)
    }

    fn end(&mut self, mark: Option<usize>) {
        // The line break is not part of it.
        let end = self.out.trim_end_matches('\n').len();
        if let Some(mark) = mark.and_then(|mark| self.marks.get_mut(mark)) {
            mark.end = u32::try_from(end).unwrap_or(mark.start);
        }
    }

    /// Writes the entries of a map; where `inline`, the first one goes on the line that was begun.
    fn map(&mut self, map: &Map, indent: usize, inline: bool, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut entries = map.snapshot();
        entries = sorted(entries);
        for (at, (key, slot)) in entries.iter().enumerate() {
            // What is too long is refused by the machine, however much longer it would become.
            if self.out.len() > LONGEST {
                return Some(());
            }
            if at > 0 || !inline {
                self.indent(indent);
            }
            let mark = self.mark(self.out.len(), slot);
            self.key(key, indent);
            let object;
            let mut value = &slot.value;
            if let Value::Object(inner) = value {
                object = inner.as_value()?;
                value = &object;
            }
            match value {
                Value::Map(map) if map.len() > 0 => {
                    self.newline();
                    self.map(map, indent + 2, false, depth + 1)?;
                }
                Value::List(list) if !list.items.is_empty() => {
                    self.newline();
                    let deeper = if self.style == Style::Pretty { indent + 2 } else { indent };
                    self.list(&list.items, deeper, false, depth + 1)?;
                }
                other => {
                    self.out.push(' ');
                    self.scalar(other, indent + 2, false)?;
                    self.newline();
                }
            }
            self.end(mark);
        }
        Some(())
    }

    fn list(&mut self, items: &[Slot], indent: usize, inline: bool, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        for (at, slot) in items.iter().enumerate() {
            if self.out.len() > LONGEST {
                return Some(());
            }
            if at > 0 || !inline {
                self.indent(indent);
            }
            let mark = self.mark(self.out.len(), slot);
            self.out.push_str("- ");
            let object;
            let mut value = &slot.value;
            if let Value::Object(inner) = value {
                object = inner.as_value()?;
                value = &object;
            }
            match value {
                Value::Map(map) if map.len() > 0 => self.map(map, indent + 2, true, depth + 1)?,
                Value::List(list) if !list.items.is_empty() => {
                    self.list(&list.items, indent + 2, true, depth + 1)?;
                }
                other => {
                    self.scalar(other, indent + 2, false)?;
                    self.newline();
                }
            }
            self.end(mark);
        }
        Some(())
    }

    fn key(&mut self, key: &str, indent: usize) {
        let long = key.len() > 128 || key.contains('\n');
        if long {
            self.out.push_str("? ");
            self.string(key, indent + 2, !key.contains('\n'));
            self.newline();
            self.indent(indent);
        } else {
            self.string(key, indent, true);
        }
        self.out.push(':');
    }

    fn scalar(&mut self, value: &Value, indent: usize, key: bool) -> Option<()> {
        match value {
            Value::Nil | Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(number, _) => self.out.push_str(&number.to_string()),
            Value::Float(number) => self.out.push_str(&float(*number, self.style)?),
            Value::Str(text) => self.string(&text.text, indent, key),
            Value::Binary(bytes) => self.string(&String::from_utf8_lossy(bytes), indent, key),
            Value::Bytes(bytes) => self.string(&super::encoding::base64(bytes), indent, key),
            Value::List(_) => self.out.push_str("[]"),
            Value::Map(_) => self.out.push_str("{}"),
            Value::Object(object) => {
                let value = object.as_value()?;
                self.scalar(&value, indent, key)?;
            }
        }
        Some(())
    }

    /// Writes a string whose further lines, if any, are indented so far.
    fn string(&mut self, text: &str, indent: usize, key: bool) {
        let facts = Facts::of(text);
        if text.contains('\n') && facts.block && !key {
            self.literal(text, indent);
        } else if text.contains('\n') || !can_be_plain(text) {
            self.double_quoted(text, indent, key);
        } else if facts.plain && !(key && text.is_empty()) {
            self.plain(text, indent, key);
        } else if facts.single {
            self.single_quoted(text, indent, key);
        } else {
            self.double_quoted(text, indent, key);
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.out.push('2');
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        } else if text == "\n" || text.ends_with("\n\n") {
            self.out.push('+');
        }
        self.newline();
        let body = text.strip_suffix('\n').unwrap_or(text);
        for (at, line) in body.split('\n').enumerate() {
            if self.out.len() > LONGEST {
                return;
            }
            if at > 0 {
                self.newline();
            }
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
        }
        // The caller ends the line.
    }

    fn column(&self) -> usize {
        self.out.get(self.line..).map_or(0, |line| line.chars().count())
    }

    /// Writes the characters of a scalar, folding it where it may be folded.
    fn folded(
        &mut self,
        text: &str,
        indent: usize,
        fold: bool,
        write: impl Fn(&mut String, char),
        ends: bool,
    ) {
        let fold = fold && self.style == Style::Plain;
        let mut chars = text.char_indices().peekable();
        let mut spaces = false;
        let mut column = self.column();
        while let Some((at, c)) = chars.next() {
            let next_is_space = chars.peek().is_some_and(|(_, next)| *next == ' ');
            let inner = !ends || (at > 0 && at < text.len() - 1);
            if c == ' ' {
                if fold && !spaces && column > WIDTH && inner && !next_is_space {
                    self.newline();
                    self.indent(indent);
                    column = indent;
                } else {
                    self.out.push(' ');
                    column += 1;
                }
                spaces = true;
            } else {
                let before = self.out.len();
                write(&mut self.out, c);
                column += self.out.get(before..).map_or(0, |text| text.chars().count());
                spaces = false;
            }
        }
    }

    fn plain(&mut self, text: &str, indent: usize, key: bool) {
        self.folded(text, indent, !key, String::push, false);
    }

    fn single_quoted(&mut self, text: &str, indent: usize, key: bool) {
        self.out.push('\'');
        let write = |out: &mut String, c| {
            if c == '\'' {
                out.push('\'');
            }
            out.push(c);
        };
        self.folded(text, indent, !key, write, true);
        self.out.push('\'');
    }

    fn double_quoted(&mut self, text: &str, indent: usize, key: bool) {
        self.out.push('"');
        let fold = !key && self.style == Style::Plain;
        let mut chars = text.char_indices().peekable();
        let mut spaces = false;
        let mut column = self.column();
        while let Some((at, c)) = chars.next() {
            if c == ' ' {
                if fold && !spaces && column > WIDTH && at > 0 && at < text.len() - 1 {
                    self.newline();
                    self.indent(indent);
                    column = indent;
                    if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.out.push('\\');
                        column += 1;
                    }
                } else {
                    self.out.push(' ');
                    column += 1;
                }
                spaces = true;
            } else {
                let before = self.out.len();
                escape(&mut self.out, c);
                column += self.out.get(before..).map_or(0, |text| text.chars().count());
                spaces = false;
            }
        }
        self.out.push('"');
    }
}

fn float(value: f64, style: Style) -> Option<String> {
    if !value.is_finite() {
        return (style == Style::Pretty).then(|| {
            let text = if value.is_nan() {
                ".nan"
            } else if value > 0.0 {
                ".inf"
            } else {
                "-.inf"
            };
            text.to_owned()
        });
    }
    if style == Style::Pretty {
        return Some(number::general(value));
    }
    // It goes through JSON, where a whole number loses its point and then is one.
    let json = number::json(value);
    if json.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        if json == "-0" {
            return Some("0".to_owned());
        }
        if json.parse::<i64>().is_ok() || json.parse::<u64>().is_ok() {
            return Some(json);
        }
    }
    Some(number::general(value))
}

/// What the emitter asks about a string.
struct Facts {
    plain: bool,
    single: bool,
    block: bool,
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

impl Facts {
    fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self { plain: true, single: true, block: false };
        }
        let blank = |c: char| c == ' ' || c == '\t' || is_break(c);
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut breaks, mut special, mut edge, mut trailing_space) = (false, false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut chars = text.chars().peekable();
        let mut first = true;
        while let Some(c) = chars.next() {
            let last = chars.peek().is_none();
            let before_blank = chars.peek().is_none_or(|next| blank(*next));
            indicators |= match c {
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                    first
                }
                '?' | '-' => first && before_blank,
                ':' => before_blank,
                '#' => first || after_blank,
                _ => false,
            };
            special |= !is_printable(c);
            if c == ' ' {
                edge |= first || last;
                trailing_space |= last;
                break_space |= after_break;
                (after_space, after_break) = (true, false);
            } else if is_break(c) {
                breaks = true;
                edge |= first || last;
                space_break |= after_space;
                (after_space, after_break) = (false, true);
            } else {
                (after_space, after_break) = (false, false);
            }
            after_blank = blank(c);
            first = false;
        }
        let worst = space_break || special;
        Self {
            plain: !(edge || break_space || worst || breaks || indicators),
            single: !(break_space || worst),
            block: !(trailing_space || worst),
        }
    }
}

/// Whether the text, left plain, would be read as this string by all readers.
fn can_be_plain(text: &str) -> bool {
    let special = text.is_empty() || (scalar::is_ambiguous(text) && text != "<<");
    !special && !is_base_60(text) && !is_timestamp(text)
}

fn is_base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    if !first.starts_with(|c: char| c.is_ascii_digit())
        || !first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let count = rest.len();
    count > 0
        && rest.iter().enumerate().all(|(at, part)| {
            let part = match part.split_once('.') {
                Some((part, fraction)) if at + 1 == count => {
                    if !fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
                        return false;
                    }
                    part
                }
                _ => part,
            };
            match part.as_bytes() {
                [one] => one.is_ascii_digit(),
                [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
                _ => false,
            }
        })
}

/// Dates and times as go-yaml knows them: `2006-1-2`, `2006-1-2 15:4:5.9`, `2006-1-2T15:4:5Z`.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes.iter().take(4).all(u8::is_ascii_digit) || bytes.get(4) != Some(&b'-') {
        return false;
    }
    let mut rest = text.get(5..).unwrap_or_default();
    let number = |rest: &mut &str, least: u32, most: u32, end: &[char]| -> Option<()> {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=2).contains(&digits) {
            return None;
        }
        let value: u32 = rest.get(..digits)?.parse().ok()?;
        *rest = rest.get(digits..)?;
        if !(least..=most).contains(&value) {
            return None;
        }
        match rest.chars().next() {
            Some(c) if end.contains(&c) => *rest = rest.get(1..)?,
            _ if end.is_empty() => {}
            _ => return None,
        }
        Some(())
    };
    let mut date = || -> Option<bool> {
        number(&mut rest, 1, 12, &['-'])?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let day: u32 = rest.get(..digits)?.parse().ok()?;
        if !(1..=2).contains(&digits) || !(1..=31).contains(&day) {
            return None;
        }
        rest = rest.get(digits..)?;
        if rest.is_empty() {
            return Some(true);
        }
        let zoned = match rest.chars().next()? {
            ' ' => false,
            'T' | 't' => true,
            _ => return None,
        };
        rest = rest.get(1..)?;
        number(&mut rest, 0, 23, &[':'])?;
        number(&mut rest, 0, 59, &[':'])?;
        number(&mut rest, 0, 59, &[])?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            rest = fraction.get(digits..)?;
        }
        Some(match rest.as_bytes() {
            [] => !zoned,
            b"Z" => zoned,
            [b'+' | b'-', a, b, b':', c, d] => zoned && [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
            _ => false,
        })
    };
    date().unwrap_or(false)
}

fn escape(out: &mut String, c: char) {
    let is_escaped = matches!(c, '\n' | '"' | '\\' | '\u{2028}' | '\u{2029}');
    if !is_escaped && is_printable(c) {
        out.push(c);
    } else {
        crate::escape::yaml(out, c);
    }
}

/// The entries in the order of their keys. That order is no total one (`a2`, `a10`, `a1b` and `a01` go in a circle),
/// which the sorting of the standard library does not take.
fn sorted(entries: Vec<(Text, Slot)>) -> Vec<(Text, Slot)> {
    if entries.len() <= 12 {
        let mut out: Vec<(Text, Slot)> = Vec::with_capacity(entries.len());
        for entry in entries {
            let behind = out.iter().rev().take_while(|(key, _)| key_order(&entry.0, key).is_lt()).count();
            out.insert(out.len() - behind, entry);
        }
        return out;
    }
    let mut left = entries;
    let right = sorted(left.split_off(left.len() / 2));
    let left = sorted(left);
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
        out.extend(if key_order(b, a).is_lt() { right.next() } else { left.next() });
    }
    out.extend(left);
    out.extend(right);
    out
}

/// The order of keys: letters after all else, digits by the number they write.
pub(crate) fn key_order(a: &str, b: &str) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    if a.bytes().all(|byte| byte.is_ascii_lowercase()) && b.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return a.cmp(b);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    for at in 0..a.len().min(b.len()) {
        let (Some(&x), Some(&y)) = (a.get(at), b.get(at)) else { break };
        if x == y {
            continue;
        }
        match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => return x.cmp(&y),
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let mut base = 0_u64;
        if x == '0' || y == '0' {
            let digits = a.iter().take(at).rev().take_while(|c| c.is_numeric());
            if digits.into_iter().any(|c| *c != '0') {
                base = 1;
            }
        }
        let number = |text: &[char]| {
            let digits = text.iter().skip(at).take_while(|c| c.is_numeric());
            let mut count = 0;
            let value = digits.fold(base, |value, c| {
                count += 1;
                value.wrapping_mul(10).wrapping_add(u64::from(u32::from(*c).wrapping_sub(48)))
            });
            (value, count)
        };
        return number(&a).cmp(&number(&b)).then(x.cmp(&y));
    }
    a.len().cmp(&b.len())
}
