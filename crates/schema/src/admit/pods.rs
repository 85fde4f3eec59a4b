//! What becomes of a new pod: its status, and what admission plugins add.
//!
//! Source: `pkg/registry/core/pod/strategy.go` and the plugins that are on by default: `ServiceAccount`, `Priority`,
//! `DefaultTolerationSeconds`, `RuntimeClass`.

use super::draft::Draft;
use super::{Refusal, World};
use crate::quantity::Quantity;

const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN_VOLUME: &str = "kube-api-access-xxxxx";

/// Both names of the service account say the same.
pub(super) fn account(spec: &mut Draft) {
    if !spec.has("serviceAccountName") && spec.has("serviceAccount") {
        let old = spec.get("serviceAccount").clone();
        spec.set("serviceAccountName", old);
    }
    if spec.has("serviceAccountName") {
        let name = spec.get("serviceAccountName").clone();
        spec.set("serviceAccount", name);
    } else {
        spec.remove("serviceAccount");
    }
}

/// The status of a new pod, and its `AppArmor` profiles.
pub(super) fn prepare(draft: &mut Draft) {
    profiles(draft);
    let spec = draft.get("spec");
    let mut status = Draft::of([("phase", Draft::from("Pending")), ("qosClass", Draft::from(quality(spec)))]);
    if spec.get("schedulingGates").is_filled() {
        let condition = Draft::of([
            ("type", Draft::from("PodScheduled")),
            ("status", Draft::from("False")),
            ("reason", Draft::from("SchedulingGated")),
            ("message", Draft::from("Scheduling is blocked due to non-empty scheduling gates")),
        ]);
        status.set("conditions", vec![condition]);
    }
    draft.set("status", status);
}

/// Annotations once named the `AppArmor` profiles of containers (`applyAppArmorVersionSkew`).
fn profiles(draft: &mut Draft) {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    let annotations = draft.at(&["metadata", "annotations"]).clone();
    let Some(spec) = draft.get_mut("spec").filter(|spec| spec.get("os").str("name") != "windows") else {
        return;
    };
    let whole = spec.get("securityContext").get("appArmorProfile").clone();
    for list in ["initContainers", "containers"] {
        for container in spec.items_mut(list) {
            let name = annotations.str(&format!("{PREFIX}{}", container.str("name")));
            let profile = match name {
                "runtime/default" => Draft::of([("type", Draft::from("RuntimeDefault"))]),
                "unconfined" => Draft::of([("type", Draft::from("Unconfined"))]),
                _ => match name.strip_prefix("localhost/").filter(|file| !file.trim().is_empty()) {
                    Some(file) => Draft::of([
                        ("type", Draft::from("Localhost")),
                        ("localhostProfile", Draft::from(file)),
                    ]),
                    None => continue,
                },
            };
            if !container.get("securityContext").has("appArmorProfile") && profile != whole {
                container.need("securityContext").set("appArmorProfile", profile);
            }
        }
    }
}

/// `GetPodQOS`: what the kubelet takes into account when memory runs short.
fn quality(spec: &Draft) -> &'static str {
    let of = |resources: &Draft, which: &str| -> Vec<(String, Quantity)> {
        let entries = resources.get(which).entries().iter();
        let counted = entries.filter(|(key, _)| matches!(key.as_str(), "cpu" | "memory"));
        counted
            .filter_map(|(key, value)| Some((key.to_string(), Quantity::parse(value.text())?)))
            .filter(|(_, value)| value.sign() > 0)
            .collect()
    };
    let add = |sum: &mut Vec<(String, Quantity)>, more: Vec<(String, Quantity)>| {
        for (key, value) in more {
            match sum.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = known.plus(&value),
                None => sum.push((key, value)),
            }
        }
    };
    let (mut requests, mut limits, mut guaranteed) = (Vec::new(), Vec::new(), true);
    let whole = spec.get("resources");
    if whole.get("requests").is_filled() || whole.get("limits").is_filled() {
        requests = of(whole, "requests");
        limits = of(whole, "limits");
        guaranteed = limits.len() == 2;
    } else {
        for container in spec.get("containers").items().iter().chain(spec.get("initContainers").items()) {
            let resources = container.get("resources");
            let limit = of(resources, "limits");
            guaranteed &= limit.len() == 2;
            add(&mut requests, of(resources, "requests"));
            add(&mut limits, limit);
        }
    }
    if requests.is_empty() && limits.is_empty() {
        return "BestEffort";
    }
    let same = requests.len() == limits.len()
        && requests
            .iter()
            .all(|(key, value)| limits.iter().any(|(known, limit)| known == key && limit == value));
    if guaranteed && same { "Guaranteed" } else { "Burstable" }
}

