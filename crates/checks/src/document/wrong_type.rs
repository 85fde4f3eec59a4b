//! A value that the API server refuses.

use ironsides_schema::{FaultKind, each_fault};

use super::NOT_BUILT_IN;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wrong-type",
        title: "value has a type that its field cannot hold",
        severity: Severity::High,
        family: "document",
        since: "0.1.0",
        page: include_str!("wrong_type.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let Some(kind) = object.kind() else { return out.not_applicable(NOT_BUILT_IN) };
    each_fault(&object.root, kind.ty(), &mut |fault| {
        let message = match fault.kind {
            FaultKind::UnknownField { .. } | FaultKind::MissingField { .. } => return,
            FaultKind::WrongType { expected, found } => {
                format!("the server refuses {} where it wants {}", article(found), article(expected))
            }
            FaultKind::OutOfRange { bits: 8 } => "the server refuses a number that is no byte".to_owned(),
            FaultKind::OutOfRange { bits } => format!("the server refuses a number of more than {bits} bits"),
            FaultKind::BadQuantity => "the server refuses what is no quantity".to_owned(),
            FaultKind::BadTime => "the server refuses what is no RFC 3339 time".to_owned(),
            FaultKind::BadBase64 => "the server refuses what is no base64".to_owned(),
        };
        out.fail_at(fault.path, fault.span, message);
    });
}

/// `an integer or string`
fn article(shape: &str) -> String {
    let article = if shape.starts_with('i') { "an" } else { "a" };
    format!("{article} {shape}")
}
