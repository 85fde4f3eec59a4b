//! What lies around roles and bindings: what makes a right dangerous.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::{Extent, Inventory, Object, Pod, PodTemplates};
use ironsides_podsecurity::{Labels, Level, Policy};
use ironsides_tree::Text;

/// The objects of a cluster, or of manifests, that decide how far rights lead.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The minor version of the API server: 36 for `v1.36.3`. `None` for manifests.
    pub minor: Option<u64>,
    /// Namespaces with the Pod Security level that their labels enforce; `privileged` where they have none. A level that
    /// the admission configuration sets for all is not known to the API.
    pub namespaces: BTreeMap<Text, Level>,
    /// Service accounts, by namespace and name.
    pub service_accounts: BTreeMap<(Text, Text), ServiceAccount>,
    /// Pods that run.
    pub pods: Vec<RunningPod>,
    /// Workloads whose controllers make pods.
    pub workloads: Vec<Workload>,
    /// Secrets that hold the token of a service account.
    pub tokens: Vec<TokenSecret>,
    /// Nodes.
    pub nodes: BTreeSet<Text>,
    /// What of this is all there is: a cluster was asked and told everything.
    pub complete: Complete,
}

/// Which lists are known to be whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Complete {
    /// Roles and cluster roles.
    pub roles: bool,
    /// Namespaces.
    pub namespaces: bool,
    /// Service accounts.
    pub service_accounts: bool,
    /// Pods.
    pub pods: bool,
    /// Deployments, daemon sets, stateful sets, replica sets, jobs, cron jobs and replication controllers.
    pub workloads: bool,
    /// Secrets.
    pub secrets: bool,
    /// Nodes.
    pub nodes: bool,
}

/// A service account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The annotation by which a cloud provider trusts it, and its value: `eks.amazonaws.com/role-arn`.
    pub cloud: Option<(Text, Text)>,
}

/// A pod that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningPod {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// The service account that it runs as.
    pub service_account: Text,
    /// The node it runs on; empty where it has none yet.
    pub node: Text,
    /// Its first container.
    pub container: Text,
    /// Whether it holds a token of its service account.
    pub has_token: bool,
}

/// A workload: its controller makes pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The API group.
    pub group: Text,
    /// `apps/v1`.
    pub api_version: Text,
    /// The kind.
    pub kind: Text,
    /// The plural name of the resource.
    pub resource: &'static str,
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
}

/// A secret that holds the token of a service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSecret {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// The service account.
    pub service_account: Text,
}

/// Annotations by which cloud providers trust service accounts. (Sources: the providers' pages on IAM roles for service
/// accounts, workload identity federation for GKE, and workload identity for AKS.)
const CLOUD: [&str; 3] =
    ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"];

/// The kinds whose controllers make pods: group, kind, resource.
pub(crate) const WORKLOADS: [(&str, &str, &str); 7] = [
    ("apps", "Deployment", "deployments"),
    ("apps", "DaemonSet", "daemonsets"),
    ("apps", "StatefulSet", "statefulsets"),
    ("apps", "ReplicaSet", "replicasets"),
    ("batch", "Job", "jobs"),
    ("batch", "CronJob", "cronjobs"),
    ("", "ReplicationController", "replicationcontrollers"),
];

const TOKEN_TYPE: &str = "kubernetes.io/service-account-token";
const TOKEN_OF: &str = "kubernetes.io/service-account.name";

impl Surroundings {
    /// Reads what matters of an inventory.
    pub fn of(inventory: &Inventory) -> Self {
        let whole = |group: &str, resource: &str| {
            inventory.server().is_some()
                && inventory.coverage.of_objects(group, resource, None) == Extent::Complete
        };
        let rbac = crate::policy::GROUP;
        let mut all = Self {
            minor: inventory.server().and_then(ironsides_core::Server::minor),
            complete: Complete {
                roles: whole(rbac, "roles") && whole(rbac, "clusterroles"),
                namespaces: whole("", "namespaces"),
                service_accounts: whole("", "serviceaccounts"),
                pods: whole("", "pods"),
                workloads: WORKLOADS.iter().all(|(group, _, resource)| whole(group, resource)),
                secrets: whole("", "secrets"),
                nodes: whole("", "nodes"),
            },
            ..Self::default()
        };
        let templates = PodTemplates::default();
        for object in inventory.objects() {
            all.read(object, &templates);
        }
        all
    }

