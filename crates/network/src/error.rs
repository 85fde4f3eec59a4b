//! What goes wrong with a question.

use thiserror::Error;

/// Why a question has no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NetworkError {
    /// No endpoint of that name.
    #[error("there is no {kind} {name} in what was read{hint}")]
    NoEndpoint {
        /// `pod`, `workload`, `node`, `namespace` or `service`.
        kind: &'static str,
        /// As it was asked for.
        name: String,
        /// `; did you mean shop/web?`, or empty.
        hint: String,
    },
    /// Services of type `ExternalName` that stand for each other.
    #[error("{name} stands for itself: its externalName leads back to it, and no DNS server gives an answer")]
    Loop {
        /// As it was asked for.
        name: String,
    },
    /// An end is there and has no members: a namespace without pods, a service that selects nobody.
    #[error("{name} stands for nobody in what was read")]
    Nobody {
        /// As it was asked for.
        name: String,
    },
    /// A text is no endpoint, port or protocol.
    #[error("{text:?} is no {what}: {expected}")]
    Malformed {
        /// What was given.
        text: String,
        /// What was wanted.
        what: &'static str,
        /// How it is written.
        expected: &'static str,
    },
}
