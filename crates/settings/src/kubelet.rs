//! What a kubelet makes of its settings, as the kubelet itself does it.
//!
//! A command line, a configuration file and drop-ins become one configuration in the kubelet's own order: defaults, the
//! file, defaults again, drop-ins merged over it, defaults a third time, flags over all. [`settle`] does the same, and keeps
//! of every value what gave it and what it overruled. Then it says whether such a kubelet serves at all, and what can be
//! seen of it from outside ([`Observed`]).
//!
//! The rules were taken from kubelets of 1.36 that ran, and are compared with such (`cargo xtask accuracy --only kubelet`).
//! Other versions are read by the same rules; where their defaults, flags or gates are known to differ, they do here.

mod apply;
mod arguments;
mod check;
mod checks;
mod decode;
mod defaults;
mod document;
mod drop_ins;
mod effective;
mod fields;
mod files;
mod flags;
mod gate_table;
mod gates;
mod joined;
mod lookup;
mod observed;
mod origin;
mod paths;
mod settle;
mod state;
mod tls;
mod tree;

use std::collections::BTreeMap;

pub(crate) use fields::fields;
pub(crate) use lookup::{flag_of, is_field, is_section, names, zero};

pub use check::KERNEL;
pub use effective::Effective;
pub use files::{Entry, Files, Listing, Look, Seen};
pub use observed::{Observed, ReadOnly, Server, Status};
pub use origin::{By, Default, DefaultSet, Given, MEASURED, Setting, Written};
pub use settle::{of_process, settle};

/// What a kubelet was started with.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The arguments after the program's name.
    pub arguments: &'a [String],
    /// The working directory; relative paths of flags and drop-ins start there.
    pub directory: &'a str,
    /// The files that it sees.
    pub files: &'a dyn Files,
    /// The minor version of Kubernetes: 36 for 1.36.
    pub minor: u64,
    /// What is known of the node around it.
    pub node: Node<'a>,
}

/// What is known of the node that a kubelet runs on; whatever is not known stops no kubelet.
#[derive(Clone, Copy, Debug, std::default::Default)]
pub struct Node<'a> {
    /// Whether it has the first version of cgroups.
    pub cgroup_v1: Option<bool>,
    /// The cgroup driver that the container runtime reports.
    pub cgroup_driver: Option<&'a str>,
    /// Kernel settings by their dotted names.
    pub sysctls: Option<&'a BTreeMap<String, String>>,
    /// How many processors it has.
    pub processors: Option<u32>,
    /// The addresses of its network interfaces, without those of loopback.
    pub addresses: Option<&'a [std::net::IpAddr]>,
}

/// What comes of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It serves, with these settings.
    Serves(Box<Effective>),
    /// It does not start, or stops again at once.
    Refuses(Refusal),
    /// Its configuration is not known as a whole.
    Unknown(Box<Partial>),
}

/// Why a kubelet does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub why: String,
    /// The flag or the place in a file that is to blame, where one is.
    pub place: Option<By>,
}

/// What is known of a kubelet whose configuration could not be read.
#[derive(Clone, Debug)]
pub struct Partial {
    /// What is missing.
    pub missing: Vec<Missing>,
    /// What its flags set.
    flags: BTreeMap<String, Setting>,
    own: BTreeMap<&'static str, Setting>,
}

/// A file that would have to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its path, as the kubelet sees it.
    pub path: String,
    /// Why it was not read, where that is known.
    pub why: Option<String>,
}

/// A setting that cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsure<'a> {
    /// The kubelet does not start.
    Refused(&'a Refusal),
    /// These files would have to be read.
    Missing(&'a [Missing]),
}

impl Outcome {
    /// A setting by its path in the configuration (`authentication.anonymous.enabled`, `evictionHard.memory.available`).
    /// `None` where this version's kubelet has none of that name.
    pub fn get(&self, path: &str) -> Result<Option<&Setting>, Unsure<'_>> {
        match self {
            Self::Serves(effective) => Ok(effective.get(path)),
            Self::Refuses(refusal) => Err(Unsure::Refused(refusal)),
            Self::Unknown(partial) => {
                partial.flags.get(path).map(Some).ok_or(Unsure::Missing(&partial.missing))
            }
        }
    }

    /// A flag that no field of the configuration stands for, such as `kubeconfig` or `hostname-override`; `None` where it
    /// was not given.
    pub fn flag(&self, name: &str) -> Result<Option<&Setting>, Unsure<'_>> {
        match self {
            Self::Serves(effective) => Ok(effective.flag(name)),
            Self::Refuses(refusal) => Err(Unsure::Refused(refusal)),
            Self::Unknown(partial) => Ok(partial.own.get(name)),
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.why {
            Some(why) => write!(f, "{} could not be read: {why}", self.path),
            None => write!(f, "{} was not looked at: collect it from the node", self.path),
        }
    }
}
