//! HTTP rules that another rule for the same traffic makes void.

use ironsides_core::Inventory;
use ironsides_network::rule::Proxy;
use ironsides_network::view::NamedPort;
use ironsides_network::{Action, Direction, Match, Matcher, Origin, PortMatch, Rule, View};

use super::model::{Network, at};
use super::{ANY_POLICY, CILIUM_POLICY};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-rules-voided",
        title: "Cilium policy allows the port without its HTTP rules too",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_rules_voided.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: WELCOMES, run },
};

/// Any policy may let the same traffic through.
const WELCOMES: &[(&str, &str)] = &[ANY_POD, ANY_POLICY[0], ANY_POLICY[1], ANY_POLICY[2]];

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let lowered = network.of_cilium();
    let mut told: Vec<&str> = Vec::new();
    let mut any = false;
    for (number, rule) in lowered.rules.iter().enumerate() {
        let Origin::Policy(_, place) = &rule.origin else { continue };
        if place.document != read.place.document || is_plain(rule) || !asks_http(rule) {
            continue;
        }
        any = true;
        if told.contains(&&*place.path) {
            continue;
        }
        let Some(voided) = Voided::find(number, rule, &network) else { continue };
        told.push(&place.path);
        let other = voided.by.and_then(|by| match &by.origin {
            Origin::Policy(policy, place) => Some((lowered.policies.get(*policy as usize)?, place)),
            _ => None,
        });
        let whom = if voided.some.is_empty() { String::new() } else { format!(" {}", voided.some) };
        let message = match other {
            None => format!(
                "no policy closes {} of these pods, so requests that the HTTP rules do not take pass all the same",
                rule.direction.field()
            ),
            Some((name, place)) => {
                let of = if *name == read.name { String::new() } else { format!("{name}, ") };
                let path = &place.path;
                format!(
                    "{of}{path} allows the same peers{whom} this port without HTTP rules, so every request passes"
                )
            }
        };
        let finding = out.fail(&at(policy, &format!("{}.toPorts", place.path)), message);
        let Some((name, place)) = other else { continue };
        if let Some(object) = inventory.objects().get(place.document as usize).filter(|_| *name != read.name)
        {
            finding.also(object, &at(object, &place.path));
        }
    }
    if !any {
        return out.not_applicable("the policy has no HTTP rules");
    }
    if told.is_empty() {
        out.pass(&policy.cursor());
    }
}

/// How HTTP rules are void.
struct Voided<'a> {
    /// The rule that lets everything through; `None` where nothing closes the direction.
    by: Option<&'a Rule>,
    /// Whom it is about, where it is not everybody of whom the rules are.
    some: String,
}

impl<'a> Voided<'a> {
    fn find(number: usize, rule: &Rule, network: &'a Network) -> Option<Self> {
        let lowered = network.of_cilium();
        let pods = || lowered.pods.iter().filter_map(|sight| lowered.views.get(sight.remote.index()));
        let subjects: Vec<&View> = pods().filter(|view| rule.subject.matches(view) == Match::Yes).collect();
        let closes = |other: &Rule| {
            matches!(other.origin, Origin::Default(_))
                && other.direction == rule.direction
                && other.subject.meets(&rule.subject)
        };
        if !lowered.rules.iter().any(closes) {
            return Some(Self { by: None, some: String::new() });
        }
        // Every part of the peers with those who are known to be in it.
        let parts: Vec<(Matcher, Vec<&View>)> = rule
            .peers
            .0
            .iter()
            .map(|part| Matcher(vec![part.clone()]))
            .map(|part| {
                let known = lowered.views.iter().filter(|view| part.matches(view) == Match::Yes).collect();
                (part, known)
            })
            .collect();
        let named = named(rule.direction, &subjects, &parts);
        for (at, other) in lowered.rules.iter().enumerate() {
            if at == number || !is_written(other) || other.direction != rule.direction || !is_plain(other) {
                continue;
            }
            if !meet(rule, other, &named)
                || !parts.iter().any(|(part, known)| takes(&other.peers, part, known))
            {
                continue;
            }
            if takes(&other.subject, &rule.subject, &subjects) {
                return Some(Self { by: Some(other), some: String::new() });
            }
            let both = |view: &View| {
                rule.subject.matches(view) == Match::Yes && other.subject.matches(view) == Match::Yes
            };
            let seen = network.cluster.pods.iter().zip(&lowered.pods);
            let mut pods =
                seen.filter(|(_, sight)| lowered.views.get(sight.remote.index()).is_some_and(both));
            if let Some((pod, _)) = pods.next() {
                let some = format!("of {} {}/{}", pod.workload_kind, pod.namespace, pod.workload);
                return Some(Self { by: Some(other), some });
            }
        }
        None
    }
}

/// Whether a rule lets through every request that it sees.
fn is_plain(rule: &Rule) -> bool {
    rule.action == Action::Allow
        && match rule.proxy.as_deref() {
            None => true,
            Some(Proxy::Http(rules)) => rules.is_everything(),
            Some(Proxy::Dns(_)) => false,
        }
}

fn asks_http(rule: &Rule) -> bool {
    matches!(rule.proxy.as_deref(), Some(Proxy::Http(_)))
}

/// Whether somebody wrote it. What Cilium adds to a rule for the own node has the place of an item of its ports.
fn is_written(rule: &Rule) -> bool {
    matches!(&rule.origin, Origin::Policy(_, place) if !place.path.contains(".toPorts["))
}

/// Whether whatever one matcher selects is selected by another: by what both ask, or because it takes all who are known.
fn takes(wide: &Matcher, narrow: &Matcher, known: &[&View]) -> bool {
    wide.covers(narrow) || !known.is_empty() && known.iter().all(|view| wide.matches(view) == Match::Yes)
}

/// The ports that those who receive give names to.
fn named(direction: Direction, subjects: &[&View], parts: &[(Matcher, Vec<&View>)]) -> Vec<NamedPort> {
    let mut named: Vec<NamedPort> = match direction {
        Direction::Ingress => subjects.iter().flat_map(|view| view.ports.iter().cloned()).collect(),
        Direction::Egress => parts
            .iter()
            .flat_map(|(_, known)| known)
            .flat_map(|view| view.peer_ports.iter().cloned())
            .collect(),
    };
    named.sort();
    named.dedup();
    named
}

/// Whether two rules are for some of the same traffic.
fn meet(one: &Rule, other: &Rule, named: &[NamedPort]) -> bool {
    match (one.ports.as_deref(), other.ports.as_deref()) {
        (Some(one), Some(other)) => {
            one.iter().any(|port: &PortMatch| other.iter().any(|another| port.meets(another, named)))
        }
        (one, other) => one.or(other).is_none_or(|ports| !ports.is_empty()),
    }
}
