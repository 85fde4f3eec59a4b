//! Files as they are on the disk, whatever links lead to them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::gather::{Key, Wish};

/// Which of the names of files stand for the same file, and which files nobody named.
#[derive(Default)]
pub(crate) struct Real {
    /// Further names of files, and the name under which each is edited.
    again: BTreeMap<PathBuf, PathBuf>,
    /// Names of files that are neither named on the command line nor in a folder that is, and where they really are.
    outside: BTreeMap<PathBuf, PathBuf>,
}

impl Real {
    /// Looks at all files of a run whose arguments name some of them, or folders that they are in.
    pub(crate) fn of(files: &[PathBuf], named: &[PathBuf]) -> Self {
        let named: Vec<PathBuf> = named.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let on_disk = files.iter().filter(|path| path.as_os_str() != ironsides_files::STDIN);
        let mut all: Vec<(bool, &PathBuf, PathBuf)> = on_disk
            .filter_map(|path| {
                let real = path.canonicalize().ok()?;
                // Of several names that without a link on its way is the one to edit and to speak of.
                Some((std::path::absolute(path).ok().is_none_or(|path| path != real), path, real))
            })
            .collect();
        all.sort();
        let mut first: BTreeMap<Identity, &PathBuf> = BTreeMap::new();
        let mut files = Self::default();
        for (_, path, real) in all {
            let inside = named.iter().any(|named| real.starts_with(named));
            if !inside {
                files.outside.insert(path.clone(), real.clone());
            }
            match first.get(&identity(&real)) {
                Some(first) => _ = files.again.insert(path.clone(), (*first).clone()),
                None => _ = first.insert(identity(&real), path),
            }
        }
        files
    }

    /// Whether a file is there under another name that is edited in its stead.
    pub(crate) fn is_again(&self, path: &Path) -> bool {
        self.again.contains_key(path)
    }

    /// All the names of a file, given the one under which it is edited.
    pub(crate) fn names(&self, path: &str) -> BTreeSet<PathBuf> {
        let path = PathBuf::from(path);
        let others = self.again.iter().filter(|(_, first)| **first == path).map(|(again, _)| again.clone());
        let mut names: BTreeSet<PathBuf> = others.collect();
        names.insert(path);
        names
    }

    /// Whether a file is a link to one that nobody named.
    pub(crate) fn is_outside(&self, path: &str) -> bool {
        self.outside.contains_key(Path::new(path))
    }

    /// What is said of such a file.
    pub(crate) fn outside(&self, path: &str) -> String {
        let real =
            self.outside.get(Path::new(path)).map(|real| real.display().to_string()).unwrap_or_default();
        format!("{path}: it leads to {real}, outside of what is to be scanned; name that file to fix it")
    }

    /// Counts what somebody answers for under one name of a file as answered for under the name that is edited.
    pub(crate) fn share_waivers(&self, wishes: &mut BTreeMap<Key, Wish>) {
        let waived = wishes.iter().filter(|(_, wish)| wish.waived);
        let shared = waived.filter_map(|((path, check, target, message), _)| {
            let first = self.again.get(Path::new(&**path))?.to_string_lossy();
            Some((first.into(), *check, target.clone(), message.clone()))
        });
        let shared: Vec<Key> = shared.collect();
        for key in shared {
            if let Some(wish) = wishes.get_mut(&key) {
                wish.waived = true;
            }
        }
    }
}

/// By what a file is told from all others.
type Identity = (u64, u64, Option<PathBuf>);

/// The device and the number of a file on it; where there are none, its real path.
#[cfg(unix)]
fn identity(real: &Path) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    match real.metadata() {
        Ok(meta) => (meta.dev(), meta.ino(), None),
        Err(_) => (0, 0, Some(real.to_owned())),
    }
}

/// The real path of a file.
#[cfg(not(unix))]
fn identity(real: &Path) -> Identity {
    (0, 0, Some(real.to_owned()))
}

/// Whether a file has more than one name without any of them being a symbolic link.
#[cfg(unix)]
pub(crate) fn has_hard_links(meta: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    meta.nlink() > 1
}

/// Whether a file has more than one name. Nothing tells here.
#[cfg(not(unix))]
pub(crate) fn has_hard_links(_: &Metadata) -> bool {
    false
}
