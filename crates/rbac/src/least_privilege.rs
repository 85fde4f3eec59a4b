//! The smallest roles that keep every request allowed that was seen, with what proves each part of them.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::Object;
use ironsides_tree::{Node, Text};

use crate::binding::SubjectKind;
use crate::defaults::Defaults;
use crate::identity::{AUTHENTICATED, Identity, UNAUTHENTICATED};
use crate::policy::Rbac;
use crate::request::{Request, ResourceRequest};
use crate::rule::Rule;
use crate::usage::{Proof, Usage, Used};

/// How roles are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// The most names that a rule lists. Where more were used, the rule is for all names, and says so.
    pub names: usize,
}

impl Default for Making {
    fn default() -> Self {
        Self { names: 5 }
    }
}

/// What an identity needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Roles by namespace; a ClusterRole where there is none.
    pub roles: Vec<ProposedRole>,
    /// Requests that everybody's roles allow anyway, so that nothing need be granted.
    pub standing: Vec<(Request, Proof)>,
    /// Rights that it holds and was not seen to use: single verbs on single resources, and where.
    pub removed: Vec<(Option<Text>, Rule)>,
}

/// A role that is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposedRole {
    /// The namespace of a Role; `None` for a ClusterRole.
    pub namespace: Option<Text>,
    /// Its rules.
    pub rules: Vec<ProposedRule>,
}

/// A rule that is proposed, with the requests it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposedRule {
    /// The rule.
    pub rule: Rule,
    /// For each verb of each resource the event that proves it.
    pub proofs: Vec<(Request, Proof)>,
    /// The names that were used, where the rule is for all names.
    pub widened: Vec<Text>,
}

/// What shows that roles are enough, and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Requests of the log that were replayed.
    pub replayed: u64,
    /// Those that the roles would newly deny: none, or the roles are wrong.
    pub newly_denied: Vec<Request>,
    /// Verbs on resources of the roles that no event proves: none, or the roles are too wide.
    pub unproven: Vec<Rule>,
}

/// What requests on one resource have in common.
type Resource = (Option<Text>, Text, Text);
/// The verbs used on each name, with what proves them; the empty name is that of requests without one.
type ByName = BTreeMap<Text, BTreeMap<Text, (Request, Proof)>>;

impl Usage {
    /// The roles that a user needs. `standing` holds the roles that everybody has and keeps; `held` all that are bound now.
    pub fn proposal(&self, user: &str, standing: &Rbac, held: &Rbac, making: Making) -> Option<Proposal> {
        let used = self.users.get(user)?;
        let identity = Identity { user: Text::new(user), groups: used.groups.clone(), ..Identity::default() };
        let mut proposal = Proposal::default();
        let mut urls: BTreeMap<Text, BTreeMap<Text, (Request, Proof)>> = BTreeMap::new();
        let mut resources: BTreeMap<Resource, ByName> = BTreeMap::new();
        for (request, proof) in &used.requests {
            if standing.decide(&identity, request).is_allowed() {
                proposal.standing.push((request.clone(), proof.clone()));
                continue;
            }
            let proved = (request.clone(), proof.clone());
            match request {
                Request::Url(url) => {
                    urls.entry(url.path.clone()).or_default().insert(url.verb.clone(), proved);
                }
                Request::Resource(request) => {
                    let names = resources.entry(resource_of(request)).or_default();
                    names.entry(request.name.clone()).or_default().insert(request.verb.clone(), proved);
                }
            }
        }
        let many: BTreeSet<Resource> = used
            .many
            .keys()
            .filter_map(|request| match request {
                Request::Resource(request) => Some(resource_of(request)),
                Request::Url(_) => None,
            })
            .collect();
        let mut roles: BTreeMap<Option<Text>, Vec<ProposedRule>> = BTreeMap::new();
        for ((namespace, group, resource), names) in resources {
            let has_more = many.contains(&(namespace.clone(), group.clone(), resource.clone()));
            let role = roles.entry(namespace).or_default();
            role.extend(rules(&group, &resource, names, making, has_more));
        }
        for (path, verbs) in urls {
            roles.entry(None).or_default().push(ProposedRule {
                rule: Rule {
                    verbs: verbs.keys().cloned().collect(),
                    non_resource_urls: vec![path],
                    ..Rule::default()
                },
                proofs: verbs.into_values().collect(),
                widened: Vec::new(),
            });
        }
        proposal.roles = roles
            .into_iter()
            .map(|(namespace, rules)| ProposedRole { namespace, rules: merged(rules) })
            .collect();
        proposal.removed = removed(held, &identity, used);
        Some(proposal)
    }

    /// Replays everything that a user was allowed over the roles of a proposal.
    pub fn certificate(&self, user: &str, proposal: &Proposal) -> Certificate {
        let mut certificate = Certificate::default();
        let Some(used) = self.users.get(user) else { return certificate };
        let standing: BTreeSet<&Request> = proposal.standing.iter().map(|(request, _)| request).collect();
        for (request, proof) in &used.requests {
            certificate.replayed += proof.count.max(1);
            if !standing.contains(request) && !proposal.allows(request) {
                certificate.newly_denied.push(request.clone());
            }
        }
        for rule in proposal.roles.iter().flat_map(|role| &role.rules) {
            for atom in rule.rule.atoms() {
                let named = |request: &Request| match request {
                    // A widened rule is proved by any name; an exact one by its own.
                    Request::Resource(request) if atom.resource_names.is_empty() => {
                        Request::Resource(ResourceRequest { name: Text::default(), ..request.clone() })
                    }
                    other => other.clone(),
                };
                if !rule.proofs.iter().any(|(request, _)| atom.allows(&named(request))) {
                    certificate.unproven.push(atom);
                }
            }
        }
        certificate
    }
}

