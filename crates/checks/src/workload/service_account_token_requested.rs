//! A pod that asks for its token in so many words.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-account-token-requested",
        title: "pod asks for a service account token",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("service_account_token_requested.md"),
    },
    run: Run::Pod(run),
};

/// Where programs look for the token (`DefaultAPITokenMountPath` of the ServiceAccount admission plug-in).
const PLACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let automount = pod.spec().get("automountServiceAccountToken");
    if automount.is(true) {
        out.fail(&automount, "the pod sets automountServiceAccountToken to true");
    } else {
        out.pass(&automount);
    }
    if pod.is_stored() {
        // The API server has written the mounts of the usual token into it.
        return;
    }
    for container in pod.containers() {
        for mount in container.get("volumeMounts").items() {
            let path = mount.get("mountPath");
            if path.str().is_some_and(|path| path.trim_end_matches('/') == PLACE) {
                out.fail(&path, format!("{container} mounts a volume where programs look for the token"));
            }
        }
    }
}
