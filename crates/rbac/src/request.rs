//! What is asked of the API server.

use ironsides_tree::Text;

/// A request as the authorizer sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// For a resource.
    Resource(ResourceRequest),
    /// For a path that is no resource: `/healthz`.
    Url(UrlRequest),
}

/// A request for a resource. All names compare with their case.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceRequest {
    /// The verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or a special one.
    pub verb: Text,
    /// The API group; empty for the core group.
    pub group: Text,
    /// The plural name of the resource.
    pub resource: Text,
    /// The subresource; empty where there is none.
    pub subresource: Text,
    /// The namespace; empty for resources without and for requests across namespaces.
    pub namespace: Text,
    /// The name of the object; empty where the request carries none (list, create, …).
    pub name: Text,
}

/// A request for a path that is no resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UrlRequest {
    /// The verb: the HTTP method in lower case.
    pub verb: Text,
    /// The path.
    pub path: Text,
}

impl ResourceRequest {
    /// A request for a resource, written as rules write it: `pods`, `pods/log`. Without namespace and name.
    pub fn new(verb: &str, group: &str, resource: &str) -> Self {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        Self {
            verb: Text::new(verb),
            group: Text::new(group),
            resource: Text::new(resource),
            subresource: Text::new(subresource),
            ..Self::default()
        }
    }

    /// The resource with its subresource as rules write it: `pods`, `pods/log`.
    pub fn written(&self) -> String {
        match &*self.subresource {
            "" => self.resource.to_string(),
            subresource => format!("{}/{subresource}", self.resource),
        }
    }

    /// In a namespace.
    #[must_use]
    pub fn in_namespace(self, namespace: &str) -> Self {
        Self { namespace: Text::new(namespace), ..self }
    }

    /// For one object.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Text::new(name), ..self }
    }
}

impl Request {
    /// The verb.
    pub fn verb(&self) -> &str {
        match self {
            Self::Resource(request) => &request.verb,
            Self::Url(request) => &request.verb,
        }
    }

    /// The same request with another verb.
    #[must_use]
    pub fn with_verb(&self, verb: &str) -> Self {
        let verb = Text::new(verb);
        match self.clone() {
            Self::Resource(request) => Self::Resource(ResourceRequest { verb, ..request }),
            Self::Url(request) => Self::Url(UrlRequest { verb, ..request }),
        }
    }

    /// Whether a rule with its own words would be for more, or none can be: `*` stands for every verb, group and resource, and
    /// at the end of a path for every continuation; no namespace is called so.
    pub(crate) fn is_wild(&self) -> bool {
        match self {
            Self::Resource(request) => {
                let parts = [&request.verb, &request.group, &request.resource, &request.namespace];
                parts.into_iter().any(|part| part == "*")
            }
            Self::Url(request) => request.verb == "*" || request.path.ends_with('*'),
        }
    }

    /// The same without name; of a path without the path.
    pub(crate) fn nameless(&self) -> Self {
        match self.clone() {
            Self::Resource(request) => Self::Resource(ResourceRequest { name: Text::default(), ..request }),
            Self::Url(request) => Self::Url(UrlRequest { path: Text::default(), ..request }),
        }
    }

    /// The namespace that it is in; empty for none.
    pub fn namespace(&self) -> &str {
        match self {
            Self::Resource(request) => &request.namespace,
            Self::Url(_) => "",
        }
    }
}

impl From<ResourceRequest> for Request {
    fn from(request: ResourceRequest) -> Self {
        Self::Resource(request)
    }
}

impl From<UrlRequest> for Request {
    fn from(request: UrlRequest) -> Self {
        Self::Url(request)
    }
}
