//! The server's words for decisions.

use ironsides_core::go_quoted;

use crate::authorizer::{Decision, Grant};
use crate::binding::{BindingId, SubjectKind};
use crate::identity::Identity;
use crate::policy::{GROUP, Rbac};
use crate::request::Request;

impl Rbac {
    /// The reason that the server gives for a decision, in audit annotations and access reviews: `RBAC: allowed by
    /// RoleBinding "x/ns" of Role "y" to ServiceAccount "z/ns"`, or roles that are bound and do not exist. Empty where it
    /// gives none.
    pub fn reason(&self, decision: &Decision) -> String {
        match decision {
            Decision::Allowed(grant) => {
                self.allowed_by(grant).map(|by| format!("RBAC: {by}")).unwrap_or_default()
            }
            Decision::Privileged => String::new(),
            Decision::NoOpinion(dangling) if dangling.is_empty() => String::new(),
            Decision::NoOpinion(dangling) => format!("RBAC: {}", self.unresolved(dangling)),
        }
    }

    /// `allowed by ClusterRoleBinding "x" of ClusterRole "y" to User "z"`.
    pub fn allowed_by(&self, grant: &Grant) -> Option<String> {
        let binding = self.binding(grant.binding)?;
        let subject = binding.subjects.get(grant.subject)?;
        let name = match &binding.namespace {
            Some(namespace) => format!("{}/{namespace}", binding.name),
            None => binding.name.to_string(),
        };
        let who = match subject.kind {
            SubjectKind::ServiceAccount => format!("{}/{}", subject.name, subject.namespace),
            SubjectKind::User | SubjectKind::Group => subject.name.to_string(),
        };
        Some(format!(
            "allowed by {} {} of {} {} to {} {}",
            binding.kind(),
            go_quoted(&name),
            if binding.role.cluster { "ClusterRole" } else { "Role" },
            go_quoted(&binding.role.name),
            subject.kind.as_str(),
            go_quoted(&who),
        ))
    }

    /// The complaints about bindings whose role does not exist, each once: several stand in brackets. Empty for none.
    pub fn unresolved(&self, dangling: &[BindingId]) -> String {
        aggregate(dangling.iter().filter_map(|id| self.binding(*id)).map(|binding| {
            let kind = if binding.role.cluster { "clusterrole" } else { "role" };
            format!("{kind}.{GROUP} {} not found", go_quoted(&binding.role.name))
        }))
    }

    /// The message with which the server refuses a request: `pods "x" is forbidden: User "y" cannot get resource …`.
    pub fn forbidden(&self, identity: &Identity, request: &Request, decision: &Decision) -> String {
        forbidden(identity, request, &self.reason(decision))
    }
}

/// Several complaints as one, as the server joins errors: each once, several in brackets.
pub(crate) fn aggregate(errors: impl IntoIterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for error in errors {
        if !all.contains(&error) {
            all.push(error);
        }
    }
    match &*all {
        [one] => one.clone(),
        [] => String::new(),
        _ => format!("[{}]", all.join(", ")),
    }
}

/// The message of a 403 with a reason (none where it is empty).
pub(crate) fn forbidden(identity: &Identity, request: &Request, reason: &str) -> String {
    let user = go_quoted(&identity.user);
    let (what, cannot) = match request {
        Request::Url(url) => {
            ("forbidden".to_owned(), format!("User {user} cannot {} path {}", url.verb, go_quoted(&url.path)))
        }
        Request::Resource(request) => {
            let mut what = qualified(&request.resource, &request.group);
            if !request.name.is_empty() {
                what = format!("{what} {}", go_quoted(&request.name));
            }
            let place = match &*request.namespace {
                "" => "at the cluster scope".to_owned(),
                namespace => format!("in the namespace {}", go_quoted(namespace)),
            };
            let cannot = format!(
                "User {user} cannot {} resource {} in API group {} {place}",
                request.verb,
                go_quoted(&request.written()),
                go_quoted(&request.group),
            );
            (format!("{what} is forbidden"), cannot)
        }
    };
    if reason.is_empty() { format!("{what}: {cannot}") } else { format!("{what}: {cannot}: {reason}") }
}

/// A resource with its group: `pods`, `roles.rbac.authorization.k8s.io`.
pub(crate) fn qualified(resource: &str, group: &str) -> String {
    if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") }
}
