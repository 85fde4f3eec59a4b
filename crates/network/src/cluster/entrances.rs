//! Ways in from outside: Ingress, the routes of the Gateway API, OpenShift's routes.

use ironsides_tree::{Cursor, Text};
use rustc_hash::FxHashMap;

use super::read::{Document, latest, shown};
use super::{Backend, Cluster, Entrance, Gateway, TargetPort};
use crate::place::{Loss, Problem};

/// The group of the Gateway API.
const GATEWAY: &str = "gateway.networking.k8s.io";

/// The annotation that named the class of an Ingress before there was a field.
const CLASS: &str = "kubernetes.io/ingress.class";

/// Whether a kind is read here.
pub(super) fn is_known(group: &str, kind: &str) -> bool {
    match group {
        "networking.k8s.io" | "extensions" => kind == "Ingress",
        // Before there were groups a Route had none.
        "route.openshift.io" | "" => kind == "Route",
        GATEWAY => matches!(
            kind,
            "Gateway" | "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute" | "ReferenceGrant"
        ),
        _ => false,
    }
}

/// Entrances, until all that they need is known.
#[derive(Default)]
pub(super) struct Routes<'a> {
    documents: Vec<Document<'a>>,
    /// By namespace: who may lead to which services there.
    grants: FxHashMap<Text, Vec<Grant>>,
}

/// Routes of a kind and namespace may lead to a service, or to all.
struct Grant {
    kind: Text,
    namespace: Text,
    service: Option<Text>,
}

impl<'a> Routes<'a> {
    /// Notes an object of a kind that is known.
    pub(super) fn add(&mut self, document: Document<'a>) -> bool {
        if document.object.reference().kind == "ReferenceGrant" {
            self.grant(document);
        } else {
            self.documents.push(document);
        }
        true
    }

    fn grant(&mut self, document: Document<'a>) {
        let spec = document.object.cursor().get("spec");
        let to_service = |to: &Cursor<'_>| {
            to.get("group").str().unwrap_or_default().is_empty() && to.get("kind").str() == Some("Service")
        };
        let grants = self.grants.entry(document.namespace()).or_default();
        for from in spec.get("from").items().filter(|from| from.get("group").str() == Some(GATEWAY)) {
            for to in spec.get("to").items().filter(to_service) {
                grants.push(Grant {
                    kind: text(&from.get("kind")),
                    namespace: text(&from.get("namespace")),
                    service: to.get("name").str().filter(|name| !name.is_empty()).map(Text::new),
                });
            }
        }
    }

    /// Reads all of them.
    pub(super) fn read(mut self, cluster: &mut Cluster, problems: &mut Vec<Problem>) {
        latest(&mut self.documents, |document| {
            let reference = document.object.reference();
            (document.namespace(), reference.kind.clone(), reference.name.clone())
        });
        for &document in &self.documents {
            match document.object.reference().kind.as_str() {
                "Gateway" => cluster.gateways.push(gateway(document, problems)),
                "Ingress" => cluster.entrances.push(ingress(document, problems)),
                "Route" => cluster.entrances.push(openshift(document, problems)),
                _ => cluster.entrances.extend(self.route(document, problems)),
            }
        }
    }

    /// A route of the Gateway API; `None` where nothing comes in by it.
    fn route(&self, document: Document<'a>, problems: &mut Vec<Problem>) -> Option<Entrance> {
        let spec = document.object.cursor().get("spec");
        let mut entrance = entrance(document);
        let parents_at = spec.get("parentRefs");
        let mut parents = 0;
        for parent in parents_at.items() {
            parents += 1;
            // A Service as parent is for traffic inside the cluster.
            if matches!(parent.get("kind").str(), None | Some("Gateway")) {
                let namespace = parent.get("namespace").str().map_or(entrance.namespace.clone(), Text::new);
                let name = parent.get("name").str().unwrap_or_default();
                entrance.through.push(Text::from(format!("{namespace}/{name}")));
            }
        }
        if parents == 0 {
            let message = format!("the {} names no Gateway, so nothing comes in by it", entrance.kind);
            problems.push(document.problem(&parents_at, message, Loss::Nothing));
        }
        if entrance.through.is_empty() {
            return None;
        }
        entrance.hosts = hosts(spec.get("hostnames").items());
        for rule in spec.get("rules").items() {
            let mirrors =
                rule.get("filters").items().map(|filter| filter.at(&["requestMirror", "backendRef"]));
            for at in rule.get("backendRefs").items().chain(mirrors.filter(Cursor::is_set)) {
                let is_service = at.get("group").str().unwrap_or_default().is_empty()
                    && matches!(at.get("kind").str(), None | Some("Service"));
                if !is_service || at.get("weight").int() == Some(0) {
                    continue;
                }
                let namespace = at.get("namespace").str().map_or(entrance.namespace.clone(), Text::new);
                let service = text(&at.get("name"));
                if namespace != entrance.namespace && !self.is_granted(&entrance, &namespace, &service) {
                    let message = format!(
                        "no ReferenceGrant in {namespace} lets a {} of {} lead to Service {service}: it does not",
                        entrance.kind, entrance.namespace
                    );
                    problems.push(document.problem(&at, message, Loss::Part));
                    continue;
                }
                let port = document.port(&at.get("port"), problems).map(TargetPort::Number);
                add(&mut entrance, Backend { namespace, service, port, place: document.place(&at) });
            }
        }
        Some(entrance)
    }

    fn is_granted(&self, entrance: &Entrance, namespace: &Text, service: &Text) -> bool {
        self.grants.get(namespace).into_iter().flatten().any(|grant| {
            grant.kind == entrance.kind
                && grant.namespace == entrance.namespace
                && grant.service.as_ref().is_none_or(|name| name == service)
        })
    }
}

