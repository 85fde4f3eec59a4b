//! Each of the traps in a kubelet's settings, one by one.

use ironsides_settings::kubelet::{By, Outcome, Status, Unsure};
use proptest::prelude::*;

use crate::world::{CONFIG, Kubelet, config};

const OLD: &str = "by the default without --config in Kubernetes 1.36";
const NEW: &str = "by the default of a configuration file in Kubernetes 1.36";

#[test]
fn without_a_file_the_old_defaults_hold() {
    let kubelet = Kubelet::new(&[]);
    assert_eq!(kubelet.get("authentication.anonymous.enabled"), format!("true {OLD}"));
    assert_eq!(kubelet.get("authentication.webhook.enabled"), format!("false {OLD}"));
    assert_eq!(kubelet.get("authorization.mode"), format!("\"AlwaysAllow\" {OLD}"));
    assert_eq!(kubelet.get("readOnlyPort"), format!("10255 {OLD}"));
    assert_eq!(kubelet.value("evictionHard"), "none");
}

#[test]
fn an_empty_file_turns_all_of_that_round() {
    let kubelet = Kubelet::with("");
    assert_eq!(kubelet.get("authentication.anonymous.enabled"), format!("false {NEW}"));
    assert_eq!(kubelet.get("authentication.webhook.enabled"), format!("true {NEW}"));
    assert_eq!(kubelet.get("authorization.mode"), format!("\"Webhook\" {NEW}"));
    assert_eq!(kubelet.get("readOnlyPort"), format!("0 {NEW}"));
    assert_eq!(kubelet.get("evictionHard.memory.available"), format!("\"100Mi\" {NEW}"));
}

#[test]
fn drop_ins_alone_keep_the_old_defaults_and_null_brings_a_new_one() {
    let kubelet = Kubelet::new(&[]).drop_in("10.conf", "authentication: {anonymous: null}\n");
    assert_eq!(kubelet.get("authentication.anonymous.enabled"), format!("false {NEW}"));
    assert_eq!(kubelet.get("authorization.mode"), format!("\"AlwaysAllow\" {OLD}"));
    assert_eq!(kubelet.get("readOnlyPort"), format!("10255 {OLD}"));
}

#[test]
fn zeros_in_a_file_are_defaults_and_zeros_of_flags_are_zeros() {
    let file = "streamingConnectionIdleTimeout: 0s\nport: 0\nauthorization: {mode: \"\"}\npodPidsLimit: -5\n";
    let kubelet = Kubelet::with(file);
    let zero = "the default of a configuration file in Kubernetes 1.36, because";
    assert_eq!(
        kubelet.get("streamingConnectionIdleTimeout"),
        format!("\"4h0m0s\" by {zero} /var/lib/kubelet/config.yaml:3:33 counts as not set")
    );
    assert_eq!(kubelet.value("port"), "10250");
    assert_eq!(kubelet.value("authorization.mode"), "\"Webhook\"");
    assert_eq!(kubelet.value("podPidsLimit"), "-1");
    let flags = ["--streaming-connection-idle-timeout=0", "--pod-max-pids=-5"];
    let kubelet = Kubelet::with("").arguments(&flags);
    let by = "by --streaming-connection-idle-timeout";
    assert_eq!(kubelet.get("streamingConnectionIdleTimeout"), format!("\"0s\" {by}"));
    assert_eq!(kubelet.value("podPidsLimit"), "-5");
    assert!(Kubelet::with("").arguments(&["--authorization-mode="]).refuses().why.contains("is empty"));
    // A pointer keeps its zero.
    assert_eq!(Kubelet::with("eventRecordQPS: 0\nhealthzPort: 0\n").value("eventRecordQPS"), "0");
}

