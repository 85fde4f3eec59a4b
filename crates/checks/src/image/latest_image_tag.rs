//! An image that is whatever was pushed last.

use super::references;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "latest-image-tag",
        title: "image uses the tag latest",
        severity: Severity::Medium,
        family: "image",
        since: "0.1.0",
        page: include_str!("latest_image_tag.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (image, reference) in references(pod) {
        let user = &image.user;
        match (reference.tag, reference.digest) {
            (Some("latest"), None) => {
                out.fail(&image.at, format!("{user} uses the image tag \"latest\""));
            }
            (None, None) => {
                out.fail(
                    &image.at,
                    format!("{user} uses an image without tag or digest, which means \"latest\""),
                )
                .effective(format!("{reference}:latest"), "the tag where neither tag nor digest is written");
            }
            _ => out.pass(&image.at),
        }
    }
}
