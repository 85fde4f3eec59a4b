//! A kernel that is not as the kubelet wants it.

use ironsides_settings::Component;
use ironsides_settings::kubelet::KERNEL;

use super::judge::{is_unknown, place};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-differs-from-kubelet",
        title: "Kernel settings are not those that the kubelet wants",
        severity: Severity::Low,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_differs_from_kubelet.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    if !out.components().iter().any(|settings| settings.component() == Component::Kubelet) {
        if !out.say_unseen("whether a kubelet runs on this node is not known") {
            out.not_applicable("no kubelet runs on this node");
        }
        return;
    }
    let names = KERNEL.map(|(name, _)| name);
    if is_unknown(host, &names, out) {
        return;
    }
    for (name, wanted) in KERNEL {
        let Some(value) = host.sysctls.get(name) else { continue };
        let fact = out.on_host(place(name), name, Some(value.clone()));
        if value == wanted {
            out.pass_with(fact);
        } else {
            let message = format!(
                "{name} is {value}, and the kubelet wants {wanted}: with protectKernelDefaults it does not start"
            );
            out.fail_with(fact, name, message);
        }
    }
}
