//! What can talk and the policies that questions are about, with what is missing of them.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use ironsides_core::{Extent, Inventory, Object, Origin, PodTemplates};
use ironsides_network::error::NetworkError;
use ironsides_network::place::Problem as Wrong;
use ironsides_network::{Loss, PolicyName, Profile, State};
use ironsides_report::Problem;

use crate::args::network::{ProfileArg, ProfileArgs};
use crate::exit::{Exit, unread};
use crate::gather::{Place, Wanted, gather};
use crate::places::{self, Places};
use crate::say::Say;

/// The kinds that say who can talk, and who may.
const KINDS: [(&str, &str); 41] = [
    ("", "Endpoints"),
    ("", "Namespace"),
    ("", "Node"),
    ("", "Pod"),
    ("", "ReplicationController"),
    ("", "Service"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("cilium.io", "CiliumCIDRGroup"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "TCPRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.networking.k8s.io", "UDPRoute"),
    ("route.openshift.io", "Route"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkSet"),
    ("projectcalico.org", "HostEndpoint"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "NetworkSet"),
    ("projectcalico.org", "Tier"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkSet"),
    ("crd.projectcalico.org", "HostEndpoint"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "NetworkSet"),
    ("crd.projectcalico.org", "Tier"),
    // Cilium's settings.
    ("", "ConfigMap"),
];

/// Up to so many problems of one kind are told; `ironsides network lint` tells all.
const TOLD: usize = 8;

/// What was read of one place.
pub(crate) struct World {
    pub(crate) inventory: Inventory,
    pub(crate) state: State,
    /// What could not be read, in sentences. Answers may depend on it.
    pub(crate) gaps: Vec<String>,
    pub(crate) places: Places,
    /// Where it was read from, for people.
    pub(crate) source: String,
}

impl World {
    /// Reads a place; what cannot be read is told at once.
    pub(crate) fn read(place: &Place, say: &Say) -> Result<Self> {
        if let Place::Files(paths) = place {
            can_be_opened(paths)?;
        }
        // Custom resources in files may hold pods; of a cluster the pods themselves are there.
        let wanted = match place {
            Place::Files(_) => Wanted::All(&[]),
            Place::Facts(_) | Place::Cluster(_) => Wanted::Kinds(&KINDS),
        };
        let gathered = gather(place, wanted, say)?;
        let inventory = gathered.inventory;
        let gaps = if inventory.server().is_some() {
            missing(&inventory)
        } else {
            gathered.problems.iter().map(places::told).collect()
        };
        let state = State::read(inventory.objects(), &PodTemplates::default());
        Ok(Self { inventory, state, gaps, places: Places::default(), source: places::source(place) })
    }

    /// The same as the profile that was asked for reads it: netpol-analyzer counts whatever is written.
    pub(crate) fn read_for(mut self, args: &ProfileArgs) -> Self {
        if args.profile == ProfileArg::One(Profile::NpGuard) {
            self.state = State::read_as_written(self.inventory.objects());
        }
        self
    }

    /// Whether there is nothing that could be asked about.
    pub(crate) fn is_empty(&self) -> bool {
        let cluster = &self.state.cluster;
        cluster.pods.is_empty()
            && cluster.nodes.is_empty()
            && !self.state.has_policies()
            && self.gaps.is_empty()
    }

    /// Where something stands.
    pub(crate) fn place(&self, place: &ironsides_network::Place) -> places::Place {
        match self.inventory.objects().get(place.document as usize) {
            // A bundle of files tells the files and not the lines.
            Some(Object { origin: Origin::Api { request }, .. }) if self.inventory.server().is_none() => {
                places::Place::File(request.to_string(), None)
            }
            Some(object) => self.places.at(&self.inventory, object, place.span),
            None => places::Place::Cluster,
        }
    }

    /// Where a policy stands.
    pub(crate) fn policy_place(&self, name: &PolicyName) -> Option<places::Place> {
        let mut named = self.state.policies.named();
        named.find(|(known, _)| *known == name).map(|(_, place)| self.place(place))
    }

    /// Tells what is wrong with documents, whoever wrote of it, each once: what is lost first.
    pub(crate) fn tell_problems<'a>(&self, problems: impl IntoIterator<Item = &'a Wrong>, say: &Say) {
        let mut all: Vec<&Wrong> = problems.into_iter().collect();
        all.sort_by_key(|wrong| (std::cmp::Reverse(wrong.loss), wrong.place.clone(), wrong.message.clone()));
        all.dedup_by(|a, b| (&a.place, &a.message) == (&b.place, &b.message));
        let lost: Vec<&&Wrong> = all.iter().filter(|wrong| wrong.loss > Loss::Nothing).collect();
        for wrong in lost.iter().take(TOLD) {
            say.problem(&self.problem(wrong));
        }
        let rest = lost.len().saturating_sub(TOLD);
        if rest > 0 {
            say.note(&format!(
                "{rest} more policies or parts of policies have no effect; `ironsides network lint` tells of all"
            ));
        }
        for wrong in all.iter().filter(|wrong| wrong.loss == Loss::Nothing) {
            let problem = self.problem(wrong);
            let at = match (problem.line, problem.column) {
                (Some(line), Some(column)) => format!("{}:{line}:{column}: ", problem.path),
                _ => String::new(),
            };
            say.detail(&format!("{at}{}", problem.message));
        }
    }

    /// Something wrong with a document, with its file, line and column.
    fn problem(&self, wrong: &Wrong) -> Problem {
        let object = self.inventory.objects().get(wrong.place.document as usize);
        let at = object.and_then(|object| places::position(object, wrong.place.span));
        let name = object.map(|object| {
            let reference = object.reference();
            format!("{} {}: ", reference.kind, reference.name)
        });
        let path =
            if wrong.place.path.is_empty() { String::new() } else { format!("{}: ", wrong.place.path) };
        let message = format!("{}{path}{}", name.unwrap_or_default(), wrong.message);
        let (file, position) = at.map_or((String::new(), None), |(file, position)| (file, position));
        Problem {
            path: file,
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            message,
            hint: None,
        }
    }

    /// Why a question has no answer. What is not there may be in what could not be read.
    pub(crate) fn unanswered(&self, error: NetworkError) -> anyhow::Error {
        let is_absent = matches!(error, NetworkError::NoEndpoint { .. } | NetworkError::Nobody { .. });
        if is_absent && !self.gaps.is_empty() {
            return unread(anyhow!("not everything could be read: {error}"));
        }
        anyhow::Error::new(error)
    }

    /// Tells why an answer is not certain.
    pub(crate) fn tell_gaps(&self, say: &Say) {
        if !self.gaps.is_empty() {
            say.ending("incomplete", &"not everything could be read; the answer may depend on it");
        }
    }

    /// The exit code of an answer that holds whatever is missing.
    pub(crate) fn exit(&self) -> Exit {
        if self.gaps.is_empty() { Exit::Clean } else { Exit::Incomplete }
    }
}

/// Refuses to answer where nothing that was named can be opened. What is not there is a wrong path; what is there and cannot be
/// read is missing.
pub(crate) fn can_be_opened(paths: &[PathBuf]) -> Result<()> {
    places::some_can_be_opened(paths).map_err(|error| {
        let is_there = |error: &std::io::Error| error.kind() != std::io::ErrorKind::NotFound;
        if error.downcast_ref().is_some_and(is_there) {
            unread(error)
        } else {
            anyhow!("{error:#}; check the path")
        }
    })
}

/// What a cluster did not tell of what answers depend on.
fn missing(inventory: &Inventory) -> Vec<String> {
    let mut gaps = Vec::new();
    for (resource, namespace, extent) in inventory.coverage.resources() {
        // Without its settings a plug-in is taken to have none; that is told where it is detected.
        if resource == "configmaps" {
            continue;
        }
        if let Extent::Partial { why } | Extent::Absent { why } = extent {
            let within = namespace.map(|namespace| format!(" in namespace {namespace}")).unwrap_or_default();
            gaps.push(format!("not all {resource}{within} could be read: {why}"));
        }
    }
    gaps
}

/// Says that there is nothing to look at in any of these.
pub(crate) fn nothing(worlds: &[&World], say: &Say) -> Exit {
    let sources: Vec<&str> = worlds.iter().map(|world| world.source.as_str()).collect();
    say.error(&anyhow!("no pods and no workloads in {}", sources.join(" and ")));
    if worlds.iter().any(|world| !world.gaps.is_empty()) {
        say.ending("incomplete", &"not everything could be read");
        return Exit::Incomplete;
    }
    say.hint(
        &"name files or folders that hold them with -f, a fact bundle with --facts, or neither for the cluster",
    );
    Exit::Nothing
}

/// A file, a folder or a bundle as a place.
pub(crate) fn place_of(path: &std::path::Path) -> Place {
    // A fact bundle is a compressed archive; no manifest is.
    let is_bundle = path.extension().is_some_and(|extension| extension == "zst" || extension == "tar");
    if is_bundle { Place::Facts(path.to_owned()) } else { Place::Files(vec![PathBuf::from(path)]) }
}
