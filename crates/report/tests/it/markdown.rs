//! Markdown, for comments on pull requests.

use ironsides_report::Format;

use crate::cases::{all, every, hostile, many};

/// The cells of a table's row, where pipes are not escaped.
fn cells(line: &str) -> usize {
    let mut count = 0;
    let mut escaped = false;
    for c in line.chars() {
        count += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    count
}

#[test]
fn comments_fit_and_their_parts_close() {
    for case in all() {
        let text = case.report(Format::Markdown);
        assert!(text.len() <= 65_536, "{}", text.len());
        assert_eq!(text.matches("<details").count(), text.matches("\n</details>").count());
        let mut columns = 0;
        for line in text.lines() {
            match (line.starts_with('|'), columns) {
                (false, _) => columns = 0,
                (true, 0) => columns = cells(line),
                (true, columns) => assert_eq!(cells(line), columns, "{line}"),
            }
        }
    }
}

#[test]
fn names_are_no_markup_and_mention_nobody() {
    let whole = hostile().report(Format::Markdown);
    // What stands in code spans is text already; no span holds a backtick.
    let text: String =
        whole.lines().map(|line| line.split('`').step_by(2).collect::<String>() + "\n").collect();
    assert!(!text.contains("<script"));
    assert!(!text.contains("<img"));
    assert!(!text.contains("[x](javascript"));
    assert!(!text.contains("@everyone"));
    assert!(!text.contains(['\u{1b}', '\0', '\u{202e}', '\u{7}']));
    // Every line is one that we began.
    for line in text.lines() {
        let ours = ["|", "#", ">", "<details", "</details>", "**", "No findings"];
        assert!(line.is_empty() || ours.iter().any(|start| line.starts_with(start)), "{line:?}");
    }
}

#[test]
fn the_worst_stay_and_the_rest_is_counted() {
    let (text, cut) = many(10_000).told(Format::Markdown);
    let rows = text.matches("finding number").count();
    let cut = cut.unwrap();
    assert!(cut.starts_with(&format!("{} findings", 10_000 - rows)), "{cut} after {rows}");
    assert!(text.trim_end().ends_with(&format!("> {cut}.")));
    assert!(text.contains("<b>Critical</b>") && !text.contains("<b>Info</b>"));
    assert!(text.len() > 60_000, "there is room for more: {}", text.len());
}

#[test]
fn markdown() {
    insta::assert_snapshot!(every().report(Format::Markdown));
}
