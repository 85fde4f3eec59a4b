//! ClusterNetworkPolicy of `policy.networking.k8s.io/v1alpha2`, and the two kinds of `v1alpha1` that came before it.

mod read;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::kinds::network_policy::PortNumbers;
use crate::kinds::selector::Selector;
use crate::place::{Place, PolicyName, Problem};
use crate::port::Protocol;
use crate::rule::Direction;

/// A policy of the cluster's administrator. AdminNetworkPolicy and BaselineAdminNetworkPolicy are read into the same type.
#[derive(Clone, Debug)]
pub struct ClusterNetworkPolicy {
    /// Its name, with the kind as written.
    pub name: PolicyName,
    /// Where it is written.
    pub place: Place,
    /// Before or after NetworkPolicy.
    pub tier: Tier,
    /// 0 to 1000: lower decides first. A BaselineAdminNetworkPolicy, of which there is one, has 0. As written: the API server
    /// refuses others.
    pub priority: i32,
    /// Whom it guards.
    pub subject: Subject,
    /// The rules of both directions, each in the order in which they decide: `spec.ingress`, then `spec.egress`.
    pub rules: Vec<Rule>,
    /// Why the API server would refuse it; empty where it would not.
    pub refused: Vec<Problem>,
}

/// Where a policy stands beside NetworkPolicy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Before it.
    Admin,
    /// After it, for pods that no NetworkPolicy isolates.
    Baseline,
}

/// Whom a policy guards, or one of its peers that are pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `namespaces`: every pod of the namespaces that are selected.
    Namespaces(Selector),
    /// `pods`: pods that are selected in namespaces that are selected.
    Pods {
        /// `namespaceSelector`.
        namespaces: Selector,
        /// `podSelector`.
        pods: Selector,
    },
    /// Neither is written: the API server refuses that. Of both, which it refuses too, `namespaces` counts.
    Nothing,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// Its `name`; empty where it has none.
    pub name: Text,
    /// Which direction it is in.
    pub direction: Direction,
    /// Its place among the rules of its direction.
    pub index: u32,
    /// What it does.
    pub action: Action,
    /// `from` or `to`: never empty in a policy that the API server takes.
    pub peers: Vec<Peer>,
    /// `protocols` (v1alpha2) or `ports` (v1alpha1); `None` where absent: all traffic. What nothing can be made of is left out:
    /// an empty list takes nothing, unless it is empty as written, which counts as absent.
    pub ports: Option<Vec<Port>>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `Accept` (v1alpha2), `Allow` (v1alpha1).
    Accept,
    /// `Deny`.
    Deny,
    /// `Pass`: what comes after this tier decides.
    Pass,
    /// Another word; the API server refuses it.
    Unknown,
}

/// One item of `from` or `to`.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it is written.
    pub place: Place,
    /// Who it is.
    pub who: Who,
}

/// Who a peer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// `namespaces` or `pods`.
    Pods(Subject),
    /// `nodes` (egress): nodes by their labels.
    Nodes(Selector),
    /// `networks` (egress): blocks, which also hold pods and nodes by their addresses.
    Networks(Vec<IpNet>),
    /// `domainNames` (egress, Accept alone): as written, `*.` in front stands for one or more whole labels.
    DomainNames(Vec<Text>),
    /// A peer that says nothing, or something that this version does not know: the rule fails closed (an Accept takes nobody,
    /// a Deny and a Pass take everyone and deny).
    Unknown,
}

/// One item of `protocols` or `ports`.
#[derive(Clone, Debug)]
pub struct Port {
    /// Where it is written.
    pub place: Place,
    /// `None` for a named port, which counts for whatever protocol the pod gives it, and for an item that names nothing known,
    /// which the API server refuses.
    pub protocol: Option<Protocol>,
    /// `None`: all traffic of the protocol, or of all that have ports where none is named.
    pub port: Option<PortNumbers>,
}
