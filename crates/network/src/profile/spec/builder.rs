//! What is gathered while policies are lowered.

use std::collections::BTreeSet;
use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashSet;

use crate::cluster::Cluster;
use crate::kinds::cluster_network_policy::Subject;
use crate::kinds::network_policy::PortNumbers;
use crate::kinds::selector::Selector;
use crate::lowered::Lowered;
use crate::matcher::{Conjunct, Matcher, Requirement};
use crate::place::{PolicyName, Problem};
use crate::port::{PortMatch, Protocol};
use crate::profile::{Options, Profile};
use crate::rule::{Action, Direction, Origin, Rank, Rule};
use crate::symbol::{Symbol, Symbols};

use super::Reading;
use super::basis::Basis;
use super::blocks::Blocks;
use super::keys::{Keys, Of};
use super::views::{self, Seen};

/// Gathers rules, and what they ask about; then the views follow from the cluster.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    /// What can talk.
    pub(super) cluster: &'a Cluster,
    /// Settings of the plug-in.
    pub(super) options: &'a Options,
    /// How the Kubernetes kinds are read.
    pub(super) reading: Reading,
    /// Texts of labels.
    pub(super) symbols: Symbols,
    /// Keys of labels.
    pub(super) keys: Keys,
    /// Blocks of rules.
    pub(super) blocks: Blocks,
    /// The policies that count.
    pub(super) policies: Vec<PolicyName>,
    /// Rules in any order.
    pub(super) rules: Vec<Rule>,
    /// What the plug-in makes of the documents.
    pub(super) problems: Vec<Problem>,
    /// Names of ports that rules ask for.
    pub(super) port_names: FxHashSet<Text>,
    /// Namespaces that rules name.
    pub(super) namespaces: FxHashSet<Symbol>,
    /// Names outside the cluster that services stand for.
    pub(super) names: Vec<Text>,
    /// Those of them that rules ask for.
    pub(super) asked_names: BTreeSet<Text>,
    matchers: FxHashSet<Arc<Matcher>>,
}

/// A rule before it has a rank.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Who wrote it.
    pub(super) origin: Origin,
    /// Which end it guards.
    pub(super) direction: Direction,
    /// What it does.
    pub(super) action: Action,
    /// Whom it guards.
    pub(super) subject: Arc<Matcher>,
    /// Whose traffic it takes.
    pub(super) peers: Arc<Matcher>,
    /// Which traffic it takes.
    pub(super) ports: Option<Arc<[PortMatch]>>,
}

impl<'a> Builder<'a> {
    /// With no rules yet. `symbols` are those of views that may be kept.
    pub(super) fn new(
        cluster: &'a Cluster,
        options: &'a Options,
        reading: Reading,
        mut symbols: Symbols,
    ) -> Self {
        Self {
            cluster,
            options,
            reading,
            keys: Keys::new(&mut symbols),
            symbols,
            blocks: Blocks::new(cluster, *options),
            policies: Vec::new(),
            rules: Vec::new(),
            problems: Vec::new(),
            port_names: FxHashSet::default(),
            namespaces: FxHashSet::default(),
            names: cluster.external_names(),
            asked_names: BTreeSet::new(),
            matchers: FxHashSet::default(),
        }
    }

    /// The place of a policy among those that count.
    pub(super) fn policy(&mut self, name: &PolicyName) -> u32 {
        self.policies.push(name.clone());
        u32::try_from(self.policies.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds a rule.
    pub(super) fn rule(&mut self, rank: Rank, part: Part) {
        let Part { origin, direction, action, subject, peers, ports } = part;
        let (proxy, authentication) = (None, None);
        self.rules.push(Rule {
            origin,
            direction,
            rank,
            action,
            subject,
            peers,
            ports,
            proxy,
            authentication,
        });
    }

    /// A matcher of these conjuncts, kept once.
    pub(super) fn matcher(&mut self, conjuncts: Vec<Conjunct>) -> Arc<Matcher> {
        let mut kept: Vec<Conjunct> = Vec::with_capacity(conjuncts.len());
        for conjunct in conjuncts {
            if !kept.contains(&conjunct) {
                kept.push(conjunct);
            }
        }
        let matcher = Matcher(kept);
        if let Some(known) = self.matchers.get(&matcher) {
            return Arc::clone(known);
        }
        let matcher = Arc::new(matcher);
        self.matchers.insert(Arc::clone(&matcher));
        matcher
    }

    /// Pods that are selected in namespaces that are selected.
    pub(super) fn pods(&mut self, namespaces: &Selector, pods: &Selector) -> Conjunct {
        let mut requirements = vec![Requirement::equals(self.keys.kind, self.keys.pod)];
        requirements.extend(self.keys.requirements(&mut self.symbols, Of::Namespaces, namespaces));
        requirements.extend(self.keys.requirements(&mut self.symbols, Of::Pods, pods));
        Conjunct::of(requirements)
    }

    /// Pods that are selected in one namespace.
    pub(super) fn pods_in(&mut self, namespace: &str, pods: &Selector) -> Conjunct {
        let namespace = self.symbols.intern(namespace);
        self.namespaces.insert(namespace);
        let mut requirements = vec![Requirement::equals(self.keys.namespace, namespace)];
        requirements.extend(self.keys.requirements(&mut self.symbols, Of::Pods, pods));
        Conjunct::of(requirements)
    }

    /// The pods of a subject or peer; none where it says nothing.
    pub(super) fn subject(&mut self, subject: &Subject) -> Option<Conjunct> {
        match subject {
            Subject::Namespaces(namespaces) => Some(self.pods(namespaces, &Selector::default())),
            Subject::Pods { namespaces, pods } => Some(self.pods(namespaces, pods)),
            Subject::Nothing => None,
        }
    }

    /// The ports of a rule of a protocol; `None` stands for TCP, UDP and SCTP.
    pub(super) fn ports(
        &mut self,
        protocol: Option<Protocol>,
        port: Option<&PortNumbers>,
        into: &mut Vec<PortMatch>,
    ) {
        let one = protocol.map(|protocol| [protocol]);
        for &protocol in one.as_ref().map_or(Protocol::WITH_PORTS.as_slice(), |one| one.as_slice()) {
            into.push(match port {
                None => PortMatch::all(protocol),
                Some(&PortNumbers::Range(first, last)) => PortMatch::Range { protocol, first, last },
                Some(PortNumbers::Name(name)) => {
                    self.port_names.insert(name.clone());
                    PortMatch::Named { protocol, name: name.clone() }
                }
            });
        }
    }

    /// The cluster as the rules see it. Where `before` answers all that they ask, its views are kept.
    pub(super) fn finish(mut self, profile: Profile, before: Option<&Lowered>) -> Lowered {
        let basis = Arc::new(Basis::of(&self));
        let known = before.and_then(|before| Some((before, before.basis.as_ref()?)));
        let (seen, basis) = match known.filter(|(_, known)| known.covers(&basis)) {
            Some((before, known)) => (Seen::of(before), Arc::clone(known)),
            None => (views::build(&mut self), basis),
        };
        self.rules.sort_by_key(|rule| (rule.direction, rule.rank));
        Lowered {
            profile,
            symbols: self.symbols,
            policies: self.policies,
            rules: self.rules,
            views: seen.views,
            pods: seen.pods,
            nodes: seen.nodes,
            outside: seen.outside,
            names: seen.names,
            problems: self.problems,
            basis: Some(basis),
        }
    }
}
