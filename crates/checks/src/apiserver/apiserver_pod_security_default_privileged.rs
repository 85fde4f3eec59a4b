//! What holds for namespaces that say nothing.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-pod-security-default-privileged",
        title: "Namespaces without a label admit privileged pods",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_pod_security_default_privileged.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "admission-control-config-file") else { return };
    if flag.text().is_none() {
        let message =
            "--admission-control-config-file is not set: namespaces without a label admit privileged pods";
        out.fail_setting(server, &flag, message);
        return;
    }
    let Some(file) = out.config_file(server, &flag) else { return };
    let root = Cursor::root(&file.root);
    let plugin = root.get("plugins").items().find(|plugin| plugin.get("name").str() == Some("PodSecurity"));
    let Some(plugin) = plugin else {
        let message =
            "nothing is configured for PodSecurity: namespaces without a label admit privileged pods";
        file.fail(&root.get("plugins"), message, out);
        return;
    };
    if let Some(path) = plugin.get("path").str().filter(|_| !plugin.get("configuration").is_set()) {
        let fact = file.fact(&plugin.get("path"), out);
        let message = format!("what holds for namespaces without a label stands in {path}");
        out.unknown_with(fact, path, message, format!("{path} of the node: `ironsides scan --node` there"));
        return;
    }
    let enforce = plugin.get("configuration").get("defaults").get("enforce");
    match enforce.str() {
        Some("baseline" | "restricted") => file.pass(&enforce, out),
        Some(other) => {
            let message = format!("namespaces without a label are held to {other}");
            file.fail(&enforce, message, out);
        }
        None => {
            let message = "no level is enforced for namespaces without a label: they admit privileged pods";
            file.fail(&plugin.get("configuration"), message, out)
                .effective("privileged", "the default of enforce");
        }
    }
}
