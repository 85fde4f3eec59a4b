//! What changes between two states of a cluster: who gains and who loses which rights.
//!
//! Rights are compared, not texts: a role that was split, renamed or written anew and still means the same changes nothing. A
//! right is gained where nothing covers it that the subject held before in the same place, and the whole cluster is part of
//! every namespace.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::Severity;
use ironsides_tree::Text;

use crate::binding::{Subject, SubjectKind};
use crate::cover::{compact, missing};
use crate::policy::Rbac;
use crate::risk::{Reach, Risk, Risks};
use crate::rule::Rule;

/// What one subject gains and loses in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who.
    pub subject: Subject,
    /// In which namespace; `None` for the whole cluster.
    pub namespace: Option<Text>,
    /// Rights that are new, those for the same resource joined.
    pub gained: Vec<Rule>,
    /// Rights that are gone.
    pub lost: Vec<Rule>,
}

/// A dangerous permission that somebody gains or loses.
#[derive(Clone, Debug)]
pub struct RiskChange<'a> {
    /// The risk, of the state that has it.
    pub risk: &'a Risk,
    /// What of its reach is new, or is gone.
    pub reach: Reach,
    /// How bad it was before, where it was there and only reaches further now.
    pub before: Option<Severity>,
}

/// The rights of one subject by place.
type Rights<'a> = BTreeMap<Option<&'a Text>, BTreeSet<&'a Rule>>;

/// Everybody's rights. Keys sort by kind, namespace and name.
type ByKey<'a> = BTreeMap<(SubjectKind, Text, Text), Rights<'a>>;

/// Who gains and who loses what, by subject and place. Rights that come through a group are those of the group.
pub fn changes(old: &Rbac, new: &Rbac) -> Vec<Change> {
    let (old, new) = (rights(old), rights(new));
    let none = Rights::new();
    let mut changes = Vec::new();
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (before, after) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let places: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
        for place in places {
            let (gained, lost) = (beyond(before, after, place), beyond(after, before, place));
            if !gained.is_empty() || !lost.is_empty() {
                let (kind, namespace, name) = key.clone();
                let subject = Subject { kind, name, namespace };
                changes.push(Change { subject, namespace: place.cloned(), gained, lost });
            }
        }
    }
    changes
}

/// What of the rights in a place is not held elsewhere.
fn beyond(held: &Rights<'_>, wanted: &Rights<'_>, place: Option<&Text>) -> Vec<Rule> {
    let Some(wanted) = wanted.get(&place) else { return Vec::new() };
    let own = held.get(&place);
    let rest = wanted.iter().filter(|rule| own.is_none_or(|own| !own.contains(*rule)));
    let rest: Vec<&Rule> = rest.copied().collect();
    if rest.is_empty() {
        return Vec::new();
    }
    let everywhere = held.get(&None).filter(|_| place.is_some());
    let held: Vec<&Rule> = own.into_iter().chain(everywhere).flatten().copied().collect();
    compact(missing(&held, rest))
}

fn rights(rbac: &Rbac) -> ByKey<'_> {
    let mut all = ByKey::new();
    for binding in rbac.bindings() {
        let Some(role) = rbac.role_of(binding).and_then(|id| rbac.role(id)) else { continue };
        for subject in &binding.subjects {
            let Subject { kind, name, namespace } = subject.canonical().into_owned();
            let rules = all
                .entry((kind, namespace, name))
                .or_default()
                .entry(binding.namespace.as_ref())
                .or_default();
            // Through a role binding nothing is granted on paths.
            rules.extend(
                role.rules.iter().filter(|rule| binding.namespace.is_none() || !rule.resources.is_empty()),
            );
        }
    }
    all
}

/// The risks of one state that another does not have, or not as far: the worst first. With the states the other way round,
/// what is lost.
pub fn risk_changes<'a>(old: &Risks, new: &'a Risks) -> Vec<RiskChange<'a>> {
    let key = |risk: &Risk| (risk.family.id, risk.subject.clone());
    let before: rustc_hash::FxHashMap<_, &Risk> =
        old.told.iter().chain(&old.built_in).map(|risk| (key(risk), risk)).collect();
    let mut changes: Vec<RiskChange<'a>> = Vec::new();
    for risk in &new.told {
        match before.get(&key(risk)) {
            None => changes.push(RiskChange { risk, reach: risk.reach.clone(), before: None }),
            Some(known) => {
                if let Some(reach) = further(&known.reach, &risk.reach) {
                    changes.push(RiskChange { risk, reach, before: Some(known.severity) });
                }
            }
        }
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.risk.severity));
    changes
}

