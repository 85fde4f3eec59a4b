//! Where charts and kustomizations get their files from.

use std::sync::Arc;

/// A tree of files, as charts and kustomizations see it. Paths use `/`, have no `.` or `..` left in them, and are
/// relative to where the tree begins or absolute, as the caller likes.
pub trait Files {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError>;

    /// What stands in a folder, sorted by name.
    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError>;
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The name alone.
    pub name: String,
    /// Whether it is a folder itself.
    pub is_folder: bool,
}

/// Why a file or folder could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Nothing has that path.
    #[error("{path} does not exist")]
    Missing {
        /// The path.
        path: String,
    },
    /// It is there, and cannot be read.
    #[error("cannot read {path}: {why}")]
    Refused {
        /// The path.
        path: String,
        /// What the system said.
        why: String,
    },
}
