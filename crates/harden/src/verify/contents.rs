//! What stands in the files that flags name: keys, resources, plug-ins, paths, rules.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ironsides_audit::Policy;
use ironsides_podsecurity::Configuration;
use ironsides_tree::Node;

use super::{Case, Read, counted, of_kind};
use crate::parts::authentication::{CLUSTER_INFO, HEALTH, api_version};

pub(super) fn verify(case: &mut Case<'_>, read: &[Read]) {
    let found: Vec<(String, Node)> = read
        .iter()
        .flat_map(|read| read.roots.iter().map(|root| (read.path.clone(), root.clone())))
        .collect();
    for (path, root) in &found {
        match root.get("kind").and_then(Node::as_str) {
            Some("EncryptionConfiguration") => encryption(case, path, root),
            Some("AdmissionConfiguration") => admission(case, path, root),
            Some("AuthenticationConfiguration") => authentication(case, path, root),
            Some("Policy") => policy(case, path),
            _ => {}
        }
        // Talos has them within its own.
        for plugin in
            root.at(&["cluster", "apiServer", "admissionControl"]).map(Node::items).unwrap_or_default()
        {
            limits(case, path, plugin);
        }
    }
    join(case, read);
}

fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}

/// Only these fields may stand in a map: the API server reads strictly.
fn only(case: &mut Case<'_>, path: &str, what: &str, node: &Node, known: &[&str]) {
    for (key, _) in node.as_map().into_iter().flat_map(ironsides_tree::Map::iter) {
        if !known.contains(&key) {
            let message = format!("{what} has an unknown field {key:?}, and the API server does not start");
            case.problem(path, message, format!("known are {}", known.join(", ")));
        }
    }
}

fn version(case: &mut Case<'_>, path: &str, root: &Node, wanted: &str) {
    if text(root, "apiVersion") != wanted {
        let message = format!("apiVersion is {:?}", text(root, "apiVersion"));
        case.problem(
            path,
            message,
            format!("Kubernetes 1.{} reads {wanted}", case.plan.options.version.minor),
        );
    }
}

/// The rules of the API server's own validation.
fn encryption(case: &mut Case<'_>, path: &str, root: &Node) {
    let before = case.problems.len();
    version(case, path, root, "apiserver.config.k8s.io/v1");
    only(case, path, "EncryptionConfiguration", root, &["apiVersion", "kind", "resources"]);
    let mut covers_secrets = false;
    let mut names: Vec<String> = Vec::new();
    let entries = root.get("resources").map(Node::items).unwrap_or_default();
    for entry in entries {
        only(case, path, "an entry of resources", entry, &["resources", "providers"]);
        let resources: Vec<&str> = entry
            .get("resources")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str)
            .collect();
        covers_secrets |= resources.iter().any(|name| matches!(*name, "secrets" | "*." | "*.*"));
        let providers = entry.get("providers").map(Node::items).unwrap_or_default();
        if resources.is_empty() || providers.is_empty() {
            case.problem(path, "an entry has no resources or no providers", "name both");
        }
        let first = providers
            .first()
            .and_then(Node::as_map)
            .and_then(|map| map.iter().next().map(|(key, _)| key.to_owned()));
        if first.as_deref() == Some("identity") {
            case.problem(
                path,
                format!("identity stands first for {}: it is written in clear", resources.join(", ")),
                "put secretbox or kms first",
            );
        }
        for provider in providers {
            for (kind, value) in provider.as_map().into_iter().flat_map(ironsides_tree::Map::iter) {
                match kind {
                    "identity" => {}
                    "secretbox" | "aescbc" | "aesgcm" => keys(case, path, kind, value, &mut names),
                    "kms" => kms(case, path, value),
                    other => case.problem(
                        path,
                        format!("there is no provider {other}"),
                        "take secretbox, kms or identity",
                    ),
                }
            }
        }
    }
    if !covers_secrets {
        case.problem(path, "Secrets are not among the resources", "add secrets");
    }
    case.verified_since(before, || {
        let entries = counted(entries.len(), "entry");
        format!("{path}: {entries}, keys of the right size, Secrets encrypted first")
    });
}

