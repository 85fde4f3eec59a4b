//! From text to expression.

use regex_syntax::hir::{
    Capture, Class, ClassUnicode, ClassUnicodeRange, Dot, Hir, HirKind, Look, Repetition,
};

use super::Malformed;
use super::class;

/// How deep groups may nest. RE2 goes down to 1000, which nobody writes and a stack may not bear.
const DEEPEST: u32 = 200;
/// How often a part may be asked for, nested counts multiplied.
const MOST: u32 = 1000;

/// Reads a whole pattern.
pub(super) fn parse(pattern: &str) -> Result<Hir, Malformed> {
    let mut parser = Parser { pattern, at: 0, depth: 0, groups: 0, names: Vec::new() };
    let (hir, _) = parser.alternation(Flags::default())?;
    match parser.peek() {
        None => Ok(hir),
        Some(_) => Err(parser.wrong("a bracket is closed that was never opened", pattern)),
    }
}

/// What the letters of `(?imsU)` switch. Which match is preferred does not matter to whole values.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// `i`.
    pub(super) fold: bool,
    /// `m`.
    lines: bool,
    /// `s`.
    dot_all: bool,
}

pub(super) struct Parser<'a> {
    pattern: &'a str,
    at: usize,
    depth: u32,
    groups: u32,
    names: Vec<&'a str>,
}

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(super) fn since(&self, start: &'a str) -> &'a str {
        let length = start.len().saturating_sub(self.rest().len());
        start.get(..length).unwrap_or(start)
    }

    #[expect(clippy::unused_self, reason = "reads like the other steps of the parser")]
    pub(super) fn wrong(&self, message: &'static str, part: &str) -> Malformed {
        Malformed { message, part: part.to_owned() }
    }

    /// Alternatives up to the end or a closing bracket. Flags that are switched within them hold on after them.
    fn alternation(&mut self, mut flags: Flags) -> Result<(Hir, Flags), Malformed> {
        let mut alternatives = Vec::new();
        loop {
            let (branch, after) = self.sequence(flags)?;
            flags = after;
            alternatives.push(branch);
            if !self.eat("|") {
                return Ok((Hir::alternation(alternatives), flags));
            }
        }
    }

    fn sequence(&mut self, mut flags: Flags) -> Result<(Hir, Flags), Malformed> {
        let mut parts: Vec<Hir> = Vec::new();
        // What a repetition may stand behind, and whether it is one itself.
        let mut last: Option<(Hir, bool)> = None;
        loop {
            let start = self.rest();
            let Some(next) = self.peek().filter(|next| !matches!(next, '|' | ')')) else { break };
            if let Some((least, most)) = self.counts(next)? {
                let (part, repeated) = last
                    .take()
                    .ok_or_else(|| self.wrong("nothing stands before a repetition", self.since(start)))?;
                if repeated {
                    return Err(self.wrong("a repetition follows a repetition", self.since(start)));
                }
                // Which match is preferred does not matter.
                self.eat("?");
                let repeated = repeat(part, least, most);
                let counted = least >= 2 || most.is_some_and(|most| most >= 2);
                if counted && !is_bounded(&repeated, MOST) {
                    return Err(self.wrong("counts of repetitions multiply beyond 1000", self.since(start)));
                }
                last = Some((repeated, true));
                continue;
            }
            parts.extend(last.take().map(|(part, _)| part));
            if next == '(' {
                match self.group(flags)? {
                    Group::Flags(switched) => flags = switched,
                    Group::Part(part) => last = Some((part, false)),
                }
            } else if self.eat("\\Q") {
                let (text, after) = self.rest().split_once("\\E").unwrap_or((self.rest(), ""));
                let length = self.rest().len() - after.len();
                let mut literals: Vec<Hir> = text.chars().map(|char| literal(char, flags)).collect();
                self.skip(length);
                last = literals.pop().map(|part| (part, false));
                parts.extend(literals);
            } else {
                last = Some((self.atom(flags)?, false));
            }
        }
        parts.extend(last.map(|(part, _)| part));
        Ok((Hir::concat(parts), flags))
    }

    /// The counts of a repetition, if one stands here.
    fn counts(&mut self, next: char) -> Result<Option<(u32, Option<u32>)>, Malformed> {
        let counts = match next {
            '*' => (0, None),
            '+' => (1, None),
            '?' => (0, Some(1)),
            '{' => return self.braces(),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(counts))
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else is a plain brace.
    fn braces(&mut self) -> Result<Option<(u32, Option<u32>)>, Malformed> {
        let start = self.rest();
        let Some((inner, _)) = start.get(1..).and_then(|rest| rest.split_once('}')) else { return Ok(None) };
        let number = |text: &str| {
            let plain = !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'));
            plain.then(|| text.parse::<u32>().unwrap_or(u32::MAX))
        };
        let counts = match inner.split_once(',') {
            None => number(inner).map(|count| (count, Some(count))),
            Some((least, "")) => number(least).map(|least| (least, None)),
            Some((least, most)) => number(least).zip(number(most)).map(|(least, most)| (least, Some(most))),
        };
        let Some((least, most)) = counts else { return Ok(None) };
        self.skip(inner.len() + 2);
        if least > MOST || most.is_some_and(|most| most > MOST || most < least) {
            return Err(self.wrong(
                "a repetition asks for more than 1000, or for less than its least",
                self.since(start),
            ));
        }
        Ok(Some((least, most)))
    }

    fn group(&mut self, flags: Flags) -> Result<Group, Malformed> {
        let start = self.rest();
        self.next();
        let mut inner = flags;
        let mut captures = true;
        if self.rest().starts_with('?') {
            if self.eat("?P<") || self.eat("?<") {
                self.group_name(start)?;
            } else {
                self.next();
                captures = false;
                let (switched, opens) = self.flags(flags, start)?;
                if !opens {
                    return Ok(Group::Flags(switched));
                }
                inner = switched;
            }
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("brackets nest deeper than 200", start.get(..1).unwrap_or(start)));
        }
        let (part, _) = self.alternation(inner)?;
        self.depth -= 1;
        if !self.eat(")") {
            return Err(self.wrong("a bracket is never closed", self.pattern));
        }
        if !captures {
            return Ok(Group::Part(part));
        }
        self.groups += 1;
        let capture = Capture { index: self.groups, name: None, sub: Box::new(part) };
        Ok(Group::Part(Hir::capture(capture)))
    }

    fn group_name(&mut self, start: &'a str) -> Result<(), Malformed> {
        let Some((name, _)) = self.rest().split_once('>') else {
            return Err(self.wrong("the name of a group has no end", start));
        };
        let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        if name.is_empty() || !name.chars().all(word) {
            return Err(self.wrong("this cannot be the name of a group", name));
        }
        if self.names.contains(&name) {
            return Err(self.wrong("two groups have the same name", name));
        }
        self.names.push(name);
        self.skip(name.len() + 1);
        Ok(())
    }

    /// The letters behind `(?`, and whether a group follows them.
    fn flags(&mut self, mut flags: Flags, start: &'a str) -> Result<(Flags, bool), Malformed> {
        let mut on = true;
        let mut any = true;
        loop {
            match self.next() {
                Some('i') => flags.fold = on,
                Some('m') => flags.lines = on,
                Some('s') => flags.dot_all = on,
                Some('U') => {}
                Some('-') if on => {
                    on = false;
                    any = false;
                    continue;
                }
                Some(end @ (':' | ')')) if any => return Ok((flags, end == ':')),
                _ => return Err(self.wrong("there is no such group", self.since(start))),
            }
            any = true;
        }
    }

    /// One character, class or assertion.
    fn atom(&mut self, flags: Flags) -> Result<Hir, Malformed> {
        match self.peek() {
            Some('^') => {
                self.next();
                Ok(Hir::look(if flags.lines { Look::StartLF } else { Look::Start }))
            }
            Some('$') => {
                self.next();
                Ok(Hir::look(if flags.lines { Look::EndLF } else { Look::End }))
            }
            Some('.') => {
                self.next();
                Ok(Hir::dot(if flags.dot_all { Dot::AnyChar } else { Dot::AnyCharExceptLF }))
            }
            Some('[') => class::bracketed(self, flags).map(|class| Hir::class(Class::Unicode(class))),
            Some('\\') => self.escape(flags),
            Some(char) => {
                self.next();
                Ok(literal(char, flags))
            }
            None => Ok(Hir::empty()),
        }
    }

    fn escape(&mut self, flags: Flags) -> Result<Hir, Malformed> {
        let look = match self.rest().chars().nth(1) {
            Some('A') => Some(Look::Start),
            Some('z') => Some(Look::End),
            Some('b') => Some(Look::WordAscii),
            Some('B') => Some(Look::WordAsciiNegate),
            _ => None,
        };
        if let Some(look) = look {
            self.skip(2);
            return Ok(Hir::look(look));
        }
        if let Some(class) = class::perl(self, flags)? {
            return Ok(Hir::class(Class::Unicode(class)));
        }
        class::escaped(self).map(|char| literal(char, flags))
    }
}

enum Group {
    Flags(Flags),
    Part(Hir),
}

/// A character, or all that fold to it.
fn literal(char: char, flags: Flags) -> Hir {
    if !flags.fold {
        let mut buffer = [0; 4];
        return Hir::literal(char.encode_utf8(&mut buffer).as_bytes());
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(char, char)]);
    class::fold(&mut class);
    Hir::class(Class::Unicode(class))
}

fn repeat(part: Hir, least: u32, most: Option<u32>) -> Hir {
    Hir::repetition(Repetition { min: least, max: most, greedy: true, sub: Box::new(part) })
}

/// Whether no innermost part is asked for more than so often.
fn is_bounded(part: &Hir, most: u32) -> bool {
    let mut most = most;
    if let HirKind::Repetition(repetition) = part.kind() {
        let counted = repetition.max.unwrap_or(repetition.min);
        let plain = matches!((repetition.min, repetition.max), (0 | 1, None) | (0, Some(1)));
        if !plain {
            if repetition.max == Some(0) {
                return true;
            }
            if counted > most {
                return false;
            }
            most = most.checked_div(counted).unwrap_or(most);
        }
    }
    part.kind().subs().iter().all(|sub| is_bounded(sub, most))
}
