//! A role that nobody holds.

use ironsides_core::Inventory;

use super::holders::{Held, Holders};
use super::rule::{is_built_in, platform_name};
use super::{BINDINGS, ROLES};
use crate::gathered::{is_kept, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unused-role",
        title: "no binding hands the role out",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("unused_role.md"),
    },
    run: Run::Together { judges: ROLES, needs: BINDINGS, welcomes: &[], run },
};

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if is_built_in(role) {
        return out.not_applicable("Kubernetes itself brings this role");
    }
    if platform_name(role).is_some() {
        return out.not_applicable("the platform may use roles of this name without a binding");
    }
    let at = role.cursor().at(&["metadata", "name"]);
    if Holders::of(inventory).is_gathered(role) {
        return out.not_applicable("other roles gather its rules");
    }
    let kind = &role.reference().kind;
    match Held::of(role, inventory) {
        Held::By { .. } => out.pass(&at),
        Held::Nobody => {
            out.fail(&at, format!("no binding of the cluster hands the {kind} out"));
        }
        Held::Unseen { .. } if inventory.server().is_some() => {
            let missing = "all role bindings and cluster role bindings of the cluster";
            out.unknown(
                &at,
                "whether a binding hands it out, which is not among those that were read",
                missing,
            );
        }
        Held::Unseen { .. } => {
            // Roles are often shipped for others to bind.
            let beside = kind != "Role" || is_kept(inventory, BINDINGS[0], namespace(role));
            if beside {
                let message = format!("no binding among the scanned files hands the {kind} out");
                out.fail(&at, message).severity(Severity::Info).confidence(Confidence::Low);
            } else {
                out.pass(&at);
            }
        }
    }
}
