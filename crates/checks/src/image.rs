//! Checks of the images that pods run, and of how nodes get them.

use std::fmt;

use ironsides_core::{Container, Pod};
use ironsides_tree::Cursor;

use crate::check::Check;

mod debugging_image;
mod image_registry_by_address;
mod implicit_image_registry;
mod invalid_image_reference;
mod latest_image_tag;
mod mutable_image_tag;
mod reference;
mod retired_image_registry;
mod stale_image_pull;

pub use reference::{Reference, ReferenceError};

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &debugging_image::CHECK,
    &image_registry_by_address::CHECK,
    &implicit_image_registry::CHECK,
    &invalid_image_reference::CHECK,
    &latest_image_tag::CHECK,
    &mutable_image_tag::CHECK,
    &retired_image_registry::CHECK,
    &stale_image_pull::CHECK,
];

/// A place of a pod that names an image.
struct Image<'a> {
    user: User<'a>,
    /// The reference.
    at: Cursor<'a>,
    /// The reference as it is written.
    text: &'a str,
    /// When to pull.
    policy: Cursor<'a>,
}

/// What an image is for.
enum User<'a> {
    Container(Container<'a>),
    Volume(&'a str),
}

impl fmt::Display for User<'_> {
    /// `container "app"`, `image volume "model"`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(container) => container.fmt(f),
            Self::Volume(name) => write!(f, "image volume \"{name}\""),
        }
    }
}

/// Every image that a pod names, in containers and in image volumes. A template may leave an image to whoever
/// completes it; such places are passed over.
fn images<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Image<'a>> {
    let containers = pod.containers().map(|container| {
        let (at, policy) = (container.get("image"), container.get("imagePullPolicy"));
        (User::Container(container), at, policy)
    });
    let volumes = pod.spec().get("volumes").items().map(|volume| {
        let image = volume.get("image");
        let name = volume.get("name").str().unwrap_or_default();
        (User::Volume(name), image.get("reference"), image.get("pullPolicy"))
    });
    let openshift = openshift_fills_in(pod);
    let istio = pod.metadata().get("annotations").get("inject.istio.io/templates").is_set();
    containers.chain(volumes).filter_map(move |(user, at, policy)| {
        let text = at.str()?;
        let placeholder = openshift && text.trim().is_empty() || istio && text == "auto";
        (!placeholder).then_some(Image { user, at, text, policy })
    })
}

/// Every image that a pod names as the kubelet would take it.
fn references<'a>(pod: &Pod<'a>) -> impl Iterator<Item = (Image<'a>, Reference<'a>)> {
    images(pod).filter_map(|image| {
        let reference = Reference::parse(image.text).ok()?;
        Some((image, reference))
    })
}

/// Whether an `OpenShift` image trigger puts the image where now a blank stands.
fn openshift_fills_in(pod: &Pod<'_>) -> bool {
    let object = pod.object();
    let triggered = object.cursor().at(&["metadata", "annotations"]).get("image.openshift.io/triggers");
    pod.is_template() && (object.reference().group() == "apps.openshift.io" || triggered.is_set())
}
