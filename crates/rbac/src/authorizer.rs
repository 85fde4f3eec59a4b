//! The decision about one request.

use crate::binding::BindingId;
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::request::Request;
use crate::role::RoleId;

/// What is decided about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Allowed by a rule.
    Allowed(Grant),
    /// Allowed before RBAC is asked: the identity is in `system:masters`.
    Privileged,
    /// No rule allows it: another authorizer may, and where there is none it is refused. Bindings of the identity whose
    /// role does not exist.
    NoOpinion(Vec<BindingId>),
}

/// What allows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The binding.
    pub binding: BindingId,
    /// Which of its subjects, the first that is the identity.
    pub subject: usize,
    /// The role.
    pub role: RoleId,
    /// Which of its rules, the first that allows it.
    pub rule: usize,
}

impl Decision {
    /// Whether the request goes through.
    pub fn is_allowed(&self) -> bool {
        !matches!(self, Self::NoOpinion(_))
    }
}

impl Rbac {
    /// Decides about a request: cluster role bindings first, then those of the request's namespace, by name.
    pub fn decide(&self, identity: &Identity, request: &Request) -> Decision {
        if identity.is_privileged() {
            return Decision::Privileged;
        }
        let mut dangling = Vec::new();
        for id in self.bindings_of(identity) {
            let Some(binding) = self.binding(id) else { continue };
            let applies = binding.namespace.as_deref().is_none_or(|own| own == request.namespace());
            if !applies {
                continue;
            }
            let Some(role) = self.role_of(binding) else {
                dangling.push(id);
                continue;
            };
            let rules = self.role(role).map(|role| &*role.rules).unwrap_or_default();
            if let Some(rule) = rules.iter().position(|rule| rule.allows(request)) {
                let subject =
                    binding.subjects.iter().position(|subject| subject.is(identity)).unwrap_or_default();
                return Decision::Allowed(Grant { binding: id, subject, role, rule });
            }
        }
        Decision::NoOpinion(dangling)
    }

    /// The bindings that name an identity or one of its groups, each once, in order.
    pub fn bindings_of(&self, identity: &Identity) -> Vec<BindingId> {
        let by_user = self.by_user.get(&identity.user).filter(|_| !identity.user.is_empty());
        let by_group = identity.groups.iter().filter_map(|group| self.by_group.get(group));
        let mut all: Vec<BindingId> = by_user.into_iter().chain(by_group).flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::{Object, Origin};

    use super::*;
    use crate::request::ResourceRequest;

    fn rbac(texts: &[&str]) -> Rbac {
        let objects: Vec<Object> = texts
            .iter()
            .map(|text| {
                let root = ironsides_tree::parse_one(text).unwrap();
                Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new())
            })
            .collect();
        Rbac::new(&objects)
    }

    #[test]
    fn a_grant_names_what_allows() {
        let rbac = rbac(&[
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {namespace: a, name: r},
              rules: [{apiGroups: [''], resources: [pods], verbs: [get]},
                      {apiGroups: [''], resources: [pods/log], verbs: [get]}]}",
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {namespace: a, name: b},
              roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: x}, {kind: ServiceAccount, name: s}]}",
        ]);
        let log = Request::from(ResourceRequest::new("get", "", "pods/log").in_namespace("a").named("p"));
        let expected = Grant { binding: BindingId(0), subject: 1, role: RoleId(0), rule: 1 };
        assert_eq!(rbac.decide(&Identity::service_account("a", "s"), &log), Decision::Allowed(expected));
        let elsewhere =
            Request::from(ResourceRequest::new("get", "", "pods/log").in_namespace("b").named("p"));
        assert!(!rbac.decide(&Identity::service_account("a", "s"), &elsewhere).is_allowed());
        assert!(!rbac.decide(&Identity::user("y"), &log).is_allowed());
    }
}
