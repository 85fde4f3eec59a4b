//! The values of Secrets, taken out of objects before anything keeps or sends them.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ironsides_tree::{Entry, Map, Node, Text, Value, print};

use crate::withheld::Withheld;

/// What `kubectl apply` writes the whole object into.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The fields of a Secret that hold values.
const VALUES: [&str; 2] = ["data", "stringData"];
/// The fields that a Secret has besides.
const OTHERS: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "immutable"];
/// Annotations of Secrets that are longer than this many bytes are taken out: some programs keep the whole object in one,
/// compressed.
const LONGEST: usize = 256;
/// Values from so many bytes on are looked for in annotations.
const TELLING: usize = 4;
/// What stands where something was taken out that is no value of a Secret.
const REMOVED: &str = "(removed by ironsides)";

/// Takes the values of Secrets out of objects.
///
/// In place of each value stands a [`Withheld`]: its size and a keyed fingerprint.
#[derive(Clone)]
pub struct Redactor {
    key: [u8; 32],
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

/// What was taken out of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redacted {
    /// Values of Secrets.
    pub values: u64,
    /// Annotations that hold, or may hold, values of Secrets, and those that repeat a whole object.
    pub annotations: u64,
    /// Fields of Secrets that no Secret has.
    pub fields: u64,
}

impl Redacted {
    /// Whether there was nothing to take out.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Redactor {
    /// A redactor with this key. It is to be random, and to be forgotten with the redactor.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// An object without the values of Secrets, and without what `kubectl apply` keeps of the whole object. Secrets are found
    /// wherever they stand in it: in lists, and in custom resources. What was taken out already stays as it is, so that
    /// nothing changes the second time. `None` where there is nothing to take out.
    pub fn object(&self, root: &Node, redacted: &mut Redacted) -> Option<Node> {
        if is_secret(root)
            && root.get("apiVersion").and_then(Node::as_str).is_some_and(|text| !text.contains('/'))
        {
            return self.secret(root, true, redacted);
        }
        self.walk(root, redacted)
    }

    /// Looks for Secrets, and for annotations that repeat an object, in a tree that is no Secret.
    fn walk(&self, node: &Node, redacted: &mut Redacted) -> Option<Node> {
        match node.value() {
            Value::List(items) => {
                let mut changed: Option<Vec<Node>> = None;
                for (at, item) in items.iter().enumerate() {
                    if let Some(new) = self.walk(item, redacted)
                        && let Some(place) = changed.get_or_insert_with(|| items.to_vec()).get_mut(at)
                    {
                        *place = new;
                    }
                }
                changed.map(|items| Node::new(Value::List(items.into()), node.span()))
            }
            Value::Map(_) if is_secret(node) && VALUES.iter().any(|field| node.get(field).is_some()) => {
                self.secret(node, false, redacted)
            }
            Value::Map(map) => edited(node, map, |entry| {
                if entry.key == LAST_APPLIED {
                    redacted.annotations += 1;
                    return Edit::Drop;
                }
                self.walk(&entry.value, redacted).map_or(Edit::Keep, Edit::Replace)
            }),
            _ => None,
        }
    }

    /// A Secret without its values. One that is no part of anything else keeps only the fields that Secrets have.
    fn secret(&self, node: &Node, is_whole: bool, redacted: &mut Redacted) -> Option<Node> {
        let map = node.as_map()?;
        let values: Vec<String> =
            VALUES.iter().flat_map(|field| texts(node.get(field), *field == "data")).collect();
        edited(node, map, |entry| match entry.key.as_str() {
            field if VALUES.contains(&field) => match entry.value.value() {
                Value::Null => Edit::Keep,
                Value::Map(fields) => {
                    let new = edited(&entry.value, fields, |value| {
                        self.value(&value.value, field == "data", redacted)
                    });
                    new.map_or(Edit::Keep, Edit::Replace)
                }
                // Not what a Secret holds: it says nothing, and may be anything.
                _ => {
                    redacted.fields += 1;
                    Edit::Drop
                }
            },
            "metadata" => self.metadata(&entry.value, &values, redacted).map_or(Edit::Keep, Edit::Replace),
            field if is_whole && !OTHERS.contains(&field) => {
                redacted.fields += 1;
                Edit::Drop
            }
            _ => Edit::Keep,
        })
    }

