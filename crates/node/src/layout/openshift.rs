//! `OpenShift` 4 (<https://docs.redhat.com/en/documentation/openshift_container_platform/>): static pods with their resources
//! below `/etc/kubernetes`, and CRI-O.

use super::Layout;
use crate::kind::{CNI, Format, Kind, MANIFESTS};

const YAML: Kind = Kind::Text(Format::Yaml);

pub(super) static OPENSHIFT: Layout = Layout {
    programs: &["openshift", "openshift-kube-apiserver"],
    marks: &["/etc/kubernetes/static-pod-resources", "/etc/machine-config-daemon", "/etc/origin"],
    places: &[
        ("/etc/crio/crio.conf", Kind::Text(Format::Toml)),
        ("/etc/crio/crio.conf.d", Kind::Texts(Format::Toml, &[""])),
        ("/etc/kubernetes/cloud.conf", Kind::Attributes),
        ("/etc/kubernetes/cni/net.d", CNI),
        ("/etc/kubernetes/kubeconfig", YAML),
        ("/etc/kubernetes/kubelet-ca.crt", Kind::Keys),
        ("/etc/kubernetes/kubelet.conf", YAML),
        ("/etc/kubernetes/manifests", MANIFESTS),
        ("/etc/kubernetes/manifests/etcd-pod.yaml", YAML),
        ("/etc/kubernetes/manifests/kube-apiserver-pod.yaml", YAML),
        ("/etc/kubernetes/manifests/kube-controller-manager-pod.yaml", YAML),
        ("/etc/kubernetes/manifests/kube-scheduler-pod.yaml", YAML),
        ("/etc/kubernetes/static-pod-resources", Kind::Entries),
        ("/etc/kubernetes/static-pod-resources/etcd-certs", Kind::KeyFolder),
        ("/etc/origin/master/master-config.yaml", YAML),
        ("/etc/origin/node/node-config.yaml", YAML),
        ("/var/lib/cni/networks/openshift-sdn", Kind::Attributes),
        ("/var/lib/kubelet/kubeconfig", YAML),
    ],
    units: &["atomic-openshift-node.service", "origin-node.service"],
};
