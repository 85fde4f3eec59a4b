//! What every format makes of the same findings; each is read back or checked against its published schema.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ironsides_core::{
    CheckMeta, Confidence, Evidence, Extent, Fact, Finding, Fingerprint, ObjectRef, Severity, Source, Tally,
    Target, Verdict,
};
use ironsides_report::{
    Blocker, Format, Header, JSON_SCHEMA, NamespaceLevel, Options, Problem, SourceText, Summary,
};
use ironsides_tree::{Span, Text};
use serde_json::Value;

const TEXT: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: café\nspec:\n  hostPID: yes\n  containers:\n  - name: app\n";

static PRIVILEGED: CheckMeta = CheckMeta {
    id: "host-pid",
    title: "pod shares the node's process ids",
    severity: Severity::High,
    family: "workload",
    since: "0.1.0",
    page: "A pod that shares the node's process ids sees\nevery process.\n\n## Fix\n\nRemove it.\n",
};
static ROOT: CheckMeta =
    CheckMeta { id: "root-user", title: "container runs as root", severity: Severity::Medium, ..PRIVILEGED };

/// A sink that outlives the writer.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn finding(check: &'static CheckMeta, verdict: Verdict, path: &str, mark: &str, message: &str) -> Finding {
    let target = Target::Object(ObjectRef {
        api_version: Text::new("v1"),
        kind: Text::new("Pod"),
        name: Text::new("café"),
        ..ObjectRef::default()
    });
    let at = TEXT.find(mark).unwrap();
    Finding {
        check: check.id,
        fingerprint: Fingerprint::new(check.id, &target, path, ""),
        target: Arc::new(target),
        verdict,
        message: message.into(),
        severity: check.severity,
        confidence: Confidence::High,
        path: path.into(),
        evidence: vec![Evidence {
            looked_at: path.into(),
            raw: Some(mark.into()),
            effective: Some("true".into()),
            rule: Some("Kubernetes reads YAML 1.1".into()),
            source: Source::File { path: Arc::from("a b.yaml"), span: Span::new(at, at + mark.len()) },
            causes: Vec::new(),
        }],
        fix: None,
        waived: None,
        pods: 0,
    }
}

fn report(format: Format, colour: bool, findings: &[Finding], full: bool) -> String {
    let sink = Sink::default();
    let source = SourceText::new(Arc::from("a b.yaml"), Arc::from(TEXT));
    let mut writer = format.writer(sink.clone(), Options { colour, ..Options::default() });
    writer.begin(&Header { version: "0.1.0", checks: vec![&PRIVILEGED, &ROOT], started: 0 }).unwrap();
    if !findings.is_empty() {
        writer.batch(&source, findings).unwrap();
    }
    let mut summary = Summary::default();
    if full {
        (summary.files, summary.documents, summary.objects) = (1, 2, 1);
        summary.tallies.insert(PRIVILEGED.id, Tally { fail: 1, ..Tally::default() });
        summary.tallies.insert(ROOT.id, Tally { pass: 1, unknown: 1, ..Tally::default() });
        summary.count_failure(PRIVILEGED.id, Severity::High);
        summary.form_only.insert("Service".into(), 2);
        summary
            .coverage
            .record(Fact::File { path: "c.yaml".into() }, Extent::Partial { why: "found a tab".into() });
        summary.coverage.record(Fact::objects("", "pods", None), Extent::Absent { why: "forbidden".into() });
        summary.problems.push(Problem {
            path: "c.yaml".into(),
            line: Some(3),
            column: Some(1),
            message: "found a tab".into(),
            hint: Some("indent with spaces".into()),
        });
        summary.pod_security.push(NamespaceLevel {
            namespace: Some("shop".into()),
            version: "v1.37".into(),
            could_enforce: Some("baseline"),
            enforces: Some("privileged".into()),
            pods: 3,
            blockers: vec![Blocker {
                object: "Deployment shop/cart".into(),
                level: "restricted",
                reasons: vec!["seccompProfile".into()],
            }],
            blocked_by: 2,
            ..NamespaceLevel::default()
        });
    }
    writer.end(&summary).unwrap();
    drop(writer);
    String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
}

fn findings() -> Vec<Finding> {
    let unknown = Verdict::Unknown { missing: "the image's user; give --image-facts".into() };
    vec![
        finding(&PRIVILEGED, Verdict::Fail, "spec.hostPID", "yes", "the pod shares the node's process ids"),
        finding(&ROOT, unknown, "spec.containers[0]", "name: app", "container \"app\" may run as root"),
    ]
}

#[test]
fn table() {
    insta::assert_snapshot!(report(Format::Table, false, &findings(), true));
}

#[test]
fn table_in_colour_says_the_same() {
    let colour = report(Format::Table, true, &findings(), true);
    assert!(colour.contains("\u{1b}["));
    let plain: String = anstream_strip(&colour);
    assert_eq!(plain, report(Format::Table, false, &findings(), true));
}

/// Takes ANSI sequences out.
fn anstream_strip(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out += before;
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[test]
fn json() {
    let text = report(Format::Json, false, &findings(), true);
    insta::assert_snapshot!(text);
}

#[test]
fn json_is_valid_against_the_published_schema() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (findings, full) in [(findings(), true), (Vec::new(), false)] {
        let report: Value = serde_json::from_str(&report(Format::Json, false, &findings, full)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    // The schema refuses what it should.
    let mut wrong: Value = serde_json::from_str(&report(Format::Json, false, &findings(), true)).unwrap();
    wrong["findings"][0]["verdict"] = "maybe".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(report(Format::Sarif, false, &findings(), true));
}

#[test]
fn sarif_is_valid_against_the_standard() {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    // A pattern of the published schema has a bracket too many, which strict readers refuse.
    for definition in ["run", "toolComponent"] {
        schema["definitions"][definition]["properties"]["language"]
            .as_object_mut()
            .unwrap()
            .remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (findings, full) in [(findings(), true), (Vec::new(), false)] {
        let report: Value = serde_json::from_str(&report(Format::Sarif, false, &findings, full)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn documents_cannot_drive_the_terminal() {
    let mut evil = findings();
    evil[0].message = "\u{1b}]0;owned\u{7} and \r more".into();
    let text = report(Format::Table, false, &evil, true);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\r']), "{text:?}");
}

proptest::proptest! {
    #[test]
    fn any_text_makes_valid_reports(message in ".*", path in ".*") {
        let mut findings = findings();
        findings[0].message.clone_from(&message);
        findings[0].path = Arc::from(path);
        let json: Value = serde_json::from_str(&report(Format::Json, false, &findings, true)).unwrap();
        proptest::prop_assert_eq!(json["findings"][0]["message"].as_str(), Some(message.as_str()));
        let sarif: Value = serde_json::from_str(&report(Format::Sarif, false, &findings, true)).unwrap();
        proptest::prop_assert!(sarif["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().contains(&message));
    }
}
