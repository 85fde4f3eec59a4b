//! What a policy is asked about.

use std::borrow::Cow;

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
