//! k0s (<https://docs.k0sproject.io/stable/FAQ/>, <https://docs.k0sproject.io/stable/configuration/>).

use super::Layout;
use crate::kind::{Format, Kind};

const YAML: Kind = Kind::Text(Format::Yaml);

pub(super) static K0S: Layout = Layout {
    programs: &["k0s"],
    marks: &["/etc/k0s", "/var/lib/k0s"],
    places: &[
        ("/etc/k0s/containerd.toml", Kind::Text(Format::Toml)),
        ("/etc/k0s/k0s.yaml", YAML),
        ("/var/lib/k0s", Kind::Entries),
        ("/var/lib/k0s/etcd", Kind::Entries),
        ("/var/lib/k0s/kubelet.conf", YAML),
        ("/var/lib/k0s/kubelet-config.yaml", YAML),
        ("/var/lib/k0s/kubelet/config.yaml", YAML),
        ("/var/lib/k0s/kubelet/pki", Kind::KeyFolder),
        ("/var/lib/k0s/pki", Kind::KeyFolder),
        ("/var/lib/k0s/pki/admin.conf", YAML),
        ("/var/lib/k0s/pki/ccm.conf", YAML),
        ("/var/lib/k0s/pki/konnectivity.conf", YAML),
        ("/var/lib/k0s/pki/scheduler.conf", YAML),
    ],
    units: &["k0scontroller.service", "k0sworker.service"],
};
