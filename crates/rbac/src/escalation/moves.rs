//! What a power leads to in one step.

mod impersonation;

use std::collections::BTreeSet;

use ironsides_podsecurity::Level;
use ironsides_schema::admit::is_subdomain;
use ironsides_tree::Text;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Power;
use super::rights::{Held, Reach, Rights, is_everything};
use super::way::{Entry, RUNNERS, SIGNER, Way};
use crate::binding::{BindingId, RoleRef, Subject, SubjectKind};
use crate::identity::{service_account, service_account_user};
use crate::policy::{GROUP, Rbac};
use crate::role::RoleId;
use crate::surroundings::{Surroundings, WORKLOADS};

const READ: &[&str] = &["get", "list", "watch", "patch"];
const CHANGE: &[&str] = &["patch", "update"];
const ADMISSION: &str = "admissionregistration.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
/// The role that allows everything.
const ADMIN: &str = "cluster-admin";
/// The namespace that every cluster has, and that nobody labels.
const SYSTEM: &str = "kube-system";

/// What lies in each namespace, by its place.
#[derive(Default)]
pub(super) struct Index {
    roles: FxHashMap<Text, Vec<RoleId>>,
    bindings: FxHashMap<Option<Text>, Vec<BindingId>>,
    workloads: FxHashMap<Text, Vec<usize>>,
}

impl Index {
    pub(super) fn of(rbac: &Rbac, around: &Surroundings) -> Self {
        let mut index = Self::default();
        for (id, role) in (0..).map(RoleId).zip(rbac.roles()) {
            if let Some(namespace) = &role.namespace {
                index.roles.entry(namespace.clone()).or_default().push(id);
            }
        }
        for (id, binding) in (0..).map(BindingId).zip(rbac.bindings()) {
            index.bindings.entry(binding.namespace.clone()).or_default().push(id);
        }
        for (at, workload) in around.workloads.iter().enumerate() {
            index.workloads.entry(workload.namespace.clone()).or_default().push(at);
        }
        index
    }
}

/// Powers that lead on, with the way to each; the first way to a power counts.
pub(super) struct Moves<'a> {
    rbac: &'a Rbac,
    around: &'a Surroundings,
    rights: &'a Rights<'a>,
    index: &'a Index,
    found: Vec<(Power, Way)>,
}

/// Everything that rights lead to in one step.
pub(super) fn moves(
    rbac: &Rbac,
    around: &Surroundings,
    index: &Index,
    rights: &Rights<'_>,
) -> Vec<(Power, Way)> {
    let mut moves = Moves { rbac, around, rights, index, found: Vec::new() };
    if rights.is_everything() {
        return vec![(Power::ClusterAdmin, Way::Holds)];
    }
    moves.bindings(None);
    moves.raise();
    moves.impersonation();
    moves.certificates();
    moves.admission();
    moves.kubelets();
    moves.accounts(None);
    moves.pods(None);
    moves.workloads(None);
    moves.nodes(None);
    for namespace in rights.namespaces() {
        moves.bindings(Some(namespace));
        moves.impersonate_accounts(Some(namespace));
        moves.accounts(Some(namespace));
        moves.pods(Some(namespace));
        moves.workloads(Some(namespace));
        moves.nodes(Some(namespace));
    }
    let all: BTreeSet<Power> = moves.found.iter().map(|(power, _)| power.clone()).collect();
    let mut known = BTreeSet::new();
    moves.found.retain(|(power, _)| {
        let within = wider(power).is_some_and(|wider| all.contains(&wider));
        !within && known.insert(power.clone())
    });
    moves.found
}

/// The power that holds another one among many.
fn wider(power: &Power) -> Option<Power> {
    match power {
        Power::ServiceAccounts(Some(_)) | Power::Is(Subject { kind: SubjectKind::ServiceAccount, .. }) => {
            Some(Power::ServiceAccounts(None))
        }
        Power::Pods(Some(_)) | Power::PodsOn(_) => Some(Power::Pods(None)),
        Power::NamespaceAdmin(Some(_)) => Some(Power::NamespaceAdmin(None)),
        Power::Is(Subject { kind: SubjectKind::User, .. }) => Some(Power::Users),
        _ => None,
    }
}

