//! `stat -c FORMAT FILE…`

use ironsides_settings::{File, FileKind};

use super::super::Unsure;
use super::super::files::tidy;
use super::super::run::Shell;
use super::super::streams::Streams;
use super::options::Options;
use super::unread;

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let options = Options::read("stat", arguments, "c:L", &["format:", "printf:", "dereference"], false)?;
    if options.operands.is_empty() {
        streams.complain("stat: missing operand\nTry 'stat --help' for more information.");
        return Ok(1);
    }
    let (format, ends) = match (options.value(&["c", "format"]), options.value(&["printf"])) {
        (Some(format), None) => (format, true),
        (None, Some(format)) => (format, false),
        _ => return Err(Unsure::new("`stat` without a format is not read here")),
    };
    let follows = options.has(&["L", "dereference"]);
    let mut status = 0;
    for path in &options.operands {
        let Some(file) = shell.look(path)? else {
            streams.complain(&format!("stat: cannot statx '{path}': No such file or directory"));
            status = 1;
            continue;
        };
        let told = fill(format, path, file, follows)?;
        if ends { streams.line(&told) } else { streams.print(told.replace("\\n", "\n")) }
    }
    Ok(status)
}

/// The format with what it asks for.
fn fill(format: &str, path: &str, file: &File, follows: bool) -> Result<String, Unsure> {
    let unknown = |what: &str| Unsure::new(format!("the {what} of {} is not known", tidy(path)));
    // Mode and owner in the facts are those of what a link leads to.
    let link = file.target.is_some() && !follows;
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let owned = |text: Option<String>, what| match text {
            Some(text) if !link => Ok(text),
            _ => Err(unknown(what)),
        };
        let text = match chars.next() {
            Some('%') | None => "%".into(),
            Some('n') => path.into(),
            Some('a') if link => "777".into(),
            Some('a') => file.mode.map(|mode| format!("{mode:o}")).ok_or_else(|| unknown("mode"))?,
            Some('u') => owned(file.uid.map(|uid| uid.to_string()), "owner")?,
            Some('g') => owned(file.gid.map(|gid| gid.to_string()), "group")?,
            // (A number without a name is what `stat` calls UNKNOWN.)
            Some('U') => owned(file.user.clone().or(file.uid.map(|_| "UNKNOWN".into())), "owner")?,
            Some('G') => owned(file.group.clone().or(file.gid.map(|_| "UNKNOWN".into())), "group")?,
            Some('F') if link => "symbolic link".into(),
            Some('F') => match file.kind {
                FileKind::Directory => "directory".into(),
                FileKind::File => "regular file".into(),
                _ => return Err(unknown("kind")),
            },
            Some(c) => return Err(unread("stat", &format!("-c %{c}"))),
        };
        out.push_str(&text);
    }
    Ok(out)
}
