//! Objects as they come, change and go.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use http_body_util::BodyExt as _;
use ironsides_tree::Node;
use kube::client::Body;

use crate::discovery::parse;
use crate::list::{Gathered, Lister, escaped};
use crate::plan::Read;
use crate::session::refusal;
use crate::trouble::Trouble;

/// How long the server keeps a watch open, in seconds, and how much longer we wait for its last word.
const OPEN: u64 = 290;
const GRACE: Duration = Duration::from_secs(30);
/// The longest pause before a watch that broke is opened again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What happened to an object. Objects are as a collection keeps them.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is there: it was when the watch began, or it came.
    Added(Node),
    /// It changed; this is how it is now.
    Modified(Node),
    /// It is gone; this is how it was last.
    Deleted(Node),
    /// What was told before this is all that was there when the watch began.
    Listed,
}

/// Follows the objects of one read.
///
/// Begins with a list and goes on with a watch. A watch that ends is opened again where it ended; where the server has
/// forgotten that place (410), the list is read again, and what happened meanwhile is told from the difference.
pub struct Watch {
    lister: Lister,
    read: Read,
    known: BTreeMap<Name, Node>,
    queue: VecDeque<Change>,
    state: State,
    was_listed: bool,
    failures: u32,
}

/// The namespace and name of an object.
type Name = (String, String);

enum State {
    /// The list is to be read.
    List,
    /// A watch is to be opened from this version on.
    Open(String),
    /// A watch is open; the version is that of the last event.
    Follow(Box<Lines>, String),
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("request", &self.read.request).finish_non_exhaustive()
    }
}

impl Watch {
    pub(crate) fn new(lister: Lister, read: Read) -> Self {
        let (known, queue) = (BTreeMap::new(), VecDeque::new());
        Self { lister, read, known, queue, state: State::List, was_listed: false, failures: 0 }
    }

