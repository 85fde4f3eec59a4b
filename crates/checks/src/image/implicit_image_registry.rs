//! An image whose registry is left to the node.

use super::references;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "implicit-image-registry",
        title: "image does not name its registry",
        severity: Severity::Low,
        family: "image",
        since: "0.1.0",
        page: include_str!("implicit_image_registry.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (image, reference) in references(pod) {
        if reference.names_registry {
            out.pass(&image.at);
        } else {
            let message = format!("{} uses image \"{}\", which names no registry", image.user, image.text);
            let name = reference.to_string();
            out.fail(&image.at, message)
                .effective(
                    name.clone(),
                    "most runtimes assume docker.io; others search a list configured on the node",
                )
                .unsafe_fix(
                    "write the registry docker.io into the image's name",
                    "pull the image by this name: nodes may be configured to find it elsewhere",
                    || [set(&image.at, &*name)],
                );
        }
    }
}
