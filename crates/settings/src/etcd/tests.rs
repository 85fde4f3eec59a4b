//! Flags over variables, and a file over both.

use crate::{Component, Host, Settings};

fn etcd(facts: &str) -> Settings {
    let text = format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: node-1}}\n{facts}");
    let host = Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap();
    let mut all = Settings::of_host(&host);
    all.retain(|settings| settings.component() == Component::Etcd);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn text(etcd: &Settings, key: &str) -> Option<String> {
    etcd.get(key).unwrap().text().map(std::borrow::Cow::into_owned)
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_default() {
    let etcd = etcd(
        "processes:
- pid: 7
  program: etcd
  arguments: [etcd, -cert-file=/a.crt]
  environment: {ETCD_CERT_FILE: /b.crt, ETCD_KEY_FILE: /b.key, ETCD_AUTO_TLS: ''}",
    );
    let cert = etcd.get("cert-file").unwrap();
    assert_eq!(cert.text().as_deref(), Some("/a.crt"));
    assert_eq!(cert.overruled.len(), 1);
    assert_eq!(cert.overruled[0].0, "/b.crt");
    let key = etcd.get("key-file").unwrap();
    assert_eq!(key.text().as_deref(), Some("/b.key"));
    assert!(key.is_given());
    assert_eq!(key.place.to_string(), "etcd (7) $ETCD_KEY_FILE");
    assert_eq!(etcd.get("auto-tls").unwrap().is_on(), Some(false));
}

#[test]
fn a_file_makes_flags_and_variables_of_no_account() {
    let etcd = etcd(
        "processes:
- pid: 7
  program: etcd
  arguments: [etcd, --config-file, /etc/etcd.yaml, --client-cert-auth, --listen-client-urls=http://0.0.0.0:2379]
  environment: {ETCD_PEER_AUTO_TLS: 'true'}
files:
  /etc/etcd.yaml:
    content: |
      name: a
      listen-client-urls: https://10.0.0.1:2379
      client-transport-security:
        client-cert-auth: false
        trusted-ca-file: /ca.crt
      peer-transport-security: {client-cert-auth: true, cert-file: /p.crt}
      snapshot-count: 500
",
    );
    assert_eq!(etcd.get("client-cert-auth").unwrap().is_on(), Some(false));
    assert_eq!(etcd.get("client-cert-auth").unwrap().place.to_string(), "/etc/etcd.yaml:4");
    assert_eq!(text(&etcd, "trusted-ca-file").as_deref(), Some("/ca.crt"));
    assert_eq!(etcd.get("peer-client-cert-auth").unwrap().is_on(), Some(true));
    assert_eq!(text(&etcd, "peer-cert-file").as_deref(), Some("/p.crt"));
    assert_eq!(text(&etcd, "listen-client-urls").as_deref(), Some("https://10.0.0.1:2379"));
    assert_eq!(etcd.get("peer-auto-tls").unwrap().is_on(), Some(false));
    assert_eq!(text(&etcd, "snapshot-count").as_deref(), Some("500"));
    assert_eq!(text(&etcd, "max-wals").as_deref(), Some("5"));
}

#[test]
fn a_file_that_nobody_looked_at_leaves_everything_open() {
    let of_flag =
        etcd("processes: [{pid: 7, program: etcd, arguments: [etcd, --config-file=/etc/etcd.yaml]}]");
    let unsure = of_flag.get("cert-file").unwrap_err();
    assert_eq!(unsure.message, "/etc/etcd.yaml holds the settings of etcd, and nobody looked at it");
    let of_variable = etcd(
        "processes: [{pid: 7, program: etcd, arguments: [etcd], environment: {ETCD_CONFIG_FILE: /e.yaml}}]
files: {/e.yaml: {kind: unreadable, why: it is another user's}}",
    );
    let unsure = of_variable.get("cert-file").unwrap_err();
    assert_eq!(unsure.message, "/e.yaml holds the settings of etcd: it is another user's");
}

#[test]
fn a_process_is_what_its_program_is_whatever_its_first_word_says() {
    let etcd = etcd("processes: [{pid: 7, program: etcd, arguments: [kube-proxy, --data-dir=/a]}]");
    assert_eq!(text(&etcd, "data-dir").as_deref(), Some("/a"));
}

#[test]
fn an_environment_that_is_not_known_may_give_what_no_flag_does() {
    let unread = "processes:
- {pid: 7, program: etcd, arguments: [etcd, --cert-file=/a.crt], environmentUnreadable: true}";
    let elsewhere = r#"files: {/etc/kubernetes/manifests/etcd.yaml: {content: "{kind: Pod, spec: {containers: [{name: etcd,
  command: [etcd, --cert-file=/a.crt], envFrom: [{configMapRef: {name: x}}]}]}}"}}"#;
    for facts in [unread, elsewhere] {
        let etcd = etcd(facts);
        assert_eq!(text(&etcd, "cert-file").as_deref(), Some("/a.crt"));
        assert!(etcd.get("auto-tls").is_err(), "{facts}");
        assert!(etcd.get("trusted-ca-file").is_err(), "{facts}");
    }
}

#[test]
fn keys_of_a_section_do_not_count_at_the_top_of_a_file() {
    let etcd = etcd(
        "processes: [{pid: 7, program: etcd, arguments: [etcd, --config-file=/e.yaml]}]
files: {/e.yaml: {content: '{cert-file: /a, client-cert-auth: true, peer-trusted-ca-file: /b, auto-tls: true}'}}",
    );
    assert_eq!(text(&etcd, "cert-file"), None);
    assert_eq!(text(&etcd, "peer-trusted-ca-file"), None);
    assert_eq!(etcd.get("client-cert-auth").unwrap().is_on(), Some(false));
    assert_eq!(etcd.get("auto-tls").unwrap().is_on(), Some(false));
}
