//! The fields `ka.*`.

use std::borrow::Cow;

use crate::field::FieldUse;
use crate::value::Value;

use super::json::{Json, Shape};
use super::uri;

/// The value of a field, given its name behind `ka.`.
pub(super) fn value<'a, J: Json<'a>>(
    event: J,
    name: &str,
    field: &FieldUse,
    cluster: Option<&'a str>,
) -> Option<Value<'a>> {
    // What has no audit id is no audit event.
    there(event.member("auditID")?)?;
    let at = |keys: &[&str]| walk(event, keys);
    let index = field.index();
    let one = |keys: &[&str]| at(keys).map(text);
    if let Some(rest) = name.strip_prefix("req.pod.") {
        let list = rest.split_once('.').filter(|(list, _)| list.ends_with("ontainers"));
        if let Some((list, of)) = list {
            return container(event, list, of, index);
        }
    }
    match name {
        "auditid" => one(&["auditID"]),
        "stage" => one(&["stage"]),
        "auth.decision" => one(&["annotations", "authorization.k8s.io/decision"]),
        "auth.reason" => one(&["annotations", "authorization.k8s.io/reason"]),
        "auth.openshift.decision" => one(&["annotations", "authentication.openshift.io/decision"]),
        "auth.openshift.username" => one(&["annotations", "authentication.openshift.io/username"]),
        "validations.admission.policy.failure" => {
            one(&["annotations", "validation.policy.admission.k8s.io/validation_failure"])
        }
        "security.pod.violations" => one(&["annotations", "pod-security.kubernetes.io/audit-violations"]),
        "user.name" => one(&["user", "username"]),
        "user.groups" => list(items(at(&["user", "groups"])?, None)?),
        "impuser.name" => one(&["impersonatedUser", "username"]),
        "verb" => one(&["verb"]),
        "uri" => one(&["requestURI"]),
        "uri.param" => match at(&["requestURI"])?.shape() {
            Shape::Text(text) => uri::parameter(&text, field.key()?).map(Value::owned),
            _ => None,
        },
        "target.name" | "req.configmap.name" => one(&["objectRef", "name"]),
        "target.namespace" => one(&["objectRef", "namespace"]),
        "target.resource" => one(&["objectRef", "resource"]),
        "target.subresource" => one(&["objectRef", "subresource"]),
        "target.pod.name" => {
            let resource = at(&["objectRef", "resource"])?;
            let is_pod = matches!(resource.shape(), Shape::Text(text) if text == "pods");
            if is_pod { one(&["objectRef", "name"]) } else { None }
        }
        "req.binding.subjects" => list(items(at(&["requestObject", "subjects"])?, index)?),
        "req.binding.subjects.user_names" => subjects(event, "User", false),
        "req.binding.subjects.group_names" => subjects(event, "Group", false),
        "req.binding.subjects.serviceaccount_names" => subjects(event, "ServiceAccount", false),
        "req.binding.subjects.serviceaccount_ns_names" => subjects(event, "ServiceAccount", true),
        "req.binding.role" => one(&["requestObject", "roleRef", "name"]),
        "req.binding.subject.has_name" => Some(Value::text("true")),
        "req.configmap.obj" => one(&["requestObject", "data"]),
        "req.container.image" => first(container(event, "containers", "image", Some(0))?),
        "req.container.image.repository" => {
            first(container(event, "containers", "image.repository", Some(0))?)
        }
        "req.container.privileged" => {
            let containers = items(at(&["requestObject", "spec", "containers"])?, None)?;
            let privileged = containers.into_iter().any(|container| {
                let value = walk(container, &["securityContext", "privileged"]);
                value.is_some_and(|value| value.shape() == Shape::Bool(true))
            });
            Some(Value::text(if privileged { "true" } else { "false" }))
        }
        "req.pod.host_ipc" => one(&["requestObject", "spec", "hostIPC"]),
        "req.pod.host_network" | "req.container.host_network" => {
            one(&["requestObject", "spec", "hostNetwork"])
        }
        "req.pod.host_pid" => one(&["requestObject", "spec", "hostPID"]),
        "req.pod.run_as_user" => one(&["requestObject", "spec", "securityContext", "runAsUser"]),
        "req.pod.run_as_group" => one(&["requestObject", "spec", "securityContext", "runAsGroup"]),
        "req.pod.fs_group" => one(&["requestObject", "spec", "securityContext", "fsGroup"]),
        "req.pod.supplemental_groups" => {
            list(items(at(&["requestObject", "spec", "securityContext", "supplementalGroups"])?, None)?)
        }
        "req.role.rules" => list(items(at(&["requestObject", "rules"])?, index)?),
        "req.role.rules.apiGroups" => rules(event, "apiGroups", index),
        "req.role.rules.nonResourceURLs" => rules(event, "nonResourceURLs", index),
        "req.role.rules.verbs" => rules(event, "verbs", index),
        "req.role.rules.resources" => rules(event, "resources", index),
        "req.service.type" => one(&["requestObject", "spec", "type"]),
        "req.service.ports" => list(items(at(&["requestObject", "spec", "ports"])?, index)?),
        "req.volume.hostpath" => host_path(event, field.key()?),
        "req.pod.volumes.hostpath" => volumes(event, index, &["hostPath", "path"]),
        "req.pod.volumes.flexvolume_driver" => volumes(event, index, &["flexVolume", "driver"]),
        "req.pod.volumes.volume_type" => volume_types(event, index),
        "resp.name" => one(&["responseObject", "metadata", "name"]),
        "response.code" => one(&["responseStatus", "code"]),
        "response.reason" => one(&["responseStatus", "reason"]),
        "useragent" => one(&["userAgent"]),
        "sourceips" => list(items(at(&["sourceIPs"])?, None)?),
        "cluster.name" => cluster.map(Value::text),
        _ => None,
    }
}

/// A value as a text: texts without quotes, everything else as JSON.
pub(super) fn text<'a, J: Json<'a>>(at: J) -> Value<'a> {
    match at.shape() {
        Shape::Text(Cow::Borrowed(text)) => Value::text(text),
        Shape::Text(Cow::Owned(text)) => Value::owned(text),
        Shape::Bool(true) => Value::text("true"),
        Shape::Bool(false) => Value::text("false"),
        Shape::Null | Shape::Other => Value::owned(at.text()),
    }
}

/// What is not null.
fn there<'a, J: Json<'a>>(at: J) -> Option<J> {
    (at.shape() != Shape::Null).then_some(at)
}

fn walk<'a, J: Json<'a>>(root: J, keys: &[&str]) -> Option<J> {
    let found = keys.iter().try_fold(root, |at, key| at.member(key));
    found.and_then(there)
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
