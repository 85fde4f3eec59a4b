//! The index over an event's text against the tree: the same texts are read, every field has the same value.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use std::sync::LazyLock;

use flate2::read::GzDecoder;
use ironsides_detect::Event;
use ironsides_detect::field::{Catalogue, FieldUse};
use ironsides_detect::filter::FieldRef;
use ironsides_detect::k8s_audit::{AuditEvent, Index, Json};
use ironsides_tree::{Documents, Format, Limits, Node, Span};
use proptest::prelude::*;

/// Every field that audit events have, with arguments of all sorts.
static FIELDS: LazyLock<Vec<FieldUse>> = LazyLock::new(|| {
    let arguments = [
        None,
        Some("0"),
        Some("1"),
        Some("-1"),
        Some("command"),
        Some("/etc*"),
        Some("/stage"),
        Some("/requestObject/spec"),
        Some("/requestObject/spec/containers/0/image"),
        Some("/user/groups/1"),
        Some("/annotations/a~1b"),
        Some("/"),
        Some(""),
    ];
    let mut all = Vec::new();
    for id in Catalogue::K8S_AUDIT.fields() {
        for argument in arguments {
            let argument = argument.map(Into::into);
            let named = FieldRef { name: id.field().name.into(), argument, span: Span::NONE };
            all.extend(Catalogue::K8S_AUDIT.resolve(&named));
        }
    }
    all
});

/// The one value of a text, strictly read.
fn tree(text: &str) -> Option<Node> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    let mut documents = Documents::with_format(text, Format::Json, limits);
    let root = documents.next()?.ok()?.root;
    documents.next().is_none().then_some(root)
}

/// Asks both for everything.
fn compare(text: &str, index: &mut Index) {
    let tree = tree(text);
    let read = index.read(text);
    assert_eq!(read.is_ok(), tree.is_some(), "{text}\n{:?}", read.err());
    let (Some(tree), Ok(at)) = (tree, read) else { return };
    assert_eq!(Json::text(at), Json::text(&tree), "{text}");
    let (slow, fast) = (AuditEvent::new(&tree, 7).of_cluster("c"), AuditEvent::new(at, 7).of_cluster("c"));
    for field in FIELDS.iter() {
        assert_eq!(fast.value(field), slow.value(field), "{field} of {text}");
    }
}

#[test]
fn every_kind_of_field_is_compared() {
    let names = |prefix: &str| FIELDS.iter().filter(|field| field.to_string().starts_with(prefix)).count();
    assert!(FIELDS.len() > 150 && names("ka.") > 100 && names("jevt.") > 10, "{}", FIELDS.len());
}

/// Keys that fields look for, and others.
const KEYS: [&str; 52] = [
    "auditID",
    "auditID",
    "stage",
    "verb",
    "requestURI",
    "user",
    "username",
    "groups",
    "objectRef",
    "name",
    "namespace",
    "resource",
    "subresource",
    "responseStatus",
    "code",
    "reason",
    "annotations",
    "authorization.k8s.io/decision",
    "a/b",
    "sourceIPs",
    "userAgent",
    "requestObject",
    "requestObject",
    "spec",
    "spec",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "image",
    "args",
    "command",
    "securityContext",
    "privileged",
    "runAsUser",
    "capabilities",
    "add",
    "ports",
    "hostPort",
    "containerPort",
    "volumes",
    "hostPath",
    "path",
    "rules",
    "verbs",
    "subjects",
    "kind",
    "responseObject",
    "metadata",
    "stageTimestamp",
    "data",
    "st\\u0061ge",
    "",
];

const WORDS: [&str; 22] = [
    "pods",
    "ResponseComplete",
    "get",
    "User",
    "ServiceAccount",
    "allow",
    "true",
    "repo:tag@sha",
    "/etc/passwd",
    "/api/v1?command=a%2Fb&x",
    "2026-01-01T00:00:00.5Z",
    "2026-01-01T00:00:00+02:00",
    "a\\u0062\\n",
    "\\ud834\\udd1e",
    "\\ud834x",
    "\\uDD1E\\ud834",
    "é\u{2028}𝄞",
    "\\\"\\\\\\/\\b\\f\\r\\t",
    "\u{7f}",
    "x",
    "",
    "a longer text than eight",
];

const NUMBERS: [&str; 17] = [
    "0",
    "-0",
    "1",
    "200",
    "-7",
    "1.0",
    "1.50",
    "1e3",
    "1E-7",
    "0.1e+2",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "123456789012345678",
    "1234567890123456789",
    "1e300",
    "-1.5",
];

/// Texts of JSON values of the shape that events have, more or less.
fn json() -> impl Strategy<Value = String> {
    let space = prop::sample::select(vec!["", "", "", "", " ", "\n", "\t \r"]);
    let scalar = prop_oneof![
        4 => prop::sample::select(WORDS.to_vec()).prop_map(|word| format!("\"{word}\"")),
        2 => prop::sample::select(NUMBERS.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["true", "false", "null"]).prop_map(str::to_owned),
    ];
    scalar.prop_recursive(7, 120, 12, move |inner| {
        let key = prop::sample::select(KEYS.to_vec());
        let entry = (space.clone(), key, space.clone(), inner.clone(), space.clone());
        let entry = entry.prop_map(|(a, key, b, value, c)| format!("{a}\"{key}\"{b}:{c}{value}{a}"));
        prop_oneof![
            1 => (prop::collection::vec(inner, 0..4), space.clone())
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(","))),
            3 => prop::collection::vec(entry, 0..20).prop_map(|entries| format!("{{{}}}", entries.join(","))),
        ]
    })
}

