//! The families of dangerous permissions.

use ironsides_core::Severity::{Critical, High, Low, Medium};

use super::family::{Ask, Family, MadeBy, Place, Standing, ask};

const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
/// A patch that changes nothing answers with the whole object.
const READ: &[&str] = &["get", "list", "watch", "patch"];
const REMOVE: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
const UNDO: &[&str] = &["update", "patch", "delete", "deletecollection"];
const SECRETS: &[&str] = &["secrets"];
const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const AUTHENTICATION: &str = "authentication.k8s.io";
const APPROVAL: &[Ask] = &[ask(CHANGE, CERTIFICATES, &["certificatesigningrequests/approval"])];
const WORKLOADS: [&[&str]; 3] = [
    &["deployments", "daemonsets", "statefulsets", "replicasets"],
    &["jobs", "cronjobs"],
    &["replicationcontrollers"],
];
const RUN_PODS: &[Ask] = &[
    ask(&["create"], "", &["pods"]),
    ask(&["create"], "apps", WORKLOADS[0]),
    ask(&["create"], "batch", WORKLOADS[1]),
    ask(&["create"], "", WORKLOADS[2]),
    ask(&["create"], "", &["serviceaccounts/token"]),
];

/// All families, in the order in which they are told.
#[rustfmt::skip]
pub(super) static FAMILIES: &[Family] = &[
    Family {
        id: "all-rights", title: "every verb on every resource", severity: Critical, in_namespace: High,
        attack: "Does whatever the API offers, which includes giving the same rights to others.",
        instead: "the resources and verbs that are used; cluster-admin for a break-glass account only",
        made_by: MadeBy::Requests(&[&[ask(&["*"], "*", &["*"])]]),
    },
    Family {
        id: "delete-all", title: "deletes every resource", severity: High, in_namespace: Medium,
        attack: "Destroys everything: workloads, volume claims with their data, policies, namespaces.",
        instead: "delete on the resources that the program itself makes",
        made_by: MadeBy::Requests(&[&[ask(&["delete", "deletecollection"], "*", &["*"])]]),
    },
    Family {
        id: "secrets-read", title: "reads secrets", severity: Critical, in_namespace: High,
        attack: "Takes passwords, keys and service account tokens; list and watch show the values like get, and so does the \
                 answer to an empty patch.",
        instead: "get on the named secrets that are needed, or mount them into the pod",
        made_by: MadeBy::Requests(&[&[ask(READ, "", SECRETS)]]),
    },
    Family {
        id: "secrets-write", title: "writes secrets", severity: High, in_namespace: Medium,
        attack: "Replaces credentials, certificates and configuration that programs trust.",
        instead: "update on the named secrets that the program itself owns",
        made_by: MadeBy::Requests(&[&[ask(WRITE, "", SECRETS)]]),
    },
    Family {
        id: "token-request", title: "issues tokens of service accounts", severity: Critical, in_namespace: High,
        attack: "Asks for a token of any service account within reach and acts as it.",
        instead: "create serviceaccounts/token on the names of the accounts that are needed",
        made_by: MadeBy::Requests(&[&[ask(&["create"], "", &["serviceaccounts/token"])]]),
    },
    Family {
        id: "token-secret", title: "makes token secrets and reads them", severity: Critical, in_namespace: High,
        attack: "Creates a secret of type service-account-token for an account and reads the token that is filled in.",
        instead: "no create on secrets beside get, list, watch or patch on them",
        made_by: MadeBy::Requests(&[&[ask(&["create"], "", SECRETS)], &[ask(READ, "", SECRETS)]]),
    },
    Family {
        id: "pod-create", title: "creates pods", severity: Critical, in_namespace: High,
        attack: "Runs a pod under any service account of the namespace and mounts its secrets; where Pod Security allows \
                 it, takes the node.",
        instead: "a pipeline that creates reviewed workloads; Pod Security restricted in the namespace",
        made_by: MadeBy::Requests(&[&[ask(&["create"], "", &["pods"])]]),
    },
    Family {
        id: "workload-create", title: "creates workloads", severity: Critical, in_namespace: High,
        attack: "Has a controller create pods of its choice: as strong as creating pods.",
        instead: "a pipeline that creates reviewed workloads; Pod Security restricted in the namespace",
        made_by: MadeBy::Requests(&[&[
            ask(&["create"], "apps", WORKLOADS[0]),
            ask(&["create"], "batch", WORKLOADS[1]),
            ask(&["create"], "", WORKLOADS[2]),
        ]]),
    },
    Family {
        id: "workload-change", title: "changes workloads", severity: Critical, in_namespace: High,
        attack: "Rewrites the pod template of a running workload: its image, command, service account and volumes.",
        instead: "patch on named workloads, or deployments/scale where only the number of replicas changes",
        made_by: MadeBy::Requests(&[&[
            ask(CHANGE, "apps", WORKLOADS[0]),
            ask(CHANGE, "batch", &["cronjobs"]),
            ask(CHANGE, "", WORKLOADS[2]),
        ]]),
    },
    Family {
        id: "custom-workload-write", title: "writes custom workloads", severity: High, in_namespace: High,
        attack: "Has the controller of a custom kind run pods of its choice: image, command, service account.",
        instead: "a pipeline that creates reviewed workloads; Pod Security restricted in the namespace",
        made_by: MadeBy::Requests(&[&[
            ask(WRITE, "argoproj.io", &["rollouts"]),
            ask(WRITE, "apps.openshift.io", &["deploymentconfigs"]),
            ask(WRITE, "serving.knative.dev", &["services", "configurations"]),
            ask(WRITE, "apps.kruise.io", &["clonesets", "daemonsets", "statefulsets"]),
            ask(WRITE, "agents.x-k8s.io", &["sandboxes"]),
            ask(WRITE, "extensions.agents.x-k8s.io", &["sandboxtemplates"]),
            ask(WRITE, "tekton.dev", &["taskruns", "pipelineruns"]),
        ]]),
    },
    Family {
        id: "revision-write", title: "writes revisions of workloads", severity: Medium, in_namespace: Low,
        attack: "Plants a pod template that the next rollback of a DaemonSet or StatefulSet brings back.",
        instead: "nothing: the controllers write them",
        made_by: MadeBy::Requests(&[&[ask(CHANGE, "apps", &["controllerrevisions"])]]),
    },
    Family {
        id: "pod-change", title: "changes pods", severity: High, in_namespace: Medium,
        attack: "Swaps the image of a running pod and so runs as its service account, or relabels it into a service.",
        instead: "changes through the workload that owns the pod",
        made_by: MadeBy::Requests(&[&[ask(CHANGE, "", &["pods"])]]),
    },
    Family {
        id: "pod-exec", title: "runs commands in pods", severity: Critical, in_namespace: High,
        attack: "Opens a shell in a running container and takes its token, secrets and network position.",
        instead: "exec for a short time on request, or none: logs and metrics for daily work",
        made_by: MadeBy::Requests(&[&[
            ask(&["create"], "", &["pods/exec", "pods/attach"]),
            Ask { before: Some(35), ..ask(&["get"], "", &["pods/exec", "pods/attach"]) },
        ]]),
    },
    Family {
        id: "pod-debug", title: "puts debug containers into pods", severity: Critical, in_namespace: High,
        attack: "Adds a container with its own image to a running pod and uses the pod's token and volumes.",
        instead: "debug rights for a short time on request",
        made_by: MadeBy::Requests(&[&[ask(CHANGE, "", &["pods/ephemeralcontainers"])]]),
    },
    Family {
        id: "pod-proxy", title: "reaches ports of pods and services", severity: Medium, in_namespace: Low,
        attack: "Talks to ports that listen only inside the cluster, past network policies.",
        instead: "portforward on named pods, for a short time",
        made_by: MadeBy::Requests(&[&[
            ask(&["create"], "", &["pods/portforward"]),
            Ask { before: Some(35), ..ask(&["get"], "", &["pods/portforward"]) },
            ask(&["get", "create", "update", "patch", "delete"], "", &["pods/proxy", "services/proxy"]),
        ]]),
    },
    Family {
        id: "node-proxy", title: "talks to kubelets", severity: Critical, in_namespace: Critical,
        attack: "Runs commands in every pod of a node through the kubelet, unseen by admission; get alone suffices, since \
                 a WebSocket begins as a GET.",
        instead: "nodes/metrics, nodes/stats, nodes/log, nodes/healthz, nodes/pods or nodes/configz, whichever is read",
        made_by: MadeBy::Requests(&[&[ask(&["get", "create"], "", &["nodes/proxy"])]]),
    },
    Family {
        id: "node-logs", title: "reads logs of nodes", severity: Medium, in_namespace: Medium,
        attack: "Reads what lies in /var/log of nodes through the kubelet: logs of all pods, and audit logs that lie there.",
        instead: "pods/log in the namespaces that are looked after",
        made_by: MadeBy::Requests(&[&[ask(&["get"], "", &["nodes/log"])]]),
    },
    Family {
        id: "node-write", title: "changes nodes", severity: High, in_namespace: High,
        attack: "Labels, taints and reports nodes so that pods land where the attacker sits, or drops nodes altogether.",
        instead: "get, list and watch; leave the rest to the kubelet and the cloud controller",
        made_by: MadeBy::Requests(&[&[
            ask(&["create", "update", "patch", "delete", "deletecollection"], "", &["nodes"]),
            ask(CHANGE, "", &["nodes/status"]),
        ]]),
    },
    Family {
        id: "pod-steal", title: "moves pods to other nodes", severity: High, in_namespace: High,
        attack: "Closes the other nodes, removes the pods of a victim, and has them start again on a node it holds.",
        instead: "one of the two only: the right to drain belongs to a node operator",
        made_by: MadeBy::Requests(&[
            &[ask(CHANGE, "", &["nodes"]), ask(CHANGE, "", &["nodes/status"])],
            &[ask(&["delete", "deletecollection"], "", &["pods"]), ask(&["create"], "", &["pods/eviction"])],
        ]),
    },
    Family {
        id: "pod-binding", title: "puts pods onto nodes", severity: Medium, in_namespace: Low,
        attack: "Puts waiting pods onto a node of its choice, past the scheduler.",
        instead: "nothing: schedulers do it",
        made_by: MadeBy::Requests(&[&[
            ask(&["create"], "", &["pods/binding"]),
            ask(&["create"], "", &["bindings"]),
        ]]),
    },
    Family {
        id: "pod-status-write", title: "writes the status of pods", severity: Medium, in_namespace: Medium,
        attack: "Reports addresses and readiness that are not true and draws a service's traffic to itself.",
        instead: "nothing: kubelets write it",
        made_by: MadeBy::Requests(&[&[ask(CHANGE, "", &["pods/status"])]]),
    },
    Family {
        id: "service-write", title: "writes addresses of services", severity: Medium, in_namespace: Low,
        attack: "Claims foreign addresses with externalIPs or a load balancer status and takes traffic to them.",
        instead: "services without services/status, and an admission policy that refuses externalIPs",
        made_by: MadeBy::Requests(&[&[
            ask(WRITE, "", &["services"]),
            ask(CHANGE, "", &["services/status"]),
        ]]),
    },
    Family {
        id: "endpoints-write", title: "writes endpoints", severity: Medium, in_namespace: Medium,
        attack: "Points a service at an address of its choice, past the service's selector and network policies.",
        instead: "nothing: the endpoint controllers write them",
        made_by: MadeBy::Requests(&[&[
            ask(WRITE, "", &["endpoints"]),
            ask(WRITE, "discovery.k8s.io", &["endpointslices"]),
        ]]),
    },
    Family {
        id: "role-escalate", title: "grants rights it does not have (escalate)", severity: Critical, in_namespace: High,
        attack: "Writes any right into a role that it may change, its own among them.",
        instead: "roles without escalate: the API server then lets it grant only what it has",
        made_by: MadeBy::Requests(&[&[ask(&["escalate"], RBAC, &["roles", "clusterroles"])]]),
    },
    Family {
        id: "role-bind", title: "hands out roles it does not have (bind)", severity: Critical, in_namespace: High,
        attack: "Binds a strong role, such as cluster-admin, to itself.",
        instead: "bind with resourceNames: the roles that may be handed out",
        made_by: MadeBy::Requests(&[&[ask(&["bind"], RBAC, &["roles", "clusterroles"])]]),
    },
    Family {
        id: "role-write", title: "writes roles", severity: Medium, in_namespace: Low,
        attack: "Changes what others may do, up to what it may do itself; deletes roles that guard nothing else.",
        instead: "roles from reviewed manifests, applied by a pipeline",
        made_by: MadeBy::Requests(&[&[ask(REMOVE, RBAC, &["roles", "clusterroles"])]]),
    },
    Family {
        id: "binding-write", title: "writes role bindings", severity: High, in_namespace: Medium,
        attack: "Gives roles that it holds, or may bind, to whom it likes, and so stays after its own access is taken.",
        instead: "bindings from reviewed manifests, applied by a pipeline",
        made_by: MadeBy::Requests(&[&[ask(WRITE, RBAC, &["rolebindings", "clusterrolebindings"])]]),
    },
    Family {
        id: "impersonate", title: "acts as others", severity: Critical, in_namespace: High,
        attack: "Sends requests as another user, group or service account; with any user and group as system:masters.",
        instead: "constrained impersonation of named users for named verbs, or resourceNames",
        made_by: MadeBy::Requests(&[&[
            ask(&["impersonate"], "", &["users", "groups", "serviceaccounts"]),
        ]]),
    },
    Family {
        id: "impersonate-constrained", title: "acts as others for some verbs", severity: High, in_namespace: High,
        attack: "Sends the requests that its impersonate-on verbs name as another user, service account or node.",
        instead: "resourceNames: the identities that are needed",
        made_by: MadeBy::Requests(&[
            &[
                ask(&["impersonate:user-info"], AUTHENTICATION, &["users"]),
                ask(&["impersonate:serviceaccount"], AUTHENTICATION, &["serviceaccounts"]),
                ask(&["impersonate:arbitrary-node", "impersonate:associated-node"], AUTHENTICATION, &["nodes"]),
            ],
            &[ask(&["impersonate-on:"], "", &[])],
        ]),
    },
    Family {
        id: "certificate-issue", title: "has client certificates issued", severity: Critical, in_namespace: Critical,
        attack: "Requests a client certificate with a name and groups of its choice and approves it itself.",
        instead: "create without approval, or approval for one signer by a separate controller",
        made_by: MadeBy::Requests(&[
            &[ask(&["create"], CERTIFICATES, &["certificatesigningrequests"])],
            APPROVAL,
            &[ask(&["approve"], CERTIFICATES, &["signers"])],
        ]),
    },
    Family {
        id: "certificate-approve", title: "approves certificate requests", severity: High, in_namespace: High,
        attack: "Approves the request of an accomplice, who then logs in under a name of his choice.",
        instead: "approve on signers with resourceNames: the one signer it serves",
        made_by: MadeBy::Requests(&[APPROVAL, &[ask(&["approve"], CERTIFICATES, &["signers"])]]),
    },
    Family {
        id: "certificate-sign", title: "signs certificate requests", severity: High, in_namespace: High,
        attack: "Puts a certificate of its choice into a request, and whoever trusts the signer takes it for real.",
        instead: "sign on signers with resourceNames: a signer of its own domain",
        made_by: MadeBy::Requests(&[
            &[ask(CHANGE, CERTIFICATES, &["certificatesigningrequests/status"])],
            &[ask(&["sign"], CERTIFICATES, &["signers"])],
        ]),
    },
    Family {
        id: "trust-bundle-write", title: "writes trust anchors", severity: Medium, in_namespace: Medium,
        attack: "Publishes an authority of its own in the bundle that pods trust, and reads their connections.",
        instead: "attest on signers with resourceNames: a signer of its own domain",
        made_by: MadeBy::Requests(&[
            &[ask(WRITE, CERTIFICATES, &["clustertrustbundles"])],
            &[ask(&["attest"], CERTIFICATES, &["signers"])],
        ]),
    },
    Family {
        id: "webhook-write", title: "writes admission webhooks", severity: Critical, in_namespace: Critical,
        attack: "Has the API server show it every object that is written, secrets too, and changes them on the way; or \
                 deletes the webhook that enforces a policy.",
        instead: "update on the named configuration whose CA bundle is kept fresh",
        made_by: MadeBy::Requests(&[&[ask(
            REMOVE, ADMISSION, &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
        )]]),
    },
    Family {
        id: "admission-policy-write", title: "writes admission policies", severity: High, in_namespace: High,
        attack: "Rewrites objects of others with a mutating policy, or takes the policy away that stops it.",
        instead: "policies from reviewed manifests, applied by a pipeline",
        made_by: MadeBy::Requests(&[&[ask(REMOVE, ADMISSION, &[
            "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
        ])]]),
    },
    Family {
        id: "crd-write", title: "writes custom resource definitions", severity: High, in_namespace: High,
        attack: "Reads and rewrites custom resources through a conversion webhook, or deletes them all with their kind.",
        instead: "definitions installed by the cluster's operators, once",
        made_by: MadeBy::Requests(&[&[ask(REMOVE, "apiextensions.k8s.io", &["customresourcedefinitions"])]]),
    },
    Family {
        id: "api-service-write", title: "writes aggregated APIs", severity: High, in_namespace: High,
        attack: "Answers for an API group itself and so sees its requests and who makes them.",
        instead: "update on the named APIService that is served",
        made_by: MadeBy::Requests(&[&[ask(REMOVE, "apiregistration.k8s.io", &["apiservices"])]]),
    },
    Family {
        id: "volume-create", title: "creates persistent volumes", severity: High, in_namespace: High,
        attack: "Makes a volume of a directory of the node and mounts it in a pod that Pod Security lets through.",
        instead: "volume claims with a storage class: the provisioner creates the volume",
        made_by: MadeBy::Requests(&[&[ask(&["create"], "", &["persistentvolumes"])]]),
    },
    Family {
        id: "namespace-write", title: "changes namespaces", severity: High, in_namespace: Medium,
        attack: "Takes off the labels that enforce Pod Security or select policies, then runs what they forbid.",
        instead: "get, list and watch; labels from reviewed manifests",
        made_by: MadeBy::Requests(&[&[ask(CHANGE, "", &["namespaces"])]]),
    },
    Family {
        id: "system-config-write", title: "writes the configuration of the cluster's own parts", severity: High,
        in_namespace: High,
        attack: "Changes kube-system's configuration: who a cloud identity is (aws-auth), where names lead (coredns).",
        instead: "update on the named ConfigMap that the program owns",
        made_by: MadeBy::In("kube-system", &[&[ask(WRITE, "", &["configmaps"])]]),
    },
    Family {
        id: "event-delete", title: "deletes events", severity: Low, in_namespace: Low,
        attack: "Removes traces of what it did.",
        instead: "create and patch, which is what a controller needs; events expire by themselves",
        made_by: MadeBy::Requests(&[&[
            ask(&["delete", "deletecollection"], "", &["events"]),
            ask(&["delete", "deletecollection"], "events.k8s.io", &["events"]),
        ]]),
    },
    Family {
        id: "quota-write", title: "changes quotas and limits", severity: Low, in_namespace: Low,
        attack: "Takes away what keeps a namespace from using up the cluster.",
        instead: "get, list and watch; quotas from reviewed manifests",
        made_by: MadeBy::Requests(&[&[ask(
            UNDO, "", &["resourcequotas", "limitranges"],
        )]]),
    },
    Family {
        id: "network-policy-write", title: "changes network policies", severity: Medium, in_namespace: Medium,
        attack: "Opens the way to pods that a policy isolates.",
        instead: "create only, or policies from reviewed manifests",
        made_by: MadeBy::Requests(&[&[
            ask(UNDO, "networking.k8s.io", &["networkpolicies"]),
            ask(UNDO, "projectcalico.org", &["networkpolicies", "globalnetworkpolicies"]),
            ask(UNDO, "crd.projectcalico.org", &["networkpolicies", "globalnetworkpolicies"]),
        ]]),
    },
    Family {
        id: "route-write", title: "changes ingresses and gateways", severity: Medium, in_namespace: Low,
        attack: "Publishes an inner service, or takes over a host name and its path.",
        instead: "routes of its own host names, limited by an admission policy",
        made_by: MadeBy::Requests(&[&[
            ask(WRITE, "networking.k8s.io", &["ingresses"]),
            ask(WRITE, "gateway.networking.k8s.io", &["gateways", "httproutes", "tlsroutes", "tcproutes", "grpcroutes"]),
        ]]),
    },
    Family {
        id: "kyverno-write", title: "writes Kyverno policies", severity: High, in_namespace: Medium,
        attack: "Exempts itself from policies, or has Kyverno's own rights create and change objects for it.",
        instead: "policies from reviewed manifests; exceptions only in one guarded namespace",
        made_by: MadeBy::Requests(&[&[
            ask(REMOVE, "kyverno.io", &["clusterpolicies", "policies", "policyexceptions", "clustercleanuppolicies"]),
            ask(REMOVE, "policies.kyverno.io", &[]),
        ]]),
    },
    Family {
        id: "gatekeeper-write", title: "writes Gatekeeper constraints", severity: High, in_namespace: High,
        attack: "Deletes or loosens the constraint that stops it, or mutates the objects of others.",
        instead: "templates and constraints from reviewed manifests",
        made_by: MadeBy::Requests(&[&[
            ask(REMOVE, "templates.gatekeeper.sh", &["constrainttemplates"]),
            ask(REMOVE, "constraints.gatekeeper.sh", &[]),
            ask(REMOVE, "mutations.gatekeeper.sh", &[]),
            ask(REMOVE, "config.gatekeeper.sh", &["configs"]),
        ]]),
    },
    Family {
        id: "argo-write", title: "writes Argo applications and workflows", severity: High, in_namespace: High,
        attack: "Has Argo CD deploy manifests with its rights, or Argo Workflows run pods under a service account.",
        instead: "applications of one AppProject whose destinations are limited",
        made_by: MadeBy::Requests(&[&[ask(WRITE, "argoproj.io", &[
            "applications", "applicationsets", "appprojects", "workflows", "cronworkflows", "workflowtemplates",
            "clusterworkflowtemplates",
        ])]]),
    },
    Family {
        id: "flux-write", title: "writes Flux sources and releases", severity: High, in_namespace: High,
        attack: "Points Flux at a repository of its own, and Flux applies it with the rights of its controllers.",
        instead: "Flux objects with spec.serviceAccountName, so that they run with the tenant's rights",
        made_by: MadeBy::Requests(&[&[
            ask(WRITE, "kustomize.toolkit.fluxcd.io", &["kustomizations"]),
            ask(WRITE, "helm.toolkit.fluxcd.io", &["helmreleases"]),
            ask(WRITE, "source.toolkit.fluxcd.io", &[
                "gitrepositories", "ocirepositories", "buckets", "helmrepositories",
            ]),
        ]]),
    },
    Family {
        id: "helm-chart-write", title: "writes charts that the cluster installs", severity: Critical, in_namespace: High,
        attack: "Has the Helm controller of K3s or RKE2 install a chart of its choice as cluster admin.",
        instead: "charts from reviewed manifests",
        made_by: MadeBy::Requests(&[&[ask(WRITE, "helm.cattle.io", &["helmcharts", "helmchartconfigs"])]]),
    },
    Family {
        id: "scc-use", title: "uses security context constraints", severity: High, in_namespace: Medium,
        attack: "Runs pods on OpenShift under the laxest constraints that are there, such as privileged.",
        instead: "use with resourceNames: the constraints that are needed",
        made_by: MadeBy::Requests(&[&[ask(&["use"], "security.openshift.io", &["securitycontextconstraints"])]]),
    },
    Family {
        id: "external-secrets-write", title: "writes External Secrets objects", severity: High, in_namespace: Medium,
        attack: "Has the operator copy a secret of the outer store, or of another store's reach, into its namespace.",
        instead: "ExternalSecrets with a SecretStore of the same namespace, whose rights end there",
        made_by: MadeBy::Requests(&[&[ask(WRITE, "external-secrets.io", &[
            "externalsecrets", "clusterexternalsecrets", "secretstores", "clustersecretstores", "pushsecrets",
            "clusterpushsecrets",
        ])]]),
    },
    Family {
        id: "vault-operator-write", title: "writes Vault operator objects", severity: High, in_namespace: Medium,
        attack: "Has the operator read a Vault path with its role and lay it into a secret here.",
        instead: "VaultAuth objects limited to the namespace, with a Vault role of their own",
        made_by: MadeBy::Requests(&[&[ask(WRITE, "secrets.hashicorp.com", &[
            "vaultstaticsecrets", "vaultdynamicsecrets", "vaultpkisecrets", "vaultauths", "vaultauthglobals",
            "vaultconnections",
        ])]]),
    },
    Family {
        id: "cloud-identity", title: "reaches service accounts that the cloud trusts", severity: High, in_namespace: High,
        attack: "Runs a pod under, or asks for a token of, a service account that carries rights at the cloud provider.",
        instead: "such accounts in a namespace of their own, where nobody else creates pods or tokens",
        made_by: MadeBy::Where(Place::CloudIdentity, &[RUN_PODS]),
    },
    Family {
        id: "anonymous-access", title: "rights without credentials", severity: High, in_namespace: High,
        attack: "Uses it from wherever the API server can be reached, without any credentials.",
        instead: "nothing beyond what Kubernetes itself gives to system:unauthenticated",
        made_by: MadeBy::Standing(Standing::Anonymous),
    },
    Family {
        id: "authenticated-access", title: "rights for everybody with credentials", severity: Medium, in_namespace: Medium,
        attack: "Uses it from any pod: every service account is in system:authenticated.",
        instead: "a group that holds those who need it",
        made_by: MadeBy::Standing(Standing::Authenticated),
    },
    Family {
        id: "service-accounts-access", title: "rights for all service accounts", severity: Medium, in_namespace: Low,
        attack: "Uses it from any pod, once one of them is taken over.",
        instead: "bindings to the service accounts that need it",
        made_by: MadeBy::Standing(Standing::EveryServiceAccount),
    },
    Family {
        id: "dangling-role", title: "bound to a role that is not there", severity: Low, in_namespace: Low,
        attack: "Whoever may create a role of that name decides what the subject may do.",
        instead: "no binding, or the role that was meant",
        made_by: MadeBy::Standing(Standing::DanglingRole),
    },
    Family {
        id: "missing-service-account", title: "bound, but not there", severity: Low, in_namespace: Low,
        attack: "Whoever may create a service account of that name in that namespace gets the rights.",
        instead: "no binding, or the service account that was meant",
        made_by: MadeBy::Standing(Standing::MissingServiceAccount),
    },
    Family {
        id: "many-roles", title: "more roles than anybody keeps in mind", severity: Low, in_namespace: Low,
        attack: "One stolen credential opens all of it, and nobody notices one right more.",
        instead: "one role that holds what is used",
        made_by: MadeBy::Standing(Standing::ManyRoles),
    },
];
