//! Runs to report on.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ironsides_core::{
    Cause, CheckMeta, Compliance, Confidence, ControlResult, ControlStanding, Evidence, Extent, Fact,
    Finding, Fingerprint, Fix, ObjectRef, Severity, Source, Tally, Target, Verdict, Waived, WaivedBy,
};
use ironsides_report::{Blocker, Format, Header, NamespaceLevel, Options, Problem, SourceText, Summary};
use ironsides_tree::{Span, Text};

const PAGE: &str = "It sees\nevery process.\n\n## Fix\n\nRemove `it`.\n\n## Examples\n\n```yaml flagged\na: <b> # finding\n```\n";

pub(crate) static CHECKS: [CheckMeta; 5] = [
    card("host-pid", "pod shares the node's process ids", Severity::Critical, "workload"),
    card("root-user", "container runs as root", Severity::High, "workload"),
    card("mutable-image-tag", "image tag can be moved", Severity::Medium, "image"),
    card("default-service-account", "pod uses the default service account", Severity::Low, "workload"),
    card("never-asked", "nothing asks this", Severity::Info, "namespace"),
];

const fn card(id: &'static str, title: &'static str, severity: Severity, family: &'static str) -> CheckMeta {
    CheckMeta { id, title, severity, family, since: "0.1.0", page: PAGE }
}

/// A run: what was found and what is known at its end.
pub(crate) struct Case {
    pub(crate) texts: BTreeMap<Arc<str>, Arc<SourceText>>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: Summary,
}

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

impl Case {
    /// The report, waived findings shown, and what the writer says it left out.
    pub(crate) fn told(&self, format: Format) -> (String, Option<String>) {
        self.with(format, Options { waived: true, ..Options::default() })
    }

    pub(crate) fn report(&self, format: Format) -> String {
        self.told(format).0
    }

    pub(crate) fn with(&self, format: Format, options: Options) -> (String, Option<String>) {
        let sink = Sink::default();
        let mut writer = format.writer(sink.clone(), options);
        let started = 1_795_250_096_000;
        writer.begin(&Header { version: "0.1.0", checks: CHECKS.iter().collect(), started }).unwrap();
        for batch in self.findings.chunks(500) {
            writer.batch(&self.texts, batch).unwrap();
        }
        writer.end(&self.summary).unwrap();
        let cut = writer.cut();
        drop(writer);
        let bytes = sink.0.lock().unwrap().clone();
        (String::from_utf8(bytes).unwrap(), cut)
    }
}

/// A clean run.
pub(crate) fn none() -> Case {
    let mut summary = Summary { files: 1, documents: 1, objects: 1, ..Summary::default() };
    summary.tallies.insert(CHECKS[0].id, Tally { pass: 1, ..Tally::default() });
    summary.tallies.insert(CHECKS[2].id, Tally { not_applicable: 1, ..Tally::default() });
    Case { texts: BTreeMap::new(), findings: Vec::new(), summary }
}

/// Nothing at all.
pub(crate) fn empty() -> Case {
    Case { texts: BTreeMap::new(), findings: Vec::new(), summary: Summary::default() }
}

