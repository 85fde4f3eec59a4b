//! The fields `ka.*`.

use std::borrow::Cow;

use crate::field::FieldUse;
use crate::value::Value;

use super::json::{Json, Shape};
use super::known::Path;
use super::uri;

/// Where the value of a field comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    /// The value at a path.
    Path(Path),
    /// The items of the list at a path, or the one of an index.
    Items(Path),
    /// The last item of the list at a path.
    Last(Path),
    /// The items of the list at a path that are addresses.
    Addresses(Path),
    /// A parameter of the request's URI.
    Parameter,
    /// The name, where the request is for a pod.
    PodName,
    /// The names of a binding's subjects of a kind, with their namespaces or without.
    Subjects(&'static str, bool),
    /// Always `true`.
    True,
    /// Something of the containers of a pod, of which there are three lists.
    Containers(&'static str, &'static str),
    /// Something of the first container.
    FirstContainer(&'static str),
    /// Whether any container is privileged.
    Privileged,
    /// A key of a role's rules.
    Rules(&'static str),
    /// Whether a volume is a path of the host.
    HostPath,
    /// A path in all volumes.
    Volumes(&'static [&'static str]),
    /// The types of all volumes.
    VolumeTypes,
    /// The name of the cluster.
    Cluster,
    /// Nowhere.
    Nowhere,
}

impl From {
    /// Where the field of a name behind `ka.` comes from.
    pub(super) fn named(name: &'static str) -> Self {
        if let Some(rest) = name.strip_prefix("req.pod.") {
            let list = rest.split_once('.').filter(|(list, _)| list.ends_with("ontainers"));
            if let Some((list, of)) = list {
                return Self::Containers(list, of);
            }
        }
        match name {
            "auditid" => Self::Path(Path::new(&["auditID"])),
            "stage" => Self::Path(Path::new(&["stage"])),
            "auth.decision" => Self::Path(Path::new(&["annotations", "authorization.k8s.io/decision"])),
            "auth.reason" => Self::Path(Path::new(&["annotations", "authorization.k8s.io/reason"])),
            "auth.openshift.decision" => {
                Self::Path(Path::new(&["annotations", "authentication.openshift.io/decision"]))
            }
            "auth.openshift.username" => {
                Self::Path(Path::new(&["annotations", "authentication.openshift.io/username"]))
            }
            "validations.admission.policy.failure" => Self::Path(Path::new(&[
                "annotations",
                "validation.policy.admission.k8s.io/validation_failure",
            ])),
            "security.pod.violations" => {
                Self::Path(Path::new(&["annotations", "pod-security.kubernetes.io/audit-violations"]))
            }
            "user.name" => Self::Path(Path::new(&["user", "username"])),
            "user.groups" => Self::Items(Path::new(&["user", "groups"])),
            "impuser.name" => Self::Path(Path::new(&["impersonatedUser", "username"])),
            "verb" => Self::Path(Path::new(&["verb"])),
            "uri" => Self::Path(Path::new(&["requestURI"])),
            "uri.param" => Self::Parameter,
            "target.name" | "req.configmap.name" => Self::Path(Path::new(&["objectRef", "name"])),
            "target.namespace" => Self::Path(Path::new(&["objectRef", "namespace"])),
            "target.resource" => Self::Path(Path::new(&["objectRef", "resource"])),
            "target.subresource" => Self::Path(Path::new(&["objectRef", "subresource"])),
            "target.pod.name" => Self::PodName,
            "req.binding.subjects" => Self::Items(Path::new(&["requestObject", "subjects"])),
            "req.binding.subjects.user_names" => Self::Subjects("User", false),
            "req.binding.subjects.group_names" => Self::Subjects("Group", false),
            "req.binding.subjects.serviceaccount_names" => Self::Subjects("ServiceAccount", false),
            "req.binding.subjects.serviceaccount_ns_names" => Self::Subjects("ServiceAccount", true),
            "req.binding.role" => Self::Path(Path::new(&["requestObject", "roleRef", "name"])),
            "req.binding.subject.has_name" => Self::True,
            "req.configmap.obj" => Self::Path(Path::new(&["requestObject", "data"])),
            "req.container.image" => Self::FirstContainer("image"),
            "req.container.image.repository" => Self::FirstContainer("image.repository"),
            "req.container.privileged" => Self::Privileged,
            "req.pod.host_ipc" => Self::Path(Path::new(&["requestObject", "spec", "hostIPC"])),
            "req.pod.host_network" | "req.container.host_network" => {
                Self::Path(Path::new(&["requestObject", "spec", "hostNetwork"]))
            }
            "req.pod.host_pid" => Self::Path(Path::new(&["requestObject", "spec", "hostPID"])),
            "req.pod.run_as_user" => {
                Self::Path(Path::new(&["requestObject", "spec", "securityContext", "runAsUser"]))
            }
            "req.pod.run_as_group" => {
                Self::Path(Path::new(&["requestObject", "spec", "securityContext", "runAsGroup"]))
            }
            "req.pod.fs_group" => {
                Self::Path(Path::new(&["requestObject", "spec", "securityContext", "fsGroup"]))
            }
            "req.pod.supplemental_groups" => {
                Self::Items(Path::new(&["requestObject", "spec", "securityContext", "supplementalGroups"]))
            }
            "req.role.rules" => Self::Items(Path::new(&["requestObject", "rules"])),
            "req.role.rules.apiGroups" => Self::Rules("apiGroups"),
            "req.role.rules.nonResourceURLs" => Self::Rules("nonResourceURLs"),
            "req.role.rules.verbs" => Self::Rules("verbs"),
            "req.role.rules.resources" => Self::Rules("resources"),
            "req.service.type" => Self::Path(Path::new(&["requestObject", "spec", "type"])),
            "req.service.ports" => Self::Items(Path::new(&["requestObject", "spec", "ports"])),
            "req.volume.hostpath" => Self::HostPath,
            "req.pod.volumes.hostpath" => Self::Volumes(&["hostPath", "path"]),
            "req.pod.volumes.flexvolume_driver" => Self::Volumes(&["flexVolume", "driver"]),
            "req.pod.volumes.volume_type" => Self::VolumeTypes,
            "resp.name" => Self::Path(Path::new(&["responseObject", "metadata", "name"])),
            "response.code" => Self::Path(Path::new(&["responseStatus", "code"])),
            "response.reason" => Self::Path(Path::new(&["responseStatus", "reason"])),
            "useragent" => Self::Path(Path::new(&["userAgent"])),
            "sourceips" => Self::Items(Path::new(&["sourceIPs"])),
            "sourceips.net" => Self::Addresses(Path::new(&["sourceIPs"])),
            "sourceips.last" => Self::Last(Path::new(&["sourceIPs"])),
            "cluster.name" => Self::Cluster,
            _ => Self::Nowhere,
        }
    }
}

/// The value of a field of an audit event.
pub(super) fn value<'a, J: Json<'a>>(
    event: J,
    from: From,
    field: &FieldUse,
    cluster: Option<&'a str>,
) -> Option<Value<'a>> {
    let index = field.index();
    match from {
        From::Path(path) => found(event, path).map(text),
        From::Items(path) => list(items(found(event, path)?, index)?),
        From::Addresses(path) => {
            let address = |item: J| match item.shape() {
                Shape::Text(text) => text.parse().ok().map(Value::Ip),
                _ => None,
            };
            listed(items(found(event, path)?, None)?.into_iter().filter_map(address).collect())
        }
        From::Last(path) => found(event, path)?.items()?.last().and_then(there).map(text),
        From::Parameter => match walk(event, &["requestURI"])?.shape() {
            Shape::Text(text) => uri::parameter(&text, field.key()?).map(Value::owned),
            _ => None,
        },
        From::PodName => {
            let resource = walk(event, &["objectRef", "resource"])?;
            let is_pod = matches!(resource.shape(), Shape::Text(text) if text == "pods");
            if is_pod { walk(event, &["objectRef", "name"]).map(text) } else { None }
        }
        From::Subjects(kind, with_namespace) => subjects(event, kind, with_namespace),
        From::True => Some(Value::text("true")),
        From::Containers(list, of) => container(event, list, of, index),
        From::FirstContainer(of) => first(container(event, "containers", of, Some(0))?),
        From::Privileged => {
            let containers = items(walk(event, &["requestObject", "spec", "containers"])?, None)?;
            let privileged = containers.into_iter().any(|container| {
                let value = walk(container, &["securityContext", "privileged"]);
                value.is_some_and(|value| value.shape() == Shape::Bool(true))
            });
            Some(Value::text(if privileged { "true" } else { "false" }))
        }
        From::Rules(key) => rules(event, key, index),
        From::HostPath => host_path(event, field.key()?),
        From::Volumes(keys) => volumes(event, index, keys),
        From::VolumeTypes => volume_types(event, index),
        From::Cluster => cluster.map(Value::text),
        From::Nowhere => None,
    }
}

