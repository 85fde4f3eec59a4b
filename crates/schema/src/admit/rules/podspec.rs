//! Pods as a whole. Source: `ValidatePodSpec` in `pkg/apis/core/validation`.

use super::super::draft::Draft;
use super::containers::{self, Surroundings};
use super::faults::Faults;
use super::{form, labels, resources};

/// A pod or the pod of a template.
pub(super) fn check(spec: &Draft, faults: &mut Faults) {
    let mut names: Vec<&str> = Vec::new();
    for volume in spec.get("volumes").items() {
        let name = volume.str("name");
        faults.ensure(!names.contains(&name), "volumes", "a name stands twice");
        names.push(name);
    }
    let claims = faults.claims.clone();
    let is_claim = |volume: &Draft| volume.has("persistentVolumeClaim") || volume.has("ephemeral");
    let volumes = spec.get("volumes").items().iter().map(|volume| (volume.str("name"), is_claim(volume)));
    let around = Surroundings {
        volumes: volumes.chain(claims.iter().map(|name| (name.as_str(), true))).collect(),
        host_network: spec.is_true("hostNetwork"),
        grace: spec.get("terminationGracePeriodSeconds").int().unwrap_or_default(),
    };
    containers(spec, &around, faults);
    labels::labels(spec.get("nodeSelector"), "nodeSelector", faults);
    security(spec, faults);
    dns(spec, faults);
    for toleration in spec.get("tolerations").items() {
        faults.enter("tolerations", |faults| self::toleration(toleration, faults));
    }
    affinity(spec.get("affinity"), faults);
    spread(spec, faults);
    let mut gates = Vec::new();
    for gate in spec.get("schedulingGates").items() {
        faults.ensure(!gates.contains(&gate.str("name")), "schedulingGates", "a name stands twice");
        gates.push(gate.str("name"));
    }
    let placed = spec.has("nodeName") && !gates.is_empty();
    faults.ensure(!placed, "nodeName", "cannot stand beside scheduling gates");
    faults.ensure(!spec.get("ephemeralContainers").is_filled(), "ephemeralContainers", "cannot be created");
    devices(spec, faults);
    if spec.has("resources") {
        faults.enter("resources", |faults| resources::check(spec.get("resources"), faults));
    }
    resources::amounts(spec.get("overhead"), "overhead", faults);
}

/// Claims to devices, and containers that are processes of a Windows host.
fn devices(spec: &Draft, faults: &mut Faults) {
    let claims = spec.get("resourceClaims").items();
    let named = |name: &str| claims.iter().any(|claim| claim.str("name") == name);
    for (at, claim) in claims.iter().enumerate() {
        let one = claim.has("resourceClaimName") != claim.has("resourceClaimTemplateName");
        faults.ensure(one, "resourceClaims", "one of a claim and a template is required");
        let twice = claims.iter().take(at).any(|known| known.str("name") == claim.str("name"));
        faults.ensure(!twice, "resourceClaims", "a name stands twice");
    }
    let hosts = |context: &Draft| context.get("windowsOptions").is_true("hostProcess");
    let users = *spec.get("hostUsers") == Draft::Bool(false);
    let all = spec.get("containers").items().iter().chain(spec.get("initContainers").items());
    let mut host = hosts(spec.get("securityContext"));
    for container in all {
        for claim in container.at(&["resources", "claims"]).items() {
            faults.ensure(
                named(claim.str("name")),
                "resourceClaims",
                "a container names a claim that is not there",
            );
        }
        let context = container.get("securityContext");
        host |= hosts(context);
        let masked = context.str("procMount") != "Unmasked";
        faults.ensure(masked || users, "procMount", "Unmasked needs users of its own");
    }
    faults.ensure(
        !host || spec.is_true("hostNetwork"),
        "hostNetwork",
        "is required for processes of the host",
    );
}

