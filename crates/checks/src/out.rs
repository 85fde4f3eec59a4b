//! Where a check says what it found.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write as _;
use std::sync::Arc;

use ironsides_core::{
    CheckMeta, Confidence, Evidence, Finding, Fingerprint, Fix, Object, Pod, PodTemplates, Severity, Source,
    Verdict,
};
use ironsides_schema::{Fault, FaultKind, each_fault, validate};
use ironsides_tree::edit::{Edit, json_patch};
use ironsides_tree::{Cursor, Node, Segment, Span, Value, print};

use crate::audit::Audited;
use crate::judge::Options;
use crate::node::NodeCase;
use crate::sensitive::Sensitive;

/// What all checks about one object share.
pub(crate) struct Case<'a> {
    pub(crate) object: &'a Object,
    pub(crate) options: &'a Options,
    faults: OnceCell<Vec<Fault>>,
    sensitive: OnceCell<Sensitive>,
    secrets: OnceCell<Vec<String>>,
    audit: OnceCell<Audited>,
    pub(crate) node: NodeCase,
}

impl<'a> Case<'a> {
    pub(crate) fn new(object: &'a Object, options: &'a Options) -> Self {
        Self {
            object,
            options,
            faults: OnceCell::new(),
            sensitive: OnceCell::new(),
            secrets: OnceCell::new(),
            audit: OnceCell::new(),
            node: NodeCase::default(),
        }
    }

    /// Where the object holds secrets. Looked for when first asked.
    fn sensitive(&self) -> &Sensitive {
        self.sensitive.get_or_init(|| Sensitive::of(self.object, &self.options.templates))
    }

    /// Where the object holds secrets, once nothing else is to be asked.
    pub(crate) fn into_sensitive(self) -> Vec<Span> {
        let Self { object, options, sensitive, .. } = self;
        match sensitive.into_inner() {
            Some(found) => found.spans,
            // Only texts are shown beside what is said of them.
            None if object.is_live() => Vec::new(),
            None => crate::sensitive(object, &options.templates),
        }
    }

    /// The fact at a place of the object.
    fn evidence(&self, at: &Cursor<'_>) -> Evidence {
        evidence(self.object, at, |at| self.sensitive().touches(at))
    }

    /// The secret values of the object, as they are written but for quotes. Looked for when first asked.
    fn secrets(&self) -> &[String] {
        self.secrets.get_or_init(|| self.sensitive().values(self.object))
    }

    pub(crate) fn keep_passes(&self) -> bool {
        self.options.keep_passes || self.options.keep_node_passes && self.is_host()
    }

    /// What an API server would refuse or drop: of an object of a built-in kind, or of the pod in any other. Looked for
    /// when first asked.
    pub(crate) fn faults(&self) -> &[Fault] {
        self.faults.get_or_init(|| {
            let pod = Pod::of(self.object, &self.options.templates);
            let mut faults = match (self.object.kind(), &pod) {
                (Some(kind), _) => validate(&self.object.root, kind),
                (None, Some(pod)) => pod_faults(pod),
                (None, None) => Vec::new(),
            };
            // A list of containers that is there but empty is refused as well, and would pass every check of containers.
            let containers = pod.as_ref().map(|pod| pod.spec().get(NO_CONTAINERS));
            if let Some(at) = containers.filter(|containers| containers.items().next().is_none()) {
                let kind = FaultKind::MissingField { name: NO_CONTAINERS };
                faults.push(Fault { kind, path: at.path().to_string(), span: at.mark() });
            }
            faults
        })
    }
}

/// The field without which a pod is none.
pub(crate) const NO_CONTAINERS: &str = "containers";

/// The faults of a pod in an object of a kind without a table: a custom resource, or a version long removed.
fn pod_faults(pod: &Pod<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let template = ironsides_schema::kind("v1", "PodTemplate").and_then(|kind| kind.ty().at(&["template"]));
    if let (Some(template), Some(node)) =
        (template.and_then(|field| field.shape.object()), pod.place().node())
    {
        let place = pod.place().path().to_string();
        each_fault(node, template, &mut |fault| {
            faults.push(Fault { path: format!("{place}.{}", fault.path), ..fault });
        });
    }
    faults
}

/// Takes the answers of one check about one object.
pub struct Out<'a> {
    meta: &'static CheckMeta,
    pub(crate) case: &'a Case<'a>,
    drafts: &'a mut Vec<Draft>,
    not_applicable: Option<Cow<'static, str>>,
    pub(crate) passes: Vec<Evidence>,
}

