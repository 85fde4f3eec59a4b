//! A waiver without an end.

use ironsides_core::Standing;

use crate::prelude::*;
use crate::waivers::WaiverCase;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "waiver-without-expiry",
        title: "waiver does not say when it ends",
        severity: Severity::Medium,
        family: "waiver",
        since: "0.1.0",
        page: include_str!("waiver_without_expiry.md"),
    },
    run: Run::Waiver(run),
};

fn run(case: &WaiverCase<'_>) -> Option<String> {
    let entry = case.entry()?;
    // One without a reason is told of that first.
    let endless = entry.standing() == Standing::NoExpiry;
    endless.then(|| format!("the waiver of {} does not say when it ends, so it waives nothing", case.what()))
}
