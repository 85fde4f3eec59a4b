//! Certificates that were over when the node was looked at.

use super::certificates::each;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "certificate-expired",
        title: "Certificate has expired",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("certificate_expired.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    each(host, out, |out, path, certificate, left| {
        let fact = out.file(path, path, Some(certificate.not_after.clone()));
        if left.seconds >= 0 {
            return out.pass_with(fact);
        }
        let (subject, told) = (&certificate.subject, left.told());
        let message =
            format!("the certificate of {subject} in {path} expired {told} before the node was looked at");
        out.fail_with(fact, path, message).key(subject);
    });
}
