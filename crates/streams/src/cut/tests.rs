use proptest::prelude::*;

use super::*;

/// Records with their lines, and what is odd with its.
type Cut = (Vec<(u64, String)>, Vec<(Odd, u64)>);

/// What a text is cut into, seen through windows that end at these places: records with their lines, and what is odd.
fn cut_at(bytes: &[u8], limit: usize, ends: &[usize]) -> Cut {
    let mut cutter = Cutter::new(limit);
    let (mut records, mut oddities) = (Vec::new(), Vec::new());
    let mut begin = 0;
    let mut ends: Vec<usize> = ends.iter().map(|end| end % (bytes.len() + 1)).collect();
    ends.sort_unstable();
    let last = ends.len();
    for (at, end) in ends.into_iter().chain([bytes.len()]).enumerate() {
        let window = &bytes[begin..end.max(begin)];
        let mut found = Found::default();
        begin += cutter.cut(window, at == last, &mut found);
        for span in found.spans {
            let text = String::from_utf8_lossy(&window[span.begin..span.end]).into_owned();
            records.push((span.line, text));
        }
        oddities.extend(found.odd.into_iter().map(|(odd, _, line)| (odd, line)));
    }
    assert_eq!(begin, bytes.len());
    (records, oddities)
}

fn cut(text: &str) -> Cut {
    cut_at(text.as_bytes(), 1000, &[])
}

#[track_caller]
fn check(text: &str, records: &[(u64, &str)], oddities: &[(Odd, u64)]) {
    let (found, odd) = cut(text);
    let found: Vec<(u64, &str)> = found.iter().map(|(line, text)| (*line, &**text)).collect();
    assert_eq!((&found[..], &odd[..]), (records, oddities), "{text:?}");
}

#[test]
fn a_line_is_a_record() {
    check("{\"a\":1}\n{\"b\":2}\n", &[(1, "{\"a\":1}"), (2, "{\"b\":2}")], &[]);
    check("{\"a\":1}\r\n\r\n \t{}  \n\n[1]\n", &[(1, "{\"a\":1}"), (3, "{}"), (5, "[1]")], &[]);
    check("{\"a\":1}", &[(1, "{\"a\":1}")], &[]);
    check("\x1e{\"a\":1}\n\x1e{}\n", &[(1, "{\"a\":1}"), (2, "{}")], &[]);
    check("", &[], &[]);
    check("I1122 10:00:00 text\nmore", &[(1, "I1122 10:00:00 text"), (2, "more")], &[]);
    check("[2026-11-22] text\n{}\n", &[(1, "[2026-11-22] text"), (2, "{}")], &[]);
    check("{} {}\n{},\n{}\n", &[(1, "{} {}"), (2, "{},"), (3, "{}")], &[]);
}

#[test]
fn a_document_of_several_lines_is_a_record() {
    let document = "{\n  \"a\": [\n    {}, \"}\\\"{\"\n  ],\n  \"b\": {}\n}";
    check(&format!("{{}}\n{document}\n{{}}\n"), &[(1, "{}"), (2, document), (8, "{}")], &[]);
    check(&format!("{document}\n{document}"), &[(1, document), (7, document)], &[]);
    check("{\n\"a\": 1\n} {}\n", &[(1, "{\n\"a\": 1\n}"), (3, "{}")], &[]);
}

#[test]
fn items_of_long_lists_are_records() {
    let items = &[(3, "{\"a\": [1,\n2]}"), (5, "{}")];
    check("{\n\"items\": [\n{\"a\": [1,\n2]},\n{}\n], \"kind\": \"EventList\"\n}\n", items, &[]);
    check(
        "[\n{\"a\":1},\n{\"b\":[\n {}]}\n]\n{}\n",
        &[(2, "{\"a\":1}"), (3, "{\"b\":[\n {}]}"), (6, "{}")],
        &[],
    );
    check("[{\"a\":1}\n,{\"b\":2}\n]\n", &[(1, "{\"a\":1}"), (2, "{\"b\":2}")], &[]);
    check("{\"kind\":\"EventList\",\n \"items\":[]}\n{}\n", &[(3, "{}")], &[]);
    // Elsewhere `items` is a key like any other.
    let inner = "{\n\"requestObject\": {\"items\": [\n  {}\n]}\n}";
    check(inner, &[(1, inner)], &[]);
    let named = "{\"a\": \"items\",\n\"b\": [{}]}";
    check(named, &[(1, named)], &[]);
    // Both lists of one document.
    check(
        "{\"records\": [\n{\"a\":1}], \"items\": [{\"b\":2}\n]}",
        &[(2, "{\"a\":1}"), (2, "{\"b\":2}")],
        &[],
    );
}

