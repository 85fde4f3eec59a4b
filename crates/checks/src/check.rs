//! A check: its card and the function that asks the question.

use ironsides_core::{CheckMeta, Inventory, Object, Pod};
use ironsides_settings::{Component, Host, Settings};

use crate::out::Out;
use crate::waivers::WaiverCase;

/// A check, declared once.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What is known about it before it runs.
    pub meta: CheckMeta,
    /// The question.
    pub run: Run,
}

/// Stands among the kinds that a check looks up for every object that holds a pod.
pub const ANY_POD: (&str, &str) = ("*", "Pod");

/// The kind of the documents that hold the facts of a node.
pub(crate) const NODE_FACTS: (&str, &str) = ("ironsides.dev", ironsides_settings::KIND);

/// What may hold a file that a component is configured with.
pub(crate) const CONFIG_MAP: (&str, &str) = ("", "ConfigMap");

/// The nodes of a cluster.
pub(crate) const NODE: (&str, &str) = ("", "Node");

/// What a check is asked about. The function reports through [`Out`]; where it reports no failure, the target
/// passes, and `Out::pass` names the facts that make it so.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Every pod: Pods, the templates of all workload kinds, and configured custom resources.
    Pod(fn(&Pod<'_>, &mut Out<'_>)),
    /// Every object of these kinds, given as API group and kind.
    Kinds(&'static [(&'static str, &'static str)], fn(&Object, &mut Out<'_>)),
    /// The settings of every one of these components, wherever it runs on a node whose facts are there, and wherever a pod
    /// is to start it.
    Settings(&'static [Component], fn(&Settings, &mut Out<'_>)),
    /// As [`Run::Settings`], of components that all nodes start with one file that a `ConfigMap` holds. That is asked too,
    /// with all objects at hand, unless the facts of the nodes tell what runs there.
    Shared(&'static [Component], fn(&Settings, &mut Out<'_>)),
    /// The facts of every node.
    Host(fn(&Host, &mut Out<'_>)),
    /// Every object.
    Object(fn(&Object, &mut Out<'_>)),
    /// Objects seen together. The kinds are those the question is about: each object of them is a target.
    Together {
        /// The kinds that the function judges, one object a call; empty for every object that holds a pod.
        judges: &'static [(&'static str, &'static str)],
        /// The kinds it looks up in the inventory meanwhile ([`ANY_POD`] for whatever holds a pod). Where none of them was
        /// seen, it is not asked at all.
        needs: &'static [(&'static str, &'static str)],
        /// The kinds it looks up too, and does without where there are none.
        welcomes: &'static [(&'static str, &'static str)],
        /// The question about one object.
        run: fn(&Object, &Inventory, &mut Out<'_>),
    },
    /// The cluster as a whole: what its API server tells of itself and how it answers. Files are of no cluster, so the
    /// question does not arise for them.
    Cluster {
        /// The kinds it looks up, and does without where there are none.
        welcomes: &'static [(&'static str, &'static str)],
        /// The question. The object stands for the server: its fields are those of [`ironsides_core::Server`].
        run: fn(&Object, &Inventory, &mut Out<'_>),
    },
    /// Every waiver, once all else was asked. What is wrong with it, in one sentence; `None` where it is as it should be.
    Waiver(fn(&WaiverCase<'_>) -> Option<String>),
}

/// The checks of how a manifest is written, which say nothing of an object that the API server returned: it has taken the
/// object, dropped what it does not know, filled in defaults, and keeps no text.
const OF_MANIFESTS: [&str; 11] = [
    "deprecated-service-account-field",
    "duplicate-key",
    "guessable-secret",
    "missing-revision-history",
    "replicas-beside-autoscaler",
    "secret-in-manifest",
    "stale-image-pull",
    "unknown-field",
    "unknown-kind",
    "unknown-tag",
    "wrong-type",
];

/// The checks across objects for which an object in a namespace looks at all namespaces, not only at its own.
const OF_ALL_NAMESPACES: [&str; 1] = ["dangling-namespace-selector"];

/// Whether a check looks at the namespaces of the whole cluster wherever its object is.
pub(crate) fn looks_at_all_namespaces(check: &Check) -> bool {
    OF_ALL_NAMESPACES.contains(&check.meta.id)
}

/// Whether a check makes sense for objects that the API server returned.
pub(crate) fn is_asked_of_live(check: &Check) -> bool {
    !OF_MANIFESTS.contains(&check.meta.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_manifests_are_checks() {
        assert!(OF_MANIFESTS.is_sorted());
        for id in OF_MANIFESTS.into_iter().chain(OF_ALL_NAMESPACES) {
            assert!(crate::find(id).is_some(), "{id}");
        }
    }
}
