//! Small programs over text: `head`, `tail`, `tr`, `cut`, `sort`, `uniq`, `wc`, `echo`, `printf`, `basename`, `dirname`.

use super::super::Unsure;
use super::super::run::Shell;
use super::super::streams::Streams;
use super::options::Options;
use super::{input, lines, unread};

pub(super) fn run(
    shell: &mut Shell<'_>,
    program: &str,
    arguments: &[String],
    streams: &mut Streams,
) -> Result<u8, Unsure> {
    match program {
        "echo" => echo(arguments, streams),
        "printf" => printf(arguments, streams),
        "tr" => tr(shell, arguments, streams),
        "basename" | "dirname" => part(program, arguments, streams),
        _ => filter(shell, program, arguments, streams),
    }
}

fn filter(
    shell: &mut Shell<'_>,
    program: &str,
    arguments: &[String],
    streams: &mut Streams,
) -> Result<u8, Unsure> {
    // `head -1` is `head -n 1`.
    let spelled: Vec<String> = arguments
        .iter()
        .map(|argument| match argument.strip_prefix('-') {
            Some(number) if matches!(program, "head" | "tail") && number.parse::<u32>().is_ok() => {
                format!("-n{number}")
            }
            _ => argument.clone(),
        })
        .collect();
    let known = match program {
        "head" | "tail" => "n:",
        "cut" => "d:f:",
        "sort" => "urn",
        "uniq" => "cd",
        _ => "lwc",
    };
    let options = Options::read(program, &spelled, known, &["lines:"], false)?;
    let (texts, trouble) = input(shell, program, &options.operands, streams)?;
    let text: String = texts.into_iter().map(|(_, text)| text).collect();
    let all: Vec<&str> = lines(&text).collect();
    let print = |streams: &mut Streams, chosen: &[&str]| chosen.iter().for_each(|line| streams.line(line));
    match program {
        "head" | "tail" => {
            let value = options.value(&["n", "lines"]).unwrap_or("10");
            let number: usize = value.parse().map_err(|_| unread(program, &format!("-n {value}")))?;
            let chosen = if program == "head" {
                all.get(..number.min(all.len()))
            } else {
                all.get(all.len().saturating_sub(number)..)
            };
            print(streams, chosen.unwrap_or_default());
        }
        "cut" => cut(&options, &all, streams)?,
        "sort" => {
            if options.has(&["n"]) {
                return Err(unread("sort", "-n"));
            }
            let mut sorted = all;
            sorted.sort_unstable();
            if options.has(&["u"]) {
                sorted.dedup();
            }
            if options.has(&["r"]) {
                sorted.reverse();
            }
            print(streams, &sorted);
        }
        "uniq" => {
            for run in all.chunk_by(|one, other| one == other) {
                let line = run.first().copied().unwrap_or_default();
                if options.has(&["c"]) {
                    streams.line(&format!("{:>7} {line}", run.len()));
                } else if run.len() > 1 || !options.has(&["d"]) {
                    streams.line(line);
                }
            }
        }
        _ => {
            let counts = [
                ("l", text.matches('\n').count()),
                ("w", text.split_whitespace().count()),
                ("c", text.len()),
            ];
            let asked: Vec<String> = counts
                .iter()
                .filter(|(name, _)| options.given.is_empty() || options.has(&[name]))
                .map(|(_, count)| count.to_string())
                .collect();
            streams.line(&asked.join(" "));
        }
    }
    Ok(trouble)
}

fn cut(options: &Options, all: &[&str], streams: &mut Streams) -> Result<(), Unsure> {
    let mark = options.value(&["d"]).unwrap_or("\t");
    let list = options.value(&["f"]).ok_or_else(|| unread("cut", "without -f"))?;
    let mut ranges = Vec::new();
    for range in list.split(',') {
        let number = |text: &str| text.parse::<usize>().map_err(|_| unread("cut", &format!("-f {list}")));
        ranges.push(match range.split_once('-') {
            None => (number(range)?, number(range)?),
            Some(("", to)) => (1, number(to)?),
            Some((from, "")) => (number(from)?, usize::MAX),
            Some((from, to)) => (number(from)?, number(to)?),
        });
    }
    for line in all {
        if !line.contains(mark) {
            streams.line(line);
            continue;
        }
        let chosen: Vec<&str> = line
            .split(mark)
            .enumerate()
            .filter(|(at, _)| ranges.iter().any(|(from, to)| (*from..=*to).contains(&(at + 1))))
            .map(|(_, field)| field)
            .collect();
        streams.line(&chosen.join(mark));
    }
    Ok(())
}

