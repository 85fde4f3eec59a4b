//! A version that the target release has taken away.

use super::table::retired;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "removed-api-version",
        title: "Kubernetes no longer serves this version",
        severity: Severity::High,
        family: "api",
        since: "0.1.0",
        page: include_str!("removed_api_version.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let reference = object.reference();
    let at = object.cursor().get("apiVersion");
    let Some(retired) = retired(&reference.api_version, &reference.kind) else { return out.pass(&at) };
    let Some(removed) = retired.removed.filter(|removed| *removed <= out.kubernetes()) else {
        return out.pass(&at);
    };
    let (version, kind) = (&reference.api_version, &reference.kind);
    let instead = match retired.replacement {
        Some((instead, since)) => format!("; use {instead}, there since 1.{since}"),
        None => "; nothing replaces it".to_owned(),
    };
    out.fail(
        &at,
        format!("the kind {kind} of {version} is no longer served from Kubernetes 1.{removed} on{instead}"),
    );
}
