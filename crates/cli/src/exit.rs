//! Exit codes.

use std::fmt;
use std::process::ExitCode;

/// What the program's exit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Clean and complete.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// There was nothing to look at.
    Nothing = 3,
    /// Something that was asked for could not be read or decided.
    Incomplete = 4,
    /// Interrupted, or nobody read the output to its end.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that is no wrong usage, and the exit code it ends with.
#[derive(Debug)]
struct Ending(anyhow::Error, Exit);

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Ending {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Marks an error as saying that what was asked for could not be read.
pub(crate) fn unread(error: anyhow::Error) -> anyhow::Error {
    anyhow::Error::new(Ending(error, Exit::Incomplete))
}

/// Marks an error as saying that what was asked for does not exist.
pub(crate) fn nothing(error: anyhow::Error) -> anyhow::Error {
    anyhow::Error::new(Ending(error, Exit::Nothing))
}

/// The exit code of an error that ends the run.
pub(crate) fn of(error: &anyhow::Error) -> Exit {
    error.downcast_ref::<Ending>().map_or(Exit::Usage, |ending| ending.1)
}

/// Whether an error comes from a closed pipe.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
