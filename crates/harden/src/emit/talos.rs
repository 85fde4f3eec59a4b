//! Talos Linux: patches of the machine configuration.

use ironsides_settings::Component;

use super::fields;
use crate::error::HardenError;
use crate::parts::{Output, admission, audit_policy};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::wanted::Wanted;
use crate::yaml::{Text, plain, quoted};

pub(super) fn outputs(plan: &Plan) -> Result<Vec<Output>, HardenError> {
    Ok(vec![
        Output::new("talos/control-plane.yaml", control_plane(plan)?, "patch for nodes of the control plane"),
        Output::new("talos/all-nodes.yaml", machine(plan), "patch for every node"),
        Output::new(
            "talos/etcd-firewall.yaml",
            firewall(plan),
            "ingress rules: etcd for API servers and its own peers alone",
        ),
    ])
}

/// What every node gets.
fn machine(plan: &Plan) -> String {
    let mut text = Text::new();
    text.comment(
        "Patch for every node: talosctl patch machineconfig --patch @all-nodes.yaml. Kernel settings, file modes, the \
         user of etcd and encryption at rest are Talos' own.",
    );
    text.line("machine:").within(|text| {
        text.line("kubelet:").within(|text| {
            text.comment("Nobody starts pods by writing files to the node.");
            text.line("disableManifestsDirectory: true");
            let wanted: Vec<&Wanted> = plan.written(Component::Kubelet).collect();
            for one in wanted.iter().filter(|one| one.key == "seccompDefault") {
                text.comment(&one.comment()).line("defaultRuntimeSeccompProfileEnabled: true");
            }
            for one in wanted.iter().filter(|one| one.key == "serverTLSBootstrap") {
                text.line("extraArgs:").within(|text| {
                    text.comment(&one.comment()).line("rotate-server-certificates: \"true\"");
                });
            }
            let rest: Vec<(&str, &Wanted)> = wanted
                .iter()
                .filter(|one| !matches!(one.key, "seccompDefault" | "serverTLSBootstrap"))
                .map(|one| (one.key, *one))
                .collect();
            if !rest.is_empty() {
                text.line("extraConfig:").within(|text| fields(text, &rest));
            }
        });
    });
    text.finish()
}

/// What nodes of the control plane get besides.
fn control_plane(plan: &Plan) -> Result<String, HardenError> {
    let options = &plan.options;
    let policy = audit_policy::text(options.profile)?;
    let mut text = Text::new();
    text.comment(
        "Patch for nodes of the control plane: talosctl patch machineconfig --patch @control-plane.yaml.",
    );
    text.line("cluster:").within(|text| {
        text.line("apiServer:").within(|text| {
            // What stands in fields of its own is no flag here.
            let own = ["audit-policy-file", "audit-log-path", "admission-control-config-file"];
            arguments(text, plan.written(Component::KubeApiserver).filter(|one| !own.contains(&one.key)));
            text.comment("Put over Talos' own, plug-in by plug-in; kube-system is exempt there already.");
            text.line("admissionControl:");
            if options.profile >= Profile::CisL1 {
                admission::event_rate_limit(text);
            }
            text.comment("Pod Security admission. CIS 5.2.1.");
            text.line("- name: PodSecurity").within(|text| {
                text.line("configuration:").within(|text| {
                    let (enforced, warned) = options.pod_security();
                    text.line("defaults:").within(|text| {
                        text.comment("For namespaces without labels of their own, which beat this.");
                        text.line(&format!("enforce: {enforced}"))
                            .line(&format!("audit: {warned}"))
                            .line(&format!("warn: {warned}"));
                    });
                    if !options.exempt.is_empty() {
                        let names: Vec<String> = options.exempt.iter().map(|name| plain(name)).collect();
                        text.line("exemptions:").within(|text| {
                            text.line(&format!("namespaces: [{}]", names.join(", ")));
                        });
                    }
                });
            });
            text.comment("In place of Talos' own, which records everything at Metadata.");
            text.line("auditPolicy:").within(|text| {
                for line in policy.lines() {
                    text.line(line);
                }
            });
        });
        for (key, component) in
            [("controllerManager", Component::KubeControllerManager), ("scheduler", Component::KubeScheduler)]
        {
            let flags: Vec<&Wanted> = plan.written(component).collect();
            if !flags.is_empty() {
                text.line(&format!("{key}:")).within(|text| arguments(text, flags.into_iter()));
            }
        }
    });
    Ok(text.finish())
}

fn arguments<'a>(text: &mut Text, flags: impl Iterator<Item = &'a Wanted>) {
    text.line("extraArgs:").within(|text| {
        for one in flags {
            text.comment(&one.comment());
            text.line(&format!("{}: {}", one.key, quoted(&one.value.to_string())));
        }
    });
}

/// Documents of Talos' ingress firewall.
fn firewall(plan: &Plan) -> String {
    let addresses = plan.options.etcd_clients();
    let mut text = Text::new();
    text.comment(
        "Leaves etcd to the nodes of the control plane. A rule blocks everybody else from its ports, also where the \
         default action is accept. May break: backups that reach etcd from elsewhere: their connections time out.",
    );
    if addresses.is_empty() {
        text.comment("No addresses were given: name the nodes of the control plane with --control-plane.");
    }
    text.line("apiVersion: v1alpha1").line("kind: NetworkRuleConfig").line("name: etcd-ingress");
    text.line("portSelector:").within(|text| {
        text.line("ports: [2379-2380]").line("protocol: tcp");
    });
    if addresses.is_empty() {
        text.line("ingress: []");
    } else {
        text.line("ingress:");
        for address in addresses {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            text.line(&format!("- subnet: {}", quoted(&format!("{address}/{bits}"))));
        }
    }
    text.finish()
}
