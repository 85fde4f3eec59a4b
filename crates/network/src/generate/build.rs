//! Drafts out of what must be let through.

mod dns;
mod peers;

use std::collections::{BTreeMap, BTreeSet};

use ironsides_tree::Text;

use self::dns::Dns;
use crate::cluster::Cluster;
use crate::flow::{LogPlace, Observed, Request, Resolved, Who};
use crate::generate::asked::{Asking, asked};
use crate::generate::draft::{Draft, DraftRule, spans};
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
    let mut builder = Builder {
        cluster,
        observed,
        groups: &groups,
        edges: &edges,
        wishes,
        unknown: &resolved.unknown,
        notes: BTreeSet::new(),
    };
    let namespaces = builder.namespaces(&resolved.unknown);
    builder.strangers(resolved);
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
        if groups.iter().all(|group| group.namespace != *namespace) {
            let mut draft = builder.all_pods(namespace, &dns);
            if !draft.rules.is_empty() {
                draft.name = taken.name(namespace, "all-pods");
                drafts.push(draft);
            }
        }
        for (at, group) in (0..).zip(&groups).filter(|(_, group)| group.namespace == *namespace) {
            if group.host_network {
                continue;
            }
            let mut draft = builder.workload(at, group, &dns);
            if !draft.rules.is_empty() {
                draft.name = taken.name(namespace, &group.policy());
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
        let wanted = object_name(wanted);
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

/// The nearest name that an object may have.
fn object_name(wanted: &str) -> String {
    let name: String = wanted
        .to_ascii_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || ".-".contains(letter) { letter } else { '-' })
        .take(220)
        .collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() {
        "workload".to_owned()
    } else {
        name.replace("..", ".").replace(".-", "-").replace("-.", "-")
    }
}

struct Builder<'a> {
    cluster: &'a Cluster,
    observed: &'a Observed,
    groups: &'a [Group],
    edges: &'a Edges,
    wishes: &'a Wishes,
    /// The pods that only logs know.
    unknown: &'a [u32],
    notes: BTreeSet<Note>,
}

