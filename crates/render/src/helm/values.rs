//! Values: read from files, merged, and handed down to sub-charts.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use ironsides_tree::{Documents, Format, Limits, Node, SyntaxError, Text, Value as Tree};

use super::loaded::Loaded;
use super::options::NamedText;
use super::origin::{Origin, Origins, Source};
use super::value::{Map, Slot, Value, deep_copy};

/// The documents of a values file, the later to be merged over the earlier.
pub(crate) fn read(text: &str) -> Result<Vec<Node>, SyntaxError> {
    let limits = Limits { split_lists: false, expanded: 10_000_000, ..Limits::default() };
    let documents = Documents::with_format(text, Format::Yaml, limits);
    let mut roots = Vec::new();
    for document in documents {
        let root = document?.root;
        if root.is_null() {
            continue;
        }
        if root.as_map().is_none() {
            return Err(SyntaxError {
                message: format!("values are a map, and this is a {}", root.shape()),
                offset: root.span().start,
                document: 0,
                hint: Some("write keys and values: key: value"),
            });
        }
        roots.push(root);
    }
    Ok(roots)
}

/// The values of a file, with where each is set.
pub(crate) fn of_file(origins: &mut Origins, file: &NamedText, documents: &[Node]) -> Rc<Map> {
    let source =
        origins.source(Source::File { path: file.path.clone(), text: file.text.clone(), lines: None });
    let mut all = Map::new();
    for document in documents {
        if let Value::Map(map) = of_node(origins, document, source) {
            all = if all.len() == 0 { map } else { merged(&all, &map) };
        }
    }
    all
}

/// The value of a tree that a source sets. Numbers are floats, as Helm reads them.
pub(crate) fn of_node(origins: &mut Origins, node: &Node, origin: Origin) -> Value {
    match node.value() {
        Tree::Null => Value::Null,
        Tree::Bool(value) => Value::Bool(*value),
        #[expect(clippy::cast_precision_loss, reason = "as Helm does")]
        Tree::Int(value) => Value::Float(*value as f64),
        Tree::Float(value) => Value::Float(*value),
        Tree::String(text) => Value::str(text),
        Tree::List(items) => {
            let slots = items.iter().enumerate().map(|(at, item)| {
                let origin = origins.item(origin, at, item.span().start);
                Slot { value: of_node(origins, item, origin), origin }
            });
            Value::list(slots.collect())
        }
        Tree::Map(map) => {
            let mut entries = BTreeMap::new();
            for entry in map.entries() {
                let origin = origins.key(origin, &entry.key, entry.key_span.start);
                let value = of_node(origins, &entry.value, origin);
                entries.insert(entry.key.clone(), Slot { value, origin });
            }
            Value::Map(Map::of(entries))
        }
    }
}

/// Two maps as one: maps are merged, all else the second one wins.
pub(crate) fn merged(a: &Rc<Map>, b: &Rc<Map>) -> Rc<Map> {
    let out = Map::of(a.snapshot().into_iter().collect());
    for (key, slot) in b.snapshot() {
        if let Value::Map(new) = &slot.value
            && let Some(Slot { value: Value::Map(old), origin }) = out.get(&key)
        {
            out.set(key, Slot { value: Value::Map(merged(&old, new)), origin });
        } else {
            out.set(key, slot);
        }
    }
    out
}

/// A copy of a map of values; values files nest no deeper than copies may.
pub(crate) fn copied(map: &Rc<Map>) -> Rc<Map> {
    match deep_copy(&Value::Map(map.clone())) {
        Some(Value::Map(copy)) => copy,
        _ => map.clone(),
    }
}

/// The values of a chart and those below it: what is given wins over the chart's own, and a null given removes what
/// the chart sets. Where `merge`, nulls stay, for a later pass.
pub(crate) fn coalesced(chart: &Loaded, given: &Rc<Map>, merge: bool) -> Result<Rc<Map>, String> {
    let values = copied(given);
    coalesce(chart, &values, merge)?;
    Ok(values)
}

