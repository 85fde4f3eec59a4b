//! A storage class of a provider that encrypts only when asked to.

use super::STORAGE_CLASS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unencrypted-storage-class",
        title: "storage class makes volumes that are not encrypted",
        severity: Severity::Low,
        family: "storage",
        since: "0.1.0",
        page: include_str!("unencrypted_storage_class.md"),
    },
    run: Run::Kinds(STORAGE_CLASS, run),
};

fn run(class: &Object, out: &mut Out<'_>) {
    let provisioner = class.cursor().get("provisioner");
    let parameters = class.cursor().get("parameters");
    if !matches!(provisioner.str(), Some("ebs.csi.aws.com" | "kubernetes.io/aws-ebs")) {
        return out.not_applicable("the provisioner encrypts by default, or is not known here");
    }
    let at = parameters.get("encrypted");
    if at.str().is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        out.pass(&at);
    } else {
        out.fail(&at, "encrypted is not \"true\", so it is up to the account whether volumes are encrypted")
            .confidence(Confidence::Medium);
    }
}
