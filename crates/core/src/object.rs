//! A Kubernetes object and where it came from.

use std::sync::Arc;

use ironsides_schema::Kind;
use ironsides_tree::{Cursor, Node, Remark, Span, Text};

use crate::evidence::Source;
use crate::rendered::{Cause, Rendered};
use crate::target::{ObjectRef, Target};

/// A Kubernetes object under judgement.
#[derive(Clone, Debug)]
pub struct Object {
    /// The whole tree.
    pub root: Node,
    /// Its name in full, shared with the findings about it.
    pub target: Arc<Target>,
    /// Where its text or response came from.
    pub origin: Origin,
    /// What was odd about its text.
    pub remarks: Vec<Remark>,
}

/// Whether a document is an audit policy, of which the API server wants the version alone and takes the kind for granted.
pub fn is_audit_policy(root: &Node) -> bool {
    let version = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
    version.starts_with("audit.k8s.io/")
        && (kind == "Policy" || kind.is_empty() && root.get("rules").is_some())
}

/// Where an object came from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file, by the path the user named.
    File {
        /// The path, `-` for standard input.
        path: Arc<str>,
        /// The text of the file, so that evidence can repeat what was written.
        text: Arc<str>,
    },
    /// A text that a chart or a kustomization rendered. Spans of the tree are in the rendered text; sources and causes
    /// are those of the files behind it.
    Rendered(Arc<Rendered>),
    /// A response of the API server.
    Api {
        /// The request.
        request: Arc<str>,
    },
}

impl Object {
    /// Reads the name of an object from its tree. Anything that is a map may be an object; what lacks a kind keeps
    /// an empty one.
    pub fn new(root: Node, origin: Origin, remarks: Vec<Remark>) -> Self {
        let text = |keys: &[&str]| {
            root.at(keys).and_then(Node::as_str).filter(|text| !text.is_empty()).map(Text::new)
        };
        let name = text(&["metadata", "name"])
            .or_else(|| text(&["metadata", "generateName"]).map(|prefix| Text::from(format!("{prefix}*"))));
        let kind = text(&["kind"]).or_else(|| is_audit_policy(&root).then(|| Text::new_static("Policy")));
        let reference = ObjectRef {
            api_version: text(&["apiVersion"]).unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            namespace: text(&["metadata", "namespace"]),
            name: name.unwrap_or_default(),
            uid: text(&["metadata", "uid"]),
        };
        Self { root, target: Arc::new(Target::Object(reference)), origin, remarks }
    }

    /// The object's name in full.
    pub fn reference(&self) -> &ObjectRef {
        static NOTHING: ObjectRef = ObjectRef {
            api_version: Text::new_static(""),
            kind: Text::new_static(""),
            namespace: None,
            name: Text::new_static(""),
            uid: None,
        };
        match &*self.target {
            Target::Object(reference) => reference,
            _ => &NOTHING,
        }
    }

    /// The built-in kind this is, or `None` for custom resources and unknown versions.
    pub fn kind(&self) -> Option<&'static Kind> {
        ironsides_schema::kind(&self.reference().api_version, &self.reference().kind)
    }

    /// Whether the API server returned it: then it has passed admission, holds what the server and its controllers filled
    /// in, and no text.
    pub fn is_live(&self) -> bool {
        matches!(self.origin, Origin::Api { .. })
    }

    /// A cursor at the root.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::root(&self.root)
    }

    /// The bytes of a span as they were written, or `None` where there is no text.
    pub fn written(&self, span: Span) -> Option<&str> {
        match &self.origin {
            Origin::File { text, .. } => span.slice(text),
            Origin::Rendered(rendered) => span.slice(&rendered.text),
            Origin::Api { .. } => None,
        }
    }

    /// Where a place of this object was found.
    pub fn source(&self, span: Span) -> Source {
        match &self.origin {
            Origin::File { path, .. } => Source::File { path: Arc::clone(path), span },
            Origin::Rendered(rendered) => {
                let (file, span, _) = rendered.place(span);
                let path = file.map_or_else(|| Arc::from(""), |file| Arc::clone(&file.path));
                Source::File { path, span }
            }
            Origin::Api { request } => Source::Api { request: Arc::clone(request) },
        }
    }

    /// Every place that shows something of a place of this object: where it was found, and where each of its parts was
    /// where several made it. Of a literal `KEY=value` that gave the value, only that.
    pub fn sources(&self, span: Span) -> Vec<Source> {
        match &self.origin {
            Origin::Rendered(rendered) => rendered
                .parts(span)
                .into_iter()
                .map(|(file, span)| Source::File { path: Arc::clone(&file.path), span })
                .collect(),
            Origin::File { .. } | Origin::Api { .. } => vec![self.source(span)],
        }
    }

    /// What made a place of this object what it is, where it was rendered.
    pub fn causes(&self, span: Span) -> Vec<Cause> {
        match &self.origin {
            Origin::Rendered(rendered) => rendered.place(span).2.to_vec(),
            Origin::File { .. } | Origin::Api { .. } => Vec::new(),
        }
    }
}
