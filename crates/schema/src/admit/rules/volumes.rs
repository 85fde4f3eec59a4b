//! Volumes. Source: `validateVolumeSource` in `pkg/apis/core/validation`.

use super::super::draft::Draft;
use super::containers::{is_subscript, resource_field};
use super::faults::Faults;
use crate::quantity::Quantity;

const VOLUME_FIELDS: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"];

/// A volume of a pod, or a source of a projected volume.
pub(super) fn check(volume: &Draft, name: &str, faults: &mut Faults) {
    let sources = volume.entries().iter().filter(|(key, value)| *key != "name" && !value.is_null()).count();
    // A projected volume may have sources that hold nothing; a volume has its default by now.
    let most = if name == "core.v1.VolumeProjection" { 0..=1 } else { 1..=1 };
    faults.ensure(most.contains(&sources), "", "exactly one source is required");
    for (key, source) in volume.entries() {
        let source: &Draft = source;
        faults.enter(key, |faults| {
            let mut paths: Vec<&str> = Vec::new();
            for item in source.get("items").items() {
                let path = item.str("path");
                if key == "downwardAPI" {
                    faults.ensure(!paths.contains(&path), "items", "a path stands twice");
                    paths.push(path);
                    downward(item, faults);
                }
            }
            match key.as_str() {
                "emptyDir" => {
                    let size = Quantity::parse(source.str("sizeLimit"));
                    faults.ensure(
                        size.is_none_or(|size| size.sign() >= 0),
                        "sizeLimit",
                        "must not be negative",
                    );
                }
                "projected" => projected(source, faults),
                "gitRepo" => faults.ensure(source.has("repository"), "repository", "is required"),
                "scaleIO" => faults.ensure(source.get("secretRef").has("name"), "secretRef", "is required"),
                "flocker" => {
                    let one = source.has("datasetName") != source.has("datasetUUID");
                    faults.ensure(one, "", "one of datasetName and datasetUUID is required");
                }
                "fc" => {
                    let names = source.get("targetWWNs").is_filled();
                    let one = names != source.get("wwids").is_filled();
                    faults.ensure(
                        one && (!names || source.has("lun")),
                        "",
                        "targetWWNs and lun or wwids are required",
                    );
                }
                _ => {}
            }
        });
    }
}

fn downward(item: &Draft, faults: &mut Faults) {
    let (field, resource) = (item.get("fieldRef"), item.get("resourceFieldRef"));
    faults.ensure(field.is_null() != resource.is_null(), "items", "exactly one reference is required");
    let path = field.str("fieldPath");
    let known = path.is_empty() || VOLUME_FIELDS.contains(&path) || is_subscript(path);
    faults.ensure(known, "items", "the field is not supported");
    resource_field(resource, true, faults);
}

/// No two sources of a projected volume write the same file.
fn projected(source: &Draft, faults: &mut Faults) {
    let mut paths: Vec<&str> = Vec::new();
    for source in source.get("sources").items() {
        let mut add = |path| {
            faults.ensure(!paths.contains(&path), "sources", "a path stands twice");
            paths.push(path);
        };
        for kind in ["secret", "configMap", "downwardAPI"] {
            source.get(kind).get("items").items().iter().for_each(|item| add(item.str("path")));
        }
        for kind in ["serviceAccountToken", "clusterTrustBundle"] {
            if source.get(kind).has("path") {
                add(source.get(kind).str("path"));
            }
        }
    }
}
