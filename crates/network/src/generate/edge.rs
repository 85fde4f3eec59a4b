//! Who must be able to talk to whom, and what says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::flow::{Observed, Request, Resolved, Who};
use crate::generate::group::Group;
use crate::generate::{Caller, Intent};
use crate::port::Traffic;

/// One end of what must be let through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// A workload: a place in the list of groups.
    Group(u32),
    /// All pods of a namespace.
    Namespace(Text),
    /// A node by its place in the cluster, or by its address.
    Node(Option<u32>, Option<IpAddr>),
    /// The API server.
    ApiServer,
    /// The plug-in's own proxy for Ingress and Gateway API.
    Ingress,
    /// An address outside.
    Address(IpAddr),
    /// A name outside.
    Name(Text),
    /// Public networks.
    Public,
    /// Private networks.
    Private,
    /// A block of addresses.
    Block(IpNet),
    /// Everybody, from wherever.
    Everyone,
}

/// What says that something must be let through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The flows that were observed: places in [`Observed::flows`].
    pub flows: Vec<u32>,
    /// How many connections they are.
    pub count: u64,
    /// What manifests say: `CART_URL of shop/frontend`.
    pub intents: BTreeSet<Text>,
    /// What was asked on the connections, where a proxy looked into them.
    pub requests: BTreeSet<Request>,
}

impl Evidence {
    /// Adds what another says.
    pub fn join(&mut self, other: &Self) {
        self.flows.extend(&other.flows);
        self.count = self.count.saturating_add(other.count);
        self.intents.extend(other.intents.iter().cloned());
        self.requests.extend(other.requests.iter().cloned());
    }

    /// In words: `120 connections (flows.json:3)`, `CART_URL of shop/frontend`.
    pub fn told(&self, observed: &Observed) -> String {
        let mut parts = Vec::new();
        let places =
            self.flows.iter().filter_map(|&at| observed.flows.get(at as usize)).map(|flow| &flow.place);
        if let Some(first) = places.min() {
            parts.push(match (self.count, self.requests.len()) {
                (0, 1) => format!("1 kind of request ({first})"),
                (0, many) => format!("{many} kinds of requests ({first})"),
                (1, _) => format!("1 connection ({first})"),
                (many, _) => format!("{many} connections ({first})"),
            });
        }
        parts.extend(self.intents.iter().map(ToString::to_string));
        parts.join("; ")
    }
}

/// All that must be let through, by who opens it, to whom, and with what.
pub type Edges = BTreeMap<(Side, Side), BTreeMap<Traffic, Evidence>>;

/// What flows and intents ask for.
pub fn edges(observed: &Observed, resolved: &Resolved, intents: &[Intent], of: &[u32]) -> Edges {
    let mut edges = Edges::new();
    let mut add = |from: BTreeSet<Side>, to: &Who, traffic: Traffic, evidence: &Evidence| {
        for from in from {
            for to in sides(to, of) {
                edges.entry((from.clone(), to)).or_default().entry(traffic).or_default().join(evidence);
            }
        }
    };
    for flow in &resolved.flows {
        let Some(seen) = observed.flows.get(flow.flow as usize).filter(|seen| seen.seen.is_wanted()) else {
            continue;
        };
        let evidence = Evidence {
            flows: vec![flow.flow],
            // Requests come on connections that are counted besides.
            count: if seen.request.is_some() { 0 } else { seen.count },
            intents: BTreeSet::new(),
            requests: seen.request.iter().cloned().collect(),
        };
        // Every plug-in lets the own node in: kubelets probe from there.
        if matches!(flow.from, Who::OwnNode(..)) {
            continue;
        }
        add(sides(&flow.from, of), &flow.to, flow.traffic, &evidence);
    }
    for intent in intents {
        let evidence = Evidence { intents: [intent.why.clone()].into(), ..Evidence::default() };
        let from = match &intent.from {
            Caller::Who(from) => sides(from, of),
            Caller::Namespace(namespace) => [Side::Namespace(namespace.clone())].into(),
            Caller::Block(block) => [Side::Block(*block)].into(),
            Caller::Everyone => [Side::Everyone].into(),
        };
        add(from, &intent.to, intent.traffic, &evidence);
    }
    edges
}

fn sides(who: &Who, of: &[u32]) -> BTreeSet<Side> {
    match who {
        Who::Pods(pods) => {
            pods.iter().filter_map(|&pod| of.get(pod as usize)).map(|&group| Side::Group(group)).collect()
        }
        Who::Node(node, address) | Who::OwnNode(node, address) => [Side::Node(*node, *address)].into(),
        Who::ApiServer => [Side::ApiServer].into(),
        Who::Ingress => [Side::Ingress].into(),
        Who::Address(address) => [Side::Address(*address)].into(),
        Who::Name(name) => [Side::Name(name.clone())].into(),
        Who::Public => [Side::Public].into(),
        Who::Private => [Side::Private].into(),
    }
}

impl Side {
    /// In words.
    pub fn told<'a>(&'a self, groups: &'a [Group]) -> impl fmt::Display + 'a {
        Told(self, groups)
    }
}

struct Told<'a>(&'a Side, &'a [Group]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Side::Group(at) => match self.1.get(*at as usize) {
                Some(group) => out.write_str(&group.full_name()),
                None => out.write_str("a workload"),
            },
            Side::Namespace(namespace) => write!(out, "all pods of {namespace}"),
            Side::Node(_, Some(address)) => write!(out, "node {address}"),
            Side::Node(..) => out.write_str("a node"),
            Side::ApiServer => out.write_str("the API server"),
            Side::Ingress => out.write_str("the ingress proxy"),
            Side::Address(address) => write!(out, "{address}"),
            Side::Name(name) => out.write_str(name),
            Side::Public => out.write_str("public networks"),
            Side::Private => out.write_str("private networks"),
            Side::Block(block) => write!(out, "{block}"),
            Side::Everyone => out.write_str("everyone"),
        }
    }
}
