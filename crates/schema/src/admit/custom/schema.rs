//! Structural schemas: what they prune, fill in and refuse.

use super::super::draft::Draft;

/// Drops what a schema does not know, and names it.
pub(super) fn prune(value: &mut Draft, schema: &Draft, path: &str, dropped: &mut Vec<String>) {
    let keeps = schema.is_true("x-kubernetes-preserve-unknown-fields");
    let whole = path.is_empty() || schema.is_true("x-kubernetes-embedded-resource");
    match value {
        Draft::Map(entries) => {
            let properties = schema.get("properties");
            let others = schema.get("additionalProperties");
            entries.retain_mut(|(key, value)| {
                if whole && matches!(key.as_str(), "apiVersion" | "kind" | "metadata") {
                    return true;
                }
                let inner = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                if properties.has(key) {
                    prune(value, properties.get(key), &inner, dropped);
                } else if matches!(others, Draft::Map(_)) {
                    prune(value, others, &inner, dropped);
                } else if !keeps && *others != Draft::Bool(true) {
                    dropped.push(inner);
                    return false;
                }
                true
            });
        }
        Draft::List(items) => {
            let schema = schema.get("items");
            for (at, item) in items.iter_mut().enumerate() {
                if !schema.is_null() || !keeps {
                    prune(item, schema, &format!("{path}[{at}]"), dropped);
                }
            }
        }
        _ => {}
    }
}

/// Fills in defaults. A null where none may stand counts as absent.
pub(super) fn fill(value: &mut Draft, schema: &Draft) {
    match value {
        Draft::Map(_) => {
            let properties = schema.get("properties");
            for (key, property) in properties.entries() {
                let default = property.get("default");
                let absent = match value {
                    Draft::Map(entries) => {
                        let known = entries.iter().find(|(known, _)| known == key);
                        known.is_none_or(|(_, value)| value.is_null() && !property.is_true("nullable"))
                    }
                    _ => false,
                };
                if absent {
                    value.remove(key);
                    if !default.is_null() {
                        value.set(key, default.clone());
                    }
                }
            }
            let Draft::Map(entries) = value else { return };
            let others = schema.get("additionalProperties");
            for (key, value) in entries {
                let inner = if properties.has(key) { properties.get(key) } else { others };
                fill_null(value, inner);
                fill(value, inner);
            }
        }
        Draft::List(items) => {
            let schema = schema.get("items");
            for item in items {
                fill_null(item, schema);
                fill(item, schema);
            }
        }
        _ => {}
    }
}

fn fill_null(value: &mut Draft, schema: &Draft) {
    if value.is_null() && !schema.is_true("nullable") && schema.has("default") {
        *value = schema.get("default").clone();
    }
}

/// What a schema refuses, each with its place.
pub(super) fn check(value: &Draft, schema: &Draft, path: &str, wrong: &mut Vec<String>) {
    if !schema.is_filled() {
        return;
    }
    let mut say = |what: &str| wrong.push(format!("{path}: {what}"));
    if value.is_null() {
        if !schema.is_true("nullable") && schema.has("type") {
            say("must not be null");
        }
        return;
    }
    if !has_type(value, schema) {
        return say(&format!("must be of type {}", schema.str("type")));
    }
    let words = schema.get("enum").items();
    if !words.is_empty() && !words.iter().any(|word| same(word, value)) {
        say("is not one of the supported values");
    }
    if !in_bounds(value, schema) {
        say("is not within its bounds");
    }
    match value {
        Draft::Map(_) => map(value, schema, path, wrong),
        Draft::List(items) => list(items, schema, path, wrong),
        _ => {}
    }
    combined(value, schema, path, wrong);
}

fn has_type(value: &Draft, schema: &Draft) -> bool {
    if schema.is_true("x-kubernetes-int-or-string") {
        return matches!(value, Draft::Int(_) | Draft::Text(_));
    }
    match (schema.str("type"), value) {
        ("integer", Draft::Float(value)) => value.fract() == 0.0,
        ("", _)
        | ("integer", Draft::Int(_))
        | ("number", Draft::Int(_) | Draft::Float(_))
        | ("string", Draft::Text(_))
        | ("boolean", Draft::Bool(_))
        | ("array", Draft::List(_))
        | ("object", Draft::Map(_)) => true,
        _ => false,
    }
}

