//! Keys that are too short, and signatures that can be forged.

use ironsides_settings::Certificate;

use super::certificates::files;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "weak-certificate-key",
        title: "Certificate or key is weak",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("weak_certificate_key.md"),
    },
    run: Run::Host(run),
};

/// What starts the names of signature algorithms with hashes for which collisions are made, and those of them by number
/// for where the name is not known: RSA with MD2, MD5 and SHA-1, DSA and ECDSA with SHA-1 (RFC 3279).
const BROKEN: [&str; 10] = [
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.1",
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "dsa-with-sha1",
    "ecdsa-with-SHA1",
    "md2",
    "md5",
    "sha1",
];

fn run(host: &Host, out: &mut Out<'_>) {
    let mut any = false;
    for (path, file) in files(host) {
        any = true;
        for certificate in &file.certificates {
            let fact = out.file(path, path, Some(format!("{}, {}", certificate.key, certificate.signature)));
            match weakness(certificate) {
                Some(why) => {
                    let message = format!("the certificate of {} in {path} {why}", certificate.subject);
                    out.fail_with(fact, path, message).key(&certificate.subject);
                }
                None => out.pass_with(fact),
            }
        }
        // That of a certificate beside it is told once.
        let is_told = |key: &str| file.certificates.iter().any(|certificate| certificate.key == key);
        if let Some(key) = file.key.as_ref().filter(|key| !is_told(&key.algorithm)) {
            let fact = out.file(path, path, Some(key.algorithm.clone()));
            if is_short(&key.algorithm) {
                let message =
                    format!("the key in {path} is {}, and can be found from its public half", key.algorithm);
                out.fail_with(fact, path, message).key("key");
            } else {
                out.pass_with(fact);
            }
        }
    }
    if !any {
        out.not_applicable("no certificates and keys are known of this node");
    }
}

fn weakness(certificate: &Certificate) -> Option<String> {
    let Certificate { key, signature, subject, issuer, .. } = certificate;
    if is_short(key) {
        return Some(format!("has the key {key}, which can be found from its public half"));
    }
    // Nobody checks the signature of a root.
    let is_broken = BROKEN.iter().any(|name| signature.starts_with(name));
    (is_broken && subject != issuer).then(|| format!("is signed with {signature}, which can be forged"))
}

/// Whether a key is shorter than what NIST SP 800-57 gives 112 bits: RSA and DSA of 2048, elliptic curves of 224.
fn is_short(key: &str) -> bool {
    let Some((algorithm, Ok(bits))) = key.split_once('-').map(|(name, bits)| (name, bits.parse::<u32>()))
    else {
        return false;
    };
    match algorithm {
        "RSA" | "DSA" => bits < 2048,
        "ECDSA" => bits < 224,
        _ => false,
    }
}
