//! The admission configuration: Pod Security's defaults and exemptions, and limits of events.

use crate::options::Options;
use crate::profile::Profile;
use crate::yaml::{Text, plain};

/// The configuration as a file.
pub(crate) fn text(options: &Options) -> String {
    let mut text = Text::new();
    text.comment("What admission plug-ins of the API server go by.");
    text.line("apiVersion: apiserver.config.k8s.io/v1").line("kind: AdmissionConfiguration").line("plugins:");
    block(&mut text, options);
    text.finish()
}

/// The items of `plugins`.
pub(crate) fn block(text: &mut Text, options: &Options) {
    if options.profile >= Profile::CisL1 {
        event_rate_limit(text);
    }
    text.comment("Pod Security admission. CIS 5.2.1.");
    text.line("- name: PodSecurity").within(|text| {
        text.line("configuration:").within(|text| pod_security(text, options));
    });
}

/// The configuration of the plug-in `PodSecurity`.
pub(crate) fn pod_security(text: &mut Text, options: &Options) {
    let (enforced, warned) = options.pod_security();
    text.line("apiVersion: pod-security.admission.config.k8s.io/v1").line("kind: PodSecurityConfiguration");
    text.comment(
        "For namespaces without labels of their own (pod-security.kubernetes.io/enforce and the like), which beat this.",
    );
    text.line("defaults:").within(|text| {
        text.comment(match enforced {
            "privileged" => "Nothing is refused; set it to baseline once nobody is warned.",
            "baseline" => {
                "No privileged pods, none in the host's namespaces, none with its folders: CIS 5.2.2 to 5.2.5, 5.2.9 \
                 to 5.2.12. May break: such pods outside of exempt namespaces: forbidden: violates PodSecurity."
            }
            _ => {
                "Pods also run as another user than root, without capabilities, with a seccomp profile: CIS 5.2.2 to \
                 5.2.12. May break: images that run as root: forbidden: violates PodSecurity."
            }
        });
        text.line(&format!("enforce: {enforced}")).line("enforce-version: latest");
        text.comment("What goes further is recorded in the audit log and told to whoever made the pod.");
        text.line(&format!("audit: {warned}"))
            .line("audit-version: latest")
            .line(&format!("warn: {warned}"))
            .line("warn-version: latest");
    });
    text.line("exemptions:").within(|text| {
        text.line("usernames: []").line("runtimeClasses: []");
        text.comment(
            "The cluster's own pods need the host. Add the namespaces of CNI and CSI drivers that live elsewhere, as \
             kube-flannel or calico-system (--exempt-namespace).",
        );
        let names: Vec<String> = options.exempt_namespaces().iter().map(|name| plain(name)).collect();
        text.line(&format!("namespaces: [{}]", names.join(", ")));
    });
}

/// The plug-in `EventRateLimit`, as an item of a list.
pub(crate) fn event_rate_limit(text: &mut Text) {
    text.comment(
        "How many events the server takes. CIS 1.2.9. May break: more events than that get 429 and are lost, which \
         kubectl describe shows as gaps.",
    );
    text.line("- name: EventRateLimit").within(|text| {
        text.line("configuration:").within(|text| {
            text.line("apiVersion: eventratelimit.admission.k8s.io/v1alpha1")
                .line("kind: Configuration")
                .line("limits:");
            text.comment("Of a namespace: one team's crash loop leaves room for the events of others.");
            text.line("- type: Namespace").line("  qps: 50").line("  burst: 200").line("  cacheSize: 2000");
            text.comment("Of a user: kubelets and controllers each tell their own.");
            text.line("- type: User").line("  qps: 50").line("  burst: 500").line("  cacheSize: 2000");
        });
    });
}
