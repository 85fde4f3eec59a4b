//! Rules about whole objects of single kinds.

use super::super::base64;
use super::super::draft::Draft;
use super::faults::Faults;
use super::{form, resources};
use crate::quantity::Quantity;
use crate::table::Kind;

/// The most bytes of a config map or secret.
const SIZE: usize = 1 << 20;

/// An object of this kind.
pub(super) fn check(draft: &Draft, kind: &'static Kind, faults: &mut Faults) {
    match (kind.group, kind.kind) {
        ("", "ConfigMap") => config_map(draft, faults),
        ("", "Secret") => secret(draft, faults),
        ("", "LimitRange") => limit_range(draft, faults),
        ("", "ResourceQuota") => quota(draft.get("spec"), faults),
        ("", "Node") => {
            for range in draft.at(&["spec", "podCIDRs"]).items() {
                faults.ensure(
                    form::cidr(range.text()).is_some(),
                    "spec.podCIDRs",
                    "must be ranges of addresses",
                );
            }
        }
        ("", "Event") => {
            let place = draft.get("involvedObject").str("namespace");
            let own = draft.at(&["metadata", "namespace"]).text();
            let right = place == own || (place.is_empty() && own == "default");
            faults.ensure(right, "involvedObject.namespace", "must be that of the event");
        }
        ("", "Endpoints") => endpoints(draft, faults),
        ("", "PersistentVolumeClaim") => {
            let modes = draft.at(&["spec", "accessModes"]).is_filled();
            faults.ensure(modes, "spec.accessModes", "at least one is required");
        }
        ("", "Pod") => {
            for container in draft.at(&["spec", "containers"]).items() {
                let image = container.str("image");
                faults.ensure(
                    image.trim() == image,
                    "spec.containers",
                    "an image begins or ends with a space",
                );
            }
            let template = draft.at(&["spec", "serviceAccountName"]).text();
            faults.ensure(!template.is_empty(), "spec.serviceAccountName", "is required");
        }
        ("discovery.k8s.io", "EndpointSlice") => slice(draft, faults),
        ("scheduling.k8s.io", "PriorityClass") => priority_class(draft, faults),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            let role = draft.get("roleRef");
            let kinds: &[&str] =
                if kind.kind == "RoleBinding" { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
            faults.ensure(kinds.contains(&role.str("kind")), "roleRef.kind", "is not supported");
            let group = role.str("apiGroup") == "rbac.authorization.k8s.io";
            faults.ensure(group, "roleRef.apiGroup", "must be rbac.authorization.k8s.io");
            faults.ensure(form::is_path_segment(role.str("name")), "roleRef.name", "is no name");
            if kind.kind == "ClusterRoleBinding" {
                for subject in draft.get("subjects").items() {
                    let placed = subject.str("kind") != "ServiceAccount" || subject.has("namespace");
                    faults.ensure(placed, "subjects", "a service account needs a namespace");
                }
            }
        }
        ("rbac.authorization.k8s.io", "ClusterRole") if draft.has("aggregationRule") => {
            let selectors = draft.get("aggregationRule").get("clusterRoleSelectors").is_filled();
            faults.ensure(selectors, "aggregationRule", "clusterRoleSelectors are required");
        }
        ("apps", "ControllerRevision") => {
            faults.ensure(draft.has("data"), "data", "is required");
            let revision = draft.get("revision").int().unwrap_or_default();
            faults.ensure(revision >= 0, "revision", "must not be negative");
        }
        ("networking.k8s.io", "IngressClass") => {
            let parameters = draft.at(&["spec", "parameters"]);
            let placed = parameters.has("namespace");
            let right = parameters.is_null() || placed == (parameters.str("scope") == "Namespace");
            faults.ensure(right, "spec.parameters.namespace", "goes with scope Namespace");
        }
        ("certificates.k8s.io", "CertificateSigningRequest") => {
            let request = base64::decode(draft.at(&["spec", "request"]).text());
            let text = String::from_utf8(request).unwrap_or_default();
            let block = text.contains("-----BEGIN CERTIFICATE REQUEST-----")
                && text.contains("-----END CERTIFICATE REQUEST-----");
            faults.ensure(block, "spec.request", "must be a PEM block of type CERTIFICATE REQUEST");
            let signer = draft.at(&["spec", "signerName"]).text();
            let named = signer.split_once('/').is_some_and(|(domain, name)| {
                form::is_subdomain(domain) && domain.contains('.') && form::is_subdomain(name)
            });
            faults.ensure(named, "spec.signerName", "must be DOMAIN/NAME");
        }
        ("batch", "Job") => job(draft, faults),
        ("batch", "CronJob") => {
            let spec = draft.at(&["spec", "jobTemplate", "spec"]);
            faults.ensure(!spec.has("selector"), "spec.jobTemplate.spec.selector", "is made by the server");
            faults.ensure(
                !spec.is_true("manualSelector"),
                "spec.jobTemplate.spec.manualSelector",
                "is not supported",
            );
        }
        ("flowcontrol.apiserver.k8s.io", _) => flow(draft, faults),
        ("rbac.authorization.k8s.io", "Role") => {
            for rule in draft.get("rules").items() {
                let urls = rule.get("nonResourceURLs").is_filled();
                faults.ensure(!urls, "rules", "a role in a namespace knows no URLs");
            }
        }
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => {
            let mut names = Vec::new();
            for webhook in draft.get("webhooks").items() {
                faults.ensure(!names.contains(&webhook.str("name")), "webhooks", "a name stands twice");
                names.push(webhook.str("name"));
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(draft, faults),
        ("apiregistration.k8s.io", "APIService") => {
            let spec = draft.get("spec");
            let name = format!("{}.{}", spec.str("version"), spec.str("group"));
            faults.ensure(
                draft.at(&["metadata", "name"]).text() == name,
                "metadata.name",
                "must be VERSION.GROUP",
            );
            let service = spec.get("service");
            let local = service.is_null() && (spec.has("caBundle") || spec.is_true("insecureSkipTLSVerify"));
            faults.ensure(!local, "spec", "a local API needs no certificate");
            let both = spec.is_true("insecureSkipTLSVerify") && spec.has("caBundle");
            faults.ensure(!both, "spec.insecureSkipTLSVerify", "cannot stand beside caBundle");
        }
        ("node.k8s.io", "RuntimeClass") => {
            let fixed = draft.at(&["overhead", "podFixed"]);
            resources::amounts(fixed, "overhead", faults);
            let known = fixed.entries().iter().all(|(name, _)| resources::is_container_resource(name));
            faults.ensure(known, "overhead", "the resource is not known");
            super::labels::labels(draft.at(&["scheduling", "nodeSelector"]), "scheduling", faults);
        }
        _ => {}
    }
}

/// A job whose selector the server makes has no other.
fn job(draft: &Draft, faults: &mut Faults) {
    const UIDS: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];
    const NAMES: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];
    let (spec, name) = (draft.get("spec"), draft.at(&["metadata", "name"]).text());
    let last = spec.get("completions").int().unwrap_or_default() - 1;
    if spec.str("completionMode") == "Indexed" && last >= 0 {
        let right = form::is_label(&format!("{name}-{last}"));
        faults.ensure(right, "metadata.name", "is no host name for the pods");
    }
    let labels = spec.at(&["template", "metadata", "labels"]);
    let selector = spec.get("selector");
    if spec.is_true("manualSelector") {
        faults.ensure(!selector.is_null(), "spec.selector", "is required");
    } else {
        let made = NAMES.iter().all(|key| labels.str(key) == name)
            && UIDS.iter().all(|key| labels.str(key) == super::super::strategy::UID);
        faults.ensure(made, "spec.template.metadata.labels", "are made by the server");
        let known = |key: &str| UIDS.contains(&key) || NAMES.contains(&key);
        let own = selector.get("matchLabels").entries().iter().all(|(key, _)| known(key));
        faults.ensure(own, "spec.selector", "is made by the server");
    }
    let right = selector.is_null() || super::labels::selects(selector, labels);
    faults.ensure(right, "spec.template.metadata.labels", "`selector` does not match template `labels`");
}

