//! Streams of documents: YAML, JSON, and the lists that `kubectl get -o yaml` wraps around objects.

use std::collections::VecDeque;
use std::fmt;

use crate::json::JsonDocuments;
use crate::node::{Node, Text};
use crate::span::{Lines, Position, Span};
use crate::yaml::YamlDocuments;

/// One document of a stream, or one object of a `List` in it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The tree.
    pub root: Node,
    /// The number of the document in its stream, from 0.
    pub number: u32,
    /// The place in the `items` of a list, where the object came from one.
    pub item: Option<u32>,
    /// Whether this is what remains of a list after its objects were handed out one by one.
    pub envelope: bool,
    /// What is odd about the text, in reading order.
    pub remarks: Vec<Remark>,
}

/// Something the syntax allows and Kubernetes treats specially.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is.
    pub kind: RemarkKind,
    /// Where it is.
    pub span: Span,
}

/// The kinds of remarks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// A key that stands in its map already. The last one wins; strict servers refuse the document.
    DuplicateKey {
        /// The key.
        key: Text,
        /// Where it stood first.
        first: Span,
    },
    /// A tag that Kubernetes does not know; the value is read as a string.
    UnknownTag {
        /// The tag as written.
        tag: Text,
    },
}

/// Bounds on what a document may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep lists and maps may nest, 500 at most, so that walking a tree needs little stack. Kubernetes
    /// objects stay below 100.
    pub depth: usize,
    /// How many values all aliases of one document may expand to, so that an alias bomb is refused.
    pub expanded: u64,
    /// Whether the objects of a `List` are handed out one by one, so that large dumps stream.
    pub split_lists: bool,
}

/// The most that [`Limits::depth`] can allow.
const MAX_DEPTH: usize = 500;

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 250, expanded: 1_000_000, split_lists: true }
    }
}

/// The syntaxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, with any number of documents.
    Yaml,
    /// JSON: one value, several in a row, or one a line.
    Json,
}

impl Format {
    /// The syntax of a text, told as kubectl does: JSON begins with a brace (or bracket).
    pub fn of(text: &str) -> Self {
        let start = text.trim_start_matches('\u{feff}').trim_start();
        if start.starts_with('{') || start.starts_with('[') { Self::Json } else { Self::Yaml }
    }
}

/// A text that is not what it should be. Offsets become lines through [`Lines`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The byte it was noticed at.
    pub offset: u32,
    /// The number of the document, from 0.
    pub document: u32,
    /// What to do, where that can be told.
    pub hint: Option<&'static str>,
}

impl SyntaxError {
    /// The line and column of the error in its text.
    pub fn position(&self, text: &str) -> Position {
        Lines::new(text).position(text, self.offset)
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}

/// The documents of a text, one after another. After an error the next document is tried.
pub struct Documents<'a> {
    source: Source<'a>,
    text: &'a str,
    limits: Limits,
    ready: VecDeque<Result<Document, SyntaxError>>,
}

