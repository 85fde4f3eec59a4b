//! The rules that reach somebody: what a `SelfSubjectRulesReview` answers.

use serde::Serialize;

use crate::authorizer::Grant;
use crate::binding::BindingId;
use crate::cover::{compact, missing};
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::rule::Rule;

/// The rules that reach an identity in a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Every rule, with the binding and role that it comes by: those of the cluster first, then by namespace and name.
    pub grants: Vec<Grant>,
    /// Bindings of the identity whose role does not exist.
    pub dangling: Vec<BindingId>,
}

/// The status of a `SelfSubjectRulesReview`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulesReview {
    /// The rules about resources. The server's order is not fixed; this one is.
    pub resource_rules: Vec<Rule>,
    /// The rules about paths. Those of `RoleBindings` are here too, though they allow nothing.
    pub non_resource_rules: Vec<Rule>,
    /// Roles that are bound and do not exist; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub evaluation_error: String,
    /// Whether other authorizers may allow more. RBAC alone is never incomplete.
    pub incomplete: bool,
}

impl Rbac {
    /// The rules that reach an identity: of cluster role bindings, and of role bindings where a namespace is named (empty
    /// for none). A role that is bound twice counts twice. Nothing is said of the power of `system:masters`.
    pub fn held(&self, identity: &Identity, namespace: &str) -> Held {
        let mut held = Held::default();
        for id in self.bindings_of(identity) {
            let Some(binding) = self.binding(id) else { continue };
            let applies =
                binding.namespace.as_deref().is_none_or(|own| !namespace.is_empty() && own == namespace);
            if !applies {
                continue;
            }
            let Some(role) = self.role_of(binding) else {
                held.dangling.push(id);
                continue;
            };
            let subject =
                binding.subjects.iter().position(|subject| subject.is(identity)).unwrap_or_default();
            let count = self.role(role).map_or(0, |role| role.rules.len());
            held.grants.extend((0..count).map(|rule| Grant { binding: id, subject, role, rule }));
        }
        held
    }

    /// The rule of a grant.
    pub fn rule(&self, grant: &Grant) -> Option<&Rule> {
        self.role(grant.role)?.rules.get(grant.rule)
    }

    /// What a `SelfSubjectRulesReview` of an identity says about a namespace.
    pub fn rules_review(&self, identity: &Identity, namespace: &str) -> RulesReview {
        let held = self.held(identity, namespace);
        let mut review = RulesReview::default();
        for rule in held.grants.iter().filter_map(|grant| self.rule(grant)) {
            if !rule.resources.is_empty() {
                review.resource_rules.push(Rule { non_resource_urls: Vec::new(), ..rule.clone() });
            }
            if !rule.non_resource_urls.is_empty() {
                let urls = rule.non_resource_urls.clone();
                review.non_resource_rules.push(Rule {
                    verbs: rule.verbs.clone(),
                    non_resource_urls: urls,
                    ..Rule::default()
                });
            }
        }
        review.evaluation_error = self.unresolved(&held.dangling);
        review
    }

    /// What of the wanted rights an identity does not hold in a namespace (empty: cluster-wide), joined by resource. A
    /// member of `system:masters` holds all.
    pub fn missing(&self, identity: &Identity, namespace: &str, wanted: &[Rule]) -> Vec<Rule> {
        if identity.is_privileged() || wanted.is_empty() {
            return Vec::new();
        }
        let held = self.held(identity, namespace);
        let held: Vec<&Rule> = held.grants.iter().filter_map(|grant| self.rule(grant)).collect();
        compact(missing(&held, wanted))
    }

    /// Whether an identity holds rights in a namespace (empty: cluster-wide), as the guards against escalation see it.
    pub fn covers(&self, identity: &Identity, namespace: &str, wanted: &[Rule]) -> bool {
        self.missing(identity, namespace, wanted).is_empty()
    }
}

impl RulesReview {
    /// What `kubectl auth can-i --list` shows: the rules in their smallest parts, those for the same resource and name
    /// joined, in its order.
    pub fn rows(&self) -> Vec<Rule> {
        let rules = self.resource_rules.iter().chain(&self.non_resource_rules);
        let mut rows = compact(rules.flat_map(Rule::atoms));
        // kubectl joins every verb once; the server, in its messages, as often as it is written.
        for row in &mut rows {
            let mut seen = rustc_hash::FxHashSet::default();
            row.verbs.retain(|verb| seen.insert(verb.clone()));
        }
        rows.sort_by_cached_key(printed);
        rows
    }
}

/// The text by which kubectl sorts rules: that of the Go type.
fn printed(rule: &Rule) -> String {
    let list = |texts: &[ironsides_tree::Text]| {
        let texts: Vec<&str> = texts.iter().map(ironsides_tree::Text::as_str).collect();
        format!("[{}]", texts.join(" "))
    };
    format!(
        "&PolicyRule{{Verbs:{},APIGroups:{},Resources:{},ResourceNames:{},NonResourceURLs:{},}}",
        list(&rule.verbs),
        list(&rule.api_groups),
        list(&rule.resources),
        list(&rule.resource_names),
        list(&rule.non_resource_urls),
    )
}