/// Flow schemas and priority levels. Source: `pkg/apis/flowcontrol/validation`.
fn flow(draft: &Draft, faults: &mut Faults) {
    let spec = draft.get("spec");
    if spec.has("priorityLevelConfiguration") || draft.str("kind") == "FlowSchema" {
        for rule in spec.get("rules").items() {
            faults.ensure(rule.get("subjects").is_filled(), "spec.rules", "subjects are required");
            let any = rule.get("resourceRules").is_filled() || rule.get("nonResourceRules").is_filled();
            faults.ensure(any, "spec.rules", "rules are required");
            for subject in rule.get("subjects").items() {
                let key = match subject.str("kind") {
                    "User" => "user",
                    "Group" => "group",
                    "ServiceAccount" => "serviceAccount",
                    _ => {
                        faults.add("spec.rules", "the kind of a subject is not supported");
                        continue;
                    }
                };
                faults.ensure(subject.get(key).has("name"), "spec.rules", "a subject needs a name");
            }
            for resource in rule.get("resourceRules").items() {
                for key in ["verbs", "apiGroups", "resources"] {
                    faults.ensure(
                        resource.get(key).is_filled(),
                        "spec.rules",
                        "verbs, groups and resources are required",
                    );
                }
                let placed = resource.get("namespaces").is_filled() || resource.is_true("clusterScope");
                faults.ensure(placed, "spec.rules", "namespaces are required");
                for namespace in resource.get("namespaces").items() {
                    let text = namespace.text();
                    faults.ensure(
                        text == "*" || form::is_label(text),
                        "spec.rules",
                        "a namespace is no label",
                    );
                }
            }
        }
        return;
    }
    match spec.str("type") {
        "Limited" => {
            let limited = spec.get("limited");
            faults.ensure(!limited.is_null(), "spec.limited", "is required");
            let response = limited.get("limitResponse");
            let queues = response.has("queuing");
            match response.str("type") {
                "Queue" => faults.ensure(queues, "spec.limited.limitResponse.queuing", "is required"),
                "Reject" => faults.ensure(!queues, "spec.limited.limitResponse.queuing", "is for type Queue"),
                _ if limited.is_null() => {}
                _ => faults.add("spec.limited.limitResponse.type", "must be Queue or Reject"),
            }
        }
        "Exempt" => {}
        _ => faults.add("spec.type", "must be Limited or Exempt"),
    }
}