#[test]
fn with_drop_ins_zeros_are_replaced_again_but_before_flags() {
    let kubelet = Kubelet::with("streamingConnectionIdleTimeout: 5m\n")
        .drop_in("10.conf", "streamingConnectionIdleTimeout: 0s\n");
    assert_eq!(kubelet.value("streamingConnectionIdleTimeout"), "\"4h0m0s\"");
    let kubelet = kubelet.arguments(&["--streaming-connection-idle-timeout=0"]);
    assert_eq!(kubelet.value("streamingConnectionIdleTimeout"), "\"0s\"");
    // An empty list is lost on the way through the merge; by itself it stays.
    assert_eq!(Kubelet::with("enforceNodeAllocatable: []\n").value("enforceNodeAllocatable"), "[]");
    let kubelet = Kubelet::with("enforceNodeAllocatable: []\n").drop_in("10.conf", "");
    assert_eq!(kubelet.value("enforceNodeAllocatable"), "[\"pods\"]");
}

#[test]
fn drop_ins_are_merged_in_the_order_of_bytes() {
    let last = |names: [&str; 2]| {
        let first = Kubelet::with("").drop_in(names[0], "eventRecordQPS: 1\n");
        first.drop_in(names[1], "eventRecordQPS: 2\n").value("eventRecordQPS")
    };
    assert_eq!(last(["9-a.conf", "10-a.conf"]), "1");
    assert_eq!(last(["a.conf", "B.conf"]), "1");
    assert_eq!(last(["05-sub/99.conf", "04.conf"]), "1");
    // Folders are walked where they stand among their neighbours.
    assert_eq!(last(["a-b.conf", "a/x.conf"]), "1");
}

#[test]
fn lists_are_replaced_maps_merged_and_null_removes() {
    let kubelet = Kubelet::with("clusterDNS: [1.1.1.1, 2.2.2.2]\nkubeReserved: {cpu: 100m, memory: 1Gi}\n")
        .drop_in("10.conf", "clusterDNS: [3.3.3.3]\nkubeReserved: {cpu: 200m}\nevictionHard: null\n");
    assert_eq!(kubelet.value("clusterDNS"), "[\"3.3.3.3\"]");
    assert_eq!(kubelet.value("kubeReserved"), "{\"cpu\":\"200m\",\"memory\":\"1Gi\"}");
    assert_eq!(kubelet.get("kubeReserved.memory"), "\"1Gi\" by /var/lib/kubelet/config.yaml:4:35");
    assert_eq!(kubelet.value("evictionHard"), "none");
}

#[test]
fn only_names_that_end_in_conf_count() {
    let kubelet = Kubelet::with("")
        .drop_in(".conf", "maxPods: 12\n")
        .drop_in(".hidden.conf", "eventRecordQPS: 11\n")
        .file("/etc/kubernetes/kubelet.conf.d/10.conf.bak", "garbage")
        .file("/etc/kubernetes/kubelet.conf.d/10.yaml", "garbage");
    assert_eq!((kubelet.value("maxPods"), kubelet.value("eventRecordQPS")), ("12".into(), "11".into()));
}

#[test]
fn links_to_files_are_followed_and_links_to_folders_are_not() {
    let mut kubelet = Kubelet::with("").drop_in("20.conf", "").file("/x/a.conf", &config("maxPods: 5\n"));
    kubelet.links.insert("/etc/kubernetes/kubelet.conf.d/10.conf".into(), "/x/a.conf".into());
    kubelet.links.insert("/etc/kubernetes/kubelet.conf.d/30".into(), "/x".into());
    assert_eq!(kubelet.value("maxPods"), "5");
    kubelet.links.insert("/etc/kubernetes/kubelet.conf.d/30.conf".into(), "/x".into());
    assert!(kubelet.refuses().why.contains("is a folder"));
}

