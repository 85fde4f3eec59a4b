//! Talos (<https://www.talos.dev/latest/learn-more/architecture/>). The configuration of the machine is all secrets, so
//! only its mode is looked at.

use super::Layout;
use crate::kind::{Format, Kind, MANIFESTS};

const YAML: Kind = Kind::Text(Format::Yaml);

pub(super) static TALOS: Layout = Layout {
    programs: &["machined", "talos"],
    marks: &["/system/secrets", "/system/state"],
    places: &[
        ("/etc/cri/containerd.toml", Kind::Text(Format::Toml)),
        ("/etc/kubernetes/bootstrap-kubeconfig", YAML),
        ("/etc/kubernetes/kubeconfig-kubelet", YAML),
        ("/etc/kubernetes/kubelet.yaml", YAML),
        ("/etc/kubernetes/manifests", MANIFESTS),
        ("/etc/kubernetes/manifests/talos-kube-apiserver.yaml", YAML),
        ("/etc/kubernetes/manifests/talos-kube-controller-manager.yaml", YAML),
        ("/etc/kubernetes/manifests/talos-kube-scheduler.yaml", YAML),
        ("/system/secrets/etcd", Kind::KeyFolder),
        ("/system/secrets/kubernetes", Kind::KeyFolder),
        ("/system/secrets/kubernetes/kube-controller-manager/kubeconfig", YAML),
        ("/system/secrets/kubernetes/kube-scheduler/kubeconfig", YAML),
        ("/system/state/config.yaml", Kind::Attributes),
    ],
    units: &[],
};
