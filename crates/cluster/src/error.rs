//! Why a cluster could not be reached.

/// Why a cluster could not be reached. Every message is a sentence that says what was tried, on what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// There is no kubeconfig, and this does not run in a pod.
    #[error(
        "no cluster is configured: {looked}; name a kubeconfig with --kubeconfig or $KUBECONFIG, or a server with --server"
    )]
    NoKubeconfig {
        /// Where a kubeconfig was looked for.
        looked: String,
    },
}
