//! What is wanted of the API server.

use ironsides_settings::Component::KubeApiserver;

use super::{Holds, Value, Wanted, tls};
use crate::distribution::Distribution;
use crate::options::Options;
use crate::parts;
use crate::profile::Profile;

fn flag(key: &'static str, value: impl Into<Value>) -> Wanted {
    Wanted::new(KubeApiserver, key, value)
}

/// The admission plug-ins that a profile adds to those that are on by default.
pub(crate) fn plugins(profile: Profile) -> Vec<String> {
    let mut plugins = vec!["NodeRestriction"];
    if profile >= Profile::CisL1 {
        plugins.extend(["AlwaysPullImages", "DenyServiceExternalIPs", "EventRateLimit"]);
    }
    plugins.into_iter().map(str::to_owned).collect()
}

pub(super) fn wanted(options: &Options) -> Vec<Wanted> {
    let profile = options.profile;
    let distribution = options.distribution;
    let mut all = vec![
        flag("profiling", false)
            .why("Profiles show how the server is built and let whoever may read them load it.")
            .meets(&["1.2.15"]),
    ];
    all.extend(authentication(options));
    all.push(
        flag("authorization-mode", Value::List(vec!["Node".into(), "RBAC".into()]))
            .why("Nodes reach their own objects alone, everybody else what roles grant.")
            .meets(&["1.2.6", "1.2.7", "1.2.8"])
            .kept(),
    );
    let admission = flag("enable-admission-plugins", Value::List(plugins(profile))).holds(Holds::Includes);
    all.push(if profile >= Profile::CisL1 {
        admission
            .why(
                "A kubelet changes its own node and pods alone; images are pulled with the pod's own credentials each \
                 time; Services take no external IPs; events are limited. PodSecurity and the webhooks are on by default.",
            )
            .meets(&["1.2.3", "1.2.9", "1.2.11", "1.2.14"])
            .breaks(
                "pods whose registry is away (ErrImagePull), Services with externalIPs (refused when they are made), \
                 floods of events (429).",
            )
    } else {
        admission
            .why("A kubelet changes its own node and pods alone. PodSecurity and the webhooks are on by default.")
            .meets(&["1.2.14"])
    });
    all.push(
        flag("admission-control-config-file", parts::server_path(distribution, parts::ADMISSION))
            .holds(Holds::AnyValue)
            .why("What the plug-ins PodSecurity and EventRateLimit go by.")
            .meets(if profile >= Profile::CisL1 { &["1.2.9", "5.2.1"] } else { &["5.2.1"] }),
    );
    all.extend(audit(options));
    all.extend(encryption(options));
    all.extend(tls(KubeApiserver, "tls-min-version", "tls-cipher-suites", options));
    if profile >= Profile::CisL1 {
        let authority = flag("kubelet-certificate-authority", kubelet_authority(distribution))
            .holds(Holds::AnyValue)
            .why("The API server talks to no kubelet whose certificate it cannot verify.")
            .meets(&["1.2.5"]);
        all.push(match distribution {
            Distribution::Kubeadm => authority.breaks(
                "`kubectl logs` and `exec` until the kubelet's serving certificate is approved (\"x509: certificate \
                 signed by unknown authority\"): approve it once per node, see README.md.",
            ),
            Distribution::Kubespray => authority.breaks(
                "`kubectl logs` and `exec` where the kubelets' serving certificates are not approved (kubespray's \
                 kubelet-csr-approver does so).",
            ),
            Distribution::K3s | Distribution::Rke2 | Distribution::Talos => authority.kept(),
        });
        all.extend([
            flag("service-account-lookup", true)
                .why("A token of a service account that was deleted is refused. It is the default, written down.")
                .meets(&["1.2.21"]),
            flag("service-account-extend-token-expiration", false)
                .why("Tokens of pods end when they say, and not a year later.")
                .meets(&["1.2.30"])
                .breaks("programs that never read their token again: 401 after an hour."),
            flag("request-timeout", "1m0s")
                .holds(Holds::AtMost)
                .why("A request that hangs is let go after a minute. It is the default, written down.")
                .meets(&["1.2.20"]),
        ]);
    }
    if profile == Profile::Paranoid {
        all.push(
            flag("service-account-max-token-expiration", "24h0m0s")
                .holds(Holds::AtMost)
                .why("No token of a service account lives longer than a day, whatever was asked for.")
                .breaks("tokens made once with `kubectl create token --duration` and kept: 401 after a day."),
        );
    }
    all
}

