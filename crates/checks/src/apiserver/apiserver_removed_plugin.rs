//! Plug-ins of old advice.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-removed-plugin",
        title: "API server names admission plug-ins that are gone",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_removed_plugin.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    for key in ["enable-admission-plugins", "disable-admission-plugins", "admission-control"] {
        let Some(flag) = out.get(server, key) else { continue };
        let list = flag.list();
        match REMOVED.iter().find(|(name, _)| list.iter().any(|one| one == name)) {
            Some((name, instead)) => {
                let message = format!("--{key} has {name}, which kube-apiserver no longer knows: {instead}");
                out.fail_setting(server, &flag, message);
            }
            None => out.pass_setting(&flag),
        }
    }
}

/// Plug-ins that kube-apiserver 1.36.3 refuses to start with, each tried, and what has come in their place.
const REMOVED: [(&str, &str); 5] = [
    ("DenyEscalatingExec", "levels of Pod Security keep privileged pods out"),
    ("Initializers", "webhooks do what they did"),
    ("PersistentVolumeLabel", "clouds have controllers of their own"),
    ("PodSecurityPolicy", "label namespaces with levels of Pod Security"),
    ("SecurityContextDeny", "label namespaces with levels of Pod Security"),
];
