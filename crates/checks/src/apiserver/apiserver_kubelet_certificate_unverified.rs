//! Kubelets that may be anybody.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-kubelet-certificate-unverified",
        title: "API server does not verify the certificates of kubelets",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_kubelet_certificate_unverified.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(server, out);
}

const NEEDED: Needed = Needed {
    keys: &["kubelet-certificate-authority"],
    why: "the API server believes whoever answers at the address of a kubelet",
};