fn coalesce(chart: &Loaded, values: &Rc<Map>, merge: bool) -> Result<(), String> {
    own_values(chart, values, merge);
    for below in &chart.dependencies {
        let name = Text::new(&below.name);
        let inner = match values.get(&name) {
            None => {
                let map = Map::new();
                values.set(name, Value::Map(map.clone()));
                map
            }
            Some(Slot { value: Value::Map(map), .. }) => map,
            Some(other) => {
                let shape = other.value.kind();
                return Err(format!(
                    "the values of sub-chart {name} are to be a map, and .Values.{name} is a {shape}"
                ));
            }
        };
        globals(&inner, values);
        coalesce(below, &inner, merge)?;
    }
    Ok(())
}

/// Hands the globals of a chart down to one below it.
fn globals(inner: &Rc<Map>, outer: &Rc<Map>) {
    let table = |map: &Rc<Map>| match map.get("global").map(|slot| slot.value) {
        None => Some(Map::new()),
        Some(Value::Map(map)) => Some(map),
        Some(_) => None,
    };
    let (Some(to), Some(from)) = (table(inner), table(outer)) else { return };
    for (key, slot) in from.snapshot() {
        match (&slot.value, to.get(&key)) {
            (Value::Map(map), old) => {
                let copy = Map::of(map.snapshot().into_iter().collect());
                match old.map(|old| old.value) {
                    None => to.set(key, Slot { value: Value::Map(copy), origin: slot.origin }),
                    Some(Value::Map(old)) => {
                        tables(&copy, &old, true);
                        to.set(key, Slot { value: Value::Map(copy), origin: slot.origin });
                    }
                    Some(_) => {}
                }
            }
            (_, Some(Slot { value: Value::Map(_), .. })) => {}
            _ => to.set(key, slot),
        }
    }
    let origin = inner.get("global").map_or(Origin::NONE, |slot| slot.origin);
    inner.set("global", Slot { value: Value::Map(to), origin });
}

/// Lays the chart's own values under those given.
fn own_values(chart: &Loaded, values: &Rc<Map>, merge: bool) {
    for (key, slot) in copied(&chart.values).snapshot() {
        match values.get(&key) {
            Some(Slot { value: Value::Null | Value::Nil, .. }) if !merge => values.remove(&key),
            Some(Slot { value: Value::Map(given), .. }) => {
                let Value::Map(own) = &slot.value else { continue };
                let merge = merge || chart.dependencies.iter().any(|below| *below.name == *key);
                if !merge {
                    without_nulls(own);
                }
                tables(&given, own, merge);
            }
            Some(_) => {}
            None => {
                if !merge {
                    if slot.value.is_nil() {
                        continue;
                    }
                    if let Value::Map(own) = &slot.value {
                        without_nulls(own);
                    }
                }
                values.set(key, slot);
            }
        }
    }
}

/// Lays one map under another, whose values win.
pub(crate) fn tables(over: &Rc<Map>, under: &Rc<Map>, merge: bool) {
    for (key, slot) in under.snapshot() {
        let was_null = slot.value.is_nil();
        match over.get(&key) {
            None => over.set(key, slot),
            Some(Slot { value: Value::Null | Value::Nil, .. }) if !merge && !was_null => over.remove(&key),
            Some(Slot { value: Value::Map(inner), .. }) => {
                if let Value::Map(below) = &slot.value {
                    tables(&inner, below, merge);
                }
            }
            Some(_) => {}
        }
    }
}

fn without_nulls(map: &Rc<Map>) {
    for (key, slot) in map.snapshot() {
        match &slot.value {
            Value::Null | Value::Nil => map.remove(&key),
            Value::Map(inner) => without_nulls(inner),
            _ => {}
        }
    }
}

/// The map at a path of keys.
pub(crate) fn table_at(values: &Rc<Map>, path: &str) -> Option<Rc<Map>> {
    path.split('.').try_fold(values.clone(), |map, key| match map.get(key)?.value {
        Value::Map(map) => Some(map),
        _ => None,
    })
}

/// The value at a path of keys, unless it is a map.
pub(crate) fn value_at(values: &Rc<Map>, path: &str) -> Option<Value> {
    let (table, key) = match path.rsplit_once('.') {
        Some((table, key)) => (table_at(values, table)?, key),
        None => (values.clone(), path),
    };
    table.get(key).map(|slot| slot.value).filter(|value| !matches!(value, Value::Map(_)))
}

/// A text that was read under a path.
pub(crate) fn named(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> NamedText {
    NamedText { path: path.into(), text: text.into() }
}
