//! Scalars in the four styles of YAML, written where go-yaml v2 would write them.

use ironsides_tree::scalar::is_ambiguous;

use crate::kustomize::scalar::date;

/// The column behind which lines are folded at the next space.
const WIDTH: usize = 80;

/// Text under way.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) text: String,
    /// Characters since the last line break.
    column: usize,
    /// Whether the last thing written was a space, or the beginning of a line.
    whitespace: bool,
    /// Whether only indentation and indicators stand in this line so far.
    pub(super) indention: bool,
}

/// How a scalar is to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A string: plain where it can be.
    Plain,
    /// A word or a number that stands for itself.
    Known,
}

/// Whether a key needs no question mark.
pub(super) fn is_simple_key(key: &str) -> bool {
    key.len() <= 128 && !key.chars().any(is_break)
}

impl Writer {
    /// A line of its own.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.start_line();
    }

    fn start_line(&mut self) {
        self.column = 0;
        self.whitespace = true;
        self.indention = true;
    }

    /// Ends the line that was begun.
    pub(super) fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.start_line();
    }

    fn put(&mut self, char: char) {
        self.text.push(char);
        self.column += 1;
    }

    fn put_break(&mut self, char: char) {
        self.text.push(char);
        self.column = 0;
    }

    /// Goes to a column, on a new line where this one is used up.
    pub(super) fn indent(&mut self, indent: i32) {
        let indent = usize::try_from(indent).unwrap_or_default();
        let fresh = self.text.is_empty();
        if !fresh && (!self.indention || self.column > indent || (self.column == indent && !self.whitespace))
        {
            self.put_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// A mark of the syntax.
    pub(super) fn indicator(&mut self, mark: &str, spaced: bool, indention: bool) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        mark.chars().for_each(|char| self.put(char));
        self.whitespace = false;
        self.indention = self.indention && indention;
    }

    /// An empty list or map. Says where it begins.
    pub(super) fn flow(&mut self, mark: &str) -> usize {
        self.space();
        let start = self.text.len();
        mark.chars().for_each(|char| self.put(char));
        self.whitespace = false;
        self.indention = false;
        start
    }

    fn space(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    /// A scalar in a map or list at `indent`. Says where it begins.
    pub(super) fn scalar(&mut self, text: &str, style: Style, indent: i32, key: bool) -> usize {
        let indent = indent + 2;
        self.space();
        let start = self.text.len();
        let shape = Shape::of(text);
        if style == Style::Known {
            self.plain(text, indent, false);
        } else if text.contains('\n') {
            if shape.block && !key {
                self.literal(text, indent);
            } else {
                self.double_quoted(text, indent, !key);
            }
        } else if is_ambiguous(text) || date(text).is_some() || is_sexagesimal(text) {
            self.double_quoted(text, indent, !key);
        } else if shape.plain {
            self.plain(text, indent, !key);
        } else if shape.single_quoted {
            self.single_quoted(text, indent, !key);
        } else {
            self.double_quoted(text, indent, !key);
        }
        start
    }

    fn plain(&mut self, text: &str, indent: i32, fold: bool) {
        let mut spaces = false;
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            if char == ' ' {
                if fold && !spaces && self.column > WIDTH && chars.peek() != Some(&' ') {
                    self.indent(indent);
                } else {
                    self.put(char);
                }
                spaces = true;
            } else {
                self.put(char);
                self.indention = false;
                spaces = false;
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &str, indent: i32, fold: bool) {
        self.put('\'');
        self.whitespace = false;
        self.indention = false;
        let mut spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            if char == ' ' {
                let inner = at > 0 && at + 1 < text.len();
                let single = chars.peek().is_none_or(|next| next.1 != ' ');
                if fold && !spaces && self.column > WIDTH && inner && single {
                    self.indent(indent);
                } else {
                    self.put(char);
                }
                spaces = true;
            } else {
                if char == '\'' {
                    self.put('\'');
                }
                self.put(char);
                self.indention = false;
                spaces = false;
            }
        }
        self.put('\'');
        self.whitespace = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, text: &str, indent: i32, fold: bool) {
        self.put('"');
        self.whitespace = false;
        self.indention = false;
        let mut spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            if !is_printable(char) || char == '\u{feff}' || is_break(char) || char == '"' || char == '\\' {
                self.escape(char);
                spaces = false;
            } else if char == ' ' {
                if fold && !spaces && self.column > WIDTH && at > 0 && at + 1 < text.len() {
                    self.indent(indent);
                    if chars.peek().is_some_and(|next| next.1 == ' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(char);
                }
                spaces = true;
            } else {
                self.put(char);
                spaces = false;
            }
        }
        self.put('"');
        self.whitespace = false;
        self.indention = false;
    }

    fn escape(&mut self, char: char) {
        let mut long = String::new();
        crate::escape::yaml(&mut long, char);
        long.chars().for_each(|char| self.put(char));
    }

    fn literal(&mut self, text: &str, indent: i32) {
        self.put('|');
        if text.starts_with(|char| char == ' ' || is_break(char)) {
            self.put('2');
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next()) {
            (false, _) => self.put('-'),
            (true, None) => self.put('+'),
            (true, Some(before)) if is_break(before) => self.put('+'),
            (true, Some(_)) => {}
        }
        self.put_break('\n');
        self.start_line();
        let mut breaks = true;
        for char in text.chars() {
            if is_break(char) {
                self.put_break(char);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.indent(indent);
                }
                self.put(char);
                self.indention = false;
                breaks = false;
            }
        }
        self.whitespace = breaks;
    }
}

/// In which styles a text can be written.
struct Shape {
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Shape {
    fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self { plain: true, single_quoted: true, block: false };
        }
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut special, mut breaks) = (false, false);
        let (mut space_first, mut break_first, mut space_last, mut break_last) = (false, false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut previous_space, mut previous_break) = (false, false);
        let mut before_blank = true;
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            let last = chars.peek().is_none();
            let after_blank = chars.peek().is_none_or(|next| next.1 == ' ' || next.1 == '\t');
            indicators |= match char {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`'
                    if at == 0 =>
                {
                    true
                }
                '?' | '-' if at == 0 => after_blank,
                ':' => after_blank,
                '#' => before_blank,
                _ => false,
            };
            special |= !is_printable(char);
            if char == ' ' {
                space_first |= at == 0;
                space_last |= last;
                break_space |= previous_break;
                (previous_space, previous_break) = (true, false);
            } else if is_break(char) {
                breaks = true;
                break_first |= at == 0;
                break_last |= last;
                space_break |= previous_space;
                (previous_space, previous_break) = (false, true);
            } else {
                (previous_space, previous_break) = (false, false);
            }
            before_blank = char == ' ' || char == '\t' || is_break(char);
        }
        let bad = space_break || special;
        Self {
            plain: !(space_first
                || break_first
                || space_last
                || break_last
                || break_space
                || bad
                || breaks
                || indicators),
            single_quoted: !(break_space || bad),
            block: !(space_last || bad),
        }
    }
}

fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes without escaping. It looks at bytes, and takes no character beyond U+FFFF.
fn is_printable(char: char) -> bool {
    matches!(char, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && char != '\u{feff}'
}

/// Whether a parser of YAML 1.1 could take it for a number to the base of 60, as in `1:30`.
fn is_sexagesimal(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = number.split(':');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let first = parts.next().unwrap_or_default();
    if !first.starts_with(|char: char| char.is_ascii_digit()) || !digits(first) {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let sixty = |text: &str| match text.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle.iter().all(|part| sixty(part)) && sixty(last) && digits(fraction)
}
