//! A role that may have client certificates signed.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "certificate-approval-allowed",
        title: "role may approve certificates",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("certificate_approval_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power {
        group: "certificates.k8s.io",
        resources: &["certificatesigningrequests/approval"],
        verbs: &["update", "patch"],
    },
    Power { group: "certificates.k8s.io", resources: &["signers"], verbs: &["approve", "sign"] },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
