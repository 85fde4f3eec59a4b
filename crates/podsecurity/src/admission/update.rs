//! Changes to a pod that make Pod Security look at it again.

use ironsides_core::{ContainerKind, Pod};

/// Whether a change touches what a pod runs: another number of containers, another image, or a container added for
/// debugging. Then the whole pod is judged, not only the change.
pub(super) fn is_significant(new: &Pod<'_>, old: &Pod<'_>) -> bool {
    [ContainerKind::Regular, ContainerKind::Init]
        .into_iter()
        .any(|kind| images(new, kind).ne(images(old, kind)))
        || named_images(new).any(|added| !named_images(old).any(|known| known == added))
}

fn images<'a>(pod: &Pod<'a>, kind: ContainerKind) -> impl Iterator<Item = &'a str> + use<'a> {
    let containers = pod.containers().filter(move |container| container.kind == kind);
    containers.map(|container| container.get("image").str().unwrap_or_default())
}

fn named_images<'a>(pod: &Pod<'a>) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let containers = pod.containers().filter(|container| container.kind == ContainerKind::Ephemeral);
    containers.map(|container| (container.name(), container.get("image").str().unwrap_or_default()))
}
