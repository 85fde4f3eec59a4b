//! Ways to open one end.

use ironsides_tree::Node;
use ironsides_tree::edit::Edit;

use crate::flip::write::{self, End};
use crate::flip::{Step, Wanted, edit, path};
use crate::lowered::Lowered;
use crate::matcher::Match;
use crate::place::{Place, PolicyName};
use crate::port::named;
use crate::reach::{Side, Why};
use crate::rule::{Action, Direction, Origin, Rule};
use crate::state::Change;

/// Up to so many rules are tried to be widened.
const RULES: usize = 6;

/// Ways that may open an end; each is tried.
pub(super) fn ways(wanted: &Wanted<'_>, direction: Direction, side: &Side) -> Vec<Vec<Step>> {
    let added: Vec<Vec<Step>> = new_policy(wanted, direction).into_iter().map(|step| vec![step]).collect();
    if side.why != Why::Rule {
        return [widened(wanted, direction), added].concat();
    }
    let denying: Vec<(&PolicyName, &Place)> = side
        .deciding
        .iter()
        .filter_map(|&rule| wanted.lowered.rules.get(rule as usize))
        .filter(|rule| rule.action == Action::Deny)
        .filter_map(|rule| written(wanted.lowered, rule))
        .collect();
    let mut ways = Vec::new();
    // From behind, so that places stay what they are.
    let mut removed: Vec<Step> = Vec::new();
    let mut places = denying.clone();
    places.sort_by(|a, b| {
        (b.1.document, &b.1.span.start, &b.1.path).cmp(&(a.1.document, &a.1.span.start, &a.1.path))
    });
    places.dedup();
    for (policy, place) in places {
        removed.push(edit(policy, place.document, &place.path, None));
    }
    for (policy, place) in &denying {
        ways.extend(accepted_before(wanted, direction, policy, place).map(|step| vec![step]));
        if denying.len() == 1 {
            ways.extend(narrowed(wanted, direction, policy, place).into_iter().map(|step| vec![step]));
        }
    }
    for more in &added {
        ways.push([removed.clone(), more.clone()].concat());
    }
    ways.push(removed);
    ways
}

/// The policy and the place of a rule that somebody wrote.
pub(super) fn written<'a>(lowered: &'a Lowered, rule: &'a Rule) -> Option<(&'a PolicyName, &'a Place)> {
    match &rule.origin {
        Origin::Policy(policy, place) => Some((lowered.policies.get(*policy as usize)?, place)),
        Origin::Default(_) | Origin::Plugin(_) => None,
    }
}

/// A new NetworkPolicy that allows nothing else; for nodes one of Cilium where that enforces.
fn new_policy(wanted: &Wanted<'_>, direction: Direction) -> Vec<Step> {
    let End::Pods { namespace, labels, .. } = wanted.subject(direction) else { return Vec::new() };
    let [from, to] = &wanted.ends;
    let name = write::name("allow", from, to);
    let peer = wanted.peer(direction);
    let mut steps = Vec::new();
    if let Some(rule) = write::plain_rule(peer, namespace, direction, wanted.traffic) {
        let kind = match direction {
            Direction::Ingress => "Ingress",
            Direction::Egress => "Egress",
        };
        let spec = format!(
            "{{podSelector: {}, policyTypes: [{kind}], {}: [{rule}]}}",
            write::pods(labels),
            direction.field()
        );
        steps.extend(write::policy(("networking.k8s.io/v1", "NetworkPolicy"), Some(namespace), &name, &spec));
    }
    if wanted.lowered.profile == crate::Profile::Cilium
        && !matches!(peer, End::Pods { .. })
        && let Some(rule) = write::cilium_rule(peer, Some(namespace), direction, wanted.traffic)
    {
        let spec = format!("{{endpointSelector: {}, {}: [{rule}]}}", write::pods(labels), direction.field());
        steps.extend(write::policy(("cilium.io/v2", "CiliumNetworkPolicy"), Some(namespace), &name, &spec));
    }
    steps
}

