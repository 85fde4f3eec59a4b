//! Connections that the platform makes: ways in from outside, webhooks, metrics.

use std::collections::BTreeSet;

use ironsides_core::{Object, Pod};
use ironsides_tree::{Cursor, Text};

use super::{Finder, namespace_of};
use crate::cluster::{Entrance, Service, TargetPort};
use crate::flow::Who;
use crate::generate::{Caller, NoteKind};
use crate::port::{Protocol, Traffic};

/// Values of `app.kubernetes.io/name` of what serves Ingress and Gateway API.
const CONTROLLERS: [&str; 14] = [
    "ingress-nginx",
    "nginx-ingress",
    "nginx-ingress-controller",
    "nginx-gateway-fabric",
    "traefik",
    "kong",
    "ingress",
    "haproxy-ingress",
    "kubernetes-ingress",
    "contour",
    "envoy",
    "emissary-ingress",
    "apisix",
    "envoy-gateway",
];

/// Namespaces in which such controllers live, if no pods of theirs are known.
const CONTROLLER_NAMESPACES: [&str; 6] =
    ["ingress-nginx", "nginx-ingress", "traefik", "kong", "openshift-ingress", "projectcontour"];

/// Values of `app.kubernetes.io/name` and `app` of what collects metrics.
const COLLECTORS: [&str; 8] = [
    "prometheus",
    "prometheus-server",
    "vmagent",
    "victoria-metrics-agent",
    "grafana-agent",
    "alloy",
    "opentelemetry-collector",
    "kube-prometheus-stack-prometheus",
];

impl<'a> Finder<'a> {
    fn with_label(&self, keys: &[&str], values: &[&str]) -> Vec<u32> {
        let is = |pod: &crate::cluster::Pod| {
            keys.iter().filter_map(|key| pod.labels.get(*key)).any(|value| values.contains(&value.as_str()))
        };
        (0..).zip(&self.cluster.pods).filter(|(_, pod)| is(pod)).map(|(at, _)| at).collect()
    }

    /// Ingress, routes, and services that are reached from outside.
    pub(super) fn entrances(&mut self) {
        let cluster = self.cluster;
        for entrance in &cluster.entrances {
            let callers = self.callers(entrance);
            let name = format!("{} {}/{}", entrance.kind, entrance.namespace, entrance.name);
            for backend in &entrance.backends {
                let is = |service: &&Service| {
                    service.namespace == backend.namespace && service.name == backend.service
                };
                let Some(service) = cluster.services.iter().find(is) else { continue };
                let ports = service.ports.iter().filter(|port| match &backend.port {
                    None => true,
                    Some(TargetPort::Number(number)) => port.port == *number,
                    Some(TargetPort::Name(wanted)) => port.name.as_ref() == Some(wanted),
                });
                for port in ports {
                    let traffic = Traffic { protocol: port.protocol, port: port.port };
                    for (to, traffic) in self.behind(service, traffic) {
                        for caller in &callers {
                            self.add(caller.clone(), to.clone(), traffic, &name);
                        }
                    }
                }
            }
            if callers.is_empty() {
                self.note(
                    NoteKind::Impossible,
                    format!("the pods that serve {name} are not known: no rule lets them in"),
                );
            }
        }
        for service in &cluster.services {
            if !matches!(service.kind.as_str(), "LoadBalancer" | "NodePort") {
                continue;
            }
            let name = format!("{} {}/{}", service.kind, service.namespace, service.name);
            let callers: Vec<Caller> = match service.source_ranges.as_slice() {
                [] => vec![Caller::Everyone],
                ranges => ranges.iter().map(|range| Caller::Block(*range)).collect(),
            };
            for port in &service.ports {
                let traffic = Traffic { protocol: port.protocol, port: port.port };
                for (to, traffic) in self.behind(service, traffic) {
                    for caller in &callers {
                        self.add(caller.clone(), to.clone(), traffic, &name);
                    }
                }
            }
        }
    }

    fn callers(&self, entrance: &Entrance) -> Vec<Caller> {
        if entrance.through.iter().any(|way| way == "cilium") {
            return vec![Caller::Who(Who::Ingress)];
        }
        let mut pods = self.with_label(&["app.kubernetes.io/name", "app"], &CONTROLLERS);
        pods.extend(
            self.with_label(&["istio", "gateway.networking.k8s.io/gateway-name"], &["ingressgateway"]),
        );
        // Gateways make pods of their own.
        let names: Vec<&str> = entrance.through.iter().filter_map(|way| way.rsplit('/').next()).collect();
        pods.extend(self.with_label(&["gateway.networking.k8s.io/gateway-name"], &names));
        if !pods.is_empty() {
            return vec![Caller::Who(Who::Pods(pods))];
        }
        let known = CONTROLLER_NAMESPACES.iter().filter(|name| self.cluster.namespaces.contains_key(**name));
        known.map(|name| Caller::Namespace(Text::new(name))).collect()
    }