/// The power of being a service account.
pub(super) fn account(namespace: &str, name: &str) -> Power {
    let (namespace, name) = (Text::new(namespace), Text::new(name));
    Power::Is(Subject { kind: SubjectKind::ServiceAccount, name, namespace })
}

/// The power of being a user or in a group.
pub(super) fn being(kind: SubjectKind, name: &str) -> Power {
    Power::Is(Subject { kind, name: Text::new(name), namespace: Text::default() })
}

impl Moves<'_> {
    fn add(&mut self, power: Power, way: Way) {
        self.found.push((power, way));
    }

    /// What a verb reaches in a namespace beyond what it reaches everywhere.
    fn local(&self, verb: &str, group: &str, resource: &str, namespace: Option<&str>) -> Reach {
        if namespace.is_some() && self.rights.reach(verb, group, resource, None).all.is_some() {
            return Reach::default();
        }
        self.rights.reach(verb, group, resource, namespace)
    }

    /// Whether a service account is there, as far as anybody knows.
    fn has_account(&self, namespace: &str, name: &str) -> bool {
        let key = (Text::new(namespace), Text::new(name));
        !self.around.complete.service_accounts || self.around.service_accounts.contains_key(&key)
    }

    /// Whether somebody can act as a service account: the server does not ask whether it is there, so that bindings which
    /// name one that is not suffice.
    fn is_account(&self, namespace: &str, name: &str) -> bool {
        is_subdomain(name)
            && (self.has_account(namespace, name)
                || self.rbac.by_user.contains_key(service_account_user(namespace, name).as_str()))
    }

    /// Whether a node is there, as far as anybody knows.
    fn is_node(&self, name: &str) -> bool {
        is_subdomain(name) && (!self.around.complete.nodes || self.around.nodes.contains(name))
    }

    /// The namespaces in which there is a service account of a name, as far as is known.
    fn namespaces_of(&self, name: &str) -> Vec<Text> {
        let known = self.around.service_accounts.keys().filter(|(_, own)| own == name);
        let mut all: BTreeSet<Text> = known.map(|(namespace, _)| namespace.clone()).collect();
        let users = self.rbac.by_user.keys().filter_map(|user| service_account(user));
        all.extend(users.filter(|(_, own)| *own == name).map(|(namespace, _)| Text::new(namespace)));
        all.into_iter().collect()
    }

    /// Tokens of service accounts, asked for, made and read.
    fn accounts(&mut self, namespace: Option<&str>) {
        let place = namespace.map(Text::new);
        let tokens = self.local("create", "", "serviceaccounts/token", namespace);
        if let Some(held) = tokens.all {
            self.add(Power::ServiceAccounts(place.clone()), Way::Token { namespace: place.clone(), held });
        } else if let Some(own) = namespace {
            for (name, held) in &tokens.names {
                if self.has_account(own, name) {
                    self.add(account(own, name), Way::Token { namespace: place.clone(), held: *held });
                }
            }
        } else {
            let accounts: Vec<_> = self.around.service_accounts.keys().collect();
            for (own, name) in accounts {
                if let Some(held) = tokens.names.get(name) {
                    self.add(account(own, name), Way::Token { namespace: Some(own.clone()), held: *held });
                }
            }
        }
        let reads = self.rights.first(READ, "", "secrets", namespace);
        if let Some(create) = self.rights.reach("create", "", "secrets", namespace).all
            && let Some((verb, (name, read))) =
                reads.iter().find_map(|(verb, reach)| Some((*verb, reach.any("step-token")?)))
        {
            let way = Way::TokenSecret { namespace: place.clone(), create, verb, name, read };
            self.add(Power::ServiceAccounts(place), way);
        }
        let tokens = self.around.tokens.iter().enumerate().filter(|_| !reads.is_empty());
        for (at, token) in tokens {
            if namespace.is_some_and(|own| own != token.namespace) {
                continue;
            }
            let read = reads.iter().find_map(|(verb, reach)| Some((*verb, reach.of(&token.name)?)));
            if let Some((verb, held)) = read {
                let power = account(&token.namespace, &token.service_account);
                self.add(power, Way::ReadToken { token: at, verb, held });
            }
        }
    }

    /// Pods that are made, and pods that are there.
    fn pods(&mut self, namespace: Option<&str>) {
        let place = namespace.map(Text::new);
        let runner = self.runner(namespace, true);
        if let Some((runner, held)) = runner {
            let way = Way::Run { runner, namespace: place.clone(), held };
            self.add(Power::ServiceAccounts(place.clone()), way);
        }
        // Since 1.35 the get of a WebSocket does not suffice.
        let connect: &[&str] =
            if self.around.minor.is_some_and(|minor| minor < 35) { &["create", "get"] } else { &["create"] };
        for (entry, resource, verbs) in [
            (Entry::Exec, "pods/exec", connect),
            (Entry::Attach, "pods/attach", connect),
            (Entry::Debug, "pods/ephemeralcontainers", CHANGE),
            (Entry::Image, "pods", CHANGE),
        ] {
            for &verb in verbs {
                let reach = self.local(verb, "", resource, namespace);
                if let Some(held) = reach.all {
                    let way = Way::Enter { entry, verb, namespace: place.clone(), pod: None, held };
                    self.add(Power::Pods(place.clone()), way);
                    continue;
                }
                for (at, pod) in self.around.pods.iter().enumerate().filter(|_| !reach.names.is_empty()) {
                    let here = namespace.is_none_or(|own| own == pod.namespace);
                    if let Some(held) = reach.names.get(&pod.name).filter(|_| here && pod.has_token) {
                        let place = Some(pod.namespace.clone());
                        let way = Way::Enter { entry, verb, namespace: place, pod: Some(at), held: *held };
                        self.add(account(&pod.namespace, &pod.service_account), way);
                    }
                }
            }
        }
    }

    /// The first kind of pod maker that may be created; `new` leaves out what may be created everywhere.
    fn runner(&self, namespace: Option<&str>, new: bool) -> Option<(usize, Held)> {
        if new && namespace.is_some() && self.runner(None, false).is_some() {
            return None;
        }
        RUNNERS.iter().enumerate().find_map(|(at, runner)| {
            Some((at, self.rights.reach("create", runner.group, runner.resource, namespace).all?))
        })
    }

    /// Workloads that are there and may be changed.
    fn workloads(&mut self, namespace: Option<&str>) {
        // The template of a job never changes.
        let kinds: Vec<_> = WORKLOADS.iter().filter(|(_, _, resource)| *resource != "jobs").collect();
        let reached: Vec<_> = kinds
            .iter()
            .flat_map(|(group, _, resource)| {
                let found = self.rights.first(CHANGE, group, resource, namespace).into_iter();
                found.map(move |(verb, reach)| (*group, *resource, verb, reach))
            })
            .collect();
        if reached.is_empty() {
            return;
        }
        let here = namespace.and_then(|namespace| self.index.workloads.get(namespace));
        let places: Vec<usize> = match namespace {
            Some(_) => here.cloned().unwrap_or_default(),
            None => (0..self.around.workloads.len()).collect(),
        };
        let mut known = FxHashSet::default();
        for at in places {
            let Some(workload) = self.around.workloads.get(at) else { continue };
            let held = reached.iter().find_map(|(group, resource, verb, reach)| {
                let same = workload.group == *group && workload.resource == *resource;
                Some((*verb, reach.of(&workload.name).filter(|_| same)?))
            });
            if let Some((verb, held)) = held.filter(|_| known.insert(workload.namespace.clone())) {
                let power = Power::ServiceAccounts(Some(workload.namespace.clone()));
                self.add(power, Way::Rewrite { workload: at, verb, held });
            }
        }
    }

    /// Pods that take over their node.
    fn nodes(&mut self, namespace: Option<&str>) {
        let Some((runner, held)) = self.runner(namespace, true) else { return };
        let volume = self.rights.reach("create", "", "persistentvolumes", None).all;
        let claim = self.rights.reach("create", "", "persistentvolumeclaims", namespace).all;
        let lax = |level: Level, limit: Level| level <= limit;
        let known = &self.around.namespaces;
        if namespace.is_some_and(|own| self.around.complete.namespaces && !known.contains_key(own)) {
            return;
        }
        // One namespace is enough: the one that is given, or the cluster's own, or the first that will do.
        let system = Text::new_static(SYSTEM);
        let mut candidates: Vec<(Text, Option<Level>)> = match namespace {
            Some(own) => vec![(Text::new(own), known.get(own).copied())],
            None => known.iter().map(|(name, level)| (name.clone(), Some(*level))).collect(),
        };
        if namespace.is_none() && !known.contains_key(&system) && !self.around.complete.namespaces {
            candidates.push((system.clone(), None));
        }
        candidates.sort_by_key(|(name, level)| (level.is_none(), *level, *name != system));
        for (own, level) in &candidates {
            if level.is_none_or(|level| lax(level, Level::Privileged)) {
                let known = level.is_some();
                let way = Way::Host { runner, namespace: own.clone(), held, lift: None, known };
                self.add(Power::Node, way);
                return;
            }
            if let (Some(volume), Some(claim)) = (volume, claim)
                && level.is_some_and(|level| lax(level, Level::Baseline))
            {
                self.add(Power::Node, Way::Volume { runner, namespace: own.clone(), volume, claim, held });
                return;
            }
            // A request for a namespace is made in that namespace.
            let lift = CHANGE.iter().find_map(|verb| {
                Some((*verb, self.rights.reach(verb, "", "namespaces", Some(own)).of(own)?))
            });
            if lift.is_some() {
                let way = Way::Host { runner, namespace: own.clone(), held, lift, known: true };
                self.add(Power::Node, way);
                return;
            }
        }
        if namespace.is_none()
            && let Some(create) = self.rights.reach("create", "", "namespaces", None).all
        {
            self.add(Power::Node, Way::NewNamespace { runner, create, held });
        }
    }

    /// Commands in pods, through kubelets.
    fn kubelets(&mut self) {
        for (verb, reach) in self.rights.first(&["get", "create"], "", "nodes/proxy", None) {
            if let Some(held) = reach.all {
                self.add(Power::Pods(None), Way::Kubelet { node: None, verb, held });
            }
            let nodes: Vec<_> = reach.names.iter().filter(|(node, _)| self.is_node(node)).collect();
            for (node, held) in nodes {
                let way = Way::Kubelet { node: Some(node.clone()), verb, held: *held };
                self.add(Power::PodsOn(node.clone()), way);
            }
        }
    }

    /// Client certificates.
    fn certificates(&mut self) {
        let requests = "certificatesigningrequests";
        let Some(create) = self.rights.reach("create", CERTIFICATES, requests, None).all else { return };
        let Some(signer) = ["kubernetes.io/*", SIGNER]
            .iter()
            .find_map(|name| self.rights.reach("approve", CERTIFICATES, "signers", None).of(name))
        else {
            return;
        };
        let approvals = self.rights.first(CHANGE, CERTIFICATES, "certificatesigningrequests/approval", None);
        let found = approvals.iter().find_map(|(verb, reach)| Some((*verb, reach.any("step")?)));
        if let Some((verb, (name, approval))) = found {
            self.add(Power::Anyone, Way::Certificate { name, create, verb, approval, signer });
        }
    }

    /// Webhooks and policies that change requests.
    fn admission(&mut self) {
        let create = |resource: &str| self.rights.reach("create", ADMISSION, resource, None).all;
        let webhook = create("mutatingwebhookconfigurations");
        let policy = create("mutatingadmissionpolicies").zip(create("mutatingadmissionpolicybindings"));
        if let Some(held) = webhook {
            self.add(Power::EveryRequest, Way::Webhook { held });
        }
        // On by default since 1.36.
        if let Some((policy, binding)) = policy.filter(|_| self.around.minor.is_none_or(|minor| minor >= 36))
        {
            self.add(Power::EveryRequest, Way::Policy { policy, binding });
        }
    }

    /// What bindings may be written, of roles that may be bound. Roles that are held anyway give nothing new.
    fn bindings(&mut self, namespace: Option<&str>) {
        let resource = if namespace.is_some() { "rolebindings" } else { "clusterrolebindings" };
        self.bindings_in(namespace, resource);
        if namespace.is_none() {
            self.bindings_in(None, "rolebindings");
        }
    }

    fn bindings_in(&mut self, namespace: Option<&str>, resource: &'static str) {
        let place = namespace.map(Text::new);
        let everywhere = namespace.is_none() && resource == "rolebindings";
        let create = self.local("create", GROUP, resource, namespace).all;
        let bind = self.rights.reach("bind", GROUP, "clusterroles", namespace);
        let power = |role: &RoleRef| {
            let rules = self.rbac.role_named(if role.cluster { None } else { namespace }, &role.name);
            let rules = rules.and_then(|role| self.rbac.role(role)).map(|role| &*role.rules)?;
            Some(match rules.iter().any(is_everything) {
                true if resource == "clusterrolebindings" => Power::ClusterAdmin,
                true => Power::NamespaceAdmin(place.clone()),
                false => {
                    Power::Role { cluster: role.cluster, name: role.name.clone(), namespace: place.clone() }
                }
            })
        };
        let mut found = Vec::new();
        let mut roles: Vec<(RoleRef, Held)> = Vec::new();
        match bind.of(ADMIN).filter(|_| self.rbac.role_named(None, ADMIN).is_some()) {
            Some(held) => roles.push((RoleRef { cluster: true, name: Text::new_static(ADMIN) }, held)),
            None => roles.extend(
                bind.names.iter().map(|(name, held)| (RoleRef { cluster: true, name: name.clone() }, *held)),
            ),
        }
        if let Some(own) = namespace {
            let local = self.rights.reach("bind", GROUP, "roles", namespace);
            let here = self.index.roles.get(own).into_iter().flatten().filter(|_| !local.is_empty());
            roles.extend(here.filter_map(|id| self.rbac.role(*id)).filter_map(|role| {
                Some((RoleRef { cluster: false, name: role.name.clone() }, local.of(&role.name)?))
            }));
        }
        if let Some(create) = create {
            for (role, bind) in &roles {
                let Some(power) = power(role).filter(|power| !everywhere || is_admin(power)) else {
                    continue;
                };
                let way = Way::Bind { namespace: place.clone(), role: role.clone(), create, bind: *bind };
                found.push((power, way));
            }
        }
        // Without create: bindings that are there.
        if create.is_none() && !everywhere {
            let writes = self.rights.first(CHANGE, GROUP, resource, namespace);
            let own = self.index.bindings.get(&namespace.map(Text::new)).into_iter().flatten();
            let local = self.rights.reach("bind", GROUP, "roles", namespace);
            let able = !(writes.is_empty() || bind.is_empty() && local.is_empty());
            for binding in own.filter(|_| able).filter_map(|id| self.rbac.binding(*id)) {
                let write = writes.iter().find_map(|(verb, reach)| Some((*verb, reach.of(&binding.name)?)));
                let bound = if binding.role.cluster {
                    bind.of(&binding.role.name)
                } else {
                    local.of(&binding.role.name)
                };
                let (Some((verb, write)), Some(bind), Some(power)) = (write, bound, power(&binding.role))
                else {
                    continue;
                };
                let (binding, role) = (binding.name.clone(), binding.role.clone());
                found.push((power, Way::Join { namespace: place.clone(), binding, role, verb, write, bind }));
            }
        }
        self.found.append(&mut found);
    }

    /// Roles that one has, and may write without limit.
    fn raise(&mut self) {
        let rights = self.rights;
        for (binding, role) in rights.bindings() {
            let place = role.namespace.as_deref();
            let resource = if place.is_some() { "roles" } else { "clusterroles" };
            let Some(escalate) = rights.reach("escalate", GROUP, resource, place).of(&role.name) else {
                continue;
            };
            let writes = rights.first(CHANGE, GROUP, resource, place);
            let write = writes.iter().find_map(|(verb, reach)| Some((*verb, reach.of(&role.name)?)));
            let Some((verb, write)) = write else { continue };
            let power = match &binding.namespace {
                None => Power::ClusterAdmin,
                Some(namespace) => Power::NamespaceAdmin(Some(namespace.clone())),
            };
            let (namespace, name) = (role.namespace.clone(), role.name.clone());
            self.add(power, Way::Raise { namespace, name, verb, write, escalate });
        }
    }
}

/// Whether a power is everything in some place.
fn is_admin(power: &Power) -> bool {
    matches!(power, Power::ClusterAdmin | Power::NamespaceAdmin(_))
}
