//! The authentication configuration: which paths are answered without credentials.

use crate::options::{Join, Options};
use crate::yaml::Text;

/// The paths that load balancers, probes and `kubeadm` ask for health.
pub(crate) const HEALTH: [&str; 3] = ["/livez", "/readyz", "/healthz"];
/// The one object that `kubeadm join` reads before it has credentials. RBAC lets anybody read it.
pub(crate) const CLUSTER_INFO: &str = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

/// The version of the API that a minor version of Kubernetes reads: v1 came with 1.34.
pub(crate) fn api_version(minor: u64) -> &'static str {
    if minor >= 34 { "apiserver.config.k8s.io/v1" } else { "apiserver.config.k8s.io/v1beta1" }
}

/// The configuration as a file.
pub(crate) fn text(options: &Options) -> String {
    let mut text = Text::new();
    text.comment(
        "Who may ask without credentials, and for what. CIS 1.2.1. Paths are exact: /livez?verbose is /livez, and \
         /livez/etcd is another path, which takes credentials.",
    );
    text.line(&format!("apiVersion: {}", api_version(options.version.minor)))
        .line("kind: AuthenticationConfiguration");
    text.comment(
        "Issuers of OpenID Connect go into `jwt` here: flags --oidc-* may not stand beside this file.",
    );
    text.line("anonymous:").within(|text| {
        text.line("enabled: true").line("conditions:");
        text.comment("The kubelet's probes of the API server, and load balancers.");
        for path in HEALTH {
            text.line(&format!("- path: {path}"));
        }
        match options.join {
            Join::Token => {
                text.comment(
                    "`kubeadm join` with a token reads this one ConfigMap, and verifies it with the token: the \
                     addresses and the CA of the cluster, nothing secret.",
                );
                text.line(&format!("- path: {CLUSTER_INFO}"));
            }
            Join::File => {
                text.comment(
                    "`kubeadm join` with a token alone would read a ConfigMap here and gets 401: nodes join with a \
                     discovery file (README.md), or generate with --join token.",
                );
            }
        }
    });
    text.finish()
}