    /// The next change; waits until there is one. An error is what does not pass by itself: a right that is missing,
    /// credentials that are no longer accepted. Asking again tries again.
    pub async fn next(&mut self) -> Result<Change, Trouble> {
        loop {
            if let Some(change) = self.queue.pop_front() {
                return Ok(change);
            }
            let step = match std::mem::replace(&mut self.state, State::List) {
                State::List => self.list().await,
                State::Open(version) => self.open(version).await,
                State::Follow(lines, version) => self.follow(lines, version).await,
            };
            match step {
                Ok(()) => self.failures = 0,
                Err(trouble) if trouble.is_passing() || trouble.code().is_none() => {
                    // Servers restart and networks break; a watch is there when they are back.
                    let pause = Duration::from_millis(500) * 2u32.pow(self.failures.min(6));
                    self.failures += 1;
                    tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// Reads the list and tells what is different from what is known.
    async fn list(&mut self) -> Result<(), Trouble> {
        let Gathered { objects, version, trouble } = self.lister.list(&self.read, &()).await;
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        let before = std::mem::take(&mut self.known);
        for object in objects {
            let name = name(&object);
            let change = match before.get(&name) {
                None => Some(Change::Added(object.clone())),
                Some(old) if uid(old) != uid(&object) => {
                    self.queue.push_back(Change::Deleted(old.clone()));
                    Some(Change::Added(object.clone()))
                }
                Some(old) if *old != object => Some(Change::Modified(object.clone())),
                Some(_) => None,
            };
            self.queue.extend(change);
            self.known.insert(name, object);
        }
        let gone = before.into_iter().filter(|(name, _)| !self.known.contains_key(name));
        self.queue.extend(gone.map(|(_, object)| Change::Deleted(object)));
        if !self.was_listed {
            self.was_listed = true;
            self.queue.push_back(Change::Listed);
        }
        self.state = State::Open(version);
        Ok(())
    }

    /// Opens a watch.
    async fn open(&mut self, version: String) -> Result<(), Trouble> {
        let url = format!(
            "{}?watch=1&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={OPEN}",
            self.read.url(),
            escaped(&version)
        );
        let response = match self.lister.session.start(&url, "application/json").await {
            Ok(response) => response,
            Err(trouble) => {
                self.state = State::Open(version);
                return Err(trouble);
            }
        };
        let code = response.status().as_u16();
        if !(200..300).contains(&code) {
            let body = response.into_body().collect_bytes().await.map_err(|error| Trouble::of(&error))?;
            if code == 410 {
                return Ok(());
            }
            self.state = State::Open(version);
            return Err(Trouble::Status(refusal(code, None, &body)));
        }
        let lines = Lines { body: response.into_body(), seen: Vec::new() };
        self.state = State::Follow(Box::new(lines), version);
        Ok(())
    }

    /// Reads one event.
    async fn follow(&mut self, mut lines: Box<Lines>, version: String) -> Result<(), Trouble> {
        let longest = Duration::from_secs(OPEN) + GRACE;
        let line = match tokio::time::timeout(longest, lines.next()).await {
            Ok(Ok(Some(line))) => line,
            // It ended as it should, or broke; both go on where it was.
            Ok(Ok(None) | Err(Trouble::Broken(_))) | Err(_) => {
                self.state = State::Open(version);
                return Ok(());
            }
            Ok(Err(trouble)) => {
                self.state = State::Open(version);
                return Err(trouble);
            }
        };
        let event = match parse(&line) {
            Ok(event) => event,
            Err(trouble) => {
                self.state = State::Open(version);
                return Err(trouble);
            }
        };
        let object = event.get("object").cloned().unwrap_or(Node::NULL);
        let kind = event.get("type").and_then(Node::as_str).unwrap_or_default();
        if kind == "ERROR" {
            let status = refusal(
                object
                    .get("code")
                    .and_then(Node::as_i64)
                    .and_then(|code| u16::try_from(code).ok())
                    .unwrap_or(500),
                None,
                ironsides_tree::print::json(&object).as_bytes(),
            );
            // Whatever the error, the list tells where things stand; too old a version (410) is no error at all.
            return if status.code == 410 { Ok(()) } else { Err(Trouble::Status(status)) };
        }
        let at = object.at(&["metadata", "resourceVersion"]).and_then(Node::as_str);
        let version = at.map_or(version, str::to_owned);
        self.state = State::Follow(lines, version);
        if kind == "BOOKMARK" {
            return Ok(());
        }
        let Some(object) = self.lister.project(&self.read, &object) else {
            return Err(Trouble::Malformed(format!(
                "the object of an event must be a map, not {}",
                object.shape()
            )));
        };
        let name = name(&object);
        let change = match kind {
            "DELETED" => {
                self.known.remove(&name);
                Change::Deleted(object)
            }
            // A watch may tell again what the list had.
            _ => match self.known.insert(name, object.clone()) {
                None => Change::Added(object),
                Some(old) if old == object => return Ok(()),
                Some(_) => Change::Modified(object),
            },
        };
        self.queue.push_back(change);
        Ok(())
    }
}

fn name(object: &Node) -> Name {
    let text = |key| object.at(&["metadata", key]).and_then(Node::as_str).unwrap_or_default().to_owned();
    (text("namespace"), text("name"))
}

fn uid(object: &Node) -> Option<&str> {
    object.at(&["metadata", "uid"]).and_then(Node::as_str)
}

/// The lines of a body.
struct Lines {
    body: Body,
    seen: Vec<u8>,
}

impl Lines {
    /// The next line; `None` at the end.
    async fn next(&mut self) -> Result<Option<String>, Trouble> {
        let mut looked = 0;
        loop {
            let rest = self.seen.get(looked..).unwrap_or_default();
            if let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.seen.drain(..=looked + end).collect();
                let line = String::from_utf8(line);
                return line.map(Some).map_err(|_| Trouble::Malformed("it is no UTF-8 text".into()));
            }
            looked = self.seen.len();
            match self.body.frame().await {
                Some(Ok(frame)) => self.seen.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
                Some(Err(error)) => return Err(Trouble::of(&error)),
                None => return Ok(None),
            }
        }
    }
}
