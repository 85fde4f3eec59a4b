//! Volumes of a cluster and claims to them. Source: `ValidatePersistentVolumeSpec` and
//! `ValidatePersistentVolumeClaimSpec` in `pkg/apis/core/validation`.

use super::super::draft::Draft;
use super::faults::Faults;
use crate::quantity::Quantity;

/// Fields of a volume's spec that are no source.
const COMMON: [&str; 9] = [
    "capacity",
    "accessModes",
    "claimRef",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "mountOptions",
    "volumeMode",
    "nodeAffinity",
    "volumeAttributesClassName",
];

/// A persistent volume.
pub(super) fn volume(spec: &Draft, faults: &mut Faults) {
    modes(spec, faults);
    let capacity = spec.get("capacity").entries();
    let storage = capacity.len() == 1 && spec.get("capacity").has("storage");
    faults.ensure(storage, "capacity", "holds storage and nothing else");
    for (_, value) in capacity {
        let positive = Quantity::parse(value.text()).is_some_and(|amount| amount.sign() > 0);
        faults.ensure(positive, "capacity", "must be greater than zero");
    }
    let is_source = |key: &str, value: &Draft| !value.is_null() && !COMMON.contains(&key);
    let sources = spec.entries().iter().filter(|(key, value)| is_source(key, value)).count();
    faults.ensure(sources == 1, "", "exactly one source is required");
    if spec.has("local") {
        faults.ensure(
            spec.get("nodeAffinity").has("required"),
            "nodeAffinity",
            "is required for local volumes",
        );
    }
    let root = spec.at(&["hostPath", "path"]).text();
    let recycled = spec.str("persistentVolumeReclaimPolicy") == "Recycle";
    faults.ensure(!(recycled && root == "/"), "persistentVolumeReclaimPolicy", "may not be Recycle for /");
    for term in spec.at(&["nodeAffinity", "required", "nodeSelectorTerms"]).items() {
        super::podspec::node_terms(term, "nodeAffinity", faults);
    }
    if spec.has("volumeAttributesClassName") {
        faults.ensure(spec.has("csi"), "csi", "is required with a volume attributes class");
    }
}

/// A claim, also one in a template.
pub(super) fn claim(spec: &Draft, faults: &mut Faults) {
    modes(spec, faults);
    let requests = spec.at(&["resources", "requests"]);
    let positive = Quantity::parse(requests.str("storage")).is_some_and(|amount| amount.sign() > 0);
    faults.ensure(positive, "resources.requests", "storage is required");
    let limits = spec.at(&["resources", "limits", "storage"]);
    if let Some((limit, request)) =
        Quantity::parse(limits.text()).zip(Quantity::parse(requests.str("storage")))
    {
        faults.ensure(request <= limit, "resources", "a request is at most its limit");
    }
    for key in ["dataSource", "dataSourceRef"] {
        let source = spec.get(key);
        if source.is_null() {
            continue;
        }
        faults.ensure(source.has("kind") && source.has("name"), key, "kind and name are required");
        let core = !source.get("apiGroup").is_filled() && source.str("kind") != "PersistentVolumeClaim";
        faults.ensure(!core, key, "the core group has no other source");
    }
    let (old, new) = (spec.get("dataSource"), spec.get("dataSourceRef"));
    if !old.is_null() && !new.is_null() {
        let same = ["kind", "name"].iter().all(|key| old.str(key) == new.str(key));
        faults.ensure(same && !new.has("namespace"), "dataSource", "must say what dataSourceRef says");
    }
}

fn modes(spec: &Draft, faults: &mut Faults) {
    let modes = spec.get("accessModes").items();
    let alone = modes.iter().any(|mode| mode.text() == "ReadWriteOncePod");
    faults.ensure(!alone || modes.len() == 1, "accessModes", "ReadWriteOncePod stands alone");
}
