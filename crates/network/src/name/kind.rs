//! Kinds as people write them in front of names: `deploy/shop/web`, `StatefulSet/data/db`, `po/shop/web-1`.

use crate::cluster::Pod;

/// The kinds of ends, each with the words that kubectl takes for it. (Source: the short names and plurals of the Kubernetes API.)
const KINDS: [(&str, &[&str]); 11] = [
    ("Deployment", &["deploy", "deployment", "deployments"]),
    ("StatefulSet", &["sts", "statefulset", "statefulsets"]),
    ("DaemonSet", &["ds", "daemonset", "daemonsets"]),
    ("ReplicaSet", &["rs", "replicaset", "replicasets"]),
    ("ReplicationController", &["rc", "replicationcontroller", "replicationcontrollers"]),
    ("Job", &["job", "jobs"]),
    ("CronJob", &["cj", "cronjob", "cronjobs"]),
    (POD, &["po", "pod", "pods"]),
    (SERVICE, &["svc", "service", "services"]),
    (NAMESPACE, &["ns", "namespace", "namespaces"]),
    (NODE, &["no", "node", "nodes"]),
];

pub(super) const POD: &str = "Pod";
pub(super) const SERVICE: &str = "Service";
pub(super) const NAMESPACE: &str = "Namespace";
pub(super) const NODE: &str = "Node";

/// The kind that a word stands for, in whatever case; `None` for kinds that are not built in.
pub(super) fn named(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    KINDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(kind, _)| *kind)
}

/// The first word for a kind: `deploy`, `sts`; the kind itself in lower case where it is not built in.
pub(super) fn short(kind: &str) -> String {
    let known = KINDS.iter().find(|(known, _)| *known == kind).and_then(|(_, words)| words.first());
    known.map_or_else(|| kind.to_ascii_lowercase(), |word| (*word).to_owned())
}

/// All words for kinds that are built in.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    KINDS.iter().flat_map(|(_, words)| words.iter().copied())
}

/// Whether a pod's workload is of the kind that a word stands for: one that is built in, or any that pods have, in singular or
/// plural.
pub(super) fn is_of(pod: &Pod, word: &str) -> bool {
    if let Some(kind) = named(word) {
        return pod.workload_kind == kind;
    }
    let (own, word) = (pod.workload_kind.to_ascii_lowercase(), word.to_ascii_lowercase());
    !own.is_empty() && (own == word || word.strip_suffix('s') == Some(own.as_str()))
}