fn containers(spec: &Draft, around: &Surroundings<'_>, faults: &mut Faults) {
    let mut names: Vec<&str> = Vec::new();
    let mut bound: Vec<(&str, &str, i64)> = Vec::new();
    for (at, container) in spec.get("containers").items().iter().enumerate() {
        faults.enter("containers", |faults| {
            faults.item(at, |faults| {
                containers::common(container, around, faults);
                containers::lifecycle(container, around, faults);
                faults.ensure(!names.contains(&container.str("name")), "name", "stands twice");
                names.push(container.str("name"));
                host_ports(container, &mut bound, faults);
            });
        });
    }
    for (at, container) in spec.get("initContainers").items().iter().enumerate() {
        faults.enter("initContainers", |faults| {
            faults.item(at, |faults| {
                containers::common(container, around, faults);
                if container.str("restartPolicy") == "Always" {
                    containers::lifecycle(container, around, faults);
                } else {
                    for key in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                        faults.ensure(!container.has(key), key, "is for sidecars only");
                    }
                }
                faults.ensure(!names.contains(&container.str("name")), "name", "stands twice");
                names.push(container.str("name"));
                host_ports(container, &mut Vec::new(), faults);
            });
        });
    }
}

fn host_ports<'a>(container: &'a Draft, bound: &mut Vec<(&'a str, &'a str, i64)>, faults: &mut Faults) {
    for port in container.get("ports").items() {
        let Some(number) = port.get("hostPort").int().filter(|number| *number != 0) else { continue };
        let key = (port.str("protocol"), port.str("hostIP"), number);
        faults.ensure(!bound.contains(&key), "ports", "a port of the host is bound twice");
        bound.push(key);
    }
}

fn security(spec: &Draft, faults: &mut Faults) {
    let context = spec.get("securityContext");
    faults.enter("securityContext", |faults| {
        containers::profiles(context, faults);
        let mut names = Vec::new();
        for sysctl in context.get("sysctls").items() {
            let name = sysctl.str("name").replace('/', ".");
            faults.ensure(!names.contains(&name), "sysctls", "a name stands twice");
            let host = (spec.is_true("hostNetwork") && name.starts_with("net."))
                || (spec.is_true("hostIPC")
                    && (name.starts_with("kernel.shm")
                        || name.starts_with("kernel.msg")
                        || name == "kernel.sem"
                        || name.starts_with("fs.mqueue.")));
            faults.ensure(!host, "sysctls", "belongs to the host");
            names.push(name);
        }
    });
    let shared = spec.is_true("shareProcessNamespace") && spec.is_true("hostPID");
    faults.ensure(!shared, "shareProcessNamespace", "cannot stand beside hostPID");
    if *spec.get("hostUsers") == Draft::Bool(false) {
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            faults.ensure(!spec.is_true(key), key, "needs the users of the host");
        }
        let devices = spec.get("containers").items().iter().any(|one| one.get("volumeDevices").is_filled());
        faults.ensure(!devices, "volumeDevices", "need the users of the host");
    }
    let dotted = spec.get("hostname").text().contains('.');
    faults.ensure(!dotted, "hostname", "is no label");
    let os = spec.get("os").str("name");
    if os == "windows" {
        for key in ["hostPID", "hostIPC", "hostNetwork", "shareProcessNamespace"] {
            let host = spec.is_true(key) && key != "hostNetwork";
            faults.ensure(!host, key, "is not for windows");
        }
        for key in [
            "seLinuxOptions",
            "seccompProfile",
            "fsGroup",
            "fsGroupChangePolicy",
            "sysctls",
            "runAsUser",
            "runAsGroup",
            "supplementalGroups",
        ] {
            faults.ensure(!context.has(key), "securityContext", "is not for windows");
        }
    }
    if os == "linux" {
        faults.ensure(!context.has("windowsOptions"), "securityContext", "windowsOptions is not for linux");
    }
}

