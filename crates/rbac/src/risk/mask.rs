//! Which dangerous requests a rule allows, as bits.
//!
//! A rule allows every one of its verbs on every one of its resources, and so does an [`Ask`]: a rule allows some request
//! of an ask exactly where verbs, groups and resources each have something in common. One look-up for each word of a rule
//! finds all asks at once.

use std::sync::LazyLock;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::families;
use super::family::Ask;
use crate::rule::Rule;

/// Asks, one bit each.
pub(crate) type Bits = u128;

/// Which asks a rule, a role or all roles of somebody allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mask {
    /// Without limit to names.
    pub full: Bits,
    /// For some names only.
    pub named: Bits,
}

impl Mask {
    /// Those of both.
    pub(crate) fn join(&mut self, other: Self) {
        self.full |= other.full;
        self.named |= other.named;
    }

    /// All that it has.
    pub(crate) fn any(self) -> Bits {
        self.full | self.named
    }
}

/// What is allowed where a rule is bound for the cluster, and where it is bound in a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    pub cluster: Mask,
    pub namespace: Mask,
}

/// What every word of a rule stands for.
struct Words {
    all: Bits,
    verbs: FxHashMap<&'static str, Bits>,
    /// Verbs in requests that carry a name.
    named: FxHashMap<&'static str, Bits>,
    every_named: Bits,
    /// Verbs in requests that carry none.
    nameless: FxHashMap<&'static str, Bits>,
    every_nameless: Bits,
    beginnings: Vec<(&'static str, Bits)>,
    groups: FxHashMap<&'static str, Bits>,
    every_group: Bits,
    resources: FxHashMap<String, Bits>,
    every_resource: Bits,
    /// Resources in namespaces.
    local: FxHashMap<String, Bits>,
    every_local: Bits,
    any_local: Bits,
}

/// Resources in asks that are in no namespace: a RoleBinding does not grant them. (Namespaces themselves are: a request
/// for one is made in it.)
const CLUSTER: &[(&str, &[&str])] = &[
    ("", &["nodes", "nodes/proxy", "nodes/log", "nodes/status", "persistentvolumes", "users", "groups"]),
    ("authentication.k8s.io", &["users", "nodes"]),
    ("rbac.authorization.k8s.io", &["clusterroles", "clusterrolebindings"]),
    ("certificates.k8s.io", &[]),
    ("admissionregistration.k8s.io", &[]),
    ("apiextensions.k8s.io", &[]),
    ("apiregistration.k8s.io", &[]),
    ("kyverno.io", &["clusterpolicies", "clustercleanuppolicies"]),
    ("projectcalico.org", &["globalnetworkpolicies"]),
    ("crd.projectcalico.org", &["globalnetworkpolicies"]),
    ("templates.gatekeeper.sh", &[]),
    ("constraints.gatekeeper.sh", &[]),
    ("mutations.gatekeeper.sh", &[]),
    ("argoproj.io", &["clusterworkflowtemplates"]),
    ("external-secrets.io", &["clusterexternalsecrets", "clustersecretstores", "clusterpushsecrets"]),
];

/// Whether a resource of an ask is in no namespace; none stands for all of the group. The right to bind a cluster role is
/// asked for in the namespace of the binding.
fn is_cluster_wide(ask: &Ask, resource: Option<&str>) -> bool {
    let listed = CLUSTER.iter().find(|(group, _)| *group == ask.group);
    !ask.verbs.contains(&"bind")
        && !ask.verbs.iter().any(|verb| verb.ends_with(':'))
        && listed.is_some_and(|(_, resources)| {
            resources.is_empty() || resource.is_some_and(|resource| resources.contains(&resource))
        })
}

/// Every ask of every family with its bit.
pub(crate) fn asks() -> impl Iterator<Item = (Bits, &'static Ask)> {
    let asks = families().iter().flat_map(|family| family.asks().iter().copied().flatten());
    asks.enumerate().map(|(place, ask)| (1 << place, ask))
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words {
        all: 0,
        verbs: FxHashMap::default(),
        named: FxHashMap::default(),
        every_named: 0,
        nameless: FxHashMap::default(),
        every_nameless: 0,
        beginnings: Vec::new(),
        groups: FxHashMap::default(),
        every_group: 0,
        resources: FxHashMap::default(),
        every_resource: 0,
        local: FxHashMap::default(),
        every_local: 0,
        any_local: 0,
    };
    for (bit, ask) in asks() {
        words.all |= bit;
        for &verb in ask.verbs {
            if verb.ends_with(':') {
                words.beginnings.push((verb, bit));
                words.every_group |= bit;
            }
            *words.verbs.entry(verb).or_default() |= bit;
            if ask.carries_name(verb) {
                *words.named.entry(verb).or_default() |= bit;
                words.every_named |= bit;
            }
            let nameless = matches!(verb, "list" | "watch" | "deletecollection");
            if nameless || verb == "create" && !ask.carries_name(verb) {
                *words.nameless.entry(verb).or_default() |= bit;
                words.every_nameless |= bit;
            }
        }
        *words.groups.entry(ask.group).or_default() |= bit;
        if ask.resources.is_empty() {
            words.every_resource |= bit;
            if !is_cluster_wide(ask, None) {
                words.every_local |= bit;
                words.any_local |= bit;
            }
        }
        for &resource in ask.resources {
            let mut keys = vec![resource.to_owned()];
            keys.extend(resource.split_once('/').map(|(_, sub)| format!("*/{sub}")));
            let local = !is_cluster_wide(ask, Some(resource));
            for key in keys {
                *words.resources.entry(key.clone()).or_default() |= bit;
                if local {
                    *words.local.entry(key).or_default() |= bit;
                }
            }
            if local {
                words.any_local |= bit;
            }
        }
    }
    words
});

