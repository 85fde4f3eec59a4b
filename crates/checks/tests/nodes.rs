//! What a node's facts do not show to be well is not passed: files that the API server refuses, paths that are relative, and
//! folders that nobody could read.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::Arc;

use ironsides_checks::{Judge, Options};
use ironsides_core::{Finding, Object, Origin, Verdict};
use ironsides_tree::{Documents, Limits};

/// What a check says of facts: `fail`, `unknown`, or nothing where it passes or does not apply.
fn said(id: &str, facts: &str) -> Vec<&'static str> {
    let text =
        format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: node-1}}\n{facts}\n");
    let judge = Judge::new(Options { only: vec![id.into()], ..Options::default() });
    let source: Arc<str> = Arc::from(text.as_str());
    let (mut findings, mut counts): (Vec<Finding>, _) = (Vec::new(), judge.counts());
    for document in Documents::new(&text, Limits::default()) {
        let document = document.unwrap();
        let origin = Origin::File { path: Arc::from("facts.yaml"), text: Arc::clone(&source) };
        let object = Object::new(document.root, origin, document.remarks);
        judge.object(&object, &mut findings, &mut counts);
    }
    let word = |finding: &Finding| match finding.verdict {
        Verdict::Fail => "fail",
        Verdict::Unknown { .. } => "unknown",
        _ => "other",
    };
    let mut said: Vec<&str> = findings.iter().map(word).collect();
    said.sort_unstable();
    said.dedup();
    said
}

/// An API server with a flag that names a file, and the file's text on one line.
fn server(flag: &str, text: &str) -> String {
    format!(
        "processes: [{{pid: 1, program: kube-apiserver, arguments: [kube-apiserver, --audit-log-path=/a, \
         --{flag}=/f]}}]\nfiles: {{/f: {{kind: file, content: {}}}}}",
        serde_json::to_string(text).unwrap()
    )
}

fn own(kind: &str, rest: &str) -> String {
    format!("{{apiVersion: apiserver.config.k8s.io/v1, kind: {kind}, {rest}}}")
}

#[test]
fn an_encryption_that_the_server_refuses_is_none() {
    let encryption = |providers: &str| {
        let text = format!("resources: [{{resources: [secrets], providers: {providers}}}]");
        server("encryption-provider-config", &own("EncryptionConfiguration", &text))
    };
    let nothing: [&str; 0] = [];
    for (providers, expected) in [
        ("[{secretbox: {keys: [{name: a, secret: x}]}}, {identity: {}}]", &nothing[..]),
        ("[{aescbc: null, identity: {}}]", &["fail"]),
        ("[{secretbox: {keys: []}}]", &["fail"]),
        ("[{secretbox: }]", &["fail"]),
        ("[{kms: {apiVersion: v2, name: a}, identity: {}}]", &["fail"]),
    ] {
        assert_eq!(said("apiserver-secrets-unencrypted", &encryption(providers)), expected, "{providers}");
    }
    for text in ["", "{kind: Foo}", &own("EncryptionConfiguration", "resources: []")] {
        let facts = server("encryption-provider-config", text);
        assert_eq!(said("apiserver-encryption-unset", &facts), ["fail"], "{text}");
        assert_eq!(said("apiserver-secrets-unencrypted", &facts), ["fail"], "{text}");
    }
}

#[test]
fn structured_files_that_the_server_refuses_pass_nothing() {
    for text in [
        "{kind: Foo, anonymous: {enabled: false}}".to_owned(),
        String::new(),
        own("AuthenticationConfiguration", "anonymous: {enabled: 'true'}"),
        own("AuthenticationConfiguration", "anonymous: [1]"),
        own("AuthenticationConfiguration", "anonymous: null"),
        own("AuthenticationConfiguration", "anonymous: {enabled: true, conditions: {path: /livez}}"),
    ] {
        let facts = server("authentication-config", &text);
        let facts = facts.replace("--audit-log-path=/a", "'--authorization-mode=Node,RBAC'");
        assert_eq!(said("apiserver-anonymous-auth", &facts), ["fail"], "{text}");
    }
    let off =
        server("authentication-config", &own("AuthenticationConfiguration", "anonymous: {enabled: false}"));
    assert!(said("apiserver-anonymous-auth", &off).is_empty());
    for text in [
        "{kind: Foo, authorizers: [{type: Node}, {type: RBAC}]}".to_owned(),
        own("AuthorizationConfiguration", "authorizers: {type: Node}"),
        own("AuthorizationConfiguration", "authorizers: [{type: node}, {type: RBAC}]"),
    ] {
        let facts = server("authorization-config", &text);
        for id in ["apiserver-always-allow", "apiserver-rbac-authorizer-missing"] {
            assert_eq!(said(id, &facts), ["fail"], "{text}");
        }
    }
    let case = "processes: [{pid: 1, program: kube-apiserver, arguments: [kube-apiserver, \
                '--authorization-mode=alwaysallow,Node,RBAC']}]";
    assert_eq!(said("apiserver-always-allow", case), ["fail"]);
}

