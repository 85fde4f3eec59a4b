//! `cat`, and reading files for other programs; `/proc/PID/environ` and `/proc/PID/cmdline` among them.

use ironsides_settings::FileKind;

use super::super::Unsure;
use super::super::files::{content, tidy};
use super::super::run::Shell;
use super::super::streams::Streams;
use super::input;
use super::options::Options;

/// What reading came to.
pub(super) enum Read {
    Text(String),
    /// Why a program could not read it, in its own words.
    Failed(&'static str),
}

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let options = Options::read("cat", arguments, "u", &[], false)?;
    let (texts, status) = input(shell, "cat", &options.operands, streams)?;
    for (_, text) in texts {
        streams.print(text);
    }
    Ok(status)
}

/// Reads a file.
pub(super) fn read(shell: &Shell<'_>, path: &str) -> Result<Read, Unsure> {
    if let Some(read) = process(shell, path)? {
        return Ok(read);
    }
    match shell.look(path)? {
        None => Ok(Read::Failed("No such file or directory")),
        Some(file) if file.kind == FileKind::Directory => Ok(Read::Failed("Is a directory")),
        Some(file) => content(path, file).map(Read::Text),
    }
}

/// A file about a process.
fn process(shell: &Shell<'_>, path: &str) -> Result<Option<Read>, Unsure> {
    let path = tidy(path);
    let Some(rest) = path.strip_prefix("/proc/") else { return Ok(None) };
    let missing = Ok(Some(Read::Failed("No such file or directory")));
    let Some((pid, name)) = rest.split_once('/') else {
        // `/proc//environ`, where no process was found.
        return if rest == "environ" || rest == "cmdline" { missing } else { Ok(None) };
    };
    // (Several pids are no pid.)
    if pid.contains(['\n', ' ']) {
        return missing;
    }
    let Ok(pid) = pid.parse::<u32>() else { return Ok(None) };
    let Some(process) = shell.host.processes.iter().find(|process| process.pid == pid) else {
        return missing;
    };
    let words: Vec<String> = match name {
        "environ" if process.environment_unreadable => {
            return Err(Unsure::new(format!("the environment of {} could not be read", process.program)));
        }
        // (Of the environment only what components read is kept.)
        "environ" => process.environment.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        "cmdline" => process.arguments.clone(),
        _ => return Ok(None),
    };
    let ended = words.iter().flat_map(|word| [word.as_str(), "\0"]);
    Ok(Some(Read::Text(ended.collect())))
}
