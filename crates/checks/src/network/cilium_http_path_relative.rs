//! A path that cannot begin with a slash.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-path-relative",
        title: "Cilium policy asks for an HTTP path that nobody sends",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_path_relative.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, rule| match fact {
        Fact::PathWithoutSlash => {
            let message = format!("the path of a request begins with a slash, so {:?} takes none", rule.path);
            Some(("path", message))
        }
        _ => None,
    });
}
