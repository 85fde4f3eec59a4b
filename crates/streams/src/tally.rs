//! What was read of a log, and what could not be.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What was read so far, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that were opened; standard input is one.
    pub files: u64,
    /// Bytes as they lie on the disk.
    pub stored: u64,
    /// Bytes as they are when unpacked.
    pub bytes: u64,
    /// Records that were handed out.
    pub records: u64,
    /// Records that are longer than the limit. They were passed over.
    pub too_long: Count,
    /// Records that break off where their file ends. They were passed over.
    pub cut_off: Count,
    /// Records that are not UTF-8. They were handed out, with U+FFFD in the place of what is no character.
    pub not_utf8: Count,
    /// Blocks of NUL bytes, as they are left behind by a crash, or by a log that was truncated below its writer.
    pub nul: Count,
    /// Files, or ends of files, that could not be read.
    pub unread: Vec<Unread>,
    /// Files in folders that are not called like logs, and packed files that lie beside themselves unpacked.
    pub passed_over: Vec<PathBuf>,
}

/// How often something was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How often.
    pub count: u64,
    /// Where first.
    pub first: Option<At>,
}

/// A place in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file, as it was named, or `-`.
    pub source: Arc<str>,
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0, in the unpacked file.
    pub offset: u64,
}

/// A file that could not be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file.
    pub source: Arc<str>,
    /// What is wrong with it and what to do, in one sentence that names the file.
    pub why: String,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = if &*self.source == ironsides_files::STDIN { "(standard input)" } else { &self.source };
        write!(f, "{source}:{}", self.line)
    }
}

impl Count {
    /// Counts one more; the place is asked for only where it is the first.
    pub fn add(&mut self, at: impl FnOnce() -> At) {
        self.count += 1;
        self.first.get_or_insert_with(at);
    }

    fn join(&mut self, later: Self) {
        self.count += later.count;
        self.first = self.first.take().or(later.first);
    }
}

impl Tally {
    /// Whether something that was asked for was not read.
    pub fn is_partial(&self) -> bool {
        self.too_long.count > 0 || self.cut_off.count > 0 || !self.unread.is_empty()
    }

    /// Takes in what was counted later.
    pub(crate) fn join(&mut self, later: Self) {
        self.files += later.files;
        self.stored += later.stored;
        self.bytes += later.bytes;
        self.records += later.records;
        self.too_long.join(later.too_long);
        self.cut_off.join(later.cut_off);
        self.not_utf8.join(later.not_utf8);
        self.nul.join(later.nul);
        self.unread.extend(later.unread);
        self.passed_over.extend(later.passed_over);
    }
}
