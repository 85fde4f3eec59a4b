//! Kubespray: group variables.

use ironsides_settings::Component;

use super::{CONTROL_PLANE, fields, host};
use crate::error::HardenError;
use crate::parts::{Output, audit_policy};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::wanted::{Value, Wanted};
use crate::yaml::{Text, plain, quoted};

pub(super) fn outputs(plan: &Plan) -> Result<Vec<Output>, HardenError> {
    let mut all = vec![Output::new(
        "kubespray/group_vars/k8s_cluster/zz-hardening.yml",
        variables(plan)?,
        "group variables; the name makes them the last to be read",
    )];
    let mut host = host(plan);
    // kubespray makes the user of etcd and the kernel settings itself.
    host.retain(|output| !output.path.starts_with(&format!("{CONTROL_PLANE}/etc/sysusers.d")));
    all.extend(host);
    Ok(all)
}

/// The variable of a flag, where kubespray has one.
fn variable(component: Component, key: &str) -> Option<&'static str> {
    Some(match (component, key) {
        (Component::KubeApiserver, "profiling") => "kube_profiling",
        (Component::KubeApiserver, "enable-admission-plugins") => "kube_apiserver_enable_admission_plugins",
        (Component::KubeApiserver, "audit-log-path") => "audit_log_path",
        (Component::KubeApiserver, "audit-log-maxage") => "audit_log_maxage",
        (Component::KubeApiserver, "audit-log-maxbackup") => "audit_log_maxbackups",
        (Component::KubeApiserver, "audit-log-maxsize") => "audit_log_maxsize",
        // The kubelet's are the API server's, by the same variables.
        (Component::KubeApiserver, "tls-min-version") | (Component::Kubelet, "tlsMinVersion") => {
            "tls_min_version"
        }
        (Component::KubeApiserver, "tls-cipher-suites") | (Component::Kubelet, "tlsCipherSuites") => {
            "tls_cipher_suites"
        }
        (Component::KubeApiserver, "request-timeout") => "kube_apiserver_request_timeout",
        (Component::KubeApiserver, "service-account-lookup") => "kube_apiserver_service_account_lookup",
        (Component::KubeControllerManager, "terminated-pod-gc-threshold") => {
            "kube_controller_terminated_pod_gc_threshold"
        }
        (Component::Kubelet, "authentication.webhook.enabled") => "kubelet_authentication_token_webhook",
        (Component::Kubelet, "authorization.mode") => "kubelet_authorization_mode_webhook",
        (Component::Kubelet, "readOnlyPort") => "kube_read_only_port",
        (Component::Kubelet, "rotateCertificates") => "kubelet_rotate_certificates",
        (Component::Kubelet, "serverTLSBootstrap") => "kubelet_rotate_server_certificates",
        (Component::Kubelet, "streamingConnectionIdleTimeout") => "kubelet_streaming_connection_idle_timeout",
        (Component::Kubelet, "protectKernelDefaults") => "kubelet_protect_kernel_defaults",
        (Component::Kubelet, "seccompDefault") => "kubelet_seccomp_default",
        (Component::Kubelet, "eventRecordQPS") => "kubelet_event_record_qps",
        _ => return None,
    })
}

fn variables(plan: &Plan) -> Result<String, HardenError> {
    let options = &plan.options;
    let mut text = Text::new();
    text.line("---");
    text.comment(&format!("Group variables of kubespray for hardening, profile {}.", options.profile));
    text.comment(
        "Anonymous access to the cluster's address and CA is taken away once nodes have joined. CIS 1.2.1.",
    );
    text.line("remove_anonymous_access: true");
    text.comment("The controller manager and the scheduler serve their own host alone. CIS 1.3.7, 1.4.2.");
    text.line("kube_controller_manager_bind_address: 127.0.0.1")
        .line("kube_scheduler_bind_address: 127.0.0.1");
    text.comment("Secrets lie encrypted in etcd, with a key that kubespray makes. CIS 1.2.27, 1.2.28.");
    text.line("kube_encrypt_secret_data: true").line("kube_encryption_algorithm: secretbox");
    let resources: Vec<String> =
        crate::parts::encryption::resources(options.profile).iter().map(|one| quoted(one)).collect();
    text.line(&format!("kube_encryption_resources: [{}]", resources.join(", ")));
    for component in [Component::KubeApiserver, Component::KubeControllerManager, Component::Kubelet] {
        for one in plan.written(component) {
            let is_shared = component == Component::Kubelet && one.key.starts_with("tls");
            if let Some(name) = variable(component, one.key).filter(|_| !is_shared) {
                set(&mut text, name, one);
            }
        }
    }
    extra(&mut text, plan);
    admission(&mut text, plan);
    text.comment("Who did what is written down. CIS 3.2.1, 3.2.2.");
    text.line("kubernetes_audit: true").line("audit_policy_custom_rules: |");
    let policy = audit_policy::text(options.profile)?;
    let rules = policy.split_once("rules:\n").map_or("", |(_, rules)| rules);
    text.within(|text| {
        for line in rules.lines() {
            text.line(line);
        }
    });
    Ok(text.finish())
}

