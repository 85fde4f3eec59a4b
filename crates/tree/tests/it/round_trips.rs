//! What is printed reads back the same; what `serde_json` reads, we read the same.

use std::sync::Arc;

use ironsides_tree::{Documents, Format, Limits, Map, Node, Value, parse_one, print};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    let ambiguous = prop::sample::select(vec![
        "on",
        "off",
        "y",
        "N",
        "yes",
        "~",
        "null",
        "Null",
        "",
        "<<",
        "=",
        "0644",
        "0o17",
        "1_000",
        "1e3",
        ".5",
        "-.inf",
        ".nan",
        "0x1F",
        "0b1",
        "12:30:45",
        "2001-01-01",
        "-",
        "--- a",
        "---",
        "...",
        "# a",
        "a #b",
        "a: b",
        "a:",
        ":",
        "? a",
        "- a",
        "[a]",
        "{a: b}",
        "*a",
        "&a",
        "!a",
        "!!int 1",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        " a",
        "a ",
        "a\nb",
        "a\r\nb",
        "\n",
        "\ta",
        "a\tb",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
        "\u{e000}",
        "\\",
        "\\n",
        "é",
        "日本語",
        "\u{1F980}",
        "a, b",
        "a]",
        "a}",
        "http://a:80/b?c=d#e",
        "C:\\x",
        "true",
        "1.",
        "+1",
        "_",
    ]);
    prop_oneof![
        4 => ambiguous.prop_map(str::to_owned),
        2 => "[a-z][a-z0-9-]{0,30}",
        1 => any::<String>(),
        1 => proptest::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
}

fn tree(finite: bool) -> impl Strategy<Value = Node> {
    let float = any::<f64>().prop_map(move |value| if finite && !value.is_finite() { 0.5 } else { value });
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        float.prop_map(Value::Float),
        text().prop_map(|text| Value::from(text.as_str())),
    ]
    .prop_map(Node::bare);
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(|items| Value::List(items.into())),
            proptest::collection::vec((text(), inner), 0..6).prop_map(|pairs| {
                let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value));
                Value::Map(Arc::new(pairs.collect::<Map>()))
            }),
        ]
        .prop_map(Node::bare)
    })
}

/// Reads one document in a given syntax.
fn read(text: &str, format: Format) -> Result<Node, String> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    let mut documents = Documents::with_format(text, format, limits);
    let root = documents.next().ok_or("no document")?.map_err(|error| error.message)?.root;
    documents.next().map_or(Ok(root), |_| Err("more than one document".into()))
}

/// A tree as `serde_json` sees it.
fn same(node: &Node, other: &serde_json::Value) -> bool {
    match (node.value(), other) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
        // It keeps the sign of a zero without a fraction; Go and we do not.
        (Value::Int(a), serde_json::Value::Number(b)) => {
            b.as_i64() == Some(*a) || *a == 0 && b.as_f64() == Some(0.0)
        }
        // serde_json rounds the last digit of long numbers otherwise, unless it is told not to.
        (Value::Float(a), serde_json::Value::Number(b)) => {
            b.as_f64().is_some_and(|b| (*a - b).abs() <= b.abs() * 1e-15 + 1e-300)
        }
        (Value::String(a), serde_json::Value::String(b)) => a == b,
        (Value::List(a), serde_json::Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), serde_json::Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|b| same(value, b)))
        }
        _ => false,
    }
}

fn json_soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\"",
        "\"\"",
        "1",
        "-1",
        "0",
        "00",
        "-",
        "1.5",
        "1.",
        ".5",
        "1e5",
        "1E+",
        "1e400",
        "-0",
        "-0.0",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "true",
        "false",
        "null",
        "tru",
        "nul",
        " ",
        "\n",
        "\t",
        "\r",
        "\u{b}",
        "\u{a0}",
        "\"\\u00e9\"",
        "\"\\ud834\\udd1e\"",
        "\"\\q\"",
        "\"\\/\"",
        "\"\\\"",
        "\"",
        "\"\u{1}\"",
        "\"\u{7f}\"",
        "\"é\"",
        "'a'",
        "NaN",
        "Infinity",
        "//",
        "\"a\":",
        "{\"a\":1",
        "[1,",
    ]);
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Where `serde_json` and we differ on purpose: it refuses lone surrogates, Go and we replace them. Both
/// take the last of equal keys, and only we remark on it; both keep whole numbers beyond 64 bits as floats, but
/// it knows unsigned ones.
fn agrees_with_serde_json(text: &str) -> Result<(), TestCaseError> {
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    let ours = read(text, Format::Json);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => prop_assert!(same(ours, theirs), "{text:?}: {ours:?} {theirs:?}"),
        (Err(_), Err(_)) => {}
        _ => prop_assert!(false, "{text:?}: {ours:?} {theirs:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_reads_back(tree in tree(true)) {
        let printed = print::json(&tree);
        prop_assert_eq!(read(&printed, Format::Json), Ok(tree.clone()), "{}", printed);
        prop_assert_eq!(read(&printed, Format::Yaml), Ok(tree), "{}", printed);
    }

    #[test]
    fn yaml_reads_back(tree in tree(false)) {
        let printed = print::yaml(&tree);
        prop_assert_eq!(read(&printed, Format::Yaml), Ok(tree), "{}", printed);
    }

    #[test]
    fn json_is_read_as_serde_json_reads_it(text in json_soup()) {
        agrees_with_serde_json(&text)?;
    }

    #[test]
    fn printed_json_is_read_as_serde_json_reads_it(tree in tree(true)) {
        agrees_with_serde_json(&print::json(&tree))?;
    }
}

#[test]
fn long_keys_are_announced() {
    let key = "k".repeat(1500);
    let tree =
        Node::bare(Value::Map(Arc::new([(key.into(), Node::bare(Value::Int(1)))].into_iter().collect())));
    let printed = print::yaml(&tree);
    assert!(printed.starts_with("? "), "{printed}");
    assert_eq!(parse_one(&printed), Ok(tree));
}
