//! How far hardening goes.

use std::fmt;
use std::str::FromStr;

use crate::error::HardenError;

/// How far hardening goes. Each profile asks for all that the one before asks for, or for something stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// What breaks nothing that a fresh cluster does.
    Baseline,
    /// What the CIS benchmark asks of configuration, at either level.
    CisL1,
    /// Stricter where more costs something.
    CisL2,
    /// What costs convenience: TLS 1.3 alone, restricted pods unless a namespace says otherwise, all resources encrypted.
    Paranoid,
}

impl Profile {
    /// All of them, the mildest first.
    pub const ALL: [Self; 4] = [Self::Baseline, Self::CisL1, Self::CisL2, Self::Paranoid];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::CisL1 => "cis-l1",
            Self::CisL2 => "cis-l2",
            Self::Paranoid => "paranoid",
        }
    }

    /// What it is, in a sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Baseline => {
                "Breaks nothing that a fresh cluster does: audit log, encryption at rest, strong TLS."
            }
            Self::CisL1 => {
                "Meets what CIS 1.12 asks of configuration, most of it by defaults written down: anonymous requests for health alone, \
                 verified kubelets, event limits, seccomp and process limits for pods."
            }
            Self::CisL2 => {
                "Is stricter than cis-l1 where more costs something: an audit policy that tells every \
                 known attack technique, events kept, debugging endpoints closed, ConfigMaps encrypted."
            }
            Self::Paranoid => {
                "Adds to cis-l2 TLS 1.3 alone, restricted pods unless a namespace says otherwise, every \
                 resource encrypted, short tokens."
            }
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Profile {
    type Err = HardenError;

    fn from_str(word: &str) -> Result<Self, HardenError> {
        Self::ALL.into_iter().find(|profile| profile.word() == word).ok_or_else(|| HardenError::Word {
            what: "profile",
            word: word.to_owned(),
            known: Self::ALL.map(Self::word).join(", "),
        })
    }
}
