use ironsides_core::ContainerKind;
use ironsides_tree::parse_one;

use super::*;
use crate::command_line::Value;
use crate::component::FlagType;

/// What the flags of a container are: `name=value`, `name=?` for one that is filled in later; `hidden` where a word may
/// stand for more. `None` where it does not start the API server.
fn read(container: &str) -> Option<String> {
    let root = parse_one(container).unwrap();
    let container = Container { kind: ContainerKind::Regular, at: Cursor::root(&root) };
    let line = started(&container, Component::KubeApiserver, &|at| Place::of(at))?.line;
    let mut told: Vec<String> = line
        .given
        .iter()
        .map(|flag| format!("{}={}", flag.name, flag.value.as_deref().unwrap_or("?")))
        .collect();
    told.extend(line.hidden.iter().map(|_| "hidden".to_owned()));
    Some(told.join(" "))
}

#[test]
fn words_are_read_as_pflag_reads_them() {
    for (words, told) in [
        ("--audit-log-path=/a, --audit-log-maxage, '30'", "audit-log-path=/a audit-log-maxage=30"),
        ("--audit_log_path=/a_b", "audit-log-path=/a_b"),
        (
            "--profiling, --audit-log-compress, --secure-port=1",
            "profiling=true audit-log-compress=true secure-port=1",
        ),
        ("--audit-log-path, --audit-log-maxage=3", "audit-log-path=--audit-log-maxage=3"),
        ("--of-another-version, --audit-log-maxage=3", "of-another-version=true audit-log-maxage=3"),
        ("--of-another-version, x, --audit-log-maxage=3", "of-another-version=x audit-log-maxage=3"),
        ("-v, '2', -v=3, -v4, -h, --event-ttl=1h", "event-ttl=1h"),
        ("word, --event-ttl=1h, --, --profiling=false", "event-ttl=1h"),
        ("--advertise-address=$(IP), --etcd-servers=a=b", "advertise-address=? etcd-servers=a=b"),
        ("$(FLAGS), --event-ttl, $(TTL)", "event-ttl=? hidden"),
        ("--audit-policy-file", "audit-policy-file=?"),
        ("--audit-policy-file=", "audit-policy-file="),
    ] {
        assert_eq!(read(&format!("command: [kube-apiserver, {words}]")).as_deref(), Some(told), "{words}");
    }
}

#[test]
fn of_several_the_last_counts() {
    let root = parse_one("command: [kube-apiserver, --event-ttl=1h, --event_ttl=2h]").unwrap();
    let container = Container { kind: ContainerKind::Regular, at: Cursor::root(&root) };
    let line = started(&container, Component::KubeApiserver, &|at| Place::of(at)).unwrap().line;
    let value = |name, ty| match line.value(name, ty) {
        Value::Known(value, ..) => Some(value),
        Value::FilledIn(_) | Value::Open | Value::NotGiven => None,
    };
    assert_eq!(value("event-ttl", FlagType::Single).as_deref(), Some("2h"));
    assert_eq!(value("event-ttl", FlagType::List).as_deref(), Some("1h,2h"));
    assert!(value("profiling", FlagType::Bool).is_none());
}

#[test]
fn the_program_is_told_from_its_clients() {
    let told = Some("profiling=false");
    for (container, expected) in [
        ("command: [/usr/local/bin/kube-apiserver, --profiling=false]", told),
        ("args: [kube-apiserver, --profiling=false]", told),
        ("{command: [kube-apiserver], args: [--profiling=false]}", told),
        ("{image: 'registry.k8s.io/kube-apiserver:v1.36.3', args: [--profiling=false]}", told),
        ("{image: registry.k8s.io/kube-apiserver@sha256:00}", Some("")),
        ("command: [/go-runner, --log-file=/x, kube-apiserver, --profiling=false]", told),
        ("command: [/hyperkube, apiserver, --profiling=false]", told),
        ("command: [tini, --, kube-apiserver, --profiling=false]", told),
        ("command: [sh, -c, 'exec kube-apiserver --profiling=false 1>>/var/log/x 2>&1']", told),
        (
            "command: [bash, -ec, \"set -e && GOGC=5 nice -n 5 kube-apiserver \\\\\\n '--profiling=false' | tee x\"]",
            told,
        ),
        (
            "command: [sh, -c, 'kube-apiserver --profiling=false \"$@\" > $LOG']",
            Some("profiling=false hidden"),
        ),
        (
            "command: [sh, -c, 'kube-apiserver --event-ttl=${TTL:-1 h} $(flags --x)']",
            Some("event-ttl=? hidden"),
        ),
        ("command: [pgrep, kube-apiserver]", None),
        ("command: [sh, -c, 'pgrep kube-apiserver # kube-apiserver']", None),
        ("{command: [probe], image: 'registry.k8s.io/kube-apiserver:v1.36.3'}", None),
        ("args: [--component, kube-apiserver]", None),
        ("image: nginx", None),
        ("{}", None),
    ] {
        assert_eq!(read(container).as_deref(), expected, "{container}");
    }
}

#[test]
fn what_stands_before_a_hidden_word_may_be_overruled() {
    for (words, profiling, plugins) in [
        ("--profiling=false, --enable-admission-plugins=a", true, true),
        ("--profiling=false, --enable-admission-plugins=a, $(EXTRA)", false, false),
        ("$(EXTRA), --profiling=false, --enable-admission-plugins=a", true, false),
        ("--profiling=true, $(EXTRA), --profiling=false", true, true),
    ] {
        let text = format!("command: [kube-apiserver, {words}]");
        let root = parse_one(&text).unwrap();
        let container = Container { kind: ContainerKind::Regular, at: Cursor::root(&root) };
        let line = started(&container, Component::KubeApiserver, &|at| Place::of(at)).unwrap().line;
        let is_known = |name, ty| !matches!(line.value(name, ty), Value::Open);
        assert_eq!(is_known("profiling", FlagType::Bool), profiling, "{words}");
        assert_eq!(is_known("enable-admission-plugins", FlagType::List), plugins, "{words}");
    }
}
