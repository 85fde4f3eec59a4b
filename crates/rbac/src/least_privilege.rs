//! The smallest roles that keep every request allowed that was seen, with what proves each part of them.

mod certificate;
mod generated;
mod manifest;
mod removed;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::Object;
use ironsides_tree::{Node, Text};

pub use certificate::Certificate;
pub use manifest::role_name;
pub use removed::Removed;

use crate::binding::SubjectKind;
use crate::defaults::Defaults;
use crate::identity::{AUTHENTICATED, Identity, NODES, SERVICE_ACCOUNTS, UNAUTHENTICATED};
use crate::policy::{GROUP, Rbac};
use crate::request::{Request, ResourceRequest};
use crate::rule::Rule;
use crate::usage::{Means, Proof, Used};
use rules::{Resource, UsedResource, merged, path_rule, rules};

/// How roles are made. By default they are exact, but for generated names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// Which names rules list.
    pub names: Names,
    /// The most names that a rule lists for one verb. Where more were used, the rule is for all names, and says so.
    pub most: usize,
    /// From so many namespaces on, what was used in each is granted everywhere; `None` for never.
    pub everywhere_from: Option<usize>,
}

/// Which names rules list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// All that were used, generated ones too.
    Exact,
    /// Those that somebody chose. A verb that was used on a generated name is for all names: the name is another tomorrow.
    #[default]
    Stable,
    /// None.
    None,
}

impl Default for Making {
    fn default() -> Self {
        Self { names: Names::default(), most: usize::MAX, everywhere_from: None }
    }
}

/// What an identity needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Roles by namespace; a ClusterRole where there is none.
    pub roles: Vec<ProposedRole>,
    /// Requests that everybody's roles allow anyway, so that nothing need be granted.
    pub standing: Vec<(Request, Proof)>,
    /// Requests that the server may have made beside one that is in the roles, and that today's roles do not allow: it did
    /// not make them.
    pub left_out: Vec<(Request, Proof)>,
    /// Requests that another authorizer than RBAC allowed, and that today's roles (where they are known) do not: they need no
    /// role.
    pub elsewhere: Vec<(Request, Proof)>,
    /// Requests for something that is called `*`: a rule cannot name it without being for everything.
    pub inexpressible: Vec<(Request, Proof)>,
    /// Rights that are held, whose use leaves no event, and that are kept because a request was seen that may have used them.
    pub kept: Vec<(Request, Proof)>,
    /// Roles and bindings that were written, where the log does not say what they hold: the server refuses to hand out more
    /// than is held.
    pub open: Vec<(Request, Proof)>,
    /// Rights that are held and are not in the roles.
    pub removed: Vec<Removed>,
}

/// A role that is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposedRole {
    /// The namespace of a Role; `None` for a ClusterRole.
    pub namespace: Option<Text>,
    /// Its rules.
    pub rules: Vec<ProposedRule>,
}

/// A rule that is proposed, with the requests it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposedRule {
    /// The rule.
    pub rule: Rule,
    /// For each verb of each resource (and name) the event that proves it.
    pub proofs: Vec<(Request, Proof)>,
    /// In what it allows more than was used.
    pub generalised: Vec<Generalised>,
}

/// A verb on a resource that is granted wider than it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generalised {
    /// The API group.
    pub group: Text,
    /// The resource, with its subresource.
    pub resource: Text,
    /// The verb.
    pub verb: Text,
    /// Why.
    pub why: Why,
    /// The names (of [`Why::Namespaces`] the namespaces) that were used.
    pub from: Vec<Text>,
}

/// Why something is granted wider than it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A name was generated, and is another tomorrow.
    Generated,
    /// More names were used than [`Making::most`].
    Many,
    /// More names were used than are kept of a log: [`crate::MOST_NAMES`].
    Uncounted,
    /// No names were wanted.
    Asked,
    /// It was used in [`Making::everywhere_from`] namespaces or more, and is granted in all.
    Namespaces,
}

impl Used {
    /// The roles that are needed. `standing` holds the roles that everybody has and keeps; `held` all that are bound now,
    /// where that is known.
    pub fn proposal(&self, standing: &Rbac, held: Option<&Rbac>, making: Making) -> Proposal {
        let identity = self.identity();
        let mut proposal = Proposal::default();
        let mut wanted: Vec<(Request, Proof)> = Vec::new();
        for (request, proof) in &self.requests {
            let proved = (request.clone(), proof.clone());
            if standing.decide(&identity, request).is_allowed() {
                proposal.standing.push(proved);
            } else if proof.other.is_some() && self.is_elsewhere(&identity, held, request) {
                proposal.elsewhere.push(proved);
            } else if request.is_wild() {
                proposal.inexpressible.push(proved);
            } else if proof.means == Means::Upgrade
                && held.is_some_and(|held| !was_asked(held, &identity, request))
            {
                proposal.left_out.push(proved);
            } else {
                wanted.push(proved);
            }
        }
        if let Some(held) = held {
            proposal.kept = self.guards(held);
            wanted.extend(proposal.kept.iter().cloned());
        }
        proposal.open = self.open(&proposal.kept);
        proposal.roles = self.roles(wanted, making);
        if let Some(held) = held {
            proposal.removed = removed::removed(held, standing, &identity, self, &proposal);
        }
        proposal
    }

