//! A peer that is every pod of the cluster.

use ironsides_core::LabelSelector;
use ironsides_network::Direction;

use super::POLICY;
use super::policy::rules;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-from-all-namespaces",
        title: "network policy lets every namespace in",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("ingress_from_all_namespaces.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    for peer in rules(policy, Direction::Ingress).flat_map(|rule| rule.get("from").items()) {
        let at = peer.get("namespaceSelector");
        let all = at.is_set() && LabelSelector::read(&at).is_ok_and(|selector| selector.is_everything());
        let pods =
            LabelSelector::read(&peer.get("podSelector")).is_ok_and(|selector| !selector.is_everything());
        if all && !pods {
            out.fail(&at, "an empty namespaceSelector lets in every pod of the cluster");
        } else {
            out.pass(&peer);
        }
    }
}
