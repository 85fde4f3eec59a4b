//! What a statement is about.

use std::fmt;

use ironsides_tree::Text;
use serde::{Serialize, Serializer};

/// What a statement is about. (Never called subject: that is RBAC's word.)
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Target {
    /// A Kubernetes object.
    Object(ObjectRef),
    /// All objects of a resource of the cluster: what is said where they could not be read.
    Resource {
        /// The resource, with its group where it has one: `deployments.apps`.
        resource: String,
    },
    /// A node of the cluster.
    Node {
        /// Its name.
        name: String,
    },
    /// A file or directory on a host, or a document that is no Kubernetes object.
    File {
        /// The path, as it was reached.
        path: String,
        /// The node it lies on, where it lies on one.
        #[serde(skip_serializing_if = "Option::is_none")]
        node: Option<String>,
    },
    /// A running process.
    Process {
        /// The node it runs on.
        node: String,
        /// The name of its program.
        program: String,
    },
    /// An image, by digest where that is known.
    Image {
        /// The reference.
        reference: String,
    },
    /// A user, group or service account (`system:serviceaccount:NAMESPACE:NAME`).
    Identity {
        /// `User`, `Group` or `ServiceAccount`, as in RBAC subjects.
        kind: String,
        /// The name as the authenticator gives it.
        name: String,
    },
    /// A cluster as a whole, by its API server.
    Cluster {
        /// The address of the API server.
        name: String,
    },
    /// The control plane of a cloud provider's cluster.
    Cloud {
        /// The provider.
        provider: String,
        /// The name of the cluster.
        cluster: String,
    },
}

/// Names a Kubernetes object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// `v1`, `apps/v1`, …
    #[serde(serialize_with = "text")]
    pub api_version: Text,
    /// `Deployment`, …
    #[serde(serialize_with = "text")]
    pub kind: Text,
    /// The namespace as written; `None` for cluster-scoped objects and where a manifest leaves it out.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub namespace: Option<Text>,
    /// The name, or `generateName` followed by `*`; empty where neither is given.
    #[serde(serialize_with = "text")]
    pub name: Text,
    /// The uid the API server gave it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub uid: Option<Text>,
}

fn text<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn optional_text<S: Serializer>(value: &Option<Text>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_deref().unwrap_or_default())
}

impl ObjectRef {
    /// The API group: `apps` of `apps/v1`, empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl fmt::Display for ObjectRef {
    /// `Deployment shop/cart`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind.is_empty() { "object without kind" } else { &self.kind };
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        match &self.namespace {
            Some(namespace) => write!(f, "{kind} {namespace}/{name}"),
            None => write!(f, "{kind} {name}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(object) => object.fmt(f),
            Self::Resource { resource } => f.write_str(resource),
            Self::Node { name } => write!(f, "node {name}"),
            Self::File { path, node: Some(node) } => write!(f, "{path} on node {node}"),
            Self::File { path, node: None } => f.write_str(path),
            Self::Process { node, program } => write!(f, "process {program} on node {node}"),
            Self::Image { reference } => write!(f, "image {reference}"),
            Self::Identity { kind, name } => write!(f, "{kind} {name}"),
            Self::Cluster { name } => write!(f, "cluster {name}"),
            Self::Cloud { provider, cluster } => write!(f, "{provider} cluster {cluster}"),
        }
    }
}
