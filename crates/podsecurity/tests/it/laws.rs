//! Laws that hold for every pod.

use ironsides_podsecurity::{Evaluator, Level, LevelVersion, NEWEST, Version, evaluate};
use proptest::prelude::*;

use crate::support::{object, with_facts};

/// One of these texts, or nothing.
fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(""), proptest::sample::select(texts)]
}

prop_compose! {
    fn security()(
        user in maybe(&["runAsUser: 0,", "runAsUser: 7,", "runAsUser: x,"]),
        root in maybe(&["runAsNonRoot: true,", "runAsNonRoot: false,"]),
        seccomp in maybe(&["seccompProfile: {type: Unconfined},", "seccompProfile: {type: Localhost},", "seccompProfile: {},"]),
        armor in maybe(&["appArmorProfile: {type: Unconfined},", "appArmorProfile: {type: RuntimeDefault},"]),
        linux in maybe(&["seLinuxOptions: {type: container_engine_t},", "seLinuxOptions: {user: u},", "seLinuxOptions: 3,"]),
        windows in maybe(&["windowsOptions: {hostProcess: true},"]),
    ) -> String { [user, root, seccomp, armor, linux, windows].concat() }
}

prop_compose! {
    fn container()(
        name in "[ab]",
        common in security(),
        privileged in maybe(&["privileged: true,", "privileged: false,", "privileged: yes,"]),
        escalation in maybe(&["allowPrivilegeEscalation: false,", "allowPrivilegeEscalation: true,"]),
        mount in maybe(&["procMount: Unmasked,", "procMount: Default,"]),
        capabilities in maybe(&["capabilities: {drop: [ALL]},", "capabilities: {drop: [ALL], add: [NET_ADMIN, CHOWN]},", "capabilities: {add: [null]},"]),
        ports in maybe(&["ports: [{containerPort: 80}],", "ports: [{containerPort: 80, hostPort: 80}],", "ports: [null],"]),
        probe in maybe(&["livenessProbe: {httpGet: {host: h}},", "lifecycle: {preStop: {tcpSocket: {host: h}}},"]),
    ) -> String {
        format!("{{name: {name}, {ports} {probe} securityContext: {{{common} {privileged} {escalation} {mount} {capabilities}}}}}")
    }
}

prop_compose! {
    fn pod()(
        init in proptest::collection::vec(container(), 0..2),
        regular in proptest::collection::vec(container(), 0..3),
        ephemeral in proptest::collection::vec(container(), 0..2),
        common in security(),
        host in maybe(&["hostPID: true,", "hostNetwork: true,", "hostIPC: false,"]),
        users in maybe(&["hostUsers: false,", "hostUsers: true,"]),
        os in maybe(&["os: {name: windows},", "os: {name: linux},"]),
        volumes in maybe(&["volumes: [{name: v, hostPath: {path: /}}],", "volumes: [{name: v}, {name: w, nfs: {}}],"]),
        sysctls in maybe(&["sysctls: [{name: net.ipv4.tcp_rmem}, {name: kernel.sem}],"]),
        note in maybe(&["container.apparmor.security.beta.kubernetes.io/a: unconfined", "seccomp.security.alpha.kubernetes.io/pod: unconfined"]),
        template in any::<bool>(),
    ) -> String {
        let [init, regular, ephemeral] = [init, regular, ephemeral].map(|list| list.join(", "));
        let inner = format!(
            "metadata: {{annotations: {{{note}}}}}, spec: {{{host} {users} {os} {volumes} securityContext: {{{common} {sysctls}}}, \
             initContainers: [{init}], containers: [{regular}], ephemeralContainers: [{ephemeral}]}}"
        );
        if template {
            format!("{{apiVersion: apps/v1, kind: Deployment, spec: {{template: {{{inner}}}}}}}")
        } else {
            format!("{{apiVersion: v1, kind: Pod, {inner}}}")
        }
    }
}

