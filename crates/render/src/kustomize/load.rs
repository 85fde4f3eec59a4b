//! Files and folders that kustomizations name.

use std::sync::Arc;

use super::decode::Named;
use super::node::{Kind, Node};
use super::origin::Place;
use super::path::{is_remote, join, within};
use super::read::{Dialect, Inset, documents};
use super::resource::Resource;
use super::sources::Sources;
use crate::error::RenderError;
use crate::files::ReadError;

/// Where a kustomization stands, and which ones led to it.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) folder: String,
    /// The folders that led here, the first one first, without this one.
    pub(super) above: Vec<String>,
    /// Whether files may be read from anywhere.
    pub(super) anywhere: bool,
}

const NOT_FETCHED: &str = "nothing is fetched: keep a copy beside the kustomization and name that";

impl Root {
    /// A folder as messages name it.
    pub(super) fn name(folder: &str) -> &str {
        if folder.is_empty() { "." } else { folder }
    }

    /// The path of a file that an entry names, if it may be read.
    fn allowed(&self, sources: &Sources<'_>, entry: &Named) -> Result<String, RenderError> {
        let path = join(&self.folder, &entry.text);
        if self.anywhere {
            return Ok(path);
        }
        if within(&path, &self.folder) {
            let real = sources.files().real(&path);
            if real == path || within(&real, &sources.files().real(&self.folder)) {
                return Ok(path);
            }
            let folder = Self::name(&self.folder);
            let message = format!("the file {path} is a link to {real}, which is not in or below {folder}");
            return Err(sources.error(entry.place, message, Some("put a copy of the file there")));
        }
        let message = format!("the file {path} is not in or below {}", Self::name(&self.folder));
        let hint = "move it there, or make its folder a kustomization and name that";
        Err(sources.error(entry.place, message, Some(hint)))
    }

    fn refused(sources: &Sources<'_>, entry: &Named, error: &ReadError) -> RenderError {
        let hint = matches!(error, ReadError::Missing { .. }).then_some("correct the path, or add the file");
        sources.error(entry.place, format!("cannot use {}: {error}", entry.text), hint)
    }

    fn remote(sources: &Sources<'_>, entry: &Named) -> RenderError {
        sources.error(entry.place, format!("{} is remote", entry.text), Some(NOT_FETCHED))
    }

    /// The bytes of a file that must be there.
    pub(super) fn bytes(&self, sources: &mut Sources<'_>, entry: &Named) -> Result<Arc<[u8]>, RenderError> {
        if is_remote(&entry.text) {
            return Err(Self::remote(sources, entry));
        }
        let path = self.allowed(sources, entry)?;
        sources.bytes(&path)?.map_err(|error| Self::refused(sources, entry, &error))
    }

    /// The number of a text file that must be there.
    pub(super) fn text(&self, sources: &mut Sources<'_>, entry: &Named) -> Result<u32, RenderError> {
        if is_remote(&entry.text) {
            return Err(Self::remote(sources, entry));
        }
        let path = self.allowed(sources, entry)?;
        sources.text(&path)?.map_err(|error| Self::refused(sources, entry, &error))
    }

    /// What an entry of `resources` is.
    pub(super) fn entry(&self, sources: &mut Sources<'_>, entry: &Named) -> Result<Entry, RenderError> {
        if entry.text.is_empty() {
            return Err(sources.error(entry.place, "an entry is empty", Some("remove it")));
        }
        let path = join(&self.folder, &entry.text);
        // A path that ends in a slash, or leads to a folder above, is no file.
        let error = if entry.text.ends_with('/') || within(&self.folder, &path) {
            None
        } else {
            match sources.text(&path)? {
                Ok(file) => {
                    self.allowed(sources, entry)?;
                    return Ok(Entry::File(file));
                }
                Err(error) => Some(error),
            }
        };
        if is_remote(&entry.text) {
            return Err(Self::remote(sources, entry));
        }
        if sources.files().list(&path).is_err() {
            let error = error.unwrap_or(ReadError::Missing { path });
            return Err(Self::refused(sources, entry, &error));
        }
        self.folder(sources, entry).map(Entry::Folder)
    }

    /// The folder that an entry names, as a place to build.
    pub(super) fn folder(&self, sources: &Sources<'_>, entry: &Named) -> Result<Self, RenderError> {
        if is_remote(&entry.text) {
            return Err(Self::remote(sources, entry));
        }
        if entry.text.starts_with('/') {
            let message = format!("the folder {} is absolute", entry.text);
            return Err(sources.error(entry.place, message, Some("name it relative to the kustomization")));
        }
        let folder = join(&self.folder, &entry.text);
        let mut above = self.above.clone();
        above.push(self.folder.clone());
        let same = above.iter().position(|visited| *visited == folder);
        if let Some(at) = same.or_else(|| above.iter().rposition(|visited| within(visited, &folder))) {
            let circle: Vec<&str> = above
                .iter()
                .skip(at)
                .map(|visited| Self::name(visited))
                .chain([Self::name(&folder)])
                .collect();
            let message = if above.contains(&folder) {
                format!("kustomizations name each other in a circle: {}", circle.join(" -> "))
            } else {
                format!(
                    "the folder {} holds the kustomization that names it: {}",
                    Self::name(&folder),
                    circle.join(" -> ")
                )
            };
            return Err(sources.error(entry.place, message, Some("remove the entry that closes the circle")));
        }
        Ok(Self { folder, above, anywhere: self.anywhere })
    }
}

/// What an entry of `resources` means.
pub(super) enum Entry {
    File(u32),
    Folder(Root),
}

/// The objects of a text: documents with names, lists taken apart.
pub(super) fn objects(sources: &Sources<'_>, inset: &Inset) -> Result<Vec<Resource>, RenderError> {
    let mut queue: std::collections::VecDeque<Node> = documents(sources, inset, Dialect::Resources)?.into();
    let mut found = Vec::new();
    while let Some(node) = queue.pop_front() {
        if node.is_empty() {
            continue;
        }
        check(sources, &node)?;
        let kind = node.get("kind").map_or("", Node::text).to_owned();
        if let Some(items) = node.get("items").filter(|_| kind.ends_with("List")) {
            match &items.kind {
                // The objects of a list come after all other documents.
                Kind::List(items) => {
                    for item in items.iter().filter(|item| !item.is_empty()) {
                        check(sources, item)?;
                        queue.push_back(item.clone());
                    }
                }
                _ if items.is_null() => {}
                _ => {
                    let message = format!("the items of a {kind} must be a list, and are {}", items.shape());
                    return Err(sources.error(items.origin.place, message, None));
                }
            }
            continue;
        }
        found.push(Resource::new(node));
    }
    Ok(found)
}

/// Refuses what is no object: one needs a kind and, unless it is a list, a name.
fn check(sources: &Sources<'_>, node: &Node) -> Result<(), RenderError> {
    let place = node.origin.place;
    let wrong = |place: Place, message: &str, hint: &str| Err(sources.error(place, message, Some(hint)));
    if !matches!(node.kind, Kind::Map(_)) {
        let message = format!("a document is {}, and no Kubernetes object", node.shape());
        return wrong(place, &message, "name only files with objects in `resources`");
    }
    let kind = node.get("kind").map_or("", Node::text);
    if kind.is_empty() {
        return wrong(place, "an object has no kind", "name only files with objects in `resources`");
    }
    let name = node.at(&["metadata", "name"]).map_or("", Node::text);
    if name.is_empty() && !kind.ends_with("List") {
        let message = format!("the {kind} has no metadata.name");
        return wrong(place, &message, "kustomize tells objects apart by their names: give it one");
    }
    Ok(())
}
