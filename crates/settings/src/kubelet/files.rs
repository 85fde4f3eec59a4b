//! The files that a kubelet reads, as it sees them.

use std::borrow::Cow;

use crate::file::{File, FileKind};
use crate::host::{Host, Process};

/// The file system as the kubelet sees it. Paths are absolute.
pub trait Files {
    /// What is at a path; links are followed.
    fn look(&self, path: &str) -> Look<'_>;

    /// The names in a folder, without `.` and `..`; links are followed.
    fn list(&self, path: &str) -> Listing;

    /// Whether the path itself is a symbolic link.
    fn is_link(&self, path: &str) -> bool;
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look<'a> {
    /// A file with this text.
    Text(Cow<'a, str>),
    /// A file; its text was not kept. How many certificates it holds, where that is known.
    File {
        /// Certificates in it.
        certificates: Option<usize>,
    },
    /// A folder.
    Folder,
    /// Nothing: it was looked for.
    Absent,
    /// Something that could not be read, and why.
    Unreadable(String),
    /// Nobody looked.
    Unseen,
}

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// These entries.
    Entries(Vec<Entry>),
    /// It is a file, or something else without entries.
    NoFolder,
    /// Nothing is there: it was looked for.
    Absent,
    /// It could not be read, and why.
    Unreadable(String),
    /// Nobody looked.
    Unseen,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// Whether it is a folder itself; a link to one is not.
    pub folder: bool,
}

/// The files of a host as one of its processes sees them.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The host.
    pub host: &'a Host,
    /// The process; `None` for the host's own view.
    pub process: Option<&'a Process>,
}

/// How many links may lead from one to the next, as on Linux.
const MOST_LINKS: usize = 40;

impl<'a> Seen<'a> {
    fn file(&self, path: &str) -> Option<&'a File> {
        self.host.file(self.process, path)
    }

    /// The file at the end of all links.
    fn target(&self, path: &str) -> Option<&'a File> {
        let mut file = self.file(path)?;
        for _ in 0..MOST_LINKS {
            // A link's own entry may hold what it leads to already.
            if file.content.is_some() || file.entries.is_some() || !file.exists() {
                break;
            }
            match file.target.as_deref().and_then(|target| self.file(target)) {
                Some(next) => file = next,
                None => break,
            }
        }
        Some(file)
    }

    fn why(&self, file: &File, path: &str) -> String {
        let gap = || self.host.gap(path).map(|gap| gap.why.clone());
        file.why
            .clone()
            .or_else(|| file.unread.clone())
            .or_else(gap)
            .unwrap_or_else(|| "it could not be read".into())
    }
}

impl Files for Seen<'_> {
    fn look(&self, path: &str) -> Look<'_> {
        let Some(file) = self.target(path) else {
            return self.host.gap(path).map_or(Look::Unseen, |gap| Look::Unreadable(gap.why.clone()));
        };
        match (&file.kind, &file.content) {
            (FileKind::Missing, _) => Look::Absent,
            (FileKind::Unreadable, _) => Look::Unreadable(self.why(file, path)),
            (FileKind::Directory, _) => Look::Folder,
            (_, Some(text)) => Look::Text(Cow::Borrowed(text)),
            (_, None) if file.unread.is_some() => Look::Unreadable(self.why(file, path)),
            (_, None) => {
                Look::File { certificates: Some(file.certificates.len()).filter(|&count| count > 0) }
            }
        }
    }

    fn list(&self, path: &str) -> Listing {
        let Some(file) = self.target(path) else {
            return self.host.gap(path).map_or(Listing::Unseen, |gap| Listing::Unreadable(gap.why.clone()));
        };
        match (&file.kind, &file.entries) {
            (FileKind::Missing, _) => Listing::Absent,
            (FileKind::Unreadable, _) => Listing::Unreadable(self.why(file, path)),
            (FileKind::Directory, Some(entries)) => Listing::Entries(
                entries
                    .iter()
                    .map(|name| Entry {
                        name: name.trim_end_matches('/').to_owned(),
                        folder: name.ends_with('/'),
                    })
                    .collect(),
            ),
            (FileKind::Directory, None) => Listing::Unseen,
            _ => Listing::NoFolder,
        }
    }

    fn is_link(&self, path: &str) -> bool {
        self.file(path).is_some_and(|file| file.target.is_some())
    }
}
