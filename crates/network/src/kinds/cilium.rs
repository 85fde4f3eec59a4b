//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy of `cilium.io/v2`, as Cilium 1.20 reads them.
//!
//! Two judges stand between a document and its effect. The API server checks it against the schema of the custom resource
//! and drops fields that the schema does not have. The agent on each node decodes what is stored, refuses what it cannot
//! use, and completes the rest. They do not agree: each refuses documents that the other takes, so both are noted apart.

mod check;
mod decode;
pub mod foreign;
pub mod l7;
pub mod peer;
pub mod port;
mod read;
mod schema;
pub mod selector;
pub mod spec;

pub use l7::{DnsRule, HeaderMatch, HttpRule, L7, Mismatch, Secret};
pub use peer::{Cidr, CidrRule, Entity, FqdnSelector, Group, Peers, ServiceReference};
pub use port::{IcmpField, IcmpRule, IcmpType, Listener, Port, PortRule};
pub use selector::{EndpointSelector, LabelKey, Requirement};
pub use spec::{DefaultDeny, Rule, Spec, Subject};

use crate::place::{Place, PolicyName, Problem};

/// A policy of either kind as it was written. Lists that are absent and lists that are empty are kept apart wherever Cilium
/// does.
#[derive(Clone, Debug)]
pub struct CiliumPolicy {
    /// Its name; a namespace means CiliumNetworkPolicy.
    pub name: PolicyName,
    /// Where it is written.
    pub place: Place,
    /// `spec` and then those of `specs`.
    pub specs: Vec<Spec>,
    /// Why the agent refuses it, whatever its settings. Then it does not exist for Cilium, and whom it selects stays open.
    pub refusal: Option<Refusal>,
    /// Set where it selects peers by the labels of nodes: the agent refuses that unless `enable-node-selector-labels` is on.
    pub node_labels: Option<Problem>,
    /// Why the schema of the custom resource refuses it: an API server that has the schema would not store it.
    pub schema: Vec<Problem>,
    /// Fields that the schema does not have, which the API server drops.
    pub unknown: Vec<Problem>,
}

/// Why the agent refuses a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// How far it came.
    pub stage: Stage,
    /// What is wrong, and where.
    pub problem: Problem,
}

/// How far the agent comes with a policy that it refuses. An earlier stage hides the later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It crashes while it decodes.
    DecodePanic,
    /// A value does not have the type of its field.
    Decode,
    /// A rule breaks one of its conditions.
    Parse,
    /// It crashes when it makes selectors of what it took.
    Panic,
}

impl CiliumPolicy {
    /// Why an agent with or without `enable-node-selector-labels` refuses it; `None` where it takes it.
    pub fn refused(&self, node_selector_labels: bool) -> Option<Refusal> {
        let nodes = self.node_labels.as_ref().filter(|_| !node_selector_labels);
        let nodes = nodes.map(|problem| Refusal { stage: Stage::Parse, problem: problem.clone() });
        match (&self.refusal, nodes) {
            (Some(refusal), Some(nodes)) if refusal.stage > nodes.stage => Some(nodes),
            (Some(refusal), _) => Some(refusal.clone()),
            (None, nodes) => nodes,
        }
    }
}
