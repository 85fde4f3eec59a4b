use ironsides_tree::parse_one;

use crate::{Component, Host, Settings};

fn host(facts: &str) -> Host {
    let text = format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: a}}\n{facts}");
    Host::read(&parse_one(&text).unwrap()).unwrap()
}

fn kubelet(facts: &str) -> Settings {
    let all = Settings::of_host(&host(facts));
    all.into_iter().find(|settings| settings.component() == Component::Kubelet).unwrap()
}

/// Value, where it stands and what made it so.
fn said(settings: &Settings, key: &str) -> String {
    match settings.get(key) {
        Ok(setting) => {
            let value = setting.value.as_ref().map_or("nothing".to_owned(), super::shown);
            let rule = setting.rule.map(|rule| format!(" [{rule}]")).unwrap_or_default();
            format!("{value} at {}{rule}", setting.place)
        }
        Err(unsure) => format!("{} ({}) at {}", unsure.message, unsure.missing, unsure.place),
    }
}

const WITH_FILE: &str = r#"
processes:
- {pid: 1, program: kubelet, arguments: [kubelet, --kubeconfig=/k, --config=/c, --config-dir=/d, --hostname-override=x]}
files:
  /c: {content: "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 1\npodPidsLimit: 9\nsyncFrequency: 0s\n"}
  /d: {kind: directory, entries: [a.conf]}
  /d/a.conf: {content: "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 2\n"}
"#;

#[test]
fn flags_files_and_drop_ins() {
    let settings = kubelet(WITH_FILE);
    for (key, expected) in [
        ("readOnlyPort", "2 at /d/a.conf:3"),
        ("podPidsLimit", "9 at /c:4"),
        ("hostname-override", "x at kubelet (1) --hostname-override=x"),
        ("config", "/c at kubelet (1) --config=/c"),
        ("bootstrap-kubeconfig", "nothing at kubelet (1)"),
    ] {
        assert_eq!(said(&settings, key), expected);
    }
    let default = said(&settings, "authentication.anonymous.enabled");
    assert!(default.starts_with("false at kubelet (1) [the default"), "{default}");
    let zero = settings.get("syncFrequency").unwrap();
    assert_eq!(
        (zero.text().as_deref(), zero.is_given()),
        (Some("1m0s"), false),
        "a zero in a file is no value"
    );
    let gate = settings.get("featureGates.RotateKubeletServerCertificate").unwrap();
    assert_eq!((gate.is_on(), gate.is_given()), (Some(true), false));
    assert_eq!(settings.get("readOnlyPort").unwrap().overruled.len(), 1);
}

#[test]
fn a_file_that_nobody_looked_at_leaves_open_what_no_flag_says() {
    let facts =
        "processes: [{pid: 1, program: kubelet, arguments: [kubelet, --config=/c, --read-only-port=0]}]";
    let settings = kubelet(facts);
    assert_eq!(said(&settings, "readOnlyPort"), "0 at kubelet (1) --read-only-port=0");
    let open = settings.get("podPidsLimit").unwrap_err();
    assert!(open.missing.contains("/c"), "{open:?}");
    assert_eq!(said(&settings, "config"), "/c at kubelet (1) --config=/c");
}

#[test]
fn what_the_kubelet_answers_is_what_holds() {
    let facts = "
processes: [{pid: 1, program: kubelet, arguments: [kubelet, --kubeconfig=/k, --config=/c, --seccomp-default]}]
configz: {authentication: {anonymous: {enabled: true}}, seccompDefault: false, tlsCertFile: /var/lib/kubelet/pki/kubelet.crt}
";
    let settings = kubelet(facts);
    for (key, expected) in [
        ("authentication.anonymous.enabled", "true at GET /configz"),
        // Left out is zero.
        ("readOnlyPort", "0 at GET /configz"),
        ("rotateCertificates", "false at GET /configz"),
        // What the answer does not tell.
        ("seccompDefault", "true at kubelet (1) --seccomp-default"),
        (
            "tlsCertFile",
            "nothing at GET /configz [the pair that the kubelet signs itself where none is given]",
        ),
        ("hostname-override", "nothing at kubelet (1)"),
    ] {
        assert_eq!(said(&settings, key), expected, "{key}");
    }
    // Where files say the same, they are shown.
    let both = format!("{WITH_FILE}configz: {{readOnlyPort: 2, podPidsLimit: 10}}\n");
    let settings = kubelet(&both);
    assert_eq!(said(&settings, "readOnlyPort"), "2 at /d/a.conf:3");
    assert_eq!(said(&settings, "podPidsLimit"), "10 at GET /configz");
    assert_eq!(settings.get("podPidsLimit").unwrap().overruled[0].0, "9");
    // An answer alone.
    let alone = kubelet("configz: {readOnlyPort: 10255}");
    assert_eq!(said(&alone, "readOnlyPort"), "10255 at GET /configz");
    assert!(alone.get("hostname-override").is_err());
    // What is empty is left out of it; gates that nobody set are, too, and have defaults by version.
    assert_eq!(said(&alone, "tlsCipherSuites"), "nothing at GET /configz");
    assert!(alone.get("featureGates.RotateKubeletServerCertificate").is_err());
}

