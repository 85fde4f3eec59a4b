//! A version that the target release still serves, with a warning.

use super::table::retired;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "deprecated-api-version",
        title: "Kubernetes is going to take this version away",
        severity: Severity::Low,
        family: "api",
        since: "0.1.0",
        page: include_str!("deprecated_api_version.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let reference = object.reference();
    if object.is_live() && (&*reference.kind, reference.group()) == ("Endpoints", "") {
        return out.not_applicable("Kubernetes keeps the Endpoints of every Service itself");
    }
    let at = object.cursor().get("apiVersion");
    let Some(retired) = retired(&reference.api_version, &reference.kind) else { return out.pass(&at) };
    let served = retired.removed.is_none_or(|removed| removed > out.kubernetes());
    if !served || retired.deprecated > out.kubernetes() {
        return out.pass(&at);
    }
    let (version, kind) = (&reference.api_version, &reference.kind);
    let end = match retired.removed {
        Some(removed) => format!(" and no longer served from 1.{removed} on"),
        None => String::new(),
    };
    let instead = match retired.replacement {
        Some((instead, _)) => format!("; use {instead}"),
        None => String::new(),
    };
    let since = retired.deprecated;
    let finding = out.fail(
        &at,
        format!("the kind {kind} of {version} is deprecated since Kubernetes 1.{since}{end}{instead}"),
    );
    if retired.removed.is_none() {
        finding.severity(Severity::Info);
    }
}
