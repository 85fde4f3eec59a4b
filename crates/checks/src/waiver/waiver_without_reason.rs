//! A waiver without a reason.

use ironsides_core::Standing;

use crate::prelude::*;
use crate::waivers::WaiverCase;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "waiver-without-reason",
        title: "waiver gives no reason",
        severity: Severity::Medium,
        family: "waiver",
        since: "0.1.0",
        page: include_str!("waiver_without_reason.md"),
    },
    run: Run::Waiver(run),
};

fn run(case: &WaiverCase<'_>) -> Option<String> {
    let entry = case.entry()?;
    let mute = entry.standing() == Standing::NoReason;
    mute.then(|| format!("the waiver of {} gives no reason, so it waives nothing", case.what()))
}
