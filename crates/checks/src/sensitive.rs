//! Where an object holds secrets in plain text, so that no report repeats them.

use ironsides_core::{Object, Pod, PodTemplates};
use ironsides_tree::{Cursor, Node, RemarkKind, Span};

use crate::configuration::content;
use crate::workload::{each_command, is_secret};

/// Words that announce a secret in a command line.
const WORDS: [&str; 9] =
    ["password", "passwd", "pwd", "secret", "token", "apikey", "api-key", "api_key", "authorization"];

/// The spans of an object's secret values, whether or not a check speaks of them: the data of a Secret; values under
/// secret names in a ConfigMap and in environment variables; files, annotations, command lines and headers that carry
/// one. A guess on the side of silence: only what reports repeat is at stake.
pub fn sensitive(object: &Object, templates: &PodTemplates) -> Vec<Span> {
    let mut spans = Vec::new();
    let reference = object.reference();
    let core = |kind: &str| reference.kind == kind && reference.group().is_empty();
    let is_secret_object = core("Secret");
    if is_secret_object {
        for field in ["data", "stringData"] {
            spans.extend(object.cursor().get(field).entries().filter_map(|(_, value)| span(&value)));
        }
    }
    if core("ConfigMap") {
        let shows = |(key, value): &(&str, Cursor<'_>)| {
            is_secret(key, value) || value.str().is_some_and(|text| content::secret(key, text).is_some())
        };
        spans.extend(
            object.cursor().get("data").entries().filter(shows).filter_map(|(_, value)| span(&value)),
        );
    }
    annotations(object, &object.cursor().at(&["metadata", "annotations"]), &mut spans);
    if let Some(pod) = Pod::of(object, templates) {
        annotations(object, &pod.metadata().get("annotations"), &mut spans);
        for container in pod.containers() {
            for variable in container.get("env").items() {
                environment(&variable, &mut spans);
            }
            each_command(&container, |_, line, found| {
                let shown = line.str().filter(|text| found.is_some() || announces(text));
                spans.extend(shown.and_then(|_| span(line)));
            });
            let image = container.get("image");
            // What follows the @ of an image is a digest, or else what stands before it is a login.
            let login =
                image.str().and_then(|image| image.split_once('@')).filter(|(_, rest)| !rest.contains(':'));
            spans.extend(login.and_then(|_| span(&image)));
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                for action in ["httpGet", "tcpSocket"] {
                    let host = container.get(probe).at(&[action, "host"]);
                    spans.extend(host.str().filter(|host| host.contains('@')).and_then(|_| span(&host)));
                }
                for header in container.get(probe).at(&["httpGet", "httpHeaders"]).items() {
                    let name = header.get("name").str().unwrap_or_default().to_ascii_lowercase();
                    if name == "cookie" || announces(&format!("{name}:")) {
                        spans.extend(span(&header.get("value")));
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
            spans.push(Span { start: first.end, end: remark.span.start });
        }
        // Whoever forgets the quotes around `!secret` has written a tag.
        if let RemarkKind::UnknownTag { .. } = &remark.kind
            && (is_secret_object || core("ConfigMap"))
        {
            spans.push(remark.span);
        }
    }
    spans.retain(|span| span.is_some());
    spans
}

/// Annotations that show a secret.
fn annotations(object: &Object, annotations: &Cursor<'_>, spans: &mut Vec<Span>) {
    let shows = |(key, value): &(&str, Cursor<'_>)| {
        value.str().is_some_and(|text| content::annotation(object, key, text).is_some())
    };
    spans.extend(annotations.entries().filter(shows).filter_map(|(_, value)| span(&value)));
}

/// Whatever stands beside the name of a variable and would be a secret under it: its field may be misspelt.
fn environment(variable: &Cursor<'_>, spans: &mut Vec<Span>) {
    let name = variable.get("name").str().unwrap_or_default();
    for (field, value) in variable.entries().filter(|(field, _)| *field != "name") {
        let listed = field == "value" && value.items().any(|item| is_secret(name, &item));
        if listed || is_secret(name, &value) {
            spans.extend(span(&value));
        }
    }
}

/// Whether a word for a secret stands in a text with something after it: `--password=x`, `Authorization: x`.
fn announces(text: &str) -> bool {
    if !text.contains(['=', ':', ' ', '"', '\'']) {
        return false;
    }
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|word| {
        let after = |(at, _): (usize, &str)| text.get(at + word.len()..).unwrap_or_default();
        text.match_indices(word).map(after).any(|rest| rest.starts_with(['=', ':', ' ', '"', '\'']))
    })
}

fn span(at: &Cursor<'_>) -> Option<Span> {
    at.node().map(Node::span)
}