/// What a rule allows.
pub(crate) fn masks(rule: &Rule) -> Masks {
    let words = &*WORDS;
    let verbs = |map: &FxHashMap<&str, Bits>, all: Bits| {
        rule.verbs.iter().fold(0, |bits, verb| {
            let beginnings = words.beginnings.iter().filter(|(beginning, _)| verb.starts_with(beginning));
            let begun = beginnings.fold(0, |bits, (_, own)| bits | own);
            bits | begun | if verb == "*" { all } else { found(map.get(verb.as_str())) }
        })
    };
    let groups = rule.api_groups.iter().fold(words.every_group, |bits, group| {
        bits | if group == "*" { words.all } else { found(words.groups.get(group.as_str())) }
    });
    let resources = |map: &FxHashMap<String, Bits>, every: Bits, all: Bits| {
        let start = if rule.resources.is_empty() { 0 } else { every };
        rule.resources.iter().fold(start, |bits, resource| {
            bits | if resource == "*" { all } else { found(map.get(resource.as_str())) }
        })
    };
    if groups == 0 || rule.api_groups.is_empty() {
        return Masks::default();
    }
    // The empty name is that of requests without one: a list, say.
    let full = match (rule.resource_names.is_empty(), rule.has_name("")) {
        (true, _) => verbs(&words.verbs, words.all),
        (false, true) => verbs(&words.nameless, words.every_nameless),
        (false, false) => 0,
    };
    let named = if names(rule).next().is_some() { verbs(&words.named, words.every_named) } else { 0 };
    let in_cluster = groups & resources(&words.resources, words.every_resource, words.all);
    let in_namespace = groups & resources(&words.local, words.every_local, words.any_local);
    let mask =
        |resources: Bits| Mask { full: full & resources, named: named & resources & !(full & resources) };
    Masks { cluster: mask(in_cluster), namespace: mask(in_namespace) }
}

fn found(bits: Option<&Bits>) -> Bits {
    bits.copied().unwrap_or_default()
}

/// The names that a rule limits its resources to, without the empty one, which stands for requests without a name.
pub(crate) fn names(rule: &Rule) -> impl Iterator<Item = &Text> {
    rule.resource_names.iter().filter(|name| !name.is_empty())
}
