//! What policies do to what was observed, and to everything else.

use std::net::IpAddr;

use crate::cluster::{Cluster, Endpoint};
use crate::engine::Engine;
use crate::flow::{Observed, ObservedFlow, Request, Resolved, ResolvedFlow, Who};
use crate::generate::changes::{Changes, Denied};
use crate::generate::group::Group;
use crate::generate::{Caller, Enforcer, Intent, Note, NoteKind, blocks};
use crate::kinds::Policies;
use crate::lowered::{Flow, Lowered};
use crate::port::Traffic;
use crate::rule::{Direction, Origin, Rule};
use crate::verdict::{Limit, Verdict};

/// What the policies do to observed flows, and what else they close.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// How many observed flows were put to the policies: all that were let through and whose ends are known.
    pub asked: usize,
    /// How many of them stay allowed.
    pub allowed: usize,
    /// Those that would be denied, and were not before.
    pub denied: Vec<FlowProof>,
    /// Those that the policies which are there deny already, whatever the log says.
    pub denied_before: Vec<FlowProof>,
    /// Those of which it cannot be said.
    pub undecided: Vec<FlowProof>,
    /// Flows that were denied or failed when they were seen, so that no rule was made of them, and that go through all the same: by
    /// rules that were made for others, or because nothing guards their ends. Places in [`Observed::flows`].
    pub let_through: Vec<u32>,
    /// How many connections that manifests intend were put to the policies: those whose ends are known.
    pub intended: usize,
    /// Those that would be denied: places in the list of intents, and why.
    pub intended_denied: Vec<(usize, String)>,
    /// What was possible and will be denied, by whom it is done to.
    pub newly_denied: Vec<Denied>,
    /// What will be possible and was denied: lookups of names, what logs tell in spite of the policies that are there, and what
    /// policies denied that are replaced.
    pub newly_allowed: Vec<Denied>,
}

impl Proof {
    /// Whether every observed flow was decided, and none becomes denied, nor anything that manifests intend.
    pub fn holds(&self) -> bool {
        self.denied.is_empty() && self.undecided.is_empty() && self.intended_denied.is_empty()
    }
}

/// An observed flow, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowProof {
    /// Its place in [`Observed::flows`].
    pub flow: u32,
    /// Why, without a full stop.
    pub why: String,
}

/// Holds policies against observed flows, against intents and against what was possible before.
pub(super) fn prove(
    resolved: &Resolved,
    observed: &Observed,
    intents: &[Intent],
    before: &Policies,
    after: &Policies,
    enforcer: Enforcer,
    groups: &[Group],
) -> Proof {
    let cluster = &resolved.cluster;
    let (before, after) = (enforcer.lower(cluster, before), enforcer.lower(cluster, after));
    let (old, new) = (State::new(&before, cluster), State::new(&after, cluster));
    let mut proof = Proof::default();
    for flow in &resolved.flows {
        let Some(seen) = observed.flows.get(flow.flow as usize) else { continue };
        let request = seen.request.as_ref();
        if !seen.seen.is_wanted() {
            if matches!(new.fate(flow, request), Fate::Allowed) {
                proof.let_through.push(flow.flow);
            }
            continue;
        }
        proof.asked += 1;
        let told = |why: String| FlowProof { flow: flow.flow, why };
        match new.fate(flow, request) {
            Fate::Allowed => proof.allowed += 1,
            Fate::Undecided(why) => proof.undecided.push(told(why)),
            Fate::Denied(why) => match old.fate(flow, request) {
                Fate::Denied(earlier) => proof.denied_before.push(told(earlier)),
                _ => proof.denied.push(told(why)),
            },
        }
    }
    for (at, intent) in intents.iter().enumerate() {
        let Caller::Who(from) = &intent.from else { continue };
        let (from, to) = (from.clone(), intent.to.clone());
        match new.fate(&ResolvedFlow { flow: 0, from, to, traffic: intent.traffic }, None) {
            Fate::Allowed => proof.intended += 1,
            Fate::Denied(why) => {
                proof.intended += 1;
                proof.intended_denied.push((at, why));
            }
            Fate::Undecided(_) => {}
        }
    }
    let changes = Changes::new(&old.engine, &new.engine, cluster, groups);
    proof.newly_denied = changes.between(&old.engine, &new.engine);
    proof.newly_allowed = changes.between(&new.engine, &old.engine);
    proof
}

