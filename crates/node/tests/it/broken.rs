//! Hosts that are not as they should be: nothing hangs, nothing panics, nothing leads out, and what is missing is told.

use std::fs;

use ironsides_node::{NodeError, Options, collect};
use ironsides_settings::FileKind;
use rustix::fs::{CWD, FileType, Mode};

use crate::prepared::{Prepared, file, process};

#[test]
fn a_root_that_is_none_is_refused() {
    let refused = |root: &str| {
        let NodeError::Root { why, .. } =
            collect(&Options { root: root.into(), name: None, collected: None, ..Options::default() })
                .unwrap_err();
        why
    };
    assert!(refused("/does/not/exist").contains("No such file"));
    assert!(refused("/dev/null").contains("Not a directory"));
}

#[test]
fn a_host_without_proc_has_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        root: folder.path().to_owned(),
        name: Some("a".into()),
        collected: None,
        ..Options::default()
    };
    let host = collect(&options).unwrap();
    assert_eq!(host.metadata.name, "a");
    assert!(host.gap("processes").unwrap().why.contains("/proc"), "{:?}", host.gaps);
    fs::create_dir(folder.path().join("proc")).unwrap();
    let host = collect(&options).unwrap();
    assert!(host.gap("processes").unwrap().why.contains("empty"), "{:?}", host.gaps);
    assert!(host.gap("listening").is_some());
    let root = Prepared::new();
    fs::remove_dir_all(root.at("/proc/1")).unwrap();
    root.process(7, &["kubelet"], "");
    assert!(root.collect().gap("processes").unwrap().why.contains("hidepid"));
}

#[test]
fn processes_that_are_gone_or_garbage_are_passed_over() {
    let root = Prepared::new();
    // Gone after it was listed: nothing in its folder; gone after its command line was read.
    fs::create_dir_all(root.at("/proc/50")).unwrap();
    root.file("/proc/51/cmdline", 0o444, "kubelet\0");
    root.bytes("/proc/52/cmdline", 0o444, &[0xff, 0xfe, 0, 0, 0x80]);
    root.file("/proc/53/cmdline", 0o444, "");
    root.file("/proc/99999999999/cmdline", 0o444, "kubelet\0");
    root.link("/proc/54", "/");
    root.process(55, &["kubelet", "--x=\u{fffd}\u{1}"], "\u{0}garbage");
    root.bytes("/proc/55/cmdline", 0o444, b"kubelet\0--config=/a\xff\xfe\0");
    let host = root.collect();
    assert_eq!(host.processes.len(), 1);
    assert_eq!(process(&host, "kubelet").arguments, ["kubelet", "--config=/a\u{fffd}\u{fffd}"]);
}

#[test]
fn a_command_line_of_a_megabyte_is_cut_and_says_so() {
    let root = Prepared::new();
    let long = format!("--x={}", "a".repeat(1 << 20));
    root.process(60, &["kubelet", "--config=/etc/a.yaml", &long], "");
    root.file("/etc/a.yaml", 0o644, "kind: KubeletConfiguration\n");
    let host = root.collect();
    let kubelet = process(&host, "kubelet");
    assert!(kubelet.truncated);
    assert!(kubelet.arguments.iter().map(String::len).sum::<usize>() < 70_000);
    assert!(file(&host, "/etc/a.yaml").content.is_some());
}

#[test]
fn links_do_not_lead_out_of_the_root() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("stolen"), "kind: Stolen\n").unwrap();
    let target = outside.path().join("stolen");
    let target = target.to_str().unwrap();
    let root = Prepared::new();
    root.process(
        60,
        &["kubelet", "--config=/etc/out.yaml", "--kubeconfig=/etc/../../../../../../etc/up.yaml"],
        "",
    );
    root.link("/etc/out.yaml", target);
    root.link("/etc/up.yaml", &format!("../../../../../../../../../..{target}"));
    root.link("/etc/kubernetes", outside.path().to_str().unwrap());
    root.link("/etc/containerd/config.toml", "config.toml");
    let host = root.collect();
    let text = serde_json::to_string(&host).unwrap();
    assert!(!text.contains("Stolen"), "{text}");
    assert_eq!(file(&host, "/etc/out.yaml").kind, FileKind::Missing);
    assert_eq!(file(&host, "/etc/up.yaml").kind, FileKind::Missing);
    assert!(file(&host, "/etc/containerd/config.toml").why.as_ref().unwrap().contains("links"));
    // A copy of /proc may claim any root for a process.
    let root = Prepared::new();
    root.process(61, &["etcd", "--cert-file=/stolen", "--config-file=/stolen"], "");
    fs::remove_file(root.at("/proc/61/ns/mnt")).unwrap();
    root.link("/proc/61/ns/mnt", "mnt:[9]");
    fs::remove_file(root.at("/proc/61/root")).unwrap();
    root.link("/proc/61/root", outside.path().to_str().unwrap());
    let text = serde_json::to_string(&root.collect()).unwrap();
    assert!(!text.contains("Stolen") && text.contains("/stolen"), "{text}");
}