fn config_map(draft: &Draft, faults: &mut Faults) {
    let mut size = 0;
    for (key, value) in draft.get("data").entries() {
        faults.ensure(form::is_config_key(key), "data", "a key is no file name");
        faults.ensure(!draft.get("binaryData").has(key), "data", "a key stands in binaryData too");
        size += value.text().len();
    }
    for (key, value) in draft.get("binaryData").entries() {
        faults.ensure(form::is_config_key(key), "binaryData", "a key is no file name");
        size += value.text().len() / 4 * 3;
    }
    faults.ensure(size <= SIZE, "", "is too long");
}

fn secret(draft: &Draft, faults: &mut Faults) {
    let data = draft.get("data");
    let mut size = 0;
    for (key, value) in data.entries() {
        faults.ensure(form::is_config_key(key), "data", "a key is no file name");
        size += value.text().len() / 4 * 3;
    }
    faults.ensure(size <= SIZE, "data", "is too long");
    let has = |key: &str| data.entries().iter().any(|(known, _)| known == key);
    match draft.str("type") {
        "kubernetes.io/tls" => {
            for key in ["tls.crt", "tls.key"] {
                faults.ensure(has(key), "data", &format!("{key} is required"));
            }
        }
        "kubernetes.io/dockerconfigjson" => json(data, ".dockerconfigjson", has(".dockerconfigjson"), faults),
        "kubernetes.io/dockercfg" => json(data, ".dockercfg", has(".dockercfg"), faults),
        "kubernetes.io/basic-auth" => {
            faults.ensure(has("username") || has("password"), "data", "username or password is required");
        }
        "kubernetes.io/ssh-auth" => {
            let key = data.get("ssh-privatekey").is_filled();
            faults.ensure(key, "data", "ssh-privatekey is required");
        }
        "kubernetes.io/service-account-token" => {
            let name =
                draft.at(&["metadata", "annotations", "kubernetes.io/service-account.name"]).is_filled();
            faults.ensure(name, "metadata.annotations", "the service account must be named");
        }
        _ => {}
    }
}

fn json(data: &Draft, key: &str, there: bool, faults: &mut Faults) {
    let text = String::from_utf8(base64::decode(data.str(key))).unwrap_or_default();
    let mut documents = ironsides_tree::Documents::with_format(
        &text,
        ironsides_tree::Format::Json,
        ironsides_tree::Limits { split_lists: false, ..ironsides_tree::Limits::default() },
    );
    let first = documents.next();
    let object = matches!(&first, Some(Ok(first)) if first.root.as_map().is_some() || first.root.is_null());
    faults.ensure(there && object && documents.next().is_none(), "data", "must hold a JSON object");
}

