//! A kubelet that takes weak cipher suites.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::flags::STRONG_SUITES;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-weak-ciphers",
        title: "Kubelet takes weak cipher suites",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_weak_ciphers.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(least) = out.get(kubelet, "tlsMinVersion") else { return };
    // The list is of TLS 1.2; without it there is nothing to choose.
    if least.text().as_deref() == Some("VersionTLS13") {
        return out.pass_setting(&least);
    }
    let Some(suites) = out.get(kubelet, "tlsCipherSuites") else { return };
    let listed = suites.list();
    let weak: Vec<&str> =
        listed.iter().map(String::as_str).filter(|suite| !STRONG_SUITES.contains(suite)).collect();
    let message = match (listed.is_empty(), weak.is_empty()) {
        (true, _) => "tlsCipherSuites is not set: the suites that Go has by default hold some that do not authenticate \
                      what they encrypt (CBC)"
            .to_owned(),
        (false, true) => return out.pass_setting(&suites),
        (false, false) => format!("the kubelet takes {}, which {} weak", weak.join(", "), verb(weak.len())),
    };
    out.fail_setting(kubelet, &suites, message);
}

fn verb(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