#[test]
fn a_kubelet_of_another_version_that_runs_is_read_all_the_same() {
    let facts = r#"
processes: [{pid: 1, program: kubelet, arguments: [kubelet, --kubeconfig=/k, --config=/c, --from-the-future=1]}]
files: {/c: {content: "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: 1\n"}}
"#;
    let settings = kubelet(facts);
    assert_eq!(said(&settings, "readOnlyPort"), "1 at /c:3");
    let (minor, why) = settings.refusal().unwrap();
    assert!(minor == 36 && why.contains("from-the-future"), "{minor} {why}");
    let default = said(&settings, "authentication.anonymous.enabled");
    assert!(default.starts_with("false at kubelet (1) [the default of a configuration file"), "{default}");
    let gate = settings.get("featureGates.RotateKubeletServerCertificate").unwrap();
    assert_eq!(gate.is_on(), Some(true));
    let later = kubelet(&facts.replace("v1beta1", "v9"));
    let unknown = said(&later, "readOnlyPort");
    assert!(
        unknown.contains("/c in a version that is known: its apiVersion is kubelet.config.k8s.io/v9"),
        "{unknown}"
    );
}

#[test]
fn what_is_filled_in_later_is_not_known() {
    let pod = parse_one(
        "{spec: {containers: [{name: a, image: a, command: [kubelet, --read-only-port=0, $(FLAGS)]}]}}",
    )
    .unwrap();
    let at = ironsides_tree::Cursor::root(&pod).get("spec").get("containers").items().next().unwrap();
    let container = ironsides_core::Container { kind: ironsides_core::ContainerKind::Regular, at };
    let settings = Settings::of_container(&container).into_iter().next().unwrap();
    // What is filled in may be the same flag once more, and the last counts.
    assert!(settings.get("readOnlyPort").is_err());
    assert!(settings.get("podPidsLimit").is_err());
}

#[test]
fn what_is_no_configuration_is_no_answer() {
    let file = r#"
processes: [{pid: 1, program: kubelet, arguments: [kubelet, --kubeconfig=/k, --config=/c]}]
files: {/c: {content: "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: 10255\n"}}
"#;
    for answer in [
        "{}",
        "null",
        "[]",
        "garbage",
        "{kubeletconfig: null}",
        "{kubeletconfig: {}}",
        "{kind: Status, apiVersion: v1, status: Failure}",
        "{error: Forbidden}",
    ] {
        let settings = kubelet(&format!("{file}configz: {answer}\n"));
        assert_eq!(said(&settings, "readOnlyPort"), "10255 at /c:3", "{answer}");
    }
    let real =
        kubelet(&format!("{file}configz: {{kubeletconfig: {{kind: KubeletConfiguration, port: 10250}}}}\n"));
    assert_eq!(said(&real, "readOnlyPort"), "0 at GET /configz");
}

#[test]
fn a_command_line_that_is_not_whole_tells_no_flag() {
    for process in [
        "arguments: [kubelet, --read-only-port=0], truncated: true",
        "arguments: []",
        "arguments: [sh, -c, exec kubelet --read-only-port=0]",
        "arguments: [kubelet --read-only-port=0]",
        "arguments: ['[kubelet]']",
        "arguments: [/lib/ld.so, /usr/bin/kubelet, --read-only-port=0]",
    ] {
        let settings = kubelet(&format!("processes: [{{pid: 1, program: kubelet, {process}}}]"));
        for key in ["readOnlyPort", "podPidsLimit", "hostname-override", "seccompDefault"] {
            assert!(settings.get(key).is_err(), "{key}: {process}");
        }
        assert!(settings.refusal().is_none(), "{process}");
    }
}
