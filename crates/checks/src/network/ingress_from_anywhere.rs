//! A rule that lets in whoever comes.

use ironsides_network::Direction;
use ironsides_network::address::block as block_of;

use super::POLICY;
use super::policy::rules;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-from-anywhere",
        title: "network policy lets everybody in",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("ingress_from_anywhere.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    for rule in rules(policy, Direction::Ingress) {
        let from = rule.get("from");
        let ports = rule.get("ports").items().next().is_some();
        if from.items().next().is_none() {
            let what = if ports { "on its ports " } else { "" };
            let finding =
                out.fail(&rule, format!("a rule without from lets everybody in {what}from anywhere"));
            if ports {
                finding.severity(Severity::Low);
            }
            continue;
        }
        let open = from.items().find(|peer| {
            let block = peer.at(&["ipBlock", "cidr"]).str().and_then(block_of);
            block.is_some_and(|block| block.prefix_len() == 0)
        });
        match open {
            Some(peer) => {
                let finding = out.fail(&peer.at(&["ipBlock", "cidr"]), "the rule lets every address in");
                if ports {
                    finding.severity(Severity::Low);
                }
            }
            None => out.pass(&from),
        }
    }
}
