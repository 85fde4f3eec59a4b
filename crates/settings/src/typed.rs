//! Values of Rust's types out of trees, as serde makes them of JSON. An error says in which field it is.

use std::fmt;

use ironsides_tree::{Entry, Node, Value};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Makes a value of a tree.
///
/// # Errors
///
/// A value of another type than its field asks for, a field that is missing or wrong in itself.
pub(crate) fn typed<T: DeserializeOwned>(root: &Node) -> Result<T, TypeError> {
    T::deserialize(Of(root))
}

/// Why a tree is not what was asked for, and where.
#[derive(Debug)]
pub struct TypeError {
    /// The steps to the value as they are written, the innermost first: `.mode`, `[/etc/passwd]`, `[3]`.
    steps: Vec<String>,
    /// What is wrong with it.
    why: String,
}

impl TypeError {
    /// The error as it is seen from the map that has the value at a key.
    fn at_key(mut self, key: &str) -> Self {
        let is_plain = !key.contains(['.', '/', ' ', '[']);
        self.steps.push(if is_plain { format!(".{key}") } else { format!("[{key}]") });
        self
    }

    /// The error as it is seen from the list that has the value at a place.
    fn at_place(mut self, place: usize) -> Self {
        self.steps.push(format!("[{place}]"));
        self
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: String = self.steps.iter().rev().map(String::as_str).collect();
        match path.trim_start_matches('.') {
            "" => out.write_str(&self.why),
            path => write!(out, "{path}: {}", self.why),
        }
    }
}

impl std::error::Error for TypeError {}

impl serde::de::Error for TypeError {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self { steps: Vec::new(), why: why.to_string() }
    }
}

/// A tree that is read.
struct Of<'a>(&'a Node);

impl<'de> Deserializer<'de> for Of<'de> {
    type Error = TypeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.0.value() {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items { all: items, at: 0 }),
            Value::Map(map) => visitor.visit_map(Fields { rest: map.entries(), open: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match self.0.value() {
            Value::String(text) => visitor.visit_enum(StrDeserializer::new(text)),
            Value::Map(map) => {
                visitor.visit_enum(MapAccessDeserializer::new(Fields { rest: map.entries(), open: None }))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The fields of a map that are still to be read, and the one whose value is next.
struct Fields<'a> {
    rest: &'a [Entry],
    open: Option<&'a Entry>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = TypeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, TypeError> {
        let Some((next, rest)) = self.rest.split_first() else { return Ok(None) };
        (self.rest, self.open) = (rest, Some(next));
        let key = StrDeserializer::<TypeError>::new(&next.key);
        seed.deserialize(key).map(Some).map_err(|error| error.at_key(&next.key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, TypeError> {
        let Some(open) = self.open.take() else {
            return Err(serde::de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(Of(&open.value)).map_err(|error| error.at_key(&open.key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The values of a list, and which of them is next.
struct Items<'a> {
    all: &'a [Node],
    at: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = TypeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, TypeError> {
        let Some(next) = self.all.get(self.at) else { return Ok(None) };
        let place = self.at;
        self.at += 1;
        seed.deserialize(Of(next)).map(Some).map_err(|error| error.at_place(place))
    }

    fn size_hint(&self) -> Option<usize> {
        self.all.len().checked_sub(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ironsides_tree::{parse_one, print};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        Plain,
        Sized(u8),
        Named { side: f64 },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Facts {
        name: String,
        port: Option<u16>,
        #[serde(default)]
        files: BTreeMap<String, Vec<Shape>>,
        #[serde(default)]
        rest: serde_json::Value,
    }

    /// What serde makes of the tree, and of the JSON that it prints as.
    fn both(text: &str) -> (Result<Facts, TypeError>, Result<Facts, serde_json::Error>) {
        let root = parse_one(text).unwrap();
        (typed(&root), serde_json::from_str(&print::json(&root)))
    }

    #[test]
    fn trees_are_read_as_their_json_is() {
        for text in [
            "{name: a}",
            "{name: '', port: null, files: {}, rest: null}",
            "{name: a, port: 65535, files: {/a: [plain, {sized: 3}, {named: {side: 0.5}}], b.c: []}}",
            "{name: a, rest: {a: [1, -1, 1.5, true, null, yes, 9223372036854775807], b: {}}}",
        ] {
            let (ours, by_json) = both(text);
            assert_eq!(ours.unwrap(), by_json.unwrap(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, expected) in [
            ("{}", "missing field `name`"),
            ("[]", "invalid length 0, expected struct Facts with 4 elements"),
            ("a", "invalid type: string \"a\", expected struct Facts"),
            ("{name: 1}", "name: invalid type: integer `1`, expected a string"),
            ("{name: a, port: 65536}", "port: invalid value: integer `65536`, expected u16"),
            ("{name: a, port: x}", "port: invalid type: string \"x\", expected u16"),
            (
                "{name: a, files: {/etc/a: [plain, round]}}",
                "files[/etc/a][1]: unknown variant `round`, expected one of `plain`, `sized`, `named`",
            ),
            (
                "{name: a, files: {a: [{named: {side: []}}]}}",
                "files.a[0].named.side: invalid type: sequence, expected f64",
            ),
            ("{name: a, x: 1}", "x: unknown field `x`, expected one of `name`, `port`, `files`, `rest`"),
        ] {
            let (ours, by_json) = both(text);
            assert!(by_json.is_err(), "{text}");
            assert_eq!(ours.unwrap_err().to_string(), expected, "{text}");
        }
    }
}
