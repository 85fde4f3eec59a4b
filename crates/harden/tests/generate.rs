//! What is generated, to the letter, with fixed bytes in the place of randomness.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fmt::Write as _;

use ironsides_harden::{
    Distribution, Encryption, Folder, Found, Join, Known, NEWEST_MINOR, OLDEST_MINOR, Options, Output, Plan,
    Profile, Version, lookup, verify,
};

const KEY: [u8; 32] = [
    0x8f, 0x12, 0xa3, 0x44, 0x05, 0xf6, 0x97, 0x28, 0xc9, 0x1a, 0x6b, 0xdc, 0x3d, 0xee, 0x0f, 0x90, 0x71,
    0x52, 0x33, 0x14, 0xd5, 0xb6, 0x87, 0x78, 0x69, 0x5a, 0x4b, 0x3c, 0x2d, 0x1e, 0xff, 0xe0,
];

fn options(distribution: Distribution, profile: Profile) -> Options {
    let mut options = Options::new(distribution, profile, Version { minor: 36, patch: Some(3) });
    options.control_plane = vec!["10.0.0.10".parse().unwrap(), "fd00::10".parse().unwrap()];
    options.exempt = vec!["kube-flannel".to_owned()];
    options
}

fn outputs(options: &Options) -> Vec<Output> {
    Plan::new(options).unwrap().outputs(&KEY).unwrap()
}

fn folder(outputs: &[Output]) -> Folder {
    let found = |output: &Output| Found { text: Ok(output.text.clone()), mode: Some(output.mode) };
    outputs.iter().map(|output| (output.path.clone(), found(output))).collect()
}

/// All files in one text, but what other snapshots hold already.
fn transcript(options: &Options, skip: &[&str]) -> String {
    let mut text = String::new();
    for output in outputs(options) {
        if !skip.iter().any(|name| output.path.ends_with(name)) {
            _ = writeln!(text, "===== {} {:04o}\n{}", output.path, output.mode, output.text);
        }
    }
    text
}

#[test]
fn what_is_generated() {
    for profile in Profile::ALL {
        let skip: &[&str] =
            if profile == Profile::CisL1 { &[] } else { &["README.md", "audit-policy.yaml", ".nft"] };
        let text = transcript(&options(Distribution::Kubeadm, profile), skip);
        insta::assert_snapshot!(format!("kubeadm-{profile}"), text);
    }
    for distribution in Distribution::ALL.into_iter().filter(|one| *one != Distribution::Kubeadm) {
        let text =
            transcript(&options(distribution, Profile::CisL2), &["audit-policy.yaml", "README.md", ".nft"]);
        insta::assert_snapshot!(format!("{distribution}-cis-l2"), text);
    }
}

#[test]
fn whatever_can_be_asked_for_holds_together() {
    for distribution in Distribution::ALL {
        for profile in Profile::ALL {
            for minor in [OLDEST_MINOR, 34, NEWEST_MINOR] {
                for encryption in Encryption::ALL {
                    for join in Join::ALL {
                        let mut options = options(distribution, profile);
                        options.version = Version { minor, patch: None };
                        (options.encryption, options.join) = (encryption, join);
                        let Ok(plan) = Plan::new(&options) else {
                            assert_ne!(distribution, Distribution::Kubeadm, "kubeadm offers it all");
                            continue;
                        };
                        for one in &plan.wanted {
                            assert_eq!(lookup(one.component, one.key, minor), Known::Yes, "{}", one.name());
                            assert!(
                                one.why.ends_with('.') && !one.why.is_empty(),
                                "{}: {}",
                                one.name(),
                                one.why
                            );
                        }
                        let outputs = plan.outputs(&KEY).unwrap();
                        assert_eq!(outputs, plan.outputs(&KEY).unwrap(), "the same every time");
                        let verified = verify(&folder(&outputs)).unwrap();
                        let what = format!("{distribution} {profile} 1.{minor}");
                        assert!(verified.problems.is_empty(), "{what}: {:#?}", verified.problems);
                        assert_eq!(verified.options, options, "{what}: the description is read back");
                        let differs: Vec<_> = verified.comparison.differences().collect();
                        assert!(differs.is_empty(), "{what}: {differs:#?}");
                        let unsure: Vec<_> = verified.comparison.unsure().collect();
                        assert!(unsure.is_empty(), "{what}: {unsure:#?}");
                    }
                }
            }
        }
    }
}

