//! The rules of what was used on one resource, and of several resources as one.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_tree::Text;

use super::generated::is_generated;
use super::{Generalised, Making, Names, ProposedRule, Why};
use crate::request::Request;
use crate::rule::Rule;
use crate::usage::Proof;

/// The resource of a role as rules write it: its group, and its name with the subresource.
pub(super) type Resource = (Text, Text);
/// The verbs used on each name, with what proves them; the empty name is that of requests without one.
pub(super) type ByName = BTreeMap<Text, BTreeMap<Text, (Request, Proof)>>;

/// What was used of one resource in one place.
#[derive(Default)]
pub(super) struct UsedResource {
    pub(super) names: ByName,
    /// Verbs that were used on more names than the log's state keeps.
    pub(super) many: BTreeSet<Text>,
    /// Verbs that were used in so many namespaces that they are granted everywhere.
    pub(super) everywhere: BTreeMap<Text, Vec<Text>>,
}

/// The rules of one resource: one for verbs that need no names, and one for each set of names with the same verbs.
pub(super) fn rules((group, resource): &Resource, used: UsedResource, making: Making) -> Vec<ProposedRule> {
    let rule = |verbs: Vec<Text>, names: Vec<Text>| Rule {
        verbs,
        api_groups: vec![group.clone()],
        resources: vec![resource.clone()],
        resource_names: names,
        ..Rule::default()
    };
    let mut names_of: BTreeMap<&Text, Vec<&Text>> = BTreeMap::new();
    for (name, verbs) in &used.names {
        for verb in verbs.keys() {
            names_of.entry(verb).or_default().push(name);
        }
    }
    let bare = resource.split('/').next().unwrap_or_default();
    let why = |verb: &Text, names: &[&Text]| {
        if names.iter().any(|name| name.is_empty()) {
            // What is used without a name needs none for the same verb.
            None
        } else if used.many.contains(verb) {
            Some(Why::Uncounted)
        } else if making.names == Names::None {
            Some(Why::Asked)
        } else if names.len() > making.most {
            Some(Why::Many)
        } else if making.names == Names::Stable && names.iter().any(|name| is_generated(group, bare, name)) {
            Some(Why::Generated)
        } else {
            None
        }
    };
    let mut nameless: BTreeSet<Text> = BTreeSet::new();
    let mut generalised: Vec<Generalised> = Vec::new();
    for (verb, names) in &names_of {
        let why = why(verb, names);
        if why.is_some() || names.iter().any(|name| name.is_empty()) {
            nameless.insert((*verb).clone());
        }
        let say = |why, from: Vec<Text>| Generalised {
            group: group.clone(),
            resource: resource.clone(),
            verb: (*verb).clone(),
            why,
            from,
        };
        if let Some(why) = why {
            generalised.push(say(why, names.iter().map(|name| (*name).clone()).collect()));
        }
        if let Some(namespaces) = used.everywhere.get(*verb) {
            generalised.push(say(Why::Namespaces, namespaces.clone()));
        }
    }
    let mut whole = ProposedRule {
        rule: rule(nameless.iter().cloned().collect(), Vec::new()),
        ..ProposedRule::default()
    };
    let mut proofs: BTreeMap<Text, (Request, Proof)> = BTreeMap::new();
    let mut by_verbs: BTreeMap<Vec<Text>, ProposedRule> = BTreeMap::new();
    for (name, proved) in used.names {
        let (wide, named): (BTreeMap<_, _>, BTreeMap<_, _>) =
            proved.into_iter().partition(|(verb, _)| nameless.contains(verb));
        for (verb, (request, proof)) in wide {
            match proofs.get_mut(&verb) {
                Some((_, known)) => known.count += proof.count,
                None => _ = proofs.insert(verb, (request, proof)),
            }
        }
        if !named.is_empty() {
            let verbs: Vec<Text> = named.keys().cloned().collect();
            let made = by_verbs
                .entry(verbs.clone())
                .or_insert_with(|| ProposedRule { rule: rule(verbs, Vec::new()), ..ProposedRule::default() });
            made.rule.resource_names.push(name);
            made.proofs.extend(named.into_values());
        }
    }
    // Of verbs that are exact in their names and were widened to all namespaces, the named rule tells.
    let (own, of_named): (Vec<_>, Vec<_>) =
        generalised.into_iter().partition(|generalised| nameless.contains(&generalised.verb));
    whole.generalised = own;
    whole.proofs = proofs.into_values().collect();
    let mut all: Vec<ProposedRule> = Vec::new();
    if !whole.rule.verbs.is_empty() {
        all.push(whole);
    }
    for mut made in by_verbs.into_values() {
        let of = |generalised: &&Generalised| made.rule.verbs.contains(&generalised.verb);
        made.generalised = of_named.iter().filter(of).cloned().collect();
        all.push(made);
    }
    all
}

/// The rule of a path.
pub(super) fn path_rule(path: Text, verbs: BTreeMap<Text, (Request, Proof)>) -> ProposedRule {
    ProposedRule {
        rule: Rule {
            verbs: verbs.keys().cloned().collect(),
            non_resource_urls: vec![path],
            ..Rule::default()
        },
        proofs: verbs.into_values().collect(),
        generalised: Vec::new(),
    }
}

/// Rules with the same verbs and names become one for several resources, then for several groups: each combination that
/// the one allows one of them did.
pub(super) fn merged(rules: Vec<ProposedRule>) -> Vec<ProposedRule> {
    let resources = fold(
        rules,
        |rule| Rule { resources: Vec::new(), ..rule.clone() },
        |into, from| into.resources.extend(from.resources),
    );
    let groups = fold(
        resources,
        |rule| Rule { api_groups: Vec::new(), ..rule.clone() },
        |into, from| into.api_groups.extend(from.api_groups),
    );
    fold(
        groups,
        |rule| Rule { non_resource_urls: Vec::new(), ..rule.clone() },
        |into, from| into.non_resource_urls.extend(from.non_resource_urls),
    )
}

fn fold(
    rules: Vec<ProposedRule>,
    key: impl Fn(&Rule) -> Rule,
    join: impl Fn(&mut Rule, Rule),
) -> Vec<ProposedRule> {
    let mut folded: Vec<ProposedRule> = Vec::new();
    let mut places: BTreeMap<(Rule, bool), usize> = BTreeMap::new();
    for made in rules {
        // Rules about paths and rules about resources are never one.
        let place = (key(&made.rule), made.rule.non_resource_urls.is_empty());
        if let Some(known) = places.get(&place).and_then(|at| folded.get_mut(*at)) {
            join(&mut known.rule, made.rule);
            known.proofs.extend(made.proofs);
            known.generalised.extend(made.generalised);
        } else {
            places.insert(place, folded.len());
            folded.push(made);
        }
    }
    folded
}
