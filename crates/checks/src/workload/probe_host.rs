//! A probe or lifecycle hook that makes the kubelet call somebody else.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "probe-host",
        title: "probe or lifecycle hook sets a host",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("probe_host.md"),
    },
    run: Run::Pod(run),
};

/// What the kubelet runs for a container, and whether it is a hook: those make no TCP connections.
const HANDLERS: [(&[&str], bool); 5] = [
    (&["livenessProbe"], false),
    (&["readinessProbe"], false),
    (&["startupProbe"], false),
    (&["lifecycle", "postStart"], true),
    (&["lifecycle", "preStop"], true),
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let host_network = pod.spec().get("hostNetwork").is(true);
    for container in pod.containers() {
        for (handler, is_hook) in HANDLERS {
            let what = handler.last().copied().unwrap_or_default();
            for action in ["httpGet", "tcpSocket"] {
                let at = container.at.at(handler).get(action).get("host");
                let Some(host) = at.str().filter(|host| !host.is_empty()) else {
                    out.pass(&at);
                    continue;
                };
                // A host does not hold credentials. Whoever writes them there does not want them repeated.
                let (secret, host) = host.rsplit_once('@').map_or((false, host), |(_, host)| (true, host));
                let message = format!("{container} has a {what} that calls host \"{host}\"");
                let draft = if secret {
                    out.fail_at(at.path().to_string(), at.mark(), message)
                } else {
                    out.fail(&at, message)
                };
                draft.unsafe_fix(
                    "take the host away",
                    "watch whether it succeeds against the pod's own address",
                    || [remove(&at)],
                );
                if is_hook && action == "tcpSocket" {
                    draft.effective(
                        "nothing is called",
                        "the kubelet does not run tcpSocket in lifecycle hooks",
                    );
                    draft.safe_fix("take the host away", || [remove(&at)]);
                    draft.severity(Severity::Low);
                } else if host_network && is_loopback(host) {
                    draft
                        .effective(host.to_owned(), "with hostNetwork, the node's loopback is the pod's own");
                    draft.severity(Severity::Low);
                }
            }
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}