fn keys(case: &mut Case<'_>, path: &str, kind: &str, provider: &Node, names: &mut Vec<String>) {
    only(case, path, kind, provider, &["keys"]);
    let all = provider.get("keys").map(Node::items).unwrap_or_default();
    if all.is_empty() {
        case.problem(path, format!("{kind} has no keys"), "generate it anew");
    }
    if kind == "aescbc" {
        case.problem(
            path,
            "aescbc does not notice when what is stored was changed",
            "put secretbox first, and rewrite all objects",
        );
    }
    for key in all {
        only(case, path, "a key", key, &["name", "secret"]);
        let name = text(key, "name").to_owned();
        if name.is_empty() || names.contains(&name) {
            case.problem(
                path,
                format!("the key name {name:?} is empty or stands there twice"),
                "give each its own",
            );
        }
        let bytes = STANDARD.decode(text(key, "secret")).unwrap_or_default();
        let fits = if kind == "secretbox" { bytes.len() == 32 } else { [16, 24, 32].contains(&bytes.len()) };
        if !fits {
            // The key itself is never repeated.
            case.problem(
                path,
                format!("the key {name:?} of {kind} has {} bytes", bytes.len()),
                "32 random bytes in base64: head -c 32 /dev/urandom | base64",
            );
        } else if bytes.iter().all(|byte| Some(byte) == bytes.first()) || bytes.is_ascii() {
            case.problem(
                path,
                format!("the key {name:?} is no random one: somebody typed it"),
                "32 random bytes in base64: head -c 32 /dev/urandom | base64",
            );
        }
        names.push(name);
    }
}

fn kms(case: &mut Case<'_>, path: &str, provider: &Node) {
    only(case, path, "kms", provider, &["apiVersion", "name", "endpoint", "timeout", "cachesize"]);
    if text(provider, "apiVersion") != "v2" {
        case.problem(
            path,
            "kms is not of apiVersion v2: left away it is v1, which is refused",
            "set apiVersion: v2",
        );
    }
    if !text(provider, "endpoint").starts_with("unix://") {
        case.problem(
            path,
            "the endpoint of kms is no unix socket",
            "write unix:// and the path of the socket",
        );
    }
    let name = text(provider, "name");
    if name.is_empty() || name.contains(':') {
        case.problem(path, "kms has no name, or one with a colon", "name it with letters and digits");
    }
}

fn admission(case: &mut Case<'_>, path: &str, root: &Node) {
    let before = case.problems.len();
    version(case, path, root, "apiserver.config.k8s.io/v1");
    only(case, path, "AdmissionConfiguration", root, &["apiVersion", "kind", "plugins"]);
    if let Err(errors) = Configuration::read(root) {
        for error in errors {
            case.problem(path, format!("Pod Security: {error}"), "the API server does not start: mend it");
        }
    }
    let plugins = root.get("plugins").map(Node::items).unwrap_or_default();
    for plugin in plugins {
        only(case, path, "a plug-in", plugin, &["name", "path", "configuration"]);
        limits(case, path, plugin);
    }
    let has = |name: &str| plugins.iter().any(|plugin| text(plugin, "name") == name);
    let wants_events =
        case.plan.wanted.iter().any(|one| {
            one.key == "enable-admission-plugins" && one.value.to_string().contains("EventRateLimit")
        });
    if wants_events && !has("EventRateLimit") {
        case.problem(
            path,
            "EventRateLimit is enabled and has no limits here: the API server does not start",
            "add it",
        );
    }
    case.verified_since(before, || {
        format!("{path}: {} configured as the API server takes it", counted(plugins.len(), "plug-in"))
    });
}

