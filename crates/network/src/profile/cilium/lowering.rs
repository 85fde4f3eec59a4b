//! What is collected while policies are lowered.

use std::sync::Arc;

use crate::cluster::Cluster;
use crate::kinds::cilium::{EndpointSelector, LabelKey};
use crate::kinds::selector::Asked;
use crate::matcher::{Conjunct, Matcher};
use crate::place::{Loss, Place, PolicyName, Problem};
use crate::port::PortMatch;
use crate::profile::Options;
use crate::profile::cilium::beyond::{Asking, asked_of};
use crate::profile::cilium::blocks::Blocks;
use crate::profile::cilium::conflicts::Claims;
use crate::profile::cilium::filter::is_kept;
use crate::profile::cilium::label::NAMESPACE;
use crate::profile::cilium::selector::Labels;
use crate::rule::{Action, Authentication, Direction, Origin, Proxy, Rank, Rule};
use crate::symbol::Symbols;

/// The ranks at which the tiers begin, in their order.
pub(super) mod rank {
    use crate::rule::Rank;

    /// Policies that cannot be worked out.
    pub(in crate::profile::cilium) const BROKEN: Rank = Rank(0);
    /// ClusterNetworkPolicy of tier Admin.
    pub(in crate::profile::cilium) const ADMIN: Rank = Rank(1);
    /// NetworkPolicy, CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.
    pub(in crate::profile::cilium) const NORMAL: Rank = Rank(1_000_000);
    /// ClusterNetworkPolicy of tier Baseline.
    pub(in crate::profile::cilium) const BASELINE: Rank = Rank(2_000_000);
    /// What Cilium adds where the direction is closed: the own node.
    pub(in crate::profile::cilium) const LOCAL: Rank = Rank(3_000_000);
    /// What it adds where policies guard and nothing closes.
    pub(in crate::profile::cilium) const OPEN: Rank = Rank(3_000_001);
    /// What it adds where the direction is closed and a policy passes.
    pub(in crate::profile::cilium) const PASSED: Rank = Rank(3_000_002);
    /// The default denial.
    pub(in crate::profile::cilium) const CLOSED: Rank = Rank(3_000_003);
}

/// What is collected while policies are lowered.
pub(super) struct Lowering<'a> {
    pub(super) options: &'a Options,
    pub(super) symbols: Symbols,
    pub(super) blocks: Blocks<'a>,
    pub(super) policies: Vec<PolicyName>,
    pub(super) rules: Vec<Rule>,
    pub(super) problems: Vec<Problem>,
    pub(super) claims: Claims,
    /// What rules ask of connections beyond addresses and ports.
    pub(super) asking: Vec<Asking>,
    guards: Vec<Guard>,
}

/// That a policy guards a subject in a direction.
pub(super) struct Guard {
    pub(super) policy: u32,
    pub(super) direction: Direction,
    pub(super) subject: Arc<Matcher>,
    /// Whether it closes the direction.
    pub(super) closes: bool,
    /// Whether it has a rule that passes.
    pub(super) passes: bool,
}

/// A policy that is lowered.
#[derive(Clone)]
pub(super) struct Writer {
    pub(super) policy: u32,
    pub(super) place: Place,
    pub(super) subject: Arc<Matcher>,
    pub(super) direction: Direction,
    pub(super) rank: Rank,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(cluster: &'a Cluster, options: &'a Options) -> Self {
        Self {
            options,
            symbols: Symbols::default(),
            blocks: Blocks::new(cluster, options),
            policies: Vec::new(),
            rules: Vec::new(),
            problems: Vec::new(),
            claims: Claims::default(),
            asking: Vec::new(),
            guards: Vec::new(),
        }
    }

    /// A policy that counts.
    pub(super) fn policy(&mut self, name: &PolicyName) -> u32 {
        self.policies.push(name.clone());
        u32::try_from(self.policies.len() - 1).unwrap_or(u32::MAX)
    }

    /// Something that Cilium makes nothing of.
    pub(super) fn problem(&mut self, place: &Place, loss: Loss, message: impl Into<String>) {
        self.problems.push(Problem { place: place.clone(), message: message.into(), loss });
    }

