//! An API server that listens to anybody.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::config_file::ConfigFile;
use crate::flags::{Mend, Switch};
use crate::prelude::*;
use ironsides_settings::Setting;
use ironsides_tree::Value;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-anonymous-auth",
        title: "API server serves requests without credentials",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_anonymous_auth.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "anonymous-auth") else { return };
    let Some(config) = out.get(server, "authentication-config") else { return };
    if config.text().is_some() {
        let Some(file) = out.config_file(server, &config) else { return };
        let Some(file) = file.of_kind("AuthenticationConfiguration", out) else { return };
        let anonymous = Cursor::root(&file.root).get("anonymous");
        if !is_unset(&anonymous) {
            return structured(&file, &anonymous, &flag, out);
        }
    }
    let Some(modes) = out.get(server, "authorization-mode") else { return };
    if flag.is_on() != Some(false) && modes.list().iter().any(|mode| mode == "AlwaysAllow") {
        // The API server turns anonymous requests off beside it, and says so in its log.
        return out.pass_setting(&modes);
    }
    SWITCH.judge(server, out);
}

/// What a structured configuration says. It excludes the flag.
fn structured(file: &ConfigFile<'_>, anonymous: &Cursor<'_>, flag: &Setting, out: &mut Out<'_>) {
    if flag.is_given() {
        let message =
            "anonymous is configured beside --anonymous-auth: kube-apiserver does not start with both";
        file.fail(anonymous, message, out);
        return;
    }
    let (enabled, conditions) = (anonymous.get("enabled"), anonymous.get("conditions"));
    let is_map = |at: &Cursor<'_>| at.node().is_some_and(|node| matches!(node.value(), Value::Map(_)));
    let is_list = |at: &Cursor<'_>| at.node().is_some_and(|node| matches!(node.value(), Value::List(_)));
    let is_sound = is_map(anonymous)
        && (is_unset(&enabled) || enabled.bool().is_some())
        && (is_unset(&conditions) || is_list(&conditions));
    if !is_sound {
        let message = "anonymous is not written as it should be, a switch `enabled` and a list of `conditions`: \
                       kube-apiserver does not start with this file";
        file.fail(anonymous, message, out);
        return;
    }
    if enabled.bool() != Some(true) {
        return file.pass(anonymous, out);
    }
    let mut conditions = conditions.items().peekable();
    if conditions.peek().is_none() {
        let message = "anonymous requests are served under every path: there are no conditions";
        file.fail(&enabled, message, out);
        return;
    }
    for condition in conditions {
        let path = condition.get("path");
        let text = path.str().unwrap_or_default();
        if HEALTH.contains(&text) {
            file.pass(&path, out);
        } else {
            let message =
                format!("anonymous requests are served under {text}, which tells nothing of health");
            file.fail(&path, message, out);
        }
    }
}

/// Whether a field is not there, or `null`, which is the same.
fn is_unset(at: &Cursor<'_>) -> bool {
    at.node().is_none_or(|node| matches!(node.value(), Value::Null))
}

/// What probes and load balancers ask for. A condition fits the whole path.
const HEALTH: [&str; 3] = ["/healthz", "/livez", "/readyz"];

const SWITCH: Switch = Switch {
    key: "anonymous-auth",
    wanted: false,
    why: "whoever reaches the port is system:anonymous, with all that was ever granted to system:unauthenticated",
    mend: Mend::Test(
        "give probes and balancers a structured configuration first: kubeadm's probes and its join by token ask \
         without credentials",
    ),
};
