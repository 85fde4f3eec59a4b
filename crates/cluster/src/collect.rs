//! A collection: all reads of a plan, several at once, into facts.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures::StreamExt as _;
use futures::stream;
use ironsides_core::{Answer, Extent, Facts, Listing};
use ironsides_tree::Node;
use tokio::sync::OnceCell;

use crate::configz;
use crate::error::ClusterError;
use crate::list::{Gathered, Lister};
use crate::permission::Permission;
use crate::plan::{ANONYMOUS, Plan, Read};
use crate::seen::Seen;
use crate::session::Session;
use crate::trouble::Trouble;

/// How many lists are read at the same time.
pub(crate) const AT_ONCE: usize = 8;
/// After so many reads in a row without any answer nothing more is asked.
const SILENT: usize = 2 * AT_ONCE;

struct Collection<'a> {
    lister: Lister,
    seen: &'a dyn Seen,
    /// The namespaces, where somebody had to ask.
    namespaces: OnceCell<Result<Vec<String>, String>>,
    /// How many reads got no answer since the last that did.
    silent: AtomicUsize,
}

/// Reads what a plan says.
pub(crate) async fn collect(session: &Session, plan: &Plan, seen: &dyn Seen) -> Result<Facts, ClusterError> {
    let taken = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let lister = Lister::new(session)?;
    let collection = Collection { lister, seen, namespaces: OnceCell::new(), silent: AtomicUsize::new(0) };
    let mut server = plan.server.clone();
    if plan.anonymous {
        server.anonymous = anonymous(session).await;
    }
    let reads = plan.reads.iter().filter(|read| !read.resource.is_empty());
    let read = |read| collection.read(read);
    let done: Vec<Vec<(Listing, Option<Trouble>)>> =
        stream::iter(reads).map(read).buffered(AT_ONCE).collect().await;
    let done: Vec<(Listing, Option<Trouble>)> = done.into_iter().flatten().collect();
    let is_lost = |trouble: &Option<Trouble>| {
        trouble.as_ref().is_some_and(|trouble| trouble.code().is_none_or(|code| code == 401))
    };
    if !done.is_empty()
        && done.iter().all(|(listing, trouble)| listing.objects.is_empty() && is_lost(trouble))
    {
        let trouble = done.into_iter().find_map(|(_, trouble)| trouble);
        let trouble = trouble.unwrap_or_else(|| Trouble::Other("nothing could be read".into()));
        return Err(ClusterError::Server { address: session.way(), trouble });
    }
    let mut listings: Vec<Listing> = done.into_iter().map(|(listing, _)| listing).collect();
    listings.extend(plan.settled.iter().cloned());
    if plan.configz {
        listings.push(configz::read(session, &listings).await);
    }
    listings
        .sort_by(|a, b| (&a.group, &a.resource, &a.namespace).cmp(&(&b.group, &b.resource, &b.namespace)));
    Ok(Facts { taken: u64::try_from(taken).unwrap_or_default(), server, listings })
}

/// What the server answers without credentials.
async fn anonymous(session: &Session) -> Vec<Answer> {
    let nobody = session.anonymous();
    let nobody = &nobody;
    let ask = |path: &'static str| async move {
        let request = format!("GET {path}");
        match nobody.once(path, "application/json, */*").await {
            Ok(_) => Answer { request, status: 200, message: String::new() },
            Err(Trouble::Status(status)) => Answer { request, status: status.code, message: status.message },
            Err(trouble) => Answer { request, status: 0, message: trouble.to_string() },
        }
    };
    stream::iter(ANONYMOUS).map(ask).buffered(AT_ONCE).collect().await
}

