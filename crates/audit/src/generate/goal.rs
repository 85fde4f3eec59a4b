//! What policies are made for.

use std::collections::BTreeMap;

use crate::level::Level;
use crate::policy::{GroupResources, Rule};
use crate::request::About;
use crate::technique::{TECHNIQUES, act};

use super::Made;

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A trace of everything, and nothing more.
    Minimal,
    /// Every technique of [`TECHNIQUES`], at the level that tells it.
    Detection,
    /// Whatever was changed, with its bodies.
    Forensics,
    /// What section 3.2 of the CIS benchmark asks for.
    Cis,
}

impl Goal {
    /// Whether everyday work of Kubernetes' components is left out where no technique hides in it.
    pub(super) fn drops_noise(self) -> bool {
        self != Self::Forensics
    }

    /// The rules, without those that drop anything.
    pub(super) fn rules(self) -> Vec<Made> {
        let mut rules = Vec::new();
        let mut add = |rule: Rule, why: &str| {
            rules.push(Made { rule, why: why.to_owned(), bytes: 0.0, saves: 0.0 });
        };
        let resources = |level, verbs: &[&str], resources: Vec<GroupResources>| Rule {
            verbs: verbs.iter().map(|&verb| verb.to_owned()).collect(),
            resources,
            ..Rule::any(level)
        };
        match self {
            Self::Minimal => {}
            Self::Detection => {
                for rule in named() {
                    add(rule, "settings of the system by name: what was changed in them is the sign");
                }
                for (level, verbs, entries) in bodies() {
                    add(resources(level, &verbs, entries), "changes whose sign is in the body");
                }
            }
            Self::Forensics => {
                add(
                    resources(Level::Metadata, &[], confidential()),
                    "never the content of secrets and tokens",
                );
                add(
                    resources(Level::Request, &[], vec![GroupResources::of("", &CONNECTIONS)]),
                    "connections into pods and nodes",
                );
                let verbs = ["create", "update", "patch", "delete", "deletecollection"];
                add(
                    resources(Level::RequestResponse, &verbs, vec![GroupResources::of("*", &[])]),
                    "all that was changed, before and after",
                );
            }
            Self::Cis => {
                let mut quiet = confidential();
                quiet.push(GroupResources::of("", &["configmaps"]));
                add(
                    resources(Level::Metadata, &[], quiet),
                    "who reads and writes secrets, settings and tokens, without their content",
                );
                add(
                    resources(Level::Request, &[], vec![GroupResources::of("", &CONNECTIONS)]),
                    "connections into pods, services and nodes",
                );
                let verbs = ["create", "update", "patch", "delete", "deletecollection"];
                let workloads =
                    vec![GroupResources::of("", &["pods"]), GroupResources::of("apps", &["deployments"])];
                add(resources(Level::Request, &verbs, workloads), "changes of pods and deployments");
            }
        }
        add(Rule::any(Level::Metadata), "who did what, for all the rest");
        rules
    }
}

/// Connections into containers, and what goes through proxies.
const CONNECTIONS: [&str; 6] =
    ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy", "nodes/proxy"];

/// What has secrets in its body.
fn confidential() -> Vec<GroupResources> {
    vec![
        GroupResources::of("", &["secrets", "serviceaccounts/token"]),
        GroupResources::of("authentication.k8s.io", &["tokenreviews"]),
    ]
}

/// What asks for health all the time, and heartbeats of nodes.
pub(super) fn quiet() -> Vec<Made> {
    let made = |rule, why: &str| Made { rule, why: why.to_owned(), bytes: 0.0, saves: 0.0 };
    let paths = ["/healthz*", "/livez*", "/readyz*"].map(str::to_owned).to_vec();
    let leases = Rule {
        user_groups: vec![super::NODES.to_owned()],
        verbs: ["get", "update", "patch"].map(str::to_owned).to_vec(),
        resources: vec![GroupResources::of("coordination.k8s.io", &["leases"])],
        namespaces: vec!["kube-node-lease".to_owned()],
        ..Rule::any(Level::None)
    };
    vec![
        made(
            Rule { non_resource_urls: paths, ..Rule::any(Level::None) },
            "health probes, which say nothing about anyone",
        ),
        made(leases, "heartbeats of nodes"),
    ]
}

