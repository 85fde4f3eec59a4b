//! Scenarios: namespaces that are labelled, users that are exempt, pods that are changed.

mod path;
mod scenario;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use ironsides_core::Object;
use ironsides_podsecurity::{Answer, Labels, Operation, Request};
use ironsides_tree::Node;
use serde::Deserialize;

use super::recording::{Namespace, Recording, is_comparable, is_pod_security, verdict, verdict_of};
use crate::data;
use crate::objects::{api_version, object, text, tree, with};
use crate::oracle::Score;
use crate::patch;
use path::Target;
use scenario::Scenario;

/// One request and its answer.
#[derive(Deserialize)]
struct Step {
    case: String,
    request: Sent,
    #[serde(default)]
    note: Note,
    status: u16,
    #[serde(default)]
    message: String,
    #[serde(default)]
    warnings: Vec<String>,
    audit: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    path: String,
    #[serde(default)]
    body: serde_json::Value,
    #[serde(default)]
    user: String,
    #[serde(default)]
    content: String,
}

/// What the namespace held before.
#[derive(Default, Deserialize)]
struct Note {
    labels: Option<BTreeMap<String, String>>,
    before: Option<BTreeMap<String, String>>,
    pods: Option<Vec<serde_json::Value>>,
    stored: Option<serde_json::Value>,
}

pub(super) fn run(recording: &Recording, path: &Path) -> Result<Score> {
    let steps: Vec<Step> = data::lines(path)?;
    let mut scenario = Scenario::of(&steps);
    let mut score = Score::default();
    for step in &steps {
        scenario.note(step);
        if !is_comparable(step.status, &step.message) {
            score.skip();
            continue;
        }
        let case = || format!("namespaces: {}", step.case);
        let got = answer(recording, &scenario, step).map(|answer| computed(step, &answer));
        score.compare(case, &recorded(step), got);
    }
    Ok(score)
}

/// What the server said, in one text.
fn recorded(step: &Step) -> String {
    // The lines about existing pods follow a heading that can be told from other warnings.
    let said = step.warnings.iter().map(String::as_str);
    let is_ours = |text: &str| {
        is_pod_security(text) || text.contains("Pod Security") || text.contains("new PodSecurity")
    };
    let warnings: Vec<&str> =
        if Target::of(&step.request.path).is_some_and(|target| target.resource == "namespaces") {
            said.skip_while(|text| !is_ours(text)).collect()
        } else {
            said.filter(|text| is_ours(text)).collect()
        };
    let audit =
        step.audit.as_ref().map(|audit| audit.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    described(&verdict(step.status, &step.message), &warnings, audit.map(Iterator::collect))
}

/// What the library says, in one text; the audit annotations only where the server's were recorded.
fn computed(step: &Step, answer: &Answer) -> String {
    let warnings: Vec<&str> = answer.warnings.iter().map(String::as_str).collect();
    let audit = answer.audit.iter().map(|(key, value)| (*key, value.as_str())).collect();
    described(&verdict_of(answer), &warnings, step.audit.is_some().then_some(audit))
}

fn described(verdict: &str, warnings: &[&str], audit: Option<Vec<(&str, &str)>>) -> String {
    let mut out = verdict.to_owned();
    for warning in warnings {
        out.push_str("; warning: ");
        out.push_str(warning);
    }
    for (key, value) in audit.unwrap_or_default() {
        out.extend(["; ", key, "=", value]);
    }
    out
}

fn answer(recording: &Recording, scenario: &Scenario, step: &Step) -> Result<Answer> {
    let target = Target::of(&step.request.path).context("the path names no resource")?;
    let state = scenario.state(target.namespace);
    let body = tree(&step.request.body)?;
    let stored = scenario.stored(&target, &body)?.map(object);
    let sent = match step.request.method.as_str() {
        "PATCH" => {
            let old = stored.as_ref().context("nothing is known of the object that is patched")?;
            Some(patched(&target, &old.root, &body, &step.request.content))
        }
        "POST" | "PUT" => Some(typed(&target, &body)),
        _ => None,
    };
    let sent: Option<Object> = sent.map(object);
    let name = sent.as_ref().map(|object| object.reference().name.to_string()).unwrap_or_default();
    let request = Request {
        operation: match step.request.method.as_str() {
            "POST" => Operation::Create,
            "PUT" | "PATCH" => Operation::Update,
            _ => Operation::Other,
        },
        group: target.group,
        resource: target.resource,
        subresource: target.subresource,
        namespace: if target.resource == "namespaces" { &name } else { target.namespace },
        name: &name,
        user: &step.request.user,
        object: sent.as_ref(),
        old_object: stored.as_ref(),
    };
    let labels: Labels<'_> = state.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let around = Namespace { labels, pods: &state.pods };
    Ok(recording.admission.admit(&request, &around)?)
}

/// The body of a request with the kind that its path implies.
fn typed(target: &Target<'_>, body: &Node) -> Node {
    match ironsides_schema::kind_of_resource(target.group, target.resource) {
        Some(kind) if target.subresource.is_empty() && body.get("kind").is_none() => {
            with(&with(body, "kind", text(kind.kind)), "apiVersion", text(&api_version(kind)))
        }
        _ => body.clone(),
    }
}

fn patched(target: &Target<'_>, old: &Node, body: &Node, content: &str) -> Node {
    if content.contains("strategic") {
        let ty =
            ironsides_schema::kind_of_resource(target.group, target.resource).map(ironsides_schema::Kind::ty);
        patch::strategic(old, body, ty)
    } else {
        patch::merge(old, body)
    }
}
