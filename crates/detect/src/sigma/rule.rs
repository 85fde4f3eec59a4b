//! Rules.

use ironsides_tree::{Node, Span};

use super::Remarks;
use super::condition::{self, Selection, several};
use super::selection::selection;
use crate::filter::Expr;
use crate::rules::{Code, Priority, raw, scalar};

/// A rule in our terms.
#[derive(Debug)]
pub(crate) struct Translated {
    /// Its title.
    pub(crate) title: String,
    /// What else it can be called by: its id, its name.
    pub(crate) names: Vec<String>,
    pub(crate) description: String,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<String>,
    /// The condition in Falco's language, and where it is written.
    pub(crate) condition: String,
    pub(crate) place: Span,
    pub(crate) output: String,
}

/// What every output names.
const OUTPUT: &str = "user=%ka.user.name verb=%ka.verb resource=%ka.target.resource \
                      subresource=%ka.target.subresource ns=%ka.target.namespace name=%ka.target.name \
                      code=%ka.response.code sourceips=%ka.sourceips agent=%ka.useragent";

/// Translates a rule. `None` where it cannot be used or is not about audit events, which was said.
pub(crate) fn rule(root: &Node, text: &str, remarks: &mut Remarks) -> Option<Translated> {
    let title = title(root, remarks)?;
    if !is_audit(root, remarks) {
        return None;
    }
    let Some(detection) = root.get("detection") else {
        return remarks.refuse(root.span(), "the rule has no detection");
    };
    let Some(map) = detection.as_map() else {
        return remarks.refuse(detection.span(), "detection is not a map of selections");
    };
    let Some(condition) = detection.get("condition") else {
        return remarks.refuse(detection.span(), "detection has no condition");
    };
    let mut selections: Vec<Selection> = Vec::new();
    let mut whole = true;
    for entry in map.entries().iter().filter(|entry| !matches!(&*entry.key, "condition" | "timeframe")) {
        let read = selection(&entry.value, text, remarks);
        whole &= read.is_some();
        selections.push((entry.key.to_string(), read));
    }
    if let Some(node) = detection.get("timeframe") {
        let message = "timeframe belongs to Sigma's old aggregations, and is left out";
        remarks.say(Code::LoadWarningExtension, node.span(), message);
    }
    let nodes = condition.as_list().unwrap_or(std::slice::from_ref(condition));
    let mut used = Vec::new();
    let mut parts = Vec::new();
    for node in nodes {
        let Some(written) = node.as_str() else {
            return remarks.refuse(node.span(), "a condition is a text");
        };
        parts.push(condition::read(written, node.span(), &selections, &mut used, remarks)?);
    }
    if parts.is_empty() {
        return remarks.refuse(condition.span(), "detection has no condition");
    }
    for entry in map.entries() {
        let named = selections.iter().any(|(name, _)| **name == *entry.key);
        if named && !used.iter().any(|name| **name == *entry.key) {
            let message = format!("the condition does not name the selection {:?}", entry.key);
            remarks.say(Code::LoadWarningExtension, entry.key_span, message);
        }
    }
    if !whole {
        return None;
    }
    let condition_text = several(parts, Expr::Or).to_string();
    let names = ["id", "name"].into_iter().filter_map(|key| root.get(key).and_then(scalar)).collect();
    Some(Translated {
        names,
        description: root.get("description").and_then(scalar).unwrap_or_default().trim().to_owned(),
        priority: priority(root, remarks),
        tags: tags(root),
        condition: condition_text,
        place: condition.span(),
        output: output(&title, root, text),
        title,
    })
}

/// The title.
pub(super) fn title(root: &Node, remarks: &mut Remarks) -> Option<String> {
    let title = root.get("title").and_then(scalar).filter(|title| !title.trim().is_empty());
    match title {
        Some(title) => Some(title.trim().to_owned()),
        None => remarks.refuse(root.span(), "the rule has no title"),
    }
}

/// Whether a rule is about the audit log of Kubernetes; says so where it is not.
fn is_audit(root: &Node, remarks: &mut Remarks) -> bool {
    let Some(source) = root.get("logsource") else {
        let none: Option<()> = remarks.refuse(root.span(), "the rule has no logsource");
        remarks.hint("logsource: {product: kubernetes, service: audit}");
        return none.is_some();
    };
    let of = |key| source.get(key).and_then(scalar).unwrap_or_default().to_ascii_lowercase();
    let (product, service) = (of("product"), of("service"));
    let known =
        product == "kubernetes" && matches!(service.as_str(), "" | "audit" | "audit_log" | "kube-audit");
    if !known {
        let what = [("product", &product), ("service", &service), ("category", &of("category"))];
        let what: Vec<String> = what
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key} {value}"))
            .collect();
        let message = format!("Unknown source ({}), skipping", what.join(", "));
        remarks.say(Code::LoadUnknownSource, source.span(), message);
        remarks.hint("rules for product kubernetes, service audit are read");
    }
    known
}

/// How bad it is: Sigma's levels and the priorities that come nearest.
pub(super) fn priority(root: &Node, remarks: &mut Remarks) -> Priority {
    let Some(node) = root.get("level") else { return Priority::Warning };
    let level = scalar(node).unwrap_or_default().to_ascii_lowercase();
    match level.as_str() {
        "informational" => Priority::Informational,
        "low" => Priority::Notice,
        "medium" => Priority::Warning,
        "high" => Priority::Error,
        "critical" => Priority::Critical,
        other => {
            let message = format!("there is no level {other:?}; medium is taken");
            remarks.say(Code::LoadWarningExtension, node.span(), message);
            remarks.hint("levels are informational, low, medium, high, critical");
            Priority::Warning
        }
    }
}

pub(super) fn tags(root: &Node) -> Vec<String> {
    root.get("tags").map(Node::items).unwrap_or_default().iter().filter_map(scalar).collect()
}

/// A text that an output can begin with: a percent sign would begin a field.
pub(super) fn plain(title: &str) -> String {
    title.replace('%', "percent")
}

fn output(title: &str, root: &Node, text: &str) -> String {
    use std::fmt::Write;

    let mut out = format!("{}: {OUTPUT}", plain(title));
    for node in root.get("fields").map(Node::items).unwrap_or_default() {
        let Some(name) = raw(node, text) else { continue };
        let field = super::field::named(&name, Span::NONE, &mut Remarks::default()).field.to_string();
        // Quotes would not be understood in an output.
        if !out.contains(&format!("%{field} ")) && !field.contains(['"', '\'', ' ']) {
            _ = write!(out, " {}=%{field}", name.replace('%', ""));
        }
    }
    out
}
