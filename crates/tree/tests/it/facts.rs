//! Texts that were shown to the YAML library of Kubernetes, and what it made of them.

use ironsides_tree::{Documents, Format, Limits, Node, Value, print};

/// The first document of a text; nothing is null.
fn first(text: &str, format: Format) -> Option<Node> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    let first = Documents::with_format(text, format, limits).next();
    first.map_or(Some(Node::NULL), |read| read.ok().map(|found| found.root))
}

/// Whether two trees are the same JSON, where `30.0` is `30`.
fn same(a: &Node, b: &Node) -> bool {
    match (a.value(), b.value()) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => a.as_f64() == b.as_f64(),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

#[test]
fn yaml_is_read_as_kubernetes_reads_it() {
    let mut wrong = Vec::new();
    let facts = include_str!("goyaml.tsv").lines().filter(|line| !line.starts_with('#'));
    for fact in facts {
        let (text, expected) = fact.split_once('\t').unwrap();
        let text: String = serde_json::from_str(text).unwrap();
        let found = first(&text, Format::Yaml);
        let expected = if expected == "refused" { None } else { first(expected, Format::Json) };
        let agrees = match (&found, &expected) {
            (Some(found), Some(expected)) => same(found, expected),
            (None, None) => true,
            _ => false,
        };
        if !agrees {
            wrong.push(format!(
                "{text:?}\n  {:?}\n  {:?}",
                found.map(|tree| print::json(&tree)),
                expected.map(|tree| print::json(&tree))
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_are_placed_and_told_in_one_sentence() {
    for (text, expected) in [
        ("a: 1\n\t- b\n", "2:1: a tab stands where only spaces may indent"),
        ("a: 1\n b: 2\n", "2:3: a ':' stands where no key can be"),
        ("a: b: c\n", "1:5: a ':' stands where no key can be"),
        ("a: \"x\nb: 1\n", "1:4: the text that begins with this quote is never closed"),
        ("a: [1, 2\nb: 3\n", "2:2: expected ',' or ']' for the bracket opened on line 1, found ':'"),
        ("a: [1, 2\n", "1:4: this bracket is never closed"),
        ("a: {b: 1\n---\n", "1:4: this bracket is never closed"),
        (
            "a:\n  b: 1\n c: 2\n",
            "3:2: expected 'key: ' as in the map that begins on line 1, found a key at another indentation",
        ),
        (
            "a: 1\n- b\n",
            "2:1: expected 'key: ' as in the map that begins on line 1, found a list item ('- ')",
        ),
        ("- a\nb: 1\n", "2:1: expected '- ' as in the list that begins on line 1, found a key"),
        ("a: 'it's'\n", "1:8: expected 'key: ' as in the map that begins on line 1, found text"),
        ("a: @b\n", "1:4: a value cannot begin with '@'"),
        ("a: \"\\d\"\n", "1:5: '\\d' is no escape that YAML 1.1 knows"),
        ("a: *b\n", "1:4: the alias stands for an anchor that is not defined before it"),
        ("a: 1\nb: x\u{1}\n", "2:5: the control character U+0001 is not allowed in YAML"),
        (
            "a: 1\n? b\nc\n",
            "3:1: expected 'key: value' here, and no ':' with a space after it follows on this line",
        ),
        ("a: |\n\tx\n", "2:1: a tab stands where only spaces may indent"),
        ("~: 1\n", "1:1: a key is null; Kubernetes takes only keys that are strings, numbers or booleans"),
        ("a: 1\n}\n", "2:1: expected 'key: ' as in the map that begins on line 1, found '}'"),
        ("{\"a\" 1}\n", "1:6: expected ':' after the key, found '1'"),
        ("{\"a\": 1,}\n", "1:9: expected a quoted key, found '}'"),
        ("{\"a\": tru}\n", "1:7: expected true"),
        ("[1, 2\n", "2:1: expected ',' or ']', found the end of the text"),
    ] {
        let format = Format::of(text);
        let error = Documents::with_format(text, format, Limits::default()).find_map(Result::err).unwrap();
        assert_eq!(format!("{}: {error}", error.position(text)), expected, "{text:?}");
    }
}