/// Anything at all in the shape of JSON, with keys that matter in places where they may not belong.
fn anything() -> impl Strategy<Value = String> {
    const KEYS: &[&str] = &[
        "metadata",
        "annotations",
        "spec",
        "os",
        "name",
        "hostNetwork",
        "hostUsers",
        "securityContext",
        "sysctls",
        "volumes",
        "hostPath",
        "containers",
        "initContainers",
        "ephemeralContainers",
        "ports",
        "hostPort",
        "capabilities",
        "add",
        "drop",
        "seccompProfile",
        "appArmorProfile",
        "seLinuxOptions",
        "windowsOptions",
        "type",
        "runAsUser",
        "livenessProbe",
        "httpGet",
        "host",
        "lifecycle",
        "preStop",
        "container.apparmor.security.beta.kubernetes.io/a",
    ];
    let scalars =
        &["null", "true", "0", "-1", "1.5", "99999999999999999999", "\"\"", "\"a\"", "\"unconfined\""];
    proptest::sample::select(scalars.as_slice()).prop_map(str::to_owned).prop_recursive(6, 60, 6, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..4);
        let map = proptest::collection::vec((proptest::sample::select(KEYS), inner), 0..6);
        prop_oneof![
            list.prop_map(|items| format!("[{}]", items.join(","))),
            map.prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_pod_is_too_odd(metadata in anything(), spec in anything()) {
        let text = format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{metadata},"spec":{spec}}}"#);
        with_facts(&[object(&text)], |facts| {
            for version in [Version::V(0), Version::V(19), Version::V(25), Version::Latest] {
                evaluate(&facts[0], LevelVersion::new(Level::Restricted, version));
            }
        });
    }

    /// From 1.35 on a user namespace relaxes the baseline more than the restricted level, so the law holds all the
    /// same; before seccomp fields there was no restricted seccomp check, so it holds then too. From 1.25 on the
    /// restricted checks of capabilities and seccomp stand in for the baseline's and let every Windows pod through,
    /// which the API server's validation refuses where it sets such a field: the law is about other pods there.
    #[test]
    fn the_restricted_level_allows_no_more_than_the_baseline(text in pod()) {
        with_facts(&[object(&text)], |facts| {
            let evaluator = Evaluator::default();
            let windows = text.contains("os: {name: windows}");
            for minor in (0..=NEWEST).filter(|&minor| !windows || minor < 25) {
                let allows = |level| evaluator.allows(&facts[0], LevelVersion::new(level, Version::V(minor)));
                if facts[0].malformed().is_empty() && allows(Level::Restricted) {
                    assert!(allows(Level::Baseline), "1.{minor}: {text}");
                }
                assert!(allows(Level::Privileged));
            }
        });
    }

    #[test]
    fn verdicts_and_violations_agree_and_name_their_places(text in pod()) {
        with_facts(&[object(&text)], |facts| {
            for level in Level::ALL {
                for minor in [0, 8, 19, 22, 25, 31, 34, 35, NEWEST] {
                    let policy = LevelVersion::new(level, Version::V(minor));
                    let found = evaluate(&facts[0], policy);
                    assert_eq!(Evaluator::default().allows(&facts[0], policy), found.is_empty());
                    let asked: Vec<_> = Evaluator::default().checks(policy).collect();
                    let failed: Vec<_> = found.iter().map(|violation| violation.check).collect();
                    assert!(asked.iter().filter(|check| failed.contains(check)).eq(&failed), "in order, each once");
                    for violation in &found {
                        assert!(!violation.places.is_empty() && !violation.detail.is_empty(), "{violation:?}");
                    }
                }
            }
        });
    }

    #[test]
    fn an_upgrade_is_the_difference_of_two_verdicts(text in pod(), from in 0..=NEWEST, to in 0..=NEWEST) {
        with_facts(&[object(&text)], |facts| {
            let evaluator = Evaluator::default();
            let changes = evaluator.upgrade(facts, Version::V(from), Version::V(to));
            if !facts[0].malformed().is_empty() {
                assert!(changes.is_empty());
                return;
            }
            for level in [Level::Baseline, Level::Restricted] {
                let at = |minor| evaluator.allows(&facts[0], LevelVersion::new(level, Version::V(minor)));
                match changes.iter().find(|change| change.level == level) {
                    Some(change) => assert_eq!((change.allowed_before, change.allowed_after), (at(from), at(to))),
                    None => assert_eq!(at(from), at(to), "1.{from} to 1.{to}"),
                }
            }
        });
    }
}
