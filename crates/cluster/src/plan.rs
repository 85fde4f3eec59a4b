//! The requests of a collection, before any list is read.

use ironsides_core::{Listing, Server};
use ironsides_tree::Node;

/// What a collection would ask for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the server told of itself.
    pub server: Server,
    /// The requests, by group, resource and namespace; those that need no right of a kind first.
    pub reads: Vec<Read>,
    /// What is wanted and cannot be asked for, each with the reason: kinds that the server does not serve, groups whose
    /// own server does not answer.
    pub gaps: Vec<Listing>,
    /// The smallest roles that allow these requests: a `ClusterRole` for what is read of all namespaces or has none, and
    /// a `Role` for each namespace. Empty where no right is needed.
    pub roles: Vec<Node>,
    /// Whether the server is asked what it answers without credentials.
    pub anonymous: bool,
}

/// One request of a collection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The API group; empty for the core group.
    pub group: String,
    /// The plural name of the resource; empty for what is no resource, like `/version`.
    pub resource: String,
    /// The namespace it is limited to.
    pub namespace: Option<String>,
    /// The version.
    pub version: String,
    /// The kind of the objects.
    pub kind: String,
    /// The request, without paging: `GET /apis/apps/v1/deployments`.
    pub request: String,
    /// What for, in a few words.
    pub why: String,
}

impl Plan {
    /// The roles as YAML documents that `kubectl apply -f -` takes; empty where no right is needed.
    pub fn roles_yaml(&self) -> String {
        let documents = self.roles.iter().map(|role| format!("---\n{}", ironsides_tree::print::yaml(role)));
        documents.collect()
    }
}
