//! YAML and JSON without their secrets and comments, otherwise as they are written.

use std::ops::Range;

use ironsides_tree::{Documents, Limits, Node, RemarkKind, Span, Value, comments, print};

use super::words::{is_secret_name, value};
use super::{STARS, replace};

/// Names of maps whose every value is a secret: headers that the kubelet sends for static pods.
const HEADERS: [&str; 2] = ["staticPodURLHeader", "httpHeaders"];

/// A text without its secrets and comments; or why nothing of it is kept. Of several documents those before a broken one
/// stay: nobody reads what follows.
pub(super) fn text(text: &str) -> Result<String, String> {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let (mut end, mut last) = (text.len(), 0);
    for read in Documents::new(text, LIMITS) {
        match read {
            Ok(document) => {
                last = document.root.span().end as usize;
                secrets(&document.root, text, false, &mut edits);
                for remark in &document.remarks {
                    // Of a key that is set twice the first value is in no tree, but still in the text.
                    if let RemarkKind::DuplicateKey { key, first } = &remark.kind {
                        let between = Span { start: first.end, end: remark.span.start };
                        duplicate(key, between, text, &mut edits);
                    }
                }
            }
            Err(error) if error.document == 0 => {
                let line = error.position(text).line;
                return Err(format!("it is no YAML (line {line}), so nobody can tell what in it is secret"));
            }
            Err(_) => {
                let marker = text.get(last..).and_then(|rest| rest.find("\n---"));
                end = marker.map_or(last, |at| last + at + 1);
                break;
            }
        }
    }
    edits.extend(comments(text).into_iter().map(|comment| (range(comment.span), String::new())));
    edits.retain(|(range, _)| range.end <= end);
    let old = text.get(..end).unwrap_or_default();
    let new = replace(old, edits);
    // What was replaced must not have made another document of it.
    let count = |text: &str| Documents::new(text, LIMITS).flatten().count();
    if count(&new) == count(old) { Ok(new) } else { Err("its secrets cannot be taken out".into()) }
}

/// Lists stay whole.
const LIMITS: Limits = Limits { depth: 250, expanded: 100_000, split_lists: false };

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The value of a key that is set again later, as it stands between the two.
fn duplicate(key: &str, between: Span, text: &str, edits: &mut Vec<(Range<usize>, String)>) {
    let Some(slice) = between.slice(text) else { return };
    // The colon goes; a comma stays behind in flow maps.
    let start = slice.find(':').map_or(0, |at| at + 1);
    let inner = slice.get(start..).unwrap_or_default();
    let offset = between.start as usize + start;
    let body = inner.trim_end().trim_end_matches(',');
    let alone = Documents::new(body, LIMITS).next();
    match alone {
        Some(Ok(document)) if document.remarks.is_empty() && !is_secret_name(key) => {
            let mut own = Vec::new();
            secrets(&document.root, body, false, &mut own);
            edits.extend(
                own.into_iter().map(|(range, with)| (range.start + offset..range.end + offset, with)),
            );
        }
        None => {}
        _ => {
            let lead = inner.len() - inner.trim_start().len();
            edits.push((offset + lead..offset + body.len().max(lead), STARS.to_owned()));
        }
    }
}

/// The edits that take the secrets out of a value. `is_secret`: it stands under the name of one.
fn secrets(node: &Node, text: &str, is_secret: bool, edits: &mut Vec<(Range<usize>, String)>) {
    match node.value() {
        Value::Map(map) => {
            let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
            for entry in map.entries() {
                let is_variable = entry.key == "value" && is_secret_name(name);
                // A map under the name of a secret describes one: what is secret in it has a name of its own.
                let is_named = entry.value.as_map().is_none() && (is_secret_name(&entry.key) || is_variable);
                let is_header = HEADERS.contains(&entry.key.as_str());
                secrets(&entry.value, text, is_secret || is_named || is_header, edits);
            }
        }
        Value::List(items) => {
            let mut announced = false;
            for item in items.iter() {
                // `[--token, x]`
                let word = item.as_str().unwrap_or_default();
                let is_value = std::mem::take(&mut announced) && !word.starts_with('-');
                announced = word.starts_with('-') && is_secret_name(word);
                secrets(item, text, is_secret || is_value, edits);
            }
        }
        Value::String(string) => {
            let new = if is_secret && !string.is_empty() { STARS.into() } else { value(string) };
            if new != string.as_str() {
                edit(node, text, &new, edits);
            }
        }
        Value::Int(_) | Value::Float(_) if is_secret => edit(node, text, STARS, edits),
        _ => {}
    }
}

/// Puts a text in the place of a scalar, in quotes; what ended its line still does.
fn edit(node: &Node, text: &str, new: &str, edits: &mut Vec<(Range<usize>, String)>) {
    let span = node.span();
    let Some(written) = span.slice(text).filter(|_| span.is_some()) else { return };
    let ends_line = if written.ends_with('\n') { "\n" } else { "" };
    let quoted = print::json(&Node::bare(Value::String(new.into())));
    edits.push((range(span), quoted + ends_line));
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_secret_goes_and_the_rest_stays_as_it_is() {
        let kept = "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: ********\n";
        let text = kept.replace("********", "hunter2 # hunter2");
        let new = super::text(&text).unwrap();
        assert_eq!(new, kept.replace("********", "\"********\" "));
        for text in [
            "{users: [{user: {client-key-data: aHVudGVyMg==hunter2, password: hunter2}}]}",
            "staticPodURLHeader: {X-A: [hunter2]}",
            "env: [{name: DB_PASSWORD, value: hunter2}]",
            "args: [--token, hunter2, --token=hunter2]",
            "resources: [{providers: [{secretbox: {keys: [{name: a, secret: hunter2}]}}]}]",
            "users: [{user: {token: hunter2}, user: {}}]",
            "a:\n  token: hunter2\na:\n  x: 1\n",
            "token: hunter2\ntoken: hunter2\n",
            "token: |\n  hunter2\n  hunter2\nb: 1\n",
            "token: >-\n  hunter2\n",
            "a: &x hunter2\ntoken: *x\n",
            "datastore-endpoint: postgres://a:hunter2@h/x",
            "# hunter2\na: 1\n",
            "a: 1\n---\n{token: hunter2\n",
            "kube-apiserver-arg: [\"oidc-client-secret=hunter2\"]",
        ] {
            let new = super::text(text).unwrap_or_default();
            assert!(!new.contains("hunter2"), "{text}\n{new}");
        }
        assert!(super::text("{token: hunter2").unwrap_err().contains("line 1"));
    }

    #[test]
    fn settings_stay_as_they_are() {
        for text in [
            "authentication:\n  anonymous: {enabled: yes}\nport: 010\nauthentication: {}\n",
            "resources: [secrets]\nsecretName: a\ntokenFile: /a\n",
            "- --token-auth-file=/a\n- --authentication-token-webhook=true\n",
            "featureGates: {ServiceAccountTokenNodeBinding: true}\n",
        ] {
            assert_eq!(super::text(text).unwrap(), text);
        }
    }
}
