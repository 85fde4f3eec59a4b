//! A role that may have client certificates signed.

use super::ROLES;
use super::rule::{Power, report};
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
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[
    Power {
        group: "certificates.k8s.io",
        resources: &["certificatesigningrequests/approval"],
        verbs: &["update", "patch"],
    },
    Power { group: "certificates.k8s.io", resources: &["signers"], verbs: &["approve", "sign"] },
];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
