//! The disk, as charts and kustomizations see it.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ironsides_render::{Files, Item, ReadError};

/// The largest file that is read for a chart or a kustomization, in bytes.
const LARGEST: u64 = 256 << 20;

/// Reads from the disk. Paths are those of the process: relative ones begin in its working directory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let refused = |why: String| ReadError::Refused { path: path.to_owned(), why };
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::Missing { path: path.to_owned() },
            ErrorKind::PermissionDenied => refused("permission denied".into()),
            _ => refused(error.to_string()),
        };
        let meta = fs::metadata(at(path)).map_err(failed)?;
        if !meta.is_file() {
            // A pipe would hang for ever.
            return Err(refused("it is no file".into()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len().min(LARGEST)).unwrap_or_default());
        let file = fs::File::open(at(path)).map_err(failed)?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > LARGEST {
            return Err(refused(format!("it has more than {} MiB", LARGEST >> 20)));
        }
        Ok(bytes.into())
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::Missing { path: folder.to_owned() },
            ErrorKind::PermissionDenied => {
                ReadError::Refused { path: folder.to_owned(), why: "permission denied".into() }
            }
            _ => ReadError::Refused { path: folder.to_owned(), why: error.to_string() },
        };
        let mut items = Vec::new();
        for entry in fs::read_dir(at(folder)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // Names that are not UTF-8 cannot be asked for.
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            // Links count as what they lead to.
            let is_folder = fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir());
            items.push(Item { name, is_folder });
        }
        items.sort();
        Ok(items)
    }

    fn real(&self, path: &str) -> String {
        let found = fs::canonicalize(at(path)).ok();
        let real = match fs::canonicalize(".") {
            Ok(here) if !path.starts_with('/') => found.map(|found| relative(&found, &here)),
            _ => found,
        };
        real.and_then(|real| real.to_str().map(str::to_owned)).unwrap_or_else(|| path.to_owned())
    }
}

/// A path from a folder, where both are absolute and without links.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let common = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let ups = folder.components().skip(common).map(|_| Component::ParentDir);
    ups.chain(path.components().skip(common)).collect()
}

/// The empty path is the working directory.
fn at(path: &str) -> &Path {
    Path::new(if path.is_empty() { "." } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_told_apart_and_errors_say_why() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("b")).unwrap();
        fs::write(root.path().join("a.yaml"), "x").unwrap();
        let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
        let items = Disk.list(root.path().to_str().unwrap()).unwrap();
        let names: Vec<(&str, bool)> = items.iter().map(|item| (&*item.name, item.is_folder)).collect();
        assert_eq!(names, [("a.yaml", false), ("b", true)]);
        assert_eq!(&*Disk.read(&path("a.yaml")).unwrap(), b"x");
        assert_eq!(Disk.read(&path("c")).unwrap_err(), ReadError::Missing { path: path("c") });
        assert!(Disk.read(&path("b")).unwrap_err().to_string().ends_with("it is no file"));
        assert!(matches!(Disk.list(&path("a.yaml")), Err(ReadError::Missing { .. })));
    }
    #[test]
    fn links_are_followed_in_the_form_that_was_asked_for() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("b.yaml"), "x").unwrap();
        std::os::unix::fs::symlink("../b.yaml", root.join("a/link.yaml")).unwrap();
        let path = |name: &str| root.join(name).to_str().unwrap().to_owned();
        assert_eq!(Disk.real(&path("a/link.yaml")), path("b.yaml"));
        assert_eq!(Disk.real(&path("b.yaml")), path("b.yaml"));
        assert_eq!(Disk.real("nowhere/x"), "nowhere/x");
        assert_eq!(Disk.real(""), "");
        assert_eq!(Disk.real("src/disk.rs"), "src/disk.rs");
        for (path, folder, expected) in
            [("/a/b", "/a", "b"), ("/a/b", "/a/c/d", "../../b"), ("/a", "/a", ""), ("/x", "/a", "../x")]
        {
            assert_eq!(relative(Path::new(path), Path::new(folder)), Path::new(expected), "{path} {folder}");
        }
    }
}