/// Who may ask without credentials.
fn authentication(options: &Options) -> Vec<Wanted> {
    if options.profile < Profile::CisL1 {
        return Vec::new();
    }
    if !options.restricts_anonymous() {
        return vec![
            flag("anonymous-auth", false)
                .why("Nobody asks without credentials; the distribution's own probes carry some.")
                .meets(&["1.2.1"])
                .kept(),
        ];
    }
    let mut all = vec![
        flag("authentication-config", parts::server_path(options.distribution, parts::AUTHENTICATION))
            .holds(Holds::AnyValue)
            .why(
                "Anonymous requests are for health alone. `--anonymous-auth=false` would refuse kubeadm's own probes \
                 and restart the API server for ever.",
            )
            .meets(&["1.2.1"])
            .breaks(
                "whatever asks other paths without credentials (401): `kubeadm join` with a token, see README.md; \
                 and flags --oidc-* and --anonymous-auth beside it stop the server.",
            ),
    ];
    // The field `anonymous` is alpha in 1.31, on by default from 1.32 on (KEP-4633).
    if options.version.minor == 31 {
        all.push(
            flag("feature-gates", "AnonymousAuthConfigurableEndpoints=true").holds(Holds::Includes).why(
                "In 1.31 the field `anonymous` of the authentication configuration is behind this gate.",
            ),
        );
    }
    all
}

fn audit(options: &Options) -> Vec<Wanted> {
    let folder = options.distribution.audit_folder();
    let path = match options.distribution {
        Distribution::Talos => format!("{folder}/kube-apiserver.log"),
        _ => format!("{folder}/audit.log"),
    };
    let policy = match options.distribution {
        Distribution::Talos => "/system/config/kubernetes/kube-apiserver/auditpolicy.yaml".to_owned(),
        _ => parts::server_path(options.distribution, parts::AUDIT_POLICY),
    };
    let files = if options.profile >= Profile::CisL2 { 50 } else { 10 };
    let all = [
        flag("audit-policy-file", policy)
            .holds(Holds::AnyValue)
            .why("Which requests are recorded, and how much of each.")
            .meets(&["3.2.1", "3.2.2"]),
        flag("audit-log-path", path)
            .holds(Holds::AnyValue)
            .why("Who did what is written down, on the node. Ship it elsewhere: whoever has the node has the log.")
            .meets(&["1.2.16"])
            .breaks("a control plane without space for it: as many files as --audit-log-maxbackup says, and one more."),
        flag("audit-log-maxage", 30).holds(Holds::AtLeast).why("Days that a file is kept.").meets(&["1.2.17"]),
        flag("audit-log-maxbackup", files)
            .holds(Holds::AtLeast)
            .why(if files > 10 {
                "Files that are kept: 5 GB are a week of what the policy records of a small cluster."
            } else {
                "Files that are kept: 1 GB is some days of what the policy records of a small cluster."
            })
            .meets(&["1.2.18"]),
        flag("audit-log-maxsize", 100)
            .holds(Holds::AtLeast)
            .why("Megabytes from which a file is rotated.")
            .meets(&["1.2.19"]),
    ];
    // Talos sets policy and path by itself and takes neither as a flag.
    let kept = |one: Wanted| match (options.distribution, one.key) {
        (Distribution::Talos, "audit-policy-file" | "audit-log-path") => one.kept(),
        _ => one,
    };
    all.into_iter().map(kept).collect()
}

fn encryption(options: &Options) -> Vec<Wanted> {
    let path = match options.distribution {
        Distribution::K3s => "/var/lib/rancher/k3s/server/cred/encryption-config.json".to_owned(),
        Distribution::Rke2 => "/var/lib/rancher/rke2/server/cred/encryption-config.json".to_owned(),
        Distribution::Talos => "/system/secrets/kubernetes/kube-apiserver/encryptionconfig.yaml".to_owned(),
        Distribution::Kubespray => "/etc/kubernetes/ssl/secrets_encryption.yaml".to_owned(),
        Distribution::Kubeadm => parts::server_path(options.distribution, parts::ENCRYPTION),
    };
    let config = flag("encryption-provider-config", path)
        .holds(Holds::AnyValue)
        .why("Secrets lie encrypted in etcd and in its backups.")
        .meets(&["1.2.27", "1.2.28"])
        .breaks(
            "everything that was encrypted, for ever, if the key is lost: back the file up, apart from etcd's backups. \
             All API servers need the same file.",
        );
    if options.distribution != Distribution::Kubeadm {
        return vec![config.kept()];
    }
    vec![
        config,
        flag("encryption-provider-config-automatic-reload", true)
            .why("A new key is taken up within a minute, so keys are rotated without restarts."),
    ]
}

/// The CA of the kubelets' serving certificates.
fn kubelet_authority(distribution: Distribution) -> &'static str {
    match distribution {
        Distribution::Kubeadm => "/etc/kubernetes/pki/ca.crt",
        Distribution::Kubespray => "/etc/kubernetes/ssl/ca.crt",
        Distribution::K3s => "/var/lib/rancher/k3s/server/tls/server-ca.crt",
        Distribution::Rke2 => "/var/lib/rancher/rke2/server/tls/server-ca.crt",
        Distribution::Talos => "/system/secrets/kubernetes/kube-apiserver/ca.crt",
    }
}
