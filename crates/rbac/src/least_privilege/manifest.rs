//! Proposed roles as objects that can be applied.

use std::hash::{Hash, Hasher};

use ironsides_core::{Object, Origin};
use ironsides_tree::Node;
use rustc_hash::FxHasher;
use serde_json::{Value, json};

use super::{ProposedRole, ProposedRule};
use crate::binding::{Subject, SubjectKind};
use crate::policy::GROUP;

/// The name of the roles and bindings that are proposed for a subject: `least-privilege:serviceaccount:shop:cart`. What
/// cannot stand in a name becomes a dash, and then a number behind it keeps the name apart from others.
pub fn role_name(subject: &Subject) -> String {
    let kind = subject.kind.as_str().to_ascii_lowercase();
    let whole = match subject.kind {
        SubjectKind::ServiceAccount => {
            format!("least-privilege:{kind}:{}:{}", subject.namespace, subject.name)
        }
        SubjectKind::User | SubjectKind::Group => format!("least-privilege:{kind}:{}", subject.name),
    };
    let name = whole.replace(['/', '%'], "-");
    if name == whole {
        return name;
    }
    let mut hasher = FxHasher::default();
    whole.hash(&mut hasher);
    format!("{name}-{:08x}", hasher.finish() & 0xffff_ffff)
}

impl ProposedRole {
    /// `Role` or `ClusterRole`.
    pub fn kind(&self) -> &'static str {
        if self.namespace.is_some() { "Role" } else { "ClusterRole" }
    }

    /// The role of a name, and the binding that gives it to a subject.
    pub fn manifests(&self, subject: &Subject, name: &str) -> [Value; 2] {
        let metadata = match &self.namespace {
            Some(namespace) => json!({ "name": name, "namespace": namespace.as_str() }),
            None => json!({ "name": name }),
        };
        let version = format!("{GROUP}/v1");
        let rules: Vec<Value> = self.rules.iter().map(ProposedRule::manifest).collect();
        let bound = match subject.kind {
            SubjectKind::ServiceAccount => json!({
                "kind": "ServiceAccount", "name": subject.name.as_str(), "namespace": subject.namespace.as_str(),
            }),
            kind => json!({ "kind": kind.as_str(), "name": subject.name.as_str(), "apiGroup": GROUP }),
        };
        [
            json!({ "apiVersion": version, "kind": self.kind(), "metadata": metadata.clone(), "rules": rules }),
            json!({
                "apiVersion": version, "kind": format!("{}Binding", self.kind()), "metadata": metadata,
                "subjects": [bound],
                "roleRef": { "apiGroup": GROUP, "kind": self.kind(), "name": name },
            }),
        ]
    }

    /// The same as objects, to ask what they allow.
    pub fn objects(&self, subject: &Subject, name: &str) -> Vec<Object> {
        let node = |value: &Value| ironsides_tree::parse_one(&value.to_string()).unwrap_or(Node::NULL);
        let origin = || Origin::Api { request: std::sync::Arc::from("the proposal") };
        self.manifests(subject, name)
            .iter()
            .map(|value| Object::new(node(value), origin(), Vec::new()))
            .collect()
    }
}

impl ProposedRule {
    /// As manifests write it, lists in order.
    fn manifest(&self) -> Value {
        json!(self.rule)
    }
}
