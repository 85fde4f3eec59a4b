//! A rule as a plug-in enforces it.

use std::sync::Arc;

use crate::l7::dns::DnsRules;
use crate::l7::http::HttpRules;
use crate::matcher::Matcher;
use crate::place::Place;
use crate::port::PortMatch;

/// Which end of a connection a rule guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// What the subject receives.
    Ingress,
    /// What the subject sends.
    Egress,
}

impl Direction {
    /// Both, ingress first.
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// `ingress` or `egress`, as the field of a policy is called.
    pub fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// `from` or `to`, as the field of a rule with its peers is called.
    pub fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }

    /// `Ingress` or `Egress`, as `policyTypes` names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

/// When a rule is asked: a lower rank decides before a higher one. Rules of one rank are not ordered: a denial wins
/// over a redirection to a proxy, that over a plain allow, and an allow over a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(pub u32);

/// What a rule does with traffic that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Lets it through.
    Allow,
    /// Drops it.
    Deny,
    /// Leaves it to the rules from this rank on.
    Pass(Rank),
    /// The plug-in cannot work out what its policies say for the subject, whatever the traffic: it keeps what it
    /// enforced before. Such a rule stands at the first rank.
    Break,
}

/// How the two ends of a connection must prove who they are before it goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authentication {
    /// Not at all. Written out, it still yields to a rule of the same rank that asks for more.
    Disabled,
    /// By a handshake of both (SPIFFE).
    Required,
    /// By a handshake that never succeeds, for tests of the plug-in.
    AlwaysFail,
}

/// A proxy that looks into traffic that a rule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// HTTP requests that these let pass.
    Http(HttpRules),
    /// Lookups of names that these let pass.
    Dns(DnsRules),
}

/// Who wrote a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A policy: its place in [`crate::Lowered::policies`], and the place of the rule in its document.
    Policy(u32, Place),
    /// Nobody: it follows from policies that select the subject without naming the traffic (the default deny). The
    /// policies that ask for it, by their places in [`crate::Lowered::policies`].
    Default(Vec<u32>),
    /// The plug-in, by itself: `the own node is always let in`.
    Plugin(&'static str),
}

/// A rule as a plug-in enforces it. Everything that the plug-in reads into what was written is written out.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Who wrote it.
    pub origin: Origin,
    /// Which end it guards.
    pub direction: Direction,
    /// When it is asked.
    pub rank: Rank,
    /// What it does.
    pub action: Action,
    /// Whom it guards.
    pub subject: Arc<Matcher>,
    /// Whose traffic it takes.
    pub peers: Arc<Matcher>,
    /// Which traffic it takes; all of it where there is none, `Some` of an empty list takes none.
    pub ports: Option<Arc<[PortMatch]>>,
    /// What of the traffic it lets through where it is [`Action::Allow`]; all of it where there is none.
    pub proxy: Option<Arc<Proxy>>,
    /// What the ends must prove where it is [`Action::Allow`]; `None` where the rule does not say.
    pub authentication: Option<Authentication>,
}

impl Rule {
    /// Whether it only says that the names which a proxy for DNS lets through on these ports are those of the rules
    /// from here on, whatever earlier ranks say of them: it takes part in no decision.
    pub fn replaces_names(&self) -> bool {
        self.action == Action::Pass(self.rank) && matches!(self.proxy.as_deref(), Some(Proxy::Dns(_)))
    }
}
