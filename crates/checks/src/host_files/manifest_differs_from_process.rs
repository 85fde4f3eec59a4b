//! Manifests of static pods that say otherwise than what runs.

use std::collections::BTreeSet;

use ironsides_settings::{Component, Host, Setting, Settings};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "manifest-differs-from-process",
        title: "component runs with other flags than its manifest has",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("manifest_differs_from_process.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    let running = out.components();
    let mut any = false;
    for (path, manifest) in Settings::of_static_pods(host, running) {
        let component = manifest.component();
        if matches!(component, Component::Kubelet | Component::KubeProxy) {
            continue;
        }
        let is_it = |one: &&Settings| one.component() == component && one.process(host).is_some();
        let Some(process) = running.iter().find(is_it) else { continue };
        any = true;
        let keys: BTreeSet<&str> = manifest.given().union(&process.given()).copied().collect();
        for key in keys {
            // What is filled in when the container starts can differ.
            let Ok(written) = manifest.get(key) else { continue };
            // What is not known of one flag of a process is not known of all.
            let Some(real) = out.get(process, key) else { break };
            if written.value == real.value || is_concealed(&written) || is_concealed(&real) {
                out.pass_setting(&written);
                continue;
            }
            let (a, b) = (told(&written), told(&real));
            let message = format!("--{key} is {a} in {path}, and {b} in the running {component}");
            let fact = out.setting(&written);
            out.fail_with(fact, &format!("{path} {key}"), message).key(key);
        }
    }
    if !any
        && !out.say_unseen("what runs on this node is not known, so it cannot be held against its manifests")
    {
        out.not_applicable("no component runs on this node of which a static pod is known");
    }
}

fn told(setting: &Setting) -> String {
    match (setting.text(), setting.is_given()) {
        (Some(text), true) => format!("\"{text}\""),
        (Some(text), false) => format!("not set, so \"{text}\" by default,"),
        (None, true) => "empty".to_owned(),
        (None, false) => "not set".to_owned(),
    }
}

/// Whether the facts hide what may be secret.
fn is_concealed(setting: &Setting) -> bool {
    setting.text().is_some_and(|text| text.contains("********"))
}
