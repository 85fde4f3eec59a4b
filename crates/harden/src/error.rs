//! What can go wrong.

use thiserror::Error;

/// Why configuration cannot be made.
#[derive(Debug, Error)]
pub enum HardenError {
    /// A word that stands for none of a set.
    #[error("{word:?} is no {what}; use one of {known}")]
    Word {
        /// What it should stand for.
        what: &'static str,
        /// The word.
        word: String,
        /// The words there are.
        known: String,
    },
    /// A version that is none, or that nothing is known of.
    #[error("{text:?} is no version that configuration can be written for: {why}")]
    Version {
        /// As it was given.
        text: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// Choices that do not go together.
    #[error("{0}")]
    Choice(String),
    /// A setting that the version does not know. Nothing is written rather than a flag that stops a component.
    #[error(
        "{component} of Kubernetes 1.{minor} knows no {key}: this is a fault in Ironsides; please report it"
    )]
    Unknown {
        /// The program.
        component: &'static str,
        /// The setting.
        key: String,
        /// The minor version.
        minor: u64,
    },
    /// The audit policy that was made is one that the API server would refuse.
    #[error(
        "the audit policy that was made would be refused ({0}): this is a fault in Ironsides; please report it"
    )]
    Policy(String),
    /// A description of a generated folder that cannot be read.
    #[error("{path} does not describe generated configuration: {why}")]
    Description {
        /// The file.
        path: String,
        /// What is wrong, and what to do.
        why: String,
    },
}
