//! One list, page by page.

use std::sync::{Arc, Mutex, PoisonError};

use ironsides_core::Redactor;
use ironsides_tree::Node;

use crate::discovery::parse;
use crate::error::ClusterError;
use crate::plan::Read;
use crate::project;
use crate::seen::Seen;
use crate::session::Session;
use crate::share::Sharer;
use crate::trouble::Trouble;

const JSON: &str = "application/json";
/// How many objects a page may hold.
const PAGE: usize = 500;
/// How many objects the first page of a resource may hold whose objects may be a megabyte each.
const FIRST_OF_LARGE: usize = 50;
/// How large a page should be at most, in bytes.
const PAGE_BYTES: usize = 8 << 20;

/// Reads lists into shared trees.
#[derive(Clone)]
pub(crate) struct Lister {
    pub(crate) session: Session,
    pub(crate) sharer: Arc<Mutex<Sharer>>,
    pub(crate) redactor: Redactor,
}

/// What a list gave: objects, and why these are not all.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) objects: Vec<Node>,
    /// The state of the cluster that the list shows: where a watch goes on.
    pub(crate) version: String,
    pub(crate) trouble: Option<Trouble>,
}

/// A page of a list.
struct Page {
    items: Vec<Node>,
    next: Option<String>,
    version: String,
}

impl Lister {
    /// A lister for one collection: with a key for the values of Secrets that nobody else has.
    pub(crate) fn new(session: &Session) -> Result<Self, ClusterError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)
            .map_err(|error| ClusterError::Setting(format!("the system has no random numbers: {error}")))?;
        let (session, redactor) = (session.clone(), Redactor::new(key));
        Ok(Self { session, sharer: Arc::new(Mutex::new(Sharer::default())), redactor })
    }

    /// Reads all of a list. Where the server forgets the state that the list began with (410), the list begins anew, once
    /// in pages and once whole.
    pub(crate) async fn list(&self, read: &Read, seen: &dyn Seen) -> Gathered {
        if read.is_single() {
            return self.single(read).await;
        }
        let is_expired = |gathered: &Gathered| gathered.trouble.as_ref().and_then(Trouble::code) == Some(410);
        let mut best = Gathered::default();
        for is_whole in [false, false, true] {
            let gathered = self.pages(read, is_whole, seen).await;
            if !is_expired(&gathered)
                && (gathered.trouble.is_none() || gathered.objects.len() >= best.objects.len())
            {
                return gathered;
            }
            if gathered.objects.len() >= best.objects.len() {
                best = gathered;
            }
        }
        best
    }

    async fn pages(&self, read: &Read, is_whole: bool, seen: &dyn Seen) -> Gathered {
        let mut gathered = Gathered::default();
        let is_large =
            matches!(read.resource.as_str(), "secrets" | "configmaps" | "customresourcedefinitions");
        let mut limit = if is_large { FIRST_OF_LARGE } else { PAGE };
        let mut next: Option<String> = None;
        loop {
            let mut url = format!("{}?limit={}", read.url(), if is_whole { 0 } else { limit });
            if let Some(token) = &next {
                url.push_str("&continue=");
                url.push_str(&escaped(token));
            }
            let reply = match self.session.get(&url, JSON).await {
                Ok(reply) => reply,
                Err(trouble) => {
                    gathered.trouble = Some(trouble);
                    return gathered;
                }
            };
            let bytes = reply.body.len();
            let page = match self.keep(read, reply.body).await {
                Ok(page) => page,
                Err(trouble) => {
                    gathered.trouble = Some(trouble);
                    return gathered;
                }
            };
            if let Some(each) = bytes.checked_div(page.items.len()) {
                limit = (PAGE_BYTES / each.max(1)).clamp(10, PAGE);
            }
            if page.items.is_empty() && page.next.is_some() && page.next == next {
                gathered.trouble =
                    Some(Trouble::Malformed("the list goes on with empty pages for ever".into()));
                return gathered;
            }
            gathered.objects.extend(page.items);
            gathered.version = page.version;
            seen.read(&read.request, gathered.objects.len());
            next = page.next;
            if next.is_none() {
                return gathered;
            }
        }
    }

    /// Reads one object.
    async fn single(&self, read: &Read) -> Gathered {
        let object = match self.session.get(read.url(), JSON).await {
            Ok(reply) => parse(&reply.body),
            Err(trouble) => Err(trouble),
        };
        match object.map(|root| self.project(read, &root)) {
            Ok(object) => Gathered { objects: object.into_iter().collect(), ..Gathered::default() },
            Err(trouble) => Gathered { trouble: Some(trouble), ..Gathered::default() },
        }
    }

    /// Reads the text of a page; of its objects only what is kept leaves here.
    async fn keep(&self, read: &Read, body: String) -> Result<Page, Trouble> {
        let (lister, read) = (self.clone(), read.clone());
        let work = move || {
            let root = parse(&body)?;
            drop(body);
            let (raw, next) = items(&root)?;
            let kept = raw.iter().map(|item| lister.project(&read, item).ok_or(item));
            let items: Result<Vec<Node>, &Node> = kept.collect();
            let items = items.map_err(|item| {
                Trouble::Malformed(format!("an item of the list must be a map, not {}", item.shape()))
            })?;
            let version = root.at(&["metadata", "resourceVersion"]).and_then(Node::as_str);
            Ok(Page { items, next, version: version.unwrap_or_default().to_owned() })
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|error| Err(Trouble::Other(format!("the page could not be read: {error}"))))
    }

    /// What is kept of an object; `None` where it is none.
    pub(crate) fn project(&self, read: &Read, item: &Node) -> Option<Node> {
        let mut sharer = self.sharer.lock().unwrap_or_else(PoisonError::into_inner);
        project::keep(item, &read.group, &read.version, &read.kind, &self.redactor, &mut sharer)
    }
}

/// The objects of a list, and where it goes on.
fn items(root: &Node) -> Result<(&[Node], Option<String>), Trouble> {
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
    let items = match root.get("items") {
        Some(node) if node.is_null() => &[],
        Some(node) => {
            node.as_list().ok_or_else(|| Trouble::Malformed(format!("its items are a {}", node.shape())))?
        }
        None if kind.ends_with("List") => &[],
        None => return Err(Trouble::Malformed(format!("it is no list, but of kind {kind:?}"))),
    };
    let next = root.at(&["metadata", "continue"]).and_then(Node::as_str).filter(|token| !token.is_empty());
    Ok((items, next.map(str::to_owned)))
}

/// A text as part of a query.
pub(crate) fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
