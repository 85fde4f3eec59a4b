//! Why a file could not be read.

use std::io;
use std::path::PathBuf;

use ironsides_tree::Position;

/// Why a path could not be walked or read. Each message names the path and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("{}: no such file or directory; check the path", path.display())]
    Missing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// It may not be read.
    #[error("{}: permission denied; run as a user who may read it, or leave it out", path.display())]
    Denied {
        /// The path.
        path: PathBuf,
    },
    /// The operating system had another reason.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Standard input could not be read.
    #[error("standard input cannot be read: {0}")]
    Stdin(io::Error),
    /// It is no text.
    #[error("{}:{position}: not UTF-8 text{}", path.display(), hint.map(|hint| format!("; {hint}")).unwrap_or_default())]
    NotText {
        /// The path.
        path: PathBuf,
        /// The first byte that is no text.
        position: Position,
        /// What it seems to be and what to do.
        hint: Option<&'static str>,
    },
    /// It is no fact bundle.
    #[error("{}: no fact bundle: {why}; `ironsides collect` writes one", path.display())]
    NoBundle {
        /// The path.
        path: PathBuf,
        /// What it is instead.
        why: &'static str,
    },
    /// It is a fact bundle of a format that is not known here.
    #[error(
        "{}: a fact bundle of format {version}, and this version of ironsides reads format {}; use a newer one, or collect it again",
        path.display(), crate::bundle::BUNDLE_FORMAT
    )]
    BundleVersion {
        /// The path.
        path: PathBuf,
        /// The version it says it has.
        version: u32,
    },
    /// It is a fact bundle, and not as it was written.
    #[error("{}: the fact bundle is damaged: {what}; get an intact copy, or collect it again", path.display())]
    BundleDamaged {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// It is a fact bundle that holds more than is read.
    #[error("{}: the fact bundle is refused: {what}", path.display())]
    BundleTooLarge {
        /// The path.
        path: PathBuf,
        /// What there is too much of.
        what: String,
    },
    /// A pattern in an ignore file is wrong.
    #[error("{0}; correct the ignore file")]
    Ignore(String),
}

impl FileError {
    /// What an error of the operating system about a path means.
    pub fn io(path: PathBuf, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            _ => Self::Io { path, source },
        }
    }

    /// The path it is about, where it is about one.
    pub fn path(&self) -> Option<&std::path::Path> {
        match self {
            Self::Missing { path }
            | Self::Denied { path }
            | Self::Io { path, .. }
            | Self::NoBundle { path, .. }
            | Self::BundleVersion { path, .. }
            | Self::BundleDamaged { path, .. }
            | Self::BundleTooLarge { path, .. }
            | Self::NotText { path, .. } => Some(path),
            Self::Stdin(_) | Self::Ignore(_) => None,
        }
    }
}