fn limit_range(draft: &Draft, faults: &mut Faults) {
    let mut types = Vec::new();
    for limit in draft.at(&["spec", "limits"]).items() {
        let kind = limit.str("type");
        faults.ensure(!types.contains(&kind), "spec.limits", "a type stands twice");
        let known = matches!(kind, "Pod" | "Container" | "PersistentVolumeClaim") || kind.contains('/');
        faults.ensure(
            kind.is_empty() || (form::is_qualified(kind) && known),
            "spec.limits",
            "the type is not supported",
        );
        types.push(kind);
        for which in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            resources::amounts(limit.get(which), "spec.limits", faults);
            for (name, _) in limit.get(which).entries() {
                let known = matches!(name.as_str(), "ephemeral-storage" | "cpu" | "memory")
                    || name.contains('/')
                    || name.starts_with("hugepages-")
                    || (name == "storage" && !matches!(kind, "Pod" | "Container"));
                faults.ensure(known, "spec.limits", "the resource is not known");
            }
        }
        if kind == "Pod" {
            let bare = !limit.get("default").is_filled() && !limit.get("defaultRequest").is_filled();
            faults.ensure(bare, "spec.limits", "defaults are not for pods");
        }
        if kind == "PersistentVolumeClaim" {
            let storage = limit.get("min").has("storage") || limit.get("max").has("storage");
            faults.ensure(storage, "spec.limits", "min or max of storage is required");
        }
        let amount = |which: &str, key: &str| Quantity::parse(limit.get(which).str(key));
        let ordered = |low: &str, high: &str, key: &str| {
            amount(low, key).zip(amount(high, key)).is_none_or(|(low, high)| low <= high)
        };
        for which in ["max", "min", "default", "defaultRequest"] {
            for (key, _) in limit.get(which).entries() {
                let pairs = [
                    ("min", "max"),
                    ("min", "defaultRequest"),
                    ("defaultRequest", "max"),
                    ("defaultRequest", "default"),
                    ("min", "default"),
                    ("default", "max"),
                ];
                let right = pairs.iter().all(|(low, high)| ordered(low, high, key));
                faults.ensure(right, "spec.limits", "a smaller amount is greater");
            }
        }
        for (_, ratio) in limit.get("maxLimitRequestRatio").entries() {
            let right = Quantity::parse(ratio.text()).is_none_or(|ratio| ratio >= Quantity::from_units(1));
            faults.ensure(right, "spec.limits", "a ratio is at least 1");
        }
    }
}

fn quota(spec: &Draft, faults: &mut Faults) {
    resources::amounts(spec.get("hard"), "spec.hard", faults);
    for (name, _) in spec.get("hard").entries() {
        let known = name.contains('/')
            || matches!(
                name.as_str(),
                "cpu"
                    | "memory"
                    | "ephemeral-storage"
                    | "requests.cpu"
                    | "requests.memory"
                    | "requests.storage"
                    | "requests.ephemeral-storage"
                    | "limits.cpu"
                    | "limits.memory"
                    | "limits.ephemeral-storage"
                    | "pods"
                    | "resourcequotas"
                    | "services"
                    | "replicationcontrollers"
                    | "secrets"
                    | "persistentvolumeclaims"
                    | "configmaps"
                    | "services.nodeports"
                    | "services.loadbalancers"
            )
            || name.starts_with("hugepages-")
            || name.starts_with("requests.hugepages-");
        faults.ensure(known, "spec.hard", "the resource is not known");
    }
    for expression in spec.at(&["scopeSelector", "matchExpressions"]).items() {
        let values = expression.get("values").is_filled();
        let right = match expression.str("operator") {
            "In" | "NotIn" => values,
            _ => !values,
        };
        faults.ensure(right, "spec.scopeSelector", "the operator and the values do not fit");
    }
    let scopes: Vec<&str> = spec.get("scopes").items().iter().map(Draft::text).collect();
    let twice = (1..scopes.len()).any(|at| scopes[..at].contains(&scopes[at]));
    faults.ensure(!twice, "spec.scopes", "a scope stands twice");
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        faults.ensure(
            !(scopes.contains(&one) && scopes.contains(&other)),
            "spec.scopes",
            "exclude each other",
        );
    }
}

fn endpoints(draft: &Draft, faults: &mut Faults) {
    for subset in draft.get("subsets").items() {
        let (ready, not) = (subset.get("addresses").is_filled(), subset.get("notReadyAddresses").is_filled());
        faults.ensure(ready || not, "subsets", "addresses are required");
        let ports = subset.get("ports").items();
        let named = ports.len() < 2 || ports.iter().all(|port| port.has("name"));
        faults.ensure(named, "subsets", "names of ports are required");
    }
}