fn same(a: &Draft, b: &Draft) -> bool {
    a == b || number(a).zip(number(b)).is_some_and(|(a, b)| (a - b).abs() < f64::EPSILON)
}

#[expect(clippy::cast_precision_loss, reason = "JSON schema compares numbers as floats")]
fn number(value: &Draft) -> Option<f64> {
    match value {
        Draft::Int(value) => Some(*value as f64),
        Draft::Float(value) => Some(*value),
        _ => None,
    }
}

fn in_bounds(value: &Draft, schema: &Draft) -> bool {
    let bound = |key: &str| number(schema.get(key));
    if let Some(value) = number(value) {
        let over = bound("minimum")
            .is_none_or(|low| if schema.is_true("exclusiveMinimum") { value > low } else { value >= low });
        let under = bound("maximum")
            .is_none_or(|high| if schema.is_true("exclusiveMaximum") { value < high } else { value <= high });
        let multiple = bound("multipleOf").is_none_or(|of| of == 0.0 || (value / of).fract() == 0.0);
        return over && under && multiple;
    }
    let count = |count: usize, low: &str, high: &str| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        schema.get(low).int().is_none_or(|low| count >= low)
            && schema.get(high).int().is_none_or(|high| count <= high)
    };
    match value {
        Draft::Text(text) => count(text.chars().count(), "minLength", "maxLength"),
        Draft::List(items) => count(items.len(), "minItems", "maxItems"),
        Draft::Map(entries) => count(entries.len(), "minProperties", "maxProperties"),
        _ => true,
    }
}

fn map(value: &Draft, schema: &Draft, path: &str, wrong: &mut Vec<String>) {
    for required in schema.get("required").items() {
        let there = value.entries().iter().any(|(key, _)| key == required.text());
        if !there {
            wrong.push(format!("{path}.{}: is required", required.text()));
        }
    }
    let properties = schema.get("properties");
    let others = schema.get("additionalProperties");
    for (key, value) in value.entries() {
        if path.is_empty() && matches!(key.as_str(), "apiVersion" | "kind" | "metadata") {
            continue;
        }
        let inner = if properties.has(key) { properties.get(key) } else { others };
        let dot = if path.is_empty() { "" } else { "." };
        check(value, inner, &format!("{path}{dot}{key}"), wrong);
    }
}

fn list(items: &[Draft], schema: &Draft, path: &str, wrong: &mut Vec<String>) {
    let inner = schema.get("items");
    let keys = schema.get("x-kubernetes-list-map-keys").items();
    let kind = schema.str("x-kubernetes-list-type");
    for (at, item) in items.iter().enumerate() {
        check(item, inner, &format!("{path}[{at}]"), wrong);
        let twice = items.iter().take(at).any(|other| match kind {
            "set" => same(other, item),
            "map" => keys.iter().all(|key| same(other.get(key.text()), item.get(key.text()))),
            _ => false,
        });
        if twice {
            wrong.push(format!("{path}[{at}]: stands twice"));
        }
    }
}

fn combined(value: &Draft, schema: &Draft, path: &str, wrong: &mut Vec<String>) {
    let fits = |schema: &Draft| {
        let mut wrong = Vec::new();
        check(value, schema, path, &mut wrong);
        wrong.is_empty()
    };
    let (any, all, one) =
        (schema.get("anyOf").items(), schema.get("allOf").items(), schema.get("oneOf").items());
    let right = (any.is_empty() || any.iter().any(fits))
        && all.iter().all(fits)
        && (one.is_empty() || one.iter().filter(|schema| fits(schema)).count() == 1)
        && (schema.get("not").is_null() || !fits(schema.get("not")));
    if !right {
        wrong.push(format!("{path}: does not fit the combination of schemas"));
    }
}
