//! The folder of drop-ins: which files count, and in which order.

use super::files::{Entry, Files, Listing};
use super::paths;

/// A drop-in to read, or what stands in the way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A file, by its path.
    File(String),
    /// A folder that is not there.
    Absent(String),
    /// A folder whose names are not known, and why where that is known.
    Unknown(String, Option<String>),
}

/// How deep folders may nest.
const DEEPEST: usize = 32;

/// The drop-ins below a path, in the order in which they are merged: names sorted by their bytes, folders walked where
/// they stand. Links to folders are not followed, and neither is a link that `--config-dir` names itself.
pub(super) fn walk(path: &str, directory: &str, files: &dyn Files) -> Vec<Found> {
    let mut found = Vec::new();
    let absolute = paths::join(directory, path);
    // A slash behind its name makes the link the folder.
    if !path.ends_with('/') && files.is_link(&absolute) {
        file(path, &mut found);
    } else {
        walk_into(path, directory, files, 0, &mut found);
    }
    found
}

fn walk_into(path: &str, directory: &str, files: &dyn Files, depth: usize, found: &mut Vec<Found>) {
    match files.list(&paths::join(directory, path)) {
        Listing::Entries(mut entries) => {
            entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
            for Entry { name, folder } in entries {
                let inner = paths::join(path, &name);
                if folder && depth < DEEPEST {
                    walk_into(&inner, directory, files, depth + 1, found);
                } else if !folder {
                    file(&inner, found);
                }
            }
        }
        Listing::NoFolder => file(path, found),
        Listing::Absent => found.push(Found::Absent(path.to_owned())),
        Listing::Unreadable(why) => found.push(Found::Unknown(path.to_owned(), Some(why))),
        Listing::Unseen => found.push(Found::Unknown(path.to_owned(), None)),
    }
}

/// Takes a file if its name ends as those of drop-ins do. Hidden ones count, and so does `.conf` alone.
fn file(path: &str, found: &mut Vec<Found>) {
    // Names are told apart by case, as the kubelet does.
    if path.rsplit('.').next() == Some("conf") && path.contains('.') {
        found.push(Found::File(path.to_owned()));
    }
}
