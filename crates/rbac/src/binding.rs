//! Role bindings and cluster role bindings.

use std::borrow::Cow;

use ironsides_core::Object;
use ironsides_tree::{Node, Text};

use crate::identity::{Identity, service_account, service_account_user};

/// The place of a binding in [`crate::Rbac::bindings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub u32);

/// A RoleBinding, or a ClusterRoleBinding where there is no namespace.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The namespace of a RoleBinding; `None` for a ClusterRoleBinding.
    pub namespace: Option<Text>,
    /// The name.
    pub name: Text,
    /// The role it hands out.
    pub role: RoleRef,
    /// Whom to, in written order.
    pub subjects: Vec<Subject>,
    /// The place, in the objects that were read, of the object.
    pub object: usize,
}

/// The role that a binding names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RoleRef {
    /// Whether it is a ClusterRole; a Role of the binding's namespace otherwise.
    pub cluster: bool,
    /// The name.
    pub name: Text,
}

/// Whom a binding is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// User, group or service account.
    pub kind: SubjectKind,
    /// The name: of a service account without its namespace.
    pub name: Text,
    /// The namespace of a service account; that of the RoleBinding where none is written. Empty for others.
    pub namespace: Text,
}

/// The kinds of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// A user by name.
    User,
    /// All who are in a group.
    Group,
    /// A service account.
    ServiceAccount,
}

impl SubjectKind {
    /// The word of manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::ServiceAccount => "ServiceAccount",
        }
    }
}

impl Subject {
    /// The subject as whom it is: a User that is spelled as a service account is that service account.
    pub fn canonical(&self) -> Cow<'_, Self> {
        match service_account(&self.name) {
            Some((namespace, name)) if self.kind == SubjectKind::User => Cow::Owned(Self {
                kind: SubjectKind::ServiceAccount,
                name: Text::new(name),
                namespace: Text::new(namespace),
            }),
            _ => Cow::Borrowed(self),
        }
    }

    /// Whether an identity is meant. (Source: `appliesToUser` of the authorizer's `rule.go`.)
    pub fn is(&self, identity: &Identity) -> bool {
        match self.kind {
            SubjectKind::User => !self.name.is_empty() && self.name == identity.user,
            SubjectKind::Group => identity.is_in(&self.name),
            SubjectKind::ServiceAccount => {
                !self.namespace.is_empty()
                    && service_account_user(&self.namespace, &self.name) == *identity.user
            }
        }
    }
}

fn text(node: &Node, key: &str) -> Text {
    node.get(key).and_then(Node::as_str).map(Text::new).unwrap_or_default()
}

impl RoleRef {
    /// Reads the `roleRef` of a binding; what is absent is empty.
    pub fn read(binding: &Node) -> Self {
        let read = |role| Self { cluster: text(role, "kind") == "ClusterRole", name: text(role, "name") };
        binding.get("roleRef").map(read).unwrap_or_default()
    }
}

impl Binding {
    /// Reads a binding. Subjects of unknown kinds, which a server would refuse, are left out.
    pub(crate) fn read(object: &Object, place: usize, namespace: Option<Text>) -> Self {
        let subjects = object.root.get("subjects").map(Node::items).unwrap_or_default();
        let subject = |node: &Node| {
            let kind = match text(node, "kind").as_str() {
                "User" => SubjectKind::User,
                "Group" => SubjectKind::Group,
                "ServiceAccount" => SubjectKind::ServiceAccount,
                _ => return None,
            };
            let mut own = Text::default();
            if kind == SubjectKind::ServiceAccount {
                own = text(node, "namespace");
                if own.is_empty() {
                    own = namespace.clone().unwrap_or_default();
                }
            }
            Some(Subject { kind, name: text(node, "name"), namespace: own })
        };
        Self {
            name: object.reference().name.clone(),
            role: RoleRef::read(&object.root),
            subjects: subjects.iter().filter_map(subject).collect(),
            namespace,
            object: place,
        }
    }

    /// `RoleBinding` or `ClusterRoleBinding`.
    pub fn kind(&self) -> &'static str {
        if self.namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" }
    }
}
