//! JSON in which keys stand twice, as Go decodes it: what a later map does not name, an earlier one of the same key has said.

use std::fmt;

use ironsides_tree::{Map, Node, Text, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The value of a JSON text, with maps of the same key joined. Nothing in it knows its place in the text.
pub(super) fn read(text: &str) -> Option<Node> {
    serde_json::from_str::<Joined>(text).ok().map(|joined| joined.0)
}

struct Joined(Node);

impl<'de> Deserialize<'de> for Joined {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(|value| Self(Node::bare(value)))
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers beyond 64 signed bits are approximate in trees")]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Joined(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map: Vec<(Text, Node)> = Vec::new();
        while let Some((key, Joined(value))) = entries.next_entry::<String, Joined>()? {
            match map.iter_mut().find(|(known, _)| *known == key) {
                Some((_, before)) => *before = join(before, value),
                None => map.push((Text::new(key), value)),
            }
        }
        Ok(Value::Map(map.into_iter().collect::<Map>().into()))
    }
}

/// A value over one of the same key.
fn join(before: &Node, after: Node) -> Node {
    let (Some(old), Some(new)) = (before.as_map(), after.as_map()) else { return after };
    let mut map: Vec<(Text, Node)> =
        old.entries().iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    for entry in new.entries() {
        match map.iter_mut().find(|(key, _)| *key == entry.key) {
            Some((_, value)) => *value = join(value, entry.value.clone()),
            None => map.push((entry.key.clone(), entry.value.clone())),
        }
    }
    Node::bare(Value::Map(map.into_iter().collect::<Map>().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_of_one_key_are_joined_and_other_values_replaced() {
        let text = r#"{"a": {"b": 1, "c": {"d": [1]}}, "n": 1, "a": {"c": {"d": [2], "e": null}}, "n": 2.5}"#;
        let json = ironsides_tree::print::json(&read(text).unwrap());
        assert_eq!(json, r#"{"a":{"b":1,"c":{"d":[2],"e":null}},"n":2.5}"#);
    }
}