/// Each profile asks for what the one before asks for, or for more.
#[test]
fn profiles_only_get_stricter() {
    for distribution in Distribution::ALL {
        let mut before: Vec<(&str, &str)> = Vec::new();
        for profile in Profile::ALL {
            let plan = Plan::new(&options(distribution, profile)).unwrap();
            let now: Vec<(&str, &str)> =
                plan.wanted.iter().map(|one| (one.component.program(), one.key)).collect();
            for setting in &before {
                // etcd takes no list of suites beside TLS 1.3.
                let is_void = *setting == ("etcd", "cipher-suites") && profile == Profile::Paranoid;
                assert!(now.contains(setting) || is_void, "{distribution} {profile} lacks {setting:?}");
            }
            before = now;
        }
    }
}

/// What somebody does to a generated folder, and what is said of it.
#[test]
fn edits_that_break_are_told() {
    let edit = |path: &'static str, from: &'static str, to: &'static str| (path, from, to);
    let init = "kubeadm/init.yaml";
    let hardening = |name: &str| format!("control-plane/etc/kubernetes/hardening/{name}");
    let (encryption, admission, authentication, policy) = (
        hardening("encryption.yaml").leak() as &str,
        hardening("admission.yaml").leak() as &str,
        hardening("authentication.yaml").leak() as &str,
        hardening("audit-policy.yaml").leak() as &str,
    );
    let patch = "all-nodes/etc/kubernetes/hardening/patches/kubeletconfiguration0+merge.yaml";
    let firewall = "control-plane/etc/nftables.d/ironsides-etcd.nft";
    let modes = "control-plane/etc/tmpfiles.d/kubernetes-control-plane.conf";
    let kernel = "all-nodes/etc/sysctl.d/90-kubelet.conf";
    let cases = [
        (edit(init, "name: profiling", "name: insecure-port"), "--insecure-port is old advice"),
        (edit(init, "name: profiling", "name: profilling"), "knows no --profilling"),
        (
            edit(init, "name: service-account-lookup", "name: cloud-provider"),
            "no longer knows --cloud-provider",
        ),
        (
            edit(init, "NodeRestriction,AlwaysPullImages", "NodeRestriction,PodSecurityPolicy"),
            "PodSecurityPolicy is old advice",
        ),
        (
            edit(init, "NodeRestriction,AlwaysPullImages", "Noderestriction"),
            "no admission plug-in Noderestriction",
        ),
        (
            edit(init, "name: service-account-lookup", "name: anonymous-auth"),
            "may not stand beside --authentication-config",
        ),
        (edit(init, "hardening/admission.yaml", "hardening/other.yaml"), "other.yaml is not there"),
        (
            edit(init, "/etc/kubernetes/hardening/audit-policy.yaml", "/srv/policy.yaml"),
            "container does not see",
        ),
        (edit(init, "readOnly: false", "readOnly: true"), "is mounted read-only"),
        (edit(init, "value: \"30\"", "value: 30"), "no text as value"),
        (edit(init, "podPidsLimit: 4096", "podPidsLimit: \"4096\""), "podPidsLimit is of another type"),
        (edit(init, "podPidsLimit: 4096", "podPidLimit: 4096"), "kubelet knows no podPidLimit"),
        (edit(init, "readOnlyPort: 0", "readOnlyPort: 0\nreadOnlyPort: 10255"), "stands there twice"),
        (edit(init, "kind: ClusterConfiguration", "kind: ["), "it is no YAML"),
        (edit(encryption, "secretbox:", "secretbocks:"), "there is no provider secretbocks"),
        (edit(encryption, "secret: ", "secret: AAAA"), "has 35 bytes"),
        (
            edit(encryption, "resources: [\"secrets\"]", "resources: [\"configmaps\"]"),
            "Secrets are not among",
        ),
        (edit(admission, "enforce: baseline", "enforce: strict"), "Pod Security"),
        (edit(admission, "type: User", "type: Uzer"), "no limit of type \"Uzer\""),
        (
            edit(admission, "name: EventRateLimit", "name: EventRatesLimit"),
            "EventRateLimit is enabled and has no limits",
        ),
        (edit(authentication, "path: /readyz", "path: /metrics"), "/metrics is answered without credentials"),
        (edit(authentication, "enabled: true", "enabled: false"), "restarts for ever"),
        (edit(authentication, "conditions:", "condition:"), "unknown field \"condition\""),
        (edit(policy, "level: Metadata", "level: Metadate"), "the API server refuses it"),
        (edit(policy, "  verbs:", "  verb:"), "drops in silence"),
        (edit(patch, "podPidsLimit: 4096", "podPidsLimit: -1"), "podPidsLimit is -1, and should be 4096"),
        (edit(patch, "readOnlyPort: 0", "readOnlyPorts: 0"), "readOnlyPort is missing, and should be 0"),
        (edit(firewall, "10.0.0.10", "10.0.0.10, 10.9.9.9"), "10.9.9.9 reaches etcd"),
        (edit(firewall, "10.0.0.10", "10.0.0.11"), "10.0.0.10 is of the control plane, and does not reach"),
        (
            edit(firewall, "counter drop", "counter accept"),
            "this rule is missing: tcp dport { 2379, 2380 } counter drop",
        ),
        (
            edit(firewall, "iifname \"lo\" accept", "tcp dport 2379 accept"),
            "this rule was not generated: tcp dport 2379",
        ),
        (edit(modes, "0600 root root", "0644 root root"), "is opened further than wanted: 0644, not 0600"),
        (edit(modes, "0600 root root", "0600 nobody root"), "goes to nobody:root, and should to root:root"),
        (edit(modes, "0600 root root", "rw root root"), "\"rw\" is no mode"),
        (edit(modes, "z /etc/kubernetes/manifests/etcd.yaml", "# "), "nothing sets the mode of"),
        (edit(kernel, "kernel.panic = 10", "kernel.panic = 0"), "kernel.panic is 0, and should be 10"),
    ];
    let outputs = outputs(&options(Distribution::Kubeadm, Profile::CisL1));
    for ((path, from, to), expected) in cases {
        let mut folder = folder(&outputs);
        let found = folder.get_mut(path).unwrap();
        let text = found.text.clone().unwrap();
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{path} has no {from:?}");
        found.text = Ok(edited);
        let verified = verify(&folder).unwrap();
        let told: Vec<&str> = verified.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(told.iter().any(|message| message.contains(expected)), "{from:?} -> {to:?}: {told:#?}");
        // A key is never repeated.
        assert!(!told.iter().any(|message| message.contains("jxKj")), "{told:?}");
    }
}

