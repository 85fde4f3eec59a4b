//! What identities were seen to use, from audit events.

mod minutes;
mod texts;
mod used;

use std::collections::BTreeMap;

use ironsides_audit::{DECISION, Event, REASON, Stage, User};
use ironsides_tree::{Node, Text};
use rustc_hash::FxHashMap;

pub use used::{Means, Proof, Used};

use crate::binding::RoleRef;
use crate::event::event_parts;
use crate::http::{Parts, split};
use crate::identity::{AUTHENTICATED, MASTERS, SERVICE_ACCOUNTS, service_account};
use crate::policy::GROUP;
use crate::request::{Request, ResourceRequest, UrlRequest};
use minutes::Minutes;
use texts::{Id, Texts};
use used::rank;

/// The most names that are kept of one verb on one resource of one namespace.
pub const MOST_NAMES: u32 = 256;
/// The most paths that are kept of one verb.
const MOST_PATHS: u32 = 4096;
/// Stands for the group of paths that are no resource.
const PATHS: Id = Id::MAX;

/// What every identity of a log used. Its memory is bounded by the different rights that were used, not by the events.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// What the log holds and could not show.
    pub seen: Seen,
    texts: Texts,
    minutes: Minutes,
    users: Vec<Known>,
    by_name: FxHashMap<Text, Id>,
    rights: FxHashMap<Right, usize>,
    proofs: Vec<Noted>,
    /// By right without name: how many names are kept, and how many requests there were with others.
    names: FxHashMap<Right, (u32, u64)>,
}

/// An identity.
#[derive(Clone, Debug, Default)]
struct Known {
    name: Text,
    groups: Vec<Text>,
    is_privileged: bool,
    refused: u64,
}

/// A right that was used, in numbers of [`Texts`]. Of a path the resource is the path and the group is [`PATHS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Right {
    user: Id,
    verb: Id,
    group: Id,
    resource: Id,
    subresource: Id,
    namespace: Id,
    name: Id,
}

/// What proves a right.
#[derive(Clone, Debug)]
struct Noted {
    right: Right,
    audit_id: Text,
    at: Text,
    file: Id,
    line: u64,
    count: u64,
    by: Option<Id>,
    other: Option<Id>,
    means: Means,
}

/// What holds a log's event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source<'a> {
    /// The file.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u64,
}

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Events that were looked at.
    pub events: u64,
    /// Requests that an authorizer allowed.
    pub allowed: u64,
    /// Those of them whose event does not say so: they were answered, so they were allowed.
    pub inferred: u64,
    /// Requests that it refused.
    pub refused: u64,
    /// Requests of which the event does not say what was decided, nor does the answer: from before authentication, say.
    pub undecided: u64,
    /// Requests that prove nothing, since their event does not name who made them, or whom they were made as.
    pub nameless: u64,
    /// Watches that began.
    pub watches_begun: u64,
    /// Watches that ended.
    pub watches_ended: u64,
    /// The first moment, as written.
    pub first: String,
    /// The last.
    pub last: String,
}

/// An event with what is needed of it to note what it proves.
#[derive(Clone, Copy)]
struct Witness<'a, 'e> {
    event: &'a Event<'e>,
    source: Source<'a>,
    by: Option<&'a str>,
    /// The reason of an authorizer other than RBAC.
    other: Option<&'a str>,
    means: Means,
    /// Whether the request has ended.
    is_last: bool,
}

impl Seen {
    fn note(&mut self, event: &Event<'_>, is_last: bool) {
        self.events += 1;
        if self.first.is_empty() || *event.received < *self.first {
            (*event.received).clone_into(&mut self.first);
        }
        if *event.received > *self.last {
            (*event.received).clone_into(&mut self.last);
        }
        if event.verb == "watch" {
            self.watches_begun += u64::from(event.stage == Some(Stage::ResponseStarted));
            self.watches_ended += u64::from(is_last);
        }
    }
}

