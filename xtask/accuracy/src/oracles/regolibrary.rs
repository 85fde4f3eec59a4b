//! The test cases of Kubescape's rules: objects that must pass together and objects that must fail.

use std::path::Path;

use anyhow::Result;
use ironsides_checks::foreign::Tool;
use serde::Deserialize;
use serde_json::Value;

use super::posture;
use crate::data;
use crate::oracle::{Oracle, Score};
use ironsides_settings::Host;

mod hostdata;

pub(crate) const ORACLE: Oracle = Oracle { name: "regolibrary", files: &["posture/regolibrary.jsonl"], run };

/// Rules whose answer is in settings of Kubescape that a case does not show: registries that are allowed, labels that
/// are wanted, amounts that are too much.
const SETTINGS: [&str; 14] = [
    "agent-sandbox-image-registry-allowlist",
    "container-image-repository",
    "k8s-common-labels-usage",
    "label-usage-for-resources",
    "resource-policies",
    "resources-cpu-limit-and-request",
    "resources-cpu-limits",
    "resources-cpu-requests",
    "resources-memory-limit-and-request",
    "resources-memory-limits",
    "resources-memory-requests",
    "resources-sandbox-cpu-limits",
    "resources-sandbox-memory-limits",
    "rule-identify-blocklisted-image-registries",
];

#[derive(Deserialize)]
struct Case {
    rule: String,
    #[serde(rename = "case")]
    name: String,
    expect: String,
    inputs: Vec<Input>,
}

/// A file of a case, YAML or JSON.
#[derive(Deserialize)]
struct Input {
    text: String,
}

/// What the objects of a case are, in the order in which reports show the groups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// Facts of nodes: flags, files and their modes.
    Host,
    /// Settings of a provider's API.
    Cloud,
    /// Roles and bindings.
    Rbac,
    /// Everything else.
    Object,
}

impl Group {
    const ALL: [(Self, &str); 4] =
        [(Self::Host, "host"), (Self::Cloud, "cloud"), (Self::Rbac, "rbac"), (Self::Object, "object")];

    fn of(case: &Case) -> Self {
        let has = |word: &str| case.inputs.iter().any(|input| input.text.contains(word));
        if has("hostdata.kubescape.cloud") {
            Self::Host
        } else if [
            "eks.amazonaws.com/v1",
            "container.googleapis.com/v1",
            "management.azure.com/v1",
            "cloudvendordata",
        ]
        .into_iter()
        .any(has)
        {
            Self::Cloud
        } else if has("rbac.authorization.k8s.io") {
            Self::Rbac
        } else {
            Self::Object
        }
    }
}

fn run(folder: &Path) -> Result<Score> {
    let cases: Vec<Case> = data::lines(&folder.join("posture/regolibrary.jsonl"))?;
    let mut whole = Score::default();
    for (group, name) in Group::ALL {
        let mut score = Score::default();
        for case in cases.iter().filter(|case| Group::of(case) == group) {
            judge(&mut score, group, case);
        }
        whole.add_group(name, score);
    }
    Ok(whole)
}

fn judge(score: &mut Score, group: Group, case: &Case) {
    let Case { rule, name, expect, inputs } = case;
    if inputs.is_empty() || group == Group::Cloud || SETTINGS.contains(&rule.as_str()) {
        return score.skip();
    }
    let name = || format!("{rule} {name}");
    if group == Group::Host {
        return posture::compare_strictly(score, Tool::Regolibrary, rule, name, expect, &facts(inputs));
    }
    let texts: Vec<&str> = inputs.iter().map(|input| input.text.as_str()).collect();
    posture::compare(score, Tool::Regolibrary, rule, name, expect, &texts.join("\n---\n"));
}

/// The inputs of a case as documents: facts of nodes as ours, all else as it is. Facts of one kind that come twice are of two
/// nodes.
fn facts(inputs: &[Input]) -> String {
    let mut hosts: Vec<(Host, Vec<String>)> = Vec::new();
    let mut documents = Vec::new();
    for input in inputs {
        match serde_json::from_str::<Value>(&input.text) {
            Ok(object) if hostdata::is_one(&object) => {
                let kind = object["kind"].as_str().unwrap_or_default().to_owned();
                let free = hosts.iter().position(|(_, kinds)| !kinds.contains(&kind));
                let at = free.unwrap_or_else(|| {
                    hosts.push((Host::new(&format!("node-{}", hosts.len() + 1)), Vec::new()));
                    hosts.len() - 1
                });
                hostdata::add(&mut hosts[at].0, &object);
                hosts[at].1.push(kind);
            }
            _ => documents.push(input.text.clone()),
        }
    }
    documents.extend(hosts.iter().filter_map(|(host, _)| serde_json::to_string(host).ok()));
    documents.join("\n---\n")
}
