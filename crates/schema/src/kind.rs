//! Which kinds there are.

use crate::generated::KINDS;
use crate::nearest::nearest_of;
use crate::table::Kind;

/// All built-in kinds, sorted by kind, group and version.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// The built-in kind that a document's `apiVersion` and `kind` name. `None` for custom resources, for kinds that
/// were never built in, and for versions that this release no longer serves.
pub fn kind(api_version: &str, kind: &str) -> Option<&'static Kind> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    named(kind).iter().find(|known| known.group == group && known.version == version)
}

/// The built-in kind behind a resource, by its API group (empty for the core group) and its plural name, without a
/// subresource. `None` for custom resources and for what only looks like a resource, as `users` do in rules.
pub fn kind_of_resource(group: &str, plural: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|known| known.group == group && known.plural == plural)
}

/// Where the object lies that holds a pod's `metadata` and `spec`, for any version of a workload kind, served or
/// long removed: what an old manifest asks for must be read all the same.
///
/// The place never moved between versions, so the version does not matter. `extensions` was the first home of
/// kinds that `apps` and `batch` serve now; and a kind that is put into a group of Kubernetes which has none of that
/// name, as in `v1` `Deployment`, is meant all the same.
pub fn pod_template(api_version: &str, kind: &str) -> Option<&'static [&'static str]> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let meant = |known: &&Kind| known.group == group || is_misplaced(group, kind, known.group);
    named(kind).iter().filter(meant).find_map(|known| known.pod_template)
}

/// Whether a kind is written in a group of Kubernetes that never served it and must mean the one in the group `home`:
/// `v1` `Deployment` is meant as `apps`, `example.com/v1` `Deployment` is not.
pub fn is_misplaced(group: &str, kind: &str, home: &str) -> bool {
    if group == home {
        return false;
    }
    let homes = named(kind);
    homes.iter().any(|known| known.group == home)
        && homes.iter().all(|known| known.group != group)
        && (group == "extensions" || KINDS.iter().any(|known| known.group == group))
}

/// Why an `apiVersion` and `kind` name no built-in kind, for groups that Kubernetes itself serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Kubernetes serves no such group: a custom resource, or a file for a program.
    Foreign,
    /// The kind is served as this `apiVersion` (group and version) instead.
    Elsewhere(&'static str, &'static str),
    /// No such kind is served; a kind of the same group has nearly this name.
    Misspelt(&'static str),
    /// No such kind is served.
    Gone,
}

/// Kinds that belong to requests and answers and stand in no table.
const TRANSIENT: [&str; 12] = [
    "APIGroup",
    "APIVersions",
    "Binding",
    "Config",
    "DeleteOptions",
    "Eviction",
    "PartialObjectMetadata",
    "Scale",
    "Status",
    "Table",
    "TokenRequest",
    "WatchEvent",
];

/// Says why [`kind`] knows nothing of an `apiVersion` and `kind`; `None` where it does.
pub fn unknown(api_version: &str, kind: &str) -> Option<Unknown> {
    if self::kind(api_version, kind).is_some()
        || TRANSIENT.contains(&kind)
        || kind.ends_with("List")
        || kind.ends_with("Review")
    {
        return None;
    }
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let served = || KINDS.iter().filter(|known| known.group == group);
    if group != "extensions" && served().next().is_none() {
        return Some(Unknown::Foreign);
    }
    // The newest version of the same group first, then other groups.
    let elsewhere = named(kind).iter().rfind(|known| known.group == group).or_else(|| named(kind).first());
    if let Some(found) = elsewhere {
        return Some(Unknown::Elsewhere(found.group, found.version));
    }
    let near = nearest_of(kind, || served().map(|known| known.kind));
    Some(near.map_or(Unknown::Gone, Unknown::Misspelt))
}