impl Collection<'_> {
    /// Makes a read; where it is refused for all namespaces, makes it in each.
    async fn read(&self, read: &Read) -> Vec<(Listing, Option<Trouble>)> {
        let (listing, trouble) = self.one(read).await;
        let is_forbidden = trouble.as_ref().and_then(Trouble::code) == Some(403);
        if !is_forbidden || !read.namespaced || read.namespace.is_some() || !listing.objects.is_empty() {
            return vec![(listing, trouble)];
        }
        let Extent::Absent { why } = &listing.extent else { return vec![(listing, trouble)] };
        let namespaces = match self.namespaces.get_or_init(|| self.namespaces()).await {
            Ok(namespaces) => namespaces,
            Err(hint) => {
                let extent = Extent::Absent { why: format!("{why}; {hint}") };
                return vec![(Listing { extent, ..listing }, trouble)];
            }
        };
        let within: Vec<Read> = namespaces.iter().map(|namespace| read.within(namespace)).collect();
        let each = |read| self.one(read);
        let done: Vec<(Listing, Option<Trouble>)> =
            stream::iter(&within).map(each).buffered(AT_ONCE).collect().await;
        let complete: BTreeSet<&str> = done
            .iter()
            .filter(|(listing, _)| listing.extent == Extent::Complete)
            .filter_map(|(listing, _)| listing.namespace.as_deref())
            .collect();
        if complete.is_empty() {
            return vec![(listing, trouble)];
        }
        let extent = if complete.len() == namespaces.len() {
            Extent::Complete
        } else {
            let missing = namespaces.len() - complete.len();
            Extent::Partial {
                why: format!(
                    "read in {} of {} namespaces only, {missing} are missing: {why}",
                    complete.len(),
                    namespaces.len()
                ),
            }
        };
        let mut all = vec![(Listing { extent, ..listing }, None)];
        all.extend(done);
        all
    }

    /// Makes one read and says how complete it is.
    async fn one(&self, read: &Read) -> (Listing, Option<Trouble>) {
        if self.silent.load(Ordering::Relaxed) >= SILENT {
            let trouble = Trouble::Other("not asked, because the server stopped answering".into());
            let listing = read.listing(Extent::Absent { why: trouble.to_string() }, Vec::new());
            return (listing, Some(trouble));
        }
        self.seen.started(&read.request);
        let Gathered { objects, trouble, .. } = self.lister.list(read, self.seen).await;
        match &trouble {
            Some(trouble) if trouble.code().is_none() => _ = self.silent.fetch_add(1, Ordering::Relaxed),
            _ => self.silent.store(0, Ordering::Relaxed),
        }
        let extent = extent(read, objects.len(), trouble.as_ref());
        self.seen.finished(&read.request, objects.len(), &extent);
        (read.listing(extent, objects), trouble)
    }

    /// The names of all namespaces, or what to do where they cannot be listed.
    async fn namespaces(&self) -> Result<Vec<String>, String> {
        let read = Read {
            version: "v1".into(),
            resource: "namespaces".into(),
            kind: "Namespace".into(),
            request: "GET /api/v1/namespaces".into(),
            ..Read::default()
        };
        let Gathered { objects, trouble, .. } = self.lister.list(&read, &()).await;
        match trouble {
            None => {
                let name = |object: &Node| {
                    object.at(&["metadata", "name"]).and_then(Node::as_str).map(str::to_owned)
                };
                Ok(objects.iter().filter_map(name).collect())
            }
            Some(_) => Err("or name the namespaces that may be read with -n".into()),
        }
    }
}

/// How complete a read is, after so many objects.
fn extent(read: &Read, count: usize, trouble: Option<&Trouble>) -> Extent {
    let Some(trouble) = trouble else { return Extent::Complete };
    let request = &read.request;
    let why = match trouble {
        Trouble::Status(status) if status.code == 403 => {
            let permission = Permission {
                verb: if read.is_single() { "get" } else { "list" },
                group: &read.group,
                resource: &read.resource,
                namespace: read.namespace.as_deref(),
            };
            format!("{}; {}", Extent::FORBIDDEN, permission.grant(&status.message))
        }
        Trouble::Status(status) if status.code == 404 && read.is_single() => Listing::NO_NAMESPACE.to_owned(),
        Trouble::Status(status) if status.code == 410 => {
            format!("{request}: it changed too fast to be read in pages (410), three times; try again")
        }
        Trouble::Status(status) if status.code == 401 => {
            format!(
                "{request}: the credentials are no longer accepted (401), a token may have expired; log in again"
            )
        }
        trouble => format!("{request}: {trouble}"),
    };
    if count == 0 {
        return Extent::Absent { why };
    }
    let objects = if count == 1 { "object" } else { "objects" };
    Extent::Partial { why: format!("only the first {count} {objects} were read: {why}") }
}
