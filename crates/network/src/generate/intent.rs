//! What manifests say of who calls whom: services with what names them, ways in from outside, webhooks, metrics.

mod platform;
mod policies;
mod text;
mod tiers;

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::{Object, Pod, PodTemplates};
use ironsides_tree::{Cursor, Text};

use crate::cluster::{Cluster, Service};
use crate::flow::Who;
use crate::flow::resolve::behind;
use crate::generate::{Caller, Intent, Note, NoteKind};
use crate::kinds::Policies;
use crate::port::{Protocol, Traffic};
pub use policies::named_by_policies;
use text::{Mention, mentions};

/// Finds the connections that manifests intend. `objects` are those that the cluster and the policies were read from.
pub fn intents(
    objects: &[Object],
    templates: &PodTemplates,
    cluster: &Cluster,
    policies: &Policies,
) -> (Vec<Intent>, Vec<Note>) {
    let mut finder = Finder::new(objects, cluster);
    for object in objects {
        if let Some(pod) = Pod::of(object, templates) {
            finder.pod(object, &pod);
        }
        finder.webhooks(object);
        finder.monitors(object);
    }
    finder.entrances();
    finder.policies(policies);
    finder.tiers();
    let Finder { mut found, notes, .. } = finder;
    found.sort_by(|a, b| (&a.why, &a.to, a.traffic).cmp(&(&b.why, &b.to, b.traffic)));
    found.dedup();
    (found, notes.into_iter().collect())
}

struct Finder<'a> {
    cluster: &'a Cluster,
    /// The data of each ConfigMap, by namespace and name.
    configs: BTreeMap<(&'a str, &'a str), Vec<(&'a str, &'a str)>>,
    /// Names under which the cluster itself is reached from outside.
    own_hosts: BTreeSet<&'a str>,
    found: Vec<Intent>,
    notes: BTreeSet<Note>,
}

/// The namespace of an object.
fn namespace_of(object: &Object) -> &str {
    object.reference().namespace.as_deref().unwrap_or("default")
}

impl<'a> Finder<'a> {
    fn new(objects: &'a [Object], cluster: &'a Cluster) -> Self {
        let mut configs = BTreeMap::new();
        for object in objects.iter().filter(|object| object.reference().kind == "ConfigMap") {
            let data = object.root.get("data").map(Cursor::root);
            let entries = data.into_iter().flat_map(|data| {
                let texts = data.entries().filter_map(|(key, value)| Some((key, value.str()?)));
                texts.collect::<Vec<_>>()
            });
            configs.insert((namespace_of(object), object.reference().name.as_str()), entries.collect());
        }
        let hosts = cluster.entrances.iter().flat_map(|entrance| &entrance.hosts);
        Self {
            cluster,
            configs,
            own_hosts: hosts.map(Text::as_str).collect(),
            found: Vec::new(),
            notes: BTreeSet::new(),
        }
    }

    fn note(&mut self, kind: NoteKind, text: String) {
        self.notes.insert(Note { kind, text });
    }

    fn add(&mut self, from: Caller, to: Who, traffic: Traffic, why: &str) {
        self.found.push(Intent { from, to, traffic, why: Text::new(why) });
    }

    /// The pods that were read out of an object.
    fn pods_of(&self, object: &Object) -> Vec<u32> {
        let reference = object.reference();
        let namespace = namespace_of(object);
        let is = |pod: &crate::cluster::Pod| {
            pod.namespace == namespace
                && ((pod.workload == reference.name && pod.workload_kind == reference.kind)
                    || (reference.kind == "Pod" && pod.name == reference.name))
        };
        (0..).zip(&self.cluster.pods).filter(|(_, pod)| is(pod)).map(|(at, _)| at).collect()
    }

    /// What the environment, the arguments and the configuration of a pod name.
    fn pod(&mut self, object: &'a Object, pod: &Pod<'a>) {
        let pods = self.pods_of(object);
        if pods.is_empty() {
            return;
        }
        let namespace = namespace_of(object);
        let name = format!("{namespace}/{}", object.reference().name);
        self.annotations(pod, &pods, &name);
        let mut texts: Vec<(String, &'a str, &'a str)> = Vec::new();
        for container in pod.containers() {
            let variables: Vec<(&str, &str)> = self.environment(&container.at, namespace);
            for (variable, value) in &variables {
                texts.push((format!("{variable} of {name}"), variable, value));
            }
            for field in ["command", "args"] {
                let words = container.get(field).items().filter_map(|item| item.str());
                texts.extend(words.map(|word| (format!("an argument of {name}"), "", word)));
            }
            for (variable, value) in &variables {
                self.pair(&variables, variable, value, &pods, namespace, &name);
            }
        }
        for volume in pod.spec().get("volumes").items() {
            let plain = volume.at(&["configMap", "name"]).str();
            let projected = volume.at(&["projected", "sources"]).items();
            let projected: Vec<&str> =
                projected.filter_map(|source| source.at(&["configMap", "name"]).str()).collect();
            for config in plain.into_iter().chain(projected) {
                for &(file, text) in self.configs.get(&(namespace, config)).into_iter().flatten() {
                    texts.push((format!("{file} of ConfigMap {namespace}/{config} in {name}"), "", text));
                }
            }
        }
        for (why, variable, text) in texts {
            for mention in mentions(variable, text) {
                self.mention(&mention, &pods, namespace, &why);
            }
        }
    }

