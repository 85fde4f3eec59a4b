//! Reports as custom resources: `PolicyReport` of `wgpolicyk8s.io/v1alpha2` (the Kubernetes policy working group) and
//! `Report` of `openreports.io/v1alpha1` (`OpenReports`), with their cluster-scoped siblings.
//!
//! A report is about one namespace, or about what lies in none. It is one object in etcd, which refuses more than
//! 1.5 MiB, so a namespace with many results has several: as soon as there is enough for one it is written.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ironsides_core::{CheckMeta, Finding, Target};
use serde_json::{Map, Value, json};

use crate::Writer;
use crate::input::{Header, Problem, Summary};
use crate::place::{self, Outcome, Place, cut};
use crate::snippet::plain;
use crate::source::Sources;
use crate::yaml::yaml;

/// No report has more results than this, whatever their size.
const RESULTS: usize = 1_000;
/// No report has more bytes of results than this: etcd's limit counts the whole object, and managed fields come to it.
const BYTES: usize = 900 << 10;
/// Longer texts are cut.
const TEXT: usize = 1_000;

/// Which of the two resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// `wgpolicyk8s.io/v1alpha2`
    PolicyReport,
    /// `openreports.io/v1alpha1`
    OpenReports,
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// Objects of no namespace.
    Cluster,
    /// A namespace; empty where manifests leave it to whoever applies them.
    Namespace(String),
}

/// Results that wait for their report.
#[derive(Default)]
struct Open {
    results: Vec<Value>,
    bytes: usize,
    written: usize,
}

pub(crate) struct PolicyReport<W> {
    sink: W,
    api: Api,
    started: u64,
    checks: Vec<&'static CheckMeta>,
    open: BTreeMap<Scope, Open>,
    first: bool,
}

impl<W: Write> PolicyReport<W> {
    pub(crate) fn new(sink: W, api: Api) -> Self {
        Self { sink, api, started: 0, checks: Vec::new(), open: BTreeMap::new(), first: true }
    }

    fn write(&mut self, scope: &Scope) -> io::Result<()> {
        let Some(open) = self.open.get_mut(scope) else { return Ok(()) };
        let results = std::mem::take(&mut open.results);
        open.bytes = 0;
        open.written += 1;
        let number = open.written;
        let report = report(self.api, scope, number, results);
        if !std::mem::take(&mut self.first) {
            writeln!(self.sink, "---")?;
        }
        self.sink.write_all(yaml(&report).as_bytes())
    }
}

impl<W: Write> Writer for PolicyReport<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.started = header.started;
        self.checks.clone_from(&header.checks);
        Ok(())
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        for finding in findings {
            let scope = scope(&finding.target);
            let family =
                self.checks.iter().find(|check| check.id == finding.check).map_or("", |check| check.family);
            let result = result(finding, family, sources, self.started);
            let size = result.to_string().len();
            if self.open.get(&scope).is_some_and(|open| {
                open.results.len() >= RESULTS || !open.results.is_empty() && open.bytes + size > BYTES
            }) {
                self.write(&scope)?;
            }
            let open = self.open.entry(scope).or_default();
            open.bytes += size;
            open.results.push(result);
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for problem in &summary.problems {
            let result = unread(problem, self.started);
            self.open.entry(Scope::Cluster).or_default().results.push(result);
        }
        if self.open.is_empty() {
            // A clean run has a report too: one that is empty, so that the last one's findings do not stay.
            self.open.entry(Scope::Cluster).or_default();
        }
        for scope in self.open.keys().cloned().collect::<Vec<_>>() {
            if self.open.get(&scope).is_some_and(|open| !open.results.is_empty() || open.written == 0) {
                self.write(&scope)?;
            }
        }
        self.sink.flush()
    }
}

fn scope(target: &Target) -> Scope {
    let Target::Object(object) = target else { return Scope::Cluster };
    let namespaced =
        ironsides_schema::kind(&object.api_version, &object.kind).is_none_or(|kind| kind.namespaced);
    match &object.namespace {
        // What cannot be a namespace's name would make the report itself invalid.
        Some(name) if is_label(name) => Scope::Namespace(name.to_string()),
        None if namespaced => Scope::Namespace(String::new()),
        Some(_) | None => Scope::Cluster,
    }
}

