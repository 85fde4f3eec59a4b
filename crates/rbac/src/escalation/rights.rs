//! The rules that somebody holds, asked by what they reach.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_schema::admit::is_subdomain;
use ironsides_tree::Text;

use crate::authorizer::Grant;
use crate::binding::{Binding, SubjectKind};
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::role::Role;
use crate::rule::Rule;

/// What somebody holds.
#[derive(Default)]
pub(super) struct Rights<'a> {
    /// In the whole cluster.
    wide: Vec<Right<'a>>,
    /// In a namespace.
    local: BTreeMap<&'a str, Vec<Right<'a>>>,
    /// Bindings by which it is held, with their roles; those of groups behind the others.
    bindings: Vec<(bool, &'a Binding, &'a Role)>,
}

/// One rule that is held.
struct Right<'a> {
    rule: &'a Rule,
    grant: Option<Grant>,
}

/// Which objects a verb reaches.
#[derive(Default)]
pub(super) struct Reach {
    /// All, by this grant.
    pub all: Option<Held>,
    /// Those of these names.
    pub names: BTreeMap<Text, Held>,
}

/// A grant, where there is one already.
pub(super) type Held = Option<Grant>;

impl Reach {
    /// Whether nothing is reached.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_none() && self.names.is_empty()
    }

    /// By what an object of a name is reached.
    pub(super) fn of(&self, name: &str) -> Option<Held> {
        self.all.or_else(|| self.names.get(name).copied())
    }

    /// Any name that is reached and that an object can have: a wanted one where all are.
    pub(super) fn any(&self, wanted: &str) -> Option<(Text, Held)> {
        let first = self.names.iter().find(|(name, _)| is_subdomain(name));
        self.of(wanted)
            .map(|held| (Text::new(wanted), held))
            .or_else(|| first.map(|(name, held)| (name.clone(), *held)))
    }
}

impl<'a> Rights<'a> {
    /// What an identity holds.
    pub(super) fn of(rbac: &'a Rbac, identity: &Identity) -> Self {
        let mut rights = Self::default();
        for id in rbac.bindings_of(identity) {
            let Some(binding) = rbac.binding(id) else { continue };
            let Some(role) = rbac.role_of(binding) else { continue };
            let Some(found) = rbac.role(role) else { continue };
            let subject =
                binding.subjects.iter().position(|subject| subject.is(identity)).unwrap_or_default();
            let of_group =
                binding.subjects.get(subject).is_some_and(|subject| subject.kind == SubjectKind::Group);
            rights.bindings.push((of_group, binding, found));
            for (rule, held) in found.rules.iter().enumerate() {
                let grant = Some(Grant { binding: id, subject, role, rule });
                rights.push(binding.namespace.as_deref(), Right { rule: held, grant });
            }
        }
        rights.bindings.sort_by_key(|(of_group, ..)| *of_group);
        rights
    }

    /// The bindings by which it is held, with their roles: the own ones before those of groups.
    pub(super) fn bindings(&self) -> impl Iterator<Item = (&'a Binding, &'a Role)> {
        self.bindings.iter().map(|(_, binding, role)| (*binding, *role))
    }

    /// What rules give in a namespace, or in the cluster.
    pub(super) fn of_rules(rules: &'a [Rule], namespace: Option<&'a str>) -> Self {
        let mut rights = Self::default();
        for rule in rules {
            rights.push(namespace, Right { rule, grant: None });
        }
        rights
    }

    fn push(&mut self, namespace: Option<&'a str>, right: Right<'a>) {
        match namespace {
            None => self.wide.push(right),
            Some(namespace) => self.local.entry(namespace).or_default().push(right),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Right<'a>> {
        self.wide.iter().chain(self.local.values().flatten())
    }

    /// The objects of a resource (`pods`, `pods/exec`) that a verb reaches: in a namespace, or, where none is named, in all
    /// and outside of namespaces.
    pub(super) fn reach(&self, verb: &str, group: &str, resource: &str, namespace: Option<&str>) -> Reach {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let mut reach = Reach::default();
        let local = namespace.and_then(|namespace| self.local.get(namespace)).into_iter().flatten();
        for right in self.wide.iter().chain(local) {
            let rule = right.rule;
            if !rule.has_verb(verb) || !rule.has_group(group) || !rule.has_resource(resource, subresource) {
                continue;
            }
            if rule.resource_names.is_empty() {
                reach.all.get_or_insert(right.grant);
            }
            for name in &rule.resource_names {
                reach.names.entry(name.clone()).or_insert(right.grant);
            }
        }
        reach
    }

    /// The first of several verbs that reaches anything, with what it reaches.
    pub(super) fn first<'v>(
        &self,
        verbs: &[&'v str],
        group: &str,
        resource: &str,
        namespace: Option<&str>,
    ) -> Vec<(&'v str, Reach)> {
        let all = verbs.iter().map(|verb| (*verb, self.reach(verb, group, resource, namespace)));
        all.filter(|(_, reach)| !reach.is_empty()).collect()
    }

    /// Verbs held anywhere that begin so.
    pub(super) fn verbs(&self, beginning: &str) -> BTreeSet<&'a str> {
        let verbs = self.all().flat_map(|right| &right.rule.verbs);
        verbs.map(Text::as_str).filter(|verb| verb.starts_with(beginning) || *verb == "*").collect()
    }

    /// The namespaces in which something is held that is not held everywhere.
    pub(super) fn namespaces(&self) -> BTreeSet<&'a str> {
        self.local.keys().copied().collect()
    }

    /// Whether every verb on every resource is held in the cluster.
    pub(super) fn is_everything(&self) -> bool {
        self.wide.iter().any(|right| is_everything(right.rule))
    }
}

/// Whether a rule is for every verb on every resource.
pub(super) fn is_everything(rule: &Rule) -> bool {
    let all = |words: &[Text]| words.iter().any(|word| word == "*");
    rule.resource_names.is_empty() && all(&rule.verbs) && all(&rule.api_groups) && all(&rule.resources)
}
