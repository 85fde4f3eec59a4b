//! What is known of a private key, which is not the key: its form, its algorithm and its size.

use ironsides_settings::Key;

use crate::pem::Block;

/// What a PEM block says of the private key in it; `None` where it holds none.
pub(crate) fn of(block: &Block) -> Option<Key> {
    if !block.label.ends_with("PRIVATE KEY") {
        return None;
    }
    let encrypted = block.is_encrypted || block.label.starts_with("ENCRYPTED");
    let algorithm = if encrypted { None } else { algorithm(&block.label, &block.bytes) };
    Some(Key { form: block.label.clone(), algorithm: algorithm.unwrap_or_default(), encrypted })
}

fn algorithm(label: &str, bytes: &[u8]) -> Option<String> {
    let (SEQUENCE, fields, _) = value(bytes)? else { return None };
    match label {
        "RSA PRIVATE KEY" => rsa(fields),
        // `ECPrivateKey` (RFC 5915): the curve may be left out, but the key is as long as it.
        "EC PRIVATE KEY" => {
            let (_, _, rest) = value(fields)?;
            let (OCTETS, key, _) = value(rest)? else { return None };
            Some(ec(key.len() * 8))
        }
        // PrivateKeyInfo (RFC 5958).
        "PRIVATE KEY" => {
            let (_, _, rest) = value(fields)?;
            let (SEQUENCE, algorithm, rest) = value(rest)? else { return None };
            let (OID, oid, parameters) = value(algorithm)? else { return None };
            let (OCTETS, key, _) = value(rest)? else { return None };
            match oid {
                RSA => match value(key)? {
                    (SEQUENCE, fields, _) => rsa(fields),
                    _ => None,
                },
                EC => {
                    let curve = value(parameters).map(|(_, curve, _)| curve)?;
                    CURVES.iter().find(|(oid, _)| *oid == curve).map(|(_, bits)| ec(*bits))
                }
                ED25519 => Some("Ed25519".into()),
                ED448 => Some("Ed448".into()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The modulus of an `RSAPrivateKey` (RFC 8017) follows its version.
fn rsa(fields: &[u8]) -> Option<String> {
    let (_, _, rest) = value(fields)?;
    let (INTEGER, modulus, _) = value(rest)? else { return None };
    Some(format!("RSA-{}", bits(modulus)))
}

/// How many bits a number has.
pub(crate) fn bits(number: &[u8]) -> usize {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let digits = number.get(start..).unwrap_or_default();
    digits.len() * 8 - digits.first().map_or(0, |first| first.leading_zeros() as usize)
}

/// A key on an elliptic curve; that of P-521 is written in whole bytes.
pub(crate) fn ec(bits: usize) -> String {
    format!("ECDSA-{}", if bits == 528 { 521 } else { bits })
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// 1.2.840.113549.1.1.1, RFC 8017.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1, RFC 5480.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.3.101.112 and 1.3.101.113, RFC 8410.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
/// The curves of RFC 5480 that Go signs with, and their sizes.
const CURVES: [(&[u8], usize); 4] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], 256),
    (&[0x2b, 0x81, 0x04, 0x00, 0x21], 224),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], 384),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], 521),
];

/// The first value of a DER text: its tag, its content, and what follows.
fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(d, _)| d.len() <= 4)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pem;

    #[test]
    fn keys_are_told_by_algorithm_and_size() {
        for (algorithm, expected) in [
            (&rcgen::PKCS_ECDSA_P256_SHA256, "ECDSA-256"),
            (&rcgen::PKCS_ECDSA_P384_SHA384, "ECDSA-384"),
            (&rcgen::PKCS_ECDSA_P521_SHA512, "ECDSA-521"),
            (&rcgen::PKCS_ED25519, "Ed25519"),
            (&rcgen::PKCS_RSA_SHA256, "RSA-2048"),
        ] {
            let text = rcgen::KeyPair::generate_for(algorithm).unwrap().serialize_pem();
            let key = of(&pem::blocks(&text)[0]).unwrap();
            assert_eq!((&*key.form, &*key.algorithm, key.encrypted), ("PRIVATE KEY", expected, false));
        }
    }

    #[test]
    fn a_passphrase_is_seen() {
        let block = |text: &str| of(&pem::blocks(text)[0]).unwrap();
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n\
                   -----END RSA PRIVATE KEY-----\n";
        assert!(block(old).encrypted);
        let new = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
        assert!(block(new).encrypted);
        let garbage = "-----BEGIN PRIVATE KEY-----\nMIIB/////w==\n-----END PRIVATE KEY-----";
        assert_eq!(block(garbage).algorithm, "");
    }
}
