//! Names of other objects, written anew where those got other names.

use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::config::Referred;
use super::field::{Make, Wrong};
use super::id::{Gvk, Id};
use super::node::{Kind, Node};
use super::origin::{Because, Origin, Reasons};
use super::resource::Resource;
use super::scalar::Scalar;
use super::set::Set;
use super::sources::Sources;
use crate::error::RenderError;

/// What others need to know of an object that they may mention.
struct Known {
    id: Id,
    previous: Vec<Id>,
    /// The namespace as it is written.
    namespace: Text,
    first_namespace: Text,
    prefixes: Vec<Text>,
    suffixes: Vec<Text>,
    /// Why it is called as it is.
    name_origin: Origin,
}

impl Known {
    fn of(resource: &Resource) -> Self {
        let id = resource.id();
        let first = resource.original_id();
        let name = resource.node.at(&["metadata", "name"]);
        Self {
            previous: resource.previous_ids().collect(),
            namespace: resource.namespace().into(),
            first_namespace: first.effective_namespace().into(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
            name_origin: name.map_or(Origin::NONE, |name| name.origin.clone()),
            id,
        }
    }
}

/// Writes all references anew.
pub(super) fn fix(sources: &Sources<'_>, set: &mut Set, referred: &[Referred]) -> Result<(), RenderError> {
    let known: Vec<Known> = set.resources.iter().map(Known::of).collect();
    // Objects that never had another name cannot be behind a reference that must change.
    if known.iter().all(|one| one.previous.is_empty()) {
        return Ok(());
    }
    let index = Index::of(&known);
    for (at, resource) in set.resources.iter_mut().enumerate() {
        let Some(own) = known.get(at) else { continue };
        let gvk = resource.original_id().gvk;
        let reach = Reach::of(resource, own);
        for referred in referred {
            for spec in referred.from.iter().filter(|spec| spec.gvk.selects_gvk(&gvk)) {
                let role = spec.path.ends_with("roleRef/name").then(|| role_of(&resource.node)).flatten();
                let finder = Finder { reach: &reach, index: &index, target: &referred.gvk, role };
                let mut set = |node: &mut Node| finder.set(node);
                let found = spec.follow(&mut resource.node, Make::Nothing, &Origin::NONE, &mut set);
                found.map_err(|Wrong { message, place }| {
                    let place = if place.is_some() { place } else { resource.node.origin.place };
                    let hint = "give the objects names that differ, or say which one is meant";
                    sources.error(place, format!("{}: {message}", own.id), Some(hint))
                })?;
            }
        }
    }
    Ok(())
}

/// The objects of a build by what they were called, so that a reference looks at few of them.
struct Index<'k> {
    /// By a former name and a former kind.
    named: FxHashMap<&'k str, FxHashMap<&'k str, Vec<&'k Known>>>,
    /// By a former name.
    any_kind: FxHashMap<&'k str, Vec<&'k Known>>,
    /// By the namespace in the file.
    first: FxHashMap<&'k str, Vec<&'k Known>>,
}

impl<'k> Index<'k> {
    fn of(all: &'k [Known]) -> Self {
        let mut index =
            Self { named: FxHashMap::default(), any_kind: FxHashMap::default(), first: FxHashMap::default() };
        for known in all {
            index.first.entry(known.first_namespace.as_str()).or_default().push(known);
            let distinct = |key: fn(&Id) -> &str| {
                let mut keys: Vec<&str> = known.previous.iter().map(key).collect();
                keys.sort_unstable();
                keys.dedup();
                keys
            };
            for name in distinct(|id| &id.name) {
                index.any_kind.entry(name).or_default().push(known);
                for kind in distinct(|id| &id.gvk.kind) {
                    index.named.entry(name).or_default().entry(kind).or_default().push(known);
                }
            }
        }
        index
    }

    /// Objects that once had the name, and, where one is given, the kind.
    fn called(&self, name: &str, kind: &str) -> &[&'k Known] {
        let kinds = || self.named.get(name)?.get(kind);
        let found = if kind.is_empty() { self.any_kind.get(name) } else { kinds() };
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

/// The objects that an object can mention: those without a namespace, those of its own, and those of the service
/// accounts that a role binding names.
struct Reach<'a> {
    own: &'a Known,
    namespaces: Vec<Text>,
}

impl<'a> Reach<'a> {
    fn of(resource: &Resource, own: &'a Known) -> Self {
        let subjects = if resource.kind() == "RoleBinding" { resource.node.get("subjects") } else { None };
        let accounts = subjects
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter(|subject| subject.get("kind").map(Node::text) == Some("ServiceAccount"));
        let namespaces = accounts.filter_map(|subject| subject.get("namespace").map(Node::text));
        Self { own, namespaces: namespaces.map(Text::new).collect() }
    }

    fn holds(&self, other: &Known) -> bool {
        self.own.id.cluster
            || other.id.cluster
            || other.id.effective_namespace() == self.own.id.effective_namespace()
            || self.namespaces.contains(&other.namespace)
    }
}

fn role_of(node: &Node) -> Option<Gvk> {
    let role = node.get("roleRef")?;
    Some(Gvk::new(role.get("apiGroup")?.text(), "", role.get("kind")?.text()))
}

struct Finder<'a> {
    reach: &'a Reach<'a>,
    index: &'a Index<'a>,
    target: &'a Gvk,
    role: Option<Gvk>,
}

