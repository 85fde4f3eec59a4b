//! What a policy decides about one request.

use crate::level::{Level, Stage, Stages};
use crate::policy::{GroupResources, Policy, Rule};
use crate::request::Request;

/// What is recorded of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How much.
    pub level: Level,
    /// At which stages nothing is.
    pub omit_stages: Stages,
    /// Whether bodies go without `managedFields`.
    pub omit_managed_fields: bool,
    /// The rule that decided; `None` where no rule fits, and nothing is recorded.
    pub rule: Option<usize>,
}

impl Decision {
    /// The stages at which events of the request are written, as long as the server does not panic. Where nobody was
    /// authenticated there is a single event, at the stage `ResponseStarted`. (Source: `WithAudit` and
    /// `WithFailedAuthenticationAudit` of `k8s.io/apiserver`.)
    pub fn written(&self, request: &Request<'_>) -> Stages {
        let is_reached = |stage: &Stage| match stage {
            Stage::RequestReceived | Stage::ResponseComplete => request.user.is_some(),
            Stage::ResponseStarted => request.user.is_none() || request.is_long_running(),
            Stage::Panic => false,
        };
        let is_written = |stage: &Stage| self.level != Level::None && !self.omit_stages.has(*stage);
        Stage::ALL.into_iter().filter(is_reached).filter(is_written).collect()
    }
}

impl Policy {
    /// Decides about a request: the first rule that fits counts. (Source: `EvaluatePolicyRule` of
    /// `k8s.io/apiserver/pkg/audit/policy/checker.go`.)
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let fits = self.rules.iter().enumerate().find(|(_, rule)| rule.fits(request));
        match fits {
            Some((at, rule)) => Decision {
                level: rule.level,
                omit_stages: self.omit_stages.and(rule.omit_stages),
                omit_managed_fields: rule.omit_managed_fields.unwrap_or(self.omit_managed_fields),
                rule: Some(at),
            },
            None => Decision {
                level: Level::None,
                omit_stages: self.omit_stages,
                omit_managed_fields: self.omit_managed_fields,
                rule: None,
            },
        }
    }
}

impl Rule {
    /// Whether it is about a request.
    pub fn fits(&self, request: &Request<'_>) -> bool {
        self.first_misfit(request).is_none()
    }
}

impl GroupResources {
    /// Whether it is about a resource.
    pub fn fits(&self, group: &str, resource: &str, subresource: &str, name: &str) -> bool {
        if self.group != "*" && self.group != group {
            return false;
        }
        if self.resources.is_empty() {
            return true;
        }
        if !self.resource_names.is_empty() && !self.resource_names.iter().any(|own| own == name) {
            return false;
        }
        self.resources.iter().any(|own| resource_fits(own, resource, subresource))
    }

    /// Whether it is about a resource, whatever the object is called.
    pub(crate) fn fits_but_for_names(&self, group: &str, resource: &str, subresource: &str) -> bool {
        (self.group == "*" || self.group == group)
            && (self.resources.is_empty()
                || self.resources.iter().any(|own| resource_fits(own, resource, subresource)))
    }
}

/// Whether an entry of `resources` means a resource: `*` all, `pods` itself, `pods/log`, `*/log` that subresource of all,
/// `pods/*` the resource and all its subresources.
pub(crate) fn resource_fits(own: &str, resource: &str, subresource: &str) -> bool {
    if own == "*" {
        return true;
    }
    let is_exact = match own.split_once('/') {
        // A resource of a request may itself hold a slash; it is compared with the whole entry.
        _ if subresource.is_empty() => own == resource,
        Some(_) => own.strip_suffix(subresource).and_then(|own| own.strip_suffix('/')) == Some(resource),
        None => false,
    };
    is_exact
        || !subresource.is_empty() && own.strip_prefix("*/") == Some(subresource)
        || own.strip_suffix("/*") == Some(resource)
}

/// Whether a pattern of `nonResourceURLs` means a path: `*` all, one that ends in `*` all that begin so.
pub(crate) fn path_fits(own: &str, path: &str) -> bool {
    own == "*" || own == path || own.ends_with('*') && path.starts_with(own.trim_end_matches('*'))
}
