//! Certificates, as far as anybody asks: whose they are, for how long, with what key.

use std::net::{Ipv4Addr, Ipv6Addr};

use ironsides_settings::Certificate;
use sha2::{Digest, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use crate::key;

/// Reads a certificate in DER; `None` where it is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(bytes).ok()?;
    let mut names = Vec::new();
    if let Ok(Some(alternative)) = certificate.subject_alternative_name() {
        names.extend(alternative.value.general_names.iter().filter_map(name));
    }
    let mut usages: Vec<String> = Vec::new();
    if let Ok(Some(usage)) = certificate.extended_key_usage() {
        let known = [
            (usage.value.any, "any"),
            (usage.value.client_auth, "clientAuth"),
            (usage.value.code_signing, "codeSigning"),
            (usage.value.email_protection, "emailProtection"),
            (usage.value.ocsp_signing, "OCSPSigning"),
            (usage.value.server_auth, "serverAuth"),
            (usage.value.time_stamping, "timeStamping"),
        ];
        usages.extend(known.into_iter().filter(|(is, _)| *is).map(|(_, name)| name.to_owned()));
        usages.extend(usage.value.other.iter().map(ToString::to_string));
    }
    let signature = &certificate.signature_algorithm.algorithm;
    Some(Certificate {
        subject: distinguished(certificate.subject()),
        issuer: distinguished(certificate.issuer()),
        not_before: moment(certificate.validity().not_before),
        not_after: moment(certificate.validity().not_after),
        is_ca: certificate.is_ca(),
        key: public_key(certificate.public_key()),
        signature: oid2sn(signature, oid_registry()).map_or_else(|_| signature.to_string(), str::to_owned),
        names,
        usages,
        sha256: digest(bytes),
        public_key: digest(certificate.public_key().raw),
    })
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
        text.extend([digit(byte >> 4), digit(byte & 15)]);
        text
    })
}

fn moment(time: ASN1Time) -> String {
    jiff::Timestamp::from_second(time.timestamp()).map(|time| time.to_string()).unwrap_or_default()
}

fn public_key(info: &SubjectPublicKeyInfo<'_>) -> String {
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA-{}", key::bits(rsa.modulus)),
        Ok(PublicKey::EC(point)) => key::ec(point.key_size()),
        _ => match &*info.algorithm.algorithm.to_string() {
            "1.3.101.112" => "Ed25519".into(),
            "1.3.101.113" => "Ed448".into(),
            other => other.to_owned(),
        },
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            Some((*text).to_owned())
        }
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| Ipv4Addr::from(bytes).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A distinguished name as RFC 4514 writes it: the last part first.
fn distinguished(name: &X509Name<'_>) -> String {
    let parts: Vec<String> = name
        .iter()
        .map(|part| {
            let attributes: Vec<String> = part
                .iter()
                .map(|attribute| {
                    let oid = attribute.attr_type().to_string();
                    let short = SHORT.iter().find(|(known, _)| *known == oid).map(|(_, short)| *short);
                    format!("{}={}", short.unwrap_or(&oid), escaped(attribute.as_str().unwrap_or_default()))
                })
                .collect();
            attributes.join("+")
        })
        .collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(",")
}

/// The short names of RFC 4514, section 3.
const SHORT: [(&str, &str); 9] = [
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
];

/// A value as RFC 4514, section 2.4 escapes it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        let is_edge = c == ' ' && (at == 0 || at == last) || c == '#' && at == 0;
        match c {
            '\0' => escaped.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => escaped.extend(['\\', c]),
            c if is_edge => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_in_full() {
        let key = rcgen::KeyPair::generate().unwrap();
        let names = vec!["node-1".to_owned(), "10.0.0.1".to_owned(), "fd00::1".to_owned()];
        let mut wanted = rcgen::CertificateParams::new(names).unwrap();
        wanted.distinguished_name = rcgen::DistinguishedName::new();
        wanted.distinguished_name.push(rcgen::DnType::OrganizationName, "system:nodes, all");
        wanted.distinguished_name.push(rcgen::DnType::CommonName, "system:node:node-1");
        wanted.not_before = rcgen::date_time_ymd(2026, 1, 2);
        wanted.not_after = rcgen::date_time_ymd(2027, 1, 2);
        wanted.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        let made = wanted.self_signed(&key).unwrap();
        let read = read(made.der()).unwrap();
        assert_eq!(read.subject, "CN=system:node:node-1,O=system:nodes\\, all");
        assert_eq!(read.issuer, read.subject);
        assert_eq!((&*read.not_before, &*read.not_after), ("2026-01-02T00:00:00Z", "2027-01-02T00:00:00Z"));
        assert_eq!((&*read.key, &*read.signature), ("ECDSA-256", "ecdsa-with-SHA256"));
        assert_eq!(read.names, ["node-1", "10.0.0.1", "fd00::1"]);
        assert_eq!((read.usages, read.is_ca), (vec!["clientAuth".to_owned()], false));
        assert_eq!((read.sha256.len(), read.public_key.len()), (64, 64));
        assert!(super::read(b"garbage").is_none());
    }
}
