//! Kubeconfig files, merged as kubectl merges them.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use ironsides_tree::Node;

use crate::connect::Connect;
use crate::environment::Environment;
use crate::error::ClusterError;

/// Several kubeconfig files as one. Of entries with the same name the first counts, whole; so does the first current
/// context.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kubeconfig {
    /// The files that were looked at, there or not.
    pub(crate) looked: Vec<PathBuf>,
    /// The context that is meant where none is named.
    pub(crate) current: Option<String>,
    pub(crate) clusters: BTreeMap<String, Entry>,
    pub(crate) users: BTreeMap<String, Entry>,
    pub(crate) contexts: BTreeMap<String, Entry>,
}

/// An entry, and the file it stands in: relative paths are meant from there.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What it says.
    pub(crate) root: Node,
    /// Its file.
    pub(crate) file: PathBuf,
}

impl Entry {
    /// The text of a field; nothing where it is empty.
    pub(crate) fn text(&self, keys: &[&str]) -> Result<Option<String>, ClusterError> {
        match self.root.at(keys) {
            Some(node) if !node.is_null() => match node.as_str() {
                Some(text) => Ok(Some(text.to_owned()).filter(|text| !text.is_empty())),
                None => Err(self.wrong(keys, node, "string")),
            },
            _ => Ok(None),
        }
    }

    /// A field that is on or off.
    pub(crate) fn flag(&self, keys: &[&str]) -> Result<Option<bool>, ClusterError> {
        match self.root.at(keys) {
            Some(node) if !node.is_null() => {
                node.as_bool().map(Some).ok_or_else(|| self.wrong(keys, node, "boolean"))
            }
            _ => Ok(None),
        }
    }

    /// The texts of a field.
    pub(crate) fn texts(&self, keys: &[&str]) -> Result<Vec<String>, ClusterError> {
        let Some(node) = self.root.at(keys).filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        let items = node.as_list().ok_or_else(|| self.wrong(keys, node, "list of strings"))?;
        let text = |item: &Node| item.as_str().map(str::to_owned);
        items.iter().map(|item| text(item).ok_or_else(|| self.wrong(keys, item, "string"))).collect()
    }

    /// A path, as it is meant.
    pub(crate) fn path(&self, keys: &[&str]) -> Result<Option<PathBuf>, ClusterError> {
        Ok(self.text(keys)?.map(|path| self.folder().join(path)))
    }

    /// The folder of the file.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    fn wrong(&self, keys: &[&str], node: &Node, expected: &str) -> ClusterError {
        let what = format!("{} must be a {expected}, not {}", keys.join("."), node.shape());
        ClusterError::Kubeconfig { file: self.file.clone(), what }
    }
}

impl Kubeconfig {
    /// Reads the files that kubectl would read. Those of `$KUBECONFIG` need not be there; those that were named must.
    pub(crate) fn read(connect: &Connect, environment: &Environment) -> Result<Self, ClusterError> {
        let named = !connect.kubeconfig.is_empty();
        let looked: Vec<PathBuf> = if named {
            connect.kubeconfig.clone()
        } else if let Some(list) = &environment.kubeconfig {
            std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect()
        } else {
            environment.home.iter().map(|home| home.join(".kube").join("config")).collect()
        };
        let mut merged = Self::default();
        let mut read = HashSet::new();
        for file in &looked {
            if !read.insert(file) {
                continue;
            }
            let text = match std::fs::read(file) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => continue,
                Err(error) => {
                    return Err(ClusterError::Kubeconfig { file: file.clone(), what: error.to_string() });
                }
            };
            merged.add(file, &text)?;
        }
        Ok(Self { looked, ..merged })
    }

    /// Whether nothing is said at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.current.is_none()
            && self.clusters.is_empty()
            && self.users.is_empty()
            && self.contexts.is_empty()
    }

    fn add(&mut self, file: &Path, bytes: &[u8]) -> Result<(), ClusterError> {
        let fault = |what: String| ClusterError::Kubeconfig { file: file.to_owned(), what };
        let text = std::str::from_utf8(bytes).map_err(|_| fault("it is no UTF-8 text".into()))?;
        let root = ironsides_tree::parse_one(text).map_err(|error| {
            let position = error.position(text);
            fault(format!("line {}, column {}: {error}", position.line, position.column))
        })?;
        if root.is_null() {
            return Ok(());
        }
        if root.as_map().is_none() {
            return Err(fault(format!("it must be a map, not {}", root.shape())));
        }
        for (key, expected) in [("kind", "Config"), ("apiVersion", "v1")] {
            if let Some(found) = root.get(key).and_then(Node::as_str).filter(|found| *found != expected) {
                return Err(fault(format!(
                    "its {key} is {found:?}, and that of a kubeconfig is {expected:?}"
                )));
            }
        }
        if self.current.is_none() {
            let current = root.get("current-context").and_then(Node::as_str).map(str::to_owned);
            self.current = current.filter(|name| !name.is_empty());
        }
        for (list, field, entries) in [
            ("clusters", "cluster", &mut self.clusters),
            ("users", "user", &mut self.users),
            ("contexts", "context", &mut self.contexts),
        ] {
            let mut names = HashSet::new();
            for item in root.get(list).map(Node::items).unwrap_or_default() {
                let Some(name) = item.get("name").and_then(Node::as_str) else {
                    return Err(fault(format!("an entry of {list} has no name")));
                };
                if !names.insert(name) {
                    return Err(fault(format!("{list} has two entries named {name:?}")));
                }
                let root = item.get(field).cloned().unwrap_or(Node::NULL);
                let entry = Entry { root, file: file.to_owned() };
                entries.entry(name.to_owned()).or_insert(entry);
            }
        }
        Ok(())
    }
}
