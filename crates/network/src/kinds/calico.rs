//! Calico's own kinds: policies in tiers, of `projectcalico.org/v3` and `crd.projectcalico.org/v1`.

pub mod expression;
mod fields;
mod read;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::kinds::calico::expression::Expression;
use crate::place::{Place, PolicyName};
use crate::port::Protocol;

/// Everything of Calico's own that decides.
#[derive(Clone, Debug, Default)]
pub struct Calico {
    /// The tiers that are declared. `kube-admin`, `default` and `kube-baseline` exist without that.
    pub tiers: Vec<Tier>,
    /// NetworkPolicy, GlobalNetworkPolicy and their staged forms, of Calico's own API.
    pub policies: Vec<CalicoPolicy>,
    /// The nodes that host endpoints guard: their policies are not evaluated, so what reaches such a node depends.
    pub host_endpoints: Vec<HostEndpoint>,
}

/// A tier: policies that are asked together.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: Text,
    /// Lower is asked before; none is asked last.
    pub order: Option<f64>,
    /// Whether traffic that no rule of it takes goes on to the next tier. Otherwise it is dropped.
    pub passes: bool,
}

/// A host endpoint.
#[derive(Clone, Debug)]
pub struct HostEndpoint {
    /// Its name.
    pub name: Text,
    /// The node.
    pub node: Text,
    /// Where it is written.
    pub place: Place,
}

/// A policy as it was written.
#[derive(Clone, Debug)]
pub struct CalicoPolicy {
    /// Its name; global ones have no namespace.
    pub name: PolicyName,
    /// Where it is written.
    pub place: Place,
    /// Its tier; `default` where none is written.
    pub tier: Text,
    /// Lower is asked before; none is asked last.
    pub order: Option<f64>,
    /// Whom it guards, by labels.
    pub selector: Expression,
    /// Whom it guards, by labels of namespaces (global policies).
    pub namespace_selector: Option<Expression>,
    /// Whom it guards, by labels of service accounts.
    pub service_account_selector: Option<Expression>,
    /// Whether it guards what comes in.
    pub ingress: Option<Vec<Rule>>,
    /// Whether it guards what goes out.
    pub egress: Option<Vec<Rule>>,
    /// Whether it only shows what it would do.
    pub staged: bool,
    /// Whether it is for host endpoints alone: `preDNAT`, `doNotTrack`.
    pub for_hosts: bool,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Lets it through.
    Allow,
    /// Drops it.
    Deny,
    /// Writes it to a log; the next rule is asked.
    Log,
    /// Leaves it to the next tier.
    Pass,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// What it does.
    pub action: Action,
    /// `ipVersion`: 4 or 6.
    pub version: Option<u8>,
    /// `protocol`.
    pub protocol: Option<Protocol>,
    /// `notProtocol`.
    pub not_protocol: Option<Protocol>,
    /// `icmp`: type, and code if one is asked for.
    pub icmp: Option<(u8, Option<u8>)>,
    /// `notICMP`.
    pub not_icmp: Option<(u8, Option<u8>)>,
    /// Whether it asks for HTTP methods or paths, which only a service mesh decides.
    pub http: bool,
    /// Whether it asks for names of domains, which only Calico Enterprise knows.
    pub domains: bool,
    /// The sender.
    pub source: Entity,
    /// The receiver.
    pub destination: Entity,
}

/// One end in a rule. What is empty asks nothing.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// `nets`.
    pub nets: Option<Vec<IpNet>>,
    /// `notNets`.
    pub not_nets: Vec<IpNet>,
    /// `selector`.
    pub selector: Option<Expression>,
    /// `notSelector`.
    pub not_selector: Option<Expression>,
    /// `namespaceSelector`.
    pub namespace_selector: Option<Expression>,
    /// `serviceAccounts.names`.
    pub service_accounts: Vec<Text>,
    /// `serviceAccounts.selector`.
    pub service_account_selector: Option<Expression>,
    /// `services`: namespace and name.
    pub service: Option<(Text, Text)>,
    /// `ports`.
    pub ports: Option<Vec<Ports>>,
    /// `notPorts`.
    pub not_ports: Vec<Ports>,
}

/// Ports of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// `8080`, or `"8000:8100"`.
    Range(u16, u16),
    /// A name that the pod gives to a port.
    Name(Text),
}
