//! `JUnit` XML, held against the rules of `junit-10.xsd` of Jenkins' xUnit plugin.

use ironsides_core::ControlStanding;
use ironsides_report::Format;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::cases::{all, every};

/// An element: its required attributes, its other attributes, its children, whether it holds text.
type Rule = (&'static [&'static str], &'static [&'static str], &'static [&'static str], bool);

fn rule(element: &str) -> Rule {
    match element {
        "testsuites" => (&[], &["name", "time", "tests", "failures", "errors"], &["testsuite"], false),
        "testsuite" => (
            &["name", "tests", "failures", "errors"],
            &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
            &["testsuite", "properties", "testcase", "system-out", "system-err"],
            false,
        ),
        "testcase" => (
            &["name"],
            &["time", "classname", "group"],
            &["skipped", "error", "failure", "system-out", "system-err"],
            false,
        ),
        "failure" | "error" | "skipped" => (&[], &["type", "message"], &[], true),
        other => panic!("the schema knows no element {other}"),
    }
}

fn attributes(element: &BytesStart<'_>) -> Vec<(String, String)> {
    element
        .attributes()
        .map(|attribute| {
            let attribute = attribute.unwrap();
            let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            (key, attribute.unescape_value().unwrap().into_owned())
        })
        .collect()
}

/// Whether XML 1.0 may hold the character.
fn legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// Checks a document and returns its test cases' outcomes.
fn check(text: &str) -> Vec<String> {
    assert!(text.chars().all(legal), "a character that XML cannot hold");
    let mut reader = Reader::from_str(text);
    let mut open: Vec<String> = Vec::new();
    let mut outcomes = Vec::new();
    // What a suite says of itself, and what it holds: tests, failures, errors, skipped.
    let mut said = [0_usize; 4];
    let mut held = [0_usize; 4];
    loop {
        let event = reader.read_event().unwrap();
        let empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(element) | Event::Empty(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                let (required, more, ..) = rule(&name);
                let attributes = attributes(&element);
                for (key, value) in &attributes {
                    assert!(
                        required.contains(&key.as_str()) || more.contains(&key.as_str()),
                        "{name}: {key}"
                    );
                    assert!(
                        key != "time" || value.chars().all(|c| c.is_ascii_digit() || c == '.'),
                        "{value}"
                    );
                }
                for key in required {
                    assert!(attributes.iter().any(|(found, _)| found == key), "{name} has no {key}");
                }
                match open.last() {
                    Some(parent) => assert!(rule(parent).2.contains(&name.as_str()), "{name} in {parent}"),
                    None => assert_eq!(name, "testsuites"),
                }
                let number = |key: &str| -> usize {
                    attributes
                        .iter()
                        .find(|(found, _)| found == key)
                        .map_or(0, |(_, value)| value.parse().unwrap())
                };
                match name.as_str() {
                    "testsuite" => {
                        said = [number("tests"), number("failures"), number("errors"), number("skipped")];
                        held = [0; 4];
                    }
                    "testcase" => {
                        held[0] += 1;
                        outcomes.push("pass".to_owned());
                    }
                    "failure" | "error" | "skipped" => {
                        held[["failure", "error", "skipped"]
                            .iter()
                            .position(|found| *found == name)
                            .unwrap()
                            + 1] += 1;
                        outcomes.last_mut().unwrap().clone_from(&name);
                    }
                    _ => {}
                }
                if !empty {
                    open.push(name);
                }
            }
            Event::End(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                assert_eq!(open.pop(), Some(name.clone()));
                if name == "testsuite" {
                    assert_eq!(said, held, "a suite counts what it holds");
                }
            }
            Event::Text(text) => {
                let blank = text.iter().all(u8::is_ascii_whitespace);
                assert!(blank || rule(open.last().unwrap()).3, "text in {open:?}");
            }
            Event::GeneralRef(_) | Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    outcomes
}

#[test]
fn reports_follow_the_schema() {
    for case in all() {
        let outcomes = check(&case.report(Format::JUnit));
        let failures = usize::try_from(case.summary.failures.iter().sum::<u64>()).unwrap();
        let controls = case.summary.compliance.iter().flat_map(|one| &one.controls);
        let failed = controls.filter(|control| control.standing == ControlStanding::Fail).count();
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "failure").count(), failures + failed);
        assert!(outcomes.len() >= case.findings.len() + case.summary.problems.len());
    }
}

#[test]
fn a_clean_run_passes_a_test_a_check() {
    assert_eq!(check(&crate::cases::none().report(Format::JUnit)), ["pass", "skipped"]);
}

#[test]
fn junit() {
    insta::assert_snapshot!(every().report(Format::JUnit));
}