#[test]
fn files_of_nodes_may_be_written_otherwise() {
    let outputs = outputs(&options(Distribution::Kubeadm, Profile::CisL1));
    let path = "control-plane/etc/nftables.d/ironsides-etcd.nft";
    let mut folder = folder(&outputs);
    let found = folder.get_mut(path).unwrap();
    let lines = |text: &str| text.replace('\n', "  # mine\n   ");
    found.text = found.text.clone().map(|text| lines(&text));
    let more = [
        ("all-nodes/etc/kubernetes/hardening/patches/kubeletconfiguration0+merge.yaml", "# mine\n---\n", ""),
        ("all-nodes/etc/sysctl.d/90-kubelet.conf", "; mine\n\n", "kernel.panic=10\n"),
        ("control-plane/etc/tmpfiles.d/kubernetes-control-plane.conf", "\t# mine\n", ""),
        ("control-plane/etc/sysusers.d/etcd.conf", "# mine\n", ""),
    ];
    for (path, before, after) in more {
        let found = folder.get_mut(path).unwrap();
        found.text = found.text.clone().map(|text| format!("{before}{text}{after}"));
    }
    // Stricter is as good.
    let modes = "control-plane/etc/tmpfiles.d/kubernetes-control-plane.conf";
    let found = folder.get_mut(modes).unwrap();
    found.text = found.text.clone().map(|text| text.replacen("0600 root root -", " ~0400\troot root", 1));
    let verified = verify(&folder).unwrap();
    assert!(verified.problems.is_empty(), "{:#?}", verified.problems);
    assert!(
        verified.verified.iter().any(|one| one.contains("2 addresses that reach etcd, and nothing besides")),
        "{:?}",
        verified.verified
    );
    assert!(verified.open.iter().any(|one| one.contains("nft -c -f")));
}

