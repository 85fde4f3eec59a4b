//! Where charts and kustomizations get their files from.

use std::borrow::Cow;
use std::sync::Arc;

/// A tree of files, as charts and kustomizations see it. Paths use `/`, have no `.` or `..` left in them, and are
/// relative to where the tree begins or absolute, as the caller likes.
pub trait Files {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError>;

    /// What stands in a folder, sorted by name.
    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError>;

    /// Where a file or folder really is, once links are followed: relative where `path` is relative, absolute where it
    /// is absolute. The path itself where nothing is there, or where there are no links.
    fn real(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The name alone.
    pub name: String,
    /// Whether it is a folder itself.
    pub is_folder: bool,
}

/// A path as messages show it: a very long one without its middle.
fn short(path: &str) -> Cow<'_, str> {
    const ENDS: usize = 60;
    let count = path.chars().count();
    if count <= 3 * ENDS {
        return path.into();
    }
    let start: String = path.chars().take(ENDS).collect();
    let end: String = path.chars().skip(count - ENDS).collect();
    format!("{start}…{end}").into()
}

/// Why a file or folder could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Nothing has that path.
    #[error("{} does not exist", short(path))]
    Missing {
        /// The path.
        path: String,
    },
    /// It is there, and cannot be read.
    #[error("cannot read {}: {why}", short(path))]
    Refused {
        /// The path.
        path: String,
        /// What the system said.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_lose_their_middle() {
        let path = format!("chart{}", "/loop".repeat(40));
        let told = ReadError::Missing { path }.to_string();
        assert!(told.starts_with("chart/loop/loop") && told.ends_with("/loop/loop does not exist"), "{told}");
        assert!(told.contains('…') && told.chars().count() < 140, "{told}");
        let path = "a/b/".repeat(30);
        assert_eq!(ReadError::Missing { path: path.clone() }.to_string(), format!("{path} does not exist"));
    }
}
