//! Files for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ironsides_render::kustomize::{Built, Options, build};
use ironsides_render::{Files, Item, ReadError, RenderError};

/// The folder of the recorded kustomizations.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kustomizations")
}

/// Files below a folder of the disk.
pub(crate) struct Disk(pub(crate) PathBuf);

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let missing = |_| ReadError::Missing { path: path.to_owned() };
        std::fs::read(self.0.join(path)).map(Into::into).map_err(missing)
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let missing = |_| ReadError::Missing { path: folder.to_owned() };
        let mut items: Vec<Item> = std::fs::read_dir(self.0.join(folder))
            .map_err(missing)?
            .flatten()
            .map(|entry| Item {
                name: entry.file_name().to_string_lossy().into(),
                is_folder: entry.path().is_dir(),
            })
            .collect();
        items.sort();
        Ok(items)
    }
}

/// Files that are written in a test.
pub(crate) struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    pub(crate) fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect())
    }

    pub(crate) fn with_bytes(mut self, path: &str, bytes: &[u8]) -> Self {
        self.0.insert(path.to_owned(), bytes.to_vec());
        self
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let found = self.0.get(path).map(|bytes| bytes.as_slice().into());
        found.ok_or_else(|| ReadError::Missing { path: path.to_owned() })
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inner = self.0.keys().filter_map(|path| path.strip_prefix(&prefix));
        let items: BTreeSet<Item> = inner
            .map(|path| match path.split_once('/') {
                Some((name, _)) => Item { name: name.to_owned(), is_folder: true },
                None => Item { name: path.to_owned(), is_folder: false },
            })
            .collect();
        if items.is_empty() {
            Err(ReadError::Missing { path: folder.to_owned() })
        } else {
            Ok(items.into_iter().collect())
        }
    }
}

/// Builds files that a test wrote.
pub(crate) fn built(files: &[(&str, &str)], folder: &str) -> Built {
    built_in(&Memory::new(files.iter().copied()), folder).unwrap_or_else(|error| panic!("{}", said(&error)))
}

pub(crate) fn built_in(files: &dyn Files, folder: &str) -> Result<Built, RenderError> {
    build(files, folder, &Options::default())
}

/// An error in one line.
pub(crate) fn said(error: &RenderError) -> String {
    match error {
        RenderError::At { path, line, column, message, hint } => {
            let place = match (line, column) {
                (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
                _ => path.clone(),
            };
            let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{place}: {message}{hint}")
        }
        other => other.to_string(),
    }
}
