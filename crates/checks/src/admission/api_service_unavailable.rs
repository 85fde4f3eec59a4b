//! An aggregated API that does not answer.

use super::API_SERVICE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "api-service-unavailable",
        title: "aggregated API does not answer",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("api_service_unavailable.md"),
    },
    run: Run::Kinds(&[API_SERVICE], run),
};

fn run(service: &Object, out: &mut Out<'_>) {
    let conditions = service.cursor().at(&["status", "conditions"]);
    let available = conditions.items().find(|condition| condition.get("type").str() == Some("Available"));
    let Some(available) = available else {
        return out.not_applicable("a manifest does not tell whether the API answers");
    };
    let at = available.get("status");
    if at.str() == Some("True") {
        return out.pass(&at);
    }
    let reason = available.get("reason").str().unwrap_or("no reason given");
    out.fail(&at, format!("the API server cannot reach the API: {reason}"));
}