/// A finding that is being written.
#[derive(Debug)]
pub struct Draft {
    verdict: Verdict,
    message: String,
    path: Arc<str>,
    /// The path with list items named rather than numbered, for the fingerprint.
    stable: String,
    key: String,
    severity: Severity,
    confidence: Confidence,
    evidence: Vec<Evidence>,
    fix: Option<Box<Fix>>,
    /// Whether it holds whatever else the cluster has.
    is_definite: bool,
    /// Whether somebody wants the edits of fixes.
    wants_edits: bool,
}

impl<'a> Out<'a> {
    /// Answers go through `drafts`, which is emptied first: one buffer serves all checks.
    pub(crate) fn new(meta: &'static CheckMeta, case: &'a Case<'a>, drafts: &'a mut Vec<Draft>) -> Self {
        drafts.clear();
        Self { meta, case, drafts, not_applicable: None, passes: Vec::new() }
    }

    /// Where pods stand in custom resources, for checks that look at other objects' pods.
    pub fn templates(&self) -> &'a PodTemplates {
        &self.case.options.templates
    }

    /// The pod in an object, for checks of the pod as a whole: of one without containers, which is a part of a manifest,
    /// the question does not arise.
    pub(crate) fn whole_pod<'o>(&mut self, object: &'o Object) -> Option<Pod<'o>>
    where
        'a: 'o,
    {
        let pod = Pod::of(object, self.templates())?;
        if pod.containers().next().is_some() {
            return Some(pod);
        }
        self.not_applicable("the manifest has no containers, so it is not a whole pod");
        None
    }

    /// The minor version of Kubernetes that the object is meant for.
    pub fn kubernetes(&self) -> u64 {
        self.case.options.kubernetes.unwrap_or_else(crate::api::newest)
    }

    /// What an API server would refuse or drop of the object, in the order of the document; nothing for kinds that are
    /// not built in.
    pub fn faults(&self) -> &'a [Fault] {
        self.case.faults()
    }

    /// The audit policy that the object is. Read when first asked.
    pub(crate) fn audit(&self) -> &'a Audited {
        self.case.audit.get_or_init(|| Audited::of(self.case.object))
    }

    /// This place is as it should be. Name every place that was looked at: a pass shows its evidence too.
    pub fn pass(&mut self, at: &Cursor<'_>) {
        if self.case.keep_passes() {
            self.passes.push(self.case.evidence(at));
        }
    }

    /// This place is not as it should be. The message is one sentence that names the container or field: lower case
    /// first letter, no full stop.
    pub fn fail(&mut self, at: &Cursor<'_>, message: impl Into<String>) -> &mut Draft {
        self.draft(at, Verdict::Fail, message.into())
    }

    /// A place that only its path and bytes are known of is not as it should be. The value is not repeated.
    pub fn fail_at(
        &mut self,
        path: impl Into<Arc<str>>,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Draft {
        let (source, causes) = (self.case.object.source(span), self.case.object.causes(span));
        let draft = self.draft(&self.case.object.cursor().get(""), Verdict::Fail, message.into());
        draft.path = path.into();
        draft.stable = draft.path.to_string();
        let looked_at = draft.path.clone();
        draft.evidence = vec![Evidence { looked_at, raw: None, effective: None, rule: None, source, causes }];
        draft
    }

    /// Nothing can be said about this place, because `missing`.
    pub fn unknown(
        &mut self,
        at: &Cursor<'_>,
        message: impl Into<String>,
        missing: impl Into<String>,
    ) -> &mut Draft {
        self.draft(at, Verdict::Unknown { missing: missing.into() }, message.into())
    }

    /// A person must look at this place.
    pub fn manual(
        &mut self,
        at: &Cursor<'_>,
        message: impl Into<String>,
        look_at: impl Into<String>,
    ) -> &mut Draft {
        self.draft(at, Verdict::Manual { look_at: look_at.into() }, message.into())
    }

    /// The question does not arise for this object (a Linux setting on a Windows pod).
    pub fn not_applicable(&mut self, why: impl Into<Cow<'static, str>>) {
        self.not_applicable = Some(why.into());
    }

    fn draft(&mut self, at: &Cursor<'_>, verdict: Verdict, message: String) -> &mut Draft {
        let (fact, stable) = (self.case.evidence(at), stable(self.case.object, at));
        self.draft_of(fact, stable, verdict, message)
    }

    /// A finding that rests on a fact, and what its place is called for the fingerprint.
    pub(crate) fn draft_of(
        &mut self,
        fact: Evidence,
        stable: String,
        verdict: Verdict,
        message: String,
    ) -> &mut Draft {
        let draft = Draft {
            verdict,
            message,
            path: Arc::clone(&fact.looked_at),
            stable,
            key: String::new(),
            severity: self.meta.severity,
            confidence: Confidence::High,
            evidence: vec![fact],
            fix: None,
            is_definite: false,
            wants_edits: self.case.options.fixes,
        };
        let at = self.drafts.len();
        self.drafts.push(draft);
        &mut self.drafts[at]
    }

    /// Whether anything was said but passes.
    pub(crate) fn has_said_anything(&self) -> bool {
        !self.drafts.is_empty()
    }

    /// Drops the failures that rest on something not being there. One that shows an object beside the judged one rests on
    /// what is.
    pub(crate) fn keep_definite(&mut self) {
        self.drafts.retain(|draft| match draft.verdict {
            Verdict::Fail => draft.is_definite || draft.evidence.len() > 1,
            // The gap is told once, for all objects.
            Verdict::Unknown { .. } => false,
            _ => true,
        });
    }

    /// Moves the findings to where all are gathered; says why the question does not arise, and what passed.
    pub(crate) fn finish(self, findings: &mut Vec<Finding>) -> (Option<Cow<'static, str>>, Vec<Evidence>) {
        let Self { meta, case, drafts, not_applicable, passes } = self;
        findings.extend(drafts.drain(..).map(|draft| Finding {
            check: meta.id,
            target: Arc::clone(case.target()),
            fingerprint: Fingerprint::new(meta.id, case.target(), &draft.stable, &draft.key),
            verdict: draft.verdict,
            message: draft.message,
            severity: draft.severity,
            confidence: draft.confidence,
            path: draft.path,
            evidence: draft.evidence,
            fix: draft.fix.and_then(|fix| complete(fix, case)),
            waived: None,
            pods: 0,
        }));
        (not_applicable, passes)
    }
}