fn dns(spec: &Draft, faults: &mut Faults) {
    let config = spec.get("dnsConfig");
    faults.enter("dnsConfig", |faults| {
        let servers = config.get("nameservers").items();
        if spec.str("dnsPolicy") == "None" {
            faults.ensure(!servers.is_empty(), "nameservers", "are required when dnsPolicy is None");
        }
        faults.ensure(servers.len() <= 3, "nameservers", "are at most three");
        faults.ensure(servers.iter().all(|ip| form::is_ip(ip.text())), "nameservers", "must be addresses");
        let searches = config.get("searches").items();
        faults.ensure(searches.len() <= 32, "searches", "are at most 32");
        let right = |text: &str| {
            let text = text.strip_suffix('.').unwrap_or(text);
            text.is_empty() || form::is_subdomain(text.replace('_', "-").trim_matches('-'))
        };
        faults.ensure(searches.iter().all(|name| right(name.text())), "searches", "must be names");
    });
}

fn toleration(toleration: &Draft, faults: &mut Faults) {
    let (key, operator) = (toleration.str("key"), toleration.str("operator"));
    faults.ensure(!key.is_empty() || operator == "Exists", "operator", "must be Exists without a key");
    let timed = toleration.has("tolerationSeconds") && toleration.str("effect") != "NoExecute";
    faults.ensure(!timed, "effect", "must be NoExecute with tolerationSeconds");
    match operator {
        "" | "Equal" => {
            faults.ensure(form::is_label_value(toleration.str("value")), "value", "is no label value");
        }
        "Exists" => faults.ensure(toleration.str("value").is_empty(), "value", "must be empty"),
        _ => faults.add("operator", "must be Exists or Equal"),
    }
}

fn affinity(affinity: &Draft, faults: &mut Faults) {
    let node = affinity.get("nodeAffinity");
    let required = node.at(&["requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]).items();
    let preferred = node.get("preferredDuringSchedulingIgnoredDuringExecution").items();
    for term in required.iter().chain(preferred.iter().map(|term| term.get("preference"))) {
        node_terms(term, "affinity.nodeAffinity", faults);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        for term in affinity.get(kind).get("preferredDuringSchedulingIgnoredDuringExecution").items() {
            faults.ensure(term.has("podAffinityTerm"), kind, "podAffinityTerm is required");
        }
    }
}

/// The expressions of a term that selects nodes.
pub(super) fn node_terms(term: &Draft, key: &str, faults: &mut Faults) {
    for list in ["matchExpressions", "matchFields"] {
        for expression in term.get(list).items() {
            faults.enter(key, |faults| node_term(expression, list, faults));
        }
    }
}

fn node_term(expression: &Draft, list: &str, faults: &mut Faults) {
    let values = expression.get("values").items();
    let right = match (list, expression.str("operator")) {
        ("matchFields", "In" | "NotIn") => values.len() == 1 && expression.str("key") == "metadata.name",
        ("matchFields", _) => false,
        (_, "In" | "NotIn") => !values.is_empty(),
        (_, "Exists" | "DoesNotExist") => values.is_empty(),
        (_, "Gt" | "Lt") => values.len() == 1,
        _ => false,
    };
    faults.ensure(right, list, "the operator and the values do not fit");
    let valued = list == "matchFields" || values.iter().all(|value| form::is_label_value(value.text()));
    faults.ensure(valued, list, "a value is no label value");
    let named = list == "matchFields" || form::is_qualified(expression.str("key"));
    faults.ensure(named, list, "a key is no qualified name");
}

fn spread(spec: &Draft, faults: &mut Faults) {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for constraint in spec.get("topologySpreadConstraints").items() {
        let key = (constraint.str("topologyKey"), constraint.str("whenUnsatisfiable"));
        faults.ensure(!known.contains(&key), "topologySpreadConstraints", "stand twice");
        known.push(key);
        let soft = constraint.has("minDomains") && key.1 != "DoNotSchedule";
        faults.ensure(!soft, "topologySpreadConstraints", "minDomains needs DoNotSchedule");
        let unselected = constraint.get("matchLabelKeys").is_filled() && !constraint.has("labelSelector");
        faults.ensure(!unselected, "topologySpreadConstraints", "matchLabelKeys needs a labelSelector");
    }
}
