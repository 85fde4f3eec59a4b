//! Where objects come from: files, a fact bundle, or a live cluster with the connection flags that kubectl has.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use ironsides_cluster::Connect;

/// Where objects come from: files, a bundle or, where neither is named, the cluster that kubectl would talk to.
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
    /// The proxy to go through: http, https or socks5 [default: that of the kubeconfig, or of `HTTPS_PROXY`]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = CONNECTION)]
    pub(crate) proxy_url: Option<String>,
    /// How long one request may take, as in 30s or 2m; 0 is for ever
    #[arg(long, value_name = "DURATION", help_heading = CONNECTION)]
    pub(crate) request_timeout: Option<Timeout>,
}

/// How long a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeout(pub(crate) Duration);

impl std::str::FromStr for Timeout {
    type Err = String;

    /// As Go writes durations (`1m30s`, `500ms`), or seconds without a unit, as kubectl takes them.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no duration; write one such as 30s, 2m or 1m30s");
        let seconds = |number: &str, unit: f64| {
            let number: f64 = number.parse().map_err(|_| wrong())?;
            Duration::try_from_secs_f64(number * unit).map_err(|_| wrong())
        };
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return seconds(text, 1.0).map(Self);
        }
        let (mut whole, mut rest) = (Duration::ZERO, text);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            let unit = match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                _ => return Err(wrong()),
            };
            whole = whole.checked_add(seconds(number, unit)?).ok_or_else(wrong)?;
            rest = after;
        }
        if text.is_empty() { Err(wrong()) } else { Ok(Self(whole)) }
    }
}

impl ScopeArgs {
    /// The namespaces that are read; empty for all.
    pub(crate) fn namespaces(&self) -> Vec<String> {
        self.namespace.iter().cloned().collect()
    }
}

impl ConnectArgs {
    /// What the flags say.
    pub(crate) fn connect(&self) -> Connect {
        Connect {
            kubeconfig: self.kubeconfig.iter().cloned().collect(),
            context: self.context.clone(),
            cluster: self.kube_cluster.clone(),
            user: self.user.clone(),
            server: self.server.clone(),
            token: self.token.clone(),
            as_user: self.as_user.clone(),
            as_groups: self.as_group.clone(),
            as_uid: self.as_uid.clone(),
            as_user_extra: self.as_user_extra.clone(),
            certificate_authority: self.certificate_authority.clone(),
            client_certificate: self.client_certificate.clone(),
            client_key: self.client_key.clone(),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify.then_some(true),
            tls_server_name: self.tls_server_name.clone(),
            proxy_url: self.proxy_url.clone(),
            request_timeout: self.request_timeout.map(|timeout| timeout.0),
            namespace: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_kubectl_reads_them() {
        for (text, expected) in [
            ("0", Some(0)),
            ("30", Some(30_000)),
            ("30s", Some(30_000)),
            ("1m30s", Some(90_000)),
            ("1.5h", Some(5_400_000)),
            ("500ms", Some(500)),
            ("", None),
            ("s", None),
            ("5x", None),
            ("-5s", None),
            ("5s5", None),
            ("1..5s", None),
            ("99999999999999999999999h", None),
        ] {
            let read: Result<Timeout, String> = text.parse();
            assert_eq!(read.ok(), expected.map(|ms| Timeout(Duration::from_millis(ms))), "{text}");
        }
    }
}
