//! Roles and bindings as they were at every moment of an audit log, to hold the server's decisions against ours.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ironsides_audit::{Event, Level, REASON, Stage, moment};
use ironsides_core::{Object, Origin};
use ironsides_tree::{Map, Node, Text, Value};

use crate::authorizer::Decision;
use crate::event::{event_identity, event_request};
use crate::policy::{GROUP, Rbac};

/// How long the authorizer may not know yet of a write, in microseconds: its informer follows the store.
const LAG: i64 = 2_000_000;
/// How many moments are kept ready.
const READY: usize = 4;

type Key = (Text, Text, Text);

/// The roles and bindings over time.
#[derive(Debug, Default)]
pub struct History {
    /// At the beginning.
    initial: BTreeMap<Key, Object>,
    /// What was written later.
    writes: Vec<Write>,
    /// Writes that are known of and whose object is not, since the policy records no bodies of them.
    pub blind_writes: u64,
    ready: VecDeque<(usize, Arc<Rbac>)>,
}

#[derive(Debug)]
struct Write {
    /// From when on it may have been in force.
    at: i64,
    key: Key,
    /// The object; `None` where it was deleted.
    object: Option<Object>,
}

/// The server's decision held against ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The decision was not RBAC's, or the event has none.
    NotRbac,
    /// Both decide alike, and the binding that the server names grants it with us too.
    Agrees,
    /// They do not.
    Differs {
        /// The server's decision and reason.
        server: String,
        /// Ours.
        ours: String,
    },
}

impl History {
    /// A history that begins with these objects.
    pub fn new<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let initial = objects
            .into_iter()
            .filter(|object| object.reference().group() == GROUP)
            .map(|object| (key(object), object.clone()))
            .collect();
        Self { initial, ..Self::default() }
    }

    /// Notes what an event wrote; all events are to be noted before any is checked. Others are passed over.
    pub fn note(&mut self, event: &Event<'_>) {
        let Some(object) = event.object.as_ref().filter(|object| object.group == GROUP) else { return };
        let is_write = matches!(&*event.verb, "create" | "update" | "patch" | "delete" | "deletecollection");
        let is_done = event.stage == Some(Stage::ResponseComplete)
            && event.response.as_ref().is_some_and(|response| (200..300).contains(&response.code));
        let is_dry = event.request_uri.contains("dryRun=");
        if !is_write || !is_done || is_dry || !object.subresource.is_empty() {
            return;
        }
        let Some(at) = moment(&event.received) else { return };
        if event.verb == "delete" {
            let Some(kind) = kind_of(&object.resource) else { return };
            let key = (Text::new_static(kind), Text::new(&object.namespace), Text::new(&object.name));
            self.insert(Write { at, key, object: None });
            return;
        }
        let body =
            if event.level == Some(Level::RequestResponse) { event.response_body.tree() } else { None };
        let Some(body) = body else {
            self.blind_writes += 1;
            return;
        };
        let items = body.get("items").and_then(Node::as_list);
        for root in items.map_or(std::slice::from_ref(&body), |items| items) {
            let kind = kind_of(&object.resource);
            let Some((kind, root)) = kind.and_then(|kind| Some((kind, typed(root, kind)?))) else { continue };
            let origin = Origin::Api { request: Arc::from("audit log") };
            let written = Object::new(root, origin, Vec::new());
            let (_, namespace, name) = key(&written);
            let is_deleted = event.verb == "deletecollection";
            self.insert(Write {
                at,
                key: (Text::new_static(kind), namespace, name),
                object: (!is_deleted).then_some(written),
            });
        }
    }

    /// Holds a decision of RBAC against ours, at any moment at which the server may have made it.
    pub fn check(&mut self, event: &Event<'_>) -> Checked {
        let Some(allowed) = event.is_allowed() else { return Checked::NotRbac };
        let reason = event.annotation(REASON).unwrap_or_default();
        if allowed != reason.starts_with("RBAC: allowed by ") {
            return Checked::NotRbac;
        }
        let identity = event_identity(event.effective_user());
        let is_node = identity.is_in("system:nodes");
        if !allowed && (is_node || !reason.is_empty() && !reason.starts_with("RBAC: ")) {
            return Checked::NotRbac;
        }
        let (Some(request), Some(received)) = (event_request(event), moment(&event.received)) else {
            return Checked::NotRbac;
        };
        let end = moment(&event.staged).unwrap_or(received);
        let first = self.writes.partition_point(|write| write.at < received - LAG);
        let last = self.writes.partition_point(|write| write.at <= end);
        let mut ours = String::new();
        // The latest state first: most often it is the one.
        for version in (first..=last).rev() {
            let rbac = self.at(version);
            let decision = rbac.decide(&identity, &request);
            ours = match &decision {
                Decision::NoOpinion(_) => "forbid".to_owned(),
                _ => format!("allow {}", rbac.reason(&decision)),
            };
            let agrees = match &decision {
                Decision::NoOpinion(_) => !allowed,
                Decision::Privileged => false,
                Decision::Allowed(_) => {
                    allowed
                        && rbac.grants_of(&identity, &request).iter().any(|grant| {
                            rbac.allowed_by(grant)
                                .is_some_and(|by| reason.strip_prefix("RBAC: ") == Some(&by))
                        })
                }
            };
            if agrees {
                return Checked::Agrees;
            }
        }
        let server = if allowed { format!("allow {reason}") } else { "forbid".to_owned() };
        Checked::Differs { server, ours }
    }

    /// The roles and bindings after so many writes.
    fn at(&mut self, version: usize) -> Arc<Rbac> {
        if let Some((_, known)) = self.ready.iter().find(|(known, _)| *known == version) {
            return Arc::clone(known);
        }
        let mut objects: BTreeMap<&Key, &Object> = self.initial.iter().collect();
        for write in self.writes.iter().take(version) {
            match &write.object {
                Some(object) => objects.insert(&write.key, object),
                None => objects.remove(&write.key),
            };
        }
        let made = Arc::new(Rbac::new(objects.into_values()));
        if self.ready.len() >= READY {
            self.ready.pop_front();
        }
        self.ready.push_back((version, Arc::clone(&made)));
        made
    }

    /// Keeps the writes in the order of time. Events come nearly so: what is out of order is near the end.
    fn insert(&mut self, write: Write) {
        let later = self.writes.iter().rev().take_while(|known| known.at > write.at).count();
        let at = self.writes.len() - later;
        self.writes.insert(at, write);
        if later > 0 {
            self.ready.clear();
        }
    }
}

fn key(object: &Object) -> Key {
    let reference = object.reference();
    (reference.kind.clone(), reference.namespace.clone().unwrap_or_default(), reference.name.clone())
}

fn kind_of(resource: &str) -> Option<&'static str> {
    ironsides_schema::kind_of_resource(GROUP, resource).map(|kind| kind.kind)
}

/// An item of a list, which does not repeat its kind.
fn typed(root: &Node, kind: &str) -> Option<Node> {
    if root.get("kind").is_some() {
        return Some(root.clone());
    }
    let text = |value: String| Node::bare(Value::String(Text::from(value)));
    let own = [("kind", text(kind.to_owned())), ("apiVersion", text(format!("{GROUP}/v1")))];
    let entries = root.as_map()?.iter().map(|(key, value)| (Text::new(key), value.clone()));
    let map: Map = entries.chain(own.map(|(key, value)| (Text::new_static(key), value))).collect();
    Some(Node::bare(Value::Map(Arc::new(map))))
}
