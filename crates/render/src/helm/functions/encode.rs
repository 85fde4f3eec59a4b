//! YAML, JSON, TOML, base64 and base32.

use ironsides_tree::{Documents, Format, Limits};

use super::Param::{Any, Str};
use super::{Args, Function, Outcome, fixed, give, toml};
use crate::helm::encoding;
use crate::helm::json::{self, Style};
use crate::helm::value::{Map, Slot, Value};
use crate::helm::yaml;

const COMPACT: Style = Style { pretty: false, html: true };
const PRETTY: Style = Style { pretty: true, html: true };
const RAW: Style = Style { pretty: false, html: false };

pub(super) const TABLE: &[Function] = &[
    fixed("toYaml", &[Any], |_, _, a| to_yaml(a, yaml::Style::Plain, false)),
    fixed("mustToYaml", &[Any], |_, _, a| to_yaml(a, yaml::Style::Plain, true)),
    fixed("toYamlPretty", &[Any], |_, _, a| to_yaml(a, yaml::Style::Pretty, false)),
    fixed("fromYaml", &[Str], |_, _, a| {
        give(match from_yaml(&Args(a).text(0)) {
            Ok(value @ Value::Map(_)) => value,
            Ok(value) if value.is_nil() => Value::Map(Map::new()),
            Ok(other) => error_map(&format!("the YAML is a {}, not a map", other.kind())),
            Err(error) => error_map(&error),
        })
    }),
    fixed("fromYamlArray", &[Str], |_, _, a| {
        give(match from_yaml(&Args(a).text(0)) {
            Ok(value @ Value::List(_)) => value,
            Ok(value) if value.is_nil() => Value::list(Vec::new()),
            Ok(other) => Value::values([Value::str(format!("the YAML is a {}, not a list", other.kind()))]),
            Err(error) => Value::values([Value::str(error)]),
        })
    }),
    fixed("toJson", &[Any], |_, _, a| to_json(a, COMPACT, false)),
    fixed("mustToJson", &[Any], |_, _, a| to_json(a, COMPACT, true)),
    fixed("toPrettyJson", &[Any], |_, _, a| to_json(a, PRETTY, false)),
    fixed("mustToPrettyJson", &[Any], |_, _, a| to_json(a, PRETTY, true)),
    fixed("toRawJson", &[Any], |_, _, a| to_json(a, RAW, true)),
    fixed("mustToRawJson", &[Any], |_, _, a| to_json(a, RAW, true)),
    fixed("fromJson", &[Str], |_, _, a| {
        give(match json::read(&Args(a).text(0)) {
            Ok(value @ Value::Map(_)) => value,
            // A null leaves Go's map nil.
            Ok(value) if value.is_nil() => Value::Map(Map::new()),
            Ok(other) => error_map(&format!("the JSON is a {}, not a map", other.kind())),
            Err(error) => error_map(&error),
        })
    }),
    fixed("mustFromJson", &[Str], |_, _, a| give(json::read(&Args(a).text(0))?)),
    fixed("fromJsonArray", &[Str], |_, _, a| {
        give(match json::read(&Args(a).text(0)) {
            Ok(value @ Value::List(_)) => value,
            Ok(value) if value.is_nil() => Value::list(Vec::new()),
            Ok(other) => Value::values([Value::str(format!("the JSON is a {}, not a list", other.kind()))]),
            Err(error) => Value::values([Value::str(error)]),
        })
    }),
    fixed("toToml", &[Any], |_, _, a| {
        give(Value::str(toml::write(Args(a).value(0)).unwrap_or_else(|error| error)))
    }),
    fixed("mustToToml", &[Any], |_, _, a| give(Value::str(toml::write(Args(a).value(0))?))),
    fixed("fromToml", &[Str], |_, _, a| {
        give(toml::read(&Args(a).text(0)).unwrap_or_else(|error| error_map(&error)))
    }),
    fixed("b64enc", &[Str], |_, _, a| give(Value::str(encoding::base64(Args(a).bytes(0))))),
    fixed("b64dec", &[Str], |_, _, a| give(decoded(encoding::from_base64(Args(a).bytes(0)), "base64"))),
    fixed("b32enc", &[Str], |_, _, a| give(Value::str(encoding::base32(Args(a).bytes(0))))),
    fixed("b32dec", &[Str], |_, _, a| give(decoded(encoding::from_base32(Args(a).bytes(0)), "base32"))),
];

fn decoded(bytes: Result<Vec<u8>, usize>, name: &str) -> Value {
    match bytes {
        Ok(bytes) => Value::string_of(bytes),
        Err(at) => Value::str(format!("illegal {name} data at input byte {at}")),
    }
}

fn error_map(error: &str) -> Value {
    Value::map([("Error", Value::str(error))])
}

fn to_yaml(args: &[Slot], style: yaml::Style, must: bool) -> Outcome {
    use crate::helm::value::Str;
    use ironsides_tree::Text;
    match yaml::write(Args(args).value(0), style) {
        Some(written) => {
            let marks = if written.marks.is_empty() { None } else { Some(written.marks.into()) };
            give(Value::Str(Str { text: Text::new(written.text), marks }))
        }
        None if must => Err("the value cannot be written as YAML: it nests too deep".into()),
        None => give(Value::str("")),
    }
}

fn to_json(args: &[Slot], style: Style, must: bool) -> Outcome {
    match json::write(Args(args).value(0), style) {
        Some(text) => give(Value::str(text)),
        None if must => Err("the value cannot be written as JSON".into()),
        None => give(Value::str("")),
    }
}

/// The first document of a text.
fn from_yaml(text: &str) -> Result<Value, String> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    match Documents::with_format(text, Format::Yaml, limits).next() {
        None => Ok(Value::Null),
        Some(Ok(document)) => Ok(json::from_node(&document.root)),
        Some(Err(error)) => {
            let at = error.position(text);
            Err(format!("error converting YAML to JSON: yaml: line {}: {}", at.line, error.message))
        }
    }
}
