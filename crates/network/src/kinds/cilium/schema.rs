//! What the schema of the custom resources refuses and what it drops.
//!
//! Source: the definitions of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy that Cilium 1.20 installs. Both have the
//! same schema. Their one rule in CEL (`spec` or `specs` must be there) is the agent's too and is left to it.

mod form;
mod table;

use ironsides_tree::{Cursor, Node, Value};

use crate::place::{Loss, Place, Problem};
use form::Form;

/// What may stand at a place.
#[derive(Debug)]
enum Shape {
    /// A string of a form.
    Text(Form),
    /// A whole number between bounds.
    Int(i64, i64),
    /// A boolean.
    Bool,
    /// A whole number, or a string of a form.
    IntOrText(Form),
    /// A list of up to so many items.
    List(&'static Shape, usize),
    /// A list that is not empty and has no item twice.
    Set(&'static Shape),
    /// A map with any keys.
    Map(&'static Shape),
    /// A map with fields.
    Object(&'static Object),
    /// Anything.
    Anything,
}

/// A map with fields.
#[derive(Debug)]
struct Object {
    fields: &'static [(&'static str, &'static Shape)],
    /// Fields that must be there.
    required: &'static [&'static str],
    /// Fields of which exactly one must be there, if there are any.
    one_of: &'static [&'static str],
    /// Fields of which at least one must be there, if there are any.
    any_of: &'static [&'static str],
}

/// What the schema says to a document.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    /// Why it is refused.
    pub(super) refused: Vec<Problem>,
    /// Fields that are dropped.
    pub(super) dropped: Vec<Problem>,
}

/// Judges a document by the schema, but for its metadata.
pub(super) fn judge(document: u32, root: &Cursor<'_>) -> Judgement {
    let mut judge = Judge { document, judgement: Judgement::default() };
    judge.value(root, &Shape::Object(&table::ROOT));
    judge.judgement
}

struct Judge {
    document: u32,
    judgement: Judgement,
}

impl Judge {
    fn problem(&self, at: &Cursor<'_>, message: String, loss: Loss) -> Problem {
        Problem { place: Place::of(self.document, at), message, loss }
    }

    fn refuse(&mut self, at: &Cursor<'_>, message: impl Into<String>) {
        let problem = self.problem(at, message.into(), Loss::Policy);
        self.judgement.refused.push(problem);
    }

    fn value(&mut self, at: &Cursor<'_>, shape: &Shape) {
        let value = at.node().map_or(&Value::Null, Node::value);
        match (shape, value) {
            (Shape::Text(form) | Shape::IntOrText(form), Value::String(text)) => {
                if let Some(expected) = form.fault(text) {
                    self.refuse(at, format!("`{text}` is not {expected}"));
                }
            }
            (Shape::Int(first, last), Value::Int(_) | Value::Float(_)) => match at.int() {
                Some(number) if (*first..=*last).contains(&number) => {}
                _ => self.refuse(at, format!("must be a whole number from {first} to {last}")),
            },
            (Shape::IntOrText(_), Value::Int(_) | Value::Float(_)) if at.int().is_some() => {}
            (Shape::Bool, Value::Bool(_)) | (Shape::Anything, _) => {}
            (Shape::List(items, most), Value::List(list)) => {
                if list.len() > *most {
                    self.refuse(at, format!("has {} items where at most {most} may stand", list.len()));
                }
                at.slots().for_each(|item| self.value(&item, items));
            }
            (Shape::Set(items), Value::List(list)) => {
                if list.is_empty() {
                    self.refuse(at, "is empty, and must not be where it is written");
                }
                for (place, item) in at.slots().enumerate() {
                    self.value(&item, items);
                    if list.iter().take(place).any(|other| Some(other) == item.node()) {
                        self.refuse(&item, "stands here twice");
                    }
                }
            }
            (Shape::Map(values), Value::Map(map)) => {
                for entry in map.entries() {
                    self.value(&at.get(&entry.key), values);
                }
            }
            (Shape::Object(object), Value::Map(_)) => self.object(at, object),
            (shape, _) => {
                let got = at.node().map_or("null", Node::shape);
                self.refuse(at, format!("is {got} where a {} belongs", shape.word()));
            }
        }
    }

    fn object(&mut self, at: &Cursor<'_>, object: &Object) {
        let Some(map) = at.node().and_then(Node::as_map) else { return };
        let has = |field: &&&str| map.get(field).is_some();
        for field in object.required.iter().filter(|field| !has(field)) {
            self.refuse(at, format!("has no `{field}`, which it must have"));
        }
        let alternatives =
            |fields: &[&str]| fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        let one = object.one_of.iter().filter(has).count();
        if one != 1 && !object.one_of.is_empty() {
            self.refuse(
                at,
                format!("must have exactly one of {}, and has {one}", alternatives(object.one_of)),
            );
        }
        if !object.any_of.is_empty() && !object.any_of.iter().any(|field| has(&field)) {
            self.refuse(at, format!("must have at least one of {}", alternatives(object.any_of)));
        }
        for entry in map.entries() {
            let inner = at.get(&entry.key);
            if let Some((_, shape)) = object.fields.iter().find(|(field, _)| *field == entry.key) {
                self.value(&inner, shape);
                continue;
            }
            let near = object.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(&entry.key));
            let hint = near.map_or_else(String::new, |(field, _)| format!("; `{field}` is"));
            let message = format!("`{}` is no field here and is dropped{hint}", entry.key);
            let problem = self.problem(&inner, message, Loss::Part);
            self.judgement.dropped.push(problem);
        }
    }
}

impl Shape {
    fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Int(..) => "whole number",
            Self::Bool => "boolean",
            Self::IntOrText(_) => "whole number or string",
            Self::List(..) | Self::Set(_) => "list",
            Self::Map(_) | Self::Object(_) => "map",
            Self::Anything => "value",
        }
    }
}
