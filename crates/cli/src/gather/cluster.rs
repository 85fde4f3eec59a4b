//! Objects from a live cluster.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use ironsides_cluster::{Cluster, ClusterError, Connect, Plan, Seen};
use ironsides_core::Extent;
use ironsides_files::{Bundle, BundleOf};

use super::Wanted;
use crate::exit::{self, Exit};
use crate::say::Say;

/// A live cluster, and how much is read of it.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    /// How it is reached.
    pub(crate) connect: Connect,
    /// The namespaces that are read; empty for all.
    pub(crate) namespaces: Vec<String>,
    /// Whether its server is asked what it tells people it does not know.
    pub(crate) anonymous: bool,
    /// Whether kubelets are asked for the configuration that runs in them.
    pub(crate) configz: bool,
}

impl Live {
    fn wanted(&self, wanted: Wanted<'_>) -> ironsides_cluster::Wanted {
        let (Wanted::All(kinds) | Wanted::Kinds(kinds)) = wanted;
        ironsides_cluster::Wanted {
            kinds: kinds.iter().map(|(group, kind)| ((*group).to_owned(), (*kind).to_owned())).collect(),
            all_kinds: matches!(wanted, Wanted::All(_)),
            namespaces: self.namespaces.clone(),
            anonymous: self.anonymous,
            configz: self.configz,
        }
    }

    /// Puts a value under a key of a `ConfigMap` in the namespace that is meant, and gives the object's name in full.
    pub(crate) fn keep(&self, name: &str, manager: &str, value: (&str, &[u8])) -> Result<String> {
        let named = self.namespaces.first();
        self.ask(async |cluster| {
            let namespace = named.cloned().unwrap_or_else(|| cluster.namespace().to_owned());
            cluster.keep((&namespace, name), manager, value).await?;
            Ok(format!("{namespace}/{name}"))
        })
    }

    /// Asks the cluster something. Only this makes threads that wait for a network.
    fn ask<T>(&self, ask: impl AsyncFnOnce(Cluster) -> Result<T, ClusterError>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.context("cannot start the threads that talk to the cluster")?;
        let answer = runtime.block_on(async { ask(Cluster::connect(&self.connect).await?).await });
        // Nothing that is still under way is waited for.
        runtime.shutdown_background();
        answer.map_err(failed)
    }
}

/// A wrong flag or kubeconfig is wrong usage; a server that does not answer leaves undone what was asked for.
fn failed(error: ClusterError) -> anyhow::Error {
    match error {
        ClusterError::Plugin { .. } | ClusterError::Server { .. } | ClusterError::Write { .. } => {
            exit::unread(error.into())
        }
        error => error.into(),
    }
}

/// Reads the wanted facts of a cluster.
pub(super) fn read(live: &Live, wanted: Wanted<'_>, say: &Say) -> Result<Bundle> {
    let wanted = live.wanted(wanted);
    let bar = say.spinner();
    let facts = live.ask(async |cluster| {
        bar.set_message(format!("asking {} what it serves", cluster.address()));
        let plan = cluster.plan(&wanted).await?;
        let progress = Progress::new(&bar, plan.reads.len());
        cluster.collect(&plan, &progress).await
    });
    bar.finish_and_clear();
    let facts = facts?;
    for listing in &facts.listings {
        say.detail(&format!("{}: {} objects", listing.request, listing.objects.len()));
    }
    Ok(Bundle { of: BundleOf::Cluster, ironsides: env!("CARGO_PKG_VERSION").into(), facts })
}

/// What a collection of the wanted facts would ask for.
pub(crate) fn plan(live: &Live, wanted: Wanted<'_>) -> Result<Plan> {
    let wanted = live.wanted(wanted);
    live.ask(async |cluster| cluster.plan(&wanted).await)
}

/// Prints the requests that reading the wanted facts would make, and the smallest roles that allow them: comments and YAML
/// that `kubectl apply -f -` takes. Nothing but what the server serves is asked for.
pub(crate) fn dry_run(live: &Live, wanted: Wanted<'_>) -> Result<Exit> {
    let plan = plan(live, wanted)?;
    let mut text = format!("# {} requests to {}:\n", plan.reads.len(), plan.server.address);
    for read in &plan.reads {
        // Of lists the request says it all.
        let why = if read.kind.is_empty() { format!("  ({})", read.why) } else { String::new() };
        _ = writeln!(text, "#   {}{why}", read.request);
    }
    text.push_str("# The smallest roles that allow them; `kubectl create clusterrolebinding` or `rolebinding` binds them:\n");
    text.push_str(&plan.roles_yaml());
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// How far a collection is, in one line.
struct Progress<'a> {
    bar: &'a ProgressBar,
    lists: usize,
    done: AtomicUsize,
    objects: AtomicUsize,
}

impl<'a> Progress<'a> {
    fn new(bar: &'a ProgressBar, lists: usize) -> Self {
        Self { bar, lists, done: AtomicUsize::new(0), objects: AtomicUsize::new(0) }
    }

    fn show(&self, request: &str, more: usize) {
        let (done, objects) =
            (self.done.load(Ordering::Relaxed), self.objects.load(Ordering::Relaxed) + more);
        self.bar.set_message(format!("{done} of {} requests, {objects} objects  {request}", self.lists));
    }
}

impl Seen for Progress<'_> {
    fn started(&self, request: &str) {
        self.show(request, 0);
    }

    fn read(&self, request: &str, objects: usize) {
        self.show(request, objects);
    }

    fn finished(&self, request: &str, objects: usize, _: &Extent) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.objects.fetch_add(objects, Ordering::Relaxed);
        self.show(request, 0);
    }
}
