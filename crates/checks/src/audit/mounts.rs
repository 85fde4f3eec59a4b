//! Where a file of a container lies.

use crate::prelude::*;

/// The mount that holds a path.
pub(super) struct Mount<'a> {
    /// Where it stands.
    pub(super) at: Cursor<'a>,
    /// The name of its volume.
    pub(super) name: &'a str,
    /// The volume; none where the manifest has it elsewhere (a claim template).
    pub(super) volume: Option<Cursor<'a>>,
}

/// The mount of a container that holds an absolute path: the innermost of several.
pub(super) fn mount<'a>(pod: &Pod<'a>, container: &Container<'a>, path: &str) -> Option<Mount<'a>> {
    let mounts = container.get("volumeMounts");
    let around = mounts.items().filter_map(|at| {
        let folder = at.get("mountPath").str()?.trim_end_matches('/');
        let rest = path.strip_prefix(folder)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((folder.len(), at))
    });
    let (_, at) = around.max_by_key(|(length, _)| *length)?;
    let name = at.get("name").str().unwrap_or_default();
    let volume = pod.spec().get("volumes").items().find(|volume| volume.get("name").str() == Some(name));
    Some(Mount { at, name, volume })
}

/// Whether another container mounts a volume too.
pub(super) fn is_shared(pod: &Pod<'_>, container: &Container<'_>, volume: &str) -> bool {
    let others = pod.containers().filter(|other| other.kind != ContainerKind::Init || other.is_sidecar());
    others
        .filter(|other| other.at.path().text() != container.at.path().text())
        .any(|other| other.get("volumeMounts").items().any(|mount| mount.get("name").str() == Some(volume)))
}
