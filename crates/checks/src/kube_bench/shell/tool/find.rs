//! `find DIR… [-maxdepth N] [-mindepth N] [-type f|d] [-name PATTERN]`, over the folders that were collected.

use ironsides_settings::{File, FileKind};

use super::super::Unsure;
use super::super::pattern::file_name;
use super::super::run::Shell;
use super::super::streams::Streams;
use super::unread;

/// How many files one command may find.
const LIMIT: usize = 50_000;

/// What is looked for.
#[derive(Default)]
struct Wanted {
    least: usize,
    most: Option<usize>,
    kind: Option<bool>,
    /// One pattern of these has to fit, where there are some.
    names: Vec<regex::Regex>,
}

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let is_test = |word: &&String| word.starts_with(['-', '(', '!']) || *word == "\\(";
    let folders: Vec<&String> = arguments
        .iter()
        .skip_while(|word| *word == "-L" || *word == "-H")
        .take_while(|word| !is_test(word))
        .collect();
    if arguments.first().is_some_and(|word| word == "-L" || word == "-H") {
        return Err(unread("find", "-L"));
    }
    if folders.is_empty() {
        return Err(Unsure::new("`find` without a folder looks where the shell stands, which is not known"));
    }
    let mut wanted = Wanted::default();
    let mut rest = arguments.iter().skip(folders.len());
    let mut alternative = false;
    while let Some(word) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| unread("find", word));
        match word.as_str() {
            "-mindepth" => wanted.least = value()?.parse().map_err(|_| unread("find", word))?,
            "-maxdepth" => wanted.most = Some(value()?.parse().map_err(|_| unread("find", word))?),
            "-type" => match value()?.as_str() {
                "f" => wanted.kind = Some(false),
                "d" => wanted.kind = Some(true),
                _ => return Err(unread("find", word)),
            },
            "-name" if wanted.names.is_empty() || alternative => wanted.names.push(file_name(&value()?)?),
            "-o" | "-or" if !wanted.names.is_empty() => {
                alternative = true;
                continue;
            }
            "-print" | "-xdev" | "-mount" => {}
            _ => return Err(unread("find", word)),
        }
        alternative = false;
    }
    if wanted.names.len() > 1 && wanted.kind.is_some() {
        return Err(Unsure::new("`find` with -type beside alternatives is not read here"));
    }
    let (mut found, mut status) = (Vec::new(), 0);
    for folder in folders {
        match shell.look(folder)? {
            None => {
                streams.complain(&format!("find: '{folder}': No such file or directory"));
                status = 1;
            }
            Some(file) => walk(shell, folder, file, 0, &wanted, &mut found)?,
        }
    }
    for path in &found {
        streams.line(path);
    }
    Ok(status)
}

fn walk(
    shell: &Shell<'_>,
    path: &str,
    file: &File,
    depth: usize,
    wanted: &Wanted,
    found: &mut Vec<String>,
) -> Result<(), Unsure> {
    if found.len() > LIMIT {
        return Err(Unsure::new("`find` finds more files than are looked at"));
    }
    // A link is no folder to go into, unless it is named on the command line.
    let link = file.target.is_some();
    let folder = file.kind == FileKind::Directory && !link;
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let named = wanted.names.is_empty() || wanted.names.iter().any(|pattern| pattern.is_match(name));
    if depth >= wanted.least && named && wanted.kind.is_none_or(|kind| kind == folder && !link) {
        found.push(path.to_owned());
    }
    if !folder || wanted.most.is_some_and(|most| depth >= most) {
        return Ok(());
    }
    let stem = path.trim_end_matches('/');
    for entry in shell.names(path)? {
        let inner = format!("{stem}/{}", entry.trim_end_matches('/'));
        match shell.look(&inner) {
            Ok(Some(file)) => walk(shell, &inner, file, depth + 1, wanted, found)?,
            Ok(None) => {}
            // The name is known, and whether it is a folder; what is in a folder has to be.
            Err(_) if !entry.ends_with('/') => {
                let plain = File { kind: FileKind::File, ..File::default() };
                walk(shell, &inner, &plain, depth + 1, wanted, found)?;
            }
            Err(why) => {
                let deep = wanted.most.is_some_and(|most| depth + 1 >= most);
                if !deep {
                    return Err(why);
                }
                let empty = File { kind: FileKind::Directory, ..File::default() };
                walk(shell, &inner, &empty, depth + 1, wanted, found)?;
            }
        }
    }
    Ok(())
}
