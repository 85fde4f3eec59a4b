//! What attackers do, as requests that an audit policy should record.
//!
//! Techniques and their ATT&CK numbers are those of the labelled attacks that the audit rules are measured with; each
//! request was seen in a real audit log, or is the same act by another verb or kind.

use std::borrow::Cow;

use crate::level::Level;
use crate::request::About;

/// A technique.
#[derive(Clone, Copy, Debug)]
pub struct Technique {
    /// Its id.
    pub id: &'static str,
    /// What happens, in a few words.
    pub title: &'static str,
    /// The technique of MITRE ATT&CK.
    pub attack: &'static str,
    /// The level from which on an event tells it from everyday work: bodies of requests are needed where the act is in them,
    /// and of answers where only these tell it (what a policy said that is deleted).
    pub needs: Level,
    /// Requests by which it is done: each should be recorded. `VERB GROUP/RESOURCE[/SUBRESOURCE] NAMESPACE/NAME`, the
    /// group of the core API being empty; or `VERB PATH`. A request for one namespace is in it.
    pub acts: &'static [&'static str],
    /// Who makes the requests.
    pub by: By,
}

/// Who makes the requests of a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody who proved to be somebody.
    Known,
    /// Somebody without credentials, as `system:anonymous`.
    Anonymous,
    /// Somebody whose credentials are refused: no user is known to the policy, and the answer is 401.
    Refused,
}

/// What events lack of a technique all the same, because no log should hold it: by id, lower case, no full stop.
const LIMITS: &[(&str, &str)] = &[(
    "token-secret",
    "that the secret holds a token is in its body alone, with its values: Metadata shows that a secret is made",
)];

impl Technique {
    /// What an event at the level [`Technique::needs`] does not tell of it, because it stands in bodies that no log should
    /// hold; `None` where it tells all.
    pub fn limit(&self) -> Option<&'static str> {
        LIMITS.iter().find(|(id, _)| *id == self.id).map(|(_, limit)| *limit)
    }
}

/// The verb of an act, and what it is for; `None` where the text is none.
pub(crate) fn act(text: &'static str) -> Option<(&'static str, About<'static>)> {
    let mut words = text.split(' ');
    let (verb, what) = (words.next()?, words.next()?);
    let Some(place) = words.next() else {
        return Some((verb, About::Path(Cow::Borrowed(what))));
    };
    let (group, resource) = what.split_once('/')?;
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let (namespace, name) = place.split_once('/')?;
    let about = About::Resource {
        group: Cow::Borrowed(group),
        resource: Cow::Borrowed(resource),
        subresource: Cow::Borrowed(subresource),
        namespace: Cow::Borrowed(namespace),
        name: Cow::Borrowed(name),
    };
    Some((verb, about))
}

