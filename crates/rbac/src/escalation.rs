//! Who can become what: chains of API calls that the server accepts.

mod call;
mod graph;
mod moves;
mod rights;
mod step;
mod way;

use std::fmt;

use ironsides_tree::Text;

pub use call::{Asked, AssumedIdentity, Call};

use crate::binding::Subject;

/// What somebody is, or has got hold of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// Every verb on every resource, and so everything.
    ClusterAdmin,
    /// Sees every request before it is carried out, and changes it.
    EveryRequest,
    /// A node, down to its kernel: what runs there, what is mounted there, the kubelet's credentials.
    Node,
    /// Every verb on every resource of a namespace; of all namespaces where none is named.
    NamespaceAdmin(Option<Text>),
    /// Any service account of a namespace; of all namespaces where none is named.
    ServiceAccounts(Option<Text>),
    /// The service accounts that pods of a namespace run as; of all namespaces where none is named.
    Pods(Option<Text>),
    /// The service accounts that pods of a node run as.
    PodsOn(Text),
    /// Any user that bindings name.
    Users,
    /// Any user, service account or group but `system:masters`.
    Anyone,
    /// One user, group or service account.
    Is(Subject),
    /// What a role allows, in a namespace or (where none is named) in the cluster.
    Role {
        /// Whether it is a ClusterRole.
        cluster: bool,
        /// Its name.
        name: Text,
        /// Where it is bound.
        namespace: Option<Text>,
    },
    /// Another identity, but only for the requests that verbs `impersonate-on:…` allow; any identity of that mode where
    /// none is named. Leads no further here.
    ActsAs {
        /// The mode: `user-info`, `serviceaccount`, `arbitrary-node`, `associated-node`.
        mode: &'static str,
        /// The name of the identity; none for any.
        name: Option<Text>,
    },
}

/// A way from an identity to a power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationPath {
    /// Who begins.
    pub from: Subject,
    /// What is done, one after another; each step as whoever the one before has given.
    pub steps: Vec<Step>,
    /// What it ends in. The last step gives it, or an identity that has it.
    pub to: Power,
}

/// One step: usually one API call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done, in a few words: `creates a Pod that runs as ServiceAccount shop/cart`.
    pub does: String,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// What one is afterwards.
    pub gives: Power,
    /// On what it depends beyond the rights: Pod Security, a running pod.
    pub condition: Option<String>,
}

impl Power {
    /// Whether nothing stronger is left to reach.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::ClusterAdmin | Self::EveryRequest | Self::Node)
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClusterAdmin => f.write_str("cluster admin"),
            Self::EveryRequest => f.write_str("every request to the API server"),
            Self::Node => f.write_str("a node"),
            Self::NamespaceAdmin(None) => f.write_str("everything in every namespace"),
            Self::NamespaceAdmin(Some(namespace)) => write!(f, "everything in namespace {namespace}"),
            Self::ServiceAccounts(None) => f.write_str("any service account"),
            Self::ServiceAccounts(Some(namespace)) => {
                write!(f, "any service account of namespace {namespace}")
            }
            Self::Pods(None) => f.write_str("the service account of any pod"),
            Self::Pods(Some(namespace)) => {
                write!(f, "the service account of any pod of namespace {namespace}")
            }
            Self::PodsOn(node) => write!(f, "the service account of any pod on node {node}"),
            Self::Users => f.write_str("any user"),
            Self::Anyone => f.write_str("any user, service account or group but system:masters"),
            Self::Is(subject) => subject.fmt(f),
            Self::Role { cluster, name, namespace } => {
                let kind = if *cluster { "ClusterRole" } else { "Role" };
                match namespace {
                    None => write!(f, "what {kind} {name} allows"),
                    Some(namespace) => write!(f, "what {kind} {name} allows in namespace {namespace}"),
                }
            }
            Self::ActsAs { mode, name: None } => {
                write!(f, "any identity of mode {mode}, for some requests")
            }
            Self::ActsAs { mode, name: Some(name) } => {
                write!(f, "{name} (mode {mode}), for some requests")
            }
        }
    }
}
