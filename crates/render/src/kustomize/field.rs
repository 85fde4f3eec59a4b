//! Field specs: which fields of which kinds a transformer writes.

use ironsides_tree::Text;

use super::id::{Gvk, split_version};
use super::node::{Field, Kind, Node};
use super::origin::Origin;
use super::scalar::{Scalar, Tag};

/// Fields of objects of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldSpec {
    pub(super) gvk: Gvk,
    /// Names with `/` between them; `\/` stands for a slash in a name, `[]` behind a name for a list.
    pub(super) path: Text,
    pub(super) create: bool,
}

/// What stands at the end of a path that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Make {
    Nothing,
    Map,
    Scalar(Tag),
}

/// Why a path cannot be followed.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) place: super::origin::Place,
}

impl FieldSpec {
    pub(super) fn new(kind: &str, group: &str, version: &str, path: &str, create: bool) -> Self {
        Self { gvk: Gvk::new(group, version, kind), path: path.into(), create }
    }

    pub(super) fn applies(&self, node: &Node) -> bool {
        let (group, version) = split_version(node.get("apiVersion").map_or("", Node::text));
        self.gvk.selects(group, version, node.get("kind").map_or("", Node::text))
    }

    /// Calls `set` for each value that the path leads to, which is made where it may be.
    pub(super) fn each(
        &self,
        node: &mut Node,
        make: Make,
        origin: &Origin,
        set: &mut dyn FnMut(&mut Node) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        if !self.applies(node) {
            return Ok(());
        }
        self.follow(node, make, origin, set)
    }

    /// The same for an object whose kind is known to fit.
    pub(super) fn follow(
        &self,
        node: &mut Node,
        make: Make,
        origin: &Origin,
        set: &mut dyn FnMut(&mut Node) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        let path = split(&self.path, '/');
        let make = if self.create { make } else { Make::Nothing };
        let walk = Walk { make, origin, path: &self.path };
        walk.walk(node, &path, set)
    }
}

struct Walk<'a> {
    make: Make,
    origin: &'a Origin,
    path: &'a str,
}

impl Walk<'_> {
    fn walk(
        &self,
        node: &mut Node,
        path: &[String],
        set: &mut dyn FnMut(&mut Node) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        let Some((name, rest)) = path.split_first() else { return set(node) };
        if node.is_null() {
            return Ok(());
        }
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().try_for_each(|item| self.walk(item, path, set)),
            Kind::Map(fields) => {
                let (name, list) = match name.strip_suffix("[]") {
                    Some(name) => (name, true),
                    None => (name.as_str(), false),
                };
                let make = if list { Make::Nothing } else { self.make };
                let kind = match make {
                    _ if list => None,
                    Make::Nothing => None,
                    _ if !rest.is_empty() => Some(Kind::Map(Vec::new())),
                    Make::Map => Some(Kind::Map(Vec::new())),
                    Make::Scalar(tag) => {
                        Some(Kind::Scalar(Scalar { text: "".into(), tag: Some(tag), quoted: false }))
                    }
                };
                let at = if let Some(at) = fields.iter().position(|field| field.key == name) {
                    at
                } else {
                    let Some(kind) = &kind else { return Ok(()) };
                    fields.push(Field::added(name, Node { kind: kind.clone(), origin: self.origin.clone() }));
                    fields.len() - 1
                };
                let Some(field) = fields.get_mut(at) else { return Ok(()) };
                if field.value.is_null() {
                    match kind {
                        Some(kind) => field.value = Node { kind, origin: self.origin.clone() },
                        None if list => field.value.kind = Kind::List(Vec::new()),
                        None => {}
                    }
                }
                self.walk(&mut field.value, rest, set)
            }
            Kind::Scalar(_) => Err(Wrong {
                message: format!("cannot follow {}: {name} would stand in a scalar", self.path),
                place: node.origin.place,
            }),
        }
    }
}

/// The names of a path. A backslash before the separator makes it part of the name.
pub(super) fn split(path: &str, separator: char) -> Vec<String> {
    let mut parts: Vec<&str> = path.split(separator).collect();
    if parts.len() > 1 && parts.first() == Some(&"") {
        parts.remove(0);
    }
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        match names.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(separator);
                last.push_str(part);
            }
            _ => names.push(part.to_owned()),
        }
    }
    names
}

/// Adds a field spec unless one like it is there. The error is that one, which contradicts it.
pub(super) fn merge_one(specs: &mut Vec<FieldSpec>, spec: FieldSpec) -> Result<(), FieldSpec> {
    match specs.iter().find(|there| spec.gvk.selects_gvk(&there.gvk) && there.path == spec.path) {
        Some(there) if there.create != spec.create => Err(there.clone()),
        Some(_) => Ok(()),
        None => {
            specs.push(spec);
            Ok(())
        }
    }
}

/// Adds many.
pub(super) fn merge_all(specs: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), FieldSpec> {
    more.iter().try_for_each(|spec| merge_one(specs, spec.clone()))
}
