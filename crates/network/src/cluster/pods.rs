//! Pods, and what stands for the pods of workloads.

use ironsides_core::{ContainerKind, Object, Pod as Written, PodTemplates};
use ironsides_tree::{Cursor, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use super::read::{Document, latest};
use super::{ContainerPort, HostPort, Owner, Pod};
use crate::place::{Loss, Problem};

/// The label by which a Deployment tells the pods of its replica sets apart: names of these end with it.
const TEMPLATE_HASH: &str = "pod-template-hash";

/// How many owners are followed: CronJob, Job, Pod are three.
const OWNERS: usize = 8;

/// Namespace, kind and name.
type Name = (Text, Text, Text);

/// What holds pods, until all of it is known.
pub(super) struct Workloads<'a> {
    templates: &'a PodTemplates,
    pods: Vec<Document<'a>>,
    makers: Vec<Document<'a>>,
    counting: Counting,
}

/// What counts as something that can talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// What runs, and every workload of which nothing does.
    Once,
    /// Whatever is written, by itself: finished pods, and workloads beside what they have made.
    AsWritten,
}

impl<'a> Workloads<'a> {
    /// Nothing yet.
    pub(super) fn new(templates: &'a PodTemplates, counting: Counting) -> Self {
        Self { templates, pods: Vec::new(), makers: Vec::new(), counting }
    }

    /// Notes an object, if it holds a pod.
    pub(super) fn add(&mut self, document: Document<'a>) -> bool {
        let reference = document.object.reference();
        // What makes no pods but keeps the template of some.
        let makes_none =
            matches!(reference.kind.as_str(), "PodTemplate" | "SandboxTemplate" | "ControllerRevision");
        if makes_none || !Written::is_in(document.object, self.templates) {
            return false;
        }
        let list = if reference.kind == "Pod" { &mut self.pods } else { &mut self.makers };
        list.push(document);
        true
    }

    /// Every pod and workload that counts, pods first; and those that have come to their end.
    pub(super) fn pods(mut self, problems: &mut Vec<Problem>) -> (Vec<Pod>, Vec<Pod>) {
        let as_written = self.counting == Counting::AsWritten;
        latest(&mut self.pods, name_of);
        latest(&mut self.makers, name_of);
        let known: FxHashMap<Name, Document<'a>> =
            self.makers.iter().map(|&document| (name_of(&document), document)).collect();
        let owners = Owners { templates: self.templates, known };

        let mut found = Vec::with_capacity(self.pods.len() + self.makers.len());
        let mut finished = Vec::new();
        for &document in &self.pods {
            if as_written || !has_ended(document.object) {
                found.extend(self.pod(document, &owners, problems));
            } else {
                // What is wrong with what is over is nobody's concern.
                finished.extend(self.pod(document, &owners, &mut Vec::new()));
            }
        }
        let top = |pod: &Pod| (pod.namespace.clone(), pod.workload_kind.clone(), pod.workload.clone());
        let running: FxHashSet<Name> = found.iter().map(top).collect();
        let mut templates: Vec<Pod> = Vec::new();
        for &document in &self.makers {
            // What has an owner that was read, too, is one of its revisions or runs.
            if as_written || !owners.has_known(document) && !has_ended(document.object) {
                templates.extend(self.pod(document, &owners, problems));
            } else if !owners.has_known(document) {
                finished.extend(self.pod(document, &owners, &mut Vec::new()));
            }
        }
        if as_written {
            found.append(&mut templates);
            return (found, finished);
        }
        templates.retain(|pod| !running.contains(&top(pod)));
        // Of a workload that was not read itself there may be several revisions: those with pods count.
        let scaled: FxHashSet<Name> = templates.iter().filter(|pod| pod.replicas > 0).map(top).collect();
        templates.retain(|pod| pod.replicas > 0 || !scaled.contains(&top(pod)));
        found.append(&mut templates);
        (found, finished)
    }

    fn pod(&self, document: Document<'a>, owners: &Owners<'a>, problems: &mut Vec<Problem>) -> Option<Pod> {
        let written = Written::of(document.object, self.templates)?;
        let reference = document.object.reference();
        if reference.name.is_empty() {
            let message = format!("a {} without a name: it is left out", reference.kind);
            problems.push(document.problem(written.place(), message, Loss::Part));
            return None;
        }
        let namespace = document.namespace();
        let (root, spec) = (document.object.cursor(), written.spec());
        let labels = document.labels(&written.metadata().get("labels"), problems);
        let (workload_kind, workload) = owners.top(document, labels.get(TEMPLATE_HASH).map(Text::as_str));
        let live = reference.kind == "Pod";
        let maker = if live {
            controller(&root).map(|at| owner_of(&at)).filter(|owner| owner.kind != "Node")
        } else {
            Some(Owner { kind: reference.kind.clone(), name: reference.name.clone() })
        };
        let owner = maker.filter(|owner| (&owner.kind, &owner.name) != (&workload_kind, &workload));
        let mut pod = Pod {
            name: reference.name.clone(),
            workload_kind,
            workload,
            owner,
            labels,
            service_account: ["serviceAccountName", "serviceAccount"]
                .into_iter()
                .find_map(|field| spec.get(field).str().filter(|name| !name.is_empty()))
                .map_or(Text::new_static("default"), Text::new),
            node: spec.get("nodeName").str().filter(|name| !name.is_empty()).map(Text::new),
            host_network: spec.get("hostNetwork").is(true),
            replicas: if live { 1 } else { replicas(document) },
            live,
            place: document.place(written.place()),
            namespace,
            ..Pod::default()
        };
        let status = root.get("status");
        let addresses = status.get("podIPs").items().map(|item| item.get("ip"));
        for at in addresses.chain([status.get("podIP")]).filter(|_| live) {
            pod.addresses.extend(document.address(&at, problems));
        }
        pod.addresses.sort_unstable();
        pod.addresses.dedup();
        for container in written.containers() {
            // Init containers are gone when a pod can be reached, but for those that stay.
            let stays = container.is_sidecar() && self.counting == Counting::Once;
            if container.kind == ContainerKind::Regular || stays {
                ports(document, &container.get("ports"), &mut pod, problems);
            }
        }
        Some(pod)
    }
}

