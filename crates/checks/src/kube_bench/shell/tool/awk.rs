//! `awk` that prints fields: `{print $2}`, with `-F` and an expression or a line number in front.

use super::super::Unsure;
use super::super::pattern::{self, Dialect};
use super::super::run::Shell;
use super::super::streams::Streams;
use super::options::Options;
use super::{input, lines};

/// What is printed of a line.
enum Item {
    /// `$0` is the line.
    Field(usize),
    /// `$NF`
    Last,
    Text(String),
}

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let mut options = Options::read("awk", arguments, "F:", &[], true)?;
    if options.operands.is_empty() {
        return Err(Unsure::new("`awk` without a program"));
    }
    let program = options.operands.remove(0);
    let unread = || Unsure::new(format!("the program {program:?} of `awk` is not read here"));
    let (condition, body) = program.split_once('{').ok_or_else(unread)?;
    let (body, behind) = body.rsplit_once('}').ok_or_else(unread)?;
    if body.contains(['{', '}']) || !behind.trim().is_empty() {
        return Err(unread());
    }
    let condition = condition.trim();
    let expression = match condition.strip_prefix('/').and_then(|text| text.strip_suffix('/')) {
        Some(text) => Some(pattern::compile(text, Dialect::Extended, false)?),
        None => None,
    };
    let line_number = match condition.strip_prefix("NR") {
        Some(rest) => {
            let number = rest.trim().strip_prefix("==").and_then(|text| text.trim().parse::<usize>().ok());
            Some(number.ok_or_else(unread)?)
        }
        None => None,
    };
    if !condition.is_empty() && expression.is_none() && line_number.is_none() {
        return Err(unread());
    }
    let items = items(body).ok_or_else(unread)?;
    let separator = match options.value(&["F"]) {
        None | Some(" ") => None,
        Some("\\t") => Some(pattern::compile("\t", Dialect::Fixed, false)?),
        // A single sign is itself; anything longer is an expression.
        Some(text) if text.chars().count() == 1 => Some(pattern::compile(text, Dialect::Fixed, false)?),
        Some(text) => Some(pattern::compile(text, Dialect::Extended, false)?),
    };
    let (texts, trouble) = input(shell, "awk", &options.operands, streams)?;
    let mut number = 0;
    for (_, text) in &texts {
        for line in lines(text) {
            number += 1;
            let meant = expression.as_ref().is_none_or(|expression| expression.is_match(line))
                && line_number.is_none_or(|wanted| wanted == number);
            if !meant {
                continue;
            }
            let fields: Vec<&str> = match &separator {
                None => line.split_ascii_whitespace().collect(),
                Some(_) if line.is_empty() => Vec::new(),
                Some(separator) => separator.split(line).collect(),
            };
            let field = |item: &Item| match item {
                Item::Text(text) => text.clone(),
                Item::Field(0) => line.to_owned(),
                Item::Field(at) => fields.get(at - 1).copied().unwrap_or_default().to_owned(),
                Item::Last => fields.last().copied().unwrap_or(line).to_owned(),
            };
            let told: Vec<String> =
                items.iter().map(|group| group.iter().map(field).collect::<String>()).collect();
            streams.line(&told.join(" "));
        }
    }
    Ok(trouble)
}

/// `print $1, "x" $2`: what stands between commas is printed with blanks between.
fn items(body: &str) -> Option<Vec<Vec<Item>>> {
    let rest = body.trim().trim_end_matches(';').trim_end().strip_prefix("print")?;
    if rest.trim().is_empty() {
        return Some(vec![vec![Item::Field(0)]]);
    }
    if !rest.starts_with([' ', '$', '"', '\t']) {
        return None;
    }
    let mut groups = vec![Vec::new()];
    let mut rest = rest.trim_start();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(',') {
            groups.push(Vec::new());
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix("$NF") {
            groups.last_mut()?.push(Item::Last);
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('$') {
            let digits = behind.chars().take_while(char::is_ascii_digit).count();
            groups.last_mut()?.push(Item::Field(behind.get(..digits)?.parse().ok()?));
            rest = behind.get(digits..)?;
        } else {
            let (text, behind) = rest.strip_prefix('"')?.split_once('"')?;
            if text.contains('\\') {
                return None;
            }
            groups.last_mut()?.push(Item::Text(text.into()));
            rest = behind;
        }
        rest = rest.trim_start();
    }
    Some(groups)
}
