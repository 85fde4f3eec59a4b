//! What a policy is asked about.

use std::borrow::Cow;
use std::fmt;

use crate::event::Event;
use crate::witness::FRESH;

/// A request as the audit policy sees it: as it was authenticated, before any impersonation. (Source: `WithAudit`, which
/// wraps `WithImpersonation`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request<'a> {
    /// The user; `None` where nobody was authenticated at all.
    pub user: Option<Cow<'a, str>>,
    /// The groups.
    pub groups: Vec<Cow<'a, str>>,
    /// The verb: `get`, `list`, …; of paths the HTTP method in lower case.
    pub verb: Cow<'a, str>,
    /// For a resource, or for a path.
    pub about: About<'a>,
}

impl<'a> Request<'a> {
    /// The request of an event, as its policy saw it. Nobody was authenticated where the answer is 401 and no user is told.
    pub fn of(event: &Event<'a>) -> Self {
        let is_refused = event.user.name.is_empty()
            && event.response.as_ref().is_some_and(|response| response.code == 401);
        let about = match &event.object {
            Some(object) => About::Resource {
                group: object.group.clone(),
                resource: object.resource.clone(),
                subresource: object.subresource.clone(),
                namespace: object.namespace.clone(),
                name: object.name.clone(),
            },
            None => About::Path(match &event.request_uri {
                Cow::Borrowed(uri) => Cow::Borrowed(uri.split('?').next().unwrap_or_default()),
                Cow::Owned(uri) => Cow::Owned(uri.split('?').next().unwrap_or_default().to_owned()),
            }),
        };
        Self {
            user: (!is_refused).then(|| event.user.name.clone()),
            groups: event.user.groups.iter().cloned().collect(),
            verb: event.verb.clone(),
            about,
        }
    }
}

impl Request<'_> {
    /// What is asked for, without who asks, namespace and name: `watch pods`, `get /version`.
    pub fn kind(&self) -> String {
        match &self.about {
            About::Path(path) => format!("{} {path}", self.verb),
            About::Resource { group, resource, subresource, .. } => {
                let group = if group.is_empty() { String::new() } else { format!(".{group}") };
                let sub = if subresource.is_empty() { String::new() } else { format!("/{subresource}") };
                format!("{} {resource}{group}{sub}", self.verb)
            }
        }
    }

    /// Whether the API server takes it for one that lasts, which gets an event of its own when the response begins.
    /// (Source: `BasicLongRunningRequestCheck` of `k8s.io/apiserver`, as kube-apiserver configures it.)
    pub fn is_long_running(&self) -> bool {
        let is_long_verb = matches!(&*self.verb, "watch" | "proxy");
        is_long_verb
            || match &self.about {
                About::Resource { subresource, .. } => {
                    matches!(&**subresource, "attach" | "exec" | "proxy" | "log" | "portforward")
                }
                About::Path(path) => path.starts_with("/debug/pprof/"),
            }
    }
}

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum About<'a> {
    /// A resource.
    Resource {
        /// The API group; empty for the core group.
        group: Cow<'a, str>,
        /// The plural name.
        resource: Cow<'a, str>,
        /// The subresource; empty where there is none.
        subresource: Cow<'a, str>,
        /// The namespace; empty for resources without and for requests across namespaces.
        namespace: Cow<'a, str>,
        /// The name; empty for requests without one.
        name: Cow<'a, str>,
    },
    /// A path that is no resource.
    Path(Cow<'a, str>),
}

impl Default for About<'_> {
    fn default() -> Self {
        Self::Path(Cow::Borrowed(""))
    }
}

impl fmt::Display for Request<'_> {
    /// The request in words: `create pods/exec in shop by alice`. Where a value is one that no rule of a policy names, as
    /// in what [`crate::witness()`] finds, none is said, or what stands for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_any = |text: &str| text.is_empty() || text == FRESH;
        let verb = if is_any(&self.verb) { "some request for" } else { &self.verb };
        match &self.about {
            About::Path(path) => write!(f, "{verb} {}", path.replace(FRESH, "\u{2026}"))?,
            About::Resource { group, resource, subresource, namespace, name } => {
                let resource = if is_any(resource) { "any resource" } else { resource };
                write!(f, "{verb} {resource}")?;
                if !subresource.is_empty() {
                    write!(f, "/{}", subresource.replace(FRESH, "\u{2026}"))?;
                }
                if !is_any(group) {
                    write!(f, " of {group}")?;
                }
                if !is_any(name) {
                    write!(f, " named {name}")?;
                }
                if !is_any(namespace) {
                    write!(f, " in {namespace}")?;
                }
            }
        }
        if let Some(user) = self.user.as_ref().filter(|user| !is_any(user)) {
            write!(f, " by {user}")?;
        }
        for group in self.groups.iter().filter(|group| !is_any(group)) {
            write!(f, " (group {group})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_without_what_nobody_names() {
        let resource =
            |group: &'static str, resource: &'static str, sub: &'static str, space: &'static str| {
                About::Resource {
                    group: group.into(),
                    resource: resource.into(),
                    subresource: sub.into(),
                    namespace: space.into(),
                    name: FRESH.into(),
                }
            };
        let told = |user: &'static str, groups: &[&'static str], verb: &'static str, about| {
            let groups = groups.iter().map(|group| (*group).into()).collect();
            Request { user: Some(user.into()), groups, verb: verb.into(), about }.to_string()
        };
        assert_eq!(
            told("alice", &[], "create", resource("", "pods", "exec", "shop")),
            "create pods/exec in shop by alice"
        );
        assert_eq!(
            told(FRESH, &["ops"], "get", resource("apps", FRESH, "", FRESH)),
            "get any resource of apps (group ops)"
        );
        assert_eq!(
            told(FRESH, &[], FRESH, About::Path("/api/\u{1}".into())),
            "some request for /api/\u{2026}"
        );
    }
}
