//! A controller that is no longer maintained.

use crate::image::Reference;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "retired-ingress-nginx",
        title: "pod runs the retired controller ingress-nginx",
        severity: Severity::Medium,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("retired_ingress_nginx.md"),
    },
    run: Run::Pod(run),
};

/// The last releases before those that close CVE-2025-1974 and its companions.
const LAST_OPEN: [(u64, u64); 2] = [(11, 4), (12, 0)];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let image = container.get("image");
        let Some(reference) = image.str().and_then(|text| Reference::parse(text).ok()) else { continue };
        let ours =
            ["ingress-nginx/controller", "ingress-nginx/controller-chroot", "nginx-ingress-controller"];
        let is = |known: &str| {
            reference.path.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        // The controller of F5 has the same name with another owner.
        if !ours.into_iter().any(is) || reference.path.starts_with("nginx/") {
            out.pass(&image);
            continue;
        }
        let name = container.name();
        let finding =
            out.fail(&image, format!("container \"{name}\" is ingress-nginx, which is no longer maintained"));
        if reference.tag.and_then(version).is_some_and(is_open) {
            finding.severity(Severity::High);
        }
    }
}

/// Major, minor and patch of a tag such as `v1.11.2`.
fn version(tag: &str) -> Option<(u64, u64, u64)> {
    let mut parts = tag.trim_start_matches('v').split(['.', '-']).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
}

fn is_open((major, minor, patch): (u64, u64, u64)) -> bool {
    let oldest = LAST_OPEN.iter().map(|(minor, _)| *minor).min().unwrap_or_default();
    let branch = LAST_OPEN.iter().any(|&(known, last)| minor == known && patch <= last);
    major == 0 || major == 1 && (minor < oldest || branch)
}
