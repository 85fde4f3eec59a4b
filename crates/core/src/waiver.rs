//! What somebody answers for: which findings, why, and until when.

use std::sync::Arc;

use ironsides_tree::{Node, Span, Text};

use crate::date::Date;
use crate::object::Object;
use crate::pattern::Pattern;
use crate::target::{ObjectRef, Target};
use crate::waived::WaivedBy;

/// An entry, a comment or an annotation that says of findings: we know.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Where it stands.
    pub by: WaivedBy,
    /// The checks whose findings it waives; `None` for all of them.
    pub checks: Option<Vec<Text>>,
    /// Which findings of those checks.
    pub scope: Scope,
    /// Why, in the words of who wrote it; may be empty.
    pub reason: String,
    /// The last day it holds.
    pub expires: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The file that holds it, by the path a user would open.
    pub path: Arc<str>,
    /// What it is there: `waivers[2]`, `comment`, `metadata.annotations[ironsides.dev/allow]`.
    pub field: Arc<str>,
    /// Where in that file.
    pub span: Span,
    /// The line there, from 1; 0 where it is not known.
    pub line: u32,
}

impl Waiver {
    /// `FILE:LINE`, or the file alone.
    pub fn place(&self) -> Arc<str> {
        match self.line {
            0 => Arc::clone(&self.path),
            line => Arc::from(format!("{}:{line}", self.path)),
        }
    }
}

/// Which findings a waiver is about.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Those whose targets match.
    Matching(Box<Matcher>),
    /// Those that point into a part of a file.
    Text {
        /// The file, as findings name it.
        path: Arc<str>,
        /// The bytes.
        span: Span,
    },
    /// Those about one object: the very one that was read, not others of its name.
    Object(Arc<Target>),
}

/// What a target must look like. What is `None` matches everything.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// `apps/v1`
    pub api_version: Option<Pattern>,
    /// `Deployment`
    pub kind: Option<Pattern>,
    /// The namespace as written; an object that names none has the namespace `""`.
    pub namespace: Option<Pattern>,
    /// The name.
    pub name: Option<Pattern>,
    /// The name of the container that the finding is in. Findings outside containers do not match.
    pub container: Option<Pattern>,
    /// The path of the file, from a folder: the folder (absolute, without a slash at its end), then the pattern. Where a
    /// kind is asked for as well and the finding is about a node, the pattern is of the absolute path on that node.
    pub path: Option<(Arc<str>, Pattern)>,
    /// The path of the field, `spec.template.spec.containers[0].image`.
    pub field: Option<Pattern>,
    /// Labels of the object, with exactly these values.
    pub labels: Vec<(String, String)>,
}

impl Matcher {
    /// Whether the names of a target match: everything but container, file, field and labels.
    pub(crate) fn is_target(&self, target: &Target) -> bool {
        let holds = |pattern: &Option<Pattern>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
        };
        let of_node = |name: &str| {
            holds(&self.api_version, "v1")
                && holds(&self.kind, "Node")
                && holds(&self.namespace, "")
                && holds(&self.name, name)
        };
        let of_object = |reference: &ObjectRef| {
            holds(&self.api_version, &reference.api_version)
                && holds(&self.kind, &reference.kind)
                && holds(&self.namespace, reference.namespace.as_deref().unwrap_or_default())
                && holds(&self.name, &reference.name)
        };
        match target {
            Target::Object(reference) => of_object(reference),
            // What is found on a node is found on the object that stands for it.
            Target::Node { name } => of_node(name),
            // Nothing else has names of these kinds.
            _ => {
                [&self.api_version, &self.kind, &self.namespace, &self.name].into_iter().all(Option::is_none)
            }
        }
    }

    /// Whether the object itself matches in what is not its name.
    pub(crate) fn is_object(&self, object: Option<&Object>, path: &str) -> bool {
        let container = |pattern: &Pattern| {
            object.and_then(|object| container(&object.root, path)).is_some_and(|name| pattern.matches(name))
        };
        let label = |(key, value): &(String, String)| {
            let labels = object.and_then(|object| object.root.at(&["metadata", "labels"]));
            labels.and_then(|labels| labels.get(key)).and_then(Node::as_str) == Some(value)
        };
        self.container.as_ref().is_none_or(container) && self.labels.iter().all(label)
    }
}

/// The name of the innermost container on the way to a field.
fn container<'a>(root: &'a Node, path: &str) -> Option<&'a str> {
    let mut found = None;
    walk(root, path, |key, node, _| {
        if matches!(key, "containers" | "initContainers" | "ephemeralContainers") && node.as_list().is_none()
        {
            found = node.get("name").and_then(Node::as_str).or(found);
        }
    });
    found
}

/// Where a field is written, or the nearest thing on the way to it that is.
pub(crate) fn field(root: &Node, path: &str) -> Span {
    let mut place = root.span();
    walk(root, path, |_, _, span| {
        if span.is_some() {
            place = span;
        }
    });
    place
}

/// Follows a path as it is printed and shows every step: the last key, the node, and where it is written.
fn walk<'a>(root: &'a Node, path: &str, mut step: impl FnMut(&str, &'a Node, Span)) {
    let (mut node, mut rest) = (root, path);
    while !rest.is_empty() {
        rest = rest.trim_start_matches('.');
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let Some((key, after)) = rest.split_at_checked(end) else { return };
        rest = after;
        let mut enter = |inner: &str, node: &mut &'a Node| {
            let listed = inner.parse::<usize>().ok().and_then(|at| node.as_list().map(|items| items.get(at)));
            let entry = || node.as_map().and_then(|map| map.entry(inner));
            let (next, span) = match listed {
                Some(item) => (item, item.map_or(Span::NONE, Node::span)),
                None => {
                    (entry().map(|entry| &entry.value), entry().map_or(Span::NONE, |entry| entry.key_span))
                }
            };
            let Some(next) = next else { return false };
            *node = next;
            step(key, next, span);
            true
        };
        if !key.is_empty() && !enter(key, &mut node) {
            return;
        }
        while let Some((index, after)) = rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            rest = after;
            if !enter(index, &mut node) {
                return;
            }
        }
        if rest.starts_with('[') {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_a_container() {
        let text = "metadata: {annotations: {example.com/a: b}}\nspec: {template: {spec: {initContainers: [{name: i}], containers: [{name: a}, {name: b, ports: [{name: web}]}]}}}\n";
        let root = ironsides_tree::parse_one(text).unwrap();
        for (path, name) in [
            ("spec.template.spec.containers[1].ports[0].hostPort", Some("b")),
            ("spec.template.spec.containers[0].securityContext.privileged", Some("a")),
            ("spec.template.spec.initContainers[0]", Some("i")),
            ("spec.template.spec.containers[7].image", None),
            ("metadata.annotations[example.com/a]", None),
            ("spec.template.spec.hostPID", None),
            ("", None),
            ("[", None),
        ] {
            assert_eq!(container(&root, path), name, "{path}");
        }
        let written = |path| field(&root, path).slice(text).unwrap();
        assert_eq!(written("spec.template.spec.containers[1].ports[0].hostPort"), "{name: web}");
        assert_eq!(written("metadata.annotations[example.com/a]"), "example.com/a");
        assert_eq!(written("spec.template.spec.hostPID"), "spec");
        assert_eq!(written("spec.template.spec.containers[0].name"), "name");
    }
}
