//! A look at one source: its documents, judged one by one.

use std::path::Path;
use std::sync::Arc;

use crate::scan::pod_security::{Sight, Versions};
use ironsides_checks::{Counts, Judge};
use ironsides_core::{Finding, Object, Origin, Source};
use ironsides_files::FileError;
use ironsides_report::{Problem, SourceText};
use ironsides_tree::{Document, Documents, Limits, Node, Span, SyntaxError, Text};

/// What came of looking at a source, or at a part of one.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) findings: Vec<Finding>,
    pub(crate) counts: Counts,
    /// Objects that checks across objects want to see again.
    pub(crate) kept: Vec<Object>,
    pub(crate) documents: u64,
    pub(crate) objects: u64,
    pub(crate) problems: Vec<Problem>,
    /// Where the source holds secrets.
    pub(crate) secrets: Vec<Span>,
    /// Documents that are no Kubernetes objects.
    pub(crate) foreign: u64,
    /// The kinds of objects of which only the form was checked.
    pub(crate) form_only: Vec<Text>,
    /// What Pod Security makes of the objects.
    pub(crate) sights: Vec<Sight>,
}

impl Look {
    /// A look that has seen nothing yet.
    pub(crate) fn new(judge: &Judge) -> Self {
        Self { counts: judge.counts(), ..Self::default() }
    }

    /// Looks at a whole text.
    pub(crate) fn at(source: &SourceText, judge: &Judge, versions: &Versions) -> Self {
        let mut look = Self::new(judge);
        for read in Documents::new(source.text(), Limits::default()) {
            look.take(read, source, judge, versions);
        }
        look
    }

    /// Takes in one document.
    pub(crate) fn take(
        &mut self,
        read: Result<Document, SyntaxError>,
        source: &SourceText,
        judge: &Judge,
        versions: &Versions,
    ) {
        let document = match read {
            Ok(document) => document,
            Err(error) => return self.problems.push(syntax_problem(&error, source)),
        };
        if document.envelope || document.root.is_null() && document.item.is_none() {
            return;
        }
        self.documents += 1;
        match shape(&document.root) {
            Shape::Object => {
                self.objects += 1;
                let origin =
                    Origin::File { path: Arc::clone(source.path()), text: Arc::clone(source.text()) };
                let object = Object::new(document.root, origin, document.remarks);
                if !judge.goes_beyond_form(&object) {
                    self.form_only.push(object.reference().kind.clone());
                }
                let begin = self.findings.len();
                let refused = judge.object(&object, &mut self.findings, &mut self.counts);
                self.sights.extend(versions.see(&object, judge.templates(), refused));
                sort(self.findings.get_mut(begin..).unwrap_or_default());
                self.secrets.extend(ironsides_checks::sensitive(&object, judge.templates()));
                if judge.keeps(&object) {
                    self.kept.push(object);
                }
            }
            Shape::Half(has, lacks) => self.problems.push(half_problem(&document, source, has, lacks)),
            Shape::Other if document.item.is_some() => self.problems.push(item_problem(&document, source)),
            Shape::Other => self.foreign += 1,
        }
    }
}

/// Sorts findings by place, the worst first at each.
pub(crate) fn sort(findings: &mut [Finding]) {
    let place = |finding: &Finding| match finding.evidence.first().map(|fact| &fact.source) {
        Some(Source::File { span, .. }) => (span.start, span.end),
        _ => (u32::MAX, u32::MAX),
    };
    findings.sort_unstable_by(|a, b| {
        place(a)
            .cmp(&place(b))
            .then_with(|| a.target.cmp(&b.target))
            .then_with(|| b.severity.cmp(&a.severity))
            .then_with(|| a.check.cmp(b.check))
            .then_with(|| a.path.cmp(&b.path))
            .then_with(|| a.message.cmp(&b.message))
    });
}

enum Shape {
    /// Has a kind and an API version.
    Object,
    /// Has `metadata` and only one of the two.
    Half(&'static str, &'static str),
    /// Something else: values, a workflow, a compose file.
    Other,
}

fn shape(root: &Node) -> Shape {
    let has = |key| root.get(key).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    match (has("apiVersion"), has("kind")) {
        (true, true) => Shape::Object,
        (true, false) if root.get("metadata").is_some() => Shape::Half("apiVersion", "kind"),
        (false, true) if root.get("metadata").is_some() => Shape::Half("kind", "apiVersion"),
        _ => Shape::Other,
    }
}

fn item_problem(document: &Document, source: &SourceText) -> Problem {
    let place = source.range(document.root.span()).map(|(start, _)| start);
    Problem {
        path: source.path().to_string(),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: format!("item {} of a list is no Kubernetes object", document.item.unwrap_or_default()),
        hint: Some("give it an apiVersion and a kind, or take it out".into()),
    }
}

fn half_problem(document: &Document, source: &SourceText, has: &str, lacks: &str) -> Problem {
    let place = source.range(document.root.span()).map(|(start, _)| start);
    Problem {
        path: source.path().to_string(),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: format!("a document has {has} and metadata but no {lacks}, so nothing can be said about it"),
        hint: Some(format!("add {lacks}; Kubernetes wants both")),
    }
}

fn syntax_problem(error: &SyntaxError, source: &SourceText) -> Problem {
    let place = source.lines().position(source.text(), error.offset);
    Problem {
        path: source.path().to_string(),
        line: Some(place.line),
        column: Some(place.column),
        message: error.message.clone(),
        hint: error.hint.map(Into::into),
    }
}

/// A file that could not be read, as a problem. The error's own text names the path.
pub(crate) fn file_problem(error: &FileError) -> Problem {
    let path = error.path().unwrap_or(Path::new("-"));
    Problem {
        path: path.display().to_string(),
        line: None,
        column: None,
        message: error.to_string(),
        hint: None,
    }
}
