//! A volume of a kind that reaches past the cluster's own storage interfaces.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "restricted-volume-type",
        title: "volume is of a type that Pod Security restricts",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("restricted_volume_type.md"),
    },
    run: Run::Pod(run),
};

/// The kinds of volumes that Pod Security `restricted` refuses, but for `hostPath`. Keys that are not among all
/// kinds there are, the server drops; what remains is an `emptyDir`.
const RESTRICTED: [&str; 20] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for volume in pod.spec().get("volumes").items() {
        let name = volume.get("name").str().unwrap_or_default();
        let mut fine = true;
        for kind in RESTRICTED {
            let at = volume.get(kind);
            if !at.is_set() {
                continue;
            }
            fine = false;
            let draft = out.fail(&at, format!("volume \"{name}\" is of type {kind}"));
            if matches!(kind, "gitRepo" | "flexVolume") {
                // Both make the kubelet run programs as root: git, or a driver of the node.
                draft.severity(Severity::Medium);
            }
        }
        if fine {
            out.pass(&volume);
        }
    }
}
