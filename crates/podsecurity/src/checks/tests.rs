//! What the recordings of real servers cannot show: places at fault, containers added for debugging, user
//! namespaces, and versions that no recording has.

use ironsides_core::{Object, Origin, Pod, PodTemplates};
use ironsides_tree::{Lines, parse_one};

use crate::check::Check;
use crate::facts::PodFacts;
use crate::level::Level;
use crate::policy::LevelVersion;
use crate::version::Version;
use crate::violation::{Violation, details};
use crate::{evaluate, labels};

/// Judges the pod in a YAML text.
fn judged<T>(yaml: &str, use_facts: impl FnOnce(&PodFacts<'_>) -> T) -> T {
    let object = Object::new(parse_one(yaml).unwrap(), Origin::Api { request: "a test".into() }, Vec::new());
    let templates = PodTemplates::default();
    let facts = PodFacts::of(&Pod::of(&object, &templates).unwrap());
    use_facts(&facts)
}

/// A pod whose spec this is, with one container `app` that satisfies the restricted level unless it has others.
fn pod(spec: &str) -> String {
    let mut lines: String = spec.trim().lines().flat_map(|line| ["  ", line, "\n"]).collect();
    if !spec.contains("containers:") || spec.contains("ephemeralContainers:") {
        lines += "  containers:\n  - {name: app, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}\n";
    }
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n{lines}")
}

const SAFE: &str = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n";

fn told(yaml: &str, level: Level, minor: u64) -> String {
    judged(yaml, |facts| {
        assert!(facts.malformed().is_empty(), "{:?}", facts.malformed());
        details(&evaluate(facts, LevelVersion::new(level, Version::V(minor))))
    })
}

/// The paths at fault and the lines they point at.
fn places(yaml: &str, level: Level, minor: u64) -> Vec<(String, u32)> {
    let lines = Lines::new(yaml);
    judged(yaml, |facts| {
        let found = evaluate(facts, LevelVersion::new(level, Version::V(minor)));
        let all = found.iter().flat_map(|violation: &Violation<'_>| &violation.places);
        all.map(|at| (at.path().to_string(), lines.position(yaml, at.mark().start).line)).collect()
    })
}

#[test]
fn containers_added_for_debugging_count_like_any_other() {
    let yaml = pod(&format!(
        "{SAFE}initContainers:\n- {{name: setup, securityContext: {{privileged: true}}}}\nephemeralContainers:\n- name: debug\n  securityContext: {{privileged: true}}\n"
    ));
    assert_eq!(
        told(&yaml, Level::Baseline, 32),
        r#"privileged (containers "setup", "debug" must not set securityContext.privileged=true)"#
    );
    assert!(told(&yaml, Level::Restricted, 32).contains(r#"containers "setup", "debug" must set"#));
    let expected = "spec.ephemeralContainers[0].securityContext.privileged".to_owned();
    assert_eq!(places(&yaml, Level::Baseline, 32)[1], (expected, 10));
}

#[test]
fn user_namespaces_relax_three_checks_from_35_on() {
    let yaml = pod(
        "hostUsers: false\nsecurityContext: {runAsUser: 0, runAsNonRoot: false, seccompProfile: {type: Localhost}}\ncontainers:\n- name: app\n  securityContext: {procMount: Unmasked, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}",
    );
    let masked = r#"procMount (container "app" must not set securityContext.procMount to "Unmasked")"#;
    let users = "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)";
    assert_eq!(told(&yaml, Level::Baseline, 34), masked);
    assert_eq!(told(&yaml, Level::Baseline, 35), "");
    assert_eq!(told(&yaml, Level::Restricted, 34), format!("{masked}, {users}"));
    assert_eq!(
        told(&yaml, Level::Restricted, 35),
        masked,
        "the restricted level is not relaxed for procMount"
    );
    let shared = yaml.replace("hostUsers: false", "hostUsers: true");
    assert_eq!(told(&shared, Level::Restricted, 37), format!("{masked}, {users}"));
    assert_eq!(told(&shared, Level::Baseline, 37), masked);
}

#[test]
fn hosts_of_probes_and_hooks_count_from_34_on() {
    let yaml = pod(&format!(
        "{SAFE}containers:
- name: b
  livenessProbe: {{httpGet: {{port: 80, host: '::1'}}}}
  startupProbe: {{grpc: {{port: 1}}}}
  lifecycle:
    postStart: {{tcpSocket: {{port: 1, host: 127.0.0.1}}}}
    preStop: {{exec: {{command: [a]}}}}
- name: a
  readinessProbe: {{tcpSocket: {{port: 80, host: localhost}}}}
- name: c
  readinessProbe: {{httpGet: {{port: 80, host: '', httpHeaders: [{{name: Host, value: h}}]}}}}
- name: b
  readinessProbe: {{httpGet: {{port: 80, host: localhost}}}}"
    ));
    assert_eq!(told(&yaml, Level::Baseline, 33), "");
    let words = r#"probe or lifecycle host (containers "a", "b" use probe or lifecycle hosts "127.0.0.1", "::1", "localhost")"#;
    assert_eq!(told(&yaml, Level::Baseline, 34), words);
    assert!(told(&yaml, Level::Restricted, 37).starts_with(words));
    let found = places(&yaml, Level::Baseline, 37);
    assert_eq!(found[0].0, "spec.containers[0].livenessProbe.httpGet.host");
    assert_eq!(
        (found[1].0.as_str(), found[1].1),
        ("spec.containers[0].lifecycle.postStart.tcpSocket.host", 11)
    );
    let one = pod(&format!("{SAFE}containers:\n- {{name: a, livenessProbe: {{httpGet: {{host: h}}}}}}"));
    let words = r#"probe or lifecycle host (container "a" uses probe or lifecycle host "h")"#;
    assert_eq!(told(&one, Level::Baseline, 36), words);
}

#[test]
fn sysctls_become_allowed_one_version_after_another() {
    let yaml = pod(
        "securityContext:\n  sysctls:\n  - name: net.ipv4.tcp_notsent_lowat\n  - name: net.ipv4.tcp_rmem\n  - name: net.ipv4.ip_local_reserved_ports\n  - name: net.ipv4.tcp_fin_timeout\n  - name: kernel.sem\n  - name: kernel.sem\n  - name: kernel/shm_rmid_forced",
    );
    let names = |minor| told(&yaml, Level::Baseline, minor).replace("net.ipv4.", "");
    let always = "kernel.sem, kernel.sem, kernel/shm_rmid_forced)";
    assert_eq!(
        names(26),
        format!(
            "forbidden sysctls (tcp_notsent_lowat, tcp_rmem, ip_local_reserved_ports, tcp_fin_timeout, {always}"
        )
    );
    assert_eq!(
        names(28),
        format!("forbidden sysctls (tcp_notsent_lowat, tcp_rmem, tcp_fin_timeout, {always}")
    );
    assert_eq!(names(31), format!("forbidden sysctls (tcp_notsent_lowat, tcp_rmem, {always}"));
    assert_eq!(names(36), format!("forbidden sysctls (tcp_notsent_lowat, {always}"));
    assert_eq!(names(37), format!("forbidden sysctls ({always}"));
    assert_eq!(places(&yaml, Level::Baseline, 37)[1], ("spec.securityContext.sysctls[5].name".into(), 12));
}

#[test]
fn engines_may_have_their_selinux_type_from_31_on() {
    let yaml = pod("securityContext: {seLinuxOptions: {type: container_engine_t, level: s0}}");
    let words =
        r#"seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "container_engine_t")"#;
    assert_eq!(told(&yaml, Level::Baseline, 30), words);
    assert_eq!(told(&yaml, Level::Baseline, 31), "");
    let role = pod("securityContext: {seLinuxOptions: {role: r}}");
    assert!(told(&role, Level::Baseline, 37).ends_with("seLinuxOptions: role may not be set)"));
}

#[test]
fn windows_pods_need_no_linux_fields_from_25_on() {
    let yaml = pod("os: {name: windows}\nsecurityContext: {runAsNonRoot: true}\ncontainers: [{name: app}]");
    for (minor, ids) in [(24, 3), (25, 0), (37, 0)] {
        let policy = LevelVersion::new(Level::Restricted, Version::V(minor));
        assert_eq!(judged(&yaml, |facts| evaluate(facts, policy).len()), ids, "1.{minor}");
    }
    let users = pod("os: {name: windows}\ncontainers: [{name: app}]");
    assert!(told(&users, Level::Restricted, 37).starts_with("runAsNonRoot != true"));
}

#[test]
fn volumes_are_told_by_kind() {
    let yaml = pod(&format!(
        "{SAFE}volumes:\n- {{name: a}}\n- {{name: b, image: {{}}}}\n- {{name: c, csi: {{}}, nfs: null}}\n- {{name: d, ephemeral: {{}}}}\n- {{name: e, nfs: {{}}}}\n- {{name: f, invented: {{}}}}\n- {{name: g, hostPath: {{path: /}}}}\n"
    ));
    assert_eq!(told(&yaml, Level::Baseline, 37), r#"hostPath volumes (volume "g")"#);
    assert_eq!(
        told(&yaml, Level::Restricted, 37),
        r#"restricted volume types (volumes "e", "f", "g" use restricted volume types "hostPath", "nfs", "unknown")"#
    );
    let found = places(&yaml, Level::Restricted, 37);
    assert_eq!(found.last(), Some(&("spec.volumes[6].hostPath".to_owned(), 13)));
}

#[test]
fn seccomp_moves_from_annotations_to_fields() {
    let yaml = "
apiVersion: v1
kind: Pod
metadata:
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: unconfined
    container.seccomp.security.alpha.kubernetes.io/app: a\"b
    container.seccomp.security.alpha.kubernetes.io/ghost: unconfined
spec:
  containers: [{name: app, securityContext: {seccompProfile: {}}}]
";
    let notes = r#"seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/app="a\"b", seccomp.security.alpha.kubernetes.io/pod="unconfined")"#;
    assert_eq!(told(yaml, Level::Baseline, 18), notes);
    let field = r#"seccompProfile (container "app" must not set securityContext.seccompProfile.type to "")"#;
    assert_eq!(told(yaml, Level::Baseline, 19), field);
    let path = "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]";
    assert_eq!(places(yaml, Level::Baseline, 0)[0], (path.to_owned(), 6));
}

#[test]
fn an_annotation_fills_the_field_of_a_pod_but_not_of_a_template() {
    let annotations = "annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}";
    let yaml = pod("hostNetwork: true\ncontainers: [{name: app, ports: [{containerPort: 80}, {containerPort: 8, hostPort: 9}]}]")
        .replace("name: p", &format!("name: p, {annotations}"));
    let key = "container.apparmor.security.beta.kubernetes.io/app=\"unconfined\"";
    assert_eq!(
        told(&yaml, Level::Baseline, 37),
        format!(
            "forbidden AppArmor profiles (container \"app\" and annotation must not set AppArmor profile type to \"Unconfined\", \"{key}\"), host namespaces (hostNetwork=true), hostPort (container \"app\" uses hostPorts 80, 9)"
        )
    );
    let paths: Vec<String> = places(&yaml, Level::Baseline, 37).into_iter().map(|(path, _)| path).collect();
    let annotation = "metadata.annotations[container.apparmor.security.beta.kubernetes.io/app]";
    let port = "spec.containers[0].ports[0].containerPort";
    assert_eq!(paths, [annotation, "spec.hostNetwork", port, "spec.containers[0].ports[1].hostPort"]);
    let inner = yaml.split_once("metadata").unwrap().1.replace('\n', "\n    ");
    let template = format!("apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    metadata{inner}");
    assert_eq!(
        told(&template, Level::Baseline, 37),
        format!(
            "forbidden AppArmor profile (annotation must not set AppArmor profile type to \"{key}\"), host namespaces (hostNetwork=true), hostPort (container \"app\" uses hostPort 9)"
        )
    );
    assert!(places(&template, Level::Baseline, 37)[0].0.starts_with("spec.template.metadata.annotations["));
}

#[test]
fn absent_fields_are_pointed_at_where_they_should_stand() {
    let yaml = pod("containers:\n- name: app\n- name: other\n  securityContext:\n    runAsNonRoot: true");
    let found = places(&yaml, Level::Restricted, 21);
    assert_eq!(found[0], ("spec.containers[0].securityContext.allowPrivilegeEscalation".into(), 6));
    assert_eq!(found[1], ("spec.containers[1].securityContext.allowPrivilegeEscalation".into(), 8));
}

#[test]
fn what_no_server_takes_is_told_and_never_passes_silently() {
    let yaml = pod(
        "hostNetwork: 'true'\nvolumes: [{name: v, hostPath: /}, 3]\nsecurityContext: {runAsUser: '0', seccompProfile: []}\ncontainers:\n- name: 7\n  securityContext: {privileged: 1, capabilities: {add: [1]}}\n  ports: [{hostPort: 99999999999}]\n",
    );
    let paths =
        judged(&yaml, |facts| facts.malformed().iter().map(|at| at.path().to_string()).collect::<Vec<_>>());
    assert_eq!(
        paths,
        [
            "spec.hostNetwork",
            "spec.securityContext.runAsUser",
            "spec.securityContext.seccompProfile",
            "spec.volumes[1]",
            "spec.volumes[0].hostPath",
            "spec.containers[0].name",
            "spec.containers[0].securityContext.privileged",
            "spec.containers[0].securityContext.capabilities.add",
            "spec.containers[0].ports[0].hostPort",
        ]
    );
    for (odd, path) in [
        ("apiVersion: v1\nkind: Pod", "spec.containers"),
        ("apiVersion: v1\nkind: Pod\nspec: [1]", "spec"),
        ("apiVersion: v1\nkind: Pod\nspec: {containers: [null]}", "spec.containers"),
        ("apiVersion: v1\nkind: Pod\nmetadata: 3\nspec: {containers: [{name: a}]}", "metadata"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: 1}}\nspec: {containers: [{name: a}]}",
            "metadata.annotations.a",
        ),
    ] {
        assert_eq!(judged(odd, |facts| facts.malformed()[0].path().to_string()), path, "{odd}");
    }
}

#[test]
fn nothing_is_a_violation_at_the_privileged_level() {
    let yaml = pod("hostPID: true");
    assert_eq!(told(&yaml, Level::Privileged, 37), "");
    assert_eq!(Check::HostNamespaces.id(), "hostNamespaces");
    assert!(labels::ENFORCE.starts_with(labels::PREFIX));
}
