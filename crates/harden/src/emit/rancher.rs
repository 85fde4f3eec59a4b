//! k3s and RKE2: `config.yaml`, and the files that it names.

use ironsides_settings::Component;

use super::{CONTROL_PLANE, host};
use crate::distribution::Distribution;
use crate::error::HardenError;
use crate::parts::{self, Output, admission, audit_policy};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::wanted::Wanted;
use crate::yaml::{Text, quoted};

pub(super) fn outputs(plan: &Plan) -> Result<Vec<Output>, HardenError> {
    let options = &plan.options;
    let distribution = options.distribution;
    let config = |root: &str| format!("{root}/etc/rancher/{distribution}/config.yaml");
    let server = |name: &str| format!("{CONTROL_PLANE}{}", parts::server_path(distribution, name));
    let mut all = vec![
        Output::new(config(CONTROL_PLANE), server_config(plan), "configuration of servers").secret(),
        Output::new(config("agent"), agent_config(plan), "configuration of agents").secret(),
        Output::new(server(parts::AUDIT_POLICY), audit_policy::text(options.profile)?, "audit policy")
            .secret(),
        Output::new(server(parts::ADMISSION), admission::text(options), "admission configuration").secret(),
    ];
    all.extend(host(plan));
    Ok(all)
}

/// `config.yaml` of a server.
fn server_config(plan: &Plan) -> String {
    let options = &plan.options;
    let distribution = options.distribution;
    let mut text = Text::new();
    text.comment(&format!(
        "{distribution} server, profile {}. Put your own settings (token, tls-san, server) into config.yaml.d beside it.",
        options.profile
    ));
    if distribution == Distribution::Rke2 && options.profile >= Profile::CisL1 {
        text.comment(
            "RKE2's own checks of the host, network policies of its namespaces, and etcd under its own user. May break: \
             it refuses to start without the sysctls and the user etcd.",
        );
        text.line("profile: cis");
    }
    text.comment("Secrets lie encrypted in etcd. CIS 1.2.27.").line("secrets-encryption: true");
    text.comment(
        "XSalsa20 and Poly1305 in place of AES-CBC, whose ciphertext can be changed unseen. CIS 1.2.28. Needs releases \
         of April 2025 or later. On a cluster that exists rotate the keys afterwards: secrets-encrypt rotate-keys.",
    );
    text.line("secrets-encryption-provider: secretbox");
    text.comment("The kubeconfig of the administrator is for root alone. CIS 1.1.13.");
    text.line("write-kubeconfig-mode: \"0600\"");
    if distribution == Distribution::Rke2 {
        let named = ["audit-policy-file", "admission-control-config-file"];
        for (key, flag) in ["audit-policy-file", "pod-security-admission-config-file"].into_iter().zip(named)
        {
            for one in plan.written(Component::KubeApiserver).filter(|one| one.key == flag) {
                text.comment(&one.comment());
                text.line(&format!("{key}: {}", quoted(&one.value.to_string())));
            }
        }
        text.comment("The API server is a container: it sees the folder of these files read-only.");
        let folder = distribution.server_folder();
        text.line("kube-apiserver-extra-mount:")
            .line(&format!("- {}", quoted(&format!("{folder}:{folder}:ro"))));
    }
    for component in [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler] {
        let own = |one: &&Wanted| {
            distribution == Distribution::K3s
                || !matches!(one.key, "audit-policy-file" | "admission-control-config-file")
        };
        let flags: Vec<&Wanted> = plan.written(component).filter(own).collect();
        arguments(&mut text, component, flags.into_iter().map(|one| (one.key, one)));
    }
    kubelet(&mut text, plan);
    text.finish()
}

/// `config.yaml` of an agent.
fn agent_config(plan: &Plan) -> String {
    let options = &plan.options;
    let mut text = Text::new();
    text.comment(&format!(
        "{} agent, profile {}. Put your own settings (token, server) into config.yaml.d beside it.",
        options.distribution, options.profile
    ));
    if options.distribution == Distribution::Rke2 && options.profile >= Profile::CisL1 {
        text.comment("RKE2's own checks of the host.").line("profile: cis");
    }
    kubelet(&mut text, plan);
    text.finish()
}

/// The kubelet's settings, as flags: both write the configuration file themselves.
fn kubelet(text: &mut Text, plan: &Plan) {
    let wanted: Vec<&Wanted> = plan.written(Component::Kubelet).collect();
    for one in wanted.iter().filter(|one| one.key == "protectKernelDefaults") {
        text.comment(&one.comment()).line("protect-kernel-defaults: true");
    }
    let flags = wanted.iter().filter_map(|one| Some((flag_of(one.key)?, *one)));
    arguments(text, Component::Kubelet, flags);
}

/// The flag of a field of the kubelet's configuration.
fn flag_of(field: &str) -> Option<&'static str> {
    Some(match field {
        "tlsMinVersion" => "tls-min-version",
        "tlsCipherSuites" => "tls-cipher-suites",
        "streamingConnectionIdleTimeout" => "streaming-connection-idle-timeout",
        "podPidsLimit" => "pod-max-pids",
        "seccompDefault" => "seccomp-default",
        "eventRecordQPS" => "event-qps",
        _ => return None,
    })
}

fn arguments<'a>(text: &mut Text, component: Component, flags: impl Iterator<Item = (&'a str, &'a Wanted)>) {
    text.line(&format!("{}-arg:", component.program()));
    for (flag, one) in flags {
        text.comment(&one.comment());
        text.line(&format!("- {}", quoted(&format!("{flag}={}", one.value))));
    }
}