#[test]
fn the_folder_may_be_a_file_and_the_last_one_counts() {
    let kubelet = Kubelet::with("")
        .file("/a.conf", &config("maxPods: 5\n"))
        .file("/b.conf", &config("eventRecordQPS: 5\n"))
        .arguments(&["--config-dir=/a.conf", "--config-dir=/b.conf"]);
    assert_eq!((kubelet.value("maxPods"), kubelet.value("eventRecordQPS")), ("110".into(), "5".into()));
    assert!(Kubelet::with("").arguments(&["--config-dir=/none"]).refuses().why.contains("there is no /none"));
}

#[test]
fn empty_and_broken_drop_ins_stop_the_kubelet() {
    for text in ["", "# nothing\n", "maxPods: 5\n", "kind: KubeletConfiguration\n", "[]\n", "a: [\n"] {
        let kubelet =
            Kubelet::with("").drop_in("10.conf", "").file("/etc/kubernetes/kubelet.conf.d/20.conf", text);
        assert!(matches!(kubelet.refuses().place, Some(By::DropIn(_))), "{text:?}");
    }
}

#[test]
fn a_file_is_read_leniently_and_a_drop_in_is_not() {
    let twice = "eventRecordQPS: 7\neventRecordQPS: 8\n";
    assert_eq!(Kubelet::with(twice).value("eventRecordQPS"), "8");
    assert!(Kubelet::with("").drop_in("10.conf", twice).refuses().why.contains("stands twice"));
    let kubelet = Kubelet::with("authentication: {anonymous: {enabled: true}}\nauthentication: {}\n");
    assert_eq!(kubelet.value("authentication.anonymous.enabled"), "false");
    assert_eq!(Kubelet::with("noSuchField: 1\n").value("maxPods"), "110");
    assert_eq!(Kubelet::with("").drop_in("10.conf", "noSuchField: 1\nmaxPods: 5\n").value("maxPods"), "5");
}

#[test]
fn names_match_in_any_case_in_drop_ins_alone() {
    assert_eq!(Kubelet::with("READONLYPORT: 10255\n").value("readOnlyPort"), "0");
    let kubelet = Kubelet::with("").drop_in("10.conf", "READONLYPORT: 10255\n");
    assert_eq!(kubelet.get("readOnlyPort"), "10255 by /etc/kubernetes/kubelet.conf.d/10.conf:3:15");
    // The right spelling comes later in the order of bytes, so it wins where it has a value; a later spelling wins over it.
    assert_eq!(Kubelet::with("").drop_in("10.conf", "EventRecordQPS: 6\n").value("eventRecordQPS"), "50");
    assert_eq!(Kubelet::with("").drop_in("10.conf", "eventrecordQPS: 6\n").value("eventRecordQPS"), "6");
}

#[test]
fn only_the_first_document_is_read() {
    let text = format!("readOnlyPort: 10255\n---\n{}", config("readOnlyPort: 0\n"));
    assert_eq!(Kubelet::with(&text).value("readOnlyPort"), "10255");
    let text = format!("maxPods: 3\n---\n{}", config("maxPods: 4\n"));
    assert_eq!(Kubelet::with("").drop_in("10.conf", &text).value("maxPods"), "3");
}

#[test]
fn scalars_are_those_of_yaml_1_1_and_strings_are_nothing_else() {
    let kubelet = Kubelet::with("authentication: {anonymous: {enabled: yes}}\nmakeIPTablesUtilChains: off\n");
    assert_eq!(kubelet.value("authentication.anonymous.enabled"), "true");
    assert_eq!(kubelet.value("makeIPTablesUtilChains"), "false");
    assert_eq!(Kubelet::with("eventRecordQPS: 010\n").value("eventRecordQPS"), "8");
    assert_eq!(Kubelet::with("eventRecordQPS: 3.0\n").value("eventRecordQPS"), "3");
    for text in [
        "eventRecordQPS: \"3\"\n",
        "eventRecordQPS: 3.5\n",
        "eventRecordQPS: 99999999999\n",
        "protectKernelDefaults: \"true\"\n",
        "clusterDNS: 1.1.1.1\n",
        "clusterDomain: 12\n",
        "streamingConnectionIdleTimeout: 0\n",
        "streamingConnectionIdleTimeout: \"300\"\n",
        "syncFrequency: null\n",
        "authentication: []\n",
    ] {
        let refusal = Kubelet::with(text).refuses();
        assert!(matches!(refusal.place, Some(By::File(_))), "{text:?}: {refusal:?}");
    }
}

