//! The roles and bindings that questions are about, with what is missing of them.

use anyhow::Result;
use ironsides_core::{Extent, Fact, Inventory, Object};
use ironsides_rbac::{BindingId, Rbac, Subject, Surroundings, missing_default_roles};
use ironsides_report::Problem;
use ironsides_schema::FaultKind;

use super::resource::Resources;
use crate::exit::Exit;
use crate::gather::{Place, Wanted, gather};
use crate::places::{self, Places, some_can_be_opened, source, told};
use crate::say::Say;

/// The API group of roles and bindings.
pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";
/// What roles and bindings are called in URLs.
const RESOURCES: [&str; 4] = ["clusterroles", "clusterrolebindings", "roles", "rolebindings"];
/// The kinds that every question needs.
const KINDS: [(&str, &str); 5] = [
    (GROUP, "ClusterRole"),
    (GROUP, "ClusterRoleBinding"),
    (GROUP, "Role"),
    (GROUP, "RoleBinding"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// The kinds that decide how far rights lead.
pub(crate) const AROUND: [(&str, &str); 12] = [
    ("", "Namespace"),
    ("", "Node"),
    ("", "Pod"),
    ("", "ReplicationController"),
    ("", "Secret"),
    ("", "ServiceAccount"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
];

/// Roles and bindings.
pub(crate) struct World {
    pub(crate) inventory: Inventory,
    pub(crate) rbac: Rbac,
    /// What is missing or cannot be understood, in sentences. Answers may depend on it.
    pub(crate) gaps: Vec<String>,
    pub(crate) places: Places,
    /// Where it was read from, for people.
    pub(crate) source: String,
    /// How many roles and bindings were read.
    count: usize,
    /// Whether roles or bindings are among what is missing.
    unread: bool,
}

impl World {
    /// Reads roles and bindings; what is missing is told at once.
    pub(crate) fn read(place: &Place, say: &Say) -> Result<Self> {
        Self::with(place, &[], say)
    }

    /// Reads roles, bindings and more kinds.
    pub(crate) fn with(place: &Place, more: &[(&str, &str)], say: &Say) -> Result<Self> {
        let wanted: Vec<(&str, &str)> = KINDS.iter().chain(more).copied().collect();
        if let Place::Files(paths) = place {
            some_can_be_opened(paths)?;
        }
        let gathered = gather(place, Wanted::Kinds(&wanted), say)?;
        let mut inventory = gathered.inventory;
        let is_cluster = inventory.server().is_some();
        let mut gaps: Vec<String> =
            if is_cluster { cluster_gaps(&inventory) } else { gathered.problems.iter().map(told).collect() };
        let count = inventory.objects().iter().filter(|object| object.reference().group() == GROUP).count();
        // A file that could not be read may hold roles and bindings; a cluster says what it kept back.
        let mut unread = if is_cluster { !rbac_gaps(&inventory).is_empty() } else { !gaps.is_empty() };
        for problem in inventory.objects().iter().filter_map(fault) {
            say.problem(&problem);
            gaps.push(told(&problem));
            unread = true;
        }
        if !is_cluster {
            complete(&mut inventory);
        }
        let rbac = Rbac::new(inventory.objects());
        Ok(Self { inventory, rbac, gaps, places: Places::default(), source: source(place), count, unread })
    }

    /// Whether a binding names a subject.
    pub(crate) fn names(&self, subject: &Subject) -> bool {
        let mut subjects = self.rbac.bindings().iter().flat_map(|binding| &binding.subjects);
        subjects.any(|known| known.canonical().as_ref() == subject)
    }

    /// Whether there is nothing that could be asked about.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && self.inventory.server().is_none() && self.gaps.is_empty()
    }

    /// The resources that are known.
    pub(crate) fn resources(&self) -> Resources {
        Resources::of(&self.inventory)
    }

    /// Bindings whose role is not in the files. In a cluster such a binding grants nothing; beside files there may be one.
    pub(crate) fn open(&self, bindings: impl Iterator<Item = BindingId>) -> Vec<String> {
        if self.inventory.server().is_some() {
            return Vec::new();
        }
        let bindings = bindings.filter_map(|id| self.rbac.binding(id));
        bindings
            .filter(|binding| self.rbac.role_of(binding).is_none())
            .map(|binding| {
                let kind = if binding.role.cluster { "ClusterRole" } else { "Role" };
                format!("{binding} hands out the {kind} {}, which is not in the files", binding.role.name)
            })
            .collect()
    }

    /// All bindings whose role is not in the files.
    pub(crate) fn open_all(&self) -> Vec<String> {
        self.open((0..).map(BindingId).zip(self.rbac.bindings()).map(|(id, _)| id))
    }

    /// What lies around roles and bindings.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings::of(&self.inventory)
    }

    /// The line of an answer that says that something is unknown, where not everything could be read.
    pub(crate) fn doubt(&self, what: &str, more: &[String]) -> Option<String> {
        let why = match (self.unread, self.gaps.is_empty(), more.is_empty()) {
            (true, ..) => "roles or bindings could not be read",
            (false, false, _) => "what lies around roles and bindings could not be read",
            (false, true, false) => "a role that is bound is not in the files, so it could not be read",
            (false, true, true) => return None,
        };
        Some(format!("unknown: {what}; {why}"))
    }

    /// Tells why an answer is not certain.
    pub(crate) fn tell(&self, more: &[String], say: &Say) {
        // Problems were told when they were met; what a cluster refused was told by whoever asked it.
        for gap in more {
            say.warning(gap);
        }
        if !self.gaps.is_empty() || !more.is_empty() {
            say.ending("incomplete", &"not everything could be read; the answer may depend on it");
        }
    }

    /// The exit code of an answer that holds whatever is missing.
    pub(crate) fn exit(&self, more: &[String]) -> Exit {
        if self.gaps.is_empty() && more.is_empty() { Exit::Clean } else { Exit::Incomplete }
    }
}

/// What a cluster did not tell, but for what only names resources.
fn cluster_gaps(inventory: &Inventory) -> Vec<String> {
    let mut gaps = rbac_gaps(inventory);
    for (fact, why) in inventory.coverage.gaps() {
        if let Fact::Objects { resource, .. } = fact
            && !resource.ends_with(GROUP)
            && resource != "customresourcedefinitions.apiextensions.k8s.io"
        {
            gaps.push(sentence(resource, why));
        }
    }
    gaps
}

/// What a cluster did not tell of roles and bindings. What was never asked for is missing as well.
fn rbac_gaps(inventory: &Inventory) -> Vec<String> {
    let gap = |resource: &&str| match inventory.coverage.of_objects(GROUP, resource, None) {
        Extent::Partial { why } | Extent::Absent { why } => Some(sentence(resource, &why)),
        Extent::Complete => None,
    };
    RESOURCES.iter().filter_map(gap).collect()
}

fn sentence(resource: &str, why: &str) -> String {
    format!("not all {resource} could be read: {why}")
}

/// Says that there is nothing to look at in any of these.
pub(crate) fn nothing(worlds: &[&World], say: &Say) -> Exit {
    let sources: Vec<&str> = worlds.iter().map(|world| world.source.as_str()).collect();
    let error = anyhow::anyhow!("no roles and no bindings in {}", sources.join(" and "));
    say.error(&error);
    say.hint(
        &"name files or folders that hold RBAC objects with -f, a fact bundle with --facts, or neither for the cluster",
    );
    Exit::Nothing
}

/// Adds the built-in roles that manifests do not bring: they bind some, and those gather others.
fn complete(inventory: &mut Inventory) {
    for role in missing_default_roles(inventory.objects()) {
        inventory.push(role.clone());
    }
}

/// The first field of a role or binding that the API server would refuse.
fn fault(object: &Object) -> Option<Problem> {
    if object.reference().group() != GROUP {
        return None;
    }
    let faults = ironsides_schema::validate(&object.root, object.kind()?);
    // Unknown fields are dropped, and files may leave out what a server fills in.
    let fault = faults.into_iter().find(|fault| {
        !matches!(fault.kind, FaultKind::UnknownField { .. } | FaultKind::MissingField { .. })
    })?;
    let place = places::position(object, fault.span);
    let (path, at) = place.unwrap_or_default();
    let reference = object.reference();
    Some(Problem {
        path,
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        message: format!(
            "the API server would refuse the {} {:?}, so what it grants is not known: {fault}",
            reference.kind, &*reference.name
        ),
        hint: None,
    })
}