/// What to know of the flows of which no rule was made.
pub(super) fn notes(observed: &Observed, resolved: &Resolved, proof: &Proof) -> Vec<Note> {
    let remark = |text: String| Note { kind: NoteKind::Remark, text };
    let mut notes: Vec<Note> = resolved
        .lost
        .iter()
        .filter_map(|(at, why)| {
            let flow = observed.flows.get(*at as usize)?;
            Some(remark(format!("no rule was made of {}: {why}", told(flow))))
        })
        .collect();
    let denied: Vec<&ObservedFlow> = observed.flows.iter().filter(|flow| !flow.seen.is_wanted()).collect();
    notes.extend(
        some(&denied, "was denied or failed when it was seen, so that no rule is made of it").map(remark),
    );
    let through =
        proof.let_through.iter().filter_map(|&at| observed.flows.get(at as usize)).collect::<Vec<_>>();
    let text = "was denied or failed when it was seen, and goes through from now on: rules that were made for others allow it, or \
                nothing guards its ends";
    notes.extend(some(&through, text).map(remark));
    notes
}

/// `shop/web to shop/cart on TCP 8080 (flows.json:3)`, with how many more there are.
fn some(flows: &[&ObservedFlow], what: &str) -> Option<String> {
    let first = flows.iter().min_by_key(|flow| &flow.place)?;
    Some(match flows.len() {
        1 => format!("{} {what}", told(first)),
        many => format!("{} {what}; the same holds for {} more", told(first), many - 1),
    })
}

fn told(flow: &ObservedFlow) -> String {
    let request = flow.request.as_ref().map(|request| format!(", {request}")).unwrap_or_default();
    let Traffic { protocol, port } = flow.traffic;
    format!("{} to {} on {protocol} {port}{request} ({})", flow.from, flow.to, flow.place)
}

enum Fate {
    Allowed,
    Denied(String),
    Undecided(String),
}

/// Policies under a plug-in, ready for questions.
struct State<'a> {
    lowered: &'a Lowered,
    engine: Engine<'a>,
    cluster: &'a Cluster,
}

impl<'a> State<'a> {
    fn new(lowered: &'a Lowered, cluster: &'a Cluster) -> Self {
        Self { lowered, engine: Engine::new(lowered), cluster }
    }

    /// What becomes of a flow: of pods that are meant alike all must be allowed.
    fn fate(&self, flow: &ResolvedFlow, request: Option<&Request>) -> Fate {
        let Self { lowered, engine, cluster } = self;
        let is_pod = |who: &Who| matches!(who, Who::Pods(_));
        // Policies guard pods; the own node is let in by every plug-in.
        let own_node = matches!(flow.from, Who::OwnNode(None, _)) && is_pod(&flow.to);
        if own_node || (!is_pod(&flow.from) && !is_pod(&flow.to)) {
            return Fate::Allowed;
        }
        let (froms, tos) = (ends(&flow.from, cluster, lowered), ends(&flow.to, cluster, lowered));
        if froms.is_empty() || tos.is_empty() {
            return Fate::Undecided("an address of it is not known".to_owned());
        }
        let mut undecided = None;
        for &from in &froms {
            for &to in &tos {
                if from == to && froms.len() > 1 {
                    continue;
                }
                // Nearly all are allowed; why others are not is asked one by one.
                let connections = engine.connections(from, to);
                if connections.is_some_and(|all| all.at(flow.traffic) == Some(&Verdict::Allow)) {
                    continue;
                }
                let question = Flow { from, to, traffic: flow.traffic };
                let Some(answer) = lowered.answer(question) else {
                    return Fate::Undecided("an end of it is not known".to_owned());
                };
                for (direction, decision) in
                    [(Direction::Egress, &answer.egress), (Direction::Ingress, &answer.ingress)]
                {
                    match &decision.verdict {
                        Verdict::Allow => {}
                        Verdict::Deny => {
                            let by = by_whom(lowered, &decision.rules);
                            return Fate::Denied(format!("{} is denied {by}", direction.field()));
                        }
                        Verdict::Depends(conditions) => {
                            let conditions: Vec<&str> =
                                conditions.iter().map(|condition| &**condition).collect();
                            undecided = Some(format!(
                                "{} is allowed if {}",
                                direction.field(),
                                conditions.join(", ")
                            ));
                        }
                        Verdict::Broken => {
                            undecided =
                                Some(format!("the plug-in cannot work out the {} rules", direction.field()));
                        }
                        Verdict::Limited(limits) => match limited(lowered, limits, request) {
                            Fate::Allowed => {}
                            Fate::Undecided(why) => undecided = Some(why),
                            denied @ Fate::Denied(_) => return denied,
                        },
                    }
                }
            }
        }
        undecided.map_or(Fate::Allowed, Fate::Undecided)
    }
}

