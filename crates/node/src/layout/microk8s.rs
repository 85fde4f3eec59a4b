//! `MicroK8s` (<https://microk8s.io/docs/configuring-services>), and the snaps of Charmed Kubernetes.

use super::Layout;
use crate::kind::{CNI, Format, Kind};

const YAML: Kind = Kind::Text(Format::Yaml);
const FLAGS: Kind = Kind::Text(Format::Flags);

pub(super) static MICROK8S: Layout = Layout {
    programs: &["kubelite", "microk8s-cluster-agent"],
    marks: &["/var/snap/microk8s"],
    places: &[
        ("/var/snap/microk8s/current/args", Kind::Entries),
        ("/var/snap/microk8s/current/args/admission-control-config-file.yaml", YAML),
        ("/var/snap/microk8s/current/args/cni-network", CNI),
        ("/var/snap/microk8s/current/args/containerd", FLAGS),
        ("/var/snap/microk8s/current/args/containerd.toml", Kind::Text(Format::Toml)),
        ("/var/snap/microk8s/current/args/etcd", FLAGS),
        ("/var/snap/microk8s/current/args/k8s-dqlite", FLAGS),
        ("/var/snap/microk8s/current/args/kube-apiserver", FLAGS),
        ("/var/snap/microk8s/current/args/kube-controller-manager", FLAGS),
        ("/var/snap/microk8s/current/args/kube-proxy", FLAGS),
        ("/var/snap/microk8s/current/args/kube-scheduler", FLAGS),
        ("/var/snap/microk8s/current/args/kubelet", FLAGS),
        ("/var/snap/microk8s/current/args/kubelite", FLAGS),
        ("/var/snap/microk8s/current/certs", Kind::KeyFolder),
        ("/var/snap/microk8s/current/credentials", Kind::Entries),
        ("/var/snap/microk8s/current/credentials/client.config", YAML),
        ("/var/snap/microk8s/current/credentials/controller.config", YAML),
        ("/var/snap/microk8s/current/credentials/kubelet.config", YAML),
        ("/var/snap/microk8s/current/credentials/known_tokens.csv", Kind::Attributes),
        ("/var/snap/microk8s/current/credentials/proxy.config", YAML),
        ("/var/snap/microk8s/current/credentials/scheduler.config", YAML),
        ("/var/snap/microk8s/current/var/kubernetes/backend", Kind::KeyFolder),
    ],
    units: &[
        "snap.microk8s.daemon-containerd.service",
        "snap.microk8s.daemon-k8s-dqlite.service",
        "snap.microk8s.daemon-kubelite.service",
    ],
};

pub(super) static SNAPS: Layout = Layout {
    programs: &[],
    marks: &["/var/snap/kubelet", "/var/snap/kube-apiserver", "/var/snap/etcd"],
    places: &[
        ("/var/snap/etcd/common/etcd.conf.yaml", YAML),
        ("/var/snap/etcd/common/etcd.conf.yml", YAML),
        ("/var/snap/kube-apiserver/current/args", FLAGS),
        ("/var/snap/kube-controller-manager/current/args", FLAGS),
        ("/var/snap/kube-proxy/current/args", FLAGS),
        ("/var/snap/kube-scheduler/current/args", FLAGS),
        ("/var/snap/kubelet/current/args", FLAGS),
    ],
    units: &["snap.kubelet.daemon.service"],
};
