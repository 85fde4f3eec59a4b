//! Roles and cluster roles.

use std::sync::Arc;

use ironsides_core::Object;
use ironsides_tree::{Node, Text};

use crate::rule::Rule;

/// The place of a role in [`crate::Rbac::roles`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub u32);

/// A Role, or a ClusterRole where there is no namespace.
#[derive(Clone, Debug)]
pub struct Role {
    /// The namespace of a Role; `None` for a ClusterRole.
    pub namespace: Option<Text>,
    /// The name.
    pub name: Text,
    /// What it allows: of an aggregating role what it gathers.
    pub rules: Arc<[Rule]>,
    /// The place, in the objects that were read, of the object.
    pub object: usize,
    /// For a ClusterRole with an `aggregationRule` the roles that it gathers rules from, in its order.
    pub gathers: Option<Vec<RoleId>>,
}

impl Role {
    /// Reads the rules that stand in a Role or ClusterRole.
    pub(crate) fn read(object: &Object, place: usize, namespace: Option<Text>) -> Self {
        let rules = object.root.get("rules").map(Node::items).unwrap_or_default();
        let name = object.reference().name.clone();
        Self { namespace, name, rules: rules.iter().map(Rule::read).collect(), object: place, gathers: None }
    }

    /// `Role` or `ClusterRole`.
    pub fn kind(&self) -> &'static str {
        if self.namespace.is_some() { "Role" } else { "ClusterRole" }
    }
}
