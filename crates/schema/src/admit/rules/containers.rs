//! Containers. Source: `validateContainerCommon` and its kin in `pkg/apis/core/validation`.

use super::super::draft::Draft;
use super::faults::Faults;
use super::{form, resources};

/// What the containers of a pod are held against.
pub(super) struct Surroundings<'a> {
    /// The volumes by name, and whether each is a claim.
    pub(super) volumes: Vec<(&'a str, bool)>,
    pub(super) host_network: bool,
    pub(super) grace: i64,
}

const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

const RESOURCE_FIELDS: [&str; 6] = [
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
];

/// What holds of every container.
pub(super) fn common(container: &Draft, around: &Surroundings<'_>, faults: &mut Faults) {
    ports(container, around, faults);
    for (at, variable) in container.get("env").items().iter().enumerate() {
        faults.enter("env", |faults| faults.item(at, |faults| environment(variable, faults)));
    }
    for source in container.get("envFrom").items() {
        let both = source.has("configMapRef") && source.has("secretRef");
        let one = source.has("configMapRef") || source.has("secretRef");
        faults.ensure(one && !both, "envFrom", "exactly one source is required");
    }
    mounts(container, around, faults);
    faults.enter("resources", |faults| resources::check(container.get("resources"), faults));
    security(container.get("securityContext"), faults);
    let mut resized = Vec::new();
    for policy in container.get("resizePolicy").items() {
        faults.ensure(
            !resized.contains(&policy.str("resourceName")),
            "resizePolicy",
            "names a resource twice",
        );
        resized.push(policy.str("resourceName"));
    }
}

fn ports(container: &Draft, around: &Surroundings<'_>, faults: &mut Faults) {
    let mut names = Vec::new();
    for port in container.get("ports").items() {
        let name = port.str("name");
        faults.ensure(name.is_empty() || !names.contains(&name), "ports", "a name stands twice");
        names.push(name);
        let (host, inner) = (port.get("hostPort").int(), port.get("containerPort").int());
        let same = !around.host_network || host.is_none() || host == inner;
        faults.ensure(same, "ports", "hostPort must be containerPort on the host's network");
    }
}

fn environment(variable: &Draft, faults: &mut Faults) {
    let from = variable.get("valueFrom");
    if from.is_null() {
        return;
    }
    faults.ensure(!variable.has("value"), "valueFrom", "cannot stand beside a value");
    let sources = from.entries().iter().filter(|(_, value)| !value.is_null()).count();
    faults.ensure(sources == 1, "valueFrom", "exactly one source is required");
    let path = from.at(&["fieldRef", "fieldPath"]).text();
    if !path.is_empty() {
        let known = ENV_FIELDS.contains(&path) || is_subscript(path);
        faults.ensure(known, "valueFrom.fieldRef.fieldPath", "is not supported");
    }
    resource_field(from.get("resourceFieldRef"), false, faults);
}

/// `metadata.labels['KEY']` and `metadata.annotations['KEY']`.
pub(super) fn is_subscript(path: &str) -> bool {
    ["metadata.labels['", "metadata.annotations['"].iter().any(|start| {
        path.strip_prefix(start)
            .and_then(|rest| rest.strip_suffix("']"))
            .is_some_and(|key| form::is_qualified(&key.to_lowercase()))
    })
}

/// A reference to a resource of a container, in a variable or in a volume.
pub(super) fn resource_field(reference: &Draft, volume: bool, faults: &mut Faults) {
    if reference.is_null() {
        return;
    }
    faults.ensure(!volume || reference.has("containerName"), "resourceFieldRef.containerName", "is required");
    let name = reference.str("resource");
    let huge = name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-");
    faults.ensure(
        name.is_empty() || RESOURCE_FIELDS.contains(&name) || huge,
        "resourceFieldRef.resource",
        "is not supported",
    );
    let divisor = reference.str("divisor");
    let units: &[&str] = if matches!(name, "limits.cpu" | "requests.cpu") {
        &["1m", "1"]
    } else {
        &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
    };
    let right = matches!(divisor, "" | "0") || units.contains(&divisor);
    faults.ensure(right, "resourceFieldRef.divisor", "is not supported");
}

