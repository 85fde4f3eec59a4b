//! Who holds which role, by all the bindings of the input.

use std::sync::Arc;

use ironsides_core::{Extent, Inventory, LabelSelector, Labels, Object};
use ironsides_rbac::{Binding, BindingId, Identity, Rbac, RoleId, Subject, SubjectKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::binding::is_own;
use super::rule::allows_everything;
use super::{BINDINGS, CLUSTER_ROLE, GROUP};
use crate::gathered::namespace;
use crate::out::Draft;

/// The roles and bindings of the input, and which bindings hand out which role.
pub(crate) struct Holders {
    /// What an API server with these roles and bindings decides.
    pub(crate) rbac: Rbac,
    /// The bindings of each role, those of the roles that gather its rules among them.
    by_role: FxHashMap<RoleId, Vec<BindingId>>,
    /// The roles whose rules others gather.
    gathered: FxHashSet<RoleId>,
}

impl Holders {
    /// Those of an input; found once.
    pub(crate) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(Self::new)
    }

    fn new(inventory: &Inventory) -> Self {
        let rbac = Rbac::new(inventory.objects());
        let mut by_role: FxHashMap<RoleId, Vec<BindingId>> = FxHashMap::default();
        for (id, binding) in (0..).map(BindingId).zip(rbac.bindings()) {
            if let Some(role) = rbac.role_of(binding).filter(|_| !binding.subjects.is_empty()) {
                by_role.entry(role).or_default().push(id);
            }
        }
        let gathering = gathering(&rbac, inventory);
        let direct = by_role.clone();
        for role in (0..).map(RoleId).take(rbac.roles().len()).filter(|role| gathering.contains_key(role)) {
            let mut seen = vec![role];
            let mut at = 0;
            while let Some(&next) = seen.get(at) {
                at += 1;
                for &parent in gathering.get(&next).into_iter().flatten() {
                    if !seen.contains(&parent) {
                        seen.push(parent);
                    }
                }
            }
            let mut all: Vec<BindingId> =
                seen.iter().filter_map(|role| direct.get(role)).flatten().copied().collect();
            all.sort_unstable();
            all.dedup();
            if !all.is_empty() {
                by_role.insert(role, all);
            }
        }
        let gathered = gathering.keys().copied().collect();
        Self { rbac, by_role, gathered }
    }

    /// Whether other roles gather the rules of a role: those of the input, or those that Kubernetes brings for users.
    pub(crate) fn is_gathered(&self, role: &Object) -> bool {
        let id = || self.rbac.role_named(None, &role.reference().name);
        role.reference().kind == "ClusterRole" && id().is_some_and(|id| self.gathered.contains(&id))
            || is_gathered(role)
    }

    /// The bindings with subjects that hand out what a role allows, directly or by way of a role that gathers its rules.
    pub(crate) fn bindings(&self, role: &Object) -> impl Iterator<Item = &Binding> {
        let local = (role.reference().kind == "Role").then(|| namespace(role));
        let id = self.rbac.role_named(local, &role.reference().name);
        let ids = id.and_then(|id| self.by_role.get(&id)).into_iter().flatten();
        ids.filter_map(|&id| self.rbac.binding(id))
    }
}

/// Which roles gather the rules of which.
fn gathering(rbac: &Rbac, inventory: &Inventory) -> FxHashMap<RoleId, Vec<RoleId>> {
    let object = |place: usize| inventory.objects().get(place);
    let mut gathering: FxHashMap<RoleId, Vec<RoleId>> = FxHashMap::default();
    let roles = || (0..).map(RoleId).zip(rbac.roles()).filter(|(_, role)| role.namespace.is_none());
    for (id, role) in roles() {
        let Some(object) = object(role.object) else { continue };
        let rule = object.cursor().get("aggregationRule");
        let selectors: Vec<LabelSelector<'_>> =
            rule.get("clusterRoleSelectors").items().filter_map(|at| LabelSelector::read(&at).ok()).collect();
        if selectors.is_empty() {
            continue;
        }
        for (other, role) in roles().filter(|(other, _)| *other != id) {
            let Some(object) = inventory.objects().get(role.object) else { continue };
            let metadata = object.cursor().get("metadata");
            if selectors.iter().any(|selector| selector.matches(&Labels::of(&metadata))) {
                gathering.entry(other).or_default().push(id);
            }
        }
    }
    gathering
}

/// Who holds a role, as far as the input tells.
pub(crate) enum Held {
    /// These bindings hand it out.
    By {
        /// The first subjects, and how many there are.
        who: String,
        /// The places, in [`Inventory::objects`], of the first of the bindings.
        places: Vec<usize>,
    },
    /// Nobody: all bindings of the cluster were read.
    Nobody,
    /// No binding was seen that hands it out, and there may be some.
    Unseen {
        /// Whether bindings were seen at all.
        beside: bool,
    },
}

/// How many bindings a finding shows as evidence.
const SHOWN: usize = 3;

