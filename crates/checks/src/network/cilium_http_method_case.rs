//! A method in lower case.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-method-case",
        title: "Cilium policy asks for an HTTP method that nobody sends",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_method_case.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, rule| match fact {
        Fact::MethodWithoutUpperCase => {
            let message = format!(
                "methods are compared with their case, and {:?} takes none in upper case",
                rule.method
            );
            Some(("method", message))
        }
        _ => None,
    });
}