/// A variable with its value.
fn set(text: &mut Text, name: &str, one: &Wanted) {
    text.comment(&one.comment());
    match (&one.value, name) {
        // A switch here, which stands for Webhook.
        (_, "kubelet_authorization_mode_webhook") => {
            text.line(&format!("{name}: true"));
        }
        (Value::List(items), _) => {
            text.list(name, items);
        }
        (Value::Text(value), _) => {
            text.line(&format!("{name}: {}", quoted(value)));
        }
        (value, _) => {
            text.line(&format!("{name}: {value}"));
        }
    }
}

/// What kubespray has no variables for.
fn extra(text: &mut Text, plan: &Plan) {
    // These it writes itself, from the variables above.
    let own = ["audit-policy-file", "admission-control-config-file", "kubelet-certificate-authority"];
    let flags: Vec<&Wanted> = plan
        .written(Component::KubeApiserver)
        .filter(|one| variable(one.component, one.key).is_none() && !own.contains(&one.key))
        .collect();
    if !flags.is_empty() {
        text.line("kube_kubeadm_apiserver_extra_args:").within(|text| {
            for one in flags {
                text.comment(&one.comment());
                text.line(&format!("{}: {}", one.key, quoted(&one.value.to_string())));
            }
        });
    }
    let rest: Vec<(&str, &Wanted)> = plan
        .written(Component::Kubelet)
        .filter(|one| variable(one.component, one.key).is_none())
        .map(|one| (one.key, one))
        .collect();
    if !rest.is_empty() {
        text.line("kubelet_config_extra_args:").within(|text| fields(text, &rest));
    }
}

fn admission(text: &mut Text, plan: &Plan) {
    let options = &plan.options;
    let (enforced, warned) = options.pod_security();
    text.comment("What admission plug-ins go by. CIS 5.2.1.");
    text.line("kube_apiserver_admission_control_config_file: true");
    text.line("kube_apiserver_admission_plugins_needs_configuration:");
    if options.profile >= Profile::CisL1 {
        text.line("- EventRateLimit");
    }
    text.line("- PodSecurity");
    if options.profile >= Profile::CisL1 {
        text.comment(
            "How many events the server takes. CIS 1.2.9. May break: more than that get 429 and are lost.",
        );
        text.line("kube_apiserver_admission_event_rate_limits:").within(|text| {
            for (name, ty, burst) in [("limit_1", "Namespace", 200), ("limit_2", "User", 500)] {
                text.line(&format!("{name}:")).within(|text| {
                    text.line(&format!("type: {ty}"))
                        .line("qps: 50")
                        .line(&format!("burst: {burst}"))
                        .line("cache_size: 2000");
                });
            }
        });
    }
    text.comment("Pod Security for namespaces without labels of their own. May break: pods that go further are refused.");
    text.line("kube_pod_security_use_default: true")
        .line(&format!("kube_pod_security_default_enforce: {enforced}"))
        .line(&format!("kube_pod_security_default_audit: {warned}"))
        .line(&format!("kube_pod_security_default_warn: {warned}"));
    let names: Vec<String> = options.exempt_namespaces().iter().map(|name| plain(name)).collect();
    text.line(&format!("kube_pod_security_exemptions_namespaces: [{}]", names.join(", ")));
}
