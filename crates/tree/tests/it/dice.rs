//! Random documents as people write them: every style, with comments and empty lines in between.

use std::fmt::Write;

use ironsides_tree::{Map, Node, Value};

/// A small generator of random numbers, so that a seed gives the same document everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..8).for_each(|_| _ = dice.roll());
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// A number below `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll() % sides as u64).unwrap()
    }

    pub(crate) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    pub(crate) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const WORDS: &[&str] = &[
    "a",
    "nginx:1.27",
    "yes",
    "0644",
    "1.5",
    "null",
    "~",
    "with space",
    "it's",
    "\"q\"",
    "",
    " lead",
    "# no comment",
    "a: b",
    "- x",
    "é",
    "日本",
    "{x}",
    "[y]",
    "*z",
    "&w",
    "!t",
    "|",
    ">",
    "%",
    "@",
    "line\nbreak",
    "tab\t",
    "12:30",
    "2001-01-01",
    "...",
    "---",
    "<<",
    "\u{85}",
    "a#b",
    "a #b",
    "/path/to",
    "-",
    "?",
    "\u{1F980}",
    "trail ",
];
const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "name",
    "spec",
    "on",
    "<<",
    "1",
    "x-y",
    "example.com/a",
    "with space",
    "é",
    "null",
    "a: b",
];

/// A value; maps and lists nest at most `depth` times.
pub(crate) fn node(dice: &mut Dice, depth: usize) -> Node {
    let value = match dice.below(if depth == 0 { 5 } else { 11 }) {
        0 => Value::Bool(dice.one_in(2)),
        1 => Value::Int([0, 1, -1, 420, i64::MAX, i64::MIN][dice.below(6)]),
        2 if dice.one_in(2) => Value::Null,
        2 => Value::Float([0.5, -1.25, 1e300, 1e-7][dice.below(4)]),
        3 | 4 => dice.pick(WORDS).into(),
        5..=7 => Value::List((0..dice.below(4)).map(|_| node(dice, depth - 1)).collect()),
        _ => return map(dice, depth),
    };
    Node::bare(value)
}

/// A map; so is the root of every object.
pub(crate) fn map(dice: &mut Dice, depth: usize) -> Node {
    let count = dice.below(5);
    let entries = (0..count).map(|_| (dice.pick(KEYS).into(), node(dice, depth.saturating_sub(1))));
    Node::bare(Value::Map(std::sync::Arc::new(entries.collect::<Map>())))
}

/// A document written by somebody.
pub(crate) struct Writer<'d> {
    dice: &'d mut Dice,
    pub(crate) text: String,
    /// How many comments were written, each with its number.
    pub(crate) comments: usize,
    indent: usize,
    list_indent: usize,
    chatty: usize,
}

impl<'d> Writer<'d> {
    pub(crate) fn new(dice: &'d mut Dice) -> Self {
        let indent = [2, 2, 2, 4, 3, 1][dice.below(6)];
        let list_indent = if dice.one_in(2) { 0 } else { indent };
        let chatty = [3, 6, 1000][dice.below(3)];
        Self { dice, text: String::new(), comments: 0, indent, list_indent, chatty }
    }

    /// Writes a whole document, its last line break included mostly.
    pub(crate) fn document(mut self, node: &Node) -> (String, usize) {
        self.own_lines(0);
        if is_block(node) {
            self.block(node, 0, false);
        } else {
            self.inline(node);
            self.end_of_line();
        }
        self.own_lines(0);
        if self.dice.one_in(8) && self.text.ends_with('\n') {
            self.text.pop();
        }
        if self.dice.one_in(6) {
            self.text = self.text.replace('\n', "\r\n");
        }
        (self.text, self.comments)
    }

    fn comment(&mut self) {
        self.comments += 1;
        write!(self.text, "# c{}.", self.comments).unwrap();
    }

    fn end_of_line(&mut self) {
        if self.dice.one_in(self.chatty) {
            self.text.push_str("  ");
            self.comment();
        }
        self.text.push('\n');
    }

