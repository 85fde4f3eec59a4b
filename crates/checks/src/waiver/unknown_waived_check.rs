//! A waiver of a check that is none.

use crate::prelude::*;
use crate::waivers::WaiverCase;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unknown-waived-check",
        title: "waiver names a check that does not exist",
        severity: Severity::Medium,
        family: "waiver",
        since: "0.1.0",
        page: include_str!("unknown_waived_check.md"),
    },
    run: Run::Waiver(run),
};

fn run(case: &WaiverCase<'_>) -> Option<String> {
    let checks = case.entry()?.waiver().checks.as_ref()?;
    let unknown = checks.iter().find(|id| crate::find(id).is_none())?;
    let meant =
        crate::nearest(unknown).first().map_or_else(String::new, |id| format!("; did you mean {id}?"));
    Some(format!("no check is called \"{unknown}\"{meant}"))
}
