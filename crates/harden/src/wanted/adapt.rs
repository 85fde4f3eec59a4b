//! What a distribution does itself, or takes from nobody, of what a profile wants.
//!
//! From the distributions' own sources: k3s' `pkg/daemons/control/server.go`, Talos'
//! `controllers/k8s/control_plane_static_pod.go`, kubespray's `kubeadm-config.v1beta4.yaml.j2`.

use ironsides_settings::Component::{
    self, Etcd, KubeApiserver, KubeControllerManager, KubeProxy, KubeScheduler, Kubelet,
};

use super::{By, Wanted};
use crate::distribution::Distribution;
use crate::options::Options;
use crate::profile::Profile;

/// What becomes of a setting.
enum Fate {
    /// It is written.
    Written,
    /// The distribution sets it so.
    Kept,
    /// It cannot be set there, or would mean nothing.
    Left,
}

/// Leaves to a distribution what is its own.
pub(super) fn adapt(all: Vec<Wanted>, options: &Options) -> Vec<Wanted> {
    let fate = |one: &Wanted| match options.distribution {
        Distribution::Kubeadm => Fate::Written,
        Distribution::K3s | Distribution::Rke2 => rancher(one.component, one.key),
        Distribution::Talos => talos(one.component, one.key, options.profile),
        Distribution::Kubespray => kubespray(one.component, one.key),
    };
    let one = |one: Wanted| match fate(&one) {
        Fate::Written => Some(one),
        Fate::Kept => Some(Wanted { by: By::Distribution, ..one }),
        Fate::Left => None,
    };
    all.into_iter().filter_map(one).collect()
}

fn rancher(component: Component, key: &str) -> Fate {
    match (component, key) {
        (KubeApiserver | KubeControllerManager | KubeScheduler, "profiling")
        | (
            Kubelet,
            "authentication.anonymous.enabled"
            | "authentication.webhook.enabled"
            | "authentication.x509.clientCAFile"
            | "authorization.mode"
            | "readOnlyPort"
            | "makeIPTablesUtilChains",
        ) => Fate::Kept,
        // Certificates of kubelets are its own doing; the handlers have no flags.
        (
            Kubelet,
            "rotateCertificates"
            | "serverTLSBootstrap"
            | "enableProfilingHandler"
            | "enableDebugFlagsHandler"
            | "enableSystemLogHandler",
        )
        | (Etcd, "auto-tls" | "peer-auto-tls" | "tls-min-version" | "cipher-suites")
        | (KubeProxy, _) => Fate::Left,
        _ => Fate::Written,
    }
}

fn talos(component: Component, key: &str, profile: Profile) -> Fate {
    match (component, key) {
        (KubeApiserver, "tls-min-version") if profile == Profile::Paranoid => Fate::Written,
        (
            KubeApiserver,
            "profiling"
            | "admission-control-config-file"
            | "tls-min-version"
            | "audit-log-maxage"
            | "audit-log-maxsize",
        )
        | (KubeControllerManager | KubeScheduler, "profiling")
        | (
            Kubelet,
            "authentication.anonymous.enabled"
            | "authentication.webhook.enabled"
            | "authentication.x509.clientCAFile"
            | "authorization.mode"
            | "readOnlyPort"
            | "rotateCertificates"
            | "makeIPTablesUtilChains"
            | "protectKernelDefaults",
        ) => Fate::Kept,
        // Its suites are strong ones that can only be added to; the other components speak TLS 1.3 alone.
        (
            _,
            "tls-cipher-suites" | "tls-min-version" | "tlsMinVersion" | "tlsCipherSuites" | "cipher-suites",
        )
        | (KubeApiserver, "kubelet-certificate-authority")
        | (Etcd, "auto-tls" | "peer-auto-tls")
        | (KubeProxy, _) => Fate::Left,
        _ => Fate::Written,
    }
}

fn kubespray(component: Component, key: &str) -> Fate {
    match (component, key) {
        (KubeApiserver, "kubelet-certificate-authority")
        | (
            Kubelet,
            "authentication.anonymous.enabled"
            | "authentication.x509.clientCAFile"
            | "makeIPTablesUtilChains",
        )
        | (KubeProxy, _) => Fate::Kept,
        (Etcd, "auto-tls" | "peer-auto-tls" | "tls-min-version" | "cipher-suites")
        | (KubeApiserver, "anonymous-auth") => Fate::Left,
        _ => Fate::Written,
    }
}
