//! Defaults of pods and of what stands in them. Source: `pkg/apis/core/v1/defaults.go`.

use super::super::draft::Draft;
use crate::quantity::Quantity;

/// What a volume without a source lacks.
const VOLUME_NAME: &str = "name";

/// Whether the type has defaults here.
pub(super) fn fill(draft: &mut Draft, name: &str) -> bool {
    match name {
        "core.v1.Pod" => pod(draft),
        "core.v1.PodSpec" => {
            draft.default("dnsPolicy", "ClusterFirst");
            draft.default("restartPolicy", "Always");
            draft.default("securityContext", Draft::map());
            draft.default("terminationGracePeriodSeconds", 30);
            draft.default("schedulerName", "default-scheduler");
        }
        "core.v1.Container" | "core.v1.EphemeralContainer" => {
            let policy = pull_policy(draft.str("image"));
            draft.default("imagePullPolicy", policy);
            draft.default("terminationMessagePath", "/dev/termination-log");
            draft.default("terminationMessagePolicy", "File");
        }
        "core.v1.Volume" => volume(draft),
        "core.v1.Probe" => {
            for (key, value) in [
                ("timeoutSeconds", 1),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("failureThreshold", 3),
            ] {
                draft.default(key, value);
            }
        }
        "core.v1.HTTPGetAction" => {
            draft.default("path", "/");
            draft.default("scheme", "HTTP");
        }
        "core.v1.SecretVolumeSource"
        | "core.v1.ConfigMapVolumeSource"
        | "core.v1.DownwardAPIVolumeSource"
        | "core.v1.ProjectedVolumeSource" => draft.default("defaultMode", 0o644),
        "core.v1.ServiceAccountTokenProjection" => draft.default("expirationSeconds", 3600),
        "core.v1.ObjectFieldSelector" => draft.default("apiVersion", "v1"),
        "core.v1.HostPathVolumeSource" => draft.default("type", ""),
        _ => return false,
    }
    true
}

fn volume(draft: &mut Draft) {
    let has_source = draft.entries().iter().any(|(key, value)| key != VOLUME_NAME && !value.is_null());
    if !has_source {
        draft.set("emptyDir", Draft::map());
    }
    if let Some(image) = draft.get_mut("image") {
        let policy = pull_policy(image.str("reference"));
        image.default("pullPolicy", policy);
    }
}

fn pod(draft: &mut Draft) {
    let spec = draft.need("spec");
    for list in ["containers", "initContainers"] {
        for container in spec.items_mut(list) {
            if let Some(resources) = container.get_mut("resources") {
                requests_from_limits(resources);
            }
        }
    }
    pod_level(spec);
    spec.default("enableServiceLinks", true);
    if spec.is_true("hostNetwork") {
        for list in ["containers", "initContainers"] {
            for container in spec.items_mut(list) {
                for port in container.items_mut("ports") {
                    let same = port.get("containerPort").clone();
                    if !same.is_null() {
                        port.default("hostPort", same);
                    }
                }
            }
        }
    }
}

fn requests_from_limits(resources: &mut Draft) {
    for (key, value) in resources.get("limits").clone().entries() {
        resources.need("requests").default(key, value.clone());
    }
}

/// `defaultHugePagePodLimits` and `defaultPodRequests`: resources of the pod as a whole.
fn pod_level(spec: &mut Draft) {
    let huge = |key: &str| key.starts_with("hugepages-");
    let Some(resources) = spec.get("resources").clone().into_filled() else { return };
    let mut resources = resources;
    if resources.get("limits").is_filled() || resources.get("requests").is_filled() {
        for (key, value) in total(spec, "limits") {
            if huge(&key) && !resources.get("requests").has(&key) {
                resources.need("limits").default(&key, value.canonical());
            }
        }
    }
    if resources.get("limits").is_filled() {
        for (key, value) in total(spec, "requests") {
            if matches!(key.as_str(), "cpu" | "memory") {
                resources.need("requests").default(&key, value.canonical());
            }
        }
        for (key, value) in resources.get("limits").clone().entries() {
            if matches!(key.as_str(), "cpu" | "memory") || huge(key) {
                resources.need("requests").default(key, value.clone());
            }
        }
    }
    spec.set("resources", resources);
}