/// What was decided about the request of an event: as it says, or else as the answer shows. Whoever is not allowed gets no
/// answer of these.
fn decision(event: &Event<'_>) -> Option<(bool, bool)> {
    if let Some(is_allowed) = event.is_allowed() {
        return Some((is_allowed, false));
    }
    let code = event.response.as_ref().map_or(0, |response| response.code);
    matches!(code, 100..400 | 409 | 422).then_some((true, true))
}

/// The reason of an authorizer other than RBAC that allowed a request; it may be empty. `None` where RBAC did, or where the
/// event holds no decision. (Source: the reasons of `RBACAuthorizer.Authorize`.)
fn other_authorizer<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    event.annotation(DECISION)?;
    let reason = event.annotation(REASON).unwrap_or_default();
    (!reason.starts_with("RBAC: ")).then_some(reason)
}

impl Usage {
    /// Takes an event. One request may have several events; it is counted once, by its last, and known from its first.
    pub fn add(&mut self, event: &Event<'_>, source: Source<'_>) {
        let is_last = matches!(event.stage, Some(Stage::ResponseComplete | Stage::Panic));
        self.seen.note(event, is_last);
        self.minutes.note(&event.received);
        let witness = Witness { event, source, by: None, other: None, means: Means::Request, is_last };
        let is_named = |user: &User<'_>| !user.name.is_empty();
        if event
            .impersonated_user
            .as_deref()
            .is_some_and(|target| !is_named(target) || !is_named(&event.user))
        {
            self.seen.nameless += u64::from(is_last);
            return;
        }
        if let Some(target) = event.impersonated_user.as_deref() {
            self.impersonation(target, Witness { means: Means::Impersonation, ..witness });
        }
        let identity = event.effective_user();
        match decision(event) {
            None => {
                self.seen.undecided += u64::from(is_last || event.stage == Some(Stage::ResponseStarted));
                return;
            }
            Some(_) if identity.name.is_empty() => {
                self.seen.nameless += u64::from(is_last);
                return;
            }
            Some((false, _)) => {
                self.seen.refused += u64::from(is_last);
                let user = self.user(&identity.name);
                if let Some(known) = self.users.get_mut(user as usize) {
                    known.refused += u64::from(is_last);
                }
                return;
            }
            Some((true, is_inferred)) => {
                self.seen.allowed += u64::from(is_last);
                self.seen.inferred += u64::from(is_last && is_inferred);
            }
        }
        if event.request_uri.is_empty() {
            return;
        }
        let user = self.seen_as(identity);
        let by = event.impersonated_user.as_ref().map(|_| &*event.user.name);
        let witness = Witness { by, other: other_authorizer(event), ..witness };
        let (path, query) = split(&event.request_uri);
        match event_parts(event, &path, query) {
            None => self.prove_path(user, &path, witness),
            Some(parts) => {
                let name = parts.name.text();
                self.prove(user, &parts, &name, witness);
                self.follows(user, &parts, &name, witness);
            }
        }
    }

    /// Stretches without any event of at least so many minutes, between the first and the last: their beginnings in
    /// seconds since 1970 and their lengths in minutes.
    pub fn silences(&self, least: i64) -> Vec<(i64, i64)> {
        self.minutes.silences(least)
    }

    /// What everybody used, by user name.
    pub fn by_user(&self) -> BTreeMap<Text, Used> {
        let mut all: Vec<Used> = self
            .users
            .iter()
            .map(|known| Used {
                user: known.name.clone(),
                groups: known.groups.clone(),
                is_privileged: known.is_privileged,
                refused: known.refused,
                ..Used::default()
            })
            .collect();
        for noted in &self.proofs {
            let Some(used) = all.get_mut(noted.right.user as usize) else { continue };
            let proof = Proof {
                audit_id: noted.audit_id.clone(),
                at: noted.at.clone(),
                file: self.texts.text(noted.file),
                line: noted.line,
                count: noted.count,
                by: noted.by.map(|by| self.texts.text(by)),
                other: noted.other.map(|reason| self.texts.text(reason)),
                means: noted.means,
            };
            used.requests.insert(self.request(&noted.right), proof);
        }
        for (right, (_, beyond)) in self.names.iter().filter(|(_, (_, beyond))| *beyond > 0) {
            if let Some(used) = all.get_mut(right.user as usize) {
                used.many.insert(self.request(right), *beyond);
            }
        }
        all.into_iter().map(|used| (used.user.clone(), used)).collect()
    }

