//! Amounts of resources. Source: `ValidateContainerResourceRequirements` and its kin in `pkg/apis/core/validation`.

use super::super::draft::Draft;
use super::faults::Faults;
use super::form;
use crate::quantity::Quantity;

/// The requests and limits of a container, or of a whole pod.
pub(super) fn check(resources: &Draft, faults: &mut Faults) {
    let limits = resources.get("limits");
    let mut huge = false;
    let mut other = false;
    for which in ["limits", "requests"] {
        for (name, value) in resources.get(which).entries() {
            faults.ensure(is_container_resource(name), which, "is no resource of containers");
            let Some(amount) = Quantity::parse(value.text()) else { continue };
            faults.ensure(amount.sign() >= 0, which, "must not be negative");
            if is_whole(name) {
                faults.ensure(amount.units().is_some(), which, "must be whole");
            }
            huge |= name.starts_with("hugepages-");
            other |= matches!(name.as_str(), "cpu" | "memory");
        }
    }
    faults.ensure(!huge || other, "", "huge pages need cpu or memory beside them");
    for (name, value) in resources.get("requests").entries() {
        let request = Quantity::parse(value.text());
        let limit = Quantity::parse(limits.str(name));
        match (request, limit) {
            (Some(request), Some(limit)) => {
                faults.ensure(request <= limit, "requests", "must be at most the limit");
                faults.ensure(is_overcommitted(name) || request == limit, "requests", "must equal the limit");
            }
            (Some(_), None) => {
                faults.ensure(
                    is_overcommitted(name),
                    "limits",
                    "must be set for what cannot be overcommitted",
                );
            }
            _ => {}
        }
    }
    if let Some(claims) = resources.get("claims").clone().into_filled() {
        let named = claims.items().iter().all(|claim| claim.has("name"));
        faults.ensure(named, "claims", "a name is required");
    }
}

/// Whether every amount of a list is one, by the name of its resource.
pub(super) fn amounts(list: &Draft, key: &str, faults: &mut Faults) {
    for (name, value) in list.entries() {
        faults.ensure(form::is_qualified(name), key, "must be qualified names");
        let Some(amount) = Quantity::parse(value.text()) else { continue };
        faults.ensure(amount.sign() >= 0, key, "must not be negative");
        if is_whole(name) || is_count(name) {
            faults.ensure(amount.units().is_some(), key, "must be whole");
        }
    }
}

/// Whether containers can ask for a resource.
pub(super) fn is_container_resource(name: &str) -> bool {
    if !form::is_qualified(name) {
        return false;
    }
    name.contains('/')
        || matches!(name, "cpu" | "memory" | "ephemeral-storage")
        || name.starts_with("hugepages-")
}

fn is_count(name: &str) -> bool {
    matches!(
        name,
        "pods"
            | "services"
            | "replicationcontrollers"
            | "resourcequotas"
            | "secrets"
            | "configmaps"
            | "persistentvolumeclaims"
            | "services.nodeports"
            | "services.loadbalancers"
    )
}

/// Resources that come in whole units only: huge pages and what devices offer.
fn is_whole(name: &str) -> bool {
    name.contains('/') && !is_native(name)
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.split('/').next().is_some_and(|domain| domain.contains("kubernetes.io"))
}

fn is_overcommitted(name: &str) -> bool {
    is_native(name) && !name.starts_with("hugepages-")
}