/// The kinds of one name in all groups and versions.
fn named(kind: &str) -> &'static [Kind] {
    let start = KINDS.partition_point(|known| known.kind < kind);
    let count = KINDS[start..].partition_point(|known| known.kind == kind);
    &KINDS[start..start + count]
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_not_built_in_is_told_apart() {
        for (api_version, kind, expected) in [
            ("apps/v1", "Deployment", None),
            ("v1", "Deployment", Some(Unknown::Elsewhere("apps", "v1"))),
            ("extensions/v1beta1", "Ingress", Some(Unknown::Elsewhere("networking.k8s.io", "v1"))),
            ("apps/v1", "Deploymnt", Some(Unknown::Misspelt("Deployment"))),
            ("policy/v1beta1", "PodSecurityPolicy", Some(Unknown::Gone)),
            ("example.com/v1", "Worker", Some(Unknown::Foreign)),
            ("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration", Some(Unknown::Foreign)),
            ("v1", "Config", None),
            ("v1", "PodList", None),
        ] {
            assert_eq!(unknown(api_version, kind), expected, "{api_version} {kind}");
        }
    }

    use super::*;
    use crate::field::{Field, ListType};
    use crate::generated::{MORE, TYPES};

    #[test]
    fn kinds_are_told_apart_by_group_and_version() {
        assert_eq!(kind("v1", "Event").unwrap().ty().name, "core.v1.Event");
        assert_eq!(kind("events.k8s.io/v1", "Event").unwrap().ty().name, "events.v1.Event");
        assert!(kind("v1", "Namespace").is_some_and(|kind| !kind.namespaced && kind.plural == "namespaces"));
        for (api_version, name) in
            [("", "Pod"), ("v2", "Pod"), ("/v1", "Pods"), ("apps/v1", "Pod"), ("apps/v1beta1", "Deployment")]
        {
            assert!(kind(api_version, name).is_none(), "{api_version} {name}");
        }
    }

    #[test]
    fn a_kind_in_the_wrong_group_is_meant_as_the_right_one() {
        for (group, kind, home, misplaced) in [
            ("", "Deployment", "apps", true),
            ("apps", "Deployment", "apps", false),
            ("extensions", "Ingress", "networking.k8s.io", true),
            ("apps", "CronJob", "batch", true),
            ("example.com", "Deployment", "apps", false),
            // The core group has Events of its own.
            ("", "Event", "events.k8s.io", false),
            ("", "Deployment", "batch", false),
        ] {
            assert_eq!(is_misplaced(group, kind, home), misplaced, "{group} {kind} {home}");
        }
    }

    #[test]
    fn pod_templates_are_found_in_every_version() {
        let template: &[&str] = &["spec", "template"];
        for (api_version, kind, path) in [
            ("v1", "Pod", Some([].as_slice())),
            ("v1", "PodTemplate", Some(["template"].as_slice())),
            ("v1", "ReplicationController", Some(template)),
            ("apps/v1", "Deployment", Some(template)),
            ("apps/v1beta1", "StatefulSet", Some(template)),
            ("apps/v1beta2", "DaemonSet", Some(template)),
            ("extensions/v1beta1", "ReplicaSet", Some(template)),
            ("extensions/v1beta1", "Job", Some(template)),
            ("batch/v1", "Job", Some(template)),
            ("batch/v1beta1", "CronJob", Some(["spec", "jobTemplate", "spec", "template"].as_slice())),
            ("batch/v2alpha1", "CronJob", Some(["spec", "jobTemplate", "spec", "template"].as_slice())),
            ("v1", "Deployment", Some(template)),
            ("apps/v1", "Pod", Some([].as_slice())),
            ("example.com/v1", "Deployment", None),
            ("v1", "Service", None),
        ] {
            assert_eq!(pod_template(api_version, kind), path, "{api_version} {kind}");
        }
    }

    #[test]
    fn tables_are_sorted_and_small() {
        assert!(KINDS.is_sorted_by_key(|kind| (kind.kind, kind.group, kind.version)));
        assert!(TYPES.is_sorted_by_key(|ty| ty.name));
        assert!(
            TYPES.iter().all(|ty| ty.fields.len() <= 64 && ty.fields.is_sorted_by_key(|field| field.name))
        );
        let fields: usize = TYPES.iter().map(|ty| ty.fields.len()).sum();
        let bytes =
            size_of_val(&KINDS) + size_of_val(&TYPES) + size_of_val(&MORE) + fields * size_of::<Field>();
        assert!(
            bytes < 160 << 10,
            "{bytes} bytes for {} kinds, {} types, {fields} fields",
            KINDS.len(),
            TYPES.len()
        );
    }

    #[test]
    fn fields_know_how_they_merge_and_what_they_default_to() {
        let deployment = kind("apps/v1", "Deployment").unwrap().ty();
        let containers = deployment.at(&["spec", "template", "spec", "containers"]).unwrap();
        assert_eq!(
            (containers.list_type(), containers.list_map_keys()),
            (Some(ListType::Map), ["name"].as_slice())
        );
        assert!(containers.merges() && containers.merge_key() == Some("name") && !containers.atomic());
        let pod = deployment.at(&["spec", "template"]).and_then(|field| field.shape.object()).unwrap();
        let field = |path: &[&str]| pod.at(path).unwrap();
        assert_eq!(field(&["spec", "containers", "ports", "protocol"]).default(), Some("\"TCP\""));
        assert_eq!(field(&["spec", "containers", "resources"]).default(), Some("{}"));
        assert_eq!(field(&["spec", "containers", "image"]).default(), None);
        assert!(field(&["spec", "volumes"]).retains_keys() && field(&["spec", "nodeSelector"]).atomic());
        assert!(field(&["spec", "containers", "name"]).enforced() && !field(&["spec", "hostPID"]).required());
        assert_eq!(field(&["metadata", "finalizers"]).list_type(), Some(ListType::Set));
        assert!(pod.at(&["spec", "nothing", "here"]).is_none() && pod.at(&[]).is_none());
        let volume = kind("v1", "PersistentVolume").unwrap().ty();
        assert!(
            !volume.at(&["spec", "claimRef"]).unwrap().atomic(),
            "the field is granular though its type is atomic"
        );
    }
}
