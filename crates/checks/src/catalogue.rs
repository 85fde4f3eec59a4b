//! All checks, in the order in which they are listed.

use strsim::levenshtein;

use crate::check::Check;
use crate::{
    admission, api, apiserver, audit, cluster, configuration, controller_manager, document, etcd, host_files,
    image, ingress, kernel, kube_proxy, kubelet, namespace, network, nodes, rbac, reference, reliability,
    scheduler, service, storage, waiver, workload,
};

/// The families, each in its own order.
pub static CATALOGUE: &[&[&Check]] = &[
    document::CHECKS,
    api::CHECKS,
    workload::CHECKS,
    image::CHECKS,
    namespace::CHECKS,
    configuration::CHECKS,
    rbac::CHECKS,
    service::CHECKS,
    ingress::CHECKS,
    network::CHECKS,
    storage::CHECKS,
    admission::CHECKS,
    audit::CHECKS,
    apiserver::CHECKS,
    controller_manager::CHECKS,
    scheduler::CHECKS,
    etcd::CHECKS,
    kube_proxy::CHECKS,
    kubelet::CHECKS,
    host_files::CHECKS,
    kernel::CHECKS,
    nodes::CHECKS,
    cluster::CHECKS,
    reference::CHECKS,
    reliability::CHECKS,
    waiver::CHECKS,
];

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CATALOGUE.iter().copied().flatten().copied().find(|check| check.meta.id == id)
}

/// The ids nearest to a word that is none, the nearest first.
pub fn nearest(word: &str) -> Vec<&'static str> {
    let mut near: Vec<(usize, &str)> = CATALOGUE
        .iter()
        .copied()
        .flatten()
        .map(|check| check.meta.id)
        .map(|id| (levenshtein(word, id), id))
        .filter(|(distance, id)| *distance <= id.len() / 3 || word.len() > 2 && id.contains(word))
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, id)| id).collect()
}
