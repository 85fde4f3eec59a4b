//! `JUnit` XML, as Jenkins, GitLab, Azure DevOps and others read it.
//!
//! Follows `junit-10.xsd` of Jenkins' xUnit plugin. Each source is a test suite and each finding a test: failures are
//! failures, what could not be decided or read is an error, waived and manual findings are skipped. Checks that found
//! nothing anywhere are tests that pass, in a suite of their own at the end. Times are zero: nothing is measured.

use std::io::{self, Write};

use ironsides_core::{CheckMeta, ControlResult, ControlStanding, Finding};
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::input::{Header, Summary};
use crate::place::{self, Outcome, Place};
use crate::source::Sources;
use crate::{Writer, compliance, gap};

pub(crate) struct JUnit<W: Write> {
    xml: quick_xml::Writer<W>,
    checks: Vec<&'static CheckMeta>,
}

/// A suite of tests of a command that is no scan.
#[derive(Clone, Debug)]
pub struct TestSuite {
    /// Its name.
    pub name: String,
    /// Its tests: class, name and how they came out.
    pub tests: Vec<(String, String, TestOutcome)>,
}

/// How a test came out.
#[derive(Clone, Debug)]
pub enum TestOutcome {
    /// As it should.
    Passed,
    /// Not as it should: in a sentence, and in full.
    Failed(String, String),
    /// It could not be decided, and why.
    Unknown(String),
}

