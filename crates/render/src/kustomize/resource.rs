//! One object under way, with what kustomize remembers of it.

use ironsides_tree::Text;

use super::id::{Gvk, Id, split_version};
use super::node::{Field, Kind, Node};
use super::origin::Origin;
use super::scalar::Scalar;

/// What a generator does where the object exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

/// What an object was called before.
#[derive(Clone, Debug)]
pub(super) struct Previous {
    pub(super) namespace: Text,
    pub(super) name: Text,
    pub(super) kind: Text,
}

/// An object.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// A map; empty once the object was deleted.
    pub(super) node: Node,
    pub(super) previous: Vec<Previous>,
    pub(super) prefixes: Vec<Text>,
    pub(super) suffixes: Vec<Text>,
    pub(super) behavior: Behavior,
    pub(super) needs_hash: bool,
    pub(super) allow_name_change: bool,
    pub(super) allow_kind_change: bool,
    /// Whether a chart made it: then `namespace` leaves it alone.
    pub(super) from_chart: bool,
    /// The vars that take their value from it.
    pub(super) vars: Vec<Text>,
}

impl Resource {
    pub(super) fn new(node: Node) -> Self {
        Self {
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Unspecified,
            needs_hash: false,
            allow_name_change: false,
            allow_kind_change: false,
            from_chart: false,
            vars: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> &str {
        self.node.get("kind").map_or("", Node::text)
    }

    pub(super) fn api_version(&self) -> &str {
        self.node.get("apiVersion").map_or("", Node::text)
    }

    pub(super) fn gvk(&self) -> Gvk {
        Gvk::of(self.api_version(), self.kind())
    }

    fn metadata(&self, key: &str) -> &str {
        self.node.at(&["metadata", key]).filter(|node| !node.is_null()).map_or("", Node::text)
    }

    pub(super) fn name(&self) -> &str {
        self.metadata("name")
    }

    pub(super) fn namespace(&self) -> &str {
        self.metadata("namespace")
    }

    /// What it is called now.
    pub(super) fn id(&self) -> Id {
        Id::new(self.gvk(), self.name(), self.namespace())
    }

    /// What it was called, the earliest first, without what it is called now.
    pub(super) fn previous_ids(&self) -> impl Iterator<Item = Id> + '_ {
        let (group, version) = split_version(self.api_version());
        self.previous.iter().map(move |previous| Id {
            gvk: Gvk::new(group, version, &previous.kind),
            name: previous.name.clone(),
            namespace: previous.namespace.clone(),
            cluster: false,
        })
    }

    /// What it was called in the file it comes from.
    pub(super) fn original_id(&self) -> Id {
        self.previous_ids().next().unwrap_or_else(|| self.id())
    }

    /// Whether it is or was called so.
    pub(super) fn any_id(&self, mut matches: impl FnMut(&Id) -> bool) -> bool {
        self.previous_ids().any(|id| matches(&id)) || matches(&self.id())
    }

    /// Remembers what it is called now.
    pub(super) fn remember_id(&mut self) {
        let id = self.id();
        self.previous.push(Previous {
            namespace: id.effective_namespace().into(),
            name: id.name,
            kind: id.gvk.kind,
        });
    }

    /// Whether kustomize keeps notes about it in annotations of its own, so that a map of annotations is there.
    pub(super) fn has_notes(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.needs_hash
            || self.behavior != Behavior::Unspecified
    }

    /// Forgets what is remembered of it.
    pub(super) fn forget(&mut self) {
        self.previous.clear();
        self.prefixes.clear();
        self.suffixes.clear();
        self.behavior = Behavior::Unspecified;
        self.needs_hash = false;
        self.from_chart = false;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.node.is_empty()
    }

    /// Labels or annotations as kustomize reads them: keys and texts.
    pub(super) fn strings(&self, field: &str) -> Vec<(&str, &str)> {
        let map = self.node.at(&["metadata", field]);
        map.map_or(&[][..], Node::fields)
            .iter()
            .map(|entry| (entry.key.as_str(), entry.value.text()))
            .collect()
    }

    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        self.node.at(&["metadata", "annotations", key]).map(Node::text)
    }

    pub(super) fn set_annotation(&mut self, key: &str, value: &str, origin: &Origin) {
        let annotations =
            self.node.map_at("metadata", origin).and_then(|metadata| metadata.map_at("annotations", origin));
        if let Some(annotations) = annotations {
            annotations.set(key, Node::string(value, origin.clone()));
        }
    }

    pub(super) fn remove_annotation(&mut self, key: &str) {
        if let Some(annotations) =
            self.node.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"))
        {
            annotations.remove(key);
        }
    }

    /// Turns the values of labels or annotations into strings, and drops an empty map: what comes of reading and
    /// writing them back.
    pub(super) fn settle(&mut self, field: &str) {
        let Some(metadata) = self.node.get_mut("metadata") else { return };
        let Some(map) = metadata.get_mut(field) else { return };
        match &mut map.kind {
            Kind::Map(fields) if !fields.is_empty() => {
                for Field { value, .. } in fields {
                    let text = value.text().to_owned();
                    value.kind = Kind::Scalar(Scalar::string(text));
                }
            }
            _ => {
                metadata.remove(field);
            }
        }
    }

    pub(super) fn set_name(&mut self, name: &str, origin: &Origin) {
        if let Some(metadata) = self.node.map_at("metadata", origin) {
            metadata.set("name", Node::scalar(Scalar::untagged(name), origin.clone()));
        }
    }
}