/// Whether a text is a DNS label (RFC 1123), as names of namespaces are.
fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| inner(byte) || byte == b'-')
        && text.bytes().next().is_some_and(inner)
        && text.bytes().next_back().is_some_and(inner)
}

fn report(api: Api, scope: &Scope, number: usize, results: Vec<Value>) -> Value {
    let (version, kind) = match (api, scope) {
        (Api::PolicyReport, Scope::Namespace(_)) => ("wgpolicyk8s.io/v1alpha2", "PolicyReport"),
        (Api::PolicyReport, Scope::Cluster) => ("wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"),
        (Api::OpenReports, Scope::Namespace(_)) => ("openreports.io/v1alpha1", "Report"),
        (Api::OpenReports, Scope::Cluster) => ("openreports.io/v1alpha1", "ClusterReport"),
    };
    let name = if number == 1 { "ironsides".to_owned() } else { format!("ironsides-{number}") };
    let mut metadata = json!({ "name": name, "labels": { "app.kubernetes.io/managed-by": "ironsides" } });
    if let Scope::Namespace(name) = scope
        && !name.is_empty()
    {
        metadata["namespace"] = name.as_str().into();
    }
    let words = ["pass", "fail", "warn", "error", "skip"];
    let summary: Map<String, Value> = words
        .into_iter()
        .map(|word| {
            (word.to_owned(), results.iter().filter(|result| result["result"] == word).count().into())
        })
        .collect();
    let mut report = json!({ "apiVersion": version, "kind": kind, "metadata": metadata });
    if api == Api::OpenReports {
        report["source"] = "ironsides".into();
    }
    report["summary"] = summary.into();
    report["results"] = results.into();
    report
}

fn result(finding: &Finding, family: &str, sources: &dyn Sources, started: u64) -> Value {
    let outcome = Outcome::of(finding);
    let word = match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        // Not decided because something is missing.
        Outcome::Unknown => "error",
        Outcome::Manual => "warn",
        Outcome::Waived | Outcome::NotApplicable => "skip",
    };
    let place = Place::of_finding(finding, sources);
    let mut properties = Map::new();
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            properties.insert(key.to_owned(), cut(&plain(value), TEXT).into());
        }
    };
    add("verdict", outcome.as_str());
    add("path", &finding.path);
    add("place", &place.told());
    add("from", &place::causes(finding));
    add("fix", finding.fix.as_deref().map_or("", |fix| &fix.summary));
    add("waiver", &place::waiver(finding).unwrap_or_default());
    add("fingerprint", &finding.fingerprint.to_string());
    let mut result = json!({
        "policy": finding.check,
        "category": family,
        "severity": finding.severity.as_str(),
        "result": word,
        "message": cut(&plain(&place::message(finding)), TEXT),
        "source": "ironsides",
        "scored": true,
        "timestamp": { "seconds": started / 1000, "nanos": 0 },
        "properties": properties,
    });
    match &*finding.target {
        Target::Object(object) => {
            let mut resource = json!({
                "apiVersion": &*object.api_version, "kind": &*object.kind, "name": &*object.name,
            });
            if let Some(namespace) = &object.namespace {
                resource["namespace"] = (&**namespace).into();
            }
            if let Some(uid) = &object.uid {
                resource["uid"] = (&**uid).into();
            }
            result["resources"] = json!([resource]);
        }
        other => result["properties"]["target"] = other.to_string().into(),
    }
    result
}

/// A place that could not be read, as a result: a report without it would look complete.
fn unread(problem: &Problem, started: u64) -> Value {
    let place = problem.line.map_or_else(|| problem.path.clone(), |line| format!("{}:{line}", problem.path));
    json!({
        "policy": "unread",
        "result": "error",
        "message": cut(&plain(&problem.message), TEXT),
        "source": "ironsides",
        "timestamp": { "seconds": started / 1000, "nanos": 0 },
        "properties": { "verdict": "unread", "place": cut(&plain(&place), TEXT) },
    })
}
