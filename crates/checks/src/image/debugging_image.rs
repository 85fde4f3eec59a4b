//! An image full of tools, left in a workload.

use super::{User, references};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "debugging-image",
        title: "container runs an image for debugging",
        severity: Severity::Low,
        family: "image",
        since: "0.1.0",
        page: include_str!("debugging_image.md"),
    },
    run: Run::Pod(run),
};

/// Repositories whose images are for looking around in networks and clusters, and for attacking them.
const TOOLS: [&str; 14] = [
    "amouat/network-utils",
    "arunvelsriram/utils",
    "bishopfox/badpods",
    "digitalocean/doks-debug",
    "infoblox/dnstools",
    "jrecord/nettools",
    "kalilinux/kali-last-release",
    "kalilinux/kali-rolling",
    "leodotcloud/swiss-army-knife",
    "metasploitframework/metasploit-framework",
    "nicolaka/netshoot",
    "praqma/network-multitool",
    "raesene/alpine-containertools",
    "wbitt/network-multitool",
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (image, reference) in references(pod) {
        // Ephemeral containers are there to debug with.
        let debugs =
            matches!(&image.user, User::Container(container) if container.kind == ContainerKind::Ephemeral);
        let path: &str = &reference.path;
        let is_dns_utils = reference.registry == "registry.k8s.io" && path.ends_with("/jessie-dnsutils");
        if !debugs && (is_dns_utils || TOOLS.contains(&path)) {
            out.fail(&image.at, format!("{} runs {path}, an image for debugging", image.user));
        } else {
            out.pass(&image.at);
        }
    }
}