    /// Whether a request needs no role, since another authorizer allowed it. Those that members of `system:masters` and nodes
    /// make are taken as if RBAC had been asked: it is what shows how they could do without.
    fn is_elsewhere(&self, identity: &Identity, held: Option<&Rbac>, request: &Request) -> bool {
        !self.is_privileged
            && !identity.is_in(NODES)
            && !held.is_some_and(|held| held.decide(identity, request).is_allowed())
    }

    fn roles(&self, wanted: Vec<(Request, Proof)>, making: Making) -> Vec<ProposedRole> {
        let mut urls: BTreeMap<Text, BTreeMap<Text, (Request, Proof)>> = BTreeMap::new();
        let mut resources: BTreeMap<(Option<Text>, Resource), UsedResource> = BTreeMap::new();
        let everywhere = everywhere(&wanted, making);
        for proved in wanted {
            match &proved.0 {
                Request::Url(url) => {
                    let (path, verb) = (url.path.clone(), url.verb.clone());
                    urls.entry(path).or_default().insert(verb, proved);
                }
                Request::Resource(request) => {
                    let resource = resource_of(request);
                    let verb = request.verb.clone();
                    let spaces = everywhere.get(&(resource.clone(), verb.clone()));
                    let own = (!request.namespace.is_empty()).then(|| request.namespace.clone());
                    let namespace = own.filter(|_| spaces.is_none());
                    let used = resources.entry((namespace, resource)).or_default();
                    if let Some(spaces) = spaces.filter(|spaces| !spaces.is_empty()) {
                        used.everywhere.insert(verb.clone(), spaces.clone());
                    }
                    let verbs = used.names.entry(request.name.clone()).or_default();
                    match verbs.get_mut(&verb) {
                        Some((_, known)) => known.count += proved.1.count,
                        None => _ = verbs.insert(verb, proved),
                    }
                }
            }
        }
        for request in self.many.keys() {
            if let Request::Resource(request) = request {
                let own = (!request.namespace.is_empty()).then(|| request.namespace.clone());
                for namespace in [own, None] {
                    if let Some(used) = resources.get_mut(&(namespace, resource_of(request))) {
                        used.many.insert(request.verb.clone());
                    }
                }
            }
        }
        let mut roles: BTreeMap<Option<Text>, Vec<ProposedRule>> = BTreeMap::new();
        for ((namespace, resource), used) in resources {
            roles.entry(namespace).or_default().extend(rules(&resource, used, making));
        }
        for (path, verbs) in urls {
            roles.entry(None).or_default().push(path_rule(path, verbs));
        }
        let role = |(namespace, rules)| ProposedRole { namespace, rules: merged(rules) };
        roles.into_iter().map(role).collect()
    }

    /// Rights that are held by name of their verb, whose use the server writes no event about, and that a request may have
    /// used that was seen.
    fn guards(&self, held: &Rbac) -> Vec<(Request, Proof)> {
        let identity = self.identity();
        let mut kept = BTreeMap::new();
        for id in held.bindings_of(&identity) {
            let Some(binding) = held.binding(id) else { continue };
            let rules = held.role_of(binding).and_then(|role| held.role(role)).map(|role| &*role.rules);
            for atom in rules.unwrap_or_default().iter().flat_map(Rule::atoms) {
                let text = |texts: &[Text]| texts.first().cloned().unwrap_or_default();
                let (verb, group, resource) =
                    (text(&atom.verbs), text(&atom.api_groups), text(&atom.resources));
                let guarded = |request: &&ResourceRequest| guards(request, &verb, &group, &resource);
                for (request, proof) in &self.requests {
                    let Request::Resource(write) = request else { continue };
                    let is_place = binding.namespace.as_ref().is_none_or(|own| *own == write.namespace);
                    if !is_place || !guarded(&write) {
                        continue;
                    }
                    let right = ResourceRequest::new(&verb, &group, &resource)
                        .in_namespace(&write.namespace)
                        .named(&text(&atom.resource_names));
                    let right = Request::Resource(right);
                    if !self.requests.contains_key(&right) {
                        kept.entry(right).or_insert_with(|| proof.clone());
                    }
                }
            }
        }
        kept.into_iter().collect()
    }

