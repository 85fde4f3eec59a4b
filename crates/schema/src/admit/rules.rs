//! Validation: what the API server refuses with 422.
//!
//! Rules about single fields stand in [`table`], by type: a type is judged the same wherever it stands. Rules that
//! hold several fields against each other are functions in the modules of their kinds. Source: the `validation`
//! packages under `pkg/apis` of Kubernetes 1.36.

mod admission;
mod containers;
mod faults;
pub(super) mod form;
mod kinds;
mod labels;
mod metadata;
mod networking;
mod podspec;
mod resources;
mod schedule;
mod storage;
mod table;
mod volumes;
mod workloads;

use self::faults::Faults;
use super::Refusal;
use super::draft::Draft;
use crate::shape::Shape;
use crate::table::{Kind, Type};

/// Hands the object back, or says what is wrong with it.
pub(super) fn check(draft: Draft, kind: &'static Kind) -> Result<Draft, Refusal> {
    let mut faults = Faults::default();
    metadata::common(&draft, &|name| metadata::is_name(name, kind), &mut faults);
    let ty = kind.ty();
    for field in ty.fields.iter().filter(|field| !matches!(field.name, "metadata" | "status")) {
        let value = draft.get(field.name);
        faults.enter(field.name, |faults| walk(value, field.shape, faults));
    }
    table::check(&draft, ty, &mut faults);
    kinds::check(&draft, kind, &mut faults);
    if faults.found.is_empty() {
        return Ok(draft);
    }
    let message = format!("the {} is invalid: {}", kind.kind, faults.found.join(", "));
    Err(Refusal { status: 422, message })
}

/// What is wrong with the metadata of a custom resource.
pub(super) fn custom(draft: &Draft) -> Vec<String> {
    let mut faults = Faults::default();
    metadata::common(draft, &form::is_subdomain, &mut faults);
    faults.found
}

fn walk(value: &Draft, shape: Shape, faults: &mut Faults) {
    match (shape, value) {
        (Shape::Object(id), Draft::Map(_)) => object(value, id.get(), faults),
        (Shape::List(item), Draft::List(items)) if item.object().is_some() => {
            for (at, value) in items.iter().enumerate() {
                faults.item(at, |faults| walk(value, *item, faults));
            }
        }
        (Shape::Map(item), Draft::Map(entries)) if item.object().is_some() => {
            for (key, value) in entries {
                faults.enter(key, |faults| walk(value, *item, faults));
            }
        }
        _ => {}
    }
}

fn object(value: &Draft, ty: &'static Type, faults: &mut Faults) {
    table::check(value, ty, faults);
    related(value, ty.name, faults);
    // The metadata that a cron job gives its jobs is judged when it makes them.
    let unjudged = if ty.name == "batch.v1.JobTemplateSpec" { "metadata" } else { "status" };
    for field in ty.fields {
        if field.shape.object().is_some() && field.name != unjudged {
            let inner = value.get(field.name);
            if !inner.is_null() {
                faults.enter(field.name, |faults| walk(inner, field.shape, faults));
            }
        }
    }
}

/// Rules that hold several fields of a type against each other.
fn related(value: &Draft, name: &str, faults: &mut Faults) {
    match name {
        "meta.v1.LabelSelector" => labels::selector(value, faults),
        "meta.v1.ObjectMeta" => metadata::template(value, faults),
        "core.v1.PodSpec" => podspec::check(value, faults),
        "core.v1.Volume" | "core.v1.VolumeProjection" => volumes::check(value, name, faults),
        "core.v1.PersistentVolumeSpec" => storage::volume(value, faults),
        "core.v1.PersistentVolumeClaimSpec" => storage::claim(value, faults),
        "core.v1.ServiceSpec" => networking::service(value, faults),
        "networking.v1.NetworkPolicySpec" => {
            let few = value.get("policyTypes").items().len() <= 2;
            faults.ensure(few, "policyTypes", "are at most two");
        }
        "storage.v1.CSIDriverSpec" => {
            let requests = value.get("tokenRequests").items();
            let twice = (1..requests.len()).any(|at| {
                requests[..at].iter().any(|known| known.str("audience") == requests[at].str("audience"))
            });
            faults.ensure(!twice, "tokenRequests", "an audience stands twice");
        }
        "networking.v1.IPBlock" => networking::ip_block(value, faults),
        "networking.v1.NetworkPolicyPort" => networking::policy_port(value, faults),
        "networking.v1.NetworkPolicyPeer" => networking::peer(value, faults),
        "networking.v1.IngressSpec" => networking::ingress(value, faults),
        "networking.v1.IngressBackend" => networking::backend(value, faults),
        "apps.v1.DeploymentSpec"
        | "apps.v1.ReplicaSetSpec"
        | "apps.v1.DaemonSetSpec"
        | "apps.v1.StatefulSetSpec"
        | "core.v1.ReplicationControllerSpec" => workloads::controller(value, name, faults),
        "batch.v1.JobSpec" => workloads::job(value, faults),
        "batch.v1.CronJobSpec" => schedule::cron_job(value, faults),
        "autoscaling.v2.HorizontalPodAutoscalerSpec" | "autoscaling.v1.HorizontalPodAutoscalerSpec" => {
            workloads::autoscaler(value, faults);
        }
        "policy.v1.PodDisruptionBudgetSpec" => {
            let both = value.has("minAvailable") && value.has("maxUnavailable");
            faults.ensure(!both, "maxUnavailable", "cannot stand beside minAvailable");
        }
        "rbac.v1.PolicyRule" => kinds::policy_rule(value, faults),
        "rbac.v1.Subject" => kinds::subject(value, faults),
        _ if name.starts_with("admissionregistration.v1") => admission::check(value, name, faults),
        _ => {}
    }
}
