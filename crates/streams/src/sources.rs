//! Which files a log is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ironsides_files::{FileError, STDIN};

use crate::error::StreamError;
use crate::names::LogName;

/// What was found at the paths that a user named.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The files in the order in which they are read, each once. Standard input is `-`.
    pub(crate) files: Vec<PathBuf>,
    /// Files in folders that are not read.
    pub(crate) passed_over: Vec<PathBuf>,
    /// Folders in folders that could not be looked into.
    pub(crate) errors: Vec<FileError>,
    /// How many bytes they have on disk; `None` where one has no size.
    pub(crate) stored: Option<u64>,
}

/// Finds the files. What is named is read whatever it is called; of folders, and the folders in them, what is called like
/// a log. The files of one log, which lie in one folder, are sorted by their age. With `follow` what is missing may be made
/// later.
pub(crate) fn find(paths: &[PathBuf], follow: bool) -> Result<Sources, StreamError> {
    let mut sources = Sources { stored: Some(0), ..Sources::default() };
    let mut named = Vec::new();
    for path in paths {
        if path == Path::new(STDIN) {
            named.push(path.clone());
            continue;
        }
        let meta = match fs::metadata(path) {
            Err(error) if follow && error.kind() == ErrorKind::NotFound => {
                named.push(path.clone());
                continue;
            }
            meta => meta.map_err(|error| FileError::io(path.clone(), error))?,
        };
        if !meta.is_dir() {
            named.push(path.clone());
            continue;
        }
        let before = named.len();
        folder(path, &mut named, &mut sources)?;
        if named.len() == before && !follow {
            return Err(StreamError::NoLogs { path: path.clone() });
        }
    }
    let mut seen = BTreeSet::new();
    for path in in_order(named) {
        match fs::metadata(&path) {
            _ if path == Path::new(STDIN) => {
                if sources.files.contains(&path) {
                    continue;
                }
                sources.stored = None;
            }
            Ok(meta) if !seen.insert((meta.dev(), meta.ino())) => continue,
            Ok(meta) if meta.is_file() => {
                sources.stored = sources.stored.map(|stored| stored + meta.len());
            }
            _ => sources.stored = None,
        }
        sources.files.push(path);
    }
    Ok(sources)
}

/// Sorts the files of each log by age. Logs stay in the order of their first files.
fn in_order(named: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut logs: Vec<Vec<(LogName, PathBuf)>> = Vec::new();
    let mut known: BTreeMap<(PathBuf, String), usize> = BTreeMap::new();
    for path in named {
        let name = log_name(&path);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let at = *known.entry((folder, name.stem.clone())).or_insert(logs.len());
        if at == logs.len() {
            logs.push(Vec::new());
        }
        if let Some(log) = logs.get_mut(at) {
            log.push((name, path));
        }
    }
    for log in &mut logs {
        log.sort_by(|(one, _), (other, _)| one.age.cmp(&other.age));
    }
    logs.into_iter().flatten().map(|(_, path)| path).collect()
}

pub(crate) fn log_name(path: &Path) -> LogName {
    LogName::of(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// Finds the logs in a folder and below, in the order of their names.
fn folder(path: &Path, files: &mut Vec<PathBuf>, sources: &mut Sources) -> Result<(), FileError> {
    let failed = |error| FileError::io(path.to_owned(), error);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        names.insert(entry.map_err(failed)?.path());
    }
    for path in &names {
        // What vanished meanwhile was rotated away.
        let Ok(meta) = fs::metadata(path) else { continue };
        if meta.is_dir() {
            let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
            // A link may lead back up.
            if is_link {
                sources.passed_over.push(path.clone());
            } else if let Err(error) = folder(path, files, sources) {
                sources.errors.push(error);
            }
            continue;
        }
        let name = log_name(path);
        let is_twice = || {
            let bare = path.with_extension("");
            name.is_packed && names.contains(&bare) && bare.is_file()
        };
        // While a rotated file is packed it lies beside what it is packed into.
        if meta.is_file() && name.is_log() && !is_twice() {
            files.push(path.clone());
        } else {
            sources.passed_over.push(path.clone());
        }
    }
    Ok(())
}
