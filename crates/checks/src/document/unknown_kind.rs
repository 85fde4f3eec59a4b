//! A kind that Kubernetes does not serve under this `apiVersion`.

use ironsides_schema::{RELEASE, Unknown, unknown};

use crate::api::is_removed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unknown-kind",
        title: "Kubernetes serves no such kind",
        severity: Severity::High,
        family: "document",
        since: "0.1.0",
        page: include_str!("unknown_kind.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let reference = object.reference();
    let (api_version, kind) = (&reference.api_version, &reference.kind);
    let cursor = object.cursor();
    if is_removed(api_version, kind, out.kubernetes()) {
        return out.not_applicable("the version was taken away, which another check tells");
    }
    let Some(why) = unknown(api_version, kind) else { return out.pass(&cursor.get("kind")) };
    let message = match why {
        Unknown::Foreign => return out.not_applicable("Kubernetes itself serves nothing of this group"),
        Unknown::Elsewhere("", version) => format!("{api_version} has no kind {kind}; {version} has"),
        Unknown::Elsewhere(group, version) => {
            format!("{api_version} has no kind {kind}; {group}/{version} has")
        }
        Unknown::Misspelt(near) => format!("{api_version} has no kind \"{kind}\"; did you mean \"{near}\"?"),
        Unknown::Gone => format!("{api_version} has no kind {kind} in Kubernetes {RELEASE}"),
    };
    let misplaced = matches!(why, Unknown::Elsewhere(..));
    out.fail(&cursor.get(if misplaced { "apiVersion" } else { "kind" }), message);
}
