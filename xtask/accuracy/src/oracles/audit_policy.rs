//! What Kubernetes' own policy evaluator decided, and which policy documents its loader takes.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ironsides_audit::{
    About, GroupResources, Loaded, Policy, PolicyError, Request, Rule, Stage, Stages, decode,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::data;
use crate::oracle::{Oracle, Score};

const REQUESTS: &str = "cluster/audit-policy/requests.jsonl";
const POLICIES: &str = "cluster/audit-policy/policies.jsonl";
const DOCUMENTS: &str = "cluster/audit-policy/documents.jsonl";

pub(crate) const ORACLE: Oracle =
    Oracle { name: "audit-policy", files: &[REQUESTS, POLICIES, DOCUMENTS], run };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Recorded {
    user: Option<String>,
    groups: Option<Vec<String>>,
    verb: String,
    resource_request: bool,
    group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
    path: String,
}

#[derive(Deserialize)]
struct Decided {
    id: String,
    policy: String,
    requests: Vec<usize>,
    decisions: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the recording")]
struct Document {
    id: String,
    about: String,
    document: Option<String>,
    document_base64: Option<String>,
    outcome: String,
    loaded: Option<Value>,
}

fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    let requests: Vec<Recorded> = data::lines(&folder.join(REQUESTS))?;
    for decided in data::lines::<Decided>(&folder.join(POLICIES))? {
        let loaded = read(decided.policy.as_bytes()).map_err(|errors| anyhow::anyhow!("{errors:?}"));
        for (&at, expected) in decided.requests.iter().zip(&decided.decisions) {
            let got = || -> Result<String> {
                let policy = &loaded.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?.policy;
                let request = requests.get(at).context("no such request")?;
                Ok(decision(policy, &request.request()).to_string())
            };
            score.compare(|| format!("{} request {at}", decided.id), &normal(expected).to_string(), got());
        }
    }
    for document in data::lines::<Document>(&folder.join(DOCUMENTS))? {
        let bytes = match (&document.document, &document.document_base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => STANDARD.decode(text)?,
            (None, None) => Vec::new(),
        };
        let got = match read(&bytes) {
            Ok(loaded) => {
                let outcome = if loaded.notes.is_empty() { "accept" } else { "lenient" };
                json!([outcome, policy(&loaded.policy)])
            }
            Err(_) => json!(["reject", null]),
        };
        let expected = json!([document.outcome, document.loaded.as_ref().map(without_metadata)]);
        score.compare(
            || format!("{} ({})", document.id, document.about),
            &expected.to_string(),
            Ok(got.to_string()),
        );
    }
    Ok(score)
}

fn read(bytes: &[u8]) -> Result<Loaded, Vec<PolicyError>> {
    match decode(bytes) {
        Some(text) => Policy::read(&text),
        None => Err(Vec::new()),
    }
}

impl Recorded {
    fn request(&self) -> Request<'_> {
        let about = if self.resource_request {
            About::Resource {
                group: Cow::Borrowed(&self.group),
                resource: Cow::Borrowed(&self.resource),
                subresource: Cow::Borrowed(&self.subresource),
                namespace: Cow::Borrowed(&self.namespace),
                name: Cow::Borrowed(&self.name),
            }
        } else {
            About::Path(Cow::Borrowed(&self.path))
        };
        Request {
            user: self.user.as_deref().map(Cow::Borrowed),
            groups: self.groups.iter().flatten().map(|group| Cow::Borrowed(group.as_str())).collect(),
            verb: Cow::Borrowed(&self.verb),
            about,
        }
    }
}

fn decision(policy: &Policy, request: &Request<'_>) -> Value {
    let decision = policy.decide(request);
    let mut stages: Vec<&str> = decision.omit_stages.iter().map(Stage::as_str).collect();
    stages.sort_unstable();
    let rule = decision.rule.map_or_else(|| json!(-1), |rule| json!(rule));
    json!([decision.level.as_str(), stages, decision.omit_managed_fields, rule])
}

fn normal(decision: &Value) -> Value {
    let or = |key: &str, default: Value| decision.get(key).cloned().unwrap_or(default);
    json!([
        decision["level"],
        or("omitStages", json!([])),
        or("omitManagedFields", json!(false)),
        decision["rule"]
    ])
}

/// A policy as the recording writes it. Stages are a set, so they are sorted and each stands once.
fn policy(policy: &Policy) -> Value {
    let mut map = Map::new();
    map.insert("rules".into(), policy.rules.iter().map(rule).collect());
    put_stages(&mut map, policy.omit_stages);
    if policy.omit_managed_fields {
        map.insert("omitManagedFields".into(), json!(true));
    }
    sorted(map)
}

fn rule(rule: &Rule) -> Value {
    let mut map = Map::from_iter([("level".to_owned(), json!(rule.level.as_str()))]);
    put(&mut map, "users", &rule.users);
    put(&mut map, "userGroups", &rule.user_groups);
    put(&mut map, "verbs", &rule.verbs);
    if !rule.resources.is_empty() {
        map.insert("resources".into(), rule.resources.iter().map(resources).collect());
    }
    put(&mut map, "namespaces", &rule.namespaces);
    put(&mut map, "nonResourceURLs", &rule.non_resource_urls);
    put_stages(&mut map, rule.omit_stages);
    if let Some(omit) = rule.omit_managed_fields {
        map.insert("omitManagedFields".into(), json!(omit));
    }
    sorted(map)
}

fn resources(entry: &GroupResources) -> Value {
    let mut map = Map::new();
    if !entry.group.is_empty() {
        map.insert("group".into(), json!(entry.group));
    }
    put(&mut map, "resources", &entry.resources);
    put(&mut map, "resourceNames", &entry.resource_names);
    sorted(map)
}

fn put(map: &mut Map<String, Value>, key: &str, list: &[String]) {
    if !list.is_empty() {
        map.insert(key.into(), json!(list));
    }
}

fn put_stages(map: &mut Map<String, Value>, stages: Stages) {
    let stages: Vec<&str> = stages.iter().map(Stage::as_str).collect();
    if !stages.is_empty() {
        map.insert("omitStages".into(), json!(stages));
    }
}

fn sorted(map: Map<String, Value>) -> Value {
    let mut entries: Vec<(String, Value)> = map.into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(entries.into_iter().collect())
}

/// The recorded policy without its metadata, with sorted keys and each stage once.
fn without_metadata(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| *key != "metadata").map(|(key, value)| {
                let value = if key == "omitStages" {
                    let words = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    let stages: Stages = words.filter_map(Stage::of).collect();
                    stages.iter().map(Stage::as_str).map(Value::from).collect()
                } else {
                    without_metadata(value)
                };
                (key.clone(), value)
            });
            sorted(kept.collect())
        }
        Value::Array(items) => items.iter().map(without_metadata).collect(),
        other => other.clone(),
    }
}
