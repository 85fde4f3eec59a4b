//! Kubelets that cannot know the API server.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-kubelet-client-certificate-unset",
        title: "API server asks kubelets without a certificate",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_kubelet_client_certificate_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(server, out);
}

const NEEDED: Needed = Needed {
    keys: &["kubelet-client-certificate", "kubelet-client-key"],
    why: "the API server asks kubelets for logs and shells as nobody",
};
