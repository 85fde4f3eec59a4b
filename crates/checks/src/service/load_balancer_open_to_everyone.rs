//! A load balancer without limits.

use super::SERVICE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "load-balancer-open-to-everyone",
        title: "load balancer takes connections from anywhere",
        severity: Severity::Medium,
        family: "service",
        since: "0.1.0",
        page: include_str!("load_balancer_open_to_everyone.md"),
    },
    run: Run::Kinds(SERVICE, run),
};

/// Annotations that keep a load balancer inside of the provider's network, and the value that does.
const INTERNAL: [(&str, &str); 7] = [
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
    ("networking.gke.io/load-balancer-type", "internal"),
    ("cloud.google.com/load-balancer-type", "internal"),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", "true"),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", "true"),
];

/// An annotation that some providers read where the field is not written.
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

fn run(service: &Object, out: &mut Out<'_>) {
    let spec = service.cursor().get("spec");
    if spec.get("type").str() != Some("LoadBalancer") {
        return out.not_applicable("the Service asks for no load balancer");
    }
    let annotations = service.cursor().at(&["metadata", "annotations"]);
    let internal = |(key, value): &(&'static str, &str)| {
        annotations.get(key).str().is_some_and(|written| written.eq_ignore_ascii_case(value))
    };
    if let Some((key, _)) = INTERNAL.iter().find(|known| internal(known)) {
        return out.pass(&annotations.get(key));
    }
    let ranges = spec.get("loadBalancerSourceRanges");
    let all = |range: &str| matches!(range.trim(), "0.0.0.0/0" | "::/0");
    if let Some(open) = ranges.items().find(|range| range.str().is_some_and(all)) {
        out.fail(&open, "loadBalancerSourceRanges lets every address in");
        return;
    }
    let annotated = annotations.get(RANGES);
    let limited = annotated.str().is_some_and(|text| !text.trim().is_empty() && !text.split(',').any(all));
    if ranges.items().next().is_some() || limited {
        return out.pass(&ranges);
    }
    out.fail(&spec.get("type"), "the load balancer takes connections from any address");
}
