//! One call of the API.

use ironsides_tree::Text;
use serde_json::Value;

use crate::authorizer::Grant;
use crate::request::ResourceRequest;

/// A call of the API, and what allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The API version of the resource: `v1`, `apps/v1`.
    pub api_version: Text,
    /// What the authorizer is asked for this call, and what allows it: first the call itself, then what guards ask
    /// (`bind`, `escalate`, `approve`) or what its impersonation needs.
    pub asks: Vec<Asked>,
    /// What is sent: the object to create, or a strategic merge patch (of an update what it changes). Words in angle
    /// brackets are to be filled in.
    pub body: Option<Value>,
    /// Whom the headers impersonate. The call is then any at all: [`Call::path`] is that of a review which answers who one
    /// is.
    pub impersonate: Option<AssumedIdentity>,
}

/// A request of which the authorizer is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The request.
    pub request: ResourceRequest,
    /// What allows it; none where the step before has given the right anew.
    pub grant: Option<Grant>,
}

/// The headers of impersonation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumedIdentity {
    /// `Impersonate-User`
    pub user: Text,
    /// `Impersonate-Group`
    pub groups: Vec<Text>,
}

impl Call {
    /// A call that is one request.
    pub(super) fn new(api_version: &str, request: ResourceRequest, grant: Option<Grant>) -> Self {
        let asks = vec![Asked { request, grant }];
        Self { api_version: Text::new(api_version), asks, body: None, impersonate: None }
    }

    /// With what is sent.
    #[must_use]
    pub(super) fn sending(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// With what a guard asks besides.
    #[must_use]
    pub(super) fn guarded(mut self, request: ResourceRequest, grant: Option<Grant>) -> Self {
        self.asks.push(Asked { request, grant });
        self
    }

    /// The HTTP method.
    pub fn method(&self) -> &'static str {
        match self.asks.first().map(|asked| asked.request.verb.as_str()) {
            Some("create" | "impersonate") => "POST",
            Some("update") => "PUT",
            Some("patch") => "PATCH",
            Some("delete" | "deletecollection") => "DELETE",
            _ => "GET",
        }
    }

    /// The path on the server: `/apis/apps/v1/namespaces/shop/deployments`.
    pub fn path(&self) -> String {
        let request = match self.asks.first() {
            Some(asked) if self.impersonate.is_none() => &asked.request,
            _ => return "/apis/authentication.k8s.io/v1/selfsubjectreviews".to_owned(),
        };
        let root = if self.api_version.contains('/') { "apis" } else { "api" };
        let mut parts = vec![root, &self.api_version];
        // A namespace does not lie in itself.
        if !request.namespace.is_empty() && request.resource != "namespaces" {
            parts.extend(["namespaces", &request.namespace]);
        }
        parts.push(&request.resource);
        if request.verb != "create" || !request.subresource.is_empty() {
            parts.push(&request.name);
        }
        parts.push(&request.subresource);
        parts.iter().filter(|part| !part.is_empty()).fold(String::new(), |path, part| path + "/" + part)
    }
}
