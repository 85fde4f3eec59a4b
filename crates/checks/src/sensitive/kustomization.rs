//! Where a kustomization file holds secrets in plain text.

use ironsides_tree::{Cursor, Node, Span};

use super::{is_shown_in, span};
use crate::workload::{is_secret, secret};

/// The spans of the secrets in a kustomization file: every literal of a `secretGenerator`; of a `configMapGenerator`
/// those that look like one; values under secret names anywhere else, such as the values of a chart. `text` is that of the
/// file: of literals only what follows the key is meant.
pub fn sensitive_in_kustomization(root: &Node, text: &str) -> Vec<Span> {
    let root = Cursor::root(root);
    let mut spans = Vec::new();
    for generator in root.get("secretGenerator").items() {
        spans.extend(generator.get("literals").items().filter_map(|literal| value(&literal, text)));
    }
    for generator in root.get("configMapGenerator").items() {
        let shows = |literal: &Cursor<'_>| {
            let pair = literal.str().and_then(|text| text.split_once('='));
            pair.is_some_and(|(key, value)| {
                let value = value.trim_matches(['"', '\'']);
                secret(key, value).is_some() || is_shown_in(key, value)
            })
        };
        spans.extend(
            generator.get("literals").items().filter(shows).filter_map(|literal| value(&literal, text)),
        );
    }
    named(&root, &mut spans);
    spans.retain(|span| span.is_some());
    spans
}

/// The value of a literal `KEY=value` in its file, or all of it where the key is not written as it is read.
fn value(literal: &Cursor<'_>, text: &str) -> Option<Span> {
    let whole = span(literal)?;
    let after_key = || {
        let (key, _) = literal.str()?.split_once('=')?;
        let (written, _) = whole.slice(text)?.split_once('=')?;
        let start = whole.start.checked_add(u32::try_from(written.len() + 1).ok()?)?;
        (written.trim_start_matches(['"', '\'']) == key).then_some(Span { start, end: whole.end })
    };
    after_key().or(Some(whole))
}

/// Values under the names of secrets, however deep: `password: x`, `{name: PASSWORD, value: x}`.
fn named(at: &Cursor<'_>, spans: &mut Vec<Span>) {
    let name = at.get("name");
    for (key, value) in at.entries() {
        let is_variable = key == "value" && name.str().is_some_and(|name| is_secret(name, &value));
        if is_variable || is_secret(key, &value) {
            spans.extend(span(&value));
        } else {
            named(&value, spans);
        }
    }
    for item in at.items() {
        named(&item, spans);
    }
}

#[cfg(test)]
mod tests {
    use ironsides_tree::{Documents, Limits};

    use super::*;

    #[test]
    fn literals_and_named_values_are_found() {
        for (text, expected) in [
            (
                "secretGenerator: [{name: a, literals: [x=y, 'z=\"w\"', \"q\"]}]",
                &["y", "\"w\"'", "\"q\""][..],
            ),
            ("configMapGenerator: [{literals: [DB_PASSWORD=abc, level=info]}]", &["abc"]),
            (
                "configMapGenerator: [{literals: ['\\x=1', u=postgres://a:b1c2d3e4@h/x]}]",
                &["postgres://a:b1c2d3e4@h/x"],
            ),
            ("helmCharts: [{name: a, valuesInline: {auth: {password: abc}, tag: b}}]", &["abc"]),
            ("a: {env: [{name: DB_PASSWORD, value: abc}, {name: LEVEL, value: info}]}", &["abc"]),
            ("secretGenerator: [{name: a, envs: [a.env], files: [b]}]", &[]),
            ("secretGenerator: x", &[]),
        ] {
            let document = Documents::new(text, Limits::default()).next().unwrap().unwrap();
            let spans = sensitive_in_kustomization(&document.root, text);
            let shown: Vec<_> = spans.iter().filter_map(|span| span.slice(text)).collect();
            assert_eq!(shown, expected, "{text}");
        }
    }
}
