//! What identities were seen to use, from audit events.

use std::collections::BTreeMap;

use ironsides_audit::{Event, Stage};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::event::event_request;
use crate::identity::{AUTHENTICATED, MASTERS, SERVICE_ACCOUNTS, service_account};
use crate::request::{Request, ResourceRequest};

/// What every identity of a log used.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By user name.
    pub users: BTreeMap<Text, Used>,
    /// What the log holds and could not show.
    pub seen: Seen,
    /// Places in `users`' requests by text, so that an event that says nothing new costs one look.
    known: FxHashMap<(Text, Text, Text), Place>,
}

/// Where a request is counted.
#[derive(Clone, Debug)]
struct Place {
    user: Text,
    request: Request,
}

/// What one identity used.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// The groups it was seen in.
    pub groups: Vec<Text>,
    /// Whether it was in `system:masters`, whose members are let through before RBAC is asked.
    pub is_privileged: bool,
    /// Every request that an authorizer allowed.
    pub requests: BTreeMap<Request, Proof>,
    /// Requests, without their names, of which more names were used than are kept: how often with others.
    pub many: BTreeMap<Request, u64>,
    /// How many requests were refused: they prove no right.
    pub refused: u64,
    /// How many names are kept of each request.
    names: BTreeMap<Request, usize>,
}

/// The most names that are kept of one verb on one resource of one namespace.
pub const MOST_NAMES: usize = 256;
/// How many texts of requests are remembered, so that memory stays flat over any log.
const REMEMBERED: usize = 1 << 18;

/// The events that prove a right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The id of the first.
    pub audit_id: Text,
    /// When that was, as written.
    pub at: Text,
    /// How many requests there were.
    pub count: u64,
    /// Who acted, where somebody made the request as this identity.
    pub by: Option<Text>,
}

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Events that were looked at.
    pub events: u64,
    /// Requests that an authorizer allowed.
    pub allowed: u64,
    /// Requests that it refused.
    pub refused: u64,
    /// Events that do not say what was decided: from before authentication, or of a server that writes no annotations.
    pub undecided: u64,
    /// The first moment, as written.
    pub first: Text,
    /// The last.
    pub last: Text,
}

impl Usage {
    /// Takes an event. One request may have several events; it is counted once, by its last, and known from its first.
    pub fn add(&mut self, event: &Event<'_>) {
        self.seen.events += 1;
        if self.seen.first.is_empty() || *event.received < *self.seen.first {
            self.seen.first = Text::new(&event.received);
        }
        if *event.received > *self.seen.last {
            self.seen.last = Text::new(&event.received);
        }
        let is_last = matches!(event.stage, Some(Stage::ResponseComplete | Stage::Panic));
        if event.impersonated_user.is_some() {
            self.impersonation(event, is_last);
        }
        let user = event.effective_user();
        match event.is_allowed() {
            None => {
                self.seen.undecided += u64::from(is_last || event.stage == Some(Stage::ResponseStarted));
                return;
            }
            Some(false) => {
                self.seen.refused += u64::from(is_last);
                let used = self.users.entry(Text::new(&user.name)).or_default();
                used.refused += u64::from(is_last);
                return;
            }
            Some(true) => self.seen.allowed += u64::from(is_last),
        }
        let key = (Text::new(&user.name), Text::new(&event.verb), Text::new(&event.request_uri));
        if let Some(place) = self.known.get(&key) {
            let used = self.users.get_mut(&place.user);
            if let Some(proof) = used.and_then(|used| used.requests.get_mut(&place.request)) {
                proof.count += u64::from(is_last);
                return;
            }
        }
        let Some(request) = event_request(event) else { return };
        let used = self.users.entry(key.0.clone()).or_default();
        for group in &user.groups {
            if !used.groups.iter().any(|known| **known == **group) {
                used.groups.push(Text::new(group));
            }
        }
        used.is_privileged |= user.groups.iter().any(|group| group == MASTERS);
        let by = event.impersonated_user.as_ref().map(|_| Text::new(&event.user.name));
        prove(used, request.clone(), event, by, is_last);
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(key.clone(), Place { user: key.0, request });
    }

    /// The rights by which somebody acted as somebody else: whatever was decided later, the impersonation went through.
    fn impersonation(&mut self, event: &Event<'_>, is_last: bool) {
        let Some(target) = event.impersonated_user.as_deref() else { return };
        let used = self.users.entry(Text::new(&event.user.name)).or_default();
        used.is_privileged |= event.user.groups.iter().any(|group| group == MASTERS);
        let constraint = &*event.impersonation_constraint;
        let (verb, group) = match constraint {
            "" => ("impersonate", ""),
            constraint => (constraint, "authentication.k8s.io"),
        };
        let mut wanted = Vec::new();
        let account = service_account(&target.name);
        match account {
            Some((namespace, name)) => {
                let request = ResourceRequest::new(verb, group, "serviceaccounts");
                wanted.push(request.in_namespace(namespace).named(name));
            }
            None => wanted.push(ResourceRequest::new(verb, group, "users").named(&target.name)),
        }
        let is_added =
            |group: &str| group == AUTHENTICATED || account.is_some() && group.starts_with(SERVICE_ACCOUNTS);
        for name in target.groups.iter().filter(|name| !is_added(name)) {
            wanted.push(ResourceRequest::new(verb, group, "groups").named(name));
        }
        if !target.uid.is_empty() {
            wanted.push(ResourceRequest::new(verb, "authentication.k8s.io", "uids").named(&target.uid));
        }
        for (key, values) in &target.extra {
            let resource = format!("userextras/{key}");
            for value in values {
                wanted.push(ResourceRequest::new(verb, "authentication.k8s.io", &resource).named(value));
            }
        }
        // A constrained impersonation needs a right on what is asked, too.
        let mode = constraint.strip_prefix("impersonate:");
        if let (Some(mode), Some(Request::Resource(request))) = (mode, event_request(event)) {
            let verb = format!("impersonate-on:{mode}:{}", request.verb);
            wanted.push(ResourceRequest { verb: Text::from(verb), ..request });
        }
        for request in wanted {
            prove(used, Request::Resource(request), event, None, is_last);
        }
    }
}

/// Notes that an event proves a right.
fn prove(used: &mut Used, request: Request, event: &Event<'_>, by: Option<Text>, is_last: bool) {
    if let Request::Resource(resource) = &request
        && !resource.name.is_empty()
        && !used.requests.contains_key(&request)
    {
        let nameless = Request::Resource(ResourceRequest { name: Text::default(), ..resource.clone() });
        let names = used.names.entry(nameless.clone()).or_default();
        if *names >= MOST_NAMES {
            *used.many.entry(nameless).or_default() += u64::from(is_last);
            return;
        }
        *names += 1;
    }
    let proof = used.requests.entry(request).or_insert_with(|| Proof {
        audit_id: Text::new(&event.audit_id),
        at: Text::new(&event.received),
        count: 0,
        by: by.clone(),
    });
    proof.count += u64::from(is_last);
    // A right that somebody used in person is proved by that, not by whoever acted for them.
    if proof.by.is_some() && by.is_none() {
        *proof = Proof { audit_id: Text::new(&event.audit_id), at: Text::new(&event.received), by, ..*proof };
    }
}
