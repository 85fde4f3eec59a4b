//! A kubelet that answers requests without credentials.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-anonymous-auth",
        title: "Kubelet answers requests without credentials",
        severity: Severity::Critical,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_anonymous_auth.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(anonymous) = out.get(kubelet, "authentication.anonymous.enabled") else { return };
    if anonymous.is_on() == Some(false) {
        return out.pass_setting(&anonymous);
    }
    let Some(mode) = out.get(kubelet, "authorization.mode") else { return };
    let is_open = mode.text().as_deref() == Some("AlwaysAllow");
    let message = if is_open {
        "whoever reaches the kubelet may do everything, commands in all pods of the node included: it answers requests \
         without credentials, and allows everybody everything"
    } else {
        "the kubelet answers requests without credentials, as far as system:anonymous is allowed them"
    };
    let fact = out.setting(&mode);
    let draft = out.fail_setting(kubelet, &anonymous, message).with(fact);
    if !is_open {
        draft.milder();
    }
}
