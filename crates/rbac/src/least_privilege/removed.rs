//! The rights that somebody holds now and would not hold any more.

use std::collections::BTreeMap;

use ironsides_tree::Text;

use super::Proposal;
use crate::binding::BindingId;
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::rule::Rule;
use crate::usage::Used;

/// A right that is held now and is not in the proposal: a single verb on a single resource (and name), or path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Where it is held; `None` for everywhere.
    pub namespace: Option<Text>,
    /// The right.
    pub rule: Rule,
    /// The bindings that give it.
    pub bindings: Vec<BindingId>,
    /// Whether part of it was used, and that part is in the proposal.
    pub is_narrowed: bool,
}

/// What an identity holds beyond a proposal and what everybody keeps.
pub(super) fn removed(
    held: &Rbac,
    standing: &Rbac,
    identity: &Identity,
    used: &Used,
    proposal: &Proposal,
) -> Vec<Removed> {
    let rules_of = |rbac: &Rbac| -> Vec<Rule> {
        let bindings = rbac.bindings_of(identity);
        let roles = bindings.iter().filter_map(|id| rbac.role_of(rbac.binding(*id)?));
        roles.filter_map(|role| rbac.role(role)).flat_map(|role| role.rules.iter().cloned()).collect()
    };
    let everybody = rules_of(standing);
    let mut all: BTreeMap<(Option<Text>, Rule), (Vec<BindingId>, bool)> = BTreeMap::new();
    for id in held.bindings_of(identity) {
        let Some(binding) = held.binding(id) else { continue };
        let rules = held.role_of(binding).and_then(|role| held.role(role)).map(|role| &*role.rules);
        for atom in rules.unwrap_or_default().iter().flat_map(Rule::atoms) {
            let is_kept = everybody.iter().any(|rule| rule.covers(&atom))
                || proposal.roles.iter().any(|role| {
                    (role.namespace.is_none() || role.namespace == binding.namespace)
                        && role.rules.iter().any(|rule| rule.rule.covers(&atom))
                });
            // A RoleBinding grants no paths.
            if is_kept || binding.namespace.is_some() && atom.resources.is_empty() {
                continue;
            }
            let key = (binding.namespace.clone(), atom);
            if let Some((bindings, _)) = all.get_mut(&key) {
                bindings.push(id);
                continue;
            }
            let is_used = used.requests.keys().chain(used.many.keys()).any(|request| {
                binding.namespace.as_deref().is_none_or(|own| own == request.namespace())
                    && key.1.allows(request)
                    && proposal.allows(request)
            });
            all.insert(key, (vec![id], is_used));
        }
    }
    let removed =
        |((namespace, rule), (bindings, is_narrowed))| Removed { namespace, rule, bindings, is_narrowed };
    all.into_iter().map(removed).collect()
}
