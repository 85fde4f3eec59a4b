//! A rule of a role, and what it allows.

use ironsides_tree::{Node, Text, print};
use serde::Serialize;

use crate::request::{Request, ResourceRequest, UrlRequest};

/// A rule (`PolicyRule`): verbs on resources of API groups, or on paths.
///
/// `*` stands for every verb, group or resource (its subresources too), and `*/sub` for that subresource of any resource;
/// nothing else is a pattern. (Source: `pkg/apis/rbac/v1/evaluation_helpers.go`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// What may be done.
    #[serde(serialize_with = "texts")]
    pub verbs: Vec<Text>,
    /// The API groups; empty text for the core group.
    #[serde(serialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub api_groups: Vec<Text>,
    /// The resources, with their subresources: `pods`, `pods/log`, `*/scale`.
    #[serde(serialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Text>,
    /// The names that it is limited to; none for all.
    #[serde(serialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<Text>,
    /// The paths; those that end in `*` stand for all that begin so.
    #[serde(rename = "nonResourceURLs", serialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub non_resource_urls: Vec<Text>,
}

fn texts<S: serde::Serializer>(texts: &[Text], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(Text::as_str))
}

impl Rule {
    /// Reads a rule. What is no list counts as an empty list. An item that is no string (`n`, which YAML 1.1 takes for
    /// false) is what it reads as: a server would refuse it, and dropping it could turn one name into all.
    pub fn read(node: &Node) -> Self {
        let text = |item: &Node| item.as_str().map_or_else(|| Text::from(print::json(item)), Text::new);
        let list =
            |field: &str| node.get(field).map(Node::items).unwrap_or_default().iter().map(text).collect();
        Self {
            verbs: list("verbs"),
            api_groups: list("apiGroups"),
            resources: list("resources"),
            resource_names: list("resourceNames"),
            non_resource_urls: list("nonResourceURLs"),
        }
    }

    /// Whether it allows a request, wherever it is bound.
    pub fn allows(&self, request: &Request) -> bool {
        match request {
            Request::Resource(request) => self.allows_resource(request),
            Request::Url(request) => self.allows_url(request),
        }
    }

    /// Whether it allows a request for a resource.
    pub fn allows_resource(&self, request: &ResourceRequest) -> bool {
        self.has_verb(&request.verb)
            && self.has_group(&request.group)
            && self.has_resource(&request.resource, &request.subresource)
            && self.has_name(&request.name)
    }

    /// Whether it allows a request for a path.
    pub fn allows_url(&self, request: &UrlRequest) -> bool {
        self.has_verb(&request.verb) && self.has_url(&request.path)
    }

    /// Whether it is about a verb.
    pub fn has_verb(&self, verb: &str) -> bool {
        self.verbs.iter().any(|own| covers(own, verb))
    }

    /// Whether it is about a group.
    pub fn has_group(&self, group: &str) -> bool {
        self.api_groups.iter().any(|own| covers(own, group))
    }

    /// Whether it is about a resource; the subresource is empty where there is none.
    pub fn has_resource(&self, resource: &str, subresource: &str) -> bool {
        self.resources.iter().any(|own| covers_resource(own, resource, subresource))
    }

    /// Whether it is about objects of a name; the empty name is that of requests without one.
    pub fn has_name(&self, name: &str) -> bool {
        self.resource_names.is_empty() || self.resource_names.iter().any(|own| own == name)
    }

    /// Whether it is about a path.
    pub fn has_url(&self, path: &str) -> bool {
        self.non_resource_urls.iter().any(|own| {
            own == "*" || own == path || own.ends_with('*') && path.starts_with(own.trim_end_matches('*'))
        })
    }
}

/// Whether a verb or group that a rule lists stands for one that is asked for.
pub fn covers(listed: &str, asked: &str) -> bool {
    listed == "*" || listed == asked
}

/// Whether a resource that a rule lists (`pods`, `pods/log`, `*/scale`, `*`) stands for one that is asked for; the
/// subresource is empty where there is none.
pub fn covers_resource(listed: &str, resource: &str, subresource: &str) -> bool {
    if listed == "*" {
        return true;
    }
    if subresource.is_empty() {
        return listed == resource;
    }
    let joined = listed.strip_suffix(subresource).and_then(|listed| listed.strip_suffix('/'));
    joined.is_some_and(|listed| listed == "*" || listed == resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_string_is_not_all_names() {
        let rule = "{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [n]}";
        let rule = Rule::read(&ironsides_tree::parse_one(rule).unwrap());
        assert_eq!(rule.resource_names, ["false"]);
        assert!(!rule.allows_resource(&ResourceRequest::new("get", "", "secrets").named("a")));
    }
}
