//! Lists that merge by keys.

use super::strategic::Merge;
use crate::kustomize::field::Wrong;
use crate::kustomize::node::{Kind, Node};
use crate::kustomize::origin::Origin;
use crate::kustomize::scalar::Scalar;
use crate::kustomize::schema::Schema;

/// What the items of a list meet.
#[derive(Clone, Copy)]
pub(super) enum Against<'a> {
    /// Nothing: they were there before.
    Nothing,
    /// Themselves: they are new.
    Themselves,
    /// The items of a patch.
    Patch(&'a [Node]),
}

/// Merges the items of a patch into those of a list: items of the patch come first, in its order.
pub(super) fn merge<'a>(
    merge: &Merge<'a>,
    old: &[Node],
    new: Against<'_>,
    keys: &[&str],
    schema: &Schema<'a>,
) -> Result<Vec<Node>, Wrong> {
    let keys: Vec<&str> = if keys.is_empty() { vec![""] } else { keys.to_vec() };
    let (new, fresh) = match new {
        Against::Nothing => (None, false),
        Against::Themselves => (None, true),
        Against::Patch(items) => (Some(items), false),
    };
    let mut tuples = Vec::new();
    for items in [new, Some(old)].into_iter().flatten() {
        for item in items {
            let tuple = values_of(item, &keys);
            if !tuples.contains(&tuple) {
                tuples.push(tuple);
            }
        }
    }
    if tuples.is_empty() {
        return Ok(old.to_vec());
    }
    if keys.len() > 1 {
        join_partial(&mut tuples);
    }
    // A key that no item has is not asked for.
    let asked: Vec<bool> = (0..keys.len())
        .map(|at| tuples.iter().any(|tuple| tuple.get(at).is_some_and(|value| !value.is_empty())))
        .collect();
    let all = !asked.contains(&true);
    let pick = |tuple: &[String]| -> Vec<String> {
        let chosen = tuple.iter().zip(&asked).filter(|(_, asked)| all || **asked);
        chosen.map(|(value, _)| value.clone()).collect()
    };
    let names: Vec<&str> =
        keys.iter().zip(&asked).filter(|(_, asked)| all || **asked).map(|(key, _)| *key).collect();
    let mut rest: Vec<Node> = old.to_vec();
    let mut merged: Vec<Node> = Vec::new();
    for tuple in &tuples {
        let values = pick(tuple);
        let at = find(&rest, &names, &values);
        let patch = new.and_then(|new| find(new, &names, &values).and_then(|at| new.get(at)));
        let before = at.and_then(|at| rest.get(at)).cloned();
        let outcome = match (before, patch) {
            (None, Some(patch)) => merge.settle(patch.clone(), schema)?.map(|node| (node, false)),
            (Some(before), None) if fresh => merge.settle(before, schema)?.map(|node| (node, true)),
            (before, patch) => {
                let outcome = merge.values(before, patch, schema)?;
                outcome.node.map(|node| (node, outcome.in_place))
            }
        };
        let Some((mut node, in_place)) = outcome.filter(|(node, _)| !node.is_null() && !is_empty_map(node))
        else {
            set(&mut rest, &names, &values, None);
            continue;
        };
        for (name, value) in names.iter().zip(&values) {
            if !value.is_empty() && !name.is_empty() && node.get(name).is_none() {
                let origin = Origin { reasons: None, ..node.origin.clone() };
                node.set(name, Node::scalar(Scalar::untagged(value.as_str()), origin));
            }
        }
        if let Some(there) = at.and_then(|at| rest.get_mut(at)).filter(|_| in_place) {
            *there = node.clone();
        }
        set(&mut merged, &names, &values, Some(node));
    }
    for item in rest {
        if names == [""] {
            let value = vec![item.text().to_owned()];
            set(&mut merged, &names, &value, Some(item));
            continue;
        }
        let found: Vec<String> =
            names.iter().filter_map(|name| item.get(name)).map(|node| node.text().to_owned()).collect();
        // An item without its key takes the place of all before it: kustomize asks all of them for nothing.
        if found.is_empty() {
            merged = vec![item];
            continue;
        }
        if names.len() > 1 {
            set(&mut merged, &names, &found, None);
        }
        set(&mut merged, &names, &found, Some(item));
    }
    Ok(merged)
}

fn is_empty_map(node: &Node) -> bool {
    matches!(&node.kind, Kind::Map(fields) if fields.is_empty())
}

/// What tells an item apart: the texts of its keys, empty where it lacks one.
fn values_of(item: &Node, keys: &[&str]) -> Vec<String> {
    if keys == [""] {
        return vec![item.text().to_owned()];
    }
    keys.iter().map(|key| item.get(key).map_or("", Node::text).to_owned()).collect()
}

/// Tuples that agree in one key, and in the others as far as both have them, mean the same item.
fn join_partial(tuples: &mut [Vec<String>]) {
    for i in 0..tuples.len() {
        let Some(one) = tuples.get(i).cloned() else { continue };
        for j in 0..tuples.len() {
            let Some(joined) = tuples.get(j).and_then(|other| join(&one, other)) else { continue };
            for at in [i, j] {
                if let Some(tuple) = tuples.get_mut(at) {
                    tuple.clone_from(&joined);
                }
            }
        }
    }
}

fn join(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut common = false;
    let mut joined = Vec::with_capacity(one.len());
    for (a, b) in one.iter().zip(other) {
        common |= a == b;
        if a != b && !a.is_empty() && !b.is_empty() {
            return None;
        }
        joined.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(joined)
}

/// The first item with these values. Empty values are not compared.
fn find(items: &[Node], keys: &[&str], values: &[String]) -> Option<usize> {
    let compared: Vec<(&&str, &String)> =
        keys.iter().zip(values).filter(|(_, value)| !value.is_empty()).collect();
    if compared.is_empty() && keys != [""] {
        return None;
    }
    items.iter().position(|item| {
        compared.iter().all(|(key, value)| {
            if key.is_empty() {
                return item.as_scalar().is_some() && item.text() == value.as_str();
            }
            item.get(key).is_some_and(|node| node.text() == value.as_str())
        })
    })
}

/// Puts an item in the place of those with the same values, or at the end; without an item, removes them.
fn set(items: &mut Vec<Node>, keys: &[&str], values: &[String], item: Option<Node>) {
    let maps = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut found = false;
    let mut kept = Vec::with_capacity(items.len() + 1);
    for there in std::mem::take(items) {
        if there.is_null() || is_empty_map(&there) {
            continue;
        }
        let is_map = matches!(there.kind, Kind::Map(_));
        let same = if keys == [""] {
            there.as_scalar().is_some() && values.first().is_some_and(|value| there.text() == value)
        } else if !is_map && maps {
            false
        } else {
            keys.iter().zip(values).all(|(key, value)| {
                there.get(key).is_some_and(|node| value.is_empty() || node.text() == value)
            })
        };
        if !same {
            kept.push(there);
            continue;
        }
        found = true;
        if let Some(item) = &item {
            kept.push(item.clone());
        }
    }
    if let Some(item) = item.filter(|_| !found) {
        kept.push(item);
    }
    *items = kept;
}
