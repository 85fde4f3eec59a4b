//! What is to be read of a cluster.

/// What is to be read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Kinds, each by API group (empty for the core group) and kind: `("apps", "Deployment")`. Each is read in the version
    /// that the server prefers.
    pub kinds: Vec<(String, String)>,
    /// Whether every kind that the server lists is read, custom resources too. Only what is never a setting stays out:
    /// events, component statuses, metrics, and what another group serves as well.
    pub all_kinds: bool,
    /// The namespaces; empty for all. What has no namespace is read in any case.
    pub namespaces: Vec<String>,
    /// Whether the server is also asked what it answers without credentials.
    pub anonymous: bool,
    /// Whether every kubelet is asked for the configuration that runs in it, through the API server. It takes `get` on
    /// `nodes/proxy`, which allows far more than that.
    pub configz: bool,
}
