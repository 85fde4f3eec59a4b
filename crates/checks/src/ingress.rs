//! Checks of Ingresses and Gateways: what they let in, and how.

use crate::check::Check;

mod dangling_ingress_backend;
mod dangling_route_backend;
mod gateway_open_to_all_namespaces;
mod http_only_gateway;
mod ingress_annotation_injection;
mod ingress_default_backend;
mod ingress_snippet;
mod ingress_wildcard_host;
mod ingress_without_class;
mod ingress_without_tls;
mod retired_ingress_nginx;
mod wide_reference_grant;

/// The kinds that these checks are about; `extensions` is where Ingresses were first.
const INGRESS: &[(&str, &str)] = &[("networking.k8s.io", "Ingress"), ("extensions", "Ingress")];

/// The API group of the Gateway API.
const GATEWAY_GROUP: &str = "gateway.networking.k8s.io";
const GATEWAY: &[(&str, &str)] = &[(GATEWAY_GROUP, "Gateway")];
const ROUTES: &[(&str, &str)] = &[
    (GATEWAY_GROUP, "HTTPRoute"),
    (GATEWAY_GROUP, "GRPCRoute"),
    (GATEWAY_GROUP, "TLSRoute"),
    (GATEWAY_GROUP, "TCPRoute"),
    (GATEWAY_GROUP, "UDPRoute"),
];

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &dangling_ingress_backend::CHECK,
    &dangling_route_backend::CHECK,
    &gateway_open_to_all_namespaces::CHECK,
    &http_only_gateway::CHECK,
    &ingress_annotation_injection::CHECK,
    &ingress_default_backend::CHECK,
    &ingress_snippet::CHECK,
    &ingress_wildcard_host::CHECK,
    &ingress_without_class::CHECK,
    &ingress_without_tls::CHECK,
    &retired_ingress_nginx::CHECK,
    &wide_reference_grant::CHECK,
];
