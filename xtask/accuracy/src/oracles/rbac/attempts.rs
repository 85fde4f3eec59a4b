//! Attempts to hand out more than one has, and to act as somebody else.

use anyhow::{Context, Result, bail};
use ironsides_rbac::{Identity, Impersonations, Mode, Request, Write, WriteVerb, http_request, wanted};
use ironsides_schema::kind_of_resource;
use ironsides_tree::{Node, Text};
use serde::Deserialize;
use serde_json::Value;

use super::{Cluster, User, World, ordered};
use crate::objects;
use crate::oracle::Score;
use crate::patch;

/// A write of a role or binding and the answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Escalation {
    note: String,
    #[serde(rename = "as")]
    user: User,
    method: String,
    path: String,
    content_type: String,
    #[serde(default)]
    body: Value,
    code: u16,
    #[serde(default)]
    message: String,
}

/// A request with impersonation headers and the answer.
#[derive(Deserialize)]
pub(super) struct Impersonation {
    requester: User,
    headers: Vec<(String, String)>,
    method: String,
    path: String,
    code: u16,
    #[serde(default)]
    message: String,
    identity: Option<Value>,
    #[serde(default)]
    audit: Value,
}

pub(super) fn escalation(world: &World, cluster: &Cluster, score: &mut Score) {
    for (at, attempt) in world.escalation.iter().enumerate() {
        let case = || {
            let Escalation { note, user, method, path, .. } = attempt;
            format!("world {} escalation {at}: {note}: {method} {path} as {}", world.number, user.name)
        };
        let got = write(cluster, attempt).map(|(code, message)| answer(code, &message));
        score.compare(case, &answer(attempt.code, &attempt.message), got);
    }
}

/// A status and what is said with it. The server's words for what is invalid are not ours, and complaints have no order.
fn answer(code: u16, message: &str) -> String {
    match code {
        200 | 201 | 422 => code.to_string(),
        _ => format!("{code} {}", ordered(message)),
    }
}

fn write(cluster: &Cluster, attempt: &Escalation) -> Result<(u16, String)> {
    let Request::Resource(request) = http_request(&attempt.method, &attempt.path) else {
        bail!("{} names no resource", attempt.path)
    };
    let kind = kind_of_resource(&request.group, &request.resource);
    let kind = kind.with_context(|| format!("{} is no built-in resource", request.resource))?;
    let body = objects::tree(&attempt.body)?;
    let verb = match (&*attempt.method, &*attempt.content_type) {
        ("POST", _) => WriteVerb::Create,
        ("PUT", _) => WriteVerb::Replace,
        ("PATCH", "application/apply-patch+yaml") => WriteVerb::Apply,
        ("PATCH", _) => WriteVerb::Patch,
        ("DELETE", _) => WriteVerb::Delete,
        (method, content) => bail!("{method} with {content} is not known"),
    };
    let name = if verb == WriteVerb::Create {
        body.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default()
    } else {
        &request.name
    };
    let stored = cluster.object(kind.kind, &request.namespace, name).cloned();
    let before = stored.map(|stored| settled(cluster, stored, &request.namespace));
    let after = match (&*attempt.content_type, verb) {
        (_, WriteVerb::Delete) => None,
        ("application/merge-patch+json", WriteVerb::Patch) => {
            before.as_ref().map(|before| patch::merge(before, &body))
        }
        ("application/strategic-merge-patch+json", WriteVerb::Patch) => {
            before.as_ref().map(|before| patch::strategic(before, &body, Some(kind.ty())))
        }
        (content, WriteVerb::Patch) => bail!("{content} is not known"),
        _ => Some(body),
    };
    let identity = attempt.user.identity().authenticated();
    let write = Write {
        verb,
        resource: &request.resource,
        namespace: &request.namespace,
        name: &request.name,
        before: before.as_ref(),
        after: after.as_ref(),
    };
    Ok(match cluster.rbac.write(&identity, &write) {
        Ok(code) => (code, String::new()),
        Err(refused) => (refused.code, refused.message),
    })
}