fn mounts(container: &Draft, around: &Surroundings<'_>, faults: &mut Faults) {
    let mut paths = Vec::new();
    for mount in container.get("volumeMounts").items() {
        let (name, path) = (mount.str("name"), mount.str("mountPath"));
        let known = around.volumes.iter().any(|(known, _)| *known == name);
        faults.ensure(name.is_empty() || known, "volumeMounts", "the pod has no such volume");
        faults.ensure(!paths.contains(&path), "volumeMounts", "a path is mounted twice");
        paths.push(path);
        let both = mount.get("subPath").is_filled() && mount.get("subPathExpr").is_filled();
        faults.ensure(!both, "volumeMounts", "subPath and subPathExpr exclude each other");
        match mount.str("mountPropagation") {
            "" if !mount.has("mountPropagation") => {}
            "None" | "HostToContainer" => {}
            "Bidirectional" => {
                let privileged = container.get("securityContext").is_true("privileged");
                faults.ensure(privileged, "volumeMounts", "Bidirectional is for privileged containers");
            }
            _ => faults.add("volumeMounts", "mountPropagation is not supported"),
        }
        match mount.str("recursiveReadOnly") {
            "" if !mount.has("recursiveReadOnly") => {}
            "Disabled" => {}
            "Enabled" | "IfPossible" => {
                let quiet = matches!(mount.str("mountPropagation"), "" | "None");
                faults.ensure(mount.is_true("readOnly") && quiet, "volumeMounts", "must be read-only");
            }
            _ => faults.add("volumeMounts", "recursiveReadOnly is not supported"),
        }
    }
    let mut devices = Vec::new();
    for device in container.get("volumeDevices").items() {
        let (name, path) = (device.str("name"), device.str("devicePath"));
        let claim = around.volumes.iter().any(|(known, claim)| *known == name && *claim);
        faults.ensure(claim, "volumeDevices", "the pod has no such claim");
        faults.ensure(
            !devices.contains(&path) && !paths.contains(&path),
            "volumeDevices",
            "a path stands twice",
        );
        devices.push(path);
    }
}

fn security(context: &Draft, faults: &mut Faults) {
    faults.enter("securityContext", |faults| {
        if *context.get("allowPrivilegeEscalation") == Draft::Bool(false) {
            faults.ensure(!context.is_true("privileged"), "", "privileged needs allowPrivilegeEscalation");
            let added = context.at(&["capabilities", "add"]).items();
            let admin = added.iter().any(|name| name.text() == "CAP_SYS_ADMIN");
            faults.ensure(!admin, "", "CAP_SYS_ADMIN needs allowPrivilegeEscalation");
        }
        profiles(context, faults);
    });
}

/// Profiles of seccomp and AppArmor: a file exactly where the profile is a local one.
pub(super) fn profiles(context: &Draft, faults: &mut Faults) {
    for key in ["seccompProfile", "appArmorProfile"] {
        let profile = context.get(key);
        if profile.is_null() {
            continue;
        }
        let file = profile.get("localhostProfile");
        match profile.str("type") {
            "Localhost" => {
                let text = file.text();
                let right = match key {
                    "seccompProfile" => !text.is_empty() && form::is_local_path(text),
                    _ => !text.is_empty() && text.trim() == text,
                };
                faults.ensure(right, key, "localhostProfile is required");
            }
            "RuntimeDefault" | "Unconfined" => {
                faults.ensure(file.is_null(), key, "localhostProfile is only for type Localhost");
            }
            _ => faults.add(key, "type is required"),
        }
    }
}

/// Probes and hooks of containers that run beside others.
pub(super) fn lifecycle(container: &Draft, around: &Surroundings<'_>, faults: &mut Faults) {
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = container.get(key);
        if probe.is_null() {
            continue;
        }
        faults.ensure(handlers(probe) == 1, key, "exactly one handler is required");
        if key == "readinessProbe" {
            let grace = probe.has("terminationGracePeriodSeconds");
            faults.ensure(!grace, key, "terminationGracePeriodSeconds is not for readiness");
        } else {
            let once = probe.get("successThreshold").int() == Some(1);
            faults.ensure(once, key, "successThreshold must be 1");
        }
    }
    for key in ["preStop", "postStart"] {
        let hook = container.get("lifecycle").get(key);
        if hook.is_null() {
            continue;
        }
        let sleep = hook.get("sleep");
        let count = handlers(hook) + usize::from(!sleep.is_null());
        faults.ensure(count == 1, key, "exactly one handler is required");
        if !sleep.is_null() {
            let seconds = sleep.get("seconds").int().unwrap_or_default();
            faults.ensure((0..=around.grace).contains(&seconds), key, "sleeps longer than the grace period");
        }
    }
}

fn handlers(probe: &Draft) -> usize {
    ["exec", "httpGet", "tcpSocket", "grpc"].iter().filter(|key| probe.has(key)).count()
}
