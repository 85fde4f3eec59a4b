//! What k3s gives its components.

use crate::{Component, Host, Settings};

fn all(facts: &str) -> Vec<Settings> {
    let text = format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: node-1}}\n{facts}");
    Settings::of_host(&Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap())
}

fn one(all: &[Settings], component: Component) -> &Settings {
    all.iter().find(|settings| settings.component() == component).unwrap()
}

fn text(settings: &Settings, key: &str) -> Option<String> {
    settings.get(key).unwrap().text().map(std::borrow::Cow::into_owned)
}

const PROCESS: &str = "processes: [{pid: 4, program: k3s, arguments: [/usr/local/bin/k3s server]}]\n";

/// A unit that gives no flags, and the files that k3s may have and this one has not.
const PLAIN: &str = "
  /etc/rancher/k3s/config.yaml: {kind: missing}
  /var/lib/rancher/k3s/server/db/etcd/config: {kind: missing}
  /etc/systemd/system/k3s.service: {content: \"[Service]\\nExecStart=/usr/local/bin/k3s server\\n\"}
";

#[test]
fn a_server_has_all_components_with_its_own_flags() {
    let all = all(&format!("{PROCESS}files:{PLAIN}"));
    let names: Vec<&str> = all.iter().map(|settings| settings.component().program()).collect();
    assert_eq!(
        names,
        ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]
    );
    let server = one(&all, Component::KubeApiserver);
    assert_eq!(server.get("anonymous-auth").unwrap().is_on(), Some(false));
    assert_eq!(text(server, "authorization-mode").as_deref(), Some("Node,RBAC"));
    assert_eq!(
        text(server, "client-ca-file").as_deref(),
        Some("/var/lib/rancher/k3s/server/tls/client-ca.crt")
    );
    assert_eq!(text(server, "etcd-servers").as_deref(), Some("unix:///var/lib/rancher/k3s/server/kine.sock"));
    assert_eq!(text(server, "encryption-provider-config"), None);
    assert_eq!(
        text(one(&all, Component::KubeProxy), "metricsBindAddress").as_deref(),
        Some("127.0.0.1:10249")
    );
}

#[test]
fn what_is_configured_takes_the_place_of_its_own_or_is_added() {
    let all = all(&format!(
        "{PROCESS}files:
  /var/lib/rancher/k3s/server/db/etcd/config: {{kind: missing}}
  /etc/rancher/k3s/config.yaml:
    content: |
      secrets-encryption: true
      kube-apiserver-arg:
      - enable-admission-plugins+=EventRateLimit
      - anonymous-auth=true
      kube-controller-manager-arg: terminated-pod-gc-threshold=10
  /etc/rancher/k3s/config.yaml.d/90-more.yaml:
    content: |
      kube-apiserver-arg+: [audit-log-path=/var/log/audit.log]
  /etc/systemd/system/k3s.service:
    content: |
      [Service]
      ExecStart=/usr/local/bin/k3s \\
          server \\
      \t'--disable-scheduler' \\
      \t'--kube-proxy-arg=metrics-bind-address=0.0.0.0:10249' \\
"
    ));
    let server = one(&all, Component::KubeApiserver);
    assert_eq!(text(server, "enable-admission-plugins").as_deref(), Some("NodeRestriction,EventRateLimit"));
    let anonymous = server.get("anonymous-auth").unwrap();
    assert_eq!(anonymous.is_on(), Some(true));
    assert_eq!(anonymous.place.to_string(), "/etc/rancher/k3s/config.yaml:4");
    assert_eq!(text(server, "audit-log-path").as_deref(), Some("/var/log/audit.log"));
    assert_eq!(
        text(server, "encryption-provider-config").as_deref(),
        Some("/var/lib/rancher/k3s/server/cred/encryption-config.json")
    );
    let manager = one(&all, Component::KubeControllerManager);
    assert_eq!(text(manager, "terminated-pod-gc-threshold").as_deref(), Some("10"));
    assert!(!all.iter().any(|settings| settings.component() == Component::KubeScheduler));
    assert_eq!(text(one(&all, Component::KubeProxy), "metricsBindAddress").as_deref(), Some("0.0.0.0:10249"));
}

#[test]
fn etcd_in_the_process_has_a_file_of_its_own() {
    let all = all(&format!(
        "{PROCESS}files:
  /etc/rancher/k3s/config.yaml: {{kind: missing}}
  /usr/lib/systemd/system/k3s.service: {{content: ExecStart=k3s server}}
  /var/lib/rancher/k3s/server/db/etcd/config:
    content: |
      client-transport-security: {{cert-file: /c.crt, client-cert-auth: true}}
"
    ));
    let etcd = one(&all, Component::Etcd);
    assert_eq!(etcd.get("client-cert-auth").unwrap().is_on(), Some(true));
    assert_eq!(text(etcd, "cert-file").as_deref(), Some("/c.crt"));
    assert_eq!(
        text(one(&all, Component::KubeApiserver), "etcd-servers").as_deref(),
        Some("https://127.0.0.1:2379")
    );
}

/// Whether a flag of the API server is not known, and for lack of what.
fn missing(facts: &str, key: &str) -> String {
    let all = all(&format!("{PROCESS}{facts}"));
    let unsure = one(&all, Component::KubeApiserver).get(key).unwrap_err();
    assert!(unsure.message.contains(key) && !unsure.missing.is_empty(), "{unsure:?}");
    unsure.missing
}