/// The configuration of `EventRateLimit`.
fn limits(case: &mut Case<'_>, path: &str, plugin: &Node) {
    if text(plugin, "name") != "EventRateLimit" {
        return;
    }
    let Some(configuration) = plugin.get("configuration") else {
        case.problem(path, "EventRateLimit has no configuration", "add limits");
        return;
    };
    if text(configuration, "apiVersion") != "eventratelimit.admission.k8s.io/v1alpha1"
        || text(configuration, "kind") != "Configuration"
    {
        let hint = "apiVersion: eventratelimit.admission.k8s.io/v1alpha1, kind: Configuration";
        case.problem(path, "the configuration of EventRateLimit is of another kind", hint);
    }
    let all = configuration.get("limits").map(Node::items).unwrap_or_default();
    if all.is_empty() {
        case.problem(path, "EventRateLimit has no limits", "add one at least");
    }
    for limit in all {
        only(case, path, "a limit", limit, &["type", "qps", "burst", "cacheSize"]);
        if !matches!(text(limit, "type"), "Server" | "Namespace" | "User" | "SourceAndObject") {
            case.problem(
                path,
                format!("there is no limit of type {:?}", text(limit, "type")),
                "Server, Namespace, User, SourceAndObject",
            );
        }
        let number = |key: &str| limit.get(key).and_then(Node::as_i64).unwrap_or_default();
        if number("qps") <= 0 || number("burst") <= 0 || number("cacheSize") < 0 {
            case.problem(path, "a limit has no qps or burst above zero", "give both");
        }
    }
}

fn authentication(case: &mut Case<'_>, path: &str, root: &Node) {
    let before = case.problems.len();
    version(case, path, root, api_version(case.plan.options.version.minor));
    only(case, path, "AuthenticationConfiguration", root, &["apiVersion", "kind", "jwt", "anonymous"]);
    let Some(anonymous) = root.get("anonymous") else {
        case.problem(
            path,
            "it says nothing of anonymous requests, so all are let in",
            "add anonymous with conditions",
        );
        return;
    };
    only(case, path, "anonymous", anonymous, &["enabled", "conditions"]);
    let is_on = anonymous.get("enabled").and_then(Node::as_bool).unwrap_or_default();
    let paths: Vec<&str> = anonymous
        .get("conditions")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|condition| text(condition, "path"))
        .collect();
    if is_on && paths.is_empty() {
        case.problem(path, "anonymous requests are let in everywhere", "name paths under conditions");
    }
    if !is_on && !paths.is_empty() {
        case.problem(
            path,
            "conditions stand beside enabled: false, and the API server does not start",
            "set enabled to true",
        );
    }
    if !is_on {
        case.problem(
            path,
            "no anonymous requests at all: the probes of kubeadm's API server get 401, and it restarts for ever",
            "set enabled to true, with the health paths under conditions",
        );
    }
    for missing in HEALTH.iter().filter(|health| is_on && !paths.is_empty() && !paths.contains(health)) {
        case.problem(
            path,
            format!("{missing} takes credentials: kubeadm's probes carry none"),
            format!("add {missing}"),
        );
    }
    for open in paths.iter().filter(|open| !HEALTH.contains(open) && **open != CLUSTER_INFO) {
        case.problem(
            path,
            format!("{open} is answered without credentials"),
            "take it away, unless it must be",
        );
    }
    case.verified_since(before, || format!("{path}: without credentials only {}", paths.join(", ")));
}

fn policy(case: &mut Case<'_>, path: &str) {
    let Some(text) = case.text(path).map(str::to_owned) else { return };
    match Policy::read(&text) {
        Ok(read) if read.notes.is_empty() => {
            let coverage = read.policy.coverage();
            let unseen = coverage
                .iter()
                .filter(|one| one.standing() < ironsides_audit::Standing::Indistinct)
                .map(|one| one.technique.id)
                .collect::<Vec<_>>();
            if !unseen.is_empty() {
                let message = format!("these attack techniques leave no trace: {}", unseen.join(", "));
                case.problem(path, message, "ironsides audit coverage POLICY shows what hides them");
                return;
            }
            case.verified.push(format!(
                "{path}: the API server reads it, and all {} attack techniques leave a trace",
                coverage.len()
            ));
        }
        Ok(_) => case.problem(
            path,
            "it has fields that the API server drops in silence",
            "ironsides audit lint shows them",
        ),
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            case.problem(path, format!("the API server refuses it: {}", errors.join("; ")), "mend it");
        }
    }
}

/// What somebody still has to fill in.
fn join(case: &mut Case<'_>, read: &[Read]) {
    let open: Vec<String> = of_kind(read, "JoinConfiguration")
        .filter(|(_, root)| {
            root.at(&["discovery", "bootstrapToken", "token"]).and_then(Node::as_str) == Some("TOKEN")
        })
        .map(|(path, _)| format!("{path}: token, address and hash are for you to fill in"))
        .collect();
    case.open.extend(open);
}