/// Events with values at the places where fields look.
fn event() -> impl Strategy<Value = String> {
    let keys = vec![
        "\"user\":{\"username\":",
        "\"user\":{\"groups\":",
        "\"objectRef\":{\"resource\":\"pods\",\"name\":",
        "\"requestObject\":{\"spec\":{\"containers\":[",
        "\"requestObject\":{\"rules\":[{\"verbs\":",
        "\"requestObject\":{\"subjects\":[",
        "\"requestObject\":{\"spec\":{\"volumes\":[{\"name\":1,\"hostPath\":",
        "\"responseStatus\":{\"code\":",
        "\"requestURI\":",
        "\"stageTimestamp\":",
    ];
    let part = (prop::sample::select(keys), json()).prop_map(|(open, value)| {
        let close: String = open
            .chars()
            .rev()
            .filter_map(|c| Some(if c == '{' { '}' } else { (c == '[').then_some(']')? }))
            .collect();
        format!("{open}{value}{close}")
    });
    let whole = |parts: Vec<String>| format!("{{{}}}", parts.join(","));
    prop::collection::vec(part, 0..6).prop_map(move |mut parts| {
        parts.insert(0, "\"auditID\":\"a\"".to_owned());
        whole(parts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn texts_have_the_same_fields(texts in prop::collection::vec(prop_oneof![json(), event()], 1..3)) {
        let mut index = Index::new();
        for text in &texts {
            compare(text, &mut index);
        }
    }

    /// Texts with a mistake somewhere are refused by both, or read alike.
    #[test]
    fn mistakes_are_seen_alike(text in prop_oneof![json(), event()], at in any::<prop::sample::Index>(),
                               put in prop::sample::select(vec!["", "\"", "\\", ",", "{", "]", "0", "-", ".", "e", "\u{1}", " ", ":"]),
                               cut in 0..2_usize) {
        let at = at.index(text.len() + 1);
        prop_assume!(text.is_char_boundary(at) && text.is_char_boundary((at + cut).min(text.len())));
        let text = format!("{}{put}{}", &text[..at], &text[(at + cut).min(text.len())..]);
        compare(&text, &mut Index::new());
    }
}

#[test]
fn odd_texts_are_read_alike() {
    let mut index = Index::new();
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let long =
        |quotes: &str| (0..40).map(|n| format!("{quotes}\"k{}\":{n}", n % 37)).collect::<Vec<_>>().join(",");
    for text in [
        "",
        " ",
        "{}",
        "[]",
        "\u{feff}{}",
        "{\"a\":1}\n",
        "{\"a\":1} x",
        "{\"a\":1}{}",
        "{\"a\":1,}",
        "[1,]",
        "[,1]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "[1 2]",
        "{\"a\":1]",
        "[1}",
        "tru",
        "true",
        "truex",
        "nul",
        "01",
        "-",
        "1.",
        "1e",
        "1e+",
        "+1",
        ".5",
        "1e400",
        "-1e400",
        "\"\\u12\"",
        "\"\\x\"",
        "\"\u{0}\"",
        "\"\u{1f}\"",
        "\"ab",
        "\"12345678",
        "\"1234567\\",
        "\"1234567\\\"",
        "'a'",
        "{\"a\":{\"b\":[{}]}}",
        "\u{85}1",
        "{\"\":{\"\":1}}",
    ] {
        compare(text, &mut index);
    }
    for depth in [249, 250, 251, 300] {
        compare(&nested(depth), &mut index);
    }
    let volumes =
        format!("{{\"auditID\":\"a\",\"requestObject\":{{\"spec\":{{\"volumes\":[{{{}}}]}}}}}}", long(" "));
    compare(&volumes, &mut index);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let mut index = Index::new();
    for (text, at) in [("{\"a\": tru}", 6), ("{\"a\" 1}", 5), ("[1, 02]", 6), ("\"a\u{1}\"", 2), ("{} x", 3)]
    {
        assert_eq!(index.read(text).unwrap_err().at, at, "{text}");
    }
    assert_eq!(
        index.read("[1").unwrap_err().to_string(),
        "column 3: a comma, or the end of a list or map is missing"
    );
}

/// Events that real API servers wrote.
#[test]
fn recorded_events_have_the_same_fields() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/");
    let mut index = Index::new();
    let mut count = 0;
    if let Ok(bytes) = std::fs::read(format!("{folder}cluster/audit-log/audit.jsonl.gz")) {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut GzDecoder::new(&bytes[..]), &mut text).unwrap();
        // A few are enough: most are alike.
        for line in text.lines().step_by(29) {
            compare(line, &mut index);
            count += 1;
        }
    }
    for entry in std::fs::read_dir(format!("{folder}falco/k8s_audit/traces")).into_iter().flatten().flatten()
    {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        for line in text.lines() {
            compare(line, &mut index);
            count += 1;
        }
    }
    if count == 0 {
        eprintln!("SKIPPED: no shared data");
    }
}