    /// Tells of labels that no pod has for Cilium.
    pub(super) fn unselectable(&mut self, selector: &EndpointSelector) {
        for requirement in &selector.requirements {
            let key = &requirement.key;
            if [LabelKey::K8S, LabelKey::ANY].contains(&key.source.as_str()) && !is_kept(&key.name) {
                let message = format!("Cilium keeps no label `{}` of pods: it counts as absent", key.name);
                self.problem(&selector.place, Loss::Part, message);
            }
        }
    }

    /// Pods by their labels.
    pub(super) fn pods(&mut self, labels: Labels) -> Arc<Matcher> {
        let labels = labels.with(LabelKey::new(LabelKey::K8S, NAMESPACE), Asked::Exists);
        Arc::new(Matcher(vec![labels.conjunct(&mut self.symbols)]))
    }

    /// Notes that a policy guards a subject.
    pub(super) fn guard(&mut self, guard: Guard) {
        self.guards.push(guard);
    }

    pub(super) fn guards(&self, direction: Direction) -> impl Iterator<Item = &Guard> {
        self.guards.iter().filter(move |guard| guard.direction == direction)
    }

    /// A rule that Cilium adds by itself, for all traffic of everyone.
    pub(super) fn own(
        &mut self,
        direction: Direction,
        rank: Rank,
        action: Action,
        subject: Vec<Conjunct>,
        origin: Origin,
    ) {
        if subject.is_empty() {
            return;
        }
        self.rules.push(Rule {
            origin,
            direction,
            rank,
            action,
            subject: Arc::new(Matcher(subject)),
            peers: Arc::new(Matcher::everybody()),
            ports: None,
            proxy: None,
            authentication: None,
        });
    }

    /// A rule of Cilium's own kinds that lets traffic in.
    pub(super) fn allow(&mut self, writer: &Writer, peers: Arc<Matcher>, traffic: Traffic) {
        self.claims.add(writer, &peers, &traffic);
        self.write(writer, Action::Allow, peers, traffic);
    }

    /// The same where a connection must meet a condition beyond its addresses and ports.
    pub(super) fn allow_if(
        &mut self,
        writer: &Writer,
        peers: Arc<Matcher>,
        traffic: Traffic,
        condition: Arc<str>,
    ) {
        self.claims.add(writer, &peers, &traffic);
        self.write(writer, Action::Allow, Arc::new(asked_of(&peers, &condition)), traffic.clone());
        let Some(ports) = traffic.ports else { return };
        let (direction, subject) = (writer.direction, Arc::clone(&writer.subject));
        self.asking.push(Asking { direction, subject, peers, ports, condition });
    }

    /// A rule that somebody wrote.
    pub(super) fn write(&mut self, writer: &Writer, action: Action, peers: Arc<Matcher>, traffic: Traffic) {
        if peers.0.is_empty() || traffic.ports.as_ref().is_some_and(|ports| ports.is_empty()) {
            return;
        }
        self.rules.push(Rule {
            origin: Origin::Policy(writer.policy, writer.place.clone()),
            direction: writer.direction,
            rank: writer.rank,
            action,
            subject: Arc::clone(&writer.subject),
            peers,
            ports: traffic.ports,
            proxy: traffic.proxy,
            authentication: traffic.authentication,
        });
    }
}

/// Which traffic a rule takes, and what it asks of it.
#[derive(Clone, Default)]
pub(super) struct Traffic {
    pub(super) ports: Option<Arc<[PortMatch]>>,
    pub(super) proxy: Option<Arc<Proxy>>,
    pub(super) authentication: Option<Authentication>,
}

/// What both matchers select.
pub(super) fn both(a: &Matcher, b: &Matcher) -> Vec<Conjunct> {
    let joined = |a: &Conjunct, b: &Conjunct| {
        let mut joined = a.clone();
        for requirement in &b.requirements {
            if !joined.requirements.contains(requirement) {
                joined.requirements.push(requirement.clone());
            }
        }
        joined.addresses = match (&a.addresses, &b.addresses) {
            (Some(a), Some(b)) => Some(Arc::new(a.and(b))),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        joined.condition = a.condition.clone().or_else(|| b.condition.clone());
        joined
    };
    a.0.iter().flat_map(|a| b.0.iter().map(move |b| joined(a, b))).collect()
}
