//! kubeadm: configuration `v1beta4`, patches, and the files that the flags name.

use ironsides_settings::Component;

use super::{ALL_NODES, CONTROL_PLANE, configuration, host};
use crate::error::HardenError;
use crate::options::{Encryption, Join, Options};
use crate::parts::{self, Output, admission, audit_policy, authentication, encryption};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::yaml::{Text, quoted};

const API_VERSION: &str = "kubeadm.k8s.io/v1beta4";

/// Where the patches are on a node.
fn patches_folder(options: &Options) -> String {
    format!("{}/patches", options.distribution.server_folder())
}

pub(super) fn outputs(plan: &Plan, key: &[u8; 32]) -> Result<Vec<Output>, HardenError> {
    let options = &plan.options;
    let server = |name: &str| format!("{CONTROL_PLANE}{}", parts::server_path(options.distribution, name));
    let patch = |root: &str, name: &str| format!("{root}{}/{name}", patches_folder(options));
    let mut all = vec![
        Output::new("kubeadm/init.yaml", init(plan), "configuration for `kubeadm init`"),
        Output::new(
            "kubeadm/join-control-plane.yaml",
            join(options, true),
            "configuration for `kubeadm join` of a control plane node",
        ),
        Output::new(
            "kubeadm/join-worker.yaml",
            join(options, false),
            "configuration for `kubeadm join` of a worker",
        ),
        Output::new(server(parts::AUDIT_POLICY), audit_policy::text(options.profile)?, "audit policy")
            .secret(),
        Output::new(server(parts::ADMISSION), admission::text(options), "admission configuration").secret(),
        Output::new(
            patch(ALL_NODES, "kubeletconfiguration0+merge.yaml"),
            kubelet_patch(plan),
            "the kubelet's settings for clusters that exist, and for every upgrade",
        ),
    ];
    let text = encryption::text(options, key);
    let output = Output::new(server(parts::ENCRYPTION), text, "encryption configuration");
    all.push(if options.encryption == Encryption::Kms { output.secret() } else { output.with_key() });
    if options.restricts_anonymous() {
        let text = authentication::text(options);
        all.push(Output::new(server(parts::AUTHENTICATION), text, "authentication configuration").secret());
    }
    if options.profile >= Profile::CisL1 {
        for component in
            [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler]
        {
            all.push(Output::new(
                patch(CONTROL_PLANE, &format!("{component}0+strategic.yaml")),
                pod_patch(component, options),
                "rights that the static pod does without",
            ));
        }
    }
    all.extend(host(plan));
    Ok(all)
}

/// `ClusterConfiguration`, `InitConfiguration`, and the configuration of kubelet and kube-proxy.
fn init(plan: &Plan) -> String {
    let options = &plan.options;
    let mut text = Text::new();
    text.comment(&format!(
        "kubeadm init --config init.yaml: profile {}, Kubernetes {}. Files that flags name lie in {} and must be there first.",
        options.profile,
        options.version,
        options.distribution.server_folder()
    ));
    text.line(&format!("apiVersion: {API_VERSION}")).line("kind: ClusterConfiguration");
    text.line(&match options.version.patch {
        Some(_) => format!("kubernetesVersion: v{}", options.version),
        None => format!("kubernetesVersion: stable-{}", options.version),
    });
    match &options.endpoint {
        Some(endpoint) => {
            text.comment(
                "By which all nodes reach the API servers; without it no second control plane node can join.",
            );
            text.line(&format!("controlPlaneEndpoint: {}", quoted(endpoint)));
        }
        None if options.control_plane.len() > 1 => {
            text.comment("Without it no second control plane node can join: name a load balancer or a virtual address.");
            text.comment("controlPlaneEndpoint: HOST:6443");
        }
        None => {}
    }
    text.line("apiServer:").within(|text| {
        arguments(text, plan, Component::KubeApiserver);
        volumes(text, options);
    });
    text.line("controllerManager:").within(|text| arguments(text, plan, Component::KubeControllerManager));
    text.line("scheduler:").within(|text| arguments(text, plan, Component::KubeScheduler));
    text.line("etcd:").within(|text| {
        text.line("local:").within(|text| {
            text.line("dataDir: /var/lib/etcd");
            arguments(text, plan, Component::Etcd);
        });
    });
    text.line("---").line(&format!("apiVersion: {API_VERSION}")).line("kind: InitConfiguration");
    if let Some(address) = options.control_plane.first() {
        text.comment("The address of this node, the first of --control-plane.");
        text.line("localAPIEndpoint:").within(|text| {
            text.line(&format!("advertiseAddress: {}", quoted(&address.to_string())));
        });
    }
    text.comment(
        "The first token for nodes to join lives two hours, not a day; its value is made by kubeadm.",
    );
    text.line("bootstrapTokens:").line("- ttl: 2h0m0s");
    patches(&mut text, options);
    text.line("---").line("apiVersion: kubelet.config.k8s.io/v1beta1").line("kind: KubeletConfiguration");
    configuration(&mut text, plan, Component::Kubelet);
    text.line("---")
        .line("apiVersion: kubeproxy.config.k8s.io/v1alpha1")
        .line("kind: KubeProxyConfiguration");
    configuration(&mut text, plan, Component::KubeProxy);
    text.finish()
}