/// A value as a text: texts without quotes, everything else as JSON.
pub(super) fn text<'a, J: Json<'a>>(at: J) -> Value<'a> {
    match at.shape() {
        Shape::Text(Cow::Borrowed(text)) => Value::text(text),
        Shape::Text(Cow::Owned(text)) => Value::owned(text),
        Shape::Bool(true) => Value::text("true"),
        Shape::Bool(false) => Value::text("false"),
        Shape::Null | Shape::Other => match at.text() {
            Cow::Borrowed(text) => Value::text(text),
            Cow::Owned(text) => Value::owned(text),
        },
    }
}

/// What is not null.
fn there<'a, J: Json<'a>>(at: J) -> Option<J> {
    (!at.is_null()).then_some(at)
}

/// What stands at a path of an event.
pub(super) fn found<'a, J: Json<'a>>(event: J, path: Path) -> Option<J> {
    match event.known(path.known) {
        Some(place) => walk(place?, path.rest),
        None => walk(event, path.keys),
    }
}

fn walk<'a, J: Json<'a>>(root: J, keys: &[&str]) -> Option<J> {
    keys.iter().try_fold(root, |at, key| at.member(key)).and_then(there)
}

/// The items of a list, or the one of an index.
fn items<'a, J: Json<'a>>(at: J, index: Option<i64>) -> Option<Vec<J>> {
    let all = at.items()?;
    match index {
        None => Some(all.collect()),
        Some(index) => {
            let index = usize::try_from(index).ok()?;
            Some(vec![all.into_iter().nth(index)?])
        }
    }
}

