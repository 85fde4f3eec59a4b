//! An image whose tag can be moved.

use super::references;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "mutable-image-tag",
        title: "image is chosen by a tag alone",
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
                let message =
                    format!("{} runs an image by the tag \"{tag}\", which can be moved", image.user);
                out.fail(&image.at, message);
            }
            (_, None) => out.not_applicable("latest-image-tag judges images that run as latest"),
            (_, Some(_)) => out.pass(&image.at),
        }
    }
}