impl Finder<'_> {
    fn set(&self, node: &mut Node) -> Result<(), Wrong> {
        if node.is_null() {
            return Ok(());
        }
        match &mut node.kind {
            Kind::Scalar(_) => self.scalar(node),
            Kind::Map(_) => self.map(node),
            Kind::List(items) => items.iter_mut().try_for_each(|item| match &item.kind {
                _ if item.is_null() => Ok(()),
                Kind::Scalar(_) => self.scalar(item),
                Kind::Map(_) => self.map(item),
                Kind::List(_) => Err(Wrong {
                    message: "a list of names holds a list".to_owned(),
                    place: item.origin.place,
                }),
            }),
        }
    }

    fn scalar(&self, node: &mut Node) -> Result<(), Wrong> {
        let candidates = self.called(node.text());
        let same = |one: &Known, other: &Known| one.id.name == other.id.name;
        let Some(found) = self.find(node, candidates, same)? else { return Ok(()) };
        if found.id.name != node.text() {
            let origin = because_of(&node.origin, &found.name_origin);
            node.overwrite(Scalar::untagged(found.id.name.clone()), origin);
        }
        Ok(())
    }

    /// A reference in a map with a name and maybe a namespace.
    fn map(&self, node: &mut Node) -> Result<(), Wrong> {
        let Some(name) = node.get("name") else {
            let message = "a reference has no name".to_owned();
            return Err(Wrong { message, place: node.origin.place });
        };
        let mut candidates = self.called(name.text());
        if let Some(namespace) = node.get("namespace") {
            let namespace = namespace.text();
            let first = self.index.first.get(namespace).map(Vec::as_slice).unwrap_or_default();
            if first.iter().any(|one| self.reach.holds(one)) {
                candidates.retain(|one| one.first_namespace == namespace);
            } else {
                candidates.retain(|one| one.id.effective_namespace() == namespace && !one.id.cluster);
            }
        }
        let same =
            |one: &Known, other: &Known| one.id.name == other.id.name && one.namespace == other.namespace;
        let Some(found) = self.find(name, candidates, same)? else { return Ok(()) };
        if found.id.name == name.text() && found.namespace.is_empty() {
            return Ok(());
        }
        let origin = if found.id.name == name.text() {
            name.origin.clone()
        } else {
            because_of(&name.origin, &found.name_origin)
        };
        let fallback = node.origin.clone();
        node.set("name", Node::scalar(Scalar::untagged(found.id.name.clone()), origin));
        if !found.namespace.is_empty() {
            let origin = node.get("namespace").map_or(fallback, |node| node.origin.clone());
            node.set("namespace", Node::scalar(Scalar::untagged(found.namespace.clone()), origin));
        }
        Ok(())
    }

    /// The objects in reach that were once called so.
    fn called(&self, name: &str) -> Vec<&Known> {
        let called = self.index.called(name, &self.target.kind).iter().copied();
        called.filter(|one| self.reach.holds(one)).collect()
    }

    fn find<'k>(
        &self,
        node: &Node,
        mut candidates: Vec<&'k Known>,
        same: impl Fn(&Known, &Known) -> bool,
    ) -> Result<Option<&'k Known>, Wrong>
    where
        Self: 'k,
    {
        let name = node.text();
        candidates.retain(|one| one.previous.iter().any(|id| self.target.selects_gvk(&id.gvk)));
        if let Some(role) = &self.role {
            candidates.retain(|one| one.previous.iter().any(|id| role.selects_gvk(&id.gvk)));
        }
        let own = self.reach.own;
        if !own.id.cluster {
            candidates.retain(|one| {
                one.id.cluster
                    || one.id.gvk.kind == "ServiceAccount"
                    || one.id.effective_namespace() == own.id.effective_namespace()
            });
        }
        if let [one] = candidates.as_slice() {
            return Ok(Some(one));
        }
        candidates.retain(|one| self.same_affixes(one, true));
        if candidates.len() > 1 {
            candidates.retain(|one| self.same_affixes(one, false));
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            [first, rest @ ..] if rest.iter().all(|other| same(first, other)) => Ok(Some(first)),
            several => {
                let ids: Vec<String> = several.iter().map(|one| one.id.to_string()).collect();
                let message = format!("{name} could mean any of {}", ids.join(", "));
                Err(Wrong { message, place: node.origin.place })
            }
        }
    }

    /// Whether both got their names by the same prefixes and suffixes, as far as both have some.
    fn same_affixes(&self, other: &Known, either: bool) -> bool {
        let same = |a: &[Text], b: &[Text]| {
            let count = a.len().min(b.len());
            let ends = a.get(a.len() - count..) == b.get(b.len() - count..);
            if either && (a.is_empty() || b.is_empty()) { true } else { ends && ends_alike(a, b) }
        };
        same(&self.reach.own.prefixes, &other.prefixes) && same(&self.reach.own.suffixes, &other.suffixes)
    }
}

/// Whether the shorter list is the end of the longer one; nothing is the end of anything but of something.
fn ends_alike(a: &[Text], b: &[Text]) -> bool {
    let count = a.len().min(b.len());
    count > 0 || a.len() == b.len()
}

/// The origin of a reference: where it stands, and what made the name that it mentions.
fn because_of(own: &Origin, name: &Origin) -> Origin {
    let mut merged = own.clone();
    let reasons: Reasons = name.reasons.clone();
    let names = Origin { place: name.place, reasons };
    for because in names.because() {
        let copy: Arc<Because> = Because::new(because.what.clone(), because.place);
        merged = merged.and(&copy);
    }
    merged
}