/// Suites of tests as one document.
///
/// # Errors
///
/// None but those of writing to memory, which do not happen.
pub fn test_suites(suites: &[TestSuite]) -> io::Result<String> {
    let mut writer = JUnit::new(Vec::new());
    writer.open()?;
    for suite in suites {
        let cases: Vec<Case> = suite
            .tests
            .iter()
            .map(|(class, name, outcome)| {
                let came = |element, r#type: &str, message: &str, text: &str| {
                    Some(Came { element, r#type: r#type.into(), message: message.into(), text: text.into() })
                };
                let came = match outcome {
                    TestOutcome::Passed => None,
                    TestOutcome::Failed(message, text) => came("failure", "unexpected", message, text),
                    TestOutcome::Unknown(why) => came("error", "undecided", why, ""),
                };
                Case { class: class.clone(), name: name.clone(), came }
            })
            .collect();
        writer.suite(&suite.name, &cases)?;
    }
    writer.xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut text = String::from_utf8(writer.xml.into_inner()).map_err(io::Error::other)?;
    text.push('\n');
    Ok(text)
}

/// One test.
struct Case {
    class: String,
    name: String,
    /// The element that says how it came out, its type and message, and its text; `None` for a pass.
    came: Option<Came>,
}

struct Came {
    element: &'static str,
    r#type: String,
    message: String,
    text: String,
}

impl<W: Write> JUnit<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { xml: quick_xml::Writer::new_with_indent(sink, b' ', 1), checks: Vec::new() }
    }

    fn open(&mut self) -> io::Result<()> {
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let mut root = BytesStart::new("testsuites");
        root.push_attribute(("name", "ironsides"));
        self.xml.write_event(Event::Start(root))
    }

    fn suite(&mut self, name: &str, cases: &[Case]) -> io::Result<()> {
        if cases.is_empty() {
            return Ok(());
        }
        let count = |element: &str| {
            let of = |case: &&Case| case.came.as_ref().is_some_and(|came| came.element == element);
            cases.iter().filter(of).count().to_string()
        };
        let mut suite = BytesStart::new("testsuite");
        suite.push_attribute(("name", &*legal(name)));
        suite.push_attribute(("tests", &*cases.len().to_string()));
        suite.push_attribute(("failures", &*count("failure")));
        suite.push_attribute(("errors", &*count("error")));
        suite.push_attribute(("skipped", &*count("skipped")));
        suite.push_attribute(("time", "0"));
        self.xml.write_event(Event::Start(suite))?;
        cases.iter().try_for_each(|case| self.case(case))?;
        self.xml.write_event(Event::End(BytesEnd::new("testsuite")))
    }

    fn case(&mut self, case: &Case) -> io::Result<()> {
        let mut start = BytesStart::new("testcase");
        start.push_attribute(("classname", &*legal(&case.class)));
        start.push_attribute(("name", &*legal(&case.name)));
        start.push_attribute(("time", "0"));
        let Some(came) = &case.came else { return self.xml.write_event(Event::Empty(start)) };
        self.xml.write_event(Event::Start(start))?;
        let mut element = BytesStart::new(came.element);
        element.push_attribute(("type", &*legal(&came.r#type)));
        element.push_attribute(("message", &*legal(&came.message)));
        if came.text.is_empty() {
            self.xml.write_event(Event::Empty(element))?;
        } else {
            self.xml.write_event(Event::Start(element))?;
            self.xml.write_event(Event::Text(BytesText::new(&legal(&came.text))))?;
            self.xml.write_event(Event::End(BytesEnd::new(came.element)))?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("testcase")))
    }
}

impl<W: Write> Writer for JUnit<W> {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.checks.clone_from(&header.checks);
        self.open()
    }

    fn batch(&mut self, sources: &dyn Sources, findings: &[Finding]) -> io::Result<()> {
        let Some(first) = findings.first() else { return Ok(()) };
        let place = Place::of_finding(first, sources);
        let name = place.name();
        let cases: Vec<Case> = findings.iter().map(|finding| case(finding, sources)).collect();
        self.suite(name, &cases)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let unread: Vec<Case> = summary
            .problems
            .iter()
            .map(|problem| {
                let at = match (problem.line, problem.column) {
                    (Some(line), Some(column)) => format!("{}:{line}:{column}", problem.path),
                    _ => problem.path.clone(),
                };
                let hint = problem.hint.clone().unwrap_or_default();
                error(problem.path.clone(), "could be read", "unread", &problem.message, &join(&[&at, &hint]))
            })
            .collect();
        self.suite("what could not be read", &unread)?;
        let gaps: Vec<Case> = gap::each(&summary.coverage)
            .map(|(what, why)| error("coverage".into(), &what, "absent", why, ""))
            .collect();
        self.suite("what was not seen", &gaps)?;
        let mut clean = Vec::new();
        for check in &self.checks {
            let tally = summary.tallies.get(check.id).copied().unwrap_or_default();
            let asked = tally.pass + tally.not_applicable > 0;
            if !asked || tally.fail + tally.unknown + tally.manual > 0 {
                continue;
            }
            let skip = || Came {
                element: "skipped",
                r#type: "not-applicable".into(),
                message: format!("does not apply to any of {} targets", tally.not_applicable),
                text: String::new(),
            };
            let came = (tally.pass == 0).then(skip);
            clean.push(Case { class: check.family.into(), name: check.id.into(), came });
        }
        self.suite("checks without findings", &clean)?;
        for framework in &summary.compliance {
            let rows: Vec<Case> =
                framework.controls.iter().map(|row| control(&framework.framework, row)).collect();
            self.suite(&compliance::name(framework), &rows)?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
        self.xml.get_mut().write_all(b"\n")?;
        self.xml.get_mut().flush()
    }
}

/// A control of a framework: what fails is a failure, what could not be decided an error.
fn control(framework: &str, row: &ControlResult) -> Case {
    let element = match row.standing {
        ControlStanding::Pass => None,
        ControlStanding::Fail => Some("failure"),
        ControlStanding::Unknown => Some("error"),
        ControlStanding::Waived
        | ControlStanding::Manual
        | ControlStanding::NotApplicable
        | ControlStanding::NotCovered => Some("skipped"),
    };
    let seen: Vec<String> = row.evidence.iter().map(|seen| compliance::told(seen, false)).collect();
    let checks =
        if row.checks.is_empty() { String::new() } else { format!("decided by {}", row.checks.join(", ")) };
    let came = element.map(|element| Came {
        element,
        r#type: row.standing.as_str().into(),
        message: compliance::reason(row),
        text: join(&[&seen.join("\n"), &checks]),
    });
    Case { class: framework.to_owned(), name: format!("{} {}", row.id, row.title), came }
}

fn error(class: String, name: &str, kind: &str, message: &str, text: &str) -> Case {
    let came = Came { element: "error", r#type: kind.into(), message: message.into(), text: text.into() };
    Case { class, name: name.into(), came: Some(came) }
}

fn case(finding: &Finding, sources: &dyn Sources) -> Case {
    let name = if finding.path.is_empty() {
        finding.check.into()
    } else {
        format!("{} {}", finding.check, finding.path)
    };
    let outcome = Outcome::of(finding);
    let (element, kind) = match outcome {
        Outcome::Pass => return Case { class: finding.target.to_string(), name, came: None },
        Outcome::Fail => ("failure", finding.severity.as_str()),
        Outcome::Unknown => ("error", outcome.as_str()),
        Outcome::Manual | Outcome::Waived | Outcome::NotApplicable => ("skipped", outcome.as_str()),
    };
    let place = Place::of_finding(finding, sources).told();
    let fact = finding.evidence.first();
    let force = fact.and_then(|fact| {
        let rule = fact.rule.as_deref().map(|rule| format!(" ({rule})")).unwrap_or_default();
        fact.effective.as_deref().map(|value| format!("in force: {value}{rule}"))
    });
    let fix = finding.fix.as_deref().map(|fix| format!("fix: {}", fix.told()));
    let waiver = place::waiver(finding).map(|waiver| format!("waived: {waiver}"));
    let text = join(&[
        &place,
        finding.verdict.reason().unwrap_or_default(),
        &force.unwrap_or_default(),
        &place::causes(finding),
        &fix.unwrap_or_default(),
        &waiver.unwrap_or_default(),
        &format!("ironsides explain {}", finding.check),
    ]);
    let came = Came { element, r#type: kind.into(), message: finding.message.clone(), text };
    Case { class: finding.target.to_string(), name, came: Some(came) }
}

fn join(lines: &[&str]) -> String {
    lines.iter().filter(|line| !line.is_empty()).copied().collect::<Vec<_>>().join("\n")
}

/// Text without what XML 1.0 cannot hold, however it is escaped, and without what turns the direction of text.
pub(crate) fn legal(text: &str) -> String {
    let line = |line: &str| crate::plain(line).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