    /// What stands for a value.
    fn value(&self, value: &Node, is_base64: bool, redacted: &mut Redacted) -> Edit {
        let bytes = match value.value() {
            Value::Null => return Edit::Keep,
            Value::String(text) if text.is_empty() || Withheld::of(text).is_some() => return Edit::Keep,
            Value::String(text) => decoded(text, is_base64),
            _ => print::json(value).into_bytes(),
        };
        redacted.values += 1;
        let text = Withheld::new(&bytes, &self.key).to_string();
        Edit::Replace(Node::new(Value::String(Text::from(text)), value.span()))
    }

    /// The metadata of a Secret without annotations that hold its values.
    fn metadata(&self, node: &Node, values: &[String], redacted: &mut Redacted) -> Option<Node> {
        edited(node, node.as_map()?, |entry| {
            let Some(annotations) = entry.value.as_map().filter(|_| entry.key == "annotations") else {
                return Edit::Keep;
            };
            let new = edited(&entry.value, annotations, |annotation| {
                let text = annotation.value.as_str().unwrap_or_default();
                let new = if annotation.key == LAST_APPLIED {
                    self.applied(text)
                } else {
                    let is_object = text.trim_start().starts_with(['{', '[']);
                    let may_hold =
                        is_object || text.len() > LONGEST || values.iter().any(|value| text.contains(value));
                    may_hold.then(|| REMOVED.to_owned())
                };
                match new {
                    Some(new) if new != text => {
                        redacted.annotations += 1;
                        Edit::Replace(Node::new(Value::String(Text::from(new)), annotation.value.span()))
                    }
                    _ => Edit::Keep,
                }
            });
            new.map_or(Edit::Keep, Edit::Replace)
        })
    }

    /// What `kubectl apply` wrote of a Secret, without the values: that it wrote some stays to be seen.
    fn applied(&self, text: &str) -> Option<String> {
        if text == REMOVED {
            return None;
        }
        let root = ironsides_tree::parse_one(text).ok().filter(is_secret);
        let Some(root) = root else { return Some(REMOVED.to_owned()) };
        let new = self.secret(&root, true, &mut Redacted::default());
        Some(print::json(new.as_ref().unwrap_or(&root)))
    }
}

/// What becomes of an entry.
enum Edit {
    Keep,
    Replace(Node),
    Drop,
}

/// A map with some entries changed; `None` where none is.
fn edited(node: &Node, map: &Map, mut edit: impl FnMut(&Entry) -> Edit) -> Option<Node> {
    let mut is_changed = false;
    let mut entries = Vec::with_capacity(map.len());
    for entry in map.entries() {
        match edit(entry) {
            Edit::Keep => entries.push(entry.clone()),
            Edit::Replace(value) => {
                is_changed = true;
                entries.push(Entry { value, ..entry.clone() });
            }
            Edit::Drop => is_changed = true,
        }
    }
    is_changed.then(|| Node::new(Value::Map(Arc::new(Map::new(entries))), node.span()))
}

fn is_secret(node: &Node) -> bool {
    node.get("kind").and_then(Node::as_str) == Some("Secret")
}

fn decoded(text: &str, is_base64: bool) -> Vec<u8> {
    let bytes = is_base64.then(|| STANDARD.decode(text.trim()).ok()).flatten();
    bytes.unwrap_or_else(|| text.as_bytes().to_vec())
}

