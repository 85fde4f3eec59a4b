//! What configuration is asked for.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::distribution::Distribution;
use crate::error::HardenError;
use crate::profile::Profile;

/// The oldest minor version of Kubernetes that configuration is written for: the first whose kubeadm reads `v1beta4` and
/// whose API server can leave anonymous requests to single paths.
pub const OLDEST_MINOR: u64 = 31;
/// The newest one.
pub const NEWEST_MINOR: u64 = 37;

/// A version of Kubernetes: 1.36, v1.36.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The minor version: 36.
    pub minor: u64,
    /// The patch version, where one was given.
    pub patch: Option<u64>,
}

/// How Secrets are encrypted in etcd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// `XSalsa20` and Poly1305 with a key in a file of the control plane.
    Secretbox,
    /// A plug-in that speaks KMS v2; the key never leaves its store.
    Kms,
}

/// How nodes join that hold no credentials yet, where anonymous requests are for health alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// With a discovery file that is brought to the node, so that nothing is asked anonymously.
    File,
    /// With a token and the hash of the CA: the one ConfigMap `kube-public/cluster-info` stays open to anonymous requests.
    Token,
}

/// What configuration is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What the cluster is installed with.
    pub distribution: Distribution,
    /// How far hardening goes.
    pub profile: Profile,
    /// The version of Kubernetes.
    pub version: Version,
    /// How Secrets are encrypted.
    pub encryption: Encryption,
    /// How nodes join.
    pub join: Join,
    /// The addresses of the control plane's nodes, which alone may reach etcd.
    pub control_plane: Vec<IpAddr>,
    /// The host and port by which all nodes reach the API servers, where there are several (kubeadm).
    pub endpoint: Option<String>,
    /// The addresses of other nodes that run etcd.
    pub etcd: Vec<IpAddr>,
    /// Namespaces that Pod Security admission leaves alone besides the distribution's own: those of CNI and CSI drivers.
    pub exempt: Vec<String>,
}

impl Options {
    /// Options for a distribution and a profile, with defaults for the rest.
    pub fn new(distribution: Distribution, profile: Profile, version: Version) -> Self {
        Self {
            distribution,
            profile,
            version,
            encryption: Encryption::Secretbox,
            join: Join::File,
            control_plane: Vec::new(),
            endpoint: None,
            etcd: Vec::new(),
            exempt: Vec::new(),
        }
    }

    /// Every address that may reach etcd, sorted.
    pub fn etcd_clients(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = self.control_plane.iter().chain(&self.etcd).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The namespaces that Pod Security admission leaves alone, sorted.
    pub fn exempt_namespaces(&self) -> Vec<String> {
        let own = self.distribution.own_namespaces().iter().map(|&name| name.to_owned());
        let mut all: Vec<String> = own.chain(self.exempt.iter().cloned()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The level of the Pod Security Standards that namespaces have which say nothing: enforced, and warned of.
    pub fn pod_security(&self) -> (&'static str, &'static str) {
        match self.profile {
            Profile::Baseline => ("privileged", "baseline"),
            Profile::CisL1 | Profile::CisL2 => ("baseline", "restricted"),
            Profile::Paranoid => ("restricted", "restricted"),
        }
    }

    /// Whether anonymous requests are left to single paths by a file of ours.
    pub fn restricts_anonymous(&self) -> bool {
        // k3s, RKE2 and Talos refuse anonymous requests themselves; their probes carry credentials. Kubespray sets
        // --anonymous-auth by itself, which may not stand beside the file.
        self.profile >= Profile::CisL1 && self.distribution == Distribution::Kubeadm
    }
}

impl Version {
    /// Reads `1.36`, `v1.36.3`, `v1.36.3+k3s1`.
    ///
    /// # Errors
    ///
    /// No version, or one that nothing is known of.
    pub fn read(text: &str) -> Result<Self, HardenError> {
        let wrong = |why: &str| HardenError::Version { text: text.to_owned(), why: why.to_owned() };
        let plain = text.strip_prefix('v').unwrap_or(text);
        let plain = plain.split(['+', '-']).next().unwrap_or(plain);
        let numbers: Option<Vec<u64>> = plain.split('.').map(|part| part.parse().ok()).collect();
        let (minor, patch) = match numbers.as_deref() {
            Some(&[1, minor]) => (minor, None),
            Some(&[1, minor, patch]) => (minor, Some(patch)),
            _ => return Err(wrong("write it as 1.36 or v1.36.3")),
        };
        if minor < OLDEST_MINOR {
            return Err(wrong(&format!(
                "it is no longer maintained, and older than what structured authentication and kubeadm's v1beta4 \
                 need; upgrade to 1.{OLDEST_MINOR} or later first"
            )));
        }
        if minor > NEWEST_MINOR {
            return Err(wrong(&format!(
                "the newest version whose flags this program knows is 1.{NEWEST_MINOR}; take a newer ironsides"
            )));
        }
        Ok(Self { minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

impl Encryption {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Secretbox, Self::Kms];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Secretbox => "secretbox",
            Self::Kms => "kms",
        }
    }
}

impl FromStr for Encryption {
    type Err = HardenError;

    fn from_str(word: &str) -> Result<Self, HardenError> {
        Self::ALL.into_iter().find(|one| one.word() == word).ok_or_else(|| HardenError::Word {
            what: "encryption",
            word: word.to_owned(),
            known: Self::ALL.map(Self::word).join(", "),
        })
    }
}

impl Join {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::File, Self::Token];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Token => "token",
        }
    }
}

impl FromStr for Join {
    type Err = HardenError;

    fn from_str(word: &str) -> Result<Self, HardenError> {
        Self::ALL.into_iter().find(|one| one.word() == word).ok_or_else(|| HardenError::Word {
            what: "way to join",
            word: word.to_owned(),
            known: Self::ALL.map(Self::word).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_that_are_known() {
        for (text, minor, patch) in [
            ("1.36", 36, None),
            ("v1.36.3", 36, Some(3)),
            ("v1.31.8+k3s1", 31, Some(8)),
            ("1.37.0-rc.1", 37, Some(0)),
        ] {
            assert_eq!(Version::read(text).unwrap(), Version { minor, patch }, "{text}");
        }
        for text in ["", "36", "1.30", "1.38", "2.0", "1.x", "1.36.1.2", "v", "1.18446744073709551616"] {
            assert!(Version::read(text).is_err(), "{text}");
        }
    }
}