    fn request(&self, right: &Right) -> Request {
        let text = |id| self.texts.text(id);
        if right.group == PATHS {
            return Request::Url(UrlRequest { verb: text(right.verb), path: text(right.resource) });
        }
        Request::Resource(ResourceRequest {
            verb: text(right.verb),
            group: text(right.group),
            resource: text(right.resource),
            subresource: text(right.subresource),
            namespace: text(right.namespace),
            name: text(right.name),
        })
    }

    /// The place of a user.
    fn user(&mut self, name: &str) -> Id {
        if let Some(user) = self.by_name.get(name) {
            return *user;
        }
        let user = Id::try_from(self.users.len()).unwrap_or(Id::MAX);
        let name = Text::new(name);
        self.users.push(Known { name: name.clone(), ..Known::default() });
        self.by_name.insert(name, user);
        user
    }

    /// The place of a user, with its groups noted.
    fn seen_as(&mut self, identity: &User<'_>) -> Id {
        let user = self.user(&identity.name);
        let Some(known) = self.users.get_mut(user as usize) else { return user };
        let is_known = known.groups.len() == identity.groups.len()
            && known.groups.iter().zip(&identity.groups).all(|(known, group)| **known == **group);
        if !is_known {
            for group in &identity.groups {
                if !known.groups.iter().any(|known| **known == **group) {
                    known.groups.push(Text::new(group));
                }
            }
            known.is_privileged |= identity.groups.iter().any(|group| group == MASTERS);
        }
        user
    }

    /// What the server asked for besides, without an event of its own.
    fn follows(&mut self, user: Id, parts: &Parts<'_>, name: &str, witness: Witness<'_, '_>) {
        let code = witness.event.response.as_ref().map_or(0, |response| response.code);
        if code == 201 && matches!(parts.verb, "update" | "patch") && parts.subresource.is_empty() {
            let create = Parts { verb: "create", ..*parts };
            self.prove(user, &create, name, Witness { means: Means::Creation, ..witness });
        }
        let is_stream = matches!(parts.subresource, "exec" | "attach" | "portforward");
        if code == 101 && parts.verb == "get" && (parts.group, parts.resource) == ("", "pods") && is_stream {
            let create = Parts { verb: "create", ..*parts };
            self.prove(user, &create, name, Witness { means: Means::Upgrade, ..witness });
        }
        let is_binding =
            parts.group == GROUP && matches!(parts.resource, "rolebindings" | "clusterrolebindings");
        let is_write = matches!(parts.verb, "create" | "update" | "patch");
        if !(is_binding && is_write && witness.is_last && (200..300).contains(&code)) {
            return;
        }
        let bodies = [&witness.event.response_body, &witness.event.request_body];
        let role = bodies.into_iter().find_map(|body| {
            let body = body.tree()?;
            body.get("roleRef").and_then(Node::as_map).is_some().then(|| RoleRef::read(&body))
        });
        if let Some(role) = role {
            let resource = if role.cluster { "clusterroles" } else { "roles" };
            let bind = Parts { verb: "bind", resource, ..*parts };
            self.prove(user, &bind, &role.name, Witness { means: Means::Binding, ..witness });
        }
    }

