//! What comes out of a chart.

use std::fmt::Write;
use std::sync::Arc;

use ironsides_tree::{Documents, Format, Limits, Node};

use crate::{RenderError, Rendered};

/// The text that one file of a chart gave.
#[derive(Clone, Debug)]
pub struct Output {
    /// The name that Helm knows the file by: `shop/charts/redis/templates/service.yaml`.
    pub name: Arc<str>,
    /// What kind of file it is.
    pub part: Part,
    /// The text and where its parts came from. The first file is the template.
    pub rendered: Rendered,
}

/// The kinds of files that give documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file of `crds/`: it is not a template.
    Crd,
    /// A template.
    Template,
}

/// The order in which Helm installs kinds; others come behind, by name.
const ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The events that make a document a hook.
const EVENTS: [&str; 10] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
    "test-success",
];

struct Document<'a> {
    name: &'a str,
    text: &'a str,
    kind: String,
    /// The events of a hook.
    hook: Option<Vec<String>>,
}

/// The text that `helm template` prints: all documents in the order of installation, each below a line that names its
/// source, and the hooks last. A document that is no YAML is an error.
pub fn manifest(outputs: &[Output], skip_tests: bool) -> Result<String, RenderError> {
    let mut plain = String::new();
    let mut documents = Vec::new();
    for output in outputs {
        if output.part == Part::Crd {
            _ = write!(plain, "---\n# Source: {}\n{}\n", output.name, output.rendered.text);
            continue;
        }
        for text in split(&output.rendered.text) {
            documents.push(document(output, text)?);
        }
    }
    let rank = |kind: &str| ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len());
    documents.sort_by(|a, b| {
        let (x, y) = (rank(&a.kind), rank(&b.kind));
        let names = if x == ORDER.len() && y == ORDER.len() { a.kind.cmp(&b.kind) } else { x.cmp(&y) };
        x.cmp(&y).then(names)
    });
    for document in documents.iter().filter(|document| document.hook.is_none()) {
        _ = write!(plain, "---\n# Source: {}\n{}\n", document.name, document.text);
    }
    let mut out = format!("{}\n", plain.trim());
    for document in &documents {
        let Some(events) = &document.hook else { continue };
        let known = events.iter().all(|event| EVENTS.contains(&event.as_str()));
        let test = events.iter().any(|event| event == "test" || event == "test-success");
        if known && !(skip_tests && test) {
            _ = write!(out, "---\n# Source: {}\n{}\n", document.name, document.text);
        }
    }
    Ok(out)
}

/// The documents of a text, cut as Helm cuts them: at each line that begins with `---`.
fn split(text: &str) -> Vec<&str> {
    let text = text.trim_start();
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            found.push(text.get(start..at).unwrap_or_default());
            let marker = line.len() - line.get(3..).unwrap_or_default().trim_start_matches([' ', '\t']).len();
            start = at + marker;
        }
        at += line.len();
    }
    found.push(text.get(start..).unwrap_or_default());
    found.into_iter().map(str::trim_start).filter(|text| !text.is_empty()).collect()
}

fn root(text: &str) -> Option<Result<Node, ironsides_tree::SyntaxError>> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    Documents::with_format(text, Format::Yaml, limits).next().map(|read| read.map(|document| document.root))
}

fn events(root: &Node) -> Option<Vec<String>> {
    let hooks = root.at(&["metadata", "annotations", "helm.sh/hook"])?.as_str()?;
    Some(hooks.split(',').map(|hook| hook.trim().to_lowercase()).collect())
}

fn document<'a>(output: &'a Output, text: &'a str) -> Result<Document<'a>, RenderError> {
    let root = match root(text) {
        None => Node::NULL,
        Some(Ok(root)) => root,
        Some(Err(error)) => {
            let at = error.position(text);
            return Err(RenderError::At {
                path: output.rendered.files.first().map_or("", |file| &file.path).to_owned(),
                line: None,
                column: None,
                message: format!(
                    "the template renders what is no YAML: {} in line {} of a document",
                    error.message, at.line
                ),
                hint: Some("look at the indentation of what it includes".to_owned()),
            });
        }
    };
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default().to_owned();
    Ok(Document { name: &output.name, text, kind, hook: events(&root) })
}

/// Whether all documents of a text are test hooks.
pub(crate) fn is_test(text: &str) -> bool {
    if !text.contains("helm.sh/hook") {
        return false;
    }
    let documents = split(text);
    !documents.is_empty()
        && documents.into_iter().all(|text| match root(text) {
            Some(Ok(root)) => events(&root)
                .is_some_and(|events| events.iter().any(|event| event == "test" || event == "test-success")),
            _ => false,
        })
}
