//! Where files are on nodes, by the way these were set up: one table each.
//!
//! Paths are those that the documentation of each distribution names, and those that kube-bench's `cfg/config.yaml`
//! collects (<https://github.com/aquasecurity/kube-bench/blob/main/cfg/config.yaml>).

mod base;
mod clouds;
mod k0s;
mod microk8s;
mod openshift;
mod rancher;
mod talos;

use crate::kind::Kind;

pub(crate) use base::BASE;

/// A way to set up a node.
pub(crate) struct Layout {
    /// The programs that tell it.
    pub(crate) programs: &'static [&'static str],
    /// Paths that tell it where they are there. Empty for what every node may have.
    pub(crate) marks: &'static [&'static str],
    /// What is looked at, and what for.
    pub(crate) places: &'static [(&'static str, Kind)],
    /// Units of systemd.
    pub(crate) units: &'static [&'static str],
}

/// What a kubelet keeps in its folder of certificates: those that it has signed and renewed, and the pair that it signs
/// itself.
pub(crate) const KUBELET_PAIR: [&str; 4] =
    ["kubelet-client-current.pem", "kubelet-server-current.pem", "kubelet.crt", "kubelet.key"];

/// Folders of units, the first that has one wins (systemd.unit(5)).
pub(crate) const UNITS: [&str; 4] =
    ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

/// All of them.
pub(crate) const ALL: &[&Layout] = &[
    &BASE,
    &rancher::K3S,
    &rancher::RKE2,
    &k0s::K0S,
    &microk8s::MICROK8S,
    &microk8s::SNAPS,
    &talos::TALOS,
    &openshift::OPENSHIFT,
    &clouds::EKS,
    &clouds::GKE,
    &clouds::AKS,
    &clouds::BOTTLEROCKET,
];
