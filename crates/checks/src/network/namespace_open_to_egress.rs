//! A namespace with policies, none of which closes it to what goes out.

use ironsides_core::Inventory;

use super::isolation::Isolation;
use super::{LOOKED_UP, NAMESPACE, POLICIES, excused};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "namespace-open-to-egress",
        title: "namespace lets everything out by default",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("namespace_open_to_egress.md"),
    },
    run: Run::Together { judges: NAMESPACE, needs: POLICIES, welcomes: LOOKED_UP, run },
};

fn run(namespace: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if let Some(why) = excused(namespace) {
        return out.not_applicable(why);
    }
    let isolation = Isolation::of(inventory, out.templates());
    let (name, at) = (&namespace.reference().name, namespace.cursor().at(&["metadata", "name"]));
    if !isolation.guards(name) {
        return out.not_applicable("the namespace has no policy at all, which another check tells");
    }
    if isolation.of_namespace(name).egress {
        return out.pass(&at);
    }
    out.fail(&at, format!("no policy limits by default where pods of namespace \"{name}\" may connect to"))
        .confidence(Confidence::Medium);
}
