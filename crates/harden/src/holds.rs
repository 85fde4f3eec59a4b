//! Whether a value that is in force is as good as one that is wanted.

use ironsides_core::duration_seconds;
use ironsides_settings::{parse_bool, parse_number};
use ironsides_tree::{Node, Value as Tree};

use crate::wanted::{Holds, Value, Wanted};

/// A value that is in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Now {
    text: Option<String>,
    list: Vec<String>,
}

impl Now {
    /// Of a node; nothing where there is none.
    pub(crate) fn of(node: Option<&Node>) -> Self {
        let scalar = |node: &Node| match node.value() {
            Tree::String(text) => Some(text.as_str().to_owned()),
            Tree::Bool(value) => Some(value.to_string()),
            Tree::Int(value) => Some(value.to_string()),
            Tree::Float(value) => Some(value.to_string()),
            Tree::Null | Tree::List(_) | Tree::Map(_) => None,
        };
        let Some(node) = node else { return Self::default() };
        if let Some(items) = node.as_list() {
            return Self { text: None, list: items.iter().filter_map(scalar).collect() };
        }
        let text = scalar(node).filter(|text| !text.is_empty());
        let items = text.iter().flat_map(|text| text.split(',')).map(|item| item.trim().to_owned());
        let list = items.filter(|item| !item.is_empty()).collect();
        Self { text, list }
    }

    fn size(&self) -> Option<f64> {
        let text = self.text.as_deref()?;
        parse_number(text).or_else(|| duration_seconds(text))
    }
}

/// Suites of TLS 1.3, which no list can choose from, and the two names that one suite has.
fn same_suite(name: &str) -> &str {
    name.strip_suffix("_SHA256").filter(|short| short.ends_with("_POLY1305")).unwrap_or(name)
}

/// Whether what is in force is as good as what is wanted.
pub(crate) fn holds(wanted: &Wanted, now: &Now) -> bool {
    match (wanted.holds, &wanted.value) {
        (Holds::AnyValue, _) => now.text.is_some(),
        (Holds::Exactly, Value::Bool(value)) => now.text.as_deref().and_then(parse_bool) == Some(*value),
        (Holds::Exactly, Value::List(items)) => {
            let sorted = |items: &[String]| {
                let mut items = items.to_vec();
                items.sort_unstable();
                items
            };
            sorted(items) == sorted(&now.list)
        }
        (Holds::Exactly, value) => now.text.as_deref() == Some(value.to_string().as_str()),
        (Holds::AtLeast, Value::Text(floor)) if floor.contains("TLS") => {
            now.text.as_deref().is_some_and(|text| text >= floor.as_str())
        }
        (Holds::AtLeast, value) => size(value).is_some_and(|size| now.size().is_some_and(|own| own >= size)),
        (Holds::AtMost, value) => {
            size(value).is_some_and(|size| now.size().is_some_and(|own| own > 0.0 && own <= size))
        }
        (Holds::Includes, value) => {
            let items = Now::of(Some(&Node::bare(Tree::String(value.to_string().as_str().into())))).list;
            items.iter().all(|item| now.list.contains(item))
        }
        (Holds::Within, Value::List(items)) => {
            let is_strong = |suite: &String| {
                matches!(
                    suite.as_str(),
                    "TLS_AES_128_GCM_SHA256" | "TLS_AES_256_GCM_SHA384" | "TLS_CHACHA20_POLY1305_SHA256"
                ) || items.iter().any(|item| same_suite(item) == same_suite(suite))
            };
            !now.list.is_empty() && now.list.iter().all(is_strong)
        }
        (Holds::Within, value) => now.list.iter().all(|item| *item == value.to_string()),
    }
}

fn size(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "no setting is that large")]
        Value::Number(number) => Some(*number as f64),
        Value::Text(text) => duration_seconds(text),
        Value::Bool(_) | Value::List(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use ironsides_settings::Component;

    use super::*;

    #[test]
    fn what_is_stricter_is_as_good() {
        let cases: [(Holds, Value, &str, bool); 16] = [
            (Holds::Exactly, false.into(), "\"false\"", true),
            (Holds::Exactly, false.into(), "\"0\"", true),
            (Holds::Exactly, false.into(), "true", false),
            (Holds::Exactly, false.into(), "null", false),
            (Holds::AtLeast, 30.into(), "\"30\"", true),
            (Holds::AtLeast, 30.into(), "29", false),
            (Holds::AtLeast, "VersionTLS12".into(), "VersionTLS13", true),
            (Holds::AtLeast, "VersionTLS13".into(), "VersionTLS12", false),
            (Holds::AtMost, "5m0s".into(), "4h0m0s", false),
            (Holds::AtMost, "5m0s".into(), "30s", true),
            (Holds::AtMost, "5m0s".into(), "0s", false),
            (Holds::AtMost, 4096.into(), "-1", false),
            (Holds::Includes, Value::List(vec!["A".into(), "B".into()]), "B,C,A", true),
            (Holds::Includes, Value::List(vec!["A".into(), "B".into()]), "B", false),
            (
                Holds::Within,
                Value::List(vec!["X_POLY1305".into()]),
                "X_POLY1305_SHA256,TLS_AES_128_GCM_SHA256",
                true,
            ),
            (Holds::Within, Value::List(vec!["X_POLY1305".into()]), "TLS_RSA_WITH_RC4_128_SHA", false),
        ];
        for (how, value, now, expected) in cases {
            let node = ironsides_tree::parse_one(now).unwrap();
            let wanted = Wanted::new(Component::Kubelet, "key", value.clone()).holds(how);
            assert_eq!(holds(&wanted, &Now::of(Some(&node))), expected, "{how:?} {value} {now}");
        }
    }
}
