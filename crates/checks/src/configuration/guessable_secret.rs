//! A password that is tried first.

use super::{SECRETS, content};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "guessable-secret",
        title: "Secret holds a password that everybody knows",
        severity: Severity::Medium,
        family: "configuration",
        since: "0.1.0",
        page: include_str!("guessable_secret.md"),
    },
    run: Run::Kinds(SECRETS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    for field in ["data", "stringData"] {
        for (key, at) in object.cursor().get(field).entries() {
            let Some(text) = at.str().filter(|_| content::is_password_key(key)) else { continue };
            let guessable = if field == "data" {
                content::decode(text).is_some_and(|value| content::is_guessable(&value))
            } else {
                content::is_guessable(text.as_bytes())
            };
            if guessable {
                let message = format!("{field} key \"{key}\" holds a password that is tried first");
                out.fail_at(at.path().text(), at.mark(), message);
            } else {
                out.pass(&at);
            }
        }
    }
}
