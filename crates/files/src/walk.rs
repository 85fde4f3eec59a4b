//! Which files to read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::gitignore::GitignoreBuilder;
use ignore::{DirEntry, WalkBuilder};

use crate::error::FileError;
use crate::read::STDIN;

/// The file, in any directory, whose patterns (in the syntax of `.gitignore`) leave files out.
const IGNORE_FILE: &str = ".ironsidesignore";

/// The file that makes a folder a chart.
const CHART: &str = "Chart.yaml";

/// The names of a kustomization, as kubectl knows them.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files to read, sorted by path, each once. Standard input is `-`. The templates, values and sub-charts of a
    /// chart are not among them; the files of a kustomization are.
    pub files: Vec<PathBuf>,
    /// Helm charts, by the folder that holds their `Chart.yaml`, or by their archive where one was named. Sorted.
    pub charts: Vec<PathBuf>,
    /// Kustomizations, by their folders. Sorted.
    pub kustomizations: Vec<PathBuf>,
    /// What could not be looked at.
    pub errors: Vec<FileError>,
}

impl Found {
    /// Takes out what these patterns (in the syntax of `.gitignore`, from a folder) leave out. What was named itself
    /// stays.
    pub fn exclude(&mut self, base: &Path, patterns: &[String], named: &[PathBuf]) -> Result<(), FileError> {
        if patterns.is_empty() {
            return Ok(());
        }
        let wrong = |error: ignore::Error| FileError::Ignore(error.to_string());
        let mut builder = GitignoreBuilder::new(base);
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(wrong)?;
        }
        let ignore = builder.build().map_err(wrong)?;
        let is_out = |path: &Path, is_dir: bool| {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            whole.starts_with(base)
                && !named.iter().any(|named| plain(named) == path)
                && ignore.matched_path_or_any_parents(&whole, is_dir).is_ignore()
        };
        self.files.retain(|path| !is_out(path, false));
        self.charts.retain(|path| !is_out(path, path.is_dir()));
        self.kustomizations.retain(|path| !is_out(path, true));
        Ok(())
    }
}

/// Places by what they are, each once.
#[derive(Default)]
struct Places {
    files: BTreeSet<PathBuf>,
    charts: BTreeSet<PathBuf>,
    kustomizations: BTreeSet<PathBuf>,
}

/// Walks the paths a user named. A file that is named is taken whatever it is called, and a chart's archive (`.tgz`) as
/// the chart; in folders `.yaml`, `.yml` and `.json` files count, hidden ones do not, and with `ignore` neither do those
/// that an `.ironsidesignore` or, within a git checkout, a `.gitignore` names. Links are followed.
pub fn walk(paths: &[PathBuf], ignore: bool) -> Found {
    let mut errors = Vec::new();
    let mut places = Places::default();
    for path in paths {
        if path.is_dir() || !path.exists() && path != Path::new(STDIN) {
            walk_folder(path, ignore, &mut places, &mut errors);
        } else if is_archive(path) {
            places.charts.insert(plain(path));
        } else if let (true, Some(folder)) = (is_kustomization(path), path.parent()) {
            places.kustomizations.insert(plain(folder));
        } else {
            // Pipes and devices are read like files: whoever names one wants it.
            places.files.insert(plain(path));
        }
    }
    Found {
        files: places.files.into_iter().collect(),
        charts: places.charts.into_iter().collect(),
        kustomizations: places.kustomizations.into_iter().collect(),
        errors,
    }
}

fn walk_folder(folder: &Path, ignore: bool, places: &mut Places, errors: &mut Vec<FileError>) {
    let mut builder = WalkBuilder::new(folder);
    builder
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .parents(ignore)
        .git_ignore(ignore)
        .git_exclude(ignore)
        .filter_entry(|entry| !is_part_of_chart(entry));
    if ignore {
        builder.add_custom_ignore_filename(IGNORE_FILE);
    }
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                    if path.join(CHART).is_file() {
                        places.charts.insert(plain(path));
                    }
                    if KUSTOMIZATIONS.iter().any(|name| path.join(name).is_file()) {
                        places.kustomizations.insert(plain(path));
                    }
                } else if is_document(path) && path.is_file() {
                    // A pipe in a folder would hang for ever; only a pipe that is named is read.
                    if let Some(error) = entry.error() {
                        errors.push(FileError::Ignore(error.to_string()));
                    }
                    places.files.insert(plain(path));
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

fn is_archive(path: &Path) -> bool {
    let ends_with =
        |path: &Path, ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    ends_with(path, "tgz")
        || ends_with(path, "gz") && ends_with(Path::new(path.file_stem().unwrap_or_default()), "tar")
}

fn is_kustomization(path: &Path) -> bool {
    path.file_name().is_some_and(|name| KUSTOMIZATIONS.iter().any(|known| name == *known))
}

/// What a chart is made of: it comes out of the chart when that is rendered, and is no manifest before.
fn is_part_of_chart(entry: &DirEntry) -> bool {
    if !entry.path().parent().is_some_and(|folder| folder.join(CHART).is_file()) {
        return false;
    }
    let name = entry.file_name().to_str().unwrap_or_default();
    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
        // A folder of manifests may be called `charts`; beside a Chart.yaml it holds the sub-charts.
        ["templates", "charts", "crds"].contains(&name)
    } else {
        let parts = ["Chart.yaml", "Chart.lock", "requirements.yaml", "values.yaml", "values.yml"];
        parts.contains(&name) || name == "values.schema.json"
    }
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
            "chart/values.yaml",
            "chart/templates/x.yaml",
            "chart/charts/sub/Chart.yaml",
            "chart/crds/x.yaml",
            "chart/ci/x.yaml",
            "a.tgz",
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
        assert_eq!(names, ["a.yaml", "b.yml", "c.JSON", "chart/ci/x.yaml", "kust/kustomization.yaml"]);
        assert_eq!(found.charts, [root.path().join("chart")]);
        assert_eq!(found.kustomizations, [root.path().join("kust")]);
        let named = walk(&[root.path().join("kust/kustomization.yaml"), root.path().join("a.tgz")], true);
        assert_eq!(named.kustomizations, [root.path().join("kust")]);
        assert_eq!((named.charts, named.files), (vec![root.path().join("a.tgz")], Vec::new()));
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
