//! Which texts show a secret, and which values of Secrets are written out. No text is ever repeated.

use std::borrow::Cow;

use ironsides_core::{Confidence, Object, Severity};
use ironsides_tree::Cursor;

use crate::workload::{by_form, is_password, secret as named};

/// What is known of a secret: what it is, and how sure that is.
type Found = (&'static str, Confidence);

/// What secret the value of a `ConfigMap` shows: as a value under its key, or in a line of the file that it is.
pub(crate) fn secret(key: &str, text: &str) -> Option<Found> {
    let single = || (!text.trim_end().contains('\n')).then(|| named(key, text)).flatten();
    by_form(text).or_else(single).or_else(|| text.lines().find_map(line))
}

/// What secret a line of a file of settings shows: `password: x`, `db.password = x`, `"password": "x",`.
fn line(line: &str) -> Option<Found> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    if line.starts_with(['#', ';', '/']) {
        return None;
    }
    let at = line.find(['=', ':'])?;
    let key = line.get(..at)?.trim().trim_start_matches(['{', '-', ' ']).trim_matches(['"', '\'']);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(is_name) || !announces(key) {
        return None;
    }
    let value = line.get(at + 1..)?.trim_start_matches(['=', '>']).trim();
    let value = value.split(" #").next().unwrap_or(value);
    let value = value.trim().trim_end_matches(['}', ',']).trim().trim_matches(['"', '\'']);
    // A nested map begins here, or a block of text.
    if value.is_empty() || value.starts_with(['{', '[', '|', '>', '&', '*', '!', '%']) {
        return None;
    }
    named(key, value).filter(|(_, confidence)| *confidence > Confidence::Low)
}

const LONGEST_KEY: usize = 80;

/// Whether a key may name a secret at all; asked first because most do not.
fn announces(key: &str) -> bool {
    const PARTS: [&[u8]; 6] = [b"pass", b"pwd", b"secret", b"token", b"key", b"cred"];
    let key = key.as_bytes();
    PARTS.iter().any(|part| key.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part)))
}

/// What `kubectl apply` writes the whole object into.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What secret an annotation shows, and how bad that is.
pub(crate) fn annotation(object: &Object, key: &str, text: &str) -> Option<(Cow<'static, str>, Severity)> {
    if key == LAST_APPLIED {
        // Of anything else it repeats what other checks look at.
        let reference = object.reference();
        let is_secret = &*reference.kind == "Secret" && reference.group().is_empty();
        let has_values = text.contains("\"data\":{\"") || text.contains("\"stringData\":{\"");
        return (is_secret && has_values).then_some(("the values of the Secret".into(), Severity::Medium));
    }
    let name = key.rsplit('/').next().unwrap_or(key);
    let sure = |(_, confidence): &Found| *confidence == Confidence::High;
    let (what, _) = by_form(text).or_else(|| named(name, text)).filter(sure)?;
    Some((what.into(), Severity::High))
}

/// Whether the value of a Secret stands in its manifest, rather than a placeholder, nothing, or what is no secret.
pub(crate) fn is_written_out(field: &str, key: &str, at: &Cursor<'_>) -> bool {
    let Some(text) = at.str().map(str::trim).filter(|text| !text.is_empty()) else { return false };
    let is_public = matches!(key, "ca.crt" | "tls.crt" | "username" | "user" | "ca.pem" | "namespace");
    if is_public {
        return false;
    }
    if field == "stringData" {
        return is_password(text);
    }
    // What templates leave to be filled in is no base64.
    decode(text)
        .is_some_and(|value| std::str::from_utf8(&value).map_or(true, |text| is_password(text.trim())))
}

/// Whether a key of a Secret is that of a password.
pub(crate) fn is_password_key(key: &str) -> bool {
    // Whatever the word, a password that nobody would take for anything else.
    named(key, "Tr0ub4dor&3")
        .is_some_and(|(what, confidence)| what == "a password" && confidence == Confidence::High)
}

/// Passwords that are defaults of programs or begin every list, in small letters.
const GUESSABLE: [&str; 40] = [
    "000000",
    "111111",
    "123123",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "abc123",
    "admin",
    "admin123",
    "administrator",
    "change-me",
    "change_me",
    "changeit",
    "changeme",
    "changethis",
    "default",
    "demo",
    "elastic",
    "example",
    "guest",
    "hunter2",
    "letmein",
    "mysql",
    "pass",
    "passw0rd",
    "password",
    "password1",
    "password123",
    "postgres",
    "qwerty",
    "rabbitmq",
    "redis",
    "root",
    "secret",
    "supersecret",
    "test",
    "welcome",
];

/// Whether a password is among the first that are tried.
pub(crate) fn is_guessable(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let text = text.trim();
    GUESSABLE.iter().any(|known| known.eq_ignore_ascii_case(text))
}

/// What base64 stands for; `None` where it is none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits) = (0u32, 0u32);
    let body = text.trim_end_matches(|char: char| char.is_ascii_whitespace()).trim_end_matches('=');
    for byte in body.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_settings_are_read() {
        for (text, found) in [
            ("password: hunter2hunter", true),
            ("  - db.password = Tr0ub4dor", true),
            ("\"password\": \"Tr0ub4dor\",", true),
            ("{\"user\": 1}", false),
            ("export API_TOKEN=9f8a7b6c5d4e", true),
            ("REDIS_PASSWORD=abcd1234 # for now", true),
            ("REDIS_PASSWORD=", false),
            ("REDIS_PASSWORD=${REDIS_PASSWORD}", false),
            ("# password: hunter2hunter", false),
            ("password:", false),
            ("password: |", false),
            ("passwordFile: /run/secrets/x", false),
            ("token_ttl: 3600", false),
            ("a sentence about a password: it must be long", false),
            ("keyboard: qwertz", false),
        ] {
            assert_eq!(line(text).is_some(), found, "{text}");
        }
    }

    #[test]
    fn base64_is_decoded() {
        for (text, expected) in [
            ("", Some(&b""[..])),
            ("aHVudGVyMg==", Some(b"hunter2")),
            ("cG9zdGdyZXM=", Some(b"postgres")),
            ("cG9z\ndGdyZXM=\n", Some(b"postgres")),
            ("AAEC/w==", Some(&[0, 1, 2, 255])),
            ("{{ .x }}", None),
            ("é", None),
        ] {
            assert_eq!(decode(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn keys_of_passwords_are_told_from_others() {
        for (key, found) in [
            ("password", true),
            ("POSTGRES_PASSWORD", true),
            ("redis-password", true),
            ("username", false),
            ("mode", false),
            ("password_file", false),
            ("token", false),
        ] {
            assert_eq!(is_password_key(key), found, "{key}");
        }
    }
}
