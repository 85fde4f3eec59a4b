//! Calls that make pods, or change what makes them.

use serde_json::{Value, json};

use super::{Account, NAME};
use crate::escalation::call::Call;
use crate::escalation::rights::Held;
use crate::escalation::way::Runner;
use crate::request::ResourceRequest;
use crate::surroundings::Workload;

pub(super) fn set(target: &mut Value, key: &str, value: Value) {
    if let Some(map) = target.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// A container that every Pod Security level lets through.
pub(super) fn container(name: &str) -> Value {
    json!({
        "name": name, "image": "<image>",
        "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true,
            "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"},
        },
    })
}

/// The call that creates a pod, or what makes one, of a spec that is changed before.
pub(super) fn create(runner: &Runner, namespace: &str, held: Held, change: impl FnOnce(&mut Value)) -> Call {
    let mut spec = json!({"containers": [container("step")]});
    change(&mut spec);
    let labels = json!({"app": NAME});
    let selector = json!({"matchLabels": labels});
    let template = |mut spec: Value, once: bool| {
        if once {
            set(&mut spec, "restartPolicy", json!("Never"));
        }
        json!({"metadata": {"labels": labels}, "spec": spec})
    };
    let spec = match runner.kind {
        "Pod" => spec,
        "Job" => json!({"template": template(spec, true)}),
        "CronJob" => json!({
            "schedule": "* * * * *", "jobTemplate": {"spec": {"template": template(spec, true)}},
        }),
        "ReplicationController" => json!({"selector": labels, "template": template(spec, false)}),
        _ => json!({"selector": selector, "template": template(spec, false)}),
    };
    let body = json!({
        "apiVersion": runner.api_version, "kind": runner.kind, "metadata": {"name": NAME}, "spec": spec,
    });
    let request = ResourceRequest::new("create", runner.group, runner.resource).in_namespace(namespace);
    Call::new(runner.api_version, request, held).sending(body)
}

/// Makes the spec of a pod that owns its node.
pub(super) fn privileged(spec: &mut Value) {
    *spec = json!({
        "hostPID": true,
        "containers": [{
            "name": "step", "image": "<image>", "securityContext": {"privileged": true},
            "volumeMounts": [{"name": "node", "mountPath": "/node"}],
        }],
        "volumes": [{"name": "node", "hostPath": {"path": "/"}}],
    });
}

pub(super) fn host(
    runner: &Runner,
    namespace: &str,
    held: Held,
    lift: Option<(&'static str, Held)>,
    known: bool,
) -> (String, Vec<Call>, Option<String>) {
    let pod = create(runner, namespace, held, privileged);
    let kind = runner.kind;
    let Some((verb, lift)) = lift else {
        let condition = (!known).then(|| {
            format!(
                "Pod Security admits privileged pods in namespace {namespace}, whose labels are not known"
            )
        });
        let does = format!("creates a privileged {kind} in namespace {namespace}");
        return (does, vec![pod], condition);
    };
    let request = ResourceRequest::new(verb, "", "namespaces").in_namespace(namespace).named(namespace);
    let body = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}});
    let does =
        format!("has namespace {namespace} admit privileged pods, and creates a privileged {kind} in it");
    (does, vec![Call::new("v1", request, lift).sending(body), pod], None)
}

pub(super) fn volume_calls(
    runner: &Runner,
    namespace: &str,
    volume: Held,
    claim: Held,
    held: Held,
) -> Vec<Call> {
    let size = json!({"storage": "1Gi"});
    let volume_body = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": NAME},
        "spec": {"accessModes": ["ReadWriteOnce"], "capacity": size, "hostPath": {"path": "/"}},
    });
    let claim_body = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": NAME},
        "spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": size}, "storageClassName": "",
            "volumeName": NAME,
        },
    });
    let pod = create(runner, namespace, held, |spec| {
        *spec = json!({
            "containers": [{
                "name": "step", "image": "<image>", "volumeMounts": [{"name": "node", "mountPath": "/node"}],
            }],
            "volumes": [{"name": "node", "persistentVolumeClaim": {"claimName": NAME}}],
        });
    });
    let claims = ResourceRequest::new("create", "", "persistentvolumeclaims").in_namespace(namespace);
    vec![
        Call::new("v1", ResourceRequest::new("create", "", "persistentvolumes"), volume).sending(volume_body),
        Call::new("v1", claims, claim).sending(claim_body),
        pod,
    ]
}

pub(super) fn rewrite(
    workload: &Workload,
    verb: &str,
    held: Held,
    account: &Account,
) -> (String, Vec<Call>, Option<String>) {
    let request = ResourceRequest::new(verb, &workload.group, workload.resource)
        .in_namespace(&workload.namespace)
        .named(&workload.name);
    let template = json!({"template": {"spec": {"serviceAccountName": account.name}}});
    let spec =
        if workload.resource == "cronjobs" { json!({"jobTemplate": {"spec": template}}) } else { template };
    let call = Call::new(&workload.api_version, request, held).sending(json!({"spec": spec}));
    let Account { namespace, name } = account;
    let does = format!(
        "has {} {namespace}/{} run as ServiceAccount {namespace}/{name}",
        workload.kind, workload.name
    );
    (does, vec![call], None)
}
