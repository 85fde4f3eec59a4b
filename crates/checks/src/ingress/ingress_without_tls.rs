//! An Ingress, or a host of one, without TLS.

use super::INGRESS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-without-tls",
        title: "ingress serves plain HTTP",
        severity: Severity::Medium,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("ingress_without_tls.md"),
    },
    run: Run::Kinds(INGRESS, run),
};

/// Annotations that tell the load balancer of a provider which certificate to use.
const CERTIFICATES: [&str; 5] = [
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "networking.gke.io/v1beta1.FrontendConfig",
];

fn run(ingress: &Object, out: &mut Out<'_>) {
    let annotations = ingress.cursor().at(&["metadata", "annotations"]);
    if let Some(key) = CERTIFICATES.into_iter().find(|key| annotations.get(key).is_set()) {
        return out.pass(&annotations.get(key));
    }
    let spec = ingress.cursor().get("spec");
    let tls = spec.get("tls");
    if tls.items().next().is_none() {
        out.fail(&tls, "tls is not set, so the Ingress serves plain HTTP");
        return;
    }
    // An entry without hosts is for whatever host a certificate is asked for.
    if tls.items().any(|entry| entry.get("hosts").items().next().is_none()) {
        return out.pass(&tls);
    }
    let covered = |host: &str| {
        tls.items().flat_map(|entry| entry.get("hosts").items()).any(|known| {
            known.str().is_some_and(|known| {
                let wild = known.strip_prefix("*.").zip(host.split_once('.'));
                known == host || wild.is_some_and(|(domain, (_, rest))| domain == rest)
            })
        })
    };
    for rule in spec.get("rules").items() {
        let host = rule.get("host");
        match host.str().filter(|host| !host.is_empty()) {
            Some(name) if !covered(name) => {
                out.fail(&host, format!("tls names no certificate for \"{name}\""));
            }
            _ => out.pass(&host),
        }
    }
}
