//! What the server answers when somebody writes a role or binding.

use std::sync::Arc;

use ironsides_core::go_quoted;
use ironsides_schema::admit::{self, FieldValidation, Resource, World};
use ironsides_schema::{Kind, kind_of_resource};
use ironsides_tree::{Format, Map, Node, Text, Value};
use thiserror::Error;

use crate::binding::RoleRef;
use crate::guard::{Refusal, RoleWrite};
use crate::identity::Identity;
use crate::policy::{GROUP, Rbac};
use crate::reason::qualified;
use crate::request::{Request, ResourceRequest};
use crate::rule::Rule;

/// How an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteVerb {
    /// POST.
    Create,
    /// PUT, which creates what is not there.
    Replace,
    /// PATCH of what is there.
    Patch,
    /// PATCH with `application/apply-patch+yaml`, which creates what is not there.
    Apply,
    /// DELETE.
    Delete,
}

impl WriteVerb {
    /// The verb that the authorizer is asked about.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "update",
            Self::Patch | Self::Apply => "patch",
            Self::Delete => "delete",
        }
    }
}

/// A request to write a role or binding.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// How.
    pub verb: WriteVerb,
    /// The plural name of the resource: `roles`, `clusterroles`, `rolebindings` or `clusterrolebindings`.
    pub resource: &'a str,
    /// The namespace in the path; empty for none.
    pub namespace: &'a str,
    /// The name in the path; empty for a POST.
    pub name: &'a str,
    /// The object as it is stored.
    pub before: Option<&'a Node>,
    /// The object as it would be: the body, or the stored object with the patch.
    pub after: Option<&'a Node>,
}

/// Why the server refuses.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Refused {
    /// The HTTP status.
    pub code: u16,
    /// The server's message; for a 422 one of our own.
    pub message: String,
}

impl Rbac {
    /// Whether somebody may write a role or binding: the HTTP status of success, or the refusal. In the server's order:
    /// the authorizer, the guard against escalation, validation, and for a PUT or apply that creates the authorizer again.
    pub fn write(&self, identity: &Identity, write: &Write<'_>) -> Result<u16, Refused> {
        self.authorize(identity, write, write.verb.verb())?;
        let missing = Refused { code: 404, message: write.about(write.name, "not found") };
        let creates = match (write.verb, write.before) {
            (WriteVerb::Delete, before) => return before.map(|_| 200).ok_or(missing),
            (WriteVerb::Patch, None) => return Err(missing),
            (WriteVerb::Create, _) => true,
            (_, before) => before.is_none(),
        };
        self.guard(identity, write)?;
        write.validate()?;
        if write.verb == WriteVerb::Create && write.before.is_some() {
            return Err(Refused { code: 409, message: write.about(&write.written_name(), "already exists") });
        }
        if creates && write.verb != WriteVerb::Create {
            self.authorize(identity, write, "create")?;
        }
        Ok(if creates { 201 } else { 200 })
    }

    fn authorize(&self, identity: &Identity, write: &Write<'_>, verb: &str) -> Result<(), Refused> {
        let request =
            ResourceRequest::new(verb, GROUP, write.resource).in_namespace(write.namespace).named(write.name);
        let request = Request::from(request);
        let decision = self.decide(identity, &request);
        if decision.is_allowed() {
            return Ok(());
        }
        Err(Refused { code: 403, message: self.forbidden(identity, &request, &decision) })
    }

