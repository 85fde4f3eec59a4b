//! What is known of the cluster at each step. A note speaks for its namespace until another note does.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use ironsides_core::Object;
use ironsides_podsecurity::admission::ENFORCE_POLICY;
use ironsides_podsecurity::labels::{ENFORCE, ENFORCE_VERSION};
use ironsides_tree::Node;
use serde_json::json;

use super::Step;
use super::path::Target;
use crate::objects::{in_template, map, object, text, tree, with};

/// What is known of all namespaces.
pub(super) struct Scenario {
    states: HashMap<String, State>,
    nothing: State,
}

/// What is known of a namespace.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) pods: Vec<Object>,
    stored: Option<Node>,
}

impl Scenario {
    /// Of a namespace whose labels no note tells, the policy that answers say it enforced is known.
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut states: HashMap<String, State> = HashMap::new();
        for step in steps {
            let Some(target) = Target::of(&step.request.path) else { continue };
            let policy = step.audit.as_ref().and_then(|audit| audit.get(ENFORCE_POLICY));
            let Some((level, version)) = policy.and_then(|policy| policy.split_once(':')) else { continue };
            let state = states.entry(target.namespace.to_owned()).or_default();
            state.labels.insert(ENFORCE.to_owned(), level.to_owned());
            state.labels.insert(ENFORCE_VERSION.to_owned(), version.to_owned());
        }
        Self { states, nothing: State::default() }
    }

    /// Takes in what a step's note tells.
    pub(super) fn note(&mut self, step: &Step) {
        let Some(target) = Target::of(&step.request.path) else { return };
        let state = self.states.entry(target.namespace.to_owned()).or_default();
        if let Some(labels) = step.note.labels.as_ref().or(step.note.before.as_ref()) {
            state.labels.clone_from(labels);
        }
        if let Some(pods) = &step.note.pods {
            state.pods = pods.iter().filter_map(|pod| tree(pod).ok()).map(object).collect();
        }
        if let Some(stored) = &step.note.stored {
            state.stored = tree(stored).ok();
        }
    }

    pub(super) fn state(&self, namespace: &str) -> &State {
        self.states.get(namespace).unwrap_or(&self.nothing)
    }

    /// The object a request is about as it was before, for requests that change one.
    ///
    /// A workload in a namespace with a noted pod was made from that pod. A pod that no note shows is one that
    /// satisfies the restricted level.
    pub(super) fn stored(&self, target: &Target<'_>, patch: &Node) -> Result<Option<Node>> {
        if target.name.is_empty() {
            return Ok(None);
        }
        let state = self.state(target.namespace);
        if target.resource == "namespaces" {
            return Ok(Some(namespace(target.name, &state.labels)));
        }
        let name = |node: &Node| node.at(&["metadata", "name"]).and_then(Node::as_str) == Some(target.name);
        let known = state.stored.as_ref();
        if let Some(found) = known.filter(|stored| target.resource == "pods" && name(stored)) {
            return Ok(Some(found.clone()));
        }
        let kind = ironsides_schema::kind_of_resource(target.group, target.resource)
            .filter(|kind| kind.pod_template.is_some());
        let Some(kind) = kind else { return Ok(None) };
        if target.resource == "pods" {
            return safe_pod(target.name, patch).map(Some);
        }
        let pod = known.cloned().map_or_else(|| safe_pod(target.name, patch), Ok)?;
        Ok(Some(in_template(&pod, kind, target.name)))
    }
}

fn namespace(name: &str, labels: &BTreeMap<String, String>) -> Node {
    let empty = map([]);
    let labels = labels.iter().fold(empty, |all, (key, value)| with(&all, key, text(value)));
    map([
        ("apiVersion", text("v1")),
        ("kind", text("Namespace")),
        ("metadata", map([("name", text(name)), ("labels", labels)])),
    ])
}

/// A pod that satisfies the restricted level and has the containers that a patch names.
fn safe_pod(name: &str, patch: &Node) -> Result<Node> {
    let patched = patch.at(&["spec", "containers"]).map(Node::items).unwrap_or_default();
    let mut names: Vec<&str> =
        patched.iter().filter_map(|container| container.get("name")?.as_str()).collect();
    if names.is_empty() {
        names.push("app");
    }
    let security = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    let container = |name| json!({"name": name, "image": "recorded", "securityContext": security});
    tree(&json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "containers": names.into_iter().map(container).collect::<Vec<_>>(),
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        },
    }))
}
