//! A pod that names its account under the old name of the field.

use crate::fixes::{remove, set};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "deprecated-service-account-field",
        title: "pod uses the deprecated field serviceAccount",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("deprecated_service_account_field.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let name = |field| (pod.spec().get(field), pod.spec().get(field).str().unwrap_or_default());
    let ((at, old), (current_at, current)) = (name("serviceAccount"), name("serviceAccountName"));
    if old.is_empty() || old == current {
        // The server writes both into every pod it stores.
        return out.pass(&current_at);
    }
    if current.is_empty() {
        out.fail(&at, "the pod sets serviceAccount, the deprecated name of serviceAccountName")
            .safe_fix("write it as serviceAccountName", || [set(&current_at, old), remove(&at)]);
    } else {
        let message = format!("serviceAccount \"{old}\" is ignored: serviceAccountName is \"{current}\"");
        out.fail(&at, message)
            .severity(Severity::Low)
            .also(pod.object(), &current_at)
            .safe_fix("remove serviceAccount", || [remove(&at)]);
    }
}