/// The verbs that change a thing.
const CHANGE: [&str; 3] = ["create", "update", "patch"];

/// Whether the body of a resource holds what no log should.
fn is_confidential(group: &str, resource: &str) -> bool {
    matches!((group, resource), ("", "secrets" | "configmaps") | ("authentication.k8s.io", _))
}

/// What acts need bodies: for each level and set of verbs the resources.
fn bodies() -> Vec<(Level, Vec<&'static str>, Vec<GroupResources>)> {
    type Groups = BTreeMap<&'static str, Vec<String>>;
    let mut needs: BTreeMap<(&'static str, String), (Level, Vec<&'static str>)> = BTreeMap::new();
    for technique in TECHNIQUES.iter().filter(|technique| technique.needs >= Level::Request) {
        for (verb, about) in technique.acts.iter().filter_map(|text| act(text)) {
            let About::Resource { group, resource, subresource, .. } = about else { continue };
            let (std::borrow::Cow::Borrowed(group), std::borrow::Cow::Borrowed(resource)) = (group, resource)
            else {
                continue;
            };
            if is_confidential(group, resource) {
                continue;
            }
            let whole = if subresource.is_empty() {
                resource.to_owned()
            } else {
                format!("{resource}/{subresource}")
            };
            let (level, verbs) = needs.entry((group, whole)).or_insert((Level::Request, Vec::new()));
            *level = (*level).max(technique.needs);
            // Whoever may do one of them does the same by another.
            verbs.extend(if CHANGE.contains(&verb) { &CHANGE[..] } else { &[] });
            verbs.extend(if CHANGE.contains(&verb) { &[][..] } else { &["delete", "deletecollection"] });
        }
    }
    let mut rules: BTreeMap<(Level, Vec<&'static str>), Groups> = BTreeMap::new();
    for ((group, resource), (level, mut verbs)) in needs {
        verbs.sort_unstable();
        verbs.dedup();
        rules.entry((level, verbs)).or_default().entry(group).or_default().push(resource);
    }
    let entries = |groups: Groups| {
        let entry = |(group, resources): (&str, Vec<String>)| {
            GroupResources::of(group, &resources.iter().map(String::as_str).collect::<Vec<_>>())
        };
        groups.into_iter().map(entry).collect()
    };
    rules.into_iter().rev().map(|((level, verbs), groups)| (level, verbs, entries(groups))).collect()
}

/// Objects that acts name, of resources whose bodies are otherwise left alone.
fn named() -> Vec<Rule> {
    let mut names: BTreeMap<(&str, &str, String), Vec<String>> = BTreeMap::new();
    for technique in TECHNIQUES.iter().filter(|technique| technique.needs >= Level::Request) {
        for (_, about) in technique.acts.iter().filter_map(|text| act(text)) {
            let About::Resource { group, resource, namespace, name, .. } = about else { continue };
            let (std::borrow::Cow::Borrowed(group), std::borrow::Cow::Borrowed(resource)) = (group, resource)
            else {
                continue;
            };
            if is_confidential(group, resource) && !name.is_empty() {
                names.entry((group, resource, namespace.to_string())).or_default().push(name.to_string());
            }
        }
    }
    let rule = |((group, resource, namespace), mut names): ((&str, &str, String), Vec<String>)| {
        names.sort_unstable();
        names.dedup();
        Rule {
            verbs: ["update", "patch"].map(str::to_owned).to_vec(),
            resources: vec![GroupResources {
                resource_names: names,
                ..GroupResources::of(group, &[resource])
            }],
            namespaces: vec![namespace],
            ..Rule::any(Level::Request)
        }
    };
    names.into_iter().map(rule).collect()
}