fn echo(arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let (words, end) = match arguments.split_first() {
        Some((first, rest)) if first == "-n" => (rest, ""),
        Some((first, _)) if first == "-e" => return Err(unread("echo", "-e")),
        _ => (arguments, "\n"),
    };
    let text = words.join(" ");
    if text.contains('\\') {
        return Err(Unsure::new("`echo` with a backslash prints other things in other shells"));
    }
    streams.print(text + end);
    Ok(0)
}

fn printf(arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let Some((format, words)) = arguments.split_first() else { return Ok(1) };
    let mut words = words.iter();
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('\\') => out.push('\\'),
                _ => return Err(unread("printf", format)),
            },
            '%' => match chars.next() {
                Some('s') => out.push_str(words.next().map_or("", String::as_str)),
                Some('%') => out.push('%'),
                _ => return Err(unread("printf", format)),
            },
            _ => out.push(c),
        }
    }
    if words.next().is_some() {
        return Err(unread("printf", "with more words than the format takes"));
    }
    streams.print(out);
    Ok(0)
}

fn part(program: &str, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let [path] = arguments else { return Err(unread(program, "with several words")) };
    let path = path.trim_end_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    streams.line(match program {
        "basename" => name,
        _ if folder.is_empty() => "/",
        _ => folder,
    });
    Ok(0)
}

fn tr(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let options = Options::read("tr", arguments, "ds", &[], true)?;
    let text = shell.take_input();
    let sets: Vec<Vec<char>> = options.operands.iter().map(|set| signs(set)).collect::<Result<_, _>>()?;
    let out: String = match (sets.as_slice(), options.has(&["d"]), options.has(&["s"])) {
        ([gone], true, false) => text.chars().filter(|c| !gone.contains(c)).collect(),
        ([once], false, true) => {
            let mut last = None;
            text.chars()
                .filter(|c| {
                    let again = last == Some(*c) && once.contains(c);
                    last = Some(*c);
                    !again
                })
                .collect()
        }
        ([from, to], false, false) if !to.is_empty() => text
            .chars()
            .map(|c| match from.iter().position(|known| *known == c) {
                Some(at) => to.get(at).or(to.last()).copied().unwrap_or(c),
                None => c,
            })
            .collect(),
        _ => return Err(unread("tr", &arguments.join(" "))),
    };
    streams.print(out);
    Ok(0)
}

/// The signs of a set.
fn signs(set: &str) -> Result<Vec<char>, Unsure> {
    let named = [("[:space:]", " \t\n\r\u{b}\u{c}"), ("[:blank:]", " \t")];
    if let Some((_, signs)) = named.iter().find(|(name, _)| *name == set) {
        return Ok(signs.chars().collect());
    }
    let ranges = [
        ("[:lower:]", 'a'..='z'),
        ("[:upper:]", 'A'..='Z'),
        ("a-z", 'a'..='z'),
        ("A-Z", 'A'..='Z'),
        ("0-9", '0'..='9'),
    ];
    if let Some((_, range)) = ranges.into_iter().find(|(name, _)| *name == set) {
        return Ok(range.collect());
    }
    let mut signs = Vec::new();
    let mut chars = set.chars();
    while let Some(c) = chars.next() {
        signs.push(match c {
            '\\' => match chars.next() {
                Some('0') => '\0',
                Some('n') => '\n',
                Some('t') => '\t',
                Some(c @ ('\\' | '"' | '\'')) => c,
                None => '\\',
                Some(_) => return Err(unread("tr", set)),
            },
            '[' | '-' if set.chars().count() > 1 => return Err(unread("tr", set)),
            _ => c,
        });
    }
    Ok(signs)
}
