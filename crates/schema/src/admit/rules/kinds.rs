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
        ("", "Endpoints") => endpoints(draft, faults),
        ("", "PersistentVolumeClaim") => {
            let modes = draft.at(&["spec", "accessModes"]).is_filled();
            faults.ensure(modes, "spec.accessModes", "at least one is required");
        }
        ("", "Pod") => {
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
            resources::amounts(draft.at(&["overhead", "podFixed"]), "overhead", faults);
        }
        _ => {}
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
    let versions = spec.get("versions").items();
    let stored = versions.iter().filter(|version| version.is_true("storage")).count();
    faults.ensure(stored == 1, "spec.versions", "exactly one version is stored");
    let mut names = Vec::new();
    for version in versions {
        faults.ensure(!names.contains(&version.str("name")), "spec.versions", "a name stands twice");
        names.push(version.str("name"));
        let schema = version.at(&["schema", "openAPIV3Schema"]);
        let typed = schema.is_null() || schema.str("type") == "object";
        faults.ensure(typed, "spec.versions", "the schema must be of type object");
    }
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
