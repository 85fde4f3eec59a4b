//! Drafts out of what must be let through.

mod dns;
mod peers;

use std::collections::{BTreeMap, BTreeSet};

use ironsides_tree::Text;

use self::dns::Dns;
use crate::cluster::Cluster;
use crate::flow::{Observed, Request, Resolved};
use crate::generate::draft::{Asked, Draft, DraftRule, asked, spans};
use crate::generate::edge::{Edges, Evidence, Side, edges};
use crate::generate::group::{Group, groups};
use crate::generate::{Intent, Note, NoteKind, PolicyKind, Wishes};
use crate::kinds::Policies;
use crate::port::{Protocol, Traffic};
use crate::rule::Direction;

/// Namespaces of Kubernetes itself, which are closed only when they are asked for by name.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// What was drafted.
pub(super) struct Built {
    pub(super) drafts: Vec<Draft>,
    pub(super) groups: Vec<Group>,
    pub(super) notes: Vec<Note>,
}

/// The policies that stay when those of the namespaces that are closed are replaced.
pub(super) fn without_replaced(existing: &Policies, wishes: &Wishes) -> Policies {
    let goes = |namespace: &Option<Text>| match (namespace, &wishes.namespaces) {
        (Some(namespace), Some(wanted)) => wanted.contains(namespace),
        (Some(namespace), None) => !SYSTEM.contains(&namespace.as_str()),
        (None, _) => false,
    };
    let mut kept = existing.clone();
    kept.network.retain(|policy| !goes(&policy.name.namespace));
    kept.cilium.retain(|policy| !goes(&policy.name.namespace));
    kept
}

/// Drafts policies.
pub(super) fn build(
    resolved: &Resolved,
    observed: &Observed,
    intents: &[Intent],
    existing: &Policies,
    wishes: &Wishes,
) -> Built {
    let cluster = &resolved.cluster;
    let (groups, of) = groups(cluster);
    let edges = edges(observed, resolved, intents, &of);
    let mut builder =
        Builder { cluster, observed, groups: &groups, edges: &edges, wishes, notes: BTreeSet::new() };
    let namespaces = builder.namespaces(&resolved.unknown);
    let dns = builder.dns();
    let mut taken = Taken::new(existing, wishes);
    let mut drafts = Vec::new();
    for namespace in &namespaces {
        drafts.push(Draft {
            namespace: namespace.clone(),
            name: taken.name(namespace, "default-deny"),
            purpose: format!("Nothing reaches the pods of {namespace}, and they reach nothing, but for what policies allow."),
            directions: Direction::ALL.to_vec(),
            ..Draft::default()
        });
        let mut lookup = builder.lookup(namespace, &dns);
        lookup.name = taken.name(namespace, "allow-dns");
        drafts.push(lookup);
        for (at, group) in (0..).zip(&groups).filter(|(_, group)| group.namespace == *namespace) {
            if group.host_network {
                builder.note(
                    NoteKind::Remark,
                    format!("{} uses the network of its nodes: policies do not guard it", group.full_name()),
                );
                continue;
            }
            let mut draft = builder.workload(at, group, &dns);
            if !draft.rules.is_empty() {
                draft.name = taken.name(namespace, &group.name);
                drafts.push(draft);
            }
        }
    }
    let notes = builder.notes.into_iter().collect();
    Built { drafts, groups, notes }
}

/// Names that are in use.
struct Taken(BTreeSet<(Text, Text)>);

impl Taken {
    fn new(existing: &Policies, wishes: &Wishes) -> Self {
        let name = |name: &crate::place::PolicyName| {
            let namespace = name.namespace.clone()?;
            Some((namespace, name.name.clone()))
        };
        let kept = if wishes.replace { without_replaced(existing, wishes) } else { existing.clone() };
        let network = kept.network.iter().filter_map(|policy| name(&policy.name));
        Self(network.chain(kept.cilium.iter().filter_map(|policy| name(&policy.name))).collect())
    }

    /// The name, or one like it that nobody has. Names of objects are bounded by 253 characters.
    fn name(&mut self, namespace: &Text, wanted: &str) -> Text {
        let wanted: String = wanted.chars().take(240).collect();
        let all = std::iter::once(wanted.clone())
            .chain(std::iter::once(format!("{wanted}-generated")))
            .chain((2..).map(|number| format!("{wanted}-generated-{number}")));
        for name in all {
            if self.0.insert((namespace.clone(), Text::new(&name))) {
                return Text::from(name);
            }
        }
        Text::from(wanted)
    }
}

struct Builder<'a> {
    cluster: &'a Cluster,
    observed: &'a Observed,
    groups: &'a [Group],
    edges: &'a Edges,
    wishes: &'a Wishes,
    notes: BTreeSet<Note>,
}

/// A peer with what it may send, before peers that may send the same are put together.
type Parts = BTreeMap<(Vec<Traffic>, Vec<Asked>), Vec<(Side, Evidence)>>;

impl<'a> Builder<'a> {
    fn note(&mut self, kind: NoteKind, text: String) {
        self.notes.insert(Note { kind, text });
    }

    fn is_cilium(&self) -> bool {
        self.wishes.kind == PolicyKind::Cilium
    }