    fn read(&mut self, object: &Object, templates: &PodTemplates) {
        let reference = object.reference();
        let namespace = || reference.namespace.clone().unwrap_or_else(|| Text::new_static("default"));
        let name = reference.name.clone();
        let annotation = |key: &str| {
            object.root.at(&["metadata", "annotations", key]).and_then(ironsides_tree::Node::as_str)
        };
        match (reference.group(), &*reference.kind) {
            ("", "Namespace") => {
                let (policy, _) = Labels::of(&object.cursor()).policy(&Policy::default());
                self.namespaces.insert(name, policy.enforce.level);
            }
            ("", "ServiceAccount") => {
                let cloud = CLOUD.iter().find_map(|key| annotation(key).map(|value| (key, value)));
                let cloud = cloud.map(|(key, value)| (Text::new_static(key), Text::new(value)));
                self.service_accounts.insert((namespace(), name), ServiceAccount { cloud });
            }
            ("", "Node") => {
                self.nodes.insert(name);
            }
            ("", "Secret") => {
                let kind = object.root.get("type").and_then(ironsides_tree::Node::as_str);
                if let Some(account) = annotation(TOKEN_OF).filter(|_| kind == Some(TOKEN_TYPE)) {
                    let service_account = Text::new(account);
                    self.tokens.push(TokenSecret { namespace: namespace(), name, service_account });
                }
            }
            ("", "Pod") => self.read_pod(object, templates, namespace(), name),
            (group, kind) => {
                let known =
                    WORKLOADS.iter().find(|(known, known_kind, _)| *known == group && *known_kind == kind);
                if let Some((_, _, resource)) = known {
                    self.workloads.push(Workload {
                        group: Text::new(group),
                        api_version: reference.api_version.clone(),
                        kind: reference.kind.clone(),
                        resource,
                        namespace: namespace(),
                        name,
                    });
                }
            }
        }
    }

    fn read_pod(&mut self, object: &Object, templates: &PodTemplates, namespace: Text, name: Text) {
        let Some(pod) = Pod::of(object, templates) else { return };
        let phase = object.root.at(&["status", "phase"]).and_then(ironsides_tree::Node::as_str);
        if matches!(phase, Some("Succeeded" | "Failed")) {
            return;
        }
        let text = |field: &'static str| pod.spec().get(field).str().filter(|text| !text.is_empty());
        let container = pod.containers().find(|one| one.kind == ironsides_core::ContainerKind::Regular);
        // A pod that the server stored shows the volume that the token came in; of others the setting is all there is.
        let projected = pod.spec().get("volumes").items().any(|volume| {
            volume
                .at(&["projected", "sources"])
                .items()
                .any(|source| source.get("serviceAccountToken").is_set())
        });
        let asked = pod.spec().get("automountServiceAccountToken").bool() != Some(false);
        self.pods.push(RunningPod {
            service_account: Text::new(
                text("serviceAccountName").or(text("serviceAccount")).unwrap_or("default"),
            ),
            node: Text::new(text("nodeName").unwrap_or_default()),
            container: Text::new(container.as_ref().map(ironsides_core::Container::name).unwrap_or_default()),
            has_token: projected || !pod.is_stored() && asked,
            namespace,
            name,
        });
    }

    /// Service accounts of a namespace that a cloud provider trusts.
    pub fn has_cloud_identity(&self, namespace: &str) -> bool {
        self.cloud_namespaces().any(|own| own == namespace)
    }

    /// The namespaces with service accounts that a cloud provider trusts, one for each such account.
    pub(crate) fn cloud_namespaces(&self) -> impl Iterator<Item = &Text> {
        let trusted = self.service_accounts.iter().filter(|(_, account)| account.cloud.is_some());
        trusted.map(|((namespace, _), _)| namespace)
    }
}
