//! A rule that lets pods connect to whatever there is.

use ironsides_network::Direction;
use ironsides_network::address::block as block_of;

use super::POLICY;
use super::policy::rules;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "egress-to-anywhere",
        title: "network policy lets pods connect to anything",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("egress_to_anywhere.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    for rule in rules(policy, Direction::Egress) {
        let to = rule.get("to");
        if to.items().next().is_none() {
            // Whoever opens port 53 only wants names looked up.
            let port = |port: Cursor<'_>| {
                port.get("port").int() == Some(53) || port.get("port").str() == Some("dns")
            };
            let names = rule.get("ports").items().next().is_some() && rule.get("ports").items().all(port);
            if names {
                out.pass(&rule);
            } else {
                out.fail(&rule, "a rule without to lets the pods connect to anything");
            }
            continue;
        }
        let open = to.items().map(|peer| peer.get("ipBlock")).find(|block| {
            let everything =
                block.get("cidr").str().and_then(block_of).is_some_and(|block| block.prefix_len() == 0);
            everything && block.get("except").items().next().is_none()
        });
        match open {
            Some(block) => {
                _ = out.fail(&block.get("cidr"), "the rule lets the pods connect to every address");
            }
            None => out.pass(&to),
        }
    }
}