    /// The rights by which somebody acted as somebody else: whatever was decided later, the impersonation went through.
    fn impersonation(&mut self, target: &User<'_>, witness: Witness<'_, '_>) {
        let event = witness.event;
        let user = self.seen_as(&event.user);
        let constraint = &*event.impersonation_constraint;
        let (verb, group) = match constraint {
            "" => ("impersonate", ""),
            constraint => (constraint, "authentication.k8s.io"),
        };
        let account = service_account(&target.name);
        let core = Parts { verb, group, ..Parts::default() };
        match account {
            Some((namespace, name)) => {
                self.prove(user, &Parts { resource: "serviceaccounts", namespace, ..core }, name, witness);
            }
            None => self.prove(user, &Parts { resource: "users", ..core }, &target.name, witness),
        }
        let is_added =
            |group: &str| group == AUTHENTICATED || account.is_some() && group.starts_with(SERVICE_ACCOUNTS);
        for name in target.groups.iter().filter(|name| !name.is_empty() && !is_added(name)) {
            self.prove(user, &Parts { resource: "groups", ..core }, name, witness);
        }
        let extra = Parts { group: "authentication.k8s.io", ..core };
        if !target.uid.is_empty() {
            self.prove(user, &Parts { resource: "uids", ..extra }, &target.uid, witness);
        }
        for (key, values) in &target.extra {
            for value in values.iter().filter(|value| !value.is_empty()) {
                let parts = Parts { resource: "userextras", subresource: key, ..extra };
                self.prove(user, &parts, value, witness);
            }
        }
        // A constrained impersonation needs a right on what is asked, too.
        if let Some(mode) = constraint.strip_prefix("impersonate:") {
            let (path, query) = split(&event.request_uri);
            if let Some(parts) = event_parts(event, &path, query) {
                let verb = format!("impersonate-on:{mode}:{}", parts.verb);
                self.prove(user, &Parts { verb: &verb, ..parts }, &parts.name.text(), witness);
            }
        }
    }

    /// Notes that an event proves a right on a resource.
    fn prove(&mut self, user: Id, parts: &Parts<'_>, name: &str, witness: Witness<'_, '_>) {
        let texts = &mut self.texts;
        let nameless = Right {
            user,
            verb: texts.id(parts.verb),
            group: texts.id(parts.group),
            resource: texts.id(parts.resource),
            subresource: texts.id(parts.subresource),
            namespace: texts.id(parts.namespace),
            name: 0,
        };
        self.note(nameless, name, MOST_NAMES, |right, name| Right { name, ..right }, witness);
    }

    /// Notes that an event proves a right on a path.
    fn prove_path(&mut self, user: Id, path: &str, witness: Witness<'_, '_>) {
        let verb = self.texts.id(&witness.event.verb);
        let any = Right { user, verb, group: PATHS, resource: 0, subresource: 0, namespace: 0, name: 0 };
        self.note(any, path, MOST_PATHS, |right, resource| Right { resource, ..right }, witness);
    }

    /// Notes a right, by its name where there is one: of one right so many names are kept.
    fn note(
        &mut self,
        nameless: Right,
        name: &str,
        most: u32,
        named: impl Fn(Right, Id) -> Right,
        witness: Witness<'_, '_>,
    ) {
        let known = self.texts.find(name);
        let at = known.and_then(|id| self.rights.get(&named(nameless, id)).copied());
        if let Some(at) = at {
            let Some(proof) = self.proofs.get_mut(at) else { return };
            let same = proof.right;
            proof.count += u64::from(witness.is_last);
            let known = rank(proof.other.is_some(), proof.means, proof.by.is_some());
            if rank(witness.other.is_some(), witness.means, witness.by.is_some()) < known {
                let better = Noted { count: proof.count, ..self.noted(same, witness) };
                self.proofs.splice(at..=at, [better]);
            }
            return;
        }
        if !name.is_empty() {
            let (kept, beyond) = self.names.entry(nameless).or_default();
            if *kept >= most {
                *beyond += u64::from(witness.is_last);
                return;
            }
            *kept += 1;
        }
        let right = named(nameless, self.texts.id(name));
        let noted = self.noted(right, witness);
        self.rights.insert(right, self.proofs.len());
        self.proofs.push(noted);
    }

    fn noted(&mut self, right: Right, witness: Witness<'_, '_>) -> Noted {
        Noted {
            right,
            audit_id: Text::new(&witness.event.audit_id),
            at: Text::new(&witness.event.received),
            file: self.texts.id(witness.source.file),
            line: witness.source.line,
            count: u64::from(witness.is_last),
            by: witness.by.map(|by| self.texts.id(by)),
            other: witness.other.map(|reason| self.texts.id(reason)),
            means: witness.means,
        }
    }
}