/// A stored object as the server holds it: a role that gathers has its rules by now.
fn settled(cluster: &Cluster, object: Node, namespace: &str) -> Node {
    let name = object.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default();
    let namespace = Some(namespace).filter(|namespace| !namespace.is_empty());
    let role = cluster.rbac.role_named(namespace, name).and_then(|id| cluster.rbac.role(id));
    match role.filter(|role| role.gathers.is_some() && object.get("aggregationRule").is_some()) {
        Some(role) => serde_json::to_value(&role.rules)
            .ok()
            .and_then(|rules| objects::tree(&rules).ok())
            .map_or_else(|| object.clone(), |rules| objects::with(&object, "rules", rules)),
        None => object,
    }
}

pub(super) fn impersonation(world: &World, cluster: &Cluster, score: &mut Score) {
    let mut modes = Impersonations::default();
    for (at, attempt) in world.impersonation.iter().enumerate() {
        let case = || {
            let Impersonation { requester, headers, method, path, .. } = attempt;
            format!(
                "world {} impersonation {at}: {method} {path} by {} with {headers:?}",
                world.number, requester.name
            )
        };
        let constraint = attempt.audit.get("constraint").and_then(Value::as_str).unwrap_or_default();
        let expected = Outcome {
            // Whether what was allowed is there is not the authorizer's to say.
            code: if matches!(attempt.code, 400 | 403) { attempt.code } else { 200 },
            message: if matches!(attempt.code, 400 | 403) { attempt.message.clone() } else { String::new() },
            constraint: constraint.to_owned(),
        };
        let recorded = attempt.identity.as_ref().map(identity);
        let (got, seen) = impersonate(cluster, &mut modes, attempt);
        let seen = recorded.as_ref().and(seen.as_ref());
        score.compare(case, &expected.text(recorded.as_ref()), Ok(got.text(seen)));
    }
}

/// What a request with impersonation headers comes to.
struct Outcome {
    code: u16,
    message: String,
    constraint: String,
}

impl Outcome {
    fn text(&self, identity: Option<&Identity>) -> String {
        // The Node authorizer is asked after RBAC about requests of nodes, and its refusal has a reason of its own.
        let message =
            self.message.replace(": can only list/watch pods with spec.nodeName field selector", "");
        let message = ordered(&message);
        format!("{} {message} {} {identity:?}", self.code, self.constraint)
    }
}

fn impersonate(
    cluster: &Cluster,
    modes: &mut Impersonations,
    attempt: &Impersonation,
) -> (Outcome, Option<Identity>) {
    let refused = |code, message, constraint| Outcome { code, message, constraint };
    let request = http_request(&attempt.method, &attempt.path);
    let requester = attempt.requester.identity();
    let headers = attempt.headers.iter().map(|(name, value)| (&**name, &**value));
    let (identity, constraint) = match wanted(headers) {
        Err(error) => return (refused(400, error.to_string(), String::new()), None),
        Ok(None) => (requester.clone(), String::new()),
        Ok(Some(wanted)) => match modes.attempt(&cluster.rbac, &requester, &wanted, &request) {
            Err(message) => return (refused(403, message, String::new()), None),
            Ok(seen) => {
                let constraint = if seen.mode == Mode::Legacy { String::new() } else { seen.mode.verb() };
                (seen.identity, constraint)
            }
        },
    };
    let decision = cluster.rbac.decide(&identity, &request);
    if decision.is_allowed() {
        return (refused(200, String::new(), constraint), Some(identity));
    }
    (refused(403, cluster.rbac.forbidden(&identity, &request, &decision), constraint), Some(identity))
}

/// The identity that a self review answered.
fn identity(value: &Value) -> Identity {
    let texts = |value: Option<&Value>| {
        value
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(Text::new)
            .collect()
    };
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(Text::new);
    let extra = value.get("extra").and_then(Value::as_object).into_iter().flatten();
    Identity {
        user: text("username").unwrap_or_default(),
        groups: texts(value.get("groups")),
        uid: text("uid"),
        extra: extra.map(|(key, values)| (Text::new(key), texts(Some(values)))).collect(),
    }
}
