//! What the API server fills in before it looks at an object.
//!
//! Each function is named after a type and does what upstream's `SetDefaults_*` function of that type does
//! (`pkg/apis/*/v*/defaults.go` of Kubernetes 1.36); defaults that upstream declares beside a field come from the
//! tables. Outer types come before inner ones, as in upstream's generated code.

mod apps;
mod core;
mod pod;
mod rest;

use super::draft::Draft;
use crate::quantity::Quantity;
use crate::shape::Shape;
use crate::table::Type;
use crate::wire::{self, Wire};

/// Fills in what is absent from an object of this type, and from everything in it.
pub(super) fn fill(draft: &mut Draft, ty: &'static Type) {
    typed(draft, ty.name);
    declared(draft, ty);
    for field in ty.fields {
        if holds_objects(field.shape)
            && let Some(value) = draft.get_mut(field.name)
        {
            inner(value, field.shape);
        }
    }
}

/// The functions by type.
fn typed(draft: &mut Draft, name: &str) {
    match name.split_once(".v") {
        Some(("core", _)) => core::fill(draft, name) || pod::fill(draft, name),
        Some(("apps" | "batch" | "autoscaling", _)) => apps::fill(draft, name),
        _ => rest::fill(draft, name),
    };
}

fn holds_objects(shape: Shape) -> bool {
    shape.object().is_some() || matches!(shape, Shape::Map(Shape::Quantity))
}

fn inner(value: &mut Draft, shape: Shape) {
    match (shape, value) {
        (Shape::Object(id), value @ Draft::Map(_)) => fill(value, id.get()),
        (Shape::List(item), Draft::List(items)) => items.iter_mut().for_each(|value| inner(value, *item)),
        // SetDefaults_ResourceList: nothing finer than a thousandth.
        (Shape::Map(Shape::Quantity), Draft::Map(entries)) => {
            for (_, value) in entries {
                if let Some(mut amount) = Quantity::parse(value.text()) {
                    amount.round_up(-3);
                    *value = Draft::from(amount.canonical());
                }
            }
        }
        (Shape::Map(item), Draft::Map(entries)) => {
            for (_, value) in entries {
                inner(value, *item);
            }
        }
        _ => {}
    }
}

/// Defaults that stand beside fields in upstream's types. A struct that is held by value is there even when nothing
/// was written.
fn declared(draft: &mut Draft, ty: &'static Type) {
    let letters = wire::letters(ty);
    for (at, field) in ty.fields.iter().enumerate() {
        let wire = wire::wire(letters, at);
        if matches!(field.shape, Shape::Object(_)) && wire == Wire::Always {
            draft.default(field.name, Draft::map());
            continue;
        }
        let Some(json) = field.default() else { continue };
        let pointer = matches!(wire, Wire::Pointer | Wire::Nullable);
        let zero = matches!(json, "{}" | "\"\"" | "0" | "false");
        if (zero && !pointer) || draft.has(field.name) || json == "{}" {
            continue;
        }
        let value = match json {
            "true" => Draft::Bool(true),
            "false" => Draft::Bool(false),
            _ => match json.parse::<i64>() {
                Ok(number) => Draft::Int(number),
                Err(_) => Draft::from(json.trim_matches('"')),
            },
        };
        draft.set(field.name, value);
    }
}
