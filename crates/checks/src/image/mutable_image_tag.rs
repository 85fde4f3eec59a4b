//! An image whose tag can be moved.

use super::references;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "mutable-image-tag",
        title: "image is not pinned by digest",
        severity: Severity::Low,
        family: "image",
        since: "0.1.0",
        page: include_str!("mutable_image_tag.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (image, reference) in references(pod) {
        match (reference.effective_tag(), reference.digest) {
            (Some(tag), None) if tag != "latest" => {
                let message = format!("{} uses the image tag \"{tag}\", which can be moved", image.user);
                out.fail(&image.at, message);
            }
            (_, None) => out.not_applicable("latest-image-tag covers images that use the tag latest"),
            (_, Some(_)) => out.pass(&image.at),
        }
    }
}
