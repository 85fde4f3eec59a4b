//! NetworkPolicy of `networking.k8s.io/v1`.

use ipnet::IpNet;

use crate::kinds::selector::Selector;
use crate::place::{Place, PolicyName, Problem};
use crate::rule::Direction;

/// A NetworkPolicy as it was written. What may be absent or empty is kept apart, since plug-ins make different things of it.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    /// Its name; the namespace is never absent (`default` where none is written).
    pub name: PolicyName,
    /// Where it is written.
    pub place: Place,
    /// `spec.podSelector`; absent selects every pod.
    pub pod_selector: Selector,
    /// `spec.policyTypes`, if it is written and not empty.
    pub policy_types: Option<Vec<Direction>>,
    /// `spec.ingress`; `None` where it is absent or null.
    pub ingress: Option<Vec<Rule>>,
    /// `spec.egress`.
    pub egress: Option<Vec<Rule>>,
    /// Why the API server would refuse it; empty where it would not.
    pub refused: Vec<Problem>,
}

/// One rule of a direction.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// `from` or `to`; absent and empty mean the same: everyone.
    pub peers: Vec<Peer>,
    /// `ports`; absent and empty mean the same: all traffic.
    pub ports: Vec<Port>,
}

/// One item of `from` or `to`.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it is written.
    pub place: Place,
    /// `podSelector`.
    pub pod_selector: Option<Selector>,
    /// `namespaceSelector`.
    pub namespace_selector: Option<Selector>,
    /// `ipBlock`.
    pub ip_block: Option<IpBlock>,
}

/// A block of addresses without some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpBlock {
    /// `cidr`.
    pub cidr: IpNet,
    /// `except`.
    pub except: Vec<IpNet>,
}

/// One item of `ports`.
#[derive(Clone, Debug)]
pub struct Port {
    /// Where it is written.
    pub place: Place,
    /// `protocol`; TCP where it is absent.
    pub protocol: crate::port::Protocol,
    /// `port` with `endPort`; `None` where `port` is absent: all traffic of the protocol.
    pub port: Option<PortNumbers>,
}

/// The `port` of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortNumbers {
    /// From `port` to `endPort`, or one alone.
    Range(u16, u16),
    /// A name that the destination gives to a port.
    Name(ironsides_tree::Text),
}