impl Held {
    /// Who holds a role.
    pub(crate) fn of(role: &Object, inventory: &Inventory) -> Self {
        let holders = Holders::of(inventory);
        let mut subjects: Vec<&Subject> = Vec::new();
        let mut places = Vec::new();
        for binding in holders.bindings(role) {
            if places.len() < SHOWN {
                places.push(binding.object);
            }
            for subject in &binding.subjects {
                if !subjects.contains(&subject) {
                    subjects.push(subject);
                }
            }
        }
        if !subjects.is_empty() {
            return Self::By { who: several(&subjects), places };
        }
        if all_bindings_of(role, inventory) && !is_gathered(role) {
            return Self::Nobody;
        }
        let beside = BINDINGS.iter().any(|(group, kind)| inventory.of_kind(group, kind).next().is_some());
        Self::Unseen { beside: beside && !is_gathered(role) }
    }

    /// What a message says of it, after a comma where there is something to say.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::By { who, .. } => format!(", held by {who}"),
            Self::Nobody | Self::Unseen { .. } => String::new(),
        }
    }

    /// Adds the bindings to the evidence.
    pub(crate) fn show(&self, inventory: &Inventory, finding: &mut Draft) {
        let Self::By { places, .. } = self else { return };
        for binding in places.iter().filter_map(|&place| inventory.objects().get(place)) {
            finding.also(binding, &binding.cursor().get("subjects"));
        }
    }
}

/// Whether every binding that may hand out a role was read.
pub(crate) fn all_bindings_of(role: &Object, inventory: &Inventory) -> bool {
    let complete = |resource: &str, namespace: Option<&str>| {
        inventory.coverage.of_objects(GROUP, resource, namespace) == Extent::Complete
    };
    let is_local = role.reference().kind == "Role";
    inventory.server().is_some()
        && complete("rolebindings", is_local.then(|| namespace(role)))
        && (is_local || complete("clusterrolebindings", None))
}

/// Whether a role is copied into those that Kubernetes brings for users, which the input need not hold.
fn is_gathered(role: &Object) -> bool {
    if (role.reference().group(), &*role.reference().kind) != CLUSTER_ROLE {
        return false;
    }
    let metadata = role.cursor().get("metadata");
    let prefix = "rbac.authorization.k8s.io/aggregate-to-";
    Labels::of(&metadata).iter().any(|(key, value)| key.starts_with(prefix) && value == "true")
}

/// How a subject is called in a message: `service account "build/ci"`, `group "developers"`.
pub(crate) fn called(subject: &Subject) -> String {
    match subject.kind {
        SubjectKind::ServiceAccount if subject.namespace.is_empty() => {
            format!("service account \"{}\"", subject.name)
        }
        SubjectKind::ServiceAccount => format!("service account \"{}/{}\"", subject.namespace, subject.name),
        SubjectKind::Group => format!("group \"{}\"", subject.name),
        SubjectKind::User => format!("user \"{}\"", subject.name),
    }
}

/// `group "a"`, `group "a" and user "b"`, `group "a", user "b" and 3 more`.
pub(crate) fn several(subjects: &[&Subject]) -> String {
    match subjects {
        [] => String::new(),
        [one] => called(one),
        [one, two] => format!("{} and {}", called(one), called(two)),
        [one, two, rest @ ..] => format!("{}, {} and {} more", called(one), called(two), rest.len()),
    }
}

/// Whether a subject is everybody: with or without credentials, or every service account of the cluster.
pub(crate) fn is_everybody(subject: &Subject) -> bool {
    match subject.kind {
        SubjectKind::Group => {
            matches!(
                subject.name.as_str(),
                "system:unauthenticated" | "system:authenticated" | "system:serviceaccounts"
            )
        }
        SubjectKind::User => subject.name == "system:anonymous",
        SubjectKind::ServiceAccount => false,
    }
}

/// The bindings that give a service account more than Kubernetes gives to every account: its own, and those of the groups
/// that it is in.
pub(crate) fn bindings_of_account<'a>(
    holders: &'a Holders,
    inventory: &'a Inventory,
    namespace: &str,
    name: &str,
) -> Vec<(&'a Binding, &'a Object)> {
    let identity = Identity::service_account(namespace, name);
    let bindings = holders.rbac.bindings_of(&identity);
    let all = bindings.into_iter().filter_map(|id| holders.rbac.binding(id));
    let with_objects = all.filter_map(|binding| Some((binding, inventory.objects().get(binding.object)?)));
    with_objects.filter(|(_, object)| !is_own(object)).collect()
}

impl Holders {
    /// Whether a binding hands out everything on everything.
    pub(crate) fn is_unlimited(&self, binding: &Binding) -> bool {
        if binding.role.cluster && binding.role.name == "cluster-admin" {
            return true;
        }
        let role = self.rbac.role_of(binding).and_then(|role| self.rbac.role(role));
        role.is_some_and(|role| role.rules.iter().any(allows_everything))
    }
}
