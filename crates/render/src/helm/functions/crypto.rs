//! Digests, and placeholders for secrets.
//!
//! A rendering that is read and not installed needs no secrets, and has to be the same each time. So random strings,
//! passwords, keys and certificates are text of the right shape that says what it is.

use std::fmt::Write;

use sha1::Digest;

use super::Param::{Certificate, Int, List, Str};
use super::{Args, Function, Outcome, fixed, give};
use crate::helm::encoding::base64;
use crate::helm::machine::Machine;
use crate::helm::object::Object;
use crate::helm::value::Value;

pub(super) const TABLE: &[Function] = &[
    fixed("sha1sum", &[Str], |_, _, a| give(Value::str(hex(&sha1::Sha1::digest(Args(a).bytes(0)))))),
    fixed("sha256sum", &[Str], |_, _, a| give(Value::str(hex(&sha2::Sha256::digest(Args(a).bytes(0)))))),
    fixed("sha512sum", &[Str], |_, _, a| give(Value::str(hex(&sha2::Sha512::digest(Args(a).bytes(0)))))),
    fixed("adler32sum", &[Str], |_, _, a| give(Value::str(adler32(Args(a).bytes(0)).to_string()))),
    fixed("randAlphaNum", &[Int], |m, _, a| random(m, Args(a).int(0), ALPHANUMERIC)),
    fixed("randAlpha", &[Int], |m, _, a| random(m, Args(a).int(0), ALPHABETIC)),
    fixed("randAscii", &[Int], |m, _, a| random(m, Args(a).int(0), ALPHANUMERIC)),
    fixed("randNumeric", &[Int], |m, _, a| random(m, Args(a).int(0), b"0123456789")),
    fixed("randBytes", &[Int], |m, _, a| {
        let Value::Str(text) = random(m, Args(a).int(0), ALPHANUMERIC)?.value else {
            return give(Value::str(""));
        };
        give(Value::str(base64(text.text.as_bytes())))
    }),
    fixed("uuidv4", &[], |m, _, _| {
        m.secrets += 1;
        give(Value::str(format!("00000000-0000-4000-8000-{:012x}", m.secrets)))
    }),
    fixed("bcrypt", &[Str], |_, _, _| give(Value::str(BCRYPT))),
    fixed("htpasswd", &[Str, Str], |_, _, a| give(Value::str(format!("{}:{BCRYPT}", Args(a).text(0))))),
    fixed("derivePassword", &[Int, Str, Str, Str, Str], |m, _, _| random(m, 20, ALPHANUMERIC)),
    fixed("encryptAES", &[Str, Str], |_, _, a| give(Value::str(base64(Args(a).bytes(1))))),
    fixed("decryptAES", &[Str, Str], |_, _, _| give(Value::str("placeholder"))),
    fixed("genPrivateKey", &[Str], |_, _, _| give(Value::str(pem("RSA PRIVATE KEY")))),
    fixed("buildCustomCert", &[Str, Str], |_, _, a| {
        let decoded = |at: usize| {
            let bytes = crate::helm::encoding::from_base64(Args(a).bytes(at));
            bytes
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .map_err(|_| "it takes base64".to_owned())
        };
        give(certificate(&decoded(0)?, &decoded(1)?))
    }),
    fixed("genCA", &[Str, Int], |_, _, _| give(placeholder())),
    fixed("genCAWithKey", &[Str, Int, Str], |_, _, _| give(placeholder())),
    fixed("genSelfSignedCert", &[Str, List, List, Int], |_, _, _| give(placeholder())),
    fixed("genSelfSignedCertWithKey", &[Str, List, List, Int, Str], |_, _, _| give(placeholder())),
    fixed("genSignedCert", &[Str, List, List, Int, Certificate], |_, _, _| give(placeholder())),
    fixed("genSignedCertWithKey", &[Str, List, List, Int, Certificate, Str], |_, _, _| give(placeholder())),
];

const ALPHABETIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A hash in bcrypt's form that no password has.
const BCRYPT: &str = "$2a$10$placeholderplaceholder.placeholderplaceholderplacehol";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        _ = write!(out, "{byte:02x}");
        out
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}

/// The longest random text that is made.
const MOST: usize = 1 << 20;

/// So many letters: a word that says what it is, and then a number that differs each time.
fn random(machine: &mut Machine, count: i64, letters: &[u8]) -> Outcome {
    let Ok(count) = usize::try_from(count) else { return Err("the length is a number from 0".into()) };
    if count > MOST {
        return Err(format!("the length is {MOST} at most").into());
    }
    machine.secrets += 1;
    let mut state = machine.secrets;
    let word: &[u8] = if letters.first() == Some(&b'0') { b"" } else { b"placeholder" };
    let text: String = (0..count)
        .map(|at| {
            // The word only where enough is left to tell one from another.
            if count >= word.len() + 8 && at < word.len() {
                return word.get(at).copied().map_or('x', char::from);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let letter = usize::try_from(state >> 33).unwrap_or(0) % letters.len().max(1);
            letters.get(letter).copied().map_or('x', char::from)
        })
        .collect();
    give(Value::str(text))
}

fn pem(kind: &str) -> String {
    let body = base64(
        format!("placeholder: a {} is made when the chart is installed", kind.to_lowercase()).as_bytes(),
    );
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
}

fn certificate(certificate: &str, key: &str) -> Value {
    Value::Object(Object::Certificate { certificate: certificate.into(), key: key.into() })
}

fn placeholder() -> Value {
    certificate(&pem("CERTIFICATE"), &pem("RSA PRIVATE KEY"))
}
