//! What a `SubjectAccessReview` asks.

use ironsides_tree::{Cursor, Node, Text};
use thiserror::Error;

use crate::authorizer::Decision;
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::request::{Request, ResourceRequest, UrlRequest};

/// Who asks for what, by the spec of a `SubjectAccessReview`. Groups are only those that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessReview {
    /// Who.
    pub identity: Identity,
    /// What.
    pub request: Request,
}

/// A spec that the server refuses with a 422.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InvalidReview(String);

impl AccessReview {
    /// Reads a spec. Selectors are held against their form and not read: the authorizer does not look at them, and no
    /// name is taken from them.
    ///
    /// (Source: `ValidateSubjectAccessReviewSpec` of `pkg/apis/authorization/validation`.)
    pub fn read(spec: &Node) -> Result<Self, InvalidReview> {
        let spec = Cursor::root(spec);
        let (resource, url) = (spec.get("resourceAttributes"), spec.get("nonResourceAttributes"));
        let text =
            |at: &Cursor<'_>, field: &'static str| at.get(field).str().map(Text::new).unwrap_or_default();
        let identity = identity(&spec);
        if identity.user.is_empty() && identity.groups.is_empty() {
            return Err(InvalidReview(
                "spec.user: at least one of user or group must be specified".to_owned(),
            ));
        }
        let given = |at: &Cursor<'_>| at.node().is_some_and(|node| !node.is_null());
        let request = match (given(&resource), given(&url)) {
            (true, false) => {
                for selector in ["fieldSelector", "labelSelector"] {
                    valid_selector(&resource.get(selector), selector)?;
                }
                Request::from(ResourceRequest {
                    verb: text(&resource, "verb"),
                    group: text(&resource, "group"),
                    resource: text(&resource, "resource"),
                    subresource: text(&resource, "subresource"),
                    namespace: text(&resource, "namespace"),
                    name: text(&resource, "name"),
                })
            }
            (false, true) => Request::from(UrlRequest { verb: text(&url, "verb"), path: text(&url, "path") }),
            (both, _) => {
                let why = if both {
                    "spec.nonResourceAttributes: cannot be specified in combination with resourceAttributes"
                } else {
                    "spec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified"
                };
                return Err(InvalidReview(why.to_owned()));
            }
        };
        Ok(Self { identity, request })
    }

    /// What is decided about it.
    pub fn decide(&self, rbac: &Rbac) -> Decision {
        rbac.decide(&self.identity, &self.request)
    }
}

fn identity(spec: &Cursor<'_>) -> Identity {
    let texts = |at: &Cursor<'_>| at.items().filter_map(|item| item.str().map(Text::new)).collect();
    let extra =
        spec.get("extra").node().and_then(Node::as_map).into_iter().flat_map(ironsides_tree::Map::iter);
    Identity {
        user: spec.get("user").str().map(Text::new).unwrap_or_default(),
        groups: texts(&spec.get("groups")),
        uid: spec.get("uid").str().filter(|uid| !uid.is_empty()).map(Text::new),
        extra: extra
            .map(|(key, values)| {
                (Text::new(key), values.items().iter().filter_map(Node::as_str).map(Text::new).collect())
            })
            .collect(),
    }
}

/// Whether a selector is a raw one or a list of requirements, each with the values that its operator wants.
fn valid_selector(at: &Cursor<'_>, name: &str) -> Result<(), InvalidReview> {
    if at.node().is_none_or(Node::is_null) {
        return Ok(());
    }
    let wrong = |what: &str| Err(InvalidReview(format!("spec.resourceAttributes.{name}{what}")));
    let raw = at.get("rawSelector").str().is_some_and(|raw| !raw.is_empty());
    let requirements: Vec<Cursor<'_>> = at.get("requirements").items().collect();
    match (raw, requirements.is_empty()) {
        (true, false) => return wrong(".rawSelector: may not specify both at once"),
        (false, true) => return wrong(".requirements: requirements or rawSelector is required"),
        _ => {}
    }
    for requirement in requirements {
        if requirement.get("key").str().is_none_or(str::is_empty) {
            return wrong(".requirements: a key must be specified");
        }
        let values = requirement.get("values").items().count();
        match (requirement.get("operator").str().unwrap_or_default(), values) {
            ("", _) => return wrong(".requirements: an operator must be specified"),
            ("In" | "NotIn", 0) => return wrong(".requirements: In and NotIn need values"),
            ("Exists" | "DoesNotExist", 1..) => {
                return wrong(".requirements: Exists and DoesNotExist take no values");
            }
            _ => {}
        }
    }
    Ok(())
}
