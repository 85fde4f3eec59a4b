//! A look at one source: its documents, judged one by one.

use std::path::Path;
use std::sync::Arc;

use crate::node;
use crate::scan::pod_security::{Sight, Versions};
use crate::scan::waiving::{Beside, OnObject, Waiving};
use ironsides_checks::{Counts, Judge};
use ironsides_core::{Finding, Object, Origin, Rendered, Source, is_audit_policy};
use ironsides_files::FileError;
use ironsides_report::{Problem, SourceText};
use ironsides_settings::Host;
use ironsides_tree::{Document, Documents, Limits, Lines, Node, Span, SyntaxError, Text};

/// What came of looking at a source, or at a part of one.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) findings: Vec<Finding>,
    pub(crate) counts: Counts,
    /// Objects that checks across objects want to see again.
    pub(crate) kept: Vec<Object>,
    pub(crate) documents: u64,
    pub(crate) objects: u64,
    /// How many of those are the facts of a node.
    pub(crate) nodes: u64,
    pub(crate) problems: Vec<Problem>,
    /// Where the sources hold secrets.
    pub(crate) secrets: Vec<Source>,
    /// Documents that are no Kubernetes objects.
    pub(crate) foreign: u64,
    /// The kinds of objects of which only the form was checked.
    pub(crate) form_only: Vec<Text>,
    /// What Pod Security makes of the objects.
    pub(crate) sights: Vec<Sight>,
    /// The waivers in the annotations of the objects.
    pub(crate) annotated: Vec<OnObject>,
}

impl Look {
    /// A look that has seen nothing yet.
    pub(crate) fn new(judge: &Judge) -> Self {
        Self { counts: judge.counts(), ..Self::default() }
    }

    /// Looks at a whole text.
    pub(crate) fn at(
        text: &Looked<'_>,
        judge: &Judge,
        versions: &Versions,
        waiving: &Waiving,
    ) -> (Self, Beside) {
        let mut look = Self::new(judge);
        let beside = waiving.beside(text);
        for read in Documents::new(text.text(), Limits::default()) {
            look.take(read, text, judge, versions, (waiving, &beside));
        }
        (look, beside)
    }

    /// Takes in one document.
    pub(crate) fn take(
        &mut self,
        read: Result<Document, SyntaxError>,
        text: &Looked<'_>,
        judge: &Judge,
        versions: &Versions,
        (waiving, beside): (&Waiving, &Beside),
    ) {
        let document = match read {
            Ok(document) => document,
            Err(error) => return self.problems.push(syntax_problem(&error, text)),
        };
        if document.envelope || document.root.is_null() && document.item.is_none() {
            return;
        }
        self.documents += 1;
        match Meant::of(document, text) {
            Meant::Object(object) => {
                for (key, held) in node::held(&object) {
                    match held {
                        Ok(inner) => self.object(inner, text, judge, versions, (waiving, beside)),
                        Err(error) => {
                            self.problems.push(text.problem(Span::NONE, format!("{key}: {error}"), None));
                        }
                    }
                }
                self.object(*object, text, judge, versions, (waiving, beside));
            }
            Meant::Wrong(problem) => self.problems.push(*problem),
            Meant::Foreign => self.foreign += 1,
        }
    }

    /// Takes in one object.
    fn object(
        &mut self,
        object: Object,
        text: &Looked<'_>,
        judge: &Judge,
        versions: &Versions,
        (waiving, beside): (&Waiving, &Beside),
    ) {
        self.objects += 1;
        self.nodes += u64::from(Host::is_in(&object.root));
        let kustomization = object.reference().group() == "kustomize.config.k8s.io";
        if !kustomization && !judge.goes_beyond_form(&object) {
            self.form_only.push(object.reference().kind.clone());
        }
        let begin = self.findings.len();
        let noticed = judge.object(&object, &mut self.findings, &mut self.counts);
        self.sights.extend(versions.see(&object, judge.templates(), noticed.is_refused));
        let findings = self.findings.get_mut(begin..).unwrap_or_default();
        self.annotated.extend(waiving.object(text, beside, &object, judge.templates(), findings));
        sort(findings);
        self.problems
            .extend(gaps(&object.root).into_iter().map(|message| text.problem(Span::NONE, message, None)));
        let secrets = noticed.sensitive.into_iter();
        self.secrets.extend(secrets.flat_map(|span| object.sources(span)));
        if judge.keeps(&object) {
            self.kept.push(object);
        }
    }
}

/// What a document is.
enum Meant {
    /// A Kubernetes object.
    Object(Box<Object>),
    /// Half of one, or what stands where one must.
    Wrong(Box<Problem>),
    /// Something else: values, a workflow, a compose file.
    Foreign,
}

