//! A network plug-in that lets network policies be written and enforces none.

use ironsides_core::HostPlace;
use ironsides_settings::{Host, Process, parse_bool};
use ironsides_tree::{Node, parse_one};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "network-plugin-without-policies",
        title: "Network plug-in enforces no network policies",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("network_plugin_without_policies.md"),
    },
    run: Run::Host(run),
};

/// Programs that enforce network policies, in alphabetical order.
const ENFORCERS: [&str; 7] =
    ["antrea-agent", "calico-node", "cilium-agent", "kube-router", "ovnkube", "weave-npc", "weaver"];

/// Agents that connect pods and enforce nothing, in alphabetical order.
const CARRIERS: [&str; 2] = ["aws-k8s-agent", "flanneld"];

/// The agent of Amazon's plug-in that enforces policies where its flag says so, and otherwise waits.
/// Source: `pkg/config/controller_config.go` of aws/aws-network-policy-agent.
const AMAZONS: (&str, &str) = ("controller", "--enable-network-policy");

/// Types of plug-ins whose agent enforces them, in alphabetical order.
const ENFORCING: [&str; 5] = ["antrea", "calico", "cilium-cni", "ovn-k8s-cni-overlay", "weave-net"];

/// Types of plug-ins that enforce none by themselves, in alphabetical order.
const PLAIN: [&str; 7] = ["aws-cni", "bridge", "flannel", "host-device", "ipvlan", "macvlan", "ptp"];

/// Where runtimes look for the configuration of plug-ins unless they are told otherwise.
const FOLDERS: [&str; 3] =
    ["/etc/cni/net.d/", "/var/lib/rancher/k3s/agent/etc/cni/net.d/", "/etc/kubernetes/cni/net.d/"];

/// What cannot be told where processes were not seen.
const UNSEEN: &str = "whether an agent that enforces network policies runs on this node is not known";

fn run(host: &Host, out: &mut Out<'_>) {
    let seen = |process: &Process, out: &Out<'_>, raw: Option<&str>| {
        let place =
            HostPlace::Process { pid: process.pid, program: process.program.as_str().into(), argument: None };
        out.on_host(place, "network policies", raw.map(str::to_owned))
    };
    if let Some(enforcer) = host.processes.iter().find(|process| enforces(process)) {
        return out.pass_with(seen(enforcer, out, Some(&enforcer.program)));
    }
    for process in &host.processes {
        let program = process.program.as_str();
        // k3s has a controller of its own, unless it is told to leave it out.
        if program == "k3s" && !process.arguments.iter().any(|word| word.contains("disable-network-policy")) {
            let message = "k3s enforces network policies itself, unless its configuration turns that off";
            let look_at = "disable-network-policy in /etc/rancher/k3s/config.yaml";
            out.manual_with(seen(process, out, None), program, message, look_at);
            return;
        }
        if program == "kindnetd" {
            let message =
                "kindnet enforces network policies since kind 0.24, and which version runs is not known";
            out.manual_with(seen(process, out, None), program, message, "the version of kindnet");
            return;
        }
    }
    let own = host.processes.iter().filter_map(|process| process.files.as_ref()).flatten();
    let configured = own.chain(&host.files).filter(|(path, _)| {
        let is_list = [".conf", ".conflist", ".json"].iter().any(|end| path.ends_with(end));
        is_list && FOLDERS.iter().any(|folder| path.starts_with(folder))
    });
    let mut any = false;
    for (path, file) in configured {
        let Some(root) = file.content.as_deref().and_then(|text| parse_one(text).ok()) else { continue };
        let types = types(&root);
        any = true;
        let fact = out.file(path, "type", Some(types.join(", ")));
        let has = |known: &[&str]| types.iter().any(|ty| known.contains(&ty.as_str()));
        if has(&ENFORCING) {
            return out.pass_with(fact);
        }
        if types.first().is_some_and(|first| PLAIN.contains(&first.as_str())) {
            if out.say_unseen(UNSEEN) {
                return;
            }
            let message = format!(
                "{} connects pods and enforces no NetworkPolicy, and no agent that would runs here",
                types.join(", ")
            );
            out.fail_with(fact, path, message);
        } else {
            let message = format!("whether {} enforces network policies is not known", types.join(", "));
            out.manual_with(fact, path, message, "the documentation of the network plug-in");
        }
    }
    let carrier = host.processes.iter().find(|process| CARRIERS.contains(&process.program.as_str()));
    if let Some(process) = carrier.filter(|_| !any) {
        let program = process.program.as_str();
        let message = format!(
            "{program} connects pods and enforces no NetworkPolicy, and no agent that would runs here"
        );
        out.fail_with(seen(process, out, Some(program)), program, message);
    } else if !any {
        out.not_applicable("no configuration of a network plug-in is on this node");
    }
}

/// Whether a process enforces network policies.
fn enforces(process: &Process) -> bool {
    let (amazons, flag) = AMAZONS;
    if process.program != amazons {
        return ENFORCERS.binary_search(&process.program.as_str()).is_ok();
    }
    let given = process.arguments.iter().rev().find_map(|word| word.strip_prefix(flag));
    given.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('=').and_then(parse_bool) == Some(true))
}

/// The types of the plug-ins in a configuration, or of its one.
fn types(root: &Node) -> Vec<String> {
    let of = |node: &Node| node.get("type").and_then(Node::as_str).map(str::to_owned);
    let listed: Vec<String> =
        root.get("plugins").map(Node::items).unwrap_or_default().iter().filter_map(of).collect();
    if listed.is_empty() { of(root).into_iter().collect() } else { listed }
}
