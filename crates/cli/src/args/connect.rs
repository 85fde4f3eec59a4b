//! Where objects come from: files, a fact bundle, or a live cluster with the connection flags that kubectl has.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Where objects come from: files, a bundle or, where neither is named, the cluster that kubectl would talk to.
#[allow(dead_code, reason = "the commands that use them follow")]
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct FromArgs {
    /// Read manifests instead of a cluster: files, folders, charts, kustomizations; `-` is standard input. May be given
    /// several times
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Where objects come from")]
    pub(crate) filename: Vec<PathBuf>,
    /// Read a fact bundle, as `ironsides collect` writes it, instead of a cluster
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Where objects come from")]
    #[arg(conflicts_with = "filename")]
    pub(crate) facts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
}

/// Which namespaces of a cluster are read.
#[allow(dead_code, reason = "the commands that use them follow")]
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ScopeArgs {
    /// Read only this namespace of the cluster
    #[arg(short, long, value_name = "NAMESPACE", help_heading = CONNECTION)]
    pub(crate) namespace: Option<String>,
    /// Read all namespaces of the cluster; this is the default
    #[arg(short = 'A', long, conflicts_with = "namespace", help_heading = CONNECTION)]
    pub(crate) all_namespaces: bool,
}

/// The heading of what says how a cluster is reached.
const CONNECTION: &str = "Connection, as with kubectl";

/// How a cluster is reached: kubectl's flags. `--cluster` is a switch of `ironsides scan`, so the cluster of a kubeconfig
/// is named with `--kube-cluster` here.
#[allow(dead_code, reason = "the commands that use them follow")]
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConnectArgs {
    /// The kubeconfig file [default: those that `KUBECONFIG` names, or ~/.kube/config, or in a pod its service account]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = CONNECTION)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The kubeconfig's context
    #[arg(long, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) context: Option<String>,
    /// The kubeconfig's cluster: what kubectl calls --cluster
    #[arg(long, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) kube_cluster: Option<String>,
    /// The kubeconfig's user
    #[arg(long, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) user: Option<String>,
    /// The address of the API server with its port, as in 10.0.0.1:6443
    #[arg(short, long, value_name = "URL", value_hint = ValueHint::Url, help_heading = CONNECTION)]
    pub(crate) server: Option<String>,
    /// A bearer token
    #[arg(long, value_name = "TOKEN", help_heading = CONNECTION)]
    pub(crate) token: Option<String>,
    /// The user to act as
    #[arg(long = "as", value_name = "USER", help_heading = CONNECTION)]
    pub(crate) as_user: Option<String>,
    /// A group to act as; may be given several times
    #[arg(long, value_name = "GROUP", help_heading = CONNECTION)]
    pub(crate) as_group: Vec<String>,
    /// The UID to act as
    #[arg(long, value_name = "UID", help_heading = CONNECTION)]
    pub(crate) as_uid: Option<String>,
    /// An extra of the user to act as; may be given several times
    #[arg(long, value_name = "KEY=VALUE", help_heading = CONNECTION)]
    pub(crate) as_user_extra: Vec<String>,
    /// The certificates of the authority that the server's must come from
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = CONNECTION)]
    pub(crate) certificate_authority: Option<PathBuf>,
    /// A client certificate
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = CONNECTION)]
    pub(crate) client_certificate: Option<PathBuf>,
    /// The key of the client certificate
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = CONNECTION)]
    pub(crate) client_key: Option<PathBuf>,
    /// Take whatever certificate the server shows: whoever is on the way may read and change everything
    #[arg(long, help_heading = CONNECTION)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// The name that the server's certificate must have
    #[arg(long, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) tls_server_name: Option<String>,
    /// How long one request may take, as in 30s or 2m; 0 is for ever
    #[arg(long, value_name = "DURATION", help_heading = CONNECTION)]
    pub(crate) request_timeout: Option<String>,
}
