//! An object as Go writes it: empty values left out, or put where they always stand.

use super::draft::Draft;
use crate::shape::Shape;
use crate::table::Type;
use crate::wire::{self, Wire};

/// Puts in what Go always writes and takes out what it never does.
pub(super) fn complete(draft: &mut Draft, ty: &'static Type) {
    let letters = wire::letters(ty);
    if let Draft::Map(entries) = draft {
        entries.retain(|(_, value)| !value.is_null());
    }
    for (at, field) in ty.fields.iter().enumerate() {
        let wire = wire::wire(letters, at);
        match draft.get_mut(field.name) {
            Some(value) => {
                inner(value, field.shape);
                let list = matches!(field.shape, Shape::List(_) | Shape::Map(_));
                if list && !value.is_filled() {
                    // On its way through storage an empty list becomes none.
                    match wire {
                        Wire::Value => draft.remove(field.name),
                        _ => draft.set(field.name, Draft::Null),
                    }
                }
            }
            None => match wire {
                Wire::Always => draft.set(field.name, zero(field.shape)),
                Wire::Nullable => draft.set(field.name, Draft::Null),
                Wire::Value | Wire::Pointer => {}
            },
        }
    }
}

fn inner(value: &mut Draft, shape: Shape) {
    match (shape, value) {
        (
            Shape::Object(id)
            | Shape::SchemaOrBool(id)
            | Shape::SchemaOrSchemas(id)
            | Shape::SchemaOrStrings(id),
            value @ Draft::Map(_),
        ) => complete(value, id.get()),
        (Shape::SchemaOrSchemas(id), Draft::List(items)) => {
            for item in items {
                complete(item, id.get());
            }
        }
        (Shape::List(item), Draft::List(items)) if item.object().is_some() => {
            for value in items {
                inner(value, *item);
            }
        }
        (Shape::Map(item), Draft::Map(entries)) if item.object().is_some() => {
            for (_, value) in entries {
                inner(value, *item);
            }
        }
        _ => {}
    }
}

fn zero(shape: Shape) -> Draft {
    match shape {
        Shape::String => Draft::from(""),
        Shape::Bool => Draft::Bool(false),
        Shape::Int32 | Shape::Int64 | Shape::Double | Shape::IntOrString => Draft::Int(0),
        Shape::Quantity => Draft::from("0"),
        Shape::Object(id) => {
            let mut made = Draft::map();
            complete(&mut made, id.get());
            made
        }
        _ => Draft::Null,
    }
}