/// Values as a list. An empty list is no value.
fn list<'a, J: Json<'a>>(values: impl IntoIterator<Item = J>) -> Option<Value<'a>> {
    listed(values.into_iter().filter_map(there).map(text).collect())
}

fn listed(values: Vec<Value<'_>>) -> Option<Value<'_>> {
    (!values.is_empty()).then_some(Value::List(values))
}

fn first(value: Value<'_>) -> Option<Value<'_>> {
    match value {
        Value::List(items) => items.into_iter().next(),
        other => Some(other),
    }
}

/// A field of the containers of a pod: `containers`, `initContainers` or `ephemeralContainers`.
fn container<'a, J: Json<'a>>(event: J, group: &str, of: &str, index: Option<i64>) -> Option<Value<'a>> {
    let spec = walk(event, &["requestObject", "spec"]);
    let containers = match spec.and_then(|spec| walk(spec, &[group])) {
        Some(containers) => containers,
        // What `kubectl debug` once sent to the subresource had its containers at the top.
        None if group == "ephemeralContainers" => walk(event, &["requestObject", group])?,
        None => return None,
    };
    let containers = items(containers, index)?;
    let each = |keys: &[&str]| list(containers.iter().filter_map(|container| walk(*container, keys)));
    let flat = |keys: &[&str]| {
        let lists =
            containers.iter().filter_map(|container| walk(*container, keys)).filter_map(|at| items(at, None));
        list(lists.flatten())
    };
    match of {
        "name" => each(&["name"]),
        "image" => each(&["image"]),
        "image.repository" => {
            let images = containers.iter().filter_map(|container| walk(*container, &["image"]));
            listed(images.map(|image| repository(text(image))).collect())
        }
        "args" => flat(&["args"]),
        "command" => flat(&["command"]),
        "privileged" => each(&["securityContext", "privileged"]),
        "allow_privilege_escalation" => each(&["securityContext", "allowPrivilegeEscalation"]),
        "read_only_fs" => each(&["securityContext", "readOnlyRootFilesystem"]),
        "run_as_user" => each(&["securityContext", "runAsUser"]),
        "run_as_group" => each(&["securityContext", "runAsGroup"]),
        "eff_run_as_user" => effective(spec, &containers, "runAsUser"),
        "eff_run_as_group" => effective(spec, &containers, "runAsGroup"),
        "proc_mount" => each(&["securityContext", "procMount"]),
        "add_capabilities" => flat(&["securityContext", "capabilities", "add"]),
        "host_port" => {
            let ports = containers.iter().filter_map(|container| items(walk(*container, &["ports"])?, None));
            let port = |port: J| walk(port, &["hostPort"]).or_else(|| walk(port, &["containerPort"]));
            list(ports.flatten().filter_map(port))
        }
        _ => None,
    }
}

/// What a container runs as: its own setting, the pod's, or root.
fn effective<'a, J: Json<'a>>(spec: Option<J>, containers: &[J], key: &str) -> Option<Value<'a>> {
    let of_pod = spec.and_then(|spec| walk(spec, &["securityContext", key]));
    let each = containers.iter().map(|container| {
        let own = walk(*container, &["securityContext", key]);
        own.or(of_pod).map_or(Value::text("0"), text)
    });
    listed(each.collect())
}

