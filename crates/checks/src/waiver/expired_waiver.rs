//! A waiver whose last day is over.

use ironsides_core::Standing;

use crate::prelude::*;
use crate::waivers::WaiverCase;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "expired-waiver",
        title: "waiver is past its last day",
        severity: Severity::Medium,
        family: "waiver",
        since: "0.1.0",
        page: include_str!("expired_waiver.md"),
    },
    run: Run::Waiver(run),
};

fn run(case: &WaiverCase<'_>) -> Option<String> {
    let entry = case.entry().filter(|entry| entry.standing() == Standing::Expired)?;
    let last = entry.waiver().expires?;
    Some(format!("the waiver of {} ended on {last}, so it waives nothing", case.what()))
}
