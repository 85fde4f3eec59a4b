//! An image from a registry that has been given up.

use super::references;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "retired-image-registry",
        title: "image comes from a registry that is no longer kept up",
        severity: Severity::Medium,
        family: "image",
        since: "0.1.0",
        page: include_str!("retired_image_registry.md"),
    },
    run: Run::Pod(run),
};

/// Registries and the beginnings of paths there, what became of them, and how bad that is.
const RETIRED: [(&str, &str, &str, Severity); 6] = [
    ("k8s.gcr.io", "", "frozen since April 2023; its images are at registry.k8s.io", Severity::Medium),
    ("gcr.io", "google_containers/", "the predecessor of registry.k8s.io, frozen as well", Severity::Medium),
    ("gcr.io", "kubernetes-helm/", "the home of Helm 2, which has no updates any more", Severity::Medium),
    ("docker.pkg.github.com", "", "replaced by ghcr.io", Severity::Medium),
    (
        "docker.io",
        "bitnami/",
        "emptied in 2025 except for latest; the old tags are in bitnamilegacy",
        Severity::Low,
    ),
    ("docker.io", "bitnamilegacy/", "an archive without updates", Severity::Medium),
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (image, reference) in references(pod) {
        let retired = RETIRED
            .iter()
            .find(|(registry, path, ..)| *registry == reference.registry && reference.path.starts_with(path));
        if let Some((registry, path, what, severity)) = retired {
            let place = format!("{registry}/{path}");
            let message = format!("{} uses an image of {}: {what}", image.user, place.trim_end_matches('/'));
            out.fail(&image.at, message).severity(*severity);
        } else {
            out.pass(&image.at);
        }
    }
}
