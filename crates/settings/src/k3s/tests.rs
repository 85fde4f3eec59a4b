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

#[test]
fn a_server_has_all_components_with_its_own_flags() {
    let all = all(&format!("{PROCESS}files: {{/etc/rancher/k3s/config.yaml: {{kind: missing}}}}"));
    let names: Vec<&str> = all.iter().map(|settings| settings.component().program()).collect();
    assert_eq!(names, ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"]);
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

#[test]
fn a_configuration_that_nobody_looked_at_hides_what_is_not_given() {
    let all = all(PROCESS);
    assert!(one(&all, Component::KubeApiserver).get("audit-log-path").is_err());
}

#[test]
fn an_agent_has_no_control_plane() {
    let all = all("processes: [{pid: 4, program: k3s-agent, arguments: [/usr/local/bin/k3s agent]}]");
    let names: Vec<&str> = all.iter().map(|settings| settings.component().program()).collect();
    assert_eq!(names, ["kube-proxy"]);
}