/// A peer with what it may send, before peers that may send the same are put together.
type Parts = BTreeMap<(Vec<Traffic>, Asking), Vec<(Side, Evidence)>>;

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
        let mut wanted = self.wishes.namespaces.clone().unwrap_or_else(|| self.usual(of.clone(), unknown));
        if self.wishes.namespaces.is_none() {
            let declared = self.cluster.namespaces.iter().filter(|(_, namespace)| namespace.place.is_some());
            wanted.extend(
                declared
                    .map(|(name, _)| name.clone())
                    .filter(|name| !of.contains(name) && !SYSTEM.contains(&name.as_str())),
            );
        }
        for name in wanted.difference(&of) {
            let text = format!("namespace {name} has no pods that are known: it is closed for those to come");
            self.note(NoteKind::Remark, text);
        }
        wanted.retain(|name| self.is_name(name) && self.is_guarded(name));
        wanted
    }

    /// Whether a namespace can be called so. Logs and manifests may hold any text.
    fn is_name(&mut self, namespace: &Text) -> bool {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is = (1..=63).contains(&namespace.len())
            && namespace.bytes().all(plain)
            && !namespace.starts_with('-')
            && !namespace.ends_with('-');
        if !is {
            let text = format!("no namespace can be called {namespace:?}: it gets no policies");
            self.note(NoteKind::Remark, text);
        }
        is
    }

    /// Whether policies have an effect in a namespace: not where all its pods use the network of their nodes.
    fn is_guarded(&mut self, namespace: &Text) -> bool {
        let own = || self.groups.iter().filter(|group| group.namespace == *namespace);
        let on_nodes: Vec<String> = own().filter(|group| group.host_network).map(Group::told).collect();
        if on_nodes.is_empty() {
            return true;
        }
        let all = own().all(|group| group.host_network);
        let names = on_nodes.join(", ");
        let uses = if on_nodes.len() == 1 { "uses" } else { "use" };
        let text = if all {
            format!(
                "namespace {namespace} gets no policies: {names} {uses} the network of the nodes, which policies of a \
                 namespace do not guard, and it has no other pods"
            )
        } else {
            format!(
                "{names} of {namespace} {uses} the network of the nodes: the policies of {namespace} do not guard \
                 {}",
                if on_nodes.len() == 1 { "it" } else { "them" }
            )
        };
        self.note(NoteKind::Remark, text);
        !all
    }

    /// All namespaces that have pods, but for those of Kubernetes itself, and those of which only logs know.
    fn usual(&mut self, of: BTreeSet<Text>, unknown: &[u32]) -> BTreeSet<Text> {
        // A namespace that only logs know may hold much that they do not tell.
        let declared = self.cluster.pods.len() > unknown.len();
        let is_declared = |group: &Group| group.pods.iter().any(|pod| unknown.binary_search(pod).is_err());
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
                        "what runs in namespace {name} is known from the log alone, so that it stays open; name it to close it, too"
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
        let wide = if rules.is_empty() { None } else { self.wide(group) };
        let purpose = format!("What {} of {} may receive and send.", group.told(), group.namespace);
        Draft {
            namespace: group.namespace.clone(),
            purpose: wide.map_or(purpose.clone(), |wide| format!("{purpose} {wide}.")),
            subject: group.selector.clone(),
            directions,
            rules,
            ..Draft::default()
        }
    }

    /// The policy of a namespace whose pods are still to come: what is intended for all of them.
    fn all_pods(&mut self, namespace: &Text, dns: &Dns) -> Draft {
        let group = Group { namespace: namespace.clone(), ..Group::default() };
        let rules: Vec<DraftRule> = Direction::ALL
            .into_iter()
            .flat_map(|direction| self.rules(u32::MAX, &group, direction, dns))
            .collect();
        let mut directions: Vec<Direction> = rules.iter().map(|rule| rule.direction).collect();
        directions.dedup();
        Draft {
            namespace: namespace.clone(),
            purpose: format!("What all pods of {namespace} may receive and send, whichever they will be."),
            directions,
            rules,
            ..Draft::default()
        }
    }

    /// Whom else the labels of a workload select, in words; `None` where it is selected alone. It is noted.
    pub(super) fn wide(&mut self, group: &Group) -> Option<String> {
        if group.selector.is_empty() {
            let text = if group.pods.iter().all(|at| self.unknown.binary_search(at).is_ok()) {
                format!(
                    "No label of {} is known: rules that are for it, or name it, take every pod of {}",
                    group.full_name(),
                    group.namespace
                )
            } else {
                format!(
                    "{} has no label that stays: rules that are for it, or name it, take every pod of {}",
                    group.full_name(),
                    group.namespace
                )
            };
            self.note(NoteKind::Widened, format!("{text}; give its pods a label of their own"));
            return Some(text);
        }
        if group.shared.is_empty() {
            return None;
        }
        let text = format!(
            "No label tells {} from {}: rules that are for it, or name it, take all of them",
            group.full_name(),
            group.shared.join(", ")
        );
        self.note(NoteKind::Widened, format!("{text}; give its pods a label of their own"));
        Some(text)
    }

    /// Tells of workloads that only logs know, and of those that have come to their end.
    fn strangers(&mut self, resolved: &Resolved) {
        let mut first: BTreeMap<u32, &LogPlace> = BTreeMap::new();
        for flow in &resolved.flows {
            let Some(seen) = self.observed.flows.get(flow.flow as usize) else { continue };
            for who in [&flow.from, &flow.to] {
                let Who::Pods(pods) = who else { continue };
                for &pod in pods {
                    let known = first.entry(pod).or_insert(&seen.place);
                    *known = (*known).min(&seen.place);
                }
            }
        }
        for group in self.groups {
            let at = group.pods.iter().filter_map(|pod| first.get(pod)).min();
            let at = at.map(|place| format!(", first at {place}")).unwrap_or_default();
            let name = group.full_name();
            let labels: Vec<String> =
                group.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
            if group.pods.iter().all(|pod| self.unknown.binary_search(pod).is_ok()) {
                let labels = if labels.is_empty() {
                    "the log tells no labels of it".to_owned()
                } else {
                    format!("rules select it by labels that the log tells: {}", labels.join(", "))
                };
                let text = format!(
                    "{name} is known from the log alone{at}: it is not among what was read, or is gone; {labels}"
                );
                self.note(NoteKind::Remark, text);
            } else if group.pods.iter().all(|pod| resolved.ended.binary_search(pod).is_ok()) {
                let text = format!(
                    "{name} ({}) has come to its end, and was seen before{at}: its rules are for the next time it \
                     runs; delete them if there is none",
                    group.kind
                );
                self.note(NoteKind::Remark, text);
            }
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
            let mut by_requests: BTreeMap<Asking, (Vec<Traffic>, Evidence)> = BTreeMap::new();
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
                if !requests.kinds.is_empty() {
                    let (from, to) = (from.told(self.groups), to.told(self.groups));
                    let text = format!(
                        "{to} takes requests of the kinds that were seen from {from}: others are refused"
                    );
                    let wider: Vec<String> = requests
                        .wider
                        .iter()
                        .map(|wider| format!("requests of {from} to {to}: {wider}"))
                        .collect();
                    self.note(NoteKind::Remark, text);
                    for text in wider {
                        self.note(NoteKind::Widened, text);
                    }
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
    fn requests(&self, direction: Direction, to: &Side, evidence: &Evidence) -> Asking {
        if !self.is_cilium() || self.wishes.without_requests {
            return Asking::default();
        }
        let guarded = matches!(to, Side::Group(_));
        if (direction == Direction::Egress) == guarded {
            return Asking::default();
        }
        asked(evidence.requests.iter().filter(|request| !matches!(request, Request::Dns { .. })))
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
