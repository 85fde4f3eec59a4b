//! Maps.

use std::collections::BTreeMap;
use std::rc::Rc;

use ironsides_tree::Text;

use super::Param::{Any, Map as MapParam, Str};
use super::{Args, Function, Outcome, Problem, fixed, give, variadic};
use crate::helm::print;
use crate::helm::value::{MAX_DEPTH, Map, Slot, Value};

pub(super) const TABLE: &[Function] = &[
    variadic("dict", &[Any], |_, _, a| give(dict(a))),
    fixed("get", &[MapParam, Str], |_, _, a| {
        let found = Args(a).map(0).and_then(|map| map.get(&Args(a).text(1)));
        Ok(found.unwrap_or(Value::str("").into()))
    }),
    fixed("set", &[MapParam, Str, Any], |_, _, a| {
        let map = Args(a).map(0).ok_or("there is no map to set a key of")?;
        let mut slot = Args(a).slot(2);
        if matches!(slot.value, Value::Nil) {
            slot.value = Value::Null;
        }
        map.set(Text::new(Args(a).text(1)), slot);
        Ok(Args(a).slot(0))
    }),
    fixed("unset", &[MapParam, Str], |_, _, a| {
        if let Some(map) = Args(a).map(0) {
            map.remove(&Args(a).text(1));
        }
        Ok(Args(a).slot(0))
    }),
    fixed("hasKey", &[MapParam, Str], |_, _, a| {
        give(Value::Bool(Args(a).map(0).is_some_and(|map| map.has(&Args(a).text(1)))))
    }),
    variadic("pluck", &[Str, MapParam], |_, _, a| {
        let key = Args(a).text(0);
        let maps = (1..a.len()).filter_map(|at| Args(a).map(at));
        give(Value::list(maps.filter_map(|map| map.get(&key)).collect()))
    }),
    variadic("keys", &[MapParam], |_, _, a| {
        let maps = (0..a.len()).filter_map(|at| Args(a).map(at));
        give(Value::strings(maps.flat_map(|map| map.snapshot()).map(|(key, _)| key)))
    }),
    fixed("values", &[MapParam], |_, _, a| {
        let entries = Args(a).map(0).map(|map| map.snapshot()).unwrap_or_default();
        give(Value::list(entries.into_iter().map(|(_, slot)| slot).collect()))
    }),
    variadic("pick", &[MapParam, Str], |_, _, a| {
        let picked = Map::new();
        if let Some(map) = Args(a).map(0) {
            for at in 1..a.len() {
                let key = Args(a).text(at);
                if let Some(slot) = map.get(&key) {
                    picked.set(Text::new(key), slot);
                }
            }
        }
        give(Value::Map(picked))
    }),
    variadic("omit", &[MapParam, Str], |_, _, a| {
        let mut entries: BTreeMap<Text, Slot> =
            Args(a).map(0).map(|map| map.snapshot()).unwrap_or_default().into_iter().collect();
        for at in 1..a.len() {
            entries.remove(&*Args(a).text(at));
        }
        give(Value::Map(Map::of(entries)))
    }),
    variadic("merge", &[MapParam, MapParam], |_, _, a| merge(a, false)),
    variadic("mustMerge", &[MapParam, MapParam], |_, _, a| merge(a, false)),
    variadic("mergeOverwrite", &[MapParam, MapParam], |_, _, a| merge(a, true)),
    variadic("mustMergeOverwrite", &[MapParam, MapParam], |_, _, a| merge(a, true)),
    variadic("dig", &[Any], |_, _, a| dig(a)),
];

/// A map of the keys and values that follow each other.
fn dict(args: &[Slot]) -> Value {
    let map = Map::new();
    for pair in args.chunks(2) {
        let Some(key) = pair.first() else { continue };
        let mut slot = pair.get(1).cloned().unwrap_or(Value::str("").into());
        if matches!(slot.value, Value::Nil) {
            slot.value = Value::Null;
        }
        map.set(Text::new(print::string(&key.value)), slot);
    }
    Value::Map(map)
}

fn merge(args: &[Slot], overwrite: bool) -> Outcome {
    let into = match Args(args).map(0) {
        Some(map) => map.clone(),
        None => Map::new(),
    };
    for at in 1..args.len() {
        if let Some(from) = Args(args).map(at) {
            merge_into(&into, from, overwrite, 0)?;
        }
    }
    give(Value::Map(into))
}

/// Merges as `dario.cat/mergo` does: maps into maps, and otherwise what is empty gives way; where values are
/// overwritten, all else does.
fn merge_into(into: &Rc<Map>, from: &Rc<Map>, overwrite: bool, depth: usize) -> Result<(), Problem> {
    if depth > MAX_DEPTH {
        return Err("the maps nest too deep to be merged".into());
    }
    if Rc::ptr_eq(into, from) {
        return Ok(());
    }
    for (key, slot) in from.snapshot() {
        let old = into.get(&key);
        match (old.as_ref().map(|old| &old.value), &slot.value) {
            (Some(Value::Map(old)), Value::Map(new)) => merge_into(old, new, overwrite, depth + 1)?,
            (None, new) if !overwrite && new.is_nil() => {}
            (None, _) => into.set(key, slot),
            (Some(old), new) => {
                if overwrite || (old.is_empty() && !new.is_nil()) {
                    into.set(key, slot);
                }
            }
        }
    }
    Ok(())
}

fn dig(args: &[Slot]) -> Outcome {
    let [keys @ .., default, map] = args else { return Err("it takes at least three arguments".into()) };
    if keys.is_empty() {
        return Err("it takes at least three arguments".into());
    }
    let mut at = map.clone();
    for key in keys {
        let Value::Map(map) = &at.value else {
            return Err(format!("a {} has no keys", at.value.type_name()).into());
        };
        let Value::Str(key) = &key.value else {
            return Err(format!("a key is a string, not a {}", key.value.type_name()).into());
        };
        match map.get(&key.text) {
            Some(slot) => at = slot,
            None => return Ok(default.clone()),
        }
    }
    Ok(at)
}
