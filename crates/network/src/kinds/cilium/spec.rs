//! The rules of a policy for one subject.

use ironsides_tree::Text;

use crate::kinds::cilium::peer::Peers;
use crate::kinds::cilium::port::{IcmpRule, PortRule};
use crate::kinds::cilium::selector::EndpointSelector;
use crate::place::Place;
use crate::rule::Direction;

/// `spec`, or one item of `specs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Where it is written.
    pub place: Place,
    /// Whom it guards.
    pub subject: Subject,
    /// `ingress`, `ingressDeny`, `egress`, `egressDeny`, each in the order of its list.
    pub rules: Vec<Rule>,
    /// `enableDefaultDeny`.
    pub default_deny: DefaultDeny,
    /// `description`; empty where there is none.
    pub description: Text,
}

/// Whom a spec guards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `endpointSelector`: pods.
    Endpoints(EndpointSelector),
    /// `nodeSelector`: nodes themselves, which the host firewall guards.
    Nodes(EndpointSelector),
    /// Neither, or both: the agent refuses that.
    Nothing,
}

/// `enableDefaultDeny`: what is not written follows from whether the direction has rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DefaultDeny {
    /// `ingress`.
    pub ingress: Option<bool>,
    /// `egress`.
    pub egress: Option<bool>,
}

impl DefaultDeny {
    /// What is written for a direction.
    pub fn of(self, direction: Direction) -> Option<bool> {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }
}

/// One item of `ingress`, `ingressDeny`, `egress` or `egressDeny`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// Which direction it is in.
    pub direction: Direction,
    /// Whether it denies.
    pub deny: bool,
    /// Its place in its list.
    pub index: u32,
    /// Its peers.
    pub peers: Peers,
    /// `toPorts`; `None` where absent. Deny rules have ports alone.
    pub ports: Option<Vec<PortRule>>,
    /// `icmps`; `None` where absent.
    pub icmps: Option<Vec<IcmpRule>>,
    /// `authentication.mode` as written (`required`, `disabled`, `test-always-fail`); `None` where `authentication` is absent.
    pub authentication: Option<Text>,
}

impl Spec {
    /// The rules of a direction.
    pub fn of(&self, direction: Direction) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.direction == direction)
    }

    /// Whether it asks that what no rule takes is denied: as written, else where the direction has rules.
    pub fn denies_by_default(&self, direction: Direction) -> bool {
        self.default_deny.of(direction).unwrap_or_else(|| self.of(direction).next().is_some())
    }
}