/// Rules of policies that guard the subject, with a port, a peer, or a rule beside them more.
fn widened(wanted: &Wanted<'_>, direction: Direction) -> Vec<Vec<Step>> {
    let lowered = wanted.lowered;
    let mut ways: Vec<Vec<Step>> = Vec::new();
    let mut push = |step: Option<Step>| {
        if let Some(step) = step.filter(|step| !ways.iter().any(|way| way.contains(step))) {
            ways.push(vec![step]);
        }
    };
    let mut tried = 0;
    for rule in
        lowered.rules.iter().filter(|rule| rule.direction == direction && rule.action == Action::Allow)
    {
        let Some((policy, place)) = written(lowered, rule) else { continue };
        let Some((guards, takes, fits)) = fit(wanted, direction, rule) else { continue };
        if !guards || tried >= RULES {
            continue;
        }
        tried += 1;
        match (takes, fits) {
            (true, false) => push(with_port(wanted, policy, place)),
            (false, true) => push(with_peer(wanted, direction, policy, place)),
            _ => {}
        }
        push(with_rule(wanted, direction, policy, place.document, parent(&place.path)));
    }
    // Policies that guard it and have no rule at all.
    for (name, place) in wanted.state.policies.named() {
        let isolates = lowered.rules.iter().any(|rule| {
            rule.direction == direction
                && matches!(&rule.origin, Origin::Default(policies)
                    if policies.iter().any(|&policy| lowered.policies.get(policy as usize) == Some(name)))
                && guards(wanted, direction, rule)
        });
        if isolates && matches!(&*name.kind, "NetworkPolicy") {
            let own = if place.path.is_empty() { String::new() } else { format!("{}.", place.path) };
            push(with_rule(
                wanted,
                direction,
                name,
                place.document,
                &format!("{own}spec.{}", direction.field()),
            ));
        }
    }
    ways
}

/// The list that a rule is in.
fn parent(path: &str) -> &str {
    path.rsplit_once('[').map_or(path, |(list, _)| list)
}

fn guards(wanted: &Wanted<'_>, direction: Direction, rule: &Rule) -> bool {
    fit(wanted, direction, rule).is_some_and(|(guards, ..)| guards)
}

/// Whether a rule guards the subject, takes the peer, and takes the traffic.
fn fit(wanted: &Wanted<'_>, direction: Direction, rule: &Rule) -> Option<(bool, bool, bool)> {
    let (lowered, cluster) = (wanted.lowered, &wanted.state.cluster);
    let view = |end: &End| {
        let endpoint = match end {
            End::Pods { namespace, name, .. } => {
                let is = |pod: &crate::cluster::Pod| {
                    pod.namespace == *namespace && (pod.workload == *name || pod.name == *name)
                };
                let at = cluster.pods.iter().position(is)?;
                crate::Endpoint::Pod(u32::try_from(at).ok()?)
            }
            End::Node(addresses) => {
                let at = cluster.nodes.iter().position(|node| node.addresses == *addresses)?;
                crate::Endpoint::Node(u32::try_from(at).ok()?)
            }
            End::Outside(blocks) => {
                crate::Endpoint::Address(blocks.first()?.split('/').next()?.parse().ok()?)
            }
        };
        lowered.views.get(lowered.view(endpoint, None)?.index())
    };
    let (subject, peer) = (view(wanted.subject(direction))?, view(wanted.peer(direction))?);
    let names = named(direction, subject, peer);
    let fits = rule.ports.as_ref().is_none_or(|ports| {
        wanted.traffic.is_some_and(|traffic| ports.iter().any(|port| port.matches(traffic, names)))
    });
    let is = |found: Match| found != Match::No;
    Some((is(rule.subject.matches(subject)), is(rule.peers.matches(peer)), fits))
}

