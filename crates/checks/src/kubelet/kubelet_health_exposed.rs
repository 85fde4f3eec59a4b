//! A kubelet whose health port is open to all.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::flags::is_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-health-exposed",
        title: "Health port of the kubelet is open to all",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_health_exposed.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(port) = out.get(kubelet, "healthzPort") else { return };
    if port.number() == Some(0.0) {
        return out.pass_setting(&port);
    }
    let Some(address) = out.get(kubelet, "healthzBindAddress") else { return };
    let text = address.text().unwrap_or_default().into_owned();
    if is_loopback(&text) {
        return out.pass_setting(&address);
    }
    let message = format!("the kubelet tells its health on {text}, without TLS, to whoever asks");
    out.fail_setting(kubelet, &address, message);
}
