//! Single policies: refused or accepted, and the rules that they become.

mod made;
mod recorded;

use std::path::Path;

use anyhow::{Result, ensure};
use ironsides_network::kinds::Policies;
use ironsides_network::kinds::cilium::{Refusal, Stage, foreign};
use ironsides_tree::{Cursor, Map, Node, Value, parse_one};
use serde::Deserialize;

use crate::data;
use crate::oracle::Score;
use recorded::Rules;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    id: String,
    about: String,
    document: String,
    #[serde(default)]
    node_selector_labels: bool,
    schema: Option<String>,
    unknown: Option<String>,
    outcome: String,
    #[serde(default)]
    rules: Vec<recorded::Rule>,
}

pub(super) fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for case in data::lines::<Case>(&folder.join("documents.jsonl"))? {
        let name = || format!("{} {}", case.id, case.about);
        score.compare(name, &expected(&case), answer(&case));
    }
    Ok(score)
}

fn expected(case: &Case) -> String {
    // The recorder decodes types of ICMP messages before it asks the schema, which takes any name of either family.
    let schema = case.schema.as_ref().is_some_and(|error| !error.starts_with("ICMP type"));
    let rules = (case.outcome == "accept").then(|| recorded::rules(&case.rules));
    text(&case.outcome, schema, case.unknown.is_some(), rules)
}

fn text(outcome: &str, schema: bool, unknown: bool, rules: Option<Rules>) -> String {
    let schema = if schema { ", the schema refuses it" } else { "" };
    let unknown = if unknown { ", fields are dropped" } else { "" };
    let rules = rules.map_or_else(String::new, |rules| format!(", becomes {}", rules.text()));
    format!("{outcome}{schema}{unknown}{rules}")
}

fn answer(case: &Case) -> Result<String> {
    let root = parse_one(&case.document)?;
    let root = if is_without_namespace(&root) { clusterwide(&root) } else { root };
    let (policies, refusal) = refusal(&root, case.node_selector_labels)?;
    let judged = policies.cilium.first();
    let refused = judged.is_some_and(|policy| !policy.schema.is_empty());
    // The recorder looks for fields that are dropped only in what the schema takes.
    let dropped = !refused && judged.is_some_and(|policy| !policy.unknown.is_empty());
    let rules = refusal.is_none().then(|| made::rules(&policies, case.node_selector_labels));
    Ok(text(outcome(refusal.as_ref()), refused, dropped, rules))
}

/// The one policy of a document, and why the agent refuses it.
pub(super) fn refusal(root: &Node, node_selector_labels: bool) -> Result<(Policies, Option<Refusal>)> {
    let mut policies = Policies::default();
    policies.read(0, root);
    let count = policies.cilium.len() + policies.network.len() + policies.cluster.len();
    ensure!(count == 1, "the document is no policy that Cilium knows");
    let refusal = match policies.cilium.first() {
        Some(policy) => policy.refused(node_selector_labels),
        None => foreign::refused(0, &Cursor::root(root), node_selector_labels),
    };
    Ok((policies, refusal))
}

fn outcome(refusal: Option<&Refusal>) -> &'static str {
    match refusal.map(|refusal| refusal.stage) {
        None => "accept",
        Some(Stage::Decode) => "decode",
        Some(Stage::Parse) => "parse",
        Some(Stage::DecodePanic | Stage::Panic) => "panic",
    }
}

/// The agent takes a policy without a namespace, which no API server holds, for one of the other kind.
fn is_without_namespace(root: &Node) -> bool {
    let root = Cursor::root(root);
    root.get("kind").str() == Some("CiliumNetworkPolicy") && !root.at(&["metadata", "namespace"]).is_set()
}

fn clusterwide(root: &Node) -> Node {
    let Some(map) = root.as_map() else { return root.clone() };
    let kind = |key: &str| key == "kind";
    let entries = map.iter().map(|(key, value)| {
        let other = Node::bare(Value::String("CiliumClusterwideNetworkPolicy".into()));
        (key.into(), if kind(key) { other } else { value.clone() })
    });
    Node::bare(Value::Map(entries.collect::<Map>().into()))
}