#[test]
fn what_may_stand_where_nobody_looked_is_not_known() {
    let unit = "/etc/systemd/system/k3s.service";
    let config = "/etc/rancher/k3s/config.yaml";
    for (facts, names) in [
        ("", unit),
        ("files: {/etc/rancher/k3s/config.yaml: {kind: missing}}", unit),
        ("files: {/etc/systemd/system/k3s.service: {kind: unreadable, why: denied}}", unit),
        ("files: {/etc/systemd/system/k3s.service: {kind: missing}}", "the command line that k3s"),
        ("files: {/etc/systemd/system/k3s.service: {content: \"ExecStart=k3s server\"}}", config),
        (
            "files: {/etc/systemd/system/k3s.service: {content: \"EnvironmentFile=-/etc/default/%N\\nExecStart=k3s server\"}}",
            "/etc/default/k3s of",
        ),
        (
            "files: {/etc/systemd/system/k3s.service: {content: \"ExecStart=k3s server\"}, \
             /etc/systemd/system/k3s.service.d/a.conf: {kind: unreadable, why: denied}}",
            "/etc/systemd/system/k3s.service.d/a.conf",
        ),
    ] {
        // Its own values no more than the defaults.
        for key in ["anonymous-auth", "audit-log-path", "profiling", "etcd-cafile"] {
            let missing = missing(facts, key);
            assert!(missing.contains(names), "{key} of {facts}: {missing}");
        }
    }
    // Of the others too, and etcd may run.
    let all = all(PROCESS);
    for (component, key) in [
        (Component::KubeControllerManager, "profiling"),
        (Component::KubeScheduler, "bind-address"),
        (Component::KubeProxy, "metricsBindAddress"),
        (Component::Kubelet, "authentication.anonymous.enabled"),
        (Component::Etcd, "client-cert-auth"),
    ] {
        assert!(one(&all, component).get(key).is_err(), "{component} {key}");
    }
}

#[test]
fn what_stands_on_the_command_line_counts_whatever_the_files_say() {
    let all = all(&format!(
        "{PROCESS}files: {{/etc/systemd/system/k3s.service: {{content: \"ExecStart=/bin/k3s server --kube-apiserver-arg anonymous-auth=true\"}}}}"
    ));
    let server = one(&all, Component::KubeApiserver);
    assert_eq!(server.get("anonymous-auth").unwrap().is_on(), Some(true));
    assert!(server.get("profiling").is_err());
}

#[test]
fn variables_and_drop_ins_of_the_unit_count() {
    let all = all(&format!(
        "{PROCESS}files:
  /etc/rancher/k3s/config.yaml: {{kind: missing}}
  /etc/own.yaml: {{content: 'kube-apiserver-arg: [audit-log-path=/own]'}}
  /etc/sysconfig/k3s: {{kind: missing}}
  /etc/systemd/system/k3s.service:
    content: |
      [Service]
      EnvironmentFile=-/etc/sysconfig/%N
      EnvironmentFile=-/etc/systemd/system/k3s.service.env
      ExecStart=/usr/local/bin/k3s server --kube-apiserver-arg=profiling=true
  /etc/systemd/system/k3s.service.d/10-flags.conf:
    content: |
      [Service]
      ExecStart=
      ExecStart=/usr/local/bin/k3s server $MORE
  /etc/systemd/system/k3s.service.env:
    content: |
      K3S_CONFIG_FILE=/etc/own.yaml
      K3S_DATASTORE_ENDPOINT='https://10.0.0.1:2379'
      K3S_DATASTORE_CAFILE=/etc/own/ca.crt
      K3S_DATA_DIR=/srv/k3s
      MORE=--kube-apiserver-arg=request-timeout=5m --disable-scheduler
"
    ));
    let server = one(&all, Component::KubeApiserver);
    assert_eq!(text(server, "etcd-servers").as_deref(), Some("https://10.0.0.1:2379"));
    assert_eq!(text(server, "etcd-cafile").as_deref(), Some("/etc/own/ca.crt"));
    assert_eq!(text(server, "client-ca-file").as_deref(), Some("/srv/k3s/server/tls/client-ca.crt"));
    assert_eq!(text(server, "profiling").as_deref(), Some("false"));
    let timeout = server.get("request-timeout").unwrap();
    assert_eq!(timeout.text().as_deref(), Some("5m"));
    assert_eq!(timeout.place.to_string(), "/etc/systemd/system/k3s.service.env:5");
    // The command line takes the place of the file.
    assert_eq!(text(server, "audit-log-path"), None);
    assert!(!all.iter().any(|settings| settings.component() == Component::KubeScheduler));
    assert!(!all.iter().any(|settings| settings.component() == Component::Etcd));
}

#[test]
fn the_kubelet_is_configured_by_the_drop_ins_of_k3s() {
    let all = all(&format!(
        "{PROCESS}files:{PLAIN}  /var/lib/rancher/k3s/agent/etc/kubelet.conf.d: {{kind: directory, entries: [00-k3s-defaults.conf]}}
  /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf:
    content: |
      apiVersion: kubelet.config.k8s.io/v1beta1
      kind: KubeletConfiguration
      authentication: {{anonymous: {{enabled: false}}}}
      authorization: {{mode: Webhook}}
"
    ));
    let kubelet = one(&all, Component::Kubelet);
    assert_eq!(kubelet.get("authentication.anonymous.enabled").unwrap().is_on(), Some(false));
    assert_eq!(kubelet.get("readOnlyPort").unwrap().number(), Some(0.0));
}

#[test]
fn an_agent_has_no_control_plane() {
    let all = all("processes: [{pid: 4, program: k3s-agent, arguments: [/usr/local/bin/k3s agent]}]");
    let names: Vec<&str> = all.iter().map(|settings| settings.component().program()).collect();
    assert_eq!(names, ["kubelet", "kube-proxy"]);
}
