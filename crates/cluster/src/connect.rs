//! How to reach a cluster: what kubectl's connection flags say.

use std::path::PathBuf;
use std::time::Duration;

/// Everything that kubectl's connection flags can say. What is left empty comes from the kubeconfig, or, where there is
/// none, from the pod that this runs in.
#[derive(Clone, Debug, Default)]
pub struct Connect {
    /// The kubeconfig files, merged as kubectl merges the files of `$KUBECONFIG`: the first that says something wins.
    /// A file named here must exist. Empty: the files of `$KUBECONFIG`, else `~/.kube/config`, else the pod's own token.
    pub kubeconfig: Vec<PathBuf>,
    /// The context; else the current context.
    pub context: Option<String>,
    /// The cluster entry of the kubeconfig, in place of the context's.
    pub cluster: Option<String>,
    /// The user entry of the kubeconfig, in place of the context's.
    pub user: Option<String>,
    /// The address of the API server: `https://10.0.0.1:6443`, or `host:port`.
    pub server: Option<String>,
    /// A bearer token, in place of the user's credentials.
    pub token: Option<String>,
    /// The user to impersonate.
    pub as_user: Option<String>,
    /// The groups to impersonate; need a user.
    pub as_groups: Vec<String>,
    /// The uid to impersonate; needs a user.
    pub as_uid: Option<String>,
    /// Extra attributes to impersonate, each `key=value`; need a user.
    pub as_user_extra: Vec<String>,
    /// A file of certificates of authorities that may have signed the server's certificate.
    pub certificate_authority: Option<PathBuf>,
    /// A file with a client certificate.
    pub client_certificate: Option<PathBuf>,
    /// The file with its key.
    pub client_key: Option<PathBuf>,
    /// Whether the server's certificate is not looked at. `None` leaves it to the kubeconfig.
    pub insecure_skip_tls_verify: Option<bool>,
    /// The name that the server's certificate must bear, in place of the address's host.
    pub tls_server_name: Option<String>,
    /// A proxy: `http://`, `https://` or `socks5://`. Else that of the kubeconfig, else that of the environment.
    pub proxy_url: Option<String>,
    /// How long one request may take, a page of a list say; `None` waits up to a minute, zero for ever.
    pub request_timeout: Option<Duration>,
    /// The namespace, in place of the context's.
    pub namespace: Option<String>,
}