    /// Webhooks and extension API servers are called by the API server.
    pub(super) fn webhooks(&mut self, object: &'a Object) {
        let root = object.cursor();
        let reference = object.reference();
        let places: Vec<Cursor<'a>> = match reference.kind.as_str() {
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
                root.get("webhooks").items().map(|hook| hook.at(&["clientConfig", "service"])).collect()
            }
            "APIService" => vec![root.at(&["spec", "service"])],
            "CustomResourceDefinition" => {
                vec![root.at(&["spec", "conversion", "webhook", "clientConfig", "service"])]
            }
            _ => return,
        };
        let why = format!("{} {}", reference.kind, reference.name);
        for at in places {
            let (Some(namespace), Some(name)) = (at.get("namespace").str(), at.get("name").str()) else {
                continue;
            };
            let port = at.get("port").int().and_then(|port| u16::try_from(port).ok()).unwrap_or(443);
            let is = |service: &&Service| service.namespace == namespace && service.name == name;
            let Some(service) = self.cluster.services.iter().find(is) else { continue };
            for (to, traffic) in self.behind(service, Traffic { protocol: Protocol::Tcp, port }) {
                self.add(Caller::Who(Who::ApiServer), to, traffic, &why);
            }
        }
    }

    /// `prometheus.io/scrape` and ports that are called metrics.
    pub(super) fn annotations(&mut self, pod: &Pod<'a>, pods: &[u32], name: &str) {
        let annotations = pod.metadata().get("annotations");
        let text = |key: &'a str| annotations.get(key).str();
        let scraped = text("prometheus.io/scrape") == Some("true");
        let asked = text("prometheus.io/port").and_then(|port| port.parse().ok()).filter(|_| scraped);
        let mut ports: BTreeSet<u16> = asked.into_iter().collect();
        for &at in pods {
            let known = self.cluster.pods.get(at as usize).into_iter().flat_map(|pod| &pod.ports);
            let is_metrics = |name: &Text| name.contains("metrics");
            let named = known.clone().filter(|port| port.name.as_ref().is_some_and(is_metrics));
            ports.extend(named.map(|port| port.number));
            if scraped && asked.is_none() {
                ports.extend(known.filter(|port| port.protocol == Protocol::Tcp).map(|port| port.number));
            }
        }
        if ports.is_empty() {
            return;
        }
        let callers = self.collectors();
        if callers.is_empty() {
            self.note(
                NoteKind::Remark,
                format!(
                    "{name} has a port for metrics, and who collects them is not known: no rule lets it in"
                ),
            );
        }
        for port in ports {
            for caller in &callers {
                let why = format!("metrics of {name}");
                self.add(caller.clone(), Who::Pods(pods.to_vec()), Traffic::tcp(port), &why);
            }
        }
    }

    fn collectors(&self) -> Vec<Caller> {
        let pods = self.with_label(&["app.kubernetes.io/name", "app"], &COLLECTORS);
        if !pods.is_empty() {
            return vec![Caller::Who(Who::Pods(pods))];
        }
        let known = ["monitoring", "prometheus", "observability"].into_iter();
        let known = known.filter(|name| self.cluster.namespaces.contains_key(*name));
        known.take(1).map(|name| Caller::Namespace(Text::new(name))).collect()
    }

    /// What the Prometheus operator is told to collect.
    pub(super) fn monitors(&mut self, object: &'a Object) {
        let reference = object.reference();
        let (list, of_pods) = match (reference.group(), reference.kind.as_str()) {
            ("monitoring.coreos.com", "ServiceMonitor") => ("endpoints", false),
            ("monitoring.coreos.com", "PodMonitor") => ("podMetricsEndpoints", true),
            _ => return,
        };
        let root = object.cursor();
        let spec = root.get("spec");
        let selector: Vec<(&str, &str)> = spec
            .at(&["selector", "matchLabels"])
            .entries()
            .filter_map(|(key, value)| Some((key, value.str()?)))
            .collect();
        let own = namespace_of(object);
        let any = spec.at(&["namespaceSelector", "any"]).is(true);
        let named: Vec<&str> =
            spec.at(&["namespaceSelector", "matchNames"]).items().filter_map(|item| item.str()).collect();
        let is_in = |namespace: &str| {
            any || if named.is_empty() { namespace == own } else { named.contains(&namespace) }
        };
        let selects = |labels: &crate::cluster::Labels| {
            selector.iter().all(|(key, value)| labels.get(*key).is_some_and(|known| known == value))
        };
        let callers = self.collectors();
        let why = format!("{} {own}/{}", reference.kind, reference.name);
        let cluster = self.cluster;
        for endpoint in spec.get(list).items() {
            let port = endpoint.get("port").str();
            let mut ends: Vec<(Who, Traffic)> = Vec::new();
            if of_pods {
                for (at, pod) in
                    (0..).zip(&cluster.pods).filter(|(_, pod)| is_in(&pod.namespace) && selects(&pod.labels))
                {
                    let named = pod.ports.iter().filter(|known| known.name.as_deref() == port);
                    let traffic = named.map(|port| Traffic { protocol: port.protocol, port: port.number });
                    ends.extend(traffic.map(|traffic| (Who::Pods(vec![at]), traffic)));
                }
            } else {
                let services = cluster.services.iter();
                for service in
                    services.filter(|service| is_in(&service.namespace) && selects(&service.labels))
                {
                    let ports = service.ports.iter().filter(|known| known.name.as_deref() == port);
                    for port in ports {
                        ends.extend(
                            self.behind(service, Traffic { protocol: port.protocol, port: port.port }),
                        );
                    }
                }
            }
            for (to, traffic) in ends {
                for caller in &callers {
                    self.add(caller.clone(), to.clone(), traffic, &why);
                }
            }
        }
    }
}
