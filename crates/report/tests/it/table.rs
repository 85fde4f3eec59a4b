//! Tables in terminals of any width.

use ironsides_report::{Format, Options};
use unicode_width::UnicodeWidthStr;

use crate::cases::{all, every, many};

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn lines_end_where_the_terminal_does() {
    let case = every();
    let whole = case.with(Format::Table, Options { waived: true, ..Options::default() }).0;
    for width in [40, 60, 80, 120] {
        let options = Options { width: Some(width), waived: true, ..Options::default() };
        let table = case.with(Format::Table, options).0;
        assert_eq!(words(&table), words(&whole), "nothing is lost at {width}");
        let findings = table.split_once("Pod Security").unwrap().0;
        for line in findings.lines().filter(|line| line.starts_with("            ") && !line.contains('|')) {
            let one_word = line.split_whitespace().count() == 1;
            assert!(line.width() <= width || one_word, "{width}: {line:?}");
        }
    }
}

#[test]
fn no_width_is_too_small() {
    for case in all() {
        for width in [0, 1, 20] {
            case.with(Format::Table, Options { width: Some(width), waived: true, colour: true, least: None });
        }
    }
}

#[test]
fn table_with_everything() {
    insta::assert_snapshot!(every().report(Format::Table));
}

#[test]
fn table_in_eighty_columns() {
    let options = Options { width: Some(80), waived: true, ..Options::default() };
    insta::assert_snapshot!(every().with(Format::Table, options).0);
}

#[test]
fn the_worst_of_a_long_table_stand_at_its_end() {
    let table = many(40).report(Format::Table);
    let (_, end) = table.rsplit_once("Worst first\n").unwrap();
    let rows: Vec<&str> = end.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 10, "{end}");
    let severe = |line: &&&str| line.trim_start().starts_with("critical");
    let first = rows.iter().take_while(severe).count();
    assert_eq!(rows.iter().filter(severe).count(), first, "{end}");
    assert!(!every().report(Format::Table).contains("Worst first"));
}