/// A port more in a rule.
fn with_port(wanted: &Wanted<'_>, policy: &PolicyName, place: &Place) -> Option<Step> {
    let traffic = wanted.traffic?;
    let at = &place.path;
    match &*policy.kind {
        "NetworkPolicy" => edit_in(policy, place, &format!("{at}.ports"), &write::plain_port(traffic)),
        "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" => {
            let port = format!("{{ports: [{}]}}", write::cilium_port(traffic));
            edit_in(policy, place, &format!("{at}.toPorts"), &port)
        }
        _ => None,
    }
}

/// A peer more in a rule.
fn with_peer(wanted: &Wanted<'_>, direction: Direction, policy: &PolicyName, place: &Place) -> Option<Step> {
    let peer = wanted.peer(direction);
    let at = &place.path;
    match (&*policy.kind, &policy.namespace) {
        ("NetworkPolicy", Some(namespace)) => match write::plain_peers(peer, namespace).as_slice() {
            [one] => edit_in(policy, place, &format!("{at}.{}", write::peers_field(direction)), one),
            _ => None,
        },
        ("CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy", namespace) => {
            let (field, items) = write::cilium_peers(peer, namespace.as_deref(), direction)?;
            match items.as_slice() {
                [one] => edit_in(policy, place, &format!("{at}.{field}"), one),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A rule more in a list of rules.
fn with_rule(
    wanted: &Wanted<'_>,
    direction: Direction,
    policy: &PolicyName,
    document: u32,
    list: &str,
) -> Option<Step> {
    let peer = wanted.peer(direction);
    let rule = match (&*policy.kind, &policy.namespace) {
        ("NetworkPolicy", Some(namespace)) => write::plain_rule(peer, namespace, direction, wanted.traffic)?,
        ("CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy", namespace) => {
            write::cilium_rule(peer, namespace.as_deref(), direction, wanted.traffic)?
        }
        _ => return None,
    };
    Some(edit(policy, document, list, Some(write::node(&rule)?)))
}

fn edit_in(policy: &PolicyName, place: &Place, at: &str, json: &str) -> Option<Step> {
    Some(edit(policy, place.document, at, Some(write::node(json)?)))
}

/// A rule that accepts, put before one of a ClusterNetworkPolicy that denies.
fn accepted_before(
    wanted: &Wanted<'_>,
    direction: Direction,
    policy: &PolicyName,
    place: &Place,
) -> Option<Step> {
    let (old, action) = match &*policy.kind {
        "ClusterNetworkPolicy" => (false, "Accept"),
        "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" => (true, "Allow"),
        _ => return None,
    };
    let rule = write::cluster_rule(action, wanted.peer(direction), direction, wanted.traffic, old)?;
    let rule = write::node(&rule)?;
    let (list, index) = place.path.rsplit_once('[')?;
    let index: usize = index.strip_suffix(']')?.parse().ok()?;
    let items = path(list).of(wanted.state.document(place.document)?)?.items();
    let mut longer: Vec<Node> = items.to_vec();
    longer.insert(index.min(longer.len()), rule.clone());
    let value = Node::bare(ironsides_tree::Value::List(longer.into()));
    Some(Step {
        change: Change::Edit { document: place.document, edits: vec![Edit::set(path(list), value)] },
        policy: policy.clone(),
        what: format!("add before {}", place.path),
        path: place.path.to_string(),
        value: Some(rule),
    })
}

/// A rule that denies with one peer less, where it has several.
fn narrowed(wanted: &Wanted<'_>, direction: Direction, policy: &PolicyName, place: &Place) -> Vec<Step> {
    let Some(rule) = wanted.state.document(place.document).and_then(|root| path(&place.path).of(root)) else {
        return Vec::new();
    };
    let field = write::peers_field(direction);
    let mut steps = Vec::new();
    for list in
        [field.to_owned(), format!("{field}Endpoints"), format!("{field}CIDR"), format!("{field}CIDRSet")]
    {
        let items = rule.get(&list).map(Node::items).unwrap_or_default();
        for index in (0..items.len()).filter(|_| items.len() > 1) {
            steps.push(edit(policy, place.document, &format!("{}.{list}[{index}]", place.path), None));
        }
    }
    steps
}