/// A connection itself goes through where a proxy asks about requests; a request must be one that the proxy takes.
fn limited(lowered: &Lowered, limits: &[Limit], request: Option<&Request>) -> Fate {
    for limit in limits {
        let rules = match (limit, request) {
            (Limit::Http(rules), Some(Request::Http { .. } | Request::Many { .. }))
            | (Limit::Dns(rules), Some(Request::Dns { .. })) => rules,
            (Limit::Authentication(_), _) => {
                return Fate::Undecided("its ends must prove who they are".to_owned());
            }
            _ => continue,
        };
        let Some(request) = request else { continue };
        let mut rules = rules.iter().filter_map(|&at| lowered.rules.get(at as usize));
        if !rules.any(|rule| takes(rule, request)) {
            return Fate::Denied(format!("the proxy refuses {request}"));
        }
    }
    Fate::Allowed
}

fn takes(rule: &Rule, request: &Request) -> bool {
    rule.proxy.as_ref().is_none_or(|proxy| super::requests::takes(proxy, request))
}

/// `by default, as NetworkPolicy/shop/default-deny asks for`, `by NetworkPolicy/shop/x`.
fn by_whom(lowered: &Lowered, rules: &[u32]) -> String {
    let mut words: Vec<String> = rules
        .iter()
        .filter_map(|&at| lowered.rules.get(at as usize))
        .map(|rule| {
            let name =
                |at: &u32| lowered.policies.get(*at as usize).map(ToString::to_string).unwrap_or_default();
            match &rule.origin {
                Origin::Policy(at, _) => format!("by {}", name(at)),
                Origin::Default(by) => {
                    let names: Vec<String> = by.iter().map(name).collect();
                    format!("by default, as {} asks for", names.join(", "))
                }
                Origin::Plugin(why) => format!("by the plug-in: {why}"),
            }
        })
        .collect();
    words.sort();
    words.dedup();
    words.join("; ")
}

/// The endpoints that stand for one end; for networks one address of every stretch that rules tell apart.
fn ends(who: &Who, cluster: &Cluster, lowered: &Lowered) -> Vec<Endpoint> {
    let within = |holds: &dyn Fn(IpAddr) -> bool| -> Vec<Endpoint> {
        let starts = lowered.outside.iter().map(|&((first, _), _)| first);
        starts.filter(|&first| holds(first)).map(Endpoint::Address).collect()
    };
    let is_private = |address: IpAddr| {
        let blocks = blocks::private_blocks();
        blocks.iter().any(|block| block.cidr.contains(&address))
    };
    match who {
        Who::Private => within(&is_private),
        Who::Public => {
            let [v4, _] = blocks::public_blocks();
            within(&|address| {
                v4.cidr.contains(&address) && !v4.except.iter().any(|except| except.contains(&address))
            })
        }
        other => {
            let mut classes = std::collections::BTreeSet::new();
            let ends = other.endpoints(cluster);
            ends.into_iter()
                .filter(|&end| {
                    let node = lowered.node(end);
                    classes.insert((lowered.view(end, None), lowered.view(end, node), node))
                })
                .collect()
        }
    }
}