/// The texts by which the values of a field could be recognised elsewhere: as they are and as base64.
fn texts(field: Option<&Node>, is_base64: bool) -> Vec<String> {
    let mut texts = Vec::new();
    for (_, value) in field.and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        let Some(text) = value.as_str().filter(|text| Withheld::of(text).is_none()) else { continue };
        let bytes = decoded(text, is_base64);
        if bytes.len() < TELLING {
            continue;
        }
        texts.push(STANDARD.encode(&bytes));
        texts.extend(String::from_utf8(bytes));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> (String, Redacted) {
        let root = ironsides_tree::parse_one(text).unwrap();
        let redactor = Redactor::new([7; 32]);
        let mut counts = Redacted::default();
        let new = redactor.object(&root, &mut counts);
        assert_eq!(new.is_some(), !counts.is_nothing(), "{text}");
        let root = new.unwrap_or(root);
        let mut again = Redacted::default();
        assert!(redactor.object(&root, &mut again).is_none() && again.is_nothing(), "{root:?}");
        (print::json(&root), counts)
    }

    #[test]
    fn values_go_and_keys_sizes_and_equality_stay() {
        let (text, counts) = redacted(
            "{apiVersion: v1, kind: Secret, metadata: {name: a}, type: Opaque, data: {a: aHVudGVyMg==, b: '', c: 1, \
             d: not base64!}, stringData: {e: hunter2, f: other}, dta: {g: aHVudGVyMg==}}",
        );
        assert_eq!(counts, Redacted { values: 5, annotations: 0, fields: 1 });
        let root = ironsides_tree::parse_one(&text).unwrap();
        let at = |field: &str, key: &str| Withheld::of(root.at(&[field, key]).unwrap().as_str().unwrap());
        assert_eq!(at("data", "a").unwrap().size, 7);
        assert_eq!(at("data", "a"), at("stringData", "e"));
        assert_ne!(at("data", "a"), at("stringData", "f"));
        assert_eq!((at("data", "b"), at("data", "d").unwrap().size), (None, 11));
        assert!(root.get("dta").is_none() && root.get("type").is_some());
        for value in ["hunter2", "aHVudGVyMg", "not base64", "other"] {
            assert!(!text.contains(value), "{text}");
        }
    }

    #[test]
    fn annotations_that_hold_values_go() {
        let secret = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","annotations":{
            "kubectl.kubernetes.io/last-applied-configuration":
              "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"data\":{\"a\":\"aHVudGVyMg==\"},\"x\":\"hunter2\"}",
            "copy":"it is hunter2","b64":"x aHVudGVyMg==","json":"{\"p\":\"hunter3\"}","owner":"team-a"}},
            "data":{"a":"aHVudGVyMg=="}}"#;
        let (text, counts) = redacted(secret);
        assert_eq!(counts, Redacted { values: 1, annotations: 4, fields: 0 });
        assert!(!text.contains("hunter") && !text.contains("aHVud"), "{text}");
        // That values stood in it is still to be seen.
        assert!(text.contains(r#"\"data\":{\""#) && text.contains("team-a"), "{text}");
        let (text, counts) = redacted(
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{"a":"{}",
            "kubectl.kubernetes.io/last-applied-configuration":"{}"}},"data":{"a":"b"}}"#,
        );
        assert_eq!(counts.annotations, 1);
        assert_eq!(
            text,
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{"a":"{}"}},"data":{"a":"b"}}"#
        );
    }

    #[test]
    fn secrets_in_other_objects_are_found_and_references_stay() {
        let (text, counts) = redacted(
            "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret, data: {a: aHVudGVyMg==}}, {kind: Pod}]}",
        );
        assert!(counts.values == 1 && !text.contains("aHVud"), "{text}");
        let (text, counts) = redacted(
            "{apiVersion: example.com/v1, kind: Made, spec: {template: {kind: Secret, stringData: {a: hunter2}, x: other}}}",
        );
        assert!(
            counts.values == 1 && !text.contains("hunter2") && text.contains("\"x\":\"other\""),
            "{text}"
        );
        for same in [
            "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, spec: {ref: {kind: Secret, group: '', name: a}}}",
            "{apiVersion: example.com/v1, kind: Secret, data: {a: b}}",
            "{apiVersion: v1, kind: ConfigMap, data: {a: aHVudGVyMg==}}",
        ] {
            let same_kind_elsewhere = same.contains("example.com/v1, kind: Secret");
            assert_eq!(redacted(same).1.is_nothing(), !same_kind_elsewhere, "{same}");
        }
    }
}
