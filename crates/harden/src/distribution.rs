//! What a cluster is installed with.

use std::fmt;
use std::str::FromStr;

use crate::error::HardenError;

/// What a cluster is installed with, and so which configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distribution {
    /// kubeadm, configuration `kubeadm.k8s.io/v1beta4`.
    Kubeadm,
    /// k3s: `/etc/rancher/k3s/config.yaml`.
    K3s,
    /// RKE2: `/etc/rancher/rke2/config.yaml`.
    Rke2,
    /// Talos Linux: patches of the machine configuration.
    Talos,
    /// Kubespray: group variables.
    Kubespray,
}

impl Distribution {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Kubeadm, Self::K3s, Self::Rke2, Self::Talos, Self::Kubespray];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kubeadm => "kubeadm",
            Self::K3s => "k3s",
            Self::Rke2 => "rke2",
            Self::Talos => "talos",
            Self::Kubespray => "kubespray",
        }
    }

    /// Where the API server finds the files that its flags name. It sees this folder as the host does.
    pub(crate) fn server_folder(self) -> &'static str {
        match self {
            Self::Kubeadm | Self::Talos | Self::Kubespray => "/etc/kubernetes/hardening",
            Self::K3s => "/var/lib/rancher/k3s/server/hardening",
            Self::Rke2 => "/etc/rancher/rke2/hardening",
        }
    }

    /// Where the audit log is written.
    pub(crate) fn audit_folder(self) -> &'static str {
        match self {
            Self::Kubeadm | Self::Kubespray => "/var/log/kubernetes/audit",
            Self::K3s => "/var/lib/rancher/k3s/server/logs",
            Self::Rke2 => "/var/lib/rancher/rke2/server/logs",
            Self::Talos => "/var/log/audit/kube",
        }
    }

    /// The namespaces whose pods the distribution itself needs with more rights than the Pod Security Standards allow.
    pub(crate) fn own_namespaces(self) -> &'static [&'static str] {
        match self {
            Self::Kubeadm | Self::K3s | Self::Talos | Self::Kubespray => &["kube-system"],
            // Calico, which RKE2 offers, lives outside of kube-system.
            Self::Rke2 => &["kube-system", "calico-system", "tigera-operator"],
        }
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Distribution {
    type Err = HardenError;

    fn from_str(word: &str) -> Result<Self, HardenError> {
        Self::ALL.into_iter().find(|one| one.word() == word).ok_or_else(|| HardenError::Word {
            what: "distribution",
            word: word.to_owned(),
            known: Self::ALL.map(Self::word).join(", "),
        })
    }
}
