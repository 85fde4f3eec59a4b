//! The ways from one power to another.

use ironsides_tree::Text;

use super::rights::Held;
use crate::binding::RoleRef;

/// How one power leads to another. Objects of the surroundings are meant by their place.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// It is that already.
    Holds,
    /// One of several: a service account, a pod (by its place) and so its service account, a user, a namespace. The step
    /// before it is taken for this one.
    Member(Option<usize>),
    /// A pod, or a workload that makes one, is created.
    Run { runner: usize, namespace: Option<Text>, held: Held },
    /// A workload is given another pod template.
    Rewrite { workload: usize, verb: &'static str, held: Held },
    /// A token is asked for.
    Token { namespace: Option<Text>, held: Held },
    /// A secret for a token is made and read.
    TokenSecret { namespace: Option<Text>, create: Held, verb: &'static str, name: Text, read: Held },
    /// The token in a secret that is there is read.
    ReadToken { token: usize, verb: &'static str, held: Held },
    /// Commands are run in a pod. Any pod of a namespace, where the step before it is taken for one of several.
    Enter { entry: Entry, verb: &'static str, namespace: Option<Text>, pod: Option<usize>, held: Held },
    /// Commands are run in a pod through the kubelet.
    Kubelet { node: Option<Text>, verb: &'static str, held: Held },
    /// Headers say who one is.
    Impersonate { kind: Whom, namespace: Option<Text>, held: Held },
    /// Headers say which group one is in; they need a user too.
    ImpersonateGroup { group: Text, held: Held, user: User, user_held: Held },
    /// Headers say who one is, for some requests.
    Constrained {
        mode: &'static str,
        resource: &'static str,
        namespace: Option<Text>,
        name: Option<Text>,
        held: Held,
    },
    /// A client certificate is requested and approved.
    Certificate { name: Text, create: Held, verb: &'static str, approval: Held, signer: Held },
    /// A role is bound.
    Bind { namespace: Option<Text>, role: RoleRef, create: Held, bind: Held },
    /// A binding that is there is given one more subject.
    Join {
        namespace: Option<Text>,
        binding: Text,
        role: RoleRef,
        verb: &'static str,
        write: Held,
        bind: Held,
    },
    /// A role that one has is given every right.
    Raise { namespace: Option<Text>, name: Text, verb: &'static str, write: Held, escalate: Held },
    /// A webhook that changes requests is set up.
    Webhook { held: Held },
    /// A policy that changes requests is set up.
    Policy { policy: Held, binding: Held },
    /// A pod takes over its node.
    Host { runner: usize, namespace: Text, held: Held, lift: Option<(&'static str, Held)>, known: bool },
    /// A namespace is made for the pod that takes over its node.
    NewNamespace { runner: usize, create: Held, held: Held },
    /// A volume of a node's directory is made, claimed and mounted.
    Volume { runner: usize, namespace: Text, volume: Held, claim: Held, held: Held },
}

/// How commands are run in a pod that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// `pods/exec`
    Exec,
    /// `pods/attach`
    Attach,
    /// A debug container.
    Debug,
    /// Another image.
    Image,
}

/// Who is impersonated, one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    ServiceAccount,
    User,
}

/// A user to impersonate along with a group.
#[derive(Clone, Debug)]
pub(super) enum User {
    Named(Text),
    ServiceAccount(Text, Text),
}

/// A kind that makes pods.
pub(super) struct Runner {
    pub group: &'static str,
    pub api_version: &'static str,
    pub kind: &'static str,
    pub resource: &'static str,
}

/// What makes pods, in the order in which it is tried.
pub(super) const RUNNERS: [Runner; 8] = [
    Runner { group: "", api_version: "v1", kind: "Pod", resource: "pods" },
    Runner { group: "apps", api_version: "apps/v1", kind: "Deployment", resource: "deployments" },
    Runner { group: "apps", api_version: "apps/v1", kind: "DaemonSet", resource: "daemonsets" },
    Runner { group: "apps", api_version: "apps/v1", kind: "StatefulSet", resource: "statefulsets" },
    Runner { group: "apps", api_version: "apps/v1", kind: "ReplicaSet", resource: "replicasets" },
    Runner { group: "batch", api_version: "batch/v1", kind: "Job", resource: "jobs" },
    Runner { group: "batch", api_version: "batch/v1", kind: "CronJob", resource: "cronjobs" },
    Runner {
        group: "",
        api_version: "v1",
        kind: "ReplicationController",
        resource: "replicationcontrollers",
    },
];

/// The signer whose certificates the API server takes for users.
pub(super) const SIGNER: &str = "kubernetes.io/kube-apiserver-client";

impl Way {
    /// How many steps it takes.
    pub(super) fn cost(&self) -> u32 {
        u32::from(!matches!(self, Self::Holds | Self::Member(_)))
    }
}