#[test]
fn pipes_sockets_and_what_is_too_large_or_no_text_are_not_read() {
    let root = Prepared::new();
    root.process(
        60,
        &["kubelet", "--config=/etc/pipe", "--kubeconfig=/etc/large", "--config-dir=/etc/binary"],
        "",
    );
    rustix::fs::mknodat(CWD, root.at("/etc/pipe"), FileType::Fifo, Mode::from(0o600), 0).unwrap();
    root.file("/etc/large", 0o600, &"# a\n".repeat(100_000));
    root.bytes("/etc/binary", 0o600, &[0xff, 0, 0x80]);
    root.file("/var/lib/kubelet/config.yaml", 0o600, "a: [\n");
    root.file("/etc/containerd/config.toml", 0o600, "a = [\n");
    let host = root.collect();
    assert_eq!(file(&host, "/etc/pipe").kind, FileKind::Other);
    for (path, why) in [
        ("/etc/large", "larger than 256 KiB"),
        ("/etc/binary", "no UTF-8"),
        ("/var/lib/kubelet/config.yaml", "no YAML"),
        ("/etc/containerd/config.toml", "no TOML"),
    ] {
        let file = file(&host, path);
        assert!(file.content.is_none() && file.unread.as_ref().unwrap().contains(why), "{path}: {file:?}");
        assert!(file.mode.is_some(), "{path}");
    }
}

#[test]
fn folders_that_are_not_read_whole_have_gaps() {
    let root = Prepared::new();
    for at in 0..4100 {
        root.file(&format!("/etc/kubernetes/pki/many/{at}.crt"), 0o600, "");
    }
    let host = root.collect();
    assert!(host.gap("/etc/kubernetes/pki/many/4099.crt").is_some(), "{:?}", host.gaps);
    assert!(host.gap("/etc/kubernetes/manifests").is_none(), "{:?}", host.gaps);
    let root = Prepared::new();
    let deep = "/etc/kubernetes/pki".to_owned() + &"/d".repeat(20);
    root.file(&format!("{deep}/a.key"), 0o644, "");
    let host = root.collect();
    assert!(host.gap(&deep).unwrap().why.contains("deeper"), "{:?}", host.gaps);
}

#[test]
fn keys_are_found_behind_links_and_under_any_name() {
    let root = Prepared::new();
    let (_, key) = crate::prepared::leaf("a", "b");
    root.file("/srv/real/secretly", 0o644, &key);
    root.bytes("/srv/real/store.p12", 0o644, &[0x30, 0x82, 0xff]);
    fs::create_dir_all(root.at("/etc/kubernetes/pki/own")).unwrap();
    root.link("/etc/kubernetes/pki/linked", "/srv/real");
    root.link("/etc/kubernetes/pki/own/up", "..");
    let host = root.collect();
    assert!(file(&host, "/etc/kubernetes/pki").entries.as_ref().unwrap().contains(&"linked/".to_owned()));
    assert!(file(&host, "/etc/kubernetes/pki/linked/secretly").key.is_some());
    let store = file(&host, "/etc/kubernetes/pki/linked/store.p12");
    assert_eq!((store.mode, store.kind), (Some(0o644), FileKind::File));
    assert!(!host.files.contains_key("/etc/kubernetes/pki/own/up/own"));
}

#[test]
fn what_may_not_be_read_says_why_and_what_to_do() {
    if rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: root may read everything; the same is looked at as nobody in live.rs");
        return;
    }
    let root = Prepared::new();
    root.process(60, &["kubelet", "--config=/etc/closed.yaml"], "");
    root.file("/etc/closed.yaml", 0o000, "kind: X\n");
    let host = root.collect();
    assert!(file(&host, "/etc/closed.yaml").unread.as_ref().unwrap().contains("run as root"));
}
