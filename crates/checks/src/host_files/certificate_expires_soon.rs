//! Certificates that are near their end and were not renewed.

use super::certificates::each;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "certificate-expires-soon",
        title: "Certificate expires within 30 days",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("certificate_expires_soon.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    each(host, out, |out, path, certificate, left| {
        let fact = out.file(path, path, Some(certificate.not_after.clone()));
        if left.seconds < 0 || !left.is_short() {
            return out.pass_with(fact);
        }
        let (subject, told) = (&certificate.subject, left.told());
        let message = format!("the certificate of {subject} in {path} is valid for {told} more");
        out.fail_with(fact, path, message).key(subject);
    });
}