#[test]
fn json_is_taken_by_the_letter() {
    let json = |rest: &str| {
        let head = "\"apiVersion\":\"kubelet.config.k8s.io/v1beta1\",\"kind\":\"KubeletConfiguration\"";
        Kubelet::with("").file(CONFIG, &format!("{{{head},{rest}}}"))
    };
    assert_eq!(json("\"maxPods\":3").value("maxPods"), "3");
    json("\"maxPods\":3.0").refuses();
    let twice = "\"authentication\":{\"anonymous\":{\"enabled\":true}},\"authentication\":{\"webhook\":{}}";
    assert_eq!(json(twice).value("authentication.anonymous.enabled"), "true");
    json("maxPods: 3").refuses();
}

#[test]
fn flags_beat_drop_ins_and_drop_ins_beat_the_file() {
    let kubelet = Kubelet::with("eventRecordQPS: 1\n")
        .drop_in("10.conf", "eventRecordQPS: 3\n")
        .arguments(&["--event-qps=8", "--event_qps", "9"]);
    let effective = kubelet.serves();
    let setting = effective.get("eventRecordQPS").unwrap();
    assert_eq!(setting.by, By::Flag { name: "event-qps", argument: 4 });
    let overruled: Vec<String> =
        setting.overruled.iter().map(|given| format!("{:?} {}", given.value, given.by)).collect();
    assert_eq!(
        overruled,
        [
            "1 /var/lib/kubelet/config.yaml:3:17",
            "3 /etc/kubernetes/kubelet.conf.d/10.conf:3:17",
            "8 --event-qps"
        ]
    );
}

#[test]
fn the_last_file_counts_and_no_name_is_no_file() {
    let kubelet = Kubelet::with("maxPods: 3\n")
        .file("/other.yaml", &config("readOnlyPort: 10255\n"))
        .arguments(&["--config", "other.yaml"]);
    assert_eq!((kubelet.value("maxPods"), kubelet.value("readOnlyPort")), ("110".into(), "10255".into()));
    let kubelet = Kubelet::with("maxPods: 3\n").arguments(&["--config="]);
    assert_eq!(kubelet.get("authorization.mode"), format!("\"AlwaysAllow\" {OLD}"));
}

#[test]
fn flags_of_lists_and_maps_replace_those_of_the_file_but_gates_merge() {
    let kubelet = Kubelet::with("clusterDNS: [1.1.1.1]\nfeatureGates: {MemoryQoS: true, AllAlpha: false}\n")
        .arguments(&[
            "--cluster-dns=2.2.2.2",
            "--cluster-dns=3.3.3.3",
            "--eviction-hard=memory.available<1Gi",
        ])
        .arguments(&["--feature-gates=MemoryQoS=false"]);
    assert_eq!(kubelet.value("clusterDNS"), "[\"2.2.2.2\",\"3.3.3.3\"]");
    assert_eq!(kubelet.value("evictionHard"), "{\"memory.available\":\"1Gi\"}");
    assert_eq!(kubelet.value("featureGates"), "{\"AllAlpha\":false,\"MemoryQoS\":false}");
    assert_eq!(kubelet.get("featureGates.MemoryQoS"), "false by --feature-gates");
    assert_eq!(kubelet.get("featureGates.AllAlpha"), "false by /var/lib/kubelet/config.yaml:4:43");
}

