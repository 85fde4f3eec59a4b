//! Regular expressions.

use std::rc::Rc;

use regex::{Captures, Regex};

use super::Param::{Int, Str};
use super::{Args, Function, Outcome, fixed, give};
use crate::helm::machine::Machine;
use crate::helm::machine::meter::{LONGEST, MOST_ITEMS};
use crate::helm::value::{Slot, Value};

pub(super) const TABLE: &[Function] = &[
    fixed("regexMatch", &[Str, Str], |m, _, a| {
        give(Value::Bool(regex(m, a).is_ok_and(|regex| regex.is_match(&Args(a).text(1)))))
    }),
    fixed("mustRegexMatch", &[Str, Str], |m, _, a| {
        give(Value::Bool(regex(m, a)?.is_match(&Args(a).text(1))))
    }),
    fixed("regexFind", &[Str, Str], |m, _, a| find(m, a)),
    fixed("mustRegexFind", &[Str, Str], |m, _, a| find(m, a)),
    fixed("regexFindAll", &[Str, Str, Int], |m, _, a| find_all(m, a)),
    fixed("mustRegexFindAll", &[Str, Str, Int], |m, _, a| find_all(m, a)),
    fixed("regexReplaceAll", &[Str, Str, Str], |m, _, a| replace(m, a)),
    fixed("mustRegexReplaceAll", &[Str, Str, Str], |m, _, a| replace(m, a)),
    fixed("regexReplaceAllLiteral", &[Str, Str, Str], |m, _, a| replace_literal(m, a)),
    fixed("mustRegexReplaceAllLiteral", &[Str, Str, Str], |m, _, a| replace_literal(m, a)),
    fixed("regexSplit", &[Str, Str, Int], |m, _, a| split(m, a)),
    fixed("mustRegexSplit", &[Str, Str, Int], |m, _, a| split(m, a)),
    fixed("regexQuoteMeta", &[Str], |_, _, a| {
        let mut out = String::new();
        for c in Args(a).text(0).chars() {
            if "\\.+*?()|[]{}^$".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        give(Value::str(out))
    }),
];

/// The compiled expression of the first argument; each is compiled once.
fn regex(machine: &mut Machine, args: &[Slot]) -> Result<Rc<Regex>, String> {
    let text = Args(args).text(0);
    if let Some(known) = machine.regexes.get(&*text) {
        return known.clone().ok_or_else(|| format!("{text:?} is no regular expression"));
    }
    // Compiling is work, and what is compiled takes room.
    machine.meter.step(2000 + 10 * text.len())?;
    if machine.regexes.len() >= MOST_KEPT {
        machine.regexes.clear();
    }
    // Perl's classes are of ASCII in RE2.
    let ascii = ascii_classes(&text);
    let made = Regex::new(&ascii).map(Rc::new);
    machine.regexes.insert(text.clone().into_owned(), made.as_ref().ok().cloned());
    made.map_err(|error| format!("{text:?} is no regular expression: {}", last_line(&error.to_string())))
}

/// How many compiled expressions are kept.
const MOST_KEPT: usize = 64;

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// The expression with `\d`, `\w`, `\s` and `\b` narrowed to ASCII.
fn ascii_classes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str("[\\t\\n\\f\\r ]"),
            Some('S') => out.push_str("[^\\t\\n\\f\\r ]"),
            Some('b') => out.push_str("(?-u:\\b)"),
            Some('z') => out.push_str("\\z"),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}

fn find(machine: &mut Machine, args: &[Slot]) -> Outcome {
    let regex = regex(machine, args)?;
    let text = Args(args).text(1);
    give(Value::str(regex.find(&text).map_or("", |found| found.as_str())))
}

fn find_all(machine: &mut Machine, args: &[Slot]) -> Outcome {
    let regex = regex(machine, args)?;
    let text = Args(args).text(1);
    let most = usize::try_from(Args(args).int(2)).unwrap_or(usize::MAX);
    // One more than may be is refused by the machine.
    let most = most.min(MOST_ITEMS + 1);
    give(Value::strings(regex.find_iter(&text).take(most).map(|found| found.as_str())))
}

fn replace(machine: &mut Machine, args: &[Slot]) -> Outcome {
    let regex = regex(machine, args)?;
    let (text, by) = (Args(args).text(1), Args(args).text(2));
    replaced(&regex, &text, |found, out| found.expand(&by, out))
}

fn replace_literal(machine: &mut Machine, args: &[Slot]) -> Outcome {
    let regex = regex(machine, args)?;
    let (text, by) = (Args(args).text(1), Args(args).text(2));
    replaced(&regex, &text, |_, out| out.push_str(&by))
}

/// The text with what is found replaced; one that is too long is refused by the machine, and not finished.
fn replaced(regex: &Regex, text: &str, by: impl Fn(&Captures<'_>, &mut String)) -> Outcome {
    let (mut out, mut from) = (String::new(), 0);
    for found in regex.captures_iter(text) {
        if out.len() > LONGEST {
            break;
        }
        let whole = found.get_match();
        out.push_str(text.get(from..whole.start()).unwrap_or_default());
        by(&found, &mut out);
        from = whole.end();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    give(Value::str(out))
}

fn split(machine: &mut Machine, args: &[Slot]) -> Outcome {
    let regex = regex(machine, args)?;
    let (text, most) = (Args(args).text(1), Args(args).int(2));
    if most == 0 {
        return give(Value::strings(Vec::<String>::new()));
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if !Args(args).bytes(0).is_empty() && text.is_empty() {
        return give(Value::strings([""]));
    }
    let (mut parts, mut from, mut end) = (Vec::new(), 0, 0);
    for found in regex.find_iter(&text) {
        if most != usize::MAX && parts.len() + 1 == most || parts.len() > MOST_ITEMS {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(text.get(from..end).unwrap_or_default());
        }
        from = found.end();
    }
    if end != text.len() {
        parts.push(text.get(from..).unwrap_or_default());
    }
    give(Value::strings(parts))
}
