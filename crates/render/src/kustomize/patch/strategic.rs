//! Strategic merge as kustomize does it.
//!
//! Maps merge field by field, null removes a field, lists of built-in kinds merge by their keys, and all other lists are
//! replaced. `$patch: delete` and `$patch: replace` are known; `$setElementOrder`, `$retainKeys` and
//! `$deleteFromPrimitiveList` are fields like any other to kustomize.

use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashSet;

use super::lists::{self, Against};
use crate::kustomize::field::Wrong;
use crate::kustomize::node::{Field, Kind, Node};
use crate::kustomize::origin::Because;
use crate::kustomize::schema::Schema;

const DIRECTIVE: &str = "$patch";

/// A merge under way.
pub(in crate::kustomize) struct Merge<'a> {
    pub(in crate::kustomize) because: &'a Arc<Because>,
    /// The OpenAPI document of the user.
    pub(in crate::kustomize) custom: Option<&'a Node>,
}

/// What becomes of a value.
pub(super) struct Outcome {
    pub(super) node: Option<Node>,
    /// Whether it is null and stays.
    keep: bool,
    /// Whether it is the old value, changed in place.
    pub(super) in_place: bool,
}

impl Outcome {
    fn of(node: Option<Node>, in_place: bool) -> Self {
        Self { node, keep: false, in_place }
    }
}

/// What a patch wants to be done with a map or list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

impl<'a> Merge<'a> {
    /// Merges a patch into an object. `None` is what is left of one that the patch deletes.
    pub(in crate::kustomize) fn objects(&self, old: Node, patch: &Node) -> Result<Option<Node>, Wrong> {
        let merged = self.values(Some(old), Some(patch), &Schema::NOTHING)?;
        Ok(merged.node.filter(|node| !node.is_null()))
    }

