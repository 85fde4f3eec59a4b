//! A secret that is kept where everybody may read it.

use super::{CONFIG_MAPS, content};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-in-configmap",
        title: "ConfigMap holds a secret in plain text",
        severity: Severity::High,
        family: "configuration",
        since: "0.1.0",
        page: include_str!("secret_in_configmap.md"),
    },
    run: Run::Kinds(CONFIG_MAPS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    for (key, at) in object.cursor().get("data").entries() {
        let Some(text) = at.str() else { continue };
        if let Some((what, confidence)) = content::secret(key, text) {
            let message = format!("data key \"{key}\" holds {what} in plain text");
            out.fail_at(at.path().text(), at.mark(), message).confidence(confidence);
        } else {
            out.pass(&at);
        }
    }
}
