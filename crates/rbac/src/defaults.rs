//! What Kubernetes itself brings: the roles and bindings of its bootstrap policy.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use ironsides_core::{Object, Origin};
use ironsides_tree::Node;

use crate::binding::Binding;
use crate::grants::Question;
use crate::policy::Rbac;
use crate::rule::Rule;

/// The minor version of Kubernetes whose policy is built in, and by which manifests are judged.
pub(crate) const BUILT_IN_MINOR: u64 = 36;
/// The default roles and bindings of Kubernetes 1.36, one `List`. (Written by `cargo xtask gen rbac-defaults`.)
const TEXT: &str = include_str!("defaults/kubernetes-1.36.json");

/// The bootstrap policy.
///
/// Names alone prove nothing: whoever may write roles can call one of them `system:something`. A subject is built in where
/// the bootstrap policy binds it to the same role in a binding of the same name, and a rule where the role of that name has
/// a rule that holds all of it.
pub(crate) struct Defaults {
    objects: Vec<Object>,
    rbac: Rbac,
}

static DEFAULTS: LazyLock<Defaults> = LazyLock::new(|| {
    let origin = || Origin::Api { request: Arc::from("the bootstrap policy of Kubernetes 1.36") };
    let items = ironsides_tree::parse_one(TEXT).ok();
    let items = items.as_ref().and_then(|list| list.get("items")).map(Node::items).unwrap_or_default();
    let objects: Vec<Object> =
        items.iter().map(|item| Object::new(item.clone(), origin(), Vec::new())).collect();
    let rbac = Rbac::new(&objects);
    Defaults { objects, rbac }
});

impl Defaults {
    /// Read once.
    pub(crate) fn get() -> &'static Self {
        &DEFAULTS
    }

    /// All of it.
    pub(crate) fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Whether the role of a name has a rule that holds all of this one.
    pub(crate) fn has_rule(&self, namespace: Option<&str>, name: &str, rule: &Rule) -> bool {
        let role = self.rbac.role_named(namespace, name).and_then(|role| self.rbac.role(role));
        role.is_some_and(|role| role.rules.iter().any(|own| holds(own, rule)))
    }

    /// Whether a binding gives one of its subjects nothing but what Kubernetes itself does.
    pub(crate) fn brings(&self, rbac: &Rbac, binding: &Binding, subject: usize) -> bool {
        self.has_subject(binding, subject)
            && rbac.role_of(binding).and_then(|role| rbac.role(role)).is_some_and(|role| {
                let own = |rule| self.has_rule(role.namespace.as_deref(), &role.name, rule);
                role.rules.iter().all(own)
            })
    }

    /// Whether the binding of that name hands out the same role to this one of its subjects.
    pub(crate) fn has_subject(&self, binding: &Binding, subject: usize) -> bool {
        let Some(subject) = binding.subjects.get(subject) else { return false };
        let known = self.rbac.bindings();
        let place = (&binding.namespace, &binding.name);
        let at = known.binary_search_by(|own| (&own.namespace, &own.name).cmp(&place));
        at.ok()
            .and_then(|at| known.get(at))
            .is_some_and(|own| own.role == binding.role && own.subjects.contains(subject))
    }
}

/// Whether everything that a rule allows is allowed by one other, word for word.
fn holds(own: &Rule, rule: &Rule) -> bool {
    let within = |own: &[ironsides_tree::Text], asked: &[ironsides_tree::Text]| {
        asked.iter().all(|word| own.contains(word))
    };
    let names = own.resource_names.is_empty()
        || !rule.resource_names.is_empty() && within(&own.resource_names, &rule.resource_names);
    within(&own.verbs, &rule.verbs)
        && within(&own.api_groups, &rule.api_groups)
        && within(&own.resources, &rule.resources)
        && within(&own.non_resource_urls, &rule.non_resource_urls)
        && names
}

/// The roles of the bootstrap policy that are not among objects: manifests bind `view` and `cluster-admin` without bringing
/// them.
pub fn missing_default_roles<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<&'static Object> {
    let is_role = |object: &&Object| matches!(&*object.reference().kind, "Role" | "ClusterRole");
    missing_defaults(objects).into_iter().filter(is_role).collect()
}

/// The roles and bindings of the bootstrap policy that are not among objects.
pub fn missing_defaults<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<&'static Object> {
    let key = |object: &Object| {
        let reference = object.reference();
        (reference.kind.clone(), reference.namespace.clone(), reference.name.clone())
    };
    let rbac = |object: &&Object| object.reference().group() == crate::policy::GROUP;
    let known: BTreeSet<_> = objects.into_iter().filter(rbac).map(key).collect();
    DEFAULTS.objects.iter().filter(|object| !known.contains(&key(object))).collect()
}

/// Whether the rules from which the Node authorizer begins allow some of what is asked. Which objects a node then gets
/// depends on the pods that run on it. (Source: the role `system:node` of the bootstrap policy holds the same rules.)
pub fn node_rules_allow(question: &Question) -> bool {
    let rbac = &DEFAULTS.rbac;
    let role = rbac.role_named(None, "system:node").and_then(|role| rbac.role(role));
    let rules = role.map(|role| &*role.rules).unwrap_or_default();
    rules.iter().any(|rule| match question {
        Question::Url(request) => rule.allows_url(request),
        Question::Resource { verb, group, resource, subresource, .. } => {
            rule.has_verb(verb) && rule.has_group(group) && rule.has_resource(resource, subresource)
        }
    })
}