fn object(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Arc<Target> {
    Arc::new(Target::Object(ObjectRef {
        api_version: Text::new(api_version),
        kind: Text::new(kind),
        namespace: namespace.map(Text::new),
        name: Text::new(name),
        uid: None,
    }))
}

fn finding(
    check: &'static CheckMeta,
    target: &Arc<Target>,
    verdict: Verdict,
    path: &str,
    message: &str,
    source: Source,
) -> Finding {
    Finding {
        check: check.id,
        fingerprint: Fingerprint::new(check.id, target, path, ""),
        target: Arc::clone(target),
        verdict,
        message: message.into(),
        severity: check.severity,
        confidence: Confidence::High,
        path: path.into(),
        evidence: vec![Evidence {
            looked_at: path.into(),
            raw: None,
            effective: None,
            rule: None,
            source,
            causes: Vec::new(),
        }],
        fix: None,
        waived: None,
        pods: 0,
    }
}

fn text(path: &str, text: &str) -> (Arc<str>, Arc<SourceText>) {
    (Arc::from(path), Arc::new(SourceText::new(Arc::from(path), Arc::from(text))))
}

fn at(path: &str, text: &str, mark: &str) -> Source {
    let from = text.find(mark).unwrap();
    Source::File { path: Arc::from(path), span: Span::new(from, from + mark.len()) }
}

/// A run with every verdict, in two files and without one.
pub(crate) fn every() -> Case {
    const POD: &str = "kind: Deployment\nspec:\n  hostPID: yes\n  password: hunter2\n";
    const CHART: &str = "image: {{ .Values.image }}\n";
    let texts = BTreeMap::from([text("./deploy/pod.yaml", POD), text("chart/templates/a b.yaml", CHART)]);
    texts.values().next().unwrap().conceal(Span::new(POD.find("hunter2").unwrap(), POD.len() - 1));
    let deployment = object("apps/v1", "Deployment", Some("shop"), "cart");
    let pod = |mark| at("./deploy/pod.yaml", POD, mark);

    let mut failed = finding(
        &CHECKS[0],
        &deployment,
        Verdict::Fail,
        "spec.hostPID",
        "the pod shares process ids",
        pod("yes"),
    );
    failed.evidence[0].raw = Some("yes".into());
    failed.evidence[0].effective = Some("true".into());
    failed.evidence[0].rule = Some("Kubernetes reads YAML 1.1".into());
    failed.evidence.push(Evidence {
        looked_at: "image".into(),
        raw: Some("nginx".into()),
        effective: None,
        rule: None,
        source: at("chart/templates/a b.yaml", CHART, "{{ .Values.image }}"),
        causes: Vec::new(),
    });
    failed.fix = Some(Box::new(Fix::safe("remove hostPID")));

    let mut rendered = finding(
        &CHECKS[2],
        &deployment,
        Verdict::Fail,
        "spec.image",
        "the tag \"latest\" can be moved",
        at("chart/templates/a b.yaml", CHART, "{{ .Values.image }}"),
    );
    rendered.evidence[0].causes = vec![
        Cause { what: ".Values.image.tag".into(), path: Some("chart/values.yaml".into()), line: Some(7) },
        Cause { what: "--set image.tag".into(), path: None, line: None },
    ];
    rendered.fix = Some(Box::new(Fix::needs_test("pin the digest", "pull it")));

    let mut waived = finding(&CHECKS[1], &deployment, Verdict::Fail, "spec", "it runs as root", pod("kind"));
    waived.waived = Some(Arc::new(Waived {
        by: WaivedBy::File,
        reason: "needs the port".into(),
        expires: Some("2026-12-31".into()),
        owner: Some("team-shop".into()),
        place: ".ironsides.yaml:12".into(),
    }));

    let missing = "the image's user; give --image-facts".to_owned();
    let unknown = Verdict::Unknown { missing };
    let manual = Verdict::Manual { look_at: "who may read it".into() };
    let why = "it has no containers".to_owned();
    let mut passed = finding(&CHECKS[2], &deployment, Verdict::Pass, "", "passes", pod("hostPID"));
    passed.severity = Severity::Info;
    let node = Arc::new(Target::Node { name: "node-1".into() });
    let role = object("rbac.authorization.k8s.io/v1", "ClusterRole", None, "admin");
    let request = Source::Api { request: "GET /api/v1/nodes".into() };
    let unwritten = object("v1", "Pod", None, "loose");
    let findings = vec![
        failed,
        waived,
        passed,
        rendered,
        finding(&CHECKS[1], &deployment, unknown.clone(), "", "may run as root", pod("spec")),
        finding(&CHECKS[3], &deployment, unknown, "", "may use any", pod("spec")),
        finding(&CHECKS[3], &role, manual, "rules", "look at the rules", request.clone()),
        finding(
            &CHECKS[3],
            &unwritten,
            Verdict::NotApplicable { why },
            "",
            "does not apply",
            Source::File { path: "-".into(), span: Span::NONE },
        ),
        finding(&CHECKS[3], &node, Verdict::Fail, "", "the node is odd", request),
    ];
    let mut case = Case { texts, findings, summary: Summary::default() };
    case.summary = summary(&case.findings);
    let control = |id: &str, standing, checks: &[&'static str]| ControlResult {
        id: id.into(),
        title: format!("what {id} asks for"),
        level: None,
        standing,
        why: (standing != ControlStanding::Pass).then(|| "because".into()),
        checks: checks.to_vec(),
        tally: Tally { pass: 1, fail: 1, ..Tally::default() },
        evidence: Vec::new(),
        audit: None,
    };
    case.summary.compliance.push(Compliance {
        framework: "1-odd framework".into(),
        title: "A framework with odd ids".into(),
        node: None,
        controls: vec![
            control("5.2.1", ControlStanding::Fail, &[CHECKS[0].id]),
            control("a b/c", ControlStanding::Pass, &[CHECKS[4].id]),
            control("III", ControlStanding::Manual, &[]),
            control("IV", ControlStanding::NotCovered, &[]),
        ],
    });
    case.summary.form_only.insert("Service".into(), 2);
    case.summary
        .coverage
        .record(Fact::File { path: "c.yaml".into() }, Extent::Partial { why: "found a tab".into() });
    case.summary.coverage.record(Fact::objects("", "pods", None), Extent::Absent { why: "forbidden".into() });
    case.summary.problems.push(Problem {
        path: "c.yaml".into(),
        line: Some(3),
        column: Some(1),
        message: "found a tab".into(),
        hint: Some("indent with spaces".into()),
    });
    case.summary.pod_security.push(NamespaceLevel {
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
    case
}

fn summary(findings: &[Finding]) -> Summary {
    let mut summary = Summary { files: 2, charts: 1, documents: 4, objects: 3, ..Summary::default() };
    for finding in findings {
        summary.count(finding);
        let tally = summary.tallies.entry(finding.check).or_default();
        match finding.verdict {
            Verdict::Pass => tally.pass += 1,
            Verdict::Fail => tally.fail += 1,
            Verdict::NotApplicable { .. } => tally.not_applicable += 1,
            Verdict::Unknown { .. } => tally.unknown += 1,
            Verdict::Manual { .. } => tally.manual += 1,
        }
    }
    summary
}

/// Texts that want to be something else in one format or another.
pub(crate) const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "]]>&amp;&lt;![CDATA[",
    "=cmd|' /C calc'!A0",
    "  +1-2@SUM(A1)",
    "a\r\n::error file=x::owned%0A\n##[error]x",
    "\u{1b}]0;owned\u{7}\u{1b}[31m\0\u{9b}",
    "\u{202e}txt.exe\u{2066}\u{200f}\u{2028}\u{feff}\u{fffe}\u{ffff}",
    "| a | b |\n\n# heading\n[x](javascript:alert(1)) `code` @everyone #1",
    "'; rm -rf / #`$(id)`",
    "- --- ... : # & * ! % @ ` null yes 0644 1e3",
    "\\\" \\u0000 {{ .Values }} ${{ secrets.X }}",
    "漢字 😀 é é",
    "</details></table></svg><!-- -- -->",
    "",
];

/// A run in which names, paths, values, files and reasons are hostile.
pub(crate) fn hostile() -> Case {
    let mut texts = BTreeMap::new();
    let mut findings = Vec::new();
    for (number, evil) in HOSTILE.iter().enumerate() {
        let path = format!("dir/{number}{evil}.yaml");
        let body = format!("a: 1\nb: {evil}\nc: 2\n");
        texts.extend([text(&path, &body)]);
        let target = object("v1", evil, Some(evil), &format!("{evil}{number}"));
        let verdicts = [
            Verdict::Fail,
            Verdict::Unknown { missing: (*evil).to_owned() },
            Verdict::Manual { look_at: (*evil).to_owned() },
            Verdict::NotApplicable { why: (*evil).to_owned() },
            Verdict::Pass,
            Verdict::Fail,
        ];
        for (which, verdict) in verdicts.into_iter().enumerate() {
            let message = if evil.is_empty() { "empty" } else { evil };
            let mark = if evil.is_empty() { "b" } else { evil };
            let place = format!("spec.{evil}[{which}]");
            let mut finding =
                finding(&CHECKS[which % 4], &target, verdict, &place, message, at(&path, &body, mark));
            finding.evidence[0].raw = Some((*evil).to_owned());
            finding.evidence[0].effective = Some((*evil).into());
            finding.evidence[0].rule = Some((*evil).into());
            let what = Cause { what: (*evil).into(), path: Some((*evil).into()), line: Some(1) };
            finding.evidence[0].causes = vec![what];
            finding.fix = Some(Box::new(Fix::needs_test(*evil, *evil)));
            if which == 5 {
                finding.waived = Some(Arc::new(Waived {
                    by: WaivedBy::Comment,
                    reason: (*evil).to_owned(),
                    expires: Some((*evil).to_owned()),
                    owner: Some((*evil).to_owned()),
                    place: (*evil).into(),
                }));
            }
            findings.push(finding);
        }
    }
    let mut case = Case { texts, findings, summary: Summary::default() };
    case.summary = summary(&case.findings);
    for evil in HOSTILE {
        case.summary.form_only.insert(evil.to_owned(), 1);
        let message = if evil.is_empty() { "empty".to_owned() } else { evil.to_owned() };
        case.summary.problems.push(Problem {
            path: format!("p{evil}"),
            line: Some(1),
            column: Some(1),
            message: message.clone(),
            hint: Some(evil.to_owned()),
        });
        case.summary.coverage.record(Fact::objects("", evil, None), Extent::Absent { why: message });
        case.summary.pod_security.push(NamespaceLevel {
            namespace: Some(evil.to_owned()),
            version: "v1.37".into(),
            enforces: Some(evil.to_owned()),
            blockers: vec![Blocker {
                object: evil.to_owned(),
                level: "baseline",
                reasons: vec![evil.to_owned()],
            }],
            ..NamespaceLevel::default()
        });
    }
    case
}

/// A run with so many findings: of every five the last is critical, so the worst are everywhere.
pub(crate) fn many(count: usize) -> Case {
    let body = "a: 1\n".repeat(2_000);
    let texts = BTreeMap::from([text("big.yaml", &body)]);
    let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    let findings: Vec<Finding> = (0..count)
        .map(|number| {
            let target = object("v1", "Pod", Some("shop"), &format!("pod-{}", number / 5));
            let from = number % 2_000 * 5;
            let source = Source::File { path: "big.yaml".into(), span: Span::new(from, from + 1) };
            let path = format!("spec[{number}]");
            let message = format!("finding number {number}");
            let mut finding = finding(&CHECKS[number % 4], &target, Verdict::Fail, &path, &message, source);
            finding.severity = severities[number % 5];
            finding
        })
        .collect();
    let summary = summary(&findings);
    Case { texts, findings, summary }
}

/// The runs that every format must do well on.
pub(crate) fn all() -> Vec<Case> {
    vec![empty(), none(), every(), hostile(), many(10_000)]
}