/// An image's repository as Falco cuts it: what stands before the first colon and the first `@`. A registry's port is
/// cut off with the rest, so that rules mean here what they mean there.
fn repository(image: Value<'_>) -> Value<'_> {
    let Value::Text(text) = image else { return image };
    let end = text.iter().position(|byte| matches!(byte, b':' | b'@')).unwrap_or(text.len());
    match text {
        Cow::Borrowed(text) => Value::Text(Cow::Borrowed(text.get(..end).unwrap_or_default())),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Value::Text(Cow::Owned(text))
        }
    }
}

/// The names of a binding's subjects of a kind, service accounts with their namespace if asked.
fn subjects<'a, J: Json<'a>>(event: J, kind: &str, with_namespace: bool) -> Option<Value<'a>> {
    let subjects = items(walk(event, &["requestObject", "subjects"])?, None)?;
    let of_kind = subjects.into_iter().filter(|subject| {
        walk(*subject, &["kind"]).is_some_and(|at| matches!(at.shape(), Shape::Text(text) if text == kind))
    });
    let name = |subject: J| {
        let name = walk(subject, &["name"])?;
        if !with_namespace {
            return Some(text(name));
        }
        let (Shape::Text(namespace), Shape::Text(name)) =
            (walk(subject, &["namespace"]).map_or(Shape::Text("".into()), Json::shape), name.shape())
        else {
            return None;
        };
        Some(Value::owned(format!("{namespace}:{name}")))
    };
    listed(of_kind.filter_map(name).collect())
}

/// The values of a key of a role's rules, one behind the other.
fn rules<'a, J: Json<'a>>(event: J, key: &str, index: Option<i64>) -> Option<Value<'a>> {
    let rules = items(walk(event, &["requestObject", "rules"])?, index)?;
    list(rules.into_iter().filter_map(|rule| items(walk(rule, &[key])?, None)).flatten())
}

fn volumes<'a, J: Json<'a>>(event: J, index: Option<i64>, keys: &[&str]) -> Option<Value<'a>> {
    let volumes = items(walk(event, &["requestObject", "spec", "volumes"])?, index)?;
    list(volumes.into_iter().filter_map(|volume| walk(volume, keys)))
}

fn volume_types<'a, J: Json<'a>>(event: J, index: Option<i64>) -> Option<Value<'a>> {
    let volumes = items(walk(event, &["requestObject", "spec", "volumes"])?, index)?;
    let mut types = Vec::new();
    for volume in volumes {
        let Some(keys) = volume.keys() else { continue };
        types.extend(keys.filter(|key| key != "name").map(|key| Value::owned(key.into_owned())));
    }
    listed(types)
}

/// Whether a volume is this path of the host; a star at its end stands for everything that begins so.
fn host_path<'a, J: Json<'a>>(event: J, wanted: &str) -> Option<Value<'a>> {
    let Some(Value::List(paths)) = volumes(event, None, &["hostPath", "path"]) else {
        walk(event, &["requestObject", "spec", "volumes"])?;
        return Some(Value::text("false"));
    };
    let prefix = wanted.strip_suffix('*');
    let found = paths.iter().any(|path| match (path, prefix) {
        (Value::Text(path), Some(prefix)) => path.starts_with(prefix.as_bytes()),
        (Value::Text(path), None) => path.as_ref() == wanted.as_bytes(),
        _ => false,
    });
    Some(Value::text(if found { "true" } else { "false" }))
}
