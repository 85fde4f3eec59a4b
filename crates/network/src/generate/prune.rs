//! Rules that change nothing are left out, and the engine shows that they change nothing.

use std::collections::BTreeSet;

use ironsides_tree::{Text, parse_one};

use crate::cluster::Cluster;
use crate::generate::build::Built;
use crate::generate::cover::Search;
use crate::generate::draft::{Draft, DraftRule};
use crate::generate::equal::are_equal;
use crate::generate::{Enforcer, PolicyKind, print};
use crate::kinds::Policies;
use crate::kinds::cilium::{Spec, Subject};
use crate::place::PolicyName;
use crate::profile::Profile;
use crate::rule::Direction;

/// What was left out of the policies because it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// What: `shop/cart: ingress from frontend on TCP 8080`.
    pub what: String,
    /// What allows, or denies, it already.
    pub why: String,
}

/// The numbers of documents from here on are those of drafts: nobody reads so many files.
pub(super) const FIRST: u32 = 1 << 30;

/// So many policies are tried one by one where all together cannot be pruned.
const TRIED: usize = 64;

/// The kind and name of a draft's policy.
pub(super) fn name_of(draft: &Draft, kind: PolicyKind) -> PolicyName {
    let kind = match kind {
        PolicyKind::NetworkPolicy => "NetworkPolicy",
        PolicyKind::Cilium => "CiliumNetworkPolicy",
    };
    PolicyName {
        kind: Text::new_static(kind),
        namespace: Some(draft.namespace.clone()),
        name: draft.name.clone(),
    }
}

/// Policies with others that are read out of texts. The documents of the texts are numbered from [`FIRST`].
pub(super) fn with_texts<'a>(existing: &Policies, texts: impl Iterator<Item = &'a str>) -> Policies {
    let mut policies = existing.clone();
    for (number, text) in (FIRST..).zip(texts) {
        if let Ok(root) = parse_one(text) {
            policies.read(number, &root);
        }
    }
    policies
}

/// Leaves out what changes nothing beside the policies that stay.
pub(super) fn prune(
    built: &mut Built,
    cluster: &Cluster,
    existing: &Policies,
    kind: PolicyKind,
    enforcer: Enforcer,
) -> Vec<Left> {
    let mut left = closed_already(&mut built.drafts, existing, enforcer.profile);
    let split: Vec<Draft> = built.drafts.iter().map(split).collect();
    let texts: Vec<String> = split.iter().map(|draft| print::policy(draft, kind)).collect();
    let lowered = enforcer.lower(cluster, &with_texts(existing, texts.iter().map(String::as_str)));
    let mut search = Search::new(&lowered);
    let mut dropped: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut rules = Vec::new();
    for (at, draft) in split.iter().enumerate() {
        for (number, rule) in draft.rules.iter().enumerate() {
            let own = search.of(at, draft, number, kind);
            if search.is_covered(&own) {
                search.drop(&own);
                dropped.insert((at, number));
                rules.push(((at, number), told(draft, rule), own));
            }
        }
    }
    let without = |dropped: &BTreeSet<(usize, usize)>| {
        let pruned = merge(&built.drafts, dropped);
        let texts: Vec<String> = pruned.iter().map(|draft| print::policy(draft, kind)).collect();
        let after = enforcer.lower(cluster, &with_texts(existing, texts.iter().map(String::as_str)));
        (dropped.is_empty() || are_equal(&lowered, &after, cluster)).then_some(pruned)
    };
    let pruned = without(&dropped).unwrap_or_else(|| {
        // What each end says alone was the same, and both together were not: each policy is tried by itself.
        let all = std::mem::take(&mut dropped);
        let mut last = built.drafts.clone();
        for at in all.iter().map(|(at, _)| *at).collect::<BTreeSet<usize>>().into_iter().take(TRIED) {
            let own = all.iter().filter(|(own, _)| *own == at);
            let trial: BTreeSet<(usize, usize)> = dropped.iter().chain(own).copied().collect();
            if let Some(pruned) = without(&trial) {
                (dropped, last) = (trial, pruned);
            }
        }
        last
    });
    // What covers a rule is told at the end: it may have been left out itself since.
    search.keep_all_but(rules.iter().filter(|(at, ..)| dropped.contains(at)).flat_map(|(.., own)| own));
    for (at, what, own) in rules {
        if dropped.contains(&at) {
            left.push(Left { what, why: search.because(&own) });
        }
    }
    built.drafts = pruned;
    built.drafts.retain(|draft| !draft.rules.is_empty() || draft.is_default());
    left.sort();
    left
}

