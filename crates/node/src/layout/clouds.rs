//! Nodes that a cloud sets up: EKS (<https://github.com/awslabs/amazon-eks-ami>), GKE
//! (<https://cloud.google.com/kubernetes-engine/docs>), AKS (<https://github.com/Azure/AgentBaker>) and Bottlerocket
//! (<https://github.com/bottlerocket-os/bottlerocket>).

use super::Layout;
use crate::kind::{Format, Kind};

const YAML: Kind = Kind::Text(Format::Yaml);

pub(super) static EKS: Layout = Layout {
    programs: &["aws-k8s-agent"],
    marks: &["/etc/eks", "/etc/kubernetes/kubelet"],
    places: &[
        ("/etc/eks/image-credential-provider/config.json", YAML),
        ("/etc/kubernetes/kubelet/config.json", YAML),
        ("/etc/kubernetes/kubelet/config.json.d", Kind::KubeletDropIns),
        ("/etc/kubernetes/kubelet/kubelet-config.json", YAML),
        ("/etc/kubernetes/pki/ca.crt", Kind::Keys),
        ("/var/lib/kubelet/kubeconfig", YAML),
    ],
    units: &[],
};

pub(super) static GKE: Layout = Layout {
    programs: &[],
    marks: &["/home/kubernetes"],
    places: &[
        ("/etc/srv/kubernetes/pki", Kind::KeyFolder),
        ("/home/kubernetes/kubelet-config.yaml", YAML),
        ("/home/kubernetes/kubelet-config.yml", YAML),
        ("/var/lib/kube-proxy/kubeconfig", YAML),
        ("/var/lib/kubelet/bootstrap-kubeconfig", YAML),
        ("/var/lib/kubelet/kubeconfig", YAML),
    ],
    units: &[],
};

pub(super) static AKS: Layout = Layout {
    programs: &[],
    marks: &["/etc/kubernetes/azure.json", "/opt/azure"],
    places: &[
        // It holds the secret of a service principal.
        ("/etc/kubernetes/azure.json", Kind::Attributes),
        ("/etc/kubernetes/certs", Kind::KeyFolder),
        ("/etc/default/kubeletconfig.json", YAML),
        ("/var/lib/kubelet/bootstrap-kubeconfig", YAML),
        ("/var/lib/kubelet/kubeconfig", YAML),
    ],
    units: &[],
};

pub(super) static BOTTLEROCKET: Layout = Layout {
    programs: &[],
    marks: &["/etc/bottlerocket-release", "/usr/share/bottlerocket", "/local/var/lib/bottlerocket"],
    places: &[
        ("/etc/containerd/config.toml", Kind::Text(Format::Toml)),
        ("/etc/kubernetes/kubelet/bootstrap-kubeconfig", YAML),
        ("/etc/kubernetes/kubelet/config", YAML),
        ("/etc/kubernetes/kubelet/kubeconfig", YAML),
        ("/etc/kubernetes/pki", Kind::KeyFolder),
        ("/var/lib/kubelet/pki", Kind::KeyFolder),
    ],
    units: &[],
};
