//! YAML and JSON without their secrets and comments, otherwise as they are written.

use std::ops::Range;

use ironsides_settings::Process;
use ironsides_tree::{Documents, Entry, Limits, Node, RemarkKind, Span, Value, comments, print};

use super::words::{is_secret_name, value};
use super::{STARS, replace};
use crate::program;

/// Names of maps whose every value is a secret: headers that the kubelet sends for static pods.
const HEADERS: [&str; 2] = ["staticPodURLHeader", "httpHeaders"];

/// Lists of containers.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Names of fields of which what stands in them is judged by more than its own names.
const CONTEXT: [&str; 7] =
    ["args", "command", "containers", "env", "ephemeralContainers", "initContainers", "value"];

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
        Some(Ok(document))
            if document.remarks.is_empty()
                && !is_secret_name(key)
                && !CONTEXT.contains(&key)
                && !HEADERS.contains(&key) =>
        {
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
                field(name, entry, text, is_secret, edits);
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

/// The edits of a field. `name`: what stands under `name` beside it.
fn field(name: &str, entry: &Entry, text: &str, is_secret: bool, edits: &mut Vec<(Range<usize>, String)>) {
    let (key, value) = (&*entry.key, &entry.value);
    let starts_other =
        key == "exec" && value.get("command").is_some_and(|command| command.as_str().is_none());
    if is_secret || starts_other || key == APPLIED || HEADERS.contains(&key) {
        return secrets(value, text, true, edits);
    }
    if CONTAINERS.contains(&key) && value.as_list().is_some() {
        return value.items().iter().for_each(|item| container(item, text, edits));
    }
    if key == "env" && value.as_list().is_some() {
        return variables(value, text, edits);
    }
    let is_variable = key == "value" && is_secret_name(name);
    // A map under the name of a secret describes one: what is secret in it has a name of its own.
    let is_named = value.as_map().is_none() && (is_secret_name(key) || is_variable);
    secrets(value, text, is_named, edits);
}

/// The annotation in which `kubectl apply` keeps all that it was given.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The edits of a container. What it is told is kept where it starts a component: of others it is nobody's business.
fn container(node: &Node, text: &str, edits: &mut Vec<(Range<usize>, String)>) {
    let Some(map) = node.as_map() else { return secrets(node, text, true, edits) };
    let command = node.get("command").map(Node::items).unwrap_or_default();
    let args = node.get("args").map(Node::items).unwrap_or_default();
    let image = node.get("image").and_then(Node::as_str).unwrap_or_default();
    let mut words = command.iter().chain(args).filter_map(Node::as_str);
    let is_known = program::is_image(image) || words.any(program::is_in);
    for entry in map.entries() {
        match &*entry.key {
            "command" | "args" if !is_known => secrets(&entry.value, text, true, edits),
            _ => field("", entry, text, false, edits),
        }
    }
}

/// The edits of a list of variables: of those that no component reads the value goes.
fn variables(node: &Node, text: &str, edits: &mut Vec<(Range<usize>, String)>) {
    for variable in node.items() {
        let name = variable.get("name").and_then(Node::as_str).unwrap_or_default();
        let is_kept = Process::keeps(name) && !is_secret_name(name);
        match variable.as_map() {
            Some(map) => {
                for entry in map.entries() {
                    let is_value = !matches!(&*entry.key, "name" | "valueFrom");
                    secrets(&entry.value, text, is_value && !is_kept, edits);
                }
            }
            // `[A=b]`
            None => secrets(variable, text, true, edits),
        }
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
            "env: [{name: bgp_peerpass, value: hunter2}, {name: NOTE, value: \"a: 1\\nx: hunter2\"}, {name: N, value: hunter2}]",
            "env: [{name: MYSQL_PWD, value: hunter2}, {name: HTTP_AUTH, value: 'admin:hunter2'}]",
            "env: [{name: KUBE_PW, value: hunter2}]\nenv: [{name: N, value: hunter2}]",
            "env: [{name: N, value: hunter2}]\nenv: []",
            "containers: [{name: a, env: [{name: N, value: hunter2}]}]\ncontainers: []",
            "containers: [{name: a, image: x, command: [curl, -u, 'u:hunter2'], args: [hunter2]}]",
            "containers: [{name: a, command: [mysql, -phunter2]}]",
            "initContainers: [{name: a, command: [sh, -c, 'redis-cli -a hunter2; etcdctl --user root:hunter2']}]",
            "initContainers: [{name: a, args: &x [hunter2]}]\nb: *x",
            "containers: [{name: a, command: [kube-apiserver, --v=2], livenessProbe: {exec: {command: [a, hunter2]}}}]",
            "containers: [{name: a, command: [kube-apiserver, '--basic-auth=u:hunter2']}]",
            "containers: [{name: a, command: [sh, -c, 'curl -u u:hunter2 h; exec etcd --v=2']}]",
            "metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"x\":\"hunter2\"}'}}",
            "data: {a: '{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}'}",
            "data: {a: \"b: 1\\npassword: hunter2\"}",
            "{plugins: [{ipsec: {psk: hunter2}}]}",
            "vpn-auth: name=tailscale,joinKey=hunter2",
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
            "containers:\n- command: [kube-apiserver, --v=2]\n  env: [{name: ETCD_NAME, value: a}]\n",
            "containers:\n- image: registry.k8s.io/kube-proxy:v1.36.3\n  args: [--v=2]\n  volumeMounts: [{name: a}]\n",
            "containers:\n- command: [/bin/bash, -ec, 'exec hyperkube kube-apiserver --v=2']\n",
            "featureGates: {ServiceAccountTokenNodeBinding: true}\n",
        ] {
            assert_eq!(super::text(text).unwrap(), text);
        }
    }
}
