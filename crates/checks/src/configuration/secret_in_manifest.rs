//! A Secret whose values stand in the manifest.

use ironsides_core::Origin;

use super::{SECRETS, content, is_stored};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-in-manifest",
        title: "Secret is written into a manifest",
        severity: Severity::Medium,
        family: "configuration",
        since: "0.1.0",
        page: include_str!("secret_in_manifest.md"),
    },
    run: Run::Kinds(SECRETS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    if matches!(object.origin, Origin::Api { .. }) || is_stored(object) {
        return out.not_applicable("the Secret comes from a cluster");
    }
    for field in ["data", "stringData"] {
        let values = object.cursor().get(field);
        let literal = values.entries().filter(|(key, at)| content::is_written_out(field, key, at)).count();
        if literal > 0 {
            let noun = if literal == 1 { "value" } else { "values" };
            let message =
                format!("the manifest holds {literal} {noun} of the Secret, which base64 does not hide");
            out.fail_at(values.path().text(), values.mark(), message);
        } else {
            out.pass(&values);
        }
    }
}
