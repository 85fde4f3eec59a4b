//! Documents to a cluster.

use std::borrow::Cow;
use std::hash::Hash;
use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_core::{Object, PodTemplates};
use ironsides_tree::{Cursor, Node, Text};
use rustc_hash::FxHashMap;

use super::pods::{Counting, Workloads};
use super::{Cluster, Labels, Namespace, endpoints, entrances, groups, services};
use crate::address;
use crate::place::{Loss, Place, Problem};
use crate::port::Protocol;

/// The label that the API server gives every namespace, with its name.
pub(super) const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

impl Cluster {
    /// Reads what can talk out of objects; what is no part of that (policies among it) is passed over. `templates` says
    /// where pods stand in kinds that are not built in.
    ///
    /// Places count documents in the order of `objects`. Of objects that are written twice the last counts. Whatever is
    /// malformed is told and left out, the rest stays.
    pub fn read<'a>(
        objects: impl IntoIterator<Item = &'a Object>,
        templates: &PodTemplates,
    ) -> (Self, Vec<Problem>) {
        // Virtual machines are pods to the network; nothing else of a pod is in them.
        let mut templates = templates.clone();
        templates.add("kubevirt.io", "VirtualMachine", "spec.template");
        templates.add("kubevirt.io", "VirtualMachineInstance", "");
        Self::counted(objects, &templates, Counting::Once)
    }

    /// Reads what can talk as netpol-analyzer does: every pod and every workload of a kind that it knows, finished or
    /// not, also beside what they have made; ports of containers alone.
    pub fn read_as_written<'a>(objects: impl IntoIterator<Item = &'a Object>) -> (Self, Vec<Problem>) {
        let mut templates = PodTemplates::default();
        let foreign = templates.clone();
        let is_known = |object: &&Object| {
            let reference = object.reference();
            !foreign.kinds().any(|kind| kind == (reference.group(), reference.kind.as_str()))
        };
        templates.add("kubevirt.io", "VirtualMachine", "spec.template");
        Self::counted(objects.into_iter().filter(is_known), &templates, Counting::AsWritten)
    }

    fn counted<'a>(
        objects: impl IntoIterator<Item = &'a Object>,
        templates: &PodTemplates,
        counting: Counting,
    ) -> (Self, Vec<Problem>) {
        let objects = unfold(objects);
        let mut cluster = Self::default();
        let mut problems = Vec::new();
        let mut workloads = Workloads::new(templates, counting);
        let mut endpoints = endpoints::Endpoints::default();
        let mut routes = entrances::Routes::default();
        for (number, object) in &objects {
            let document = Document { number: *number, object };
            let reference = object.reference();
            if let Some(problem) = document.misnamed() {
                problems.push(problem);
                continue;
            }
            let in_namespace = match (reference.group(), reference.kind.as_str()) {
                ("", "Namespace") => namespace(&mut cluster, document, &mut problems),
                ("", "Node") => groups::node(&mut cluster, document, &mut problems),
                ("", "Service") => services::service(&mut cluster, document, &mut problems),
                ("", "Endpoints") => endpoints.endpoints(document, &mut problems),
                ("discovery.k8s.io", "EndpointSlice") => endpoints.slice(document, &mut problems),
                ("cilium.io", "CiliumCIDRGroup") => {
                    groups::blocks(&mut cluster, document, &["spec", "externalCIDRs"], &mut problems)
                }
                ("projectcalico.org" | "crd.projectcalico.org", "NetworkSet" | "GlobalNetworkSet") => {
                    groups::blocks(&mut cluster, document, &["spec", "nets"], &mut problems)
                }
                (group, kind) if entrances::is_known(group, kind) => routes.add(document),
                _ => workloads.add(document) || is_in_namespace(object),
            };
            if in_namespace {
                cluster.add_namespace(&document.namespace());
            }
        }
        latest(&mut cluster.nodes, |node| node.name.clone());
        latest(&mut cluster.services, |service| (service.namespace.clone(), service.name.clone()));
        latest(&mut cluster.address_groups, |group| {
            (group.kind.clone(), group.namespace.clone(), group.name.clone())
        });
        (cluster.pods, cluster.finished) = workloads.pods(&mut problems);
        routes.read(&mut cluster, &mut problems);
        endpoints.give_to(&mut cluster, &mut problems);
        problems.sort_by_key(|problem| problem.place.document);
        (cluster, problems)
    }
}

/// The objects, with those of lists that nobody has taken apart, each with the number of its document.
fn unfold<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<(u32, Cow<'a, Object>)> {
    let mut unfolded = Vec::new();
    for (number, object) in (0..).zip(objects) {
        let items = object.root.get("items").filter(|_| object.reference().kind.ends_with("List"));
        match items {
            None => unfolded.push((number, Cow::Borrowed(object))),
            Some(_) => unfolded.extend(
                ironsides_tree::items(&object.root)
                    .into_iter()
                    .map(|root| (number, Cow::Owned(Object::new(root, object.origin.clone(), Vec::new())))),
            ),
        }
    }
    unfolded
}

/// Leaves of things that have the same name the last.
pub(super) fn latest<T, K: Eq + Hash>(things: &mut Vec<T>, name: impl Fn(&T) -> K) {
    let mut last = FxHashMap::default();
    for (at, thing) in things.iter().enumerate() {
        last.insert(name(thing), at);
    }
    if last.len() < things.len() {
        let mut at = 0..;
        things.retain(|thing| last.get(&name(thing)).copied() == at.next());
    }
}

/// Whether an object of a kind that is not read here names a namespace that must be there.
fn is_in_namespace(object: &Object) -> bool {
    object.reference().namespace.is_some() && object.kind().is_none_or(|kind| kind.namespaced)
}

