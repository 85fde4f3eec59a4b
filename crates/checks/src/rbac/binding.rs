//! Bindings: the role they name and the subjects they name it for.

use ironsides_core::{Inventory, Object};
use ironsides_tree::Cursor;

use super::holders::Holders;
use super::rule::{Rule, allows_everything, is_built_in};
use super::{CLUSTER_ROLE, ROLE};
use crate::gathered::{named, namespace};

/// A subject of a binding.
pub(super) struct Subject<'a> {
    /// Its place.
    pub(super) at: Cursor<'a>,
    /// `User`, `Group` or `ServiceAccount`.
    pub(super) kind: &'a str,
    /// Its name.
    pub(super) name: &'a str,
}

/// The subjects of a binding, in written order.
pub(super) fn subjects(binding: &Object) -> impl Iterator<Item = Subject<'_>> {
    binding.cursor().get("subjects").items().map(|at| {
        let text = |field| at.get(field).str().unwrap_or_default();
        Subject { kind: text("kind"), name: text("name"), at }
    })
}

/// The kind and name of the role that a binding names.
pub(super) fn role(binding: &Object) -> (&str, &str) {
    let text = |field| binding.root.at(&["roleRef", field]).and_then(ironsides_tree::Node::as_str);
    (text("kind").unwrap_or_default(), text("name").unwrap_or_default())
}

/// The roles of that kind and name in the input: one most often, none where it is somewhere else.
pub(super) fn roles<'a>(binding: &'a Object, inventory: &'a Inventory) -> impl Iterator<Item = &'a Object> {
    let (kind, name) = role(binding);
    // A namespace that is written on a ClusterRole all the same means nothing.
    let (group, cluster_role) = CLUSTER_ROLE;
    let here = Some(namespace(binding));
    let cluster = (kind == "ClusterRole").then(|| {
        inventory.named(group, cluster_role, None, name).chain(inventory.named(
            group,
            cluster_role,
            here,
            name,
        ))
    });
    let local = (kind == "Role").then(|| named(inventory, ROLE, namespace(binding), name));
    cluster.into_iter().flatten().chain(local.into_iter().flatten())
}

/// Whether a binding hands out everything: it names `cluster-admin`, or a role of the input whose rules allow as much.
pub(super) fn is_unlimited(binding: &Object, inventory: &Inventory) -> bool {
    role(binding) == ("ClusterRole", "cluster-admin") || unlimited_role(binding, inventory).is_some()
}

/// The role of the input that hands out everything.
pub(super) fn unlimited_role<'a>(binding: &'a Object, inventory: &'a Inventory) -> Option<&'a Object> {
    let written = roles(binding, inventory).find(|role| Rule::all(role).any(|rule| rule.is_unlimited()));
    written.or_else(|| roles(binding, inventory).find(|role| gathers_everything(role, inventory)))
}

/// Whether a role gathers the rules of one that allows everything.
fn gathers_everything(role: &Object, inventory: &Inventory) -> bool {
    if !role.cursor().get("aggregationRule").is_set() {
        return false;
    }
    let rbac = &Holders::of(inventory).rbac;
    let id = rbac.role_named(None, &role.reference().name);
    id.and_then(|id| rbac.role(id)).is_some_and(|role| role.rules.iter().any(allows_everything))
}

/// Whether an API server brings this binding and nobody was added to it: the built-in `cluster-admin` is for
/// `system:masters` alone.
pub(crate) fn is_own(binding: &Object) -> bool {
    let (_, name) = role(binding);
    let own_name = binding.reference().name == "cluster-admin" && name == "cluster-admin";
    if own_name {
        return subjects(binding).all(|subject| (subject.kind, subject.name) == ("Group", "system:masters"));
    }
    is_built_in(binding)
}

/// How a subject is called in a message: `service account "ci"`, `group "developers"`.
pub(super) fn called(subject: &Subject<'_>) -> String {
    let kind = match subject.kind {
        "ServiceAccount" => "service account",
        "Group" => "group",
        "User" => "user",
        other => other,
    };
    format!("{kind} \"{}\"", subject.name)
}
