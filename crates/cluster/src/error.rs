//! Why a cluster could not be reached.

use std::path::PathBuf;

use crate::trouble::Trouble;

/// Why a cluster could not be reached. Every message is a sentence that says what was tried, on what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// There is no kubeconfig, and this does not run in a pod.
    #[error(
        "no cluster is configured ({looked}): name a kubeconfig with --kubeconfig or $KUBECONFIG, or a server with --server"
    )]
    NoKubeconfig {
        /// Where a kubeconfig was looked for.
        looked: String,
    },
    /// A kubeconfig cannot be used.
    #[error("cannot use the kubeconfig {file}: {what}", file = .file.display())]
    Kubeconfig {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// No context is named, and none is current.
    #[error("no context is current in {files}: name one with --context ({known})")]
    NoCurrentContext {
        /// The files.
        files: String,
        /// The contexts there are.
        known: String,
    },
    /// Something was named that no kubeconfig has.
    #[error("there is no {what} {name:?} in {files}{by}: {known}")]
    Unknown {
        /// A context, a cluster or a user.
        what: &'static str,
        /// Its name.
        name: String,
        /// The files.
        files: String,
        /// Who names it; empty where a flag does.
        by: String,
        /// The names there are.
        known: String,
    },
    /// An object could not be written.
    #[error(
        "cannot write {what}: {trouble}; it must be there, may be patched by name, and holds 1 MiB at most"
    )]
    Write {
        /// The object.
        what: String,
        /// Why.
        trouble: Trouble,
    },
    /// Settings that do not go together, or make no sense.
    #[error("{0}")]
    Setting(String),
    /// A file of credentials or certificates cannot be used.
    #[error("cannot use {what} {file}: {why}", file = .file.display())]
    File {
        /// What it should hold.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The credential plugin of the kubeconfig failed.
    #[error("the credential plugin {command:?} of user {user:?} failed: {why}")]
    Plugin {
        /// The program.
        command: String,
        /// The user of the kubeconfig that names it.
        user: String,
        /// What happened, with what the plugin wrote.
        why: String,
    },
    /// The server cannot be reached, or does not answer as an API server does.
    #[error("cannot ask the API server {address}: {trouble}")]
    Server {
        /// Where it should be.
        address: String,
        /// What happened.
        trouble: Trouble,
    },
}

impl ClusterError {
    /// Whether flags or a kubeconfig have to be changed, rather than something outside.
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Server { .. } | Self::Plugin { .. })
    }
}
