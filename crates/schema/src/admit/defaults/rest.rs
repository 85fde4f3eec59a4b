//! Defaults of all other groups, each named after its type. Source: `defaults.go` of the group under `pkg/apis`, for
//! custom resource definitions `pkg/apis/apiextensions/v1/defaults.go`, for API services that of `kube-aggregator`.

use super::super::draft::Draft;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Whether the type has defaults here.
pub(super) fn fill(draft: &mut Draft, name: &str) -> bool {
    let (group, rest) = name.split_once('.').unwrap_or((name, ""));
    let kind = rest.rsplit('.').next().unwrap_or_default();
    match (group, kind) {
        ("networking", "NetworkPolicy") => {
            let spec = draft.need("spec");
            if !spec.get("policyTypes").is_filled() {
                let mut types = vec![Draft::from("Ingress")];
                if spec.get("egress").is_filled() {
                    types.push(Draft::from("Egress"));
                }
                spec.set("policyTypes", types);
            }
        }
        ("networking", "NetworkPolicyPort") => draft.default("protocol", "TCP"),
        ("networking", "IngressClassParametersReference") => draft.default("scope", "Cluster"),
        ("rbac", "RoleBinding" | "ClusterRoleBinding") => draft.need("roleRef").default("apiGroup", RBAC),
        ("rbac", "Subject") if matches!(draft.str("kind"), "User" | "Group") => {
            draft.default("apiGroup", RBAC);
        }
        ("storage", "StorageClass") => {
            draft.default("reclaimPolicy", "Delete");
            draft.default("volumeBindingMode", "Immediate");
        }
        ("storage", "CSIDriver") => csi_driver(draft.need("spec")),
        ("scheduling", "PriorityClass") => draft.default("preemptionPolicy", "PreemptLowerPriority"),
        ("discovery", "EndpointPort") => {
            draft.default("name", "");
            draft.default("protocol", "TCP");
        }
        ("admissionregistration", _) => admission(draft, kind),
        ("flowcontrol", _) => flow(draft, kind),
        ("apiextensions", _) => definition(draft, kind),
        ("resource", "ExactDeviceRequest" | "DeviceSubRequest") => {
            draft.default("allocationMode", "ExactCount");
            if draft.str("allocationMode") == "ExactCount" {
                draft.default("count", 1);
            }
        }
        ("apiregistration", "ServiceReference") => draft.default("port", 443),
        _ => return false,
    }
    true
}

fn csi_driver(spec: &mut Draft) {
    spec.default("attachRequired", true);
    for key in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] {
        spec.default(key, false);
    }
    spec.default("fsGroupPolicy", "ReadWriteOnceWithFSType");
    if !spec.get("volumeLifecycleModes").is_filled() {
        spec.set("volumeLifecycleModes", vec![Draft::from("Persistent")]);
    }
}

fn admission(draft: &mut Draft, kind: &str) {
    match kind {
        "ValidatingWebhook" | "MutatingWebhook" => {
            draft.default("failurePolicy", "Fail");
            draft.default("matchPolicy", "Equivalent");
            draft.default("namespaceSelector", Draft::map());
            draft.default("objectSelector", Draft::map());
            draft.default("timeoutSeconds", 10);
            if kind == "MutatingWebhook" {
                draft.default("reinvocationPolicy", "Never");
            }
        }
        "RuleWithOperations" | "NamedRuleWithOperations" => draft.default("scope", "*"),
        "ServiceReference" => draft.default("port", 443),
        "ValidatingAdmissionPolicySpec" | "MutatingAdmissionPolicySpec" => {
            draft.default("failurePolicy", "Fail");
        }
        "MatchResources" => {
            draft.default("matchPolicy", "Equivalent");
            draft.default("namespaceSelector", Draft::map());
            draft.default("objectSelector", Draft::map());
        }
        _ => {}
    }
}

fn flow(draft: &mut Draft, kind: &str) {
    match kind {
        "FlowSchemaSpec" => draft.default("matchingPrecedence", 1000),
        "ExemptPriorityLevelConfiguration" => {
            draft.default("nominalConcurrencyShares", 0);
            draft.default("lendablePercent", 0);
        }
        "LimitedPriorityLevelConfiguration" => {
            draft.default("nominalConcurrencyShares", 30);
            draft.default("lendablePercent", 0);
        }
        "QueuingConfiguration" => {
            draft.default("handSize", 8);
            draft.default("queues", 64);
            draft.default("queueLengthLimit", 50);
        }
        _ => {}
    }
}

fn definition(draft: &mut Draft, kind: &str) {
    match kind {
        "CustomResourceDefinition" => {
            let stored: Vec<Draft> = draft
                .at(&["spec", "versions"])
                .items()
                .iter()
                .filter(|version| version.is_true("storage"))
                .map(|version| version.get("name").clone())
                .collect();
            if !stored.is_empty() && !draft.at(&["status", "storedVersions"]).is_filled() {
                draft.need("status").set("storedVersions", stored);
            }
        }
        "CustomResourceDefinitionSpec" => {
            let kind = draft.at(&["names", "kind"]).text().to_owned();
            let names = draft.need("names");
            if !names.has("singular") {
                names.set("singular", kind.to_lowercase());
            }
            if !names.has("listKind") && !kind.is_empty() {
                names.set("listKind", format!("{kind}List"));
            }
            draft.default("conversion", Draft::of([("strategy", Draft::from("None"))]));
        }
        "ServiceReference" => draft.default("port", 443),
        _ => {}
    }
}
