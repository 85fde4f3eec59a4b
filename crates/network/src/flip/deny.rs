//! Ways to close a connection.

use crate::flip::allow::written;
use crate::flip::write::{self, End};
use crate::flip::{Step, Wanted, edit};
use crate::profile::Profile;
use crate::reach::{Side, Why};
use crate::rule::Direction;

/// Ways that may close a connection at one of its ends; each is tried.
pub(super) fn ways(wanted: &Wanted<'_>, sides: [&Side; 2]) -> Vec<Vec<Step>> {
    let mut ways = Vec::new();
    for (direction, side) in [(Direction::Ingress, sides[1]), (Direction::Egress, sides[0])] {
        ways.extend(denied(wanted, direction).map(|step| vec![step]));
        ways.extend(isolated(wanted, direction).map(|step| vec![step]));
        if side.why != Why::Rule {
            continue;
        }
        let rules = side.deciding.iter().filter_map(|&rule| wanted.lowered.rules.get(rule as usize));
        let mut removed: Vec<Step> = Vec::new();
        let mut places: Vec<_> = rules.filter_map(|rule| written(wanted.lowered, rule)).collect();
        places.sort_by(|a, b| {
            (b.1.document, b.1.span.start, &b.1.path).cmp(&(a.1.document, a.1.span.start, &a.1.path))
        });
        places.dedup();
        for (policy, place) in places {
            removed.push(edit(policy, place.document, &place.path, None));
        }
        if !removed.is_empty() {
            ways.push(removed);
        }
    }
    ways
}

/// A policy that denies this and nothing else, of a kind that the plug-in enforces before all others.
fn denied(wanted: &Wanted<'_>, direction: Direction) -> Option<Step> {
    let End::Pods { namespace, labels, .. } = wanted.subject(direction) else { return None };
    let [from, to] = &wanted.ends;
    let name = write::name("deny", from, to);
    let peer = wanted.peer(direction);
    let field = direction.field();
    match wanted.lowered.profile {
        Profile::Cilium => {
            let rule = write::cilium_rule(peer, Some(namespace), direction, wanted.traffic)?;
            let spec = format!(
                "{{endpointSelector: {}, enableDefaultDeny: {{{field}: false}}, {field}Deny: [{rule}]}}",
                write::pods(labels)
            );
            write::policy(("cilium.io/v2", "CiliumNetworkPolicy"), Some(namespace), &name, &spec)
        }
        Profile::Spec | Profile::Calico => {
            let rule = write::cluster_rule("Deny", peer, direction, wanted.traffic, false)?;
            let subject = write::cluster_subject(namespace, labels);
            let spec = format!(
                "{{tier: Admin, priority: {}, subject: {subject}, {field}: [{rule}]}}",
                first(wanted)
            );
            write::policy(("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"), None, &name, &spec)
        }
        Profile::Ovn | Profile::Antrea | Profile::NpGuard => {
            let rule = write::cluster_rule("Deny", peer, direction, wanted.traffic, true)?;
            let subject = write::cluster_subject(namespace, labels);
            let spec = format!("{{priority: {}, subject: {subject}, {field}: [{rule}]}}", first(wanted));
            write::policy(("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"), None, &name, &spec)
        }
    }
}

/// A priority before that of every policy that is there, as far as there is one.
fn first(wanted: &Wanted<'_>) -> i32 {
    let least = wanted.state.policies.cluster.iter().map(|policy| policy.priority).min();
    least.map_or(100, |least| least.saturating_sub(1).max(0))
}

/// A NetworkPolicy that closes one direction of the subject for everyone.
fn isolated(wanted: &Wanted<'_>, direction: Direction) -> Option<Step> {
    let End::Pods { namespace, name, labels } = wanted.subject(direction) else { return None };
    let kind = match direction {
        Direction::Ingress => "Ingress",
        Direction::Egress => "Egress",
    };
    let spec = format!("{{podSelector: {}, policyTypes: [{kind}]}}", write::pods(labels));
    let name = format!("{name}-deny-{}", direction.field());
    write::policy(("networking.k8s.io/v1", "NetworkPolicy"), Some(namespace), &name, &spec)
}