enum Source<'a> {
    Yaml(Box<YamlDocuments<'a>>),
    /// JSON, and whether it is not to be tried as YAML (any more).
    Json(JsonDocuments<'a>, bool),
    Done,
}

impl<'a> Documents<'a> {
    /// Reads `text` in the syntax it seems to be in. What looks like JSON but is not is tried as YAML from there on,
    /// as kubectl does: `{a: b}` is YAML, and after a JSON value a line `---` may begin YAML.
    pub fn new(text: &'a str, limits: Limits) -> Self {
        let mut documents = Self::with_format(text, Format::of(text), limits);
        if let Source::Json(_, strict) = &mut documents.source {
            *strict = false;
        }
        documents
    }

    /// Reads `text` in a given syntax.
    pub fn with_format(text: &'a str, format: Format, limits: Limits) -> Self {
        let limits = Limits { depth: limits.depth.min(MAX_DEPTH), ..limits };
        let mut ready = VecDeque::new();
        let source = if u32::try_from(text.len()).is_err() {
            let message =
                format!("the text has {} bytes, and 4 GiB is the most that can be read", text.len());
            ready.push_back(Err(SyntaxError { message, offset: 0, document: 0, hint: Some("split it") }));
            Source::Done
        } else {
            match format {
                Format::Yaml => Source::Yaml(Box::new(YamlDocuments::new(text, 0, 0, limits))),
                Format::Json => Source::Json(JsonDocuments::new(text, limits), true),
            }
        };
        Self { source, text, limits, ready }
    }

    /// What is left of a text, from byte `at` on, as YAML, after reading it as JSON failed; `None` where it is rather
    /// JSON with a mistake. The first part says whether the JSON reader's error is still to be told.
    fn as_yaml(&self, at: usize, number: u32) -> Option<(bool, YamlDocuments<'a>)> {
        let rest = self.text.get(at..)?;
        let mut yaml = YamlDocuments::new(self.text, at, number, self.limits);
        if at > 0 && rest.trim_start().starts_with("---") {
            return Some((false, yaml));
        }
        let more = memchr::memmem::find(rest.as_bytes(), b"\n---").is_some();
        let mut probe =
            YamlDocuments::new(self.text, at, number, Limits { split_lists: false, ..self.limits });
        // After JSON values only a map is a document; anything else is a mistake.
        let fits = |root: &Node| at == 0 || root.as_map().is_some() || root.is_null();
        match probe.next() {
            Some(Ok(first)) if fits(&first.root) && (more || !matches!(probe.next(), Some(Err(_)))) => {
                Some((false, yaml))
            }
            None => Some((false, yaml)),
            _ if more => {
                yaml.recover();
                Some((true, yaml))
            }
            _ => None,
        }
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Document, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(ready) = self.ready.pop_front() {
            return Some(ready);
        }
        match &mut self.source {
            Source::Yaml(documents) => documents.next(),
            Source::Json(documents, strict) => {
                let at = documents.offset();
                match documents.next() {
                    Some(Err(error)) if !*strict => {
                        *strict = true;
                        let Some((failed, yaml)) = self.as_yaml(at, error.document) else {
                            return Some(Err(error));
                        };
                        self.source = Source::Yaml(Box::new(yaml));
                        if failed { Some(Err(error)) } else { self.next() }
                    }
                    other => other,
                }
            }
            Source::Done => None,
        }
    }
}

/// Reads a text that holds one document, for callers that need no stream. An empty text is null.
pub fn parse_one(text: &str) -> Result<Node, SyntaxError> {
    let mut documents = Documents::new(text, Limits { split_lists: false, ..Limits::default() });
    documents.next().map_or(Ok(Node::NULL), |read| read.map(|document| document.root))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::print;

    fn read(text: &str) -> Vec<Result<String, String>> {
        Documents::new(text, Limits::default())
            .map(|read| {
                read.map(|found| print::json(&found.root))
                    .map_err(|error| format!("{}: {error}", error.position(text)))
            })
            .collect()
    }

    fn one(text: &str) -> Document {
        Documents::new(text, Limits::default()).next().unwrap().unwrap()
    }

    #[test]
    fn scalars_are_kubernetes_s() {
        let text = "a: yes\nb: 0644\nc: 'yes'\nd: ~\ne:\non: 1\nf: !!str 12\ng: 2001-01-01\n";
        let json = r#"{"a":true,"b":420,"c":"yes","d":null,"e":null,"true":1,"f":"12","g":"2001-01-01"}"#;
        assert_eq!(read(text), [Ok(json.to_owned())]);
    }

    #[test]
    fn every_value_knows_its_bytes() {
        let text = "spec:\n  containers:\n  - name: \"a b\"\n    ports: [80, 443]\n";
        let document = one(text);
        let item = &document.root.at(&["spec", "containers"]).unwrap().items()[0];
        assert_eq!(item.get("name").unwrap().span().slice(text), Some("\"a b\""));
        assert_eq!(item.get("ports").unwrap().span().slice(text), Some("[80, 443]"));
        assert_eq!(item.as_map().unwrap().entries()[1].key_span.slice(text), Some("ports"));
        assert!(item.span().slice(text).unwrap().starts_with("name: "), "{:?}", item.span().slice(text));
        let json = r#" {"a": {"b": [true, "x"]}}"#;
        let document = one(json);
        assert_eq!(document.root.at(&["a", "b"]).unwrap().items()[1].span().slice(json), Some("\"x\""));
    }

    #[test]
    fn a_broken_document_does_not_take_the_others_with_it() {
        let text = "a: 1\n---\nb: [1\n---\nc: 3\n";
        let found = read(text);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!((&found[0], &found[2]), (&Ok("{\"a\":1}".into()), &Ok("{\"c\":3}".into())));
        assert!(
            found[1].as_ref().unwrap_err().starts_with("4:1: ")
                || found[1].as_ref().unwrap_err().starts_with("3:"),
            "{found:?}"
        );
    }

    #[test]
    fn duplicate_keys_are_remarked_and_the_last_wins() {
        for text in
            ["a: 1\nb: 2\na: 3\n", "{\"a\": 1, \"b\": 2, \"a\": 3}", "x: &x {a: 1}\nb: 2\n<<: *x\na: 3\n"]
        {
            let document = one(text);
            assert_eq!(document.root.get("a").and_then(Node::as_i64), Some(3), "{text}");
            assert!(
                matches!(&document.remarks[..], [Remark { kind: RemarkKind::DuplicateKey { key, .. }, .. }] if key == "a"),
                "{text}"
            );
        }
    }

    #[test]
    fn lists_are_split_wherever_their_kind_stands() {
        let a = "{apiVersion: v1, kind: Pod, metadata: {name: a}}";
        let text =
            format!("apiVersion: v1\nitems:\n- {a}\n- {a}\nkind: List\n---\nkind: Other\napiVersion: x/v1\n");
        let documents: Vec<_> = Documents::new(&text, Limits::default()).map(Result::unwrap).collect();
        let shape: Vec<_> = documents.iter().map(|d| (d.number, d.item, d.envelope)).collect();
        assert_eq!(shape, [(0, Some(0), false), (0, Some(1), false), (0, None, true), (1, None, false)]);
        // A typed list's items take its kind; a document that merely has `items` is left whole.
        let typed = r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}}]}"#;
        assert_eq!(one(typed).root.get("kind").and_then(Node::as_str), Some("Pod"));
        assert!(one("kind: Crd\napiVersion: x/v1\nitems: [{a: 1}]\n").item.is_none());
    }

    #[test]
    fn alias_bombs_are_refused() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let below = level - 1;
            writeln!(text, "a{level}: &a{level} [{}]", vec![format!("*a{below}"); 10].join(",")).unwrap();
        }
        assert!(read(&text)[0].as_ref().unwrap_err().contains("aliases expand"));
        assert!(read("a: &a [*a]")[0].is_err());
        assert_eq!(read("a: &a [1]\nb: *a\n"), [Ok(r#"{"a":[1],"b":[1]}"#.into())]);
    }

    #[test]
    fn deep_nesting_and_odd_keys_are_errors() {
        for text in [
            "[".repeat(5000),
            "{\"a\":".repeat(5000),
            format!("[1{}", "]".repeat(9)),
            "{null: 1}".into(),
            "{[a]: 1}".into(),
            "? {a: b}\n: c\n".into(),
        ] {
            assert!(read(&text).iter().any(Result::is_err), "{text:.20}");
        }
    }

    #[test]
    fn json_is_strict_until_yaml_takes_it() {
        assert_eq!(read("{\"a\": 1}\n{\"a\": 2}"), [Ok("{\"a\":1}".into()), Ok("{\"a\":2}".into())]);
        assert_eq!(read("{a: yes}"), [Ok("{\"a\":true}".into())]);
        assert_eq!(read("{\"a\": \"\\ud834\\udd1e\\u00e9\"}"), [Ok("{\"a\":\"𝄞é\"}".into())]);
        for text in ["{\"a\": 1} trailing", "{\"a\" 1}", "{\"a\": \"\u{1}\"}"] {
            assert!(read(text).iter().any(Result::is_err), "{text:?}");
        }
    }

    #[test]
    fn templates_get_a_hint() {
        let text = "apiVersion: v1\nmetadata:\n  name: {{ .Values.name }}\n  {{- if x }}\n";
        let error = Documents::new(text, Limits::default()).find_map(Result::err).unwrap();
        assert!(error.hint.is_some(), "{error:?}");
    }

    #[test]
    fn empty_texts_have_no_documents() {
        assert!(read("").is_empty());
        assert!(read("# only a comment\n").is_empty());
        assert_eq!(read("---\n---\na: 1\n").last(), Some(&Ok("{\"a\":1}".into())));
    }
}