    /// The variables of a container, with the values that a ConfigMap gives them.
    fn environment(&self, container: &Cursor<'a>, namespace: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut variables = Vec::new();
        for item in container.get("envFrom").items() {
            let Some(config) = item.at(&["configMapRef", "name"]).str() else { continue };
            variables.extend(self.configs.get(&(namespace, config)).into_iter().flatten().copied());
        }
        for item in container.get("env").items() {
            let Some(name) = item.get("name").str() else { continue };
            let reference = item.at(&["valueFrom", "configMapKeyRef"]);
            let referred =
                reference.get("name").str().zip(reference.get("key").str()).and_then(|(config, key)| {
                    let entries = self.configs.get(&(namespace, config))?;
                    entries.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
                });
            variables.extend(item.get("value").str().or(referred).map(|value| (name, value)));
        }
        variables
    }

    /// `X_HOST` with its `X_PORT`.
    fn pair(
        &mut self,
        variables: &[(&str, &str)],
        variable: &str,
        value: &str,
        pods: &[u32],
        namespace: &str,
        name: &str,
    ) {
        let ends = ["_HOST", "_HOSTNAME", "_ADDR", "_ADDRESS", "_SERVICE", "_SERVER", "_SERVICE_HOST"];
        let Some(stem) = ends.iter().find_map(|end| variable.strip_suffix(end)) else { return };
        let port = variables.iter().find(|(other, _)| {
            other.strip_prefix(stem).is_some_and(|rest| matches!(rest, "_PORT" | "_SERVICE_PORT"))
        });
        let Some(port) = port.and_then(|(_, port)| port.parse().ok()) else { return };
        if value.contains([':', '/', ' ', ',']) {
            return;
        }
        let mention =
            Mention { host: value.to_ascii_lowercase(), port: Some(port), scheme: String::new(), sure: true };
        self.mention(&mention, pods, namespace, &format!("{variable} of {name}"));
    }

    /// A name in a text: of a service, or of something outside.
    fn mention(&mut self, mention: &Mention, pods: &[u32], namespace: &str, why: &str) {
        let from = Caller::Who(Who::Pods(pods.to_vec()));
        if let Some(service) = self.service(mention, namespace) {
            let ports = self.ports(service, mention);
            if ports.is_empty() {
                let asked = mention.port.unwrap_or_default();
                let text = format!(
                    "{why} names port {asked} of service {}/{}, which has none such",
                    service.namespace, service.name
                );
                self.note(NoteKind::Remark, text);
            }
            for (to, traffic) in ports {
                if to != Who::Pods(pods.to_vec()) {
                    self.add(from.clone(), to, traffic, why);
                }
            }
            return;
        }
        let Some(port) = mention.port.or_else(|| text::default_port(&mention.scheme)) else { return };
        let traffic = Traffic::tcp(port);
        if let Ok(address) = mention.host.parse::<std::net::IpAddr>() {
            if !address.is_loopback() && !address.is_unspecified() {
                self.add(from, Who::Address(address), traffic, why);
            }
            return;
        }
        let is_own = self.own_hosts.contains(mention.host.as_str());
        if mention.is_outside() && !is_own {
            self.add(from, Who::Name(Text::new(&mention.host)), traffic, why);
        } else if mention.is_of_cluster() {
            let text = format!("{why} names {}, and no such service was read", mention.host);
            self.note(NoteKind::Remark, text);
        }
    }

    /// The service that a name is of: `cart` in its own namespace, `cart.shop`, `cart.shop.svc…`, `db-0.db.data.svc…`.
    fn service(&self, mention: &Mention, namespace: &str) -> Option<&'a Service> {
        let parts: Vec<&str> = mention.host.split('.').collect();
        let find = |namespace: &str, name: &str| {
            self.cluster
                .services
                .iter()
                .find(|service| service.namespace == namespace && service.name == name)
        };
        match parts.as_slice() {
            [name] if mention.sure => find(namespace, name),
            [name, own] | [name, own, "svc", ..] | [_, name, own, "svc", ..] => find(own, name),
            _ => None,
        }
    }

    /// What a port of a service leads to; all its ports where none is told.
    fn ports(&self, service: &'a Service, mention: &Mention) -> Vec<(Who, Traffic)> {
        let wanted = mention.port.or_else(|| {
            let usual = text::default_port(&mention.scheme)?;
            service.ports.iter().any(|port| port.port == usual).then_some(usual)
        });
        let mut found = Vec::new();
        for port in &service.ports {
            if wanted.is_none_or(|wanted| wanted == port.port) {
                found.extend(self.behind(service, Traffic { protocol: port.protocol, port: port.port }));
            }
        }
        // Any port of what is behind a headless service can be meant, and of a name that a service stands for.
        let is_direct = service.headless || service.external_name.is_some();
        let wanted = wanted.or_else(|| text::default_port(&mention.scheme));
        if let (true, Some(port)) = (found.is_empty() && is_direct, wanted) {
            found = self.behind(service, Traffic { protocol: Protocol::Tcp, port });
        }
        found
    }

    /// The pods behind a port of a service, with the ports on which they listen.
    fn behind(&self, service: &'a Service, traffic: Traffic) -> Vec<(Who, Traffic)> {
        behind(self.cluster, service, traffic)
    }
}
