//! The labels by which Calico knows what can talk, beside those of the pod: `libcalico-go/lib/backend/k8s/conversion/constants.go`.

/// The namespace of a pod or of a set of blocks.
pub(super) const NAMESPACE: &str = "projectcalico.org/namespace";
/// `k8s` for every pod.
pub(super) const ORCHESTRATOR: &str = "projectcalico.org/orchestrator";
/// The service account of a pod.
pub(super) const SERVICE_ACCOUNT: &str = "projectcalico.org/serviceaccount";
/// The name of a namespace or of a service account, among their own labels.
pub(super) const NAME: &str = "projectcalico.org/name";
/// In front of the labels of the namespace.
pub(super) const OF_NAMESPACE: &str = "pcns.";
/// In front of the labels of the service account.
pub(super) const OF_SERVICE_ACCOUNT: &str = "pcsa.";
/// The name of a node; no label of Calico's, and none that anybody can write.
pub(super) const NODE: &str = "\u{0}node";
/// There on a node as what is on it sees it.
pub(super) const OWN_NODE: &str = "\u{0}own-node";
/// There on what is on a node that nobody knows, and on such a node itself.
pub(super) const UNPLACED: &str = "\u{0}unplaced";
