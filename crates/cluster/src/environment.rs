//! What of the process's surroundings decides which cluster is meant.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

/// The surroundings, looked at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `$KUBECONFIG`.
    pub(crate) kubeconfig: Option<OsString>,
    /// The home folder.
    pub(crate) home: Option<PathBuf>,
    /// `$HTTPS_PROXY`, also in small letters.
    pub(crate) https_proxy: Option<String>,
    /// `$HTTP_PROXY`, also in small letters.
    pub(crate) http_proxy: Option<String>,
    /// `$NO_PROXY`, also in small letters.
    pub(crate) no_proxy: Option<String>,
    /// `$KUBERNETES_SERVICE_HOST` and `$KUBERNETES_SERVICE_PORT`, which every container has.
    pub(crate) service: Option<(String, String)>,
    /// Where the token of a pod's service account is mounted.
    pub(crate) account: PathBuf,
    /// Whether somebody can answer a credential plugin's questions.
    pub(crate) terminal: bool,
}

impl Environment {
    /// Those of this process.
    pub(crate) fn here() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let either = |name: &str| text(name).or_else(|| text(&name.to_ascii_lowercase()));
        Self {
            kubeconfig: std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty()),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            https_proxy: either("HTTPS_PROXY"),
            http_proxy: either("HTTP_PROXY"),
            no_proxy: either("NO_PROXY"),
            service: text("KUBERNETES_SERVICE_HOST").zip(text("KUBERNETES_SERVICE_PORT")),
            account: PathBuf::from("/var/run/secrets/kubernetes.io/serviceaccount"),
            terminal: std::io::stdin().is_terminal(),
        }
    }
}
