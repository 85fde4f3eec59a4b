//! `config.yaml`: which programs and files stand behind the variables of each type of node, and which benchmark is meant
//! for which Kubernetes.

use std::collections::BTreeSet;

use ironsides_tree::{parse_one, print};
use serde_json::{Map, Value};

use super::BenchError;
use super::variables::{Variables, paths_in};

/// The merged configuration.
#[derive(Clone, Debug, Default)]
pub struct Configuration(Map<String, Value>);

impl Configuration {
    /// Reads `config.yaml`.
    ///
    /// # Errors
    ///
    /// It is no YAML, or no map.
    pub fn read(path: &str, text: &str) -> Result<Self, BenchError> {
        let root = parse_one(text).map_err(|error| BenchError::Syntax {
            file: path.into(),
            line: error.position(text).line,
            message: error.message.clone(),
        })?;
        match serde_json::from_str(&print::json(&root)) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self::default()),
            _ => Err(BenchError::Shape {
                file: path.into(),
                line: 1,
                what: "a configuration is a map of types of nodes".into(),
            }),
        }
    }

    /// Lays another configuration over this one: maps are merged, everything else replaces.
    pub fn merge(&mut self, over: Self) {
        merge(&mut self.0, over.0);
    }

    /// The benchmark for a version of Kubernetes (`1.33`), or for a platform (`eks-1.8.0`). Of versions that are newer than
    /// the newest known, the newest.
    pub fn benchmark(&self, version: &str) -> Option<String> {
        let mapping = find(&self.0, "version_mapping")?.as_object()?;
        let named = |version: &str| find(mapping, version).and_then(Value::as_str).map(str::to_owned);
        if let Some(name) = named(version) {
            return Some(name);
        }
        let (major, minor) = version.split_once('.')?;
        let minor: u32 = minor.parse().ok()?;
        (1..minor).rev().find_map(|minor| named(&format!("{major}.{minor}")))
    }

    /// The types of nodes that a benchmark has files for; empty where nothing is said.
    pub fn targets(&self, benchmark: &str) -> Vec<String> {
        let targets = find(&self.0, "target_mapping").and_then(Value::as_object);
        targets.and_then(|map| find(map, benchmark)).map(words).unwrap_or_default()
    }

    /// The components of a type of node.
    pub(super) fn components(&self, node_type: &str) -> Vec<String> {
        self.section(node_type).and_then(|map| find(map, "components")).map(words).unwrap_or_default()
    }

    /// What is said of a component.
    pub(super) fn component(&self, node_type: &str, component: &str) -> Option<&Map<String, Value>> {
        find(self.section(node_type)?, component)?.as_object()
    }

    fn section(&self, node_type: &str) -> Option<&Map<String, Value>> {
        find(&self.0, node_type)?.as_object()
    }

    /// Why a type of node is not looked at on a host, where it is not: kube-bench takes a host for a control plane or an
    /// etcd node where every component that is not optional runs.
    pub(super) fn absent(node_type: &str, variables: &Variables) -> Option<String> {
        let of = if node_type == "controlplane" { "master" } else { node_type };
        if !matches!(of, "master" | "etcd") {
            return None;
        }
        let missing = variables.missing()?;
        Some(format!("{missing} does not run here, so kube-bench does not take it for a {of} node"))
    }

    /// The paths that it names.
    pub(super) fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        let mut stack: Vec<&Value> = self.0.values().collect();
        while let Some(value) = stack.pop() {
            match value {
                Value::String(text) => paths.extend(paths_in(text)),
                Value::Array(items) => stack.extend(items),
                Value::Object(map) => stack.extend(map.values()),
                _ => {}
            }
        }
        paths
    }
}

fn merge(base: &mut Map<String, Value>, over: Map<String, Value>) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(under)), Value::Object(map)) => merge(under, map),
            (_, value) => _ = base.insert(key, value),
        }
    }
}

/// Keys are the same in any case, as the library that kube-bench reads them with has it.
pub(super) fn find<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key)
        .or_else(|| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

/// A list of strings; a single string is split at blanks.
pub(super) fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