fn slice(draft: &Draft, faults: &mut Faults) {
    for endpoint in draft.get("endpoints").items() {
        for address in endpoint.get("addresses").items() {
            let text = address.text();
            let right = match draft.str("addressType") {
                "IPv4" => form::is_ip(text) && !text.contains(':'),
                "IPv6" => form::is_ip(text) && text.contains(':'),
                _ => form::is_subdomain(text),
            };
            faults.ensure(right, "endpoints", "an address is not of the type");
        }
        faults.ensure(
            endpoint.get("addresses").items().len() <= 100,
            "endpoints",
            "are at most 100 addresses",
        );
    }
    let mut names = Vec::new();
    for port in draft.get("ports").items() {
        faults.ensure(!names.contains(&port.str("name")), "ports", "a name stands twice");
        names.push(port.str("name"));
    }
}

fn priority_class(draft: &Draft, faults: &mut Faults) {
    let value = draft.get("value").int().unwrap_or_default();
    let name = draft.at(&["metadata", "name"]).text();
    faults.ensure(!name.starts_with("system-"), "metadata.name", "the prefix system- is reserved");
    faults.ensure(value <= 1_000_000_000, "value", "is at most 1000000000");
}

fn definition(draft: &Draft, faults: &mut Faults) {
    let spec = draft.get("spec");
    let name = format!("{}.{}", spec.get("names").str("plural"), spec.str("group"));
    faults.ensure(draft.at(&["metadata", "name"]).text() == name, "metadata.name", "must be PLURAL.GROUP");
    let pruned = !spec.is_true("preserveUnknownFields");
    faults.ensure(pruned, "spec.preserveUnknownFields", "cannot be true");
    let versions = spec.get("versions").items();
    let stored = versions.iter().filter(|version| version.is_true("storage")).count();
    faults.ensure(stored == 1, "spec.versions", "exactly one version is stored");
    let mut names = Vec::new();
    let kinds = ["kind", "listKind"].map(|key| spec.get("names").str(key).to_lowercase());
    let named = kinds.iter().all(|name| name.is_empty() || form::is_label_1035(name));
    faults.ensure(named, "spec.names", "a kind is no name");
    for version in versions {
        faults.ensure(!names.contains(&version.str("name")), "spec.versions", "a name stands twice");
        names.push(version.str("name"));
        let schema = version.at(&["schema", "openAPIV3Schema"]);
        let typed = schema.is_null() || schema.str("type") == "object";
        faults.ensure(typed, "spec.versions", "the schema must be of type object");
        let structural = schema.get("properties").entries().iter().all(|(_, inner)| is_structural(inner));
        faults.ensure(structural, "spec.versions", "every part of the schema needs a type");
    }
}

/// Whether every field that a schema describes has a type, as structural schemas demand.
fn is_structural(schema: &Draft) -> bool {
    let open = schema.is_true("x-kubernetes-int-or-string")
        || schema.is_true("x-kubernetes-preserve-unknown-fields");
    let nested = schema.get("properties").entries().iter().all(|(_, inner)| is_structural(inner));
    let of = |key: &str| !matches!(schema.get(key), Draft::Map(_)) || is_structural(schema.get(key));
    let items = schema.str("type") != "array" || schema.has("items");
    let known =
        matches!(schema.str("type"), "object" | "array" | "string" | "integer" | "number" | "boolean");
    let typed = known || (open && !schema.get("type").is_filled());
    typed && nested && items && of("items") && of("additionalProperties")
}

/// A rule of a role.
pub(super) fn policy_rule(rule: &Draft, faults: &mut Faults) {
    let urls = rule.get("nonResourceURLs").is_filled();
    let (groups, resources) = (rule.get("apiGroups").is_filled(), rule.get("resources").is_filled());
    if urls {
        let others = groups || resources || rule.get("resourceNames").is_filled();
        faults.ensure(!others, "nonResourceURLs", "stand alone");
    } else {
        faults.ensure(groups, "apiGroups", "are required");
        faults.ensure(resources, "resources", "are required");
    }
}

/// A subject of a binding.
pub(super) fn subject(subject: &Draft, faults: &mut Faults) {
    let group = subject.str("apiGroup");
    match subject.str("kind") {
        "ServiceAccount" => {
            let name = subject.str("name");
            faults.ensure(name.is_empty() || form::is_subdomain(name), "name", "is no name of an account");
            faults.ensure(group.is_empty(), "apiGroup", "must be empty");
        }
        "User" | "Group" => {
            faults.ensure(
                group == "rbac.authorization.k8s.io",
                "apiGroup",
                "must be rbac.authorization.k8s.io",
            );
        }
        _ => faults.add("kind", "must be ServiceAccount, User or Group"),
    }
}
