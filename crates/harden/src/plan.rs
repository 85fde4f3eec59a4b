//! What a profile wants of a cluster, and the files that bring it about.

use crate::distribution::Distribution;
use crate::emit;
use crate::error::HardenError;
use crate::options::{Encryption, Join, Options};
use crate::parts::modes::{self, Mode};
use crate::parts::{Output, sysctl};
use crate::wanted::{self, Wanted};

/// What is wanted of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What was asked for.
    pub options: Options,
    /// The settings of the components.
    pub wanted: Vec<Wanted>,
    /// Modes and owners of files on the nodes.
    pub modes: Vec<Mode>,
    /// Kernel settings: name and value. Empty where the distribution does not let anybody set them by file.
    pub sysctls: Vec<(&'static str, &'static str)>,
}

impl Plan {
    /// Says what is wanted.
    ///
    /// # Errors
    ///
    /// Choices that do not go together.
    pub fn new(options: &Options) -> Result<Self, HardenError> {
        let distribution = options.distribution;
        if options.encryption == Encryption::Kms && distribution != Distribution::Kubeadm {
            return Err(HardenError::Choice(format!(
                "{distribution} writes its encryption configuration itself and offers no KMS plug-in; take --encryption \
                 secretbox, or kubeadm"
            )));
        }
        if options.join == Join::Token
            && !matches!(distribution, Distribution::Kubeadm | Distribution::Kubespray)
        {
            return Err(HardenError::Choice(format!(
                "how nodes of {distribution} join is its own matter; leave --join away"
            )));
        }
        if let Some(endpoint) = &options.endpoint {
            if distribution != Distribution::Kubeadm {
                return Err(HardenError::Choice(format!(
                    "how nodes of {distribution} find the API servers is its own matter; leave --endpoint away"
                )));
            }
            let is_good = endpoint.rsplit_once(':').is_some_and(|(host, port)| {
                let of_host = |letter: char| letter.is_ascii_alphanumeric() || "-.:[]".contains(letter);
                let is_bare = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
                !host.is_empty()
                    && !is_bare
                    && host.chars().all(of_host)
                    && port.parse::<u16>().is_ok_and(|port| port > 0)
            });
            if !is_good {
                return Err(HardenError::Choice(format!(
                    "{endpoint:?} is no host and port; write --endpoint api.example.com:6443"
                )));
            }
        }
        let invalid = |name: &&String| {
            name.is_empty()
                || name.len() > 63
                || name.starts_with('-')
                || name.ends_with('-')
                || !name
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        };
        if let Some(name) = options.exempt.iter().find(invalid) {
            return Err(HardenError::Choice(format!(
                "{name:?} is no name of a namespace: small letters, digits and hyphens, 63 at most"
            )));
        }
        Ok(Self {
            options: options.clone(),
            wanted: wanted::wanted(options)?,
            modes: modes::modes(options),
            sysctls: match distribution {
                Distribution::Talos => Vec::new(),
                _ => sysctl::SETTINGS.map(|(name, value, _)| (name, value)).to_vec(),
            },
        })
    }

    /// Writes the files, sorted by path.
    ///
    /// `key` is the key that encrypts Secrets: 32 bytes that nobody can guess, used for nothing else.
    ///
    /// # Errors
    ///
    /// An audit policy that the API server would refuse.
    pub fn outputs(&self, key: &[u8; 32]) -> Result<Vec<Output>, HardenError> {
        let mut outputs = emit::outputs(self, key)?;
        outputs.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(outputs)
    }
}
