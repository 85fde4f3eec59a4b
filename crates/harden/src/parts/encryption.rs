//! The encryption configuration: which resources are encrypted in etcd, and with what.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::options::{Encryption, Options};
use crate::profile::Profile;
use crate::yaml::Text;

/// The socket of the KMS plug-in, on the host and for the API server.
pub(crate) const KMS_SOCKET: &str = "/run/kmsplugin/socket.sock";

/// Which resources a profile encrypts.
pub(crate) fn resources(profile: Profile) -> &'static [&'static str] {
    match profile {
        Profile::Baseline | Profile::CisL1 => &["secrets"],
        Profile::CisL2 => &["secrets", "configmaps"],
        Profile::Paranoid => &["*.*"],
    }
}

/// The configuration as a file, with a fresh key where the API server holds it itself.
pub(crate) fn text(options: &Options, key: &[u8; 32]) -> String {
    let mut text = Text::new();
    text.comment(
        "What the API server encrypts before it writes to etcd. CIS 1.2.27, 1.2.28. Mode 600, owner root, on control \
         plane nodes alone, the same on all of them; keep a copy apart from the backups of etcd.",
    );
    text.line("apiVersion: apiserver.config.k8s.io/v1")
        .line("kind: EncryptionConfiguration")
        .line("resources:");
    let list: Vec<String> = resources(options.profile).iter().map(|one| format!("{one:?}")).collect();
    text.comment(match options.profile {
        Profile::Paranoid => "Every resource, those of custom resource definitions too.",
        Profile::CisL2 => "ConfigMaps too: people put into them what should be a Secret.",
        Profile::Baseline | Profile::CisL1 => "Secrets of every type, tokens of service accounts among them.",
    });
    text.line(&format!("- resources: [{}]", list.join(", "))).within(|text| {
        text.line("providers:");
        match options.encryption {
            Encryption::Secretbox => {
                text.comment(
                    "The first provider writes. XSalsa20 and Poly1305; its key is the secret here. To rotate it add a \
                     second key behind it, wait a minute, put that one first, wait, rewrite all objects, remove the old.",
                );
                text.line("- secretbox:").within(|text| {
                    text.within(|text| {
                        text.line("keys:")
                            .line("- name: key1")
                            .line(&format!("  secret: {}", STANDARD.encode(key)));
                    });
                });
            }
            Encryption::Kms => {
                text.comment(
                    "The first provider writes. A KMS v2 plug-in holds the key: it must answer at this socket before \
                     the API server starts, on every control plane node.",
                );
                text.line("- kms:").within(|text| {
                    text.within(|text| {
                        text.comment("Left away, it would be v1, which current versions refuse.");
                        text.line("apiVersion: v2")
                            .line("name: kms")
                            .line(&format!("endpoint: unix://{KMS_SOCKET}"))
                            .comment("How long the plug-in may take for an answer.")
                            .line("timeout: 3s");
                    });
                });
            }
        }
        text.comment(
            "Reads what was written before encryption was on. Rewrite all objects, then take it away: \
             kubectl get secrets -A -o json | kubectl replace -f -",
        );
        text.line("- identity: {}");
    });
    text.finish()
}