fn name_of(document: &Document<'_>) -> Name {
    let reference = document.object.reference();
    (document.namespace(), reference.kind.clone(), reference.name.clone())
}

/// Who made what.
struct Owners<'a> {
    templates: &'a PodTemplates,
    known: FxHashMap<Name, Document<'a>>,
}

impl<'a> Owners<'a> {
    /// Kind and name of the workload at the top: the last owner that makes pods, or whatever made the pod itself.
    /// `hash` is the label that tells the replica sets of a Deployment apart.
    fn top(&self, document: Document<'a>, hash: Option<&str>) -> (Text, Text) {
        let reference = document.object.reference();
        let mut top = (reference.kind.clone(), reference.name.clone());
        let mut next = Some(document);
        for step in 0..OWNERS {
            let Some(at) = next.and_then(|document| controller(&document.object.cursor())) else { break };
            let owner = owner_of(&at);
            let is_workload = self.makes_pods(at.get("apiVersion").str().unwrap_or_default(), &owner.kind);
            let is_first =
                step == 0 && reference.kind == "Pod" && !owner.kind.is_empty() && owner.kind != "Node";
            if owner.name.is_empty() || !is_workload && !is_first {
                break;
            }
            next = self.known.get(&(document.namespace(), owner.kind.clone(), owner.name.clone())).copied();
            top = (owner.kind, owner.name);
        }
        // Nobody but a Deployment makes ReplicaSets whose names end so.
        if next.is_none() && top.0 == "ReplicaSet" {
            let of = hash.and_then(|hash| top.1.strip_suffix(hash)).and_then(|name| name.strip_suffix('-'));
            if let Some(deployment) = of.filter(|name| !name.is_empty()) {
                return (Text::new_static("Deployment"), Text::new(deployment));
            }
        }
        top
    }

    /// Whether the owner of an object was read and makes pods.
    fn has_known(&self, document: Document<'a>) -> bool {
        controller(&document.object.cursor())
            .map(|at| owner_of(&at))
            .is_some_and(|owner| self.known.contains_key(&(document.namespace(), owner.kind, owner.name)))
    }

    fn makes_pods(&self, api_version: &str, kind: &str) -> bool {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        ironsides_schema::pod_template(api_version, kind).is_some()
            || self.templates.kinds().any(|known| known == (group, kind))
    }
}

/// The owner that controls an object.
fn controller<'a>(root: &Cursor<'a>) -> Option<Cursor<'a>> {
    root.at(&["metadata", "ownerReferences"]).items().find(|owner| owner.get("controller").is(true))
}

fn owner_of(at: &Cursor<'_>) -> Owner {
    let text = |field| at.get(field).str().map(Text::new).unwrap_or_default();
    Owner { kind: text("kind"), name: text("name") }
}

/// How many pods a workload asks for.
fn replicas(document: Document<'_>) -> u32 {
    let root = document.object.cursor();
    let at = match document.object.reference().kind.as_str() {
        "Job" => root.at(&["spec", "parallelism"]),
        "CronJob" => root.at(&["spec", "jobTemplate", "spec", "parallelism"]),
        "DaemonSet" => root.at(&["status", "desiredNumberScheduled"]),
        _ => root.at(&["spec", "replicas"]),
    };
    at.int().and_then(|number| u32::try_from(number).ok()).unwrap_or(1)
}

/// Whether what an object stands for has come to its end: a Pod that succeeded or failed, a Job that is complete or failed.
/// It has no address any more.
pub fn has_ended(object: &Object) -> bool {
    let status = object.cursor().get("status");
    let is_end = |condition: Cursor<'_>| {
        matches!(condition.get("type").str(), Some("Complete" | "Failed"))
            && condition.get("status").str() == Some("True")
    };
    match object.reference().kind.as_str() {
        "Pod" => matches!(status.get("phase").str(), Some("Succeeded" | "Failed")),
        "Job" => status.get("conditions").items().any(is_end),
        _ => false,
    }
}

fn ports<'a>(document: Document<'a>, list: &Cursor<'a>, pod: &mut Pod, problems: &mut Vec<Problem>) {
    for at in list.items() {
        let number_at = at.get("containerPort");
        if !number_at.is_set() {
            problems.push(document.problem(&at, "a port without containerPort: it is left out", Loss::Part));
        }
        let protocol = document.protocol(&at.get("protocol"), problems);
        let (Some(number), Some(protocol)) = (document.port(&number_at, problems), protocol) else {
            continue;
        };
        let name = at.get("name").str().filter(|name| !name.is_empty()).map(Text::new);
        pod.ports.push(ContainerPort { name, number, protocol });
        let host_at = at.get("hostPort");
        // Zero is what an absent value becomes.
        if host_at.int() != Some(0)
            && let Some(host) = document.port(&host_at, problems)
        {
            pod.host_ports.push(HostPort { protocol, host, number });
        }
    }
}
