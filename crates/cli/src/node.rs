//! The host that commands look at, as a document.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_core::Target;
use ironsides_settings::Host;

use crate::args::NodeArgs;
use crate::exit::Exit;
use crate::say::Say;

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
    for gap in &host.gaps {
        say.note(&format!("{}: {}", gap.what, gap.why));
    }
    Ok(if host.gaps.is_empty() { Exit::Clean } else { Exit::Incomplete })
}