/// What one reach has beyond another; `None` for nothing.
fn further(old: &Reach, new: &Reach) -> Option<Reach> {
    let wider = old.cluster || !new.cluster;
    let names = old.names.is_empty()
        || !new.names.is_empty() && new.names.iter().all(|name| old.names.contains(name));
    let namespaces: Vec<Text> = if old.cluster {
        Vec::new()
    } else {
        new.namespaces.iter().filter(|name| !old.namespaces.contains(name)).cloned().collect()
    };
    if wider && names && namespaces.is_empty() {
        return None;
    }
    // Where only names were added the places are those it has.
    let namespaces = if names { namespaces } else { new.namespaces.clone() };
    Some(Reach { cluster: new.cluster, namespaces, names: new.names.clone() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::{Object, Origin};
    use proptest::prelude::*;

    use super::*;

    fn rbac(text: &str) -> Rbac {
        let documents = ironsides_tree::Documents::new(text, ironsides_tree::Limits::default());
        let objects: Vec<Object> = documents
            .map(|document| {
                Object::new(document.unwrap().root, Origin::Api { request: Arc::from("") }, Vec::new())
            })
            .collect();
        Rbac::new(&objects)
    }

    /// A role with rules, bound for jane in a namespace, or in the cluster.
    fn bound(namespace: Option<&str>, name: &str, rules: &str) -> String {
        let (prefix, space) = match namespace {
            Some(namespace) => ("", format!("namespace: {namespace}, ")),
            None => ("Cluster", String::new()),
        };
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {prefix}Role, metadata: {{{space}name: {name}}}, rules: [{rules}]}}\n\
             ---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: {prefix}RoleBinding, metadata: {{{space}name: {name}}},\n  \
             roleRef: {{kind: {prefix}Role, name: {name}}}, subjects: [{{kind: User, name: jane}}]}}\n---\n"
        )
    }

    fn told(old: &str, new: &str) -> Vec<String> {
        let sign = |sign: char, change: &Change, rules: &[Rule]| -> Vec<String> {
            let place = change.namespace.as_deref().unwrap_or("*").to_owned();
            rules.iter().map(|rule| format!("{sign}{place} {rule}")).collect()
        };
        let changes = changes(&rbac(old), &rbac(new));
        let told = changes
            .iter()
            .flat_map(|change| [sign('+', change, &change.gained), sign('-', change, &change.lost)].concat());
        told.collect()
    }

    const READ: &str = "{apiGroups: [''], resources: [pods, services], verbs: [get, list]}";

    #[test]
    fn rights_are_compared_and_not_texts() {
        let split = "{apiGroups: [''], resources: [pods], verbs: [list, get]}, \
                     {apiGroups: ['', ''], resources: [services], verbs: [get]}, \
                     {apiGroups: [''], resources: [services, pods], verbs: [list]}";
        let old = bound(Some("a"), "r", READ);
        assert_eq!(told(&old, &bound(Some("a"), "other", split)), [""; 0]);
        assert_eq!(told(&old, &old), [""; 0]);
        let more = bound(
            Some("a"),
            "r",
            "{apiGroups: [''], resources: [pods, services], verbs: [get, list, delete]}",
        );
        assert_eq!(told(&old, &more), ["+a delete on pods", "+a delete on services"]);
        assert_eq!(told(&more, &old), ["-a delete on pods", "-a delete on services"]);
    }

    #[test]
    fn a_wildcard_covers_and_is_not_covered() {
        let (some, all) =
            (bound(None, "r", READ), bound(None, "r", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"));
        assert_eq!(told(&some, &all), ["+* * on *.*"]);
        assert_eq!(told(&all, &some), ["-* * on *.*"]);
    }

    #[test]
    fn the_whole_cluster_is_part_of_every_namespace() {
        let (inside, everywhere) = (bound(Some("a"), "r", READ), bound(None, "r", READ));
        let both = inside.clone() + &everywhere;
        assert_eq!(told(&everywhere, &both), [""; 0]);
        assert_eq!(told(&inside, &everywhere), ["+* get, list on pods", "+* get, list on services"]);
        assert_eq!(told(&everywhere, &inside), ["-* get, list on pods", "-* get, list on services"]);
    }

    #[test]
    fn names_and_paths_count() {
        let named = |names: &str| {
            bound(
                Some("a"),
                "r",
                &format!("{{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [{names}]}}"),
            )
        };
        assert_eq!(told(&named("tls"), &named("tls, db")), ["+a get on secrets named db"]);
        assert_eq!(told(&named("tls"), &named("")), ["+a get on secrets"]);
        let path = bound(None, "p", "{nonResourceURLs: [/metrics], verbs: [get]}");
        assert_eq!(told("", &path), ["+* get on /metrics"]);
    }

    fn rules() -> impl Strategy<Value = Vec<String>> {
        let word = |words: &'static [&'static str]| proptest::sample::subsequence(words, 1..=words.len());
        let rule =
            (word(&["get", "list", "*"]), word(&["pods", "secrets", "*", "pods/log"]), word(&["''", "apps"]))
                .prop_map(|(verbs, resources, groups)| {
                    let list = |words: Vec<&str>| {
                        words
                            .iter()
                            .map(|word| format!("\"{word}\"").replace("\"''\"", "\"\""))
                            .collect::<Vec<_>>()
                            .join(", ")
                    };
                    format!(
                        "{{apiGroups: [{}], resources: [{}], verbs: [{}]}}",
                        list(groups),
                        list(resources),
                        list(verbs)
                    )
                });
        proptest::collection::vec(rule, 0..4)
    }

    proptest! {
        /// Nothing changes from a state to itself in any order; both ways tell the same changes with the signs turned.
        #[test]
        fn a_diff_is_symmetric(old in rules(), new in rules(), cluster in any::<bool>()) {
            let place = if cluster { None } else { Some("a") };
            let state = |rules: &[String]| bound(place, "r", &rules.join(", "));
            let turned: Vec<String> = old.iter().rev().cloned().collect();
            prop_assert_eq!(told(&state(&old), &state(&turned)), [""; 0]);
            let there = changes(&rbac(&state(&old)), &rbac(&state(&new)));
            let back = changes(&rbac(&state(&new)), &rbac(&state(&old)));
            prop_assert_eq!(there.len(), back.len());
            for (there, back) in there.iter().zip(&back) {
                prop_assert_eq!(&there.gained, &back.lost);
                prop_assert_eq!(&there.lost, &back.gained);
            }
        }
    }
}