    /// The namespaces that are closed.
    fn namespaces(&mut self, unknown: &[u32]) -> BTreeSet<Text> {
        let of: BTreeSet<Text> = self.groups.iter().map(|group| group.namespace.clone()).collect();
        if let Some(wanted) = &self.wishes.namespaces {
            for name in wanted.difference(&of) {
                self.note(NoteKind::Remark, format!("namespace {name} has no pods that are known"));
            }
            return wanted.clone();
        }
        // A namespace that only logs know may hold much that they do not tell.
        let declared = self.cluster.pods.len() > unknown.len();
        let is_declared = |group: &Group| group.pods.iter().any(|pod| !unknown.contains(pod));
        let known: BTreeSet<Text> = self
            .groups
            .iter()
            .filter(|group| is_declared(group))
            .map(|group| group.namespace.clone())
            .collect();
        let mut wanted = BTreeSet::new();
        for name in of {
            if SYSTEM.contains(&name.as_str()) {
                continue;
            }
            if declared && !known.contains(&name) {
                self.note(
                    NoteKind::Remark,
                    format!(
                        "namespace {name} is known from flows alone and stays open; name it to close it, too"
                    ),
                );
                continue;
            }
            wanted.insert(name);
        }
        wanted
    }

    /// The policy of a workload.
    fn workload(&mut self, at: u32, group: &Group, dns: &Dns) -> Draft {
        let mut rules = Vec::new();
        for direction in Direction::ALL {
            rules.extend(self.rules(at, group, direction, dns));
        }
        let mut directions: Vec<Direction> = rules.iter().map(|rule: &DraftRule| rule.direction).collect();
        directions.dedup();
        if !rules.is_empty() {
            if group.selector.is_empty() {
                self.note(
                    NoteKind::Widened,
                    format!(
                        "{} has no label that stays, so that its rules are for every pod of {}: give its pods one of their own",
                        group.full_name(),
                        group.namespace
                    ),
                );
            } else if !group.shared.is_empty() {
                self.note(
                    NoteKind::Widened,
                    format!(
                        "no label tells {} from {}: its rules are theirs, too; give its pods one of their own",
                        group.full_name(),
                        group.shared.join(", ")
                    ),
                );
            }
        }
        Draft {
            namespace: group.namespace.clone(),
            purpose: format!("What {} of {} may receive and send.", group.name, group.namespace),
            subject: group.selector.clone(),
            directions,
            rules,
            ..Draft::default()
        }
    }

    fn rules(&mut self, at: u32, group: &Group, direction: Direction, dns: &Dns) -> Vec<DraftRule> {
        let mut parts = Parts::new();
        for ((from, to), ports) in self.edges {
            let (subject, peer) = match direction {
                Direction::Ingress => (to, from),
                Direction::Egress => (from, to),
            };
            let is_namespace = matches!(subject, Side::Namespace(name) if *name == group.namespace);
            if *subject != Side::Group(at) && !is_namespace {
                continue;
            }
            // What asks for the same requests goes together.
            let mut by_requests: BTreeMap<Vec<Asked>, (Vec<Traffic>, Evidence)> = BTreeMap::new();
            for (&traffic, evidence) in ports {
                if direction == Direction::Egress && Self::is_lookup(dns, to, traffic) {
                    continue;
                }
                if !self.can_be_written(traffic, from, to) {
                    continue;
                }
                let requests = self.requests(direction, to, evidence);
                let part = by_requests.entry(requests).or_default();
                part.0.push(traffic);
                part.1.join(evidence);
            }
            for (requests, (traffic, evidence)) in by_requests {
                if !requests.is_empty() {
                    self.note(
                        NoteKind::Remark,
                        format!(
                            "{} takes only requests of the kinds that were seen from {}: others are refused",
                            to.told(self.groups),
                            from.told(self.groups)
                        ),
                    );
                }
                parts.entry((traffic, requests)).or_default().push((peer.clone(), evidence));
            }
        }
        let mut rules = Vec::new();
        for ((traffic, requests), peers) in parts {
            let peers = self.peers(group, direction, peers, &traffic);
            if !peers.is_empty() {
                let ports = spans(traffic.into_iter().map(|traffic| (traffic.protocol, traffic.port)));
                rules.push(DraftRule { direction, peers, ports, requests });
            }
        }
        rules
    }

    /// HTTP is judged where it arrives; at the sender only where its receiver is not guarded here.
    fn requests(&self, direction: Direction, to: &Side, evidence: &Evidence) -> Vec<Asked> {
        if !self.is_cilium() || self.wishes.without_requests {
            return Vec::new();
        }
        let guarded = matches!(to, Side::Group(_));
        if (direction == Direction::Egress) == guarded {
            return Vec::new();
        }
        asked(evidence.requests.iter().filter(|request| matches!(request, Request::Http { .. })))
    }

    fn can_be_written(&mut self, traffic: Traffic, from: &Side, to: &Side) -> bool {
        let by_cilium = self.is_cilium() && matches!(traffic.protocol, Protocol::Icmp | Protocol::IcmpV6);
        if traffic.protocol.has_ports() || by_cilium {
            return true;
        }
        let (from, to) = (from.told(self.groups), to.told(self.groups));
        let text =
            format!("{} from {from} to {to} cannot be allowed by a policy of this kind", traffic.protocol);
        self.note(NoteKind::Impossible, text);
        false
    }

    fn group(&self, at: u32) -> Option<&'a Group> {
        self.groups.get(at as usize)
    }
}
