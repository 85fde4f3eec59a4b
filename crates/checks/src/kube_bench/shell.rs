//! The audit commands of benchmark files, answered from the facts of a host. No shell runs, and nothing is spawned.
//!
//! The commands are shell text. A small part of the shell's language is read here (pipelines, lists, `if`, `for`,
//! quotes, variables, substitution, patterns of file names), and the programs that such commands name are answered for
//! the facts: what `ps`, `stat` or `cat` would print on that host, [`tool`] by tool. Whatever is not known, be it a
//! program, an option or a file nobody looked at, makes the whole command [`Unsure`]: it is never guessed.
//!
//! Sources: the Shell Command Language of POSIX.1-2017; the manuals of coreutils, findutils, grep and procps-ng.

mod expand;
mod files;
mod parse;
mod pattern;
mod run;
mod streams;
mod syntax;
mod tool;

use ironsides_settings::Host;

pub(super) use self::files::look;
use self::run::Shell;
use super::variables::Variables;

/// What a command cannot be answered for: what is missing, in one sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsure(pub(super) String);

impl Unsure {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// What a command would have printed, on both streams together, and its exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ran {
    /// Both streams in the order of time.
    pub(super) text: String,
    /// The exit status.
    pub(super) status: u8,
}

/// What a shell that reads `script` would print on this host.
///
/// # Errors
///
/// What the facts or this reader cannot answer.
pub(super) fn run(script: &str, host: &Host, variables: &Variables) -> Result<Ran, Unsure> {
    let list = parse::parse(script)?;
    let mut shell = Shell::new(host, variables);
    let (status, streams) = shell.script(&list)?;
    Ok(Ran { text: streams.together(), status })
}

#[cfg(test)]
mod tests;
