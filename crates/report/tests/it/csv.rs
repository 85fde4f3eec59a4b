//! CSV, for spreadsheets.

use ironsides_report::Format;

use crate::cases::{all, every};

#[test]
fn every_row_has_every_column_and_no_cell_is_a_formula() {
    for case in all() {
        let text = case.report(Format::Csv);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().len();
        let mut rows = 0;
        for row in reader.records() {
            let row = row.unwrap();
            assert_eq!(row.len(), columns);
            for cell in &row {
                let formula = cell.trim_start().starts_with(['=', '+', '-', '@']);
                assert!(!formula, "{cell:?}");
                assert!(!cell.contains(['\r', '\n', '\t', '\u{1b}', '\u{202e}']), "{cell:?}");
            }
            rows += 1;
        }
        let controls: usize = case.summary.compliance.iter().map(|one| one.controls.len()).sum();
        assert_eq!(rows, case.findings.len() + case.summary.problems.len() + controls);
    }
}

#[test]
fn columns_stay_where_they_are() {
    let text = every().report(Format::Csv);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = reader.records().nth(3).unwrap().unwrap();
    let cell = |name: &str| {
        let header = text.lines().next().unwrap();
        &row[header.split(',').position(|found| found == name).unwrap()]
    };
    assert_eq!(cell("file"), "chart/templates/a b.yaml");
    assert_eq!((cell("line"), cell("column")), ("1", "8"));
    assert_eq!(cell("from"), "from .Values.image.tag (chart/values.yaml:7), from --set image.tag");
}

#[test]
fn csv() {
    insta::assert_snapshot!(every().report(Format::Csv));
}
