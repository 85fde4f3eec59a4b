//! Which files to read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::error::FileError;
use crate::read::STDIN;

/// The file, in any directory, whose patterns (in the syntax of `.gitignore`) leave files out.
const IGNORE_FILE: &str = ".ironsidesignore";

/// The names of a kustomization, as kubectl knows them.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files to read, sorted by path, each once. Standard input is `-`.
    pub files: Vec<PathBuf>,
    /// Charts and kustomizations that were met: what they make is not among the files.
    pub unrendered: Vec<Unrendered>,
    /// What could not be looked at.
    pub errors: Vec<FileError>,
}

/// A folder from which manifests are made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unrendered {
    /// A Helm chart, by the folder that holds its `Chart.yaml`. Its templates are not read: they are no YAML before they
    /// are rendered.
    Chart(PathBuf),
    /// A kustomization, by its folder. Its files are read as they are.
    Kustomization(PathBuf),
}

/// Walks the paths a user named. A file that is named is taken whatever it is called; in folders `.yaml`, `.yml` and
/// `.json` files count, hidden ones do not, and with `ignore` neither do those that an `.ironsidesignore` or, within a git
/// checkout, a `.gitignore` names. Links are followed.
pub fn walk(paths: &[PathBuf], ignore: bool) -> Found {
    let mut found = Found::default();
    let (mut files, mut unrendered) = (BTreeSet::new(), BTreeSet::new());
    for path in paths {
        if path.is_dir() || !path.exists() && path != Path::new(STDIN) {
            walk_folder(path, ignore, &mut files, &mut unrendered, &mut found.errors);
        } else {
            // Pipes and devices are read like files: whoever names one wants it.
            files.insert(plain(path));
        }
    }
    found.files = files.into_iter().collect();
    found.unrendered = unrendered.into_iter().collect();
    found
}

fn walk_folder(
    folder: &Path,
    ignore: bool,
    files: &mut BTreeSet<PathBuf>,
    unrendered: &mut BTreeSet<Unrendered>,
    errors: &mut Vec<FileError>,
) {
    let mut builder = WalkBuilder::new(folder);
    builder
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .parents(ignore)
        .git_ignore(ignore)
        .git_exclude(ignore)
        .filter_entry(|entry| !is_template_folder(entry));
    if ignore {
        builder.add_custom_ignore_filename(IGNORE_FILE);
    }
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                    if entry.path().join("Chart.yaml").is_file() {
                        unrendered.insert(Unrendered::Chart(plain(entry.path())));
                    }
                    if KUSTOMIZATIONS.iter().any(|name| entry.path().join(name).is_file()) {
                        unrendered.insert(Unrendered::Kustomization(plain(entry.path())));
                    }
                } else if is_document(entry.path()) && entry.path().is_file() {
                    // A pipe in a folder would hang for ever; only a pipe that is named is read.
                    if let Some(error) = entry.error() {
                        errors.push(FileError::Ignore(error.to_string()));
                    }
                    files.insert(plain(entry.path()));
                }
            }
            Err(error) => errors.push(walk_error(folder, error)),
        }
    }
}

/// A path without the `./` that walking the current folder puts in front.
fn plain(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

fn walk_error(folder: &Path, error: ignore::Error) -> FileError {
    fn path_of(error: &ignore::Error) -> Option<PathBuf> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path.clone()),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
            ignore::Error::Loop { child, .. } => Some(child.clone()),
            _ => None,
        }
    }
    let path = path_of(&error).unwrap_or_else(|| folder.to_owned());
    if error.is_io() {
        let text = error.to_string();
        return FileError::io(path, error.into_io_error().unwrap_or_else(|| std::io::Error::other(text)));
    }
    FileError::Io { path, source: std::io::Error::other(error.to_string()) }
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The `templates` folder of a Helm chart.
fn is_template_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
        && entry.file_name() == "templates"
        && entry.path().parent().is_some_and(|parent| parent.join("Chart.yaml").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_are_walked_in_order_and_charts_are_told() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for path in [
            "b.yml",
            "a.yaml",
            "c.JSON",
            "readme.md",
            ".hidden.yaml",
            "left/out.yaml",
            "chart/Chart.yaml",
            "chart/templates/x.yaml",
            "kust/kustomization.yaml",
        ] {
            put(path);
        }
        fs::write(root.path().join(IGNORE_FILE), "left/\n").unwrap();
        let found = walk(&[root.path().to_owned(), root.path().join("a.yaml")], true);
        let names: Vec<_> = found
            .files
            .iter()
            .map(|path| path.strip_prefix(root.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a.yaml", "b.yml", "c.JSON", "chart/Chart.yaml", "kust/kustomization.yaml"]);
        assert_eq!(
            found.unrendered,
            [
                Unrendered::Chart(root.path().join("chart")),
                Unrendered::Kustomization(root.path().join("kust"))
            ]
        );
        assert!(found.errors.is_empty(), "{:?}", found.errors);
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error() {
        let found = walk(&[PathBuf::from("/no/such/place")], true);
        assert_eq!(found.errors.len(), 1);
        assert_eq!(found.errors[0].to_string(), "/no/such/place: no such file or directory; check the path");
    }

    #[test]
    fn link_loops_are_told_and_ended() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("a/up")).unwrap();
        assert_eq!(walk(&[root.path().to_owned()], true).errors.len(), 1);
    }

    #[test]
    fn a_pipe_in_a_folder_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        // A socket is as little a file as a pipe, and can be made without leaving the standard library.
        let _socket = std::os::unix::net::UnixListener::bind(root.path().join("a.yaml")).unwrap();
        assert!(walk(&[root.path().to_owned()], true).files.is_empty());
    }
}