#[test]
fn configz_is_not_all_of_the_truth() {
    let kubelet = Kubelet::with("seccompDefault: true\n").arguments(&["--seccomp-default=false"]);
    assert!(kubelet.serves().seccomp_default());
    let kubelet = Kubelet::with("").arguments(&["--seccomp-default", "--hostname-override=other"]);
    let effective = kubelet.serves();
    assert!(effective.seccomp_default() && effective.configz_json().contains("\"seccompDefault\":false"));
    assert_eq!(effective.hostname_override(), Some("other"));
    assert!(!effective.configz_json().contains("readOnlyPort"));
    assert_eq!(kubelet.value("tlsCertFile"), "\"/var/lib/kubelet/pki/kubelet.crt\"");
    let mut kubelet = Kubelet::with("cgroupDriver: systemd\n");
    kubelet.cgroup_driver = Some("cgroupfs");
    assert_eq!(kubelet.get("cgroupDriver"), "\"cgroupfs\" by the container runtime's own driver");
}

#[test]
fn ciphers_without_http2_s_own_serve_nothing() {
    let strong = "tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n";
    assert!(Kubelet::with(strong).refuses().why.contains("HTTP/2"));
    // With TLS 1.3 alone the list is not looked at, but its names are.
    let kubelet = Kubelet::with(&format!("{strong}tlsMinVersion: VersionTLS13\n"));
    let effective = kubelet.serves();
    let server = effective.observed().server.as_ref().unwrap();
    assert_eq!((server.versions.as_slice(), server.ciphers.len()), (["1.3"].as_slice(), 0));
    Kubelet::with("tlsMinVersion: VersionTLS13\ntlsCipherSuites: [BOGUS]\n").refuses();
    Kubelet::with("tlsMinVersion: TLSv1.2\n").refuses();
    Kubelet::with(&format!("{strong}enableServer: false\n")).serves();
    let both = [
        "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ];
    assert_eq!(Kubelet::new(&both).serves().observed().server.as_ref().unwrap().ciphers.len(), 2);
}

#[test]
fn relative_paths_start_at_the_file_s_folder_or_at_the_working_directory() {
    let kubelet = Kubelet::with("staticPodPath: manifests\nresolvConf: ../x\n");
    assert_eq!(kubelet.value("staticPodPath"), "\"/var/lib/kubelet/manifests\"");
    assert_eq!(kubelet.value("resolvConf"), "\"/var/lib/x\"");
    let drop_in = Kubelet::with("").drop_in("10.conf", "staticPodPath: manifests\n");
    assert_eq!(drop_in.value("staticPodPath"), "\"manifests\"");
    assert_eq!(Kubelet::with("").arguments(&["--pod-manifest-path=m"]).value("staticPodPath"), "\"m\"");
    let ca = "-----BEGIN CERTIFICATE-----\n";
    let mut kubelet =
        Kubelet::with("").drop_in("10.conf", "authentication: {x509: {clientCAFile: pki/ca.crt}}\n");
    kubelet = kubelet.file("/etc/kubernetes/pki/ca.crt", ca);
    kubelet.refuses();
    kubelet.directory = Some("/etc/kubernetes".into());
    assert_eq!(kubelet.value("authentication.x509.clientCAFile"), "\"pki/ca.crt\"");
}

#[test]
fn the_kernel_stops_those_that_protect_it() {
    let mut kubelet = Kubelet::with("protectKernelDefaults: true\n");
    kubelet.serves();
    kubelet.sysctls = Some([("vm.overcommit_memory".to_owned(), "0".to_owned())].into());
    assert!(kubelet.refuses().why.contains("vm.overcommit_memory is 0"));
    kubelet.arguments(&["--protect-kernel-defaults=false"]).serves();
}

#[test]
fn gates_that_are_not_there_or_locked_stop_the_kubelet() {
    for gates in ["NoSuchGate: true", "KubeletPSI: false", "PodLevelResources: false"] {
        let refusal = Kubelet::with(&format!("featureGates: {{{gates}}}\n")).refuses();
        assert!(matches!(refusal.place, Some(By::File(_))), "{refusal:?}");
        let gate = gates.replace(": ", "=");
        let refusal = Kubelet::with("").arguments(&[&format!("--feature-gates={gate}")]).refuses();
        assert!(matches!(refusal.place, Some(By::Flag { .. })), "{refusal:?}");
    }
    let kubelet = Kubelet::with("featureGates: {AllBeta: false}\n");
    assert!(!kubelet.serves().gates()["KubeletCrashLoopBackOffMax"]);
    assert_eq!(kubelet.value("crashLoopBackOff.maxContainerRestartPeriod"), "none");
}

#[test]
fn what_is_seen_from_outside_follows() {
    let status = |kubelet: Kubelet| {
        let effective = kubelet.serves();
        let server = effective.observed().server.clone().unwrap();
        (server.anonymous[3].1, server.certificate, server.token)
    };
    let code = Status::Code;
    assert_eq!(status(Kubelet::new(&[])), (code(200), code(200), code(200)));
    assert_eq!(status(Kubelet::with("")), (code(401), code(401), code(200)));
    assert_eq!(
        status(Kubelet::with("authentication: {anonymous: {enabled: true}}\n")),
        (code(403), code(403), code(200))
    );
    let half = Kubelet::with("tlsPrivateKeyFile: /k.key\n");
    assert_eq!(status(half), (Status::Refused, Status::Refused, Status::Refused));
    let effective = Kubelet::with("address: 127.0.0.1\nreadOnlyPort: 10255\nhealthzPort: 0\n").serves();
    assert_eq!(effective.observed().listening, ["127.0.0.1:10250", "127.0.0.1:10255"]);
    assert!(effective.observed().read_only.is_some() && !effective.observed().healthz);
}

#[test]
fn webhooks_need_an_api_server() {
    let alone = Kubelet { arguments: vec![format!("--config={CONFIG}")], ..Kubelet::with("") };
    assert!(alone.refuses().why.contains("no --kubeconfig"));
    let text = "authentication: {webhook: {enabled: false}}\nauthorization: {mode: AlwaysAllow}\n";
    alone.file(CONFIG, &config(text)).serves();
}

#[test]
fn what_cannot_be_read_leaves_the_flags() {
    let mut kubelet = Kubelet::with("").arguments(&["--anonymous-auth=false", "--hostname-override=n"]);
    kubelet.unseen.insert(CONFIG.into());
    let outcome = kubelet.outcome();
    assert!(matches!(&outcome, Outcome::Unknown(partial) if partial.missing[0].path == CONFIG));
    let anonymous = outcome.get("authentication.anonymous.enabled").unwrap().unwrap();
    assert_eq!(anonymous.value.as_ref().unwrap().as_bool(), Some(false));
    assert!(matches!(outcome.get("authorization.mode"), Err(Unsure::Missing(_))));
    assert!(outcome.flag("hostname-override").unwrap().is_some());
    let mut kubelet = Kubelet::with("").drop_in("10.conf", "");
    kubelet.unseen.insert("/etc/kubernetes/kubelet.conf.d".into());
    assert!(matches!(kubelet.outcome(), Outcome::Unknown(_)));
}

#[test]
fn other_versions_say_that_their_defaults_are_those_of_1_36() {
    let mut kubelet = Kubelet::with("");
    kubelet.minor = Some(31);
    let by = "by the default of a configuration file in Kubernetes 1.31 (as 1.36 has it)";
    assert_eq!(kubelet.get("authentication.anonymous.enabled"), format!("false {by}"));
    assert_eq!(kubelet.get("failCgroupV1"), format!("false {by}"));
    assert!(kubelet.serves().get("memoryReservationPolicy").is_none());
}

/// Flags of different settings.
const FLAGS: [&str; 8] = [
    "--anonymous-auth=false",
    "--read-only-port=0",
    "--event-qps=7",
    "--cluster-dns=1.1.1.1",
    "--feature-gates=MemoryQoS=true",
    "--kube-reserved=cpu=100m",
    "--v=2",
    "--tls-min-version=VersionTLS13",
];

proptest! {
    /// The order of flags that have nothing to do with each other says nothing.
    #[test]
    fn flags_may_stand_in_any_order(order in Just(FLAGS.to_vec()).prop_shuffle(), with in any::<bool>()) {
        let base = if with { Kubelet::with("maxPods: 5\n") } else { Kubelet::new(&[]) };
        let (one, other) = (base.clone().arguments(&FLAGS).serves(), base.arguments(&order).serves());
        prop_assert_eq!(one.configz(), other.configz());
        prop_assert_eq!(one.gates(), other.gates());
    }

    /// Of flags of one setting the last one counts.
    #[test]
    fn the_last_of_equal_flags_counts(numbers in prop::collection::vec(0..1000_i64, 1..5)) {
        let flags: Vec<String> = numbers.iter().map(|number| format!("--event-qps={number}")).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let kubelet = Kubelet::new(&[]).arguments(&flags);
        prop_assert_eq!(kubelet.value("eventRecordQPS"), numbers[numbers.len() - 1].to_string());
    }

    /// A setting that a drop-in gives is in force as if the file gave it.
    #[test]
    fn a_drop_in_is_as_good_as_the_file(qps in 1..1000_i64, pods in 1..500_i64, on in any::<bool>()) {
        let text = format!("eventRecordQPS: {qps}\nmaxPods: {pods}\nprotectKernelDefaults: {on}\n");
        let file = Kubelet::with(&text).serves();
        let drop_in = Kubelet::with("").drop_in("10.conf", &text).serves();
        prop_assert_eq!(file.configz(), drop_in.configz());
    }
}

#[test]
fn the_facts_of_a_host_are_files_as_its_kubelet_sees_them() {
    use ironsides_settings::kubelet::of_process;
    use ironsides_settings::{File, FileKind, Host, Process};

    let text = |text: &str| File { content: Some(text.into()), ..File::default() };
    let mut host = Host::new("node-1");
    host.files.insert(CONFIG.into(), text(&config("readOnlyPort: 10255\n")));
    host.files.insert("/etc/kubernetes/kubelet.conf".into(), File::default());
    let folder = File {
        kind: FileKind::Directory,
        entries: Some(vec!["10.conf".into(), "sub/".into()]),
        ..File::default()
    };
    host.files.insert("/d".into(), folder);
    host.files.insert("/d/10.conf".into(), File { target: Some("/x.conf".into()), ..File::default() });
    host.files.insert("/x.conf".into(), text(&config("maxPods: 5\n")));
    host.files.insert(
        "/d/sub".into(),
        File { kind: FileKind::Directory, entries: Some(Vec::new()), ..File::default() },
    );
    let arguments =
        ["kubelet", "--config", CONFIG, "--config-dir=/d", "--kubeconfig=/etc/kubernetes/kubelet.conf"];
    let mut process =
        Process { pid: 7, arguments: arguments.map(str::to_owned).into(), ..Process::default() };
    let outcome = of_process(&host, &process, 36);
    let value = |path: &str| {
        outcome.get(path).unwrap().unwrap().value.as_ref().and_then(ironsides_tree::Node::as_i64)
    };
    assert_eq!((value("readOnlyPort"), value("maxPods")), (Some(10255), Some(5)));
    // In a mount namespace of its own only its own files count.
    process.files = Some([].into());
    let outcome = of_process(&host, &process, 36);
    assert!(matches!(&outcome, Outcome::Unknown(partial) if partial.missing[0].why.is_none()), "{outcome:?}");
    process.truncated = true;
    assert!(matches!(of_process(&host, &process, 36), Outcome::Unknown(_)));
}
