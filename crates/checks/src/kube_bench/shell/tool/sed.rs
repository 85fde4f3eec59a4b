//! `sed` with substitutions and prints: `s/…/…/`, `-n …p`, line numbers and expressions as addresses.

use regex::{Captures, Regex};

use super::super::Unsure;
use super::super::pattern::{self, Dialect};
use super::super::run::Shell;
use super::super::streams::Streams;
use super::options::Options;
use super::{input, lines};

/// One command.
struct Step {
    address: Option<Address>,
    action: Action,
}

enum Address {
    Line(usize),
    Last,
    Matching(Regex),
}

enum Action {
    Substitute { expression: Regex, replacement: Vec<Piece>, all: bool, prints: bool },
    Print,
    Delete,
    Quit,
}

/// A piece of a replacement.
enum Piece {
    Text(String),
    Group(usize),
}

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let mut options =
        Options::read("sed", arguments, "nErse:", &["quiet", "silent", "regexp-extended"], false)?;
    let dialect =
        if options.has(&["E", "r", "regexp-extended"]) { Dialect::Extended } else { Dialect::Basic };
    let mut scripts: Vec<String> =
        options.given.iter().filter(|(name, _)| name == "e").filter_map(|(_, value)| value.clone()).collect();
    if scripts.is_empty() && !options.operands.is_empty() {
        scripts.push(options.operands.remove(0));
    }
    let mut steps = Vec::new();
    for script in &scripts {
        parse(script, dialect, &mut steps)?;
    }
    let silent = options.has(&["n", "quiet", "silent"]);
    let (texts, trouble) = input(shell, "sed", &options.operands, streams)?;
    let text: String = texts.into_iter().map(|(_, text)| text).collect();
    let all: Vec<&str> = lines(&text).collect();
    for (at, line) in all.iter().enumerate() {
        let mut line = (*line).to_owned();
        let (mut deleted, mut quits) = (false, false);
        for step in &steps {
            let meant = match &step.address {
                None => true,
                Some(Address::Line(number)) => at + 1 == *number,
                Some(Address::Last) => at + 1 == all.len(),
                Some(Address::Matching(expression)) => expression.is_match(&line),
            };
            if !meant {
                continue;
            }
            match &step.action {
                Action::Print => streams.line(&line),
                Action::Quit => quits = true,
                Action::Delete => deleted = true,
                Action::Substitute { expression, replacement, all, prints } => {
                    let found = expression.is_match(&line);
                    let put = |captures: &Captures<'_>| filled(replacement, captures);
                    line = expression.replacen(&line, usize::from(!all), put).into_owned();
                    if found && *prints {
                        streams.line(&line);
                    }
                }
            }
            if deleted || quits {
                break;
            }
        }
        if !deleted && !silent {
            streams.line(&line);
        }
        if quits {
            break;
        }
    }
    Ok(trouble)
}

fn filled(replacement: &[Piece], captures: &Captures<'_>) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Group(at) => captures.get(*at).map_or("", |found| found.as_str()).to_owned(),
    };
    replacement.iter().map(piece).collect()
}

fn unread(script: &str) -> Unsure {
    Unsure::new(format!("the script {script:?} of `sed` is not read here"))
}

/// Reads the commands of a script.
fn parse(script: &str, dialect: Dialect, steps: &mut Vec<Step>) -> Result<(), Unsure> {
    let mut rest = script.trim_start();
    while !rest.is_empty() {
        let mut address = None;
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        if digits > 0 {
            let number =
                rest.get(..digits).and_then(|text| text.parse().ok()).ok_or_else(|| unread(script))?;
            address = Some(Address::Line(number));
            rest = rest.get(digits..).unwrap_or_default();
        } else if let Some(behind) = rest.strip_prefix('$') {
            address = Some(Address::Last);
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('/') {
            let (expression, behind) = delimited(behind, '/').ok_or_else(|| unread(script))?;
            address = Some(Address::Matching(pattern::compile(&expression, dialect, false)?));
            rest = behind;
        }
        let command = rest.chars().next().ok_or_else(|| unread(script))?;
        rest = rest.get(command.len_utf8()..).unwrap_or_default();
        let action = match command {
            'p' => Action::Print,
            'd' => Action::Delete,
            'q' => Action::Quit,
            's' => {
                let mark = rest.chars().next().ok_or_else(|| unread(script))?;
                let behind = rest.get(mark.len_utf8()..).unwrap_or_default();
                let (expression, behind) = delimited(behind, mark).ok_or_else(|| unread(script))?;
                let (replacement, behind) = delimited(behind, mark).ok_or_else(|| unread(script))?;
                let flags: String = behind.chars().take_while(|c| "gpiI".contains(*c)).collect();
                rest = behind.get(flags.len()..).unwrap_or_default();
                Action::Substitute {
                    expression: pattern::compile(&expression, dialect, flags.contains(['i', 'I']))?,
                    replacement: pieces(&replacement),
                    all: flags.contains('g'),
                    prints: flags.contains('p'),
                }
            }
            _ => return Err(unread(script)),
        };
        steps.push(Step { address, action });
        let behind = rest.trim_start_matches([' ', '\t']);
        rest = match behind.strip_prefix([';', '\n']) {
            Some(behind) => behind.trim_start(),
            None if behind.is_empty() => behind,
            None => return Err(unread(script)),
        };
    }
    Ok(())
}

/// The text up to a mark, in which a backslash makes the mark plain; and what follows.
fn delimited(text: &str, mark: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == mark {
            return Some((out, text.get(at + c.len_utf8()..)?));
        }
        if c == '\\' {
            let (_, next) = chars.next()?;
            if next != mark {
                out.push('\\');
            }
            out.push(next);
        } else {
            out.push(c);
        }
    }
    None
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let group = match c {
            '&' => Some(0),
            '\\' => match chars.next() {
                Some(digit @ '0'..='9') => digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()),
                Some('n') => {
                    plain.push('\n');
                    continue;
                }
                Some(other) => {
                    plain.push(other);
                    continue;
                }
                None => None,
            },
            _ => {
                plain.push(c);
                continue;
            }
        };
        pieces.push(Piece::Text(std::mem::take(&mut plain)));
        pieces.extend(group.map(Piece::Group));
    }
    pieces.push(Piece::Text(plain));
    pieces
}
