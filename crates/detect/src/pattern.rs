//! Patterns over texts: shell patterns, POSIX expressions, path prefixes.

mod glob;
mod path;
mod posix;

pub(crate) use glob::Glob;
pub(crate) use path::Paths;
pub(crate) use posix::posix;