/// All techniques, by id.
pub const TECHNIQUES: &[Technique] = &[
    Technique {
        id: "admission-policy-deletion",
        title: "admission policies and webhooks are deleted or weakened",
        attack: "T1562.001",
        needs: Level::RequestResponse,
        acts: &[
            "delete admissionregistration.k8s.io/validatingwebhookconfigurations /gate",
            "deletecollection admissionregistration.k8s.io/validatingwebhookconfigurations /",
            "delete admissionregistration.k8s.io/mutatingwebhookconfigurations /gate",
            "delete admissionregistration.k8s.io/validatingadmissionpolicies /gate",
            "delete admissionregistration.k8s.io/validatingadmissionpolicybindings /gate",
            "update admissionregistration.k8s.io/validatingadmissionpolicies /gate",
            "patch admissionregistration.k8s.io/validatingwebhookconfigurations /gate",
        ],
        by: By::Known,
    },
    Technique {
        id: "anonymous-access",
        title: "somebody without credentials reads or writes",
        attack: "T1190",
        needs: Level::Metadata,
        acts: &["list /secrets /", "list /pods shop/", "create /pods shop/", "get /api"],
        by: By::Anonymous,
    },
    Technique {
        id: "apiservice-hijack",
        title: "an API is served by somebody else",
        attack: "T1557",
        needs: Level::Request,
        acts: &[
            "create apiregistration.k8s.io/apiservices /v1beta1.metrics.k8s.io",
            "update apiregistration.k8s.io/apiservices /v1beta1.metrics.k8s.io",
            "patch apiregistration.k8s.io/apiservices /v1beta1.metrics.k8s.io",
        ],
        by: By::Known,
    },
    Technique {
        id: "attach",
        title: "somebody attaches to a running container",
        attack: "T1609",
        needs: Level::Metadata,
        acts: &["create /pods/attach shop/web", "get /pods/attach shop/web"],
        by: By::Known,
    },
    Technique {
        id: "aws-auth-edit",
        title: "cloud identities are mapped to groups of the cluster",
        attack: "T1098",
        needs: Level::Request,
        acts: &["update /configmaps kube-system/aws-auth", "patch /configmaps kube-system/aws-auth"],
        by: By::Known,
    },
    Technique {
        id: "bind-verb",
        title: "a right to bind hands out a stronger role",
        attack: "T1098.006",
        needs: Level::Request,
        acts: &[
            "create rbac.authorization.k8s.io/rolebindings shop/",
            "create rbac.authorization.k8s.io/clusterrolebindings /",
        ],
        by: By::Known,
    },
    Technique {
        id: "cluster-admin-binding",
        title: "somebody is bound to cluster-admin",
        attack: "T1098.006",
        needs: Level::Request,
        acts: &[
            "create rbac.authorization.k8s.io/clusterrolebindings /",
            "patch rbac.authorization.k8s.io/clusterrolebindings /admins",
            "update rbac.authorization.k8s.io/clusterrolebindings /admins",
            "create rbac.authorization.k8s.io/rolebindings shop/",
        ],
        by: By::Known,
    },
    Technique {
        id: "control-plane-toleration",
        title: "a pod is put on a control-plane node",
        attack: "T1610",
        needs: Level::Request,
        acts: &["create /pods shop/", "create apps/deployments shop/"],
        by: By::Known,
    },
    Technique {
        id: "coredns-edit",
        title: "names are answered by somebody else",
        attack: "T1557",
        needs: Level::Request,
        acts: &["update /configmaps kube-system/coredns", "patch /configmaps kube-system/coredns"],
        by: By::Known,
    },
    Technique {
        id: "cronjob-persistence",
        title: "a cron job brings an intruder back",
        attack: "T1053.007",
        needs: Level::Request,
        acts: &[
            "create batch/cronjobs shop/",
            "update batch/cronjobs shop/backup",
            "patch batch/cronjobs shop/backup",
        ],
        by: By::Known,
    },
    Technique {
        id: "crypto-miner",
        title: "a pod mines",
        attack: "T1496",
        needs: Level::Request,
        acts: &["create /pods shop/", "create apps/deployments shop/", "create batch/jobs shop/"],
        by: By::Known,
    },
    Technique {
        id: "csr-privileged",
        title: "a client certificate of a privileged group is signed",
        attack: "T1098",
        needs: Level::Request,
        acts: &[
            "create certificates.k8s.io/certificatesigningrequests /",
            "update certificates.k8s.io/certificatesigningrequests/approval /ann",
        ],
        by: By::Known,
    },
    Technique {
        id: "daemonset-everywhere",
        title: "a daemon set runs on every node",
        attack: "T1610",
        needs: Level::Request,
        acts: &[
            "create apps/daemonsets kube-system/",
            "patch apps/daemonsets kube-system/agent",
            "update apps/daemonsets kube-system/agent",
        ],
        by: By::Known,
    },
    Technique {
        id: "deletecollection",
        title: "many objects are deleted by one request",
        attack: "T1485",
        needs: Level::Metadata,
        acts: &[
            "deletecollection /secrets shop/",
            "deletecollection apps/deployments shop/",
            "deletecollection batch/jobs shop/",
        ],
        by: By::Known,
    },
    Technique {
        id: "denied-enumeration",
        title: "a stolen identity tries what it may list",
        attack: "T1613",
        needs: Level::Metadata,
        acts: &["list /secrets /", "list /pods /", "list /nodes /", "list /namespaces /"],
        by: By::Known,
    },
    Technique {
        id: "dry-run-probing",
        title: "admission is probed by dry runs",
        attack: "T1069",
        needs: Level::Request,
        acts: &["create /pods shop/"],
        by: By::Known,
    },
    Technique {
        id: "endpoints-edit",
        title: "traffic of a service goes to another address",
        attack: "T1557",
        needs: Level::Request,
        acts: &[
            "update /endpoints shop/cart",
            "patch /endpoints shop/cart",
            "create discovery.k8s.io/endpointslices shop/",
            "update discovery.k8s.io/endpointslices shop/cart-1",
            "patch discovery.k8s.io/endpointslices shop/cart-1",
        ],
        by: By::Known,
    },
    Technique {
        id: "ephemeral-container",
        title: "a container is added to a running pod",
        attack: "T1609",
        needs: Level::Request,
        acts: &["patch /pods/ephemeralcontainers shop/web", "update /pods/ephemeralcontainers shop/web"],
        by: By::Known,
    },
    Technique {
        id: "escalate-verb",
        title: "a right to escalate widens a role",
        attack: "T1098.006",
        needs: Level::Request,
        acts: &[
            "update rbac.authorization.k8s.io/roles shop/deployer",
            "patch rbac.authorization.k8s.io/roles shop/deployer",
            "update rbac.authorization.k8s.io/clusterroles /deployer",
            "patch rbac.authorization.k8s.io/clusterroles /deployer",
        ],
        by: By::Known,
    },
    Technique {
        id: "event-deletion",
        title: "traces are deleted",
        attack: "T1070",
        needs: Level::Metadata,
        acts: &[
            "deletecollection /events shop/",
            "delete /events shop/web.1",
            "deletecollection events.k8s.io/events shop/",
            "delete events.k8s.io/events shop/web.1",
        ],
        by: By::Known,
    },
    Technique {
        id: "exec",
        title: "somebody runs a command in a container",
        attack: "T1609",
        needs: Level::Metadata,
        acts: &["create /pods/exec shop/web", "get /pods/exec shop/web"],
        by: By::Known,
    },
    Technique {
        id: "exposing-service",
        title: "a service is opened to the outside",
        attack: "T1133",
        needs: Level::Request,
        acts: &["create /services shop/", "update /services shop/cart", "patch /services shop/cart"],
        by: By::Known,
    },
    Technique {
        id: "external-ips",
        title: "a service takes somebody else's address",
        attack: "T1557",
        needs: Level::Request,
        acts: &[
            "create /services shop/",
            "update /services shop/cart",
            "patch /services shop/cart",
            "patch /services/status shop/cart",
        ],
        by: By::Known,
    },
    Technique {
        id: "finalizer",
        title: "objects are kept from going, or made to go",
        attack: "T1499",
        needs: Level::Request,
        acts: &["update /namespaces/finalize shop/shop", "patch /persistentvolumeclaims shop/data"],
        by: By::Known,
    },
    Technique {
        id: "host-pod",
        title: "a pod reaches the node: host network, process ids, paths, privileges",
        attack: "T1611",
        needs: Level::Request,
        acts: &[
            "create /pods shop/",
            "create apps/deployments shop/",
            "create apps/statefulsets shop/",
            "create apps/daemonsets shop/",
            "create batch/jobs shop/",
            "create /replicationcontrollers shop/",
            "create apps/replicasets shop/",
        ],
        by: By::Known,
    },
    Technique {
        id: "hostpath-volume",
        title: "a persistent volume is a path of a node",
        attack: "T1611",
        needs: Level::Request,
        acts: &["create /persistentvolumes /"],
        by: By::Known,
    },
    Technique {
        id: "image-swap",
        title: "a workload gets another image",
        attack: "T1525",
        needs: Level::Request,
        acts: &[
            "patch apps/deployments shop/cart",
            "update apps/deployments shop/cart",
            "patch /pods shop/web",
            "patch apps/statefulsets shop/db",
        ],
        by: By::Known,
    },
    Technique {
        id: "impersonation",
        title: "somebody acts as somebody else",
        attack: "T1078",
        needs: Level::Metadata,
        acts: &["list /secrets kube-system/", "get /nodes /node-1"],
        by: By::Known,
    },
    Technique {
        id: "lease-tampering",
        title: "a lease is taken or deleted",
        attack: "T1499",
        needs: Level::Request,
        acts: &[
            "delete coordination.k8s.io/leases kube-node-lease/node-1",
            "update coordination.k8s.io/leases kube-system/kube-scheduler",
            "patch coordination.k8s.io/leases kube-system/kube-scheduler",
        ],
        by: By::Known,
    },
    Technique {
        id: "log-reading",
        title: "logs of system pods are read",
        attack: "T1552",
        needs: Level::Metadata,
        acts: &["get /pods/log kube-system/kube-apiserver"],
        by: By::Known,
    },
    Technique {
        id: "masquerade-name",
        title: "a pod is called like a component",
        attack: "T1036.005",
        needs: Level::Request,
        acts: &["create /pods kube-system/kube-apiserver-node-1"],
        by: By::Known,
    },
    Technique {
        id: "namespace-deletion",
        title: "a namespace is deleted with all in it",
        attack: "T1485",
        needs: Level::Metadata,
        acts: &["delete /namespaces shop/shop"],
        by: By::Known,
    },
    Technique {
        id: "networkpolicy-removal",
        title: "a network policy goes or is emptied",
        attack: "T1562.007",
        needs: Level::Request,
        acts: &[
            "delete networking.k8s.io/networkpolicies shop/deny",
            "deletecollection networking.k8s.io/networkpolicies shop/",
            "update networking.k8s.io/networkpolicies shop/deny",
            "patch networking.k8s.io/networkpolicies shop/deny",
        ],
        by: By::Known,
    },
    Technique {
        id: "node-tampering",
        title: "nodes are cordoned, tainted or relabelled",
        attack: "T1499",
        needs: Level::Request,
        acts: &[
            "patch /nodes /node-1",
            "update /nodes /node-1",
            "patch /nodes/status /node-1",
            "delete /nodes /node-1",
        ],
        by: By::Known,
    },
    Technique {
        id: "nodes-proxy",
        title: "commands go through a kubelet",
        attack: "T1609",
        needs: Level::Metadata,
        acts: &["get /nodes/proxy /node-1", "create /nodes/proxy /node-1"],
        by: By::Known,
    },
    Technique {
        id: "permission-probing",
        title: "a stolen identity asks what it may do",
        attack: "T1069",
        needs: Level::Metadata,
        acts: &[
            "create authorization.k8s.io/selfsubjectaccessreviews /",
            "create authorization.k8s.io/selfsubjectrulesreviews /",
            "create authorization.k8s.io/subjectaccessreviews /",
        ],
        by: By::Known,
    },
    Technique {
        id: "pod-eviction",
        title: "pods are evicted",
        attack: "T1489",
        needs: Level::Metadata,
        acts: &["create /pods/eviction shop/web"],
        by: By::Known,
    },
    Technique {
        id: "pod-in-kube-system",
        title: "a pod is put among the system's",
        attack: "T1610",
        needs: Level::Metadata,
        acts: &["create /pods kube-system/"],
        by: By::Known,
    },
    Technique {
        id: "pod-security-label",
        title: "a namespace's Pod Security level is lowered",
        attack: "T1562.001",
        needs: Level::Request,
        acts: &["patch /namespaces shop/shop", "update /namespaces shop/shop"],
        by: By::Known,
    },
    Technique {
        id: "port-forward",
        title: "a port of a pod is tunnelled out",
        attack: "T1572",
        needs: Level::Metadata,
        acts: &["create /pods/portforward data/db-0", "get /pods/portforward data/db-0"],
        by: By::Known,
    },
    Technique {
        id: "quota-removal",
        title: "quotas and limits go",
        attack: "T1562",
        needs: Level::Metadata,
        acts: &["delete /resourcequotas shop/limits", "delete /limitranges shop/limits"],
        by: By::Known,
    },
    Technique {
        id: "rbac-read",
        title: "roles and bindings are read",
        attack: "T1069",
        needs: Level::Metadata,
        acts: &[
            "list rbac.authorization.k8s.io/clusterrolebindings /",
            "list rbac.authorization.k8s.io/roles shop/",
            "get rbac.authorization.k8s.io/clusterroles /cluster-admin",
        ],
        by: By::Known,
    },
    Technique {
        id: "scale-to-zero",
        title: "workloads are scaled to nothing",
        attack: "T1489",
        needs: Level::Request,
        acts: &[
            "patch apps/deployments/scale shop/cart",
            "update apps/deployments/scale shop/cart",
            "patch apps/deployments shop/cart",
        ],
        by: By::Known,
    },
    Technique {
        id: "secret-dump",
        title: "secrets are listed",
        attack: "T1552.007",
        needs: Level::Metadata,
        acts: &["list /secrets /", "watch /secrets /", "list /secrets shop/", "get /secrets kube-system/ca"],
        by: By::Known,
    },
    Technique {
        id: "stolen-credential",
        title: "a credential is used from somewhere else",
        attack: "T1078",
        needs: Level::Metadata,
        acts: &["get /pods shop/web", "list /configmaps shop/"],
        by: By::Known,
    },
    Technique {
        id: "system-configmap-read",
        title: "configuration of the system is read",
        attack: "T1552",
        needs: Level::Metadata,
        acts: &[
            "get /configmaps kube-system/extension-apiserver-authentication",
            "list /configmaps kube-system/",
        ],
        by: By::Known,
    },
    Technique {
        id: "token-guessing",
        title: "credentials are guessed",
        attack: "T1110",
        needs: Level::Metadata,
        acts: &["get /api", "list /pods shop/"],
        by: By::Refused,
    },
    Technique {
        id: "token-mint",
        title: "a token of a service account is made",
        attack: "T1528",
        needs: Level::Metadata,
        acts: &["create /serviceaccounts/token kube-system/admin"],
        by: By::Known,
    },
    Technique {
        id: "token-secret",
        title: "a token that never ends is made",
        attack: "T1528",
        needs: Level::Metadata,
        acts: &["create /secrets shop/"],
        by: By::Known,
    },
    Technique {
        id: "tokenreview-probing",
        title: "stolen tokens are tried",
        attack: "T1528",
        needs: Level::Metadata,
        acts: &["create authentication.k8s.io/tokenreviews /"],
        by: By::Known,
    },
    Technique {
        id: "webhook-configuration",
        title: "a webhook sees or changes every request",
        attack: "T1546",
        needs: Level::Request,
        acts: &[
            "create admissionregistration.k8s.io/validatingwebhookconfigurations /",
            "create admissionregistration.k8s.io/mutatingwebhookconfigurations /",
            "patch admissionregistration.k8s.io/mutatingwebhookconfigurations /inject",
            "update admissionregistration.k8s.io/mutatingwebhookconfigurations /inject",
            "create admissionregistration.k8s.io/mutatingadmissionpolicies /",
        ],
        by: By::Known,
    },
    Technique {
        id: "wildcard-role",
        title: "a role is given everything",
        attack: "T1098.006",
        needs: Level::Request,
        acts: &[
            "create rbac.authorization.k8s.io/clusterroles /",
            "create rbac.authorization.k8s.io/roles shop/",
            "update rbac.authorization.k8s.io/clusterroles /ops",
            "patch rbac.authorization.k8s.io/clusterroles /ops",
        ],
        by: By::Known,
    },
    Technique {
        id: "workload-account-swap",
        title: "a workload runs under a stronger account",
        attack: "T1098",
        needs: Level::Request,
        acts: &[
            "patch apps/deployments shop/cart",
            "create /pods shop/",
            "update apps/deployments shop/cart",
        ],
        by: By::Known,
    },
];

/// Whether the name of an object is one that a technique needs bodies for, of a resource that is otherwise left alone:
/// config maps that hold settings of the system.
pub fn is_setting(group: &str, resource: &str, name: &str) -> bool {
    let of_bodies = TECHNIQUES.iter().filter(|technique| technique.needs >= Level::Request);
    let mut acts = of_bodies.flat_map(|technique| technique.acts).filter_map(|text| act(text));
    (group, resource) == ("", "configmaps")
        && acts.any(|(_, about)| match about {
            About::Resource { group: of, resource: own, name: named, .. } => {
                of == group && own == resource && named == name
            }
            About::Path(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_a_request_and_ids_are_sorted() {
        for technique in TECHNIQUES {
            for text in technique.acts {
                assert!(act(text).is_some(), "{text}");
            }
            assert!(!technique.acts.is_empty());
        }
        assert!(TECHNIQUES.is_sorted_by(|a, b| a.id < b.id));
        assert!(LIMITS.iter().all(|(id, _)| TECHNIQUES.iter().any(|technique| technique.id == *id)));
    }
}
