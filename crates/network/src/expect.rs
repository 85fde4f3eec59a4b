//! Expectations as code: documents of the kind `NetworkTest`, held against a cluster under a profile.

mod coverage;
mod read;

use std::collections::BTreeSet;
use std::sync::Arc;

use ironsides_tree::Text;

use crate::cluster::Cluster;
use crate::error::NetworkError;
use crate::l7::Request;
use crate::lowered::Lowered;
use crate::name::{Destination, Party};
use crate::place::Place;
use crate::profile::Profile;
use crate::reach::{Case, Reach, reach, requested};
use crate::verdict::Verdict;

pub use coverage::{Coverage, Unexercised};
pub use read::{API_VERSION, KIND};

/// A document of expectations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkTest {
    /// Its name; empty where it has none.
    pub name: Text,
    /// The profile that it is written for, if it names one.
    pub profile: Option<Profile>,
    /// What it expects.
    pub expectations: Vec<Expectation>,
}

/// One expectation: of every one of these to every one of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Where it is written.
    pub place: Place,
    /// Who opens the connection, as written.
    pub from: Vec<Text>,
    /// To whom, as written; with the port where the port is written there.
    pub to: Vec<Text>,
    /// The ports, as written; none: what stands in `to`, or all traffic. Of all traffic protocols without ports count as far as
    /// somebody knows what happens to them.
    pub ports: Vec<Text>,
    /// A request on the connection.
    pub http: Option<Request>,
    /// What must happen.
    pub verdict: Expected,
    /// Why it is expected: for people.
    pub why: Text,
}

/// What must happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// All of it goes through.
    Allow,
    /// None of it goes through.
    Deny,
    /// It goes through as far as a proxy or a handshake lets it.
    Limited,
    /// It depends on what cannot be known.
    Depends,
}

impl Expected {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Deny, Self::Limited, Self::Depends];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Limited => "limited",
            Self::Depends => "depends",
        }
    }

    /// Whether a verdict is what was expected.
    pub fn is(self, verdict: &Verdict) -> bool {
        matches!(
            (self, verdict),
            (Self::Allow, Verdict::Allow)
                | (Self::Deny, Verdict::Deny)
                | (Self::Limited, Verdict::Limited(_))
                | (Self::Depends, Verdict::Depends(_) | Verdict::Broken)
        )
    }
}

/// One question of an expectation, with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `shop/web -> shop/db:5432`
    pub question: String,
    /// Who was asked about, where they are there: for names of what the answer is about.
    pub ends: Option<(Party, Party)>,
    /// What came of it.
    pub result: Result<Reach, NetworkError>,
    /// The cases that are not as expected: places in those of the answer. Of a request what becomes of it counts.
    pub wrong: Vec<usize>,
    /// On what it depends whether protocols without ports go through, which nobody asked for by name: they do not count.
    pub uncounted: BTreeSet<Arc<str>>,
}

impl Outcome {
    /// Whether it is as expected.
    pub fn holds(&self) -> bool {
        self.result.is_ok() && self.wrong.is_empty()
    }

    /// The cases that are not as expected.
    pub fn wrong_cases(&self) -> impl Iterator<Item = &Case> {
        let cases = self.result.as_ref().map(|reach| reach.cases.as_slice()).unwrap_or_default();
        self.wrong.iter().filter_map(|&place| cases.get(place))
    }
}

impl Expectation {
    /// Holds it against a cluster: one outcome for each sender, receiver and port. What has nobody at one end is an error: it
    /// would hold whatever the policies say.
    pub fn check(&self, cluster: &Cluster, lowered: &Lowered) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for from in &self.from {
            for to in &self.to {
                let tos: Vec<String> = match self.ports.as_slice() {
                    [] => vec![to.to_string()],
                    ports => ports.iter().map(|port| joined(to, port)).collect(),
                };
                for to in tos {
                    outcomes.push(self.ask(from, &to, cluster, lowered));
                }
            }
        }
        outcomes
    }

    fn ask(&self, from: &str, to: &str, cluster: &Cluster, lowered: &Lowered) -> Outcome {
        let question = format!("{from} -> {to}");
        let answer = || {
            let (sender, receiver) = (Party::read(from, cluster)?, Destination::read(to, cluster)?);
            let reach = reach(cluster, lowered, &sender, &receiver)?;
            if reach.cases.is_empty() {
                let empty = if sender.is_empty() { sender.name } else { receiver.party.name };
                return Err(NetworkError::Nobody { name: empty });
            }
            Ok((reach, sender, receiver))
        };
        let mut outcome = Outcome {
            question,
            ends: None,
            result: Ok(Reach::default()),
            wrong: Vec::new(),
            uncounted: BTreeSet::new(),
        };
        match answer() {
            Ok((reach, sender, receiver)) => {
                self.compare(&reach, receiver.port.is_none(), lowered, &mut outcome);
                outcome.result = Ok(reach);
                outcome.ends = Some((sender, receiver.party));
            }
            Err(error) => outcome.result = Err(error),
        }
        outcome
    }

    fn compare(&self, reach: &Reach, all: bool, lowered: &Lowered, outcome: &mut Outcome) {
        for (place, case) in reach.cases.iter().enumerate() {
            let verdict = match &self.http {
                Some(request) => requested(lowered, &case.verdict, request),
                None => case.verdict.clone(),
            };
            if self.verdict.is(&verdict) {
                continue;
            }
            match verdict {
                Verdict::Depends(conditions) if all && case.is_without_ports() => {
                    outcome.uncounted.extend(conditions);
                }
                _ => outcome.wrong.push(place),
            }
        }
    }
}

/// An end with a port; addresses of IPv6 in brackets.
fn joined(end: &str, port: &str) -> String {
    if end.contains(':') && !end.starts_with('[') {
        format!("[{end}]:{port}")
    } else {
        format!("{end}:{port}")
    }
}

#[cfg(test)]
mod tests;