impl Cluster {
    /// Adds a namespace unless it is there, with the label that the API server writes.
    pub(crate) fn add_namespace(&mut self, name: &Text) {
        if !self.namespaces.contains_key(name) {
            self.namespaces.insert(name.clone(), bare(name));
        }
    }
}

/// A namespace that nobody has declared.
fn bare(name: &Text) -> Namespace {
    let labels = Labels::from([(Text::new_static(NAMESPACE_NAME), name.clone())]);
    Namespace { labels, place: None }
}

fn namespace(cluster: &mut Cluster, document: Document<'_>, problems: &mut Vec<Problem>) -> bool {
    let name = document.object.reference().name.clone();
    let root = document.object.cursor();
    if name.is_empty() {
        problems.push(document.problem(&root, "a namespace without a name", Loss::Part));
        return false;
    }
    let mut labels = document.labels(&root.at(&["metadata", "labels"]), problems);
    labels.insert(Text::new_static(NAMESPACE_NAME), name.clone());
    let place = Some(document.place(&root));
    cluster.namespaces.insert(name, Namespace { labels, place });
    false
}

/// An object with the number of its document.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) number: u32,
    pub(super) object: &'a Object,
}

impl<'a> Document<'a> {
    pub(super) fn place(&self, at: &Cursor<'_>) -> Place {
        Place::of(self.number, at)
    }

    /// The namespace that the object is in: `default` where none is written.
    pub(super) fn namespace(&self) -> Text {
        self.object.reference().namespace.clone().unwrap_or(Text::new_static("default"))
    }

    /// What is wrong with its name or its namespace, if one is no string: the API server refuses it then. Policies say so
    /// themselves.
    fn misnamed(&self) -> Option<Problem> {
        if self.object.reference().kind.ends_with("Policy") {
            return None;
        }
        let root = self.object.cursor();
        let wrong = ["name", "namespace"].into_iter().find_map(|field| {
            let at = root.at(&["metadata", field]);
            at.node().is_some_and(|node| node.as_str().is_none()).then_some((field, at))
        });
        let (field, at) = wrong?;
        let message = format!(
            "the {field} is no string (quote it): the API server refuses the object, and it is left out"
        );
        Some(self.problem(&at, message, Loss::Part))
    }

    pub(super) fn problem(&self, at: &Cursor<'_>, message: impl Into<String>, loss: Loss) -> Problem {
        Problem { place: self.place(at), message: message.into(), loss }
    }

    /// The labels of a map; null is an empty text, as it is for the API server.
    pub(super) fn labels(&self, at: &Cursor<'a>, problems: &mut Vec<Problem>) -> Labels {
        let map = at.node().and_then(Node::as_map);
        if map.is_none() && at.is_set() {
            problems.push(self.problem(at, "labels are a map of strings: none are read", Loss::Part));
        }
        let mut labels = Labels::new();
        for (key, value) in map.into_iter().flat_map(ironsides_tree::Map::iter) {
            match (value.as_str(), value.is_null()) {
                (Some(text), _) => labels.insert(Text::new(key), Text::new(text)),
                (None, true) => labels.insert(Text::new(key), Text::default()),
                (None, false) => {
                    let message = format!(
                        "label {key} is a {}, and the API server wants a string (quote it): it is left out",
                        value.shape()
                    );
                    problems.push(self.problem(&at.get(key), message, Loss::Part));
                    None
                }
            };
        }
        labels
    }

    /// The address that is written at a place, if one is.
    pub(super) fn address(&self, at: &Cursor<'a>, problems: &mut Vec<Problem>) -> Option<IpAddr> {
        let text = at.str().filter(|text| !text.is_empty())?;
        let address = text.parse().ok();
        if address.is_none() {
            let message = format!("{text:?} is no address: it is left out");
            problems.push(self.problem(at, message, Loss::Part));
        }
        address
    }

    /// The block that is written at a place.
    pub(super) fn block(&self, at: &Cursor<'a>, problems: &mut Vec<Problem>) -> Option<IpNet> {
        let block = at.str().and_then(address::block);
        if block.is_none() {
            let message = format!("{} is no block of addresses: it is left out", shown(at));
            problems.push(self.problem(at, message, Loss::Part));
        }
        block
    }

    /// The port that is written at a place, if one is.
    pub(super) fn port(&self, at: &Cursor<'a>, problems: &mut Vec<Problem>) -> Option<u16> {
        let number = at.node()?.as_i64();
        let port = number.and_then(|number| u16::try_from(number).ok()).filter(|&port| port > 0);
        if port.is_none() {
            let message = format!("{} is no port from 1 to 65535: it is left out", shown(at));
            problems.push(self.problem(at, message, Loss::Part));
        }
        port
    }

    /// The protocol that is written at a place: TCP where none is, `None` for one that there is not.
    pub(super) fn protocol(&self, at: &Cursor<'a>, problems: &mut Vec<Problem>) -> Option<Protocol> {
        match at.node().map(|node| node.as_str().unwrap_or_default()) {
            None | Some("TCP") => Some(Protocol::Tcp),
            Some("UDP") => Some(Protocol::Udp),
            Some("SCTP") => Some(Protocol::Sctp),
            Some(_) => {
                let message = format!("{} is none of TCP, UDP and SCTP: the port is left out", shown(at));
                problems.push(self.problem(at, message, Loss::Part));
                None
            }
        }
    }
}

/// What is written at a place, for messages.
pub(super) fn shown(at: &Cursor<'_>) -> String {
    match at.node() {
        None => "nothing".to_owned(),
        Some(node) => match (node.as_str(), node.as_i64()) {
            (Some(text), _) => format!("{text:?}"),
            (None, Some(number)) => number.to_string(),
            (None, None) => format!("a {}", node.shape()),
        },
    }
}
