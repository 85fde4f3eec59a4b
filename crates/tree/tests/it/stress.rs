//! Texts made to hurt: each gives a result or an error, and soon.

use std::fmt::Write;

use ironsides_tree::edit::{Edit, OwnedPath, Part, apply_all};
use ironsides_tree::{Documents, Format, Limits, Node, Value, print};

const DEEP: Limits = Limits { depth: usize::MAX, expanded: 1_000_000, split_lists: true };

fn errors(text: &str) -> Vec<String> {
    Documents::new(text, Limits::default()).filter_map(|read| read.err().map(|error| error.message)).collect()
}

/// Reads a text in both syntaxes and prints what it holds.
fn survives(text: &str) {
    for format in [Format::Yaml, Format::Json] {
        for read in Documents::with_format(text, format, DEEP) {
            match read {
                Ok(found) => _ = print::json(&found.root).len() + print::yaml(&found.root).len(),
                Err(error) => assert!(!error.message.is_empty() && error.position(text).line > 0),
            }
        }
    }
}

#[test]
fn alias_bombs_are_refused() {
    let bomb = |value: &dyn Fn(&str) -> String| {
        let mut text = String::from("a0: &a0 {x: 1, y: 2}\n");
        for level in 1..40 {
            writeln!(text, "a{level}: &a{level} {}", value(&format!("*a{}", level - 1))).unwrap();
        }
        text
    };
    for text in [
        bomb(&|below| format!("[{below}, {below}]")),
        bomb(&|below| format!("{{x: {below}, y: {below}}}")),
        bomb(&|below| format!("{{x: {below}, <<: {below}}}")),
        bomb(&|below| format!("{{<<: [{below}, {below}], z: {below}}}")),
    ] {
        assert!(
            errors(&text).iter().any(|message| message.starts_with("aliases expand to")),
            "{:?}",
            errors(&text)
        );
    }
    // Merging alone does not grow a map, and keys are scalars.
    survives(&bomb(&|below| format!("{{<<: [{below}, {below}]}}")));
    let keys: String = (0..20_000).fold("k: &k x\nm:\n".into(), |text, n| format!("{text}  ? *k\n  : {n}\n"));
    survives(&keys);
}

#[test]
fn chains_of_aliases_do_not_grow_too_deep() {
    let mut text = format!("- &a0 {}1{}\n", "[".repeat(100), "]".repeat(100));
    for level in 1..1000 {
        writeln!(text, "- &a{level} {}*a{}{}", "[".repeat(100), level - 1, "]".repeat(100)).unwrap();
    }
    assert!(errors(&text).contains(&"lists and maps are nested too deeply".to_owned()));
    survives(&text);
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in
        [("[", "]"), ("{\"a\":", "}"), ("{a: ", "}"), ("- ", ""), ("[a: ", "]"), ("? ", ""), ("!t [", "]")]
    {
        for depth in [200, 999, 5000, 200_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            survives(&text);
            assert!(depth < 300 || !errors(&text).is_empty());
        }
    }
    let mut text = String::new();
    for depth in 0..3000 {
        writeln!(text, "{}a:", " ".repeat(depth)).unwrap();
    }
    survives(&text);
}

#[test]
fn odd_bytes_are_errors_or_text() {
    for text in [
        "a: \0",
        "\0",
        "a: \"\0\"",
        "{\"a\": \"\0\"}",
        "{\"a\": \"\\u0000\"}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"\\ud800\\u0041\"}",
        "{\"a\": \"\\u12\"}",
        "{\"a\": \"\\",
        "\"\\",
        "\"\\u",
        "\"\\x",
        "a: \"\\ud800\"",
        "a: \"\\U00110000\"",
        "\u{feff}",
        "\u{feff}\u{feff}a: 1",
        "a: \u{feff}b",
        "'",
        "\"",
        "|",
        ">",
        "|+",
        "&",
        "*",
        "!",
        "!<",
        "%",
        "%TAG",
        "%TAG !",
        "%YAML",
        "%YAML 1",
        "%YAML 1.",
        "---",
        "--- ",
        "...",
        "? ",
        ": ",
        "- ",
        "-\n-",
        "{",
        "[",
        "}",
        "]",
        ",",
        "[,",
        "{,",
        "[?",
        "{?",
        "{:",
        "[:",
        "\r",
        "\u{85}",
        "\u{2028}",
        "a:\r\r\nb",
        "%\n",
        "!%41 a",
        "!%ff a",
        "!<%zz> a",
        "\u{e000}: \u{10ffff}",
    ] {
        survives(text);
        survives(&format!("{text}\n---\na: 1\n"));
    }
}

#[test]
fn large_texts_take_time_in_proportion() {
    let n = 200_000;
    for piece in [
        "[",
        "{",
        "- ",
        "? ",
        ": ",
        "a: ",
        "*a ",
        "&a ",
        "!a ",
        "'",
        "\"",
        "\\",
        "#",
        "# \n",
        "\n",
        " ",
        "\t",
        "a",
        "a\n",
        "a:\n",
        "- a\n",
        "---\n",
        "...\n",
        "--- a\n",
        "|\n",
        ">\n ",
        "[a]: ",
        "{a: b}, ",
        "[],",
        "\"a\",",
        "a, ",
        "\r",
        "\u{85}",
        "\u{2028}",
        "é",
        "%",
        "<<: ",
        "'' ",
        "1",
        "{\"a\":1}\n",
        "{\"a\":1",
        "[1,",
        "\"\\u0041",
        "a: {",
        "a: [\n",
        "- |\n  x\n",
        "x: &x 1\ny: *x\n",
    ] {
        survives(&piece.repeat(n / piece.len()));
        survives(&format!("a: [{}", piece.repeat(n / piece.len())));
        survives(&format!("a: \"{}", piece.repeat(n / piece.len())));
        survives(&format!("a: |\n  {}", piece.repeat(n / piece.len())));
    }
}

#[test]
fn a_stream_of_many_documents_is_read() {
    let text = "---\napiVersion: v1\nkind: Pod\n".repeat(100_000);
    assert_eq!(Documents::new(&text, Limits::default()).flatten().count(), 100_000);
    let broken = "a: [\n---\n".repeat(100_000);
    assert_eq!(Documents::new(&broken, Limits::default()).filter(Result::is_err).count(), 100_000);
}

#[test]
fn a_large_list_is_edited_in_few_passes() {
    let mut text = String::from("apiVersion: v1\nkind: List\nitems:\n");
    for number in 0..2000 {
        writeln!(text, "- kind: Pod # {number}\n  spec:\n    containers:\n    - name: a\n      image: b")
            .unwrap();
    }
    let no = || Node::bare(Value::Bool(false));
    let edits: Vec<Edit> = (0..2000)
        .flat_map(|number: u32| {
            let spec = OwnedPath::from([Part::from("items"), number.into(), "spec".into()]);
            let container = spec.join("containers".into()).join(0.into()).join("securityContext".into());
            [
                Edit::set(spec.join("hostPID".into()), no()),
                Edit::set(container.join("privileged".into()), no()),
                Edit::set(container.join("allowPrivilegeEscalation".into()), no()),
            ]
        })
        .collect();
    let after = apply_all(&text, [(0, &edits[..])]).unwrap();
    assert_eq!(
        after
            .matches(
                "      securityContext:\n        privileged: false\n        allowPrivilegeEscalation: false\n"
            )
            .count(),
        2000
    );
}