/// What all containers of a pod ask for together: the sum of the containers and sidecars, or what a starting init
/// container needs beside the sidecars started before it.
fn total(spec: &Draft, which: &str) -> Vec<(String, Quantity)> {
    let mut sum: Vec<(String, Quantity)> = Vec::new();
    let add = |to: &mut Vec<(String, Quantity)>, container: &Draft| {
        for (key, value) in container.at(&["resources", which]).entries() {
            let Some(amount) = Quantity::parse(value.text()) else { continue };
            match to.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => *known = known.plus(&amount),
                None => to.push((key.to_string(), amount)),
            }
        }
    };
    for container in spec.get("containers").items() {
        add(&mut sum, container);
    }
    let (mut sidecars, mut peak): (Vec<_>, Vec<(String, Quantity)>) = (Vec::new(), Vec::new());
    for container in spec.get("initContainers").items() {
        let mut now = sidecars.clone();
        add(&mut now, container);
        if container.str("restartPolicy") == "Always" {
            add(&mut sum, container);
            sidecars.clone_from(&now);
        }
        for (key, value) in now {
            match peak.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) if *known < value => *known = value,
                Some(_) => {}
                None => peak.push((key, value)),
            }
        }
    }
    for (key, value) in peak {
        match sum.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) if *known < value => *known = value,
            Some(_) => {}
            None => sum.push((key, value)),
        }
    }
    sum
}

/// `Always` for images without a tag or digest and for `latest`; a name that cannot be read has no tag either.
fn pull_policy(image: &str) -> &'static str {
    match tag_of(image) {
        Some("latest") => "Always",
        _ => "IfNotPresent",
    }
}

/// The tag: `latest` where neither tag nor digest is written, none where there is a digest or the name is none.
/// Source: `pkg/util/parsers`, `github.com/distribution/reference`.
fn tag_of(image: &str) -> Option<&str> {
    if image.len() == 64 && image.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let last = name.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match name[last..].find(':') {
        Some(at) => (&name[..last + at], Some(&name[last + at + 1..])),
        None => (name, None),
    };
    let is_tag = |tag: &str| {
        tag.len() <= 128
            && !tag.starts_with(['.', '-'])
            && !tag.is_empty()
            && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    let mut parts = path.split('/');
    let first = parts.clone().next().unwrap_or_default();
    let has_host = path.contains('/')
        && (first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase));
    let is_host = |host: &str| {
        let (name, port) = host.split_once(':').unwrap_or((host, "0"));
        let label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        name.split('.').all(label) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    };
    if has_host {
        parts.next();
    }
    let is_part = |part: &str| {
        let ends =
            |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let joined = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        ends(part.bytes().next())
            && ends(part.bytes().last())
            && part.bytes().all(joined)
            && !part.contains("..")
    };
    let readable = path.len() <= 255
        && (!has_host || is_host(first))
        && parts.clone().next().is_some()
        && parts.all(is_part)
        && tag.is_none_or(is_tag);
    let digest_readable = digest.is_none_or(|digest| {
        digest
            .split_once(':')
            .is_some_and(|(_, hex)| hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    match (readable && digest_readable, tag, digest) {
        (false, ..) | (true, None, Some(_)) => None,
        (true, Some(tag), _) => Some(tag),
        (true, None, None) => Some("latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_without_a_fixed_tag_are_always_pulled() {
        for (image, expected) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("localhost:5000/x", "Always"),
            ("localhost:5000/x:v1", "IfNotPresent"),
            ("nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000", "IfNotPresent"),
            (
                "nginx:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                "Always",
            ),
            ("NGINX", "IfNotPresent"),
            ("", "IfNotPresent"),
            ("a b", "IfNotPresent"),
            ("../x", "IfNotPresent"),
            ("example.com:80/a/b", "Always"),
        ] {
            assert_eq!(pull_policy(image), expected, "{image}");
        }
    }
}
