//! Nodes, and named groups of blocks.

use std::net::IpAddr;

use ipnet::IpNet;

use super::read::Document;
use super::{AddressGroup, Cluster, Node};
use crate::place::{Loss, Problem};

/// Reads a node.
pub(super) fn node(cluster: &mut Cluster, document: Document<'_>, problems: &mut Vec<Problem>) -> bool {
    let root = document.object.cursor();
    let name = document.object.reference().name.clone();
    let labels = document.labels(&root.at(&["metadata", "labels"]), problems);
    let mut addresses = Vec::new();
    for entry in root.at(&["status", "addresses"]).items() {
        // Names stand in the same list.
        if matches!(entry.get("type").str(), Some("InternalIP" | "ExternalIP")) {
            addresses.extend(document.address(&entry.get("address"), problems));
        }
    }
    cluster.nodes.push(Node { name, labels, addresses });
    false
}

/// Reads a group of blocks: the list stands at the end of `path`.
pub(super) fn blocks(
    cluster: &mut Cluster,
    document: Document<'_>,
    path: &[&'static str],
    problems: &mut Vec<Problem>,
) -> bool {
    let root = document.object.cursor();
    let reference = document.object.reference();
    let in_namespace = reference.kind == "NetworkSet";
    if reference.name.is_empty() {
        let message = format!("a {} without a name can be named by no policy", reference.kind);
        problems.push(document.problem(&root, message, Loss::Part));
        return in_namespace;
    }
    let mut blocks = Vec::new();
    for item in root.at(path).items() {
        // Calico takes bare addresses for blocks of one.
        let bare = item.str().and_then(|text| text.parse::<IpAddr>().ok()).map(IpNet::from);
        match bare.filter(|_| reference.kind != "CiliumCIDRGroup") {
            Some(one) => blocks.push(one),
            None => blocks.extend(document.block(&item, problems)),
        }
    }
    cluster.address_groups.push(AddressGroup {
        kind: reference.kind.clone(),
        namespace: in_namespace.then(|| document.namespace()),
        name: reference.name.clone(),
        labels: document.labels(&root.at(&["metadata", "labels"]), problems),
        blocks,
        place: document.place(&root),
    });
    in_namespace
}
