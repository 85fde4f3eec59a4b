//! One configuration file, read as the kubelet reads it.

use std::sync::Arc;

use ironsides_tree::{Documents, Format, Limits, Lines, Map, Node, RemarkKind, Span};

use super::origin::{By, Written};

/// A configuration file.
pub(super) struct Document {
    /// Its path.
    path: Arc<str>,
    text: String,
    lines: Lines,
    /// The map in it.
    pub(super) root: Node,
    /// Whether it is a drop-in.
    drop_in: bool,
    /// Whether it is JSON, where numbers are taken by the letter.
    json: bool,
}

/// Why a configuration file is refused.
#[derive(Debug)]
pub(super) struct Fault {
    /// What is wrong with it.
    pub(super) why: String,
    /// Where.
    pub(super) span: Span,
}

/// The group and version that a configuration must have.
const API_VERSION: &str = "kubelet.config.k8s.io/v1beta1";

/// The kind that a configuration must have.
const KIND: &str = "KubeletConfiguration";

impl Document {
    /// Reads a text. Only its first document counts. In a drop-in a key written twice is an error; elsewhere the last
    /// one wins.
    pub(super) fn read(path: Arc<str>, text: &str, drop_in: bool) -> Result<Self, Fault> {
        let whole = |why: &str| Fault { why: why.into(), span: Span::new(0, 0) };
        if text.is_empty() {
            return Err(whole("it is empty"));
        }
        // Not what merely looks like JSON: a brace in front makes it JSON, right or wrong.
        let json = text.trim_start().starts_with('{');
        let format = if json { Format::Json } else { Format::Yaml };
        let limits = Limits { split_lists: false, ..Limits::default() };
        let mut documents = Documents::with_format(text, format, limits);
        let document = match documents.next() {
            Some(Ok(document)) => document,
            Some(Err(error)) => {
                let at = error.offset as usize;
                return Err(Fault { why: error.message, span: Span::new(at, at) });
            }
            None => return Err(whole("it holds no document")),
        };
        if json && documents.next().is_some() {
            return Err(whole("something follows the JSON value"));
        }
        let mut root = document.root;
        let twice =
            document.remarks.iter().any(|remark| matches!(remark.kind, RemarkKind::DuplicateKey { .. }));
        if json
            && !drop_in
            && twice
            && let Some(joined) = super::joined::read(text)
        {
            root = joined;
        }
        if root.as_map().is_none() {
            return Err(Fault { why: format!("it holds no map ({})", root.shape()), span: root.span() });
        }
        let field = |name: &str| {
            let map = root.as_map().into_iter().flat_map(Map::entries);
            let fits = |key: &str| if drop_in { key == name } else { key.eq_ignore_ascii_case(name) };
            map.filter(|entry| fits(&entry.key)).map(|entry| &entry.value).next_back()
        };
        for (name, wanted) in [("kind", KIND), ("apiVersion", API_VERSION)] {
            match field(name) {
                Some(value) if value.as_str() == Some(wanted) => {}
                Some(value) => {
                    let why = format!("{name} is {}, not {wanted}", ironsides_tree::print::json(value));
                    return Err(Fault { why, span: value.span() });
                }
                None => return Err(whole(&format!("{name} is missing"))),
            }
        }
        if drop_in
            && let Some((key, span)) = document.remarks.iter().find_map(|remark| match &remark.kind {
                RemarkKind::DuplicateKey { key, .. } => Some((key, remark.span)),
                RemarkKind::UnknownTag { .. } => None,
            })
        {
            return Err(Fault { why: format!("the key {key:?} stands twice in its map"), span });
        }
        Ok(Self { path, text: text.to_owned(), lines: Lines::new(text), root, drop_in, json })
    }

    /// A place in it.
    pub(super) fn at(&self, span: Span) -> By {
        let position = self.lines.position(&self.text, if span.is_some() { span.start } else { 0 });
        let written = Written { path: self.path.clone(), position };
        if self.drop_in { By::DropIn(written) } else { By::File(written) }
    }

    /// Whether a number is written as a whole one. JSON is read by the letter: `3.0` is none there, though it is in YAML.
    pub(super) fn is_whole(&self, node: &Node) -> bool {
        let by_letter = self.json && !self.drop_in;
        !by_letter || node.span().slice(&self.text).is_none_or(|text| !text.contains(['.', 'e', 'E']))
    }
}

/// Where a fault is, for a file that could not be read as a whole.
pub(super) fn place(path: &Arc<str>, text: &str, span: Span, drop_in: bool) -> By {
    let position = Lines::new(text).position(text, if span.is_some() { span.start } else { 0 });
    let written = Written { path: path.clone(), position };
    if drop_in { By::DropIn(written) } else { By::File(written) }
}
