//! Annotations of GitHub Actions.

use ironsides_report::Format;

use crate::cases::{all, every, many};

/// Level, properties and message of a command, as the runner takes them apart.
fn parse(line: &str) -> (&str, Vec<(String, String)>, String) {
    let rest = line.strip_prefix("::").unwrap();
    let (head, message) = rest.split_once("::").unwrap();
    let (level, properties) = head.split_once(' ').unwrap();
    let unescape = |text: &str| {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let properties = properties
        .split(',')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), unescape(value)))
        .collect();
    (level, properties, unescape(message))
}

#[test]
fn every_line_is_one_command_and_no_level_has_too_many() {
    for case in all() {
        let text = case.report(Format::GitHub);
        assert!(!text.contains(['\u{1b}', '\0', '\r']), "{text:?}");
        let commands: Vec<_> = text.lines().map(parse).collect();
        for level in ["error", "warning", "notice"] {
            assert!(commands.iter().filter(|(found, ..)| *found == level).count() <= 10);
        }
        for (level, properties, _) in &commands {
            assert!(["error", "warning", "notice"].contains(level), "{level}");
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(properties.iter().all(|(key, _)| known.contains(&key.as_str())), "{properties:?}");
        }
    }
}

#[test]
fn the_worst_come_first_and_the_rest_is_counted() {
    let (text, cut) = many(10_000).told(Format::GitHub);
    let first = parse(text.lines().next().unwrap());
    assert_eq!(first.0, "error");
    assert!(first.1.contains(&("title".into(), "host-pid (critical)".into())), "{first:?}");
    let cut = cut.unwrap();
    // 2,000 of each severity: two are errors, one is warnings, two are notices.
    assert!(cut.starts_with("3990 errors, 1990 warnings, 3991 notices"), "{cut}");
    assert_eq!(parse(text.lines().last().unwrap()).2, cut);
}

#[test]
fn github() {
    insta::assert_snapshot!(every().report(Format::GitHub));
}