#[test]
fn a_line_that_breaks_off_costs_no_other() {
    check("{\"a\":\"b\n{\"c\":1}\n", &[(1, "{\"a\":\"b"), (2, "{\"c\":1}")], &[]);
    check("{\"a\":[\"b\",\n{\"c\":1}\n{}\n", &[(1, "{\"a\":[\"b\","), (2, "{\"c\":1}"), (3, "{}")], &[]);
    check("{\"a\":\n{\"c\":1}\n", &[(1, "{\"a\":"), (2, "{\"c\":1}")], &[]);
    check("{\"a\":{}\n{\"c\":1}\n", &[(1, "{\"a\":{}"), (2, "{\"c\":1}")], &[]);
    check("{\n{\n{}\n", &[(1, "{"), (2, "{"), (3, "{}")], &[]);
    check("[1, 2\n{}\n", &[(1, "[1, 2"), (2, "{}")], &[]);
    check("[\n1,\n{}\n", &[(2, "1,"), (3, "{}")], &[]);
    check("{}\n{\"a\":\"b", &[(1, "{}")], &[(Odd::CutOff, 2)]);
    check("{}\n{\n\"a\":1,\n", &[(1, "{}")], &[(Odd::CutOff, 2)]);
    check("[\n{},\n{\"a\":\n", &[(2, "{}")], &[(Odd::CutOff, 3)]);
    check("[\n{},\n", &[(2, "{}")], &[(Odd::CutOff, 3)]);
}

#[test]
fn blocks_of_nul_are_passed_over_and_counted() {
    check("\0\0\0{\"a\":1}\n\0\0\n{}\n", &[(1, "{\"a\":1}"), (3, "{}")], &[(Odd::Nul, 1), (Odd::Nul, 2)]);
    check("{\"a\":\"b\0\0\0{\"c\":1}\n", &[(1, "{\"a\":\"b"), (1, "{\"c\":1}")], &[(Odd::Nul, 1)]);
    check("{\n\"a\":\0\0\n{}\n", &[(1, "{\n\"a\":"), (3, "{}")], &[(Odd::Nul, 2)]);
    check("{}\n\0\0\0", &[(1, "{}")], &[(Odd::Nul, 2)]);
}

#[test]
fn what_is_too_long_is_passed_over_and_counted() {
    let long = "x".repeat(1001);
    check(&format!("{{}}\n\"{long}\"\n[]\n"), &[(1, "{}"), (3, "[]")], &[(Odd::TooLong, 2)]);
    check(&format!("{{}}\n{{\"a\":\n\"{long}\"\n}}\n[]\n"), &[(1, "{}"), (5, "[]")], &[(Odd::TooLong, 2)]);
    check(&format!("{{}}\n{long}"), &[(1, "{}")], &[(Odd::TooLong, 2)]);
    // An item that is too long costs no other.
    let list = format!("[\n{{\"a\":1}},\n{{\"a\":\n\"{long}\"}},\n{{\"b\":2}}\n]\n");
    check(&list, &[(2, "{\"a\":1}"), (5, "{\"b\":2}")], &[(Odd::TooLong, 3)]);
    // A list of short items may be of any length.
    let list = format!("[\n{}{{\"b\":2}}\n]", "{\"a\":1},\n".repeat(1000));
    assert_eq!(cut(&list).0.len(), 1001);
}

#[test]
fn a_window_keeps_no_more_than_the_longest_record() {
    let list = format!("{{\"items\":[\n{}{{\"b\":2}}\n]}}", "{\"a\":1},\n".repeat(1000));
    let mut cutter = Cutter::new(100);
    let (mut begin, mut count) = (0, 0);
    for end in (0..list.len()).step_by(64).chain([list.len()]) {
        let mut found = Found::default();
        assert!(end - begin < 180, "{begin} to {end}");
        begin += cutter.cut(&list.as_bytes()[begin..end], end == list.len(), &mut found);
        count += found.spans.len();
        assert_eq!(found.odd, []);
    }
    assert_eq!(count, 1001);
}

/// Pieces of which hard texts are made.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "\n",
        "\r\n",
        ",",
        ":",
        " ",
        "\0",
        "a",
        "1",
        "\"items\"",
        "\"items\":[",
        "{}",
        "{\"a\":1}",
        "{\"a\":1}\n",
        "{\n",
        "\n}",
        "é",
        "\u{1e}",
        "\"a\":",
        "\"x\\\"y\"",
        "xxxxxxxxxxxxxxxxxxxx",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn where_windows_end_makes_no_difference(
        text in pieces(), ends in prop::collection::vec(0_usize..400, 0..12)
    ) {
        prop_assert_eq!(cut_at(&text, 100_000, &ends), cut_at(&text, 100_000, &[]));
    }

    #[test]
    fn a_small_limit_loses_only_what_is_long(
        text in pieces(), ends in prop::collection::vec(0_usize..400, 0..12)
    ) {
        let (records, _) = cut_at(&text, 16, &ends);
        for (_, record) in &records {
            prop_assert!(!record.trim().is_empty());
        }
    }

    #[test]
    fn lines_between_lines_of_any_kind_are_found(
        texts in prop::collection::vec("[^\n\0{\\[]{0,20}", 0..20)
    ) {
        let text = texts.iter().fold(String::new(), |all, text| all + text + "\n{\"a\":{}}\n");
        let (records, _) = cut(&text);
        prop_assert_eq!(records.iter().filter(|(_, record)| record == "{\"a\":{}}").count(), texts.len());
    }
}