impl Meant {
    fn of(document: Document, text: &Looked<'_>) -> Self {
        match shape(&document.root) {
            Shape::Object => {
                Self::Object(Box::new(Object::new(document.root, text.origin(), document.remarks)))
            }
            Shape::Half(has, lacks) => Self::Wrong(Box::new(half_problem(&document, text, has, lacks))),
            Shape::Other if document.item.is_some() => Self::Wrong(Box::new(item_problem(&document, text))),
            Shape::Other => Self::Foreign,
        }
    }
}

/// The objects of a text, and what is wrong with documents that might have been some.
pub(crate) fn objects(text: &Looked<'_>) -> (Vec<Object>, Vec<Problem>) {
    let (mut objects, mut problems) = (Vec::new(), Vec::new());
    for read in Documents::new(text.text(), Limits::default()) {
        match read {
            Ok(document) if document.envelope => {}
            Ok(document) => match Meant::of(document, text) {
                Meant::Object(object) => objects.push(*object),
                Meant::Wrong(problem) => problems.push(*problem),
                Meant::Foreign => {}
            },
            Err(error) => problems.push(syntax_problem(&error, text)),
        }
    }
    (objects, problems)
}

/// A text that is looked at.
#[derive(Clone, Copy)]
pub(crate) enum Looked<'a> {
    /// It stands in a file as it is.
    Written(&'a SourceText),
    /// A chart or a kustomization made it.
    Rendered(&'a Arc<Rendered>),
}

impl Looked<'_> {
    pub(crate) fn text(&self) -> &Arc<str> {
        match self {
            Self::Written(source) => source.text(),
            Self::Rendered(rendered) => &rendered.text,
        }
    }

    /// The file to name where no more is known.
    pub(crate) fn path(&self) -> Option<&Arc<str>> {
        match self {
            Self::Written(source) => Some(source.path()),
            Self::Rendered(rendered) => rendered.files.first().map(|file| &file.path),
        }
    }

    fn origin(&self) -> Origin {
        match self {
            Self::Written(source) => {
                Origin::File { path: Arc::clone(source.path()), text: Arc::clone(source.text()) }
            }
            Self::Rendered(rendered) => Origin::Rendered(Arc::clone(rendered)),
        }
    }

    /// A problem at a place of the text.
    fn problem(&self, span: Span, message: String, hint: Option<String>) -> Problem {
        let (path, place, message) = match self {
            Self::Written(source) => {
                let place = span.is_some().then(|| source.lines().position(source.text(), span.start));
                (source.path().to_string(), place, message)
            }
            Self::Rendered(rendered) => {
                let (file, span, _) = rendered.place(span);
                let place = file
                    .filter(|_| span.is_some())
                    .map(|file| Lines::new(&file.text).position(&file.text, span.start));
                let path = file.map(|file| file.path.to_string()).unwrap_or_default();
                (path, place, format!("in what is rendered here: {message}"))
            }
        };
        Problem {
            path,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            message,
            hint,
        }
    }
}

/// What of a node could not be looked at at all, where a document holds its facts: then nobody can say that it is as it
/// should be, even if every check is content with the rest.
pub(crate) fn gaps(root: &Node) -> Vec<String> {
    if !Host::is_in(root) {
        return Vec::new();
    }
    let text = |node: &Node, key| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let name = root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default();
    let gaps = root.get("gaps").map(Node::items).unwrap_or_default().iter();
    let whole = gaps.filter(|gap| matches!(&*text(gap, "what"), "files" | "processes"));
    whole.map(|gap| format!("node {name}: {}: {}", text(gap, "what"), text(gap, "why"))).collect()
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
        // The API server takes an audit policy without its kind.
        (true, false) if is_audit_policy(root) => Shape::Object,
        (true, false) if root.get("metadata").is_some() => Shape::Half("apiVersion", "kind"),
        (false, true) if root.get("metadata").is_some() => Shape::Half("kind", "apiVersion"),
        _ => Shape::Other,
    }
}

fn item_problem(document: &Document, text: &Looked<'_>) -> Problem {
    text.problem(
        document.root.span(),
        format!("item {} of a list is no Kubernetes object", document.item.unwrap_or_default()),
        Some("give it an apiVersion and a kind, or take it out".into()),
    )
}

fn half_problem(document: &Document, text: &Looked<'_>, has: &str, lacks: &str) -> Problem {
    text.problem(
        document.root.span(),
        format!("a document has {has} and metadata but no {lacks}, so nothing can be said about it"),
        Some(format!("add {lacks}; Kubernetes wants both")),
    )
}

fn syntax_problem(error: &SyntaxError, text: &Looked<'_>) -> Problem {
    let at = Span { start: error.offset, end: error.offset };
    let hint = error.hint.map(str::to_owned);
    match text {
        Looked::Written(_) => text.problem(at, error.message.clone(), hint),
        Looked::Rendered(rendered) => {
            let line = Lines::new(&rendered.text).position(&rendered.text, error.offset).line;
            text.problem(at, format!("{} (line {line} of the output)", error.message), hint)
        }
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