impl Draft {
    /// The value in force where it is not what was written, and the rule that made it so: `.effective("true", "the
    /// default of allowPrivilegeEscalation")`.
    pub fn effective(
        &mut self,
        value: impl Into<Cow<'static, str>>,
        rule: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        if let Some(first) = self.evidence.first_mut() {
            first.effective = Some(value.into());
            first.rule = Some(rule.into());
        }
        self
    }

    /// One more fact that the verdict rests on.
    pub fn also(&mut self, object: &Object, at: &Cursor<'_>) -> &mut Self {
        // The object may be another than the one that is judged; pods of configured kinds show nothing here.
        let templates = PodTemplates::default();
        self.evidence.push(evidence(object, at, |at| Sensitive::of(object, &templates).touches(at)));
        self
    }

    /// One more fact that the verdict rests on, as evidence.
    pub fn with(&mut self, fact: Evidence) -> &mut Self {
        self.evidence.push(fact);
        self
    }

    /// It holds whatever else the cluster has: a check across objects says so of a failure that rests on the judged object
    /// alone, so that it stays one where other objects could not be read.
    pub fn definite(&mut self) -> &mut Self {
        self.is_definite = true;
        self
    }

    /// The request of the API server whose answer it rests on.
    pub fn asked(&mut self, request: &str) -> &mut Self {
        if let Some(first) = self.evidence.first_mut() {
            first.source = Source::Api { request: Arc::from(request) };
        }
        self
    }

    /// Tells this finding from others of the same check at the same path.
    pub fn key(&mut self, key: impl Into<String>) -> &mut Self {
        self.key = key.into();
        self
    }

    /// Worse or milder than the check usually is.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// One step milder than the check usually is, and never less than low where it was more.
    pub fn milder(&mut self) -> &mut Self {
        self.severity = match self.severity {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium | Severity::Low => Severity::Low,
            Severity::Info => Severity::Info,
        };
        self
    }

    /// An edit that closes it and takes nothing away that a program could have relied on. The summary is an
    /// imperative: `set hostPort to 0`. The edits (`crate::fixes` has words for them) are made only where somebody
    /// wants them; maps that are missing on the way are created.
    pub fn safe_fix<E: IntoIterator<Item = Edit>>(
        &mut self,
        summary: impl Into<Cow<'static, str>>,
        edits: impl FnOnce() -> E,
    ) -> &mut Self {
        self.fix(Fix::safe(summary), edits)
    }

    /// An edit that closes it and that a program may not survive; `test` says what to try first, as an imperative too.
    pub fn unsafe_fix<E: IntoIterator<Item = Edit>>(
        &mut self,
        summary: impl Into<Cow<'static, str>>,
        test: impl Into<Cow<'static, str>>,
        edits: impl FnOnce() -> E,
    ) -> &mut Self {
        self.fix(Fix::needs_test(summary, test), edits)
    }

