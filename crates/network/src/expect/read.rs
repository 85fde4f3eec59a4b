//! Documents of expectations.

use ironsides_tree::{Cursor, Node, Text};

use super::{Expectation, Expected, NetworkTest};
use crate::l7::Request;
use crate::place::{Loss, Place, Problem};
use crate::profile::Profile;

/// The version that documents of expectations have.
pub const API_VERSION: &str = "ironsides.dev/v1";
/// The kind that they have.
pub const KIND: &str = "NetworkTest";

impl NetworkTest {
    /// Whether a document is one of expectations, in whatever version.
    pub fn is(root: &Node) -> bool {
        let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
        text("kind") == KIND && text("apiVersion").starts_with("ironsides.dev/")
    }

    /// Reads a document. What is malformed is told, and the expectation that it is in left out.
    pub fn read(document: u32, root: &Node) -> (Self, Vec<Problem>) {
        let at = Cursor::root(root);
        let mut reader = Reader { document, problems: Vec::new() };
        reader.known(&at, &["apiVersion", "kind", "metadata", "profile", "expect"]);
        if at.get("apiVersion").str() != Some(API_VERSION) {
            reader.wrong(&at.get("apiVersion"), &format!("this version of Ironsides reads {API_VERSION}"));
        }
        let mut test = Self {
            name: Text::new(at.at(&["metadata", "name"]).str().unwrap_or_default()),
            ..Self::default()
        };
        let profile = at.get("profile");
        if profile.is_set() {
            test.profile = profile.str().and_then(Profile::named);
            if test.profile.is_none() {
                let names: Vec<&str> = Profile::ALL.iter().map(|profile| profile.name()).collect();
                reader.wrong(&profile, &format!("expected a profile: {}", names.join(", ")));
            }
        }
        let expect = at.get("expect");
        if expect.node().and_then(Node::as_list).is_none() {
            reader.wrong(&expect, "expected a list of expectations: [{from, to, port, verdict}]");
        }
        for item in expect.items() {
            let known = reader.problems.len();
            let expectation = reader.expectation(&item);
            if let Some(expectation) = expectation.filter(|_| reader.problems.len() == known) {
                test.expectations.push(expectation);
            }
        }
        (test, reader.problems)
    }
}

struct Reader {
    document: u32,
    problems: Vec<Problem>,
}

impl Reader {
    fn wrong(&mut self, at: &Cursor<'_>, message: &str) {
        let place = Place::of(self.document, at);
        self.problems.push(Problem { place, message: message.to_owned(), loss: Loss::Part });
    }

    /// Tells of keys that nobody knows.
    fn known(&mut self, at: &Cursor<'_>, keys: &[&str]) {
        for (key, value) in at.entries() {
            if !keys.contains(&key) {
                let near = keys.iter().map(|known| (strsim::damerau_levenshtein(key, known), *known)).min();
                let hint = match near {
                    Some((edits, near)) if edits <= 2 => format!("; did you mean {near}?"),
                    _ => format!("; the keys are {}", keys.join(", ")),
                };
                self.wrong(&value, &format!("there is no key {key}{hint}"));
            }
        }
    }

    fn expectation(&mut self, at: &Cursor<'_>) -> Option<Expectation> {
        if at.node().and_then(Node::as_map).is_none() {
            self.wrong(at, "expected an expectation: {from, to, port, verdict}");
            return None;
        }
        self.known(at, &["from", "to", "port", "http", "verdict", "why"]);
        let from = self.words(&at.get("from"), true);
        let to = self.words(&at.get("to"), true);
        let ports = self.words(&at.get("port"), false);
        let verdict = at.get("verdict");
        let expected = Expected::ALL.into_iter().find(|expected| verdict.str() == Some(expected.word()));
        if expected.is_none() {
            self.wrong(&verdict, "expected a verdict: allow, deny, limited or depends");
        }
        Some(Expectation {
            place: Place::of(self.document, at),
            from,
            to,
            ports,
            http: self.http(&at.get("http")),
            verdict: expected?,
            why: Text::new(at.get("why").str().unwrap_or_default()),
        })
    }

    /// A word, a number, or several of them.
    fn words(&mut self, at: &Cursor<'_>, required: bool) -> Vec<Text> {
        let word = |at: &Cursor<'_>| {
            at.str().map(Text::new).or_else(|| at.int().map(|number| Text::from(number.to_string())))
        };
        if let Some(word) = word(at) {
            return vec![word];
        }
        let items: Vec<Cursor<'_>> = at.items().collect();
        if items.is_empty() && (required || at.is_set()) {
            self.wrong(at, "expected a name, or a list of names");
        }
        let mut words = Vec::new();
        for item in items {
            match word(&item) {
                Some(word) => words.push(word),
                None => self.wrong(&item, "expected a name"),
            }
        }
        words
    }

    fn http(&mut self, at: &Cursor<'_>) -> Option<Request> {
        if !at.is_set() {
            return None;
        }
        self.known(at, &["method", "path", "host", "headers"]);
        let text = |key| at.get(key).str().unwrap_or_default().to_owned();
        let path = text("path");
        if !path.starts_with('/') {
            self.wrong(&at.get("path"), "expected the path of a request, which begins with a slash");
        }
        let method = text("method");
        let headers = at.get("headers");
        let headers = headers
            .entries()
            .map(|(name, value)| (name.to_owned(), value.str().unwrap_or_default().to_owned()))
            .collect();
        Some(Request {
            method: if method.is_empty() { "GET".to_owned() } else { method },
            path,
            host: text("host"),
            headers,
        })
    }
}
