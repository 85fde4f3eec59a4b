//! Flags that are gone.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::judge_removed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-removed-flag",
        title: "API server has flags of old advice",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_removed_flag.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    judge_removed(server, &REMOVED, out);
}

/// Flags that kube-apiserver 1.36.3 refuses to start with, each tried, and what has come in their place.
const REMOVED: [(&str, &str); 20] = [
    ("address", "the port without TLS is gone"),
    ("audit-dynamic-configuration", "policies are files again: use --audit-policy-file"),
    ("basic-auth-file", "passwords in a file are gone: use --authentication-config"),
    ("cloud-config", "clouds have controllers of their own"),
    ("cloud-provider", "clouds have controllers of their own"),
    ("enable-swagger-ui", "the page is gone"),
    ("etcd-quorum-read", "reads are always of a quorum"),
    ("experimental-bootstrap-token-auth", "use --enable-bootstrap-token-auth"),
    ("experimental-encryption-provider-config", "use --encryption-provider-config"),
    ("experimental-keystone-url", "use --authentication-config"),
    ("insecure-bind-address", "the port without TLS is gone"),
    ("insecure-port", "the port without TLS is gone"),
    ("kubelet-https", "kubelets are always asked with TLS"),
    ("port", "the port without TLS is gone"),
    ("repair-malformed-updates", "nothing is repaired any more"),
    ("service-account-api-audiences", "use --api-audiences"),
    ("ssh-keyfile", "tunnels are gone: use --egress-selector-config-file"),
    ("ssh-user", "tunnels are gone: use --egress-selector-config-file"),
    ("target-ram-mb", "caches size themselves"),
    ("tls-ca-file", "use --client-ca-file"),
];
