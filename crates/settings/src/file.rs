//! A file of a host, and what was read of it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is known of one path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct File {
    /// What is there.
    pub kind: FileKind,
    /// Why it could not be read, and what to do, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its permissions, the twelve lower bits of its mode; written in octal: `"0600"`.
    #[serde(skip_serializing_if = "Option::is_none", with = "octal")]
    pub mode: Option<u32>,
    /// The user it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The group it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
    /// The name of that user in the host's own user database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The name of that group in the host's own group database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Where a symbolic link leads, made absolute. Mode and owner are those of what it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Its text, where that is configuration. Keys and tokens are never kept: they are replaced by eight stars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Why there is no text where there should be one: too large, no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The names in a folder, sorted; those of folders end in `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<String>>,
    /// The certificates in it, in the order they stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// What is known of the private key in it, which is not the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FileKind {
    /// A regular file.
    #[default]
    File,
    /// A folder.
    Directory,
    /// A socket, a device, a pipe.
    Other,
    /// Nothing: it was looked for.
    Missing,
    /// Something that nothing could be learnt of.
    Unreadable,
}

/// A certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Certificate {
    /// The subject, as RFC 4514 writes it.
    pub subject: String,
    /// The issuer, likewise.
    pub issuer: String,
    /// The first second it is valid, RFC 3339 in UTC.
    pub not_before: String,
    /// The last one.
    pub not_after: String,
    /// Whether it may sign certificates.
    pub is_ca: bool,
    /// The algorithm of its key and its size in bits: `RSA-2048`, `ECDSA-256`, `Ed25519`.
    pub key: String,
    /// The algorithm of its signature: `sha256WithRSAEncryption`.
    pub signature: String,
    /// The names it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What its key may be used for: `serverAuth`, `clientAuth`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub usages: Vec<String>,
    /// SHA-256 over the certificate, in hexadecimal digits.
    pub sha256: String,
    /// SHA-256 over its public key (`SubjectPublicKeyInfo`), in hexadecimal digits.
    pub public_key: String,
}

/// What is known of a private key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Key {
    /// The form it is written in, by its PEM label: `RSA PRIVATE KEY`.
    pub form: String,
    /// Algorithm and size: `RSA-2048`; empty where that could not be read.
    pub algorithm: String,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
}

impl File {
    /// Whether something is there.
    pub fn exists(&self) -> bool {
        !matches!(self.kind, FileKind::Missing | FileKind::Unreadable)
    }

    /// `USER:GROUP`, by name where the host has one.
    pub fn owner(&self) -> Option<String> {
        let name =
            |name: &Option<String>, id: Option<u32>| name.clone().or_else(|| id.map(|id| id.to_string()));
        Some(format!("{}:{}", name(&self.user, self.uid)?, name(&self.group, self.gid)?))
    }
}

/// Permissions as people write them.
mod octal {
    use super::{Deserialize, Deserializer, Serializer};

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    pub(super) fn serialize<S: Serializer>(mode: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{:04o}", mode.unwrap_or_default()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
        let text: Option<String> = Deserialize::deserialize(deserializer)?;
        text.map(|text| {
            u32::from_str_radix(&text, 8).map_err(|_| {
                serde::de::Error::custom(format!("the mode {text:?} is not in octal digits, as \"0600\" is"))
            })
        })
        .transpose()
    }
}
