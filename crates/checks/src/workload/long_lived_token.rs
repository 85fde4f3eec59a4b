//! A projected token that lives too long.

use crate::fixes::remove;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "long-lived-token",
        title: "service account token lives for more than a day",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("long_lived_token.md"),
    },
    run: Run::Pod(run),
};

/// A day, in seconds. Without a value a token lives for an hour.
const DAY: i64 = 24 * 60 * 60;

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for volume in pod.spec().get("volumes").items() {
        for source in volume.at(&["projected", "sources"]).items() {
            let token = source.get("serviceAccountToken");
            let at = token.get("expirationSeconds");
            match at.int() {
                Some(seconds) if seconds > DAY => {
                    let name = volume.get("name").str().unwrap_or_default();
                    let message =
                        format!("volume \"{name}\" asks for a token that lives for {seconds} seconds");
                    out.fail(&at, message).unsafe_fix(
                        "remove expirationSeconds",
                        "let the program run for more than an hour: it must read the file anew",
                        || [remove(&at)],
                    );
                }
                _ if token.is_set() => out.pass(&at),
                _ => {}
            }
        }
    }
}
