//! An image reference that the kubelet does not take.

use super::{Reference, images};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "invalid-image-reference",
        title: "image reference is malformed",
        severity: Severity::High,
        family: "image",
        since: "0.1.0",
        page: include_str!("invalid_image_reference.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for image in images(pod) {
        match Reference::parse(image.text) {
            Ok(_) => out.pass(&image.at),
            Err(why) => {
                let message = format!("{} has an invalid image reference: {why}", image.user);
                if image.text.split_once('@').is_some_and(|(_, rest)| !rest.starts_with("sha")) {
                    // What stands before it may be a user and a password.
                    out.fail_at(image.at.path().to_string(), image.at.mark(), message);
                } else {
                    out.fail(&image.at, message);
                }
            }
        }
    }
}
