//! The objects of a build, in the order they were met.

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::id::Id;
use super::resource::{Behavior, Resource};
use super::sources::Sources;
use crate::error::RenderError;
use crate::kustomize::node::{Kind, Node};
use crate::kustomize::origin::Place;

/// Objects, no two of the same name.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    pub(super) resources: Vec<Resource>,
}

impl Set {
    /// Adds an object, which must not be there yet.
    pub(super) fn append(&mut self, sources: &Sources<'_>, resource: Resource) -> Result<(), RenderError> {
        let id = resource.id();
        let there = self.resources.iter().find(|there| there.name() == id.name && there.id().same(&id));
        Self::once(sources, there, &resource, &id)?;
        self.resources.push(resource);
        Ok(())
    }

    /// Refuses an object of which another is `there` already.
    fn once(
        sources: &Sources<'_>,
        there: Option<&Resource>,
        resource: &Resource,
        id: &Id,
    ) -> Result<(), RenderError> {
        if let Some(there) = there {
            let place = there.node.origin.place;
            let path = sources.path_of(place.file);
            let line = sources.line(place).unwrap_or_default();
            let message = format!("{id} is there twice; it stands in {path} line {line} already");
            let hint = "name it once; to change an object of a base, use a patch";
            return Err(sources.error(resource.node.origin.place, message, Some(hint)));
        }
        Ok(())
    }

    /// Adds many objects, none of which may be there yet.
    pub(super) fn append_all(
        &mut self,
        sources: &Sources<'_>,
        others: impl IntoIterator<Item = Resource>,
    ) -> Result<(), RenderError> {
        let mut named: FxHashMap<(Text, Text), Vec<usize>> = FxHashMap::default();
        for (at, there) in self.resources.iter().enumerate() {
            named.entry((there.kind().into(), there.name().into())).or_default().push(at);
        }
        for resource in others {
            let id = resource.id();
            let alike = named.entry((id.gvk.kind.clone(), id.name.clone())).or_default();
            let mut there = alike.iter().filter_map(|at| self.resources.get(*at));
            Self::once(sources, there.find(|there| there.id().same(&id)), &resource, &id)?;
            alike.push(self.resources.len());
            self.resources.push(resource);
        }
        Ok(())
    }

    /// The places of the objects that are or were called so.
    pub(super) fn find(&self, mut matches: impl FnMut(&Id) -> bool) -> Vec<usize> {
        let all = self.resources.iter().enumerate().filter(|(_, resource)| !resource.is_empty());
        all.filter(|(_, resource)| resource.any_id(&mut matches)).map(|(at, _)| at).collect()
    }

    /// Takes what a generator made: adds it, or replaces or merges what is there.
    pub(super) fn absorb(
        &mut self,
        sources: &Sources<'_>,
        mut made: Resource,
        entry: Place,
    ) -> Result<(), RenderError> {
        let id = made.id();
        let found = self.find(|other| other.same(&id));
        match (found.as_slice(), made.behavior) {
            ([], Behavior::Merge | Behavior::Replace) => {
                let message = format!("cannot merge into or replace {id}: nothing before this makes it");
                Err(sources.error(
                    entry,
                    message,
                    Some("use `behavior: create`, or name an object of a base"),
                ))
            }
            ([], _) => self.append(sources, made),
            (&[at], Behavior::Merge | Behavior::Replace) => {
                let Some(old) = self.resources.get_mut(at) else { return Ok(()) };
                if made.behavior == Behavior::Merge {
                    merge_data(old, &mut made);
                }
                take_names(old, &mut made);
                *old = made;
                Ok(())
            }
            ([_], _) => {
                let message =
                    format!("{id} is there already, and the generator does not say what to do with it");
                Err(sources.error(entry, message, Some("set `behavior: merge` or `behavior: replace`")))
            }
            _ => {
                let message = format!("{id} could be any of {} objects", found.len());
                Err(sources.error(entry, message, Some("set `namespace` in the generator")))
            }
        }
    }

    /// Drops what was deleted.
    pub(super) fn drop_empties(&mut self) {
        self.resources.retain(|resource| !resource.is_empty());
    }
}

/// The name, labels and annotations of the object that is replaced stay, the new labels and annotations win.
fn take_names(old: &Resource, made: &mut Resource) {
    let origin = made.node.origin.clone();
    for field in ["labels", "annotations"] {
        let Some(map) = old.node.at(&["metadata", field]) else { continue };
        let missing: Vec<_> = map
            .fields()
            .iter()
            .filter(|entry| made.node.at(&["metadata", field, &entry.key]).is_none())
            .cloned()
            .collect();
        if missing.is_empty() {
            continue;
        }
        let own = made.node.map_at("metadata", &origin).and_then(|metadata| metadata.map_at(field, &origin));
        if let Some(fields) = own.and_then(Node::fields_mut) {
            fields.extend(missing);
        }
        made.settle(field);
    }
    for field in ["name", "namespace"] {
        let value = old.node.at(&["metadata", field]).filter(|value| !value.is_empty()).cloned();
        if let Some(metadata) = made.node.map_at("metadata", &origin) {
            match value {
                Some(value) => metadata.set(field, value),
                None => drop(metadata.remove(field)),
            }
        }
    }
    made.previous.clone_from(&old.previous);
    made.prefixes.clone_from(&old.prefixes);
    made.suffixes.clone_from(&old.suffixes);
    made.needs_hash &= old.needs_hash;
    made.behavior = old.behavior;
    made.from_chart = old.from_chart;
    made.vars.clone_from(&old.vars);
}

/// The entries of the object that is merged into stay where the new one has none of that name.
fn merge_data(old: &Resource, made: &mut Resource) {
    let origin = made.node.origin.clone();
    for field in ["data", "binaryData"] {
        let mut kept = old.node.get(field).map(Node::fields).unwrap_or_default().to_vec();
        let new = made.node.remove(field);
        for entry in new.as_ref().map(Node::fields).unwrap_or_default() {
            match kept.iter_mut().find(|other| other.key == entry.key) {
                Some(other) => *other = entry.clone(),
                None => kept.push(entry.clone()),
            }
        }
        if kept.is_empty() {
            continue;
        }
        for entry in &mut kept {
            let text: Text = entry.value.text().into();
            entry.value.kind = Kind::Scalar(super::scalar::Scalar::string(text));
        }
        let node =
            Node { kind: Kind::Map(kept), origin: new.map_or_else(|| origin.clone(), |new| new.origin) };
        made.node.set(field, node);
    }
}
