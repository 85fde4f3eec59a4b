//! A verdict worth showing, with its evidence.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::evidence::Evidence;
use crate::fix::Fix;
use crate::severity::{Confidence, Severity};
use crate::target::Target;
use crate::verdict::Verdict;
use crate::waived::Waived;

/// What one check says about one place of one target.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The id of the check.
    pub check: &'static str,
    /// What it is about. Shared by all findings about the same target.
    pub target: Arc<Target>,
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence: lower case first letter, no full stop.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// The field path, or whatever else tells places of one target apart.
    pub path: Arc<str>,
    /// The facts the verdict rests on; the first is the place to point at.
    pub evidence: Vec<Evidence>,
    /// What stays the same when the same thing is found again.
    pub fingerprint: Fingerprint,
    /// The edit that closes it, where there is one.
    pub fix: Option<Box<Fix>>,
    /// The waiver that applies to it.
    pub waived: Option<Arc<Waived>>,
    /// How many pods of a cluster that the target made have it too, and are not told of apart.
    pub pods: u64,
}

/// Identifies a finding across runs: 128 bits of the hash of check, target, path and evidence key. Lines, order of
/// files and wording do not enter, nor do places in lists whose items have names; a renamed object or container
/// does. The same object in two files (overlays of two environments, say) has the same fingerprints twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of a finding. `key` tells findings apart that share check, target and path (the capability
    /// added, the port opened); it may be empty. The uid of an object does not count: it changes when the same
    /// manifest is applied anew.
    pub fn new(check: &str, target: &Target, path: &str, key: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        part(check);
        match target {
            Target::Object(object) => {
                // The version is left out: apps/v1beta1 and apps/v1 name the same object.
                part(object.group());
                part(&object.kind);
                part(object.namespace.as_deref().unwrap_or_default());
                part(&object.name);
            }
            other => part(&other.to_string()),
        }
        part(path);
        part(key);
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(short)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    /// Reads 32 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, String> {
        let number =
            text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u128::from_str_radix(text, 16).ok());
        match number.flatten().filter(|_| text.len() == 32) {
            Some(number) => Ok(Self(number.to_be_bytes())),
            None => Err(format!("{text:?} is no fingerprint: it has 32 hexadecimal digits")),
        }
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::ObjectRef;
    use ironsides_tree::Text;

    fn target(api_version: &str, name: &str) -> Target {
        Target::Object(ObjectRef {
            api_version: Text::new(api_version),
            kind: Text::new("Deployment"),
            name: Text::new(name),
            ..ObjectRef::default()
        })
    }

    #[test]
    fn fingerprints_follow_the_object_not_its_version() {
        let of = |target: &Target, path| Fingerprint::new("privileged-container", target, path, "");
        let first = of(&target("apps/v1", "a"), "spec");
        assert_eq!(first, of(&target("apps/v1beta1", "a"), "spec"));
        assert_ne!(first, of(&target("apps/v1", "b"), "spec"));
        assert_ne!(first, of(&target("apps/v1", "a"), "spe"));
        // Fixed for all time: stored baselines hold it.
        assert_eq!(first.to_string().len(), 32);
        assert_eq!(first.to_string().parse(), Ok(first));
        for wrong in ["", "0", "+123456789012345678901234567890ab", "zz"] {
            assert!(wrong.parse::<Fingerprint>().is_err());
        }
    }
}
