//! Labels with a source, as Cilium keeps them.

use std::fmt;

use ironsides_tree::Text;

use crate::cluster::{Labels, Namespace, Pod};
use crate::kinds::cilium::LabelKey;
use crate::profile::cilium::filter::is_kept;

/// The key of the namespace of a pod.
pub const NAMESPACE: &str = "io.kubernetes.pod.namespace";
/// In front of the labels of its namespace.
pub const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
/// The key of its service account.
pub const SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";
/// The key of the cluster that it is in.
pub const CLUSTER: &str = "io.cilium.k8s.policy.cluster";
/// The cluster that is meant where nobody names one (`cluster-name`).
pub const CLUSTER_NAME: &str = "default";
/// In front of the name of a CiliumCIDRGroup.
pub const GROUP_NAME: &str = "io.cilium.policy.cidrgroupname/";

/// A label with its source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The source and the name.
    pub key: LabelKey,
    /// The value; empty for most of Cilium's own.
    pub value: Text,
}

impl Label {
    /// A label.
    pub fn new(source: &str, name: &str, value: &str) -> Self {
        Self { key: LabelKey::new(source, name), value: Text::new(value) }
    }

    /// One of Cilium's own: `reserved:world`.
    pub fn reserved(name: &str) -> Self {
        Self::new(LabelKey::RESERVED, name, "")
    }
}

impl fmt::Display for Label {
    /// `k8s:app=web`, `reserved:world`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.key)?;
        if self.value.is_empty() { Ok(()) } else { write!(out, "={}", self.value) }
    }
}

/// The labels of a pod that count.
pub fn of_pod(pod: &Pod, namespace: Option<&Namespace>) -> Vec<Label> {
    let k8s = |name: &str, value: &str| Label::new(LabelKey::K8S, name, value);
    let kept = |labels: &Labels, prefix: &str| -> Vec<Label> {
        let named = labels.iter().map(|(key, value)| (format!("{prefix}{key}"), value));
        named.filter(|(key, _)| is_kept(key)).map(|(key, value)| k8s(&key, value)).collect()
    };
    let mut labels = kept(&pod.labels, "");
    labels.extend(namespace.into_iter().flat_map(|namespace| kept(&namespace.labels, NAMESPACE_LABELS)));
    labels.push(k8s(NAMESPACE, &pod.namespace));
    labels.push(k8s(CLUSTER, CLUSTER_NAME));
    if !pod.service_account.is_empty() {
        labels.push(k8s(SERVICE_ACCOUNT, &pod.service_account));
    }
    labels.sort();
    labels
}

/// The labels of a node for host policies, which are those that would count of a pod.
pub fn of_host(labels: &Labels) -> Vec<Label> {
    let kept = labels.iter().filter(|(key, _)| is_kept(key));
    kept.map(|(key, value)| Label::new(LabelKey::K8S, key, value)).collect()
}
