//! What a profile wants of the components: each setting with its value, why, which controls it meets, what may break.

mod adapt;
mod api_server;
mod controllers;
mod etcd;
mod kubelet;

use std::fmt::{self, Write as _};

use ironsides_settings::Component;

use crate::error::HardenError;
use crate::flags;
use crate::options::Options;

/// A value that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A switch.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A text, a path, a length of time.
    Text(String),
    /// A list.
    List(Vec<String>),
}

/// Which values that run are as good as the one that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// This one alone.
    Exactly,
    /// This number or a larger one; a length of time likewise.
    AtLeast,
    /// This number or a smaller one that is above zero; a length of time likewise.
    AtMost,
    /// A list with all of these in it.
    Includes,
    /// A list with none but these in it.
    Within,
    /// Anything: a file of one's own is as good.
    AnyValue,
}

/// Who writes a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// It is generated.
    Us,
    /// The distribution sets it so itself; it is wanted all the same.
    Distribution,
}

/// A setting that a profile wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which component.
    pub component: Component,
    /// A flag without dashes; of the kubelet and of kube-proxy a path in their configuration.
    pub key: &'static str,
    /// Its value.
    pub value: Value,
    /// Which values that run are as good.
    pub holds: Holds,
    /// Who writes it.
    pub by: By,
    /// Why: a sentence.
    pub why: String,
    /// The controls of CIS 1.12 that it meets.
    pub controls: &'static [&'static str],
    /// What may break, and how that shows: a sentence. Empty for nothing.
    pub breaks: &'static str,
}

impl Wanted {
    pub(crate) fn new(component: Component, key: &'static str, value: impl Into<Value>) -> Self {
        Self {
            component,
            key,
            value: value.into(),
            holds: Holds::Exactly,
            by: By::Us,
            why: String::new(),
            controls: &[],
            breaks: "",
        }
    }

    pub(crate) fn holds(self, holds: Holds) -> Self {
        Self { holds, ..self }
    }

    fn kept(self) -> Self {
        Self { by: By::Distribution, ..self }
    }

    fn why(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    fn meets(self, controls: &'static [&'static str]) -> Self {
        Self { controls, ..self }
    }

    fn breaks(self, breaks: &'static str) -> Self {
        Self { breaks, ..self }
    }

    /// What it is called where people look for it: `--profiling`, `readOnlyPort`.
    pub fn name(&self) -> String {
        match self.component {
            Component::Kubelet | Component::KubeProxy => self.key.to_owned(),
            _ => format!("--{}", self.key),
        }
    }

    /// Why it is there, what it meets and what may break, as a comment has it.
    pub fn comment(&self) -> String {
        let mut text = self.why.clone();
        if !self.controls.is_empty() {
            _ = write!(text, " CIS {}.", self.controls.join(", "));
        }
        if !self.breaks.is_empty() {
            _ = write!(text, " May break: {}", self.breaks);
        }
        text
    }
}

/// All that a profile wants, by component in the order that flags are read in.
///
/// # Errors
///
/// A setting that the version does not know.
pub(crate) fn wanted(options: &Options) -> Result<Vec<Wanted>, HardenError> {
    let mut all = api_server::wanted(options);
    all.extend(controllers::wanted(options));
    all.extend(etcd::wanted(options));
    all.extend(kubelet::wanted(options));
    let all = adapt::adapt(all, options);
    let minor = options.version.minor;
    match all.iter().find(|one| flags::lookup(one.component, one.key, minor) != flags::Known::Yes) {
        Some(unknown) => {
            Err(HardenError::Unknown { component: unknown.component.program(), key: unknown.name(), minor })
        }
        None => Ok(all),
    }
}

/// The suites of TLS 1.2 that encrypt and authenticate at once, with keys that no later theft reveals. HTTP/2 asks for
/// those with AES-128; the names are those that CIS lists for the kubelet.
pub(crate) const SUITES: [&str; 6] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
];

fn suites() -> Value {
    Value::List(SUITES.map(str::to_owned).to_vec())
}

/// The TLS floor and the suites of a component that takes Kubernetes' words for them.
fn tls(
    component: Component,
    floor: &'static str,
    suites_key: &'static str,
    options: &Options,
) -> [Wanted; 2] {
    let is_paranoid = options.profile == crate::Profile::Paranoid;
    let version = if is_paranoid { "VersionTLS13" } else { "VersionTLS12" };
    let controls: &'static [&'static str] = match component {
        Component::KubeApiserver => &["1.2.29"],
        Component::Kubelet => &["4.2.12"],
        _ => &[],
    };
    let floor = Wanted::new(component, floor, version).holds(Holds::AtLeast).why(if is_paranoid {
        "No version of TLS before 1.3."
    } else {
        "No version of TLS before 1.2, whatever the default of a later build may be."
    });
    let floor = if is_paranoid {
        floor.breaks(
            "clients that know TLS 1.2 alone; their handshakes end with \"protocol version not supported\".",
        )
    } else {
        floor
    };
    let list = Wanted::new(component, suites_key, suites()).holds(Holds::Within).meets(controls);
    let list = if is_paranoid {
        list.why(
            "TLS 1.3 picks its own suites and ignores this list; it stays for a floor that somebody lowers.",
        )
    } else {
        list.why(
            "Only suites with forward secrecy that encrypt and authenticate at once; TLS 1.3 picks its own.",
        )
        .breaks("clients without ECDHE and GCM or ChaCha20; their handshakes end with \"handshake failure\".")
    };
    [floor, list]
}

impl fmt::Display for Value {
    /// As a flag has it: the items of a list with commas between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::List(items) => f.write_str(&items.join(",")),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