    /// Writes of roles and bindings of which nothing says what they handed out.
    fn open(&self, kept: &[(Request, Proof)]) -> Vec<(Request, Proof)> {
        let is_open = |request: &Request| {
            let Request::Resource(write) = request else { return false };
            let verb = match &*write.resource {
                "rolebindings" | "clusterrolebindings" => "bind",
                "roles" | "clusterroles" => "escalate",
                _ => return false,
            };
            let is_write = matches!(&*write.verb, "create" | "update" | "patch") && write.group == GROUP;
            let is_answered = |right: &Request| {
                matches!(right, Request::Resource(right) if right.group == GROUP && right.verb == verb
                    && right.namespace == write.namespace)
            };
            is_write && !self.requests.keys().chain(kept.iter().map(|(right, _)| right)).any(is_answered)
        };
        let all = self.requests.iter().filter(|(request, proof)| {
            proof.means == Means::Request && proof.other.is_none() && is_open(request)
        });
        all.map(|(request, proof)| (request.clone(), proof.clone())).collect()
    }
}

/// Whether the server asked for the right: it holds today, or today's roles do not explain the request beside it either.
fn was_asked(held: &Rbac, identity: &Identity, request: &Request) -> bool {
    held.decide(identity, request).is_allowed()
        || !held.decide(identity, &request.with_verb("get")).is_allowed()
}

/// Whether a write may have used a right that leaves no event: handing out roles, approving and signing certificates.
fn guards(write: &ResourceRequest, verb: &str, group: &str, resource: &str) -> bool {
    let is_write = matches!(&*write.verb, "create" | "update" | "patch");
    let certificates = "certificates.k8s.io";
    match (verb, group, resource) {
        ("bind", GROUP, "roles" | "clusterroles") => {
            write.group == GROUP && write.resource.ends_with("bindings") && is_write
        }
        ("escalate", GROUP, role @ ("roles" | "clusterroles")) => {
            write.group == GROUP && write.resource == role && is_write
        }
        ("approve", "certificates.k8s.io", "signers") => {
            write.group == certificates && write.subresource == "approval" && is_write
        }
        ("sign", "certificates.k8s.io", "signers") => {
            write.group == certificates
                && write.resource == "certificatesigningrequests"
                && write.subresource == "status"
                && is_write
        }
        ("attest", "certificates.k8s.io", "signers") => {
            write.group == certificates && write.resource == "clustertrustbundles" && is_write
        }
        _ => false,
    }
}

/// The verbs on resources that are granted everywhere: those that were used across namespaces without a name (of which
/// the single namespaces then need none), and those of many namespaces, with these.
fn everywhere(wanted: &[(Request, Proof)], making: Making) -> BTreeMap<(Resource, Text), Vec<Text>> {
    let mut spaces: BTreeMap<(Resource, Text), BTreeSet<Text>> = BTreeMap::new();
    let mut all: BTreeMap<(Resource, Text), Vec<Text>> = BTreeMap::new();
    for (request, _) in wanted {
        let Request::Resource(request) = request else { continue };
        let key = (resource_of(request), request.verb.clone());
        if request.namespace.is_empty() && request.name.is_empty() {
            all.insert(key, Vec::new());
        } else if !request.namespace.is_empty() {
            spaces.entry(key).or_default().insert(request.namespace.clone());
        }
    }
    for (key, spaces) in spaces {
        if making.everywhere_from.is_some_and(|least| spaces.len() >= least) {
            all.entry(key).or_insert_with(|| spaces.into_iter().collect());
        }
    }
    all
}

fn resource_of(request: &ResourceRequest) -> Resource {
    (request.group.clone(), Text::from(request.written()))
}

impl Rbac {
    /// The rights that everybody (of service accounts: each of them) has by the bootstrap policy, as far as it is in force
    /// here: discovery, and questions about one's own rights. Nobody need be granted these.
    #[must_use]
    pub fn for_everybody(&self) -> Self {
        let is_everybodys = |object: &&Object| {
            let reference = object.reference();
            if reference.kind != "ClusterRoleBinding" {
                return reference.kind == "ClusterRole";
            }
            let groups = [AUTHENTICATED, UNAUTHENTICATED, SERVICE_ACCOUNTS];
            let own =
                self.bindings().iter().find(|own| own.namespace.is_none() && own.name == reference.name);
            let subjects = own.map(|own| own.subjects.as_slice()).unwrap_or_default();
            let bound = object.root.get("subjects").map(Node::items).unwrap_or_default();
            !bound.is_empty()
                && bound.iter().all(|subject| {
                    let name = subject.get("name").and_then(Node::as_str).unwrap_or_default();
                    groups.contains(&name)
                        && subjects.iter().any(|own| own.kind == SubjectKind::Group && own.name == name)
                })
        };
        Self::new(Defaults::get().objects().iter().filter(is_everybodys))
    }
}
