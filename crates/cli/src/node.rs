//! The host that commands look at, as a document.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ironsides_checks::Judge;
use ironsides_core::{Object, ObjectRef, Origin, Target};
use ironsides_settings::{FileKind, Host};
use ironsides_tree::{Map, Node};

use crate::args::NodeArgs;
use crate::exit::Exit;
use crate::gather::Live;
use crate::say::Say;
use crate::signals::Signals;

/// Looks at the host.
pub(crate) fn facts(args: &NodeArgs, say: &Say) -> Result<Host> {
    let collected = jiff::Timestamp::from_millisecond(i64::try_from(crate::scan::started())?)?;
    let host = ironsides_node::collect(&ironsides_node::Options {
        root: args.root.clone(),
        name: args.node_name.clone(),
        collected: Some(format!("{collected:.0}")),
        paths: args.more.0.clone(),
        folders: args.more.1.clone(),
    })?;
    let own = host.processes.iter().filter_map(|process| process.files.as_ref());
    let closed = own.chain([&host.files]).flat_map(|files| files.values());
    let closed = closed.filter(|file| file.kind == FileKind::Unreadable || file.unread.is_some()).count();
    if !ironsides_node::is_root() && (closed > 0 || !host.gaps.is_empty()) {
        let text =
            "this program does not run as root, and could not look at everything: run it as root (`sudo`)";
        say.warning(&text);
    }
    if host.processes.is_empty() {
        say.hint(&"no component of Kubernetes runs on this host, as far as can be seen");
    }
    Ok(host)
}

/// The document, on one line.
pub(crate) fn document(host: &Host) -> Result<String> {
    let mut text = serde_json::to_string(host).context("the facts of the node cannot be written")?;
    text.push('\n');
    Ok(text)
}

/// What a scan reads in place of a file: the document and the name it is called by.
pub(crate) fn text(args: &NodeArgs, say: &Say) -> Result<(PathBuf, Arc<str>)> {
    let host = facts(args, say)?;
    let name = Target::Node { name: host.metadata.name.clone() }.to_string();
    Ok((PathBuf::from(name), Arc::from(document(&host)?)))
}

/// Whether there are checks of nodes among those that run.
pub(crate) fn is_judged(judge: &Judge) -> bool {
    let node =
        serde_json::to_string(&Host::new("")).ok().and_then(|text| ironsides_tree::parse_one(&text).ok());
    let object = node.map(|root| Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()));
    object.is_some_and(|object| judge.goes_beyond_form(&object))
}

/// The facts of nodes that a `ConfigMap` holds, by the keys they stand under; an error says why one cannot be read.
pub(crate) fn held(object: &Object) -> Vec<(String, Result<Object>)> {
    let reference = object.reference();
    if &*reference.kind != "ConfigMap" || !reference.group().is_empty() {
        return Vec::new();
    }
    let keys = object.root.get("binaryData").and_then(Node::as_map).into_iter().flat_map(Map::iter);
    let keys = keys.filter(|(key, _)| key.ends_with(ironsides_files::HELD_FACTS));
    let mut held: Vec<_> =
        keys.map(|(key, value)| (key.to_owned(), unpacked(reference, key, value))).collect();
    // In a manifest it is empty; in a cluster the nodes should have filled it.
    if held.is_empty() && is_for_facts(object) && (object.is_live() || reference.uid.is_some()) {
        let why = anyhow!(
            "no node has reported yet: it has no key that ends in {}; see whether the pods of the DaemonSet run, and what \
             they log",
            ironsides_files::HELD_FACTS
        );
        held.push((reference.to_string(), Err(why)));
    }
    held
}

/// Whether a `ConfigMap` is there for facts of nodes: by our label, or by the name that our manifests give it.
fn is_for_facts(object: &Object) -> bool {
    let labels = object.root.at(&["metadata", "labels"]);
    let label = labels.and_then(|labels| labels.get(HOLDS)).and_then(Node::as_str);
    label == Some("node-facts") || &*object.reference().name == "ironsides-nodes"
}

/// The label of objects that hold what commands put there.
const HOLDS: &str = "ironsides.dev/holds";

fn unpacked(holder: &ObjectRef, key: &str, value: &Node) -> Result<Object> {
    let bytes = STANDARD.decode(value.as_str().unwrap_or_default()).context("it is no base64")?;
    let text = ironsides_files::unpack_facts(key, &bytes)?;
    let root = ironsides_tree::parse_one(&text)?;
    if !Host::is_in(&root) {
        bail!("it holds no facts of a node");
    }
    let request = Arc::from(format!("binaryData[{key}] of {holder}"));
    Ok(Object::new(root, Origin::Api { request }, Vec::new()))
}

/// `ironsides collect --node --configmap`: puts the facts under the name of the node, now and, where that is asked for, again
/// and again until somebody ends it.
pub(crate) fn put(args: &NodeArgs, live: &Live, place: &Place, say: &Say) -> Result<Exit> {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let signals = place
        .every
        .is_some()
        .then(|| {
            Signals::listen(false, move || {
                let _ = stop.send(());
            })
        })
        .transpose()?;
    loop {
        let exit = put_once(args, live, &place.name, say);
        let Some(every) = place.every else { return exit };
        // The next look may be luckier.
        if let Err(error) = exit {
            say.error(&error);
        }
        if stopped.recv_timeout(every).is_ok() {
            drop(signals);
            return Ok(Exit::Clean);
        }
    }
}

/// Where facts are put, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The name of the `ConfigMap`.
    pub(crate) name: String,
    /// How long is waited before they are put there anew.
    pub(crate) every: Option<Duration>,
}

fn put_once(args: &NodeArgs, live: &Live, name: &str, say: &Say) -> Result<Exit> {
    let host = facts(args, say)?;
    let node = &host.metadata.name;
    let key = format!("{node}{}", ironsides_files::HELD_FACTS);
    let packed = ironsides_files::pack_facts(&key, &document(&host)?)?;
    // The server takes 128 characters for the name of who owns a field.
    let start: String = node.chars().take(50).collect();
    let end: String = node.chars().rev().take(50).collect::<Vec<_>>().into_iter().rev().collect();
    let manager =
        if node.len() > 100 { format!("ironsides-{start}.{end}") } else { format!("ironsides-{node}") };
    let place = live.keep(name, &manager, (&key, &packed))?;
    say.news("wrote", &format!("{key} of ConfigMap {place}: {} bytes", packed.len()));
    Ok(tell(&host, say))
}

/// Says what could not be looked at.
fn tell(host: &Host, say: &Say) -> Exit {
    for gap in &host.gaps {
        say.note(&format!("{}: {}", gap.what, gap.why));
    }
    if host.gaps.is_empty() { Exit::Clean } else { Exit::Incomplete }
}

/// `ironsides collect --node`
pub(crate) fn collect(args: &NodeArgs, output: Option<&Path>, say: &Say) -> Result<Exit> {
    let host = facts(args, say)?;
    let text = document(&host)?;
    match output.filter(|path| *path != Path::new(ironsides_files::STDIN)) {
        Some(path) => {
            let what = || format!("cannot write {}", path.display());
            crate::collect::write_whole(path, |file| Ok(file.write_all(text.as_bytes())?))
                .with_context(what)?;
            say.news("wrote", &format!("{}: the facts of node {}", path.display(), host.metadata.name));
        }
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(tell(&host, say))
}