    fn guard(&self, identity: &Identity, write: &Write<'_>) -> Result<(), Refused> {
        let Some(after) = write.after else { return Ok(()) };
        if write.keeps_what_counts() {
            return Ok(());
        }
        let namespace = Some(write.namespace).filter(|namespace| !namespace.is_empty());
        let guarded = if write.resource.ends_with("bindings") {
            self.may_bind(identity, namespace, &RoleRef::read(after))
        } else {
            let rules: Vec<Rule> =
                after.get("rules").map(Node::items).unwrap_or_default().iter().map(Rule::read).collect();
            let aggregates = aggregates(after) || write.before.is_some_and(aggregates);
            self.may_write_role(
                identity,
                &RoleWrite { namespace, name: write.name, rules: &rules, aggregates },
            )
        };
        guarded.map_err(|refusal| {
            let code = refusal.code();
            let message = match refusal {
                Refusal::UnknownRole(role) => write.about(&role.name, "not found"),
                refusal => write.about(&write.written_name(), &format!("is forbidden: {refusal}")),
            };
            Refused { code, message }
        })
    }
}

fn aggregates(role: &Node) -> bool {
    role.at(&["aggregationRule", "clusterRoleSelectors"])
        .is_some_and(|selectors| !selectors.items().is_empty())
}

impl Write<'_> {
    fn about(&self, name: &str, what: &str) -> String {
        format!("{} {} {what}", qualified(self.resource, GROUP), go_quoted(name))
    }

    /// The name of the object.
    fn written_name(&self) -> Text {
        let written = self.after.and_then(|after| after.at(&["metadata", "name"])).and_then(Node::as_str);
        Text::new(written.unwrap_or(self.name))
    }

    /// Whether nothing changes but what garbage collection needs: finalizers and owners. What replaces an object without
    /// naming the version that it replaces is never that.
    fn keeps_what_counts(&self) -> bool {
        let (Some(before), Some(after)) = (self.before, self.after) else { return false };
        let versioned = after.at(&["metadata", "resourceVersion"]).is_some_and(|version| !version.is_null());
        (self.verb != WriteVerb::Replace || versioned) && self.counted(before) == self.counted(after)
    }

    /// The built-in kind of the resource.
    fn kind(&self) -> Option<&'static Kind> {
        kind_of_resource(GROUP, self.resource)
    }

    /// An object with its defaults, without what garbage collection and the bookkeeping of fields need.
    fn counted(&self, object: &Node) -> Node {
        let defaulted = self.kind().and_then(|kind| admit::defaulted(object, kind).ok());
        let object = defaulted.as_ref().unwrap_or(object);
        without(object, &["finalizers", "ownerReferences", "managedFields", "selfLink"])
    }

    fn validate(&self) -> Result<(), Refused> {
        let Some(after) = self.after else { return Ok(()) };
        let invalid = |code, message: String| Refused { code, message };
        let Some(kind) = self.kind() else {
            return Err(invalid(404, "the server could not find the requested resource".to_owned()));
        };
        if let Some(before) = self.before
            && before.get("roleRef").is_some()
            && RoleRef::read(before) != RoleRef::read(after)
        {
            return Err(invalid(
                422,
                self.about(&self.written_name(), "is invalid: roleRef: cannot change roleRef"),
            ));
        }
        let world = World { namespace: self.namespace, ..World::default() };
        let fresh = without(after, &["resourceVersion", "uid"]);
        let body = ironsides_tree::print::json(&fresh);
        admit::create(&body, Format::Json, Resource::BuiltIn(kind), FieldValidation::Ignore, &world)
            .outcome
            .map(|_| ())
            .map_err(|refusal| invalid(refusal.status, refusal.message))
    }
}

/// An object without some fields of its metadata.
fn without(object: &Node, fields: &[&str]) -> Node {
    let entries = |node: &Node| {
        node.as_map()
            .into_iter()
            .flat_map(Map::iter)
            .map(|(k, v)| (Text::new(k), v.clone()))
            .collect::<Vec<_>>()
    };
    let map =
        |entries: Vec<(Text, Node)>| Node::bare(Value::Map(Arc::new(entries.into_iter().collect::<Map>())));
    let entries_of = entries(object).into_iter().map(|(key, value)| {
        if key != "metadata" {
            return (key, value);
        }
        let kept =
            entries(&value).into_iter().filter(|(field, _)| !fields.contains(&field.as_str())).collect();
        (key, map(kept))
    });
    map(entries_of.collect())
}
