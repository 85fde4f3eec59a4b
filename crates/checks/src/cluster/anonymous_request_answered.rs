//! An API server that tells strangers what it holds.

use ironsides_core::Inventory;

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "anonymous-request-answered",
        title: "API server answers requests without credentials",
        severity: Severity::Critical,
        family: "cluster",
        since: "0.1.0",
        page: include_str!("anonymous_request_answered.md"),
    },
    run: Run::Cluster { welcomes: &[], run },
};

fn run(server: &Object, _: &Inventory, out: &mut Out<'_>) {
    let answers = server.cursor().get("anonymous");
    if answers.items().next().is_none() {
        out.unknown(
            &answers,
            "nobody knows how the API server answers requests without credentials",
            "its answers to requests without credentials; collect them with the cluster",
        );
        return;
    }
    for answer in answers.items() {
        let at = answer.get("status");
        let request = answer.get("request").str().unwrap_or_default();
        let path = request.split_once(' ').map_or(request, |(_, path)| path);
        match at.int().unwrap_or_default() {
            // Authorization comes before routing: what is not found was allowed to be asked for.
            401 | 403 => out.pass(&at),
            200..=399 | 404 | 405 | 406 if is_for_everybody(path) => out.pass(&at),
            status @ (200..=399 | 404 | 405 | 406) => {
                let finding =
                    out.fail(&at, format!("{request} without credentials is answered with {status}"));
                finding.asked(request).key(request);
                // Lists of what there is are less than what it holds.
                if !is_resource(path) {
                    finding.severity(Severity::High);
                }
            }
            status => {
                let message = format!("{request} without credentials has no answer that decides ({status})");
                out.unknown(&at, message, "an answer of the server that is neither an error nor overload")
                    .asked(request)
                    .key(request);
            }
        }
    }
}

/// Whether everybody may ask for a path by the roles that Kubernetes brings (`system:public-info-viewer`).
fn is_for_everybody(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let below =
        |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    ["/healthz", "/livez", "/readyz", "/version"].into_iter().any(below)
}

/// Whether a path is one of objects.
fn is_resource(path: &str) -> bool {
    let mut parts = path.split('?').next().unwrap_or_default().trim_matches('/').split('/');
    match parts.next() {
        Some("api") => parts.nth(1).is_some(),
        Some("apis") => parts.nth(2).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_they_are() {
        for (path, everybody, resource) in [
            ("/version", true, false),
            ("/livez/ping", true, false),
            ("/livezz", false, false),
            ("/healthz?verbose", true, false),
            ("/api", false, false),
            ("/api/v1", false, false),
            ("/api/v1/secrets", false, true),
            ("/apis/apps/v1", false, false),
            ("/apis/apps/v1/deployments?limit=1", false, true),
            ("/metrics", false, false),
        ] {
            assert_eq!((is_for_everybody(path), is_resource(path)), (everybody, resource), "{path}");
        }
    }
}