fn entrance(document: Document<'_>) -> Entrance {
    let reference = document.object.reference();
    Entrance {
        kind: reference.kind.clone(),
        namespace: document.namespace(),
        name: reference.name.clone(),
        place: document.place(&document.object.cursor()),
        ..Entrance::default()
    }
}

fn text(at: &Cursor<'_>) -> Text {
    at.str().map(Text::new).unwrap_or_default()
}

fn hosts<'a>(items: impl Iterator<Item = Cursor<'a>>) -> Vec<Text> {
    let mut hosts: Vec<Text> = items.map(|item| text(&item)).filter(|host| !host.is_empty()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// Adds a backend unless it is there.
fn add(entrance: &mut Entrance, backend: Backend) {
    let is_same = |known: &Backend| {
        (&known.namespace, &known.service, &known.port)
            == (&backend.namespace, &backend.service, &backend.port)
    };
    if !entrance.backends.iter().any(is_same) {
        entrance.backends.push(backend);
    }
}

fn gateway(document: Document<'_>, problems: &mut Vec<Problem>) -> Gateway {
    let root = document.object.cursor();
    let mut addresses = Vec::new();
    for list in [root.at(&["spec", "addresses"]), root.at(&["status", "addresses"])] {
        for item in list.items() {
            if matches!(item.get("type").str(), None | Some("IPAddress")) {
                addresses.extend(document.address(&item.get("value"), problems));
            }
        }
    }
    addresses.sort_unstable();
    addresses.dedup();
    Gateway {
        namespace: document.namespace(),
        name: document.object.reference().name.clone(),
        class: text(&root.at(&["spec", "gatewayClassName"])),
        addresses,
        place: document.place(&root),
    }
}

fn ingress(document: Document<'_>, problems: &mut Vec<Problem>) -> Entrance {
    let root = document.object.cursor();
    let spec = root.get("spec");
    let mut entrance = entrance(document);
    entrance.hosts = hosts(spec.get("rules").items().map(|rule| rule.get("host")));
    let class = [spec.get("ingressClassName"), root.at(&["metadata", "annotations", CLASS])];
    entrance.through = class.iter().map(text).find(|class| !class.is_empty()).into_iter().collect();
    let rules = spec.get("rules");
    let paths = rules.items().flat_map(|rule| rule.at(&["http", "paths"]).items());
    // The name of the default backend was another one before v1.
    let defaults = [spec.get("defaultBackend"), spec.get("backend")];
    for at in defaults.into_iter().chain(paths.map(|path| path.get("backend"))).filter(Cursor::is_set) {
        let service = at.get("service");
        let (name_at, port) = if service.is_set() {
            let named = service.at(&["port", "name"]).str().filter(|name| !name.is_empty());
            let port = match named {
                Some(name) => Some(TargetPort::Name(Text::new(name))),
                None => document.port(&service.at(&["port", "number"]), problems).map(TargetPort::Number),
            };
            (service.get("name"), port)
        } else if at.get("serviceName").is_set() {
            (at.get("serviceName"), either(document, &at.get("servicePort"), problems))
        } else {
            if !at.get("resource").is_set() {
                let message = "a backend that is neither a service nor a resource leads nowhere";
                problems.push(document.problem(&at, message, Loss::Part));
            }
            continue;
        };
        let service = text(&name_at);
        let namespace = entrance.namespace.clone();
        add(&mut entrance, Backend { namespace, service, port, place: document.place(&at) });
    }
    entrance
}

fn openshift(document: Document<'_>, problems: &mut Vec<Problem>) -> Entrance {
    let spec = document.object.cursor().get("spec");
    let mut entrance = entrance(document);
    entrance.hosts = hosts([spec.get("host")].into_iter());
    let port = either(document, &spec.at(&["port", "targetPort"]), problems);
    for at in [spec.get("to")].into_iter().chain(spec.get("alternateBackends").items()).filter(Cursor::is_set)
    {
        let kind = at.get("kind");
        if !matches!(kind.str(), None | Some("" | "Service")) {
            let message =
                format!("a Route leads to services alone, and {} is none: it leads nowhere", shown(&kind));
            problems.push(document.problem(&kind, message, Loss::Part));
            continue;
        }
        let (namespace, service) = (entrance.namespace.clone(), text(&at.get("name")));
        add(&mut entrance, Backend { namespace, service, port: port.clone(), place: document.place(&at) });
    }
    entrance
}

/// A port by number or name; zero and an empty name are what an absent one becomes.
fn either<'a>(document: Document<'a>, at: &Cursor<'a>, problems: &mut Vec<Problem>) -> Option<TargetPort> {
    match at.node().map(|node| (node.as_str(), node.as_i64())) {
        None | Some((Some(""), _) | (None, Some(0))) => None,
        Some((Some(name), _)) => Some(TargetPort::Name(Text::new(name))),
        Some((None, _)) => document.port(at, problems).map(TargetPort::Number),
    }
}