impl Proposal {
    /// Whether the proposed roles allow a request.
    pub fn allows(&self, request: &Request) -> bool {
        self.roles.iter().any(|role| {
            role.namespace.as_deref().is_none_or(|own| own == request.namespace())
                && role.rules.iter().any(|rule| rule.rule.allows(request))
        })
    }
}

impl Rbac {
    /// The rights that everybody has by the bootstrap policy, as far as it is in force here: discovery, and questions about
    /// one's own rights. Nobody need be granted these.
    #[must_use]
    pub fn for_everybody(&self) -> Self {
        let is_everybodys = |object: &&Object| {
            let reference = object.reference();
            if reference.kind != "ClusterRoleBinding" {
                return reference.kind == "ClusterRole";
            }
            let groups = [AUTHENTICATED, UNAUTHENTICATED];
            let own =
                self.bindings().iter().find(|own| own.namespace.is_none() && own.name == reference.name);
            let subjects = own.map(|own| own.subjects.as_slice()).unwrap_or_default();
            let bound = object.root.get("subjects").map(Node::items).unwrap_or_default();
            !bound.is_empty()
                && bound.iter().all(|subject| {
                    let name = subject.get("name").and_then(Node::as_str).unwrap_or_default();
                    groups.contains(&name)
                        && subjects.iter().any(|own| own.kind == SubjectKind::Group && own.name == name)
                })
        };
        Self::new(Defaults::get().objects().iter().filter(is_everybodys))
    }
}

fn resource_of(request: &ResourceRequest) -> Resource {
    let resource = match &*request.subresource {
        "" => request.resource.clone(),
        subresource => Text::from(format!("{}/{subresource}", request.resource)),
    };
    let namespace = (!request.namespace.is_empty()).then(|| request.namespace.clone());
    (namespace, request.group.clone(), resource)
}

/// The rules of one resource: one for requests without a name, and one for each set of names with the same verbs.
fn rules(group: &Text, resource: &Text, names: ByName, making: Making, has_more: bool) -> Vec<ProposedRule> {
    let rule = |verbs: Vec<Text>, names: Vec<Text>| Rule {
        verbs,
        api_groups: vec![group.clone()],
        resources: vec![resource.clone()],
        resource_names: names,
        ..Rule::default()
    };
    let is_wide = has_more || names.keys().filter(|name| !name.is_empty()).count() > making.names;
    if is_wide {
        let mut verbs: BTreeMap<Text, (Request, Proof)> = BTreeMap::new();
        let widened = names.keys().filter(|name| !name.is_empty()).cloned().collect();
        for proved in names.into_values() {
            for (verb, (request, proof)) in proved {
                match verbs.get_mut(&verb) {
                    Some((_, known)) => known.count += proof.count,
                    None => _ = verbs.insert(verb, (request, proof)),
                }
            }
        }
        let keys = verbs.keys().cloned().collect();
        return vec![ProposedRule {
            rule: rule(keys, Vec::new()),
            proofs: verbs.into_values().collect(),
            widened,
        }];
    }
    // What is used without a name needs no names for the same verb.
    let nameless: BTreeSet<Text> =
        names.get("").map(|verbs| verbs.keys().cloned().collect()).unwrap_or_default();
    let mut by_verbs: BTreeMap<(bool, Vec<Text>), ProposedRule> = BTreeMap::new();
    for (name, proved) in names {
        let verbs: Vec<Text> =
            proved.keys().filter(|verb| name.is_empty() || !nameless.contains(*verb)).cloned().collect();
        if verbs.is_empty() {
            continue;
        }
        let made = by_verbs.entry((!name.is_empty(), verbs.clone())).or_insert_with(|| ProposedRule {
            rule: rule(verbs.clone(), Vec::new()),
            ..ProposedRule::default()
        });
        if !name.is_empty() {
            made.rule.resource_names.push(name);
        }
        made.proofs
            .extend(proved.into_iter().filter(|(verb, _)| verbs.contains(verb)).map(|(_, proved)| proved));
    }
    by_verbs.into_values().collect()
}

/// Rules with the same verbs and names become one for several resources, then for several groups: each combination that
/// the one allows one of them did.
fn merged(rules: Vec<ProposedRule>) -> Vec<ProposedRule> {
    let resources = fold(
        rules,
        |rule| Rule { resources: Vec::new(), ..rule.clone() },
        |into, from| {
            into.resources.extend(from.resources);
        },
    );
    let groups = fold(
        resources,
        |rule| Rule { api_groups: Vec::new(), ..rule.clone() },
        |into, from| {
            into.api_groups.extend(from.api_groups);
        },
    );
    fold(
        groups,
        |rule| Rule { non_resource_urls: Vec::new(), ..rule.clone() },
        |into, from| {
            into.non_resource_urls.extend(from.non_resource_urls);
        },
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
            known.widened.extend(made.widened);
        } else {
            places.insert(place, folded.len());
            folded.push(made);
        }
    }
    folded
}

/// The single rights that an identity holds and none of its requests used.
fn removed(held: &Rbac, identity: &Identity, used: &Used) -> Vec<(Option<Text>, Rule)> {
    let mut all = Vec::new();
    for id in held.bindings_of(identity) {
        let Some(binding) = held.binding(id) else { continue };
        let rules = held.role_of(binding).and_then(|role| held.role(role)).map(|role| &*role.rules);
        for atom in rules.unwrap_or_default().iter().flat_map(Rule::atoms) {
            let is_used = used.requests.keys().any(|request| {
                binding.namespace.as_deref().is_none_or(|own| own == request.namespace())
                    && atom.allows(request)
            });
            if !is_used {
                all.push((binding.namespace.clone(), atom));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}
