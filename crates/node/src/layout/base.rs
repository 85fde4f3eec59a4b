//! What kubeadm sets up, and what most others have taken over
//! (<https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/>).

use super::Layout;
use crate::kind::{CNI, Format, Kind, MANIFESTS};

const YAML: Kind = Kind::Text(Format::Yaml);
const VARIABLES: Kind = Kind::Text(Format::Environment);

pub(crate) static BASE: Layout = Layout {
    programs: &[],
    marks: &[],
    places: &[
        ("/etc/kubernetes", Kind::Entries),
        ("/etc/kubernetes/admin.conf", YAML),
        ("/etc/kubernetes/bootstrap-kubelet.conf", YAML),
        ("/etc/kubernetes/config", VARIABLES),
        ("/etc/kubernetes/controller-manager.conf", YAML),
        ("/etc/kubernetes/kubelet.conf", YAML),
        ("/etc/kubernetes/manifests", MANIFESTS),
        ("/etc/kubernetes/manifests/etcd.yaml", YAML),
        ("/etc/kubernetes/manifests/kube-apiserver.yaml", YAML),
        ("/etc/kubernetes/manifests/kube-controller-manager.yaml", YAML),
        ("/etc/kubernetes/manifests/kube-scheduler.yaml", YAML),
        ("/etc/kubernetes/pki", Kind::KeyFolder),
        ("/etc/kubernetes/proxy.conf", YAML),
        ("/etc/kubernetes/scheduler.conf", YAML),
        ("/etc/kubernetes/super-admin.conf", YAML),
        ("/etc/cni/net.d", CNI),
        ("/etc/containerd/config.toml", Kind::Text(Format::Toml)),
        ("/etc/default/kubelet", VARIABLES),
        ("/etc/sysconfig/kubelet", VARIABLES),
        ("/opt/cni/bin", Kind::Entries),
        ("/var/lib/etcd", Kind::Entries),
        ("/var/lib/kubelet", Kind::Attributes),
        ("/var/lib/kubelet/config.yaml", YAML),
        ("/var/lib/kubelet/instance-config.yaml", YAML),
        ("/var/lib/kubelet/kubeadm-flags.env", VARIABLES),
        ("/var/lib/kubelet/pki", Kind::KeyFolder),
        ("/var/lib/kubelet/pki/kubelet-client-current.pem", Kind::Keys),
        ("/var/lib/kubelet/pki/kubelet-server-current.pem", Kind::Keys),
        ("/var/lib/kubelet/pki/kubelet.crt", Kind::Keys),
        ("/var/lib/kubelet/pki/kubelet.key", Kind::Keys),
        ("/var/lib/kube-proxy/config.conf", YAML),
        ("/var/lib/kube-proxy/kubeconfig.conf", YAML),
        ("/var/run/docker.sock", Kind::Attributes),
        ("/run/containerd/containerd.sock", Kind::Attributes),
        ("/run/crio/crio.sock", Kind::Attributes),
        ("/var/log/kubernetes", Kind::Attributes),
        ("/var/log/pods", Kind::Attributes),
    ],
    units: &["containerd.service", "crio.service", "etcd.service", "kube-proxy.service", "kubelet.service"],
};
