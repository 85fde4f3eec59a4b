//! The guards on writing roles and bindings: nobody hands out more than they have.

use std::fmt;

use ironsides_core::go_quoted;
use ironsides_tree::Text;
use thiserror::Error;

use crate::binding::{BindingId, RoleRef};
use crate::cover::go_list;
use crate::identity::Identity;
use crate::policy::{GROUP, Rbac};
use crate::reason::{aggregate, qualified};
use crate::request::{Request, ResourceRequest};
use crate::rule::Rule;

/// A Role or ClusterRole as somebody wants it.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoleWrite<'a> {
    /// The namespace of a Role; `None` for a ClusterRole.
    pub namespace: Option<&'a str>,
    /// The name in the path of the request: empty for a POST, whose path has none.
    pub name: &'a str,
    /// Its rules as they would be.
    pub rules: &'a [Rule],
    /// Whether it has an `aggregationRule`, or had one.
    pub aggregates: bool,
}

/// Why a guard refuses.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Rights would be handed out that are not held.
    #[error("{0}")]
    Escalation(Escalation),
    /// Without all rights, somebody would make a role that gathers others.
    #[error("must have cluster-admin privileges to use the aggregationRule")]
    Aggregation,
    /// The role that is to be bound does not exist, and nothing allows to bind it.
    #[error("{} {} not found", if .0.cluster { "clusterrole" } else { "role" }, go_quoted(&.0.name))]
    UnknownRole(RoleRef),
}

/// Rights that would be handed out and are not held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The user.
    pub user: Text,
    /// Its groups.
    pub groups: Vec<Text>,
    /// The rights, joined by resource.
    pub missing: Vec<Rule>,
    /// Complaints about bound roles that do not exist; empty for none.
    pub unresolved: String,
}

impl fmt::Display for Escalation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut missing: Vec<String> = self.missing.iter().map(Rule::in_message).collect();
        missing.sort();
        missing.dedup();
        write!(
            f,
            "user {} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}",
            go_quoted(&self.user),
            go_list(&self.groups),
            missing.join("\n")
        )?;
        if self.unresolved.is_empty() {
            Ok(())
        } else {
            write!(f, "; resolution errors: [{}]", self.unresolved)
        }
    }
}

impl Refusal {
    /// The HTTP status.
    pub fn code(&self) -> u16 {
        if matches!(self, Self::UnknownRole(_)) { 404 } else { 403 }
    }
}

impl Rbac {
    /// Whether the guard lets somebody write a role, who is allowed to as far as verbs go: with `escalate` on it, or
    /// holding each of its rights where it stands (a ClusterRole's everywhere). To write one that aggregates, all rights
    /// there are must be held.
    ///
    /// (Source: `pkg/registry/rbac/{role,clusterrole}/policybased/storage.go`.)
    pub fn may_write_role(&self, identity: &Identity, role: &RoleWrite<'_>) -> Result<(), Refusal> {
        let resource = if role.namespace.is_some() { "roles" } else { "clusterroles" };
        let namespace = role.namespace.unwrap_or_default();
        let escalate =
            ResourceRequest::new("escalate", GROUP, resource).in_namespace(namespace).named(role.name);
        if self.decide(identity, &Request::from(escalate)).is_allowed() {
            return Ok(());
        }
        self.confirm(identity, namespace, role.rules, resource)?;
        if role.aggregates {
            let everything = [
                Rule { verbs: vec![ALL], api_groups: vec![ALL], resources: vec![ALL], ..Rule::default() },
                Rule { verbs: vec![ALL], non_resource_urls: vec![ALL], ..Rule::default() },
            ];
            self.confirm(identity, namespace, &everything, resource).map_err(|_| Refusal::Aggregation)?;
        }
        Ok(())
    }

    /// Whether the guard lets somebody bind a role, in a namespace or everywhere (`None`), who is allowed to write
    /// bindings there: with `bind` on the role, or holding each of its rights there.
    ///
    /// (Source: `pkg/registry/rbac/{rolebinding,clusterrolebinding}/policybased/storage.go`.)
    pub fn may_bind(
        &self,
        identity: &Identity,
        namespace: Option<&str>,
        role: &RoleRef,
    ) -> Result<(), Refusal> {
        let resource = if role.cluster { "clusterroles" } else { "roles" };
        let place = namespace.unwrap_or_default();
        let bind = ResourceRequest::new("bind", GROUP, resource).in_namespace(place).named(&role.name);
        if self.decide(identity, &Request::from(bind)).is_allowed() {
            return Ok(());
        }
        let found = match (role.cluster, namespace) {
            (true, _) => self.role_named(None, &role.name),
            (false, Some(namespace)) => self.role_named(Some(namespace), &role.name),
            (false, None) => None,
        };
        let found = found.and_then(|id| self.role(id)).ok_or_else(|| Refusal::UnknownRole(role.clone()))?;
        let written = if namespace.is_some() { "rolebindings" } else { "clusterrolebindings" };
        self.confirm(identity, place, &found.rules, written)
    }

    /// Refuses rights that are not held. Roles that do not exist are told of as the written resource.
    fn confirm(
        &self,
        identity: &Identity,
        namespace: &str,
        rules: &[Rule],
        written: &str,
    ) -> Result<(), Refusal> {
        let missing = self.missing(identity, namespace, rules);
        if missing.is_empty() {
            return Ok(());
        }
        let dangling = self.held(identity, namespace).dangling;
        let names =
            dangling.iter().filter_map(|id: &BindingId| self.binding(*id)).map(|binding| &binding.role.name);
        let unresolved = aggregate(
            names.map(|name| format!("{} {} not found", qualified(written, GROUP), go_quoted(name))),
        );
        Err(Refusal::Escalation(Escalation {
            user: identity.user.clone(),
            groups: identity.groups.clone(),
            missing,
            unresolved,
        }))
    }
}

/// Everything.
const ALL: Text = Text::new_static("*");