    fn schema(&self, known: &Schema<'a>, nodes: [Option<&Node>; 2]) -> Schema<'a> {
        if !known.is_nothing() || known.keys().is_some() {
            return known.clone();
        }
        for node in nodes.into_iter().flatten() {
            let text = |key: &str| node.get(key).map_or("", Node::text);
            let (api_version, kind) = (text("apiVersion"), text("kind"));
            if !api_version.is_empty() && !kind.is_empty() {
                let schema = Schema::of(api_version, kind, self.custom);
                if !schema.is_nothing() {
                    return schema;
                }
            }
        }
        Schema::NOTHING
    }

    pub(super) fn values(
        &self,
        old: Option<Node>,
        new: Option<&Node>,
        schema: &Schema<'a>,
    ) -> Result<Outcome, Wrong> {
        let schema = self.schema(schema, [old.as_ref(), new]);
        let there = |node: Option<&Node>| node.is_some_and(|node| !node.is_null());
        if let (Some(before), Some(after)) =
            (old.as_ref().filter(|node| !node.is_null()), new.filter(|node| !node.is_null()))
            && std::mem::discriminant(&before.kind) != std::mem::discriminant(&after.kind)
        {
            let message = format!("the patch has {} where there is {}", after.shape(), before.shape());
            return Err(Wrong { message, place: after.origin.place });
        }
        let deciding = if there(old.as_ref()) { old.as_ref() } else { new };
        match deciding.filter(|node| !node.is_null()).map(|node| &node.kind) {
            None => Ok(Self::nulls(old, new)),
            Some(Kind::Map(_)) => self.maps(old, new, &schema),
            Some(Kind::List(_)) => self.lists(old, new, &schema),
            Some(Kind::Scalar(_)) => Ok(self.scalars(old, new)),
        }
    }

    fn nulls(old: Option<Node>, new: Option<&Node>) -> Outcome {
        match (old, new) {
            // A null that is written out stays as long as nobody patches it.
            (Some(old), None) if !old.text().is_empty() => {
                Outcome { node: Some(old), keep: true, in_place: true }
            }
            (_, new) => Outcome::of(new.cloned(), false),
        }
    }

    fn scalars(&self, old: Option<Node>, new: Option<&Node>) -> Outcome {
        match (old, new) {
            (old, None) => Outcome::of(old, true),
            (old, Some(new)) => {
                let mut new = new.clone();
                if let Some(old) = old {
                    new.origin = old.origin.rewritten(new.origin.place, self.because);
                }
                Outcome::of(Some(new), false)
            }
        }
    }

    fn maps(&self, old: Option<Node>, new: Option<&Node>, schema: &Schema<'a>) -> Result<Outcome, Wrong> {
        let Some(old) = old.filter(|old| !old.is_null()) else {
            let settled = new.map(|new| self.settle(new.clone(), schema)).transpose()?.flatten();
            return Ok(Outcome::of(settled, false));
        };
        if new.is_some_and(Node::is_null) {
            return Ok(Outcome::of(None, false));
        }
        let directive = new.map_or(Ok(Directive::Merge), directive_of_map)?;
        match (directive, new) {
            (Directive::Delete, _) => return Ok(Outcome::of(None, false)),
            (Directive::Replace, Some(new)) => {
                return Ok(Outcome::of(self.settle(new.clone(), schema)?, false));
            }
            _ => {}
        }
        let Node { kind: Kind::Map(fields), origin } = old else { return Ok(Outcome::of(Some(old), true)) };
        let mut merged = Node { kind: Kind::Map(Vec::with_capacity(fields.len())), origin };
        let Some(out) = merged.fields_mut() else { return Ok(Outcome::of(Some(merged), true)) };
        let met: FxHashSet<Text> = fields
            .iter()
            .filter(|field| new.is_some_and(|new| new.get(&field.key).is_some()))
            .map(|field| field.key.clone())
            .collect();
        for Field { key, place, value } in fields {
            let quoted = value.as_scalar().is_some_and(|scalar| scalar.quoted);
            let patch = new.and_then(|new| new.get(&key));
            let outcome = self.values(Some(value), patch, &schema.field(&key))?;
            let Some(mut value) = outcome.node.filter(|node| outcome.keep || !node.is_null()) else {
                continue;
            };
            // The quotes of the old value stay, whatever stands between them now.
            if let Kind::Scalar(scalar) = &mut value.kind
                && !outcome.in_place
            {
                scalar.quoted = quoted;
            }
            out.push(Field { key, place, value });
        }
        for field in new.map(Node::fields).unwrap_or_default() {
            // A field that was there is merged already, or gone.
            if field.key == DIRECTIVE || met.contains(&field.key) {
                continue;
            }
            let outcome = self.values(None, Some(&field.value), &schema.field(&field.key))?;
            if let Some(value) = outcome.node.filter(|node| !node.is_null()) {
                out.push(Field { key: field.key.clone(), place: field.place, value });
            }
        }
        Ok(Outcome::of(Some(merged), true))
    }

    /// A part of a patch that meets nothing: directives and nulls leave it.
    pub(super) fn settle(&self, new: Node, schema: &Schema<'a>) -> Result<Option<Node>, Wrong> {
        let schema = self.schema(schema, [Some(&new), None]);
        let Node { kind, origin } = new;
        match kind {
            Kind::Scalar(_) => Ok(Some(Node { kind, origin })),
            Kind::Map(fields) => {
                let node = Node { kind: Kind::Map(fields), origin };
                if directive_of_map(&node)? == Directive::Delete {
                    return Ok(None);
                }
                let Node { kind: Kind::Map(fields), origin } = node else { return Ok(None) };
                let mut out = Vec::with_capacity(fields.len());
                for Field { key, place, value } in fields {
                    if key == DIRECTIVE || value.is_null() {
                        continue;
                    }
                    if let Some(value) = self.settle(value, &schema.field(&key))? {
                        out.push(Field { key, place, value });
                    }
                }
                Ok(Some(Node { kind: Kind::Map(out), origin }))
            }
            Kind::List(items) => {
                let node = Node { kind: Kind::List(items), origin };
                let Some(keys) = schema.keys() else { return Ok(Some(node)) };
                let (directive, items) = directive_of_list(&node)?;
                if directive == Directive::Delete {
                    return Ok(None);
                }
                let merged = lists::merge(self, &items, Against::Themselves, keys, &schema.items())?;
                Ok(Some(Node { kind: Kind::List(merged), origin: node.origin }))
            }
        }
    }

    fn lists(&self, old: Option<Node>, new: Option<&Node>, schema: &Schema<'a>) -> Result<Outcome, Wrong> {
        let Some(keys) = schema.keys() else {
            return Ok(match new {
                Some(new) => Outcome::of(Some(new.clone()), false),
                None => Outcome::of(old, true),
            });
        };
        let Some(mut old) = old.filter(|old| !old.is_null()) else {
            // Where no list is, its directive is an item like any other.
            let Some(new) = new.filter(|new| !new.is_null()) else { return Ok(Outcome::of(None, false)) };
            let merged = lists::merge(self, new.items(), Against::Themselves, keys, &schema.items())?;
            return Ok(Outcome::of(
                Some(Node { kind: Kind::List(merged), origin: new.origin.clone() }),
                false,
            ));
        };
        let Some(new) = new else {
            let merged = lists::merge(self, old.items(), Against::Nothing, keys, &schema.items())?;
            old.kind = Kind::List(merged);
            return Ok(Outcome::of(Some(old), true));
        };
        if new.is_null() {
            return Ok(Outcome::of(None, false));
        }
        let (directive, items) = directive_of_list(new)?;
        match directive {
            Directive::Delete => Ok(Outcome::of(None, false)),
            Directive::Replace => {
                let merged = lists::merge(self, &items, Against::Themselves, keys, &schema.items())?;
                Ok(Outcome::of(Some(Node { kind: Kind::List(merged), origin: new.origin.clone() }), false))
            }
            Directive::Merge => {
                let merged = lists::merge(self, old.items(), Against::Patch(&items), keys, &schema.items())?;
                old.kind = Kind::List(merged);
                Ok(Outcome::of(Some(old), true))
            }
        }
    }
}

fn directive(node: &Node) -> Result<Directive, Wrong> {
    match node.text() {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        other => Err(Wrong {
            message: format!("$patch must be merge, replace or delete, and is `{other}`"),
            place: node.origin.place,
        }),
    }
}

fn directive_of_map(node: &Node) -> Result<Directive, Wrong> {
    node.get(DIRECTIVE).filter(|node| !node.is_null()).map_or(Ok(Directive::Merge), directive)
}

/// The directive of a list stands in an item of its own, which is no part of the list.
fn directive_of_list(node: &Node) -> Result<(Directive, Vec<Node>), Wrong> {
    let items = node.items();
    let alone = |item: &&Node| item.fields().len() == 1 && item.get(DIRECTIVE).is_some();
    let first = items.iter().find(|item| item.get(DIRECTIVE).is_some()).filter(alone);
    let Some(found) = first.and_then(|item| item.get(DIRECTIVE)) else {
        return Ok((Directive::Merge, items.to_vec()));
    };
    let rest = items.iter().filter(|item| item.get(DIRECTIVE).map(Node::text) != Some(found.text()));
    Ok((directive(found)?, rest.cloned().collect()))
}
