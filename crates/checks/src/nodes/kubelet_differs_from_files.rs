//! A kubelet that runs with other settings than its files and flags have.

use ironsides_core::{HostPlace, Inventory};
use ironsides_settings::{Component, Host, Place, Settings};

use crate::check::NODE_FACTS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-differs-from-files",
        title: "kubelet runs with other settings than its files have",
        severity: Severity::Medium,
        family: "nodes",
        since: "0.1.0",
        page: include_str!("kubelet_differs_from_files.md"),
    },
    run: Run::Together { judges: &[NODE_FACTS], needs: &[], welcomes: &[], run },
};

fn run(node: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    const UNASKED: &str = "nobody asked the kubelet for its configuration";
    // Most have no answer, and are not read for nothing.
    let named = || inventory.named(NODE_FACTS.0, NODE_FACTS.1, None, &node.reference().name);
    if node.root.get("configz").is_none() && named().nth(1).is_none() {
        return out.not_applicable(UNASKED);
    }
    if out.say_unreadable() {
        return;
    }
    let Some(host) = out.host() else { return };
    if host.is_answer() {
        return out.not_applicable("of this node nothing is known but what its kubelet answers");
    }
    let mut others = named().filter_map(|other| Host::read(&other.root).ok()).filter(Host::is_answer);
    let Some(answer) = host.configz.clone().or_else(|| others.next()?.configz) else {
        return out.not_applicable(UNASKED);
    };
    let mut host = host.clone();
    host.configz = Some(answer);
    for kubelet in Settings::of_host(&host).iter().filter(|one| one.component() == Component::Kubelet) {
        compare(kubelet, out);
    }
}

fn compare(kubelet: &Settings, out: &mut Out<'_>) {
    for key in kubelet.stated() {
        let Ok(told) = kubelet.get(&key) else { continue };
        if !matches!(&told.place, Place::Host(HostPlace::Answer { .. })) {
            // Where they agree, what is written is shown.
            if told.is_given() {
                out.pass_setting(&told);
            }
            continue;
        }
        // What nobody wrote has the default of its version, which may be another than ours.
        let Some((written, place)) = told.overruled.last().filter(|(written, _)| !written.is_empty()) else {
            continue;
        };
        let Place::Host(host_place) = place.clone() else { continue };
        let is = told.raw.as_deref().unwrap_or("not set");
        let message = format!("{key} is {written} in {place}, and {is} in the running kubelet");
        let fact = out.on_host(host_place, &key, Some(written.clone()));
        out.fail_with(fact, &format!("kubelet {key}"), message)
            .effective(is.to_owned(), "what the kubelet answers");
    }
}
