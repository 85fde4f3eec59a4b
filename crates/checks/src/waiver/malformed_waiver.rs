//! A comment or annotation that was meant as a waiver.

use crate::prelude::*;
use crate::waivers::WaiverCase;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "malformed-waiver",
        title: "something meant as a waiver cannot be read",
        severity: Severity::Medium,
        family: "waiver",
        since: "0.1.0",
        page: include_str!("malformed_waiver.md"),
    },
    run: Run::Waiver(run),
};

fn run(case: &WaiverCase<'_>) -> Option<String> {
    case.read.err().map(|fault| fault.message.clone())
}