    /// Perhaps comments and empty lines between two lines.
    fn own_lines(&mut self, indent: usize) {
        if self.dice.one_in(self.chatty * 2) {
            self.pad(indent);
            self.comment();
            self.text.push('\n');
        }
        if self.dice.one_in(self.chatty * 2) {
            self.text.push('\n');
        }
    }

    fn pad(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    fn block(&mut self, node: &Node, indent: usize, mut inline: bool) {
        match node.value() {
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    if !std::mem::take(&mut inline) {
                        self.own_lines(indent);
                        self.pad(indent);
                    }
                    self.string(key);
                    self.text.push(':');
                    let deeper =
                        indent + if value.as_list().is_some() { self.list_indent } else { self.indent };
                    if self.is_block(value) {
                        self.end_of_line();
                        self.block(value, deeper, false);
                    } else {
                        self.after(value, indent + 1);
                    }
                }
            }
            Value::List(items) => {
                for item in items.iter() {
                    if !std::mem::take(&mut inline) {
                        self.own_lines(indent);
                        self.pad(indent);
                    }
                    self.text.push('-');
                    if self.is_block(item) {
                        let compact = !self.dice.one_in(6);
                        if compact {
                            self.text.push(' ');
                        } else {
                            self.end_of_line();
                        }
                        self.block(item, indent + 2, compact);
                    } else {
                        self.after(item, indent + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// A value on the line of its key or dash.
    fn after(&mut self, node: &Node, indent: usize) {
        if node.is_null() && self.dice.one_in(2) {
            return self.end_of_line();
        }
        self.text.push_str(if self.dice.one_in(8) { "   " } else { " " });
        if let Some(text) = node.as_str()
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.is_ascii()
            && !text.contains('\t')
            && self.dice.one_in(4)
        {
            self.text.push_str("|-");
            self.end_of_line();
            for line in text.split('\n') {
                self.pad(indent + 1);
                self.text.push_str(line);
                self.text.push('\n');
            }
            return;
        }
        self.inline(node);
        self.end_of_line();
    }

    fn is_block(&mut self, node: &Node) -> bool {
        is_block(node) && !self.dice.one_in(4)
    }

    /// A value in brackets, on one line or several.
    fn inline(&mut self, node: &Node) {
        let broken = self.dice.one_in(5);
        let separate = |writer: &mut Self, at: usize| {
            if at > 0 {
                writer.text.push(',');
            }
            if broken {
                writer.end_of_line();
                writer.pad(7);
            } else if at > 0 {
                writer.text.push(' ');
            }
        };
        match node.value() {
            Value::Map(map) => {
                self.text.push('{');
                for (at, (key, value)) in map.iter().enumerate() {
                    separate(self, at);
                    self.string(key);
                    self.text.push_str(": ");
                    self.inline(value);
                }
                self.close(broken && !map.is_empty(), '}');
            }
            Value::List(items) => {
                self.text.push('[');
                for (at, item) in items.iter().enumerate() {
                    separate(self, at);
                    self.inline(item);
                }
                self.close(broken && !items.is_empty(), ']');
            }
            Value::String(text) => self.string(text),
            _ => self.text.push_str(&ironsides_tree::print::json(node)),
        }
    }

    fn close(&mut self, broken: bool, bracket: char) {
        if broken && self.dice.one_in(2) {
            self.text.push('\n');
            self.pad(5);
        }
        self.text.push(bracket);
    }

    fn string(&mut self, text: &str) {
        let printed = ironsides_tree::print::yaml(&Node::bare(text.into()));
        let printed = printed.trim_end_matches('\n');
        if printed == text && self.dice.one_in(4) {
            write!(self.text, "'{text}'").unwrap();
        } else {
            self.text.push_str(printed);
        }
    }
}

fn is_block(node: &Node) -> bool {
    node.as_map().is_some_and(|map| !map.is_empty()) || node.as_list().is_some_and(|items| !items.is_empty())
}