/// What is added at the end of a file, or in the place of something: all parses, and all opens what the profile closes.
#[test]
fn what_nothing_generates_is_not_verified() {
    let outputs = outputs(&options(Distribution::Kubeadm, Profile::CisL1));
    let kubelet = "all-nodes/etc/kubernetes/hardening/patches/kubeletconfiguration0+merge.yaml";
    let server = "control-plane/etc/kubernetes/hardening/patches/kube-apiserver0+strategic.yaml";
    let firewall = "control-plane/etc/nftables.d/ironsides-etcd.nft";
    let modes = "control-plane/etc/tmpfiles.d/kubernetes-control-plane.conf";
    let (users, kernel) =
        ("control-plane/etc/sysusers.d/etcd.conf", "all-nodes/etc/sysctl.d/90-kubelet.conf");
    let init = "kubeadm/init.yaml";
    let (all_patches, etcd, paths) =
        ("of kubeadm: names that it takes", "that reach etcd", "modes and owners of");
    let command = "spec:\n  containers:\n  - name: kube-apiserver\n";
    // Where, what is replaced (the end where empty), with what, what is told, and what is not said any more.
    let cases = [
        (
            kubelet,
            "",
            "---\nauthentication: {anonymous: {enabled: true}}\n",
            "document 2, which",
            all_patches,
        ),
        (
            kubelet,
            "",
            "---\n---\nreadOnlyPort: 10255\n",
            "readOnlyPort is 10255, and should be 0",
            all_patches,
        ),
        (kubelet, "", "---\nreadOnlyPort: 0\n", "it says what the first does", all_patches),
        (kubelet, "", "enableDebuggingHandlers: true\n", "sets enableDebuggingHandlers besides", all_patches),
        (kubelet, "", "featureGates: {}\n", "sets featureGates besides", all_patches),
        (server, "", "---\nspec: {hostPID: true}\n", "it sets spec.hostPID besides", all_patches),
        (server, "spec:\n", "spec:\n  hostPID: true\n", "it sets spec.hostPID besides", all_patches),
        (
            server,
            "- name: kube-apiserver\n",
            "- name: kube-apiserver\n    image: x/y:z\n",
            ".image besides",
            all_patches,
        ),
        (
            server,
            "  - name: kube",
            "  - name: shell\n    image: x\n  - name: kube",
            "containers[shell].image besides",
            all_patches,
        ),
        (
            server,
            command,
            "spec:\n  containers:\n  - {name: kube-apiserver, args: [a]}\n  - name: kube-apiserver\n",
            "containers[kube-apiserver].args besides",
            all_patches,
        ),
        (server, "drop:", "$patch: delete\n        drop:", "capabilities.$patch besides", all_patches),
        (
            init,
            "directory: /etc/kubernetes/hardening/patches",
            "directory: /srv",
            "directory of InitConfiguration is /srv",
            all_patches,
        ),
        (
            init,
            "",
            "---\nkind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n",
            "is the second of kind \"KubeletConfiguration\"",
            all_patches,
        ),
        (firewall, "10.0.0.10", "10.0.0.10, 0.0.0.0/0", "0.0.0.0/0 is no plain address", etcd),
        (
            firewall,
            "10.0.0.10",
            "10.0.0.10, 10.0.0.0-10.9.0.0",
            "10.0.0.0-10.9.0.0 is no plain address",
            etcd,
        ),
        (firewall, "10.0.0.10", "10.0.0.10, 010.0.0.11", "010.0.0.11 is no plain address", etcd),
        (firewall, "10.0.0.10", "10.0.0.10, $strangers", "$strangers is no plain address", etcd),
        (firewall, "fd00::10", "fd00::10, ::/0", "::/0 is no plain address", etcd),
        (
            firewall,
            "10.0.0.10 }",
            "10.0.0.10 }; flags interval",
            "not generated: elements = { 10.0.0.10 }; flags",
            etcd,
        ),
        (firewall, "elements = { fd00::10 }", "", "fd00::10 is of the control plane, and does not", etcd),
        (firewall, "type ipv4_addr", "type ipv4_addr\nflags interval", "not generated: flags interval", etcd),
        (
            firewall,
            "",
            "delete table inet ironsides_etcd\n",
            "not generated: delete table inet ironsides_etcd",
            etcd,
        ),
        (firewall, "", "flush ruleset\n", "not generated: flush ruleset", etcd),
        (firewall, "", "flush ruleset {\n}\n", "not generated: flush ruleset {", etcd),
        (firewall, "", "include \"/etc/other.nft\"\n", "not generated: include", etcd),
        (
            firewall,
            "",
            "add element inet ironsides_etcd control_plane4 { 10.9.9.9 }\n",
            "not generated: add element",
            etcd,
        ),
        (
            firewall,
            "",
            "table inet ironsides_etcd {\nchain input {\niifname \"lo\" accept\n}\n}\n",
            "not generated: table inet ironsides_etcd {",
            etcd,
        ),
        (modes, "", "z /etc/kubernetes/*.conf 0666 root root -\n", "was not generated, and may open", paths),
        (modes, "", "Z /etc/kubernetes 0777\n", "was not generated, and may open", paths),
        (modes, "", "m /etc/kubernetes/admin.conf 0666 root root -\n", "the type m is not the one", paths),
        (
            modes,
            "",
            "z \"/etc/kubernetes/admin.conf\" 0666 root root -\n",
            "was not generated, and may",
            paths,
        ),
        (modes, "", "a+ /etc/kubernetes/admin.conf - - - - u:eve:r\n", "the type a+ is not the one", paths),
        (modes, "", "z /etc/kubernetes/admin.conf 0600 root root -\n", "is the second for", paths),
        (modes, "", "# mine\rZ /etc 0777 root root -\n", "was not generated, and may open", paths),
        (modes, "z /etc/kubernetes/pki ", "Z /etc/kubernetes/pki ", "the type Z is not the one", paths),
        (modes, "z /etc/kubernetes/pki ", "z! /etc/kubernetes/pki ", "the type z! is not the one", paths),
        (modes, "0600 root root -", ":0600 root root -", "\":0600\" is no mode that holds", paths),
        (modes, "0600 root root -", "0600 root root - x", "an age or an argument was not generated", paths),
        (
            modes,
            "d /var/log/kubernetes/audit 0700 root root -",
            "d /var/log/kubernetes/audit 0700 root root 1d",
            "an age or an argument",
            paths,
        ),
        (modes, "0600 root root -", "", "has too few fields", paths),
        (users, "", "u eve 0 \"eve\" /root /bin/sh\n", "not generated: u eve 0", "1 user"),
        (users, "u etcd", "g etcd", "is missing: u etcd", "1 user"),
        (kernel, "", "kernel.pan* = 0\n", "was not generated: kernel.pan*", "kernel settings as wanted"),
        (kernel, "", "# mine\rkernel/panic = 0\n", "kernel.panic is 0", "kernel settings as wanted"),
    ];
    for (path, from, to, expected, unsaid) in cases {
        let mut folder = folder(&outputs);
        let found = folder.get_mut(path).unwrap();
        let text = found.text.clone().unwrap();
        let edited = if from.is_empty() { format!("{text}{to}") } else { text.replacen(from, to, 1) };
        assert_ne!(edited, text, "{path} has no {from:?}");
        found.text = Ok(edited);
        let verified = verify(&folder).unwrap();
        let told = &verified.problems;
        assert!(
            told.iter().any(|one| one.path == path && one.message.contains(expected)),
            "{to:?}: {told:#?}"
        );
        let mut said = verified.verified.iter().filter(|one| unsaid == all_patches || one.starts_with(path));
        assert!(!said.any(|one| one.contains(unsaid)), "{to:?}: {:#?}", verified.verified);
    }
}

