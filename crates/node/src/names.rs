//! What flags and fields name: one table for `--client-ca-file`, `clientCAFile` and `client_ca_file`.

use crate::kind::{Format, Kind, MANIFESTS};

/// Names of what holds configuration, lower case and without punctuation.
const CONFIGURATION: [&str; 21] = [
    "admissioncontrolconfigfile",
    "auditpolicyfile",
    "auditwebhookconfigfile",
    "authenticationconfig",
    "authenticationkubeconfig",
    "authenticationtokenwebhookconfigfile",
    "authorizationconfig",
    "authorizationkubeconfig",
    "authorizationpolicyfile",
    "authorizationwebhookconfigfile",
    "bootstrapkubeconfig",
    "config",
    "configfile",
    "egressselectorconfigfile",
    "encryptionproviderconfig",
    "experimentalbootstrapkubeconfig",
    "imagecredentialproviderconfig",
    "kubeconfig",
    "kubeconfigfile",
    "policyconfigfile",
    "tracingconfigfile",
];

/// How the names of certificates and keys end.
const KEYS: [&str; 10] = [
    "cafile",
    "certfile",
    "certificateauthority",
    "certificatekey",
    "clientcertificate",
    "clientkey",
    "keyfile",
    "kubeletclientcertificate",
    "kubeletclientkey",
    "tlssnicertkey",
];

/// Names of what is looked at for mode and owner alone: it is a secret, or large, or no file.
const ATTRIBUTES: [&str; 14] = [
    "auditlogpath",
    "basicauthfile",
    "cloudconfig",
    "containerruntimeendpoint",
    "datadir",
    "imageserviceendpoint",
    "logfile",
    "resolvconf",
    "rootdir",
    "tokenauthfile",
    "tokenfile",
    "volumeplugindir",
    "waldir",
    "writekubeconfig",
];

/// A name of a flag or field, lower case and without punctuation.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What the path is to be looked at for that stands under a name; `None` where the name is not known to hold a path.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    let name = plain(name);
    let name = &*name;
    match name {
        "certdir" | "certificatesdir" => Some(Kind::KeyFolder),
        "configdir" => Some(Kind::KubeletDropIns),
        "podmanifestpath" | "staticpodpath" => Some(MANIFESTS),
        _ if CONFIGURATION.contains(&name) => Some(Kind::Text(Format::Yaml)),
        _ if ATTRIBUTES.contains(&name) => Some(Kind::Attributes),
        _ if KEYS.iter().any(|end| name.ends_with(end)) => Some(Kind::Keys),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_fields_are_known_alike() {
        for (name, expected) in [
            ("client-ca-file", Some(Kind::Keys)),
            ("clientCAFile", Some(Kind::Keys)),
            ("etcd-keyfile", Some(Kind::Keys)),
            ("tls-private-key-file", Some(Kind::Keys)),
            ("trusted-ca-file", Some(Kind::Keys)),
            ("peer-cert-file", Some(Kind::Keys)),
            ("service-account-signing-key-file", Some(Kind::Keys)),
            ("kubelet-certificate-authority", Some(Kind::Keys)),
            ("proxy-client-cert-file", Some(Kind::Keys)),
            ("cluster-signing-kube-apiserver-client-key-file", Some(Kind::Keys)),
            ("staticPodPath", Some(MANIFESTS)),
            ("kubeConfigFile", Some(Kind::Text(Format::Yaml))),
            ("token-auth-file", Some(Kind::Attributes)),
            ("tlsCertFile", Some(Kind::Keys)),
            ("feature-gates", None),
            ("v", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn names_are_plain() {
        let all = CONFIGURATION.iter().chain(&KEYS).chain(&ATTRIBUTES);
        assert!(all.into_iter().all(|name| plain(name) == *name));
    }
}