/// The plugins in the order in which they run.
pub(super) fn admit(draft: &mut Draft, world: &World<'_>) -> Result<(), Refusal> {
    let spec = draft.need("spec");
    account(spec);
    service_account(spec, world)?;
    tolerations(spec);
    priority(spec, world)?;
    if spec.get("overhead").is_filled() && !spec.has("runtimeClassName") {
        return Err(Refusal::forbidden("pod rejected: an overhead comes with a RuntimeClass"));
    }
    if spec.has("runtimeClassName") {
        let name = spec.str("runtimeClassName");
        return Err(Refusal::forbidden(format!("pod rejected: RuntimeClass {name:?} not found")));
    }
    Ok(())
}

fn service_account(spec: &mut Draft, world: &World<'_>) -> Result<(), Refusal> {
    spec.default("serviceAccountName", "default");
    account(spec);
    let name = spec.str("serviceAccountName");
    if !world.service_accounts.contains(&name) {
        let text = format!("error looking up service account {}/{name}: not found", world.namespace);
        return Err(Refusal::forbidden(text));
    }
    if *spec.get("automountServiceAccountToken") == Draft::Bool(false) {
        return Ok(());
    }
    let known = spec.get("volumes").items().iter().map(|volume| volume.str("name"));
    let known = known.into_iter().find(|name| name.starts_with("kube-api-access-")).map(str::to_owned);
    let name = known.clone().unwrap_or_else(|| TOKEN_VOLUME.to_owned());
    let mut needed = false;
    for list in ["initContainers", "containers"] {
        for container in spec.items_mut(list) {
            let has = |mount: &Draft| mount.str("mountPath") == TOKEN_PATH;
            if container.get("volumeMounts").items().iter().any(has) {
                continue;
            }
            needed = true;
            let mount = Draft::of([
                ("name", Draft::from(name.as_str())),
                ("readOnly", Draft::Bool(true)),
                ("mountPath", Draft::from(TOKEN_PATH)),
            ]);
            container.push("volumeMounts", mount);
        }
    }
    if needed && known.is_none() {
        spec.push("volumes", token_volume());
    }
    Ok(())
}

fn token_volume() -> Draft {
    let token = Draft::of([("expirationSeconds", Draft::Int(3607)), ("path", Draft::from("token"))]);
    let item = Draft::of([("key", Draft::from("ca.crt")), ("path", Draft::from("ca.crt"))]);
    let authority =
        Draft::of([("name", Draft::from("kube-root-ca.crt")), ("items", Draft::List(vec![item]))]);
    let field =
        Draft::of([("apiVersion", Draft::from("v1")), ("fieldPath", Draft::from("metadata.namespace"))]);
    let item = Draft::of([("path", Draft::from("namespace")), ("fieldRef", field)]);
    let downward = Draft::of([("items", Draft::List(vec![item]))]);
    let sources = vec![
        Draft::of([("serviceAccountToken", token)]),
        Draft::of([("configMap", authority)]),
        Draft::of([("downwardAPI", downward)]),
    ];
    let projected = Draft::of([("sources", Draft::List(sources)), ("defaultMode", Draft::Int(0o644))]);
    Draft::of([("name", Draft::from(TOKEN_VOLUME)), ("projected", projected)])
}

fn tolerations(spec: &mut Draft) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated = spec.get("tolerations").items().iter().any(|known| {
            matches!(known.str("key"), known if known.is_empty() || known == key)
                && matches!(known.str("effect"), "" | "NoExecute")
        });
        if !tolerated {
            let made = Draft::of([
                ("key", Draft::from(key)),
                ("operator", Draft::from("Exists")),
                ("effect", Draft::from("NoExecute")),
                ("tolerationSeconds", Draft::Int(300)),
            ]);
            spec.push("tolerations", made);
        }
    }
}

fn priority(spec: &mut Draft, world: &World<'_>) -> Result<(), Refusal> {
    let name = spec.str("priorityClassName");
    let value = match name {
        "" => 0,
        _ => match world.priority_classes.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => *value,
            None => return Err(Refusal::forbidden(format!("no PriorityClass with name {name} was found"))),
        },
    };
    if spec.get("priority").int().is_some_and(|given| given != value) {
        let text = "the integer value of priority must not be provided in pod spec; priority admission \
                    controller computes it from the PriorityClass";
        return Err(Refusal::forbidden(format!("{text} ({value})")));
    }
    spec.set("priority", value);
    let policy = "PreemptLowerPriority";
    if spec.has("preemptionPolicy") && spec.str("preemptionPolicy") != policy {
        return Err(Refusal::forbidden(format!("the preemption policy of the pod's class is {policy}")));
    }
    spec.set("preemptionPolicy", policy);
    Ok(())
}