/// Files that count because they lie there, and say what no profile wants.
#[test]
fn files_that_nothing_generates_and_nodes_apply_are_not_verified() {
    let anonymous = "authentication: {anonymous: {enabled: true}}\nreadOnlyPort: 10255\n";
    let patches = |root: &str, name: &str| format!("{root}/etc/kubernetes/hardening/patches/{name}");
    let applies = "kubeadm applies it and nothing generates it";
    for (path, text, expected) in [
        (
            patches("control-plane", "kube-apiserver9+json.json"),
            r#"[{"op": "add", "path": "/spec/containers/0/command/-", "value": "--authorization-mode=AlwaysAllow"}]"#,
            applies,
        ),
        (patches("all-nodes", "kubeletconfiguration1+merge.yaml"), anonymous, applies),
        (patches("control-plane", "below/kube-scheduler-x+strategic.yaml"), "spec: {hostPID: true}", applies),
        (patches("control-plane", "etcd.yaml"), "spec: {hostPID: true}", applies),
        (patches("control-plane", "kube-scheduler0+stratgic.yaml"), "spec: {}", "kubeadm ends with an error"),
        (patches("all-nodes", "kubelet.yaml"), anonymous, "kubeadm passes over it"),
        (
            "control-plane/etc/tmpfiles.d/z.conf".to_owned(),
            "Z /etc 0777",
            "nodes apply what is in this folder",
        ),
        ("all-nodes/etc/kubernetes/manifests/a.yaml".to_owned(), "kind: Pod", "nodes apply what is in this"),
        ("all-nodes/etc/systemd/system/kubelet.service.d/99.conf".to_owned(), "[Service]", "nodes apply"),
    ] {
        for profile in [Profile::Baseline, Profile::CisL1] {
            let mut folder = folder(&outputs(&options(Distribution::Kubeadm, profile)));
            folder.insert(path.clone(), Found { text: Ok(text.to_owned()), mode: Some(0o644) });
            let verified = verify(&folder).unwrap();
            let told = &verified.problems;
            let [one] = told.as_slice() else { panic!("{path}: {told:#?}") };
            assert!(one.path == path && one.message.contains(expected), "{path}: {told:#?}");
            let says_all = verified.verified.iter().any(|one| one.contains("all that the profile wants"));
            assert!(!says_all || !path.contains("/patches/"), "{path}: {:#?}", verified.verified);
        }
    }
}

