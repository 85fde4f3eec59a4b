//! `cargo xtask gen rbac-defaults`: the bootstrap policy that `ironsides-rbac` knows.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use serde_json::{Map, Value, json};

use crate::{generated, root};

/// Arguments.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// What a fresh API server of Kubernetes 1.36 answers to `kubectl get clusterroles,clusterrolebindings,roles,rolebindings
    /// --all-namespaces --selector kubernetes.io/bootstrapping=rbac-defaults --output json`
    answer: PathBuf,
}

/// Writes `crates/rbac/src/defaults/kubernetes-1.36.json`: one object a line, without what differs from server to server.
pub(crate) fn run(args: &Args) -> Result<()> {
    let path = &args.answer;
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let list: Value = serde_json::from_str(&text).context("reading the answer as JSON")?;
    let Some(items) = list.get("items").and_then(Value::as_array).filter(|items| !items.is_empty()) else {
        bail!("the answer has no items; give it the JSON list that kubectl prints");
    };
    let lines: Vec<String> = items.iter().map(|item| trimmed(item).to_string()).collect();
    let path = root().join("crates/rbac/src/defaults/kubernetes-1.36.json");
    let text = format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n{}\n]}}\n", lines.join(",\n"));
    generated(&path, &text, false)
}

/// An object without uid, version and times.
fn trimmed(item: &Value) -> Value {
    let of = |key: &str| item.get(key).cloned();
    let metadata = |key: &str| item.get("metadata").and_then(|metadata| metadata.get(key)).cloned();
    let mut kept = Map::new();
    for key in ["namespace", "name", "labels"] {
        if let Some(value) = metadata(key) {
            kept.insert(key.to_owned(), value);
        }
    }
    let mut object = json!({ "apiVersion": of("apiVersion"), "kind": of("kind"), "metadata": kept });
    if let Some(object) = object.as_object_mut() {
        for key in ["aggregationRule", "rules", "roleRef", "subjects"] {
            object.extend(of(key).filter(|value| !value.is_null()).map(|value| (key.to_owned(), value)));
        }
    }
    object
}
