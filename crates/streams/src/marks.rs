//! How far logs were read, so that a later run goes on there.
//!
//! A file is known by its first bytes, not by its name or inode: when it is rotated it is renamed, and when it is packed it
//! becomes another file. The first event of a log, with its id and time, is in no other.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ironsides_files::FileError;

use crate::error::StreamError;
use crate::stretch::Stretch;

/// So many bytes at most tell one file from another.
pub(crate) const HEAD: usize = 512;
/// Of so many files it is known how far they were read.
const MOST: usize = 1024;
/// The first line of the file: what it is, and the version of its form.
const TITLE: &str = "ironsides log marks 1";

/// How far a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// How many first bytes it is known by.
    pub(crate) length: usize,
    /// The beginning of their BLAKE3.
    pub(crate) head: u128,
    /// The byte to go on at, in the unpacked file, and its line.
    pub(crate) offset: u64,
    pub(crate) line: u64,
}

/// How far logs were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    marks: VecDeque<Mark>,
}

pub(crate) fn sum(head: &[u8]) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(blake3::hash(head).as_bytes().split_at(16).0);
    u128::from_be_bytes(first)
}

impl Marks {
    /// Reads marks from a file; none where there is no such file.
    pub fn read(path: &Path) -> Result<Self, StreamError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(FileError::io(path.to_owned(), error).into()),
        };
        let mark = |line: &str| {
            let mut words = line.split(' ');
            let mark = Mark {
                length: words.next()?.parse().ok()?,
                head: u128::from_str_radix(words.next()?, 16).ok()?,
                offset: words.next()?.parse().ok()?,
                line: words.next()?.parse().ok()?,
            };
            (mark.length > 0 && mark.length <= HEAD && words.next().is_none()).then_some(mark)
        };
        let marks = text.strip_prefix(TITLE).and_then(|text| text.lines().skip(1).map(mark).collect());
        let marks = marks.ok_or_else(|| StreamError::NoMarks { path: path.to_owned() })?;
        Ok(Self { marks })
    }

    /// Notes that the records of a stretch were dealt with.
    pub fn note(&mut self, stretch: &Stretch) {
        let Some(mark) = stretch.mark else { return };
        self.marks.retain(|other| (other.length, other.head) != (mark.length, mark.head));
        self.marks.push_back(mark);
        if self.marks.len() > MOST {
            self.marks.pop_front();
        }
    }

    /// Writes the marks, in one piece: a crash leaves the old file or the new one.
    pub fn write(&self, path: &Path) -> Result<(), StreamError> {
        let lines = self
            .marks
            .iter()
            .map(|Mark { length, head, offset, line }| format!("{length} {head:032x} {offset} {line}\n"));
        let text: String = std::iter::once(format!("{TITLE}\n")).chain(lines).collect();
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        let write = || {
            let mut file =
                OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(&new, path)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|source| FileError::Io { path: path.to_owned(), source }.into())
    }

    /// Where to go on in a file that begins with these bytes; `None` at its beginning.
    pub(crate) fn find(&self, head: &[u8]) -> Option<Mark> {
        let is_its = |mark: &&Mark| head.get(..mark.length).is_some_and(|head| sum(head) == mark.head);
        self.marks.iter().filter(is_its).max_by_key(|mark| mark.offset).copied()
    }
}