/// A default deny that is there already needs no other: one policy may close a namespace, or one for each direction.
fn closed_already(drafts: &mut Vec<Draft>, existing: &Policies, profile: Profile) -> Vec<Left> {
    let mut left = Vec::new();
    drafts.retain(|draft| {
        if !draft.is_default() {
            return true;
        }
        let by: Option<Vec<&PolicyName>> = Direction::ALL
            .into_iter()
            .map(|direction| closing(existing, profile, &draft.namespace, direction))
            .collect();
        let Some(by) = by else { return true };
        let names: BTreeSet<String> = by.into_iter().map(ToString::to_string).collect();
        let names: Vec<String> = names.into_iter().collect();
        let verb = if names.len() == 1 { "closes" } else { "close" };
        left.push(Left {
            what: format!("{}/{}", draft.namespace, draft.name),
            why: format!("{} {verb} the namespace already", names.join(" and ")),
        });
        false
    });
    left
}

/// The policy by which every pod of a namespace is closed in a direction.
fn closing<'a>(
    existing: &'a Policies,
    profile: Profile,
    namespace: &Text,
    direction: Direction,
) -> Option<&'a PolicyName> {
    let is_own = |name: &PolicyName| name.namespace.as_ref() == Some(namespace);
    let network = existing.network.iter().find(|policy| {
        is_own(&policy.name)
            && policy.pod_selector.is_everything()
            && policy.refused.is_empty()
            && policy.isolates(direction)
    });
    let closes = |spec: &&Spec| {
        matches!(&spec.subject, Subject::Endpoints(subject) if subject.requirements.is_empty())
            && spec.of(direction).next().is_some()
            && spec.denies_by_default(direction)
    };
    let mut cilium = existing.cilium.iter().filter(|_| profile == Profile::Cilium);
    let cilium = cilium.find(|policy| {
        is_own(&policy.name)
            && policy.refused(false).is_none()
            && policy.schema.is_empty()
            && policy.specs.iter().any(|spec| closes(&spec))
    });
    network.map(|policy| &policy.name).or(cilium.map(|policy| &policy.name))
}

/// The same policy with one peer a rule.
fn split(draft: &Draft) -> Draft {
    let rules = draft.rules.iter().flat_map(|rule| {
        rule.peers.iter().map(|peer| DraftRule { peers: vec![peer.clone()], ..rule.clone() })
    });
    Draft { rules: rules.collect(), ..draft.clone() }
}

/// The policies without the peers that were dropped, counted as [`split`] has them.
fn merge(drafts: &[Draft], dropped: &BTreeSet<(usize, usize)>) -> Vec<Draft> {
    let mut merged = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let mut draft = draft.clone();
        let mut number = 0..;
        for rule in &mut draft.rules {
            rule.peers.retain(|_| number.next().is_some_and(|number| !dropped.contains(&(at, number))));
        }
        let had_rules = !draft.rules.is_empty();
        draft.rules.retain(|rule| !rule.peers.is_empty());
        // A policy without rules left allows nothing; its default deny is another's.
        if draft.rules.is_empty() && had_rules {
            continue;
        }
        if had_rules {
            draft.directions.retain(|direction| draft.rules.iter().any(|rule| rule.direction == *direction));
        }
        merged.push(draft);
    }
    merged
}

fn told(draft: &Draft, rule: &DraftRule) -> String {
    let peers: Vec<&str> = rule.peers.iter().map(|peer| peer.why.as_str()).collect();
    format!("{}/{}: {} {}", draft.namespace, draft.name, rule.direction.field(), peers.join("; "))
}

/// How many rules [`print`] writes for one with a single peer.
pub(super) fn printed(rule: &DraftRule, kind: PolicyKind) -> usize {
    let icmp = rule.ports.iter().any(|span| !span.protocol.has_ports());
    let ports = rule.ports.iter().any(|span| span.protocol.has_ports());
    match kind {
        PolicyKind::NetworkPolicy => 1,
        PolicyKind::Cilium => usize::from(icmp) + usize::from(ports || !icmp),
    }
}