    fn fix<E: IntoIterator<Item = Edit>>(&mut self, mut fix: Fix, edits: impl FnOnce() -> E) -> &mut Self {
        if self.wants_edits {
            fix.edits = edits().into_iter().collect();
            if fix.edits.is_empty() {
                return self;
            }
        }
        self.fix = Some(Box::new(fix));
        self
    }

    /// Less sure than the check usually is.
    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }
}

/// A fix with the JSON Patch that does the same. One whose edits do not fit the object is none.
fn complete(mut fix: Box<Fix>, case: &Case<'_>) -> Option<Box<Fix>> {
    if fix.edits.is_empty() {
        return Some(fix);
    }
    let patch = json_patch(&case.object.root, &fix.edits).ok()?;
    // Reports show the patch, and no report repeats a secret: a value that is only quoted or moved may be one.
    let values = || patch.iter().filter_map(|operation| operation.value.as_ref());
    let is_shown = values().all(|value| matches!(value.value(), Value::Bool(_)))
        || case.secrets().iter().all(|secret| values().all(|value| !holds(value, secret)));
    if is_shown {
        fix.patch = patch;
    }
    Some(fix)
}

/// Whether a text stands somewhere in a value.
fn holds(value: &Node, text: &str) -> bool {
    match value.value() {
        Value::String(string) => string.contains(text),
        Value::List(items) => items.iter().any(|item| holds(item, text)),
        Value::Map(map) => map.iter().any(|(_, value)| holds(value, text)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => print::json(value) == text,
    }
}

/// What evidence shows instead of a secret, whatever its length.
const CONCEALED: &str = "********";

/// The fact at a place: its path, its value as it was written, its source. A value that is
/// `secret`, which is asked only where one is to be shown, is not repeated.
pub(crate) fn evidence(
    object: &Object,
    at: &Cursor<'_>,
    secret: impl FnOnce(&Cursor<'_>) -> bool,
) -> Evidence {
    let mut fact = Evidence {
        looked_at: Arc::from(at.path().text()),
        raw: None,
        effective: None,
        rule: None,
        source: object.source(at.mark()),
        causes: object.causes(at.mark()),
    };
    let Some(node) = at.node() else { return fact };
    let is_shown = match node.value() {
        Value::Null | Value::Bool(_) | Value::Map(_) => false,
        Value::List(items) => items.len() <= SHOWN_ITEMS && items.iter().all(is_scalar),
        Value::String(_) | Value::Int(_) | Value::Float(_) => true,
    };
    if is_shown && secret(at) {
        fact.raw = Some(CONCEALED.into());
        return fact;
    }
    match node.value() {
        Value::String(text) => fact.raw = Some(shorten(text)),
        Value::List(items) if items.len() <= SHOWN_ITEMS && items.iter().all(is_scalar) => {
            fact.raw = Some(shorten(&print::json(node)));
        }
        Value::List(items) => fact.raw = Some(format!("a list of {} items", items.len())),
        Value::Map(map) => fact.raw = Some(format!("a map of {} keys", map.len())),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            let value = print::json(node);
            match object.written(node.span()) {
                Some(written) if written != value => {
                    fact.raw = Some(shorten(written));
                    fact.effective = Some(value.into());
                    fact.rule = Some("Kubernetes reads YAML 1.1".into());
                }
                _ => fact.raw = Some(value),
            }
        }
    }
    fact
}

/// A path in which the items of lists are known by their names where they have one: a container that moves keeps what
/// was found about it, and one that is put in its place does not inherit it.
fn stable(object: &Object, at: &Cursor<'_>) -> String {
    let mut path = String::with_capacity(80);
    let mut node = Some(&object.root);
    for segment in at.path().segments() {
        match segment {
            Segment::Key(key) => {
                node = node.and_then(|node| node.get(key));
                path.push('.');
                path.push_str(key);
            }
            Segment::Index(index) => {
                node = node.and_then(|node| node.items().get(*index as usize));
                match node.and_then(|item| item.get("name")).and_then(Node::as_str) {
                    Some(name) => {
                        path.push_str("[name=");
                        path.push_str(name);
                        path.push(']');
                    }
                    None => _ = write!(path, "[{index}]"),
                }
            }
        }
    }
    path
}

/// The most bytes of a value that evidence repeats, and the most items of a list.
const RAW_LIMIT: usize = 120;
const SHOWN_ITEMS: usize = 16;

fn is_scalar(node: &Node) -> bool {
    node.as_list().is_none() && node.as_map().is_none()
}

fn shorten(text: &str) -> String {
    if text.len() <= RAW_LIMIT {
        return text.to_owned();
    }
    let end = (0..=RAW_LIMIT).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{}…", &text[..end])
}