#[test]
fn an_audit_policy_is_one_that_is_there_and_keeps_secrets_out() {
    let policy = |rules: &str| {
        server("audit-policy-file", &format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {rules}\n"))
    };
    let bodies =
        "[{level: RequestResponse, resources: [{group: '', resources: [secrets]}]}, {level: Metadata}]";
    let nothing: [&str; 0] = [];
    assert_eq!(said("apiserver-audit-policy-gaps", &policy("[{level: Metadata}]")), nothing);
    assert_eq!(said("audit-policy-file-records-bodies", &policy(bodies)), ["fail"]);
    assert!(said("audit-policy-file-unset", &policy(bodies)).is_empty());
    let missing = "processes: [{pid: 1, program: kube-apiserver, arguments: [kube-apiserver, \
                   --audit-policy-file=/f]}]\nfiles: {/f: {kind: missing}}";
    assert_eq!(said("audit-policy-file-unset", missing), ["unknown"]);
    for (age, expected) in [("30", None), ("30.5", Some("fail")), ("1e9", Some("fail"))] {
        let facts = format!(
            "processes: [{{pid: 1, program: kube-apiserver, arguments: [kube-apiserver, --audit-log-path=/a, \
             --audit-log-maxage={age}]}}]"
        );
        assert_eq!(said("short-audit-log-age", &facts).first().copied(), expected, "{age}");
    }
}

#[test]
fn files_are_judged_where_they_lie_and_folders_that_nobody_read_are_not_known() {
    let of = |process: &str, files: &str| format!("processes: [{{pid: 1, {process}}}]\nfiles: {{{files}}}");
    let relative = of(
        "program: kube-scheduler, directory: /srv, arguments: [kube-scheduler, --kubeconfig=sched.conf]",
        "/srv/sched.conf: {kind: file, mode: '0644'}, /etc/kubernetes/scheduler.conf: {kind: missing}",
    );
    assert_eq!(said("scheduler-kubeconfig-readable", &relative), ["fail"]);
    let by_file = of(
        "program: kube-scheduler, arguments: [kube-scheduler, --config=/s.yaml]",
        "/s.yaml: {kind: file, content: 'clientConnection: {kubeconfig: /srv/sched.conf}'}, \
         /srv/sched.conf: {kind: file, mode: '0644'}, /etc/kubernetes/scheduler.conf: {kind: missing}",
    );
    assert_eq!(said("scheduler-kubeconfig-readable", &by_file), ["fail"]);
    let data = of(
        "program: etcd, directory: /home/x, arguments: [etcd, --data-dir=default.etcd]",
        "/home/x/default.etcd: {kind: directory, mode: '0755'}, /var/lib/etcd: {kind: missing}",
    );
    assert_eq!(said("etcd-data-readable", &data), ["fail"]);
    let drop_ins = of(
        "program: kubelet, arguments: [kubelet, --kubeconfig=/k, --config=/c, --config-dir=/d]",
        "/c: {kind: file, mode: '0600'}",
    );
    assert_eq!(said("kubelet-configuration-readable", &drop_ins), ["unknown"]);
    let pki = "files: {/etc/kubernetes/pki: {kind: directory, uid: 0, gid: 0, mode: '0755'}, \
               /etc/kubernetes/pki/ca.key: {kind: file, mode: '0600', uid: 0, gid: 0}}";
    for id in ["pki-key-readable", "pki-foreign-owner"] {
        assert!(said(id, pki).is_empty(), "{id}");
        let gap = format!("{pki}\ngaps: [{{what: /etc/kubernetes/pki, why: EACCES}}]");
        assert_eq!(said(id, &gap), ["unknown"], "{id}");
    }
}

#[test]
fn what_a_process_that_nobody_may_look_into_sees_is_not_known() {
    let facts = |unreadable: bool, gaps: &str| {
        format!(
            "processes: [{{pid: 1, program: kubelet, environmentUnreadable: {unreadable}, \
             arguments: [kubelet, --config=/c, --kubeconfig=/k]}}]\n\
             files: {{/c: {{kind: missing}}, /k: {{kind: missing}}, /etc/cni/net.d: {{kind: directory}}}}\n{gaps}"
        )
    };
    let gap = "gaps: [{what: processes, why: the kernel does not let us look into kubelet (1)}]";
    for check in
        ["kubelet-configuration-readable", "kubelet-kubeconfig-foreign-owner", "cni-configuration-readable"]
    {
        assert_eq!(said(check, &facts(true, gap)), ["unknown"], "{check}");
        assert!(said(check, &facts(false, "")).is_empty(), "{check}");
    }
}
