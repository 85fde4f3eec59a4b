//! What objects are called: group, version, kind, namespace and name.

use std::fmt;

use ironsides_tree::Text;

use super::scope::is_cluster_scoped;

/// The namespace that kustomize writes down for objects that have none by their kind.
pub(super) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// Group, version and kind. Empty parts select anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Gvk {
    pub(super) group: Text,
    pub(super) version: Text,
    pub(super) kind: Text,
}

impl Gvk {
    pub(super) fn new(group: &str, version: &str, kind: &str) -> Self {
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    pub(super) fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = split_version(api_version);
        Self::new(group, version, kind)
    }

    /// Whether a selector with this group, version and kind takes an object with those.
    pub(super) fn selects(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
            && (self.kind.is_empty() || self.kind == kind)
    }

    pub(super) fn selects_gvk(&self, other: &Self) -> bool {
        self.selects(&other.group, &other.version, &other.kind)
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |text: &Text, none: &'static str| if text.is_empty() { none.into() } else { text.clone() };
        write!(
            f,
            "{}.{}.{}",
            word(&self.kind, "[noKind]"),
            word(&self.version, "[noVer]"),
            word(&self.group, "[noGrp]")
        )
    }
}

/// `apps/v1` as group and version.
pub(super) fn split_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// What an object is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) gvk: Gvk,
    pub(super) name: Text,
    /// As written; empty where nothing is.
    pub(super) namespace: Text,
    /// Whether its kind is known to have no namespaces. Not known of earlier names.
    pub(super) cluster: bool,
}

impl Id {
    pub(super) fn new(gvk: Gvk, name: &str, namespace: &str) -> Self {
        let cluster = is_cluster_scoped(&gvk);
        Self { gvk, name: name.into(), namespace: namespace.into(), cluster }
    }

    /// The namespace it is in: `default` where none is written.
    pub(super) fn effective_namespace(&self) -> &str {
        match self.namespace.as_str() {
            _ if self.cluster => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    /// Whether both mean the same object.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.gvk == other.gvk
            && self.effective_namespace() == other.effective_namespace()
    }
}

impl fmt::Display for Id {
    /// As messages name objects: `Deployment shop/cart`, `Namespace shop`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.gvk.kind.is_empty() { "object" } else { self.gvk.kind.as_str() };
        if self.namespace.is_empty() || self.namespace == NO_NAMESPACE {
            write!(f, "{kind} {}", self.name)
        } else {
            write!(f, "{kind} {}/{}", self.namespace, self.name)
        }
    }
}
