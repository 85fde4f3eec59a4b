//! `grep`

use super::super::Unsure;
use super::super::pattern::{self, Dialect};
use super::super::run::Shell;
use super::super::streams::Streams;
use super::options::Options;
use super::{input, lines};

const USAGE: &str = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.";

pub(super) fn run(
    shell: &mut Shell<'_>,
    program: &str,
    arguments: &[String],
    streams: &mut Streams,
) -> Result<u8, Unsure> {
    let long = [
        "extended-regexp",
        "fixed-strings",
        "ignore-case",
        "invert-match",
        "only-matching",
        "quiet",
        "color:",
    ];
    let mut options = Options::read("grep", arguments, "EFGPivoqcwxhsnlLA:B:C:m:e:", &long, false)?;
    if options.has(&["P"]) {
        return Err(super::unread("grep", "-P"));
    }
    if options.has(&["n", "l", "L", "C"]) {
        return Err(super::unread("grep", "that prints more than lines"));
    }
    let dialect = if options.has(&["F", "fixed-strings"]) || program == "fgrep" {
        Dialect::Fixed
    } else if options.has(&["E", "extended-regexp"]) || program == "egrep" {
        Dialect::Extended
    } else {
        Dialect::Basic
    };
    let mut patterns: Vec<String> =
        options.given.iter().filter(|(name, _)| name == "e").filter_map(|(_, value)| value.clone()).collect();
    if patterns.is_empty() {
        if options.operands.is_empty() {
            streams.complain(USAGE);
            return Ok(2);
        }
        patterns.push(options.operands.remove(0));
    }
    let number = |name: &str| -> Result<Option<usize>, Unsure> {
        let Some(value) = options.value(&[name]) else { return Ok(None) };
        value.parse().map(Some).map_err(|_| super::unread("grep", &format!("-{name} {value}")))
    };
    let (after, before) = (number("A")?.unwrap_or(0), number("B")?.unwrap_or(0));
    let most = number("m")?.unwrap_or(usize::MAX);
    let ignore_case = options.has(&["i", "ignore-case"]);
    let mut expressions = Vec::new();
    for text in patterns.iter().flat_map(|text| text.split('\n')) {
        expressions.push(pattern::compile(text, dialect, ignore_case)?);
    }
    let words = options.has(&["w"]);
    let (whole, inverted) = (options.has(&["x"]), options.has(&["v", "invert-match"]));
    let fits = |line: &str| {
        let by = |expression: &regex::Regex| {
            expression.find_iter(line).any(|found| {
                (!whole || found.range() == (0..line.len()))
                    && (!words || is_word(line, found.start(), found.end()))
            })
        };
        expressions.iter().any(by) != inverted
    };
    let (texts, trouble) = input(shell, "grep", &options.operands, streams)?;
    let many = options.operands.len() > 1 && !options.has(&["h"]);
    let (quiet, count) = (options.has(&["q", "quiet"]), options.has(&["c"]));
    let mut any = false;
    for (name, text) in &texts {
        let prefix = if many { format!("{name}:") } else { String::new() };
        let all: Vec<&str> = lines(text).collect();
        let hits: Vec<usize> =
            (0..all.len()).filter(|at| all.get(*at).is_some_and(|line| fits(line))).take(most).collect();
        any |= !hits.is_empty();
        if quiet {
            continue;
        }
        if count {
            streams.line(&format!("{prefix}{}", hits.len()));
            continue;
        }
        let mut next = 0;
        let mut printed = false;
        for hit in &hits {
            if options.has(&["o", "only-matching"]) {
                let line = all.get(*hit).copied().unwrap_or_default();
                for expression in &expressions {
                    for found in expression.find_iter(line).filter(|found| !found.is_empty() && !inverted) {
                        streams.line(&format!("{prefix}{}", found.as_str()));
                    }
                }
                continue;
            }
            let from = hit.saturating_sub(before).max(next);
            if printed && from > next && after + before > 0 {
                streams.line("--");
            }
            let to = hit.saturating_add(after).min(all.len().saturating_sub(1));
            for at in from..=to {
                // A line beside a hit carries a dash.
                let prefix = if many && !hits.contains(&at) { format!("{name}-") } else { prefix.clone() };
                streams.line(&format!("{prefix}{}", all.get(at).copied().unwrap_or_default()));
            }
            (next, printed) = (to + 1, true);
        }
    }
    Ok(match (trouble, any) {
        (0, any) => u8::from(!any),
        (_, true) if quiet => 0,
        (trouble, _) => trouble,
    })
}

fn is_word(line: &str, start: usize, end: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let before = line.get(..start).and_then(|text| text.chars().next_back());
    let after = line.get(end..).and_then(|text| text.chars().next());
    !before.is_some_and(part) && !after.is_some_and(part)
}