/// `extraArgs`: flags as a list of names and values.
fn arguments(text: &mut Text, plan: &Plan, component: Component) {
    text.line("extraArgs:");
    for one in plan.written(component) {
        text.comment(&one.comment());
        text.line(&format!("- name: {}", one.key))
            .line(&format!("  value: {}", quoted(&one.value.to_string())));
    }
}

/// `extraVolumes` of the API server: what its flags name.
fn volumes(text: &mut Text, options: &Options) {
    text.line("extraVolumes:");
    let mut volume = |why: &str, name: &str, path: &str, read_only: bool, ty: &str| {
        text.comment(why);
        text.line(&format!("- name: {name}"))
            .line(&format!("  hostPath: {path}"))
            .line(&format!("  mountPath: {path}"))
            .line(&format!("  readOnly: {read_only}"))
            .line(&format!("  pathType: {ty}"));
    };
    volume(
        "The folder and not its files: a file that is replaced is seen, so keys and policies can be changed.",
        "hardening",
        options.distribution.server_folder(),
        true,
        "Directory",
    );
    volume(
        "Where the audit log is written.",
        "audit-log",
        options.distribution.audit_folder(),
        false,
        "DirectoryOrCreate",
    );
    if options.encryption == Encryption::Kms {
        let folder = encryption::KMS_SOCKET.rsplit_once('/').map_or("/", |(folder, _)| folder);
        volume("The socket of the KMS plug-in.", "kms", folder, false, "Directory");
    }
}

fn patches(text: &mut Text, options: &Options) {
    text.comment("Give it to `kubeadm upgrade` too (--patches): an upgrade writes the manifests anew.");
    text.line("patches:").within(|text| {
        text.line(&format!("directory: {}", patches_folder(options)));
    });
}

/// `JoinConfiguration`.
fn join(options: &Options, is_control_plane: bool) -> String {
    let mut text = Text::new();
    text.comment(match (options.restricts_anonymous(), options.join) {
        (true, Join::File) => {
            "kubeadm join --config: with a discovery file that carries a token, because the API server answers nobody \
             without credentials. README.md says how it is made. It is a credential: mode 600, and gone with its token."
        }
        _ => {
            "kubeadm join --config: fill in what `kubeadm token create --print-join-command` prints."
        }
    });
    text.line(&format!("apiVersion: {API_VERSION}")).line("kind: JoinConfiguration");
    text.line("discovery:").within(|text| discovery(text, options));
    if is_control_plane {
        text.comment(
            "Its certificates are brought by `kubeadm init phase upload-certs --upload-certs`, whose key goes here as \
             certificateKey; or copy /etc/kubernetes/pki yourself.",
        );
        text.line("controlPlane: {}");
    }
    patches(&mut text, options);
    text.finish()
}

/// How a node that joins finds the cluster and knows that it is the right one.
fn discovery(text: &mut Text, options: &Options) {
    if options.restricts_anonymous() && options.join == Join::File {
        text.line("file:").within(|text| {
            text.line("kubeConfigPath: /etc/kubernetes/discovery.conf");
        });
        return;
    }
    let server = match (&options.endpoint, options.control_plane.first()) {
        (Some(endpoint), _) => endpoint.clone(),
        (None, Some(address)) => std::net::SocketAddr::new(*address, 6443).to_string(),
        (None, None) => "CONTROL-PLANE:6443".to_owned(),
    };
    text.line("bootstrapToken:").within(|text| {
        text.line(&format!("apiServerEndpoint: {}", quoted(&server)))
            .line("token: TOKEN")
            .comment("The hash proves that the answer comes from this cluster: never skip it.")
            .line("caCertHashes: [\"sha256:HASH\"]");
    });
}

/// A patch of the kubelet's configuration, the same settings as in `init.yaml`.
fn kubelet_patch(plan: &Plan) -> String {
    let mut text = Text::new();
    text.comment(
        "The kubelet's settings as a patch: `kubeadm upgrade node --patches` and `kubeadm join` put it over the \
         cluster's own configuration on this node.",
    );
    text.line("apiVersion: kubelet.config.k8s.io/v1beta1").line("kind: KubeletConfiguration");
    configuration(&mut text, plan, Component::Kubelet);
    text.finish()
}

/// A patch of a static pod: it needs none of the rights that a container has by default.
fn pod_patch(component: Component, options: &Options) -> String {
    let program = component.program();
    let mut text = Text::new();
    text.comment(&format!(
        "{program} reads files that belong to root, as root, and needs no capability for it. CIS 5.2.6, 5.2.9. May \
         break: a data folder or a log folder that belongs to another user: permission denied in the container's log."
    ));
    text.line("spec:").within(|text| {
        text.line("containers:").line(&format!("- name: {program}")).within(|text| {
            text.line("securityContext:").within(|text| {
                text.line("allowPrivilegeEscalation: false");
                text.line("capabilities:").within(|text| {
                    text.line("drop: [ALL]");
                    if component == Component::KubeApiserver {
                        text.comment(
                            "Its program file carries this capability, and does not start without it.",
                        );
                        text.line("add: [NET_BIND_SERVICE]");
                    }
                });
                if options.profile == Profile::Paranoid {
                    text.comment("It writes to mounted folders alone.");
                    text.line("readOnlyRootFilesystem: true");
                }
            });
        });
    });
    text.finish()
}
