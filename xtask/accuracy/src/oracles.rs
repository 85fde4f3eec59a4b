//! All oracles, one file each.

mod audit_log;
mod audit_policy;
mod defaulting;
mod falco_filters;
mod falco_rules;
mod k8s_audit_traces;
mod kubelet;
mod netpol;
mod network;
mod podsecurity;
mod podsecurity_messages;
mod polaris;
mod posture;
mod rbac;
mod regolibrary;
mod trivy_examples;

use crate::oracle::Oracle;

/// In the order in which reports show them.
pub(crate) const ORACLES: &[Oracle] = &[
    podsecurity::ORACLE,
    podsecurity_messages::ORACLE,
    netpol::ORACLE,
    defaulting::ORACLE,
    rbac::ORACLE,
    network::ORACLE,
    kubelet::ORACLE,
    polaris::ORACLE,
    regolibrary::ORACLE,
    trivy_examples::ORACLE,
    audit_policy::ORACLE,
    audit_log::ORACLE,
    falco_rules::ORACLE,
    k8s_audit_traces::ORACLE,
    falco_filters::ORACLE,
];
