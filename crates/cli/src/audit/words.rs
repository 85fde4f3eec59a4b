//! Requests, stages and identities in words.

use ironsides_audit::{About, Request, Stages, Who};
use serde_json::{Value, json};

/// What the engine takes for a value that no rule names.
pub(crate) const FRESH: &str = "\u{1}";

/// What a request is for, without who makes it: `get pods/exec named web in shop`.
pub(crate) fn what(request: &Request<'_>) -> String {
    Request { user: None, groups: Vec::new(), ..request.clone() }.to_string()
}

/// Stages with commas between them.
pub(crate) fn stages(stages: Stages) -> String {
    if stages.is_empty() {
        return "no stage".to_owned();
    }
    stages.iter().map(ironsides_audit::Stage::as_str).collect::<Vec<_>>().join(", ")
}

/// Somebody whom a rule names.
pub(crate) fn who(who: &Who) -> String {
    match who {
        Who::User(name) => format!("user {name}"),
        Who::Group(name) => format!("group {name}"),
    }
}

/// A request for programs. A value that no rule names is null.
pub(crate) fn request_json(request: &Request<'_>) -> Value {
    let word = |word: &str| if word == FRESH { Value::Null } else { json!(word) };
    let mut value = match &request.about {
        About::Path(path) => json!({ "verb": word(&request.verb), "path": path.replace(FRESH, "…") }),
        About::Resource { group, resource, subresource, namespace, name } => json!({
            "verb": word(&request.verb), "group": word(group), "resource": word(resource),
            "subresource": word(subresource), "namespace": word(namespace), "name": word(name),
        }),
    };
    value["user"] = request.user.as_deref().map_or(Value::Null, word);
    value["groups"] = json!(request.groups);
    value
}