#[test]
fn weaker_values_differ_from_the_profile() {
    let outputs = outputs(&options(Distribution::Kubeadm, Profile::CisL1));
    for (from, to, setting) in [
        ("value: \"30\"", "value: \"7\"", "--audit-log-maxage"),
        ("value: \"VersionTLS12\"", "value: \"VersionTLS11\"", "--tls-min-version"),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,", "TLS_RSA_WITH_AES_128_CBC_SHA,", "--tls-cipher-suites"),
        ("enabled: false", "enabled: true", "authentication.anonymous.enabled"),
        (
            "streamingConnectionIdleTimeout: \"5m0s\"",
            "streamingConnectionIdleTimeout: \"4h0m0s\"",
            "streamingConnectionIdleTimeout",
        ),
        ("seccompDefault: true", "seccompDefault: false", "seccompDefault"),
    ] {
        let mut folder = folder(&outputs);
        let found = folder.get_mut("kubeadm/init.yaml").unwrap();
        found.text = Ok(found.text.clone().unwrap().replacen(from, to, 1));
        let verified = verify(&folder).unwrap();
        let differs: Vec<&str> = verified.comparison.differences().map(|one| one.setting.as_str()).collect();
        assert!(differs.contains(&setting), "{setting}: {differs:?}");
    }
}

#[test]
fn keys_are_for_their_owner_alone() {
    let mut folder = folder(&outputs(&options(Distribution::Kubeadm, Profile::Baseline)));
    let path = "control-plane/etc/kubernetes/hardening/encryption.yaml";
    folder.get_mut(path).unwrap().mode = Some(0o644);
    let verified = verify(&folder).unwrap();
    assert!(verified.problems.iter().any(|one| one.path == path && one.message.contains("mode 0644")));
    folder.remove(path);
    let verified = verify(&folder).unwrap();
    assert!(verified.problems.iter().any(|one| one.path == path && one.message.contains("missing")));
    folder.remove("hardening.yaml");
    assert!(verify(&folder).unwrap_err().to_string().contains("harden generate"));
}
