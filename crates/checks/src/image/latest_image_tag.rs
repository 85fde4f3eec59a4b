//! An image that is whatever was pushed last.

use super::references;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "latest-image-tag",
        title: "image runs as latest",
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
                out.fail(&image.at, format!("{user} runs an image by the tag \"latest\""));
            }
            (None, None) => {
                out.fail(
                    &image.at,
                    format!("{user} runs an image by neither tag nor digest, which means \"latest\""),
                )
                .effective(
                    format!("{reference}:latest"),
                    "latest is the tag where neither tag nor digest is written",
                );
            }
            _ => out.pass(&image.at),
        }
    }
}
