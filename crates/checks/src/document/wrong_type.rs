//! A value that the API server refuses.

use ironsides_schema::FaultKind;

use super::excused;
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
    if let Some(why) = excused(object) {
        return out.not_applicable(why);
    }
    for fault in out.faults() {
        let message = match fault.kind {
            FaultKind::UnknownField { .. } | FaultKind::MissingField { .. } => continue,
            FaultKind::WrongType { expected, found } => {
                format!("the server refuses {} where it wants {}", article(found), article(expected))
            }
            FaultKind::OutOfRange { bits: 8 } => "the server refuses a number that is no byte".to_owned(),
            FaultKind::OutOfRange { bits } => format!("the server refuses a number of more than {bits} bits"),
            FaultKind::BadQuantity => "the server refuses what is no quantity".to_owned(),
            FaultKind::BadTime => "the server refuses what is no RFC 3339 time".to_owned(),
            FaultKind::BadBase64 => "the server refuses what is no base64".to_owned(),
        };
        out.fail_at(fault.path.as_str(), fault.span, message);
    }
}

/// `an integer or string`
fn article(shape: &str) -> String {
    let article = if shape.starts_with('i') { "an" } else { "a" };
    format!("{article} {shape}")
}
