//! Values as texts and as JSON.

use serde_json::Value as Json;

use crate::field::FieldUse;
use crate::kind::Kind;
use crate::predicate::Event;
use crate::value::Value;

/// A field's value as a text, or `None` where it is absent.
pub fn text<E: Event + ?Sized>(field: &FieldUse, event: &E) -> Option<String> {
    let value = event.value(field)?;
    Some(match value {
        Value::Text(bytes) if field.kind == Kind::ByteBuf => bytes
            .iter()
            .map(|byte| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' })
            .collect(),
        other => plain(&other),
    })
}

/// A value as a text.
pub(crate) fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Int(number) => number.to_string(),
        Value::Uint(number) => number.to_string(),
        Value::Double(number) => format!("{number:.1}"),
        Value::Bool(value) => value.to_string(),
        Value::Ip(address) => address.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!("({})", items.join(","))
        }
        Value::Any(_) => super::ABSENT.to_owned(),
        Value::Ends(ends) => ends.first().map_or_else(|| super::ABSENT.to_owned(), |end| plain(end)),
    }
}

/// A field's value as JSON: numbers, booleans and lists keep their types, what is absent is null.
pub fn json<E: Event + ?Sized>(field: &FieldUse, event: &E) -> Json {
    // Times that print as texts are numbers here: nanoseconds since the epoch.
    let name = field.id.field().name;
    if name.starts_with("evt.time") || name.starts_with("evt.datetime") || name == "evt.outputtime" {
        let time = crate::field::FieldId::named("evt.rawtime");
        let time =
            time.map(|id| FieldUse { id, argument: crate::field::Argument::None, kind: Kind::AbsTime });
        if let Some(time) = time.and_then(|time| event.value(&time)) {
            return value(&time);
        }
    }
    match event.value(field) {
        Some(Value::Text(_)) if field.kind == Kind::ByteBuf => {
            text(field, event).map_or(Json::Null, Json::String)
        }
        Some(found) => value(&found),
        None => Json::Null,
    }
}

fn value(found: &Value<'_>) -> Json {
    match found {
        Value::Int(number) => (*number).into(),
        Value::Uint(number) => (*number).into(),
        Value::Double(number) => (*number).into(),
        Value::Bool(value) => (*value).into(),
        Value::List(items) => Json::Array(items.iter().map(value).collect()),
        Value::Any(_) => Json::Null,
        other => Json::String(plain(other)),
    }
}
