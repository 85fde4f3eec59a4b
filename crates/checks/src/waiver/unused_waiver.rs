//! A waiver that no finding matches.

use ironsides_core::Standing;
use ironsides_tree::Text;

use crate::prelude::*;
use crate::waivers::{WaiverCase, and};

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unused-waiver",
        title: "waiver waives nothing",
        severity: Severity::Low,
        family: "waiver",
        since: "0.1.0",
        page: include_str!("unused_waiver.md"),
    },
    run: Run::Waiver(run),
};

fn run(case: &WaiverCase<'_>) -> Option<String> {
    let entry = case.entry().filter(|entry| entry.standing() == Standing::Holds && entry.reached())?;
    let known = |id: &Text| crate::find(id).is_some();
    let unused: Vec<Text> = match &entry.waiver().checks {
        Some(checks) => {
            let unused =
                checks.iter().enumerate().filter(|(place, id)| known(id) && entry.used_for(*place) == 0);
            unused.map(|(_, id)| id.clone()).filter(|id| (case.is_scanned)(entry.waiver(), id)).collect()
        }
        None => return None,
    };
    (!unused.is_empty()).then(|| format!("the waiver of {} matches no finding", and(&unused)))
}
